"""What mjnb.metrics promises: known answers, agreement with slow formulas, and any picture at all."""

import colorsys
import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mjnb import metrics
from mjnb.metrics import METRICS, Measured, measure, measure_set, vendi, working_copy

PICTURE_METRICS = [
    "brightness", "contrast", "colourfulness", "saturation",
    "palette_size", "hue_count", "edge_energy", "symmetry",
]  # fmt: skip
SET_METRICS = ["vendi", "diversity", "phash_distance"]


def noise(height=24, width=30, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth_photo(size=(640, 400), seed=0):
    """A picture with soft blotches, as photographs have."""
    return Image.fromarray(noise(8, 12, seed)).resize(size, Image.Resampling.BICUBIC)


def in_columns(colours, height=12, width=4):
    return np.repeat(np.repeat(np.array([colours], np.uint8), height, axis=0), width, axis=1)


def flat(level, side=16):
    return np.full((side, side, 3), level, np.uint8)


# --- the table


def test_the_table_lists_picture_metrics_first_then_set_metrics():
    assert list(METRICS) == PICTURE_METRICS + SET_METRICS
    assert [metric.per for metric in METRICS.values()] == ["picture"] * 8 + ["set"] * 3
    assert all(name == metric.name for name, metric in METRICS.items())


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_can_label_an_axis_and_names_its_source(metric):
    assert 0 < len(metric.label) <= 24
    assert metric.low < metric.high
    assert metric.version >= 1
    assert len(metric.source) > 5


# --- known answers


def test_flat_grey():
    values = measure(Image.fromarray(flat(128))).values
    expected = {"brightness": 128 / 255, "palette_size": 1, "hue_count": 1, "symmetry": 1}
    assert values == pytest.approx(dict.fromkeys(PICTURE_METRICS, 0.0) | expected, abs=1e-6)


def test_half_black_half_white():
    values = measure(Image.fromarray(in_columns([(0, 0, 0), (255, 255, 255)]))).values
    assert values["brightness"] == pytest.approx(0.5)
    assert values["contrast"] == pytest.approx(0.5)
    assert values["palette_size"] == pytest.approx(2)
    assert values["symmetry"] == pytest.approx(-1)
    assert values["colourfulness"] == 0


def test_saturated_primaries_are_fully_saturated():
    assert metrics.saturation(in_columns([(255, 0, 0), (0, 0, 255)])) == 1


def test_colourfulness_keeps_the_sign_of_its_differences():
    red_and_green = in_columns([(255, 0, 0), (0, 255, 0)])
    assert metrics.colourfulness(red_and_green) == pytest.approx(255 + 0.3 * 127.5)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_a_palette_of_equal_areas_counts_its_colours(count):
    colours = [(32 * k + 16, 255 - 32 * k, 16) for k in range(count)]
    assert metrics.palette_size(in_columns(colours)) == pytest.approx(count)


@pytest.mark.parametrize("count", [1, 2, 3, 6, 24])
def test_a_rainbow_counts_its_hues(count):
    hues = [(k * 24 // count + 0.5) / 24 for k in range(count)]
    rainbow = [tuple(round(255 * part) for part in colorsys.hsv_to_rgb(hue, 1, 1)) for hue in hues]
    assert metrics.hue_count(in_columns(rainbow)) == pytest.approx(count)


def test_a_mirrored_picture_is_symmetric():
    half = noise()
    assert metrics.symmetry(np.concatenate([half, half[:, ::-1]], axis=1)) == pytest.approx(1)


def test_the_steepest_edge_stays_in_range():
    ramp = in_columns([(0, 0, 0), (255, 255, 255)], height=3, width=2)
    assert metrics.edge_energy(ramp) == pytest.approx(4)
    assert METRICS["edge_energy"].high == pytest.approx(math.sqrt(20))


# --- the same formulas, slow and plain


def luma_rows(pixels):
    return np.asarray(Image.fromarray(pixels).convert("L"), float)


def slow_edge_energy(pixels):
    luma = luma_rows(pixels)
    total, count = 0.0, 0
    for row in range(1, luma.shape[0] - 1):
        for column in range(1, luma.shape[1] - 1):
            block = luma[row - 1 : row + 2, column - 1 : column + 2]
            kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
            total += math.sqrt((block * kernel).sum() ** 2 + (block * kernel.T).sum() ** 2)
            count += 1
    return total / count / 255


def slow_colourfulness(pixels):
    red, green, blue = (pixels[..., channel].astype(float).ravel() for channel in range(3))
    first, second = red - green, (red + green) / 2 - blue
    spread = math.sqrt(first.var() + second.var())
    return spread + 0.3 * math.sqrt(first.mean() ** 2 + second.mean() ** 2)


def slow_effective_number(weights):
    total = sum(weights.values())
    return math.exp(-sum(w / total * math.log(w / total) for w in weights.values() if w > 0))


def slow_palette_size(pixels):
    counts = {}
    for colour in (pixels // 32).reshape(-1, 3).tolist():
        counts[tuple(colour)] = counts.get(tuple(colour), 0) + 1
    return slow_effective_number(counts)


def slow_hue_count(pixels):
    weights = {}
    for hue, saturation, value in np.asarray(Image.fromarray(pixels).convert("HSV")).reshape(-1, 3).tolist():
        weights[hue * 24 // 256] = weights.get(hue * 24 // 256, 0) + saturation * value
    return slow_effective_number(weights)


SLOW = {
    "brightness": lambda pixels: luma_rows(pixels).mean() / 255,
    "contrast": lambda pixels: luma_rows(pixels).std() / 255,
    "colourfulness": slow_colourfulness,
    "saturation": lambda pixels: (
        np.asarray(Image.fromarray(pixels).convert("HSV"), float)[..., 1].mean() / 255
    ),
    "palette_size": slow_palette_size,
    "hue_count": slow_hue_count,
    "edge_energy": slow_edge_energy,
    "symmetry": lambda p: np.corrcoef(luma_rows(p).ravel(), luma_rows(p)[:, ::-1].ravel())[0, 1],
}


@pytest.mark.parametrize("name", PICTURE_METRICS)
@pytest.mark.parametrize("seed", range(3))
def test_metrics_agree_with_a_plain_implementation(name, seed):
    pixels = np.array(smooth_photo((40, 26), seed))
    assert getattr(metrics, name)(pixels) == pytest.approx(SLOW[name](pixels), rel=1e-4, abs=1e-6)


def test_measure_equals_the_public_functions_on_the_working_copy():
    picture = smooth_photo()
    pixels = working_copy(picture)
    measured = measure(picture)
    assert list(measured.values) == PICTURE_METRICS
    assert measured.values == {name: getattr(metrics, name)(pixels) for name in PICTURE_METRICS}
    assert np.array_equal(measured.descriptor, metrics.descriptor(pixels))
    assert np.array_equal(measured.phash, metrics.phash(pixels))


# --- descriptor and hash


@pytest.mark.parametrize(
    "picture", [flat(0), flat(255), flat(90), noise()], ids=["black", "white", "grey", "noise"]
)
def test_the_descriptor_is_a_unit_vector(picture):
    vector = metrics.descriptor(picture)
    assert vector.shape == (832,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_the_descriptor_finds_the_darker_copy_nearer_than_another_picture():
    photo, other = (np.array(smooth_photo((128, 128), seed)) for seed in (1, 2))
    darker = (photo * 0.85).astype(np.uint8)
    near, far = (float(metrics.descriptor(photo) @ metrics.descriptor(p)) for p in (darker, other))
    assert near > far


def test_the_hash_survives_scaling_and_sees_another_picture():
    photo, other = smooth_photo(seed=1), smooth_photo(seed=2)
    hashes = [measure(p).phash for p in (photo, photo.resize((320, 200)), other)]
    assert hashes[0].shape == (64,)
    assert (hashes[0] != hashes[1]).mean() < 0.05
    assert (hashes[0] != hashes[2]).mean() > 0.2


def test_flat_pictures_share_one_hash():
    assert np.array_equal(metrics.phash(flat(40)), metrics.phash(flat(200)))


# --- sets


@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_vendi_of_equals_is_one_and_of_strangers_is_their_number(count):
    assert vendi(np.ones((count, count))) == pytest.approx(1)
    assert vendi(np.eye(count)) == pytest.approx(count)


def test_vendi_of_two_follows_its_closed_form():
    alike = 0.6
    first, second = (1 + alike) / 2, (1 - alike) / 2
    expected = math.exp(-first * math.log(first) - second * math.log(second))
    assert vendi(np.array([[1, alike], [alike, 1]])) == pytest.approx(expected)


def test_vendi_refuses_what_is_not_square_and_knows_nothing_of_nothing():
    with pytest.raises(ValueError, match="square"):
        vendi(np.ones((2, 3)))
    assert math.isnan(vendi(np.ones((0, 0))))


def measured(vector, bits):
    return Measured({}, np.array(vector, np.float32), np.array(bits, bool))


def test_a_set_of_three_against_a_hand_calculation():
    pictures = [
        measured([1, 0], [0, 0, 0, 0]),
        measured([0, 1], [1, 1, 0, 0]),
        measured([0.6, 0.8], [1, 1, 1, 1]),
    ]
    found = measure_set(pictures)
    cosine_distances = np.array([1.0, 0.4, 0.2])  # of the pairs 0-1, 0-2, 1-2
    bit_distances = np.array([0.5, 1.0, 0.5])
    for name, distances in (("diversity", cosine_distances), ("phash_distance", bit_distances)):
        value, error = found[name]
        left = distances[::-1]  # leaving one of three out leaves the opposite pair
        assert value == pytest.approx(distances.mean())
        assert error == pytest.approx(math.sqrt(2 / 3 * ((left - left.mean()) ** 2).sum()))
    assert list(found) == SET_METRICS


def test_the_jackknife_of_a_mean_is_the_standard_error_of_the_mean():
    sample = np.array([3.0, 5.0, 4.0, 10.0])
    error = metrics.jackknife(lambda kept: float(sample[kept].mean()), len(sample))
    assert error == pytest.approx(sample.std(ddof=1) / 2)


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_pictures_have_no_set_metrics(count):
    found = measure_set([measure(smooth_photo())] * count)
    assert all(math.isnan(value) and math.isnan(error) for value, error in found.values())


def test_two_pictures_have_values_but_no_errors():
    found = measure_set([measure(smooth_photo(seed=1)), measure(smooth_photo(seed=2))])
    assert all(value > 0 and math.isnan(error) for value, error in found.values())


def test_four_copies_are_one_effective_picture():
    found = measure_set([measure(smooth_photo())] * 4)
    assert found["vendi"] == pytest.approx((1, 0), abs=1e-6)
    assert found["diversity"] == pytest.approx((0, 0), abs=1e-9)
    assert found["phash_distance"] == (0, 0)


# --- any picture


def test_the_working_copy_has_its_longest_side_and_leaves_the_picture_alone():
    picture = smooth_photo((640, 400))
    assert working_copy(picture).shape == (160, 256, 3)
    assert working_copy(picture, side=64).shape == (40, 64, 3)
    assert picture.size == (640, 400)


def test_small_pictures_are_not_enlarged():
    assert working_copy(Image.new("RGB", (10, 7))).shape == (7, 10, 3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "PA", "CMYK", "YCbCr", "HSV", "I", "F"])
def test_every_mode_measures(mode):
    picture = (
        smooth_photo((64, 48)).convert("P" if mode == "PA" else "L" if mode in "IF" else "RGB").convert(mode)
    )
    values = measure(picture).values
    assert all(math.isfinite(value) for value in values.values())
    assert 0.2 < values["brightness"] < 0.8


def test_transparency_lies_over_white():
    clear = Image.new("RGBA", (300, 20), (200, 0, 0, 0))
    half = Image.new("RGBA", (300, 20), (0, 0, 0, 128))
    assert measure(clear).values["brightness"] == 1
    assert measure(half).values["brightness"] == pytest.approx(127 / 255, abs=0.01)


def test_a_transparent_palette_colour_lies_over_white():
    picture = Image.new("P", (20, 20), 3)
    picture.putpalette([0, 0, 0] * 256)
    picture.info["transparency"] = 3
    assert measure(picture).values["brightness"] == 1


def test_sixteen_bit_grey_is_scaled_and_not_clipped():
    ramp = np.linspace(0, 65535, 64).astype(np.uint16)
    wide = Image.fromarray(np.repeat(ramp[None], 32, axis=0))
    assert wide.mode.startswith("I;16")
    file = io.BytesIO()
    wide.save(file, "PNG")
    for picture in (wide, Image.open(file), wide.convert("I")):
        assert measure(picture).values["brightness"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (3, 3), (4000, 2)])
def test_tiny_and_thin_pictures_measure(size):
    measured = measure(Image.new("RGB", size, (200, 30, 60)))
    assert all(math.isfinite(value) for value in measured.values.values())
    assert measured.values["symmetry"] == 1
    assert np.isfinite(measured.descriptor).all()


@pytest.mark.parametrize("size", [(1024, 1024), (1456, 816), (200, 150)])
def test_jpeg_and_png_agree_and_the_file_stays_as_it_was(size):
    picture = smooth_photo(size)
    found = {}
    for kind in ("PNG", "JPEG"):
        file = io.BytesIO()
        picture.save(file, kind, quality=90)
        opened = Image.open(file)
        found[kind] = measure(opened).values
        assert opened.size == size
        opened.load()
        assert measure(opened).values == pytest.approx(found[kind], rel=0.02, abs=0.01)
    assert found["JPEG"] == pytest.approx(found["PNG"], rel=0.05, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([1, 64, 255]))
def test_values_stay_in_their_ranges(width, height, seed, coarseness):
    pixels = noise(height, width, seed) // coarseness * coarseness
    pictures = [measure(Image.fromarray(p)) for p in (pixels, 255 - pixels, pixels[::-1])]
    everything = [*(p.values.items() for p in pictures)]
    everything.append((name, value) for name, (value, _) in measure_set(pictures).items())
    for values in everything:
        for name, value in values:
            assert METRICS[name].low - 1e-9 <= value <= METRICS[name].high + 1e-9, name


def test_the_middle_of_a_set_is_the_picture_most_like_the_others():
    angles = np.radians([0, 80, 10, 20])
    vectors = [np.array([math.cos(angle), math.sin(angle)]) * 5 for angle in angles]
    assert metrics.middle(vectors) == 3
    assert metrics.middle(vectors[:1]) == 0
    assert metrics.middle([vectors[0]] * 4) == 0

"""What the sandbox's pictures promise: the same every time, and following prompt and parameters."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import pytest

from mjnb.metrics import measure, measure_set
from mjnb.sandbox.art import draw, size_of
from mjnb.sandbox.art.canvas import Canvas, Controls, frame
from mjnb.sandbox.art.colour import mood_of, palette_of
from mjnb.sandbox.art.noise import Dice
from mjnb.sandbox.art.scenes import SCENES, scene_of

PROMPTS = [
    "a lighthouse at dusk",
    "a red fox in snow",
    "a misty forest path",
    "a ringed planet",
    "neon city at night",
    "a boat on a teal lake",
    "a golden rose",
    "blue mountains at dawn",
    "portrait of a woman",
    "'tis the season to be jolly",
]
RATIOS = ["1:2", "9:16", "2:3", "3:4", "5:6", "6:5", "4:3", "3:2", "1:1", "16:9", "2:1"]
HIGHEST = {"stylization": 1000, "weirdness": 3000, "variety": 100}
LEVELS = 7
CLAIMS = [
    ("stylization", "colourfulness", 1),
    ("stylization", "palette_size", 1),
    ("stylization", "edge_energy", 1),
    ("weirdness", "hue_count", 1),
    ("weirdness", "symmetry", -1),
    ("variety", "vendi", 1),
    ("variety", "diversity", 1),
]


def pixels(*args, **options):
    return np.asarray(draw(*args, **{"long_side": 128, **options}), np.int16)


# --- the parameters


@lru_cache
def measured_task(prompt, parameter, level):
    """Mean picture metrics and set metrics of one task: four pictures for variety, two for the others."""
    pictures = range(4 if parameter == "variety" else 2)
    drawn = [measure(draw(prompt, **{parameter: level}, index=index, long_side=256)) for index in pictures]
    means = {name: float(np.mean([one.values[name] for one in drawn])) for name in drawn[0].values}
    return means | {name: value for name, (value, _) in measure_set(drawn).items()}


def spearman_with_order(values):
    """Spearman's rank correlation of values with their places in the list."""
    ranks = np.argsort(np.argsort(values))
    return float(np.corrcoef(ranks, np.arange(len(values)))[0, 1])


@pytest.mark.parametrize(("parameter", "metric", "direction"), CLAIMS)
@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_parameter_moves_its_metric(prompt, parameter, metric, direction):
    levels = [round(HIGHEST[parameter] * step / (LEVELS - 1)) for step in range(LEVELS)]
    values = [direction * measured_task(prompt, parameter, level)[metric] for level in levels]
    assert spearman_with_order(values) >= 0.9, values


def test_another_task_matters_less_than_the_parameters():
    tasks = [measure(draw("a lighthouse at dusk", seed=seed, long_side=256)).values for seed in range(5)]
    for parameter, metric in [("stylization", "colourfulness"), ("weirdness", "hue_count")]:
        ends = [measured_task("a lighthouse at dusk", parameter, level) for level in (0, HIGHEST[parameter])]
        spread = np.std([values[metric] for values in tasks])
        assert spread < 0.2 * abs(ends[1][metric] - ends[0][metric])


def test_values_beyond_their_range_are_drawn_as_its_end():
    assert np.array_equal(pixels("sea", stylization=5000), pixels("sea", stylization=1000))


# --- the same every time

SECOND_PROCESS = """
import json, sys
from mjnb.metrics import measure
from mjnb.sandbox.art import draw
print(json.dumps(measure(draw("a red fox in snow", **json.loads(sys.argv[1]))).values))
"""


def test_another_process_draws_the_same_picture():
    options = {"stylization": 400, "weirdness": 800, "variety": 60, "index": 2, "seed": "t", "long_side": 256}
    done = subprocess.run(
        [sys.executable, "-c", SECOND_PROCESS, json.dumps(options)],
        capture_output=True,
        text=True,
        check=True,
    )
    here = draw(
        "a red fox in snow", stylization=400, weirdness=800, variety=60, index=2, seed="t", long_side=256
    )
    assert json.loads(done.stdout) == pytest.approx(measure(here).values, rel=1e-3)


def test_threads_draw_the_same_pictures():
    jobs = [(prompt, index) for prompt in PROMPTS[:4] for index in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: pixels(job[0], index=job[1]), jobs))
    for job, picture in zip(jobs, together, strict=True):
        assert np.array_equal(picture, pixels(job[0], index=job[1]))


def test_the_four_pictures_and_other_tasks_differ():
    pictures = [pixels("a rose", index=index) for index in range(4)] + [pixels("a rose", seed="other")]
    for first in range(5):
        for second in range(first):
            assert np.abs(pictures[first] - pictures[second]).mean() > 1


# --- shapes


@pytest.mark.parametrize("ratio", RATIOS)
def test_every_aspect_ratio_is_drawn_in_its_ratio(ratio):
    wide, tall = (int(part) for part in ratio.split(":"))
    picture = draw("a lighthouse", aspect_ratio=ratio, long_side=256)
    assert picture.mode == "RGB"
    assert picture.size == size_of(ratio, 256)
    assert max(picture.size) == 256
    assert all(side % 2 == 0 for side in picture.size)
    assert picture.width / picture.height == pytest.approx(wide / tall, rel=0.02)


def test_sizes():
    assert size_of("16:9", 1024) == (1024, 576)
    assert size_of("9:16", 1024) == (576, 1024)
    assert draw("sea").size == (1024, 1024)


@pytest.mark.parametrize("ratio", ["", "wide", "1:0", "-1:2", "1:2:3", "nan:1", "1:inf"])
def test_a_ratio_that_is_none_is_refused(ratio):
    with pytest.raises(ValueError, match="aspect_ratio"):
        size_of(ratio, 512)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_the_frame_keeps_circles_round(ratio):
    across, (top, bottom) = frame(ratio)
    assert 2 * across / (bottom - top) == pytest.approx(ratio)


# --- prompts


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@pytest.mark.parametrize(
    "options", [{}, {"stylization": 1000, "weirdness": 3000, "variety": 100, "index": 3}]
)
def test_every_scene_draws_something(scene, options):
    values = measure(draw(scene.words.split()[0], long_side=128, **options)).values
    assert values["contrast"] > 0.04
    assert values["palette_size"] > 3


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_word_calls_its_scene(scene):
    assert [word for word in scene.words.split() if scene_of(f"The {word.upper()}s!") is not scene] == []


@pytest.mark.parametrize(
    "prompt",
    ["", "   \n\t", "🦊❄️", "x" * 2000, "منارة عند الغسق", "\x00\x1f", "a{b}c%s", "\ud800", "Ⅷ ² ß İ"],
    ids=["empty", "blank", "emoji", "long", "right to left", "control", "braces", "surrogate", "odd letters"],
)
def test_hostile_prompts_draw(prompt):
    assert pixels(prompt).shape == (128, 128, 3)


@pytest.mark.parametrize(("word", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_a_colour_word_steers_the_colour(word, channel):
    means = pixels(f"{word} mountains", stylization=600).mean(axis=(0, 1))
    assert int(means.argmax()) == channel


def test_the_fox_takes_the_colour_and_the_snow_keeps_its_own():
    red, blue = (pixels(f"a {word} fox in snow", stylization=500) for word in ("red", "blue"))
    snow = np.s_[-10:, :]
    assert np.abs(red[snow].mean(axis=(0, 1)) - blue[snow].mean(axis=(0, 1))).max() < 25
    assert np.abs(red - blue).max() > 60


def test_night_is_darker_than_noon():
    assert pixels("the sea at night").mean() + 15 < pixels("the sea at noon").mean()


def test_grey_words_take_the_colour_away():
    grey, plain = (measure(draw(f"{word}mountains", long_side=128)).values for word in ("monochrome ", ""))
    assert grey["colourfulness"] < 0.6 * plain["colourfulness"]


def test_different_prompts_look_different():
    pictures = [measure(draw(prompt, long_side=128)) for prompt in PROMPTS]
    assert measure_set(pictures)["diversity"][0] > 0.3


def test_a_later_layer_covers_the_ink_of_an_earlier_one():
    controls = Controls(1.0, 0.0, 0.0)
    palette = palette_of(mood_of("", SCENES[0].mood, None), 1.0, 0.0, 0.0)
    canvas = Canvas((64, 64), Dice("", 0, 0, 0.0), controls, palette)
    canvas.outline(canvas.y)
    assert canvas.ink.max() > 0.5
    canvas.lay(np.ones(canvas.shape, np.float32), 0.3)
    assert canvas.ink.max() == 0

"""Pictures on disk: checked before they are kept, kept whole or not at all, and never changed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import warnings
import zlib
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from mjnb.errors import MediaError
from mjnb.media import FORMATS, Store, check, pictures, read_note, videos
from mjnb.media import store as store_room
from mjnb.media.pictures import COMMENT_LIMIT
from mjnb.media.whole import is_whole

NOTE = json.dumps({"prompt": "läuft 🦊 <script>", "stylization": 250}, ensure_ascii=False)
unhurried = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def a_picture(side: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    return Image.effect_noise(side, 60).convert(mode)


def file_of(kind: str, picture: Image.Image | None = None, **how: Any) -> bytes:
    out = io.BytesIO()
    (picture or a_picture()).save(out, kind, **how)
    return out.getvalue()


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB").tobytes()


JPEG, PNG, WEBP = file_of("JPEG"), file_of("PNG"), file_of("WEBP")
PICTURES = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "media")


def files_in(store: Store) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


# ---- kept -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "content"), PICTURES.items())
def test_a_picture_is_kept_byte_for_byte_under_the_hash_of_its_content(
    store: Store, kind: str, content: bytes
) -> None:
    kept = store.keep(content)
    assert (store.folder / kept.path).read_bytes() == content
    assert kept.sha256 == hashlib.sha256(content).hexdigest() == Path(kept.path).stem
    assert (kept.mime, kept.size) == (f"image/{kind.lower()}", len(content))
    assert (kept.width, kept.height) == (96, 64)


def test_the_same_content_is_stored_once(store: Store) -> None:
    first = store.keep(JPEG)
    before = (store.folder / first.path).stat()
    assert store.keep(JPEG) == first
    assert files_in(store) == [store.folder / first.path]
    assert (store.folder / first.path).stat().st_mtime_ns == before.st_mtime_ns


def test_threads_that_keep_the_same_picture_store_it_once(store: Store) -> None:
    threads = [threading.Thread(target=store.keep, args=(JPEG,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() for path in files_in(store)] == [JPEG]


def test_pictures_of_other_content_are_stored_beside(store: Store) -> None:
    assert len({store.keep(content).path for content in PICTURES.values()}) == 3
    assert len(files_in(store)) == 3


# ---- refused ----------------------------------------------------------------------------------------


def a_png_of(width: int, height: int) -> bytes:
    """Return a PNG whose header promises so many pixels and whose data are few."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


REFUSED = {
    "half a JPEG": JPEG[: len(JPEG) // 2],
    "a JPEG without its end": JPEG[:-200],
    "half a PNG": PNG[: len(PNG) // 2],
    "half a WebP": WEBP[: len(WEBP) // 2],
    "a JPEG's first bytes": JPEG[:20],
    "HTML": b"<!DOCTYPE html><html><title>404</title><img src=x onerror=alert(1)></html>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "GIF": file_of("GIF"),
    "TIFF": file_of("TIFF"),
    "BMP": file_of("BMP"),
    "ICO": file_of("ICO", a_picture((32, 32))),
    "PDF": file_of("PDF"),
    "JSON": b'{"code":404,"msg":"gone"}',
    "nothing": b"",
    "zeros": bytes(5000),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_picture_is_refused_and_not_kept(store: Store, name: str) -> None:
    with pytest.raises(MediaError, match="not a whole picture") as caught:
        store.keep(REFUSED[name], NOTE)
    assert caught.value.hint
    assert files_in(store) == []


@pytest.mark.parametrize("side", [50_000, 12_000, 9_000])
@pytest.mark.parametrize("strict", [True, False])
def test_a_header_that_promises_a_flood_of_pixels_is_refused(store: Store, side: int, strict: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error" if strict else "ignore")
        with pytest.raises(MediaError, match="pixels"):
            store.keep(a_png_of(side, side))
    assert files_in(store) == []


def test_more_bytes_than_allowed_are_refused_before_they_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_room, "BYTE_LIMIT", len(JPEG))
    assert store.keep(JPEG)
    with pytest.raises(MediaError, match=f"{len(JPEG) + 1} bytes, {len(JPEG)} are allowed"):
        store.keep(JPEG + b"\0")
    assert len(files_in(store)) == 1


def test_the_pixel_limit_itself_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXEL_LIMIT", 96 * 64)
    assert check(JPEG) == ("JPEG", (96, 64))
    monkeypatch.setattr(pictures, "PIXEL_LIMIT", 96 * 64 - 1)
    with pytest.raises(MediaError, match="96 x 64 pixels"):
        check(JPEG)


@unhurried
@given(
    st.sampled_from(sorted(PICTURES)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_a_picture_with_any_bytes_changed_is_taken_or_refused(
    kind: str, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(PICTURES[kind])
    for place, value in changes:
        content[place % min(len(content), 700)] = value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks about damaged metadata
        try:
            found, _ = check(bytes(content))
        except MediaError:
            return
    assert found in FORMATS


def test_several_jpegs_in_one_file_are_a_jpeg(store: Store) -> None:
    both = file_of("MPO", save_all=True, append_images=[a_picture()])
    assert store.keep(both, NOTE).mime == "image/jpeg"


# ---- the note ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_note_is_in_the_file_and_no_pixel_is_changed(store: Store, kind: str, mode: str) -> None:
    content = file_of(kind, a_picture(mode=mode))
    kept = store.keep(content, NOTE)
    stored = (store.folder / kept.path).read_bytes()
    assert read_note(store.folder / kept.path) == NOTE
    assert pixels(stored) == pixels(content)
    assert kept.sha256 == hashlib.sha256(stored).hexdigest()
    assert kept.size == len(stored) > len(content)


def test_pillow_shows_the_note_to_anyone(store: Store) -> None:
    with store.open(store.keep(JPEG, NOTE).path) as picture:
        assert picture.info["comment"] == NOTE.encode()
    with store.open(store.keep(PNG, NOTE).path) as picture:
        assert picture.info["mjnb"] == NOTE


def test_the_note_is_found_beside_a_comment_of_the_services_own(store: Store) -> None:
    assert read_note(store.folder / store.keep(file_of("JPEG", comment=b"theirs"), NOTE).path) == NOTE


def test_a_jpeg_keeps_its_colour_profile_and_orientation(store: Store) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = file_of("JPEG", exif=exif, icc_profile=b"a profile")
    with store.open(store.keep(content, NOTE).path) as picture:
        assert picture.getexif()[0x0112] == 6
        assert picture.info["icc_profile"] == b"a profile"


def test_a_webp_is_kept_as_it_came(store: Store) -> None:
    kept = store.keep(WEBP, NOTE)
    assert (store.folder / kept.path).read_bytes() == WEBP
    assert read_note(store.folder / kept.path) == ""


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("length", [0, 1, COMMENT_LIMIT])
def test_a_note_of_any_length_that_fits_is_kept(store: Store, kind: str, length: int) -> None:
    kept = store.keep(PICTURES[kind], "x" * length)
    assert read_note(store.folder / kept.path) == "x" * length


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_note_that_does_not_fit_leaves_the_picture_as_it_came(store: Store, kind: str) -> None:
    kept = store.keep(PICTURES[kind], "x" * (COMMENT_LIMIT + 1))
    assert (store.folder / kept.path).read_bytes() == PICTURES[kind]


# ---- thumbnails -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("size", [(800, 400), (400, 800), (20, 10)])
def test_a_thumbnail_is_a_small_jpeg_of_the_same_shape(
    store: Store, kind: str, size: tuple[int, int]
) -> None:
    kept = store.keep(file_of(kind, a_picture(size)))
    with Image.open(io.BytesIO(store.thumbnail(kept.path, 100))) as small:
        assert small.format == "JPEG"
        assert max(small.size) == min(100, max(size))
        assert small.width / small.height == pytest.approx(size[0] / size[1], rel=0.05)


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "CMYK", "1"])
def test_a_picture_of_any_mode_has_a_thumbnail(store: Store, mode: str) -> None:
    kept = store.keep(file_of("JPEG" if mode == "CMYK" else "PNG", a_picture(mode=mode)))
    assert check(store.thumbnail(kept.path))[0] == "JPEG"


def test_a_thumbnail_is_made_once_and_again_when_it_is_gone(store: Store) -> None:
    kept = store.keep(JPEG)
    first = store.thumbnail(kept.path)
    (cached,) = (store.folder / "thumbnails").iterdir()
    made = cached.stat().st_mtime_ns
    assert store.thumbnail(kept.path) == first == cached.read_bytes()
    assert cached.stat().st_mtime_ns == made
    cached.unlink()
    assert store.thumbnail(kept.path) == first
    assert cached.exists()


def test_a_cached_thumbnail_is_used_when_the_picture_is_gone(store: Store) -> None:
    kept = store.keep(JPEG)
    first = store.thumbnail(kept.path)
    (store.folder / kept.path).unlink()
    assert store.thumbnail(kept.path) == first
    with pytest.raises(MediaError, match="cannot open the picture"):
        store.thumbnail(kept.path, 50)


@pytest.mark.parametrize("other", [JPEG[: len(JPEG) // 2], JPEG + b"more", PNG, b""])
def test_a_picture_that_was_damaged_or_replaced_on_disk_is_told(store: Store, other: bytes) -> None:
    kept = store.keep(JPEG)
    (store.folder / kept.path).write_bytes(other)
    for look in (store.thumbnail, store.open):
        with pytest.raises(MediaError, match="is damaged or replaced"):
            look(kept.path)
    assert [path.name for path in files_in(store)] == [Path(kept.path).name]


def test_a_picture_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(MediaError, match=r"cannot open the picture ab/cd\.jpg"):
        store.open("ab/cd.jpg")


# ---- videos -----------------------------------------------------------------------------------------


def a_video(frames: int = 12, side: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = *side, "yuv420p"
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_image(a_picture(side))))
        container.mux(stream.encode())
    return out.getvalue()


VIDEO = a_video()


def test_a_video_is_kept_byte_for_byte_with_a_picture_for_a_thumbnail(store: Store) -> None:
    kept = store.keep(VIDEO, NOTE)
    assert (kept.mime, kept.width, kept.height, kept.size) == ("video/mp4", 64, 48, len(VIDEO))
    assert (store.folder / kept.path).read_bytes() == VIDEO
    assert check(store.thumbnail(kept.path)) == ("JPEG", (64, 48))


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_video_that_came_cut_short_is_refused(store: Store, share: float) -> None:
    with pytest.raises(MediaError, match=r"not a whole video|cut short"):
        store.keep(VIDEO[: int(len(VIDEO) * share)])
    assert files_in(store) == []


def test_what_only_says_that_it_is_a_video_is_refused(store: Store) -> None:
    with pytest.raises(MediaError):
        store.keep(b"\0\0\0\x20ftypisom" + random.Random(1).randbytes(3000))
    assert files_in(store) == []


def test_a_video_of_too_many_pixels_or_frames_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(videos, "FRAME_LIMIT", 11)
    with pytest.raises(MediaError, match="more than 11 frames"):
        store.keep(VIDEO)
    monkeypatch.setattr(videos, "PIXEL_LIMIT", 64 * 48 - 1)
    with pytest.raises(MediaError, match="64 x 48 pixels"):
        store.keep(VIDEO)


@unhurried
@given(st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_video_with_any_bytes_of_its_index_changed_is_taken_or_refused(
    changes: list[tuple[int, int]],
) -> None:
    content = bytearray(VIDEO)
    for from_end, value in changes:
        content[-from_end] = value
    with contextlib.suppress(MediaError):  # anything else is a crash
        assert all(side > 0 for side in videos.check(bytes(content)))


# ---- whole ------------------------------------------------------------------------------------------


def an_mp4(**options: str) -> bytes:
    """Return a video as other writers lay it out: the index first, or in pieces."""
    with tempfile.NamedTemporaryFile(suffix=".mp4") as out:  # its writer opens it a second time
        with av.open(io.BytesIO(VIDEO)) as source, av.open(out.name, "w", options=options) as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
        return Path(out.name).read_bytes()


NOISE = Image.effect_noise((300, 200), 90).convert("RGB")
WHOLE = {
    "PNG": file_of("PNG", NOISE),
    "PNG, moving": file_of("PNG", NOISE, save_all=True, append_images=[a_picture((300, 200))]),
    "JPEG": file_of("JPEG", NOISE),
    "JPEG, progressive": file_of("JPEG", NOISE, progressive=True),
    "JPEG with restarts": file_of("JPEG", NOISE, restart_marker_rows=1),
    "JPEG with a picture in its EXIF": file_of("JPEG", NOISE, exif=b"Exif\0\0" + JPEG),
    "JPEGs in one": file_of("MPO", NOISE, save_all=True, append_images=[NOISE])[:-2] + b"\xff\xd9",
    "WebP": file_of("WEBP", NOISE),
    "WebP, lossless": file_of("WEBP", NOISE, lossless=True),
    "WebP, moving": file_of("WEBP", NOISE, save_all=True, append_images=[a_picture((300, 200))]),
    "MP4": VIDEO,
    "MP4, index first": an_mp4(movflags="faststart"),
    "MP4 in pieces": an_mp4(movflags="frag_keyframe+empty_moov"),
}
BEHIND = [b"\0", bytes(100), b"\r\n", b"<script>alert(1)</script>", b"PK\x03\x04" + bytes(500)]


def cuts(name: str, content: bytes) -> dict[str, bytes]:
    """Return what reaches a reader of a file when a part of it is lost, or zeros come in its place."""
    half, end = len(content) // 2, content.index(b"\xff\xd9", 9000) if name == "JPEGs in one" else 0
    content = content[: end + 2] if end else content  # what follows the first of several is behind its end
    cut = {f"{n} bytes cut off": content[:-n] for n in (1, 2, 4, 7, 12, 20, 100, half, len(content) - 12)}
    if name.startswith(("PNG", "JPEG")):  # say where they end
        cut |= {f"{n} bytes at the end zeroed": content[:-n] + bytes(n) for n in (4, 12, 40)}
    if name.startswith("PNG"):  # has checksums
        cut |= {f"{n} zeros in the middle": content[:half] + bytes(n) + content[half:] for n in (1, 20, 4096)}
        cut |= {f"{n} zeros for bytes": content[:half] + bytes(n) + content[half + n :] for n in (9, 4096)}
        cut |= {"4,096 bytes lost": content[:half] + content[half + 4096 :]}
    return cut


@pytest.mark.parametrize("lenient", [False, True])  # as a snippet that goes round sets it for all of Pillow
@pytest.mark.parametrize("name", WHOLE)
def test_a_file_is_kept_up_to_its_end_or_not_at_all(
    store: Store, name: str, lenient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    whole = WHOLE[name]
    for what, content in cuts(name, whole).items():
        with pytest.raises(MediaError, match=r"not a whole|cut short"):
            pytest.fail(f"{what}: {store.keep(content)}")
    assert files_in(store) == []
    for content in (whole, *(whole + behind for behind in BEHIND)):
        if name != "MP4 in pieces" or content == whole:
            kept = store.keep(content)
            assert (store.folder / kept.path).read_bytes() == content


def brands() -> dict[str, tuple[bytes, str]]:
    avif = file_of("AVIF", NOISE)

    def with_brands(*names: bytes) -> bytes:
        box = b"ftyp" + names[0] + bytes(4) + b"".join(names[1:])
        return struct.pack(">I", len(box) + 4) + box + avif[int.from_bytes(avif[:4], "big") :]

    return {
        "AVIF": (avif, "AVIF"),
        "AVIF, moving": (file_of("AVIF", NOISE, save_all=True, append_images=[NOISE]), "AVIF"),
        "AVIF, cut": (avif[:-20], "AVIF"),
        "AVIF by a compatible brand": (with_brands(b"isom", b"mp42", b"avif"), "AVIF"),
        "HEIC": (with_brands(b"heic", b"mif1"), "HEIC"),
        "HEIC, many bits": (with_brands(b"heix"), "HEIC"),
        "HEIC, moving": (with_brands(b"hevc", b"msf1", b"iso8"), "HEIC"),
        "HEIF of another coder": (with_brands(b"mif1", b"miaf"), "HEIF"),
        "HEIF, moving": (with_brands(b"msf1"), "HEIF"),
    }


def test_a_picture_in_the_container_of_videos_is_refused_as_what_it_is(store: Store) -> None:
    for name, (content, kind) in brands().items():
        with pytest.raises(MediaError, match=f"is a picture as {kind}; JPEG, PNG, WebP and MP4 are kept"):
            pytest.fail(f"{name}: {store.keep(content)}")
    assert files_in(store) == []


def test_files_of_many_small_parts_cost_no_time_of_the_square_of_their_length() -> None:
    parts = (
        b"\x89PNG\r\n\x1a\n" + (bytes(4) + b"teXt" + zlib.crc32(b"teXt").to_bytes(4, "big")) * 2_000_000,
        b"\xff\xd8" + b"\xff\xfe\0\2" * 5_000_000,
        b"\xff\xd8" + b"\xff\0" * 10_000_000,
        b"\xff\xd8" + b"\xff" * 20_000_000,
        b"\0\0\0\x08free" * 3_000_000,
    )
    kinds = ("PNG", "JPEG", "JPEG", "JPEG", "MP4")
    assert not any(is_whole(content, kind) for content, kind in zip(parts, kinds, strict=True))


# ---- writing ----------------------------------------------------------------------------------------


def test_a_place_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am a file")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper", Path("/proc/mjnb")):
        with pytest.raises(MediaError, match="cannot write") as caught:
            Store(folder).keep(JPEG)
        assert str(folder) in caught.value.hint
        assert "make it writable" in caught.value.hint


def test_a_full_disk_is_told_and_leaves_nothing_behind(store: Store) -> None:
    script = """
import resource, sys
from pathlib import Path
from mjnb.errors import MediaError
from mjnb.media import Store
content = sys.stdin.buffer.read()
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    Store(Path(sys.argv[1])).keep(content)
except MediaError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(store.folder)], input=JPEG, capture_output=True, check=True
    )
    assert done.stdout.startswith(b"cannot write ")
    assert b"Make room in " in done.stdout
    assert files_in(store) == []


def test_kills_while_writing_leave_no_half_picture_under_a_final_name(store: Store) -> None:
    script = """
import io, os, random, signal, sys, time
from pathlib import Path
from PIL import Image, ImageFile
from mjnb.media import Store
store = Store(Path(sys.argv[1]))
out = io.BytesIO()
Image.effect_noise((700, 700), 60).save(out, "PNG")
for turn in range(10):
    ours, theirs = os.pipe()
    if (pid := os.fork()) == 0:
        number = 0
        while True:
            store.keep(out.getvalue(), f"{turn} {number}")
            os.write(theirs, b".")
            number += 1
    os.read(ours, 1)  # one is whole; the kill meets one of those that follow
    time.sleep(random.uniform(0, 0.12))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
"""
    subprocess.run([sys.executable, "-c", script, str(store.folder)], check=True)
    final = [path for path in files_in(store) if not path.name.startswith(".tmp-")]
    assert len(final) >= 10
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.stem for path in final)


def test_a_leftover_of_a_kill_is_in_nobodys_way(store: Store) -> None:
    kept = store.keep(JPEG)
    (store.folder / kept.path).rename((store.folder / kept.path).with_name(".tmp-leftover"))
    assert store.keep(JPEG) == kept
    assert (store.folder / kept.path).read_bytes() == JPEG


def test_noise_is_noise_and_no_picture() -> None:
    for seed in range(20):
        with pytest.raises(MediaError):
            check(random.Random(seed).randbytes(3000))


def test_no_path_or_link_leads_out_of_the_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "media")
    kept = store.keep(a_jpeg())
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (store.folder / "link.jpg").symlink_to(secret)
    for path in ("../secret.txt", str(secret), "link.jpg", "../media/../secret.txt"):
        with pytest.raises(MediaError, match="leads out of"):
            store.open(path)
    shutil.rmtree(store.folder / "thumbnails", ignore_errors=True)
    (store.folder / "thumbnails").mkdir()
    (store.folder / "thumbnails" / f"{kept.sha256}-384-plain.jpg").symlink_to(secret)
    with pytest.raises(MediaError, match="leads out of"):
        store.thumbnail(kept.path)


def test_a_thumbnail_tells_nothing_of_the_parameters(tmp_path: Path) -> None:
    store = Store(tmp_path / "media")
    kept = store.keep(a_jpeg(), '{"stylization": 250}')
    assert b"stylization" in (store.folder / kept.path).read_bytes()
    assert b"stylization" not in store.thumbnail(kept.path)


def a_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    return out.getvalue()


def test_four_of_the_noisiest_thumbnails_stay_small_in_a_notebook() -> None:
    noise = Image.effect_noise((1024, 1024), 200).convert("RGB")
    content = pictures.small_jpeg(noise, store_room.THUMBNAIL_SIDE)
    assert 4 * len(content) * 4 / 3 < 0.24 * 2**20
    with Image.open(io.BytesIO(content)) as small:
        assert small.size == (store_room.THUMBNAIL_SIDE, store_room.THUMBNAIL_SIDE)


def test_a_pipe_or_a_huge_file_in_a_saved_folder_is_not_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(store_room.KEPT_LIMIT + 1)
    with pytest.raises(MediaError, match="has more than"):
        store.open("huge.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(MediaError, match="is no file"):
        store.open("folder.png")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        writer = threading.Thread(target=(tmp_path / "pipe.png").write_bytes, args=(b"",), daemon=True)
        writer.start()  # whoever reads it all the same gets an end, and does not hang
        with pytest.raises(MediaError, match="is no file"):
            store.open("pipe.png")
        (tmp_path / "pipe.png").read_bytes()
        writer.join()

"""Displays: inert whatever is in them, readable to everyone, and never the thing that breaks."""

from __future__ import annotations

import base64
import io
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import bleach
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import mjnb
from mjnb import display
from mjnb.display import CountView, Live, PictureView, TaskView, Tree, Usual

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</code></div><iframe src=//evil.example>",
    "<!-- <style>*{display:none}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "javascript:alert(1)",
    "$x^2$ `code` [a](javascript:alert(1)) \u202e 🦊",
]
TAGS = {"div", "span", "code", "pre", "figure", "figcaption", "img", "a", "bdi", "video"}
ATTRIBUTES = {"class", "style", "title", "src", "alt", "width", "href", "target", "rel"}
FILM_ATTRIBUTES = {"controls", "loop", "muted", "preload", "poster", "src", "title", "width", "style"}


def a_jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "JPEG")
    return out.getvalue()


THUMBNAIL = a_jpeg()
VIEW = TaskView(
    id="0190aabbccddeeff",
    state="succeeded",
    prompt="a red fox",
    magic="a red fox --s 250",
    task_id="t1",
    params={"prompt": "a red fox", "stylization": 250, "aspect_ratio": "16:9", "call_back_url": "https://x"},
    pictures=tuple(PictureView(n, THUMBNAIL, f"media/{n}.jpg") for n in (1, 2, 3)),
    elapsed=61.4,
)
RUNNING = replace(VIEW, state="generating", pictures=(), elapsed=30.0, usual=Usual(50, 60, 80))


class Seen(HTMLParser):
    """What a browser would find in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def seen(html: str) -> Seen:
    """Parse HTML and hold it against what is allowed: nothing that runs, loads or looks like ours."""
    found = Seen(html)
    assert found.open == []
    assert {tag for tag, _ in found.elements} <= TAGS
    for tag, attributes in found.elements:
        assert set(attributes) <= (FILM_ATTRIBUTES if tag == "video" else ATTRIBUTES)
        if tag == "video":
            assert attributes["preload"] == "none"  # nothing is asked for before somebody plays it
            attributes = {"src": attributes["poster"], "href": attributes["src"]}
        assert attributes.get("src", "data:image/jpeg;base64,").startswith("data:image/jpeg;base64,")
        assert (
            not attributes.get("href", "").strip().lower().startswith(("javascript:", "data:", "vbscript:"))
        )
        assert "url(" not in attributes.get("style", "")
    return found


def hostile_view(text: str, state: str) -> TaskView:
    pictures = (
        PictureView(1, THUMBNAIL, link=text),
        PictureView(2, note=text),
        PictureView(3, THUMBNAIL, link=f"https://cdn/{text}"),
    )
    texts: dict[str, Any] = dict.fromkeys(
        ("id", "prompt", "magic", "task_id", "error", "hint", "trouble", "surprises", "family"), text
    )
    return TaskView(
        **texts, state=state, params={"version": text, text: text}, pictures=pictures, sandbox=True
    )


# ---- inert ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("state", ["succeeded", "failed", "generating", "<script>"])
def test_a_task_with_hostile_texts_is_inert(text: str, state: str) -> None:
    found = seen(display.task_html(hostile_view(text, state)))
    assert f"%mj {text}" in found.text
    assert len(found.all("img")) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_progress_notices_and_trees_with_hostile_texts_are_inert(text: str) -> None:
    assert text in seen(display.count_html(CountView(text, {text: 3}, 9, note=text))).text
    assert text in seen(display.notice_html(text)).text
    tree, _ = Tree(text, True, (Tree(text),))._repr_mimebundle_()
    assert seen(tree["text/html"]).text.count(text) == 2


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(["succeeded", "failed", "unknown"]))
def test_any_text_is_shown_as_text(text: str, state: str) -> None:
    view = replace(hostile_view(text.replace("\r", "").replace("\x00", ""), state), pictures=())
    assert display.typed(view.magic) in seen(display.task_html(view)).text


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JavaScript:alert(1)", "\tjavascript:x", "data:text/html,x", "vbscript:x"]
)
def test_an_address_that_would_run_is_not_linked(link: str) -> None:
    view = replace(VIEW, pictures=(PictureView(1, THUMBNAIL, link=link),))
    assert seen(display.task_html(view)).all("a") == []


@pytest.mark.parametrize("link", ["media/ab/ab.jpg", "https://cdn/1.jpeg", "media/a:b.jpg", "../x.jpg"])
def test_a_file_or_a_web_address_is_linked_without_handing_over_the_page(link: str) -> None:
    view = replace(VIEW, pictures=(PictureView(1, THUMBNAIL, link=link),))
    (anchor,) = seen(display.task_html(view)).all("a")
    assert (anchor["href"], anchor["rel"]) == (link, "noopener")


def test_a_picture_without_an_address_is_not_linked() -> None:
    view = replace(VIEW, pictures=(PictureView(1, THUMBNAIL),))
    assert seen(display.task_html(view)).all("a") == []


# ---- what is shown ----------------------------------------------------------------------------------


def test_every_picture_has_an_alternative_text_of_its_own() -> None:
    images = seen(display.task_html(VIEW)).all("img")
    assert [image["alt"] for image in images] == [
        f"a red fox, picture {n} of 3 (stylization 250, aspect_ratio 16:9)" for n in (1, 2, 3)
    ]


def test_every_picture_is_in_the_page_itself() -> None:
    for image in seen(display.task_html(VIEW)).all("img"):
        assert base64.b64decode(image["src"].partition(",")[2]) == THUMBNAIL


def test_a_picture_that_is_missing_says_why_in_its_place() -> None:
    view = replace(VIEW, pictures=(PictureView(1, note="the media host answered 404"), PictureView(2)))
    found = seen(display.task_html(view))
    assert "the media host answered 404" in found.text
    assert "not here yet" in found.text
    assert len(found.all("figure")) == 2
    assert display.task_text(view).splitlines()[1] == "1: the media host answered 404"


def test_the_text_has_the_status_and_the_line_to_copy() -> None:
    assert display.task_text(VIEW).splitlines() == [
        "task ddeeff: 3 pictures in 61 s",
        "%mj a red fox --s 250",
    ]


@pytest.mark.parametrize(
    "state", ["intent", "submitted", "generating", "succeeded", "failed", "rejected", "unknown", "expired"]
)
def test_every_state_has_its_word_and_the_line_to_copy(state: str) -> None:
    view = replace(VIEW, state=state, error="no such face")
    first, error, last = display.task_text(view).splitlines()
    assert ("3 pictures" if state == "succeeded" else state) in first
    assert (error, last) == ("no such face", "%mj a red fox --s 250")
    assert "%mj a red fox --s 250" in seen(display.task_html(view)).text


def test_a_running_task_shows_how_far_it_probably_is() -> None:
    assert "generating, 30 s, usually 50 to 80 s" in display.task_text(RUNNING)
    assert "width:50%" in display.task_html(RUNNING)
    assert "width:98%" in display.task_html(replace(RUNNING, elapsed=900.0))
    assert "width:" not in display.task_html(replace(RUNNING, usual=None)).replace("max-width:", "")


def test_a_failure_shows_its_reason_and_what_to_do() -> None:
    view = replace(VIEW, state="failed", pictures=(), error="no such face", hint="Change the prompt.")
    found = seen(display.task_html(view)).text
    assert "no such face" in found
    assert "→ Change the prompt." in found


def test_a_sandboxs_task_says_so() -> None:
    assert "sandbox" in seen(display.task_html(replace(VIEW, sandbox=True))).text
    assert "sandbox" not in display.task_html(VIEW)


def test_one_picture_is_not_called_pictures() -> None:
    assert "1 picture in" in display.task_text(replace(VIEW, pictures=VIEW.pictures[:1]))


def test_where_an_output_came_from_is_in_its_metadata() -> None:
    found = json.loads(json.dumps(display.task_metadata(VIEW)))["mjnb"]
    assert (found["id"], found["taskId"], found["params"]["stylization"]) == (VIEW.id, "t1", 250)


def test_progress_counts_what_there_is_and_shows_a_bar_until_the_end() -> None:
    view = CountView("sweep", {"succeeded": 3, "failed": 1, "generating": 2, "unknown": 0}, 8, left=90)
    assert display.count_text(view) == "sweep: 3 succeeded, 1 failed, 2 generating of 8, about 90 s left"
    assert "width:50%" in display.count_html(view)
    assert "width:" not in display.count_html(CountView("sweep", {"succeeded": 8}, 8)).replace(
        "max-width:", ""
    )
    assert display.count_text(CountView("sweep", {}, 0)) == "sweep: nothing yet of 0"


def test_a_tree_is_drawn_with_the_one_that_is_meant_marked() -> None:
    tree = Tree("a", branches=(Tree("b", branches=(Tree("c"),)), Tree("d", marked=True)))
    assert str(tree) == repr(tree) == "a\n├─ b\n│  └─ c\n└─ d ←"


# ---- never raises -----------------------------------------------------------------------------------

COUNT = CountView("x", {}, 3)


def but(view: Any, **changes: Any) -> Any:
    """Return a view with values of a wrong type."""
    return replace(view, **changes)


BROKEN: list[Any] = [
    None,
    object(),
    but(VIEW, id=None),
    but(VIEW, state=None),
    but(VIEW, prompt=None),
    but(VIEW, magic=None),
    but(VIEW, params=None),
    but(VIEW, pictures=[None]),
    but(VIEW, pictures=(but(PictureView(1), thumbnail="no bytes"),)),
    but(VIEW, pictures=(but(PictureView(1, THUMBNAIL), link=None),)),
    but(VIEW, elapsed="soon"),
    but(RUNNING, elapsed="soon"),
    but(RUNNING, usual=Usual(0.0, 0.0, 0.0)),
    but(RUNNING, elapsed=float("nan")),
    but(RUNNING, elapsed=float("inf"), usual=Usual(*[float("inf")] * 3)),
    but(VIEW, error=7),
    but(COUNT, counts=None),
    but(COUNT, counts={"succeeded": None}),
    but(COUNT, total=None),
]


@pytest.mark.parametrize("view", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_view_is_shown_as_something(view: Any) -> None:
    for show in (display.task_text, display.count_text):
        assert isinstance(show(view), str)
        assert show(view)
    for show in (display.task_html, display.count_html):
        assert seen(show(view)).text


def test_what_cannot_be_shown_says_so_without_its_content() -> None:
    assert display.task_text(but(VIEW, id=None)) == "TaskView cannot be shown: TypeError"


# ---- while it changes -------------------------------------------------------------------------------


def test_outside_notebooks_and_terminals_nothing_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    live = Live()
    live.show("text", "<b>html</b>")
    live.end()
    assert capfd.readouterr() == ("", "")


def test_a_terminal_has_one_line_that_changes_in_place() -> None:
    script = """
from mjnb.display import Live
live = Live()
live.show("half\\nof it", "")
live.show("half\\nof it", "")
live.show("", "")
live.show("all\\nof it", "")
live.end()
"""
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", script], stderr=theirs, check=True)
    os.close(theirs)
    assert os.read(ours, 4096).decode() == "\r\x1b[Khalf\r\x1b[K\r\x1b[Kall\r\n"
    os.close(ours)


def test_what_was_asked_for_later_stays_when_an_earlier_render_comes_after_it() -> None:
    script = """
import threading
from mjnb.display import Live
live, begun, go_on = Live(), threading.Event(), threading.Event()
def slow():
    begun.set()
    go_on.wait()
    return "three of four", "", None
thread = threading.Thread(target=live.draw, args=[slow])
thread.start()
begun.wait()
live.draw(lambda: ("all four", "", None))
go_on.set()
thread.join()
live.end()
"""
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", script], stderr=theirs, check=True)
    os.close(theirs)
    assert os.read(ours, 4096).decode() == "\r\x1b[Kall four\r\n"
    os.close(ours)


def test_outside_ipython_there_is_no_cell() -> None:
    script = "from mjnb.display import this_cell; import sys; print(this_cell(), 'IPython' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "False"]


# ---- what is typed ----------------------------------------------------------------------------------

LINE_BREAKS = ["\n", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]


def test_one_line_is_typed_behind_the_magic() -> None:
    assert display.typed("a red fox --s 250") == "%mj a red fox --s 250"


@pytest.mark.parametrize("gap", LINE_BREAKS, ids=ascii)
def test_what_has_line_breaks_is_typed_as_a_cell_and_arrives_whole(gap: str) -> None:
    """Read back by the very shell that would run it."""
    from IPython.core.inputtransformer2 import TransformerManager

    line = f"a wide river{gap}  under 'stars' --s 250"
    run = TransformerManager().transform_cell(display.typed(line))
    arrived: list[tuple[str, ...]] = []
    shell = SimpleNamespace(run_cell_magic=lambda *said: arrived.append(said))
    exec(run, {"get_ipython": lambda: shell})
    assert arrived == [("mj", "", f"{line}\n")]


# ---- videos -----------------------------------------------------------------------------------------

FILM = replace(
    VIEW, pictures=(PictureView(1, THUMBNAIL, "media/ab.mp4", video=True, size=1_234_567, sha256="ab"),)
)


def test_a_video_plays_from_its_file_and_stands_still_until_then() -> None:
    found = seen(display.task_html(FILM))
    (video,) = found.all("video")
    assert (video["src"], video["preload"]) == ("media/ab.mp4", "none")
    assert video["poster"] == found.all("img")[0]["src"] == display.data_uri(THUMBNAIL)
    assert "1 video in 61 s" in found.text
    assert "video, 1.2 MB" in found.text


@pytest.mark.parametrize("link", ["", "javascript:alert(1)"])
def test_a_video_that_cannot_be_linked_shows_its_first_frame(link: str) -> None:
    view = replace(FILM, pictures=(replace(FILM.pictures[0], link=link),))
    found = seen(display.task_html(view))
    assert found.all("video") == found.all("a") == []
    assert len(found.all("img")) == 1


@pytest.mark.parametrize("view", [VIEW, FILM, RUNNING, replace(VIEW, state="failed", error="no such face")])
def test_what_a_strict_viewer_leaves_still_reads_well(view: TaskView) -> None:
    """GitHub keeps neither styles, classes nor videos, but what is inside of them."""
    kept = bleach.clean(
        display.task_html(view),
        tags=TAGS - {"video", "bdi"},
        attributes={"img": ["src", "alt", "width"], "a": ["href"]},
        protocols={"https", "data"},
        strip=True,
    )
    found = Seen(kept)
    assert len(found.all("img")) == len(view.pictures)
    assert all(image["alt"].startswith("a red fox, ") and image["src"] for image in found.all("img"))
    assert "%mj a red fox --s 250" in found.text
    assert (view.error or display.task_status(view)) in found.text


# ---- where it came from -----------------------------------------------------------------------------


def test_metadata_has_the_hashes_and_the_version_and_no_callback_url() -> None:
    found = display.task_metadata(FILM)["mjnb"]
    assert found["images"] == [{"number": 1, "sha256": "ab"}]
    assert found["version"] == mjnb.__version__
    assert "call_back_url" not in found["params"]


def test_a_picture_alone_says_of_which_it_is_one() -> None:
    view = replace(VIEW, pictures=VIEW.pictures[2:], prompt="", title="its parent's prompt")
    assert display.alt_text(view, 3).startswith("its parent's prompt, picture 3 of 3")


# ---- tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_what_stands_under_a_table_is_inert(text: str) -> None:
    found = seen(display.table_html([display.RowView(text, text, text, text, THUMBNAIL)]))
    assert found.all("img")[0]["alt"] == text
    assert display.typed(text) in found.text


def test_a_row_without_a_picture_still_has_its_line() -> None:
    found = seen(display.table_html([display.RowView("0123456789", "failed", "a fox", "a fox")]))
    assert found.all("img") == []
    assert found.text == "456789 · failed%mj a fox"


def test_what_turns_text_around_turns_only_itself() -> None:
    """Flags behind a right-to-left override still read from left to right, and are copied as they are."""
    view = replace(VIEW, magic="a \u202efox\u2067 --s 250")
    page = display.task_html(view)
    assert "a <bdi>\u202e</bdi>fox<bdi>\u2067</bdi> --s 250" in page
    assert f"%mj {view.magic}" in seen(page).text

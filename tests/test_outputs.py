"""Outputs of a real kernel, as a notebook file keeps them when no front end listens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from kernels import Notebook, Output, html_of

from mjnb.sandbox import Sandbox

SETTLED = "import time\nwhile not {}.done: time.sleep(0.01)"  # as long as a user looks elsewhere


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("kernel")
    with Sandbox(time_scale=300, long_side=64, latency={"fast": 60, "relaxed": 600}) as server:
        settings = {
            "MJNB_BASE_URL": server.url,
            "MJNB_API_KEY": server.key,
            "MJNB_TIME_SCALE": "300",
            "MJNB_DATA_DIR": str(folder / "data"),
        }
        with Notebook(folder, **settings) as opened:
            assert opened.run("%load_ext mjnb\nimport mjnb as mj") == []
            yield opened


def only(outputs: list[Output]) -> Any:
    """Return the output that a cell's result or display is."""
    (one,) = outputs
    assert one["output_type"] in ("display_data", "execute_result")
    return one


def images(page: str) -> int:
    return len(re.findall(r'<img src="data:image/jpeg;base64,', page))


# ---- what nobody waited for ----


def test_a_task_that_nobody_waited_for_is_brought_up_to_date_by_the_next_cell(notebook: Notebook) -> None:
    """nbclient hears nothing between cells; without the repetition the file kept ``submitted`` for ever."""
    started = html_of(notebook.run("fox = mj.imagine('a red fox')\nfox"))
    assert images(started) == 0
    notebook.run(SETTLED.format("fox"))
    page = html_of(notebook.outputs(-2))
    assert images(page) == 4
    assert "4 pictures" in page


def test_all_that_nobody_waited_for_are_brought_up_to_date_at_once(notebook: Notebook) -> None:
    for name in ("hare", "owl", "deer"):
        notebook.run(f"{name} = mj.imagine('a {name}', speed='relaxed')\n{name}")
    notebook.run("for one in (hare, owl, deer): one.wait()")
    notebook.run("None")
    assert [images(html_of(notebook.outputs(place))) for place in (-5, -4, -3)] == [4, 4, 4]


def test_a_cell_says_what_a_thread_said_while_it_drew(notebook: Notebook) -> None:
    """Else it would stand nowhere: nbclient does not hear the thread."""
    shown = notebook.run("""
import threading
from mjnb.display import Live
live = Live()
live.show("nothing yet", "")
def slow():
    thread = threading.Thread(target=live.draw, args=[lambda: ("all four", "", None)])
    thread.start()
    thread.join()
    return "three of four", "", None
live.draw(slow)
""")
    assert shown[0]["data"]["text/plain"] == "all four"
    assert notebook.run("from mjnb.display import live as room\nprint(len(room._stale))")[0]["text"] == "0\n"


def test_a_notebook_that_ends_by_waiting_keeps_nothing_unfinished(notebook: Notebook) -> None:
    cells = ["%mj a lynx", "%%mj --each\na\nb", "%mj a {red, blue} bird", "x = %mj an owl --relax\nx"]
    first = len(notebook.book.cells)
    for cell in cells:
        notebook.run(cell)
    assert "succeeded" in str(notebook.run("%mj wait"))
    shown = [str(one["data"]["text/plain"]) for cell in notebook.book.cells[first:] for one in cell.outputs]
    assert not [text for text in shown if "submitted" in text or "waits" in text or "nothing" in text]
    assert sum(text.startswith("task") and ": 4 pictures in" in text for text in shown) == 4


def test_what_is_up_to_date_is_not_said_again(notebook: Notebook) -> None:
    notebook.run("mj.imagine('a goat', wait=True)")
    said = "from mjnb.display import live\nprint(len(live._stale))"
    assert notebook.run(said)[0]["text"] == "0\n"
    assert notebook.run("None") == []


# ---- frames ----


def test_a_frame_of_tasks_has_pictures_states_and_lines_under_it(notebook: Notebook) -> None:
    notebook.run("mj.imagine('a wide river --s 250', wait=True);")
    shown = only(notebook.run("mj.tasks().tail(2)"))
    page, text = shown["data"]["text/html"], shown["data"]["text/plain"]
    assert "<table" in page
    assert images(page) == 2
    assert "%mj a wide river --fast --s 250</code>" in page
    assert text.splitlines()[-1].endswith("succeeded: %mj a wide river --fast --s 250")
    assert text.startswith("shape: (2, ")
    assert shown["metadata"]["mjnb"]["frame"] == "tasks"


@pytest.mark.parametrize(
    "how", ["filter(state='succeeded')", "reverse()", "with_columns(x=1)", "select('id', 'state', "
            "'param_json', 'request_sha')"]
)  # fmt: skip
def test_what_is_made_of_it_is_still_known(notebook: Notebook, how: str) -> None:
    notebook.run("mj.imagine('a wide river --s 250', wait=True);")
    assert images(only(notebook.run(f"mj.tasks().tail(1).{how}"))["data"]["text/html"]) == 1


def test_a_frame_of_pictures_shows_those_pictures(notebook: Notebook) -> None:
    shown = only(notebook.run("mj.images().tail(3)"))
    page = shown["data"]["text/html"]
    assert images(page) == 3
    assert [f"· {n} stored" in page for n in (1, 2, 3, 4)] == [False, True, True, True]
    assert shown["metadata"]["mjnb"]["frame"] == "images"


@pytest.mark.parametrize(
    "frame", ["pl.DataFrame({'id': ['x'], 'state': ['y']})", "mj.tasks().select('id', 'prompt')"]
)
def test_any_other_frame_is_shown_as_polars_shows_it(notebook: Notebook, frame: str) -> None:
    shown = only(notebook.run(f"import polars as pl\nframe = {frame}\nframe"))
    plain = notebook.run("print(frame._repr_html_())")[0]["text"].rstrip("\n")
    assert shown["data"]["text/html"] == plain
    assert shown["metadata"] == {}


def test_rows_that_no_session_knows_are_a_plain_table(notebook: Notebook) -> None:
    shown = only(notebook.run("import polars as pl\nmj.tasks().with_columns(id=pl.lit('0' * 32))"))
    assert "mjnb-rows" not in shown["data"]["text/html"]


def test_without_the_extension_every_frame_is_polars_own(notebook: Notebook) -> None:
    notebook.run("%unload_ext mjnb")
    assert "mjnb-rows" not in only(notebook.run("mj.tasks()"))["data"]["text/html"]
    notebook.run("%load_ext mjnb")
    assert "mjnb-rows" in only(notebook.run("mj.tasks()"))["data"]["text/html"]


# ---- sweeps ----


def test_a_sweep_has_its_plan_its_pictures_and_a_line_that_makes_it_again(notebook: Notebook) -> None:
    notebook.run("sweep = mj.sweep('a {tall, wide} tree', stylization=[0, 500])\nsweep.run()")
    shown = only(notebook.run("sweep"))
    assert images(shown["data"]["text/html"]) == 4
    line = shown["data"]["text/plain"].splitlines()[-1]
    assert line == "%mj sweep a {tall, wide} tree --fast {--s 0, --s 500}"
    assert shown["metadata"]["mjnb"]["axes"]["stylization"] == [0, 500]
    assert "nothing to pay" in only(notebook.run(f"{line} --dry-run"))["data"]["text/plain"]


def test_a_sweep_that_only_python_can_say_has_no_line(notebook: Notebook) -> None:
    shown = only(notebook.run("mj.sweep('a {colour} tree', colour=['red', 'blue'])"))
    assert "%mj" not in shown["data"]["text/plain"]
    assert "2 cells, 2 to pay" in shown["data"]["text/plain"]


# ---- what is typed again ----


@pytest.mark.parametrize(
    "prompt", ["a wide river\n  under stars", "two\r\nlines", "a\u2028b", "it's \"quoted\" {x} $y; #z --nope",
               "upscale\nthe world", "what is this?"]
)  # fmt: skip
def test_the_line_of_a_task_makes_the_same_task_again(notebook: Notebook, prompt: str) -> None:
    notebook.run(f"from mjnb.prompt import escape\none = mj.imagine(escape({prompt!r}), stylization=50)")
    typed = notebook.run("print('%' + repr(one).split('\\n%', 1)[1], end='')")[0]["text"]
    notebook.run(typed)
    assert notebook.run("mj.tasks()['request_sha'].tail(2).n_unique()")[0]["data"]["text/plain"] == "1"
    assert notebook.run("one.wait().state")[0]["data"]["text/plain"] == "'succeeded'"


# ---- the session ----


def test_a_session_says_where_it_works_and_how_to_go_on(notebook: Notebook) -> None:
    shown = only(notebook.run("mj.session()"))
    assert shown["data"]["text/plain"].splitlines()[-1] == "%mj tasks"
    assert "<code>%mj tasks</code>" in shown["data"]["text/html"]
    assert set(shown["metadata"]["mjnb"]) == {"version", "service", "account"}

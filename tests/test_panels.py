"""The panel without a browser: what the form says, what is sent and kept, and that nothing is paid twice."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import ipywidgets.widgets.widget as registry
import pytest
from faulty import GENERATE, Faulty, Lost, envelope, until
from kernels import Notebook
from PIL import Image

import mjnb as mj
from mjnb import display, prompt
from mjnb.errors import AnswerLost, InvalidRequest
from mjnb.media import BYTE_LIMIT
from mjnb.panels import Panel, actions, live, panel, references
from mjnb.panels.form import describe, name_of
from mjnb.panels.page import static_html
from mjnb.params import TASK_TYPES, Choice, NumberChoice, Span, Switch, rows
from mjnb.prices import PRICES
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task

PICTURE = "https://example.com/fox.png"
TRAPS = [
    "don't stop, it's 'tis the season",
    'he said "no" and \\"yes\\"',
    "a garden --no weeds, snakes",
    "one {curly} brace and } another {",
    "costs $HOME and ${PATH} $(rm)",
    "first; second && third | fourth",
    "# not a comment %mj !ls ?",
    "a 🦊 in 雪, naïve",
    "ثعلب أحمر في الثلج",
    "x" * 2000,
    "</script><img src=x onerror=alert(1)> &amp; <b>",
    "upscale the world",
    "two\nlines",
]


@pytest.fixture
def made(session: Session) -> Iterator[Panel]:
    one = panel(session)
    yield one
    one.close()


def hear(made: Panel, do: str, buffers: tuple[bytes, ...] = (), **message: Any) -> None:
    """Let the form's widget take a message as it comes from its front end."""
    made.form._handle_custom_msg({"do": do, **message}, list(buffers))


def say(
    made: Panel, text: str, *, do: str = "say", commit: bool = False, press: str = "", **said: Any
) -> None:
    shown = [one["url"] for one in made.form.pictures]
    values = {"task_type": "mj_txt2img", "prompt": text, **said}
    hear(made, do, said=values, stamp="a 1", press=press, commit=commit, pictures=shown)


def answer(made: Panel, **said: Any) -> None:
    hear(made, "answer", about=made.form.ask.get("number"), **said)


def sent(made: Panel, count: int = 1) -> list[Task]:
    """Return the panel's tasks once there are so many and all have ended."""
    until(lambda: len(made.tasks) >= count, 20)
    return [task.wait(300) for task in made.tasks]


# ---- the form is the table ----


def test_every_row_has_a_control_with_its_domain() -> None:
    controls = {one["name"]: one for one in describe(PRICES, "fast")["controls"]}
    assert ["task_type", *controls] == list(rows())
    for name, row in rows().items():
        if name == "task_type":
            continue
        one, domain = controls[name], row.domain
        assert one["on"] == [kind for kind in TASK_TYPES if row.applies(kind)]
        assert one["advanced"] == row.advanced
        assert row.help in one["help"]
        if isinstance(domain, Span):
            assert (one["kind"], one["low"], one["high"], one["step"]) == (
                "span", domain.low, domain.high, domain.step,
            )  # fmt: skip
        elif isinstance(domain, Choice | NumberChoice):
            assert one["values"] == list(domain.values)
        elif isinstance(domain, Switch):
            assert one["values"] == [True, False]
    assert controls["aspect_ratio"]["kind"] == "ratio"
    assert controls["speed"]["notes"]["turbo"] == f"about {PRICES['turbo']:g} credits"


def test_every_kind_of_control_can_be_drawn() -> None:
    script = (Path(mj.__file__).parent / "panels" / "form.js").read_text()
    drawn = set(re.findall(r"(\w+): \w+Control", script)) | {"prompt", "pictures"}
    assert {one["kind"] for one in describe(PRICES, "fast")["controls"]} <= drawn


def test_task_types_have_names_for_people() -> None:
    types = describe(PRICES, "fast")["types"]
    assert [one["name"] for one in types] == list(TASK_TYPES)
    assert types[0]["label"] == "Text to image"
    assert name_of("a_new_one") == "A new one"


# ---- state is code ----


def one_value(name: str) -> Any:
    domain = rows()[name].domain
    if isinstance(domain, Span):
        return domain.high
    if isinstance(domain, Choice | NumberChoice):
        return domain.values[-1]
    if isinstance(domain, Switch):
        return False
    return "https://example.com/hook" if name == "call_back_url" else "words"


@pytest.mark.parametrize("kind", TASK_TYPES)
def test_what_the_form_says_is_what_a_dry_run_sends(made: Panel, session: Session, kind: str) -> None:
    said = {name: one_value(name) for name, row in rows().items() if row.applies(kind)}
    said |= {"task_type": kind, "prompt": "a fox, red"}
    said.pop("file_urls", None)
    if TASK_TYPES[kind].inputs[1] != 0:
        said["file_urls"] = [PICTURE]
    made.params = said
    assert made.params == said
    assert made.live.faults == ()
    preview = session.imagine(**made.params, dry_run=True)
    assert json.loads(made.live.json) == preview.body
    assert made.form.live["json"] == made.live.json
    assert made.live.credits == preview.credits


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({"prompt": "a fox, red", "aspect_ratio": "16:9", "variety": 5}, "a fox, red --ar 16:9 --c 5"),
        ({"prompt": "upscale it", "version": "niji6"}, "imagine upscale it --niji 6"),
        ({"prompt": "it", "file_urls": [PICTURE], "weirdness": 100}, f"{PICTURE} it --w 100"),
        ({"prompt": "it", "file_urls": [PICTURE], "ow": 7}, f"it --ow 7 --oref {PICTURE}"),
        ({"prompt": "it", "task_type": "mj_video", "file_urls": [PICTURE], "motion": "low"},
         f"{PICTURE} it --motion low"),
    ],
)  # fmt: skip
def test_the_line_makes_the_same(made: Panel, said: dict[str, Any], line: str) -> None:
    made.params = said
    assert made.to_magic() == made.live.command == f"%mj {line}"
    assert prompt.to_request(prompt.one_line(line.removeprefix("imagine ")), {}) == made.live.request


@pytest.mark.parametrize(
    "said",
    [
        {"prompt": "it", "water_mark": "me"},
        {"task_type": "mj_video_hd", "file_urls": [PICTURE], "prompt": "it"},
    ],
)
def test_what_has_no_flag_is_told_in_python(made: Panel, session: Session, said: dict[str, Any]) -> None:
    made.params = said
    preview = eval(made.live.command[:-1] + ", dry_run=True)", {"mj": session})
    assert preview.body == json.loads(made.live.json)


def test_a_prompt_of_several_lines_is_a_cell_magic(made: Panel) -> None:
    made.params = {"prompt": "two\nlines"}
    assert made.to_magic() == made.live.command == "%%mj\ntwo\nlines"


def test_the_line_leaves_out_what_has_no_flag(made: Panel) -> None:
    assert made.to_magic() == "%mj"
    made.params = {"prompt": "it", "weirdness": 100, "water_mark": "me"}
    assert made.to_magic() == "%mj it --w 100"


def test_braces_of_a_variable_stay_text(made: Panel) -> None:
    say(made, "a {{name}}")
    assert made.live.request is not None
    assert made.live.request.prompt == "a {{name}}"
    assert prompt.interpolate(made.to_magic(), {"name": "fox"}) == made.to_magic()


def test_wrong_values_leave_the_form_as_it_was(made: Panel) -> None:
    made.params = {"prompt": "a fox"}
    with pytest.raises(InvalidRequest) as caught:
        made.params = {"prompt": "b", "stylisation": 3, "weirdness": 5000}
    assert "did you mean 'stylization'" in caught.value.faults[0]
    assert "5000 is outside" in caught.value.faults[1]
    assert made.params["prompt"] == "a fox"
    made.params |= {"stylization": 250}
    assert made.params == {"task_type": "mj_txt2img", "prompt": "a fox", "stylization": 250}


# ---- what is typed ----


def test_flags_of_the_prompt_move_into_their_controls(made: Panel) -> None:
    say(made, "a fox --ar 16:9 --s 250 --no snow", stylization=100)
    assert made.params["stylization"] == 250  # the last word
    assert made.form.loads == 0
    say(made, "a fox --ar 16:9 --s 250 --no snow", commit=True, stylization=100)
    assert made.form.loads == 1
    assert made.form.said == {
        "task_type": "mj_txt2img", "prompt": "a fox --no snow", "aspect_ratio": "16:9", "stylization": 250,
    }  # fmt: skip
    assert "--no snow has no field" in made.form.live["warnings"][0]


def test_a_picture_at_the_start_becomes_a_reference(made: Panel) -> None:
    say(made, f"{PICTURE} in winter", commit=True)
    assert made.form.said["task_type"] == "mj_img2img"
    assert [one["url"] for one in made.form.pictures] == [PICTURE]
    assert made.params["file_urls"] == [PICTURE]


def test_a_flag_without_a_control_stays_where_it_was_typed(made: Panel) -> None:
    say(made, "a fox --ow 100", commit=True)
    assert made.form.loads == 0
    assert made.live.faults == ("ow does not apply to mj_txt2img",)


def test_all_faults_are_told_as_one_types(made: Panel) -> None:
    say(made, "a fox --ar 21:9", stylization=4000, weirdness=2.5)
    faults = made.form.live["faults"]
    assert len(faults) == 3
    assert "--ar" in faults[0]
    assert faults[1:] == ["stylization 4000 is outside 0 to 1000", "weirdness needs a whole number, not 2.5"]
    assert made.form.live["json"] == made.form.live["command"] == ""


def test_a_slip_and_an_odd_step_are_warned_of(made: Panel) -> None:
    say(made, "a fox --stylise 4", weirdness=33)
    assert "did you mean --stylize 4?" in made.form.live["faults"][0]
    say(made, "a fox --vibe 4", weirdness=33)
    assert made.form.live["warnings"][0] == "weirdness 33: the service advises steps of 100"
    assert "--vibe is no flag that is known" in made.form.live["warnings"][1]


def test_a_prompt_for_several_tasks_is_for_the_sweep_tab(made: Panel) -> None:
    say(made, "a {red, blue} fox", do="generate")
    assert "makes 2 tasks" in made.form.trouble
    assert made.params["prompt"] == "a {red, blue} fox"
    assert made.tasks == []


def test_what_no_control_says_is_not_heard(made: Panel) -> None:
    hear(made, "say", said={"prompt": "a fox", "nonsense": 1, "stylization": {"a": 1}}, stamp="a 1")
    assert made.params == {"task_type": "mj_txt2img", "prompt": "a fox"}
    hear(made, "say", said={"prompt": "a fox"}, stamp="\ud800 2")
    assert made.form.stamp == ""  # half a character could not be sent back
    made.form._handle_custom_msg("nonsense", [])
    hear(made, "nonsense")
    assert made.form.trouble == ""
    assert made.form.heard == 3  # the sign of life for each, also when nothing changes


# ---- what is sent ----


@pytest.mark.parametrize("text", TRAPS, ids=range(len(TRAPS)))
def test_the_ledger_has_the_exact_prompt(made: Panel, session: Session, text: str) -> None:
    say(made, text, do="generate")
    (task,) = sent(made)
    assert made.form.trouble == ""
    assert json.loads(session.tracker.ledger.entry(task.id).param_json)["prompt"] == text  # type: ignore[union-attr]


def test_pressing_twice_pays_once(made: Panel, session: Session) -> None:
    say(made, "a fox", do="generate")
    say(made, "a fox", do="generate")
    sent(made)
    until(lambda: not made.form.busy, 10)
    assert session.tasks().height == 1
    say(made, "an owl", do="generate")  # at once, and another
    sent(made, 2)
    until(lambda: not made.form.busy, 10)
    assert session.spent == 2 * PRICES["fast"]


def test_a_press_whose_message_comes_again_pays_once(
    made: Panel, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that was lost may bring a message again, long after the first one was answered."""
    monkeypatch.setattr("mjnb.panels.runs.TWICE", 0.0)
    say(made, "a fox", do="generate", press="a 1")
    (task,) = sent(made)
    until(lambda: not made.form.busy, 10)
    say(made, "a fox", do="generate", press="a 1")
    assert not made.form.busy
    shelf = made.gallery.widget
    for count, press in enumerate(["b 1", "b 2", "b 10"], 2):
        for action, number in (("U", 1), ("V", 2), ("Rerun", 0), ("U", 3)):  # the first of them counts
            wanted = {"id": task.id, "action": action, "number": number, "press": press}
            shelf._handle_custom_msg({"do": "act", **wanted}, [])
        assert len(sent(made, count)) == count
    say(made, "a fox", do="generate", press="a 2")  # another press
    sent(made, 5)
    until(lambda: not made.form.busy, 10)
    assert session.tasks()["task_type"].to_list() == ["mj_txt2img", *3 * ["mj_upscale"], "mj_txt2img"]


def test_two_runs_are_in_flight_at_once(made: Panel, session: Session) -> None:
    made.params = {"prompt": "a fox"}
    made.generate()
    made.params = {"prompt": "an owl"}
    made.generate()
    assert {task.prompt for task in sent(made, 2)} == {"a fox", "an owl"}
    until(lambda: made.form.status == "2 finished", 10)
    assert {card.title for card in made.gallery.cards} == {"a fox", "an owl"}
    assert len(made.form.earlier) == 8


def test_code_is_told_of_faults(made: Panel) -> None:
    with pytest.raises(InvalidRequest, match="prompt is empty"):
        made.generate()


def test_the_budget_holds_and_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data", max_credits=5) as poor:
        made = panel(poor)
        say(made, "a fox", do="generate")
        until(lambda: made.form.trouble, 10)
        assert "5 of 5 are left" in made.form.trouble
        assert poor.tasks().height == 0
        made.close()


def test_much_is_asked_about_first(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data", ask_above=5) as careful:
        made = panel(careful)
        say(made, "a fox", do="generate")
        assert "about 8 credits" in made.form.ask["text"]
        answer(made, yes=False)
        assert made.form.ask == {}
        answer(made, yes=True)  # of a question that is not asked any more
        say(made, "a fox", do="generate")
        hear(made, "answer", yes=True, about="This costs about 1 credit.")  # of another one
        assert made.form.ask != {}
        say(made, "an owl --turbo")  # typed while it is asked: what was asked about is paid
        answer(made, yes=True)
        (task,) = sent(made)
        assert (task.prompt, careful.tasks().height, careful.spent) == ("a fox", 1, 8)
        made.close()


def test_what_a_newer_message_overtook_changes_nothing_and_pays_nothing(
    made: Panel, session: Session
) -> None:
    hear(made, "say", said={"prompt": "a red fox", "stylization": 500}, stamp="a 3")
    hear(made, "say", said={"prompt": "a red"}, stamp="a 2")
    assert made.params == {"task_type": "mj_txt2img", "prompt": "a red fox", "stylization": 500}
    hear(made, "generate", said={"prompt": "a red"}, stamp="a 2")
    assert "the form has changed since; nothing was sent" in made.form.trouble
    assert made.tasks == []
    hear(made, "say", said={"prompt": "an owl"}, stamp="b 1")  # another view of it counts for itself
    assert made.params["prompt"] == "an owl"
    hear(made, "generate", said={"prompt": "an owl"}, stamp="b 1")
    (task,) = sent(made)
    assert (task.prompt, session.tasks().height) == ("an owl", 1)


def test_pictures_that_were_not_shown_are_not_sent(made: Panel, session: Session) -> None:
    said = {"task_type": "mj_img2img", "prompt": f"{PICTURE} in winter"}
    other = "https://example.com/owl.png"
    made.params = {"prompt": "in winter", "file_urls": [other]}  # while the page shows none
    hear(made, "generate", said=said, stamp="a 1", pictures=[])
    assert "the form has changed since; nothing was sent" in made.form.trouble
    assert made.tasks == []
    hear(made, "remove", url=other)
    hear(made, "say", said=said, stamp="a 1", commit=True)  # the address moves to the pictures
    assert [one["url"] for one in made.form.pictures] == [PICTURE]
    hear(made, "generate", said=said, stamp="a 1", pictures=[])  # pressed before the page shows it there
    until(lambda: made.tasks or made.form.trouble, 20)
    (task,) = made.tasks
    assert (task.params["file_urls"], task.prompt) == ([PICTURE], "in winter")


def test_the_answer_to_another_question_of_the_same_words_pays_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data", ask_above=1) as careful:
        made = panel(careful)
        say(made, "a fox", do="generate")
        first = dict(made.form.ask)
        say(made, "an owl", do="generate")
        assert made.form.ask["text"] == first["text"]
        hear(made, "answer", yes=True, about=first["number"])
        assert made.form.ask != {}
        answer(made, yes=True)
        (task,) = sent(made)
        assert (task.prompt, careful.tasks().height) == ("an owl", 1)
        made.close()


def test_an_older_state_is_not_shown_after_a_newer_one(made: Panel, session: Session) -> None:
    """A task that changes is told of on mjnb's thread, and by who sent it: one after the other."""
    task = session.imagine("a fox").wait()
    meeting, met = Barrier(2), []

    class Output(display.Live):
        def show(self, text: str, html: str, metadata: Any = None) -> None:
            try:
                met.append(meeting.wait(0.2))
            except BrokenBarrierError:
                return

    made._outputs.append(Output())
    for do in (made._save_form, lambda: made.runs.follow(task)):
        threads = [Thread(target=do) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        meeting.reset()
    assert met == []


def test_what_comes_into_the_form_later_stands_in_the_saved_notebook_too(
    made: Panel, session: Session
) -> None:
    task = session.imagine("a fox").wait()
    saved: list[str] = []

    class Output(display.Live):
        def show(self, text: str, html: str, metadata: Any = None) -> None:
            saved.append(html)

    made._outputs.append(Output())
    made._act("Animate", task.id, 2)
    until(lambda: saved and "Video" in saved[-1] and "Reference pictures" in saved[-1], 20)


def test_a_refusal_is_told_and_the_next_one_goes_through(troubled: Faulty, tmp_path: Path) -> None:
    with Session(
        base_url=troubled.url, api_key="sandbox", data_dir=tmp_path / "data", time_scale=300
    ) as session:
        made = panel(session)
        troubled.script("/api/v1/mj/generate", envelope(code=422, msg="the prompt is not allowed"))
        say(made, "a fox", do="generate")
        until(lambda: made.form.trouble, 20)
        assert "not allowed" in made.form.trouble
        made.generate()
        assert sent(made)[0].state == "succeeded"
        made.close()


# ---- reference pictures ----


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()


def test_a_file_arrives_in_parts_and_is_uploaded_once(made: Panel, session: Session) -> None:
    content = png()
    middle = len(content) // 2
    for part, some in enumerate([content[:middle], content[middle:]]):
        hear(made, "file", (some,), name="../fox.png", key="k", part=part, of=2)
    until(lambda: made.form.pictures, 10)
    (one,) = made.form.pictures
    assert one["label"] == "fox.png"
    assert one["picture"].startswith("data:image/jpeg")
    say(made, "in winter", task_type="mj_img2img")
    assert made.live.request is not None
    assert made.live.request.file_urls == (one["url"],)
    assert made.params["file_urls"] == [content]
    assert repr(made.params["file_urls"]) == f"[<fox.png, {len(content)} bytes>]"
    say(made, "in winter", do="generate", task_type="mj_img2img")
    (task,) = sent(made)
    assert task.params["file_urls"] == [one["url"]]
    for _ in range(2):  # a double click
        hear(made, "remove", url=one["url"])
    assert made.form.pictures == []


def test_an_earlier_result_is_a_reference(made: Panel, session: Session) -> None:
    task = session.imagine("a fox").wait()
    hear(made, "add", text=f" {task.id[-6:]}/3 ")
    until(lambda: made.form.pictures, 10)
    assert made.form.pictures[0]["label"] == f"picture 3 of task {task.id[-6:]}"
    assert made.form.pictures[0]["url"] == task.images[2].url


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"do": "add", "text": "https://user:pw@example.com/x.png"}, "user name or password"),
        ({"do": "add", "text": "http://192.168.0.1/x.png"}, "private address"),
        ({"do": "add", "text": "abcdef/2"}, "no task is called"),
        ({"do": "add", "text": "no such file.png"}, "cannot read"),
        ({"do": "file", "name": "x.png", "key": "k", "part": 0, "of": 1}, "not a whole picture"),
        ({"do": "file", "name": "x.png", "key": "k", "part": 1, "of": 2}, "did not arrive whole"),
        ({"do": "file", "name": "x.png", "key": "k", "part": "1", "of": None}, "did not arrive whole"),
    ],
)
def test_what_is_no_picture_is_told(made: Panel, message: dict[str, Any], words: str) -> None:
    made.form._handle_custom_msg(message, [b"<html>"])
    until(lambda: made.form.trouble, 10)
    assert words in made.form.trouble
    assert made.form.pictures == []


def test_a_file_has_a_limit() -> None:
    parts = references.Parts()
    some = bytes(BYTE_LIMIT // 2)
    for part in range(2):
        assert parts.take("big.png", "k", part, 100, some) is None
    with pytest.raises(InvalidRequest, match="larger than"):
        parts.take("big.png", "k", 2, 100, some)


def test_files_that_never_become_whole_are_forgotten() -> None:
    parts = references.Parts()
    for number in range(100):
        parts.take("left.png", f"k{number}", 0, 2, b"half")
    assert len(parts._coming) <= references.MOST_FILES
    assert parts.take("left.png", "k99", 1, 2, b"half") == b"halfhalf"


# ---- what a result's buttons do ----


def test_results_go_on(made: Panel, session: Session, tmp_path: Path) -> None:
    task = session.imagine("a fox, red --ar 16:9").wait()
    made._act("U", task.id, 2)
    made._act("U", task.id, 2)  # pressed twice
    made._act("V", task.id, 3)
    made._act("Rerun", task.id, 0)
    kinds = sorted((one.task_type, one.entry.parent_image or 0, one.prompt) for one in sent(made, 3))
    assert kinds == [("mj_txt2img", 0, "a fox, red"), ("mj_upscale", 2, ""), ("mj_vary", 3, "")]
    assert session.tasks().height == 4

    made._act("Use", task.id, 0)
    assert made.params == {
        "task_type": "mj_txt2img", "prompt": "a fox, red", "speed": "fast", "aspect_ratio": "16:9",
    }  # fmt: skip
    made._act("Rate 4", task.id, 1)
    (kept,) = session.tracker.ledger.ratings.standing()
    assert (kept.kind, kept.score, kept.shown[0].number) == ("single", 4.0, 1)
    made._act("Save", task.id, 1)
    copy = Path(made.form.status.removeprefix("Saved as "))
    made.page._handle_custom_msg({"do": "tab", "name": "history"}, [])
    made._act("Rate 5", task.id, 2)
    assert (made.page.tab, made.page.note) == ("history", "Rated 5 of 5.")
    made._act("Use", task.id, 0)
    assert made.page.tab == "make"
    assert copy.read_bytes() == task.images[0].path.read_bytes()
    assert actions.save(task.images[0], tmp_path) == copy
    copy.write_bytes(b"mine")
    assert actions.save(task.images[0], tmp_path).name == f"{copy.stem}-2{copy.suffix}"
    assert copy.read_bytes() == b"mine"


def test_a_video_is_made_and_made_longer(made: Panel, session: Session) -> None:
    task = session.imagine("a fox").wait()
    made._act("Animate", task.id, 2)
    until(lambda: made.form.pictures, 10)
    assert made.params["task_type"] == "mj_video"
    say(made, "it runs", do="generate", task_type="mj_video", motion="low")
    (film,) = sent(made)
    made._act("Extend", film.id, 1)
    assert "about 60 credits" in made.form.ask["text"]
    assert session.tasks().height == 2
    answer(made, yes=True, text="into the wood")
    assert [one.task_type for one in sent(made, 2)] == ["mj_video", "mj_video_extend_manual"]


# ---- what is left ----


class Tags(HTMLParser):
    """The elements of a page, and whatever could act."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.acting: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.acting += [
            name for name, value in attrs if name.startswith("on") or "javascript:" in (value or "")
        ]


def test_the_static_form_tells_command_parameters_and_results(made: Panel, session: Session) -> None:
    made.params = {"prompt": TRAPS[-3], "stylization": 250, "water_mark": "<script>x</script>"}
    made.generate()
    sent(made)
    until(lambda: made.gallery.cards and made.gallery.cards[0].pictures, 10)
    bundle, _ = made._repr_mimebundle_()
    seen = Tags(bundle["text/html"])
    assert {"code", "table", "img"} <= set(seen.found)
    assert not {"script", "iframe", "object"} & set(seen.found)
    assert seen.acting == []
    assert "Stylization" in bundle["text/html"]
    assert "mj.imagine(" in bundle["text/plain"]
    assert "a widget" not in bundle


@pytest.mark.slow
def test_what_code_sets_stands_in_the_saved_form(tmp_path: Path) -> None:
    with Notebook(tmp_path) as notebook:
        notebook.run("import mjnb as mj\npanel = mj.panel()")
        notebook.run("panel")
        notebook.run('panel.params = {"prompt": "a harbour", "stylization": 700}')
        saved = next(cell for cell in notebook.book.cells if cell.source == "panel").outputs[0]["data"]
    assert saved["text/plain"] == "mjnb panel\n%mj a harbour --s 700"
    assert "Stylization" in saved["text/html"]


def test_an_empty_form_has_a_static_form() -> None:
    html = static_html(live.look({"task_type": "mj_txt2img", "prompt": ""}, (), PRICES, "fast"), [])
    assert "the prompt is empty" in html


def test_closing_leaves_no_widget(session: Session) -> None:
    before = set(registry._instances)
    made = panel(session)
    made._tab("history")
    made._tab("sweep")
    assert made.form.trouble == ""
    assert set(registry._instances) != before
    made.close()
    assert set(registry._instances) == before
    say(made, "a fox", do="generate")  # a message that was on its way
    assert made.tasks == []


def test_a_task_goes_on_without_its_panel(session: Session) -> None:
    made = panel(session)
    made.params = {"prompt": "a fox"}
    made.generate()
    until(lambda: made.tasks, 10)
    made.close()
    assert made.tasks[0].wait(300).state == "succeeded"


def test_the_face_has_the_panel() -> None:
    assert mj.panel is panel


# ---- what is left from before ----


def test_what_is_unknown_is_told_in_the_panel_and_warned_of_in_no_thread(
    troubled: Faulty, tmp_path: Path
) -> None:
    def opened() -> Session:
        return Session(base_url=troubled.url, api_key="sandbox", time_scale=300, data_dir=tmp_path / "data")

    troubled.script(GENERATE, Lost())
    with opened() as first, pytest.raises(AnswerLost):
        first.imagine("a fox")
    with opened() as second:
        made = panel(second)
        made.runs.work(made._take_up).result(300)  # as when it is shown; a warning would be an error here
        assert "1 task is unknown (perhaps paid" in made.page.note
        assert made.form.trouble == ""
        made.close()


def test_scores_of_an_earlier_session_are_shown(sandbox: Sandbox, tmp_path: Path) -> None:
    def opened() -> Session:
        return Session(sandbox=sandbox, data_dir=tmp_path / "data")

    with opened() as first:
        fox = first.imagine("a fox", wait=True)
        actions.rate(first, fox.images[1], 2)
        actions.rate(first, fox.images[1], 4)  # the latest counts
    with opened() as second:
        made = panel(second)
        made._open_tab("history")
        assert made.history is not None
        assert made.history.widget._scores == {(fox.id, 2): 4}
        made._act("Rate 5", fox.id, 1)
        assert made.history.widget._scores[fox.id, 1] == made.gallery.widget._scores[fox.id, 1] == 5
        made.close()

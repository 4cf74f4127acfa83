"""Every task type and what can be made from a task: the exact body on the wire, lineage, and refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from faulty import GENERATE, Faulty, Seen
from sandbox_talk import EXTEND, UPSCALE, VARY

from mjnb import errors
from mjnb.params import Upscale, Vary, VideoExtend, body, from_body, make
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task

URL = "https://files.example.com/a.png"
OTHER = "https://files.example.com/b.png"
SUBMITS = (GENERATE, EXTEND, UPSCALE, VARY)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=300, long_side=64, short_side=64, latency={"relaxed": 900}) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def wire(server: Sandbox) -> Iterator[Faulty]:
    """The sandbox, behind a proxy that remembers every request."""
    with Faulty(upstream=server.url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def lab(wire: Faulty, server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("lab")
    with Session(base_url=wire.url, api_key=server.key, time_scale=300, data_dir=folder) as session:
        yield session


@pytest.fixture(scope="module")
def fox(lab: Session) -> Task:
    return task_of(lab.imagine("a red fox", wait=True))


@pytest.fixture(scope="module")
def film(lab: Session, fox: Task) -> Task:
    return task_of(lab.animate(fox.images[0], "it runs", motion="low", batch=2, wait=True))


def task_of(made: object) -> Task:
    assert isinstance(made, Task)
    return made


def sent(wire: Faulty) -> list[Seen]:
    """Return the paid requests so far."""
    return [one for one in wire.seen if one.path in SUBMITS]


def last(wire: Faulty) -> tuple[str, dict[str, Any]]:
    """Return path and JSON body of the latest paid request."""
    return sent(wire)[-1].path, json.loads(sent(wire)[-1].body)


# ---- every task type ----

TEXT = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "fast"}
PICTURE = {"taskType": "mj_img2img", "prompt": "a fox", "speed": "fast", "fileUrls": [URL]}
STYLE = {**PICTURE, "taskType": "mj_style_reference"}
OMNI = {"taskType": "mj_omni_reference", "prompt": "a fox", "fileUrls": [URL], "ow": 400}
VIDEO = {"taskType": "mj_video", "prompt": "a fox", "fileUrls": [URL], "motion": "low"}
WAYS: dict[str, tuple[Callable[[Session], Any], dict[str, Any]]] = {
    "text": (lambda s: s.imagine("a fox"), TEXT),
    "text, by name": (lambda s: s.imagine("a fox", task_type="mj_txt2img"), TEXT),
    "picture": (lambda s: s.imagine("a fox", file_urls=URL), PICTURE),
    "picture, by flag": (lambda s: s.imagine(f"{URL} a fox"), PICTURE),
    "pictures": (
        lambda s: s.imagine("a fox", file_urls=[URL, OTHER], speed="turbo"),
        {**PICTURE, "fileUrls": [URL, OTHER], "speed": "turbo"},
    ),
    "style": (lambda s: s.imagine("a fox", file_urls=URL, task_type="mj_style_reference"), STYLE),
    "style, by flag": (lambda s: s.imagine(f"a fox --sref {URL}"), STYLE),
    "omni": (lambda s: s.imagine("a fox", file_urls=URL, ow=400), OMNI),
    "omni, by flag": (lambda s: s.imagine(f"a fox --oref {URL} --ow 400"), OMNI),
    "video": (lambda s: s.animate(URL, "a fox", motion="low"), VIDEO),
    "video, by flag": (lambda s: s.animate(URL, "a fox --motion low"), VIDEO),
    "video, imagined": (
        lambda s: s.imagine("a fox", file_urls=URL, task_type="mj_video", motion="low"),
        VIDEO,
    ),
    "video, all flags": (lambda s: s.imagine(f"{URL} a fox --motion low"), VIDEO),
    "video, plain": (lambda s: s.animate(URL, "a fox"), {**VIDEO, "motion": "high"}),
    "video, batch": (lambda s: s.animate(URL, "a fox --bs 4", motion="low"), {**VIDEO, "videoBatchSize": 4}),
    "video, HD": (
        lambda s: s.animate(URL, "a fox", motion="low", hd=True, batch=2, aspect_ratio="16:9"),
        {**VIDEO, "taskType": "mj_video_hd", "videoBatchSize": 2, "aspectRatio": "16:9"},
    ),
}


@pytest.mark.parametrize(("do", "expected"), WAYS.values(), ids=WAYS)
def test_every_task_type_is_sent_as_the_contract_says(
    lab: Session, wire: Faulty, server: Sandbox, do: Callable[[Session], Any], expected: dict[str, Any]
) -> None:
    task = task_of(do(lab))
    assert last(wire) == (GENERATE, expected)
    recorded = json.loads(server.account.tasks[str(task.task_id)].param_json)
    assert {name: recorded[name] for name in expected} == expected
    assert json.loads(task.entry.param_json) == expected


# ---- follow-ups: pictures and videos count from 1, the API as it likes ----


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_each_endpoint_counts_from_its_own_base(number: int) -> None:
    """The documents: upscale and extend count from 0, vary from 1."""
    for cls, name, api, base in (
        (Upscale, "image", "imageIndex", 0),
        (Vary, "image", "imageIndex", 1),
        (VideoExtend, "video", "index", 0),
    ):
        kind = {"task_type": "mj_video_extend_auto"} if cls is VideoExtend else {}
        request = make(cls, {"task_id": "t", name: number, **kind})  # type: ignore[type-var]
        assert body(request)[api] == number - 1 + base
        assert from_body(cls, body(request)) == request  # type: ignore[type-var]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize(("verb", "path", "base"), [("upscale", UPSCALE, 0), ("vary", VARY, 1)])
def test_pictures_count_from_one_wherever_they_are_named(
    lab: Session, wire: Faulty, server: Sandbox, fox: Task, number: int, verb: str, path: str, base: int
) -> None:
    on_wire = (path, {"taskId": fox.task_id, "imageIndex": number - 1 + base})
    made: list[Task] = []
    for do in (
        lambda: getattr(fox, verb)(number),
        lambda: getattr(fox.images[number - 1], verb)(),
        lambda: getattr(lab, verb)(fox, number),
        lambda: getattr(lab, verb)(fox.images[number - 1]),
        lambda: getattr(lab, verb)(fox.id[-6:], number),
        lambda: getattr(lab, verb)(fox.task_id, image=number),
    ):
        made.append(task_of(do()))
        assert last(wire) == on_wire
    for task in made:
        assert (task.entry.parent, task.entry.parent_image) == (fox.id, number)
        assert server.account.tasks[str(task.task_id)].index == number - 1  # the picture that was meant


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    ("prompt", "more"),
    [
        (None, {"taskType": "mj_video_extend_auto"}),
        ("it leaps", {"taskType": "mj_video_extend_manual", "prompt": "it leaps"}),
    ],
)
def test_videos_count_from_one_and_a_prompt_makes_it_manual(
    lab: Session,
    wire: Faulty,
    server: Sandbox,
    film: Task,
    number: int,
    prompt: str | None,
    more: dict[str, str],
) -> None:
    made: list[Task] = []
    for do in (
        lambda: film.extend(number, prompt),
        lambda: lab.extend(film, number, prompt),
        lambda: lab.extend(film.images[number - 1], prompt=prompt),
        lambda: lab.extend(film.id, video=number, prompt=prompt),
    ):
        made.append(task_of(do()))
        assert last(wire) == (EXTEND, {"taskId": film.task_id, "index": number - 1, **more})
    for task in made:
        assert (task.entry.parent, task.entry.parent_image) == (film.id, number)
        assert server.account.tasks[str(task.task_id)].index == number - 1


def test_a_picture_is_animated_from_where_it_is(lab: Session, wire: Faulty, fox: Task) -> None:
    task = task_of(lab.animate(fox.images[2], "it runs"))
    assert last(wire)[1]["fileUrls"] == [fox.images[2].url]
    assert (task.entry.parent, task.entry.parent_image) == (fox.id, 3)


def test_follow_ups_can_be_awaited(lab: Session, fox: Task) -> None:
    async def both() -> list[Task]:
        return list(await asyncio.gather(task_of(fox.upscale(1)), task_of(fox.images[1].vary())))

    assert [task.state for task in asyncio.run(both())] == ["succeeded"] * 2


def test_results_are_of_the_documented_kind_and_number(lab: Session, fox: Task, film: Task) -> None:
    large, varied, longer = (
        task_of(one) for one in (fox.upscale(2, wait=True), fox.vary(3, wait=True), film.extend(2, wait=True))
    )
    assert [len(one.images) for one in (fox, film, large, varied, longer)] == [4, 2, 1, 4, 1]
    small = fox.images[1]
    assert small.width is not None
    assert small.height is not None
    assert (large.images[0].width, large.images[0].height) == (2 * small.width, 2 * small.height)
    assert longer.images[0].path.suffix == ".mp4"


# ---- lineage ----


@pytest.fixture
def family(session: Session) -> dict[str, Task]:
    first = task_of(session.imagine("a lighthouse", wait=True))
    large = task_of(first.upscale(2, wait=True))
    varied = task_of(first.images[2].vary(wait=True))
    again = task_of(varied.vary(1, wait=True))
    return {"first": first, "large": large, "varied": varied, "again": again}


def test_lineage_is_in_the_ledger_and_in_the_frame(session: Session, family: dict[str, Task]) -> None:
    ids = {name: task.id for name, task in family.items()}
    frame = session.tasks().select("id", "parent", "parent_image")
    assert frame.rows() == [
        (ids["first"], None, None),
        (ids["large"], ids["first"], 2),
        (ids["varied"], ids["first"], 3),
        (ids["again"], ids["varied"], 1),
    ]


def test_ancestors_and_children_are_told_nearest_and_oldest_first(family: dict[str, Task]) -> None:
    first, large, varied, again = family.values()
    assert again.parent is varied
    assert again.ancestors() == [varied, first]
    assert first.ancestors() == []
    assert first.parent is None
    assert first.children() == [large, varied]
    assert again.children() == []


def test_the_family_is_a_small_tree_in_text_and_in_the_display(family: dict[str, Task]) -> None:
    first, large, varied, again = (task.id[-6:] for task in family.values())
    tree = str(family["varied"].family())
    assert tree.splitlines() == [
        f"txt2img {first}: succeeded, a lighthouse",
        f"├─ upscale {large} of 2: succeeded",
        f"└─ vary {varied} of 3: succeeded ←",
        f"   └─ vary {again} of 1: succeeded",
    ]
    shown, _ = family["varied"]._repr_mimebundle_()
    assert tree in shown["text/html"]


def test_lineage_survives_the_session(
    session: Session, family: dict[str, Task], sandbox: Sandbox, tmp_path: Path
) -> None:
    before = str(family["again"].family())
    session.close()
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as later:
        assert str(later.task(family["again"].id).family()) == before


def test_the_line_of_a_follow_up_names_its_source(fox: Task, film: Task) -> None:
    assert task_of(fox.vary(3)).to_magic() == f"vary {fox.id[-6:]} 3"
    assert film.to_magic() == f"animate {fox.id[-6:]} 1 it runs --motion low --bs 2"
    assert task_of(film.extend(2, "it leaps")).to_magic() == f"extend {film.id[-6:]} 2 it leaps"


# ---- wrong uses: refused before anything is paid, with what to do ----

WRONG: dict[str, tuple[Callable[[Session, Task, Task], Any], str]] = {
    "video without an image": (
        lambda s, _x, _v: s.imagine("x", task_type="mj_video"),
        "exactly one file URL, not 0",
    ),
    "video of nothing": (lambda s, _x, _v: s.animate([], "x"), "empty list"),
    "video of None": (lambda s, _x, _v: s.animate(None, "x"), "cannot be a picture"),
    "two images for a video": (lambda s, x, _v: s.animate(x.images[:2], "x"), "exactly one file URL, not 2"),
    "two URLs for a video": (lambda s, _x, _v: s.animate([URL, OTHER], "x"), "exactly one file URL, not 2"),
    "video of a video": (lambda s, _x, v: s.animate(v.images[0], "x"), "is a video"),
    "picture of a video": (lambda s, _x, v: s.imagine("x", file_urls=v.images[0]), "is a video"),
    "video without a prompt": (lambda s, x, _v: s.animate(x.images[0], " "), "empty"),
    "video with a speed": (lambda s, x, _v: s.animate(x.images[0], "x --fast"), "speed does not apply"),
    "video with a style": (lambda s, x, _v: s.animate(x.images[0], "x", stylization=5), "does not apply"),
    "batch of three": (lambda s, x, _v: s.animate(x.images[0], "x", batch=3), "3 is not one of 1, 2, 4"),
    "batch said twice": (lambda s, x, _v: s.animate(x.images[0], "x --bs 4", batch=2), "given twice"),
    "ow on text": (lambda s, _x, _v: s.imagine("x", ow=100), "ow does not apply to mj_txt2img"),
    "ow on text, by flag": (lambda s, _x, _v: s.imagine("x --ow 100"), "ow does not apply to mj_txt2img"),
    "ow out of range": (lambda s, _x, _v: s.imagine("x", file_urls=URL, ow=0), "0 is outside 1 to 1000"),
    "manual without a prompt": (lambda _s, _x, v: v.extend(1, ""), "prompt is empty"),
    "image 5": (lambda _s, x, _v: x.upscale(5), "image 5 of task .*: it has 1 to 4"),
    "image 0": (lambda _s, x, _v: x.vary(0), "image 0 of task .*: it has 1 to 4"),
    "image of a truth": (lambda _s, x, _v: x.vary(True), "it has 1 to 4"),
    "image 1.5": (lambda _s, x, _v: x.vary(1.5), "it has 1 to 4"),
    "video 3 of 2": (lambda _s, _x, v: v.extend(3), "video 3 of task .*: it has 1 to 2"),
    "extend a picture": (lambda _s, x, _v: x.extend(1), "has pictures, and this needs videos"),
    "upscale a video": (lambda _s, _x, v: v.upscale(1), "has videos, and this needs pictures"),
    "vary a video": (lambda _s, _x, v: v.images[0].vary(), "has videos, and this needs pictures"),
    "no such task": (lambda s, _x, _v: s.upscale("nothing", 1), "no task is called 'nothing'"),
    "several tasks": (lambda s, x, _v: s.animate(x.images[0], "a {red, blue} light"), "makes 2 tasks"),
}


@pytest.mark.parametrize(("do", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_use_is_refused_and_nothing_is_sent(
    lab: Session, wire: Faulty, fox: Task, film: Task, do: Callable[[Session, Task, Task], Any], said: str
) -> None:
    before, rows = len([one for one in wire.seen if one.method == "POST"]), len(lab.tasks())
    with pytest.raises((errors.InvalidRequest, errors.LedgerError), match=said) as refused:
        do(lab, fox, film)
    assert refused.value.hint
    assert len([one for one in wire.seen if one.method == "POST"]) == before
    assert len(lab.tasks()) == rows


def test_a_manual_extension_is_refused_without_its_prompt_wherever_it_is_made() -> None:
    with pytest.raises(errors.InvalidRequest, match="mj_video_extend_auto goes on without"):
        make(VideoExtend, {"task_type": "mj_video_extend_manual", "task_id": "t", "video": 1})


def test_a_running_task_is_not_followed_up(lab: Session, wire: Faulty) -> None:
    slow = task_of(lab.imagine("a slow fox --relax"))
    before = len(sent(wire))
    for do in (
        lambda: slow.upscale(1),
        lambda: slow.vary(1),
        lambda: slow.extend(1),
        lambda: lab.vary(slow.id),
    ):
        with pytest.raises(errors.InvalidRequest, match="still submitted") as refused:
            do()
        assert "task.wait()" in refused.value.hint
    assert len(sent(wire)) == before
    assert task_of(slow.wait().vary(1)).parent is slow


def test_a_failed_task_is_not_followed_up(lab: Session, wire: Faulty, server: Sandbox) -> None:
    server.faults.add(Fault("fail", on="submit", next=1))
    bad = task_of(lab.imagine("a bad fox"))
    with pytest.raises(errors.TaskFailed):
        bad.wait()
    before = len(sent(wire))
    for do in (lambda: bad.upscale(1), lambda: bad.vary(1), lambda: bad.extend(1)):
        with pytest.raises(errors.InvalidRequest, match="is failed: there is nothing to go on from"):
            do()
    assert len(sent(wire)) == before


# ---- another account's tasks, in the same ledger ----


@pytest.fixture
def own(server: Sandbox, tmp_path: Path) -> Iterator[Session]:
    with Session(sandbox=server, data_dir=tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def stranger(own: Session, sandbox: Sandbox) -> Iterator[Session]:
    """A session of another account, at another service, with the ledger of ``own``."""
    folder = own.settings.data_dir
    with Session(
        base_url=sandbox.url, api_key=sandbox.key, time_scale=sandbox.time_scale, data_dir=folder
    ) as other:
        yield other


def test_another_accounts_task_is_not_followed_up(own: Session, stranger: Session, sandbox: Sandbox) -> None:
    fox = task_of(own.imagine("a fox", wait=True))
    with pytest.raises(errors.InvalidRequest, match="of another account"):
        stranger.upscale(fox.id, 1)
    with pytest.raises(errors.InvalidRequest, match="of another account"):
        stranger.vary(fox.id, 1, dry_run=True)
    assert sandbox.account.submits == 0


def test_another_accounts_running_task_is_left_to_it(own: Session, stranger: Session) -> None:
    """The other service knows no such task; taken at its word, a task that was paid for would be given up."""
    fox = task_of(own.imagine("a fox --relax"))
    seen = stranger.task(fox.id)
    with pytest.raises(errors.WaitTimeout, match="of another account"):
        seen.wait()
    asked = stranger.imagine("a later fox", wait=True)  # time in which it could have been given up
    assert task_of(asked).state == "succeeded"
    assert stranger.tracker.client.status_requests > 0
    assert fox.wait().state == "succeeded"

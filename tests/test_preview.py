"""Dry runs: the exact body, its cost and its warnings; nothing is sent, uploaded or recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from faulty import GENERATE, Faulty, Seen
from sandbox_talk import EXTEND, UPSCALE, VARY, png

from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task

URL = "https://files.example.com/a.png"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=300, long_side=64, short_side=64) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def wire(server: Sandbox) -> Iterator[Faulty]:
    with Faulty(upstream=server.url) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def lab(wire: Faulty, server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("lab")
    prices = {"vary": 1.5}
    with Session(
        base_url=wire.url, api_key=server.key, time_scale=300, data_dir=folder, prices=prices
    ) as session:
        yield session


@pytest.fixture(scope="module")
def fox(lab: Session) -> Task:
    return task_of(lab.imagine("a red fox", wait=True))


@pytest.fixture(scope="module")
def film(lab: Session, fox: Task) -> Task:
    return task_of(lab.animate(fox.images[0], "it runs", wait=True))


def task_of(made: object) -> Task:
    assert isinstance(made, Task)
    return made


def posts(wire: Faulty) -> list[Seen]:
    """Return what was sent; records of running tasks are read meanwhile."""
    return [one for one in wire.seen if one.method == "POST"]


# verb, endpoint, estimate in credits
VERBS: dict[str, tuple[Callable[..., Any], str, float]] = {
    "imagine": (lambda s, _x, _v, **how: s.imagine("a fox --ar 16:9 --s 250", **how), GENERATE, 8),
    "imagine, relaxed": (lambda s, _x, _v, **how: s.imagine("a fox --relax", **how), GENERATE, 3),
    "imagine, turbo": (lambda s, _x, _v, **how: s.imagine("a fox", speed="turbo", **how), GENERATE, 16),
    "imagine, picture": (lambda s, _x, _v, **how: s.imagine(f"{URL} a fox", **how), GENERATE, 8),
    "imagine, omni": (lambda s, _x, _v, **how: s.imagine("a", file_urls=URL, ow=9, **how), GENERATE, 8),
    "animate": (lambda s, x, _v, **how: s.animate(x.images[1], "it runs", **how), GENERATE, 15),
    "animate, HD": (
        lambda s, x, _v, **how: s.animate(x.images[1], "x", hd=True, batch=4, **how),
        GENERATE,
        180,
    ),
    "animate, by flag": (lambda s, x, _v, **how: s.animate(x.images[1], "x --bs 2", **how), GENERATE, 30),
    "upscale": (lambda s, x, _v, **how: s.upscale(x, 2, **how), UPSCALE, 0),
    "upscale, task": (lambda _s, x, _v, **how: x.upscale(4, **how), UPSCALE, 0),
    "upscale, picture": (lambda _s, x, _v, **how: x.images[3].upscale(**how), UPSCALE, 0),
    "vary": (lambda s, x, _v, **how: s.vary(x, 1, **how), VARY, 1.5),
    "extend": (lambda s, _x, v, **how: s.extend(v, 1, **how), EXTEND, 60),
    "extend, manual": (lambda _s, _x, v, **how: v.extend(1, "it leaps", **how), EXTEND, 60),
}


@pytest.mark.parametrize(("do", "endpoint", "credits"), VERBS.values(), ids=VERBS)
def test_a_dry_run_of_any_verb_sends_nothing_and_tells_exactly_what_would_be(
    lab: Session, wire: Faulty, fox: Task, film: Task, do: Callable[..., Any], endpoint: str, credits: float
) -> None:
    before, rows = len(posts(wire)), len(lab.tasks())
    shown = do(lab, fox, film, dry_run=True)
    assert len(posts(wire)) == before
    assert len(lab.tasks()) == rows
    assert (shown.endpoint, shown.credits) == (endpoint, credits)
    assert f"not sent: POST {endpoint}, about {credits:g} credits (${credits * 0.005:.3f})" in repr(shown)
    assert json.dumps(shown.body, indent=2) in repr(shown)
    task = task_of(do(lab, fox, film))
    (sent,) = [one for one in posts(wire)[before:] if one.path == endpoint]
    assert json.loads(sent.body) == shown.body
    assert task.entry.credits == credits


def test_where_nothing_runs_a_dry_run_makes_no_request_at_all(server: Sandbox, tmp_path: Path) -> None:
    with (
        Faulty(upstream=server.url) as own,
        Session(base_url=own.url, api_key=server.key, time_scale=300, data_dir=tmp_path) as quiet,
    ):
        fox = task_of(quiet.imagine("a fox", wait=True))
        film = task_of(quiet.animate(fox.images[0], "it runs", wait=True))
        before = len(own.seen)
        for do, _, _ in VERBS.values():
            do(quiet, fox, film, dry_run=True)
        quiet.sweep("a hare", stylization=[0, 500]).plan()
        assert len(own.seen) == before


def test_a_dry_run_uploads_nothing_and_names_what_would_be(lab: Session, wire: Faulty) -> None:
    before = len(posts(wire))
    for shown in (
        lab.imagine("x", file_urls=[URL, png(20), png(21)], dry_run=True),
        lab.animate(png(20), "x", dry_run=True),
    ):
        assert not isinstance(shown, Task)
        assert repr(shown).count("uploads first: ") == len(shown.uploads) > 0
        assert [url for url in shown.body["fileUrls"] if "upload.invalid" not in url] == (
            [URL] if len(shown.uploads) == 2 else []
        )
    assert len(posts(wire)) == before


def test_what_is_up_there_already_is_shown_by_its_address(lab: Session, wire: Faulty) -> None:
    task = task_of(lab.imagine("x", file_urls=png(30)))
    shown = lab.imagine("y", file_urls=png(30), dry_run=True)
    assert not isinstance(shown, Task)
    assert shown.uploads == ()
    assert tuple(shown.body["fileUrls"]) == tuple(task.params["file_urls"])


def test_a_dry_run_of_a_sweep_is_its_plan(lab: Session, wire: Faulty) -> None:
    before = len(posts(wire))
    plan = lab.sweep("a hare", stylization=[0, 500], speed="turbo").plan()
    assert (plan.to_pay, plan.credits) == (2, 32)
    assert len(posts(wire)) == before


def warnings(session: Session, prompt: str, **params: Any) -> tuple[str, ...]:
    shown = session.imagine(prompt, dry_run=True, **params)
    assert not isinstance(shown, Task)
    assert all(f"note: {warning}" in repr(shown) for warning in shown.warnings)
    return shown.warnings


def test_numbers_off_the_advised_steps_are_told(lab: Session) -> None:
    assert warnings(lab, "a fox --s 251 --w 5") == (
        "stylization 251: the service advises steps of 50",
        "weirdness 5: the service advises steps of 100",
    )


def test_flags_that_stay_in_the_text_are_told(lab: Session) -> None:
    told = warnings(lab, "a fox --seed 5 --no text, dogs --s 250")
    assert [one.partition(" has no field")[0] for one in told] == ["--seed 5", "--no text, dogs"]


def test_a_plain_request_has_no_warnings(lab: Session) -> None:
    assert warnings(lab, "a fox --s 250 --ar 16:9") == ()


def test_what_costs_more_than_may_be_spent_is_told(server: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=server, data_dir=tmp_path, max_credits=10) as poor:
        assert warnings(poor, "a fox") == ()
        assert warnings(poor, "a fox", speed="turbo") == (
            "it costs more than the session may still spend, 10 credits, and would not be sent",
        )
        poor.imagine("a fox")
        assert "2 credits" in warnings(poor, "a hare")[0]


def test_where_its_end_would_be_reported_is_told_without_the_secret(server: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=server, data_dir=tmp_path) as called:
        callbacks = called.callbacks(port=0)
        shown = called.imagine("a fox", dry_run=True)
        assert not isinstance(shown, Task)
        address = shown.body["callBackUrl"]
        secret = callbacks.url("").partition("?")[0].rpartition("/")[2]
        assert address.endswith("/…")
        assert callbacks.url("").startswith(address.removesuffix("…"))
        assert len(secret) > 8
        assert secret not in repr(shown)


def test_what_would_be_uploaded_is_called_as_the_user_calls_it(lab: Session, tmp_path: Path) -> None:
    file = tmp_path / "my fox.png"
    file.write_bytes(png(40))
    shown = lab.imagine("x", file_urls=[file, png(41)], dry_run=True)
    assert not isinstance(shown, Task)
    assert shown.uploads == ("my fox.png", "the bytes given")


def test_a_preview_shows_as_text_and_as_escaped_html(lab: Session) -> None:
    shown = lab.imagine("a <b>fox</b>", dry_run=True)
    bundle, _ = shown._repr_mimebundle_()
    assert bundle["text/plain"] == repr(shown)
    assert "<b>" not in bundle["text/html"]
    assert "&lt;b&gt;fox" in bundle["text/html"]

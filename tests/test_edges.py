"""The edges of the public calls: what is used wrongly gets an error of the tree that says what to do."""

from __future__ import annotations

import copy
import io
import itertools
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faulty import GENERATE, RECORD, Faulty, Silence, record, taken, until

from mjnb.errors import MJError, NoPicture
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task

Use = Callable[[], Any]


def wrong_uses(session: Session, done: Task, early: Task, folder: Path) -> dict[str, Use]:
    """Return wrong uses of the calls that people make, by name; none of them pays."""
    image, sweep = done.images[0], session.sweep("a {x}", x=["fox"])
    figure = session.sweep("a fox", stylization=[0, 100])
    blank = np.zeros((0, 0, 3), "uint8")
    given = {
        "a number": 5,
        "an array of no dimensions": np.array(5),
        "an array of none": np.array(None),
        "an empty array": blank,
        "nothing": None,
        "no bytes": b"",
        "a buffer": io.BytesIO(b"xx"),
        "a mapping": {},
        "a folder": str(folder),
        "no file": str(folder / "none.png"),
        "a task": early,
    }
    numbers = {"text": "2", "a float": 2.0, "true": True, "zero": 0, "five": 5, "none": None, "a list": [1]}
    times = {"text": "5", "true": True, "nan": float("nan"), "a list": [1]}
    names = {
        "none": None,
        "empty": "",
        "blank": " ",
        "a number": 5,
        "bytes": b"x",
        "unknown": "nope",
        "%": "%",
    }
    return {
        "the first picture too early": lambda: early.images[0],
        "the last picture too early": lambda: early.images[-1],
        "a fifth picture": lambda: done.images[4],
        "one before the first": lambda: done.images[-5],
        "a larger one too early": lambda: early.upscale(1),
        "a function that is none": lambda: done.watch(None),  # type: ignore[arg-type]
        "a pickled task": lambda: pickle.dumps(done),
        "a pickled picture": lambda: pickle.dumps(image),
        "a pickled session": lambda: pickle.dumps(session),
        "a pickled sweep": lambda: pickle.dumps(sweep),
        "no prompt for a video": lambda: session.animate(image, None, dry_run=True),  # type: ignore[arg-type]
        "no price list": lambda: Session(prices=5),  # type: ignore[arg-type]
        "no outcome": lambda: session.resolve(done.id, None),  # type: ignore[arg-type]
        "a figure in memory": lambda: figure.plot().save(io.BytesIO()),
        **{
            f"input: {name}": lambda it=it: session.imagine("a", file_urls=[it]) for name, it in given.items()
        },
        **{f"number: {name}": lambda it=it: done.upscale(it) for name, it in numbers.items()},
        **{f"time: {name}": lambda it=it: done.wait(it) for name, it in times.items()},
        **{f"task: {name}": lambda it=it: session.task(it) for name, it in names.items()},
        **{f"vary: {name}": lambda it=it: session.vary(it) for name, it in names.items()},
        **{f"side: {it!r}": lambda it=it: image.thumbnail(it) for it in ("x", 0, -5, 1.5, None)},
    }


def test_wrong_uses_are_errors_of_the_tree_that_say_what_to_do_and_pay_nothing(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    done = session.imagine("a fox", wait=True)
    with Sandbox(time_scale=0.1) as slow, Session(sandbox=slow, data_dir=tmp_path / "slow") as patient:
        early = patient.imagine("a fox")
        spent = sandbox.account.credits
        for name, use in wrong_uses(session, done, early, tmp_path).items():
            with pytest.raises(MJError) as caught:
                pytest.fail(f"{name}: {use()!r}")
            assert caught.value.hint, name
        assert sandbox.account.credits == spent
        with pytest.raises(IndexError, match=r"still (submitted|generating)") as none:
            early.images[0]
    assert "task.wait()" in none.value.hint
    assert isinstance(none.value, NoPicture)


def test_a_copy_of_a_handle_is_the_handle(session: Session) -> None:
    task = session.imagine("a fox", wait=True)
    sweep = session.sweep("a {x}", x=["fox"])
    for one in (task, task.images[0], session, sweep):
        assert copy.copy(one) is one
        assert copy.deepcopy({"kept": [one]})["kept"][0] is one
    assert [image.number for image in task.images[1:9]] == [2, 3, 4]


def test_sweeps_and_tasks_show_themselves_when_their_ledger_is_gone(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as session:
        sweep = session.sweep("a fox", stylization=[0, 100])
        assert "2 to pay" in repr(sweep)
        task = session.imagine("a fox", wait=True)
    shutil.rmtree(tmp_path / "data")
    assert "was deleted or moved" in repr(sweep)
    assert "a fox" in repr(task)


def test_a_plan_says_why_cells_failed_and_how_they_are_paid_again(faulty: Faulty, tmp_path: Path) -> None:
    ids = itertools.count()
    faulty.script(GENERATE, lambda _: taken(f"{next(ids):032x}"))
    why = "the prompt has words that are not allowed"
    faulty.script(RECORD, lambda asked: record(3, taskId=asked.query["taskId"][0], errorMessage=why))
    with Session(
        base_url=faulty.url, api_key="a-key-of-the-test", time_scale=500, data_dir=tmp_path
    ) as session:
        sweep = session.sweep("a fox", stylization=[0, 100]).run()
        told = repr(sweep.plan())
        assert told.startswith("2 cells, 2 failed: nothing to pay. They ended with: ")
        assert why in told
        assert told.endswith("run(retry=True) sends them again and pays again")
        assert "2 to pay" in repr(sweep.plan(retry=True))


def test_pictures_that_are_on_their_way_are_counted(faulty: Faulty, tmp_path: Path) -> None:
    faulty.script(GENERATE, taken())
    faulty.script(RECORD, record(1, [f"{faulty.url}/{number}.png" for number in range(4)]))
    faulty.script(".png", Silence())
    with Session(
        base_url=faulty.url, api_key="a-key-of-the-test", time_scale=500, data_dir=tmp_path
    ) as session:
        task = session.imagine("a red fox")
        until(lambda: task.state == "succeeded")
        assert "pictures on their way: 0 of 4 here" in repr(task)

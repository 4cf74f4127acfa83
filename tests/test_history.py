"""The history without a browser: what a query finds, which page is shown, and what is not believed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hearing import hear, listen

from mjnb.panels.history import PAGE, History, Query
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A session with two pages of tasks, some of owls, and one that follows another."""
    folder = tmp_path_factory.mktemp("full")
    with (
        Sandbox(time_scale=300, long_side=64) as server,
        Session(sandbox=server, data_dir=folder) as session,
    ):
        tasks = [session.imagine(f"number {n}" + " OF AN OWL" * (n % 10 == 0)) for n in range(2 * PAGE)]
        for task in tasks:
            task.wait()
        tasks[0].upscale(1, wait=True)
        yield session


def titles(history: History) -> list[str]:
    return [one.title for one in history.widget.cards]


def test_it_is_paged_newest_first(full: Session) -> None:
    history = History(full, print)
    heard = listen(history.widget)
    assert history.widget.found == -1  # nothing is read before somebody looks
    history.refresh()
    assert (history.widget.found, history.widget.pages) == (2 * PAGE + 1, 3)
    assert titles(history)[:2] == ["number 0 OF AN OWL", f"number {2 * PAGE - 1}"]
    hear(history.widget, "look", query={"page": 3})
    assert titles(history) == ["number 0 OF AN OWL"]
    hear(history.widget, "look", query={"page": 99})
    assert history.widget.query["page"] == 3
    before = len(heard.told("card"))
    history.refresh()  # nothing changed: nothing is sent
    assert len(heard.told("card")) == before


def test_a_search_and_the_tab_do_not_mix(full: Session) -> None:
    """They may come on two threads: what one shows must not be lost between two sends of the other."""
    history = History(full, print)
    history.widget.trouble = "the ledger cannot be read"
    free: list[bool] = []

    def other(_: object) -> None:
        thread = Thread(target=lambda: free.append(history._lock.acquire(blocking=False)))
        thread.start()
        thread.join()

    history.widget.observe(other, ["trouble", "query", "found"])
    hear(history.widget, "look", query={"text": "an owl"})
    assert (history.widget.trouble, history.widget.found, len(free)) == ("", 3, 3)
    assert not any(free)


@pytest.mark.parametrize("stamp", ["\ud800 1", "a" * 100_000 + " 1", {"a": 1}])
def test_the_page_gets_no_stamp_back_that_is_none(full: Session, stamp: Any) -> None:
    """Half a character cannot be sent: the page would get nothing any more, also after a reload."""
    history = History(full, print)
    for said, back in (("a 1", "a 1"), (stamp, "")):
        hear(history.widget, "look", stamp=said)
        assert (history.widget.query["stamp"], history.widget.trouble) == (back, "")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(text="an owl"), 3),
        (Query(text="  An OWL "), 3),
        (Query(text="number 1"), 11),
        (Query(text="."), 0),  # a text, not a pattern
        (Query(text="(*"), 0),
        (Query(task_type="mj_upscale"), 1),
        (Query(state="succeeded"), 2 * PAGE + 1),
        (Query(state="failed"), 0),
        (Query(since=0.0), 2 * PAGE + 1),
        (Query(since=4e12), 0),
        (Query(text="an owl", state="succeeded", task_type="mj_txt2img", since=1.0), 3),
    ],
)
def test_a_query_finds(full: Session, query: Query, found: int) -> None:
    history = History(full, print)
    history.look(query)
    assert (history.widget.found, history.widget.trouble) == (found, "")
    assert len(history.widget.cards) == min(found, PAGE)


def test_a_task_is_found_by_its_id(full: Session) -> None:
    history = History(full, print)
    task = full.task(full.tasks()["id"][5])
    for name in (task.id, task.id[-6:], str(task.task_id)):
        history.look(Query(text=name))
        assert [one.id for one in history.widget.cards] == [task.id]


def test_it_shows_what_came_since(session: Session) -> None:
    history = History(session, print)
    history.refresh()
    assert (history.widget.found, history.widget.pages, history.widget.cards) == (0, 1, [])
    start = time.time() * 1000
    session.imagine("a fox", wait=True)
    history.look(Query(since=start - 1000))
    assert titles(history) == ["a fox"]
    assert (history.widget.states, history.widget.task_types) == (["succeeded"], ["mj_txt2img"])


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {"text": 7, "state": None, "task_type": ["x"], "since": "today", "page": "2"},
        {"since": float("nan"), "page": float("nan")},
        {"since": -1, "page": 0},
        {"since": 1e300, "page": 1e300},
        {"since": True, "page": True},
    ],
)
def test_what_is_no_query_asks_for_everything(said: Any) -> None:
    assert Query.read(said) == Query()


def test_long_texts_are_cut() -> None:
    assert len(Query.read({"text": "x" * 100_000}).text) == 2000


def test_trouble_is_shown_in_place(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.db").write_bytes(b"no database " * 1000)
    history = History(Session(sandbox=sandbox, data_dir=tmp_path / "data"), print)
    hear(history.widget, "look", query={})
    assert history.widget.trouble
    assert history.widget.cards == []

"""Turns to submit: shared by all processes of an account through the ledger, in either database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Place, places
from ledgers import elsewhere, line_of
from limits import run_notebooks, serving

from mjnb.ledger import Ledger
from mjnb.ledger import places as rules
from mjnb.sandbox import Fault

WINDOW = 0.4  # seconds


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    yield from places(request.param, tmp_path / "data", server)


def fill(ledger: Ledger, count: int, payer: str = "me") -> list[str]:
    """Take so many places; all of them must be free."""
    turns = [ledger.places.take(payer, count, WINDOW) for _ in range(count)]
    assert all(turn.place is not None for turn in turns)
    return [str(turn.place) for turn in turns]


def test_a_place_is_free_again_one_window_after_its_use_ended(place: Place) -> None:
    one, other = place.open(), place.open()
    taken = fill(one, 2)
    in_use = other.places.take("me", 2, WINDOW)
    assert (in_use.place, in_use.wait) == (None, WINDOW / rules.LOOKS)
    left = time.monotonic()
    one.places.leave(taken[0], WINDOW)
    turn = other.places.take("me", 2, WINDOW)
    assert turn.place is None
    assert 0 < turn.wait <= WINDOW + 0.001
    while turn.place is None:
        time.sleep(turn.wait)
        turn = other.places.take("me", 2, WINDOW)
    assert time.monotonic() - left >= WINDOW


def test_accounts_do_not_wait_for_each_other(place: Place) -> None:
    ledger = place.open()
    fill(ledger, 2)
    assert ledger.places.take("you", 2, WINDOW).place is not None


TAKE = """
ledger = Ledger(url)
print(ledger.places.take("me", 1, 0.4).place, flush=True)
sys.stdin.read()
"""


def test_the_places_of_a_killed_process_come_free(place: Place) -> None:
    ledger = place.open()
    with elsewhere(TAKE, place.url) as process:
        assert line_of(process) != "None"
        assert ledger.places.take("me", 1, WINDOW).place is None
        process.kill()
        process.wait()
    turn = ledger.places.take("me", 1, WINDOW)
    assert turn.place is None, "its request may have been sent just now"
    while turn.place is None:
        time.sleep(turn.wait)
        turn = ledger.places.take("me", 1, WINDOW)


def test_a_place_that_no_clock_can_have_given_is_none(place: Place) -> None:
    """After a restart of the machine, or of the database's clock, old places stand far in the future."""
    ledger = place.open()
    fill(ledger, 2)
    place.sql("UPDATE place SET free_at = free_at + 1000000000000")
    assert ledger.places.take("me", 2, WINDOW).place is not None
    assert place.sql("SELECT count(*) FROM place") == [(1,)]


def test_who_finds_all_taken_looks_without_writing(place: Place) -> None:
    ledger = place.open()
    for taken in fill(ledger, 2):
        ledger.places.leave(taken, 60)
    hold = {
        True: "import psycopg; held = psycopg.connect(url.replace('+psycopg', ''));"
        "held.execute('SELECT pg_advisory_xact_lock(7736986)')",
        False: "import sqlite3; held = sqlite3.connect(url.removeprefix('sqlite:///'), isolation_level=None);"
        "held.execute('BEGIN IMMEDIATE')",
    }[place.file is None]
    with elsewhere(hold + "; print('held', flush=True); sys.stdin.read()", place.url) as process:
        assert line_of(process) == "held"
        assert ledger.places.take("me", 2, 60).place is None
        process.communicate()


def test_a_window_that_is_never_crossed(place: Place) -> None:
    """Four processes take as fast as they can; no window holds more than the limit."""
    script = """
def work():
    ledger = Ledger(url)
    for _ in range(8):
        while (turn := ledger.places.take("me", 5, 0.2)).place is None:
            time.sleep(turn.wait)
        began = time.monotonic()
        time.sleep(0.003)
        os.write(1, f"{began} {time.monotonic()}\\n".encode())
        ledger.places.leave(turn.place, 0.2)

assert ends([child(work) for _ in range(4)]) == [0] * 4
"""
    with elsewhere(script, place.url) as process:
        out, err = process.communicate()
    assert err == ""
    times = sorted(tuple(map(float, line.split())) for line in out.splitlines())
    assert len(times) == 32
    for (_, ended), (began, _) in zip(times, times[5:], strict=False):
        assert began - ended >= 0.2


def test_three_notebooks_on_one_ledger_are_refused_nothing(place: Place, tmp_path: Path) -> None:
    with serving(time_scale=40) as server:
        found = run_notebooks(3, 10, server, tmp_path, ledger=place.url)
    assert (found.paid, found.refused, found.done) == (30, 0, [10, 10, 10])


def test_a_notebook_that_is_refused_waits_for_its_turn_and_gives_up_nothing(tmp_path: Path) -> None:
    """Who shares an account but no ledger is refused now and then; here two of three times."""
    with serving(time_scale=100) as server:
        server.faults.add(Fault("code", on="submit", code=429, rate=0.67))
        found = run_notebooks(1, 25, server, tmp_path)
    assert (found.paid, found.done) == (25, [25])
    assert found.refused > 6, "more than were ever given up after"

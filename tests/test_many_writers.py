"""Eight processes on one ledger: no lock error, nothing lost, frames consistent; a sample of the proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Place, places
from ledgers import HAMMER, a_task, elsewhere, line_of
from writers import many_writers

from mjnb.ledger import Ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    yield from places(request.param, tmp_path / "data", server)


def test_eight_writers_lose_nothing_and_meet_no_lock(place: Place) -> None:
    found = many_writers(place, writers=8, count=10)
    assert found.tasks == 80
    assert found.looks > 3


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_rollback_journal_as_on_a_network_disk_serves_several_writers_too(place: Place) -> None:
    place.url += "?journal=delete"
    found = many_writers(place, writers=3, count=8)
    assert found.tasks == 24
    assert place.sql("PRAGMA journal_mode") == [("delete",)]


READS = """
ledger = Ledger(url)
with ledger._engine.read() as c:
    c.exec_driver_sql("SELECT count(*) FROM task").all()
    print("reading", flush=True)
    sys.stdin.readline()
    print(c.exec_driver_sql("SELECT count(*) FROM task").scalar(), flush=True)
"""


def test_a_reader_in_a_long_transaction_stops_no_writer(place: Place) -> None:
    ledger: Ledger = place.open()
    a_task(ledger, "succeeded")
    with elsewhere(READS, place.url) as reader:
        assert line_of(reader) == "reading"
        with elsewhere(HAMMER + "hammer(count=30)", place.url) as writer:
            assert writer.communicate()[1] == ""
        assert len(ledger.find("")) == 31
        out, err = reader.communicate("\n")
        assert (out, err) == ("1\n", ""), "it still sees what it saw"

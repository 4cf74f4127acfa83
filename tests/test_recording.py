"""What became of pictures is written off the loop, together, and heard of by everyone who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from ledgers import a_task

from mjnb.errors import LedgerError
from mjnb.ledger import Found, Ledger
from mjnb.tracking.recording import Recording


class Counting(Ledger):
    """A ledger that counts its transactions of pictures."""

    commits = 0

    def pictures_came(self, found: Iterable[Found]) -> None:
        self.commits += 1
        super().pictures_came(found)


@pytest.fixture
def ledger(tmp_path: Path) -> Counting:
    return Counting(f"sqlite:///{tmp_path / 'ledger.db'}")


def stored(own_id: str, number: int) -> Found:
    return Found(own_id, number, {"state": "stored", "sha256": "ab"})


def states(ledger: Ledger, own_ids: Iterable[str]) -> set[str]:
    return {picture.state for own_id in own_ids for picture in ledger.pictures(own_id)}


def test_what_comes_together_is_one_transaction(ledger: Counting) -> None:
    own_ids = [a_task(ledger, "succeeded", f"fox {n}") for n in range(20)]

    async def come() -> None:
        recording = Recording(ledger)
        await asyncio.gather(*(recording.write(stored(own_id, n)) for own_id in own_ids for n in (1, 2)))

    asyncio.run(come())
    assert ledger.commits == 1
    assert states(ledger, own_ids) == {"stored"}
    ledger.close()


def test_who_is_cancelled_leaves_it_to_be_written_before_the_end(ledger: Counting) -> None:
    own_id = a_task(ledger, "succeeded")

    async def leave() -> None:
        recording = Recording(ledger)
        waiting = [asyncio.ensure_future(recording.write(stored(own_id, n))) for n in (1, 2)]
        await asyncio.sleep(0)
        for one in waiting:
            one.cancel()
        await recording.close()

    asyncio.run(leave())
    assert states(ledger, [own_id]) == {"stored"}
    ledger.close()


def test_an_error_reaches_all_who_wait_and_the_next_is_tried_anew(ledger: Counting, tmp_path: Path) -> None:
    own_id = a_task(ledger, "succeeded")
    for file in tmp_path.glob("ledger.db*"):
        file.unlink()

    async def fail() -> list[BaseException | None]:
        recording = Recording(ledger)
        both = (recording.write(stored(own_id, n)) for n in (1, 2))
        found = await asyncio.gather(*both, return_exceptions=True)
        return [*found, *await asyncio.gather(recording.write(stored(own_id, 1)), return_exceptions=True)]

    errors = asyncio.run(fail())
    assert [type(error) for error in errors] == [type(errors[0])] * 3
    assert isinstance(errors[0], LedgerError)
    assert ledger.commits == 2


def test_a_task_that_has_no_row_costs_no_other_its_pictures(ledger: Counting) -> None:
    own_id = a_task(ledger, "succeeded")
    ledger.pictures_came([stored("nobody", 1), stored(own_id, 1), stored(own_id, 2)])
    assert states(ledger, [own_id]) == {"stored"}
    ledger.close()

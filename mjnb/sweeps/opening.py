"""Opening a sweep that was saved as a folder: to look at, to measure, to rate; never to pay, never to fetch.

What the folder says is not believed: its tables are not opened, its ``sweep.json`` is taken apart by
`manifest`, and only what was checked goes into a ledger of this program's own, which is thrown away with the
thumbnails when the sweep is closed.  Ratings go to the folder's ``ratings.jsonl``, each at once.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..client import Client
from ..errors import BudgetExceeded, InvalidRequest, LedgerError, MediaError
from ..ledger import Intent, Judgement, Ledger
from ..loop import the_loop
from ..media import Store
from ..tracking import Task, Tracker
from ..tracking.budget import Budget
from . import answers, manifest
from .design import Design
from .numbers import Numbers

NOWHERE = "http://saved.invalid"
SAID = "this sweep was opened from a folder: it can be looked at and rated, not paid for"
INSTEAD = "mj.sweep(…) lays it out again in a session, which can pay."
BEFORE = "ledger.db"  # where mjnb kept ratings in a folder before there was ratings.jsonl


class Nothing(Budget):
    """A budget of which nothing may be spent."""

    def check(self, credits: float) -> None:
        """Refuse whatever costs something."""
        if credits > 0:
            raise BudgetExceeded(SAID, hint=INSTEAD)


class Closed:
    """What stands where the ledger of a closed sweep was."""

    def __getattr__(self, name: str) -> Any:
        """Refuse.

        Raises:
            LedgerError: Always.
        """
        raise LedgerError("this sweep was closed", hint="mj.Sweep.open(folder) opens it again.")


class Shelf(Tracker):
    """The tracker of a sweep from a folder: it has everything, sends nothing and asks nobody.

    Args:
        home: The folder.
        scratch: A folder of this program's own, which goes when the shelf is closed.
        account: Whose tasks these are.
    """

    def __init__(self, home: Path, scratch: Path, account: str) -> None:
        ledger = Ledger(scratch / "ledger.db")
        store = Store(home / manifest.PICTURES, scratch / "thumbnails")
        super().__init__(Client(NOWHERE, ""), ledger, store, the_loop(), account)
        self.home, self.scratch, self.budget = home, scratch, Nothing()

    async def send(self, intent: Intent) -> Task:
        """Refuse.

        Raises:
            BudgetExceeded: Always.
        """
        raise BudgetExceeded(SAID, hint=INSTEAD)

    async def fetch(self, task: Task) -> None:
        """Refuse: where its pictures come from is said by a file that anyone may have written.

        Raises:
            MediaError: Always.
        """
        raise MediaError("this sweep was opened from a folder: nothing is fetched", hint=INSTEAD)

    def contents(self, urls: Iterable[str]) -> dict[str, str]:
        """Return nothing: what a folder says of contents makes no cell another."""
        return {}

    def follow(self, task: Task) -> None:
        """Let waiters go: whatever ran when the sweep was saved is not looked after here."""
        task.finish(MediaError(f"task {task.id[-6:]} was {task.state} when it was saved", hint=INSTEAD))

    def keep(self, one: Judgement) -> None:
        """Write a new rating into the folder."""
        answers.append(self.home, [one])


def open_saved(folder: str | os.PathLike[str]) -> tuple[Design, Shelf, Numbers]:
    """Return a saved sweep's design, a tracker that knows its tasks, and its numbers.

    Raises:
        InvalidRequest: There is no saved sweep, a damaged one, or one of a newer mjnb.
    """
    try:
        home = Path(folder).expanduser().absolute()
    except (ValueError, TypeError, RuntimeError) as error:  # no path, or of no user
        raise InvalidRequest(f"{folder!r:.200} is no folder: {error}", hint=INSTEAD) from None
    saved = manifest.read(home)
    said = answers.read(home)
    if (home / BEFORE).exists():
        warnings.warn(
            f"{home / BEFORE} is left alone: ratings are read from {answers.NAME} only", stacklevel=3
        )
    scratch = Path(tempfile.mkdtemp(prefix="mjnb-"))
    try:
        shelf = Shelf(home, scratch, manifest.ACCOUNT)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    atexit.register(close, shelf)
    try:
        shelf.ledger.take_in(saved.entries, saved.pictures)
        shelf.ledger.ratings.take_in([*saved.ratings, *said])
    except BaseException:
        close(shelf)
        raise
    shelf.ledger.ratings.journal = shelf.keep
    return saved.design, shelf, saved.numbers


def close(shelf: Tracker) -> None:
    """Close what opening opened; a second time does nothing."""
    if isinstance(shelf, Shelf) and not shelf.closed:
        the_loop().run(shelf.close(), timeout=10)
        shelf.ledger.close()
        shelf.__dict__["ledger"] = Closed()
        shutil.rmtree(shelf.scratch, ignore_errors=True)

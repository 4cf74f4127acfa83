"""The plan of a sweep: what is there by content, what is to pay, what it costs and how long it takes.

Only the ledger is asked; nothing is sent.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from .. import display
from ..api import SUBMIT_LIMIT
from ..identity import request_sha
from ..ledger import LIVE, OPEN, Entry
from ..prices import DOLLARS_PER_CREDIT, estimate, exceeds, left_of
from ..tracking import Tracker
from . import tables
from .design import CellSpec, Design

if TYPE_CHECKING:
    import polars as pl

TO_PAY = "to pay"
ENDED = ("failed", "expired")  # and sent again by `Sweep.run` only with ``retry``
WHY = 80  # characters of an error
HERE, EARLIER = "this sweep", "earlier"


@dataclass(frozen=True)
class Plan:
    """What a sweep has, what it would pay, and how long that takes.

    Attributes:
        states: The state of every cell: ``to pay``, or that of its task.
        to_pay: How many cells would be sent.
        credits: What they may cost, an estimate.
        seconds: How long they may take: the limits, and how long such tasks took before.
        frame: One row per cell: its values, repetition, state, task and credits.
        origins: Who sent the task of every cell: ``this sweep``, ``earlier`` (another sweep, or ``%mj``), or
            an empty text.
        left: Credits that the session may still spend; None: no limit.
        other_key: How many cells only another key of the service has paid for; they are not to pay.
        errors: What the service said of every cell that failed or expired.
        usual: How long one of the slowest of the tasks to pay takes; None: that is not known yet.
    """

    states: tuple[str, ...]
    to_pay: int
    credits: float
    seconds: float
    frame: pl.DataFrame
    origins: tuple[str, ...] = ()
    left: float | None = None
    other_key: int = 0
    errors: tuple[str, ...] = ()
    usual: display.Usual | None = None

    @property
    def is_over_budget(self) -> bool:
        """Whether `Sweep.run` would refuse to pay for it."""
        return exceeds(self.credits, self.left)

    def detail(self) -> pl.DataFrame:
        """Return the frame with a column ``origin``: who sent the task of each cell."""
        from .. import frames

        return self.frame.hstack(frames.frame({"origin": self.origins}, {"origin": "text"}))

    def __repr__(self) -> str:
        counts = Counter(state for state in self.states if state != TO_PAY)
        there = "".join(f", {count} {state}" for state, count in counts.items())
        earlier = self.origins.count(EARLIER)
        there += f" ({earlier} of an earlier run)" if earlier else ""
        if not self.to_pay:
            return f"{len(self.states)} cells{there}: nothing to pay{self._failed}{self._other_key}"
        dollars = self.credits * DOLLARS_PER_CREDIT
        cost = f"about {self.credits:g} credits (${dollars:.2f}) and {self.time}"
        return f"{self._over}{len(self.states)} cells{there}, {self.to_pay} to pay: {cost}{self._other_key}"

    @property
    def time(self) -> str:
        """How long it may take, in words: ``90 s (one task usually 50 to 80 s)``."""
        return f"{self.seconds:.0f} s" + (f" (one task {self.usual})" if self.usual else "")

    @property
    def _other_key(self) -> str:
        """Return a last line that says what another key has paid for; empty when none has."""
        return f"\n{other_key_words(self.other_key)}" if self.other_key else ""

    @property
    def _failed(self) -> str:
        """Return why cells failed, in short, and how they are paid again; empty when none did."""
        if not any(state in ENDED for state in self.states):
            return ""
        told = [shorten(why, WHY, placeholder="…") for why, _ in Counter(self.errors).most_common(2) if why]
        why = f" They ended with: {'; '.join(told)}." if told else ""
        return f".{why} run(retry=True) sends them again and pays again"

    def _html(self) -> str:
        return "".join(map(display.notice_html, repr(self).splitlines()))

    @property
    def _over(self) -> str:
        """Return a first line that says that `Sweep.run` will refuse, and why; empty within the budget."""
        if not self.is_over_budget:
            return ""
        return f"OVER THE BUDGET, run() refuses: {self.credits:g} credits to pay, {self.left:g} are left\n"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), self._html() + self.detail()._repr_html_())


def other_key_words(count: int) -> str:
    """Return what is said of cells that another key has paid for."""
    cells = "1 cell was" if count == 1 else f"{count} cells were"
    them, are = ("it", "is") if count == 1 else ("them", "are")
    return (
        f"{cells} paid for with another key of this service and {are} not paid again; "
        f"run(pay_other_keys=True) pays for {them} with this key"
    )


def make_plan(
    design: Design, tracker: Tracker, sweep: str | None, *, retry: bool, pay_other_keys: bool = False
) -> Plan:
    """Return the plan of a design.

    Args:
        design: The cells.
        tracker: Knows ledger, prices, limits and usual times.
        sweep: The id under which the sweep has run already.
        retry: Count cells whose task failed as to pay.
        pay_other_keys: Count cells that only another key of the service has paid for as to pay.
    """
    found = find(design, tracker, pay_other_keys=pay_other_keys)
    to_send = due(design, tracker, found, retry=retry)
    sent = {cell.number for cell in to_send}
    cells = design.cells
    costs = [estimate(cell.request, tracker.prices) if cell.number in sent else 0.0 for cell in cells]
    states = tuple(TO_PAY if cell.number in sent else found[cell.number].state for cell in cells)
    origins = tuple(_origin(found.get(n), sweep) if n not in sent else "" for n in range(len(cells)))
    tasks = [found[cell.number].id if cell.number in found else None for cell in cells]
    frame = tables.cell_frame(design, {"state": states, "credits": costs, "task": tasks})
    others = [n for n, one in found.items() if one.state in LIVE and not tracker.payer.owns(one.payer)]
    limit = tracker.budget.limit
    left = None if limit is None else left_of(limit, tracker.budget.spent)
    usual = _usual(tracker, to_send[0]) if to_send else None
    ended = [found[n].error or "" for n in found if states[n] in ENDED]
    return Plan(
        states,
        len(to_send),
        sum(costs),
        seconds(tracker, to_send, found),
        frame,
        origins=origins,
        left=left,
        other_key=len(others),
        errors=tuple(ended),
        usual=usual if usual and usual.low < usual.high else None,
    )


def shas(design: Design, tracker: Tracker) -> list[str]:
    """Return the identity of every cell, by what the ledger knows of the contents of its pictures."""
    known = tracker.contents({url for cell in design.cells for url in cell.request.file_urls or ()})
    if not known:
        return [cell.sha for cell in design.cells]
    return [request_sha(cell.request, known) for cell in design.cells]


def find(design: Design, tracker: Tracker, *, pay_other_keys: bool = False) -> dict[int, Entry]:
    """Return the ledger's task for every cell that has one: repetition n is the n-th live task.

    Refused ones come last: a task that failed after a refusal was sent, and is not to be paid again unasked.
    Those of this key come before those of another, which are left out when they are to be paid for anew.
    """
    cells: defaultdict[str, list[CellSpec]] = defaultdict(list)
    for cell, sha in zip(design.cells, shas(design, tracker), strict=True):
        cells[sha].append(cell)
    entries: defaultdict[str, list[Entry]] = defaultdict(list)
    owns = tracker.payer.owns
    for entry in tracker.ledger.with_requests(cells, tracker.account):
        if not pay_other_keys or owns(entry.payer):
            entries[entry.request_sha].append(entry)
    found: dict[int, Entry] = {}
    for sha, there in entries.items():
        live_first = sorted(
            there, key=lambda one: (one.state not in LIVE, one.state == "rejected", not owns(one.payer))
        )
        for cell, entry in zip(cells[sha], live_first, strict=False):
            found[cell.number] = entry
    return found


def due(design: Design, tracker: Tracker, found: Mapping[int, Entry], *, retry: bool) -> list[CellSpec]:
    """Return the cells to send, in the design's run order but slow kinds first.

    That is those never sent, refused, or, with ``retry``, failed.
    """
    again = {"rejected", "failed", "expired"} if retry else {"rejected"}
    cells = [design.cells[number] for number in design.run_order]
    wanted = [cell for cell in cells if cell.number not in found or found[cell.number].state in again]
    return sorted(wanted, key=lambda cell: -_usual(tracker, cell).middle)


def seconds(tracker: Tracker, to_send: Sequence[CellSpec], found: Mapping[int, Entry]) -> float:
    """Return the bound of the limits: a burst per window, and the time of the slowest kind in each."""
    count, window = SUBMIT_LIMIT
    window /= tracker.client.time_scale
    new = [window * (n // count) + _usual(tracker, cell).middle for n, cell in enumerate(to_send)]
    old = [tracker.left_of(entry, _age(entry)) for entry in found.values() if entry.state in OPEN]
    return math.ceil(max([*new, *old, 0.0]))


def _usual(tracker: Tracker, cell: CellSpec) -> display.Usual:
    return tracker.usual(cell.request.task_type, cell.request.speed, cell.request.version)


def _age(entry: Entry) -> float:
    return time.time() - (entry.submitted_at or entry.created_at) / 1000


def _origin(entry: Entry | None, sweep: str | None) -> str:
    if entry is None:
        return ""
    return HERE if sweep is not None and entry.sweep == sweep else EARLIER

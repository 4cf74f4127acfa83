"""The sweep itself: what is there already, what is to pay, paying it once, waiting for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import display
from ..errors import BudgetExceeded, ConfigError, MJError
from ..handles import Handle
from ..prices import exceeds
from ..tracking import Task, Tracker
from . import asking, showing
from .design import Design
from .design_making import grown
from .findings import Findings
from .plans import Plan, find, make_plan
from .running import Run

if TYPE_CHECKING:
    from ..widgets import StopButton

SHOWN = 12  # values of an axis


class Sweep(Handle, Findings):
    """One prompt at many parameter values.

    Nothing is paid before `run`.  A cell that was paid for before, by any sweep or ``%mj`` of the same
    account, is taken over and never paid again.

    Args:
        design: Its cells.
        tracker: Sends, watches and remembers.
        ask_above: Credits above which `run` asks before it pays; None: it never asks.
    """

    def __init__(self, design: Design, tracker: Tracker, *, ask_above: float | None = None) -> None:
        super().__init__(design, tracker)
        self.ask_above = ask_above
        self.id: str | None = None
        self._run: Run | None = None
        self._asked: display.Live | None = None  # where it was asked whether to pay
        self._shown_in: int | None = None  # the cell that shows its progress

    @property
    def errors(self) -> dict[int, MJError]:
        """What kept a cell from being sent in the latest run, by cell number."""
        return self._run.errors if self._run is not None else {}

    # ---- planning ----

    def plan(self, *, retry: bool = False, pay_other_keys: bool = False) -> Plan:
        """Say what is there, what `run` would pay, what it may cost and how long it may take.

        Args:
            retry: Count cells whose task failed as to pay.
            pay_other_keys: Count cells that only another key of the service has paid for as to pay.
        """
        return make_plan(self.design, self.tracker, self.id, retry=retry, pay_other_keys=pay_other_keys)

    def extend(
        self, /, *, repeat: int | None = None, n: int | None = None, cells: Any = None, **params: Any
    ) -> Sweep:
        """Return a sweep with further values, repeats, samples or rows; what is paid is not paid again.

        Args:
            repeat: Tasks per combination, in all.
            n: Samples in all, of a ``sobol`` design.
            cells: Further rows, of a design made from a frame.
            **params: Further values of an axis, or of what was one value so far: ``stylization=[100, 750]``.

        Raises:
            InvalidRequest: With every fault; this sweep stays as it is.
        """
        more = grown(self.design, params, repeat=repeat, n=n, cells=cells)
        wider = Sweep(more, self.tracker, ask_above=self.ask_above)
        wider.measures = self.measures.copy()
        return wider

    # ---- running ----

    def run(
        self,
        *,
        wait: bool = True,
        retry: bool = False,
        pay_other_keys: bool = False,
        max_credits: float | None = None,
        yes: bool = False,
        stop_button: bool = True,
        live: display.Live | None = None,
    ) -> Sweep:
        """Pay what is to pay, once, and wait for the pictures, with progress in place.

        What costs more than the session's ``ask_above`` is asked for first: in a notebook the cell shows two
        buttons, and nothing is paid before one of them is pressed.

        Args:
            wait: False returns at once; the work goes on behind, `wait()` waits for it later.
            retry: Pay again for cells whose task failed or expired.
            pay_other_keys: Pay with this key for cells that only another key of the service has paid for.
            max_credits: Refuse when the plan's estimate is above this.
            yes: Pay without asking.
            stop_button: Show a button that stops it when a notebook does not wait.
            live: Where the progress shows, in place of the running cell.

        Returns:
            The sweep itself.

        Raises:
            ConfigError: ``max_credits`` is no number of credits.
            BudgetExceeded: The plan is above ``max_credits`` or the session's budget; nothing was sent.
            ConfirmationNeeded: It costs more than is paid without asking, in a script; nothing was sent.
            MJError: A refusal that would meet every cell (key, credits, ledger); the rest was not sent.
            KeyboardInterrupt: Nothing new is sent; what runs goes on and is tracked.
        """
        how = {"retry": retry, "pay_other_keys": pay_other_keys}
        plan = self.plan(**how)
        self._check(plan, max_credits)
        if self._run is not None and self._run.goes_on:
            return self.wait() if wait else self
        if not yes and asking.must_ask(plan, self.ask_above):
            self._asked = asking.ask(
                plan, self.ask_above, lambda: self._accepted(max_credits=max_credits, **how)
            )
            self._shown_in = display.this_cell()
            return self
        self._shown_in = display.this_cell()
        try:
            run = self._start(live or display.Live(), **how)
            if not wait and stop_button and plan.to_pay and (button := self._button(run)):
                button.show()
            return self.wait() if wait else self
        except KeyboardInterrupt:  # also between the start and the wait
            self.stop()
            raise

    def _check(self, plan: Plan, max_credits: float | None) -> None:
        if max_credits is not None and not _is_amount(max_credits):
            raise ConfigError(f"max_credits is {max_credits!r}", hint="Give credits, or None for no limit.")
        if exceeds(plan.credits, max_credits):
            hint = "Fewer values, speed='relaxed', or a larger max_credits."
            raise BudgetExceeded(
                f"the sweep may cost {plan.credits:g} credits, {max_credits:g} are allowed", hint=hint
            )
        self.tracker.budget.check(plan.credits)

    def _accepted(self, *, max_credits: float | None, **how: bool) -> StopButton | None:
        """Start what was asked for, in the cell that asked; the budget may have changed since."""
        self._check(self.plan(**how), max_credits)
        if self._run is not None and self._run.goes_on:
            return None
        return self._button(self._start(self._asked or display.Live(), **how))

    def _start(self, live: display.Live, **how: bool) -> Run:
        if self.id is None:
            self.id = self.tracker.ledger.add_sweep(self.design.to_json())
        self._run = Run(self.design, self.tracker, self.id, live, **how)
        self._run.start()
        return self._run

    def _button(self, run: Run) -> StopButton | None:
        button = asking.stop_button(run.stop)
        if button is not None:
            run.when_over(button.end)
        return button

    def wait(self, timeout: float | None = None) -> Sweep:
        """Wait until every cell that was sent is settled; raises as `run` does."""
        if self._run is not None:
            try:
                self._run.wait(timeout)
            except KeyboardInterrupt:
                self.stop()
                raise
            finally:
                self._run.show()
        return self

    @property
    def goes_on(self) -> bool:
        """Whether a run goes on and was not stopped."""
        return self._run is not None and self._run.goes_on

    def stop(self) -> None:
        """Send nothing new; what runs goes on and is tracked."""
        if self._run is not None:
            self._run.stop()

    @property
    def progress(self) -> tuple[int, int]:
        """How many cells are settled in the latest run, and of how many."""
        return 0 if self._run is None else self._run.settled, len(self.design.cells)

    # ---- what came of it ----

    @property
    def tasks(self) -> list[Task | None]:
        """The task of every cell, in cell order; None where there is none yet."""
        found = find(self.design, self.tracker)
        return [
            self.tracker.handle(found[cell.number]) if cell.number in found else None
            for cell in self.design.cells
        ]

    def __repr__(self) -> str:
        axes = " x ".join(f"{name} {_short(values)}" for name, values in self.design.axes.items())
        try:
            told = repr(self.plan())
        except MJError as error:  # its ledger is gone or closed; to show it is no error
            told = error.message
        return f"sweep of {self.design.prompt!r}: {axes or 'one cell'}\n{told}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return showing.bundle(self)

    def _ipython_display_(self) -> None:
        """Show the plan, unless this cell shows the progress of a run already."""
        if self._shown_in is None or self._shown_in != display.this_cell():
            data, metadata = showing.bundle(self)
            display.show(data["text/plain"], data["text/html"], metadata)


def _is_amount(said: object) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and said >= 0  # NaN is no amount


def _short(values: Sequence[Any]) -> str:
    """Return an axis's values, of many only some."""
    if len(values) <= SHOWN:
        return str(list(values))
    some = ", ".join(map(repr, values[: SHOWN // 2]))
    return f"[{some}, … {values[-1]!r}] ({len(values)} values)"

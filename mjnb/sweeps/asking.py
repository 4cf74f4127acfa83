"""Asking before much is paid: an error in a script, a widget in a notebook; and the button that stops."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import display
from ..errors import ConfirmationNeeded
from ..prices import exceeds
from .plans import Plan

if TYPE_CHECKING:
    from ..widgets import StopButton

CODE = "sweep.run(yes=True)"


def must_ask(plan: Plan, above: float | None) -> bool:
    """Return whether a plan costs more than is paid without asking; None never asks."""
    return exceeds(plan.credits, above)


def ask(plan: Plan, above: float | None, pay: Callable[[], StopButton | None]) -> display.Live:
    """Ask in the running cell whether a plan is to be paid.

    Args:
        plan: What would be paid.
        above: What is paid without asking, in credits.
        pay: Starts the run and returns the button that stops it.

    Returns:
        A display in the cell, in which the run's progress can show.

    Raises:
        ConfirmationNeeded: This is no notebook; nothing was paid.
    """
    if not display.in_notebook():
        raise ConfirmationNeeded(f"{plan!r}; more than {above:g} credits are not paid without asking")
    from ..widgets import Confirm

    def paid() -> Any:
        button = pay()
        return button.widget if button is not None else None

    live = display.Live()
    waiting = f"Not started: {plan!r}. {CODE} pays for it without asking."
    live.show(waiting, display.notice_html(waiting))
    Confirm(repr(plan), f"{plan.credits:g} credits", paid, CODE).show()
    return live


def stop_button(stop: Callable[[], object]) -> StopButton | None:
    """Return a button that stops a run, None outside notebooks."""
    if not display.in_notebook():
        return None
    from ..widgets import StopButton

    return StopButton(stop)

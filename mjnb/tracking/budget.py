"""A limit on what may be spent, held before anything is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..errors import BudgetExceeded
from ..prices import exceeds, left_of


class Budget:
    """Credits that may still be spent; safe from any thread.

    A session counts for itself.  An owner's budget is what the ledger says: it holds over restarts, and the
    ledger itself holds it once more when the request is recorded, as other sessions may spend meanwhile.

    Args:
        limit: Credits; None: no limit.
        owner: Whose budget it is; None: the session's.
        read: Returns what the owner has spent, by the ledger.
    """

    def __init__(
        self, limit: float | None = None, owner: str | None = None, read: Callable[[], float] | None = None
    ) -> None:
        self.limit, self.owner = limit, owner
        self._read = read
        self._counted = 0.0  # estimates of what was sent and not refused
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """Credits spent so far, by the estimates."""
        return self._counted if self._read is None else self._read()

    @property
    def left(self) -> float | None:
        """Credits that may still be spent; None: no limit."""
        return None if self.limit is None else max(0.0, left_of(self.limit, self.spent))

    def check(self, credits: float) -> None:
        """Refuse what would cross the limit.

        Raises:
            BudgetExceeded: With what is left.
        """
        if self.limit is None:
            return
        spent = self.spent
        if exceeds(spent + credits, self.limit):
            whose = "the session's budget" if self.owner is None else f"the budget of {self.owner}"
            left = f"{left_of(self.limit, spent):g} of {self.limit:g} are left"
            raise BudgetExceeded(f"this may cost {credits:g} credits, {left} in {whose}")

    def take(self, credits: float) -> None:
        """Count what is about to be sent; raises as `check` does."""
        with self._lock:
            self.check(credits)
            self._counted += credits

    def give_back(self, credits: float) -> None:
        """Take back what was refused and so not paid."""
        with self._lock:
            self._counted -= credits

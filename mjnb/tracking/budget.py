"""A limit on what may be spent, held before anything is sent."""

from __future__ import annotations

import threading

from ..errors import BudgetExceeded


class Budget:
    """Credits that may still be spent; safe from any thread.

    Args:
        limit: Credits; None: no limit.
    """

    def __init__(self, limit: float | None = None) -> None:
        self.limit = limit
        self.spent = 0.0  # estimates of what was sent and not refused
        self._lock = threading.Lock()

    @property
    def left(self) -> float | None:
        """Credits that may still be spent; None: no limit."""
        return None if self.limit is None else max(0.0, self.limit - self.spent)

    def check(self, credits: float) -> None:
        """Refuse what would cross the limit.

        Raises:
            BudgetExceeded: With what is left.
        """
        if self.limit is not None and self.spent + credits > self.limit:
            left = f"{self.limit - self.spent:g} of {self.limit:g} are left"
            raise BudgetExceeded(f"this may cost {credits:g} credits, {left} in the session's budget")

    def take(self, credits: float) -> None:
        """Count what is about to be sent; raises as `check` does."""
        with self._lock:
            self.check(credits)
            self.spent += credits

    def give_back(self, credits: float) -> None:
        """Take back what was refused and so not paid."""
        with self._lock:
            self.spent -= credits

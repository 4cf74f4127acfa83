"""What was sent for whom, where several share an account: a class with one key, a team with one purse.

The sum is taken from the ledger, in the transaction that records what is about to be sent: so a budget holds
over restarts, over machines, and over two notebooks of one person that send at the same moment.
"""

from __future__ import annotations

import sqlalchemy as sa

from ..errors import BudgetExceeded
from ..prices import exceeds, left_of
from .schema import task


def spent(c: sa.Connection, account: str, owner: str) -> float:
    """Return the credits of everything that was sent for an owner and not refused, by the estimates.

    Less than nothing was never paid: a row that says so, in a ledger that somebody else wrote, would loosen
    the limit of all that follows.
    """
    theirs = (task.c.account == account) & (task.c.owner == owner) & (task.c.state != "rejected")
    theirs &= task.c.credits > 0
    return float(c.execute(sa.select(sa.func.sum(task.c.credits)).where(theirs)).scalar() or 0)


def hold(c: sa.Connection, account: str, owner: str | None, credits: float, limit: float | None) -> None:
    """Refuse what would cross an owner's limit; call it in the transaction that records the request.

    Args:
        c: The transaction.
        account: Who pays.
        owner: Who asks; None: nobody is asked after.
        credits: What is about to be sent, by the estimate.
        limit: Credits that the owner may spend in all; None: no limit.

    Raises:
        BudgetExceeded: With what is left.
    """
    if owner is None or limit is None:
        return
    before = spent(c, account, owner)
    if exceeds(before + max(credits, 0.0), limit):
        left = f"{left_of(limit, before):g} of {limit:g} are left"
        raise BudgetExceeded(f"this may cost {credits:g} credits, {left} in the budget of {owner}")

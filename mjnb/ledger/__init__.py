"""Every task, durable: the only SQL in mjnb.

One URL decides where: SQLite by default, PostgreSQL for a team.  ``task`` holds the current state, one row
per task; ``event`` holds every change with the raw answer and is only ever appended to; both are written
in one transaction.  The row is committed before the paid request is sent.

(``schema.py`` has the tables and migrations, ``engine.py`` the connection rules, ``book.py`` the promises,
``reading.py`` the look-ups, ``balances.py`` an account's credits and what was sent since,
``ratings.py`` what people said of pictures, ``records.py`` the plain values,
``presence.py`` who still lives.)
"""

from .balances import Sent
from .book import Ledger
from .ratings import Judgement, Ratings, Shown
from .records import LIVE, OPEN, TRIED, Entry, Found, Intent, Picture

__all__ = [
    "LIVE",
    "OPEN",
    "TRIED",
    "Entry",
    "Found",
    "Intent",
    "Judgement",
    "Ledger",
    "Picture",
    "Ratings",
    "Sent",
    "Shown",
]

"""A ledger on PostgreSQL, shared by a team: the connection rules.

Every write transaction takes one advisory lock first.  So commits come in the order of their event numbers,
and a frame that reads "numbers above the last" misses none (sequences alone hand out numbers that commit out
of order); and counting what is there and adding to it are one step, as they are in SQLite.  The lock is
given back after the commit is visible, so whoever takes it next sees it.  A holder that stops answering
loses the lock after `HELD` seconds, and its transaction with it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from . import locks

LOCK = 7736986  # one number for every ledger; those of other databases do not meet
HELD = 60  # seconds that a writer may be silent within a transaction
REACH = 5  # seconds to connect; while the server is away, nothing else goes on
READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}  # one view for many queries
TCP = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}


def connect(url: sa.URL) -> sa.Engine:
    """Return an engine by the rules above."""
    engine = sa.create_engine(
        url,
        connect_args={"connect_timeout": REACH, "application_name": "mjnb", **TCP},
        pool_pre_ping=True,  # after a restart of the server the first write finds a good connection
        pool_size=4,
        max_overflow=4,
        hide_parameters=True,
    )
    sa.event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: Any, _record: Any) -> None:
    settings = {
        "synchronous_commit": "on",  # off lost 140 of 18,000 acknowledged rows at kills of the server
        "lock_timeout": f"{locks.BUSY_TIMEOUT}s",
        "idle_in_transaction_session_timeout": f"{HELD}s",
        "client_encoding": "UTF8",
    }
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET SESSION {name} TO '{value}'")
    connection.commit()


def alone(connection: sa.Connection) -> None:
    """Be the only writer until the transaction ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def clock(connection: sa.Connection) -> int:
    """Return the server's time in milliseconds, the same for all machines that share it."""
    found = connection.exec_driver_sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
    return int(found.scalar_one())

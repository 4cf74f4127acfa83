"""Where a ledger is: a database URL, read once, and never shown with what is secret in it."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from ..errors import LedgerError
from ..hidden import Secret

KINDS = ("sqlite", "postgresql")
SECRET = ("password", "sslpassword", "passfile")  # libpq takes them after the question mark, too


def read_url(url: str | Path) -> sa.URL:
    """Return a database URL as parts; the password among them hides itself.

    Args:
        url: A file, whose name is no URL and is not read as one; or ``sqlite:///path/to/ledger.db``, or
            ``postgresql+psycopg://user@host/database``.

    Raises:
        LedgerError: It is none, or of a database that mjnb does not know.
    """
    if isinstance(url, Path):
        return sa.URL.create("sqlite", database=str(url))
    url = Secret(url)  # a traceback with its variables would show it
    try:
        found = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # their words may hold a part of the password
        found = None
    hint = "Name one like sqlite:///ledger.db or postgresql+psycopg://user@host/database."
    if found is not None and "@" in (found.host or ""):  # a part of the password, which would be shown
        found, hint = None, f"{hint} In a password, @ is written %40."
    if found is None:
        raise LedgerError("the ledger's address cannot be read", hint=hint)
    if found.get_backend_name() not in KINDS:
        raise LedgerError(f"a ledger cannot be kept in {found.get_backend_name()}", hint=hint)
    if found.get_backend_name() == "postgresql":
        return _with_psycopg(found)
    if not found.database or found.database == ":memory:":
        raise LedgerError(
            "a ledger in memory would forget what was paid", hint="Name a file: sqlite:///ledger.db"
        )
    if strange := found.query.keys() - {"journal"}:  # one of SQLite's own would open another file
        raise LedgerError(
            f"the ledger's address has the option {min(strange)!r}", hint="It may say journal=delete."
        )
    return found


def _with_psycopg(url: sa.URL) -> sa.URL:
    said = url.query.get("password")
    if isinstance(said, str):
        url = url.difference_update_query(["password"]).set(password=said)
    return url.set(drivername="postgresql+psycopg")


def shown(url: sa.URL) -> str:
    """Return a URL as it may be shown: without the password and without options."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{url.database}"  # the file's name as it is
    return url.set(query={}).render_as_string(hide_password=True)


def without_secrets(text: str, url: sa.URL) -> str:
    """Return a database's own words without the password, should they hold it."""
    secrets = [url.password, *(url.query.get(name) for name in SECRET)]
    for secret in secrets:
        if isinstance(secret, str) and secret:
            text = text.replace(secret, "***")
    return text

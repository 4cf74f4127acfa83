"""What a database says when something is wrong, as errors of the tree, each with what to do."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator

import sqlalchemy as sa

from ..errors import LedgerAway, LedgerBusy, LedgerCorrupt, LedgerError, LedgerFull, MJError
from ..hidden import forget
from .addresses import shown, without_secrets

BUSY = ("locked", "busy", "lock timeout")
FULL = ("is full", "no space", "disk quota", "file too large", "disk i/o error")
BAD = ("malformed", "not a database", "invalid page")
CLOSED = (
    "readonly",
    "read-only",
    "unable to open",
    "permission",
    "denied",
    "no such file",
    "not a directory",
    "file exists",
)
AWAY = (
    "refused",
    "server closed the connection",
    "starting up",
    "shutting down",
    "terminating connection",
    "connection is closed",
    "connection is lost",
    "connection timed out",
    "connection timeout",
    "timeout expired",
    "unreachable",
    "could not receive data",
    "could not send data",
    "consuming input failed",
    "recovery mode",
    "not yet accepting",
    "too many clients",
    "remaining connection slots",
    "is the server running",
    "ssl connection has been closed",
)


@contextlib.contextmanager
def told(url: sa.URL) -> Iterator[None]:
    """Turn the database's errors into the tree's; what they hold of the password is forgotten."""
    try:
        yield
    except MJError:
        raise
    except sa.exc.DBAPIError as error:
        fault = _read_fault(str(error.orig), url, lost=error.connection_invalidated)
        _forget(error)
        raise fault from None
    except (sa.exc.SQLAlchemyError, OSError, ImportError, OverflowError, UnicodeError) as error:
        fault = _read_fault(str(error), url)
        _forget(error)
        raise fault from None


def _forget(error: BaseException) -> None:
    """Forget the driver's own frames, which hold the password, and its words, which may."""
    traceback.clear_frames(error.__traceback__)
    forget(error)
    error.args = ()


def _read_fault(said: str, url: sa.URL, *, lost: bool = False) -> LedgerError:
    is_file = url.get_backend_name() == "sqlite"
    where, said = shown(url), without_secrets(said.strip(), url)
    low = said.lower()
    if not is_file and (lost or any(word in low for word in AWAY)):
        return LedgerAway(f"the ledger {where} cannot be reached: {said}")
    if any(word in low for word in BUSY):
        return LedgerBusy(f"the ledger {where} is locked")
    if any(word in low for word in FULL):
        why = " or its disk fails" if "i/o" in low else ""
        return LedgerFull(f"no room for the ledger {where}{why}")
    if any(word in low for word in BAD):
        return damaged(url, said)
    if "no module named 'psycopg'" in low or "libpq" in low:
        return LedgerError("a ledger on PostgreSQL needs psycopg", hint="pip install 'mjnb[postgres]'")
    if any(word in low for word in CLOSED):
        hint = "Make the folder writable, or choose another with data_dir=… or MJNB_DATA_DIR."
        hint = hint if is_file else "Its user needs the right to create and write tables there."
        return LedgerError(f"the ledger {where} cannot be written: {said}", hint=hint)
    return LedgerError(f"the ledger {where} cannot be used: {said}")


def strange(url: sa.URL, said: str) -> LedgerError:
    """Return the error of a ledger that has what no mjnb writes, with the command that saves its tasks."""
    hint = "Nothing was written to it. Ask who made it; its tasks alone are saved by: "
    where = url.database if url.get_backend_name() == "sqlite" else shown(url)
    return LedgerError(f"{where} {said}", hint=f"{hint}python -m mjnb ledger salvage {where} salvaged.db")


def damaged(url: sa.URL, said: str) -> LedgerCorrupt:
    """Return the error of a damaged file, with the command that saves what can be read."""
    if url.get_backend_name() != "sqlite":
        hint = "Ask who keeps the database; mjnb does not write to a damaged ledger."
        return LedgerCorrupt(f"{shown(url)} is damaged: {said}", hint=hint)
    command = f"python -m mjnb ledger salvage {url.database} salvaged.db"
    return LedgerCorrupt(
        f"{url.database} is damaged or no ledger: {said}",
        hint=f"Nothing was written to it. What can be read is saved by: {command}",
    )

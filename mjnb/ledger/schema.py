"""The tables, and how an older ledger becomes a newer one.

Times are epoch milliseconds, UTC.  Parameter columns of ``task`` are derived from the parameter table;
one that is new there is added to an existing ledger at the next opening.  Migrations only add.
"""

from __future__ import annotations

import math
import re
import secrets
from typing import Any

import sqlalchemy as sa

from ..errors import LedgerTooNew
from ..foreign import Foreign, hex_id
from ..params import Domain, Generate, rows
from .faults import damaged, strange

metadata = sa.MetaData()
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


class Words(sa.types.TypeDecorator[str]):
    """Text; what no database takes (NUL, halves of surrogate pairs) is written as JSON writes it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value if value is None else storable(value)


class Real(sa.types.TypeDecorator[float]):
    """A number; "not a number" is nothing, which is what SQLite makes of it."""

    impl: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL, "sqlite")
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: sa.Dialect) -> float | None:
        return None if value is None or math.isnan(value) else value


def storable(text: str) -> str:
    r"""Return a text as every database can keep it: NUL as ``\u0000``, a lone surrogate as ``\ud83d``.

    In a JSON text, where these cannot stand as they are, that says the same.
    """
    text = text.replace("\0", r"\u0000")
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _column_type(domain: Domain) -> sa.types.TypeEngine[Any]:
    return Number if domain.kind in ("integer", "switch") else Words()


def parameter_columns() -> list[sa.Column[Any]]:
    """Return one column per parameter of the table; lists are kept as JSON text."""
    return [sa.Column(row.name, _column_type(row.domain)) for row in rows(Generate).values()]


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_strict=True)


meta = _table("meta", sa.Column("key", Words, primary_key=True), sa.Column("value", Words, nullable=False))

session = _table(
    "session",
    sa.Column("id", Words, primary_key=True),
    sa.Column("host", Words, nullable=False),
    sa.Column("pid", Number, nullable=False),
    sa.Column("born", Words, nullable=False),
    sa.Column("started_at", Number, nullable=False),
    sa.Column("ended_at", Number),
    sa.Column("seen_at", Number),
)

sweep = _table(
    "sweep",
    sa.Column("id", Words, primary_key=True),
    sa.Column("spec_json", Words, nullable=False),
    sa.Column("created_at", Number, nullable=False),
)

task = _table(
    "task",
    sa.Column("id", Words, primary_key=True),
    sa.Column("task_id", Words),
    sa.Column("state", Words, nullable=False),
    *parameter_columns(),
    sa.Column("param_json", Words, nullable=False),
    sa.Column("server_param_json", Words),
    sa.Column("param_diff", Words),
    sa.Column("request_sha", Words, nullable=False),
    sa.Column("nonce", Words, nullable=False),
    sa.Column("session", Words, nullable=False),
    sa.Column("account", Words, nullable=False),
    sa.Column("payer", Words),  # none: an mjnb before schema 5 wrote it
    sa.Column("base_url", Words, nullable=False),
    sa.Column("owner", Words),
    sa.Column("sweep", Words),
    sa.Column("cell", Number),
    sa.Column("parent", Words),
    sa.Column("parent_image", Number),
    sa.Column("created_at", Number, nullable=False),
    sa.Column("submitted_at", Number),
    sa.Column("completed_at", Number),
    sa.Column("latency_ms", Number),
    sa.Column("error_code", Words),
    sa.Column("error", Words),
    sa.Column("credits", Real),
    sa.Column("rev", Number, nullable=False),
    sa.Index("task_by_task_id", "account", "task_id", unique=True),
    sa.Index("task_by_rev", "rev"),
    sa.Index("task_by_state", "state"),
    sa.Index("task_by_request", "request_sha"),
    sa.Index("task_by_parent", "parent"),
    sa.Index("task_by_payer", "payer"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=True),
    sa.Column("id", Words, sa.ForeignKey("task.id"), nullable=False, index=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("at", Number, nullable=False),
    sa.Column("session", Words, nullable=False),
    sa.Column("payload", Words),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

image = _table(
    "image",
    sa.Column("id", Words, sa.ForeignKey("task.id"), primary_key=True),
    sa.Column("number", Number, primary_key=True),
    sa.Column("url", Words, nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("sha256", Words),
    sa.Column("path", Words),
    sa.Column("mime", Words),
    sa.Column("width", Number),
    sa.Column("height", Number),
    sa.Column("size", Number),
    sa.Column("error", Words),
    sa.Column("rev", Number, nullable=False),
    sa.Index("image_by_rev", "rev"),
    sa.Index("image_by_url", "url"),
)

metric = _table(
    "metric",
    sa.Column("subject", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("version", Number, primary_key=True),
    sa.Column("value", Real),
    sa.Column("error", Real),
)


rating = _table(
    "rating",
    sa.Column("id", Words, primary_key=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("shown", Words, nullable=False),
    sa.Column("score", Real),
    sa.Column("best", Number),
    sa.Column("worst", Number),
    sa.Column("undoes", Words),
    sa.Column("sweep", Words),
    sa.Column("rater", Words, nullable=False),
    sa.Column("session", Words, nullable=False),
    sa.Column("at", Number, nullable=False),
)

upload = _table(
    "upload",
    sa.Column("sha256", Words, primary_key=True),
    sa.Column("account", Words, primary_key=True),
    sa.Column("url", Words, nullable=False),
    sa.Column("expires_at", Number, nullable=False),
)

content = _table(  # what was uploaded, for good; see `contents`
    "content",
    sa.Column("url", Words, primary_key=True),
    sa.Column("sha256", Words, nullable=False),
)

input_of = _table(  # pictures of tasks that nobody here has seen yet
    "input",
    sa.Column("url", Words, primary_key=True),
    sa.Column("id", Words, primary_key=True),
    sa.Index("input_by_id", "id"),
)

place = _table(  # turns to submit, shared by all sessions of an account; see `Places`
    "place",
    sa.Column("id", Words, primary_key=True),
    sa.Column("payer", Words, nullable=False),
    sa.Column("session", Words, nullable=False),
    sa.Column("used", Number, nullable=False),
    sa.Column("free_at", Number, nullable=False),
    sa.Index("place_by_payer", "payer"),
)

# 2: uploads, param_diff; 3: ratings; 4: places, the ledger's id, sessions heard of, the index of children;
# 5: payers, contents, and what `renewal` makes of older rows
VERSION = 5


ID_DIGITS = 16  # of a ledger's id, hexadecimal


def migrate(connection: sa.Connection) -> str:
    """Bring a ledger to this version, in one transaction: missing tables, columns and indexes are added.

    Returns:
        The ledger's own id.

    Raises:
        LedgerTooNew: A newer mjnb wrote it.
    """
    found = _version(connection)
    if found > VERSION:
        raise LedgerTooNew(
            f"the ledger has schema {found}, this mjnb knows up to {VERSION}",
            hint="Upgrade mjnb (nothing was changed here), or use another data folder.",
        )
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        _add_missing_columns(connection, table)
        _add_missing_indexes(connection, table)
    if found < VERSION:
        connection.execute(sa.delete(meta).where(meta.c.key == "schema_version"))
        connection.execute(sa.insert(meta).values(key="schema_version", value=str(VERSION)))
    return _id(connection)


def _id(connection: sa.Connection) -> str:
    found = connection.execute(sa.select(meta.c.value).where(meta.c.key == "ledger_id")).scalar()
    if found is None:
        found = secrets.token_hex(ID_DIGITS // 2)
        connection.execute(sa.insert(meta).values(key="ledger_id", value=found))
    try:
        return hex_id(found, ID_DIGITS)  # it becomes part of a file's name
    except Foreign as fault:
        raise strange(connection.engine.url, f"says that its id is {found!r:.60}, which {fault}") from None


def rename(connection: sa.Connection, ledger_id: str) -> None:
    """Give a copy the id of what it is a copy of: what was kept aside for the one is for the other."""
    connection.execute(sa.update(meta).where(meta.c.key == "ledger_id").values(value=ledger_id))


def _version(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table("meta"):
        return 0
    found = connection.execute(sa.select(meta.c.value).where(meta.c.key == "schema_version")).scalar()
    if found is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}", str(found)):
        raise damaged(connection.engine.url, f"its schema_version is {found!r:.60}")
    return int(found)


def _add_missing_columns(connection: sa.Connection, table: sa.Table) -> None:
    there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')


def _add_missing_indexes(connection: sa.Connection, table: sa.Table) -> None:
    there = {index["name"] for index in sa.inspect(connection).get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in there:
            index.create(connection)

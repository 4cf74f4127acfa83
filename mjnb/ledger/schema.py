"""The tables, and how an older ledger becomes a newer one.

Times are epoch milliseconds, UTC.  Parameter columns of ``task`` are derived from the parameter table;
one that is new there is added to an existing ledger at the next opening.  Migrations only add.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ..errors import LedgerTooNew
from ..params import Domain, Generate, rows

metadata = sa.MetaData()
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Real: sa.types.TypeEngine[float] = sa.Double().with_variant(sa.REAL, "sqlite")


def _column_type(domain: Domain) -> sa.types.TypeEngine[Any]:
    return Number if domain.kind in ("integer", "switch") else sa.Text()


def parameter_columns() -> list[sa.Column[Any]]:
    """Return one column per parameter of the table; lists are kept as JSON text."""
    return [sa.Column(row.name, _column_type(row.domain)) for row in rows(Generate).values()]


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_strict=True)


meta = _table(
    "meta", sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
)

session = _table(
    "session",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", Number, nullable=False),
    sa.Column("born", sa.Text, nullable=False),
    sa.Column("started_at", Number, nullable=False),
    sa.Column("ended_at", Number),
)

sweep = _table(
    "sweep",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("spec_json", sa.Text, nullable=False),
    sa.Column("created_at", Number, nullable=False),
)

task = _table(
    "task",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("task_id", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    *parameter_columns(),
    sa.Column("param_json", sa.Text, nullable=False),
    sa.Column("server_param_json", sa.Text),
    sa.Column("param_diff", sa.Text),
    sa.Column("request_sha", sa.Text, nullable=False),
    sa.Column("nonce", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("base_url", sa.Text, nullable=False),
    sa.Column("sweep", sa.Text),
    sa.Column("cell", Number),
    sa.Column("parent", sa.Text),
    sa.Column("parent_image", Number),
    sa.Column("created_at", Number, nullable=False),
    sa.Column("submitted_at", Number),
    sa.Column("completed_at", Number),
    sa.Column("latency_ms", Number),
    sa.Column("error_code", sa.Text),
    sa.Column("error", sa.Text),
    sa.Column("credits", Real),
    sa.Column("rev", Number, nullable=False),
    sa.Index("task_by_task_id", "account", "task_id", unique=True),
    sa.Index("task_by_rev", "rev"),
    sa.Index("task_by_state", "state"),
    sa.Index("task_by_request", "request_sha"),
)

event = sa.Table(
    "event",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, sa.ForeignKey("task.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", Number, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("payload", sa.Text),
    sqlite_strict=True,
    sqlite_autoincrement=True,
)

image = _table(
    "image",
    sa.Column("id", sa.Text, sa.ForeignKey("task.id"), primary_key=True),
    sa.Column("number", Number, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text),
    sa.Column("path", sa.Text),
    sa.Column("mime", sa.Text),
    sa.Column("width", Number),
    sa.Column("height", Number),
    sa.Column("size", Number),
    sa.Column("error", sa.Text),
    sa.Column("rev", Number, nullable=False),
    sa.Index("image_by_rev", "rev"),
)

metric = _table(
    "metric",
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", Number, primary_key=True),
    sa.Column("value", Real),
    sa.Column("error", Real),
)


rating = _table(
    "rating",
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("score", Real),
    sa.Column("best", Number),
    sa.Column("worst", Number),
    sa.Column("undoes", sa.Text),
    sa.Column("sweep", sa.Text),
    sa.Column("rater", sa.Text, nullable=False),
    sa.Column("session", sa.Text, nullable=False),
    sa.Column("at", Number, nullable=False),
)

upload = _table(
    "upload",
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("expires_at", Number, nullable=False),
)

VERSION = 3  # 2: uploads, param_diff; 3: ratings


def migrate(connection: sa.Connection) -> None:
    """Bring a ledger to this version, inside one transaction: tables and columns that are missing are added.

    Raises:
        LedgerTooNew: A newer mjnb wrote it.
    """
    found = _version(connection)
    if found > VERSION:
        raise LedgerTooNew(f"the ledger has schema {found}, this mjnb knows up to {VERSION}")
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        _add_missing_columns(connection, table)
    if found < VERSION:
        connection.execute(sa.delete(meta).where(meta.c.key == "schema_version"))
        connection.execute(sa.insert(meta).values(key="schema_version", value=str(VERSION)))


def _version(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table("meta"):
        return 0
    found = connection.execute(sa.select(meta.c.value).where(meta.c.key == "schema_version")).scalar()
    return int(found or 0)


def _add_missing_columns(connection: sa.Connection, table: sa.Table) -> None:
    there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            kind = column.type.compile(connection.dialect)
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')

"""What an mjnb before schema 5 wrote becomes what is written today, in the transaction that opens a ledger.

Its accounts were hashes of address and key as typed, and its identities knew neither contents nor other
spellings.  Rows are known by having no payer, so that those of an older session that still writes beside a
newer one are brought up at the next opening; a second time finds nothing to do.
"""

from __future__ import annotations

import sqlalchemy as sa

from ..config import SANDBOX
from ..identity import account
from . import contents
from .schema import task, upload

OLD = task.c.payer.is_(None)


def bring_up(c: sa.Connection) -> None:
    """Give every row of before its account, its payer and its identity."""
    whose = c.execute(sa.select(task.c.account, task.c.base_url).where(OLD).distinct()).all()
    if not whose:
        return
    accounts = {(old, url): SANDBOX if old == SANDBOX else account(url) for old, url in whose}
    _uploads(c, {old: new for (old, _), new in accounts.items()})
    contents.renew(c, OLD)
    for (old, url), new in accounts.items():
        _rows(c, old, url, new)


def _rows(c: sa.Connection, old: str, url: str, new: str) -> None:
    """Give rows their account; what was the account says who paid.

    A task that the service's account has under this id already keeps its old one: it is the same task, twice.
    """
    mine = OLD & (task.c.account == old) & (task.c.base_url == url)
    if new != old:
        other = task.alias()
        twin = sa.exists().where((other.c.account == new) & (other.c.task_id == task.c.task_id))
        c.execute(sa.update(task).where(mine & ~twin).values(payer=old, account=new))
    c.execute(sa.update(task).where(mine).values(payer=old))


def _uploads(c: sa.Connection, accounts: dict[str, str]) -> None:
    """Let uploads be those of the service, whichever key made them; of two, the one that lives longer."""
    for line in c.execute(sa.select(upload).order_by(upload.c.expires_at)).mappings().all():
        contents.uploaded(c, line["url"], line["sha256"])
        new = accounts.get(line["account"], line["account"])
        if new != line["account"]:
            either = (upload.c.sha256 == line["sha256"]) & upload.c.account.in_([new, line["account"]])
            c.execute(sa.delete(upload).where(either))
            c.execute(sa.insert(upload).values({**line, "account": new}))

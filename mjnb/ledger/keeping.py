"""What else a ledger keeps beside the life of its tasks: sweeps, numbers, uploads, tasks of saved sweeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa

from . import contents
from .changes import Changes, put_picture
from .records import Entry, Picture, new_id, now
from .schema import metric, sweep, task, upload


class Keeping(Changes):
    """Sweeps, numbers, uploads."""

    def put_upload(self, sha: str, account: str, url: str, seconds: float) -> None:
        """Remember where a file was uploaded, and for how long it is there."""
        mine = (upload.c.sha256 == sha) & (upload.c.account == account)
        line = {"sha256": sha, "account": account, "url": url, "expires_at": now() + int(seconds * 1000)}
        with self._engine.write() as c:
            c.execute(sa.delete(upload).where(mine))
            c.execute(sa.insert(upload).values(**line))
            contents.uploaded(c, url, sha)

    def add_sweep(self, spec_json: str) -> str:
        """Record a sweep and return its id."""
        own_id = new_id()
        with self._engine.write() as c:
            c.execute(sa.insert(sweep).values(id=own_id, spec_json=spec_json, created_at=now()))
        return own_id

    def put_metrics(self, numbers: Iterable[tuple[str, str, int, float | None, float | None]]) -> None:
        """Cache numbers: subject, metric, version, value, error; what is there stays."""
        lines = [dict(zip(metric.c.keys(), one, strict=True)) for one in numbers]
        there = self.metrics(str(line["subject"]) for line in lines)
        fresh = [line for line in lines if (line["subject"], line["name"], line["version"]) not in there]
        if not fresh:
            return
        with self._engine.write() as c:
            for line in fresh:
                same = sa.and_(*(metric.c[key] == line[key] for key in ("subject", "name", "version")))
                if c.execute(sa.select(metric.c.subject).where(same)).scalar() is None:  # nor another's
                    c.execute(sa.insert(metric).values(**line))

    def take_in(self, entries: Iterable[Entry], pictures: Iterable[Picture]) -> None:
        """Copy tasks of another ledger into this one, as they ended; those that are here already stay."""
        lines = [asdict(entry) for entry in entries]
        with self._engine.write() as c:
            here = set(c.execute(sa.select(task.c.id)).scalars())
            fresh = [line | {"rev": 0} for line in lines if line["id"] not in here]
            for line in fresh:
                c.execute(sa.insert(task).values(**line))
                self._log(c, line["id"], "taken in", None)
            new = {line["id"] for line in fresh}
            for picture in pictures:
                if picture.id in new:
                    put_picture(c, asdict(picture) | {"rev": 0})

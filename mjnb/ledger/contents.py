"""What is behind the URLs of pictures, by content: uploads, and results that were stored here.

A task's ``request_sha`` is the identity of its request by what is known of its pictures.  URLs of which
nothing is known yet are written into ``input``, and the tasks that name them get their identity anew once
the content comes (a result is used while it is still fetched).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from ..identity import address, inputs, request_sha
from ..params import Request
from .records import read_request
from .schema import content, image, input_of, task

T = TypeVar("T")

BOUND = 500  # values in one condition; SQLite binds at most 32,766
CHUNK = 5000  # tasks at once
SET_SHA = sa.update(task).where(task.c.id == sa.bindparam("own")).values(request_sha=sa.bindparam("sha"))


def contents(c: sa.Connection, urls: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of what is behind URLs, by `identity.address`, as far as the ledger knows.

    Args:
        c: A view of the ledger.
        urls: As many as may be, spelled in any way.
    """
    wanted = sorted({spelled for url in urls for spelled in (url, address(url))})
    found: dict[str, str] = {}
    for some in _some(wanted, BOUND):
        results = sa.select(image.c.url, image.c.sha256).where(
            image.c.url.in_(some), image.c.sha256.is_not(None), image.c.state == "stored"
        )
        uploads = sa.select(content.c.url, content.c.sha256).where(content.c.url.in_(some))
        for query in (results, uploads):
            found |= {address(url): sha for url, sha in c.execute(query)}
    return found


def identity(c: sa.Connection, request: Request) -> tuple[str, list[str]]:
    """Return a request's hash by what is known now, and the addresses of which nothing is known."""
    urls = inputs(request)
    known = contents(c, urls) if urls else {}
    return request_sha(request, known), sorted(set(urls) - known.keys())


def await_contents(c: sa.Connection, own_id: str, unknown: Iterable[str]) -> None:
    """Remember that a task's identity depends on what is not known yet."""
    for url in unknown:
        c.execute(sa.insert(input_of).values(id=own_id, url=url))


def uploaded(c: sa.Connection, url: str, sha: str) -> None:
    """Remember what was uploaded, for good: the URL lives for a day, tasks that name it for longer."""
    place = address(url)
    same = content.c.url == place
    if c.execute(sa.update(content).where(same).values(sha256=sha)).rowcount == 0:
        c.execute(sa.insert(content).values(url=place, sha256=sha))
    told(c, place)


def told(c: sa.Connection, url: str) -> None:
    """Give the tasks that waited for what is behind a URL their identity."""
    waiting = list(c.execute(sa.select(input_of.c.id).where(input_of.c.url == address(url))).scalars())
    if waiting:
        c.execute(sa.delete(input_of).where(input_of.c.id.in_(waiting)))
        renew(c, task.c.id.in_(waiting))


def renew(c: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """Reckon the identity of tasks anew from what was sent; those that cannot be read keep theirs."""
    columns = (task.c.id, task.c.task_type, task.c.param_json, task.c.request_sha)
    query = sa.select(*columns).where(which).order_by(task.c.id).limit(CHUNK)
    some = c.execute(query).all()
    while some:
        _renew(c, some)
        some = c.execute(query.where(task.c.id > some[-1].id)).all()


def _renew(c: sa.Connection, some: Sequence[Any]) -> None:
    read = [(row, read_request(row.task_type, row.param_json)) for row in some]
    asked = [(row, request, inputs(request)) for row, request in read if request is not None]
    known = contents(c, {url for _, _, urls in asked for url in urls})
    changed, waiting = [], []
    for row, request, urls in asked:
        sha = request_sha(request, known)
        if sha != row.request_sha:
            changed.append({"own": row.id, "sha": sha})
        waiting += [{"id": row.id, "url": url} for url in {*urls} - known.keys()]
    if changed:
        c.execute(SET_SHA, changed)
    if waiting:
        c.execute(sa.delete(input_of).where(input_of.c.id.in_({line["id"] for line in waiting})))
        c.execute(sa.insert(input_of), waiting)


def _some(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]

"""What is behind the sandbox's addresses: results, uploads, and links to results that hold for minutes.

An address is the sandbox's own when its host is the one that was asked, or this machine: a sandbox has
another port at every start, and its older addresses still mean its own files.
"""

from __future__ import annotations

import ipaddress
import secrets
import threading
import time
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from .account import Account, Source
from .tasks import RESULT, Task
from .uploads import Upload, Uploads

RETENTION_DAYS = 15.0
LINK_SECONDS = 20 * 60.0
DAY = 24 * 3600.0


def is_loopback(host: str | None) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


class Files:
    """The addresses of one account.

    Args:
        account: Whose results.
        uploads: The uploaded files.
        retention: Seconds that results are kept.
        link_seconds: Seconds that a link holds.
    """

    def __init__(self, account: Account, uploads: Uploads, retention: float, link_seconds: float) -> None:
        self.account, self.uploads = account, uploads
        self.retention, self.link_seconds = retention, link_seconds
        self._links: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def result(self, name: str) -> tuple[Task, int] | None:
        """Return the task and the number behind a result's file name, while the file is kept."""
        found = RESULT.fullmatch(name)
        task = self.account.finished(found[1]) if found else None
        if task is None or f"/m/{name}" not in task.results() or time.time() > task.ready + self.retention:
            return None
        return task, int(name[35])

    def upload(self, path: str) -> Upload | None:
        """Return the upload behind a path, while its address is good."""
        return self.uploads.at(path)

    def link_to(self, url: str, host: str) -> str | None:
        """Return the path of a new link to a result; None when the URL is not a kept result's."""
        path = _own_path(url, host)
        name = path.removeprefix("/m/")
        if name == path or self.result(name) is None:
            return None
        token, now = secrets.token_hex(16), time.time()
        with self._lock:
            self._links = {one: link for one, link in self._links.items() if link[1] > now}
            self._links[token] = (name, now + self.link_seconds)
        return f"/d/{token}/{name}"

    def linked(self, token: str, name: str) -> tuple[Task, int] | None:
        """Return what a link leads to, while it holds."""
        linked, until = self._links.get(token, ("", 0.0))
        return self.result(name) if name == linked and time.time() < until else None

    def name_of(self, url: str, host: str) -> str:
        """Return the sandbox's own name of what a URL leads to; empty when that is nothing of its own."""
        path = _own_path(url, host)
        upload = self.uploads.at(path)
        if upload is not None:
            return f"u/{upload.upload_id}"
        kind, _, rest = path.removeprefix("/").partition("/")
        token, _, name = rest.rpartition("/")
        there = self.linked(token, name) if kind == "d" else self.result(rest) if kind == "m" else None
        return f"m/{rest.rpartition('/')[2]}" if there else ""

    def source(self, url: str, host: str) -> Source:
        """Return what a task would start from; one without a name when there is no such picture."""
        name = self.name_of(url, host)
        kind, _, rest = name.partition("/")
        if kind == "u":
            upload = self.uploads.at(_own_path(url, host))
            return Source(url, name, upload.sha) if upload and self._whole(upload.upload_id) else Source(url)
        there = self.result(rest)
        if there is None or there[0].is_video:
            return Source(url)
        task, number = there
        return Source(url, name, f"{task.task_type} {task.seed} {number}")

    def _whole(self, upload_id: str) -> bool:
        try:
            self.uploads.open(upload_id, 64)
        except (OSError, SyntaxError, ValueError):
            return False
        return True


def used_uploads(tasks: Collection[Task]) -> set[str]:
    """Return the ids of the uploads that tasks start from."""
    return {name[2:] for task in tasks for name in task.sources if name.startswith("u/")}


def _own_path(url: str, host: str) -> str:
    """Return the path of a URL of this sandbox, unquoted; empty for any other."""
    try:
        parts = urlsplit(url)
        own = parts.netloc == host or is_loopback(parts.hostname)
    except ValueError:
        return ""
    return unquote(parts.path) if own and parts.scheme in ("http", "https") else ""

"""Where a session and its Jupyter server meet: a private folder, next to Jupyter's connection files.

Kernel and server are two processes.  The session writes a private file, named by the hash of its callback
address's secret, with the port where it takes hints; the extension finds it when a callback for that secret
comes, judges the callback, and hands the hint over on the loopback interface.  Why so: it needs no token
(JupyterLab gives its kernels none, JupyterHub and Binder another kind) and no restart; a session that died
is noticed at once, since nobody opens; forgeries end in the server and never reach the kernel.  Permissions
protect the file exactly as Jupyter's own runtime files, which hold stronger secrets.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import socket
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..hidden import Secret
from .door import LOOPBACK, Door


@dataclass(frozen=True)
class Server:
    """A Jupyter server that takes callbacks: its local address and its path."""

    url: str
    base_url: str


class RuntimeFolder:
    """The folder, as both sides use it.

    Args:
        runtime_dir: Jupyter's runtime folder.
    """

    def __init__(self, runtime_dir: str | Path) -> None:
        self._runtime = Path(runtime_dir)
        self._folder = self._runtime / "mjnb"

    def __repr__(self) -> str:
        return str(self._folder)

    # ---- the server's side ----

    def announce(self) -> None:
        """Say that the server of this process takes callbacks.

        Raises:
            OSError: The folder cannot be written.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._announcement(os.getpid()).touch(mode=0o600)

    def withdraw(self) -> None:
        """Say that it does no longer."""
        with contextlib.suppress(OSError):
            self._announcement(os.getpid()).unlink()

    def door(self, secret: str) -> Door | None:
        """Return the door of the session that a callback's secret belongs to."""
        try:
            return Door(**json.loads(self._registration(secret).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    # ---- the session's side ----

    def server(self, pids: Iterable[int]) -> Server | None:
        """Return the first of these processes that is a Jupyter server and takes callbacks."""
        for pid in pids:
            with contextlib.suppress(OSError, ValueError, KeyError):
                self._announcement(pid).stat()
                told = json.loads((self._runtime / f"jpserver-{pid}.json").read_text())
                return Server(str(told["url"]), str(told["base_url"]))
        return None

    def register(self, secret: str, door: Door) -> None:
        """Let callbacks for a secret come to a door; what dead sessions left is cleared away.

        Raises:
            OSError: The folder cannot be written.
        """
        self._clear()
        write_private(self._registration(secret), asdict(door))

    def strike(self, secret: str) -> None:
        """Let them come no longer."""
        with contextlib.suppress(OSError):
            self._registration(secret).unlink()

    def _clear(self) -> None:
        for path in self._folder.glob("session-*.json"):
            with contextlib.suppress(OSError, ValueError, TypeError):
                if not _opens(Door(**json.loads(path.read_text())).port):
                    path.unlink()

    def _registration(self, secret: str) -> Path:
        return self._folder / f"session-{hashlib.sha256(secret.encode()).hexdigest()}.json"

    def _announcement(self, pid: int) -> Path:
        return self._folder / f"server-{pid}"


def new_secret() -> str:
    """Return what makes an address unguessable: 256 bits of chance."""
    return Secret(secrets.token_urlsafe(32))


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file that is whole when it is seen, and that only the user can read."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
    os.replace(draft, path)


def _opens(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1.0):
            return True
    except OSError:
        return False

"""A real PostgreSQL for the tests, and places for ledgers in either database."""

from __future__ import annotations

import glob
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

from mjnb.ledger import Ledger

USER, PASSWORD = "mj", "canary-pw-7f3a"


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs, the newest."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: float(path.split("/")[4]))
    path = found[-1] if found else shutil.which(name)
    assert path is not None, f"no {name}: sh .ci/postgres.sh installs it"
    return path


class Postgres:
    """A server of its own on a free port of the loopback, in a folder that is thrown away."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mjnb-postgres-"))
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def __enter__(self) -> Postgres:
        try:
            if os.getuid() == 0:  # initdb refuses root
                shutil.chown(self.folder, "nobody")
            (self.folder / "password").write_text(PASSWORD)
            os.chmod(self.folder / "password", 0o644)
            said = ["--no-sync", "-A", "scram-sha-256", "-E", "UTF8", f"--pwfile={self.folder}/password"]
            self._run(program("initdb"), "-D", f"{self.folder}/data", "-U", USER, *said)
            self.start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "100",
            "shared_buffers": "16MB",
            "fsync": "off",  # only the server dies in these tests, never the machine
        }
        said = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [program("postgres"), "-D", f"{self.folder}/data", "-p", str(self.port), *said]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_nobody(), *command], stdout=log, stderr=log, cwd=self.folder
            )
        while True:
            try:
                psycopg.connect(self.url("postgres", driver="")).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT cuts its connections off, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped since."""
        return self._process is not None

    def url(self, database: str, driver: str = "+psycopg") -> str:
        """Return a database's address."""
        return f"postgresql{driver}://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Make a new database and return its name."""
        self._databases += 1
        name = f"mj{os.getpid()}_{self._databases}"
        with psycopg.connect(self.url("postgres", driver=""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return name

    def _run(self, *command: str) -> None:
        done = subprocess.run([*_as_nobody(), *command], capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, done.stderr


def _as_nobody() -> list[str]:
    if os.getuid() != 0:
        return []
    return [shutil.which("setpriv") or "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Place:
    """Where a ledger is kept, and how to look into it from beside.

    Attributes:
        url: Its address.
        file: The file, when it is one.
    """

    url: str
    file: Path | None = None
    opened: list[Ledger] = field(default_factory=list)

    def open(self, spool: Path | None = None) -> Ledger:
        """Open the ledger; it is closed after the test at the latest."""
        self.opened.append(Ledger(self.url, spool))
        return self.opened[-1]

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into it with the database's own library; ``?`` stands for a value."""
        if self.file is None:
            with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
                cursor = connection.execute(text.replace("?", "%s"), values)  # type: ignore[arg-type]
                return cursor.fetchall() if cursor.description else []
        beside = sqlite3.connect(self.file, isolation_level=None)
        try:
            return beside.execute(text, values).fetchall()
        finally:
            beside.close()

    def kinds_of(self, own_id: str) -> list[str]:
        """Return the kinds of a task's events, in order."""
        return [kind for (kind,) in self.sql("SELECT kind FROM event WHERE id = ? ORDER BY seq", own_id)]

    def close(self) -> None:
        """Close every ledger that was opened."""
        for ledger in self.opened:
            ledger.close()


def places(kind: str, folder: Path, server: Postgres | None) -> Iterator[Place]:
    """Yield a place for a new ledger in a database of that kind."""
    if server is None:
        folder.mkdir(parents=True, exist_ok=True)
        found = Place(f"sqlite:///{folder / 'ledger.db'}", folder / "ledger.db")
    else:
        found = Place(server.url(server.database()))
    yield found
    found.close()

"""What every test gets: a clean environment, and on request a sandbox on a socket and a session on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from databases import Postgres
from faulty import Faulty

from mjnb.sandbox import Sandbox
from mjnb.sessions import Session, default

TIME_SCALE = 300.0  # a fast task takes 0.2 s
LONG_SIDE = 64  # pixels: small pictures are soon drawn


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the developer's own reaches a test, and none writes into the repository."""
    for name in [name for name in os.environ if name.startswith(("MJNB_", "KIE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(default, "_default", [])


@pytest.fixture(scope="session")
def stopping() -> Iterator[list[Thread]]:
    """What is being stopped while the next tests run; a server looks only ten times a second whether to."""
    threads: list[Thread] = []
    yield threads
    for thread in threads:
        thread.join()


@pytest.fixture
def sandbox(stopping: list[Thread]) -> Iterator[Sandbox]:
    """A sandbox on a real socket, faster than the service and with small pictures."""
    server = Sandbox(time_scale=TIME_SCALE, long_side=LONG_SIDE).start()
    yield server
    stopping.append(Thread(target=server.stop))
    stopping[-1].start()


@pytest.fixture
def session(sandbox: Sandbox, tmp_path: Path) -> Iterator[Session]:
    """A session on that sandbox with a folder of its own."""
    with Session(sandbox=sandbox, data_dir=tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    """A server that answers as the test says."""
    with Faulty() as server:
        yield server


@pytest.fixture
def troubled(sandbox: Sandbox) -> Iterator[Faulty]:
    """The sandbox behind a proxy that makes trouble as the test says."""
    with Faulty(upstream=sandbox.url) as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server; tests make databases of their own in it."""
    with Postgres() as server:
        yield server


@pytest.fixture
def short_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give requests half a second, so that silences cost little."""
    import httpx

    from mjnb import client

    monkeypatch.setattr(client, "TIMEOUT", httpx.Timeout(0.5))


SLOW_FILES = {
    "asking_browser",
    "binder",
    "callback_flood",
    "callbacks",
    "clocks",
    "documents",
    "fault_matrix",
    "hostile",
    "injection_browser",
    "interrupts",
    "kill",
    "ledger_care",
    "magic_verbs",
    "magics",
    "many_writers",
    "notebooks",
    "outputs",
    "outputs_browser",
    "panel_browser",
    "plots",
    "plots_html",
    "plots_sheets",
    "postgres",
    "ratings_browser",
    "results_browser",
    "sandbox_callbacks",
    "sandbox_conformance",
    "sandbox_faults",
    "sandbox_followups",
    "sandbox_references",
    "secrets",
    "server",
    "sweep_tab",
    "turns",
    "walkthrough",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the files that need browsers, kernels, servers or long drawings."""
    for item in items:
        if item.path.stem.removeprefix("test_") in SLOW_FILES:
            item.add_marker(pytest.mark.slow)

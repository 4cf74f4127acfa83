"""A JupyterLab on loopback with notebooks in it, for tests with a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from callers import send
from faulty import until
from jupyters import TOKEN, own_environment
from playwright.sync_api import Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WAIT = 20_000
QUIET = {"fetchNews": "false", "checkForUpdates": False}
NOTIFICATION = "@jupyterlab/apputils-extension:notification"
READY = """() => { const c = window.jupyterapp.shell.currentWidget?.sessionContext;
    return !!c && c.isReady && c.session?.kernel?.status === 'idle'; }"""


class Lab:
    """A JupyterLab server.

    Args:
        folder: Where it lives, and its notebooks.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        environment = own_environment(folder / "home")
        config = folder / "home" / "config_dir" / "labconfig"
        config.mkdir(parents=True)
        (config / "default_setting_overrides.json").write_text(json.dumps({NOTIFICATION: QUIET}))
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
        command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
        command += ["--LabApp.expose_app_in_browser=True"]
        self._log = (folder / "lab.log").open("w")
        self.process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=self._log, stderr=subprocess.STDOUT
        )
        self._told = folder / "home" / "runtime_dir" / f"jpserver-{self.process.pid}.json"
        until(self._answers, WAIT / 1000)
        self.url = self._address()

    def _address(self) -> str:
        return f"http://127.0.0.1:{json.loads(self._told.read_text())['port']}"

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "lab.log").read_text()
        try:
            return send(f"{self._address()}/api/status?token={TOKEN}", method="GET").status == 200
        except (OSError, ValueError):
            return False

    def write(self, name: str, sources: Sequence[str]) -> None:
        """Write a notebook that was never run."""
        cells = [
            {"cell_type": "code", "id": f"cell{number}", "metadata": {}, "outputs": [], "execution_count": None,
             "source": source}
            for number, source in enumerate(sources)
        ]  # fmt: skip
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / f"{name}.ipynb").write_text(json.dumps(book))

    def open(self, page: Page, name: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        page.goto(f"{self.url}/doc/tree/{name}.ipynb?reset&token={TOKEN}", timeout=WAIT)
        page.wait_for_function("window.jupyterapp !== undefined", timeout=WAIT)
        page.evaluate("window.jupyterapp.restored")
        page.wait_for_function(READY, timeout=WAIT)

    def run_all(self, page: Page, name: str) -> None:
        """Open a notebook and run all of its cells."""
        self.open(page, name)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def __enter__(self) -> Lab:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(WAIT / 1000)
        self._log.close()

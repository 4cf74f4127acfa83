"""JupyterLab, Notebook 7 and Voila on loopback, each with notebooks in it, for tests with a real browser."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from callers import send
from faulty import until
from jupyters import TOKEN, own_environment
from labs import NOTIFICATION, QUIET, READY, stop
from playwright.sync_api import Page

KERNELS = "@jupyterlab/apputils-extension:kernels-settings"
COMMANDS = {
    "lab": ["jupyterlab", "--LabApp.expose_app_in_browser=True", "--ServerApp.port=0"],
    "notebook": ["notebook", "--JupyterNotebookApp.expose_app_in_browser=True", "--ServerApp.port=0"],
}
PATHS = {"lab": "/doc/tree/{}.ipynb?reset&token={}", "notebook": "/notebooks/{}.ipynb?token={}"}


class Front:
    """A front end's server.

    Args:
        kind: ``lab``, ``notebook`` or ``voila``.
        folder: Where it lives, and its notebooks.
        comms: Which thread of the kernel hears a widget: ``perCommTarget`` (the default: one for all),
            ``perComm`` (one for each) or ``disabled`` (the one that runs the cells).
    """

    def __init__(self, kind: str, folder: Path, comms: str = "perCommTarget") -> None:
        self.kind, self.folder = kind, folder
        config = folder / "home" / "config_dir" / "labconfig"
        config.mkdir(parents=True)
        settings = {NOTIFICATION: QUIET, KERNELS: {"commsOverSubshells": comms}}
        (config / "default_setting_overrides.json").write_text(json.dumps(settings))
        self._log = (folder / "server.log").open("w")
        self._port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self._command(), "--no-browser"],
            env=own_environment(folder / "home"),
            cwd=folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._told = folder / "home" / "runtime_dir" / f"jpserver-{self.process.pid}.json"
        until(self._answers)
        self.url = f"http://127.0.0.1:{self._port}"

    def _command(self) -> list[str]:
        if self.kind == "voila":
            return ["voila", str(self.folder), f"--port={self._port}", "--Voila.ip=127.0.0.1"]
        own = ["--allow-root", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.folder}"]
        return [*COMMANDS[self.kind], *own]

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "server.log").read_text()
        try:
            if self.kind != "voila":
                self._port = json.loads(self._told.read_text())["port"]
                url = f"http://127.0.0.1:{self._port}/api/status?token={TOKEN}"
                return send(url, method="GET").status == 200
            with socket.create_connection(("127.0.0.1", self._port), 1):
                return True
        except (OSError, ValueError):
            return False

    def write(self, name: str, *sources: str) -> None:
        """Write a notebook that was never run."""
        cells = [
            {"cell_type": "code", "id": f"cell{number}", "metadata": {}, "outputs": [],
             "execution_count": None, "source": source}
            for number, source in enumerate(sources)
        ]  # fmt: skip
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / f"{name}.ipynb").write_text(json.dumps(book))

    def open(self, page: Page, name: str) -> None:
        """Open a notebook and wait until its kernel is idle."""
        page.goto(self.url + PATHS[self.kind].format(name, TOKEN))
        self.ready(page)

    def ready(self, page: Page) -> None:
        """Wait until the notebook's kernel is idle."""
        page.wait_for_function("window.jupyterapp !== undefined")
        page.evaluate("window.jupyterapp.restored")
        page.wait_for_function(READY)

    def run(self, page: Page, name: str, theme: str = "light") -> None:
        """Open a notebook and run all of its cells; Voila does that by itself, and is told its theme."""
        if self.kind == "voila":
            page.goto(f"{self.url}/voila/render/{name}.ipynb?theme={theme}")
            return
        self.open(page, name)
        self.command(page, "notebook:run-all-cells")

    def command(self, page: Page, name: str) -> None:
        """Run a command of the application and wait for its end."""
        page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def __enter__(self) -> Front:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop(self.process)
        self._log.close()


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

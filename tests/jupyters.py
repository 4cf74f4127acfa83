"""A real Jupyter server with the extension, and its kernels, all of it below a folder of the test's own."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import queue
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import patience
from callers import Answered, send
from faulty import until
from jupyter_client import BlockingKernelClient
from labs import stop

SHIPPED = Path(__file__).parent.parent / "etc" / "jupyter"
FOLDERS = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
OTHERS = ("jupyterlab", "jupyter_lsp", "jupyter_server_terminals", "notebook_shim")  # take time to start
TOKEN = "the-token-of-the-server"


def own_environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment in which nothing of the developer's own is read or written."""
    usual = {
        name: text for name, text in os.environ.items() if not name.startswith(("JUPYTER", "MJNB_", "KIE_"))
    }
    own = {f"JUPYTER_{name}": str(folder / name.lower()) for name in FOLDERS}
    return {**usual, **own, "IPYTHONDIR": str(folder / "ipython"), "HOME": str(folder), **more}


class Jupyter:
    """A Jupyter server, as installing mjnb leaves it: with the configuration that is shipped.

    Args:
        folder: Where it lives.
        base_url: Its path.
        enabled: Whether the shipped configuration is installed.
        **environment: More of it.
    """

    def __init__(
        self, folder: Path, base_url: str = "/user/jo/", *, enabled: bool = True, **environment: str
    ) -> None:
        self.folder, self.base_url = folder, base_url
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = own_environment(folder, **environment)
        if enabled:
            shutil.copytree(SHIPPED, folder / "config_dir")
        (folder / "config_dir").mkdir(exist_ok=True)
        without = {"ServerApp": {"jpserver_extensions": dict.fromkeys(OTHERS, False)}}
        (folder / "config_dir" / "jupyter_server_config.json").write_text(json.dumps(without))
        self._log = (folder / "server.log").open("w")
        command = [
            sys.executable,
            "-m",
            "jupyter_server",
            "--ServerApp.port=0",
            "--no-browser",
            "--allow-root",
        ]
        command += [f"--ServerApp.base_url={base_url}", f"--IdentityProvider.token={TOKEN}"]
        command += [f"--ServerApp.root_dir={folder}", "--ServerApp.allow_unauthenticated_access=False"]
        command += ["--ServerApp.allow_origin=*", "--ServerApp.log_level=DEBUG"]
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=folder, stdout=self._log, stderr=subprocess.STDOUT
        )

    @property
    def runtime(self) -> Path:
        return self.folder / "runtime_dir"

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    @functools.cached_property
    def url(self) -> str:
        """Where it listens, once it does."""
        told = self.runtime / f"jpserver-{self.process.pid}.json"

        def answers() -> bool:
            assert self.process.poll() is None, self.log
            try:
                return send(f"{self._told(told)}api", method="GET").status == 200
            except (OSError, ValueError):
                return False

        until(answers)
        return self._told(told)

    def _told(self, path: Path) -> str:
        return f"http://127.0.0.1:{json.loads(path.read_text())['port']}{self.base_url}"

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """Ask the server with its token."""
        authorized = {"Authorization": f"token {TOKEN}", **(headers or {})}
        return send(self.url + path, body, authorized, method)

    def kernel(self, **environment: str) -> Kernel:
        """Start a kernel of this server."""
        answer = self.ask("POST", "api/kernels", {"name": "python3"})
        assert answer.status == 201, answer
        return Kernel(self.runtime / f"kernel-{json.loads(answer[2])['id']}.json")

    def __enter__(self) -> Jupyter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop(self.process)
        self._log.close()


class Kernel:
    """A kernel that a Jupyter server runs, reached as a front end reaches it."""

    def __init__(self, connection_file: Path) -> None:
        self._client = BlockingKernelClient(connection_file=str(connection_file))
        self._client.load_connection_file()
        # Without this, one that answers no heartbeat for a second counts as dead: on a busy machine many.
        self._client.hb_channel.time_to_dead = patience.SECONDS
        self._client.start_channels()
        self._client.wait_for_ready(timeout=patience.SECONDS)

    def run(self, source: str) -> str:
        """Run a cell and return what it printed, and the text of its result."""
        told: list[str] = []

        def take(message: dict[str, Any]) -> None:
            content = message["content"]
            told.append(content.get("text") or content.get("data", {}).get("text/plain", ""))

        reply = self._client.execute_interactive(source, timeout=patience.SECONDS, output_hook=take)
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(told).strip()

    def begin(self, source: str) -> None:
        """Queue a cell, which runs also when one before it fails."""
        self._client.execute(source, stop_on_error=False)

    def answered(self) -> int:
        """Return how many of the queued cells have ended since this was last asked."""
        ended = 0
        with contextlib.suppress(queue.Empty):
            while True:
                ended += self._client.get_shell_msg(timeout=0)["msg_type"] == "execute_reply"
        return ended

    def close(self) -> None:
        self._client.stop_channels()


FRONT_ENDS = {  # module, settings, where a notebook opens
    "lab": ("jupyterlab", ["--LabApp.expose_app_in_browser=True"], "lab/tree/{}?reset"),
    "notebook": ("notebook", ["--JupyterNotebookApp.expose_app_in_browser=True"], "notebooks/{}?x"),
    "voila": ("voila", ["--Voila.ip=127.0.0.1"], "voila/render/{}?x"),
}
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
KERNEL_IS_IDLE = """() => { const c = window.jupyterapp.shell.currentWidget?.sessionContext;
    return !!c && c.isReady && c.session?.kernel?.status === 'idle'; }"""


class FrontEnd:
    """A JupyterLab, Notebook 7 or Voila on loopback, for a real browser.

    Args:
        kind: ``lab``, ``notebook`` or ``voila``.
        folder: Where its notebooks are; settings and logs go into ``<folder>/home-<kind>``.
        **environment: More of it, also for its kernels.
    """

    def __init__(self, kind: str, folder: Path, **environment: str) -> None:
        module, settings, self._place = FRONT_ENDS[kind]
        self.kind, self.folder, self._home = kind, folder, folder / f"home-{kind}"
        labconfig = self._home / "config_dir" / "labconfig"
        labconfig.mkdir(parents=True)
        (labconfig / "default_setting_overrides.json").write_text(json.dumps(QUIET))
        command = [sys.executable, "-m", module, "--no-browser", *settings]
        if kind == "voila":
            self._port = free_port()
            command += [f"--port={self._port}", f"--token={TOKEN}", str(folder)]
        else:
            self._port = 0
            command += ["--allow-root", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}"]
            command += [f"--IdentityProvider.token={TOKEN}"]
        self._log = (self._home / "server.log").open("w")
        self.process = subprocess.Popen(
            command,
            env=own_environment(self._home, **environment),
            cwd=folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    @functools.cached_property
    def url(self) -> str:
        """Where it listens, once it does."""
        until(self._answers)
        return f"http://127.0.0.1:{self._port}/"

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self._home / "server.log").read_text()
        try:
            if self.kind != "voila":
                told = self._home / "runtime_dir" / f"jpserver-{self.process.pid}.json"
                self._port = json.loads(told.read_text())["port"]
            path = "" if self.kind == "voila" else "api/status"
            return send(f"http://127.0.0.1:{self._port}/{path}?token={TOKEN}", method="GET").status == 200
        except (OSError, ValueError):
            return False

    def address(self, name: str) -> str:
        """Return where a browser opens a notebook of the folder."""
        return f"{self.url}{self._place.format(name)}&token={TOKEN}"

    def open(self, page: Any, name: str) -> None:
        """Open a notebook; in Lab and Notebook 7 until its kernel is idle."""
        page.goto(self.address(name))
        if self.kind != "voila":
            page.wait_for_function("window.jupyterapp !== undefined")
            page.evaluate("window.jupyterapp.restored")
            page.wait_for_function(KERNEL_IS_IDLE)

    def run_all(self, page: Any, name: str) -> None:
        """Open a notebook and run all of its cells to their end."""
        self.open(page, name)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def __enter__(self) -> FrontEnd:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stop(self.process)
        self._log.close()


def free_port() -> int:
    """Return a port of the loopback that is free now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def write_notebook(path: Path, sources: Sequence[str]) -> None:
    """Write a notebook that was never run."""
    cells = [
        {"cell_type": "code", "id": f"cell{number}", "metadata": {}, "outputs": [], "execution_count": None,
         "source": source}
        for number, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))

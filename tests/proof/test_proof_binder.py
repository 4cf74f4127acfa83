"""Binder: every notebook runs in the image, behind the server that Binder starts, in half of its memory."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator

import psutil
import pytest
from binders import HOUSE, Image, Run, memory
from callers import send
from faulty import until
from jupyters import free_port

NOTEBOOKS = sorted(path.name for path in (HOUSE / "notebooks").glob("*.ipynb"))
MOST = 1024  # MiB, of the 2048 after which Binder ends a kernel
FAST = {"MJNB_TIME_SCALE": "100"}  # five times what is usual: a proof is not the place to wait
WAIT = 60  # seconds after which a server that does not answer fails
NEWS = "@jupyterlab/apputils-extension:notification"


class Server:
    """The server of the image, with the arguments that mybinder.org gives it."""

    def __init__(self, image: Image) -> None:
        self.image, self._log = image, (image.folder / "server.log").open("w")
        self.address = f"http://127.0.0.1:{free_port()}/user/mjnb-x1/"
        port, token = self.address.split(":")[2].split("/")[0], "secret"
        command = ["jupyter", "notebook", "--ip=127.0.0.1", f"--port={port}", "--no-browser", "--allow-root"]
        command += ["--NotebookApp.base_url=/user/mjnb-x1/", f"--NotebookApp.token={token}"]
        command += ["--NotebookApp.trust_xheaders=True", "--NotebookApp.allow_origin=*"]
        self.process: subprocess.Popen[str] = image.start(*command, log=self._log)

    def get(self, path: str) -> tuple[int, str]:
        """Ask the server, with its token."""
        assert self.process.poll() is None, (self.image.folder / "server.log").read_text()
        answer = send(f"{self.address}{path}?token=secret", method="GET")
        return answer[0], answer[2].decode()

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return self.get("api/status")[0] == 200
        except OSError:
            return False

    def close(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT)
        self._log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An image with its server."""
    image = Image(tmp_path_factory.mktemp("binder"))
    image.build()
    running = Server(image)
    try:
        until(running.answers, WAIT)
        yield running
    finally:
        running.close()


def test_every_notebook_opens_and_runs_on_binder(server: Server, figures) -> None:
    for name in NOTEBOOKS:
        assert server.get(f"lab/tree/notebooks/{name}")[0] == 200
    news = json.loads(server.get(f"lab/api/settings/{NEWS}")[1])["schema"]["properties"]["fetchNews"]
    assert news["default"] == "false"
    runs: dict[str, Run] = {name: server.image.executed(f"notebooks/{name}", **FAST) for name in NOTEBOOKS}
    of_server = memory([psutil.Process(server.process.pid)])
    heaviest = max(runs, key=lambda name: runs[name].peak)
    for name, run in runs.items():
        figures(f"binder: {name}", s=run.seconds, processor_s=run.processor, MiB=round(run.peak))
    peak = round(of_server + runs[heaviest].peak)
    figures("binder: server and the heaviest", MiB=peak, server=round(of_server), heaviest=heaviest)
    assert peak < MOST

"""What tests share of their surroundings: when a page is ready; small disks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

QUIET = {"fetchNews": "false", "checkForUpdates": False}
NOTIFICATION = "@jupyterlab/apputils-extension:notification"
READY = """() => { const c = window.jupyterapp.shell.currentWidget?.sessionContext;
    return !!c && c.isReady && c.session?.kernel?.status === 'idle'; }"""
LAST = 20.0  # seconds in which a server shuts down


def stop(server: subprocess.Popen[bytes]) -> None:
    """End a Jupyter server; one that is through may be kept for ever, by an idle worker thread of anyio's."""
    server.terminate()
    try:
        server.wait(LAST)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def mounted(folder: Path, options: str) -> tuple[str, ...]:
    """Return how to start a program that sees a small disk of its own in a folder; empty when not allowed."""
    mount = f"mount -t tmpfs -o {options} mjnb-test {folder} && exec"
    for unshare in (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user")):
        start = (*unshare, "sh", "-c", f'{mount} "$@"', "sh")
        if shutil.which("unshare") and subprocess.run([*start, "true"], capture_output=True).returncode == 0:
            return start
    return ()

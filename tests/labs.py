"""What the tests with a real browser share: when a page is ready."""

from __future__ import annotations

import subprocess

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

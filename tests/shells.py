"""A real IPython shell to run cells in, in a process of its own: as a terminal, quicker than a kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SHELL = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.run_cell("%load_ext mjnb")
for line in sys.stdin:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        done = shell.run_cell(json.loads(line), store_history=True)
    error = done.error_before_exec or done.error_in_exec
    print(json.dumps([out.getvalue(), type(error).__name__ if error else None, str(error or "")]), flush=True)
"""


class Shell:
    """An interactive shell in another process."""

    def __init__(self, folder: Path, **settings: str) -> None:
        usual = {k: v for k, v in os.environ.items() if not k.startswith(("MJNB_", "KIE_"))}
        own = {"IPYTHONDIR": str(folder / "ipython"), "PYTHONWARNINGS": "error", "NO_COLOR": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", SHELL],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**usual, **own, **settings},
        )

    def tried(self, cell: str) -> tuple[str, str | None, str]:
        """Run a cell; return what was printed, and the kind and words of its error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(cell) + "\n")
        self._process.stdin.flush()
        printed, kind, words = json.loads(self._process.stdout.readline())
        return printed, kind, words

    def run(self, cell: str) -> str:
        """Run a cell that must work and return what was printed."""
        printed, kind, words = self.tried(cell)
        assert kind is None, (printed, words)
        return printed

    def close(self) -> None:
        self._process.communicate(timeout=300)

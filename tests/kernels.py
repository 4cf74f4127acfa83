"""A real kernel to run cells in, as a notebook would."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import nbformat
import patience
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

v4: Any = nbformat.v4  # has no types
OWN_FOLDERS = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")

Output = dict[str, Any]


class Notebook:
    """Cells that are run one after the other; outputs change in place, in the cell they belong to.

    Args:
        folder: Where the kernel works; nothing is written elsewhere.
        said: A file for what the kernel's process writes to its error output; None: it is this process's.
        **settings: Environment variables.
    """

    def __init__(self, folder: Path, *, said: Path | None = None, **settings: str) -> None:
        self._said = said
        usual = {k: v for k, v in os.environ.items() if not k.startswith(("MJNB_", "KIE_"))}
        own = {name: str(folder / name.lower()) for name in OWN_FOLDERS}
        self._environment = {**usual, **own, **settings}
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._sockets = tempfile.TemporaryDirectory()  # a short path: a socket's has at most 107 bytes
        self.kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{self._sockets.name}/k")
        assert self.kernel.kernel_spec is not None
        self.kernel.kernel_spec.argv[0] = sys.executable
        self.book: Any = v4.new_notebook()
        self._client = NotebookClient(
            self.book,
            km=self.kernel,
            timeout=int(patience.SECONDS),
            startup_timeout=int(patience.SECONDS),
            allow_errors=True,
            resources={"metadata": {"path": str(folder)}},
        )

    def run(self, source: str) -> list[Output]:
        """Run a cell to its end; a cell that fails has an ``error`` among its outputs."""
        return self._loop.run_until_complete(self._run(source))

    def run_and_meanwhile(self, source: str, then: Callable[[], Awaitable[None]]) -> list[Output]:
        """Run a cell and do something while it runs."""

        async def both() -> list[Output]:
            running = asyncio.ensure_future(self._run(source))
            await then()
            return await running

        return self._loop.run_until_complete(both())

    def run_all(self, sources: list[str]) -> list[str]:
        """Queue cells at once, as Run All does, and return how each ended: ok, error or aborted."""
        return self._loop.run_until_complete(self._run_all(sources))

    def run_all_and_meanwhile(self, sources: list[str], then: Callable[[], Awaitable[None]]) -> list[str]:
        """Queue cells at once and do something while they run; returns as `run_all`."""
        return self._loop.run_until_complete(self._run_all(sources, then))

    async def _run_all(
        self, sources: list[str], then: Callable[[], Awaitable[None]] | None = None
    ) -> list[str]:
        client: Any = self._client.kc
        asked = [client.execute(source) for source in sources]
        if then is not None:
            await then()
        ended: dict[str, str] = {}
        while len(ended) < len(asked):
            reply = await client.get_shell_msg(timeout=patience.SECONDS)
            ended[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        return [ended[one] for one in asked]

    async def _run(self, source: str) -> list[Output]:
        self.book.cells.append(v4.new_code_cell(source))
        place = len(self.book.cells) - 1
        await self._client.async_execute_cell(self.book.cells[place], place)
        return list(self.book.cells[place].outputs)

    def complete(self, code: str) -> dict[str, Any]:
        """Ask the kernel what could stand at the end of some code."""
        client: Any = self._client.kc
        answer = client.complete(code, reply=True, timeout=patience.SECONDS)
        return dict(self._loop.run_until_complete(answer)["content"])

    def outputs(self, cell: int) -> list[Output]:
        """Return what a cell shows now; cells count from the end as in a list."""
        return list(self.book.cells[cell].outputs)

    async def interrupt(self) -> None:
        """Press the Interrupt button."""
        await self.kernel.interrupt_kernel()

    @property
    def pid(self) -> int:
        """The kernel's process."""
        provisioner: Any = self.kernel.provisioner
        return int(provisioner.pid)

    def kill(self) -> None:
        """End the kernel at once."""
        os.kill(self.pid, signal.SIGKILL)

    def __enter__(self) -> Notebook:
        more: dict[str, Any] = {}
        if self._said is not None:
            more["stderr"] = self._stack.enter_context(self._said.open("wb"))
        start = self._client.async_setup_kernel(cleanup_kc=True, env=self._environment, **more)
        self._loop.run_until_complete(self._stack.enter_async_context(start))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.run_until_complete(self._stack.aclose())
        self._loop.close()
        self._sockets.cleanup()


async def soon(holds: Callable[[], object], seconds: float = patience.SECONDS) -> None:
    """Wait until something holds, while cells go on."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        await asyncio.sleep(0.01)


def text_of(outputs: list[Output]) -> str:
    """Return what was printed."""
    return "".join(str(one["text"]) for one in outputs if one["output_type"] == "stream")


def html_of(outputs: list[Output]) -> str:
    """Return the HTML of the only output, after holding that it is the only one and is static."""
    (one,) = outputs
    assert set(one["data"]) == {"text/plain", "text/html"}
    assert "<script" not in one["data"]["text/html"]
    return str(one["data"]["text/html"])


def error_of(outputs: list[Output]) -> list[str]:
    """Return the lines of the error that the cell ended with."""
    assert outputs[-1]["output_type"] == "error", outputs
    return list(outputs[-1]["traceback"])

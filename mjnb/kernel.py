"""The kernel that this runs in, if it does: its shell, and what it cannot say any more while it ends.

ipykernel says what a thread shows through a thread of its own, IOPub.  When that is over, its sockets are
closed, and a message ends in ``ZMQError: Socket operation on non-socket``: in the send itself (ipykernel
before 7.3) or in the wake-up before it (every version, when IOPub ends just then).  Work goes on for a moment
longer, and must not fail because nobody hears of it: what is paid for stands in the ledger.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


def shell() -> Any:
    """Return the IPython shell, None outside IPython, without importing IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


class Unheard:
    """A block that shows something; it is left in silence when the kernel that would show it is over."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        return error is not None and _is_closed_socket(error) and _is_over()


def _is_closed_socket(error: BaseException) -> bool:
    zmq = sys.modules.get("zmq")
    return zmq is not None and isinstance(error, zmq.ZMQError) and error.errno == zmq.ENOTSOCK


def _is_over() -> bool:
    """Return whether the thread that says everything has been there and is gone."""
    said_by = getattr(getattr(shell(), "kernel", None), "iopub_thread", None)
    return said_by is not None and not said_by.thread.is_alive()

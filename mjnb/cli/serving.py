"""``python -m mjnb sandbox``: the sandbox, served by hand until it is told to end."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..sandbox import Faults


def add(commands: Any) -> None:
    """Add the command to a parser's."""
    sandbox = commands.add_parser("sandbox", help="serve the sandbox until interrupted")
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--port", type=int, default=8787)
    sandbox.add_argument("--key", default="sandbox", help="what the bearer token must be")
    sandbox.add_argument("--credits", type=float, default=10_000.0, help="what is on the account")
    sandbox.add_argument("--time-scale", type=float, default=20.0, help="times faster than the service")
    sandbox.add_argument("--books", type=Path, help="a file that keeps the tasks for the next start")
    sandbox.add_argument("--webhook-key", default="", help="signs the callbacks")
    sandbox.add_argument("--faults", type=_faults, help="a TOML or JSON file of what goes wrong")
    sandbox.set_defaults(run=_sandbox)


def _faults(path: str) -> Faults:
    from ..sandbox import Faults

    try:
        return Faults.read(Path(path))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _sandbox(said: argparse.Namespace) -> int:
    from ..sandbox import Sandbox

    server = Sandbox(
        key=said.key,
        credits=said.credits,
        time_scale=said.time_scale,
        books=said.books,
        webhook_key=said.webhook_key,
        faults=said.faults,
        host=said.host,
        port=said.port,
    )
    try:
        server.start()
    except OSError as error:
        print(f"mjnb: cannot listen on {server.url}: {error.strerror or error}", file=sys.stderr)
        return 1
    with contextlib.suppress(KeyboardInterrupt):
        print(f"sandbox on {server.url}; work with it from another process:", flush=True)
        print(
            f"  MJNB_BASE_URL={server.url} MJNB_API_KEY={said.key} MJNB_TIME_SCALE={said.time_scale:g}",
            flush=True,
        )
        server.wait()
    server.stop()
    return 0

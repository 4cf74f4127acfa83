"""The command line: ``python -m mjnb sandbox`` serves the sandbox by hand."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import __version__

if TYPE_CHECKING:
    from .sandbox import Faults


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    said = _parser().parse_args(arguments)
    return _sandbox(said)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mjnb", description="A notebook laboratory for Midjourney.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    sandbox = commands.add_parser("sandbox", help="serve the sandbox until interrupted")
    sandbox.add_argument("--host", default="127.0.0.1")
    sandbox.add_argument("--port", type=int, default=8787)
    sandbox.add_argument("--key", default="sandbox", help="what the bearer token must be")
    sandbox.add_argument("--credits", type=float, default=10_000.0, help="what is on the account")
    sandbox.add_argument("--time-scale", type=float, default=20.0, help="times faster than the service")
    sandbox.add_argument("--books", type=Path, help="a file that keeps the tasks for the next start")
    sandbox.add_argument("--webhook-key", default="", help="signs the callbacks")
    sandbox.add_argument("--faults", type=_faults, help="a TOML or JSON file of what goes wrong")
    return parser


def _faults(path: str) -> Faults:
    from .sandbox import Faults

    try:
        return Faults.read(Path(path))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _sandbox(said: argparse.Namespace) -> int:
    from .sandbox import Sandbox

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

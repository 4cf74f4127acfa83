"""The command line: ``python -m mjnb`` serves the sandbox by hand, and looks after ledgers.

Exit status: 0 when all is well, 1 when something is wrong, 2 when the command line was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import MJError
from . import ledgers, serving


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status; without one, print what there is."""
    parser = _parser()
    said = parser.parse_args(arguments)
    try:
        return int(said.run(said))
    except MJError as error:
        hint = f"\n  → {error.hint}" if error.hint else ""
        print(f"mjnb: {error.message}{hint}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"mjnb: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("mjnb: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mjnb", description="A notebook laboratory for Midjourney.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.set_defaults(run=lambda _: ledgers.explain(parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    serving.add(commands)
    ledgers.add(commands)
    return parser

"""``python -m mjnb ledger``: ledgers looked over, backed up, copied between databases, and salvaged."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config import settings

ONE = "a file, or sqlite:///… or postgresql+psycopg://…"
OWN = f"{ONE}; without it: the one of MJNB_LEDGER or MJNB_DATA_DIR, else mjnb-data/ledger.db"


def add(commands: Any) -> None:
    """Add the command and its own commands to a parser's."""
    ledger = commands.add_parser("ledger", help="check, back up, copy or salvage a ledger")
    ledger.set_defaults(run=lambda _: explain(ledger))
    deeds = ledger.add_subparsers(title="commands", metavar="COMMAND")

    check = deeds.add_parser("check", help="look a whole ledger over; nothing is changed")
    check.add_argument("ledger", nargs="?", metavar="LEDGER", help=OWN)
    check.set_defaults(run=_check)

    backup = deeds.add_parser("backup", help="copy a ledger to a new file while others work with it")
    backup.add_argument("target", type=Path, metavar="DST", help="the new file")
    backup.add_argument("--ledger", metavar="LEDGER", help=OWN)
    backup.set_defaults(run=_backup)

    copy = deeds.add_parser("copy", help="copy a ledger to another database, and compare the two")
    copy.add_argument("source", metavar="SRC", help=ONE)
    copy.add_argument("target", metavar="DST", help=f"{ONE}; it must be empty, or the same")
    copy.set_defaults(run=_copy)

    salvage = deeds.add_parser("salvage", help="save what can be read of a damaged file into a new one")
    salvage.add_argument("source", type=Path, metavar="SRC", help="the damaged file; it is not changed")
    salvage.add_argument("target", type=Path, metavar="DST", help="the new file")
    salvage.set_defaults(run=_salvage)


def explain(parser: argparse.ArgumentParser) -> int:
    """Print what a parser understands, for who says nothing."""
    parser.print_help()
    return 0


def _url(said: str | None) -> str | Path:
    if said is None:
        return settings(base_url="sandbox").ledger
    return said if "://" in said else Path(said).expanduser().absolute()


def _rows(rows: Mapping[str, int]) -> str:
    told = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in rows.items() if count]
    return ", ".join(told) or "it is empty"


def _check(said: argparse.Namespace) -> int:
    from ..ledger.copying import check

    found = check(_url(said.ledger))
    print(_rows(found.rows))
    for fault in found.faults:
        print(f"  ! {fault}")
    bad = "not all is well; python -m mjnb ledger salvage SRC DST saves what fits"
    print(bad if found.faults else "all is well")
    return 1 if found.faults else 0


def _backup(said: argparse.Namespace) -> int:
    from ..ledger.copying import backup

    print(f"backed up to {said.target}: {_rows(backup(_url(said.ledger), said.target).rows)}")
    return 0


def _copy(said: argparse.Namespace) -> int:
    from ..ledger.copying import copy

    done = copy(_url(said.source), _url(said.target))
    how = "the same is there already" if done.same else "copied and compared"
    print(f"{how}: {_rows(done.rows)}")
    if not done.same:
        print("go on with it by MJNB_LEDGER, or Session(ledger=…); end the sessions on the old one first")
    if done.live:
        print(
            f"NOTE: {done.live} at work on the old one: what is paid there from now on the copy does not know"
        )
        print("and would pay again; end them, and copy once more, to an empty place")
    return 0


def _salvage(said: argparse.Namespace) -> int:
    from ..ledger.salvage import salvage

    done = salvage(said.source, said.target)
    print(f"salvaged to {said.target}:")
    for name, one in done.tables.items():
        if one.rows or one.lost or one.anew:
            lost = f", {one.lost} lost" if one.lost else ""
            anew = f", {one.anew} made anew from their history" if one.anew else ""
            print(f"  {name:<8} {one.rows} read{lost}{anew}")
    print("nothing was lost" if done.whole else "what is lost is in no other place of this file")
    return 0 if done.whole else 1

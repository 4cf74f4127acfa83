"""Sweeps under faults, and a witness in front of the sandbox that notes what every submit was answered."""

from __future__ import annotations

import contextlib
import json
import warnings
from collections import Counter, defaultdict
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faulty import until

from mjnb.errors import MJError
from mjnb.sandbox import Fault, Faults, Sandbox
from mjnb.sandbox.faults import KINDS
from mjnb.sessions import Session

Message = MutableMapping[str, Any]

SCALE = 400.0
RATE = 0.2
PLACES = ("submit", "status", "download", "callback")  # what a sweep touches
REFUSED = (400, 402, 422, 433, 505)
PASSING = (429, 455)
UNCLEAR_CODES = (499, 500, 501)
PAGES = {"submit": (403, 502), "status": (403, 502), "download": (404, 502)}
NAMED = (401, 422, 429, 455, 501)
PAGES_AFTER = (409, 499, 502)
UNCLEAR = {None, 409, 499, 500, 501, 502}  # answers that leave open whether the task was taken
SHORT = 0.4  # seconds of a silence that ends, a slow answer
ROUNDS = 60  # runs of a sweep that refusals stop


def _variants(kind: str, place: str) -> dict[str, list[dict[str, Any]]]:
    """Return the forms of a kind of fault in a place: which are tried together, by a name."""
    if kind == "code" and place == "submit":
        sets = {"refused": REFUSED, "passing": PASSING, "unclear": UNCLEAR_CODES}
        return {name: [{"code": code} for code in codes] for name, codes in sets.items()}
    if kind == "code":
        return {"": [{"code": code} for code in (401, 422, *PASSING, *UNCLEAR_CODES)]}
    if kind == "named":
        return {"": [{"code": code} for code in NAMED]}
    if kind == "page_after":
        return {"": [{"code": code} for code in PAGES_AFTER]}
    if kind == "late":
        return {"": [{"seconds": 0.1}]}
    if kind == "page":
        return {"": [{"code": code} for code in PAGES[place]]}
    if kind == "skew":
        return {"": [{"seconds": 7200.0}, {"seconds": -7200.0}]}
    if kind == "fail":
        return {"": [{"flag": 2}, {"flag": 3}]}
    if kind == "null":
        return {"": [{"seconds": 0.05}, {"seconds": 0.05, "code": 422}]}
    return {"": [{"seconds": SHORT}] if kind in ("slow", "silence_before", "silence_after") else [{}]}


def _striking(faults: list[Fault], rate: float) -> list[Fault]:
    """Return faults that together strike so large a part: of n chances at least one comes true."""
    each = 1 - (1 - rate) ** (1 / len(faults))
    return [Fault(**{**vars(fault), "rate": each}) for fault in faults]


def alone(rate: float) -> dict[str, list[Fault]]:
    """Return every kind of fault in every place that a sweep touches, by name."""
    return {
        "-".join(filter(None, (place, kind, name))): _striking(
            [Fault(kind, on=place, **how) for how in hows], rate
        )
        for kind, places in KINDS.items()
        for place in places
        if place in PLACES
        for name, hows in _variants(kind, place).items()
    }


def mixture(rate: float) -> list[Fault]:
    """Return all of them together, which strike so large a part of all answers of every place."""
    every = [fault for faults in alone(1.0).values() for fault in faults]
    lasting = (400, 402, 433, 505)  # would end the sweep again and again
    return [
        fault
        for place in PLACES
        for fault in _striking([one for one in every if one.on == place and one.code not in lasting], rate)
    ]


ALONE = alone(RATE)


class Witness:
    """The sandbox's app, with a note of every submit: which cell it was for, and what was answered.

    Args:
        app: The sandbox's.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self.answers: defaultdict[int, list[int | None]] = defaultdict(list)

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].endswith("/generate"):
            await self._app(scope, receive, send)
            return
        asked, answered = bytearray(), bytearray()
        status, whole = [0], [False]

        async def listen() -> Message:
            message: Message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            status[0] = message.get("status", status[0])
            answered.extend(message.get("body", b""))
            whole[0] = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        number: list[int | None] = [None]
        try:
            await self._app(scope, listen, say)
        finally:
            cell = json.loads(asked)["stylization"]
            self.answers[cell].append(_code(status[0], bytes(answered)) if whole[0] else number[0])


def _code(status: int, body: bytes) -> int:
    try:
        said = json.loads(body)
        return 200 if (said["data"] or {}).get("taskId") else int(said["code"])  # the task was made
    except ValueError:
        return status


@dataclass
class Seen:
    """What came of one sweep."""

    struck: int
    submits: int
    most: int
    unknown: int
    resent: int
    runs: int

    def figures(self) -> dict[str, int]:
        return dict(vars(self))


def sweep_under(faults: list[Fault], folder: Path, cells: int, seed: int) -> Seen:
    """Run a sweep under faults until all is paid, settle what is unknown, hold all against the books."""
    server = Sandbox(
        time_scale=SCALE, long_side=64, credits=1e6, faults=Faults(faults, seed), webhook_key="secret"
    )
    witness = Witness(server.app)
    server.app = witness  # type: ignore[assignment]
    heard = any(fault.on == "callback" for fault in faults)
    with (
        warnings.catch_warnings(),
        server,
        Session(sandbox=server, data_dir=folder, webhook_key="secret") as session,
    ):
        if heard:
            session.callbacks()
        sweep = session.sweep("a fox", stylization=range(cells))
        runs = _until_paid(sweep)
        if heard:
            until(lambda: server.faults.requests("callback") >= len(server.account.tasks))
        struck = len(server.faults.log)
        server.faults.clear()
        until(lambda: _is_quiet(session), 120)
        answers = _hold(session, server, witness)
        unknown = 0
        while settled := _settle(session, server):  # a slow machine's time-outs may leave more
            unknown += settled
            _until_paid(sweep)
        _until_paid(sweep)
        for task in sweep.tasks:
            assert task is not None
            if task.state == "succeeded":
                task.fetch()
        _hold_end(session, server, cells)
    resent = sum(len(one) - 1 for one in answers)
    return Seen(struck, sum(map(len, answers)), max(map(len, answers)), unknown, resent, runs)


def _is_quiet(session: Session) -> bool:
    """Return whether nothing is looked for any more: an unclear answer that names a task is looked up."""
    states = set(session.tasks()["state"])
    return not states & {"intent", "submitted", "generating"} and not session.tracker.hints._finding


def _until_paid(sweep: Any) -> int:
    """Run a sweep again while refusals keep cells from being sent; return how often it was run."""
    for number in range(1, ROUNDS + 1):
        with contextlib.suppress(MJError):
            sweep.run()
        if sweep.plan().to_pay == 0:
            return number
    raise AssertionError("it is never paid")


def _paid(server: Sandbox) -> dict[str, int]:
    return {
        task.task_id: json.loads(task.param_json)["stylization"] for task in server.account.tasks.values()
    }


def _hold(session: Session, server: Sandbox, witness: Witness) -> list[list[int | None]]:
    """Hold what was sent and recorded against the promise; return what each cell was answered."""
    again = {cell: said for cell, said in witness.answers.items() if set(said[:-1]) & (UNCLEAR | {200})}
    assert again == {}, f"sent again though the service may have it: {again}"
    rows = session.tasks().select("task_id", "state", "stylization").rows(named=True)
    known = {row["task_id"] for row in rows}
    unknown = Counter(row["stylization"] for row in rows if row["state"] == "unknown")
    paid = _paid(server)
    assert max(Counter(paid.values()).values()) == 1, "a cell was paid twice"
    lost = [cell for task_id, cell in paid.items() if task_id not in known and not unknown[cell]]
    assert lost == [], "paid, and the ledger does not know"
    assert {row["state"] for row in rows} <= {"succeeded", "failed", "rejected", "unknown"}
    return [list(said) for said in witness.answers.values()]


def _settle(session: Session, server: Sandbox) -> int:
    """Settle every unknown task by what the books say; return how many there were."""
    rows = session.tasks().select("id", "task_id", "state", "stylization").rows(named=True)
    known = {row["task_id"] for row in rows}
    orphans = {cell: task_id for task_id, cell in _paid(server).items() if task_id not in known}
    unknown = [row for row in rows if row["state"] == "unknown"]
    for row in unknown:
        session.resolve(row["id"], orphans.get(row["stylization"], "lost"))
    return len(unknown)


def _hold_end(session: Session, server: Sandbox, cells: int) -> None:
    """Hold that every cell was paid once, and that all that came of it is here."""
    rows = session.tasks().select("task_id", "state", "stylization").rows(named=True)
    live = [row for row in rows if row["state"] in ("succeeded", "failed")]
    assert sorted(row["stylization"] for row in live) == list(range(cells))
    assert {row["task_id"]: row["stylization"] for row in live} == _paid(server)
    images = session.images()
    assert images.height == 4 * sum(row["state"] == "succeeded" for row in live)
    assert set(images["state"]) <= {"stored"}

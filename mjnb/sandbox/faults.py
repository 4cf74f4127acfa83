"""Trouble on demand: which requests of the sandbox go wrong, and how.

    Sandbox(faults=Faults([Fault("drop_after", on="submit", next=1),
                           Fault("code", on="status", code=500, rate=0.2)], seed=7))

| kind | what happens | where (answers: everywhere but callback) |
|---|---|---|
| `code` | an envelope with this code; nothing is done | submit status credit link upload |
| `page` | an HTML page with this HTTP status, as from a proxy; nothing is done | answers |
| `page_after` | the same, but it is done | submit |
| `named` | it is done, and the envelope has this code and names the task | submit |
| `echo` | an envelope with this code whose message is the Authorization header; nothing is done | as `code` |
| `drop_before` | the connection is closed and nothing was done | answers |
| `drop_after` | it is done, and the connection is closed instead of an answer | answers |
| `silence_before` | no answer for some seconds, or for ever, then a close; nothing was done | answers |
| `silence_after` | the same, but it was done | answers |
| `slow` | the answer comes in pieces over some seconds | answers |
| `truncated` | the answer ends half-way | answers |
| `wrong_type` | a page of HTML under the name of the picture | download |
| `null` | the record is not there for some seconds after its task was made; code=422 says so | status |
| `late` | the task has succeeded, and its results are not named for some seconds | status |
| `foreign` | the record is that of another task, which failed | status |
| `fail` | the task is taken and will fail, with this flag and message | submit |
| `skew` | the server's clock is some seconds ahead (or behind, below 0) | status callback |
| `duplicate`, `lost` | a callback is sent twice, or never | callback |
| `intermediate` | a callback without results comes before | callback |

Whether a fault strikes is decided by the seed, the place and the number of the request there, so a run with
the same requests in each place has the same faults, however its threads are timed.
"""

from __future__ import annotations

import json
import random
import threading
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

ANSWERS = ("submit", "status", "download", "credit", "link", "upload")
ENVELOPES = ("submit", "status", "credit", "link", "upload")
PLACES = (*ANSWERS, "callback")
KINDS: dict[str, tuple[str, ...]] = {
    "code": ENVELOPES,
    "page": ANSWERS,
    "page_after": ("submit",),
    "named": ("submit",),
    "echo": ENVELOPES,
    "drop_before": ANSWERS,
    "drop_after": ANSWERS,
    "silence_before": ANSWERS,
    "silence_after": ANSWERS,
    "slow": ANSWERS,
    "truncated": ANSWERS,
    "wrong_type": ("download",),
    "null": ("status",),
    "late": ("status",),
    "foreign": ("status",),
    "fail": ("submit",),
    "skew": ("status", "callback"),
    "duplicate": ("callback",),
    "lost": ("callback",),
    "intermediate": ("callback",),
}


@dataclass(frozen=True)
class Fault:
    """One kind of trouble in one place.

    Attributes:
        kind: See this module.
        on: Where: submit, status, download, credit, link (download-url), upload or callback.
        rate: How likely it strikes a request, 0 to 1.
        next: How many requests it strikes before it is over; None: no end.
        code: The envelope's code, or the page's HTTP status.
        message: The envelope's or the failed task's message; empty: the service's own for the code.
        seconds: How long a silence, a slow answer or a missing record lasts, or how far the clock is off.
            None: a silence has no end, the others take 2 s.
        flag: The successFlag of a task that fails, 2 or 3.
        retry_after: Seconds for a Retry-After header, which the service itself was never seen to send.

    Raises:
        ValueError: The kind or the place is unknown, they do not go together, or a number is out of range.
    """

    kind: str
    on: str
    rate: float = 1.0
    next: int | None = None
    code: int = 500
    message: str = ""
    seconds: float | None = None
    flag: int = 2
    retry_after: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of fault: {', '.join(KINDS)}")
        if self.on not in KINDS[self.kind]:
            raise ValueError(f"{self.kind} strikes {', '.join(KINDS[self.kind])}, not {self.on!r}")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate is 0 to 1, not {self.rate}")
        if self.flag not in (2, 3):
            raise ValueError(f"flag is 2 or 3, not {self.flag}")

    def lasts(self) -> float:
        """Return how many seconds it lasts when it must last some."""
        return 2.0 if self.seconds is None else self.seconds


@dataclass(frozen=True)
class Struck:
    """One fault that was injected: which request of which place it struck, from 1."""

    on: str
    number: int
    fault: Fault


class Faults:
    """The faults of a sandbox, to which more can be added while it runs.

    Args:
        faults: What goes wrong; of several that strike a request, each has its effect as far as that goes.
        seed: Of the chances.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self.seed = seed
        self.log: list[Struck] = []
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._left: list[int | None] = []
        self._counts: Counter[str] = Counter()
        self.add(*faults)

    def __repr__(self) -> str:
        return f"<Faults {len(self._faults)}, {len(self.log)} injected>"

    @classmethod
    def read(cls, path: Path) -> Faults:
        """Read faults from a TOML or JSON file: ``seed`` and a list ``faults`` of a `Fault`'s fields.

        Raises:
            ValueError: The file is not of that form.
            OSError: It cannot be read.
        """
        text = path.read_text(encoding="utf-8")
        said = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
        if not isinstance(said, Mapping) or not isinstance(said.get("faults", []), list):
            raise ValueError(f"{path} needs a list of faults: faults = [...]")
        if not isinstance(said.get("seed", 0), int):
            raise ValueError(f"{path}: seed is a whole number, not {said['seed']!r}")
        return cls([_read_fault(one) for one in said.get("faults", [])], said.get("seed", 0))

    def add(self, *faults: Fault) -> None:
        """Let these strike, too, from the next request on."""
        with self._lock:
            self._faults += faults
            self._left += [fault.next for fault in faults]

    def clear(self) -> None:
        """Let nothing strike from now on; the log and the counts of requests stay."""
        with self._lock:
            self._faults, self._left = [], []

    def requests(self, place: str) -> int:
        """Return how many requests a place has had, struck or not."""
        with self._lock:
            return self._counts[place]

    def strike(self, place: str) -> list[Fault]:
        """Count a request in a place and return what strikes it.

        Args:
            place: See `Fault.on`.
        """
        with self._lock:
            self._counts[place] += 1
            number = self._counts[place]
            struck = [
                k for k, fault in enumerate(self._faults) if fault.on == place and self._strikes(k, number)
            ]
            for k in struck:
                left = self._left[k]
                self._left[k] = None if left is None else left - 1
            found = [self._faults[k] for k in struck]
            self.log += [Struck(place, number, fault) for fault in found]
            return found

    def _strikes(self, k: int, number: int) -> bool:
        if self._left[k] == 0:
            return False
        fault = self._faults[k]
        chance = random.Random(f"{self.seed}/{fault.on}/{k}/{number}").random()
        return chance < fault.rate


def _read_fault(said: Any) -> Fault:
    known = {field.name for field in fields(Fault)}
    if not isinstance(said, Mapping) or not {"kind", "on"} <= set(said):
        raise ValueError(f"a fault needs its kind and where it is on, not {said!r}")
    if not set(said) <= known:
        raise ValueError(
            f"a fault has no {', '.join(sorted(set(said) - known))}; it has {', '.join(sorted(known))}"
        )
    try:
        return Fault(**said)
    except TypeError as error:
        raise ValueError(f"a fault has a value of the wrong type: {said!r}") from error

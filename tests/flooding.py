"""Floods of callbacks: forged, replayed, late, oversized, lying, for nobody; at a steady rate."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callers import end, middle, send, signed
from faulty import GENERATE, RECORD, TASK_ID, Faulty, Seen, record, taken

WEBHOOK = "a webhook key"
OTHER = "f" * 32
Call = tuple[str, Any, dict[str, str]]  # address, body, headers


class Service:
    """A service that takes one task, which ends when the test says."""

    def __init__(self, faulty: Faulty) -> None:
        self.faulty, self.done = faulty, False
        faulty.script(GENERATE, taken())
        faulty.script(RECORD, self.answer)

    def answer(self, _asked: Seen) -> Any:
        return record(2, errorMessage="the truth") if self.done else record()

    @property
    def looks(self) -> int:
        return self.faulty.count(RECORD)


def calls(address: str) -> dict[str, Callable[[], Call]]:
    """Return what strangers and a wrong service send, by kind."""
    good, base = signed(), address.rpartition("/")[0]
    return {
        "forged": lambda: (address, end(), signed(key="wrong")),
        "unsigned": lambda: (address, end(), {}),
        "replayed": lambda: (address, end(), good),
        "late": lambda: (address, end(), signed(at=time.time() - 3600)),
        "early": lambda: (address, end(), signed(at=time.time() + 3600)),
        "oversized": lambda: (address, b"a" * 100_000, signed()),
        "a lie": lambda: (address, end(TASK_ID, "https://evil.invalid/1.png"), signed()),
        "of another": lambda: (address, end(OTHER, code=500), signed(OTHER)),
        "news": lambda: (address, middle(), signed()),
        "garbage": lambda: (address, b"\xff" * 500, signed()),
        "elsewhere": lambda: (f"{base}/guessed", end(), signed()),
    }


class Flood:
    """So many calls a second of all kinds in turn, from some hands; counts them by kind and status."""

    def __init__(self, address: str, seconds: float, rate: int = 1000, hands: int = 8) -> None:
        self.counts: Counter[tuple[str, int]] = Counter()
        self.seconds, self._pace, self._lock = seconds, hands / rate, threading.Lock()
        self._calls = list(calls(address).items())
        self._threads = [threading.Thread(target=self._hand, args=(number,)) for number in range(hands)]

    def _hand(self, number: int) -> None:
        start, sent = time.monotonic(), 0
        while (due := start + sent * self._pace) < start + self.seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            name, call = self._calls[(sent + number) % len(self._calls)]
            try:
                status = send(*call()).status
            except OSError:
                status = 0  # a connection too many is closed unread
            with self._lock:
                self.counts[name, status] += 1
            sent += 1

    @property
    def runs(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> Flood:
        for thread in self._threads:
            thread.start()
        return self

    def join(self) -> Counter[tuple[str, int]]:
        for thread in self._threads:
            thread.join()
        return self.counts


BEGIN = """
import resource, mjnb as mj
session = mj.Session(base_url={url!r}, api_key="k", data_dir="data", webhook_key={key!r})
opened = session.callbacks(port=0)
task = session.imagine("a red fox")
rss = lambda: int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6
before = rss()
print(opened.url(task.entry.nonce))
"""


def besiege(folder: Path, faulty: Faulty, seconds: float) -> dict[str, Any]:
    """Run a notebook whose callbacks are flooded, use it meanwhile, and return what came of it."""
    from kernels import Notebook, text_of

    service = Service(faulty)
    with Notebook(folder) as notebook:
        address = text_of(notebook.run(BEGIN.format(url=faulty.url, key=WEBHOOK))).strip()
        start = time.monotonic()
        flood = Flood(address, seconds).start()
        cells = []
        while flood.runs:
            cells.append(text_of(notebook.run(f"print({len(cells)}, task.state)")).strip())
        took = time.monotonic() - start
        sent = flood.join()
        looks = service.looks
        service.done = True
        send(address, end(), signed(at=time.time() + 60))  # the one that tells the truth
        told = text_of(
            notebook.run("try:\n    task.wait(300)\nexcept Exception: pass\nprint(task.state, task.error)")
        )
        grown = float(text_of(notebook.run("print(rss() - before)")))
        counts = text_of(notebook.run("print(vars(opened.counts))"))
        notebook.run("session.close()")
    return {
        "cells": cells,
        "sent": sent,
        "a second": round(sum(sent.values()) / took),
        "looks": looks,
        "told": told,
        "grown": grown,
        "counts": dict(eval(counts)),
    }

"""What the ledger's tests share: tasks in every state, and processes that work on a ledger."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import Any

from mjnb.api import Record
from mjnb.errors import LedgerError
from mjnb.ledger import Entry, Intent, Ledger
from mjnb.params import Generate, make

URLS = ["https://cdn/0.jpeg", "https://cdn/1.jpeg"]
DONE = Record(task_id="t", flag=1, param_json='{"a":1}', urls=tuple(URLS), raw="{}")
FAILED = Record(task_id="t", flag=2, error_code="500", error_message="no such face", raw="{}")


def an_intent(prompt: str = "a fox", **more: Any) -> Intent:
    request = make(Generate, {"task_type": "mj_txt2img", "prompt": prompt, "speed": "fast"})
    return Intent(**{"request": request, "account": "me", "base_url": "https://api", "credits": 8, **more})


def entry_of(ledger: Ledger, own_id: str) -> Entry:
    found = ledger.entry(own_id)
    assert found is not None
    return found


STATES = ("intent", "submitted", "generating", "succeeded", "failed", "rejected", "unknown", "expired")
VERBS: dict[str, tuple[set[str], str]] = {  # from which states, and to which
    "submitted": ({"intent", "unknown", "rejected"}, "submitted"),
    "rejected": ({"intent", "unknown"}, "rejected"),
    "again": ({"rejected"}, "intent"),
    "unknown": ({"intent"}, "unknown"),
    "generating": ({"submitted"}, "generating"),
    "settled": ({"submitted", "generating"}, "succeeded"),
    "expired": ({"submitted", "generating"}, "expired"),
    "adopt": ({"submitted", "generating"}, ""),
}


def do(ledger: Ledger, verb: str, own_id: str) -> bool:
    said: dict[str, tuple[Any, ...]] = {
        "submitted": (f"task of {own_id}",),
        "rejected": ("no", 402),
        "unknown": ("lost",),
        "generating": ("{}",),
        "settled": (DONE,),
        "expired": ("gone",),
    }
    if verb == "again":
        with contextlib.suppress(LedgerError):
            return ledger.again(own_id)[1]
        return False
    return bool(getattr(ledger, verb)(own_id, *said.get(verb, ())))


def a_task(ledger: Ledger, state: str, prompt: str = "a fox", **more: Any) -> str:
    """Return the id of a task that has come into a state in the ordinary way."""
    own_id, _ = ledger.intend(an_intent(prompt, **more))
    if state in ("rejected", "unknown"):
        assert do(ledger, state, own_id)
    elif state != "intent":
        assert ledger.submitted(own_id, f"task of {own_id}")
    if state in ("generating", "expired"):
        assert do(ledger, state, own_id)
    if state in ("succeeded", "failed"):
        assert ledger.settled(own_id, DONE if state == "succeeded" else FAILED)
    assert entry_of(ledger, own_id).state == state
    return own_id


WRITER = """
import os, sys, time, json, signal
from pathlib import Path
from mjnb.ledger import Ledger, Intent
from mjnb.params import Generate, make

def an_intent(prompt="a fox", **more):
    request = make(Generate, {"task_type": "mj_txt2img", "prompt": prompt, "speed": "fast"})
    return Intent(request=request, account="me", base_url="https://api", credits=8, **more)

def child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            os.write(2, repr(error).encode())
            os._exit(1)
        os._exit(0)
    return pid

def ends(pids):
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]

url = sys.argv[1]
"""


def elsewhere(script: str, *said: object, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start a script in a process of its own, with the helpers above."""
    command = [*before, sys.executable, "-c", WRITER + script, *map(str, said)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def output_of(script: str, *said: object, before: tuple[str, ...] = ()) -> str:
    """Run a script in a process of its own; it must not complain."""
    out, err = elsewhere(script, *said, before=before).communicate()
    assert err == ""
    return out


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


HAMMER = """
def hammer(seconds=0, count=0):
    ledger, told = Ledger(url), 0
    end = time.monotonic() + seconds
    while told < count or time.monotonic() < end:
        told += 1
        own_id, _ = ledger.intend(an_intent("🦊 " * 20))
        assert ledger.submitted(own_id, f"task of {own_id}")
        os.write(1, (own_id + "\\n").encode())
"""

"""The ledger: what is paid is on the disk before it is sent, and is never lost, doubled or guessed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mjnb.api import Record, read_record
from mjnb.config import settings
from mjnb.errors import LedgerBusy, LedgerCorrupt, LedgerError, LedgerFull, LedgerTooNew
from mjnb.ledger import LIVE, OPEN, Entry, Intent, Ledger, engine, presence, request_sha, schema
from mjnb.ledger.records import new_id, now
from mjnb.params import Generate, Upscale, make

URLS = ["https://cdn/0.jpeg", "https://cdn/1.jpeg"]
DONE = Record(task_id="t", flag=1, param_json='{"a":1}', urls=tuple(URLS), raw="{}")
FAILED = Record(task_id="t", flag=2, error_code="500", error_message="no such face", raw="{}")


def an_intent(prompt: str = "a fox", **more: Any) -> Intent:
    request = make(Generate, {"task_type": "mj_txt2img", "prompt": prompt, "speed": "fast"})
    return Intent(request=request, account="me", base_url="https://api", credits=8, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    found = Ledger(f"sqlite:///{path}")
    yield found
    found.close()


def entry_of(ledger: Ledger, own_id: str) -> Entry:
    found = ledger.entry(own_id)
    assert found is not None
    return found


def sql(path: Path, text: str, *values: Any) -> list[tuple[Any, ...]]:
    """Look into the file from beside, with the same SQLite."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return connection.execute(text, values).fetchall()
    finally:
        connection.close()


def kinds_of(path: Path, own_id: str) -> list[str]:
    return [kind for (kind,) in sql(path, "SELECT kind FROM event WHERE id = ? ORDER BY seq", own_id)]


# ---- processes --------------------------------------------------------------------------------------

WRITER = """
import os, sys, time, json, signal
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

url = f"sqlite:///{sys.argv[1]}"
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


# ---- before the request is sent ---------------------------------------------------------------------


def test_an_intent_is_there_for_others_when_it_returns(path: Path, ledger: Ledger) -> None:
    script = "print(Ledger(url).intend(an_intent('läuft 🦊'))[0], flush=True); sys.stdin.read()"
    with elsewhere(script, path) as process:
        found = entry_of(ledger, line_of(process))
        process.communicate()
    assert (found.state, found.prompt, found.task_id, found.credits) == ("intent", "läuft 🦊", None, 8)
    assert json.loads(found.param_json) == {"taskType": "mj_txt2img", "prompt": "läuft 🦊", "speed": "fast"}


def test_an_intent_survives_a_kill_right_after(path: Path) -> None:
    script = """
own_id, _ = Ledger(url).intend(an_intent())
os.write(1, own_id.encode())
os.kill(os.getpid(), signal.SIGKILL)
"""
    process = elsewhere(script, path)
    out, _ = process.communicate()
    assert process.returncode == -9
    ledger = Ledger(f"sqlite:///{path}")
    assert entry_of(ledger, out).state == "intent"
    assert kinds_of(path, out) == ["intent"]
    ledger.close()


def test_an_intent_keeps_whose_it_is_and_what_it_belongs_to(ledger: Ledger) -> None:
    sweep = ledger.add_sweep('{"axes": []}')
    own_id, to_send = ledger.intend(an_intent(sweep=sweep, cell=3, parent="p", parent_image=2))
    found = entry_of(ledger, own_id)
    assert to_send
    assert (found.account, found.base_url, found.session) == ("me", "https://api", ledger.session)
    assert (found.sweep, found.cell, found.parent, found.parent_image) == (sweep, 3, "p", 2)
    assert ledger.of_sweep(sweep) == [found]


def test_a_follow_up_is_recorded_without_columns_of_its_own(ledger: Ledger) -> None:
    request = make(Upscale, {"task_id": "t1", "image": 2})
    own_id, _ = ledger.intend(Intent(request=request, account="me", base_url="u", credits=0))
    found = entry_of(ledger, own_id)
    assert (found.task_type, found.prompt) == ("mj_upscale", None)
    assert json.loads(found.param_json) == {"taskId": "t1", "imageIndex": 1}


def test_ids_order_by_time_and_never_repeat() -> None:
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert [own_id[:12] for own_id in ids] == sorted(own_id[:12] for own_id in ids)
    assert {(len(own_id), own_id[12], own_id[16] in "89ab") for own_id in ids} == {(32, "7", True)}


def test_every_intent_has_a_nonce_of_its_own(ledger: Ledger) -> None:
    nonces = {entry_of(ledger, ledger.intend(an_intent())[0]).nonce for _ in range(20)}
    assert len(nonces) == 20
    assert min(map(len, nonces)) >= 20


def test_the_same_request_has_the_same_hash_wherever_it_reports() -> None:
    said = {"task_type": "mj_txt2img", "prompt": "a fox", "speed": "fast"}
    plain = request_sha(make(Generate, said))
    assert request_sha(make(Generate, said | {"call_back_url": "https://me/x"})) == plain
    assert request_sha(make(Generate, said | {"stylization": 0})) != plain
    assert request_sha(make(Upscale, {"task_id": "1", "image": 1})) != plain


# ---- the life of a task -----------------------------------------------------------------------------

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


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, Path]]:
    path = tmp_path_factory.mktemp("shared") / "ledger.db"
    found = Ledger(f"sqlite:///{path}")
    yield found, path
    found.close()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_a_change_is_made_and_logged_or_neither(shared: tuple[Ledger, Path], state: str, verb: str) -> None:
    ledger, path = shared
    own_id = a_task(ledger, state)
    before, events = entry_of(ledger, own_id), kinds_of(path, own_id)
    legal_from, to = VERBS[verb]
    if state in legal_from:
        assert do(ledger, verb, own_id)
        assert entry_of(ledger, own_id).state == (to or state)
        assert len(kinds_of(path, own_id)) == len(events) + 1
    else:
        assert not do(ledger, verb, own_id)
        assert entry_of(ledger, own_id) == before
        assert kinds_of(path, own_id) == events


def test_a_tasks_revision_is_that_of_its_last_event(shared: tuple[Ledger, Path]) -> None:
    ledger, path = shared
    for state in STATES:
        a_task(ledger, state)
    wrong = "SELECT count(*) FROM task WHERE rev != (SELECT max(seq) FROM event WHERE event.id = task.id)"
    assert sql(path, wrong) == [(0,)]
    assert sql(path, "SELECT count(*) >= 8 FROM task") == [(1,)]


def test_the_log_has_the_whole_story_with_the_raw_answers(path: Path, ledger: Ledger) -> None:
    own_id, _ = ledger.intend(an_intent())
    assert ledger.rejected(own_id, "too fast", 429)
    assert ledger.again(own_id) == (own_id, True)
    assert ledger.submitted(own_id, "t1")
    assert ledger.generating(own_id, '{"successFlag":0}')
    assert ledger.settled(own_id, DONE)
    lines = sql(path, "SELECT kind, payload, session FROM event ORDER BY seq")
    assert [kind for kind, _, _ in lines] == [
        "intent", "rejected", "again", "submitted", "generating", "succeeded"
    ]  # fmt: skip
    assert [payload for _, payload, _ in lines[1:]] == ["too fast", None, "t1", '{"successFlag":0}', "{}"]
    assert {session for _, _, session in lines} == {ledger.session}


def test_a_change_and_its_event_are_one_transaction(path: Path, ledger: Ledger) -> None:
    own_id, _ = ledger.intend(an_intent())
    sql(path, "CREATE TRIGGER no_log BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no log'); END")
    before = entry_of(ledger, own_id)
    with pytest.raises(LedgerError, match="no log"):
        ledger.submitted(own_id, "t1")
    with pytest.raises(LedgerError, match="no log"):
        ledger.intend(an_intent("another"))
    assert entry_of(ledger, own_id) == before
    assert sql(path, "SELECT count(*) FROM task") == [(1,)]


def test_a_refusal_that_is_sent_again_forgets_its_error(ledger: Ledger) -> None:
    own_id = a_task(ledger, "rejected")
    assert (entry_of(ledger, own_id).error, entry_of(ledger, own_id).error_code) == ("no", "402")
    assert ledger.again(own_id) == (own_id, True)
    found = entry_of(ledger, own_id)
    assert (found.error, found.error_code, found.completed_at) == (None, None, None)


def test_a_success_has_times_latency_parameters_and_pictures(ledger: Ledger) -> None:
    own_id = a_task(ledger, "generating")
    data = {"taskId": "t", "successFlag": 1, "createTime": 1_000, "completeTime": 61_500, "paramJson": "{x"}
    record = read_record(data | {"resultInfoJson": {"resultUrls": URLS}})
    assert record is not None
    assert ledger.settled(own_id, record)
    found = entry_of(ledger, own_id)
    assert (found.state, found.completed_at, found.latency_ms) == ("succeeded", 61_500, 60_500)
    assert found.server_param_json == "{x"
    assert [(p.number, p.url, p.state) for p in ledger.pictures(own_id)] == [
        (1, URLS[0], "pending"),
        (2, URLS[1], "pending"),
    ]


def test_a_clock_that_runs_backwards_gives_no_latency(ledger: Ledger) -> None:
    own_id = a_task(ledger, "submitted")
    late, early = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    assert ledger.settled(own_id, Record(task_id="t", flag=1, created=late, completed=early))
    assert entry_of(ledger, own_id).latency_ms is None


def test_a_failure_has_the_services_reason_or_says_that_there_is_none(ledger: Ledger) -> None:
    told, untold = a_task(ledger, "failed"), a_task(ledger, "submitted")
    assert ledger.settled(untold, Record(task_id="t", flag=3))
    assert (entry_of(ledger, told).error, entry_of(ledger, told).error_code) == ("no such face", "500")
    assert entry_of(ledger, untold).error == "the service gave no reason"


def test_what_became_of_a_picture_is_kept(path: Path, ledger: Ledger) -> None:
    own_id = a_task(ledger, "succeeded")
    assert ledger.picture(own_id, 2, state="stored", sha256="ab", path="ab/ab.jpg", width=8, height=8)
    first, second = ledger.pictures(own_id)
    assert (first.state, second.state, second.path, second.url) == ("pending", "stored", "ab/ab.jpg", URLS[1])
    assert kinds_of(path, own_id)[-1] == "picture"


def test_two_sessions_settle_a_task_once(path: Path, ledger: Ledger) -> None:
    other = Ledger(f"sqlite:///{path}")
    own_id = a_task(ledger, "generating")
    results: list[bool] = []
    both = [
        threading.Thread(target=lambda one=one: results.append(one.settled(own_id, DONE)))
        for one in (ledger, other)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    other.close()
    assert sorted(results) == [False, True]
    assert kinds_of(path, own_id).count("succeeded") == 1
    assert len(ledger.pictures(own_id)) == 2


def test_a_task_that_is_not_there_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="has no task nobody"):
        ledger.submitted("nobody", "t1")
    assert ledger.entry("nobody") is None


def test_one_task_of_the_service_belongs_to_one_line(ledger: Ledger) -> None:
    first, second = ledger.intend(an_intent())[0], ledger.intend(an_intent())[0]
    assert ledger.submitted(first, "t1")
    with pytest.raises(LedgerError):
        ledger.submitted(second, "t1")
    assert entry_of(ledger, second).state == "intent"


# ---- at most so many --------------------------------------------------------------------------------


def test_at_most_so_many_live_tasks_of_a_request(ledger: Ledger) -> None:
    first, to_send = ledger.intend(an_intent(at_most=2))
    second, also_to_send = ledger.intend(an_intent(at_most=2))
    assert to_send
    assert also_to_send
    assert ledger.intend(an_intent(at_most=2)) == (second, False)
    assert ledger.intend(an_intent("another", at_most=1))[1]
    assert ledger.rejected(first, "no")
    assert ledger.intend(an_intent(at_most=2))[1]


@pytest.mark.parametrize("state", STATES)
def test_what_is_or_may_be_paid_counts_and_nothing_else(ledger: Ledger, state: str) -> None:
    a_task(ledger, state)
    assert ledger.intend(an_intent(at_most=1))[1] == (state not in LIVE)


def test_another_accounts_tasks_do_not_count(ledger: Ledger) -> None:
    ledger.intend(an_intent())
    theirs = Intent(request=an_intent().request, account="you", base_url="u", credits=8, at_most=1)
    assert ledger.intend(theirs)[1]


def test_eight_processes_that_claim_one_request_make_one_task(path: Path, ledger: Ledger) -> None:
    script = """
start, go = os.pipe()

def claim():
    ledger = Ledger(url)
    os.read(start, 1)
    own_id, to_send = ledger.intend(an_intent(at_most=1))
    os.write(1, f"{own_id} {to_send}\\n".encode())

pids = [child(claim) for _ in range(8)]
os.write(go, b"12345678")
assert ends(pids) == [0] * 8
"""
    answers = [line.split() for line in output_of(script, path).splitlines()]
    assert sorted(sent for _, sent in answers) == ["False"] * 7 + ["True"]
    assert len({own_id for own_id, _ in answers}) == 1
    assert sql(path, "SELECT count(*) FROM task") == [(1,)]


# ---- what a dead session left -----------------------------------------------------------------------

LEAVES = """
ledger = Ledger(url)
intent, _ = ledger.intend(an_intent("never answered"))
taken, _ = ledger.intend(an_intent("taken"))
assert ledger.submitted(taken, "t1")
print(json.dumps([intent, taken]), flush=True)
"""


def test_a_dead_process_leaves_unknown_intents_and_open_tasks(path: Path, ledger: Ledger) -> None:
    intent, taken = json.loads(output_of(LEAVES + "os._exit(0)", path))
    going_on, unknown = ledger.left_open("me")
    assert [entry.id for entry in going_on] == [taken]
    assert [(entry.id, entry.state) for entry in unknown] == [(intent, "unknown")]
    assert kinds_of(path, intent) == ["intent", "unknown"]


def test_a_live_process_is_left_alone_until_it_is_killed(path: Path, ledger: Ledger) -> None:
    with elsewhere(LEAVES + "sys.stdin.read()", path) as process:
        intent, taken = json.loads(line_of(process))
        assert ledger.left_open("me") == ([], [])
        assert entry_of(ledger, intent).state == "intent"
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but its parent has not asked yet
        going_on, unknown = ledger.left_open("me")
    assert ([entry.id for entry in going_on], [entry.id for entry in unknown]) == ([taken], [intent])


def test_a_session_that_starts_again_in_one_process_finds_what_it_left(path: Path) -> None:
    before = Ledger(f"sqlite:///{path}")
    intent, taken, done = a_task(before, "intent"), a_task(before, "generating"), a_task(before, "succeeded")
    settled = a_task(before, "failed")
    before.close()
    after = Ledger(f"sqlite:///{path}")
    going_on, unknown = after.left_open("me")
    assert {entry.id for entry in going_on} == {taken, done}  # its pictures are still to be fetched
    assert [entry.id for entry in unknown] == [intent]
    assert entry_of(after, settled).state == "failed"
    after.close()


def test_a_task_with_all_its_pictures_is_not_taken_up(path: Path) -> None:
    before = Ledger(f"sqlite:///{path}")
    done = a_task(before, "succeeded")
    for number in (1, 2):
        assert before.picture(done, number, state="stored")
    before.close()
    after = Ledger(f"sqlite:///{path}")
    assert after.left_open("me") == ([], [])
    after.close()


def test_another_session_of_this_process_is_left_alone(path: Path, ledger: Ledger) -> None:
    other = Ledger(f"sqlite:///{path}")
    a_task(other, "intent")
    a_task(other, "generating")
    assert ledger.left_open("me") == ([], [])
    other.close()


def test_an_intent_of_a_live_session_is_left_to_it(ledger: Ledger) -> None:
    own_id = a_task(ledger, "intent")
    assert ledger.left_open("me") == ([], [])
    found = ledger.entry(own_id)
    assert found is not None
    assert found.state == "intent"


def test_an_adopted_task_is_not_adopted_by_a_third(path: Path) -> None:
    before = Ledger(f"sqlite:///{path}")
    taken = a_task(before, "generating")
    before.close()
    after, third = Ledger(f"sqlite:///{path}"), Ledger(f"sqlite:///{path}")
    assert after.adopt(taken)
    assert third.left_open("me") == ([], [])
    after.close()
    third.close()


def test_other_accounts_tasks_are_not_taken_up(path: Path) -> None:
    before = Ledger(f"sqlite:///{path}")
    a_task(before, "generating")
    before.close()
    after = Ledger(f"sqlite:///{path}")
    assert after.left_open("you") == ([], [])
    after.close()


def test_an_unknown_task_can_be_settled_either_way(ledger: Ledger) -> None:
    made, lost = a_task(ledger, "unknown"), a_task(ledger, "unknown")
    assert ledger.submitted(made, "t7")
    assert ledger.rejected(lost, "lost")
    assert (entry_of(ledger, made).task_id, entry_of(ledger, made).error) == ("t7", None)
    assert ledger.left_open("me")[1] == []


def test_a_session_on_another_machine_lives_while_it_is_heard_of() -> None:
    assert presence.alive("s", "elsewhere", 1, "", now())
    assert not presence.alive("s", "elsewhere", 1, "", now() - presence.SILENT_AFTER - 1)
    assert not presence.alive("s", "elsewhere", 1, "", None)


def test_a_process_that_got_a_dead_ones_number_is_not_taken_for_it(path: Path, ledger: Ledger) -> None:
    with elsewhere(LEAVES + "sys.stdin.read()", path) as process:
        intent, _ = json.loads(line_of(process))
        sql(path, "UPDATE session SET born = 'long ago' WHERE pid = ?", process.pid)
        assert [entry.id for entry in ledger.left_open("me")[1]] == [intent]
        process.communicate()


# ---- looking things up ------------------------------------------------------------------------------


def test_a_task_is_found_by_the_end_of_its_id_and_by_the_services(ledger: Ledger) -> None:
    own_id = a_task(ledger, "submitted")
    assert [entry.id for entry in ledger.find(own_id[-8:])] == [own_id]
    assert [entry.id for entry in ledger.find(f"task of {own_id}")] == [own_id]
    assert ledger.find("%") == ledger.find("_") == []


def test_requests_are_looked_up_by_the_thousand(ledger: Ledger) -> None:
    own_id = a_task(ledger, "intent")
    shas = [f"{n:064x}" for n in range(1200)] + [request_sha(an_intent().request)] * 2
    assert [entry.id for entry in ledger.with_requests(shas, "me")] == [own_id]
    assert ledger.with_requests(shas, "you") == ledger.with_requests([], "me") == []


def test_latencies_are_those_of_the_latest_successes_of_a_kind(ledger: Ledger) -> None:
    for seconds in (60, 70, 80):
        own_id = a_task(ledger, "submitted")
        times = {"createTime": 1000, "completeTime": 1000 + seconds * 1000}
        record = read_record({"successFlag": 1, **times})
        assert record is not None
        assert ledger.settled(own_id, record)
    a_task(ledger, "failed")
    assert ledger.latencies("me", "mj_txt2img", "fast") == [80, 70, 60]
    assert ledger.latencies("me", "mj_txt2img", "fast", most=1) == [80]
    assert (
        ledger.latencies("me", "mj_txt2img", "relaxed") == ledger.latencies("you", "mj_txt2img", "fast") == []
    )


def test_a_metric_is_cached_and_the_first_stays(ledger: Ledger) -> None:
    ledger.put_metrics([("sha", "edges", 1, 0.5, 0.1), ("sha", "hue", 1, None, None)])
    ledger.put_metrics([("sha", "edges", 1, 0.9, 0.9), ("sha", "edges", 2, 0.7, None)])
    assert ledger.metrics(["sha", "other"]) == {
        ("sha", "edges", 1): (0.5, 0.1),
        ("sha", "hue", 1): (None, None),
        ("sha", "edges", 2): (0.7, None),
    }
    assert ledger.metrics([]) == {}


def test_an_upload_is_known_while_it_is_there_and_to_its_account_only(ledger: Ledger) -> None:
    ledger.put_upload("sha", "me", "https://f/old.png", 60)
    ledger.put_upload("sha", "me", "https://f/new.png", 60)
    ledger.put_upload("gone", "me", "https://f/gone.png", -1)
    assert ledger.uploaded("sha", "me") == "https://f/new.png"
    assert ledger.uploaded("sha", "you") is ledger.uploaded("gone", "me") is None


# ---- older and newer ledgers ------------------------------------------------------------------------


def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    ledger = Ledger(f"sqlite:///{path}")
    own_id, _ = ledger.intend(an_intent())
    assert entry_of(ledger, own_id).state == "intent"
    assert sql(path, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(schema.VERSION),)]
    ledger.close()


def test_a_ledger_of_before_a_parameter_gets_its_column_and_keeps_its_rows(path: Path) -> None:
    before = Ledger(f"sqlite:///{path}")
    old = a_task(before, "succeeded")
    before.close()
    for name in ("stylization", "motion"):
        sql(path, f"ALTER TABLE task DROP COLUMN {name}")
    after = Ledger(f"sqlite:///{path}")
    request = make(Generate, {"task_type": "mj_txt2img", "prompt": "b", "speed": "fast", "stylization": 7})
    after.intend(Intent(request=request, account="me", base_url="u", credits=8))
    assert entry_of(after, old).state == "succeeded"
    assert sql(path, "SELECT stylization, motion, typeof(stylization) FROM task ORDER BY id") == [
        (None, None, "null"),
        (7, None, "integer"),
    ]
    after.close()


def test_a_ledger_of_the_first_version_becomes_one_of_today(path: Path) -> None:
    before = Ledger(f"sqlite:///{path}")
    old = a_task(before, "succeeded")
    before.close()
    sql(path, "DROP TABLE upload")
    sql(path, "ALTER TABLE task DROP COLUMN param_diff")
    sql(path, "UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    after = Ledger(f"sqlite:///{path}")
    after.put_upload("sha", "me", "https://files/a.png", 60)
    assert entry_of(after, old).param_diff is None
    assert sql(path, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(schema.VERSION),)]
    after.close()


def test_eight_processes_open_a_new_ledger_at_once(path: Path) -> None:
    script = "assert ends([child(lambda: Ledger(url).close()) for _ in range(8)]) == [0] * 8"
    output_of(script, path)
    assert sql(path, "SELECT count(*) FROM session WHERE ended_at IS NOT NULL") == [(8,)]


def test_a_ledger_of_a_newer_mjnb_is_refused_and_left_as_it_is(path: Path) -> None:
    Ledger(f"sqlite:///{path}").close()
    sql(path, "UPDATE meta SET value = '99' WHERE key = 'schema_version'")
    sql(path, "ALTER TABLE task DROP COLUMN motion")
    before = path.read_bytes()
    with pytest.raises(LedgerTooNew, match="schema 99") as caught:
        Ledger(f"sqlite:///{path}")
    assert "Upgrade mjnb" in caught.value.hint
    assert path.read_bytes() == before


def test_a_text_does_not_get_into_a_number(path: Path, ledger: Ledger) -> None:
    own_id = a_task(ledger, "intent")
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT"):
        sql(path, "UPDATE task SET stylization = 'much' WHERE id = ?", own_id)


# ---- a file that cannot be used ---------------------------------------------------------------------


def test_a_file_that_is_no_ledger_is_told_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"these are my notes, not a ledger\n" * 500)
    before = path.read_bytes()
    with pytest.raises(LedgerCorrupt, match="damaged or no ledger"):
        Ledger(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_damaged_ledger_is_told_and_left_as_it_is(path: Path) -> None:
    ledger = Ledger(f"sqlite:///{path}")
    for number in range(60):
        ledger.intend(an_intent(f"{number} " + "fox " * 100))
    ledger.close()
    damaged = bytearray(path.read_bytes())
    for start in range(4096 * 3, len(damaged), 4096):
        damaged[start : start + 1000] = random.Random(start).randbytes(1000)
    path.write_bytes(damaged)
    with pytest.raises(LedgerCorrupt, match="damaged"):
        Ledger(f"sqlite:///{path}")
    assert path.read_bytes() == damaged


def test_a_ledger_whose_rows_break_its_own_rules_is_told(path: Path) -> None:
    ledger = Ledger(f"sqlite:///{path}")
    ledger.intend(an_intent())
    ledger.close()
    for text in ("UPDATE task SET state = NULL", ""):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA writable_schema = ON")
        was, to = ("state TEXT NOT NULL", "state TEXT") if text else ("state TEXT", "state TEXT NOT NULL")
        change = "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'task' AND type = 'table'"
        connection.execute(change, (was, to))
        connection.close()
        if text:
            sql(path, text)
    with pytest.raises(LedgerCorrupt, match=r"damaged: NULL value in task\.state"):
        Ledger(f"sqlite:///{path}")


def test_a_write_has_the_ledger_to_itself_from_its_start(path: Path) -> None:
    found = engine.Engine(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    with found.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    found.close()


def test_half_a_ledger_is_told(path: Path) -> None:
    Ledger(f"sqlite:///{path}").close()
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(LedgerCorrupt):
        Ledger(f"sqlite:///{path}")


@pytest.mark.parametrize("where", ["file/ledger.db", "file/deeper/ledger.db", "folder"])
def test_a_place_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("I am a file")
    (tmp_path / "folder").mkdir()
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        Ledger(f"sqlite:///{tmp_path / where}")
    assert "MJNB_DATA_DIR" in caught.value.hint


def test_a_folder_that_nobody_can_write_is_told_with_what_to_do() -> None:
    with pytest.raises(LedgerError, match="cannot be written") as caught:
        Ledger("sqlite:////proc/mjnb/ledger.db")
    assert "MJNB_DATA_DIR" in caught.value.hint


HOLD = """
import sqlite3
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
held.execute("ROLLBACK")
print("let go", flush=True)
sys.stdin.readline()
"""


def test_a_ledger_that_another_process_holds_is_told_and_works_again_after(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT", 0.2)
    ledger = Ledger(f"sqlite:///{path}")
    with elsewhere(HOLD, path) as process:
        assert process.stdin is not None
        assert line_of(process) == "held"
        with pytest.raises(LedgerBusy, match="is locked"):
            ledger.intend(an_intent())
        with pytest.raises(LedgerBusy, match="is locked"):
            Ledger(f"sqlite:///{path}")
        process.stdin.write("\n")
        process.stdin.flush()
        assert line_of(process) == "let go"
        assert ledger.intend(an_intent())[1]
        process.communicate()
    ledger.close()


def test_reading_does_not_wait_for_writers(path: Path, ledger: Ledger) -> None:
    own_id = a_task(ledger, "submitted")
    with elsewhere(HOLD, path) as process:
        assert line_of(process) == "held"
        assert entry_of(ledger, own_id).state == "submitted"
        process.communicate("\n\n")


def test_the_lock_of_a_killed_process_is_free(path: Path, ledger: Ledger) -> None:
    script = """
ledger = Ledger(url)
with ledger._engine.write() as c:
    print("held", flush=True)
    time.sleep(600)
"""
    with elsewhere(script, path) as process:
        assert line_of(process) == "held"
        process.kill()
    assert ledger.intend(an_intent())[1]


FILL = """
from mjnb.errors import LedgerError
ledger = Ledger(url)
count = 0
try:
    while count < 20_000:
        ledger.intend(an_intent("fox " * 400))
        count += 1
except LedgerError as error:
    print(type(error).__name__, count, bool(error.hint))
"""
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))"


def may_mount(folder: Path) -> tuple[str, ...]:
    """Return how to start a program whose view of a folder is a disk of 900 kB; empty when not allowed."""
    mount = f"mount -t tmpfs -o size=900k mjnb-test {folder} && exec"
    for unshare in (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user")):
        start = (*unshare, "sh", "-c", f'{mount} "$@"', "sh")
        if shutil.which("unshare") and subprocess.run([*start, "true"], capture_output=True).returncode == 0:
            return start
    return ()


def test_a_full_disk_is_told_before_anything_is_sent_and_loses_nothing(path: Path) -> None:
    path.parent.mkdir()
    start = may_mount(path.parent)
    script = FILL + "print(len(ledger.find('')))"
    said = output_of(script if start else f"{LIMITED}\n{script}", path, before=start).split()
    assert said[0] == ("LedgerFull" if start else "LedgerError")
    assert int(said[1]) > 5
    assert said[2] == "True"
    assert said[3] == said[1]


def test_sqlites_word_for_a_full_disk_is_understood(path: Path) -> None:
    script = """
import sqlalchemy as sa
def small(connection, _record):
    connection.execute("PRAGMA max_page_count = 60")
sa.event.listen(sa.pool.Pool, "connect", small)
"""
    kind, count, hint = output_of(script + FILL, path).split()
    assert (kind, hint) == (LedgerFull.__name__, "True")
    ledger = Ledger(f"sqlite:///{path}")
    assert len(ledger.find("")) == int(count) > 5
    ledger.close()


def test_a_key_in_the_address_is_never_shown() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger("postgresql+psycopg://mj:canary-pw@127.0.0.1:1/mj")
    assert "canary-pw" not in str(caught.value)


# ---- many writers, and kills ------------------------------------------------------------------------

HAMMER = """
def hammer(seconds):
    ledger, told = Ledger(url), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        own_id, _ = ledger.intend(an_intent("🦊 " * 20))
        assert ledger.submitted(own_id, f"task of {own_id}")
        os.write(1, (own_id + "\\n").encode())
"""


def test_four_writers_at_once_lose_nothing_and_meet_no_lock(path: Path, ledger: Ledger) -> None:
    told = output_of(HAMMER + "assert ends([child(lambda: hammer(2.5)) for _ in range(4)]) == [0] * 4", path)
    own_ids = told.split()
    assert len(own_ids) == len(set(own_ids)) > 40
    assert {entry.id for entry in ledger.find("") if entry.state == "submitted"} == set(own_ids)
    assert sql(path, "SELECT count(*) FROM event") == [(2 * len(own_ids),)]
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]


def test_ten_kills_at_random_lose_nothing_that_was_acknowledged(path: Path, ledger: Ledger) -> None:
    script = """
import random
for _ in range(10):
    pid = child(lambda: hammer(600))
    time.sleep(random.uniform(0.05, 0.35))
    os.kill(pid, signal.SIGKILL)
    assert ends([pid]) == [-9]
"""
    own_ids = set(output_of(HAMMER + script, path).split())
    there = {entry.id: entry.state for entry in ledger.find("")}
    assert len(own_ids) > 10
    assert {there.get(own_id) for own_id in own_ids} == {"submitted"}
    assert len(there) <= len(own_ids) + 10
    assert sql(path, "PRAGMA integrity_check") == [("ok",)]
    assert set(there.values()) <= {"intent", *OPEN}


# ---- the key ----------------------------------------------------------------------------------------


def test_the_key_is_nowhere_in_the_ledger(path: Path, ledger: Ledger) -> None:
    found = settings(base_url="kie", api_key="canary-5c1d", environ={})
    intent = Intent(request=an_intent().request, account=found.account, base_url=found.base_url, credits=8)
    own_id, _ = ledger.intend(intent)
    assert ledger.rejected(own_id, f"refused for {found!r}", 401)
    assert entry_of(ledger, own_id).account == found.account
    for file in path.parent.iterdir():
        assert b"canary-5c1d" not in file.read_bytes()
    assert "canary-5c1d" not in repr(ledger) + repr(ledger.entry(own_id))

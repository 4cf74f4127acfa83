"""The ledger: what is paid is on the disk before it is sent, and is never lost, doubled or guessed."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from databases import Place, places
from ledgers import (
    DONE,
    HAMMER,
    STATES,
    URLS,
    VERBS,
    a_task,
    an_intent,
    do,
    elsewhere,
    entry_of,
    line_of,
    output_of,
)

from mjnb.api import Record, read_record
from mjnb.config import settings
from mjnb.errors import InvalidRequest, LedgerError
from mjnb.identity import account, payer, request_sha
from mjnb.ledger import LIVE, OPEN, TRIED, Found, Intent, Ledger, presence
from mjnb.ledger.records import new_id, now
from mjnb.params import Generate, Upscale, make

KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    yield from places(request.param, tmp_path / "data", server)


@pytest.fixture
def ledger(place: Place) -> Ledger:
    return place.open()


# ---- before the request is sent ---------------------------------------------------------------------


def test_an_intent_is_there_for_others_when_it_returns(place: Place, ledger: Ledger) -> None:
    script = "print(Ledger(url).intend(an_intent('läuft 🦊'))[0], flush=True); sys.stdin.read()"
    with elsewhere(script, place.url) as process:
        found = entry_of(ledger, line_of(process))
        process.communicate()
    assert (found.state, found.prompt, found.task_id, found.credits) == ("intent", "läuft 🦊", None, 8)
    assert json.loads(found.param_json) == {"taskType": "mj_txt2img", "prompt": "läuft 🦊", "speed": "fast"}


def test_an_intent_survives_a_kill_right_after(place: Place) -> None:
    script = """
own_id, _ = Ledger(url).intend(an_intent())
os.write(1, own_id.encode())
os.kill(os.getpid(), signal.SIGKILL)
"""
    process = elsewhere(script, place.url)
    out, _ = process.communicate()
    assert process.returncode == -9
    ledger = place.open()
    assert entry_of(ledger, out).state == "intent"
    assert place.kinds_of(out) == ["intent"]


def test_an_intent_keeps_whose_it_is_and_what_it_belongs_to(ledger: Ledger) -> None:
    sweep = ledger.add_sweep('{"axes": []}')
    own_id, to_send = ledger.intend(an_intent(sweep=sweep, cell=3, parent="p", parent_image=2))
    found = entry_of(ledger, own_id)
    assert to_send
    assert (found.account, found.base_url, found.session) == ("me", "https://api", ledger.session)
    assert (found.sweep, found.cell, found.parent, found.parent_image) == (sweep, 3, "p", 2)


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


@pytest.fixture(scope="module", params=KINDS)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Ledger, Place]]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    for found in places(request.param, tmp_path_factory.mktemp("shared"), server):
        yield found.open(), found


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_a_change_is_made_and_logged_or_neither(shared: tuple[Ledger, Place], state: str, verb: str) -> None:
    ledger, place = shared
    own_id = a_task(ledger, state)
    before, events = entry_of(ledger, own_id), place.kinds_of(own_id)
    legal_from, to = VERBS[verb]
    if state in legal_from:
        assert do(ledger, verb, own_id)
        assert entry_of(ledger, own_id).state == (to or state)
        assert len(place.kinds_of(own_id)) == len(events) + 1
    else:
        assert not do(ledger, verb, own_id)
        assert entry_of(ledger, own_id) == before
        assert place.kinds_of(own_id) == events


def test_a_tasks_revision_is_that_of_its_last_event(shared: tuple[Ledger, Place]) -> None:
    ledger, place = shared
    for state in STATES:
        a_task(ledger, state)
    wrong = "SELECT count(*) FROM task WHERE rev != (SELECT max(seq) FROM event WHERE event.id = task.id)"
    assert place.sql(wrong) == [(0,)]
    assert place.sql("SELECT count(*) >= 8 FROM task") == [(1,)]


def test_the_log_has_the_whole_story_with_the_raw_answers(place: Place, ledger: Ledger) -> None:
    own_id, _ = ledger.intend(an_intent())
    assert ledger.rejected(own_id, "too fast", 429)
    assert ledger.again(own_id) == (own_id, True)
    assert ledger.submitted(own_id, "t1")
    assert ledger.generating(own_id, '{"successFlag":0}')
    assert ledger.settled(own_id, DONE)
    lines = place.sql("SELECT kind, payload, session FROM event ORDER BY seq")
    assert [kind for kind, _, _ in lines] == [
        "intent", "rejected", "again", "submitted", "generating", "succeeded"
    ]  # fmt: skip
    assert [payload for _, payload, _ in lines[1:]] == ["too fast", None, "t1", '{"successFlag":0}', "{}"]
    assert {session for _, _, session in lines} == {ledger.session}


NO_LOG = {
    False: ["CREATE TRIGGER no_log BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no log'); END"],
    True: [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS $$BEGIN RAISE EXCEPTION 'no log'; END$$",
        "CREATE TRIGGER no_log BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}


def test_a_change_and_its_event_are_one_transaction(place: Place, ledger: Ledger) -> None:
    own_id, _ = ledger.intend(an_intent())
    for statement in NO_LOG[place.file is None]:
        place.sql(statement)
    before = entry_of(ledger, own_id)
    with pytest.raises(LedgerError, match="no log"):
        ledger.submitted(own_id, "t1")
    with pytest.raises(LedgerError, match="no log"):
        ledger.intend(an_intent("another"))
    assert entry_of(ledger, own_id) == before
    assert place.sql("SELECT count(*) FROM task") == [(1,)]


def test_a_refusal_that_is_sent_again_forgets_its_error(ledger: Ledger) -> None:
    own_id = a_task(ledger, "rejected")
    assert (entry_of(ledger, own_id).error, entry_of(ledger, own_id).error_code) == ("no", "402")
    assert ledger.again(own_id) == (own_id, True)
    found = entry_of(ledger, own_id)
    assert (found.error, found.error_code, found.completed_at) == (None, None, None)


def test_a_success_has_times_latency_parameters_and_pictures(ledger: Ledger) -> None:
    own_id = a_task(ledger, "generating")
    end = 1_700_000_061_500
    data = {
        "taskId": "t",
        "successFlag": 1,
        "createTime": end - 60_500,
        "completeTime": end,
        "paramJson": "{x",
    }
    record = read_record(data | {"paramJson": "{x", "resultInfoJson": {"resultUrls": URLS}})
    assert record is not None
    assert ledger.settled(own_id, record)
    found = entry_of(ledger, own_id)
    assert (found.state, found.completed_at, found.latency_ms) == ("succeeded", end, 60_500)
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


def test_what_became_of_a_picture_is_kept(place: Place, ledger: Ledger) -> None:
    own_id = a_task(ledger, "succeeded")
    ledger.pictures_came(
        [Found(own_id, 2, {"state": "stored", "sha256": "ab", "path": "ab/ab.jpg", "width": 8, "height": 8})]
    )
    first, second = ledger.pictures(own_id)
    assert (first.state, second.state, second.path, second.url) == ("pending", "stored", "ab/ab.jpg", URLS[1])
    assert place.kinds_of(own_id)[-1] == "picture"


def test_two_sessions_settle_a_task_once(place: Place, ledger: Ledger) -> None:
    other = place.open()
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
    assert place.kinds_of(own_id).count("succeeded") == 1
    assert len(ledger.pictures(own_id)) == 2


def test_a_task_that_is_not_there_is_an_error(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="has no task nobody"):
        ledger.submitted("nobody", "t1")
    assert ledger.entry("nobody") is None


def test_one_task_of_the_service_belongs_to_one_line(ledger: Ledger) -> None:
    first, second = ledger.intend(an_intent())[0], ledger.intend(an_intent())[0]
    assert ledger.submitted(first, "t1")
    assert not ledger.submitted(second, "t1")
    found = entry_of(ledger, second)
    assert (found.state, found.task_id) == ("unknown", None)
    assert "task t1, which another task here has already" in str(found.error)


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


@pytest.mark.parametrize("state", STATES)
def test_what_failed_counts_where_nobody_said_to_pay_again(ledger: Ledger, state: str) -> None:
    there = a_task(ledger, state)
    own_id, to_send = ledger.intend(an_intent(at_most=1, counted=TRIED))
    assert to_send == (state == "rejected")
    assert (own_id == there) != to_send


def test_a_live_task_stands_for_a_request_before_a_failed_one(ledger: Ledger) -> None:
    live = a_task(ledger, "succeeded")
    a_task(ledger, "failed")
    assert ledger.intend(an_intent(at_most=2, counted=TRIED)) == (live, False)
    waiting = a_task(ledger, "rejected")
    assert ledger.again(waiting, an_intent(at_most=2, counted=TRIED)) == (live, False)
    assert ledger.again(waiting, an_intent(at_most=2)) == (waiting, True)


def test_another_accounts_tasks_do_not_count(ledger: Ledger) -> None:
    ledger.intend(an_intent())
    theirs = Intent(request=an_intent().request, account="you", base_url="u", credits=8, at_most=1)
    assert ledger.intend(theirs)[1]


def test_eight_processes_that_claim_one_request_make_one_task(place: Place, ledger: Ledger) -> None:
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
    answers = [line.split() for line in output_of(script, place.url).splitlines()]
    assert sorted(sent for _, sent in answers) == ["False"] * 7 + ["True"]
    assert len({own_id for own_id, _ in answers}) == 1
    assert place.sql("SELECT count(*) FROM task") == [(1,)]


# ---- texts that a database does not take ------------------------------------------------------------

ODD = "a\0fox \ud83d ☃ 🦊 ' \" % \\u0000 \r\n"
KEPT = ODD.replace("\0", "\\u0000").replace("\ud83d", "\\ud83d")


def test_a_prompt_with_nul_is_kept_and_means_the_same(ledger: Ledger) -> None:
    own_id, _ = ledger.intend(an_intent("a\0fox"))
    found = entry_of(ledger, own_id)
    assert json.loads(found.param_json)["prompt"] == "a\0fox"
    assert found.prompt == "a\\u0000fox"
    assert ledger.with_requests([request_sha(an_intent("a\0fox").request)], "me") == [found]


def test_a_prompt_with_half_a_character_is_refused_before_anything_is_recorded(ledger: Ledger) -> None:
    with pytest.raises(InvalidRequest, match="half a character"):
        ledger.intend(an_intent("a fox \ud83d"))
    assert ledger.find("") == []


def test_whatever_the_service_says_is_recorded(place: Place, ledger: Ledger) -> None:
    own_id = a_task(ledger, "submitted")
    record = Record(task_id="t", flag=2, error_code=ODD, error_message=ODD, param_json=ODD, raw=ODD)
    assert ledger.settled(own_id, record)
    found = entry_of(ledger, own_id)
    assert {found.error, found.error_code, found.server_param_json} == {KEPT}
    assert place.sql("SELECT payload FROM event WHERE kind = 'failed'") == [(KEPT,)]


def test_json_is_kept_to_the_letter(ledger: Ledger) -> None:
    text = '{"b" : 1.0, "a":1e2,\t"a":"\\u00e9é","big":12345678901234567890, "z":[ ]}'
    own_id = a_task(ledger, "submitted")
    assert ledger.settled(own_id, Record(task_id="t", flag=1, param_json=text, raw=text))
    assert entry_of(ledger, own_id).server_param_json == text


def test_a_metric_that_is_not_a_number_is_none(ledger: Ledger) -> None:
    ledger.put_metrics([("sha", "edges", 1, math.nan, 0.1), ("sha", "hue", 1, math.inf, 1e-300)])
    assert ledger.metrics(["sha"]) == {
        ("sha", "edges", 1): (None, 0.1),
        ("sha", "hue", 1): (math.inf, 1e-300),
    }


# ---- what a dead session left -----------------------------------------------------------------------

LEAVES = """
ledger = Ledger(url)
intent, _ = ledger.intend(an_intent("never answered"))
taken, _ = ledger.intend(an_intent("taken"))
assert ledger.submitted(taken, "t1")
print(json.dumps([intent, taken]), flush=True)
"""


def test_a_dead_process_leaves_unknown_intents_and_open_tasks(place: Place, ledger: Ledger) -> None:
    intent, taken = json.loads(output_of(LEAVES + "os._exit(0)", place.url))
    going_on, unknown = ledger.left_open("me")
    assert [entry.id for entry in going_on] == [taken]
    assert [(entry.id, entry.state) for entry in unknown] == [(intent, "unknown")]
    assert place.kinds_of(intent) == ["intent", "unknown"]


def test_a_live_process_is_left_alone_until_it_is_killed(place: Place, ledger: Ledger) -> None:
    with elsewhere(LEAVES + "sys.stdin.read()", place.url) as process:
        intent, taken = json.loads(line_of(process))
        assert ledger.left_open("me") == ([], [])
        assert entry_of(ledger, intent).state == "intent"
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, but its parent has not asked yet
        going_on, unknown = ledger.left_open("me")
    assert ([entry.id for entry in going_on], [entry.id for entry in unknown]) == ([taken], [intent])


def test_a_session_that_starts_again_in_one_process_finds_what_it_left(place: Place) -> None:
    before = place.open()
    intent, taken, done = a_task(before, "intent"), a_task(before, "generating"), a_task(before, "succeeded")
    settled = a_task(before, "failed")
    before.close()
    after = place.open()
    going_on, unknown = after.left_open("me")
    assert {entry.id for entry in going_on} == {taken, done}  # its pictures are still to be fetched
    assert [entry.id for entry in unknown] == [intent]
    assert entry_of(after, settled).state == "failed"


def test_a_task_with_all_its_pictures_is_not_taken_up(place: Place) -> None:
    before = place.open()
    done = a_task(before, "succeeded")
    for number in (1, 2):
        before.pictures_came([Found(done, number, {"state": "stored"})])
    before.close()
    after = place.open()
    assert after.left_open("me") == ([], [])


def test_another_session_of_this_process_is_left_alone(place: Place, ledger: Ledger) -> None:
    other = place.open()
    a_task(other, "intent")
    a_task(other, "generating")
    assert ledger.left_open("me") == ([], [])


def test_an_intent_of_a_live_session_is_left_to_it(ledger: Ledger) -> None:
    own_id = a_task(ledger, "intent")
    assert ledger.left_open("me") == ([], [])
    found = ledger.entry(own_id)
    assert found is not None
    assert found.state == "intent"


def test_an_adopted_task_is_not_adopted_by_a_third(place: Place) -> None:
    before = place.open()
    taken = a_task(before, "generating")
    before.close()
    after, third = place.open(), place.open()
    assert after.adopt(taken)
    assert third.left_open("me") == ([], [])


def test_other_accounts_tasks_are_not_taken_up(place: Place) -> None:
    before = place.open()
    a_task(before, "generating")
    before.close()
    after = place.open()
    assert after.left_open("you") == ([], [])


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


def test_a_process_that_got_a_dead_ones_number_is_not_taken_for_it(place: Place, ledger: Ledger) -> None:
    with elsewhere(LEAVES + "sys.stdin.read()", place.url) as process:
        intent, _ = json.loads(line_of(process))
        place.sql("UPDATE session SET born = 'long ago' WHERE pid = ?", process.pid)
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
        times = {"createTime": 1_700_000_000_000, "completeTime": 1_700_000_000_000 + seconds * 1000}
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


# ---- many writers, and kills ------------------------------------------------------------------------


def test_four_writers_at_once_lose_nothing_and_meet_no_lock(place: Place, ledger: Ledger) -> None:
    told = output_of(
        HAMMER + "assert ends([child(lambda: hammer(count=15)) for _ in range(4)]) == [0] * 4", place.url
    )
    own_ids = told.split()
    assert len(own_ids) == len(set(own_ids)) == 60
    assert {entry.id for entry in ledger.find("") if entry.state == "submitted"} == set(own_ids)
    assert place.sql("SELECT count(*) FROM event") == [(2 * len(own_ids),)]
    assert place.file is None or place.sql("PRAGMA integrity_check") == [("ok",)]


def test_ten_kills_at_random_lose_nothing_that_was_acknowledged(place: Place, ledger: Ledger) -> None:
    script = """
import random
Ledger(url).close()  # what it needs is imported before the first child
for _ in range(10):
    acknowledged, tell = os.pipe()
    pid = child(lambda: (os.dup2(tell, 1), hammer(600)))
    os.close(tell)
    lines = os.fdopen(acknowledged)
    for _ in range(random.randint(1, 9)):
        print(lines.readline(), end="")
    time.sleep(random.uniform(0, 0.01))
    os.kill(pid, signal.SIGKILL)
    assert ends([pid]) == [-9]
    print(lines.read(), end="")
"""
    own_ids = set(output_of(HAMMER + script, place.url).split())
    there = {entry.id: entry.state for entry in ledger.find("")}
    assert len(own_ids) >= 10
    assert {there.get(own_id) for own_id in own_ids} == {"submitted"}
    assert len(there) <= len(own_ids) + 10
    assert place.file is None or place.sql("PRAGMA integrity_check") == [("ok",)]
    assert set(there.values()) <= {"intent", *OPEN}


# ---- the key ----------------------------------------------------------------------------------------


def test_the_key_is_nowhere_in_the_ledger(place: Place, ledger: Ledger) -> None:
    found = settings(base_url="kie", api_key="canary-5c1d", environ={})
    whose = {"account": account(found.base_url), "payer": payer(found.base_url, found.key)}
    intent = Intent(request=an_intent().request, base_url=found.base_url, credits=8, **whose)
    own_id, _ = ledger.intend(intent)
    assert ledger.rejected(own_id, f"refused for {found!r}", 401)
    assert entry_of(ledger, own_id).payer == whose["payer"]
    for file in [] if place.file is None else place.file.parent.iterdir():
        assert b"canary-5c1d" not in file.read_bytes()
    assert "canary-5c1d" not in repr(ledger) + repr(ledger.entry(own_id))

"""Identity: one cell is paid once, however its service, text, values and pictures are spelled, or its key is.

Each test walks a table of neighbours through real sessions, ledgers and a sandbox, whose books are the
witness of what was paid.
"""

from __future__ import annotations

import base64
import io
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from databases import Place, Postgres, places
from ledgers import a_task, an_intent, entry_of
from PIL import Image

from mjnb import errors, identity
from mjnb.identity import account, origin, request_sha, wording
from mjnb.ledger import Found, Ledger, copying
from mjnb.params import Generate, make
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Sweep

DATA = Path(__file__).parent / "data"
SCALE = 1000.0
UPLOADED = base64.b64decode(  # what the dump of schema 4 has as an upload
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGUlEQVR4nGM8EaDBQApgIkn1qIZRDUNKAwAGbAFge9OrNwAAAABJRU5E"
    "rkJggg=="
)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox(time_scale=SCALE, long_side=64) as running:
        yield running


def opened(server: Sandbox, folder: Path, base_url: str = "", key: str = "", **more: Any) -> Session:
    where = {"base_url": base_url or server.url, "api_key": key or server.key}
    return Session(data_dir=folder / "data", time_scale=SCALE, **where, **more)


def sql(folder: Path, text: str, *values: Any) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "data" / "ledger.db") as beside:
        found = beside.execute(text, values).fetchall()
    beside.close()
    return found


# ---- whose: M1 ----

ORIGINS = {
    "https://api.kie.ai": (
        *("kie", "KIE", " kie ", "https://api.kie.ai/", "https://api.kie.ai//", "HTTPS://API.KIE.AI"),
        *("https://api.kie.ai:443", "https://api.kie.ai.", "https://Api.Kie.Ai.:443/", "https://api.kie.ai?"),
        *("https://api.kie.ai#", "https://api.kie.ai/#top"),
    ),
    "https://gate.example/kie": (
        *("https://gate.example/kie/", "https://GATE.example:443/kie", "https://gate.example/./kie/."),
        *("https://gate.example//kie", "https://gate.example/v1/../kie"),
    ),
    "http://[::1]:8080": ("http://[0:0:0:0:0:0:0:1]:8080/", "HTTP://[0::1]:8080"),
    "http://127.0.0.1:8080": (
        *("http://127.1:8080", "http://2130706433:8080/", "http://0x7f.0.0.1:8080", "http://0177.0.0.1:8080"),
        *("http://[::ffff:127.0.0.1]:8080", "http://[::ffff:7f00:1]:8080"),
    ),
    "http://xn--bcher-kva.example": ("http://Bücher.example", "http://bücher.example:80/"),
    "sandbox": ("Sandbox", " sandbox"),
}


def test_every_spelling_of_a_service_is_one_account() -> None:
    for place, spellings in ORIGINS.items():
        assert {origin(word) for word in spellings} == {origin(place)} == {place}
        assert {identity.payer(word, "k") for word in spellings} == {identity.payer(place, "k")}
    others = (*ORIGINS, "http://api.kie.ai", "https://api.kie.ai:8443", "https://api.kie.ai/v2", "midapi")
    assert len({account(word) for word in others}) == len(others)
    assert identity.payer("kie", "a") != identity.payer("kie", "b")
    unreadable = ("http://[", "http://[::1", "https://a]b", "http://[v1.x", "http://a:b:c", "x", "", "://")
    assert [origin(word) for word in unreadable] == [*unreadable]  # of an old ledger, which is opened


def test_a_sweep_is_not_paid_again_under_another_spelling_of_its_service(
    server: Sandbox, tmp_path: Path
) -> None:
    near = f"http://localhost:{server.port}"
    with opened(server, tmp_path, near) as first:
        first.sweep("a pier", stylization=[0, 250, 500]).run()
    before = server.account.submits
    for spelled in (
        *(f"{near}/", f"{near}//", f"HTTP://localhost:{server.port}", f"http://LOCALHOST:{server.port}"),
        *(f"Http://LocalHost:{server.port}/", f"http://localhost.:{server.port}", f"{near}?", f"{near}#"),
    ):
        with opened(server, tmp_path, spelled) as again:
            sweep = again.sweep("a pier", stylization=[0, 250, 500])
            assert (sweep.plan().to_pay, sweep.plan().other_key) == (0, 0), spelled
            assert sweep.run().plan().states == ("succeeded",) * 3
    assert server.account.submits == before


UNSETTLED = pytest.mark.filterwarnings("ignore:.*unknown .perhaps paid:UserWarning")


@UNSETTLED
def test_the_default_port_and_a_presets_name_are_spellings_too(tmp_path: Path) -> None:
    for number, (first, *others) in enumerate(((word, *ORIGINS[place]) for word, place in FIRST)):
        folder = tmp_path / str(number)
        with Session(base_url=first, api_key="k", data_dir=folder) as session:
            paid(session.sweep("a pier", weirdness=[0, 500]))
        for other in others:
            if other == other.strip() and other not in ("KIE", "Sandbox"):  # settings refuse those
                with Session(base_url=other, api_key="k", data_dir=folder) as session:
                    plan = session.sweep("a pier", weirdness=[0, 500]).plan()
                    assert (plan.to_pay, plan.other_key) == (0, 0), other


FIRST = (("kie", "https://api.kie.ai"), ("https://gate.example:443/kie", "https://gate.example/kie"))


def paid(sweep: Sweep) -> None:
    """Record a sweep's cells as perhaps paid: nothing is asked of a service that is not there."""
    ledger = sweep.tracker.ledger
    for cell in sweep.design.cells:
        own_id, fresh = ledger.intend(sweep.tracker.intent(cell.request))
        assert fresh
        assert ledger.unknown(own_id, "for a test")


@pytest.fixture
def rekeyed(tmp_path: Path) -> Iterator[Callable[[str], Sandbox]]:
    """Return a service whose key can be changed: the same address, the same books."""
    running: list[Sandbox] = []

    def with_key(key: str) -> Sandbox:
        port = running[-1].port if running else 0
        for one in running:
            one.stop()
        books = tmp_path / "books.jsonl"
        running[:] = [Sandbox(key=key, books=books, port=port, time_scale=SCALE, long_side=64).start()]
        return running[0]

    yield with_key
    for one in running:
        one.stop()


WORDS = "paid for with another key of this service"


def test_a_changed_key_is_told_and_pays_only_when_asked_to(
    rekeyed: Callable[[str], Sandbox], tmp_path: Path
) -> None:
    server = rekeyed("old")
    with opened(server, tmp_path, f"{server.url}/", "old") as session:
        session.sweep("a pier", stylization=[0, 250, 500]).run()
    server = rekeyed("new")
    with opened(server, tmp_path, key="new") as session:
        sweep = session.sweep("a pier", stylization=[0, 250, 500, 750])
        plan = sweep.plan()
        assert (plan.to_pay, plan.other_key) == (1, 3)
        assert f"3 cells were {WORDS} and are not paid again; run(pay_other_keys=True)" in repr(plan)
        assert WORDS in plan._repr_mimebundle_()[0]["text/html"]
        sweep.run()
        assert server.account.submits == 1
        assert [len(task.images) for task in sweep.tasks if task is not None] == [4] * 4
        anew = sweep.plan(pay_other_keys=True)
        assert (anew.to_pay, anew.other_key, WORDS in repr(anew)) == (3, 0, False)
        sweep.run(pay_other_keys=True)
        assert server.account.submits == 4
        sweep.run(pay_other_keys=True)
        assert server.account.submits == 4
        after = sweep.plan()
        assert (after.to_pay, after.other_key, WORDS in repr(after)) == (0, 0, False)
    with opened(server, tmp_path, f"HTTP://127.0.0.1:{server.port}", "old") as session:
        assert session.sweep("a pier", stylization=[0, 250, 500]).plan().other_key == 0  # its own still
        assert f"1 cell was {WORDS} and is not" in repr(session.sweep("a pier --s 750").plan())


@UNSETTLED
def test_a_task_of_another_key_is_looked_after_and_never_taken_for_lost(
    rekeyed: Callable[[str], Sandbox], tmp_path: Path
) -> None:
    server = rekeyed("old")
    with opened(server, tmp_path, key="old") as session:
        tracker = session.tracker
        known = next(task.task_id for task in session.sweep("a pier").run().tasks if task is not None)
        other, _ = tracker.ledger.intend(tracker.intent(make(Generate, said("a tower"))))
        assert tracker.ledger.submitted(other, "of-another-account")
        again, _ = tracker.ledger.intend(tracker.intent(make(Generate, said("a gate"))))
        assert tracker.ledger.unknown(again, "the answer was lost")
    sql(tmp_path, "UPDATE task SET state = 'submitted', completed_at = NULL WHERE task_id = ?", known)
    sql(tmp_path, "UPDATE task SET submitted_at = submitted_at - 1000000")
    server = rekeyed("new")
    with opened(server, tmp_path, key="new") as session:
        assert session.task(known).wait(60).state == "succeeded"
        with pytest.raises(errors.OtherKey, match=r"of-another-account.*under another key"):
            session.task("of-another-account").wait(60)
        assert session.task("of-another-account").state == "submitted"
        with pytest.raises(errors.InvalidRequest, match="not read before"):
            session.resolve(again, "credits")
        session.credits()  # not quiet: nothing may be read while that is unknown
        with pytest.raises(errors.InvalidRequest, match="not read before"):
            session.resolve(again, "credits")
        assert session.task(again).state == "unknown"


def said(prompt: str, **more: Any) -> dict[str, Any]:
    return {"task_type": "mj_txt2img", "prompt": prompt, "speed": "fast", **more}


@UNSETTLED
def test_a_reading_of_the_credits_settles_nothing_when_another_key_moved_since(
    rekeyed: Callable[[str], Sandbox], tmp_path: Path
) -> None:
    server = rekeyed("old")
    with opened(server, tmp_path, key="old") as session:
        session.credits()
    server = rekeyed("new")
    with opened(server, tmp_path, key="new") as session:
        tracker = session.tracker
        lost, _ = tracker.ledger.intend(tracker.intent(make(Generate, said("a gate"))))
        assert tracker.ledger.unknown(lost, "the answer was lost")
        with pytest.raises(errors.InvalidRequest, match="not read before"):  # by this key
            session.resolve(lost, "credits")
        assert session.resolve(lost, "lost").state == "rejected"
        session.credits()
        second, _ = tracker.ledger.intend(tracker.intent(make(Generate, said("a door"))))
        assert tracker.ledger.unknown(second, "the answer was lost")
    server = rekeyed("old")
    with opened(server, tmp_path, key="old") as session:
        session.imagine("a tower", wait=True)
    server = rekeyed("new")
    with (
        opened(server, tmp_path, key="new") as session,
        pytest.raises(errors.InvalidRequest, match="key since"),
    ):
        session.resolve(second, "credits")


# ---- what: M10 ----

SAME = {  # texts and values that are one cell
    "é in two ways": ("a café at dusk", unicodedata.normalize("NFD", "a café at dusk")),
    "doubled spaces": ("a fox in  snow", "a fox in snow", "  a fox in snow ", "a fox\tin\nsnow"),
    "spaces nobody sees": ("a hare", "a\u00a0hare", "a\u2003hare", "a \u3000 hare"),
    "Hangul": ("한국", unicodedata.normalize("NFD", "한국")),
    "an unpartnered quote": ('a 5" plate', 'a  5"  plate'),
    "between quotes": ('"a  b" and "c"', '"a  b"   and  "c"'),
    "Å": ("\u212bngström", "\u00c5ngström", "A\u030angström"),
    "quotes of the other kind": ("“a  b” on a sign", "“a  b”  on a sign"),
}
OTHER = (
    ('a sign "A  B"', 'a sign "A B"'),
    ("a sign “A  B”", "a sign “A B”"),
    ("a fox", "a Fox"),
    ("cafe", "café"),
    ("a fox, red", "a fox red"),
    ("ﬁn", "fin"),
    ('a sign "\t"', 'a sign " "'),
    ("a—b", "a-b"),
)
VALUES: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"version": 7}, {"version": "7"}),
    ({"stylization": 250}, {"stylization": 250.0}),
    ({}, {"enable_translation": True}),
    ({"task_type": "mj_omni_reference", "speed": None}, {"task_type": "mj_omni_reference", "speed": "fast"}),
    (
        {"task_type": "mj_video", "speed": None, "motion": "high"},
        {"task_type": "mj_video", "speed": None, "motion": "high", "video_batch_size": 1},
    ),
    ({"call_back_url": "https://a.example/x"}, {"call_back_url": "https://b.example/y"}, {}),
    ({"water_mark": "é"}, {"water_mark": "e\u0301"}),
    ({"version": "6.1", "stylization": None}, {"version": 6.1}),
)
DIFFERENT: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({}, {"enable_translation": False}),
    ({"speed": "relaxed"}, {"speed": "fast"}),
    ({"stylization": 100}, {}),
    ({"version": "7"}, {}),
    ({"task_type": "mj_video", "speed": None, "motion": "low"},) * 1
    + ({"task_type": "mj_video", "speed": None, "motion": "high"},),
)


def test_what_people_cannot_see_makes_no_other_cell(server: Sandbox, tmp_path: Path) -> None:
    with opened(server, tmp_path) as session:
        for what, texts in SAME.items():
            before = server.account.submits
            for text in texts:
                session.sweep("{t}", t=[text]).run()
            assert server.account.submits == before + 1, what
            sent = list(server.account.tasks.values())[-1].param_json
            assert texts[0].strip().splitlines()[0] in sent.replace('\\"', '"'), "sent as typed"
        for one, two in OTHER:
            before = server.account.submits
            session.sweep("{t}", t=[one, two]).run()
            assert server.account.submits == before + 2, (one, two)
        with pytest.raises(errors.InvalidRequest, match="spaces make no other prompt"):
            session.sweep("{t}", t=SAME["é in two ways"])
    assert wording(' a  “b  c"') == 'a “b c"'


def test_values_are_compared_by_the_table() -> None:
    urls = {"file_urls": ["https://pictures.example/a.png"]}

    def sha(more: dict[str, Any]) -> str:
        needs = urls if str(more.get("task_type")) in ("mj_omni_reference", "mj_video") else {}
        return request_sha(make(Generate, said("a fox") | needs | more))

    for same in VALUES:
        assert len({sha(one) for one in same}) == 1, same
    for one, two in DIFFERENT:
        assert sha(one) != sha(two), (one, two)


# ---- pictures: M2 ----


def test_a_picture_is_its_content_wherever_it_is(server: Sandbox, tmp_path: Path) -> None:
    picture = Image.new("RGB", (32, 24), (20, 120, 200))
    file, copied = tmp_path / "in.png", tmp_path / "other name.png"
    out = io.BytesIO()
    picture.save(out, "PNG")
    for path in (file, copied):
        path.write_bytes(out.getvalue())
    with opened(server, tmp_path) as session:
        session.sweep("a fox", file_urls=[file], weirdness=[0, 500]).run()
        result = session.sweep("a tower").run().tasks[0]
        assert result is not None
        session.sweep("its kin", file_urls=[result.images[0]]).run()
        old_url = session.tracker.ledger.uploaded(sha256(out.getvalue()).hexdigest(), session.desk.account)
        result_url = result.images[0].url
    before = server.account.submits

    def to_pay(what: Any, prompt: str = "a fox", **more: Any) -> int:
        with opened(server, tmp_path) as session:
            given = session.task(result.id).images[0] if what == "result" else what
            sweep = session.sweep(prompt, **({"file_urls": [given]} if given else {}), **more)
            return sweep.run(wait=True).plan().to_pay + server.account.submits - before

    axis = {"weirdness": [0, 500]}
    sql(tmp_path, "UPDATE upload SET expires_at = 0")
    assert to_pay(file, **axis) == 0, "uploaded again after it expired"
    assert sql(tmp_path, "SELECT url FROM upload") != [(old_url,)]
    assert to_pay(old_url, **axis) == 0, "by its old URL"
    for what in (copied, str(copied), out.getvalue(), bytearray(out.getvalue()), picture):
        assert to_pay(what, **axis) == 0, what
    assert to_pay(None, f"{old_url} a fox", **axis) == 0, "in the text"
    assert to_pay("result", "its kin") == 0, "while its URL lives"
    assert to_pay(result_url, "its kin") == 0
    assert to_pay(None, f"{result_url} its kin") == 0
    sql(tmp_path, "UPDATE task SET completed_at = completed_at - 1300000000")
    assert to_pay("result", "its kin") == 0, "uploaded from disk"
    assert sql(tmp_path, "SELECT count(*) FROM upload") == [(2,)]
    assert to_pay(Image.new("RGB", (32, 24), (0, 0, 0)), **axis) == 2, "another picture is another cell"


def test_a_picture_seen_only_later_gives_the_tasks_that_name_it_their_identity(place: Place) -> None:
    ledger, sha = place.open(), "ab" * 32
    parent = a_task(ledger, "succeeded", "a tower")
    url = ledger.pictures(parent)[0].url
    request = make(
        Generate, said("a fox", task_type="mj_img2img", file_urls=[url, "https://Else.example/1.png"])
    )
    mine = {"base_url": "https://api", "credits": 8, "account": "me"}
    own_id, _ = ledger.intend(an_intent_of(request, **mine))
    unseen = entry_of(ledger, own_id).request_sha
    assert unseen == request_sha(request)
    ledger.pictures_came(
        [Found(parent, 1, {"url": url, "state": "stored", "sha256": sha, "path": "ab/ab.jpg"})]
    )
    assert entry_of(ledger, own_id).request_sha == request_sha(request, ledger.contents([url])) != unseen
    ledger.put_upload("cd" * 32, "me", "https://else.example/1.png", 60)
    known = ledger.contents(request.file_urls or ())
    assert sorted(known.values()) == [sha, "cd" * 32]
    assert entry_of(ledger, own_id).request_sha == request_sha(request, known)
    assert ledger.intend(an_intent_of(request, at_most=1, **mine)) == (own_id, False)
    ledger.close()
    assert copying.check(place.url).faults == ()


def an_intent_of(request: Generate, **more: Any) -> Any:
    from mjnb.ledger import Intent

    return Intent(request=request, **more)


# ---- ledgers of before ----


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[Place]:
    server = postgres if request.param == "postgresql" else None
    yield from places(request.param, tmp_path / "data", server)


def old_hash(url: str, key: str = "sandbox") -> str:
    return sha256(f"{url}\0{key}".encode()).hexdigest()[:12]


def old_folder(server: Sandbox, folder: Path) -> None:
    """Lay a ledger of schema 4 into a folder, as if its service had been this sandbox."""
    text = (DATA / "ledger_v4.sql").read_text(encoding="utf-8")
    was = "http://127.0.0.1:43210"
    for slash in ("", "/"):
        text = text.replace(old_hash(was + slash), old_hash(server.url + slash))
    (folder / "data").mkdir(parents=True)
    with sqlite3.connect(folder / "data" / "ledger.db") as new:
        new.executescript(text.replace(was, server.url))
    new.close()


@UNSETTLED
def test_sweeps_of_a_ledger_of_schema_4_have_nothing_to_pay(server: Sandbox, tmp_path: Path) -> None:
    old_folder(server, tmp_path)
    before, tasks = server.account.submits, sql(tmp_path, "SELECT count(*) FROM task")
    for spelled in (server.url, f"{server.url}/"):
        with opened(server, tmp_path, spelled) as session:
            sweeps = (
                session.sweep("a lighthouse at  dusk", stylization=[0, 250]),
                session.sweep("a harbour", stylization=[250, 0], enable_translation=True),
                session.sweep("a fox like this", file_urls=UPLOADED, weirdness=[0, 500]),
                session.sweep("its relative --s 50", file_urls=[result_of(tmp_path)]),
                session.sweep("a caf\u00e9 --s 50"),
                session.sweep("an unknown fox"),
                session.sweep("a storm"),
            )
            for sweep in sweeps:
                assert (sweep.plan().to_pay, sweep.plan().other_key) == (0, 0), sweep
    with opened(server, tmp_path, key="changed") as session:
        assert session.sweep("a lighthouse at dusk", stylization=[0, 250]).plan().other_key == 2
        with pytest.raises(errors.InvalidRequest, match="not read before"):
            session.resolve(session.task(unknown_of(tmp_path)).id, "credits")
    with Session(sandbox=server, data_dir=tmp_path / "data") as session:
        assert session.sweep("a sandbox fox").plan().to_pay == 0
    assert (server.account.submits, sql(tmp_path, "SELECT count(*) FROM task")) == (before, tasks)
    rows = sql(tmp_path, "SELECT DISTINCT account, payer FROM task")
    old = [old_hash(server.url), old_hash(f"{server.url}/")]
    assert sorted(rows) == sorted([*((account(server.url), one) for one in old), ("sandbox", "sandbox")])
    assert copying.check(f"sqlite:///{tmp_path / 'data' / 'ledger.db'}").faults == ()


def result_of(folder: Path) -> str:
    return str(
        sql(folder, "SELECT url FROM image, task USING (id) WHERE prompt = 'a tower' AND number = 1")[0][0]
    )


def unknown_of(folder: Path) -> str:
    return str(sql(folder, "SELECT id FROM task WHERE state = 'unknown'")[0][0])


def test_a_process_that_dies_while_it_brings_a_ledger_up_leaves_it_as_it_was(
    server: Sandbox, tmp_path: Path
) -> None:
    old_folder(server, tmp_path)
    url = f"sqlite:///{tmp_path / 'data' / 'ledger.db'}"
    for part in ("renewal._uploads", "contents.renew", "renewal._rows", "engine.renewal.bring_up"):
        room, _, name = part.rpartition(".")
        dies = f"""
import os, sys
from mjnb.ledger import Ledger, contents, engine, renewal
room = {room}
done = room.{name}
def die(*said, **more):
    done(*said, **more)
    os._exit(9)
room.{name} = die
Ledger(sys.argv[1])
"""
        assert subprocess.run([sys.executable, "-c", dies, url], timeout=60).returncode == 9
        assert sql(tmp_path, "SELECT value FROM meta WHERE key = 'schema_version'") == [("4",)]
    Ledger(url).close()
    first = sql(tmp_path, "SELECT id, account, payer, request_sha FROM task ORDER BY id")
    assert None not in {row[2] for row in first}
    Ledger(url).close()
    assert sql(tmp_path, "SELECT id, account, payer, request_sha FROM task ORDER BY id") == first


def test_rows_of_an_older_session_are_brought_up_on_both_databases(place: Place) -> None:
    """Also those that it writes beside a newer one, or of which two are the same task of the service."""
    ledger = place.open()
    done = a_task(ledger, "succeeded", "a  fox", base_url="HTTPS://Api")
    twin = a_task(ledger, "submitted", "a hare")
    sand = a_task(ledger, "succeeded", "a boat", account="sandbox")
    ledger.put_upload("ab" * 32, "older", "https://files/1.png", 60)
    ledger.put_upload("ab" * 32, "old", "https://files/2.png", 600)
    place.sql("UPDATE task SET payer = NULL, account = 'old', request_sha = 'x' WHERE id = ?", done)
    place.sql("UPDATE task SET payer = NULL, account = 'older', request_sha = 'x' WHERE id = ?", twin)
    place.sql("UPDATE task SET payer = NULL, request_sha = 'x' WHERE id = ?", sand)
    again = place.open()
    rows = [entry_of(again, own_id) for own_id in (done, twin, sand)]
    assert [row.payer for row in rows] == ["old", "older", "sandbox"]
    assert [row.account for row in rows] == [account("https://api")] * 2 + ["sandbox"]
    assert rows[0].request_sha == request_sha(an_intent("a fox").request)
    assert again.uploaded("ab" * 32, account("https://api")) == "https://files/2.png"
    assert set(again.contents(["https://files/1.png", "https://files/2.png"]).values()) == {"ab" * 32}
    place.sql(
        "UPDATE task SET payer = NULL, account = 'third', task_id = ? WHERE id = ?", rows[1].task_id, sand
    )
    third = entry_of(place.open(), sand)
    assert (third.account, third.payer) == ("third", "third"), "the same task twice: one keeps the account"

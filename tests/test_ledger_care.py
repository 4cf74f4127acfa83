"""The ledger's file: of another version, damaged, held, full, or where it cannot be; told, never guessed."""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from databases import Postgres
from labs import mounted
from ledgers import DONE, HAMMER, a_task, an_intent, elsewhere, entry_of, line_of, output_of

from mjnb.errors import LedgerBusy, LedgerCorrupt, LedgerError, LedgerFull, LedgerTooNew
from mjnb.identity import account
from mjnb.ledger import Intent, Judgement, Ledger, Shown, engine, locks, schema, sqlite
from mjnb.ledger.addresses import read_url
from mjnb.ledger.copying import backup, check, copy
from mjnb.ledger.salvage import salvage
from mjnb.ledger.spool import Spool
from mjnb.params import Generate, make
from mjnb.sandbox import Sandbox


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    found = Ledger(f"sqlite:///{path}")
    yield found
    found.close()


def sql(path: Path, text: str, *values: Any) -> list[tuple[Any, ...]]:
    """Look into the file from beside, with the same SQLite."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return connection.execute(text, values).fetchall()
    finally:
        connection.close()


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


DATA = Path(__file__).parent / "data"


def old_file(path: Path, version: int) -> None:
    """Make a file as mjnb of that schema left it, rows and all."""
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript((DATA / f"ledger_v{version}.sql").read_text(encoding="utf-8"))
    connection.close()


@pytest.mark.parametrize("version", [1, 2, 3])  # of 4, see test_identity
def test_a_ledger_of_every_earlier_version_becomes_one_of_today(path: Path, version: int) -> None:
    old_file(path, version)
    before = sql(path, "SELECT id, task_id, state, param_json, rev FROM task ORDER BY id")
    events = sql(path, "SELECT * FROM event ORDER BY seq")
    ledger = Ledger(f"sqlite:///{path}")
    after = sql(path, "SELECT id, task_id, state, param_json, rev FROM task ORDER BY id")
    assert (after, sql(path, "SELECT * FROM event ORDER BY seq")) == (before, events)
    assert [row[2] for row in before] == ["succeeded", "submitted", "unknown", "rejected"]
    me = account("https://api")
    assert sql(path, "SELECT DISTINCT account, payer FROM task") == [(me, "me")]
    going_on, unknown = ledger.left_open(me)
    assert ([one.task_id for one in going_on], len(unknown)) == (["t-run"], 1)
    found = ledger.find("t-done")[0]
    request = make(Generate, {"task_type": "mj_txt2img", "prompt": "a done fox 🦊", "speed": "fast"})
    again = Intent(request=replace(request, stylization=250), account=me, base_url="u", credits=8, at_most=1)
    assert ledger.intend(again) == (found.id, False), "what was paid then is not paid again now"
    assert ledger.pictures(found.id)[0].state == "stored"
    assert ledger.metrics(["ab"]) == {("ab", "edges", 1): (0.5, None)}
    ledger.put_upload("new", "me", "https://files/a.png", 60)
    ledger.ratings.add(Judgement("single", score=4))
    assert ledger.places.take("me", 1, 1.0).place is not None
    assert settle(ledger, going_on[0].id) == "succeeded"
    assert "task_by_parent" in str(sql(path, "EXPLAIN QUERY PLAN SELECT * FROM task WHERE parent = 'x'"))
    assert sql(path, "SELECT value FROM meta WHERE key = 'schema_version'") == [(str(schema.VERSION),)]
    ledger.close()
    assert check(f"sqlite:///{path}").faults == ()


def settle(ledger: Ledger, own_id: str) -> str:
    assert ledger.settled(own_id, DONE)
    return entry_of(ledger, own_id).state


def test_eight_processes_open_an_old_ledger_at_once(path: Path) -> None:
    old_file(path, 1)
    script = "assert ends([child(lambda: Ledger(url).close()) for _ in range(8)]) == [0] * 8"
    output_of(script, f"sqlite:///{path}")
    assert sql(path, "SELECT count(*) FROM session WHERE ended_at IS NOT NULL") == [(9,)]
    assert sql(path, "SELECT count(*) FROM meta") == [(2,)]


def test_eight_processes_open_a_new_ledger_at_once(path: Path) -> None:
    script = "assert ends([child(lambda: Ledger(url).close()) for _ in range(8)]) == [0] * 8"
    output_of(script, f"sqlite:///{path}")
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


@contextlib.contextmanager
def filled(path: Path) -> Iterator[Ledger]:
    """Yield a ledger with 60 tasks; it is closed, and all of it in its file, when the block is left."""
    ledger = Ledger(f"sqlite:///{path}")
    for number in range(20):
        a_task(ledger, "succeeded", f"{number} " + "fox " * 100)
        a_task(ledger, "submitted", f"{number} " + "owl " * 100)
        a_task(ledger, "unknown", f"{number} " + "cat " * 100)
    yield ledger
    ledger.close()


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
    with pytest.raises(LedgerCorrupt, match=r"NULL value in task\.state"):
        Ledger(f"sqlite:///{path}")


def test_a_write_has_the_ledger_to_itself_from_its_start(path: Path) -> None:
    found = engine.Engine(read_url(f"sqlite:///{path}"))
    other = sqlite3.connect(path, isolation_level=None, timeout=0)
    with found.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    found.close()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_ledger_that_was_cut_short_is_told_and_is_never_an_empty_one(path: Path, share: float) -> None:
    with filled(path) as ledger:
        own_ids = {entry.id for entry in ledger.find("")}
    os.truncate(path, int(path.stat().st_size * share))
    before = path.read_bytes()
    with pytest.raises(LedgerCorrupt) as caught:
        Ledger(f"sqlite:///{path}")
    assert f"python -m mjnb ledger salvage {path}" in caught.value.hint
    assert path.read_bytes() == before
    assert len(own_ids) == 60


def test_flipped_bits_are_found_at_opening_or_by_a_check_or_break_nothing(path: Path) -> None:
    """SQLite has no checksums: what hits a text of no consequence is seen by nobody."""
    with filled(path) as ledger:
        own_ids = {entry.id for entry in ledger.find("")}
    whole, chance = path.read_bytes(), random.Random(7)
    told = found = 0
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            faults = check(f"sqlite:///{path}").faults
        except LedgerError:
            told += 1
            continue
        found += bool(faults)
        if not faults:
            with contextlib.closing(Ledger(f"sqlite:///{path}")) as ledger:
                assert len({entry.id for entry in ledger.find("")} & own_ids) >= 59
    assert told > 2
    assert found > 5


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
held = sqlite3.connect(sys.argv[1].removeprefix("sqlite:///"), isolation_level=None)
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
    monkeypatch.setattr(locks, "BUSY_TIMEOUT", 0.2)
    ledger = Ledger(f"sqlite:///{path}")
    with elsewhere(HOLD, f"sqlite:///{path}") as process:
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
    with elsewhere(HOLD, f"sqlite:///{path}") as process:
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
    with elsewhere(script, f"sqlite:///{path}") as process:
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


def test_a_full_disk_is_told_before_anything_is_sent_and_loses_nothing(path: Path) -> None:
    path.parent.mkdir()
    start = mounted(path.parent, "size=900k")
    script = FILL + "print(len(ledger.find('')))"
    said = output_of(script if start else f"{LIMITED}\n{script}", f"sqlite:///{path}", before=start).split()
    assert said[0] == "LedgerFull"
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
    kind, count, hint = output_of(script + FILL, f"sqlite:///{path}").split()
    assert (kind, hint) == (LedgerFull.__name__, "True")
    ledger = Ledger(f"sqlite:///{path}")
    assert len(ledger.find("")) == int(count) > 5
    ledger.close()


def test_a_key_in_the_address_is_never_shown() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger("postgresql+psycopg://mj:canary-pw@127.0.0.1:1/mj")
    assert "canary-pw" not in str(caught.value)


def test_a_password_with_an_at_sign_is_not_taken_for_the_host() -> None:
    with pytest.raises(LedgerError) as caught:
        read_url("postgresql+psycopg://mj:a@canary-pw@127.0.0.1:1/mj")
    assert "canary-pw" not in str(caught.value)
    assert "%40" in str(caught.value)
    assert read_url("postgresql+psycopg://mj:a%40canary-pw@127.0.0.1:1/mj").password == "a@canary-pw"


# ---- salvage ----------------------------------------------------------------------------------------


def test_a_whole_ledger_is_salvaged_whole(path: Path, tmp_path: Path) -> None:
    with filled(path):
        pass
    done = salvage(path, tmp_path / "new.db")
    assert done.whole
    assert copy(f"sqlite:///{path}", f"sqlite:///{tmp_path / 'new.db'}").same


@pytest.mark.parametrize("seed", range(4))
def test_what_can_be_read_around_bad_pages_is_saved_and_the_rest_is_counted(
    path: Path, tmp_path: Path, seed: int
) -> None:
    with filled(path) as ledger:
        before = {entry.id: entry for entry in ledger.find("")}
    damage(path, pages=3, chance=random.Random(seed))
    damaged = path.read_bytes()
    done = salvage(path, tmp_path / "new.db")
    assert path.read_bytes() == damaged
    ledger = Ledger(f"sqlite:///{tmp_path / 'new.db'}")
    after = {entry.id: entry for entry in ledger.find("")}
    assert set(after) <= set(before)
    counts = done.tables["task"]
    assert counts.rows + counts.anew == len(after)
    assert counts.rows + counts.anew + counts.lost >= len(before)
    assert not done.whole or after.keys() == before.keys(), "only what is read around all damage is whole"
    assert len(after) >= 40
    for own_id, entry in after.items():
        assert (entry.param_json, entry.request_sha) == (
            before[own_id].param_json,
            before[own_id].request_sha,
        )
        assert entry.task_id == before[own_id].task_id
        assert entry.account == "me"
    assert ledger.intend(an_intent())[1], "it is a ledger like any other"
    ledger.close()


def damage(path: Path, pages: int, chance: random.Random) -> None:
    """Overwrite some pages with noise, but none of the list of tables, without which nothing is read."""
    content = bytearray(path.read_bytes())
    starts = range(4096, len(content), 4096)
    data = [at // 4096 for at in starts if b"CREATE TABLE" not in content[at : at + 4096]]
    for page in chance.sample(data, pages):
        content[page * 4096 : page * 4096 + 4096] = chance.randbytes(4096)
    path.write_bytes(content)


def test_a_task_whose_row_is_gone_is_made_anew_from_its_history(path: Path, tmp_path: Path) -> None:
    with filled(path) as ledger:
        before = {entry.id: entry for entry in ledger.find("")}
    sql(path, "PRAGMA foreign_keys=OFF")
    gone = [row[0] for row in sql(path, "SELECT id FROM task ORDER BY id LIMIT 30")]
    sql(path, f"DELETE FROM task WHERE id IN ({','.join('?' * 30)})", *gone)
    done = salvage(path, tmp_path / "new.db")
    assert done.tables["task"].anew == 30
    ledger = Ledger(f"sqlite:///{tmp_path / 'new.db'}")
    for own_id in gone:
        made, was = entry_of(ledger, own_id), before[own_id]
        assert (made.state, made.task_id, made.param_json) == (was.state, was.task_id, was.param_json)
        assert (made.request_sha, made.account, made.rev) == (was.request_sha, was.account, was.rev)
    ledger.close()
    assert check(f"sqlite:///{tmp_path / 'new.db'}").faults == ()


@pytest.mark.parametrize("share", [0.6, 0.8, 0.95])
def test_the_front_of_a_file_that_was_cut_short_is_saved(path: Path, tmp_path: Path, share: float) -> None:
    with filled(path):
        pass
    os.truncate(path, int(path.stat().st_size * share))
    done = salvage(path, tmp_path / "new.db")
    assert not done.whole
    assert done.tables["task"].rows + done.tables["task"].anew > 5
    assert check(f"sqlite:///{tmp_path / 'new.db'}").faults == ()


def test_a_damaged_header_does_not_hide_the_rest(path: Path, tmp_path: Path) -> None:
    with filled(path):
        pass
    with path.open("rb+") as file:
        file.write(b"\0" * 18)
    with pytest.raises(LedgerCorrupt):
        Ledger(f"sqlite:///{path}")
    assert salvage(path, tmp_path / "new.db").tables["task"].rows == 60


def test_what_is_beyond_reading_is_told_and_leaves_nothing_behind(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(random.Random(1).randbytes(50_000))
    with pytest.raises(LedgerError, match="nothing of"):
        salvage(path, tmp_path / "new.db")
    assert list(tmp_path.iterdir()) == [path.parent]


def test_rows_that_are_only_in_the_log_are_saved_too(path: Path, tmp_path: Path) -> None:
    """The process died: its last rows are in the log beside the file, not in the file."""
    script = "for n in range(40): Ledger(url).intend(an_intent(f'{n} ' + 'fox ' * 50))\nos._exit(0)"
    output_of(script, f"sqlite:///{path}")
    assert path.with_name("ledger.db-wal").stat().st_size > 0
    assert salvage(path, tmp_path / "new.db").tables["task"].rows == 40


# ---- copies -----------------------------------------------------------------------------------------


def test_a_backup_while_others_write_is_one_moment_of_the_ledger(path: Path, tmp_path: Path) -> None:
    Ledger(f"sqlite:///{path}").close()
    with elsewhere(HAMMER + "hammer(600)", f"sqlite:///{path}") as process:
        for number in range(5):
            line_of(process)
            rows = backup(f"sqlite:///{path}", tmp_path / f"{number}.db").rows
            assert check(f"sqlite:///{tmp_path / f'{number}.db'}").faults == ()
            assert rows["event"] in (2 * rows["task"], 2 * rows["task"] - 1)
        process.kill()
        process.communicate()
    assert sql(tmp_path / "4.db", "SELECT count(*) FROM task") >= sql(
        tmp_path / "0.db", "SELECT count(*) FROM task"
    )


def test_a_backup_goes_over_nothing(path: Path, tmp_path: Path) -> None:
    Ledger(f"sqlite:///{path}").close()
    (tmp_path / "notes.db").write_text("mine")
    with pytest.raises(LedgerError, match="is there already"):
        backup(f"sqlite:///{path}", tmp_path / "notes.db")
    assert (tmp_path / "notes.db").read_text() == "mine"


@pytest.fixture
def both(path: Path, postgres: Postgres) -> tuple[str, str]:
    with filled(path) as ledger:
        ledger.add_sweep('{"axes": [1.0, "é🦊"]}')
        ledger.put_metrics([("sha", "edges", 1, 0.1 + 0.2, None), ("sha", "hue", 1, 1e-300, math.inf)])
        ledger.put_upload("sha", "me", "https://f/a.png", 60)
        ledger.ratings.add(Judgement("single", (Shown("t", 1, "ab"),), score=4.5, rater="é"))
        ledger.rejected(a_task(ledger, "intent", "a\0b"), "no \0 \ud83d ☃")
    return f"sqlite:///{path}", postgres.url(postgres.database())


def test_a_ledger_goes_to_postgresql_and_back_without_loss(both: tuple[str, str], tmp_path: Path) -> None:
    file, server = both
    assert copy(file, server).rows["task"] == 61
    assert copy(file, server).same, "a second time does nothing"
    back = f"sqlite:///{tmp_path / 'back.db'}"
    assert not copy(server, back).same
    assert copy(back, file).same
    assert backup(server, tmp_path / "backup.db").rows["task"] == 61
    assert copy(f"sqlite:///{tmp_path / 'backup.db'}", server).same
    assert (check(server).faults, check(back).faults) == ((), ())
    for url in (server, back):
        ledger = Ledger(url)
        last = max(entry.rev for entry in ledger.find(""))
        own_id, _ = ledger.intend(an_intent())
        assert entry_of(ledger, own_id).rev == last + 1, "the numbers go on"
        ledger.close()


def test_ledgers_are_not_mixed(both: tuple[str, str]) -> None:
    file, server = both
    ledger = Ledger(server)
    own_id = a_task(ledger, "submitted")
    with pytest.raises(LedgerError, match=r"other rows already .*task"):
        copy(file, server)
    assert [entry.id for entry in ledger.find("")] == [own_id]
    ledger.close()
    with pytest.raises(LedgerError, match="onto itself"):
        copy(file, file)


def test_what_was_kept_aside_finds_its_ledger_after_a_copy(path: Path, tmp_path: Path) -> None:
    with filled(path) as ledger:
        own_id = a_task(ledger, "intent")
        spool = Spool(tmp_path / "spool", ledger._engine.id, "of a dead session")
        spool.keep("submitted", own_id, "t-kept")
        spool.close()
    copy(f"sqlite:///{path}", f"sqlite:///{tmp_path / 'new.db'}")
    ledger = Ledger(f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "spool")
    assert entry_of(ledger, own_id).task_id == "t-kept"
    ledger.close()
    assert list((tmp_path / "spool").iterdir()) == []


# ---- where it cannot be -----------------------------------------------------------------------------

MOUNTS = r"""proc /proc proc rw 0 0
/dev/vda / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
//nas/team /mnt/team\040files cifs rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
/dev/sdb1 /home/me/near ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind", "network"),
    [
        ("/work", "ext4", False),
        ("/homes", "ext4", False),
        ("/home/me", "nfs4", True),
        ("/home/me/near/data", "ext4", False),
        ("/home/me/far", "fuse.sshfs", True),
        ("/mnt/team files/data", "cifs", True),
    ],
)
def test_a_network_file_system_is_known_by_its_mount(
    tmp_path: Path, folder: str, kind: str, network: bool
) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    found = sqlite.file_system(Path(folder), tmp_path / "mounts")
    assert (found, sqlite.is_network(found)) == (kind, network)
    assert sqlite.file_system(Path(folder), tmp_path / "not there") == ""


def test_a_ledger_on_a_network_disk_has_no_shared_memory_and_says_so(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger(f"sqlite:///{path}").close()
    (tmp_path / "mounts").write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(sqlite.file_system, "__defaults__", (tmp_path / "mounts",))
    with pytest.warns(sqlite.NetworkLedgerWarning, match=r"network file system \(nfs4\).*PostgreSQL"):
        ledger = Ledger(f"sqlite:///{path}")
    own_id = a_task(ledger, "submitted")
    assert sql(path, "PRAGMA journal_mode") == [("delete",)]
    assert not path.with_name("ledger.db-shm").exists()
    assert entry_of(ledger, own_id).state == "submitted"
    ledger.close()


IMAGINE = """
import mjnb as mj
from mjnb.errors import LedgerError
try:
    with mj.Session(base_url=sys.argv[1], api_key="sandbox", data_dir=sys.argv[2], time_scale=40) as session:
        session.sweep("a fox " * 300, stylization=range(200)).run()
except LedgerError as error:
    print(f"{type(error).__name__}: {error.message}: {error.hint}")
"""


def test_a_disk_that_cannot_be_written_is_told_and_nothing_is_paid(sandbox: Sandbox, tmp_path: Path) -> None:
    """A read-only disk where mounting is allowed, else a folder that is none."""
    folder = tmp_path / "disk"
    folder.mkdir()
    start = mounted(folder, "ro")
    where = folder / "data" if start else Path("/proc/mjnb")
    said = output_of(IMAGINE, sandbox.url, where, before=start)
    assert said.startswith("LedgerError: ")
    assert "cannot be written" in said
    assert "MJNB_DATA_DIR" in said
    assert sandbox.account.submits == 0


FILLS = """
import resource
import mjnb as mj
from mjnb.errors import LedgerFull
folder = Path(sys.argv[2])
for n in range(80):  # many, as where no disk can be mounted a limit is set on the size of every file
    (folder / f"ballast{n}").write_bytes(bytes(100_000))
with mj.Session(base_url=sys.argv[1], api_key="sandbox", data_dir=folder / "data", time_scale=40) as session:
    sweep = session.sweep("a fox " * 300, stylization=range(200)).run(wait=False)
    while not sweep.errors:
        time.sleep(0.01)
    print(*sorted({type(error).__name__ for error in sweep.errors.values()}), flush=True)
    sys.stdin.readline()
    for ballast in folder.glob("ballast*"):
        ballast.unlink()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        sweep.wait()
    except LedgerFull as error:
        print(error.hint)
    print(json.dumps([[entry.task_id, entry.state] for entry in session.tracker.ledger.find("")]))
"""
SMALL = """
import resource
from mjnb import ledger as _  # loaded before files may not grow
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
"""


def test_a_disk_that_fills_up_in_the_middle_of_a_sweep_loses_nothing_that_was_paid(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    start = mounted(folder, "size=9200k")
    process = elsewhere(("" if start else SMALL) + FILLS, sandbox.url, folder, before=start)
    assert line_of(process) == "LedgerFull"
    paid = set(sandbox.account.tasks)
    out, err = process.communicate("\n")
    assert not err, err
    hint, rows = out.splitlines()
    assert "Free some space" in hint
    assert 3 < len(sandbox.account.tasks) < 200
    known = {task_id: state for task_id, state in json.loads(rows) if task_id}
    assert paid <= set(sandbox.account.tasks) == set(known), "paid, and the ledger does not know"
    assert set(known.values()) == {"succeeded"}
    assert "intent" not in {state for _, state in json.loads(rows)}

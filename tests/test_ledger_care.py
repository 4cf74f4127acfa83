"""The ledger's file: of another version, damaged, held, full, or where it cannot be; told, never guessed."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ledgers import a_task, an_intent, elsewhere, entry_of, line_of, output_of

from mjnb.errors import LedgerBusy, LedgerCorrupt, LedgerError, LedgerFull, LedgerTooNew
from mjnb.ledger import Intent, Ledger, engine, locks, schema
from mjnb.ledger.addresses import read_url
from mjnb.params import Generate, make


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
    said = output_of(script if start else f"{LIMITED}\n{script}", f"sqlite:///{path}", before=start).split()
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
    kind, count, hint = output_of(script + FILL, f"sqlite:///{path}").split()
    assert (kind, hint) == (LedgerFull.__name__, "True")
    ledger = Ledger(f"sqlite:///{path}")
    assert len(ledger.find("")) == int(count) > 5
    ledger.close()


def test_a_key_in_the_address_is_never_shown() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger("postgresql+psycopg://mj:canary-pw@127.0.0.1:1/mj")
    assert "canary-pw" not in str(caught.value)

"""Files that somebody else wrote: what reaches outside, runs, or loosens a limit is refused, by kind."""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from ledgers import a_task
from PIL import Image

from mjnb import config
from mjnb.config import settings
from mjnb.errors import BudgetExceeded, ConfigError, LedgerError, MediaError, MJError
from mjnb.foreign import Foreign, hex_id
from mjnb.ledger import Ledger
from mjnb.ledger.copying import backup, check, copy
from mjnb.ledger.salvage import salvage
from mjnb.media import Store
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session

KEY = "canary-5d21aa"


@pytest.fixture(autouse=True)
def nothing_chosen() -> Iterator[None]:
    yield
    for name in config.SETTINGS:
        config.forget(name)


def project(folder: Path, *lines: str) -> None:
    (folder / "pyproject.toml").write_text("\n".join(["[tool.mjnb]", *lines]))


# ---- M5: a faster clock ------------------------------------------------------------------------------

CLOCKS = {  # base URL: whether its clock may run faster
    "kie": False,
    "midapi": False,
    "https://api.kie.ai": False,
    "http://192.168.1.5:8000": False,
    "http://sandbox.internal": False,
    "http://127.0.0.1.example.com": False,
    "http://localhost.example.com": False,
    "http://128.1": False,
    "http://[fe80::1]": False,
    "http://localhost:8000": True,
    "http://LOCALHOST.": True,
    "http://me.localhost": True,
    "http://127.0.0.1": True,
    "http://127.9.9.9:1": True,
    "http://127.1": True,
    "http://[::1]:8000": True,
    "http://[::ffff:127.0.0.1]": True,
    "sandbox": True,
}


def test_a_faster_clock_is_a_sandboxs_or_this_machines(tmp_path: Path) -> None:
    for base, may in CLOCKS.items():
        environ = {"MJNB_BASE_URL": base, "MJNB_API_KEY": KEY, "MJNB_TIME_SCALE": "20"}
        if may:
            assert settings(environ=environ).time_scale == 20
        else:
            with pytest.raises(ConfigError, match=r"time_scale is 20, and .* is no sandbox") as caught:
                settings(environ=environ)
            assert "Unset it (MJNB_TIME_SCALE)" in caught.value.hint
        assert settings(environ={**environ, "MJNB_TIME_SCALE": "1.0"}).time_scale == 1
    with pytest.raises(ConfigError, match="time_scale is 2") as caught:
        settings(base_url="kie", api_key=KEY, time_scale=2, environ={})
    assert "time_scale from code" in caught.value.hint
    config.choose("time_scale", 0.5, "%config")
    with pytest.raises(ConfigError, match=r"time_scale is 0\.5") as caught:
        settings(environ={"KIE_API_KEY": KEY})
    assert "%config" in caught.value.hint
    config.forget("time_scale")
    assert (
        settings(base_url="http://192.168.1.5", api_key="sandbox", time_scale=9, environ={}).time_scale == 9
    )
    project(tmp_path, "time_scale = 20")
    with pytest.raises(ConfigError, match=r"time_scale in .*pyproject\.toml is not read"):
        settings(environ={})


def test_a_sandbox_that_runs_brings_its_own_clock(sandbox: Sandbox, tmp_path: Path) -> None:
    with Session(sandbox=sandbox, data_dir=tmp_path / "d") as session:
        assert session.settings.time_scale == sandbox.time_scale


# ---- K2: whose key -----------------------------------------------------------------------------------

OTHER = "https://mirror.example.com"
ENV, KIE = "MJNB_API_KEY", "KIE_API_KEY"
KEYS = [  # environment, base_url in code, in the project's file; whether the key goes there, or whose it is
    ({KIE: KEY}, None, None, "kie"),
    ({KIE: KEY}, "https://api.kie.ai", None, "https://api.kie.ai"),
    ({KIE: KEY}, "HTTPS://API.KIE.AI:443/", None, "HTTPS://API.KIE.AI:443/"),
    ({KIE: KEY}, "http://api.kie.ai", None, "is for kie"),
    ({KIE: KEY}, "https://api.kie.ai:8443", None, "is for kie"),
    ({KIE: KEY}, "https://api.kie.ai.example.com", None, "is for kie"),
    ({KIE: KEY}, "midapi", None, "is for kie"),
    ({KIE: KEY}, None, "midapi", "is for kie"),
    ({KIE: KEY, "MJNB_BASE_URL": "midapi"}, None, None, "is for kie"),
    ({KIE: KEY, "MJNB_BASE_URL": OTHER}, None, None, "is for kie"),
    ({KIE: KEY}, None, "kie", "kie"),
    ({ENV: KEY}, None, None, "kie"),
    ({ENV: KEY}, None, "midapi", "is for kie"),
    ({ENV: KEY}, None, "kie", "kie"),
    ({ENV: KEY}, "midapi", None, "midapi"),
    ({ENV: KEY, "MJNB_BASE_URL": "midapi"}, None, None, "midapi"),
    ({ENV: KEY, "MJNB_BASE_URL": "midapi"}, None, "kie", "midapi"),
    ({ENV: KEY, "MJNB_BASE_URL": "midapi"}, "kie", None, "is for midapi"),
    ({ENV: KEY, "MJNB_BASE_URL": OTHER}, "kie", None, f"is for {OTHER}\n"),
    ({ENV: KEY, "MJNB_BASE_URL": OTHER}, f"{OTHER.upper()}/", None, f"{OTHER.upper()}/"),
    ({ENV: KEY, "MJNB_BASE_URL": OTHER}, "http://mirror.example.com", None, f"is for {OTHER}\n"),
    ({ENV: "of midapi", KIE: KEY, "MJNB_BASE_URL": "midapi"}, "kie", None, "kie"),
    ({ENV: KEY, KIE: "of kie", "MJNB_BASE_URL": "midapi"}, None, None, "midapi"),
]


def test_a_key_goes_to_the_service_it_was_given_for(tmp_path: Path) -> None:
    for environ, in_code, in_file, wanted in KEYS:
        project(tmp_path, f"base_url = '{in_file}'" if in_file else "")
        if not wanted.startswith("is for"):
            found = settings(base_url=in_code, environ=environ)
            assert (found.base_url, found.key) == (wanted, KEY), environ
            continue
        with pytest.raises(ConfigError, match="no API key for") as caught:
            settings(base_url=in_code, environ=environ)
        assert wanted in str(caught.value), environ
        assert "MJNB_BASE_URL=" in caught.value.hint
        assert KEY not in str(caught.value)
        shown = config.found({"base_url": in_code}, environ)["api_key"]
        assert (shown.value, "which is for" in shown.source) == ("", True)


def test_a_key_that_was_asked_for_is_for_the_service_that_the_question_named(tmp_path: Path) -> None:
    config.choose("api_key", KEY, "asked for", "midapi")
    assert settings(base_url="midapi", environ={}).key == KEY
    for other in ("kie", OTHER, "http://api.midapi.ai", "http://127.0.0.1:1"):
        with pytest.raises(ConfigError, match="asked for, which is for midapi"):
            settings(base_url=other, environ={})
    assert settings(base_url="kie", environ={KIE: "of kie"}).key == "of kie"
    assert settings(base_url="sandbox", environ={}).key == ""
    project(tmp_path, "base_url = 'midapi'")
    assert settings(environ={}).key == KEY  # the question named it


# ---- K3: a project's file ----------------------------------------------------------------------------

LOOSER = {  # a line of [tool.mjnb]: why it is not taken
    "ask_above = 1e12": "is above 100",
    "ask_above = inf": "is above 100",
    "ask_above = 100.5": "is above 100",
    "time_scale = 20": "is not read",
    "speed = 'turbo'": "costs more than fast",
    "upload_url = 'https://evil.example.com'": "is not read",
    "data_dir = '/tmp/elsewhere'": "leads out",
    "data_dir = '../elsewhere'": "leads out",
    "data_dir = 'a/../../b'": "leads out",
    "data_dir = '.. /b'": "leads out",
    "data_dir = '~/b'": "leads out",
    "data_dir = '$HOME/b'": "leads out",
    "data_dir = '${HOME}/b'": "leads out",
    "data_dir = '%USERPROFILE%/b'": "leads out",
    "data_dir = 'C:/b'": "leads out",
    'data_dir = "..\\\\b"': "leads out",
    'data_dir = "a\\u0000b"': "characters that no path has",
    "data_dir = 'link/b'": "by a link",
    "data_dir = 'circle/b'": "by a link",
    "data_dir = 'NUL'": "device of Windows",
    "ledger = 'sqlite:////tmp/l.db'": "leads out",
    "ledger = 'sqlite:///../l.db'": "leads out",
    "ledger = 'sqlite:///%2e%2e/l.db'": "leads out",
    "ledger = 'sqlite:///~/l.db'": "leads out",
    "ledger = 'sqlite:///link/l.db'": "by a link",
    "ledger = 'sqlite:///l.db?uri=true'": "has options",
    "ledger = 'postgresql://evil.example.com/x'": "on another host",
}
LIMITS = [  # name, the environment's, the file's, what holds
    ("max_credits", None, 20, 20),
    ("max_credits", "50", 20, 20),
    ("max_credits", "inf", 20, 20),
    ("max_credits", "10", 20, 10),
    ("max_credits", "10", 1e12, 10),
    ("ask_above", None, 5, 5),
    ("ask_above", None, 100, 100),
    ("ask_above", "50", 5, 5),
    ("ask_above", "50", 60, 50),
    ("ask_above", "inf", 60, 60),
    ("ask_above", "0", 60, 0),
]


def test_a_projects_file_only_lowers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "project"
    home.mkdir()
    (home / "link").symlink_to(tmp_path)
    (home / "circle").symlink_to(home / "circle")
    monkeypatch.chdir(home)
    for line, why in LOOSER.items():
        project(home, line)
        for environ in ({}, {"KIE_API_KEY": KEY}):
            with pytest.raises(ConfigError, match=why) as caught:
                settings(environ=environ)
            assert "somebody else's" in caught.value.hint, line
    for name, own, said, held in LIMITS:
        project(home, f"{name} = {said}")
        environ = {} if own is None else {f"MJNB_{name.upper()}": own}
        assert getattr(settings(environ=environ), name) == held, (name, own, said)
    project(home, "ask_above = 5")
    assert settings(ask_above=math.inf, environ={}).ask_above == math.inf  # what you say here and now counts
    for name in ("pictures", "a/b", "./c", "a%20b", "日本"):
        project(home, f"data_dir = '{name}'", f"ledger = 'sqlite:///{quote(name)}/l.db'")
        found = settings(environ={})
        assert (found.data_dir, found.ledger) == (home / name, home / name / "l.db")


# ---- U4: homes and variables -------------------------------------------------------------------------


def test_homes_and_variables_are_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "a home%20?"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("NOWHERE", raising=False)
    for said in ("$HOME/x", "${HOME}/x", "~/x", "%USERPROFILE%/x", "$HOME/./x", "~/y/../x"):
        found = settings(data_dir=said, ledger=f"sqlite:///{said}/l.db", environ={})
        assert found.data_dir.resolve() == home / "x", said
        with contextlib.closing(Ledger(found.ledger)):
            assert (home / "x" / "l.db").exists(), said
        shutil.rmtree(home / "x")
        assert settings(environ={"MJNB_DATA_DIR": said}).data_dir.resolve() == home / "x"
        assert config.choose("data_dir", said, "%config").resolve() == home / "x"
    for said, why in {
        "$NOWHERE/x": "no variable NOWHERE",
        "${NOWHERE}/x": "no variable NOWHERE",
        "a/%NOWHERE%": "no variable NOWHERE",
        "~nobody-of-this-name/x": "Nobody knows that home",
    }.items():
        for name, text in {"data_dir": said, "ledger": f"sqlite:///{said}"}.items():
            if said.startswith("a/") or name == "data_dir" or said[0] in "$~":
                with pytest.raises(ConfigError, match=f"{name} is ") as caught:
                    settings(environ={}, **{name: text})  # type: ignore[arg-type]
                assert why in caught.value.hint
    monkeypatch.setenv("HOME", "")
    with pytest.raises(ConfigError) as caught:
        settings(data_dir="~/x", environ={})
    assert "set HOME" in caught.value.hint


# ---- D1: values that reach a path --------------------------------------------------------------------

IDS = [
    "../../victim/*",
    "*",
    "?" * 16,
    "a" * 15,
    "a" * 17,
    "A" * 16,
    "/" * 16,
    "[a-z]" + "b" * 11,
    "",
    "0" * 15 + "\n",
]


def test_no_id_of_a_ledger_leads_to_another_file(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    bystander = tmp_path / "data" / "spool" / "someone-else.jsonl"
    bystander.parent.mkdir(parents=True)
    path = tmp_path / "data" / "ledger.db"
    with contextlib.closing(Ledger(path)) as ledger:
        own_id = a_task(ledger, "submitted")
    for file in (victim / "a-b.jsonl", bystander):
        file.write_text("precious")
    for said in IDS:
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'ledger_id'", (said,))
        with pytest.raises(LedgerError, match=r"its id is .* no id of 16") as caught:
            Ledger(path, tmp_path / "data" / "spool")
        assert "ledger salvage" in caught.value.hint
        saved = tmp_path / "saved.db"
        assert salvage(path, saved).tables["task"].rows == 1
        with contextlib.closing(Ledger(saved, tmp_path / "data" / "spool")) as ledger:
            assert ledger.entry(own_id) is not None
        saved.unlink()
        assert (victim / "a-b.jsonl").read_text() == bystander.read_text() == "precious", said
    assert hex_id("0123456789abcdef", 16)
    with pytest.raises(Foreign):
        hex_id(b"0123456789abcdef", 16)


def test_what_was_kept_aside_is_taken_from_files_of_its_own_only(tmp_path: Path) -> None:
    spool = tmp_path / "data" / "spool"
    with contextlib.closing(Ledger(tmp_path / "data" / "ledger.db", spool)) as ledger:
        whose = ledger._engine.id
    secret = tmp_path / "secret"
    secret.write_text(json.dumps({"verb": "submitted", "id": "x", "args": ["t"]}))
    (spool / f"{whose}-link.jsonl").symlink_to(secret)
    (spool / f"{whose}-folder.jsonl").mkdir()
    (spool / f"{whose}-odd.txt").write_text("kept")
    Ledger(tmp_path / "data" / "ledger.db", spool).close()
    assert secret.exists()
    assert sorted(file.name for file in spool.iterdir()) == [
        f"{whose}-folder.jsonl",
        f"{whose}-link.jsonl",
        f"{whose}-odd.txt",
    ]
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "ledger.db.lock").symlink_to(tmp_path / "made")
    with pytest.raises(LedgerError, match=r"ledger\.db\.lock"):
        Ledger(tmp_path / "empty" / "ledger.db")
    assert not (tmp_path / "made").exists()


PATHS = [
    "../secret.png",
    "a/../../secret.png",
    "link.png",
    "out/secret.png",
    "C:secret.png",
    "..\\secret.png",
]
PATHS += ["file:///secret.png", "~/secret.png", "$HOME/secret.png", "a\0b.png", "", "x" * 201, "nul.png"]


def test_no_path_of_a_picture_leads_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "media")
    store.folder.mkdir()
    secret = tmp_path / "secret.png"
    Image.new("RGB", (9, 9)).save(secret)
    (store.folder / "link.png").symlink_to(secret)
    (store.folder / "out").symlink_to(tmp_path)
    for said in [*PATHS, str(secret)]:
        for look in (store.open, store.thumbnail, store.at):
            with pytest.raises(MediaError, match="of a picture"):
                look(said)
        assert not store.holds(said, "")


# ---- D2: what runs in a ledger -----------------------------------------------------------------------

RUNS = {
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON task BEGIN UPDATE task SET request_sha = 'x'; END",
    "its name in quotes": 'create /* x */ trigger "table" after insert on task begin delete from event; end',
    "a temporary one's text": "CREATE TRIGGER IF NOT EXISTS t BEFORE UPDATE ON task BEGIN SELECT 1; END",
    "a view": "CREATE VIEW v AS SELECT * FROM task",
    "an expression's index": "CREATE INDEX i ON task (lower(prompt))",
    "a sum's index": "CREATE INDEX i ON task (rev + 1)",
    "a part's index": "CREATE INDEX i ON task (rev) WHERE rev > 1",
    "a collation's index": "CREATE INDEX i ON task (prompt COLLATE nocase)",
    "a virtual table": "CREATE VIRTUAL TABLE f USING fts5(x)",
    "a virtual column": "ALTER TABLE task ADD COLUMN c TEXT AS (lower(prompt))",
    "a generated column": "ALTER TABLE task ADD COLUMN c TEXT GENERATED ALWAYS AS (upper(state)) VIRTUAL",
    "a default": "ALTER TABLE task ADD COLUMN c TEXT DEFAULT 'x'",
    "a check": "ALTER TABLE task ADD COLUMN c TEXT CHECK (length(c) < 3)",
    "a table that replaces": "CREATE TABLE r (a TEXT UNIQUE ON CONFLICT REPLACE)",
    "a table that deletes": "CREATE TABLE r (a TEXT REFERENCES task (id) ON DELETE CASCADE)",
}
HIDDEN = {  # of an entry in the schema: what its text is changed to, behind SQLite's back
    "rows that are ignored": ("request_sha TEXT NOT NULL", "request_sha TEXT NOT NULL ON CONFLICT IGNORE"),
    "a column that computes": ("spec_json TEXT NOT NULL", "spec_json TEXT AS (lower(id)/**/)"),
    "a view behind a comment": ("CREATE TABLE sweep", "CREATE/**/VIEW sweep AS SELECT 1 /*"),
}


@pytest.mark.parametrize("kind", [*RUNS, *HIDDEN])
def test_nothing_in_a_strangers_ledger_runs(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "ledger.db", tmp_path / "other.db"
    with contextlib.closing(Ledger(path)) as ledger:
        own_id = a_task(ledger, "submitted")
    with contextlib.closing(sqlite3.connect(path)) as db:
        if kind in RUNS:
            db.execute(RUNS[kind])
        else:
            db.execute("PRAGMA writable_schema=ON")
            db.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?)", HIDDEN[kind])
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    for door in (
        lambda: Ledger(path),
        lambda: Ledger(f"sqlite:///{path}"),
        lambda: copy(path, other),
        lambda: backup(path, other),
        lambda: check(path),
    ):
        with pytest.raises(LedgerError, match=r"runs by itself|malformed") as caught:
            door()
        assert f"ledger salvage {path}" in caught.value.hint
    assert path.read_bytes() == before
    assert not other.exists()
    assert salvage(path, other).tables["task"].rows == 1
    with contextlib.closing(Ledger(other)) as saved:
        entry = saved.entry(own_id)
        assert entry is not None
        assert check(other).faults == ()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE cookies (host TEXT)")
    with pytest.raises(LedgerError, match="database of another program"):
        Ledger(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("cookies",)]


VERSIONS = ["", "four", "4.0", "-1", "4; DROP", "９", "1" * 30, " 4", "0x4", "1e3"]


def test_a_damaged_schema_version_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with contextlib.closing(Ledger(path)) as ledger:
        a_task(ledger, "submitted")
    for said in VERSIONS:
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (said,))
        with pytest.raises(LedgerError, match="schema_version is") as caught:
            Ledger(path)
        assert "ledger salvage" in caught.value.hint
    assert salvage(path, tmp_path / "saved.db").tables["task"].rows == 1
    Ledger(tmp_path / "saved.db").close()


# ---- D6: names of folders are no URLs ----------------------------------------------------------------

FOLDERS = [
    "a b",
    "a%20b",
    "a+b",
    "a?b",
    "a#b",
    "a",
    "%2e%2e",
    "%2F",
    "日本",
    "a:b",
    "a@b",
    "sqlite:",
    "file:x",
]
FOLDERS += ["a;b", "a&mode=memory", "[a]", "'a'", '"a"', "a?journal=delete", ":memory:"]


def test_each_folder_has_its_own_ledger(tmp_path: Path, sandbox: Sandbox) -> None:
    for name in FOLDERS:
        with Session(sandbox=sandbox, data_dir=tmp_path / name) as session:
            assert session.desk.open(warn=False).ledger.find("") == [], name
            a_task(session.desk.tracker.ledger, "rejected")
        assert (tmp_path / name / "ledger.db").is_file(), name
    assert sorted(os.listdir(tmp_path)) == sorted(FOLDERS)
    for name in FOLDERS:
        assert check(tmp_path / name / "ledger.db").rows["task"] == 1
        assert check(f"sqlite:///{quote(str(tmp_path / name / 'ledger.db'))}").rows["task"] == 1
        assert backup(tmp_path / name / "ledger.db", tmp_path / name / "b?%20.db").rows["task"] == 1
        assert salvage(tmp_path / name / "ledger.db", tmp_path / name / "s#%2f.db").whole
    for strange in ("mode=memory", "uri=true", "vfs=x", "cache=shared", "immutable=1", "nolock=1"):
        with pytest.raises(MJError, match="has the option"):
            Ledger(f"sqlite:///{tmp_path}/l.db?{strange}")


@pytest.mark.parametrize("said", [-8.0, -1e9, -1e308, -math.inf, -0.0, None, math.inf, 1e308])
def test_no_row_gives_an_owner_more_than_an_empty_ledger(
    sandbox: Sandbox, tmp_path: Path, said: float | None
) -> None:
    how = {"sandbox": sandbox, "data_dir": tmp_path, "owner": "ada", "max_credits": 8}
    with Session(**how) as session:
        a_task(session.desk.open(warn=False).ledger, "submitted")
        session.imagine("a fox")
        account = session.tracker.account
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.db")) as ledger, ledger:
        row = "UPDATE task SET credits = ?, owner = 'ada', account = ?"
        assert ledger.execute(row, (said, account)).rowcount == 2
    with Session(**how) as session:
        assert session.spent >= 0
        for number in range(2):
            with contextlib.suppress(BudgetExceeded):
                session.imagine(f"an owl {number}")
    assert sandbox.account.submits <= 2

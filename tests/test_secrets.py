"""Keys and passwords: found where they must be sent, and nowhere else."""

from __future__ import annotations

import copy
import gc
import io
import json
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import walk_tb
from typing import Any

import pytest
from canaries import (
    CANARIES,
    KEY,
    LEDGER,
    WEBHOOK,
    behind,
    caught,
    found_in,
    shown_by_ipython,
    shown_by_rich,
    told_by,
)
from faulty import (
    CREDIT,
    GENERATE,
    RECORD,
    TASK_ID,
    Answer,
    Drop,
    Faulty,
    Scripted,
    envelope,
    page,
    record,
    redirect,
    taken,
)
from kernels import Notebook, text_of
from PIL import Image

from mjnb.client import Client
from mjnb.config import found, settings
from mjnb.hidden import Secret, forget, hidden, without_keys
from mjnb.loop import the_loop
from mjnb.metrics import workers
from mjnb.params import Generate
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session

CLOSED_PORT = "http://127.0.0.1:1"
HOUSE = Path(__file__).parent.parent


def clean(text: str) -> bool:
    """Return whether none of the canaries is in a text."""
    return not any(one in text for one in CANARIES)


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG")
    return out.getvalue()


# ---- the text that hides itself ----


def test_a_secret_shows_in_no_listing_and_is_a_text_all_the_same() -> None:
    key = Secret(KEY)
    assert (key, key.encode(), f"Bearer {key}") == (KEY, KEY.encode(), f"Bearer {KEY}")
    assert clean(f"{key!r} {[key]} { ({'key': key}) } {key[:80]!r}")
    assert copy.copy(key) is key
    assert copy.deepcopy({"key": key})["key"] is key
    assert hidden(None) is None
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps({"key": key})


def test_settings_are_not_pickled_with_a_key() -> None:
    for said in ({"api_key": KEY}, {"webhook_key": WEBHOOK}, {"ledger": LEDGER}):
        with pytest.raises(TypeError, match="not pickled"):
            pickle.dumps(settings(**said, base_url="kie" if "api_key" in said else "sandbox", environ={}))


def test_an_error_forgets_what_it_came_through() -> None:
    def fails(word: str) -> None:
        try:
            raise KeyError(word)
        except KeyError as inner:
            raise OSError("told") from inner

    with pytest.raises(OSError, match="told") as caught_here:
        fails(KEY)
    error = caught_here.value
    held = "".join(repr(frame.f_locals) for one in behind(error) for frame, _ in walk_tb(one.__traceback__))
    assert KEY in held  # or the next line shows nothing
    assert [list(walk_tb(one.__traceback__)) for one in behind(forget(error))] == [[]]


# ---- objects ----


@pytest.fixture
def held(faulty: Faulty, tmp_path: Path) -> Iterator[Session]:
    """A session with every key, at a server that takes a task and never ends it."""
    faulty.script(GENERATE, taken())
    faulty.script(RECORD, record())
    faulty.script(CREDIT, envelope(5.0))
    with Session(
        base_url=faulty.url, api_key=KEY, webhook_key=WEBHOOK, data_dir=tmp_path / "data"
    ) as session:
        session.callbacks(port=0)
        yield session


LIBRARIES = ("mjnb", "httpx", "httpcore", "h11", "sqlalchemy")


def everything() -> Iterator[Any]:
    """Yield every living object that mjnb, or a library that sends its keys, has made."""
    for one in gc.get_objects():
        if str(type(one).__module__).partition(".")[0] in LIBRARIES:
            yield one


def test_no_object_shows_a_key(held: Session) -> None:
    held.imagine("a red fox")
    assert held.credits() == 5.0
    shown = {}
    for one in everything():
        own = type(one).__module__.startswith("mjnb") and hasattr(one, "__dict__")
        told = f"{one!r} {vars(one)!r}" if own else repr(one)
        shown[type(one)] = shown.get(type(one), True) and clean(told)
    assert {"mjnb", "httpx", "sqlalchemy"} <= {kind.__module__.partition(".")[0] for kind in shown}
    assert [kind for kind, is_clean in shown.items() if not is_clean] == []


def test_no_object_is_pickled_with_a_key(held: Session) -> None:
    held.imagine("a red fox")
    pickled = 0
    for one in everything():
        if type(one).__module__.startswith("mjnb") and not isinstance(one, type):
            try:
                content = pickle.dumps(one)
            except Exception as refused:
                content = repr(refused).encode()
            else:
                pickled += 1
            assert clean(content.decode("latin-1")), type(one)
    assert pickled


# ---- errors ----


def failing(name: str, faulty: Faulty, folder: Path) -> Callable[[], object]:
    """Return work that fails in some way, with keys in the hands of mjnb."""
    deeds: dict[str, Scripted] = {
        "the connection breaks": Drop(),
        "a page": page(502),
        "the key is refused": envelope(code=401, msg="You do not have access permissions"),
        "no JSON": Answer(200, b"\x1f\x8b" + KEY[:3].encode(), {"Content-Encoding": "gzip"}),
        "sent elsewhere": redirect("http://127.0.0.2:1/"),
    }
    common: dict[str, Any] = {"api_key": KEY, "webhook_key": WEBHOOK, "data_dir": folder}
    at = {"base_url": faulty.url, **common}
    if name in deeds:
        faulty.script(GENERATE, deeds[name])
        return lambda: _in_session(at, lambda session: session.imagine("a fox"))
    return {
        "nobody listens": lambda: _in_session(
            {"base_url": CLOSED_PORT, **common}, lambda session: session.imagine("a fox")
        ),
        "a closed client": lambda: _after_close(faulty),
        "a bad address": lambda: Client("http://[", KEY),
        "a bad speed": lambda: Session(speed="quick", ledger=LEDGER, **at),
        "a bad key": lambda: Session(api_key=KEY + "\u2026"),
        "a bad preset": lambda: Session(base_url="kei", api_key=KEY),
        "a ledger that is away": lambda: _in_session(
            {"ledger": LEDGER, **at}, lambda session: session.tasks()
        ),
        "a ledger of no kind": lambda: _in_session(
            {"ledger": LEDGER.replace("postgresql", "mysql"), **at}, lambda session: session.tasks()
        ),
        "a bad public address": lambda: _in_session(
            at, lambda session: session.callbacks("ftp://example.com", port=0)
        ),
        "an upload": lambda: _in_session(at, lambda session: session.imagine("x", file_urls=png())),
    }[name]


FAILING = (
    "the connection breaks",
    "a page",
    "the key is refused",
    "no JSON",
    "sent elsewhere",
    "nobody listens",
    "a closed client",
    "a bad address",
    "a bad speed",
    "a bad key",
    "a bad preset",
    "a ledger that is away",
    "a ledger of no kind",
    "a bad public address",
    "an upload",
)


def _in_session(said: dict[str, Any], work: Callable[[Session], object]) -> None:
    with Session(**said) as session:
        work(session)


def _after_close(faulty: Faulty) -> None:
    async def work() -> None:
        client = Client(faulty.url, KEY)
        await client.close()
        await client.submit(Generate(task_type="mj_txt2img", prompt="x", speed="fast"))

    the_loop().run(work())


@pytest.mark.parametrize("name", FAILING)
def test_no_error_shows_a_key(name: str, faulty: Faulty, tmp_path: Path) -> None:
    error = caught(failing(name, faulty, tmp_path / "data"))
    assert clean(told_by(error))
    assert clean(shown_by_ipython(error))
    assert clean(shown_by_rich(error))


@pytest.mark.parametrize("variable", ["MJNB_TIME_SCALE", "MJNB_API_KEY", "MJNB_SPEED"])
def test_no_error_shows_the_environment(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"MJNB_WEBHOOK_KEY": WEBHOOK, "MJNB_LEDGER": LEDGER, "KIE_API_KEY": KEY}.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv(variable, f"{KEY}\u2026" if variable == "MJNB_API_KEY" else "none")
    for work in (settings, found, Session):
        error = caught(work)
        assert clean(told_by(error) + shown_by_ipython(error) + shown_by_rich(error))


FAILS = """
import pytest
from mjnb.sessions import Session

@pytest.mark.parametrize("said", [{"base_url": %(away)r}, {"base_url": "kei"}, {"speed": "quick"}])
def test_it(said):
    with Session(**said) as session:
        session.imagine("a fox")
"""


def test_pytests_own_listing_of_variables_shows_no_key(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FAILS % {"away": CLOSED_PORT})
    environ = {**os.environ, "MJNB_API_KEY": KEY, "MJNB_WEBHOOK_KEY": WEBHOOK, "MJNB_DATA_DIR": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-l",
        "-vv",
        "--tb=long",
        "-p",
        "no:cacheprovider",
        "test_it.py",
    ]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True)
    assert "3 failed" in done.stdout
    assert clean(done.stdout + done.stderr)


# ---- where it is sent ----


def test_the_key_is_sent_to_the_service_and_its_upload_host_and_nowhere_else(faulty: Faulty) -> None:
    with Faulty() as uploads, Faulty() as media, Faulty() as other:
        faulty.script(GENERATE, taken())
        faulty.script(CREDIT, envelope(1.0))
        faulty.script("/moved", redirect(f"{other.url}/caught"))
        faulty.script(RECORD, record(1, [f"{media.url}/1.png"]))
        uploads.script("upload", envelope({"downloadUrl": "https://example.com/1.png"}))
        media.script("/1.png", redirect(f"{other.url}/1.png"))
        other.script("/1.png", Answer(200, png()))
        other.script("/caught", envelope(1.0))

        async def work() -> None:
            client = Client(faulty.url, KEY, upload_url=uploads.url)
            await client.submit(Generate(task_type="mj_txt2img", prompt="x", speed="fast"))
            await client.record(TASK_ID)
            await client.credits()
            await client.upload(png(), "a.png", "image/png")
            assert await client.download(f"{media.url}/1.png") == png()
            for address in (
                "/moved",
                f"{other.url}/caught",
                f"{faulty.url.replace('127.0.0.1', 'localhost')}/x",
            ):
                await client._lines.api.get(address)
            await client.close()

        the_loop().run(work())
        assert [one.path for one in other.seen] == ["/1.png", "/caught"]
        sent = {
            name: [KEY in str(one.headers) + str(one.query) + one.path + str(one.body) for one in server.seen]
            for name, server in {"api": faulty, "up": uploads, "media": media, "other": other}.items()
        }
    assert sent == {"api": [True] * 4 + [False], "up": [True], "media": [False], "other": [False] * 2}


def test_a_process_that_measures_gets_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"MJNB_API_KEY": KEY, "KIE_API_KEY": KEY, "MJNB_LEDGER": LEDGER}.items():
        monkeypatch.setenv(name, text)
    worker = workers._Worker(tmp_path, ["no.png"])
    try:
        assert worker.next() is not None  # it runs
        environ = Path(f"/proc/{worker._process.pid}/environ").read_bytes()
    finally:
        worker.end()
    assert b"PATH=" in environ
    assert clean(environ.decode())
    assert without_keys({"MJNB_X": "1", "A": "2"}) == {"A": "2"}


# ---- logs, files, notebooks ----


def test_no_log_has_a_key(held: Session, caplog: pytest.LogCaptureFixture) -> None:
    loud = ("httpx", "httpcore", "sqlalchemy", "sqlalchemy.engine", "asyncio", "h11", "hpack", "PIL")
    before = {name: logging.getLogger(name).level for name in loud}
    try:
        for name in loud:
            caplog.set_level(logging.DEBUG, name)
        caplog.set_level(logging.DEBUG)
        held.imagine("a red fox", file_urls="https://example.com/1.png")
        assert held.credits() == 5.0
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    assert "httpcore" in {one.name.partition(".")[0] for one in caplog.records}
    assert clean(caplog.text + "".join(repr(one.__dict__) for one in caplog.records))


SCRIPT = """
import faulthandler, logging, sys
logging.basicConfig(level=logging.DEBUG)
logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
import mjnb as mj
session = mj.Session()
task = session.imagine("a red fox", wait=True)
session.callbacks(port=0)
sweep = session.sweep("a cat", stylization=[0, 500])
sweep.run()
sweep.save("kept")
sweep.export("kept.html") if hasattr(sweep, "export") else None
print(repr(session), repr(vars(session.desk)), session.tasks(), task, sweep)
faulthandler.dump_traceback(all_threads=True)
raise RuntimeError("an end that nobody expected")
"""


def test_a_script_leaves_no_key_in_files_logs_or_its_crash(tmp_path: Path) -> None:
    with Sandbox(key=KEY, time_scale=300, long_side=64) as server:
        keys = {"MJNB_API_KEY": KEY, "MJNB_WEBHOOK_KEY": WEBHOOK, "PYTHONASYNCIODEBUG": "1"}
        environ = {**os.environ, **keys, "MJNB_BASE_URL": server.url, "MJNB_TIME_SCALE": "300"}
        command = [sys.executable, "-X", "faulthandler", "-c", SCRIPT]
        done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert "RuntimeError: an end that nobody expected" in done.stderr, done.stderr[-2000:]
    assert "DEBUG:httpcore" in done.stderr
    assert clean(done.stdout + done.stderr)
    names = {path.name for path in tmp_path.rglob("*")}
    assert {"ledger.db", "mjnb-data", "kept"} <= names
    assert found_in(tmp_path) == []


CELLS = [
    "%load_ext mjnb\n%xmode Verbose\nimport mjnb as mj",
    "fox = %mj a red fox\nfox.wait()\nfox",
    "%mj config",
    "%config MJ",
    "mj.panel()",
    "mj.tasks()",
    "mj.sweep('a cat', stylization=[0, 500]).run()",
    "mj.Session(speed='quick')",
    "%mj config key ask me",
    "mj.imagine('a fox', file_urls=5)",
    "from ipywidgets.widgets import widget as w\n"
    "states = [one.get_state() for one in w._instances.values()]\nprint(len(states), 'widgets:', states)",
    "import rich.traceback; rich.traceback.install(show_locals=True)\nmj.default_session = 1/0",
    "from mjnb.sessions.default import default_session as s\ns().tracker.client",
    "vars(s().desk), s().settings, s().tracker.__dict__",
    "s().settings.key, s().settings.webhook_key, {**vars(s().settings)}",
]


PANEL_STATE = next(place for place, cell in enumerate(CELLS) if "get_state" in cell)


def test_a_notebook_and_its_page_have_no_key(tmp_path: Path) -> None:
    from nbconvert import HTMLExporter

    with Sandbox(key=KEY, time_scale=300, long_side=64) as server:
        where = {"MJNB_BASE_URL": server.url, "MJNB_API_KEY": KEY, "MJNB_WEBHOOK_KEY": WEBHOOK}
        with Notebook(tmp_path, **where, MJNB_TIME_SCALE="300") as notebook:
            kinds = [{one["output_type"] for one in notebook.run(cell)} for cell in CELLS]
            book = notebook.book
    assert "error" in kinds[7]
    saved = json.dumps(book)
    assert "<hidden>" in saved
    assert clean(saved)
    assert int(text_of(book.cells[PANEL_STATE].outputs).partition(" widgets")[0]) > 4  # the panel was there
    page_, _ = HTMLExporter().from_notebook_node(book)
    assert clean(page_)
    assert found_in(tmp_path) == []

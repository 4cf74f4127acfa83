"""The Jupyter Server extension: a real server, a real kernel of it, and callers from outside."""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from callers import KEY, end, flood, middle, send, signed
from faulty import GENERATE, RECORD, TASK_ID, Drop, Faulty, Seen, record, taken, until
from jupyters import SHIPPED, TOKEN, Jupyter, Kernel, own_environment

from mjnb.hooks import Door, RuntimeFolder

HOUSE = Path(__file__).parent.parent
SETUP = """
import json, os
import mjnb as mj
from mjnb.tracking import polling
polling.SAFETY_NET = 3600.0  # a safety net too slow for any test
session = mj.use(mj.Session(base_url={url!r}, api_key="k", data_dir={folder!r}, webhook_key={key!r}))
session.callbacks()
"""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """One server for all that does not end it."""
    with Jupyter(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="module")
def kernel(jupyter: Jupyter) -> Iterator[Kernel]:
    found = jupyter.kernel()
    yield found
    found.close()


class Notebook:
    """A notebook with a session, and the service that it works with."""

    def __init__(self, kernel: Kernel, faulty: Faulty, folder: Path, key: str = KEY) -> None:
        self.kernel, self.faulty = kernel, faulty
        self.done = False
        faulty.script(GENERATE, taken())
        faulty.script(RECORD, self.record)
        self.shown = kernel.run(SETUP.format(url=faulty.url, folder=str(folder / "data"), key=key))

    def record(self, asked: Seen) -> Any:
        known = {"taskId": asked.query["taskId"][0], "paramJson": self.sent}
        return record(1, [f"{self.faulty.url}/one.png"], **known) if self.done else record(0, **known)

    @property
    def sent(self) -> str:
        return next(one.body.decode() for one in reversed(self.faulty.seen) if one.path == GENERATE)

    @property
    def callback_url(self) -> str:
        return str(json.loads(self.sent)["callBackUrl"])

    @property
    def counts(self) -> str:
        return self.kernel.run("print(session.callbacks().counts)")

    def imagine(self) -> str:
        """Make a task and return its callback URL."""
        self.kernel.run("task = mj.imagine('a red fox')")
        return self.callback_url

    def state(self) -> str:
        return self.kernel.run("print(task.state)")


@pytest.fixture
def notebook(kernel: Kernel, faulty: Faulty, tmp_path: Path) -> Iterator[Notebook]:
    yield Notebook(kernel, faulty, tmp_path)
    kernel.run("session.close()")


# ---- the whole way ----


def test_a_callback_through_the_jupyter_server_settles_a_task(notebook: Notebook, jupyter: Jupyter) -> None:
    assert notebook.shown.endswith("/user/jo/mjnb/hook/… through the Jupyter server, signed: none so far")
    url = notebook.imagine()
    assert urlsplit(url).port == urlsplit(jupyter.url).port
    notebook.done = True
    assert send(url, end(), signed()).status == 200
    assert notebook.kernel.run("print(task.wait(300).state)") == "succeeded"
    assert notebook.faulty.count(RECORD) == 1
    assert notebook.counts == "1 taken"


def test_a_callback_that_lies_changes_nothing(notebook: Notebook) -> None:
    url = notebook.imagine()
    assert send(url, end(TASK_ID, f"{notebook.faulty.url}/evil.jpeg"), signed()).status == 200
    until(lambda: notebook.state() == "generating")
    assert notebook.kernel.run("print(task.images)") == "[]"
    assert notebook.faulty.count("/evil.jpeg") == 0


def test_a_lost_answer_is_found_again_through_the_jupyter_server(notebook: Notebook) -> None:
    notebook.faulty.script(GENERATE, Drop())
    lose = "try:\n    mj.imagine('a red fox')\nexcept mj.errors.AnswerLost:\n    print('lost')"
    assert notebook.kernel.run(lose) == "lost"
    notebook.done = True
    assert send(notebook.callback_url, end(), signed()).status == 200
    notebook.kernel.run("task = session.task(mj.tasks()['id'][0])")
    until(lambda: notebook.state() != "unknown")
    assert notebook.kernel.run("print(task.wait(300).task_id, mj.tasks().height)") == f"{TASK_ID} 1"


def test_news_and_repetitions_are_counted(notebook: Notebook) -> None:
    url = notebook.imagine()
    for body, age in ((middle(), 60), (middle(), 50), (end(), 40), (end(), 30), (end(), 20)):
        assert send(url, body, signed(at=time.time() - age)).status == 200
    assert send(url.replace("?n=", "?n=x"), end(), signed()).status == 200
    until(lambda: notebook.counts == "6 taken, 2 intermediate, 2 duplicates, 1 unknown")


# ---- what is refused ----

REFUSED: dict[str, tuple[int, str, dict[str, Any]]] = {
    "forged": (404, "1 forged", {"body": end(), "headers": signed(key="another")}),
    "late": (404, "1 late", {"body": end(), "headers": signed(at=time.time() - 400)}),
    "no signature": (404, "1 unsigned", {"body": end()}),
    "the server's token in place of one": (
        404,
        "1 unsigned",
        {"body": end(), "headers": {"Authorization": f"token {TOKEN}"}},
    ),
    "not JSON": (404, "1 unreadable", {"body": b"{", "headers": signed()}),
    "oversized": (413, "1 oversized", {"body": b" " * 70_000, "headers": signed()}),
    "oversized in pieces": (413, "1 oversized", {"body": iter([b" " * 10_000] * 8), "headers": signed()}),
    "GET": (404, "1 misdirected", {"headers": signed(), "method": "GET"}),
    "PUT": (404, "1 misdirected", {"body": end(), "headers": signed(), "method": "PUT"}),
    "OPTIONS": (404, "1 misdirected", {"headers": {"Origin": "https://evil.example"}, "method": "OPTIONS"}),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_counted_in_the_notebook(
    notebook: Notebook, case: tuple[int, str, dict[str, Any]]
) -> None:
    status, counted, request = case
    answer = send(notebook.imagine(), **request)
    assert (answer.status, answer[2]) == (status, b"")
    until(lambda: notebook.counts == counted)
    assert notebook.faulty.count(RECORD) == 0


def test_a_body_without_end_is_cut_off(notebook: Notebook) -> None:
    url = notebook.imagine()
    for where in (url, url.replace("?n=", "x?n=")):
        with contextlib.suppress(ConnectionError):
            assert send(where, iter([b" " * 65_536] * 2000), signed()).status in (404, 413)
    assert send(url, end(), signed()).status == 200
    until(lambda: notebook.counts == "1 taken, 1 oversized")


def test_a_replay_is_refused(notebook: Notebook) -> None:
    url, headers = notebook.imagine(), signed()
    assert [send(url, end(), headers).status for _ in range(3)] == [200, 404, 404]
    until(lambda: notebook.counts == "1 taken, 2 replayed")


def test_another_address_is_answered_as_a_forgery_is(notebook: Notebook) -> None:
    url = notebook.imagine()
    forged = send(url, end(), signed(key="another"))
    there = urlsplit(url).path.rpartition("/")[2]
    elsewhere = send(url.replace(there, "x" * len(there)), end(), signed())
    dated = {"date": forged.headers["date"]}
    assert (elsewhere.status, elsewhere.headers | dated, elsewhere[2]) == forged


def test_nothing_else_of_the_server_is_opened(notebook: Notebook, jupyter: Jupyter) -> None:
    url = notebook.imagine()
    origin = {"Origin": "https://evil.example", **signed()}
    answer = send(url, end(), origin)
    assert answer.status == 200
    assert not {"set-cookie", "access-control-allow-origin"} & answer.headers.keys()
    contents = f"{jupyter.url}api/contents"
    assert send(contents, {}, signed()).status == 403
    cookie = (
        send(f"{jupyter.url}api/status?token={TOKEN}", method="GET").headers["set-cookie"].partition(";")[0]
    )
    assert send(f"{jupyter.url}api/status", headers={"Cookie": cookie}, method="GET").status == 200
    assert send(contents, {"type": "file"}, {"Cookie": cookie}).status == 403  # XSRF is still checked there
    assert jupyter.ask("POST", "api/contents", {"type": "file"}).status == 201


def test_nothing_secret_is_logged(notebook: Notebook, jupyter: Jupyter) -> None:
    url = notebook.imagine()
    marked = {**end(), "msg": "a-word-of-the-body"}
    send(url, marked, signed())
    send(url, marked, signed(key="another"))
    send(url, b"a-word-of-the-body", signed())
    send(url, b" " * 70_000, signed())
    parts = urlsplit(url)
    secrets = [parts.path.rpartition("/")[2], parts.query, KEY, "a-word-of-the-body"]
    assert [one for one in secrets if one in jupyter.log] == []
    assert "mjnb takes callbacks" in jupyter.log


def test_what_session_and_server_share_is_for_their_user_only(notebook: Notebook, jupyter: Jupyter) -> None:
    folder = jupyter.runtime / "mjnb"
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert sorted(path.name.partition("-")[0] for path in files) == ["server", "session"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    secret = urlsplit(notebook.imagine()).path.rpartition("/")[2]
    assert not any(secret in path.name or secret in path.read_text() for path in files)


def test_a_door_opens_for_its_token_only(notebook: Notebook, jupyter: Jupyter) -> None:
    import socket

    secret = urlsplit(notebook.imagine()).path.rpartition("/")[2]
    door = RuntimeFolder(jupyter.runtime).door(secret)
    assert door is not None
    hint = {
        "task_id": TASK_ID,
        "nonce": urlsplit(notebook.callback_url).query.partition("=")[2],
        "terminal": True,
    }
    counts = {"taken": 99}
    for line in (
        b"",
        b"\n",
        b"{}\n",
        b"[" * 9000,
        json.dumps({"token": "x", "hint": hint, "counts": counts}).encode(),
    ):
        with socket.create_connection(("127.0.0.1", door.port), timeout=300) as connection:
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)
    assert notebook.counts == "none so far"
    assert notebook.faulty.count(RECORD) == 0


# ---- beginnings and ends ----


def test_a_closed_session_takes_no_callbacks(notebook: Notebook, jupyter: Jupyter) -> None:
    url = notebook.imagine()
    notebook.kernel.run("session.callbacks().close()")
    assert send(url, end(), signed()).status == 404
    assert not list((jupyter.runtime / "mjnb").glob("session-*"))


def test_what_a_killed_kernel_left_is_cleared_away(jupyter: Jupyter, faulty: Faulty, tmp_path: Path) -> None:
    doomed = jupyter.kernel()
    left = Notebook(doomed, faulty, tmp_path)
    url = left.imagine()
    pid = int(doomed.run("print(os.getpid())"))
    doomed.close()
    subprocess.run(["kill", "-9", str(pid)], check=True)
    ages = itertools.count()  # a signature is good once
    until(lambda: send(url, end(), signed(at=time.time() - 5 * next(ages))).status == 404)
    secret = urlsplit(url).path.rpartition("/")[2]
    assert RuntimeFolder(jupyter.runtime).door(secret) is None


def test_what_dead_sessions_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    import socket

    folder = RuntimeFolder(tmp_path)
    folder.announce()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        alive = Door(listening.getsockname()[1], "t")
        gone = Door(1, "t", "k")
        folder.register("gone", gone)
        folder.register("alive", alive)
        folder.register("new", alive)
    assert [folder.door(name) for name in ("gone", "alive", "new")] == [None, alive, alive]
    folder.strike("new")
    assert folder.door("new") is None


def test_a_file_that_cannot_be_read_is_no_door(tmp_path: Path) -> None:
    folder = RuntimeFolder(tmp_path)
    folder.announce()
    folder.register("x", Door(1, "t"))
    (path,) = (tmp_path / "mjnb").glob("session-*")
    for text in ("", "{", "[]", '{"port": 1}', '{"port": 1, "token": "t", "more": 2}'):
        path.write_text(text)
        assert folder.door("x") is None


def test_without_a_key_the_address_alone_protects(kernel: Kernel, faulty: Faulty, tmp_path: Path) -> None:
    unsigned = Notebook(kernel, faulty, tmp_path, key="")
    assert unsigned.shown.endswith("not signed: none so far")
    url = unsigned.imagine()
    unsigned.done = True
    assert send(url, end()).status == 200
    assert kernel.run("print(task.wait(300).state)") == "succeeded"
    kernel.run("session.close()")


ADDRESSES = """
os.environ.pop("JUPYTERHUB_PUBLIC_URL", None)
far = mj.Session(base_url="https://api.example.org", api_key="k", data_dir="far")
try:
    far.callbacks()
except mj.errors.ConfigError as error:
    print(error)
print(far.callbacks("https://hub.example.org/user/jo/lab/tree/a.ipynb").url("n"))
far.callbacks().close()
os.environ["JUPYTERHUB_PUBLIC_URL"] = "https://jo.example.org/user/jo/"
print(far.callbacks().url("n"))
far.close()
del os.environ["JUPYTERHUB_PUBLIC_URL"]
"""


def test_the_public_address_is_said_by_the_user_or_the_hub(notebook: Notebook) -> None:
    refused, hint, given, told = notebook.kernel.run(ADDRESSES).splitlines()
    assert refused == "the service cannot reach localhost"
    assert "https://<this machine as the internet knows it>/user/jo/" in hint
    assert given.startswith("https://hub.example.org/user/jo/mjnb/hook/")
    assert told.startswith("https://jo.example.org/user/jo/mjnb/hook/")


def test_a_named_port_is_its_own_also_in_a_notebook(notebook: Notebook) -> None:
    assert "through a port of its own" in notebook.kernel.run("session.callbacks(port=0)")
    url = notebook.imagine()
    notebook.done = True
    assert send(url, end(), signed()).status == 200
    assert notebook.kernel.run("print(task.wait(300).state)") == "succeeded"


# ---- floods ----


def test_a_flood_leaves_server_and_notebook_usable(notebook: Notebook, jupyter: Jupyter) -> None:
    url = notebook.imagine()
    answers: list[Any] = []
    attack = threading.Thread(target=lambda: answers.append(flood(url, end())))
    attack.start()
    cells = [notebook.kernel.run(f"print({number} + 1, task.state)") for number in range(5)]
    status = jupyter.ask("GET", "api/status").status
    notebook.done = True
    good = send(url, end(), signed()).status
    settled = notebook.kernel.run("print(task.wait(300).state)")
    attack.join()
    assert cells == [f"{number + 1} submitted" for number in range(5)]
    assert (status, good, settled) == (200, 200, "succeeded")
    assert answers == [{404: 3000}]
    until(lambda: notebook.counts == "1 taken, 3000 forged")


# ---- installing ----


def test_installing_places_the_file_that_enables_it() -> None:
    hatch = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["hatch"]
    ((shipped, place),) = hatch["build"]["targets"]["wheel"]["shared-data"].items()
    assert place == "etc/jupyter/jupyter_server_config.d/mjnb.json"  # below sys.prefix
    assert HOUSE / shipped == SHIPPED / "jupyter_server_config.d" / "mjnb.json"
    assert json.loads((HOUSE / shipped).read_text()) == {"ServerApp": {"jpserver_extensions": {"mjnb": True}}}


def test_where_no_file_is_placed_one_command_enables_it(faulty: Faulty, tmp_path: Path) -> None:
    """That is: in an editable installation."""
    folder = tmp_path / "jupyter"
    enable = [sys.executable, "-m", "mjnb.server", "--user"]
    subprocess.run(enable, env=own_environment(folder), check=True)
    with Jupyter(folder, enabled=False) as server:
        found = server.kernel()
        assert "through the Jupyter server" in Notebook(found, faulty, tmp_path).shown
        found.close()


def test_without_the_extension_callbacks_come_to_a_port_of_their_own(
    notebook: Notebook, jupyter: Jupyter
) -> None:
    (announced,) = (jupyter.runtime / "mjnb").glob("server-*")
    announced.unlink()
    notebook.kernel.run("session.callbacks().close()")
    assert "through a port of its own" in notebook.kernel.run("session.callbacks()")
    announced.touch(mode=0o600)


def test_the_extension_loads_nothing_of_the_laboratory() -> None:
    script = "import sys, mjnb.server; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "jupyter_server" in loaded
    assert not loaded & {
        "polars",
        "matplotlib",
        "sqlalchemy",
        "httpx",
        "numpy",
        "PIL",
        "starlette",
        "uvicorn",
    }
    assert not {"mjnb.ledger", "mjnb.params", "mjnb.sessions"} & set(done.stdout.split())

"""Nothing is printed of what is no error: scripts that end while tasks run, callers that leave a sandbox."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

# Each end is that of a process of its own, forked from one that has imported everything and started nothing.
ENDS = {
    "the last line": "",
    "sys.exit": "sys.exit(0)",
    "another exit code": "raise SystemExit(3)",
    "an error": "1 / 0",
    "a with block": "with session: pass",
    "a with block left by an error": "with session: 1 / 0",
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)",
    "os._exit": "os._exit(0)",
    "a thread that nobody joins": "threading.Thread(target=tasks[0].wait).start()",
    "a thread that sends and waits on": "threading.Thread(target=lambda: send().wait()).start()",
    "a daemon thread that waits": "threading.Thread(target=tasks[0].wait, daemon=True).start()",
    "a daemon thread that sends on": "threading.Thread(target=send_on, daemon=True).start(); time.sleep(0.2)",
    "asyncio.run that gives up": "asyncio.run(give_up(tasks))",
    "after a fork": "os.fork() or os._exit(0)",
    "a child that is forked and ends": "pid = os.fork()\nif pid: os.waitpid(pid, 0)",
    "an interrupted wait": "interrupted(tasks)",
    "a handle that is gone": "tasks.clear(); gc.collect()",
}
CODES = {"another exit code": 3, "an error": 1, "a with block left by an error": 1, "SIGTERM": -15}
SCRIPT = """
import asyncio, gc, json, os, pathlib, signal, sys, threading, time
import anyio, certifi, httpcore, sqlite3, uvicorn
import anyio._backends._asyncio, mjnb.tracking
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session

Sandbox.__init__.__kwdefaults__["long_side"] = 64  # most of a run was drawing

async def give_up(tasks):
    try:
        await asyncio.wait_for(asyncio.gather(*tasks), 0.1)
    except TimeoutError:
        pass

def interrupted(tasks):
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
    try:
        while True:
            tasks[-1].wait()
            time.sleep(0.01)
    except KeyboardInterrupt:
        pass

def send():
    return session.imagine("a fox", speed="turbo")

def send_on():
    while True:
        send()

folder, ends = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
code, running = "", {}
for number, end in enumerate(ends):
    if (pid := os.fork()) == 0:
        os.dup2(os.open(folder / f"{number}.err", os.O_CREAT | os.O_WRONLY), 2)
        session = Session(base_url="sandbox", data_dir=folder / str(number))
        tasks = [send() for _ in range(3)]
        while not any(task.state == "succeeded" for task in tasks):  # its pictures are drawn and fetched
            time.sleep(0.01)
        code = ends[number]
        break
    print(number, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
exec(code)
"""


def test_a_script_that_ends_while_tasks_run_says_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), json.dumps(list(ENDS.values()))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    codes = [int(line.split()[1]) for line in done.stdout.splitlines()]
    assert dict(zip(ENDS, codes, strict=True)) == {**dict.fromkeys(ENDS, 0), **CODES}
    for number, name in enumerate(ENDS):
        said = (tmp_path / f"{number}.err").read_text().splitlines()
        if "error" in name:  # its own, and nothing else
            assert (said[0], said[-1]) == (
                "Traceback (most recent call last):",
                "ZeroDivisionError: division by zero",
            )
            said = said[1:-1]
            assert len(said) <= 5, said
        else:
            assert said == [], name


# ---- callers of the sandbox -------------------------------------------------------------------------

SERVER = """
import sys
from mjnb.sandbox import Sandbox
with Sandbox(time_scale=300, long_side=1200) as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""
KEY = "Host: sandbox\r\nAuthorization: Bearer sandbox\r\n"
SUBMIT = json.dumps({"taskType": "mj_txt2img", "prompt": "a fox", "speed": "turbo"}).encode()
FORM = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nhalf of it'


class Process(NamedTuple):
    """A sandbox of its own process, and where its errors go."""

    process: subprocess.Popen[str]
    port: int
    errors: Path

    def call(self, said: bytes) -> socket.socket:
        """Connect and say something."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        made.sendall(said)
        return made

    def answer(self, said: bytes) -> bytes:
        """Return the body of an answer on a connection of its own."""
        with self.call(said.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)) as made:
            return b"".join(iter(lambda: made.recv(1 << 20), b"")).partition(b"\r\n\r\n")[2]


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\n{KEY}\r\n".encode()


def post(path: str, body: bytes, *, kind: str = "application/json", more: int = 0, head: str = "") -> bytes:
    length = f"Content-Type: {kind}\r\nContent-Length: {len(body) + more}\r\n"
    return f"POST {path} HTTP/1.1\r\n{KEY}{length}{head}\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    return f"POST /api/v1/mj/generate HTTP/1.1\r\n{KEY}Transfer-Encoding: chunked\r\n\r\n".encode() + body


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Process]:
    errors, pipe = tmp_path / "errors", subprocess.PIPE
    with errors.open("w") as file:
        command = [sys.executable, "-c", SERVER]
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=file, text=True) as process:
            assert process.stdout is not None
            yield Process(process, int(process.stdout.readline()), errors)


def left_in_the_middle(task: str) -> dict[str, bytes]:
    """Return what callers said who left then."""
    generate, upload = "/api/v1/mj/generate", "/api/file-stream-upload"
    return {
        "half a line": b"POST /api/v1/mj/gen",
        "half the headers": get("/api/v1/chat/credit")[:-4],
        "half a request": post(generate, SUBMIT[:20], more=60),
        "a request of which only the length came": post(generate, b"", more=60),
        "one that waits to be told to go on": post(generate, b"", more=60, head="Expect: 100-continue\r\n"),
        "an upload that was cut": post(upload, FORM, kind="multipart/form-data; boundary=b", more=500_000),
        "an upload in base64": post("/api/file-base64-upload", b'{"base64Data": "aaaa', more=500_000),
        "half a chunk": chunked(b"10\r\nhalf"),
        "a chunk of no length": chunked(b"zz\r\nhalf"),
        "a whole request": post(generate, SUBMIT),
        "a picture": get(f"/m/{task}_0_0.jpeg"),
        "several on one connection": get(f"/m/{task}_0_1.jpeg") * 4,
        "a kept connection": get("/api/v1/chat/credit"),
        "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "a web socket": get("/").replace(
            b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        ),
        "no host": b"GET / HTTP/1.1\r\n\r\n",
        "a line without end": b"GET /" + b"a" * 200_000,
        "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    }


def closed(caller: socket.socket) -> None:
    caller.close()


def reset(caller: socket.socket) -> None:
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.close()


def half_closed(caller: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the server was faster
        caller.shutdown(socket.SHUT_WR)
        caller.recv(10)
    caller.close()


def test_callers_that_leave_the_sandbox_in_the_middle_leave_no_word(served: Process) -> None:
    task = json.loads(served.answer(post("/api/v1/mj/generate", SUBMIT)))["data"]["taskId"]
    ways: tuple[Callable[[socket.socket], None], ...] = (closed, reset, half_closed)
    for said in left_in_the_middle(task).values():
        for pause in (0.0, 0.05):
            for leave in ways if pause else ways[:2]:
                caller = served.call(said)
                time.sleep(pause)
                leave(caller)
    assert len(served.answer(get(f"/m/{task}_0_3.jpeg"))) > 10_000  # it goes on
    assert served.errors.read_text() == ""


def test_a_caller_that_is_killed_and_a_server_that_ends_leave_no_word(served: Process) -> None:
    task = json.loads(served.answer(post("/api/v1/mj/generate", SUBMIT)))["data"]["taskId"]
    script = "import socket, sys, time; s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
    script += "s.sendall(bytes.fromhex(sys.argv[2])); print(flush=True); time.sleep(60)"
    for said in (post("/api/v1/mj/generate", b"", more=60), get(f"/m/{task}_0_0.jpeg") * 3):
        command = [sys.executable, "-c", script, str(served.port), said.hex()]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as caller:
            assert caller.stdout is not None
            caller.stdout.readline()
            caller.kill()
    with contextlib.ExitStack() as callers:  # all of them still there when it ends
        for said in left_in_the_middle(task).values():
            callers.enter_context(served.call(said))
        served.process.communicate(timeout=60)
    assert (served.process.returncode, served.errors.read_text()) == (0, "")

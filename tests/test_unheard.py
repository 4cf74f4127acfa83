"""A kernel that ends while tasks run: nobody hears of them any more, and they settle all the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import patience
import pytest

# A kernel with real sockets and no front end, which ends the way ipykernel's own `close` begins, while all is
# paid and runs.  `send` and `wake` stand in for what raises then, in turn: the send of versions before 7.3,
# and the instant between the look at the thread and its wake-up.
SCRIPT = """
import errno, json, os, pathlib, sys, threading, time, traceback
from dataclasses import replace
import zmq
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp

out, seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2])
errors = os.dup(2)
app = IPKernelApp.instance()
app.initialize([f"--IPKernelApp.connection_file={out / 'kernel.json'}"])
iopub, shell = app.kernel.iopub_thread, app.shell

from mjnb.kernel import Unheard
from mjnb.magics.batch import Batch
from mjnb.panels.axes import Form
from mjnb.panels.panel import Panel
from mjnb.panels.sweeping import SweepTab
from mjnb.params import Generate
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.widgets import StopButton

server = Sandbox(time_scale=20, latency={"fast": 20_000.0}).__enter__()  # until they are hurried
session = Session(sandbox=server, data_dir=out / "data", ask_above=1000)
told, failed = {}, []

def run(code):
    result = shell.run_cell(code)
    if not result.success:
        failed.append(repr(result.error_before_exec or result.error_in_exec))

START = '''
task = session.imagine("a fox")
task.present()
sweep = session.sweep("a hen --s {0, 100}")
sweep.run(wait=False, yes=True)
cow = lambda name: Generate(task_type="mj_txt2img", prompt=f"a cow {name}", speed="fast")
batch = Batch(session, [cow("one"), cow("two")])
batch.start()
panel = Panel(session)
panel._ipython_display_()
panel.params = {"prompt": "a cat"}
panel.generate()
tab = SweepTab(session, lambda: {"prompt": "a dog", "speed": "fast"})
tab.form = Form.read({"axes": [{"name": "stylization", "text": "0, 100"}]})
tab.refresh()
tab.run()
tab.pay()
button = StopButton(int)
button.show()
'''
where = set()  # the files and threads that met a closed socket
count = 0

def send(self, message, *more, **named):
    try:
        self.socket.send_multipart(message, *more, **named)
    except zmq.ZMQError as error:
        met(error)

def wake(self, do):
    global count
    count += 1
    if count % 2:
        return do()
    try:
        self._event_pipe.send(b"")
    except zmq.ZMQError as error:
        met(error)

def met(error):
    frame = sys._getframe()
    while frame:
        where.add(pathlib.Path(frame.f_code.co_filename).name)
        frame = frame.f_back
    where.add(threading.current_thread().name)
    raise error

def soon(holds):
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(holds())

def settled():
    held = shell.user_ns
    task, sweep, batch, panel, tab = (held[name] for name in ("task", "sweep", "batch", "panel", "tab"))
    said = {}
    for name, wait in (("task", task.wait), ("sweep", sweep.wait), ("batch", batch.wait)):
        try:
            wait(seconds)
            said[name] = "settled"
        except Exception as error:
            said[name] = repr(error)
    said["states"] = sorted({task.state, *(one.state for one in batch), *(one.state for one in sweep.tasks)})
    over = soon(lambda: panel.form.status.endswith(" finished") and "running" not in panel.form.status)
    watched = all(panel.runs._changed in one._watchers for one in panel.tasks)  # none was dropped
    said["panel"] = [over, watched, panel.form.trouble]
    said["tab"] = [soon(lambda: not tab.running), tab.widget.trouble, tab.widget.faults, tab.widget.done]
    button = held["button"]
    ended = threading.Thread(target=button.end)
    ended.start(); ended.join()
    said["button"] = button.button.disabled
    return said

def through(error):
    try:
        with Unheard():
            raise error
    except BaseException as raised:
        return raised is error
    return False

OTHERS = [zmq.ZMQError(zmq.EAGAIN), zmq.ZMQError(zmq.ETERM), OSError(errno.ENOTSOCK, "x"), ValueError("x"),
          KeyboardInterrupt(), SystemExit(1), BrokenPipeError(), zmq.ZMQError(errno.EBADF)]
rooms = (Batch, Form, Generate, Panel, StopButton, SweepTab)
shell.user_ns.update({one.__name__: one for one in rooms}, session=session)
told["while it is there"] = [through(zmq.ZMQError(zmq.ENOTSOCK)), *map(through, OTHERS)]
try:
    run(START)
    assert soon(lambda: len(server.account.tasks) == 8)
    app.reset_io()  # as ipykernel does first: from here on errors are seen
    os.dup2(errors, 2)
    iopub.stop()
    iopub.socket.close()  # versions before 7.2 do it a moment later
    told["over"] = [through(zmq.ZMQError(zmq.ENOTSOCK)), *map(through, OTHERS)]
    IOPubThread._really_send, IOPubThread.schedule = send, wake
    for name, one in server.account.tasks.items():
        server.account.tasks[name] = replace(one, ready=time.time())
    told["settled"] = settled()
    told["where"], told["failed"] = sorted(where), failed
    (out / "told.json").write_text(json.dumps(told))
except BaseException:
    os.write(errors, traceback.format_exc().encode())
finally:
    os._exit(0)  # else ipykernel waits for the sockets of threads that said something after its end
"""
SETTLED = {
    "task": "settled",
    "sweep": "settled",
    "batch": "settled",
    "states": ["succeeded"],
    "panel": [True, True, ""],
    "tab": [True, "", [], 2],
    "button": True,
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """Return what became of everything, and what the kernel's process wrote to its error output."""
    folder = tmp_path_factory.mktemp("unheard")
    command = [sys.executable, "-c", SCRIPT, str(folder), str(patience.SECONDS)]
    with (folder / "errors").open("w") as errors:
        subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=errors, timeout=600, check=False, cwd=folder
        )
    wrote = (folder / "errors").read_text()
    path: Path = folder / "told.json"
    assert path.exists(), wrote
    return json.loads(path.read_text()), wrote


def test_what_nobody_hears_any_more_settles_all_the_same_in_silence(
    said: tuple[dict[str, Any], str],
) -> None:
    told, wrote = said
    assert (told["settled"], told["failed"]) == (SETTLED, [])
    assert {"mjnb-loop", "mjnb-sweep-tab", "live.py", "own.py", "stopping.py"} <= set(told["where"])
    assert [line for line in wrote.splitlines() if "Error" in line or "Traceback" in line] == []


def test_only_a_closed_socket_of_a_kernel_that_is_over_is_passed_over(
    said: tuple[dict[str, Any], str],
) -> None:
    assert said[0]["while it is there"] == [True] * 9
    assert said[0]["over"] == [False] + [True] * 8

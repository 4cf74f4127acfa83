"""The one loop: a wait can end at any moment, the work goes on, and a step is never cut in half."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mjnb.loop import Future, Loop, the_loop


@pytest.fixture
def loop() -> Iterator[Loop]:
    found = Loop()
    yield found
    found.close()


async def value_of(gate: asyncio.Event, value: str = "done") -> str:
    await gate.wait()
    return value


async def fail() -> None:
    raise LookupError("as expected")


def in_python(script: str, *said: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, said)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def output_of(script: str, *said: object) -> str:
    process = in_python(script, *said)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


# ---- waiting ----------------------------------------------------------------------------------------


def test_a_result_comes_back(loop: Loop) -> None:
    assert loop.run(asyncio.sleep(0, "done")) == "done"
    assert loop.wait(loop.start(asyncio.sleep(0.01, "done")), timeout=60) == "done"


def test_an_exception_comes_back_as_it_was(loop: Loop) -> None:
    with pytest.raises(LookupError, match="as expected"):
        loop.run(fail())


def test_work_that_raises_a_timeout_of_its_own_is_told_from_ours(loop: Loop) -> None:
    async def own() -> None:
        raise TimeoutError("from the work")

    with pytest.raises(TimeoutError, match="from the work"):
        loop.run(own(), timeout=60)


@pytest.mark.parametrize("timeout", [0, 0.05])
def test_when_time_is_up_the_work_goes_on(loop: Loop, timeout: float) -> None:
    gate = asyncio.Event()
    future = loop.start(value_of(gate))
    with pytest.raises(TimeoutError):
        loop.wait(future, timeout=timeout)
    assert not future.done()
    loop.call(gate.set)
    assert loop.wait(future) == "done"


def test_no_time_at_all_is_enough_for_what_is_done(loop: Loop) -> None:
    future = loop.start(asyncio.sleep(0, "done"))
    loop.wait(future)
    assert loop.wait(future, timeout=0) == "done"


def test_cancelled_work_says_so(loop: Loop) -> None:
    future = loop.start(value_of(asyncio.Event()))
    future.cancel()
    with pytest.raises(concurrent.futures.CancelledError):
        loop.wait(future)


def test_work_runs_in_a_thread_of_its_own_that_ends_with_the_process(loop: Loop) -> None:
    async def where() -> threading.Thread:
        return threading.current_thread()

    found = loop.run(where())
    assert (found.name, found.daemon) == ("mjnb-loop", True)
    assert found is not threading.current_thread()


def test_many_threads_without_loops_of_their_own_wait_at_once(loop: Loop) -> None:
    results: list[int] = []

    def work(number: int) -> None:
        results.append(loop.run(asyncio.sleep(0.01, number)))

    threads = [threading.Thread(target=contextvars.Context().run, args=(work, n)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(10))


def test_a_blocking_call_on_the_loops_own_thread_is_refused_before_it_starts(loop: Loop) -> None:
    started: list[str] = []

    async def work() -> None:
        started.append("started")

    async def blocks() -> None:
        loop.run(work())

    with pytest.raises(RuntimeError, match="await instead"):
        loop.run(blocks())
    loop.run(asyncio.sleep(0))
    assert started == []


def test_a_blocking_wait_on_the_loops_own_thread_is_refused(loop: Loop) -> None:
    async def waits() -> None:
        loop.wait(Future())

    with pytest.raises(RuntimeError, match="await instead"):
        loop.run(waits())
    assert loop.run(asyncio.sleep(0, "still alive")) == "still alive"


# ---- interrupts -------------------------------------------------------------------------------------

INTERRUPTED = """
import asyncio, signal, sys, threading
from mjnb.loop import the_loop

async def work():
    while signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        await asyncio.sleep(0.01)
    print("waiting", flush=True)
    return await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)

loop = the_loop()
future = loop.start(work())
try:
    loop.wait(future)
except KeyboardInterrupt:
    restored = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    print("detached", future.done(), restored, flush=True)
print("got", loop.wait(future), flush=True)
"""


def test_an_interrupt_detaches_and_the_work_goes_on() -> None:
    with in_python(INTERRUPTED) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "detached False True\n"
        out, err = process.communicate("the result\n")
    assert (out.strip(), err, process.returncode) == ("got the result", "", 0)


def test_a_wait_gives_the_interrupt_handler_back(loop: Loop) -> None:
    before = signal.getsignal(signal.SIGINT)
    loop.run(asyncio.sleep(0))
    with pytest.raises(LookupError):
        loop.run(fail())
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_comes_with_the_result_is_not_swallowed(loop: Loop) -> None:
    async def interrupt() -> str:
        while signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        signal.raise_signal(signal.SIGINT)
        return "done"

    future = loop.start(interrupt())
    with pytest.raises(KeyboardInterrupt):
        loop.wait(future)
    assert future.result(60) == "done"


# ---- steps ------------------------------------------------------------------------------------------


def test_a_step_gives_its_result_and_its_error(loop: Loop) -> None:
    assert loop.run(loop.step(asyncio.sleep(0, "done"))) == "done"
    with pytest.raises(LookupError, match="as expected"):
        loop.run(loop.step(fail()))


def test_a_step_is_finished_when_its_waiter_is_cancelled(loop: Loop) -> None:
    gate, ended = asyncio.Event(), threading.Event()

    async def step() -> None:
        await gate.wait()
        ended.set()

    future = loop.start(loop.step(step()))
    loop.run(asyncio.sleep(0.01))
    future.cancel()
    loop.run(asyncio.sleep(0.01))
    assert not ended.is_set()
    loop.call(gate.set)
    assert ended.wait(60)


def test_a_step_that_fails_after_its_waiter_left_makes_no_noise(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    gate = asyncio.Event()

    async def step() -> None:
        await gate.wait()
        await fail()

    future = loop.start(loop.step(step()))
    loop.run(asyncio.sleep(0.01))
    future.cancel()
    loop.call(gate.set)
    loop.close()
    assert caplog.records == []


STEP_AT_EXIT = """
import asyncio, sys, time
from pathlib import Path
from mjnb.loop import the_loop

async def step():
    Path(sys.argv[1]).write_text("sent")
    await asyncio.sleep(0.5)
    Path(sys.argv[1]).write_text("recorded")

async def idle():
    await asyncio.sleep(600)

loop = the_loop()
loop.start(idle())
waiter = loop.start(loop.step(step()))
while not Path(sys.argv[1]).exists():
    time.sleep(0.01)
"""


@pytest.mark.parametrize("end", ["", "waiter.cancel()", "sys.exit(0)", "sys.stdin.close()"])
def test_leaving_the_interpreter_waits_for_a_step_but_not_for_the_rest(tmp_path: Path, end: str) -> None:
    output_of(STEP_AT_EXIT + end, tmp_path / "step")
    assert (tmp_path / "step").read_text() == "recorded"


def test_leaving_by_an_exception_waits_for_a_step_too(tmp_path: Path) -> None:
    process = in_python(STEP_AT_EXIT + "raise KeyboardInterrupt", tmp_path / "step")
    _, err = process.communicate()
    assert "KeyboardInterrupt" in err
    assert (tmp_path / "step").read_text() == "recorded"


def test_closing_waits_for_a_step_and_ends_the_rest(loop: Loop) -> None:
    ended: list[str] = []

    async def step() -> None:
        await asyncio.sleep(0.1)
        ended.append("step")

    async def rest() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("rest")

    loop.start(rest())
    loop.start(loop.step(step()))
    loop.run(asyncio.sleep(0))
    loop.close()
    assert ended == ["step", "rest"]
    assert not loop.alive


def test_closing_twice_is_once(loop: Loop) -> None:
    loop.close()
    loop.close()
    assert not loop.alive


# ---- other loops ------------------------------------------------------------------------------------


def test_a_future_is_awaited_from_another_event_loop(loop: Loop) -> None:
    assert asyncio.run(loop.join(loop.start(asyncio.sleep(0.01, "done")))) == "done"


def test_an_exception_reaches_another_event_loop(loop: Loop) -> None:
    with pytest.raises(LookupError, match="as expected"):
        asyncio.run(loop.join(loop.start(fail())))


def test_cancelling_a_wait_on_another_loop_leaves_the_work_alone_and_is_silent(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    gate = asyncio.Event()
    future = loop.start(value_of(gate))

    async def gives_up() -> None:
        await asyncio.wait_for(loop.join(future), timeout=0.02)

    with caplog.at_level(logging.DEBUG, "concurrent.futures"):
        with pytest.raises(TimeoutError):
            asyncio.run(gives_up())
        assert not future.done()
        loop.call(gate.set)  # the other loop is closed by now
        assert loop.wait(future) == "done"
        loop.close()
    assert caplog.records == []


def test_several_loops_wait_for_one_future(loop: Loop) -> None:
    gate, results = asyncio.Event(), []
    future = loop.start(value_of(gate))
    threads = [
        threading.Thread(target=lambda: results.append(asyncio.run(loop.join(future)))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    loop.call(gate.set)
    for thread in threads:
        thread.join()
    assert results == ["done"] * 3


# ---- one per process --------------------------------------------------------------------------------


def test_there_is_one_loop_and_a_new_one_after_its_end() -> None:
    first = the_loop()
    found: list[Loop] = []
    thread = threading.Thread(target=lambda: found.append(the_loop()))
    thread.start()
    thread.join()
    assert found == [first]
    assert first.alive
    first.close()
    assert the_loop() is not first
    assert the_loop().run(asyncio.sleep(0, "done")) == "done"


def test_a_forked_process_gets_a_loop_of_its_own() -> None:
    script = """
import asyncio, os, warnings
from mjnb.loop import the_loop
warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of forks beside threads
before = the_loop()
assert before.run(asyncio.sleep(0, 1)) == 1
if (pid := os.fork()) == 0:
    own = the_loop()
    ok = own is not before and not before.alive and own.run(asyncio.sleep(0, 2)) == 2
    os._exit(0 if ok else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), the_loop() is before, before.run(asyncio.sleep(0, 3)))
"""
    assert output_of(script).split() == ["0", "True", "3"]


def test_no_thread_is_started_by_an_import() -> None:
    assert output_of("import threading, mjnb.loop; print(threading.active_count())") == "1\n"

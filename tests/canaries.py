"""Keys that are looked for everywhere, and what a traceback with variables would tell of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

KEY, WEBHOOK, PASSWORD = "canary-key-81c2f0", "canary-hook-93d7a1", "canary-pass-5e06bb"
CANARIES = (KEY, WEBHOOK, PASSWORD)
LEDGER = f"postgresql+psycopg://mj:{PASSWORD}@127.0.0.1:1/mj?connect_timeout=2"  # where nobody listens
HERE = str(Path(__file__).parent)


def behind(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that was behind it, also what is not shown."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            waiting += [one.__cause__, one.__context__]
            yield one


def told_by(error: BaseException) -> str:
    """Return all that can be read off an error: words, arguments, and every variable of every frame."""
    told = []
    for one in behind(error):
        told += [repr(one), str(one), repr(one.args), repr(vars(one))]
        for frame in traceback.TracebackException.from_exception(one, capture_locals=True).stack:
            told += [*(frame.locals or {}).values()] if not frame.filename.startswith(HERE) else []
    return "\n".join(told)


def past_the_test(error: BaseException) -> BaseException:
    """Return an error as if mjnb had been called from nowhere: the test's own variables hold the keys."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(HERE):
        frames = frames.tb_next
    return error.with_traceback(frames)


def shown_by_ipython(error: BaseException) -> str:
    """Return the traceback of ``%xmode Verbose``."""
    from IPython.core.ultratb import VerboseTB

    shower = VerboseTB(color_scheme="NoColor") if _old_ipython() else VerboseTB(theme_name="nocolor")
    return str(shower.text(type(error), error, error.__traceback__))


def _old_ipython() -> bool:
    import IPython

    return IPython.version_info < (9,)


def shown_by_rich(error: BaseException) -> str:
    """Return what rich's traceback shows of the run: its words and variables, without the lines of source,
    whose colours took most of a test."""
    from rich.traceback import Traceback

    name = type(error)
    trace = Traceback.extract(name, error, error.__traceback__, show_locals=True, locals_max_string=None)
    told = []
    for stack in trace.stacks:
        told += [stack.exc_type, stack.exc_value]
        told += [str(one) for frame in stack.frames for one in (frame.locals or {}).values()]
    return "\n".join(told)


def caught(work: Callable[[], object]) -> BaseException:
    """Return what some work raises."""
    try:
        work()
    except Exception as error:
        return past_the_test(error)
    pytest.fail("it raised nothing")


def found_in(folder: Path) -> list[str]:
    """Return the files below a folder that hold a canary."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(one.encode() in path.read_bytes() for one in CANARIES)]

"""Completion in ``%mj`` lines and ``%%mj`` cells, in notebooks and in terminals.

Where we have something to propose, nothing else does: Python's names mean nothing in a prompt.  Where a name
of the notebook's may stand and we know none, IPython goes on as it would.  Nothing here opens a ledger or
loads a library, and nothing here raises.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from .calls import parameters
from .options import HELPS, OUT
from .verbs import VERBS

if TYPE_CHECKING:
    from ..tracking import Task

LINE = re.compile(r"\s*+(?:[\w.,\[\] ]++=\s*+)?%mj[ \t]++(?P<text>.*)", re.DOTALL)  # ++: in linear time
CELL = re.compile(r"\s*%%mj(?!\w)(?P<text>.*)", re.DOTALL)
NAME = re.compile(r"\{\{\s*(?P<typed>[\w.]*)$")
MOST = 30  # tasks proposed
NO_BREAK = "\N{NO-BREAK SPACE}"
LONGEST = 60  # characters of what is said beside a proposal
HUGE = 10**18  # integers beyond it are not written out


class Proposal(NamedTuple):
    """What could stand in place of the last characters, and what it means."""

    text: str
    about: str = ""


class Matcher:
    """A matcher of IPython's second kind (8.6 and later).

    Args:
        shell: Whose variables are proposed.
    """

    matcher_api_version = 2
    matcher_identifier = "mjnb"
    matcher_priority = 100.0

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self.__qualname__ = self.matcher_identifier

    def __call__(self, context: Any) -> dict[str, Any]:
        """Return the proposals at the cursor, in IPython's terms."""
        try:
            return self._matches(context)
        except Exception:  # a completion that fails must not take the others along
            return {"completions": [], "suppress": False}

    def _matches(self, context: Any) -> dict[str, Any]:
        from IPython.core.completer import SimpleCompletion

        text = text_before(context.full_text, context.cursor_line, context.cursor_position)
        if text is None:
            return self._in_python(context.full_text, context.cursor_line, context.cursor_position)
        fragment, found = propose(text, self._shell.user_ns, getattr(self._shell, "user_ns_hidden", {}))
        proposals = [SimpleCompletion(one.text, type=_short(one.about)) for one in found]
        return {
            "completions": proposals,
            "matched_fragment": fragment,
            "suppress": bool(proposals),
            "ordered": True,
        }

    def _in_python(self, full_text: str, line: int, column: int) -> dict[str, Any]:
        """Return the parameters of a verb that is called, and the variables that could be its values."""
        from IPython.core.completer import SimpleCompletion

        lines = full_text.split("\n")
        before = "\n".join([*lines[:line], lines[line][:column]])
        typed, found = parameters(before, self._shell.user_ns)
        if not found:
            return {"completions": [], "suppress": False}
        hidden = getattr(self._shell, "user_ns_hidden", {})
        values = _starting(typed, _variables(self._shell.user_ns, hidden))
        proposals = [SimpleCompletion(text, type=_short(about)) for text, about in [*found, *values]]
        return {"completions": proposals, "matched_fragment": typed, "suppress": True, "ordered": True}


def text_before(full_text: str, line: int, column: int) -> str | None:
    """Return what of a ``%mj`` line or ``%%mj`` cell stands before the cursor; None anywhere else."""
    lines = full_text.split("\n")
    before = "\n".join([*lines[:line], lines[line][:column]])
    if cell := CELL.fullmatch(before):
        head = full_text.partition("\n")[0]
        return cell["text"] if "\n" in cell["text"] or head[len("%%mj") :][:1].isspace() else None
    found = LINE.fullmatch(lines[line][:column])
    return found["text"] if found else None


def propose(text: str, names: dict[str, Any], hidden: Any = ()) -> tuple[str, list[Proposal]]:
    """Return what may come next.

    Args:
        text: What stands before the cursor, after the magic.
        names: The notebook's variables.
        hidden: Those of IPython's own.

    Returns:
        The characters that a proposal replaces, and the proposals.
    """
    if named := NAME.search(text):
        typed = named["typed"]
        found = _starting(typed, _variables(names, hidden))
        begun = "." in typed or any(name.startswith(typed) for name in names)  # built-in names are not put in
        return typed, found if found or begun else [Proposal(typed)]
    words = text.split()
    typed = words.pop() if words and not text[-1].isspace() else ""
    if words and words[-1] == OUT:
        return typed, []  # the name of a new variable
    plain = _without_options(words)
    verb = plain[0] if plain and plain[0] in VERBS else ""
    if typed.startswith("-"):
        flags = _flags(text + "-" if typed == "-" else text)
        return typed, [*_starting(typed, _own_words(verb)), *flags, *_starting(typed, _options())]
    if not plain:
        return typed, _starting(typed, _verbs()) or [Proposal(typed)]
    if verb and (after := _after(verb, plain[1:], names)) is not None:
        return typed, _starting(typed, after)
    return typed, _flags(text) or _in_prose(text, typed)


def _in_prose(text: str, typed: str) -> list[Proposal]:
    """Return the flags behind a space; behind a word itself, so that nobody proposes Python's names."""
    return [Proposal(typed)] if typed else _flags(text + "--")


def _without_options(words: list[str]) -> list[str]:
    """Return the words that are no options of ours, nor the name behind ``-o``."""
    return [word for before, word in pairwise(["", *words]) if word not in HELPS and before != OUT]


def _flags(text: str) -> list[Proposal]:
    from .. import prompt

    return [Proposal(one.text, _meaning(one.values, one.help)) for one in prompt.complete(text, len(text))]


def _meaning(values: str, help: str) -> str:
    """Return range and meaning, the shorter first: what is too long is cut at the end."""
    parts = [values, help] if len(values) < LONGEST // 2 else [help, values]
    return " · ".join(part for part in parts if part)


def _starting(typed: str, proposals: Iterator[Proposal]) -> list[Proposal]:
    return [one for one in proposals if one.text.startswith(typed)]


def _options() -> Iterator[Proposal]:
    for name, help in HELPS.items():
        yield Proposal(name, help)


def _own_words(verb: str) -> Iterator[Proposal]:
    """Return the words that only one verb knows."""
    from ..params import TASK_TYPES

    if verb == "animate":
        yield from (Proposal(kind.word, kind.help) for kind in TASK_TYPES.values() if kind.word)


def _verbs() -> Iterator[Proposal]:
    for name, verb in sorted(VERBS.items()):
        yield Proposal(name, f"{verb.usage} · {verb.help}" if verb.usage else verb.help)


def _variables(names: dict[str, Any], hidden: Any) -> Iterator[Proposal]:
    for name, value in _own(names):
        if not (name in hidden or callable(value) or issubclass(type(value), ModuleType)):
            yield Proposal(name, _of(value))


def _own(names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Return the notebook's variables; some may be proxies, so ask ``type()`` what they are, never them."""
    return ((name, value) for name, value in sorted(names.items()) if not name.startswith("_"))


def _of(value: object) -> str:
    """Return a short value, else its type; of nothing but plain texts and numbers is the repr asked."""
    if type(value) is str:
        return value[:LONGEST]
    small = type(value) is int and abs(value) < HUGE
    return repr(value) if small or type(value) in (float, bool) else type(value).__name__


# ---- after a verb ----


def _after(verb: str, words: list[str], names: dict[str, Any]) -> Iterator[Proposal] | None:
    """Return what may follow a verb and some words; None where a prompt may stand."""
    takes = VERBS[verb].takes
    if takes in AFTER and not words:
        return AFTER[takes](names)
    if takes == "setting" and len(words) == 1:
        return _setting_values(words[0])
    if takes == "task" and len(words) == 1 and verb not in ("rerun", "images"):
        return _numbers(words[0], names)
    return None


def _tasks(names: dict[str, Any]) -> Iterator[Proposal]:
    tracking = sys.modules.get("mjnb.tracking")
    if tracking is None:  # then there are no tasks
        return
    for name, value in _own(names):
        if issubclass(type(value), tracking.Task):
            yield Proposal(name, _said(value))
        elif issubclass(type(value), tracking.TaskImage):
            yield Proposal(name, f"{value.number} of {_said(value.task)}")
    yield from (Proposal(task.id[-6:], _said(task)) for task in _latest())


def _latest() -> list[Task]:
    """Return the latest tasks that the open session holds."""
    from ..sessions import default

    session = default.current()
    if session is None or not session.desk.is_open:
        return []
    tasks = list(session.tracker.tasks.values())
    return sorted(tasks, key=lambda task: task.id, reverse=True)[:MOST]


def _said(task: Task) -> str:
    return f"{task.state} · {' '.join((task.prompt or task.task_type).split())}"


def _many(names: dict[str, Any]) -> Iterator[Proposal]:
    yield Proposal("all", "everything that runs")
    yield from _tasks(names)
    kinds = tuple(
        kind
        for room, name in (("mjnb.sweeps", "Sweep"), ("mjnb.magics.batch", "Batch"))
        if room in sys.modules and (kind := getattr(sys.modules[room], name, None))
    )
    for name, value in _own(names):
        if kinds and issubclass(type(value), kinds):
            yield Proposal(name, type(value).__name__.lower())


def _numbers(name: str, names: dict[str, Any]) -> Iterator[Proposal]:
    tracking = sys.modules.get("mjnb.tracking")
    task = names.get(name)
    known = (
        task.result_count if task is not None and tracking and issubclass(type(task), tracking.Task) else 4
    )
    for number in range(1, known + 1):
        yield Proposal(str(number), "which of its pictures")


def _presets(_names: dict[str, Any]) -> Iterator[Proposal]:
    from ..config import found
    from ..presets import Presets
    from ..sessions import default

    session = default.current()
    folder = session.settings.data_dir if session else found()["data_dir"].value
    yield from (Proposal(name, flags) for name, flags in Presets(folder).all().items())


def _settings(_names: dict[str, Any]) -> Iterator[Proposal]:
    from ..config import SETTINGS
    from .settings import KEY, KEY_WAYS, NEST

    yield from (Proposal(name, one.help) for name, one in SETTINGS.items() if one.chosen)
    yield Proposal(KEY, ", ".join(KEY_WAYS))
    yield Proposal(NEST, "let cells of your own call asyncio.run")


def _setting_values(name: str) -> Iterator[Proposal]:
    from ..config import DEFAULT, PRESETS
    from ..params import Choice, rows
    from .settings import KEY, KEY_WAYS, NEST

    speeds = rows()["speed"].domain
    legal: dict[str, tuple[str, ...]] = {
        "base_url": PRESETS,
        KEY: KEY_WAYS,
        NEST: ("on",),
        "speed": speeds.values if isinstance(speeds, Choice) else (),
    }
    yield from (Proposal(value) for value in legal.get(name, ()))
    if name not in (KEY, NEST):
        yield Proposal(DEFAULT, "take back what was chosen")


def _helped(_names: dict[str, Any]) -> Iterator[Proposal]:
    from ..params import every_row

    yield from _verbs()
    yield from (Proposal(row.name, f"{row.domain} · {row.help}") for row in every_row().values())
    yield from _flags("--")


def _states(_names: dict[str, Any]) -> Iterator[Proposal]:
    from .looking import STATES

    yield from (Proposal(state, "only those") for state in sorted(STATES))


AFTER: dict[str, Callable[[dict[str, Any]], Iterator[Proposal]]] = {
    "any": _many,
    "column": _states,
    "help": _helped,
    "preset": _presets,
    "setting": _settings,
    "task": _tasks,
}


def _short(about: str) -> str:
    """Return what is said beside a proposal, on one short line; JupyterLab would break it at spaces."""
    line = " ".join("".join(c if c.isprintable() else " " for c in about).split())
    line = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return line.replace(" ", NO_BREAK)

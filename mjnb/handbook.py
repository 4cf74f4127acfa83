"""The handbook, ``REFERENCE.md``: the parameters from the table, the magic from its verbs, and what can be
called in Python from the docstrings.  Nothing in it is written by hand.

    python -m mjnb.handbook > REFERENCE.md
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from . import HOMES, VERBS, help, pages, reference, session
from .magics.manual import manual
from .pages import Heading, Page, Words
from .params import Legal

NOUNS = {  # what a user holds, and where it lives
    "Session": "sessions",
    "Sweep": "sweeps",
    "Task": "tracking",
    "TaskImage": "tracking",
    "Panel": "panels.panel",
    "Sandbox": "sandbox",
}
INSIDE = {
    "changed",
    "finish",
    "hide",
    "live",
    "present",
    "reopen",
    "tracker",
    "units",
    "view",
}  # for other rooms
FUNCTIONS = ("metric", "nest", "panel", "use")  # of the package, beside the verbs of the default session
ITEM = re.compile(r"^(\*{0,2}\w[\w, *]*?): (.*)$")
SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises):$")


def page() -> Page:
    """Return the whole handbook."""
    intro = Words(
        "Written by `python -m mjnb.handbook` from the parameter table, the verbs of `%mj`, and docstrings."
    )
    return Page.of(
        Heading("Reference", 1), intro, *_parameters(), *_magic(), *_package(), *_nouns(), *_errors()
    )


def _parameters() -> Iterator[pages.Block]:
    """Yield the pages of the table, one level lower."""
    for block in reference.page().blocks:
        if isinstance(block, Heading):
            yield Heading(block.words, block.level + 1)
        else:
            yield block


def _magic() -> Iterator[pages.Block]:
    """Yield what ``%mj help`` says, up to the flags, which stand with the parameters."""
    for block in manual().blocks:
        if block == Heading("Flags"):
            return
        yield Heading(block.words, block.level + 1) if isinstance(block, Heading) else block


def _package() -> Iterator[pages.Block]:
    """Yield the functions of the package."""
    yield Heading("mj: the package")
    verbs = ", ".join(f"`mj.{name}`" for name in VERBS)
    yield Words(f"These work on the default session, and are described with `Session`: {verbs}.")
    for name, made in (("help", help), ("session", session)):
        yield from called(f"mj.{name}", made)
    for name in FUNCTIONS:
        yield from called(f"mj.{name}", getattr(import_module(f"mjnb.{HOMES[name]}"), name))


def _nouns() -> Iterator[pages.Block]:
    for name, home in NOUNS.items():
        kind = getattr(import_module(f"mjnb.{home}"), name)
        yield Heading(name)
        yield from described(kind)
        for member in public(kind):
            found = inspect.getattr_static(kind, member)
            if isinstance(found, property):
                yield Heading(f"`{name}.{member}`", 3)
                yield from described(found)
            else:
                yield from called(f"{name}.{member}", getattr(kind, member))


def _errors() -> Iterator[pages.Block]:
    errors: Any = import_module("mjnb.errors")
    yield Heading("Errors")
    yield Words("All are `mj.MJError`, with `message`, `hint` and whether asking again may help.")
    yield Words("`PromptWarning` is none of them: Python's own filters of warnings count for it.")
    found = vars(errors).values()
    kinds: list[Any] = [one for one in found if isinstance(one, type) and issubclass(one, Exception)]
    lines = [
        [
            f"`{one.__name__}`",
            f"`{one.__bases__[0].__name__}`",
            _own_summary(one),
            _flat(getattr(one, "hint", "") or "–"),
        ]
        for one in kinds
    ]
    yield pages.Table(["error", "is a", "when", "what to do"], lines)


# ---- docstrings ----


def public(kind: type) -> Sequence[str]:
    """Return the names of a class's documented public members, in the order of their definition."""
    names = [name for one in reversed(kind.__mro__[:-1]) for name in vars(one) if not name.startswith("_")]
    members = {name: inspect.getattr_static(kind, name) for name in names}
    return [name for name, one in members.items() if hasattr(one, "__get__") and name not in INSIDE]


def called(name: str, function: Any) -> Iterator[pages.Block]:
    """Yield a function: how it is called, and what its docstring says."""
    yield Heading(f"`{name}{_signature(function)}`", 3)
    yield from described(function)


def described(documented: Any) -> Iterator[pages.Block]:
    """Yield what the docstring of an object says: paragraphs, arguments, what it returns and raises."""
    section = ""
    lines: list[str] = []
    for line in [*(inspect.getdoc(documented) or "").splitlines(), "End:"]:
        if line == "End:" or SECTION.match(line):
            yield from _section(section, lines)
            section, lines = line.rstrip(":"), []
        else:
            lines.append(line)


def _section(name: str, lines: Sequence[str]) -> Iterator[pages.Block]:
    """Yield one section; the first has no name."""
    text = inspect.cleandoc("\n" + "\n".join(lines)) if name else "\n".join(lines)
    if name in ("", "Returns", "Yields"):
        for number, paragraph in enumerate(filter(None, re.split(r"\n\s*\n", text))):
            said = f"{name}: " if name and not number else ""
            yield Words(said + _flat(paragraph) if not _is_code(paragraph) else _fenced(paragraph))
        return
    items = list(_items(text))
    if name == "Raises":
        items = [(f"raises {word}", what) for word, what in items]
    if items:
        yield Words("\n".join(f"- {_code(word)}: {_flat(what)}" for word, what in items))


def _items(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and what is said of them; a line that is indented goes on with the one before."""
    for item in re.split(r"\n(?! )", text):
        if found := ITEM.match(_flat(item)):
            yield found[1], found[2]
        elif item.strip():
            yield "", item


def _code(names: str) -> str:
    raises = "raises " if names.startswith("raises ") else ""
    said = ", ".join(f"`{one}`" for one in names.removeprefix("raises ").split(", ") if one)
    return (raises + said).strip()


def _flat(text: str) -> str:
    """Return words on one line, with Markdown's marks for code."""
    return " ".join(text.replace("``", "`").split())


def _is_code(paragraph: str) -> bool:
    return all(line.startswith("    ") for line in paragraph.splitlines())


def _fenced(code: str) -> str:
    return f"```python\n{inspect.cleandoc(code)}\n```"


def _own_summary(kind: type) -> str:
    """Return the first sentence of a class's own docstring, not of an inherited one."""
    return _flat((vars(kind).get("__doc__") or "–").split("\n\n")[0])


def _signature(function: Any) -> str:
    """Return the arguments without types, which the words name better."""
    found = inspect.signature(function)
    plain = [
        one.replace(annotation=inspect.Parameter.empty)
        for name, one in found.parameters.items()
        if name != "self" and not isinstance(one.annotation, Legal)
    ]
    if len(plain) < len(found.parameters) - 1 and plain[-1].kind is not inspect.Parameter.VAR_KEYWORD:
        plain.append(
            inspect.Parameter("params", inspect.Parameter.VAR_KEYWORD)
        )  # the table's, told elsewhere
    return str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))


if __name__ == "__main__":
    sys.stdout.write(page())

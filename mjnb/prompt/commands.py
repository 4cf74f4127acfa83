"""Midjourney's own commands, typed or copied from Discord: refused with what to do in their place.

A line is a command when its first word is one with a slash, or when what follows cannot be prose: a task and
a number (``zoom x 1``), pictures (``describe URL``, ``blend A B``), a button's words (``Vary (Strong)``),
nothing at all (``remix``).  ``zoom in on a city`` and ``blend of colours`` are prompts.  What follows
``/imagine prompt:`` is always one, and nothing of this is looked for there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .slips import nearest

PREFIX = "/imagine prompt:"
VERB_WORDS = (  # first words of a %mj line that name another verb
    "animate",
    "cancel",
    "config",
    "credits",
    "extend",
    "forget",
    "help",
    "images",
    "imagine",
    "panel",
    "rerun",
    "save",
    "status",
    "sweep",
    "tasks",
    "upscale",
    "use",
    "vary",
    "wait",
)

_NONE = "the service has no {}"
_COMMANDS = {
    "animate": "%mj animate TASK N WORDS, in Python mj.animate(picture, words)",
    "ask": _NONE,
    "blend": "%mj URL URL WORDS starts from several pictures",
    "daily_theme": _NONE,
    "describe": "the service has no describe; %mj URL WORDS starts from a picture",
    "docs": "%mj help",
    "edit": _NONE,
    "extend": "%mj extend TASK N, in Python mj.extend(task, n)",
    "faq": "%mj help",
    "fast": "%mj config speed fast",
    "feedback": _NONE,
    "help": "%mj help",
    "info": "%mj credits and %mj config",
    "inpaint": _NONE,
    "invite": _NONE,
    "list_tuners": _NONE,
    "outpaint": _NONE,
    "pan": _NONE,
    "prefer": "%mj save NAME FLAGS keeps a preset",
    "private": "write --stealth behind the prompt",
    "public": "write --public behind the prompt",
    "relax": "%mj config speed relaxed",
    "remix": "%mj URL NEW WORDS starts from the picture",
    "reroll": "%mj rerun TASK",
    "rerun": "%mj rerun TASK, in Python task.rerun",
    "retexture": _NONE,
    "settings": "%mj config",
    "shorten": _NONE,
    "show": "%mj tasks, and mj.task(id) in Python",
    "stealth": "write --stealth behind the prompt",
    "subscribe": "the service's own page sells credits; %mj credits says what is left",
    "tune": _NONE,
    "turbo": "%mj config speed turbo",
    "upscale": "%mj upscale TASK N, in Python mj.upscale(task, n)",
    "userid": _NONE,
    "variation": "%mj vary TASK N, in Python mj.vary(task, n)",
    "vary": "%mj vary TASK N, in Python mj.vary(task, n)",
    "zoom": _NONE,
}
_ALONE = ("blend", "describe", "pan", "remix", "reroll", "shorten", "zoom")  # commands without a slash
_ON_A_TASK = (*_ALONE, "animate", "extend", "inpaint", "outpaint", "rerun", "upscale", "variation", "vary")
_ON_PICTURES = ("blend", "describe", "remix", "retexture")
_BUTTON = re.compile(
    r"(?:vary|upscale) \(?(?:strong|subtle|creative|region|[24]x)\)?"
    r"|(?:custom )?zoom(?: out)?(?: [0-9.]+x)?|pan (?:left|right|up|down)|make square|remove background"
    r"|(?:animate|extend) \(?(?:high|low) motion\)?|settings|info"
)
_NUMBERED = re.compile(r"([uv])[1-4]")
_PLACE = re.compile(
    r"(?:[^\W\d]\w* )?[1-4]|[^\W\d]\w* [1-4] (?:left|right|up|down|[0-9.]+x)|[0-9a-f]{6,64}(?: [1-4])?"
)
_PICTURE = re.compile(r"https?://\S+|\S+\.(?:png|jpe?g|webp|gif)|[^\W\d]|[^\W\d]\w*[0-9]", re.IGNORECASE)
_IMAGINE = re.compile(r"\s*/imagine\b[ \t]*(?:prompt\b)?[ \t]*:?\s*|\s*imagine prompt:\s*", re.IGNORECASE)
_SLASHED = re.compile(r"\s*/([A-Za-z_]+):?(?!\S)")
_FLAGS = re.compile(r"\s--(?=\S)")
_MAGIC = re.compile(r"\s*%%?mj\b")

Known = Callable[[str], bool]


def without_prefix(text: str) -> tuple[str, bool]:
    """Return a prompt without Discord's ``/imagine prompt:``, and whether it had that."""
    found = _IMAGINE.match(text)
    return (text[found.end() :], True) if found else (text, False)


def literal(text: str) -> str:
    """Return the line that means a text as a prompt, though it reads as a command."""
    return f"{PREFIX} {text}" if _IMAGINE.match(text) or fault(text) else text


def fault(text: str, is_task: Known = lambda name: False) -> str:
    """Return what is wrong with a line that is a command, or an empty text.

    Args:
        text: The line, without ``/imagine prompt:``.
        is_task: Says of a name whether it is a task's, or a picture's of one.
    """
    if _MAGIC.match(text):
        return "%mj stands at the beginning of a cell's line, and is no part of a prompt"
    if slashed := _SLASHED.match(text):
        return _slashed(slashed[1].lower())
    first, _, rest = _FLAGS.split(text, maxsplit=1)[0].strip().partition(" ")
    word, rest = first.lower(), " ".join(rest.split())
    line = f"{word} {rest}".rstrip().lower()
    if _NUMBERED.fullmatch(word) and (not rest or is_task(rest) or len(rest) == 1):
        return _told(first, _COMMANDS["upscale" if word[0] == "u" else "vary"])
    if _BUTTON.fullmatch(line):
        return _told(line, _instead(word))
    if word in _ALONE and (not rest or first == "shorten"):
        return _told(first, _instead(word))
    if word in _ON_A_TASK and rest and (_PLACE.fullmatch(rest) or is_task(rest.split(" ")[0])):
        return _told(first, _instead(word))
    if word in _ON_PICTURES and rest and all(_PICTURE.fullmatch(one) or is_task(one) for one in rest.split()):
        return _told(first, _instead(word))
    return ""


def led(line: str) -> str:
    """Return a ``%mj`` line for a prompt: behind ``imagine`` when its first word may be taken for a verb."""
    first = next(iter(line.split(maxsplit=1)), "").strip(".,:;!?()'\"").lower()
    taken = first in (*VERB_WORDS, *_COMMANDS) or nearest(first, VERB_WORDS)
    return f"imagine {line}" if taken or line.startswith("-") or fault(line) else line


def _slashed(name: str) -> str:
    if name in _COMMANDS:
        return _told(f"/{name}", _instead(name))
    if name in VERB_WORDS:
        return _told(f"/{name}", f"%mj {name}")
    near = nearest(name, ("imagine", *_COMMANDS))
    return f"/{name} is no command that is known: did you mean /{near}? {_LITERALLY}" if near else ""


def _instead(name: str) -> str:
    said = _COMMANDS.get(name, _NONE)
    return said.format(name)


_LITERALLY = f"(As a prompt write it behind {PREFIX}, or %mj imagine …)"


def _told(what: str, instead: str) -> str:
    said = instead if instead.startswith("the service") else f"here it is {instead}"
    return f"{what} is a command of Midjourney's: {said}. {_LITERALLY}"

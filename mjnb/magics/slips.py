"""Lines that are nearly a call of a verb: refused before they are paid as a prompt.

The first word has to be a verb but for its case, its punctuation or a slip of the keyboard, and what follows
has to be what the verb takes: nothing, a task, a number, a state.  ``wait, what?`` is a prompt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import FrameType
from typing import Any

from .verbs import VERBS

# English words that are as near to a verb as a slip is, and may be a prompt by themselves
# fmt: off
WORDS = frozenset((
    "animal", "animals", "animated", "animator", "anime", "aviate", "await", "basks", "canceled",
    "cancer", "cancers", "casks", "chancel", "confit", "credit", "creditor", "creditors", "expend",
    "extended", "extends", "extent", "flatus", "forge", "forged", "forger", "forges", "forgot", "gorget",
    "helps", "image", "imaged", "imager", "imagined", "imagining", "imago", "masks", "ovary", "pane",
    "paned", "panels", "return", "safe", "salve", "saver", "saves", "seep", "shave", "sheep", "slave",
    "sleep", "stats", "statue", "statues", "statuses", "statutes", "stave", "steep", "stratus", "suave",
    "sweeps", "sweet", "swept", "tacks", "talks", "tanks", "task", "tusks", "upscaled", "vari", "waist",
    "waits", "weep", "whelp", "wit",
))
# fmt: on
MARKS = ".,:;!?()[]'\"`<>/\\%!-‐‑‒–—―_=&*#"
HELP = ("?", "-h", "--h", "-?", "--?", "/?", "/h")
_JOINED = re.compile(r"\A([A-Za-z]+)[-_:(](?=\w)(\w*)\)?(?!\S)")  # status-fox, status(fox)
_ID = re.compile(r"[0-9a-f]{6,64}")
_PLACE = re.compile(r"[^\W\d]\w*[ ]+[1-4]|[1-4]")
_PICKED = re.compile(r"([^\W\d]\w*)(?:[ ]+[1-4]|(?:\.\w+)*\[[0-9]+\]\S*|\.\w\S*)")  # x 2, x.images[0]
PAYING = (None, "animate", "extend", "imagine", "rerun", "upscale", "use", "vary")
TIMED = "<magic-timeit>"  # what IPython calls the code that it runs many times


def meant(text: str, names: Mapping[str, Any]) -> str:
    """Return the line that was probably meant by a text that begins with no verb, or an empty text.

    Args:
        text: What was typed.
        names: The notebook's variables.
    """
    first, *rest = _JOINED.sub(r"\1 \2", text.partition(" --")[0] or text).split() or [""]
    word = first.strip(MARKS).lower()
    verb = word if word in VERBS else _near(word)
    if not verb or (verb == first and not rest) or (word not in VERBS and word in WORDS):
        return ""
    if rest and first[-1:] in ",;!?." and verb in ("help", "wait", "use", "save"):
        return ""  # "wait, what?"
    exactly = word in VERBS
    saves = verb == "save" and len(rest) == 1 and " --" in text
    sweeps = verb == "sweep" and exactly and ("{" in text or ".." in text)
    if not rest or saves or sweeps or _fits(verb, rest, names):
        return " ".join([verb, *rest])
    return ""


def _near(word: str) -> str:
    from ..prompt.slips import nearest

    return nearest(word.replace("-", "").replace("_", ""), VERBS)


def _fits(verb: str, rest: list[str], names: Mapping[str, Any]) -> bool:
    """Return whether words are what a verb takes, and no prose."""
    from .looking import ALL, COMPARED, STATES

    if verb in ("imagine", "credits", "panel"):
        return False
    if verb in ("tasks", "images"):
        return all(word.isdecimal() or word in STATES or COMPARED.fullmatch(word) for word in rest)
    if verb in ("use", "forget", "save", "sweep"):
        return False
    if verb == "config":
        return _is_setting(rest[0])
    if verb == "help":
        return len(rest) == 1 and _is_known(rest[0])
    first = rest[0].lower()
    held = _is_held(rest[0], names) or (first == ALL and len(rest) == 1)
    return held or _ID.fullmatch(first) is not None or _PLACE.fullmatch(" ".join(rest)) is not None


def _is_held(name: str, names: Mapping[str, Any]) -> bool:
    return is_task(name, names) or type(names.get(name)).__name__ in ("Batch", "Sweep")


def is_task(name: str, names: Mapping[str, Any]) -> bool:
    """Return whether a name is a task's, or a picture's of one."""
    import sys

    tracking = sys.modules.get("mjnb.tracking")
    held = names.get(name)
    return tracking is not None and issubclass(type(held), tracking.Task | tracking.TaskImage)


def _is_setting(name: str) -> bool:
    from .. import config
    from .settings import KEY, NEST

    return name in config.SETTINGS or name in (KEY, NEST)


def _is_known(word: str) -> bool:
    from .. import reference
    from ..errors import InvalidRequest
    from .manual import option_page

    if word in VERBS or option_page(word) is not None:
        return True
    try:
        reference.entry(word)
    except InvalidRequest:
        return False
    return True


def refuse(text: str, names: Mapping[str, Any]) -> None:
    """Refuse a line that is nearly a call of a verb, or a command of Midjourney's on a task of the notebook.

    Raises:
        PromptError: With the nearest, and how to mean the line as a prompt.
    """
    from .. import prompt
    from ..errors import PromptError

    if prompt.without_prefix(text)[1]:
        return
    hint = f"As a prompt: %mj imagine {text[:40]}{'…' if len(text) > 40 else ''}. Nothing was sent."
    marks = text.partition(" --")[0].strip()
    if marks and not any(unicodedata.category(mark)[0] in "LNS" for mark in marks):
        raise PromptError(f"%mj {text[:60]}: there are no words in the prompt", hint=hint)
    if (picked := _PICKED.fullmatch(text)) and is_task(picked[1], names):
        name = picked[1]
        verbs = f"%mj upscale {name} 2, %mj vary {name} 2, %mj animate {name} 2, %mj wait {name}"
        raise PromptError(
            f"%mj {text[:60]}: {name} is a task, and no verb says what to do: {verbs}", hint=hint
        )
    if line := meant(text, names):
        raise PromptError(f"%mj {text[:60]}: did you mean %mj {line[:60]}?", hint=hint)
    if fault := prompt.command(text, lambda name: is_task(name, names)):
        raise PromptError(fault, hint=hint)


def hold_once(verb: str | None, frame: FrameType) -> None:
    """Refuse a paying line in ``%timeit``, which runs it as often as it likes.

    Args:
        verb: The line's; None: it begins with none.
        frame: Where the line stands.

    Raises:
        PromptError: It would be paid each time.
    """
    from ..errors import PromptError

    if verb in PAYING and frame.f_code.co_filename == TIMED:
        hint = "Take %time, which runs it once, or --dry-run. Nothing was sent."
        raise PromptError("%timeit runs this many times, and each would be paid", hint=hint)

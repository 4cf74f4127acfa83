"""Midjourney prompt text, to parameters and back.

One idea: **only known flags are flags, everything else is the prompt, byte for byte.**  A line passes
through three doors, in this order, and none of them looks back::

    interpolate   {{name}} becomes its value, made literal
    expand        {red, blue} becomes one line for each
    read          --ar 16:9 becomes aspect_ratio="16:9"; the rest is the prompt

``write`` and ``plain`` are the way back and ``complete`` knows what may come next.

(``words.py`` cuts a line into words, ``flags.py`` knows the flags, ``reading.py``, ``writing.py``,
``permutations.py``, ``spans.py``, ``names.py`` and ``completion.py`` do what they are called.)
"""

from .commands import VERB_WORDS, led, literal, without_prefix
from .commands import fault as command
from .completion import Completion, complete
from .flags import PASSED
from .limits import check, doubts, sent_line, tell
from .names import interpolate, wanted
from .permutations import ASK_ABOVE, LIMIT, escape, expand, names_in, one_of
from .reading import Prompt, read
from .request import build, one_line, to_request
from .slips import OWN_WORDS
from .writing import plain, write

__all__ = [
    "ASK_ABOVE",
    "LIMIT",
    "OWN_WORDS",
    "PASSED",
    "VERB_WORDS",
    "Completion",
    "Prompt",
    "build",
    "check",
    "command",
    "complete",
    "doubts",
    "escape",
    "expand",
    "interpolate",
    "led",
    "literal",
    "names_in",
    "one_line",
    "one_of",
    "plain",
    "read",
    "sent_line",
    "tell",
    "to_request",
    "wanted",
    "without_prefix",
    "write",
]

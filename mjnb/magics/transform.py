"""Keeps prompts whole where IPython would take them apart.

A line that ends in ``?`` is no request for help on its last word, and one that ends in ``;`` shows nothing,
as any line of Python.  And a line ends where people see it end: not at a line separator, a form feed or any
other of the marks at which Python splits texts, which come along with what is pasted; half of a prompt would
be paid.
"""

from __future__ import annotations

import re

BEFORE = r"(?P<before>\s*+(?:[\w.,\[\] ]++=\s*+)?)%mj[ \t]++"
QUESTION = re.compile(BEFORE + r"(?P<text>.*\?)[ \t]*")
BROKEN = re.compile(BEFORE + r"(?P<text>.*[\v\f\x1c-\x1e\x85\u2028\u2029].*)", re.DOTALL)
SILENT = re.compile(BEFORE + r"(?P<text>.*;)[ \t]*")
OURS = re.compile(BEFORE + ".*", re.DOTALL)
ENDS = ("\n", "\r")


def keep_whole(lines: list[str]) -> list[str]:
    """Spell a ``%mj`` line that ends in ``?``, or is broken by an odd mark, as the call that it stands for.

    Args:
        lines: A cell's lines; bodies of cell magics and insides of long strings are left alone.
    """
    if lines and lines[0].startswith("%%"):
        return _whole(lines, 0) if lines[0].startswith("%%mj") else lines
    kept, quoted, place = [], False, 0
    while place < len(lines):
        if not quoted and OURS.fullmatch(lines[place]):
            lines = _whole(lines, place)
        line = lines[place]
        text = line.rstrip("\r\n")
        silenced = SILENT.fullmatch(text)
        asked = None if quoted else QUESTION.fullmatch(text) or BROKEN.fullmatch(text) or silenced
        if asked:
            silent = ";" if silenced else ""
            line = f"{asked['before']}get_ipython().run_line_magic('mj', {asked['text']!r}){silent}\n"
        elif line.count('"""') % 2 or line.count("'''") % 2:
            quoted = not quoted
        kept.append(line)
        place += 1
    return kept


def _whole(lines: list[str], first: int) -> list[str]:
    """Return lines of which one goes on to where it is seen to end."""
    last = first
    while not lines[last].endswith(ENDS) and last + 1 < len(lines):
        last += 1
    return [*lines[:first], "".join(lines[first : last + 1]), *lines[last + 1 :]]

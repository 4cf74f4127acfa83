"""Keeps IPython from reading a prompt that ends in ``?`` as a request for help on its last word."""

from __future__ import annotations

import re

QUESTION = re.compile(r"(?P<before>\s*+(?:[\w.,\[\] ]++=\s*+)?)%mj[ \t]++(?P<text>.*\?)[ \t]*")


def keep_question_marks(lines: list[str]) -> list[str]:
    """Spell a ``%mj`` line that ends in ``?`` as the call that it stands for.

    Args:
        lines: A cell's lines; those of cell magics and inside of long strings are left alone.
    """
    if lines and lines[0].startswith("%%"):
        return lines
    kept, quoted = [], False
    for line in lines:
        asked = None if quoted else QUESTION.fullmatch(line.rstrip("\n"))
        if asked:
            line = f"{asked['before']}get_ipython().run_line_magic('mj', {asked['text']!r})\n"
        elif line.count('"""') % 2 or line.count("'''") % 2:
            quoted = not quoted
        kept.append(line)
    return kept

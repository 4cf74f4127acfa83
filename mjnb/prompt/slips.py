"""Slips: words that are nearly a flag or an option, told of before they are paid as prose.

A word is a slip when it is a known one but for its letters' case or width, the kind or number of its dashes,
what is stuck to it or stands in it unseen, or a letter or two.  Two hyphens are never prose, so there a near
miss is enough.  A single hyphen or a long dash is prose more often than not: there the word has to be a known
one, and what follows has to be its value.  In quotes (``"--stylze"``) every word is text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ..params import REST, Generate, rows
from .flags import MAPPED, PASSED, fits, takes_value
from .words import Word

OWN_WORDS = ("--dry-run", "--each", "--help", "--quiet", "--wait", "--yes")  # of %mj, nowhere else
DASHES = "-‐‑‒–—―−⸺⸻﹘﹣－"
LONGEST = 24  # letters of a word that may be a slip

_NAME = re.compile(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*")
_STUCK = re.compile(r"[=:].*|\.?[0-9][0-9.:]*[,;!?]*|[.,;!?\\]+", re.DOTALL)
_KEYWORD = re.compile(r"([A-Za-z_]+(?:-[A-Za-z]+)*)=([^\s=]+)")
_RATIO = re.compile(r"[0-9.]{1,9}:[0-9.]{1,9}")
_OWN = {word.replace("-", ""): word for word in OWN_WORDS}
_IN_PYTHON = {"--dry-run": "dry_run=True", "--wait": "wait=True", "--yes": "yes=True for a sweep's run"}
_BY_PARAMETER = {name.replace("_", ""): row.flags for name, row in rows(Generate).items() if row.flags}
_FLAGS = {name.strip("-"): name for name in (*MAPPED, *PASSED)}
_NEXT_WORDS = 12  # in which the second of a pair of dashes is looked for


def slip(words: Sequence[Word], here: int) -> str:
    """Return what is wrong with a word that is nearly a flag of Midjourney's or an option of ours.

    Args:
        words: The words of a line.
        here: The number of the word; flags and their values are none.

    Returns:
        The fault, with the nearest and how to mean the word as it is; an empty text for prose.
    """
    typed, following = words[here].text, _text(words, here + 1)
    word = _seen(typed)
    bare = word.lstrip(DASHES)
    dashes, bare = word[: len(word) - len(bare)], _plain(bare)
    if not dashes:
        return _keyword(typed)
    if not bare:
        meant = _spaced(following, _text(words, here + 2)) if dashes == "--" else ""
        return f"{typed} {following} is not read as a flag: did you mean {meant}?" if meant else ""
    found = _NAME.match(bare)
    if found is None or found.end() > LONGEST:
        return ""
    edge = here == 0 or not following or following[0] in DASHES
    name, stuck = found.group().lower(), bare[found.end() :]
    option = _option(dashes, name, stuck, edge)
    as_it_is = typed == f"{dashes}{bare}"
    flag = option or _flag(dashes, name, stuck, following, edge=edge, as_it_is=as_it_is)
    meant = flag or _pair(words, here, name, stuck)
    if not meant:
        return ""
    python = f" In Python say {_IN_PYTHON[meant]}." if meant in _IN_PYTHON else ""
    if meant == typed:
        return f"{typed} is an option of %mj.{python} {_literally(typed)}"
    kind = "an option" if option else "a flag"
    return f"{typed} is not read as {kind}: did you mean {meant}?{python} {_literally(typed)}"


def unknown(words: Iterable[Word]) -> list[str]:
    """Return the words that are written as flags and are none that is known."""
    return [
        word.text
        for word in words
        if word.is_dashed and word.text[2:3].isalpha() and word.text.lower() not in (*MAPPED, *PASSED)
    ]


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that differs least, if by no more than a slip of the keyboard.

    That is one letter (left out, put in, changed, or two that changed places), in words of seven letters
    and more two; in words of four none is changed, which would make another word too often.
    """
    near = [(distance, one) for one in known if (distance := _distance(word, one)) is not None]
    return min(near)[1] if near else ""


# ---- options of ours --------------------------------------------------------------------------------


def _option(dashes: str, name: str, stuck: str, edge: bool) -> str:
    """Return the option that is meant, or an empty text."""
    if f"--{name}" in _FLAGS.values() or (stuck and not _STUCK.fullmatch(stuck)):
        return ""
    joined = _joined(name)
    if joined in _OWN:
        surely = dashes == "--" or "dry" in joined
        return _OWN[joined] if surely or (edge and not stuck) else ""
    if dashes != "--":
        return ""
    short = [word for own, word in _OWN.items() if own.startswith(joined)]
    return short[0] if short and (len(joined) > 2 or joined in "hy") else _OWN.get(nearest(joined, _OWN), "")


# ---- flags ------------------------------------------------------------------------------------------


def _flag(dashes: str, name: str, stuck: str, following: str, *, edge: bool, as_it_is: bool) -> str:
    """Return the flag that is meant, with its value if there is one, or an empty text."""
    if dashes == "--" and f"--{name}" not in _FLAGS.values() and _takes_rest(name.partition("-")[0]):
        first, hyphen, rest = name.partition("-")
        return f"--{first} {rest}{stuck}" if hyphen else ""
    if stuck and not _STUCK.fullmatch(stuck):
        return ""
    value = stuck.strip("=:,;!?") if stuck.strip("=:.,;!?") else following
    flag = f"--{name}" if f"--{name}" in _FLAGS.values() else _near_flag(name, value)
    known = flag == f"--{name}"
    if not flag or (dashes == "--" and known and not stuck and as_it_is):
        return ""
    if not _surely(dashes, flag, value, known, edge and not stuck):
        return ""
    return f"{flag} {value}" if fits(flag, value) else flag


def _surely(dashes: str, flag: str, value: str, known: bool, edge: bool) -> bool:
    """Return whether a word with such dashes is no prose."""
    if dashes == "--" or fits(flag, value):
        return True
    if not known:
        return False
    if dashes == "-":
        return edge and _takes_nothing(flag) and len(flag) > len("--xx")
    return flag in MAPPED or len(dashes) > 1 or (edge and _takes_nothing(flag))


def _near_flag(name: str, value: str) -> str:
    """Return the flag whose name is nearly this one, or whose parameter has this name."""
    joined = _joined(name)
    if joined in _BY_PARAMETER:
        return _flag_for(joined, value)
    near = [_nearness(joined, known, value) for known in _FLAGS]
    ratio = "--ar" if _RATIO.fullmatch(value) and fits("--ar", value) else ""
    return ratio or min((one for one in near if one), default=(False, 0, ""))[2]


def _nearness(name: str, known: str, value: str) -> tuple[bool, int, str] | None:
    """Return how near a name is to that of a flag, the nearest first; None when it is another word.

    A name of two or three letters, or one that is only begun, counts when the flag's value follows.
    """
    flag = _FLAGS[known]
    if len(name) > 3 and (distance := _distance(name, known)) is not None:
        return not fits(flag, value), distance, flag
    begun = len(name) > 2 and known.startswith(name)
    if (begun or (len(name) in (2, 3) and _distance(name, known, least=1) is not None)) and fits(flag, value):
        return False, 1, flag
    return None


def _flag_for(parameter: str, value: str) -> str:
    """Return the flag of a parameter: that which stands for a value, else the first."""
    flags = _BY_PARAMETER[parameter]
    return next((flag.name for flag in flags if flag.value == value), flags[0].name)


def _spaced(name: str, value: str) -> str:
    """Return the flag that is meant by a lone ``--`` and the word behind it."""
    flag = f"--{name.lower()}"
    return f"{flag} {value}" if flag in _FLAGS.values() and fits(flag, value) else ""


def _pair(words: Sequence[Word], here: int, name: str, stuck: str) -> str:
    """Return ``--no`` for ``—no text``, unless a second dash makes it a remark: ``—no one knew—``."""
    word = words[here].text
    if not _takes_rest(name) or stuck or word[0] == "-" or word.lower() != word or here + 1 == len(words):
        return ""
    later = words[here + 1 : here + _NEXT_WORDS]
    return "" if any(one.text.rstrip(".,;:!?")[-1:] in [*DASHES[1:]] for one in later) else f"--{name}"


def _takes_nothing(flag: str) -> bool:
    return not takes_value(MAPPED[flag][1]) if flag in MAPPED else not PASSED[flag].words


def _takes_rest(name: str) -> bool:
    passed = PASSED.get(f"--{name}")
    return passed is not None and passed.words == REST and f"--{name}" not in MAPPED


# ---- small parts ------------------------------------------------------------------------------------


def _keyword(word: str) -> str:
    """Return the fault of an argument of Python's in a prompt: ``stylization=250``, ``dry_run=True``."""
    found = _KEYWORD.fullmatch(word.rstrip(",;"))
    if found is None:
        return ""
    name, value = found[1].lower(), found[2].strip("'\"")
    parameter = _joined(name)
    own = _OWN.get(parameter)
    if own and value in ("True", "False"):
        return f"{word} is Python: in a %mj line write {own}. {_literally(word)}"
    flag = _flag_for(parameter, value) if parameter in _BY_PARAMETER else f"--{parameter}"
    if not fits(flag, value) and not (flag in MAPPED and MAPPED[flag][1].value == value):
        said = "" if not _is_parameter(parameter, value) else f"{word} is Python: only mj.imagine takes it"
        return said and f"{said}. {_literally(word)}"
    meant = f"{flag} {value}" if fits(flag, value) else flag
    return f"{word} is Python: in a prompt write {meant}. {_literally(word)}"


def _is_parameter(joined: str, value: str) -> bool:
    """Return whether a word and a value are a parameter's that has no flag for them."""
    row = next((row for name, row in rows(Generate).items() if _joined(name) == joined), None)
    if row is None:
        return False
    try:
        row.domain.read({"true": True, "false": False}.get(value.lower(), value))
    except ValueError:
        return False
    return True


def _joined(name: str) -> str:
    return re.sub(r"[-_.]", "", name)


def _seen(word: str) -> str:
    """Return a word without what nobody sees: zero-width spaces and joiners, marks of direction."""
    return word if word.isascii() else "".join(one for one in word if unicodedata.category(one) != "Cf")


def _plain(bare: str) -> str:
    """Return what stands behind dashes with letters of usual width and every dash in it as a hyphen."""
    if bare.isascii():
        return bare
    return "".join("-" if one in DASHES else one for one in unicodedata.normalize("NFKC", bare))


def _literally(word: str) -> str:
    return f'(As text write it in quotes: "{word}".)'


def _text(words: Sequence[Word], number: int) -> str:
    return words[number].text if number < len(words) else ""


def _distance(word: str, known: str, *, least: int = 0) -> int | None:
    """Return how many slips make one word of another; None when there are too many.

    Source: Damerau's distance between texts, adjacent letters that change places as one slip.
    """
    longer = max(len(word), len(known))
    most = max(least, 0 if longer < 4 else 1 if longer < 7 else 2)
    if abs(len(word) - len(known)) > most or longer > LONGEST:
        return None
    changed = 1 if longer != 4 else 2
    before: list[int] = []
    row = list(range(len(known) + 1))
    for i, letter in enumerate(word, 1):
        before, row, last = row, [i], before
        for j, other in enumerate(known, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + changed * (letter != other))
            if i > 1 and j > 1 and letter == known[j - 2] and word[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1] if row[-1] <= most else None

"""The one door for what comes in from the network: own secrets out, lengths bounded, types made regular.

A service, a proxy or a stranger's server may echo the key that it was sent, in any spelling; it may write a
number as a text, a list as JSON within JSON, a time in seconds.  What passes here is free of the session's
secrets and has one form.  What it means is told by `mjnb.api` and `mjnb.outcomes`.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from html.entities import codepoint2name
from typing import Any
from urllib.parse import quote

MASK = "***"
SHORTEST = 8  # characters of a secret; a shorter one is no secret, and taking it out would spoil honest text
WORDS = 2000  # characters of a message that are shown and kept
ID_LENGTH = 128  # characters of a task id
UNFOLDED = 3  # layers of JSON within JSON that are read
DEPTH = 8  # levels of an answer that are searched for a task id
LONGEST_LETTER = 24  # characters of one of a secret's, escaped
LONGEST_WAIT = 300.0  # seconds that a service may tell to wait
TASK_NAMES = ("taskid", "task_id", "task-id")  # keys of a task id, in lower case
NAMING = ("taskid", "taskids")  # of one or several, without what stands between the words
TASKS = ("task", "tasks")  # under which a task, or its id, may stand by itself
NO_ID = ("", "0", "null", "none", "undefined", "false")

_TASK_KEY = re.compile(
    r"""task[_\s-]?ids?\\{0,8}["']?\s{0,8}[:=]\s{0,8}\[?\s{0,8}\\{0,8}["']?\s{0,8}([\w.:-]{1,129})""",
    re.IGNORECASE,
)
_LINE_END = r"(?:[\r\n]|\\{1,8}[rn]|%0[AaDd]){0,4}"  # where base64 is wrapped
_HEX_ID = r"[0-9a-f]{24,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = re.compile(_HEX_ID, re.IGNORECASE)
_TASK_TEXT = re.compile(  # in XML, and in a sentence
    rf"""<task[_-]?id>\s{{0,8}}([\w.:-]{{1,129}})|\btask\s{{1,8}}["'#(]?({_HEX_ID})\b""", re.IGNORECASE
)
_UNQUOTED = re.compile(r"[^\w!#$&'()*+,/:;=?@~.%\[\]-]|%(?![0-9a-f]{2})", re.IGNORECASE | re.ASCII)
_URL = re.compile(r"(https?://[^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_NEXT_URL = re.compile(r"[\s,;'\"]{1,9}(?=(?:https?:)?//)")
_SECONDS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))  # below which: ticks per second


class Shield:
    """Takes a session's own secrets out of texts, however they are spelled.

    Args:
        secrets: The API key and the webhook key; empty and short ones are passed over.
    """

    def __init__(self, *secrets: str) -> None:
        kept = [secret for secret in secrets if len(secret) >= SHORTEST]
        self.needed = bool(kept)
        self._clean, self._clean_end = _cleaner(kept), _end_cleaner(kept)

    def text(self, said: str) -> str:
        """Return a text without the secrets: plain, quoted for URLs, JSON or HTML, in base64 or hex."""
        return self._clean(said)

    def body(self, content: bytes) -> str:
        """Return a body as text, without the secrets; bytes that are no text are replaced."""
        return self.text(content.decode(json.detect_encoding(content), "replace"))

    def cut(self, content: bytes) -> str:
        """Return a body that broke off as text, also without the beginning of a secret that it ends with."""
        return self._clean_end(self.body(content))


def _cleaner(secrets: list[str]) -> Callable[[str], str]:
    """Return the function that cleans; its patterns, which spell the secrets out, have no other name."""
    spelled = "|".join(form for secret in secrets for form in _spellings(secret))
    if not spelled:
        return lambda said: said
    firsts = {form for secret in secrets for form in _first_letters(secret)}
    found = re.compile(f"(?=[{re.escape(''.join(sorted(firsts)))}])(?:{spelled})")
    return lambda said: found.sub(MASK, said)


def _end_cleaner(secrets: list[str]) -> Callable[[str], str]:
    """Return the function that cleans the end of a text that broke off within a secret or a letter of one."""

    def clean(said: str) -> str:
        for secret in secrets:
            at = max(0, len(said) - LONGEST_LETTER * len(secret))
            begun = re.compile("|".join(_spellings(secret[:SHORTEST]))).search(said, at)
            if begun is None:
                continue
            for length in range(len(secret) - 1, SHORTEST - 1, -1):
                spelled = "|".join(_spellings(secret[:length]))
                if found := re.compile(rf"(?:{spelled})[\w+/=%\\&#;-]{{0,9}}\Z").search(said, begun.start()):
                    return said[: found.start()] + MASK
        return said

    return clean


def _spellings(secret: str) -> Iterator[str]:
    """Yield patterns for every encoding of a secret; each allows any mix of escapes, letter by letter."""
    yield f"(?i:{''.join(map(_escaped, secret))})"
    content = secret.encode(errors="replace")
    yield "(?i:" + r"[\s:,_-]{0,4}(?:0x|\\{1,8}x)?".join(f"{byte:02x}" for byte in content) + ")"
    for shift in range(3):
        packed = base64.b64encode(bytes(shift) + content).decode()
        core = packed[-(-8 * shift // 6) : 8 * (shift + len(content)) // 6]
        for one in {core, core.replace("+", "-").replace("/", "_")}:
            yield _LINE_END.join(letter if letter.isalnum() else _escaped(letter) for letter in one)


def _first_letters(secret: str) -> set[str]:
    """Return the letters that any spelling of a secret may begin with, so that others cost nothing."""
    content = secret.encode(errors="replace")
    shifted = (base64.b64encode(bytes(shift) + content).decode() for shift in range(3))
    cores = "".join(packed[at] for packed, at in zip(shifted, (0, 2, 3), strict=True))
    cores += cores.replace("+", "-").replace("/", "_")
    hexed = content[:1].hex()[0]
    first = secret[0]
    return {*"\\%&+", first, first.lower(), first.upper(), hexed, hexed.upper(), *cores}


def _escaped(letter: str) -> str:
    """Return a pattern for one letter, as it is or escaped for a URL, JSON, a program or HTML."""
    code, literal = ord(letter), re.escape(letter)
    percent = "".join(rf"%(?:25){{0,4}}{_hex(byte, 2)}" for byte in letter.encode(errors="replace"))
    named = codepoint2name.get(code)
    forms = [
        rf"\\{{0,8}}{literal}",
        percent,
        rf"\\{{1,8}}u(?i:{_units(letter)})",
        rf"\\{{1,8}}x{_hex(code, 2)}",
        rf"\\{{1,8}}u\{{0{{0,8}}{_hex(code, 1)}\}}",
        rf"\\{{1,8}}U{_hex(code, 8)}",
        rf"\\{{1,8}}{code:03o}",
        rf"%u{_hex(code, 4)}",
        rf"&(?:amp;)?#0{{0,8}}{code};?",
        rf"&(?:amp;)?#[xX]0{{0,8}}{_hex(code, 1)};?",
        *([r"\+"] if letter == " " else []),
        *([f"&(?:amp;)?{named};"] if named else []),
    ]
    return f"(?:{'|'.join(forms)})"


def _hex(code: int, width: int) -> str:
    return f"(?i:{code:0{width}x})"


def _units(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return r"\\{1,8}u".join(units[k : k + 2].hex() for k in range(0, len(units), 2))


# ---- JSON ----


def read(text: str) -> Any:
    """Read JSON; an answer that is a JSON text with JSON inside is read, too.

    Raises:
        ValueError: It is none.
    """
    try:
        found = json.loads(text)
        if "\\ud" in text.lower():  # a text cut inside an emoji: half a character cannot be stored
            found = json.loads(json.dumps(found, ensure_ascii=False).encode(errors="replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return unfold(found)


def unfold(value: Any) -> Any:
    """Return what a JSON text holds, through some layers; anything else as it is."""
    for _ in range(UNFOLDED):
        if not isinstance(value, str) or not value.lstrip().startswith(("{", "[", '"', "null")):
            return value
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


# ---- values ----


def text(value: Any, limit: int | None = None) -> str | None:
    """Return a value as text, bounded; other than texts as JSON, None as None."""
    if value is None:
        return None
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if limit is None else said[:limit]


def code(value: Any) -> int | None:
    """Return an envelope's code as a number: 200, 200.0 and "200" are one; None: it is no code."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,9}(\.0*)?", value.strip(), re.ASCII):
        value = float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return value if type(value) is int else None


def identifier(value: Any) -> str:
    """Return a task id as text, or an empty text when it is none, or none that can be asked for.

    Whole numbers are ids as well; blanks around it are dropped.  One that held a secret names nothing.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if type(value) is int and value.bit_length() < 4 * ID_LENGTH:
        value = str(value)
    found = value.strip() if isinstance(value, str) else ""
    usable = len(found) <= ID_LENGTH and found.isprintable() and " " not in found and MASK not in found
    return found if usable and found.lower() not in NO_ID else ""


def same_id(one: str, other: str) -> bool:
    """Return whether two ids name one task, whatever their case and the blanks around them."""
    return one.strip().casefold() == other.strip().casefold()


def seconds(value: str) -> float | None:
    """Return a Retry-After in seconds, bounded; None when it is no whole number."""
    found = value.strip()
    return min(float(found), LONGEST_WAIT) if found.isdecimal() and found.isascii() else None


def moment(value: Any) -> datetime | None:
    """Return a time as UTC: an epoch in seconds, milli-, micro- or nanoseconds, its digits, or ISO text."""
    try:
        if isinstance(value, str):
            value = value.strip()
            if re.fullmatch(r"[0-9]{1,20}(\.[0-9]*)?", value, re.ASCII):
                value = float(value) if "." in value else int(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            ticks = next(per for end, per in _SECONDS if abs(value) < end)
            return datetime.fromtimestamp(value / ticks, UTC)
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError, StopIteration):
        return None
    return None


# ---- ids and addresses in an answer ----


def named_in(said: str, asked: str = "") -> tuple[bool, str]:
    """Say whether an answer, read or not, names a task anywhere; and the first id that can be asked for.

    An ``id`` counts at the top, in ``data`` and in a ``task``, the other names everywhere; what looks like an
    id counts also where it stands by itself.

    Args:
        said: The answer.
        asked: The id of the task that the request was about, which an answer may repeat.
    """
    try:
        found = list(_names(read(said), DEPTH, outer=True))
    except ValueError:
        found = []
    found += [match for match in _TASK_KEY.findall(said) if match.lower() not in NO_ID]
    found += [next(filter(None, match)) for match in _TASK_TEXT.findall(said)]
    found = [one for one in found if not (asked and same_id(identifier(one), asked))]
    return bool(found), next(filter(None, map(identifier, found)), "")


def _names(value: Any, depth: int, *, outer: bool) -> Iterator[Any]:
    """Yield what stands under a task id's name and is not empty, `data` first."""
    value = unfold(value)
    if outer and isinstance(value, str) and _ID.fullmatch(value.strip()):
        yield value
    if depth == 0 or not isinstance(value, dict | list):
        return
    if isinstance(value, list):
        for one in value:
            yield from _names(one, depth - 1, outer=outer)
        return
    for key, one in value.items():
        low = re.sub(r"[\W_]", "", key.lower())
        if (low in NAMING or (outer and low == "id")) and not _says_none(one):
            yield from one if isinstance(one, list) else [one]
    for key, one in sorted(value.items(), key=lambda item: item[0] != "data"):
        inside = (outer and key == "data") or key.lower() in TASKS
        yield from _names(one, depth - 1, outer=inside)


def _says_none(value: Any) -> bool:
    return not value or (isinstance(value, str) and value.strip().lower() in NO_ID)


def addresses(value: Any, names: tuple[str, ...], scheme: str = "https") -> list[str]:
    """Return the URLs of a list in any form: of texts, of objects, as JSON text, as a text with commas.

    Args:
        value: The list.
        names: Under which an object has its URL; the first counts.
        scheme: Of addresses that begin with ``//``.
    """
    value = unfold(value)
    if isinstance(value, str):
        parts = _NEXT_URL.split(value.strip(" \t\r\n[]'\""))
        value = [part for part in parts if part.startswith(("http://", "https://", "//"))]
    if not isinstance(value, list):
        return []
    found = (next((one[name] for name in names if one.get(name)), None) if isinstance(one, Mapping) else one
             for one in value)  # fmt: skip
    return [url for one in found if isinstance(one, str) and (url := address(one, scheme))]


def address(said: str, scheme: str = "https") -> str:
    """Return a URL as it can be asked for: stripped, joined over line breaks, quoted, with its scheme."""
    found = "".join(part.strip() for part in re.split(r"[\r\n\t]", said)).strip(" <>\"'")
    found = re.sub("&(amp|#38|#x26);", "&", found, flags=re.IGNORECASE)
    if found.startswith("//"):
        found = f"{scheme}:{found}"
    whole = _URL.fullmatch(found)
    if whole is None:
        return found
    host, rest = whole.groups()
    return host + _UNQUOTED.sub(lambda match: quote(match[0], safe="", errors="replace"), rest)

"""What values are legal: eight kinds of domain, each of which reads a value or says what is wrong with it.

A domain's ``read`` returns the clean value or raises ``ValueError`` with a phrase that follows the
parameter's name ("4000 is outside 0 to 3000").  Its ``str`` is what a help page shows.
"""

from __future__ import annotations

import ipaddress
import math
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from operator import index
from typing import Any, ClassVar
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Span:
    """Whole numbers from low to high; ``step`` is advice, the ends refuse."""

    low: int
    high: int
    step: int = 1
    kind: ClassVar[str] = "integer"

    def read(self, value: object) -> int:
        """Return the value as an int, or raise ValueError with what is wrong."""
        number = _whole(value)
        if not self.low <= number <= self.high:
            raise ValueError(f"{number} is outside {self}")
        return number

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"


@dataclass(frozen=True)
class Choice:
    """One of a few words; a number that reads the same is taken for its word."""

    values: tuple[str, ...]
    kind: ClassVar[str] = "choice"

    def read(self, value: object) -> str:
        value = scalar(value)
        word = _word(value)
        if word in self.values:
            return str(word)
        near = get_close_matches(str(value), self.values, n=1)
        raise ValueError(f"{value!r} is not one of {self}" + (f": did you mean {near[0]!r}?" if near else ""))

    def __str__(self) -> str:
        return ", ".join(self.values)


@dataclass(frozen=True)
class NumberChoice:
    """One of a few whole numbers."""

    values: tuple[int, ...]
    kind: ClassVar[str] = "integer"

    def read(self, value: object) -> int:
        number = _whole(value)
        if number not in self.values:
            raise ValueError(f"{number} is not one of {self}")
        return number

    def __str__(self) -> str:
        return ", ".join(map(str, self.values))


@dataclass(frozen=True)
class Number:
    """A number from low to high, with or without decimals; ``.5`` is one."""

    low: float
    high: float
    kind: ClassVar[str] = "number"

    def read(self, value: object) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) else math.nan
        except ValueError:
            number = math.nan
        if math.isnan(number) or isinstance(value, bool):
            raise ValueError(f"needs a number, not {value!r}")
        if not self.low <= number <= self.high:
            raise ValueError(f"{value} is outside {self}")
        return number

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Switch:
    """True or false."""

    kind: ClassVar[str] = "switch"

    def read(self, value: object) -> bool:
        value = scalar(value)
        if not isinstance(value, bool):
            raise ValueError(f"needs True or False, not {value!r}")
        return value

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Text:
    """A text of at least one visible character and at most ``limit`` characters."""

    limit: int
    kind: ClassVar[str] = "text"

    def read(self, value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(f"needs a text, not {value!r}")
        if not value.strip():
            raise ValueError("is empty")
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError("has half a character (a lone surrogate), which cannot be sent")
        if len(value) > self.limit:
            raise ValueError(f"has {len(value)} characters, {self.limit} are allowed")
        return value

    def __str__(self) -> str:
        return f"text of at most {self.limit} characters"


@dataclass(frozen=True)
class Url:
    """An http or https address on a public host."""

    kind: ClassVar[str] = "text"

    def read(self, value: object) -> str:
        if not isinstance(value, str):
            raise ValueError(f"needs a URL, not {value!r}")
        if fault := url_fault(value):
            raise ValueError(fault)
        return value

    def __str__(self) -> str:
        return "http or https URL"


@dataclass(frozen=True)
class Urls:
    """A list of one or more http or https addresses; a single text is a list of one."""

    kind: ClassVar[str] = "urls"

    def read(self, value: object) -> tuple[str, ...]:
        given = (value,) if isinstance(value, str) else value
        if not isinstance(given, Iterable):
            raise ValueError(f"needs a list of URLs, not {value!r}")
        urls = tuple(Url().read(item) for item in given)
        if not urls:
            raise ValueError("is an empty list")
        return urls

    def __str__(self) -> str:
        return "http or https URLs"


Domain = Span | Choice | NumberChoice | Number | Switch | Text | Url | Urls


def scalar(value: Any) -> Any:
    """Return the Python value of an array without dimensions (a NumPy number); anything else as it is."""
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def _word(value: object) -> str | None:
    """Return the word that a text or a number reads as (``7.0`` as ``7``), None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _whole(value: object) -> int:
    """Return a whole number of any integer type; ``True`` is no number, ``250.0`` is 250."""
    value = scalar(value)
    if isinstance(value, bool):
        raise ValueError(f"needs a whole number, not {value!r}")
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError(f"needs a whole number, not {value!r}")
        return int(value)
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(f"needs a whole number, not {value!r}") from None


def url_fault(url: str) -> str:
    """Return why a URL cannot be given to the service, or an empty text."""
    if any(c.isspace() or not c.isprintable() for c in url):
        return f"{url!r} is not a URL: it has spaces or control characters"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return f"{url!r} is not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return f"{url!r} is not an http or https URL"
    if parts.username is not None or parts.password is not None:
        return f"the URL on {host!r} carries a user name or password"
    return ""


def private_host(host: str) -> bool:
    """Return whether a host is one that a service on the internet cannot reach."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return bool(name) and ("." not in name or _is_short_address(name))


def on_this_machine(host: str) -> bool:
    """Return whether a host is this machine itself, whatever network it is in."""
    name = host.lower().rstrip(".").partition("%")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return as_number(name).startswith("127.")
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def as_number(name: str) -> str:
    """Return an address of four numbers in its usual spelling, of ``127.1`` or ``0x7f.0.0.1``; or nothing."""
    try:
        return socket.inet_ntoa(socket.inet_aton(name)) if _is_short_address(name) else ""
    except OSError:
        return ""


def _is_short_address(name: str) -> bool:
    return all(re.fullmatch(r"0x[0-9a-f]*|[0-9]+", part) for part in name.split("."))

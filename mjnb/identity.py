"""Identity: what makes two cells the same, and whose they are.  Nothing else decides what is paid again.

Two requests are one cell when the service would be asked for the same pictures:

* **values** are those of the table: 7 and "7", 250 and 250.0 are read alike before they come here;
* **defaults** count as not said: the service records its own where nothing is said;
* **text** is compared in NFC, since é has two spellings that nobody can see, and with spaces outside quotes
  folded, since Midjourney reads none of them; within "…" and “…” stands text to be drawn, spaces and all;
* **pictures** are compared by their content, since an upload has another URL after a day and a result has one
  for two weeks only; by URL while nobody here knows what is behind it;
* **where the end is reported** (``call_back_url``) makes no other picture.

Whose they are: the **account** is the service's origin, however its address is spelled, and says nothing of
the key, since keys are changed while pictures stay.  The **payer** is origin and key together: who may have
been charged.  What another payer has paid for is told, and not paid again without a word from the user.

What is sent is what was typed: only comparing goes through here.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .api import BASE_URLS, netloc, origin
from .config import SANDBOX
from .errors import InvalidRequest
from .params import Generate, Request, given, rows

QUOTED_OR_SPACE = re.compile(r"""("[^"]*"|“[^”]*”)|\s+""")  # an unpartnered quote is no quote


# ---- whose ----


def account(service: str) -> str:
    """Return whose tasks those at a service are: a short hash of its origin, or ``sandbox``."""
    place = origin(service)
    return SANDBOX if place == SANDBOX else _short_hash(place)


def payer(service: str, key: str) -> str:
    """Return who pays there: a short hash of origin and key; ``sandbox`` for the embedded one."""
    place = origin(service)
    return SANDBOX if place == SANDBOX else _short_hash(f"{place}\0{key}")


@dataclass(frozen=True)
class Payer:
    """Who pays, and under which names older ledgers have them.

    Attributes:
        name: What new rows say; empty: nobody is told apart.
        known: All names that rows may have, this one among them.
    """

    name: str = ""
    known: frozenset[str] = frozenset()

    def owns(self, named: str | None) -> bool:
        """Return whether a row is this payer's own, or nobody's in particular."""
        return not (self.name and named) or named in self.known


ANYONE = Payer()


def payer_of(service: str, key: str, spellings: Iterable[str] = ()) -> Payer:
    """Return a key as payer.

    Args:
        service: As in `api.origin`.
        key: The service's key.
        spellings: Addresses of the service as ledgers have them.
    """
    name = payer(service, key)
    return Payer(name, payers(service, key, spellings) | {name})


def payers(service: str, key: str, spellings: Iterable[str] = ()) -> frozenset[str]:
    """Return the names that mjnb before schema 5 gave to a key: it hashed the address as it was typed."""
    place = origin(service)
    typed = {service, place, *spellings, *(name for name, url in BASE_URLS.items() if url == place)}
    slashed = {f"{word.rstrip('/')}{slash}" for word in typed for slash in ("", "/")}
    return frozenset(_short_hash(f"{word}\0{key}") for word in slashed)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


# ---- what ----


def request_sha(request: Request, contents: Mapping[str, str] | None = None) -> str:
    """Return the hash of what a request asks for.

    Args:
        request: A checked request.
        contents: The SHA-256 of what is behind a picture's URL, by its `address`, as far as it is known.

    Raises:
        InvalidRequest: It has a text that cannot be sent.
    """
    table, kind = rows(type(request)), getattr(request, "task_type", "")
    asked: dict[str, Any] = {}
    for name, value in given(request).items():
        row = table[name]
        if name == "call_back_url" or (value == row.added and row.applies(kind)):
            continue
        asked[name] = _compared(name, value, contents or {})
    text = json.dumps([type(request).__name__, asked], sort_keys=True, ensure_ascii=False)
    try:
        return hashlib.sha256(text.encode()).hexdigest()
    except UnicodeEncodeError:
        raise InvalidRequest("the text has half a character in it, which cannot be sent") from None


def inputs(request: Request) -> list[str]:
    """Return the addresses of a request's pictures."""
    urls = request.file_urls if isinstance(request, Generate) else None
    return [address(url) for url in urls or ()]


@lru_cache(maxsize=256)
def address(url: str) -> str:
    """Return the one spelling of a picture's URL; path and query stay as they are."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit((parts.scheme, netloc(parts), parts.path, parts.query, "")) if parts.netloc else url


@lru_cache(maxsize=256)
def wording(text: str) -> str:
    """Return a prompt as it is compared."""
    composed = unicodedata.normalize("NFC", text)
    return QUOTED_OR_SPACE.sub(lambda found: found[1] or " ", composed).strip()


def _compared(name: str, value: Any, contents: Mapping[str, str]) -> Any:
    if name == "prompt":
        return wording(value)
    if name == "file_urls":
        return [contents.get(address(url)) or address(url) for url in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value

"""Which key goes where: a key belongs to the service it was given for, and goes to no other.

============================  ==================================================================
the key comes from            it is for
============================  ==================================================================
``KIE_API_KEY``               kie
the keyring, or asked for     the service that its entry, or the question, named
``MJNB_API_KEY``              the service of ``MJNB_BASE_URL``, when that is set beside it; else as code
code                          the service that you name (code, notebook, environment); kie, when you name
                              none: a project's file is not your word, and sends it nowhere else
============================  ==================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .sources import Found
from .table import SANDBOX

KIE = "kie"


class Given(NamedTuple):
    """A key, where it came from, and the service it was given for; empty: none was named."""

    found: Found
    service: str = ""


def service(base_url: str) -> str:
    """Return a service's name: a preset's, else scheme, host and port in one spelling."""
    from urllib.parse import urlsplit

    from ..api import BASE_URLS, origin

    parts = urlsplit(origin(base_url))
    found = f"{parts.scheme}://{parts.netloc}" if parts.netloc else parts.path
    return next((name for name, url in BASE_URLS.items() if url == found), found)


def fitting(keys: Iterable[Given], base_url: str, *, own_word: bool) -> Found:
    """Return the first key that may go to a service; an empty one, with the reason as its source, else.

    Args:
        keys: All that were given, the one that goes before others first.
        base_url: Where it would go.
        own_word: Whether the user named that service, and no file of a project.
    """
    wanted, refused = service(base_url), ""
    for key in keys:
        meant = (key.service and service(key.service)) or ("" if own_word else KIE)
        if wanted in (SANDBOX, meant) or not meant:
            return key.found
        refused = refused or f"{key.found.source}, which is for {meant}"
    return Found("", refused)

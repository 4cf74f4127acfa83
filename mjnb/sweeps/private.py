"""What is nobody else's business: the address that callbacks come to, whose path may be a secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from html import escape
from typing import Any

from ..params import Generate, rows
from ..tracking import Task
from .design import Design

CALLBACK = rows(Generate)["call_back_url"]
HIDDEN = "…"


def public(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters, by the table's names, that may be shown to anyone."""
    return {name: value for name, value in said.items() if name != CALLBACK.name}


def secrets(design: Design | None, tasks: Iterable[Task | None]) -> set[str]:
    """Return the addresses that callbacks of these tasks go to."""
    found = {design.fixed.get(CALLBACK.name)} if design is not None else set()
    for task in tasks:
        for text in (task.entry.param_json, task.entry.server_param_json) if task else ():
            found.add(_callback(text))
    return {url for url in found if isinstance(url, str) and url}


def _callback(param_json: str | None) -> Any:
    try:
        said = json.loads(param_json or "null")
    except (ValueError, RecursionError):
        return None
    return said.get(CALLBACK.api) if isinstance(said, dict) else None


def hide(text: str, urls: Set[str]) -> str:
    """Return a text, plain or HTML, in which these addresses are not told: a refusal may quote one."""
    for url in sorted(urls, key=len, reverse=True):
        for form in {url, escape(url), json.dumps(url)[1:-1]}:
            text = text.replace(form, HIDDEN)
    return text


def holds(content: bytes, urls: Set[str]) -> bool:
    """Return whether a file's content tells one of these addresses."""
    return any(url.encode() in content for url in urls)

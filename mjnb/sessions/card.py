"""How a session looks: where it works, what it has to tell, and a line to go on with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import display
from ..config import Settings

NEXT = "tasks"  # of %mj: what a session has made


def lines(settings: Settings, notices: Sequence[str]) -> list[str]:
    """Return a session in words; the key is not among them."""
    where = "the embedded sandbox" if settings.embedded else settings.base_url
    return [f"session with {where}, data in {_near(settings.data_dir)}", *notices, display.typed(NEXT)]


def bundle(settings: Settings, notices: Sequence[str], account: str) -> Any:
    """Return a session's forms as an output: text, static HTML, and where it works.

    Args:
        settings: What it works with.
        notices: What it has to tell.
        account: The short hash that stands for the service.
    """
    said = lines(settings, notices)
    html = "".join(map(display.notice_html, said[:-1])) + display.typed_html(NEXT)
    where = "sandbox" if settings.embedded else settings.base_url
    return display.mime_bundle("\n".join(said), html, display.metadata(service=where, account=account))


def _near(path: Path) -> str:
    """Return a path as short as it can be said here."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)

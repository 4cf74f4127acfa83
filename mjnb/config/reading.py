"""The settings in force, put together from all sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..hidden import hidden
from .sources import Found, chosen, in_environment, in_project
from .table import SANDBOX, SETTINGS

IN_CODE, DEFAULT = "code", "default"
SPEED = "fast"


@dataclass(frozen=True)
class Settings:
    """What a session works with; the keys never show.

    Attributes:
        base_url: A preset's name, a URL, or ``sandbox``.
        key: The API key, empty for the embedded sandbox.
        data_dir: Where ledger and pictures are.
        ledger: Database URL.
        time_scale: How much faster than the service the server's clock runs.
        upload_url: The host that takes uploads; empty: the one known for the base URL.
        webhook_key: What callbacks are signed with; empty: they are not.
        speed: Used where a speed is needed and none is said.
        max_credits: What the session may spend; None: no limit.
        owner: Who may spend it, over all sessions on the ledger; empty: this session alone.
        ask_above: Credits that are paid without asking; None: as `mjnb.sessions` decides.
        sources: Where each setting came from, by name.
    """

    base_url: str
    data_dir: Path
    ledger: str = field(repr=False)  # may hold a password
    time_scale: float = 1.0
    upload_url: str = ""
    speed: str = SPEED
    max_credits: float | None = None
    owner: str = ""
    ask_above: float | None = None
    key: str = field(default="", repr=False)
    webhook_key: str = field(default="", repr=False)
    sources: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def embedded(self) -> bool:
        """Whether the session runs a sandbox of its own."""
        return self.base_url == SANDBOX

    @property
    def account(self) -> str:
        """Whose tasks these are: a short hash of key and host, or ``sandbox``."""
        if self.embedded:
            return SANDBOX
        import hashlib

        return hashlib.sha256(f"{self.base_url}\0{self.key}".encode()).hexdigest()[:12]


def found(
    said: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, Found]:
    """Return every setting with where it came from.

    Args:
        said: What was said in code; ``None`` values were not.
        environ: In place of the process's environment.

    Raises:
        ConfigError: A value that is not accepted, wherever it came from.
    """
    in_file = in_project(Path.cwd())
    there = {
        name: _in_code(name, said or {}) or chosen(name) or in_environment(name, environ) or in_file.get(name)
        for name in SETTINGS
    }
    known = {name: one for name, one in there.items() if one is not None}
    return {name: known.get(name) or _default(name, known) for name in SETTINGS}


def _in_code(name: str, said: Mapping[str, Any]) -> Found | None:
    given = said.get(name)
    return None if given is None or given == "" else Found(SETTINGS[name].value(given, name), IN_CODE)


def _default(name: str, known: Mapping[str, Found]) -> Found:
    """Return what counts when nothing was said."""
    if name == "base_url":
        has_key = bool(known.get("api_key", Found("", "")).value)
        return Found("kie", "default with a key") if has_key else Found(SANDBOX, "default without a key")
    folder = known["data_dir"].value if "data_dir" in known else Path("mjnb-data").absolute()
    usual: dict[str, Any] = {
        "data_dir": folder,
        "ledger": f"sqlite:///{folder / 'ledger.db'}",
        "speed": SPEED,
        "time_scale": 1.0,
        "max_credits": None,
        "ask_above": None,
    }
    return Found(usual.get(name, ""), DEFAULT)


def settings(
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    data_dir: str | Path | None = None,
    ledger: str | None = None,
    speed: str | None = None,
    max_credits: float | None = None,
    owner: str | None = None,
    ask_above: float | None = None,
    time_scale: float | None = None,
    webhook_key: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings in force.

    Raises:
        ConfigError: A value that is not accepted, or a base URL without a key.
    """
    api_key, webhook_key, ledger = map(hidden, (api_key, webhook_key, ledger))
    said = {
        "base_url": base_url,
        "api_key": api_key,
        "data_dir": data_dir,
        "ledger": ledger,
        "speed": speed,
        "max_credits": max_credits,
        "owner": owner,
        "ask_above": ask_above,
        "time_scale": time_scale,
        "webhook_key": webhook_key,
    }
    there = found(said, environ)
    values = {name: one.value for name, one in there.items()}
    base, key = values["base_url"], values.pop("api_key")
    if base != SANDBOX and not key:
        raise ConfigError(f"no API key for {base}", hint="Set MJNB_API_KEY, or use base_url='sandbox'.")
    sources = {name: one.source for name, one in there.items()}
    return Settings(**values, key="" if base == SANDBOX else key, sources=sources)

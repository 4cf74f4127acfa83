"""The settings in force, put together from all sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..hidden import hidden
from . import keys
from .sources import Found, all_in_environment, chosen, in_environment, in_project, meant
from .table import SANDBOX, SETTINGS, SPEED, absolute

IN_CODE, DEFAULT = "code", "default"
LIMITS = ("max_credits", "ask_above")  # a project's file may lower what the environment says


@dataclass(frozen=True)
class Settings:
    """What a session works with; the keys never show.

    Attributes:
        base_url: A preset's name, a URL, or ``sandbox``.
        key: The API key, empty for the embedded sandbox.
        data_dir: Where ledger and pictures are.
        ledger: Its file, or a database URL.
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
    ledger: str | Path = field(repr=False)  # may hold a password
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
    in_file = _project()
    there = {
        name: _in_code(name, said or {}) or chosen(name) or _around(name, environ, in_file.get(name))
        for name in SETTINGS
    }
    known = {name: one for name, one in there.items() if one is not None}
    found = {name: known.get(name) or _default(name, known) for name in SETTINGS}
    own_word = there["base_url"] is not None and there["base_url"] is not in_file.get("base_url")
    fitting = keys.fitting(_keys(said or {}, environ), found["base_url"].value, own_word=own_word)
    return {**found, "api_key": fitting if fitting.source else Found("", DEFAULT)}


def _project() -> dict[str, Found]:
    try:
        return in_project(Path.cwd())
    except FileNotFoundError:  # the working folder was deleted; whatever needs it says so
        return {}


def _around(name: str, environ: Mapping[str, str] | None, in_file: Found | None) -> Found | None:
    """Return what environment and project's file say: the environment goes before, but for a lower limit."""
    own = in_environment(name, environ)
    if own is not None and in_file is not None and name in LIMITS and in_file.value < own.value:
        return in_file
    return own or in_file


def _keys(said: Mapping[str, Any], environ: Mapping[str, str] | None) -> list[keys.Given]:
    """Return every key that was given, with the service that it is for."""
    beside = in_environment("base_url", environ)
    services = {"MJNB_API_KEY": beside.value if beside else "", "KIE_API_KEY": keys.KIE}
    in_code, asked = _in_code("api_key", said), chosen("api_key")
    found = [keys.Given(in_code)] if in_code else []
    found += [keys.Given(asked, meant("api_key"))] if asked else []
    return found + [keys.Given(one, services[one.source]) for one in all_in_environment("api_key", environ)]


def _in_code(name: str, said: Mapping[str, Any]) -> Found | None:
    given = said.get(name)
    return None if given is None or given == "" else Found(SETTINGS[name].value(given, name), IN_CODE)


def _default(name: str, known: Mapping[str, Found]) -> Found:
    """Return what counts when nothing was said."""
    if name == "base_url":
        has_key = bool(known.get("api_key", Found("", "")).value)
        return Found("kie", "default with a key") if has_key else Found(SANDBOX, "default without a key")
    if name in ("data_dir", "ledger"):
        folder = known["data_dir"].value if "data_dir" in known else absolute(Path("mjnb-data"))
        return Found(folder if name == "data_dir" else folder / "ledger.db", DEFAULT)
    usual: dict[str, Any] = {
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
    ledger: str | Path | None = None,
    speed: str | None = None,
    max_credits: float | None = None,
    owner: str | None = None,
    ask_above: float | None = None,
    time_scale: float | None = None,
    webhook_key: str | None = None,
    environ: Mapping[str, str] | None = None,
    sandbox: bool = False,
) -> Settings:
    """Return the settings in force.

    Args:
        sandbox: Whether the service is known to be a sandbox.

    Raises:
        ConfigError: A value that is not accepted, a base URL without a key, or a clock that is no real
            service's.
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
        raise _no_key(str(base), there["api_key"])
    _hold_clock(there["time_scale"], str(base), sandbox=sandbox or key == SANDBOX)
    sources = {name: one.source for name, one in there.items()}
    return Settings(**values, key="" if base == SANDBOX else key, sources=sources)


def _no_key(base: str, found: Found) -> ConfigError:
    """Return the error of a service without a key, with the key that is another's."""
    hint = "Set MJNB_API_KEY, or use base_url='sandbox'."
    if found.source == DEFAULT:
        return ConfigError(f"no API key for {base}", hint=hint)
    both = f"Set MJNB_BASE_URL={base} beside MJNB_API_KEY, or say both in code."
    hint = f"A key goes to the service it was given for. {both}"
    return ConfigError(f"no API key for {base}: there is one from {found.source}", hint=hint)


def _hold_clock(scale: Found, base: str, *, sandbox: bool) -> None:
    """Refuse another clock than the service's own: paid tasks would expire before they are done."""
    if scale.value == 1 or base == SANDBOX or sandbox:
        return
    from urllib.parse import urlsplit

    from ..params import on_this_machine

    if not on_this_machine(urlsplit(base).hostname or ""):
        said = "time_scale from code" if scale.source == IN_CODE else scale.source
        hint = f"Unset it ({said}): only the clock of a sandbox, or of a server on this machine, runs faster."
        raise ConfigError(f"time_scale is {scale.value:g}, and {base} is no sandbox", hint=hint)

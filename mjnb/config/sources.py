"""Where settings come from: chosen in this process, the environment, a project's file, the keyring."""

from __future__ import annotations

import os
import shlex
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from ..errors import ConfigError
from ..foreign import Foreign, inside, tighter
from ..hidden import Secret
from .table import ASK_ABOVE, PRESETS, SETTINGS, SPEED, SQLITE, Setting

SERVICE = "mjnb"  # the keyring's name for us, and for kie's key; another service's follows it
FILE = "pyproject.toml"
LARGEST = 1_000_000  # bytes of a project's file


class Found(NamedTuple):
    """A setting's value and where it came from."""

    value: Any
    source: str


# ---- chosen in this process ----

_chosen: dict[str, Found] = {}
_meant: dict[str, str] = {}  # the service that a chosen key is for
_changes = [0]


def choose(name: str, value: Any, source: str, service: str = "") -> Any:
    """Set a setting for this process.

    Args:
        name: One of `SETTINGS`.
        value: As it was given.
        source: Where, in the user's words: ``%config``.
        service: Of a key, the service that it was asked for.

    Returns:
        The clean value.

    Raises:
        ConfigError: There is no such setting, or it does not accept the value; nothing changed.
    """
    setting = known(name)
    clean = setting.typed(value, name) if isinstance(value, str) else setting.value(value, name)
    _chosen[name], _meant[name] = Found(clean, source), service
    _changes[0] += 1
    return clean


def forget(name: str) -> bool:
    """Take back what was chosen; return whether something was."""
    there = _chosen.pop(name, None) is not None
    _changes[0] += there
    return there


def forget_all(source: str) -> None:
    """Take back everything that was chosen in one way."""
    for name in [name for name, found in _chosen.items() if found.source == source]:
        forget(name)


def changes() -> int:
    """Return how often something was chosen or taken back."""
    return _changes[0]


def chosen(name: str) -> Found | None:
    """Return what was chosen."""
    return _chosen.get(name)


def meant(name: str) -> str:
    """Return the service that a chosen key was asked for; empty: none was named."""
    return _meant.get(name, "")


def known(name: str) -> Setting:
    """Return the setting of a name; raises ConfigError with the nearest one."""
    if name in SETTINGS:
        return SETTINGS[name]
    from difflib import get_close_matches

    near = get_close_matches(name, SETTINGS, n=1)
    did_you_mean = f": did you mean {near[0]!r}?" if near else ""
    raise ConfigError(f"there is no setting {name!r}{did_you_mean}", hint=f"There are {', '.join(SETTINGS)}.")


# ---- the environment ----


def in_environment(name: str, environ: Mapping[str, str] | None = None) -> Found | None:
    """Return a setting that the environment says; an empty variable says nothing."""
    return next(iter(all_in_environment(name, environ)), None)


def all_in_environment(name: str, environ: Mapping[str, str] | None = None) -> list[Found]:
    """Return a setting from every variable that says it, the first in front.

    The process's own is never an argument: a traceback that lists arguments would show all of it.
    """
    setting, found = SETTINGS[name], []
    for variable in setting.environ:
        if given := setting.guarded((os.environ if environ is None else environ).get(variable)):
            found.append(Found(setting.typed(given, variable), variable))
    return found


# ---- a project's file ----


def in_project(folder: Path) -> dict[str, Found]:
    """Return what ``[tool.mjnb]`` says in the nearest pyproject.toml, from a folder upwards.

    Raises:
        ConfigError: The file cannot be read, or says something that is not accepted: a limit that was
            mistyped must not be no limit; and nothing in it reaches outside or loosens one.
    """
    path = next((at / FILE for at in (folder, *folder.parents) if (at / FILE).is_file()), None)
    said = {} if path is None else _section(path)
    found: dict[str, Found] = {}
    for name, given in said.items():
        where = f"{name} in {path}"
        if known(name).secret:
            hint = f"a key in a file gets shared; put it into the environment: {SETTINGS[name].environ[0]}"
            warnings.warn(f"{name} in {path} is not read: {hint}", UserWarning, stacklevel=2)
        elif path is not None:
            found[name] = Found(_held(name, given, where, path.parent), str(path))
    return found


def _section(path: Path) -> Mapping[str, Any]:
    import tomllib

    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        section = tomllib.loads(text.decode()).get("tool", {}).get("mjnb", {})
        if not isinstance(section, dict):
            raise ValueError("[tool.mjnb] is no table")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", hint="Mend the file.") from None
    return section


def _held(name: str, given: Any, where: str, project: Path) -> Any:
    """Return a clean value of a project's file; whatever it must not decide is refused."""
    setting = SETTINGS[name]
    elsewhere = f"say it in code, with %mj config, or in {setting.environ[0]}"
    hint = f"A project's file may be somebody else's; {elsewhere}."
    if not setting.in_file:
        raise ConfigError(f"{where} is not read", hint=hint)
    if name == "base_url" and given not in PRESETS:
        raise ConfigError(f"{where} is none of {', '.join(PRESETS)}", hint=hint)
    if name == "ledger" and not str(given).startswith(SQLITE):
        raise ConfigError(f"{where} is on another host", hint=hint)
    try:
        if name == "ledger":
            if "?" in given:
                raise Foreign("has options")
            return inside(project, unquote(given.removeprefix(SQLITE)))
        if name == "data_dir" and isinstance(given, str):
            return inside(project, given)
        value = setting.value(given, where)
        if name == "ask_above":
            tighter(value, ASK_ABOVE)
        if name == "speed":
            _no_dearer(value)
    except Foreign as fault:
        raise ConfigError(f"{where} {fault}", hint=hint) from None
    return value


def _no_dearer(speed: str) -> None:
    from ..params import rows

    speeds = str(rows()["speed"].domain).split(", ")
    if speeds.index(speed) > speeds.index(SPEED):
        raise Foreign(f"is {speed}, which costs more than {SPEED}; a file may only make it cheaper")


# ---- the keyring ----


def from_keyring(name: str = "api_key", service: str = "kie") -> Secret:
    """Return a key that the system's keyring has for a service; asked only when you say so.

    Args:
        name: Which key.
        service: Whose: a preset's name, or scheme, host and port.  Its entry is called ``mjnb`` for kie, and
            ``mjnb midapi`` for another.

    Raises:
        ConfigError: The package keyring is not there, or has no such key.
    """
    try:
        import keyring  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        hint = "pip install keyring, or set MJNB_API_KEY."
        raise ConfigError("the package keyring is not installed", hint=hint) from None
    entry = SERVICE if service == "kie" else f"{SERVICE} {service}"
    try:
        key = keyring.get_password(entry, name)
    except Exception as error:  # its back ends raise what they like, perhaps with what they hold
        raise ConfigError(f"the keyring gave no answer ({type(error).__name__})") from None
    if not key:
        hint = f"Put it there in a terminal: keyring set {shlex.quote(entry)} {name}"
        raise ConfigError(f"the keyring has no {name} of {service}", hint=hint)
    return Secret(key)

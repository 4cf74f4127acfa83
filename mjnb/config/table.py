"""The settings, one line each: where a value may come from, and what is accepted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from typing import Any

from ..errors import ConfigError
from ..hidden import Secret, hidden

SANDBOX = "sandbox"
PRESETS = ("kie", "midapi", SANDBOX)
SQLITE = "sqlite:///"
SPEED = "fast"  # when none was said
KEY_LENGTH = 16  # characters from which what is no address may be a key
ASK_ABOVE = 100.0  # credits that are paid without asking at a service on the internet, when nothing was said
VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})|%([A-Za-z_]\w*)%")
PLACE = re.compile(  # what of a database URL may be shown, where no @ is left to doubt
    r"(?P<kind>[\w+]+://)(?:[^@?]*@)?(?P<host>[\w.-]*|\[[\w.:]+\])(?::\d+)?(?P<path>(?:/[\w./~-]*)?)(?:\?[^@]*)?"
)
NAMED_PASSWORD = re.compile(r"(?i)(?:password|passwd|passphrase|pwd)\s*=\s*[^&\s]")


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: As in code.
        help: What it is, in a few words.
        read: Returns the clean value, or raises ValueError with what to give instead.
        environ: Environment variables, the first that is set counts.
        secret: Whether its value never shows, and never comes from a file.
        holds_secret: Whether a part of its value may be secret: the password of a database.
        in_file: Whether ``[tool.mjnb]`` may say it.
        chosen: Whether a notebook may say it with ``%config MJ``.
    """

    name: str
    help: str
    read: Callable[[Any], Any]
    environ: tuple[str, ...]
    secret: bool = False
    holds_secret: bool = False
    in_file: bool = True
    chosen: bool = True

    def value(self, given: Any, where: str) -> Any:
        """Return a clean value.

        Args:
            given: As it came: a text from outside, any value from code.
            where: How it was said, for the message: ``MJNB_TIME_SCALE``.

        Raises:
            ConfigError: It is not accepted; a secret is not shown.
        """
        given = self.guarded(given)
        try:
            return self.read(given)
        except ValueError as fault:
            said = "the value given" if self.secret or self.holds_secret else _shown(given)
            raise ConfigError(f"{where} is {said}", hint=str(fault)) from None

    def guarded(self, given: Any) -> Any:
        """Return what was given in a form that hides itself, where it must."""
        return hidden(given) if self.secret or self.holds_secret else given

    def typed(self, text: str, where: str) -> Any:
        """Return a clean value of what was typed, or stands in the environment; as `value`."""
        text = self.guarded(text)
        if self.read not in (_credits, _positive):
            return self.value(text, where)
        try:
            return self.value(float(text), where)
        except ValueError:
            return self.value(text, where)  # which says what is wrong with it


def _shown(given: Any) -> str:
    """Return a value that was not accepted as it may be shown: it may be a key in the wrong place."""
    if isinstance(given, str) and len(given) >= KEY_LENGTH and not VARIABLE.search(given):
        return f"a text of {len(given)} characters"
    return repr(given)


def _positive(value: Any) -> float:
    number = _number(value)
    if not 0 < number < inf:
        raise ValueError("Give a number above 0, or unset it.")
    return number


def _credits(value: Any) -> float:
    number = _number(value)
    if not number >= 0:  # also when it is no number
        raise ValueError("Give credits: 0 or more, or inf.")
    return number


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return nan
    try:
        return float(value)
    except OverflowError:
        return nan


def _speed(value: Any) -> str:
    from ..params import rows

    domain = rows()["speed"].domain
    try:
        return str(domain.read(value))
    except ValueError:
        raise ValueError(f"Give one of {domain}.") from None


def _address(value: Any) -> str:
    from ..params import url_fault

    text, hint = _text(value), f"Use {', '.join(PRESETS)} or the service's address."
    if "://" not in text and len(text) >= KEY_LENGTH:  # a key at the wrong place would be shown
        raise ConfigError("base_url is no address", hint=f"{hint} A key belongs into MJNB_API_KEY.")
    if text not in PRESETS and (fault := url_fault(text)):
        raise ConfigError(f"base_url: {fault}", hint=hint)
    return text


def _upload_address(value: Any) -> str:
    from ..params import url_fault

    text = _text(value).strip()
    if fault := url_fault(text):
        raise ConfigError(f"upload_url: {fault}", hint="Give the address of the host that takes uploads.")
    return text


def _folder(value: Any) -> Path:
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise ValueError("Give a folder.")
    return absolute(Path(expanded(str(value))))


def absolute(path: Path) -> Path:
    """Return a path from the root on.

    Raises:
        ConfigError: It goes out from the working folder, and that is gone.
    """
    try:
        return path.absolute()
    except OSError as error:
        hint = "Change into a folder that is there (%cd ~), or set MJNB_DATA_DIR to an absolute path."
        raise ConfigError(f"the working folder is gone ({error.strerror})", hint=hint) from None


def expanded(path: str) -> str:
    """Return a path with ``~``, ``$HOME``, ``${HOME}`` and ``%USERPROFILE%`` replaced by what they stand for.

    Raises:
        ValueError: A variable is not set, or nobody knows the home.
    """

    def value_of(found: re.Match[str]) -> str:
        name = next(filter(None, found.groups()))
        if not (value := os.environ.get(name)):
            raise ValueError(f"There is no variable {name}: set it, or write the path out.")
        return value

    path = VARIABLE.sub(value_of, path)
    if not path.startswith("~"):
        return path
    found = os.path.expanduser(path)
    if found == path or not os.path.isabs(os.environ.get("HOME", "/")):
        raise ValueError("Nobody knows that home folder: set HOME, or write the path out.")
    return found


def _key(value: Any) -> Secret:
    key = Secret(_text(value).strip())
    if not (key.isascii() and key.isprintable()):  # a header cannot hold it, and the error would show it
        raise ConfigError("the API key has characters that no key has", hint="Copy it again, on one line.")
    return key


def _secret(value: Any) -> Secret:
    return Secret(_text(value).strip())


def _ledger(value: Any) -> str | Path:
    if isinstance(value, Path):
        return _folder(value)
    text = _text(value)
    if not text.startswith(SQLITE):
        return Secret(text)
    path, mark, options = text.removeprefix(SQLITE).partition("?")
    if not (path.startswith("~") or VARIABLE.search(path)):
        return text
    from urllib.parse import quote, unquote

    return SQLITE + quote(expanded(unquote(path)), safe="/:\\") + mark + options


def _owner(value: Any) -> str:
    name = _text(value).strip()
    if not (name.isprintable() and 0 < len(name) <= 100):
        raise ValueError("Give a name of at most 100 characters, on one line.")
    return name


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Give a text.")
    return value


SETTINGS: dict[str, Setting] = {
    one.name: one
    for one in (
        Setting("base_url", "the service: kie, midapi, sandbox or its address", _address, ("MJNB_BASE_URL",)),
        Setting(
            "api_key",
            "the service's key",
            _key,
            ("MJNB_API_KEY", "KIE_API_KEY"),
            secret=True,
            in_file=False,
            chosen=False,
        ),
        Setting("data_dir", "where ledger and pictures are", _folder, ("MJNB_DATA_DIR",)),
        Setting(
            "ledger",
            "database URL, in place of SQLite in the data folder",
            _ledger,
            ("MJNB_LEDGER",),
            holds_secret=True,
        ),
        Setting("speed", "used where a speed is needed and none is said", _speed, ("MJNB_SPEED",)),
        Setting("max_credits", "credits that a session may spend", _credits, ("MJNB_MAX_CREDITS",)),
        Setting("owner", "who max_credits is for, over all sessions on the ledger", _owner, ("MJNB_OWNER",)),
        Setting("ask_above", "credits that are paid without asking", _credits, ("MJNB_ASK_ABOVE",)),
        Setting(
            "time_scale",
            "how much faster a sandbox's clock runs",
            _positive,
            ("MJNB_TIME_SCALE",),
            in_file=False,
        ),
        Setting(
            "upload_url",
            "the host that takes uploads",
            _upload_address,
            ("MJNB_UPLOAD_URL",),
            in_file=False,
            chosen=False,
        ),
        Setting(
            "webhook_key",
            "the key that callbacks are signed with",
            _secret,
            ("MJNB_WEBHOOK_KEY",),
            secret=True,
            in_file=False,
            chosen=False,
        ),
    )
}


def has_password(url: str) -> bool:
    """Return whether a text may hold a password, as a database URL however spelled or mistyped."""
    from urllib.parse import unquote

    said = unquote(url)
    place = "" if said.startswith(SQLITE) else said.partition("://")[2] or said
    behind_a_colon = any(part.partition(":")[2] for part in place.split("@")[:-1])  # user:password@host
    return behind_a_colon or bool(NAMED_PASSWORD.search(said))


def masked(name: str, value: Any) -> str:
    """Return a setting's value as it may be shown: of a key only that it is set, of a URL no password."""
    if value is None or value == "":
        return "not set"
    if SETTINGS[name].secret:
        return "set"
    if name != "ledger" or isinstance(value, Path) or str(value).startswith(SQLITE):
        return f"{value:g}" if isinstance(value, float) else str(value)
    place = PLACE.fullmatch(str(value))  # of anything else nobody knows what of it is the password
    return place["kind"] + place["host"] + place["path"] if place else "set"

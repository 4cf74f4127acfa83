"""Presets: Midjourney flags under a name, kept in the data folder.

``presets.toml`` has one line per preset (``noir = "--s 400 --w 250 --v 7"``), which people may edit, copy
and share; so each line is read through the parameter table again whenever it is used.  Flags that a prompt
says itself go before those of its preset.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from difflib import get_close_matches
from pathlib import Path

from . import prompt
from .errors import ConfigError, InvalidRequest, PromptError
from .prompt.flags import MAPPED, PASSED

FILE = "presets.toml"
LARGEST = 1_000_000  # bytes of the file
NAME = re.compile(r"[^\W\d_][\w-]{0,39}")

_STAND_IN = "x"  # a prompt, so that flags alone can be read


class Presets:
    """The presets of one data folder.

    Args:
        folder: Where the file is; made at the first save.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def all(self) -> dict[str, str]:
        """Return every preset: its flags by its name, in alphabetical order.

        Raises:
            ConfigError: The file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                text = file.read(LARGEST + 1)
            if len(text) > LARGEST:
                raise ValueError(f"it has more than {LARGEST:,} bytes")
            there = tomllib.loads(text.decode())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise ConfigError(f"{self.path} cannot be read: {error}", hint="Mend the file.") from None
        known = {name: flags for name, flags in there.items() if NAME.fullmatch(name)}
        return {name: known[name] for name in sorted(known) if isinstance(known[name], str)}

    def flags(self, name: str) -> str:
        """Return the flags of a preset, checked.

        Raises:
            InvalidRequest: There is none, or its flags are not legal.
        """
        there = self.all()
        if name not in there:
            near = get_close_matches(name, there, n=1)
            did_you_mean = f": did you mean {near[0]!r}?" if near else ""
            known = f"There are {', '.join(there)}." if there else "%mj save NAME --s 400 makes one."
            raise InvalidRequest(f"there is no preset {name!r}{did_you_mean}", hint=known)
        return checked(there[name])

    def save(self, name: str, flags: str) -> str | None:
        """Keep flags under a name.

        Returns:
            The flags that it had before, None when it is new.

        Raises:
            InvalidRequest: It is no name, or these are no flags; nothing was kept.
            ConfigError: The file cannot be read or written.
        """
        if not NAME.fullmatch(name):
            raise InvalidRequest(
                f"{name!r} is no name for a preset", hint="Letters, digits, - and _; at most 40."
            )
        clean = checked(flags)
        there = self.all()
        before = there.get(name)
        self._write({**there, name: clean})
        return before

    def forget(self, name: str) -> str:
        """Remove a preset and return the flags that it had; raises as `flags` does, but for its flags."""
        there = self.all()
        if name not in there:
            self.flags(name)
        flags = there.pop(name)
        self._write(there)
        return flags

    def _write(self, there: dict[str, str]) -> None:
        """Replace the file as a whole: another reader sees the old one or the new one."""
        text = "".join(f"{_quoted(name)} = {_quoted(flags)}\n" for name, flags in sorted(there.items()))
        draft = self.path.with_name(f".{FILE}.{secrets.token_hex(4)}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from None


def checked(flags: str) -> str:
    """Return flags as a preset keeps them: legal, on one line, nothing but flags.

    Raises:
        PromptError: With every fault.
    """
    line = " ".join(flags.split())
    if not line.startswith("--"):
        hint = "A preset has flags, such as --s 400 --w 250 --v 7."
        raise PromptError(f"{line[:40]!r} is no flag" if line else "there are no flags", hint=hint)
    if any(mark in line for mark in "{}") or not line.isprintable():
        raise PromptError("a preset has no braces and no control characters")
    read = prompt.read(f"{_STAND_IN} {line}")
    if faults := prompt.check(read, read.said).faults:
        raise PromptError(faults)
    if read.repeat != 1:
        raise PromptError("a preset says how, not how often: leave --r out")
    if words := _prose(read):
        raise PromptError(f"{words!r} is no flag, and a preset has nothing else")
    return line


def _prose(read: prompt.Prompt) -> str:
    text = read.text.removeprefix(_STAND_IN)
    for passed in read.passed:
        text = text.replace(passed, "", 1)
    return text.strip()


def applied(flags: str, line: str) -> str:
    """Return a prompt line with a preset's flags behind it, but for those that the line says itself.

    Args:
        flags: Checked flags.
        line: Prompt and flags; permutations may stand in it.
    """
    read = prompt.read(f"{_STAND_IN} {flags}")
    own = {word.strip("{},").lower() for word in line.split()}
    rows = {MAPPED[word][0].name for word in own if word in MAPPED}
    said = {name: value for name, value in read.said.items() if name not in rows}
    mapped = prompt.write({**said, "prompt": ""}) if set(said) - {"task_type"} else ""
    passed = [one for one in read.passed if one.split()[0].lower() not in own & PASSED.keys()]
    return " ".join(part for part in (line, mapped.strip(), prompt.escape(" ".join(passed))) if part)


def _quoted(text: str) -> str:
    """Return a text as TOML writes it: JSON's rules, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

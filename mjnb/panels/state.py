"""What the form says: values and reference pictures, to and from code, and in step with what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .. import prompt
from ..errors import InvalidRequest, MJError
from ..params import rows
from ..widgets.listening import Newest, stamp_of
from . import live, references
from .controls import Form, read_said
from .references import Parts, Reference

if TYPE_CHECKING:
    from ..sessions import Session

FIRST = "mj_txt2img"
EMPTY = {"task_type": FIRST, "prompt": ""}


class State:
    """The form's values; safe from any thread.

    Args:
        session: Whose prices, speed and earlier results count.
        form: What shows it.
    """

    def __init__(self, session: Session, form: Form) -> None:
        self._session, self._form = session, form
        self._said: dict[str, Any] = dict(EMPTY)
        self._references: list[Reference] = []
        self._parts = Parts()
        self._newest = Newest()
        self._lock = form.lock
        self._read()

    @property
    def live(self) -> live.Live:
        """The form, read."""
        with self._lock:
            urls = [one.url for one in self._references]
            return live.look(self._said, urls, self._session.prices, self._session.speed)

    @property
    def params(self) -> dict[str, Any]:
        """See `Panel.params`."""
        with self._lock:
            said = dict(self.live.params)
            if "file_urls" in said:
                things = {one.url: one.thing for one in self._references}
                said["file_urls"] = [things.get(url, url) for url in said["file_urls"]]
            return said

    @params.setter
    def params(self, said: Mapping[str, Any]) -> None:
        given = {name: value for name, value in said.items() if value is not None}
        pictures = given.pop("file_urls", [])
        pictures = list(pictures) if isinstance(pictures, list | tuple) else [pictures]
        clean = _checked(given)
        found = [self._reference(thing) for thing in pictures]
        if "task_type" not in clean:
            clean["task_type"] = _implied(clean, [one.url for one in found])
        self.load({"prompt": "", **clean}, found)

    def load(self, said: Mapping[str, Any], found: Sequence[Reference]) -> None:
        """Put other values and pictures into the form."""
        with self._lock, self._form.hold_sync():
            self._said = dict(said)
            self._set_references(found)
            self._form.load(self._said)
            self._read()

    def hear(self, message: Mapping[str, Any]) -> bool:
        """Take in what people said in the form; with ``commit``, they are done for now.

        Returns:
            Whether it is the newest; if not, nothing changes.
        """
        with self._lock, self._form.hold_sync():
            if self._newest.has_overtaken(message):
                return False
            self._said = {**EMPTY, **read_said(message)}
            self._form.tell(stamp=stamp_of(message), said=self._said)
            if message.get("commit"):
                self.commit()
            self._read()
            return True

    def agrees(self, message: Mapping[str, Any]) -> bool:
        """Return whether the pictures that stood in the page are those that would be sent."""
        given = message.get("pictures")
        shown = [str(url) for url in given] if isinstance(given, list) else []
        with self._lock:
            here = [one.url for one in self._references]
            typed = live.read(self._said["prompt"])[1].said.get("file_urls", ())
        return list(dict.fromkeys([*here, *typed])) == list(dict.fromkeys([*shown, *typed]))

    def commit(self) -> None:
        """Move the flags of the prompt into their controls, when each of them has one."""
        with self._lock:
            faults, line = live.read(self._said["prompt"])
            if faults or not line.said:
                return
            said = {name: value for name, value in self.live.params.items() if name != "file_urls"}
            if all(rows()[name].applies(said["task_type"]) for name in line.said):
                typed = [references.from_address(url) for url in line.said.get("file_urls", ())]
                known = {one.url for one in self._references}
                self.load(said, [*self._references, *(one for one in typed if one.url not in known)])

    # ---- reference pictures ----

    def add(self, reference: Reference) -> None:
        """Add a picture that is not there yet."""
        with self._lock:
            if reference.url not in {one.url for one in self._references}:
                self._set_references([*self._references, reference])
                self._read()

    def remove(self, url: Any) -> None:
        """Take a picture away; twice is once."""
        with self._lock:
            self._set_references([one for one in self._references if one.url != url])
            self._read()

    def part(self, message: Mapping[str, Any], content: bytes) -> references.Upload | None:
        """Take a part of a file; return the file when it is whole; raises as `Parts.take`."""
        numbers = message.get("part"), message.get("of")
        if not all(isinstance(number, int) for number in numbers):
            raise InvalidRequest("a file did not arrive whole")
        name, key = str(message.get("name")), str(message.get("key"))
        return self._parts.take(name, key, int(message["part"]), int(message["of"]), content)

    def _reference(self, thing: Any) -> Reference:
        if isinstance(thing, str) and "://" in thing:
            return references.from_address(thing)
        return references.from_thing(self._session, thing)

    def _set_references(self, found: Sequence[Reference]) -> None:
        self._references = list(found)
        self._form.tell(pictures=[one.told for one in found])

    def _read(self) -> None:
        """Show what the form says."""
        self._form.show(self.live)


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by name as their domains read them; raises with every fault."""
    table = rows()
    clean: dict[str, Any] = {}
    faults: list[str] = []
    for name, value in given.items():
        if name not in table:
            near = get_close_matches(name, table, n=1)
            faults.append(f"unknown parameter {name!r}" + (f": did you mean {near[0]!r}?" if near else ""))
        elif name == "prompt" and value == "":
            clean[name] = value
        else:
            try:
                clean[name] = table[name].domain.read(value)
            except ValueError as fault:
                faults.append(f"{name} {fault}")
    if faults:
        raise InvalidRequest(faults)
    return clean


def _implied(said: Mapping[str, Any], urls: Sequence[str]) -> str:
    """Return the task type that values stand for, as `mj.imagine` would take them."""
    try:
        return prompt.build({**said, "prompt": "-", **({"file_urls": urls} if urls else {})}).task_type
    except MJError:
        return FIRST

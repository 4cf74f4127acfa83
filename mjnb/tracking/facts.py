"""What is known of one task, read off its row in the ledger."""

from __future__ import annotations

import time
from typing import Any

from .. import prompt
from ..api import read_params
from ..diff import Diff, read_diff
from ..display import short
from ..errors import TaskError, TaskExpired, TaskFailed, TaskRejected, TaskUnknown
from ..ledger import OPEN, Entry, Picture
from ..params import TASK_TYPES, VIDEO, Generate, rows
from . import followups

ENDS: dict[str, type[TaskError]] = {
    "failed": TaskFailed,
    "rejected": TaskRejected,
    "unknown": TaskUnknown,
    "expired": TaskExpired,
}
ASK_AGAIN = "It may be paid for; task.fetch() asks the service again, and takes results that came late."


class Facts:
    """What a task is, how far it is, and what became of it.

    Attributes:
        id: Its own id in the ledger; the last six characters are enough to name it.
        entry: Its row.
    """

    def __init__(self, entry: Entry, pictures: list[Picture]) -> None:
        self.id = entry.id
        self.entry = entry
        self._pictures = pictures

    @property
    def state(self) -> str:
        """``intent``, ``submitted``, ``generating``, then how it ended: ``succeeded``, ``failed``, …"""
        return self.entry.state

    @property
    def task_id(self) -> str | None:
        """The service's id."""
        return self.entry.task_id

    @property
    def prompt(self) -> str:
        """What was asked for, without the flags that became parameters; empty if it needed no words."""
        return self.entry.prompt or ""

    @property
    def params(self) -> dict[str, Any]:
        """What was sent, by the table's names; not the callback URL, which is not to be shown."""
        sent = read_params(self.entry.param_json)
        shown = [row for row in rows(Generate).values() if row.name != "call_back_url"]
        return {row.name: sent[row.api] for row in shown if row.api in sent}

    @property
    def server_params(self) -> dict[str, Any]:
        """What the service recorded, by the API's names; empty until the task ends."""
        return read_params(self.entry.server_param_json)

    @property
    def error(self) -> TaskError | None:
        """Why there are no pictures, or None."""
        if self.state == "succeeded" and self.entry.error and not self._pictures:
            return TaskFailed(f"task {short(self.id)}: {self.entry.error}", hint=ASK_AGAIN)
        kind = ENDS.get(self.state)
        return kind(f"task {short(self.id)}: {self.entry.error or self.state}") if kind else None

    @property
    def elapsed(self) -> float:
        """Seconds that it took, or has taken so far."""
        if self.state == "succeeded" and self.entry.latency_ms is not None:
            return self.entry.latency_ms / 1000
        start = self.entry.submitted_at or self.entry.created_at
        end = self.entry.completed_at if self.entry.completed_at and not self.running else time.time() * 1000
        return max(0.0, (end - start) / 1000)

    @property
    def running(self) -> bool:
        """Whether the service is, or may be, at work on it."""
        return self.state in ("intent", *OPEN)

    @property
    def task_type(self) -> str:
        """Which kind of task it is, such as ``mj_txt2img``."""
        return self.entry.task_type or ""  # which a ledger that somebody else wrote may not have

    @property
    def result_count(self) -> int:
        """How many pictures or videos it has."""
        return len(self._pictures)

    @property
    def diff(self) -> Diff | None:
        """How the service's recorded parameters differ from those sent; None until it ends."""
        return None if self.entry.param_diff is None else read_diff(self.entry.param_diff)

    def to_magic(self) -> str:
        """Return the line that makes the same task: ``%mj`` and this."""
        words = prompt.plain(self.prompt)
        urls = [prompt.plain(url) for url in self.params.get("file_urls", ())]
        source = f"{short(self.entry.parent)} {self.entry.parent_image}" if self.entry.parent else ""
        if self.task_type in VIDEO:
            own = ("file_urls", "task_type")  # they follow from the source and the verb
            said = {name: value for name, value in self.params.items() if name not in own}
            source = source or "".join(urls[:1])
            line = f"animate {source} {prompt.write({**said, 'prompt': words})}"
            return f"{line} {TASK_TYPES[self.task_type].word}".rstrip()
        if source:
            verb = "extend" if followups.is_video(self.task_type) else self.task_type.removeprefix("mj_")
            return f"{verb} {source} {words}".rstrip()
        line = prompt.write({**self.params, "prompt": words, "file_urls": urls})
        return prompt.led(line)

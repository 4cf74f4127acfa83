"""What the service really did: its recorded parameters against those that were sent.

The service fills in defaults of its own, writes some words otherwise ("Relax"), and may drop or change a
field.  What is known to be added is told apart from what is a surprise.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .api import read_params
from .params import every_row


@dataclass(frozen=True)
class Diff:
    """Differences by the API's names.

    Attributes:
        changed: What was sent and what was recorded.
        dropped: What was sent and is not in the record.
        added: What was not sent and is in the record.
        defaults: The part of what was added that the service is known to add.
    """

    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    dropped: dict[str, Any] = field(default_factory=dict)
    added: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def surprises(self) -> bool:
        """Whether there is more than the known defaults."""
        return bool(self.changed or self.dropped or self.added)

    def to_json(self) -> str:
        """Return the differences as JSON text, empty kinds left out."""
        return json.dumps({kind: found for kind, found in asdict(self).items() if found}, ensure_ascii=False)

    def __str__(self) -> str:
        parts = [f"{name} {sent!r} became {got!r}" for name, (sent, got) in self.changed.items()]
        parts += [f"{name} {sent!r} was dropped" for name, sent in self.dropped.items()]
        parts += [f"{name} {got!r} was added" for name, got in self.added.items()]
        return "; ".join(parts)


def compare(param_json: str, server_param_json: str | None) -> Diff | None:
    """Return how a record's parameters differ from those sent; None when the record has none to read."""
    sent, recorded = _shown(param_json), _shown(server_param_json)
    if not recorded:
        return None
    known = {row.api: row.added for row in every_row().values() if row.added is not None}
    new = {
        name: value for name, value in recorded.items() if name not in sent and value not in (None, "", [])
    }
    return Diff(
        changed={n: (v, recorded[n]) for n, v in sent.items() if n in recorded and not same(v, recorded[n])},
        dropped={n: v for n, v in sent.items() if n not in recorded},
        added={n: v for n, v in new.items() if not _is_default(known, n, v)},
        defaults={n: v for n, v in new.items() if _is_default(known, n, v)},
    )


def _shown(param_json: str | None) -> dict[str, Any]:
    """Return parameters without the callback URL: no setting of the picture, and known to nobody else."""
    hidden = every_row()["call_back_url"].api
    return {name: value for name, value in read_params(param_json).items() if name != hidden}


def read_diff(text: str | None) -> Diff:
    """Return the differences that `Diff.to_json` wrote."""
    found = read_params(text)
    kinds = {kind: dict(found.get(kind) or {}) for kind in ("changed", "dropped", "added", "defaults")}
    return Diff(**{**kinds, "changed": {name: tuple(pair) for name, pair in kinds["changed"].items()}})


def same(sent: Any, recorded: Any) -> bool:
    """Return whether two values mean the same: letter case, ``Relax`` for ``relaxed``, ``7`` for ``"7"``."""
    if isinstance(sent, list) and isinstance(recorded, list):
        return len(sent) == len(recorded) and all(map(same, sent, recorded))
    if isinstance(sent, Mapping) or isinstance(recorded, Mapping):
        return bool(sent == recorded)
    return _folded(sent) == _folded(recorded)


def _is_default(known: Mapping[str, Any], name: str, value: Any) -> bool:
    return name in known and same(known[name], value)


def _folded(value: Any) -> str:
    text = str(value).lower()
    return "relaxed" if text == "relax" else text

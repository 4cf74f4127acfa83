"""A flood of callbacks while a notebook runs: it stays usable, and the truth comes from the record only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from faulty import Faulty
from flooding import besiege

REFUSED = ("forged", "unsigned", "late", "early", "garbage", "elsewhere")


def holds(found: dict[str, Any]) -> None:
    """Hold what is promised of a notebook under a flood."""
    assert len(found["cells"]) >= 2
    states = {cell.split()[1] for cell in found["cells"]}
    assert states <= {"submitted", "generating"}  # whatever the callbacks said
    assert found["told"].startswith("failed")
    assert "the truth" in found["told"]
    assert "evil" not in found["told"]
    statuses: dict[str, set[int]] = {}
    for name, status in found["sent"]:
        statuses.setdefault(name, set()).add(status)
    for name in REFUSED:
        assert statuses[name] <= {404, 0}, name
    assert statuses["oversized"] <= {413, 404, 0}
    counts = found["counts"]
    for name in ("forged", "unsigned", "late", "replayed", "oversized", "unreadable", "misdirected"):
        assert counts[name] > 0, name
    assert found["grown"] < 40  # MB
    assert found["looks"] <= 30 + counts["taken"] // 10  # hints that bring nothing are listened to ever less


def test_a_notebook_stays_usable_under_a_flood_of_callbacks(faulty: Faulty, tmp_path: Path) -> None:
    holds(besiege(tmp_path, faulty, seconds=1.0))

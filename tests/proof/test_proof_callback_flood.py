"""A thousand callbacks of every bad kind a second, for ten seconds, while a notebook runs."""

from __future__ import annotations

from pathlib import Path

from faulty import Faulty
from flooding import besiege
from test_callback_flood import holds


def test_ten_thousand_callbacks_leave_a_notebook_usable(faulty: Faulty, tmp_path: Path, figures) -> None:
    found = besiege(tmp_path, faulty, seconds=10.0)
    holds(found)
    figures(
        "flood of callbacks",
        sent=sum(found["sent"].values()),
        a_second=found["a second"],
        taken=found["counts"]["taken"],
        cells_meanwhile=len(found["cells"]),
        looks=found["looks"],
        grown_mb=round(found["grown"], 1),
    )

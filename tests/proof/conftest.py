"""The slow proofs: what every one gets, and the table of figures at the end.

A proof tells its figures with ``figures("kill at instants", kills=200, …)``; they are printed as a table and
written to ``build/proof.json``.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parent.parent.parent
FIGURE = "figure"
Figures = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.proof)


@pytest.fixture
def figures(record_property: Callable[[str, Any], None]) -> Figures:
    """Return a function that notes what was measured: the proof's name, then figures by name."""

    def note(name: str, **found: Any) -> None:
        record_property(FIGURE, {"proof": name, **found})

    return note


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int) -> None:
    """Print the table and write the file; also of a run that was cut short, which then says so."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, [])]
    found = [
        {**value, "seconds": round(report.duration, 1)}
        for report in reports
        for name, value in report.user_properties
        if name == FIGURE
    ]
    if not found:
        return
    terminalreporter.section("figures")
    for one in sorted(found, key=lambda one: str(one["proof"])):
        facts = ", ".join(f"{name} {value}" for name, value in one.items() if name != "proof")
        terminalreporter.write_line(f"{one['proof']:<40} {facts}")
    failed = len(terminalreporter.stats.get("failed", [])) + len(terminalreporter.stats.get("error", []))
    whole = int(exitstatus) in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    about = {"at": time.strftime("%Y-%m-%d"), "python": platform.python_version()}
    about |= {"failed": failed, "whole": whole}
    target = HOUSE / "build" / "proof.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({**about, "figures": found}, indent=1) + "\n")

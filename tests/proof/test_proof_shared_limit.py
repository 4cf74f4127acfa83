"""Ten notebooks of one account on one ledger: none is refused, and little of the limit is wasted."""

from __future__ import annotations

from pathlib import Path

import pytest
from databases import places
from limits import run_notebooks, serving

SCALE, NOTEBOOKS, CELLS = 2.0, 10, 12
BOUND = (NOTEBOOKS * CELLS / 20 - 1) * 10 / SCALE  # seconds: the last window's places are free from then on


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ten_notebooks_stay_under_the_limit(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, figures
) -> None:
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    for place in places(kind, tmp_path / "data", server):
        with serving(time_scale=SCALE) as service:
            found = run_notebooks(NOTEBOOKS, CELLS, service, tmp_path, ledger=place.url)
        assert found.done == [CELLS] * NOTEBOOKS, found.said
        assert (found.paid, found.refused) == (NOTEBOOKS * CELLS, 0)
        assert found.seconds >= BOUND * 0.99, "more than the limit came within a window"
        figures(
            f"ten notebooks, {kind}", paid=found.paid, refused=0, took=round(found.seconds, 1), bound=BOUND
        )

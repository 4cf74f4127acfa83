"""Eight processes write one ledger for a minute, in either database."""

from __future__ import annotations

from pathlib import Path

import pytest
from databases import places
from writers import many_writers


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_eight_writers_for_a_minute(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, figures
) -> None:
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    for place in places(kind, tmp_path / "data", server):
        found = many_writers(place, writers=8, seconds=60)
        figures(f"eight writers, {kind}", lost=0, lock_errors=0, **vars(found))

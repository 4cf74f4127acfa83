"""Hostile answers by the thousand, and every regular expression on texts that were made to slow it down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crafting import costs, patterns, run
from hostile import JSON, RECORD
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from test_hostile import settle

from mjnb import api, errors, prompt
from mjnb.hooks import Counts, Gate
from mjnb.intake import Shield
from mjnb.ledger import Ledger

RECORDS, ANSWERS, CALLBACKS, LINES = 600, 3000, 3000, 2000
SHORT, LONG = 20_000, 80_000  # characters
PIECES = (
    *("{", "}", ",", "\\", "--ar ", "--s ", "0..9/3", "{{", "}}", "::", " ", "a"),
    *("\0", "\u202e", "https://", "16:9"),
)


def test_thousands_of_records_are_stored_or_refused(tmp_path: Path, figures) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")

    @tries(deadline=None, max_examples=RECORDS)
    @given(RECORD)
    def each(said: Any) -> None:
        settle(ledger, json.dumps({"code": 200, "data": said}).encode())

    each()
    ledger.close()
    figures("hostile records", tried=RECORDS)


def test_thousands_of_answers_and_callbacks_are_read_or_refused(figures) -> None:
    gate, door = Gate(counts=Counts()), Shield("sk-a-key-of-sixteen")

    @tries(deadline=None, max_examples=ANSWERS)
    @given(st.integers(100, 599), st.binary(max_size=300) | JSON.map(lambda said: json.dumps(said).encode()))
    def answer(status: int, content: bytes) -> None:
        words = ""
        try:
            api.unwrap(status, door.body(content))
        except errors.ServiceError as told:
            words = str(told)
        assert len(words) < 3000

    @tries(deadline=None, max_examples=CALLBACKS)
    @given(st.binary(max_size=300) | JSON.map(lambda said: json.dumps(said).encode()), st.text(max_size=50))
    def callback(body: bytes, query: str) -> None:
        gate.take(query, {}, body)

    answer()
    callback()
    assert sum(vars(gate.counts).values()) >= CALLBACKS
    figures("hostile answers and callbacks", answers=ANSWERS, callbacks=CALLBACKS)


def test_thousands_of_lines_are_read_or_refused(figures) -> None:
    refused = []

    @tries(deadline=None, max_examples=LINES)
    @given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60).map("".join))
    def line(text: str) -> None:
        try:
            lines = prompt.expand(text)
            assert 0 < len(lines) <= prompt.LIMIT
            for one in lines[:3]:
                prompt.read(one)
        except errors.MJError:
            refused.append(text)

    line()
    figures("hostile lines", tried=LINES, refused=len(refused))


def test_no_pattern_takes_more_than_its_share_of_a_longer_text(figures) -> None:
    slow = [(name, method, text) for name, method, text, cost in costs(SHORT) if cost > 0.01]
    found = patterns()
    worst = 0.0
    for name, method, text in slow:  # four times the text: 4 times the time, or 16 times and more
        short = min(run(found[name][0], method, text) for _ in range(3))
        longer = text[:1] + text[1:-1] * (LONG // SHORT) + text[-1:]
        worst = max(worst, min(run(found[name][0], method, longer) for _ in range(3)) / max(short, 0.005))
    assert worst < 10
    figures(
        "regular expressions",
        patterns=len(found),
        texts_over_10_ms=len(slow),
        worst_growth_of_4=round(worst, 1),
    )
    assert len(found) >= 25

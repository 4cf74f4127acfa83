"""Many processes that write one ledger, a reader that follows, and what has to be true afterwards."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from databases import Place
from ledgers import elsewhere

from mjnb import frames

WORK = """
from mjnb.api import Record
from mjnb.ledger import Found

def life(ledger, own_id):
    assert ledger.submitted(own_id, f"task of {own_id}")
    assert ledger.generating(own_id, "{}")
    urls = ("https://cdn/0.jpeg", "https://cdn/1.jpeg")
    assert ledger.settled(own_id, Record(task_id="t", flag=1, param_json="{}", urls=urls, raw="{}"))
    ledger.pictures_came([Found(own_id, 1, dict(state="stored", sha256=own_id))])

def work(number):
    ledger, told, slowest = Ledger(url), 0, 0.0
    end = time.monotonic() + seconds
    while told < count or time.monotonic() < end:
        began = time.monotonic()
        own_id, _ = ledger.intend(an_intent(f"{number} {told} 🦊"))
        life(ledger, own_id)
        slowest = max(slowest, time.monotonic() - began)
        told += 1
        os.write(1, (own_id + "\\n").encode())
    ledger.close()
    os.write(1, f"writer {told} {slowest}\\n".encode())

seconds, count, writers = float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
Ledger(url).close()
assert ends([child(lambda: work(n)) for n in range(writers)]) == [0] * writers
"""


@dataclass
class Found:
    """What came of it: tasks, how often the reader looked, tasks of the laziest and the busiest writer, the
    longest time that five writes took, in seconds."""

    tasks: int
    looks: int
    fewest: int
    most: int
    slowest: float


def many_writers(place: Place, writers: int, seconds: float = 0.0, count: int = 0) -> Found:
    """Let processes write for so many seconds, and at least so many tasks each; assert that all is there."""
    ledger = place.open()
    tasks, images, looks = frames.held_tasks(), frames.held_images(), 0
    heights: list[int] = []
    with elsewhere(WORK, place.url, seconds, count, writers) as process:
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(process.communicate()))
        reader.start()
        while reader.is_alive():
            shown = tasks.refresh(ledger.rows)
            pictures = images.refresh(ledger.rows)
            assert shown["id"].n_unique() == shown.height
            assert set(pictures["id"]) <= set(tasks.refresh(ledger.rows)["id"])
            heights.append(shown.height)
            looks += 1
            reader.join(0.05)
    out, err = said
    assert err == ""
    lines = [line.split() for line in out.splitlines()]
    own_ids = {line[0] for line in lines if len(line) == 1}
    each = [(int(line[1]), float(line[2])) for line in lines if line[0] == "writer"]
    assert len(each) == writers
    _assert_whole(place, own_ids)
    assert heights == sorted(heights)
    for held, fresh in ((tasks, frames.held_tasks()), (images, frames.held_images())):
        assert held.refresh(ledger.rows).equals(fresh.refresh(ledger.rows))
    assert len(own_ids) == sum(told for told, _ in each)
    counts = [told for told, _ in each]
    return Found(len(own_ids), looks, min(counts), max(counts), max(s for _, s in each))


def _assert_whole(place: Place, own_ids: set[str]) -> None:
    """Everything that was acknowledged is there, once, with its whole history in one row of numbers."""
    rows = place.sql("SELECT id, state, rev FROM task")
    assert {row[0] for row in rows} == own_ids
    assert {row[1] for row in rows} == {"succeeded"}
    assert place.sql("SELECT count(*), count(DISTINCT seq) FROM event") == [(5 * len(own_ids),) * 2]
    last = place.sql("SELECT id, max(seq) FROM event GROUP BY id")
    assert dict(last) == {own_id: rev for own_id, _, rev in rows}
    assert place.sql("SELECT count(*) FROM image") == [(2 * len(own_ids),)]
    assert place.file is None or place.sql("PRAGMA integrity_check") == [("ok",)]

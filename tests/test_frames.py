"""Frames: types from the table, whatever the data; and only what changed is read."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mjnb import frames
from mjnb.api import Record
from mjnb.frames import Chunks, Held, held_images, held_tasks, image_schema, task_schema
from mjnb.ledger import Entry, Found, Intent, Ledger
from mjnb.params import Generate, make, rows

KINDS = {
    "integer": pl.Int64,
    "choice": pl.String,
    "text": pl.String,
    "switch": pl.Boolean,
    "urls": pl.String,
}
URL = "https://files.example.com/a.png"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    found = Ledger(f"sqlite:///{path}")
    yield found
    found.close()


def a_task(ledger: Ledger, **said: Any) -> str:
    request = make(Generate, {"task_type": "mj_txt2img", "prompt": "a fox", "speed": "fast"} | said)
    return ledger.intend(Intent(request=request, account="me", base_url="u", credits=8))[0]


def entry_of(ledger: Ledger, own_id: str) -> Entry:
    found = ledger.entry(own_id)
    assert found is not None
    return found


class Counting:
    """A ledger's reader that counts the rows that go through it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.rows = ledger, 0

    def __call__(self, table: str, since: int) -> Chunks:
        for columns, chunk in self.ledger.rows(table, since):
            self.rows += len(chunk)
            yield columns, chunk


# ---- types ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows(Generate).values(), ids=lambda row: row.name)
def test_a_parameters_type_is_that_of_its_domain(row: Any) -> None:
    assert frames.parameter_types()[row.name] == KINDS[row.domain.kind]


@pytest.mark.parametrize("held", [held_tasks, held_images])
def test_an_empty_ledger_has_all_columns_and_types(ledger: Ledger, held: Any) -> None:
    found = held().refresh(ledger.rows)
    assert found.is_empty()
    assert found.schema == pl.Schema(task_schema() if held is held_tasks else image_schema())


def test_types_are_the_same_whatever_the_data(ledger: Ledger) -> None:
    a_task(ledger)
    video = {
        "task_type": "mj_video",
        "speed": None,
        "file_urls": [
            URL,
        ][:1],
        "motion": "low",
    }
    a_task(ledger, **video, enable_translation=True, video_batch_size=4)
    found = held_tasks().refresh(ledger.rows)
    assert found.schema == pl.Schema(task_schema())
    assert found["enable_translation"].to_list() == [None, True]
    assert found["video_batch_size"].to_list() == [None, 4]
    assert found["file_urls"].to_list() == [None, URL]


def test_every_entry_of_the_ledger_but_its_nonce_has_a_column() -> None:
    renamed = {"latency_ms": "latency_s"}
    wanted = {renamed.get(name, name) for name in Entry.__dataclass_fields__} - {"nonce"}
    assert wanted <= set(task_schema())


def test_fifteen_hundred_leading_nulls_do_not_decide_a_type(path: Path, ledger: Ledger) -> None:
    a_task(ledger)
    copies(path, 1500)
    last = a_task(ledger, stylization=7, water_mark="mine", enable_translation=False)
    assert ledger.rejected(last, "no", 402)
    found = held_tasks().refresh(ledger.rows)
    assert found.height == 1502
    assert found["stylization"].null_count() == found["error"].null_count() == 1501
    assert found.row(-1, named=True).items() >= {
        "id": last, "stylization": 7, "water_mark": "mine", "enable_translation": False, "error_code": "402"
    }.items()  # fmt: skip


def copies(path: Path, count: int) -> None:
    """Copy the ledger's one task so many times, as fast as SQLite can."""
    connection = sqlite3.connect(path)
    names = [name for _, name, *_ in connection.execute("PRAGMA table_info(task)") if name != "id"]
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    columns = ", ".join(f'"{name}"' for name in names)
    connection.execute(
        f"INSERT INTO task (id, {columns}) {numbers} SELECT printf('00%030d', i), {columns} FROM task, n"
    )
    connection.commit()
    connection.close()


# ---- values -----------------------------------------------------------------------------------------


def test_times_are_utc_and_to_the_millisecond(ledger: Ledger) -> None:
    own_id = a_task(ledger)
    assert ledger.submitted(own_id, "t1")
    done = datetime(2026, 11, 22, 20, 0, 1, 234000, UTC)
    created = datetime(2026, 11, 22, 20, 0, 0, tzinfo=UTC)
    assert ledger.settled(own_id, Record(task_id="t1", flag=1, created=created, completed=done))
    found = held_tasks().refresh(ledger.rows)
    assert found.schema["completed_at"] == pl.Datetime("ms", "UTC")
    assert found["completed_at"].to_list() == [done]
    assert found["created_at"].dt.epoch("ms").to_list() == [entry_of(ledger, own_id).created_at]
    assert found["latency_s"].to_list() == [1.234]


def test_text_of_any_script_comes_through(ledger: Ledger) -> None:
    hostile = '日本の🦊 \u202e \'tis "it"; DROP TABLE task; -- \\ {a, b}\n\ttab'
    a_task(ledger, prompt=hostile)
    assert held_tasks().refresh(ledger.rows)["prompt"].to_list() == [hostile]


def test_nul_is_shown_as_json_writes_it_and_kept_exactly(ledger: Ledger) -> None:
    a_task(ledger, prompt="tab \x00 nul")
    frame = held_tasks().refresh(ledger.rows)
    assert frame["prompt"].to_list() == [r"tab \u0000 nul"]
    assert json.loads(frame["param_json"][0])["prompt"] == "tab \x00 nul"


def test_addresses_with_commas_stay_whole(ledger: Ledger) -> None:
    urls = [f"{URL}?a,b", f"{URL}?ä='\""]
    a_task(ledger, task_type="mj_img2img", file_urls=urls)
    assert held_tasks().refresh(ledger.rows)["file_urls"].str.split(" ").to_list() == [urls]


@pytest.mark.parametrize("said", ["", "x", "NaN", "9" * 9000, "{}", "[" * 9000, "[1, null]", '"a"', "\u202e"])
def test_a_row_that_cannot_be_read_hides_no_other(path: Path, ledger: Ledger, said: str) -> None:
    """A ledger that somebody else wrote, or that was damaged."""
    a_task(ledger, file_urls=[URL], task_type="mj_img2img")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE task SET file_urls = ?", (said,))
    other.close()
    a_task(ledger, file_urls=[URL], task_type="mj_img2img")
    odd, whole = held_tasks().refresh(ledger.rows)["file_urls"].to_list()
    assert (odd, whole) == ({"[1, null]": "1 None"}.get(said, said), URL)


def test_every_frame_of_the_ledger_is_written_as_csv_and_read_back(ledger: Ledger) -> None:
    a_task(ledger, task_type="mj_img2img", file_urls=[URL, f"{URL}?a,b"], prompt='a "fox", red\nand ä')
    for held in (held_tasks(), held_images()):
        found = held.refresh(ledger.rows)
        again = pl.read_csv(io.BytesIO(found.write_csv().encode()), schema_overrides=found.schema)
        assert again.equals(found)


def test_a_broken_server_text_is_kept_and_breaks_nothing(ledger: Ledger) -> None:
    own_id = a_task(ledger)
    assert ledger.submitted(own_id, "t1")
    assert ledger.settled(own_id, Record(task_id="t1", flag=1, param_json='{"cut'))
    assert held_tasks().refresh(ledger.rows)["server_param_json"].to_list() == ['{"cut']


def test_pictures_have_a_row_each(ledger: Ledger) -> None:
    own_id = a_task(ledger)
    assert ledger.submitted(own_id, "t1")
    assert ledger.settled(own_id, Record(task_id="t1", flag=1, urls=("u1", "u2")))
    ledger.pictures_came(
        [Found(own_id, 2, {"state": "stored", "path": "ab/ab.jpg", "width": 1024, "height": 512, "size": 99})]
    )
    found = held_images().refresh(ledger.rows)
    assert found.select("id", "number", "url", "state", "path", "width").rows() == [
        (own_id, 1, "u1", "pending", None, None),
        (own_id, 2, "u2", "stored", "ab/ab.jpg", 1024),
    ]


# ---- only what changed ------------------------------------------------------------------------------


def test_a_refresh_reads_only_what_changed(ledger: Ledger) -> None:
    ids = [a_task(ledger, prompt=f"fox {n}") for n in range(20)]
    held, reader = held_tasks(), Counting(ledger)
    assert held.refresh(reader).height == 20
    assert reader.rows == 20
    assert held.refresh(reader).height == 20
    assert reader.rows == 20
    assert ledger.submitted(ids[3], "t3")
    a_task(ledger, prompt="new")
    assert held.refresh(reader).height == 21
    assert reader.rows == 22


def test_a_refresh_has_the_values_of_right_now_oldest_first(ledger: Ledger) -> None:
    ids = [a_task(ledger) for _ in range(3)]
    held = held_tasks()
    held.refresh(ledger.rows)
    assert ledger.submitted(ids[0], "t0")
    assert ledger.generating(ids[0], "{}")
    assert ledger.rejected(ids[2], "no")
    found = held.refresh(ledger.rows)
    assert found["id"].to_list() == sorted(ids) == held.frame["id"].to_list()
    states = dict(zip(found["id"], found["state"], strict=True))
    assert [states[own_id] for own_id in ids] == ["generating", "intent", "rejected"]


def test_a_refresh_sees_what_another_session_wrote(path: Path, ledger: Ledger) -> None:
    own_id = a_task(ledger)
    held = held_tasks()
    held.refresh(ledger.rows)
    other = Ledger(f"sqlite:///{path}")
    assert other.submitted(own_id, "t1")
    other.close()
    assert held.refresh(ledger.rows)["state"].to_list() == ["submitted"]


def test_a_picture_that_changed_replaces_its_row(ledger: Ledger) -> None:
    own_id = a_task(ledger)
    assert ledger.submitted(own_id, "t1")
    assert ledger.settled(own_id, Record(task_id="t1", flag=1, urls=("u1", "u2", "u3")))
    held, reader = held_images(), Counting(ledger)
    held.refresh(reader)
    ledger.pictures_came([Found(own_id, 2, {"state": "error", "error": "gone"})])
    assert held.refresh(reader)["state"].to_list() == ["pending", "error", "pending"]
    assert reader.rows == 4


def test_rows_that_come_in_several_chunks_are_one_frame(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        a_task(ledger, prompt=f"fox {number}")
    monkeypatch.setattr("mjnb.ledger.reading.CHUNK", 2)
    assert len(list(ledger.rows("task"))) == 3
    assert held_tasks().refresh(ledger.rows)["prompt"].to_list() == [f"fox {n}" for n in range(5)]


def test_a_frame_that_was_given_out_does_not_change(ledger: Ledger) -> None:
    own_id = a_task(ledger)
    held: Held = held_tasks()
    before = held.refresh(ledger.rows)
    assert ledger.submitted(own_id, "t1")
    assert held.refresh(ledger.rows)["state"].to_list() == ["submitted"]
    assert before["state"].to_list() == ["intent"]


def test_a_plain_frame_has_the_types_that_are_asked_for() -> None:
    found = frames.frame({"n": [None, 1], "x": [1, 2]}, {"x": "real", "n": "integer"})
    assert found.schema == pl.Schema({"x": pl.Float64, "n": pl.Int64})
    assert frames.frame({"t": []}, {"t": "text"}).schema == pl.Schema({"t": pl.String})

"""Descriptors: mjnb closes its own, once, and writes to none that it has given back."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from owning import owned

from mjnb.errors import LedgerError, MJError
from mjnb.ledger import Intent, Ledger
from mjnb.ledger.locks import FileLock
from mjnb.ledger.spool import Spool
from mjnb.params import Generate
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session


def opened(folder: Path) -> Ledger:
    return Ledger(f"sqlite:///{folder / 'ledger.db'}", folder / "spool")


def intended(ledger: Ledger) -> str:
    request = Generate(task_type="mj_txt2img", prompt="a fox", speed="fast")
    return ledger.intend(Intent(request, "me", "http://127.0.0.1", 8.0))[0]


def closed_twice(folder: Path) -> None:
    ledger = opened(folder)
    ledger.close()
    ledger.close()


def closed_by_many_threads(folder: Path) -> None:
    ledger = opened(folder)
    threads = [threading.Thread(target=ledger.close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def written_while_it_closes(folder: Path) -> None:
    ledger = opened(folder)
    own_id = intended(ledger)
    threads = [threading.Thread(target=ledger.submitted, args=(own_id, "f" * 32)) for _ in range(8)]
    for thread in threads:
        thread.start()
    ledger.close()
    for thread in threads:
        thread.join()
    ledger.close()


def kept_after_the_close(folder: Path) -> None:
    spool = Spool(folder / "spool", "a" * 16, "b" * 32)
    spool.close()
    spool.keep("submitted", "1", "f" * 32)
    spool.keep("submitted", "2", "e" * 32)
    spool.close()
    heir, found = Spool(folder / "spool", "a" * 16, "c" * 32), []
    heir.heirless(found.extend)
    assert [fact["id"] for fact in found] == ["1", "2"]
    spool.keep("unknown", "3", "lost")  # the old file has gone with the heir
    heir.heirless(found.extend)
    assert [fact["id"] for fact in found] == ["1", "2", "3"]
    heir.close()
    assert list((folder / "spool").iterdir()) == []


def cleared_after_the_close(folder: Path) -> None:
    spool = Spool(folder / "spool", "a" * 16, "b" * 32)
    spool.keep("submitted", "1", "f" * 32)
    spool.close()
    spool.clear()
    spool.close()
    assert list((folder / "spool").iterdir()) == []


def no_room_for_the_spool(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "spool").write_text("a file")
    with pytest.raises(LedgerError):
        opened(folder)


def no_ledger(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "ledger.db").write_bytes(b"no database" * 1000)
    with pytest.raises(LedgerError):
        opened(folder)


def a_lock_that_is_closed_in_its_block(folder: Path) -> None:
    lock = FileLock(folder / "lock")
    with lock:
        lock.close()
        lock.close()
    with lock:
        pass
    lock.close()


def sessions_with_trouble(folder: Path) -> None:
    faults = [Fault("drop_after", on="submit", rate=0.3), Fault("page", on="status", rate=0.3, code=502)]
    with Sandbox(time_scale=300, long_side=32) as server:
        for fault in faults:
            server.faults.add(fault)
        for _ in range(3):
            session = Session(sandbox=server, data_dir=folder)
            with contextlib.suppress(MJError, UserWarning):
                session.sweep("a fox", stylization=range(6)).run(wait=False)
                session.imagine("a hare", wait=True)
            session.close()
            session.close()


ENDS: list[Callable[[Path], None]] = [
    closed_twice,
    closed_by_many_threads,
    written_while_it_closes,
    kept_after_the_close,
    cleared_after_the_close,
    no_room_for_the_spool,
    no_ledger,
    a_lock_that_is_closed_in_its_block,
    sessions_with_trouble,
]


@pytest.mark.filterwarnings("ignore::mjnb.sessions.UnsettledWarning")
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_no_descriptor_is_closed_twice_written_after_its_close_or_left(
    end: Callable[[Path], None], tmp_path: Path
) -> None:
    with owned() as watched:
        end(tmp_path)
    assert watched.misused == []
    assert watched.open == {}, "left open"
    assert watched.opened > 0


def test_the_watcher_sees_what_it_is_for() -> None:
    """A room that closes a number twice is found."""
    room = {"__name__": "mjnb.a_room", "os": os}
    exec("def twice():\n h = os.open('/dev/null', os.O_RDONLY)\n os.close(h)\n os.close(h)", room)
    with owned() as watched, contextlib.suppress(OSError):
        room["twice"]()
    assert [said.partition(" closes ")[0] for said in watched.misused] == ["mjnb.a_room"]

"""Pictures that are not here are brought when they can be: no disk, no folder and no restart loses one."""

from __future__ import annotations

from pathlib import Path

import pytest
from faulty import GENERATE, Faulty, page
from patience import SECONDS as WAIT
from PIL import Image

from mjnb import errors
from mjnb.media import NotWritten, Store
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task


def block(folder: Path) -> Path:
    """Put a file where the pictures' folder should be, so that none can be written."""
    media = folder / "data" / "media"
    media.parent.mkdir(exist_ok=True)
    media.write_text("a file where a folder should be")
    return media


def reopened(sandbox: Sandbox, folder: Path) -> Session:
    return Session(sandbox=sandbox, data_dir=folder / "data")


def through(server: Faulty, sandbox: Sandbox, folder: Path) -> Session:
    """Return a session that reaches the sandbox through the trouble."""
    scale = sandbox.time_scale
    return Session(base_url=server.url, api_key=sandbox.key, time_scale=scale, data_dir=folder / "data")


def states(task: Task) -> list[str]:
    return [one.state for one in task.images]


def test_pictures_that_cannot_be_written_end_the_task_and_say_why(session: Session, tmp_path: Path) -> None:
    media = block(tmp_path)
    task = session.imagine("a red fox", wait=True)
    assert (task.state, task.done) == ("succeeded", True)
    assert states(task) == ["pending"] * 4
    assert all("cannot write" in str(one.error) for one in task.images)
    with pytest.raises(errors.MediaError, match=r"picture 1 .*cannot write"):
        _ = task.images[0].path
    shown = task._repr_mimebundle_()[0]["text/html"]
    assert "cannot write" in shown
    assert "on its way" not in shown
    media.unlink()
    assert states(task.fetch()) == ["stored"] * 4
    assert [one.error for one in task.images] == [None] * 4


def test_the_next_session_fetches_what_could_not_be_written(
    session: Session, sandbox: Sandbox, tmp_path: Path
) -> None:
    media = block(tmp_path)
    own_id = session.imagine("a red fox", wait=True).id
    session.close()
    with reopened(sandbox, tmp_path) as still_full:
        assert states(still_full.task(own_id).wait(WAIT)) == ["pending"] * 4
    media.unlink()
    with reopened(sandbox, tmp_path) as later:
        assert later.tasks().height == 1
        assert any("taken up again: 1" in notice for notice in later.notices)
        assert states(later.task(own_id).wait(WAIT)) == ["stored"] * 4
    with reopened(sandbox, tmp_path) as last:
        assert last.images()["state"].to_list() == ["stored"] * 4
        assert last.notices == []
    assert sandbox.account.submits == 1


def test_a_sandbox_that_is_elsewhere_now_still_has_them(tmp_path: Path) -> None:
    """An embedded sandbox has another port at each start; the address in the ledger is dead."""
    media = block(tmp_path)
    with Session(data_dir=tmp_path / "data") as first:
        own_id = first.imagine("a red fox --turbo", wait=True).id
        before = first.images()["url"].to_list()
    media.unlink()
    with Session(data_dir=tmp_path / "data") as second:
        assert second.tracker.client.base_url not in before[0]
        assert states(second.task(own_id).wait(WAIT)) == ["stored"] * 4


def test_an_answer_that_is_no_picture_is_not_fetched_by_the_next_session(
    troubled: Faulty, sandbox: Sandbox, tmp_path: Path
) -> None:
    troubled.script("_0_1.jpeg", page(200))
    with through(troubled, sandbox, tmp_path) as first:
        own_id = first.imagine("a red fox", wait=True).id
    with through(troubled, sandbox, tmp_path) as second:
        assert second.tasks().height == 1
        assert second.notices == []
        task = second.task(own_id).wait(WAIT)
        assert states(task) == ["stored", "error", "stored", "stored"]
        assert states(task.fetch()) == ["stored"] * 4
    assert troubled.count(GENERATE) == 1


def test_a_deleted_or_damaged_file_is_fetched_again_and_the_others_are_left(session: Session) -> None:
    task = session.imagine("a red fox", wait=True)
    paths = [one.path for one in task.images]
    files = [path.read_bytes() for path in paths]
    paths[0].unlink()
    paths[1].write_bytes(files[1][: len(files[1]) // 2])
    paths[2].write_bytes(files[2][:-1] + b"\0")  # as long as before
    untouched = paths[3].stat()
    task.fetch()
    assert states(task) == ["stored"] * 4
    assert [one.path for one in task.images] == paths
    assert [path.read_bytes() for path in paths] == files
    assert paths[3].stat().st_ino == untouched.st_ino


def test_a_whole_task_is_not_fetched_again(troubled: Faulty, sandbox: Sandbox, tmp_path: Path) -> None:
    with through(troubled, sandbox, tmp_path) as session:
        task = session.imagine("a red fox", wait=True)
        fetched = len([one for one in troubled.seen if one.path.endswith(".jpeg")])
        assert fetched == 4
        task.fetch()
        assert len([one for one in troubled.seen if one.path.endswith(".jpeg")]) == fetched


def test_a_folder_that_was_away_is_taken_as_it_comes_back(
    troubled: Faulty, sandbox: Sandbox, tmp_path: Path
) -> None:
    media, away = tmp_path / "data" / "media", tmp_path / "away"
    with through(troubled, sandbox, tmp_path) as session:
        task = session.imagine("a red fox", wait=True)
        media.rename(away)
        troubled.script(".jpeg", *[page(404)] * 8)
        assert states(task.fetch()) == ["error"] * 4
        with pytest.raises(errors.MediaError, match="404"):
            task.images[0].open()
        away.rename(media)
        assert states(task.fetch()) == ["stored"] * 4
        with task.images[0].open() as picture:
            assert picture.size == (64, 64)


@pytest.mark.parametrize("name", ["n" * 300, "file/below"])
def test_a_folder_that_cannot_be_is_told_as_such(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(NotWritten, match="cannot write") as told:
        Store(tmp_path / name).keep((tmp_path / "a.png").read_bytes())
    assert isinstance(told.value.__cause__, OSError)

"""What the buttons of a result do: send the same again, keep a score, save the original."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import display
from ..errors import MediaError

if TYPE_CHECKING:
    from ..sessions import Session
    from ..tracking import Task, TaskImage


def again(session: Session, task: Task) -> Any:
    """Send what made a task once more: a new task, paid anew.

    Raises:
        InvalidRequest: It cannot be made again.
    """
    from ..tracking import followups

    request = followups.again(task.task_type, task.entry.param_json)
    return session.send(request, task.parent, task.entry.parent_image)


def rate(session: Session, image: TaskImage, score: int) -> None:
    """Keep a score of a picture in the ledger.

    Args:
        session: Whose ledger.
        image: The picture.
        score: 1 to 5.

    Raises:
        MediaError: The picture is not here.
    """
    from ..ledger import Judgement, Shown

    if image.sha256 is None:
        raise MediaError(f"picture {image.number} is not here yet")
    shown = Shown(image.task.id, image.number, image.sha256)
    session.tracker.ledger.ratings.add(Judgement("single", shown=(shown,), score=float(score), rater=_who()))


def scores(session: Session) -> dict[tuple[str, int], int]:
    """Return this person's latest scores that stand in the ledger, by task and number of the picture."""
    standing, who = session.tracker.ledger.ratings.standing(), _who()
    own = [one for one in standing if one.kind == "single" and one.score is not None and one.rater == who]
    return {(shown.task, shown.number): round(one.score or 0) for one in own for shown in one.shown}


def save(image: TaskImage, folder: Path) -> Path:
    """Copy the original of a picture or video into a folder; return where it is.

    A file of that name with other content is left alone: the copy gets a number.

    Raises:
        MediaError: The original is not here, or the folder cannot be written.
    """
    from ..media import write_whole

    content = image.path.read_bytes()
    name = f"mjnb-{display.short(image.task.id)}-{image.number}"
    for more in ("", *(f"-{n}" for n in range(2, 100))):
        target = folder / f"{name}{more}{image.path.suffix}"
        if not target.exists() or target.read_bytes() == content:
            write_whole(target, content)
            return target
    raise MediaError(f"{folder} has a hundred files called {name} already")


def _who() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""

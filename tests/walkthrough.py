"""Every verb, over a real socket: ``python tests/walkthrough.py`` prints what it does and the family tree."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from PIL import Image

import mjnb as mj
from mjnb.tracking import Task


def walk(session: mj.Session, folder: Path) -> Task:
    """Go through all task types and follow-ups; return the first task of the family."""
    first = done(session.imagine("a lighthouse at dusk --ar 16:9 --s 250"))
    large = done(first.upscale(2))
    varied = done(first.images[2].vary())
    film = done(session.animate(first.images[0], "waves roll in", motion="low", batch=2))
    done(film.extend(1))
    done(session.extend(film, 2, "the light goes round"))
    done(session.vary(varied.images[0]))
    references(session, first, folder)
    again = asyncio.run(awaited(session))
    print(f"awaited: {again.state}; larger: {large.images[0].width} x {large.images[0].height}")
    print(f"credits left: {session.credits():g}, spent: {session.spent:g}")
    return first


def references(session: mj.Session, first: Task, folder: Path) -> None:
    """Make pictures from pictures: a file, bytes, an earlier result, by keyword and by flag."""
    file = folder / "mine.png"
    Image.new("RGB", (320, 240), "teal").save(file)
    done(session.imagine("the same in winter", file_urls=[file], task_type="mj_img2img"))
    done(session.imagine("a harbour", file_urls=Image.open(file), task_type="mj_style_reference"))
    done(session.imagine("a keeper", file_urls=[first.images[1]], ow=400))
    done(session.imagine(f"{first.images[3].url} a storm"))
    done(session.imagine(f"a harbour --sref {first.images[0].url}"))
    done(session.imagine(f"a keeper --oref {first.images[0].url} --ow 100"))
    done(session.animate(file.read_bytes(), "it ripples", hd=True))


async def awaited(session: mj.Session) -> Task:
    """The same verbs with ``await``."""
    return await session.imagine("a red fox in snow --relax")


def done(task: object) -> Task:
    """Wait for a task and print it."""
    assert isinstance(task, Task)
    task.wait()
    print(f"{task.task_type:24} {task.state:10} {len(task.images)} result(s)  %mj {task.to_magic()[:70]}")
    return task


def main(folder: Path) -> str:
    """Walk, print the family tree, and return it."""
    server = mj.Sandbox(time_scale=100, long_side=256)
    with server, mj.Session(sandbox=server, data_dir=folder / "data") as session:
        family = str(walk(session, folder).family())
        print(family)
        return family


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(0 if main(Path(name)) else 1)

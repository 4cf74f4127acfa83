"""What type checkers must accept, and refuse: checked, never run.

A line that must be refused says so by ``# type: ignore``; where nothing is wrong with it, the checkers
complain about the comment.
"""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import polars as pl
from PIL import Image

import mjnb as mj
from mjnb.params import make
from mjnb.plots import SweepFigure
from mjnb.preview import Preview
from mjnb.tracking import Task


def making(picture: Image.Image, maybe: bool) -> None:
    fox = mj.imagine("a fox --ar 3:2", stylization=250, weirdness=None, version=6.1, wait=True)
    assert_type(fox, Task)
    assert_type(fox.wait(60), Task)
    assert_type(mj.imagine("a fox", dry_run=True), Preview)
    assert_type(mj.imagine("a fox", dry_run=maybe), Task | Preview)
    assert_type(mj.imagine("a fox", file_urls=[Path("fox.png"), picture, fox.images[0]]), Task)
    assert_type(mj.animate(picture, "it runs", motion="low", hd=True, batch=2).wait(), Task)
    assert_type(mj.animate(picture, "it runs", dry_run=True), Preview)
    mj.imagin("a fox")  # type: ignore
    mj.imagine(3)  # type: ignore
    mj.imagine("a fox", stylisation=250)  # type: ignore
    mj.imagine("a fox", stylization="250")  # type: ignore
    mj.imagine("a fox", wait="yes")  # type: ignore
    print(mj.imagine("a fox").imags)  # type: ignore
    mj.animate(picture, "it runs", stylization=250)  # type: ignore
    mj.animate(picture)  # type: ignore


async def going_on(fox: Task, maybe: bool) -> None:
    assert_type(await fox, Task)
    assert_type(fox.upscale(2), Task)
    assert_type(fox.vary(2, dry_run=True), Preview)
    assert_type(fox.extend(1, "it jumps", wait=True).images[0].vary(), Task)
    assert_type(fox.images[0].upscale(dry_run=maybe), Task | Preview)
    assert_type(mj.upscale(fox, 2).wait(), Task)
    assert_type(mj.vary("a1b2c3", dry_run=True), Preview)
    assert_type(mj.extend(fox.images[0], prompt="it jumps"), Task)
    assert_type(mj.send(make("Upscale", {})), Task)  # type: ignore
    fox.upscale("2")  # type: ignore
    fox.upscale(2, wiat=True)  # type: ignore
    fox.images[0].upscale(2)  # type: ignore
    fox.vary(2, dry_run=True).wait()  # type: ignore
    mj.vary()  # type: ignore


def sweeping() -> None:
    sweep = mj.sweep("a {subject}", stylization=range(0, 1000, 250), subject=["fox", "owl"], repeat=2)
    assert_type(sweep, mj.Sweep)
    assert_type(sweep.run().plot(["colourfulness"], by=["stylization"], width=900, theme="dark"), SweepFigure)
    assert_type(sweep.frame(), pl.DataFrame)
    sweep.plot(widht=900)  # type: ignore
    sweep.plot(theme="drak")  # type: ignore
    mj.sweep("a fox", repeat="2")  # type: ignore


def looking() -> None:
    assert_type(mj.tasks(), pl.DataFrame)
    assert_type(mj.images(), pl.DataFrame)
    assert_type(mj.task("a1b2c3"), Task)
    assert_type(mj.credits(), float)
    assert_type(mj.resolve("a1b2c3", "lost"), Task)
    assert_type(mj.session(), mj.Session)
    mj.tasks(3)  # type: ignore
    mj.task(3)  # type: ignore

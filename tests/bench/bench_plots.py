"""A 5x5 grid with four 256-px pictures a cell: mjnb's one mosaic against the usual one axes per picture.

Run it: ``python tests/bench/bench_plots.py``.  CPU seconds, medians of seven runs in turn; both write a PNG
of as many pixels.  matplotlib's own PNG is packed at level 6, mjnb's at 1: the last line takes that out.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from mjnb.plots import Axis, Cell, Curve, grid

SIDE, PICTURES, PIXELS = 5, 4, 256
RUNS = 7


def picture(seed: int) -> Image.Image:
    """Waves under grain, as hard to compress as a photograph."""
    x, y = np.meshgrid(np.linspace(0, 1, PIXELS), np.linspace(0, 1, PIXELS))
    waves = np.stack([np.sin(9 * x + seed + k) * np.cos(7 * y + k) for k in range(3)], axis=-1)
    grain = np.random.default_rng(seed).normal(0, 6, waves.shape)
    return Image.fromarray((128 + 100 * waves + grain).clip(0, 255).astype(np.uint8))


def sweep() -> list[Cell]:
    """25 finished tasks."""
    cells = []
    for i in range(SIDE * SIDE):
        pictures = tuple(picture(PICTURES * i + k) for k in range(PICTURES))
        numbers = [i + k / 2 for k in range(PICTURES)]
        cells.append(Cell(divmod(i, SIDE), pictures, {"a": numbers, "b": numbers}, {"c": (i, 2.0)}))
    return cells


def ours(cells: list[Cell], path: Path, names: str) -> tuple[int, int]:
    """The product: pictures at their values and a panel for each metric."""
    x, y = Axis("x", tuple(range(SIDE))), Axis("y", tuple(range(SIDE)))
    figure = grid(cells, x, y, [Curve(name, name) for name in names], title="bench")
    figure.save(path)
    return figure.pixels


def usual(cells: list[Cell], path: Path, size: tuple[int, int], names: str, level: int) -> None:
    """100 axes with a picture each, in as many pixels; beside them a panel of error bars for each metric."""
    figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    FigureCanvasAgg(figure)
    left, right = figure.subfigures(1, 2, width_ratios=(0.6, 0.4)) if names else (figure, figure)
    axes = left.subplots(SIDE * 2, SIDE * 2)
    for cell in cells:
        column, row = (int(str(value)) for value in cell.at)
        for k, one in enumerate(cell.pictures):
            ax = axes[2 * (SIDE - 1 - row) + k // 2, 2 * column + k % 2]
            ax.imshow(one)
            ax.set_axis_off()
    panels = right.subplots(len(names), 1, squeeze=False)[:, 0] if names else ()
    for name, ax in zip(names, panels, strict=True):
        for row in range(SIDE):
            there = [cell for cell in cells if cell.at[1] == row]
            ys = [cell.sets[name][0] if name in cell.sets else np.mean(cell.values[name]) for cell in there]
            bars = [cell.sets[name][1] if name in cell.sets else np.std(cell.values[name]) for cell in there]
            ax.errorbar(range(SIDE), ys, yerr=bars, marker="o", capsize=3, label=str(row))
        ax.set_title(name)
        ax.grid(visible=True)
    figure.savefig(path, pil_kwargs={"compress_level": level})


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compared(cells: list[Cell], folder: Path, mine: str, theirs: str, level: int) -> str:
    """Both in turn, several times: the medians, and the median of the ratios of neighbouring runs."""
    size = ours(cells, folder / "a.png", mine)
    usual(cells, folder / "b.png", size, theirs, level)
    pairs = [
        (
            seconds(lambda: ours(cells, folder / "a.png", mine)),
            seconds(lambda: usual(cells, folder / "b.png", size, theirs, level)),
        )
        for _ in range(RUNS)
    ]
    fast, slow = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    sizes = "/".join(f"{(folder / name).stat().st_size / 1e6:.2f}" for name in ("a.png", "b.png"))
    return f"{fast:6.3f} s {slow:6.3f} s {ratio:6.1f} times   {sizes} MB"


def main() -> None:
    """Print the times, their ratios, and what showing the figure in a notebook costs."""
    cells = sweep()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("5 x 5 cells of four pictures     mjnb     usual    ratio")
        for what, mine, theirs, level in (
            ("three metrics, pictures only  ", "abc", "", 6),
            ("three metrics, both           ", "abc", "abc", 6),
            ("pictures only, both           ", "", "", 6),
            ("pictures only, PNG level 1    ", "", "", 1),
        ):
            print(what, compared(cells, folder, mine, theirs, level))
        x, y = Axis("x", tuple(range(SIDE))), Axis("y", tuple(range(SIDE)))
        figure = grid(cells, x, y, [Curve(name, name) for name in "abc"], title="bench")
        page = folder / "sweep.html"
        paged = statistics.median(seconds(lambda: figure.save(page)) for _ in range(3))
        print(f"save('sweep.html')  {paged:6.2f} s  {page.stat().st_size / 1e6:.2f} MB with 100 pictures")
        shown = statistics.median(seconds(figure.to_html) for _ in range(3))
        print(f"to_html()           {shown:6.2f} s  {len(figure.to_html()) / 1e6:.2f} MB in the notebook")


if __name__ == "__main__":
    main()

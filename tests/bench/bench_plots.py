"""A 5x5 grid with four 256-px pictures a cell: mjnb's one mosaic against the usual one axes per picture.

Run it: ``python tests/bench/bench_plots.py``.  CPU seconds, best of three; both write a PNG as large.
"""

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


def ours(cells: list[Cell], path: Path) -> tuple[int, int]:
    """The product: pictures and three metrics."""
    x, y = Axis("x", tuple(range(SIDE))), Axis("y", tuple(range(SIDE)))
    figure = grid(cells, x, y, [Curve(name, name) for name in "abc"], title="bench")
    figure.save(path)
    return figure.pixels


def usual(cells: list[Cell], path: Path, size: tuple[int, int]) -> None:
    """100 axes with a picture each, the same pixels, and no metrics at all."""
    figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.subplots(SIDE * 2, SIDE * 2)
    for cell in cells:
        column, row = (int(str(value)) for value in cell.at)
        for k, one in enumerate(cell.pictures):
            ax = axes[2 * (SIDE - 1 - row) + k // 2, 2 * column + k % 2]
            ax.imshow(one)
            ax.set_axis_off()
    figure.savefig(path)


def best_of_three(work: Callable[[], object]) -> float:
    """Least CPU seconds."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print both times, their ratio, and what showing the figure in a notebook costs."""
    cells = sweep()
    with tempfile.TemporaryDirectory() as folder:
        mine, theirs = Path(folder) / "ours.png", Path(folder) / "usual.png"
        size = ours(cells, mine)
        fast = best_of_three(lambda: ours(cells, mine))
        slow = best_of_three(lambda: usual(cells, theirs, size))
        print(
            f"mjnb grid() + save  {fast:6.2f} s CPU  {mine.stat().st_size / 1e6:.2f} MB  (with three metrics)"
        )
        print(f"100 axes            {slow:6.2f} s CPU  {theirs.stat().st_size / 1e6:.2f} MB  (pictures only)")
        print(f"ratio               {slow / fast:6.1f}")
    x, y = Axis("x", tuple(range(SIDE))), Axis("y", tuple(range(SIDE)))
    figure = grid(cells, x, y, [Curve(name, name) for name in "abc"], title="bench")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "sweep.html"
        paged = best_of_three(lambda: figure.save(page))
        size = page.stat().st_size / 1e6
        print(f"save('sweep.html')  {paged:6.2f} s CPU  {size:.2f} MB with 100 pictures")
    shown = best_of_three(figure.to_html)
    print(f"to_html()           {shown:6.2f} s CPU  {len(figure.to_html()) / 1e6:.2f} MB in the notebook")


if __name__ == "__main__":
    main()

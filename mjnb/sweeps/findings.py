"""What came of a sweep: frame and figure, own metrics, effects, ratings, what to pay next, its folder."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from ..tracking import Task, TaskImage, Tracker
from . import baselines, figures, judging, opening, parquet, saving, scores, suggesting, tables, verdicts
from .design import Design
from .figures import Look
from .looking import check_look, check_metric
from .measuring import Measures
from .numbers import Numbers

if TYPE_CHECKING:
    import polars as pl

    from ..plots import SweepFigure


class Findings:
    """The half of a sweep that looks at what is there; nothing in it pays.

    Args:
        design: The cells.
        tracker: Knows the tasks.
    """

    id: str | None = None

    def __init__(self, design: Design, tracker: Tracker) -> None:
        self.design, self.tracker = design, tracker
        self.measures = Measures()

    @property
    def tasks(self) -> list[Task | None]:
        """The task of every cell, in cell order; None where there is none yet."""
        raise NotImplementedError

    # ---- numbers ----

    def measure(
        self, *functions: Callable[[Any], Any], embed: Callable[[Any], Any] | None = None, **named: Any
    ) -> Self:
        """Take metrics of your own; `frame`, `plot` and `effects` have them from now on.

        A function that raises or returns NaN on a picture costs that number only; `notes` says which and why.
        Numbers are kept for the session; with a version, ``mj.metric(version=2)(function)``, in the ledger.

        Args:
            *functions: (PIL.Image) -> float, or (list[PIL.Image]) -> float, annotated so, for the pictures of
                a task; called as the function is.
            embed: (PIL.Image) -> vector of any length, of your own model: adds ``embedding_vendi``,
                ``embedding_diversity`` and, with a baseline, ``embedding_distance``.
            **named: The same by the name of the metric.

        Returns:
            The sweep itself.

        Raises:
            InvalidRequest: A name is taken, or something is no function.
        """
        more = {**named, **({"embed": embed} if embed is not None else {})}
        self.measures.declare(functions, more, tables.columns_taken(self.design))
        return self

    @property
    def notes(self) -> list[str]:
        """What has no number and why: metrics that raised, damaged pictures, baselines without pictures."""
        return list(self.measures.notes)

    def frame(self, *, baseline: Mapping[str, Any] | None = None) -> pl.DataFrame:
        """Return cells, pictures and metrics: one row per picture, one for a cell without any.

        What has no number is null, and `notes` says why.

        Args:
            baseline: Values by axis, such as ``{"stylization": 0}``; adds each picture's mean distance to the
                pictures there, see `distances`.

        Raises:
            InvalidRequest: The baseline is outside the sweep.
        """
        if baseline is not None:
            return self.distances(baseline)
        return tables.picture_frame(self.design, self.tasks, self._measured())

    def distances(self, baseline: Mapping[str, Any]) -> pl.DataFrame:
        """Return the frame with every picture's mean distance to the pictures of its baseline cell.

        Columns ``descriptor_distance`` (look: 1 - cosine), ``ssim_distance`` (structure: (1 - SSIM) / 2, Wang
        et al. 2004), ``palette_distance`` (Jensen-Shannon, Lin 1991) and, with an embedding,
        ``embedding_distance``; formulas in `mjnb.metrics.distances`.  Pictures of the baseline are compared
        with the others there.

        Args:
            baseline: Values by axis; an axis that is not named keeps each cell's own value.

        Raises:
            InvalidRequest: The baseline is outside the sweep.
        """
        tasks, numbers, own = self.tasks, self._measured(), self.measures.own
        embeds = own.vector if own.embeds else None
        found, notes = baselines.measure(self.design, tasks, baseline, self.tracker.ledger, embeds)
        self.measures.tell(notes)
        names = list(baselines.facts(embedding=own.embeds))
        return tables.picture_frame(self.design, tasks, numbers, found, names)

    def plot(
        self,
        metrics: Sequence[str] | None = None,
        *,
        by: str | Sequence[str] | None = None,
        width: int = 900,
        title: str = "",
        pictures: Literal["all", "middle"] = "all",
        scale: Literal["ordinal", "value"] = "ordinal",
        view: Literal["curves", "heat"] | None = None,
        theme: Literal["light", "dark"] = "light",
        page: int = 1,
    ) -> SweepFigure:
        """Draw the pictures at their parameter values beside the metric curves.

        Args:
            metrics: Names from `mjnb.metrics.METRICS`, of your own, or ``"rating"``; None takes those that
                answer to the swept parameters.
            by: The axes shown, in order: along, up, then one sheet per value; None: all of them, as designed.
            width: Pixels, 400 to 4000.
            title: In place of the prompt.
            pictures: ``all`` four of a cell, or the one in the ``middle`` of the set.
            scale: ``ordinal`` or ``value``: true-to-value places of the curves.
            view: ``curves`` or ``heat`` maps; None: whichever reads better.
            theme: ``light`` or ``dark``.
            page: Which page of sheets, from 1, where one figure cannot hold them all.

        Raises:
            InvalidRequest: There is no such axis, metric or choice, or this layout does not take it.
        """
        axes = [by] if isinstance(by, str) else by
        chosen = Look(axes, width, title, pictures, scale, view, theme, page)
        check_look(self.design, chosen)
        check_metric(metrics)
        return figures.figure(self.design, self.tasks, self._measured(), metrics, chosen)

    def effects(
        self, metric: str | Sequence[str] | None = None, *, alpha: float = 0.05, permutations: int = 4999
    ) -> verdicts.Verdicts:
        """Say what each parameter does to each metric, how surely, and how many repeats would settle it.

        The unit is the task: the mean of its pictures.  See `mjnb.effects.effects` for the tests.

        Args:
            metric: One or several, also of your own, and ``"rating"``; None: all.  All that are asked for
                together are corrected together.
            alpha: The risk of a false claim, 0..1.
            permutations: How many at most for a test.

        Returns:
            One effect per parameter and metric; ``.frame`` is the table.

        Raises:
            InvalidRequest: There is no such metric, or nothing was rated.
        """
        check_metric(metric)
        return verdicts.verdicts(
            self.design, self.tasks, self._measured(), metric, alpha=alpha, permutations=permutations
        )

    # ---- people ----

    def rate(
        self,
        kind: str = "single",
        n: int | None = None,
        *,
        rater: str | None = None,
        seed: int | None = None,
    ) -> judging.Rating:
        """Judge pictures, blind to the parameters and in random order; answers go to the ledger at once.

        In a notebook the cell shows them, with keys; a script says ``next()`` and ``answer()``.

        Args:
            kind: ``single`` (1 to 5), ``pairs`` (which is better), ``best_worst`` (of four).
            n: Questions; None asks for each picture that this rater has not scored, or shows each twice.
            rater: Whose answers these are; None: the name of the account on this machine.
            seed: Of the order; None: another one every time.

        Raises:
            InvalidRequest: There is no such kind, or too few pictures.
        """
        images = [image for task in self.tasks if task for image in task.images if image.state == "stored"]
        whose: dict[str, Any] = {"rater": rater, "seed": seed, "sweep": self.id}
        return judging.rating(self.tracker.ledger.ratings, _distinct(images), kind, n, **whose)

    def suggest(
        self, n: int = 4, *, metric: str = "rating", by: suggesting.By | None = None, seed: int = 0
    ) -> suggesting.Suggestion:
        """Propose the cells to pay for next; pay with ``mj.sweep(prompt, cells=sweep.suggest().cells)``.

        Args:
            n: How many.
            metric: What is preferred where it is high.
            by: ``uncertainty``: where the standard error of what is expected is largest; ``preference``:
                where the best is expected, by Optuna when it is installed, else the best neighbourhood; None:
                preference once there are numbers.  The rules stand in `suggesting`.
            seed: Of what is drawn.

        Raises:
            InvalidRequest: There is no such metric or rule.
        """
        check_metric(metric)
        tasks, numbers = self.tasks, self._measured()
        unrated = metric == scores.RATING and metric not in numbers.facts
        names = [] if unrated else verdicts.names_of(numbers, metric)
        means = tables.task_means(tasks, numbers, names).get(metric, [math.nan] * len(tasks))
        paid = {k: means[k] for k, task in enumerate(tasks) if task is not None and task.state != "rejected"}
        return suggesting.suggest(self.design, paid, n, by, metric=metric, seed=seed)

    # ---- elsewhere ----

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the sweep as a folder: Parquet tables, pictures, figure, report, and ``sweep.json``.

        ``cells``, ``images``, ``metrics`` and ``ratings`` carry unit, label and source of every column in its
        Arrow field metadata, which pyarrow shows, and as JSON in the file's own, for `units`.  API key and
        callback addresses are nowhere in it.  A sweep that was saved there before gives way; ratings that
        were made there come along, into the ledger, too.

        Args:
            folder: Where to; made when it is not there.

        Returns:
            The folder.

        Raises:
            InvalidRequest: Something else is there, or ratings of other pictures.
            MediaError: It cannot be written.
        """
        tasks = self.tasks
        target = saving.take_ratings(folder, tasks, self.tracker.ledger)
        saved = saving.Saved(self.design, tasks, self._measured(), self.tracker.ledger)
        figure = saving.drawn(self.plot)
        found = self.effects() if any(task is not None for task in tasks) and self.design.axes else None
        return saving.save(saved, target, figure, found)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Open a saved sweep: everything but paying works.  Ratings go into the folder, at once.

        Nothing in the folder is believed: what is not what it says is refused, pictures that are not what was
        saved are left out with the reason, metrics are measured again.

        Raises:
            InvalidRequest: There is no saved sweep, or one of a newer mjnb.
        """
        design, shelf, numbers = opening.open_saved(folder)
        sweep = cls(design, shelf)
        sweep.measures = Measures(numbers)
        return sweep

    @staticmethod
    def units(path: str | os.PathLike[str]) -> dict[str, dict[str, str]]:
        """Return unit, and of metrics label and source, of every column of a table that `save` wrote.

        Args:
            path: A Parquet file in the folder.

        Raises:
            InvalidRequest: It is none.
        """
        return parquet.read_words(path)

    def close(self) -> None:
        """Close what `open` opened; it is closed at the end of the program anyway."""
        opening.close(self.tracker)

    def _measured(self) -> Numbers:
        tasks = self.tasks
        numbers = self.measures.read(self.tracker.ledger, [task for task in tasks if task is not None])
        return scores.with_ratings(numbers, self.tracker.ledger, tasks)


def _distinct(images: Sequence[TaskImage]) -> list[TaskImage]:
    """Return pictures once per content: nobody can tell equal ones apart."""
    return list({image.sha256: image for image in images}.values())

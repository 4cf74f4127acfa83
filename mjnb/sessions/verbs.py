"""The verbs that make something: each returns the task, with ``dry_run`` the request that it would send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from ..handles import Handle
from ..params import AnimateParams, GenerateParams, name_parameters
from .urls import urls_of, with_urls

if TYPE_CHECKING:
    from ..params import Request
    from ..preview import Preview
    from ..sweeps import Sweep
    from ..tracking import Task, TaskImage, Tracker


class Verbs(Handle):
    """What a session makes."""

    speed: str
    ask_above: float | None

    @property
    def tracker(self) -> Tracker:
        """Follows what is sent."""
        raise NotImplementedError

    def task(self, name: str) -> Task:
        """Return one task."""
        raise NotImplementedError

    @overload
    def imagine(
        self,
        prompt: str,
        *,
        wait: bool = ...,
        dry_run: Literal[False] = ...,
        **params: Unpack[GenerateParams],
    ) -> Task: ...
    @overload
    def imagine(
        self, prompt: str, *, wait: bool = ..., dry_run: Literal[True], **params: Unpack[GenerateParams]
    ) -> Preview: ...
    @overload
    def imagine(
        self, prompt: str, *, wait: bool = ..., dry_run: bool, **params: Unpack[GenerateParams]
    ) -> Task | Preview: ...
    def imagine(
        self, prompt: str, *, wait: bool = False, dry_run: bool = False, **params: Any
    ) -> Task | Preview:
        """Make four pictures: check, record, send, and return the task as soon as the service has it.

        Args:
            prompt: Midjourney text, flags included: ``"a red fox in snow --ar 16:9"``.
            wait: Wait for the pictures, too.
            dry_run: Send nothing; return the exact request, its cost and its warnings.
            **params: Values by the table's names: ``stylization=250``.  ``file_urls`` takes URLs, files,
                bytes, Pillow pictures, figures and earlier results; what has no URL is uploaded first.

        Returns:
            The task; `Task.wait` or ``await`` brings the pictures.

        Raises:
            InvalidRequest: With every fault; nothing was sent.
            BudgetExceeded: It would cost more than the session may spend.
            Refused, NoAnswer, ServerError: What the service or the network said; see `mjnb.errors`.
            LedgerError: It could not be recorded, and was not sent.
        """
        from ..prompt import one_line, to_request

        line = one_line(prompt)
        said, uploads = with_urls(self.tracker, params, send=False)
        request = to_request(line, said, speed=self.speed)  # every fault is found before anything is uploaded
        if uploads and not dry_run:
            request = to_request(line, with_urls(self.tracker, params, send=True)[0], speed=self.speed)
        return self.send(request, uploads=uploads, wait=wait, dry_run=dry_run)

    @overload
    def animate(
        self,
        image: Any,
        prompt: str,
        *,
        motion: str | None = ...,
        hd: bool = ...,
        batch: int | None = ...,
        wait: bool = ...,
        dry_run: Literal[False] = ...,
        **params: Unpack[AnimateParams],
    ) -> Task: ...
    @overload
    def animate(
        self,
        image: Any,
        prompt: str,
        *,
        motion: str | None = ...,
        hd: bool = ...,
        batch: int | None = ...,
        wait: bool = ...,
        dry_run: Literal[True],
        **params: Unpack[AnimateParams],
    ) -> Preview: ...
    @overload
    def animate(
        self,
        image: Any,
        prompt: str,
        *,
        motion: str | None = ...,
        hd: bool = ...,
        batch: int | None = ...,
        wait: bool = ...,
        dry_run: bool,
        **params: Unpack[AnimateParams],
    ) -> Task | Preview: ...
    def animate(
        self,
        image: Any,
        prompt: str,
        *,
        motion: str | None = None,
        hd: bool = False,
        batch: int | None = None,
        wait: bool = False,
        dry_run: bool = False,
        **params: Any,
    ) -> Task | Preview:
        """Make short videos from one picture.

        Args:
            image: A URL, a file, bytes, a Pillow picture, a figure, or a picture of a task.
            prompt: What happens in it; Midjourney text, flags and ``--hd`` included:
                ``"it runs --motion low"``.
            motion: ``high``, which is meant when nothing is said, or ``low``.
            hd: High definition.
            batch: How many videos: 1, which is meant when nothing is said, 2 or 4.
            wait, dry_run, **params: As in `imagine`.

        Raises:
            As in `imagine`.
        """
        from ..tracking import TaskImage, followups

        said = {**params, "motion": motion, "video_batch_size": batch}
        urls, uploads = urls_of(self.tracker, image, send=False)
        request = followups.animate(urls, prompt, said, hd=hd)
        if uploads and not dry_run:
            request = followups.animate(urls_of(self.tracker, image, send=True)[0], prompt, said, hd=hd)
        source = image if isinstance(image, TaskImage) else None
        parent, number = (source.task, source.number) if source else (None, None)
        return self.send(request, parent, number, uploads=uploads, wait=wait, dry_run=dry_run)

    @overload
    def upscale(
        self,
        task: Task | TaskImage | str,
        image: int = ...,
        *,
        wait: bool = ...,
        dry_run: Literal[False] = ...,
    ) -> Task: ...
    @overload
    def upscale(
        self, task: Task | TaskImage | str, image: int = ..., *, wait: bool = ..., dry_run: Literal[True]
    ) -> Preview: ...
    @overload
    def upscale(
        self, task: Task | TaskImage | str, image: int = ..., *, wait: bool = ..., dry_run: bool
    ) -> Task | Preview: ...
    def upscale(
        self, task: Task | TaskImage | str, image: int = 1, *, wait: bool = False, dry_run: bool = False
    ) -> Task | Preview:
        """Make one picture of a task larger; ``wait`` and ``dry_run`` as in `imagine`.

        Args:
            task: A task, one of its pictures, or a task's name.
            image: Which picture, from 1, unless one was given.
        """
        found, number = self._picture(task, image)
        return found.upscale(number, wait=wait, dry_run=dry_run)

    @overload
    def vary(
        self,
        task: Task | TaskImage | str,
        image: int = ...,
        *,
        wait: bool = ...,
        dry_run: Literal[False] = ...,
    ) -> Task: ...
    @overload
    def vary(
        self, task: Task | TaskImage | str, image: int = ..., *, wait: bool = ..., dry_run: Literal[True]
    ) -> Preview: ...
    @overload
    def vary(
        self, task: Task | TaskImage | str, image: int = ..., *, wait: bool = ..., dry_run: bool
    ) -> Task | Preview: ...
    def vary(
        self, task: Task | TaskImage | str, image: int = 1, *, wait: bool = False, dry_run: bool = False
    ) -> Task | Preview:
        """Make four relatives of one picture of a task; as `upscale`."""
        found, number = self._picture(task, image)
        return found.vary(number, wait=wait, dry_run=dry_run)

    @overload
    def extend(
        self,
        task: Task | TaskImage | str,
        video: int = ...,
        prompt: str | None = ...,
        *,
        wait: bool = ...,
        dry_run: Literal[False] = ...,
    ) -> Task: ...
    @overload
    def extend(
        self,
        task: Task | TaskImage | str,
        video: int = ...,
        prompt: str | None = ...,
        *,
        wait: bool = ...,
        dry_run: Literal[True],
    ) -> Preview: ...
    @overload
    def extend(
        self,
        task: Task | TaskImage | str,
        video: int = ...,
        prompt: str | None = ...,
        *,
        wait: bool = ...,
        dry_run: bool,
    ) -> Task | Preview: ...
    def extend(
        self,
        task: Task | TaskImage | str,
        video: int = 1,
        prompt: str | None = None,
        *,
        wait: bool = False,
        dry_run: bool = False,
    ) -> Task | Preview:
        """Make one video of a task longer, the way a prompt says or as it comes; as `upscale`."""
        found, number = self._picture(task, video)
        return found.extend(number, prompt, wait=wait, dry_run=dry_run)

    @overload
    def send(
        self,
        request: Request,
        parent: Task | None = ...,
        number: int | None = ...,
        *,
        uploads: tuple[str, ...] = ...,
        wait: bool = ...,
        dry_run: Literal[False] = ...,
    ) -> Task: ...
    @overload
    def send(
        self,
        request: Request,
        parent: Task | None = ...,
        number: int | None = ...,
        *,
        uploads: tuple[str, ...] = ...,
        wait: bool = ...,
        dry_run: Literal[True],
    ) -> Preview: ...
    @overload
    def send(
        self,
        request: Request,
        parent: Task | None = ...,
        number: int | None = ...,
        *,
        uploads: tuple[str, ...] = ...,
        wait: bool = ...,
        dry_run: bool,
    ) -> Task | Preview: ...
    def send(
        self,
        request: Request,
        parent: Task | None = None,
        number: int | None = None,
        *,
        uploads: tuple[str, ...] = (),
        wait: bool = False,
        dry_run: bool = False,
    ) -> Task | Preview:
        """Send a request made with `mjnb.params.make`; see `imagine`."""
        from ..prompt import tell
        from ..tracking.inputs import reachable

        if dry_run:
            return self.tracker.preview(reachable(request, self.tracker), uploads)
        tell(request)
        return self.tracker.put(request, parent, number, wait=wait, dry_run=False)

    def sweep(
        self,
        prompt: str | Sequence[str] | None = None,
        /,
        *,
        design: str = "grid",
        n: int | None = None,
        around: Mapping[str, Any] | None = None,
        cells: Any = None,
        repeat: int = 1,
        seed: int = 0,
        order: str = "random",
        **params: Any,
    ) -> Sweep:
        """Lay out the same prompt at many parameter values; nothing is paid before ``run()``.

        Args:
            prompt: Midjourney text, or several; permutations ``{a, b}`` become an axis.
            design, n, around, cells, repeat, seed, order: Which of the combinations, how often, and in which
                order they are sent; see `mjnb.sweeps.design`, which says ``kind`` for ``design``.
            **params: One value, or several in a list, range, array or span (``"0..1000/250"``), by the
                table's names, or by a name in braces in the prompt: ``a {subject}``, ``subject=[…]``.

        Raises:
            InvalidRequest: With every fault of every cell.
        """
        from .. import sweeps
        from ..prompt.spans import MOST

        how = {"kind": design, "n": n, "around": around, "cells": cells, "repeat": repeat, "seed": seed}
        params, _ = with_urls(self.tracker, params, send=True)  # free, and once per content
        made = sweeps.design(prompt, params, **how, order=order, speed=self.speed, limit=MOST)
        return sweeps.Sweep(made, self.tracker, ask_above=self.ask_above)

    def _picture(self, task: Task | TaskImage | str, number: int) -> tuple[Task, int]:
        from ..tracking import Task, TaskImage

        if isinstance(task, TaskImage):
            return task.task, task.number
        return (task if isinstance(task, Task) else self.task(task)), number


name_parameters(Verbs.imagine, GenerateParams)
name_parameters(Verbs.animate, AnimateParams)
name_parameters(Verbs.sweep, GenerateParams, open_ended=True)

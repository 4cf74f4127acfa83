"""The session: the noun that holds everything together, and every verb.

Making one touches nothing: ledger, client and sandbox are opened at the first verb that needs them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, overload

from ..config import settings
from ..handles import Handle
from ..hidden import hidden
from . import card
from .desk import Desk, reached
from .urls import urls_of, with_urls

if TYPE_CHECKING:
    import polars as pl

    from ..params import Request
    from ..preview import Preview
    from ..receiver import Callbacks
    from ..sandbox import Sandbox
    from ..sweeps import Sweep
    from ..tracking import Task, TaskImage, Tracker


class Session(Handle):
    """A place to work: one account, one ledger, one folder of pictures.

    Args:
        base_url: ``kie``, ``midapi``, ``sandbox`` or a URL; see `mjnb.config` for the defaults.
        api_key: The service's key; never shown, never stored.
        data_dir: Where ledger and pictures go.
        ledger: A file or a database URL, in place of SQLite in ``data_dir``.
        speed: Used where a speed is needed and none is said: ``relaxed``, ``fast`` (the default), ``turbo``.
        prices: Credits per item, in place of entries of `mjnb.prices.PRICES`.
        max_credits: What this session may spend, by the estimates; None: no limit.
        owner: Who may spend it, over all sessions on this ledger, where several people share a key.
        sandbox: A `Sandbox` that is already running, to work against.
        time_scale: How much faster than the service the server's clock runs.
        webhook_key: What the service signs callbacks with; never shown, never stored.
        ask_above: Credits above which a sweep asks before it pays.  When not said, 100 at a service on the
            internet, and never at a sandbox or on this machine; `math.inf` never asks.

    Raises:
        ConfigError: A setting is missing or wrong.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        data_dir: str | Path | None = None,
        ledger: str | Path | None = None,
        speed: str | None = None,
        prices: Mapping[str, float] | None = None,
        max_credits: float | None = None,
        owner: str | None = None,
        sandbox: Sandbox | None = None,
        time_scale: float | None = None,
        webhook_key: str | None = None,
        ask_above: float | None = None,
    ) -> None:
        if sandbox is not None:
            base_url, api_key, time_scale = reached(sandbox)
        api_key, webhook_key, ledger = map(hidden, (api_key, webhook_key, ledger))
        self.settings = settings(
            base_url=base_url,
            api_key=api_key,
            data_dir=data_dir,
            ledger=ledger,
            speed=speed,
            max_credits=max_credits,
            owner=owner,
            ask_above=ask_above,
            time_scale=time_scale,
            webhook_key=webhook_key,
            sandbox=sandbox is not None,
        )
        self.speed = self.settings.speed
        self.desk = Desk(self.settings, sandbox=sandbox is not None, prices=prices)
        self.ask_above = self.desk.ask_above(self.settings.ask_above)

    # ---- making ----

    @overload
    def imagine(
        self, prompt: str, *, wait: bool = ..., dry_run: Literal[False] = ..., **params: Any
    ) -> Task: ...
    @overload
    def imagine(self, prompt: str, *, wait: bool = ..., dry_run: Literal[True], **params: Any) -> Preview: ...
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

    def upscale(self, task: Task | TaskImage | str, image: int = 1, **how: bool) -> Task | Preview:
        """Make one picture of a task larger; ``wait`` and ``dry_run`` as in `imagine`.

        Args:
            task: A task, one of its pictures, or a task's name.
            image: Which picture, from 1, unless one was given.
        """
        found, number = self._picture(task, image)
        return found.upscale(number, **how)

    def vary(self, task: Task | TaskImage | str, image: int = 1, **how: bool) -> Task | Preview:
        """Make four relatives of one picture of a task; as `upscale`."""
        found, number = self._picture(task, image)
        return found.vary(number, **how)

    def extend(
        self, task: Task | TaskImage | str, video: int = 1, prompt: str | None = None, **how: bool
    ) -> Task | Preview:
        """Make one video of a task longer, the way a prompt says or as it comes; as `upscale`."""
        found, number = self._picture(task, video)
        return found.extend(number, prompt, **how)

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

    # ---- looking ----

    def tasks(self) -> pl.DataFrame:
        """Return every task of the ledger, one row each, oldest first; reads only what changed."""
        return self.desk.frame("task")

    def images(self) -> pl.DataFrame:
        """Return every picture of the ledger, one row each; reads only what changed."""
        return self.desk.frame("image")

    def task(self, name: str) -> Task:
        """Return one task.

        Args:
            name: Its id, the end of its id, or the service's id.

        Raises:
            LedgerError: None or several are called so.
            InvalidRequest: It is no name.
        """
        return self.tracker.handle(self.tracker.ledger.named(name))

    def credits(self) -> float:
        """Return the account's remaining credits, as the service says."""
        from ..tracking import settling

        return self.tracker.loop.run(settling.credits(self.tracker))

    @property
    def prices(self) -> dict[str, float]:
        """Credits per item, estimates."""
        return self.desk.prices

    @property
    def notices(self) -> list[str]:
        """What the session has to tell: tasks taken up again, tasks that are unknown."""
        return self.desk.notices

    @property
    def spent(self) -> float:
        """Credits that this session, or its owner, has spent, by the estimates."""
        return self.tracker.budget.spent

    def callbacks(
        self, public_url: str | None = None, *, port: int | None = None, host: str = "127.0.0.1"
    ) -> Callbacks:
        """Have the service report the end of tasks sent from now on; polling becomes the safety net.

        In a notebook they come through its Jupyter server, where the extension is enabled; in a script, or
        with a port, to a receiver of the session's own.  ``mj.callbacks()`` later shows what came.

        Args:
            public_url: The address under which the internet reaches the Jupyter server, as in the browser
                (``https://hub.org/user/jo/``), or that port.  On a JupyterHub that tells it, and with a
                service on this machine, it need not be given.
            port: Of a receiver of its own; 0 takes a free one.
            host: Where that receiver listens: ``0.0.0.0`` when no tunnel or proxy is in front of it.

        Raises:
            ConfigError: The service could not reach it, or the port is taken.
        """
        return self.desk.callbacks(public_url, port, host)

    # ---- settling ----

    def resolve(self, name: str, outcome: str) -> Task:
        """Settle an ``unknown`` task by your word, or by what the account's credits show.

        Args:
            name: The task; see `task`.
            outcome: ``"lost"`` when the service never made it; the service's task id when it did; or
                ``"credits"``: lost, if no credits are missing since they were last read (by `credits`, or
                when a sweep began).  That is sure only while nobody else uses the account.

        Raises:
            LedgerError: There is no such task.
            InvalidRequest: It is not unknown, or the credits do not show that it was lost.
        """
        from ..tracking import settling

        return self.tracker.loop.run(settling.resolve(self.tracker, self.task(name), outcome))

    def close(self) -> None:
        """End the session: what runs at the service is taken up by the next one."""
        self.desk.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if "desk" not in vars(self):  # in the traceback of what went wrong in making it
            return "<Session that was not made>"
        return "\n".join(card.lines(self.settings, self.notices))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return card.bundle(self.settings, self.notices, self.desk.account)

    # ---- inside ----

    @property
    def tracker(self) -> Tracker:
        """The tracker, opened when first asked for."""
        return self.desk.tracker

    def _picture(self, task: Task | TaskImage | str, number: int) -> tuple[Task, int]:
        from ..tracking import Task, TaskImage

        if isinstance(task, TaskImage):
            return task.task, task.number
        return (task if isinstance(task, Task) else self.task(task)), number

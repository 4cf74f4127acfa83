"""The desk: what a session works with, opened at the first need and closed in the right order.

Opening also takes up what an earlier session left: running tasks are followed again, and paid requests
whose answer never came are told of.
"""

from __future__ import annotations

import atexit
import os
import threading
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .. import display, identity
from ..config import ASK_ABOVE, SANDBOX, Settings
from ..errors import ConfigError
from ..loop import GRACE, the_loop
from ..params import private_host
from ..prices import PRICES
from . import public

if TYPE_CHECKING:
    import polars as pl

    from ..client import Client
    from ..frames import Held
    from ..ledger import Entry, Ledger
    from ..receiver import Callbacks
    from ..sandbox import Sandbox
    from ..tracking import Tracker
    from ..tracking.budget import Budget


class UnsettledWarning(UserWarning):
    """Tasks of an earlier session are unknown: perhaps paid, perhaps not."""


def reached(sandbox: object) -> tuple[str, str, float]:
    """Return address, key and time scale of a sandbox that runs.

    Raises:
        ConfigError: It was not started, or is none.
    """
    from ..sandbox import Sandbox

    hint = "Start it: with Sandbox() as server: Session(sandbox=server); or Sandbox().start()."
    if not isinstance(sandbox, Sandbox):
        raise ConfigError(f"sandbox needs a Sandbox that runs, not {sandbox!r}", hint=hint)
    if not sandbox.port:
        raise ConfigError("the sandbox is not started", hint=hint)
    return sandbox.url, sandbox.key, sandbox.time_scale


class Desk:
    """Ledger, client, pictures and tracker of one session.

    Args:
        settings: What to work with.
        sandbox: Whether the service is a sandbox that somebody else runs.
        prices: Credits per item, in place of entries of `mjnb.prices.PRICES`.
    """

    def __init__(
        self, settings: Settings, *, sandbox: bool = False, prices: Mapping[str, float] | None = None
    ) -> None:
        self.settings = settings
        self.is_sandbox = settings.embedded or sandbox
        self.account = SANDBOX if self.is_sandbox else identity.account(settings.base_url)
        self.prices = _price_table(prices or {})
        self.notices = public.notices(settings.key, is_sandbox=self.is_sandbox)
        self._max_credits = settings.max_credits
        self._budget: Budget | None = None  # one for the session's life, also when it opens again
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._tracker: Tracker | None = None
        self._server: Sandbox | None = None
        self._callbacks: Callbacks | None = None
        self._frames: dict[str, Held] = {}

    @property
    def tracker(self) -> Tracker:
        """The tracker, opened when first asked for."""
        return self.open()

    def open(self, *, warn: bool = True) -> Tracker:
        """Open ledger and client, once, and return the tracker.

        Args:
            warn: Whether tasks that are unknown are warned of (`UnsettledWarning`); without, whoever opens
                it tells people what `notices` has.
        """
        with self._lock:
            self._forget_if_forked()
            if self._tracker is None:
                try:
                    self._tracker = self._open()
                except BaseException:
                    self._stop_server()
                    raise
                atexit.register(self.close)  # runs before the loop's own, which was registered earlier
                self._take_up(self._tracker, warn)
            return self._tracker

    @property
    def is_open(self) -> bool:
        """Whether ledger and client are open already."""
        return self._tracker is not None and self._pid == os.getpid()

    def limit(self, max_credits: float | None) -> None:
        """Set what may be spent, with what was spent already; None: no limit."""
        self._max_credits = max_credits
        if self._budget is not None:
            self._budget.limit = max_credits

    def ask_above(self, said: float | None) -> float | None:
        """Return the credits above which a sweep asks before it pays; None: it never asks."""
        if said is not None:
            return said
        host = urlsplit(self.settings.base_url).hostname  # none in a preset's name
        is_near = host is not None and private_host(host)
        return None if self.is_sandbox or is_near else ASK_ABOVE

    def frame(self, table: str) -> pl.DataFrame:
        """Return a table of the ledger as a frame; reads only what changed since the last time."""
        from .. import frames

        with self._lock:
            display.answer_for(self.row)
            if table not in self._frames:
                self._frames[table] = frames.held_tasks() if table == "task" else frames.held_images()
            return self._frames[table].refresh(self.tracker.ledger.rows)

    def row(self, own_id: str, number: int | None) -> display.RowView | None:
        """Return what is shown of a task, or of one of its pictures, under a frame; opens nothing for it."""
        tracker = self._tracker
        entry = tracker.ledger.entry(own_id) if tracker is not None else None
        if tracker is None or entry is None:
            return None
        from ..tracking.showing import row_view

        return row_view(tracker.handle(entry), number)

    def callbacks(self, public_url: str | None, port: int | None, host: str) -> Callbacks:
        """Return the way that callbacks come, opened when first asked for; see `Session.callbacks`."""
        from ..receiver import open_callbacks

        with self._lock:
            tracker, there = self.tracker, self._callbacks
            if there is not None and not there.closed and public_url is None and port is None:
                return there
            self._close_callbacks()
            self._callbacks = open_callbacks(
                tracker.wake,
                tracker.loop,
                key=self.settings.webhook_key,
                public_url=public_url,
                port=port,
                host=host,
                local=private_host(urlsplit(tracker.client.base_url).hostname or ""),
                on_close=lambda: setattr(tracker, "callback_url", None),
            )
            tracker.callback_url = self._callbacks.url
            return self._callbacks

    def _close_callbacks(self) -> None:
        if self._callbacks is not None:
            self._callbacks.close()
            self._callbacks = None

    def close(self) -> None:
        """Close everything; what runs at the service is taken up by the next session."""
        with self._lock:
            self._forget_if_forked()
            self._close_callbacks()
            tracker, self._tracker = self._tracker, None
            try:
                if tracker is not None:
                    tracker.loop.run(tracker.close(), timeout=GRACE + 5)
            finally:  # also when the wait was interrupted: the ledger must say that this session is over
                if tracker is not None:
                    tracker.ledger.close()
                    atexit.unregister(self.close)
                self._stop_server()

    def _forget_if_forked(self) -> None:
        """Leave to the parent process what is the parent's: a forked child opens its own."""
        if self._pid != os.getpid():
            self._pid = os.getpid()
            self._tracker = self._server = self._callbacks = None
            self._frames = {}

    def _open(self) -> Tracker:
        from ..ledger import Ledger
        from ..media import Store
        from ..tracking import Tracker
        from ..tracking.budget import Budget

        ledger = Ledger(self.settings.ledger, self.settings.data_dir / "spool")
        owner = self.settings.owner
        if owner:
            self._budget = Budget(self._max_credits, owner, lambda: ledger.spent(self.account, owner))
        self._budget = self._budget or Budget(self._max_credits)
        try:
            client = self._connect()
        except BaseException:
            ledger.close()
            raise
        return Tracker(
            client,
            ledger,
            Store(self.settings.data_dir / "media"),
            the_loop(),
            self.account,
            payer=self._payer(ledger),
            sandbox=self.is_sandbox,
            prices=self.prices,
            budget=self._budget,
        )

    def _payer(self, ledger: Ledger) -> identity.Payer:
        if self.is_sandbox:
            return identity.ANYONE  # each has a key of its own, and all are one account
        given = self.settings
        return identity.payer_of(given.base_url, given.key, ledger.spellings(self.account))

    def _connect(self) -> Client:
        from ..client import Client

        secrets = (self.settings.webhook_key or "",)
        if self.settings.embedded:
            server = self._start_server()
            return Client(server.url, server.key, time_scale=server.time_scale, secrets=secrets)
        given = self.settings
        return Client(
            given.base_url,
            given.key,
            time_scale=given.time_scale,
            upload_url=given.upload_url or None,
            secrets=secrets,
        )

    def _start_server(self) -> Sandbox:
        from ..sandbox import Sandbox

        books, key = self.settings.data_dir / "sandbox.jsonl", self.settings.webhook_key
        if books.is_symlink():
            raise ConfigError(f"{books} is a link, which is not followed", hint="Remove it.")
        self._server = Sandbox(books=books, webhook_key=key).start()
        return self._server

    def _stop_server(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _take_up(self, tracker: Tracker, warn: bool) -> None:
        going_on, unknown = tracker.ledger.left_open(self.account)
        for entry in going_on:
            tracker.adopt(entry)
        if going_on:
            tasks = "1 task" if len(going_on) == 1 else f"{len(going_on)} tasks"
            self.notices.append(f"taken up again: {tasks} of an earlier session")
        if unknown:
            self.notices.append(_unknown_notice(unknown))
            if warn:
                warnings.warn(self.notices[-1], UnsettledWarning, stacklevel=5)


def _price_table(own: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(own, Mapping):
        raise ConfigError(f"prices needs credits by name, not {own!r}", hint=f"It has {', '.join(PRICES)}.")
    for name, price in own.items():
        if name not in PRICES:
            raise ConfigError(f"prices has no {name!r}", hint=f"It has {', '.join(PRICES)}.")
        if not _is_amount(price):
            raise ConfigError(f"the price of {name} is {price!r}", hint="Give credits.")
    return {**PRICES, **own}


def _is_amount(said: object) -> bool:
    return isinstance(said, int | float) and not isinstance(said, bool) and said >= 0  # NaN is no amount


def _unknown_notice(unknown: list[Entry]) -> str:
    names = ", ".join(display.short(entry.id) for entry in unknown[:5]) + (", …" if len(unknown) > 5 else "")
    count = f"{len(unknown)} tasks are" if len(unknown) > 1 else "1 task is"
    return (
        f"{count} unknown (perhaps paid, never resent): {names}; settle each with "
        "mj.resolve(id, 'lost'), mj.resolve(id, 'credits') or mj.resolve(id, '<the service's task id>')"
    )

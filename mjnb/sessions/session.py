"""The session: the noun that holds everything together, and the verbs that look and settle.

Those that make something are in ``verbs.py``.

Making one touches nothing: ledger, client and sandbox are opened at the first verb that needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..config import settings
from ..hidden import hidden
from . import card
from .desk import Desk, reached
from .verbs import Verbs

if TYPE_CHECKING:
    import polars as pl

    from ..receiver import Callbacks
    from ..sandbox import Sandbox
    from ..tracking import Task, Tracker


class Session(Verbs):
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

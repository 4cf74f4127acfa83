"""The session: the noun that holds everything together, and every verb.

Making one touches nothing: ledger, client and sandbox are opened at the first verb that needs them, in the
same moment tasks that an earlier session left open are taken up again.
"""

from __future__ import annotations

import atexit
import threading
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import display
from .config import SANDBOX, settings
from .errors import InvalidRequest, LedgerError
from .loop import the_loop

if TYPE_CHECKING:
    import polars as pl

    from .frames import Held
    from .ledger import Entry
    from .params import Request
    from .sandbox import Sandbox
    from .sweeps import Sweep
    from .tracking import Task, Tracker


class UnsettledWarning(UserWarning):
    """Tasks of an earlier session are unknown: perhaps paid, perhaps not."""


class Session:
    """A place to work: one account, one ledger, one folder of pictures.

    Args:
        base_url: ``kie``, ``midapi``, ``sandbox`` or a URL; see `mjnb.config` for the defaults.
        api_key: The service's key; never shown, never stored.
        data_dir: Where ledger and pictures go.
        ledger: A database URL, in place of SQLite in ``data_dir``.
        speed: Used where a speed is needed and none is said: ``relaxed``, ``fast`` or ``turbo``.
        prices: Credits per item, in place of entries of `mjnb.prices.PRICES`.
        sandbox: A `Sandbox` that is already running, to work against.

    Raises:
        ConfigError: A setting is missing or wrong.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        data_dir: str | Path | None = None,
        ledger: str | None = None,
        speed: str = "fast",
        prices: Mapping[str, float] | None = None,
        sandbox: Sandbox | None = None,
        time_scale: float | None = None,
    ) -> None:
        if sandbox is not None:
            base_url, api_key, time_scale = sandbox.url, sandbox.key, sandbox.time_scale
        self.settings = settings(
            base_url=base_url, api_key=api_key, data_dir=data_dir, ledger=ledger, time_scale=time_scale
        )
        self.is_sandbox = self.settings.embedded or sandbox is not None
        self.speed = speed
        self.notices: list[str] = []
        self._account = SANDBOX if self.is_sandbox else self.settings.account
        self._own_prices = dict(prices or {})
        self._lock = threading.RLock()
        self._tracker: Tracker | None = None
        self._server: Sandbox | None = None
        self._frames: dict[str, Held] = {}

    # ---- making ----

    def imagine(self, prompt: str, *, wait: bool = False, **params: Any) -> Task:
        """Make four pictures: check, record, send, and return the task as soon as the service has it.

        Args:
            prompt: Midjourney text, flags included: ``"a red fox in snow --ar 16:9"``.
            wait: Wait for the pictures, too.
            **params: Values by the table's names: ``stylization=250``.

        Returns:
            The task; `Task.wait` or ``await`` brings the pictures.

        Raises:
            InvalidRequest: With every fault; nothing was sent.
            Refused, NoAnswer, ServerError: What the service or the network said; see `mjnb.errors`.
            LedgerError: It could not be recorded, and was not sent.
        """
        from .prompt import one_line, to_request

        request = to_request(one_line(prompt), params, speed=self.speed)
        task = self.send(request)
        return task.wait() if wait else task

    def send(self, request: Request) -> Task:
        """Send a request made with `mjnb.params.make`; see `imagine`."""
        from .ledger import Intent
        from .prices import estimate

        tracker = self.tracker
        intent = Intent(
            request=request,
            account=self._account,
            base_url=tracker.client.base_url,
            credits=estimate(request, self.prices),
        )
        return tracker.loop.run(tracker.send(intent))

    def sweep(self, prompt: str, *, repeat: int = 1, **params: Any) -> Sweep:
        """Lay out the same prompt at many parameter values; nothing is paid before ``run()``.

        Args:
            prompt: Midjourney text; permutations ``{a, b}`` become an axis.
            repeat: Tasks per cell.
            **params: One value, or several in a list, range or array, by the table's names.

        Raises:
            InvalidRequest: With every fault of every cell.
        """
        from .sweeps import Sweep, design

        made = design(prompt, params, repeat=repeat, speed=self.speed)
        return Sweep(made, self.tracker, self.prices)

    # ---- looking ----

    def tasks(self) -> pl.DataFrame:
        """Return every task of the ledger, one row each, oldest first; reads only what changed."""
        return self._held("task")

    def images(self) -> pl.DataFrame:
        """Return every picture of the ledger, one row each; reads only what changed."""
        return self._held("image")

    def task(self, name: str) -> Task:
        """Return one task.

        Args:
            name: Its id, the end of its id, or the service's id.

        Raises:
            LedgerError: None or several are called so.
        """
        found = self.tracker.ledger.find(name)
        if len(found) == 1:
            return self.tracker.handle(found[0])
        if found:
            ids = ", ".join(entry.id[-10:] for entry in found[:5])
            raise LedgerError(f"{len(found)} tasks are called {name!r}: {ids}", hint="Give more of the id.")
        raise LedgerError(f"no task is called {name!r}", hint="mj.tasks() lists them all.")

    def credits(self) -> float:
        """Return the account's remaining credits, as the service says."""
        return self.tracker.loop.run(self.tracker.client.credits())

    @property
    def prices(self) -> dict[str, float]:
        """Credits per item, estimates."""
        from .prices import PRICES

        return {**PRICES, **self._own_prices}

    # ---- settling ----

    def resolve(self, name: str, outcome: str) -> Task:
        """Settle an ``unknown`` task by your word.

        Args:
            name: The task; see `task`.
            outcome: ``"lost"`` when the service never made it, else the service's task id.

        Raises:
            LedgerError: There is no such task.
            InvalidRequest: It is not unknown.
        """
        task = self.task(name)
        ledger = self.tracker.ledger
        if task.state not in ("unknown", "intent"):
            raise InvalidRequest(f"task {display.short(task.id)} is {task.state}, not unknown")
        if outcome == "lost":
            ledger.rejected(task.id, "settled by hand: lost")
        else:
            ledger.submitted(task.id, outcome)
        return self.tracker.refresh(task)

    def close(self) -> None:
        """End the session: what runs at the service is taken up by the next one."""
        with self._lock:
            if self._tracker is not None:
                loop, tracker = the_loop(), self._tracker
                self._tracker = None
                loop.run(tracker.close(), timeout=10)
                tracker.ledger.close()
                atexit.unregister(self.close)
            if self._server is not None:
                self._server.stop()
                self._server = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "the embedded sandbox" if self.settings.embedded else self.settings.base_url
        lines = [f"session with {where}, data in {self.settings.data_dir}", *self.notices]
        return "\n".join(lines)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), "".join(map(display.notice_html, repr(self).splitlines())))

    # ---- opening ----

    @property
    def tracker(self) -> Tracker:
        """The tracker, opened when first asked for."""
        with self._lock:
            if self._tracker is None:
                self._tracker = self._open()
                self._take_up(self._tracker)
            return self._tracker

    def _open(self) -> Tracker:
        from .ledger import Ledger
        from .media import Store
        from .tracking import Tracker

        ledger = Ledger(self.settings.ledger)
        client = the_loop().run(self._connect())
        store = Store(self.settings.data_dir / "media")
        atexit.register(self.close)  # runs before the loop's own, which was registered earlier
        return Tracker(client, ledger, store, the_loop(), self._account, sandbox=self.is_sandbox)

    async def _connect(self) -> Any:
        from .client import Client

        if self.settings.embedded:
            server = self._start_server()
            return Client(server.url, server.key, time_scale=server.time_scale)
        return Client(self.settings.base_url, self.settings.key, time_scale=self.settings.time_scale)

    def _start_server(self) -> Sandbox:
        from .sandbox import Sandbox

        self._server = Sandbox(books=self.settings.data_dir / "sandbox.jsonl").start()
        return self._server

    def _take_up(self, tracker: Tracker) -> None:
        going_on, unknown = tracker.ledger.left_open(self._account)
        for entry in going_on:
            tracker.adopt(entry)
        if going_on:
            self.notices.append(f"taken up again: {len(going_on)} tasks of an earlier session")
        if unknown:
            self.notices.append(_unknown_notice(unknown))
            warnings.warn(self.notices[-1], UnsettledWarning, stacklevel=4)

    def _held(self, table: str) -> pl.DataFrame:
        from . import frames

        with self._lock:
            if table not in self._frames:
                self._frames[table] = frames.held_tasks() if table == "task" else frames.held_images()
            return self._frames[table].refresh(self.tracker.ledger.rows)


def _unknown_notice(unknown: list[Entry]) -> str:
    names = ", ".join(display.short(entry.id) for entry in unknown[:5]) + (", …" if len(unknown) > 5 else "")
    return (
        f"{len(unknown)} tasks are unknown (perhaps paid, never resent): {names}; "
        "settle each with mj.resolve(id, 'lost') or mj.resolve(id, '<the service's task id>')"
    )


_default: list[Session] = []
_default_lock = threading.Lock()


def default_session() -> Session:
    """Return the session that the package's own verbs work with; made at the first call."""
    with _default_lock:
        if not _default:
            _default.append(Session())
        return _default[0]


def use(session: Session) -> Session:
    """Make a session the one that the package's own verbs and the magics work with."""
    with _default_lock:
        _default[:] = [session]
    return session

"""The sandbox on a real socket: uvicorn in a thread of this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import uvicorn

from ..prices import PRICES
from .account import LATENCY, Account
from .app import make_app
from .callbacks import FORMS, Delivery, Postman
from .faults import Faults
from .files import DAY, LINK_SECONDS, RETENTION_DAYS, Files, used_uploads
from .leaving import Quiet, Wire
from .studio import LONG_SIDE, SHORT_SIDE, Studio
from .uploads import LIFETIME, Uploads


class Sandbox:
    """The task API, here: no key, no network, no cost.

    ``with Sandbox() as server:`` puts it on a free port of 127.0.0.1; ``Sandbox().app`` is the ASGI app.

    Args:
        key: What the bearer token must be.
        credits: What is on the account at every start.
        time_scale: How many times faster than the service it works (20: a fast task takes 3 s).
        latency: Seconds per speed at the service, before scaling.
        prices: Credits per item.
        books: A file that keeps the tasks for later sandboxes, and for those of other processes now; uploads
            go into a folder beside it.  None: memory, and a temporary folder.
        long_side: Longest side of the pictures, in pixels.
        short_side: Shorter side of videos in standard definition, in pixels; high has 1.5 times that.
        retention_days: How long results can be fetched, in days at the service.
        webhook_key: Signs the callbacks; empty: they are not signed.
        callback_form: The body of callbacks: ``documented`` or ``later``, as the contract tells.
        faults: What goes wrong; `Sandbox.faults` takes more while it runs.
        host, port: Where to listen; port 0 takes a free one.
    """

    def __init__(
        self,
        *,
        key: str = "sandbox",
        credits: float = 10_000.0,
        time_scale: float = 20.0,
        latency: Mapping[str, float] = LATENCY,
        prices: Mapping[str, float] = PRICES,
        books: Path | None = None,
        long_side: int = LONG_SIDE,
        short_side: int = SHORT_SIDE,
        retention_days: float = RETENTION_DAYS,
        webhook_key: str = "",
        callback_form: str = FORMS[0],
        faults: Faults | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.account = Account(
            key=key, credits=credits, time_scale=time_scale, latency=latency, prices=prices, books=books
        )
        self.faults = Faults() if faults is None else faults
        self._postman = Postman(self.faults, time_scale, webhook_key, callback_form)
        folder = None if books is None else books.with_suffix(".uploads")
        uploads = Uploads(folder, LIFETIME / time_scale, used_uploads(self.account.tasks.values()))
        files = Files(self.account, uploads, retention_days * DAY / time_scale, LINK_SECONDS / time_scale)
        self.studio = Studio(self.account.tasks, uploads, long_side, short_side)
        self.app = make_app(self.account, files, self.studio, self._postman, self.faults)
        self.host, self.port = host, port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"<Sandbox {self.url if self._server else 'not started'}>"

    @property
    def key(self) -> str:
        """What the bearer token must be."""
        return self.account.key

    @property
    def time_scale(self) -> float:
        """How many times faster than the service it works."""
        return self.account.time_scale

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt so far to deliver a callback."""
        return self._postman.deliveries

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> Sandbox:
        """Listen; requests are answered from now on.

        Raises:
            OSError: The port is taken.
        """
        # asyncio turns Nagle's algorithm off (40 ms an answer) only where the protocol is said
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen(128)  # requests queue from now on, until uvicorn takes them
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            Quiet(self.app), log_config=None, access_log=False, lifespan="off", ws="none", http=Wire
        )
        self._postman.start()
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="mjnb-sandbox", daemon=True
        )
        self._thread.start()
        return self

    def wait(self) -> None:
        """Serve until interrupted."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(0.5)

    def stop(self) -> None:
        """Stop listening and delivering."""
        self._postman.stop()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(5.0)
            self._server = self._thread = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

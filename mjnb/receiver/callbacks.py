"""Callbacks, on: which way they come, under which public address, and what came so far.

In a notebook whose Jupyter server has the extension (`mjnb.server`) they come through that server, which
already has an address; in scripts, and where a port is named, to a receiver of the session's own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from ..errors import ConfigError
from ..hidden import hidden
from ..hooks import (
    LOOPBACK,
    Counts,
    Door,
    DoorKeeper,
    Gate,
    Hint,
    RuntimeFolder,
    Server,
    new_secret,
    with_nonce,
)
from ..loop import Loop
from ..params import private_host, url_fault
from .http import Http
from .listener import Listener

PATH = "mjnb/hook"  # where callbacks arrive, below a Jupyter server's address

Wake = Callable[[str, str, bool], bool]


class Callbacks:
    """The service reports the end of tasks; polling is only the safety net.

    Attributes:
        counts: What came of the callbacks so far.
        signed: Whether only signed ones are taken.
        through: ``"the Jupyter server"`` or ``"a port of its own"``.
        port: Where this session listens.
    """

    def __init__(
        self,
        address: str,
        *,
        counts: Counts,
        signed: bool,
        through: str,
        port: int,
        close: Callable[[], None],
    ) -> None:
        self._address, self._close = address, close
        self.counts, self.signed, self.through, self.port = counts, signed, through, port
        self.closed = False

    def url(self, nonce: str) -> str:
        """Return the callback URL of the task whose row has a nonce; who knows it can send hints."""
        return with_nonce(self._address, nonce)

    def close(self) -> None:
        """Take no more; running tasks are polled again."""
        if not self.closed:
            self.closed = True
            self._close()

    def __repr__(self) -> str:
        shown = self._address.rpartition("/")[0] + "/…"  # what follows is the secret
        how = "closed" if self.closed else "signed" if self.signed else "not signed"
        return f"callbacks at {shown} through {self.through}, {how}: {self.counts}"


def open_callbacks(
    wake: Wake,
    loop: Loop,
    *,
    key: str = "",
    public_url: str | None = None,
    port: int | None = None,
    host: str = LOOPBACK,
    local: bool = False,
    on_close: Callable[[], None] = lambda: None,
    environ: Mapping[str, str] | None = None,
) -> Callbacks:
    """Open a way for callbacks.

    Args:
        wake: Is told, on the loop, of a nonce, a task id, and whether the task ended; returns whether the
            nonce is known.
        loop: Where all of it runs.
        key: The webhook key; empty: callbacks are not signed.
        public_url: Under which address the internet reaches this machine, or the Jupyter server.
        port: Of a receiver of its own; 0 takes a free one; None: through the Jupyter server, if it can.
        host: Where such a receiver listens.
        local: Whether the service runs near, so that a private address will do.
        on_close: Is called when it is closed.
        environ: For Jupyter's settings, in place of the process's own.

    Raises:
        ConfigError: The service could not reach the address, or nobody can listen there.
    """
    counts, key = Counts(), hidden(key)
    jupyter = _of_jupyter(os.environ if environ is None else environ)

    def take(hint: Hint) -> None:
        if not wake(hint.nonce, hint.task_id, hint.terminal):
            counts.add("unknown")

    opening = Opening(loop, key, counts, take, local, on_close)
    runtime = _runtime(jupyter) if port is None else None
    server = runtime.server(_parents(jupyter)) if runtime else None
    if runtime is None or server is None:
        return opening.on_port(public_url, host, port or 0)
    return opening.through(server, runtime, public_url or jupyter.get("JUPYTERHUB_PUBLIC_URL") or server.url)


@dataclass(frozen=True)
class Opening:
    """What both ways need."""

    loop: Loop
    key: str = field(repr=False)
    counts: Counts
    take: Callable[[Hint], None]
    local: bool
    on_close: Callable[[], None]

    def through(self, server: Server, runtime: RuntimeFolder, public_url: str) -> Callbacks:
        """Let callbacks come through the Jupyter server."""
        base = below(_checked(public_url, self.local, server.base_url), server.base_url)
        secret, token = new_secret(), new_secret()
        listener = Listener(DoorKeeper(token, self.counts, self.take).serve)
        port = self._listen(listener, LOOPBACK, 0)
        try:
            runtime.register(secret, Door(port, token, self.key))
        except OSError as error:
            self._close(listener)
            raise ConfigError(f"cannot write {runtime}: {error.strerror}", hint="Give a port.") from error

        def close() -> None:
            runtime.strike(secret)
            self._close(listener)

        return self._opened(f"{base}{PATH}/{secret}", "the Jupyter server", port, close)

    def on_port(self, public_url: str | None, host: str, port: int) -> Callbacks:
        """Let callbacks come to a port of the session's own."""
        _checked(public_url or f"http://{LOOPBACK}", self.local, "/")
        secret = new_secret()
        listener = Listener(Http(secret, Gate(self.key, self.counts), self.take).serve)
        port = self._listen(listener, host, port)
        base = (public_url or f"http://{LOOPBACK}:{port}").rstrip("/")
        return self._opened(f"{base}/{secret}", "a port of its own", port, lambda: self._close(listener))

    def _opened(self, address: str, through: str, port: int, close: Callable[[], None]) -> Callbacks:
        signed = bool(self.key)
        return Callbacks(address, counts=self.counts, signed=signed, through=through, port=port, close=close)

    def _listen(self, listener: Listener, host: str, port: int) -> int:
        try:
            return self.loop.run(listener.open(host, port))
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}:{port}: {error.strerror}", hint="Give another port, or 0."
            ) from error

    def _close(self, listener: Listener) -> None:
        self.on_close()
        self.loop.run(listener.close(), timeout=5)


def below(public_url: str, base_url: str) -> str:
    """Return the public address of a Jupyter server from what a user copied out of the browser.

    Args:
        public_url: ``https://hub.org/user/jo/lab/tree/a.ipynb``, ``https://hub.org/user/jo`` or ``https://hub.org``.
        base_url: The server's own path: ``/user/jo/``.
    """
    parts = urlsplit(public_url)
    path = parts.path.rstrip("/") + "/"
    if base_url != "/" and base_url in path:
        path = path.partition(base_url)[0] + base_url
    elif path == "/":
        path = base_url
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _checked(url: str, local: bool, base_url: str) -> str:
    hint = f"Give public_url='https://<this machine as the internet knows it>{base_url}'."
    if fault := url_fault(url):
        raise ConfigError(f"public_url: {fault}", hint=hint)
    host = urlsplit(url).hostname or ""
    if private_host(host) and not local:
        raise ConfigError(f"the service cannot reach {host}", hint=hint)
    return url


def _of_jupyter(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what is needed of an environment; the rest of it may hold keys."""
    return {name: environ[name] for name in ("JPY_PARENT_PID", "JUPYTERHUB_PUBLIC_URL") if name in environ}


def _runtime(environ: Mapping[str, str]) -> RuntimeFolder | None:
    """Return Jupyter's runtime folder, in a kernel."""
    if "JPY_PARENT_PID" not in environ:
        return None
    try:
        from jupyter_core.paths import jupyter_runtime_dir
    except ImportError:
        return None
    return RuntimeFolder(jupyter_runtime_dir())


def _parents(environ: Mapping[str, str]) -> list[int]:
    told = environ.get("JPY_PARENT_PID", "")
    return [*([int(told)] if told.isdecimal() else []), os.getppid()]

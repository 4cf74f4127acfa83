"""The Jupyter Server extension: callbacks arrive under the address that the Jupyter server has already.

``POST {base_url}mjnb/hook/<secret>`` needs no Jupyter login, since the service has none: the secret is 256
bits of chance that a session registered, and a signature is verified when a key is set.  Nothing else of the
server is opened: XSRF checks stay on elsewhere, no cookie is read or set, no CORS header is sent.  What is
taken is handed to the session's door (`mjnb.hooks.runtime` says why that way) and answered at once.

Installing mjnb enables it (``etc/jupyter/jupyter_server_config.d/mjnb.json``); an editable installation
places no such file, and Jupyter's own ``extension enable`` knows only names that have one: say
``python -m mjnb.server`` once (``--user``: for this user, not this environment).
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import sys
from collections import OrderedDict
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.utils import url_path_join
from tornado.web import RequestHandler, stream_request_body

from .hooks import BODY_LIMIT, OK, REFUSED, TOO_LARGE, Door, Gate, RuntimeFolder, hand_over

PATH = r"mjnb/hook/([A-Za-z0-9_-]{16,128})"
SESSIONS = 256  # whose gates are kept
READ_AWAY = 1024 * 1024  # bytes of a body that is refused; then the connection is closed
TELL_AFTER = 0.5  # seconds after a refusal until the session is told the counts


class Post:
    """The gate of one session, and the way to its door."""

    def __init__(self, door: Door) -> None:
        self.door, self.gate = door, Gate(door.key)
        self._telling: asyncio.TimerHandle | None = None
        self._work: set[asyncio.Task[None]] = set()

    def count(self, reason: str) -> None:
        """Count a refusal that the gate did not see."""
        self.gate.counts.add(reason)
        self.tell_soon()

    async def take(self, query: str, headers: Any, body: bytes) -> int:
        """Judge a callback, hand it over, and return the status to answer with.

        Raises:
            OSError: The session is over.
        """
        hint = self.gate.take(query, headers, body)
        if hint is None:
            self.tell_soon()
            return REFUSED
        await hand_over(self.door, self.gate.counts, hint)
        return OK

    def tell_soon(self) -> None:
        """Tell the session the counts, in a moment, once for all refusals until then."""
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_AFTER, self._tell)

    def _tell(self) -> None:
        self._telling = None
        work = asyncio.ensure_future(self._tell_now())
        self._work.add(work)
        work.add_done_callback(self._work.discard)

    async def _tell_now(self) -> None:
        try:
            await hand_over(self.door, self.gate.counts, None)
        except OSError:
            return  # the next callback finds out


class Posts:
    """The posts of all sessions that are registered in a runtime folder."""

    def __init__(self, runtime: RuntimeFolder) -> None:
        self._runtime = runtime
        self._posts: OrderedDict[str, Post] = OrderedDict()

    def find(self, secret: str) -> Post | None:
        """Return the post of the session that a secret belongs to."""
        door = self._runtime.door(secret)
        if door is None:
            return None
        name = hashlib.sha256(secret.encode()).hexdigest()
        post = self._posts.get(name)
        if post is None or post.door != door:
            post = self._posts[name] = Post(door)
        if len(self._posts) > SESSIONS:
            self._posts.popitem(last=False)
        return post

    def drop(self, secret: str) -> None:
        """Forget a session that is over."""
        self._posts.pop(hashlib.sha256(secret.encode()).hexdigest(), None)
        self._runtime.strike(secret)


@stream_request_body
class HookHandler(RequestHandler):
    """One callback.  The path is judged before the body is read; nothing of it is logged.

    The body of what is refused is read away, up to a limit: a proxy in front takes a connection that is
    closed over an unread body for a dead server.
    """

    def initialize(self, posts: Posts) -> None:
        """Take the posts; and take the secret out of what an error would log."""
        self._posts = posts
        self._post: Post | None = None
        self._status = OK
        self._body, self._size = bytearray(), 0
        self.request.uri = "mjnb/hook/…"

    def check_xsrf_cookie(self) -> None:
        """Check nothing: no cookie counts here, so there is none to be abused; of this handler only."""

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")

    def prepare(self) -> None:
        """Refuse what needs no body to be refused."""
        self._post = self._posts.find(self.path_args[0])
        if self._post is None:
            self._status = REFUSED
        elif self.request.method != "POST":
            self._refuse(REFUSED, "misdirected")

    def data_received(self, chunk: bytes) -> None:
        """Take some of the body."""
        self._size += len(chunk)
        if self._size <= BODY_LIMIT:
            self._body += chunk
        elif self._status == OK:
            self._refuse(TOO_LARGE, "oversized")
        if self._size > READ_AWAY and not self._finished:
            self.send_error(self._status)  # closes the connection

    def _refuse(self, status: int, reason: str) -> None:
        self._status = status
        if self._post is not None:
            self._post.count(reason)

    @allow_unauthenticated
    async def post(self, secret: str) -> None:
        """Judge the callback and answer."""
        if self._post is not None and self._status == OK:
            try:
                body = bytes(self._body)
                self._status = await self._post.take(self.request.query, self.request.headers, body)
            except OSError:
                self._posts.drop(secret)
                self._status = REFUSED
        self.set_status(self._status)
        await self.finish()

    get = head = put = patch = delete = options = post

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with the status alone."""
        self.finish()

    def _log(self) -> None:
        """Log nothing: the address is a secret, and a flood must not fill the log."""


def _load_jupyter_server_extension(app: Any) -> None:
    runtime = RuntimeFolder(app.runtime_dir)
    route = url_path_join(app.web_app.settings["base_url"], PATH)
    try:
        runtime.announce()
    except OSError as error:
        app.log.warning("mjnb takes no callbacks: %s", error.strerror)
        return
    atexit.register(runtime.withdraw)
    app.web_app.add_handlers(".*$", [(route, HookHandler, {"posts": Posts(runtime)})])
    app.log.info("mjnb takes callbacks")


def enable(*, user: bool) -> None:
    """Enable the extension, for this user or in this Python environment."""
    from jupyter_server.extension.serverextension import toggle_server_extension_python

    toggle_server_extension_python("mjnb", enabled=True, user=user, sys_prefix=not user)


if __name__ == "__main__":
    enable(user="--user" in sys.argv)

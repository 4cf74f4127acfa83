"""The history: the ledger in pages, newest first, with a search and three filters."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

import traitlets

from ..errors import MJError
from ..params import PROMPT_LIMIT
from ..widgets.listening import Newest, listen, stamp_of
from . import actions
from .cards import card
from .frontend import joined
from .shelf import OnAction, Shelf

if TYPE_CHECKING:
    import polars as pl

    from ..sessions import Session

PAGE = 12  # tasks
COLUMNS = ("id", "task_id", "state", "task_type", "prompt", "created_at")


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Attributes:
        text: Stands in the prompt, in any case; or is the end of an id, or the service's id.
        state: One state; empty: every one.
        task_type: One task type; empty: every one.
        since: Not before, in epoch milliseconds; None: at any time.
        page: Which page, from 1.
    """

    text: str = ""
    state: str = ""
    task_type: str = ""
    since: float | None = None
    page: int = 1

    @classmethod
    def read(cls, said: object) -> Query:
        """Return what a front end asks for; whatever is not understood counts as not said."""
        given = said if isinstance(said, Mapping) else {}
        texts = {name: _text(given.get(name)) for name in ("text", "state", "task_type")}
        since, page = given.get("since"), given.get("page")
        return cls(
            **texts,
            since=float(since) if _is_number(since) and 0 <= since < 1e14 else None,
            page=int(page) if _is_number(page) and 1 <= page < 1e9 else 1,
        )


def find(frame: pl.DataFrame, query: Query) -> pl.DataFrame:
    """Return the tasks that a query means, oldest first, with few of their columns.

    Args:
        frame: As `Session.tasks` has it.
        query: What is looked for; its page does not matter here.
    """
    found = frame.select(COLUMNS)
    if query.state:
        found = found.filter(found["state"] == query.state)
    if query.task_type:
        found = found.filter(found["task_type"] == query.task_type)
    if query.since is not None:
        start = datetime.datetime.fromtimestamp(query.since / 1000, datetime.UTC)
        found = found.filter(found["created_at"] >= start)
    if text := query.text.strip().lower():
        in_prompt = found["prompt"].str.to_lowercase().str.contains(text, literal=True).fill_null(False)
        by_name = found["id"].str.ends_with(text) | (found["task_id"] == text).fill_null(False)
        found = found.filter(in_prompt | by_name)
    return found


class HistoryShelf(Shelf):
    """The widget of the history: the cards of one page, and what was asked for."""

    _esm = joined("dom.js", "cards.js", "history.js")
    _css = joined("gallery.css", "history.css")

    query = traitlets.Dict().tag(sync=True)
    found = traitlets.Int(-1).tag(sync=True)  # tasks in all pages; -1: nobody looked yet
    pages = traitlets.Int(1).tag(sync=True)
    states = traitlets.List(traitlets.Unicode()).tag(sync=True)
    task_types = traitlets.List(traitlets.Unicode()).tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)


class History:
    """The tasks of a session's ledger, a page at a time.

    The ledger is read when the page first looks, not when this is made.

    Args:
        session: Whose ledger.
        on_action: As the gallery's.

    Attributes:
        widget: What shows it.
        query: What is looked for.
    """

    def __init__(self, session: Session, on_action: OnAction) -> None:
        self._session = session
        self.query = Query()
        self._stamp = ""  # of the message that is answered
        self.widget = HistoryShelf(on_action, query={**asdict(self.query), "stamp": ""})
        self._newest = Newest()
        self._lock = threading.RLock()  # the tab and its search may come on two threads
        listen(self.widget, self._take)

    def refresh(self) -> None:
        """Read what changed in the ledger and show the page again; raises what the ledger raises."""
        with self._lock:
            self._refresh(self._session.tasks())

    def _refresh(self, frame: pl.DataFrame) -> None:
        found = find(frame, self.query)
        pages = max(1, -(-found.height // PAGE))
        page = min(self.query.page, pages)
        start = max(0, found.height - page * PAGE)
        ids = found["id"][start : found.height - (page - 1) * PAGE].to_list()
        with self.widget.hold_sync():
            self.widget.query = {**asdict(self.query), "page": page, "stamp": self._stamp}
            self.widget.found, self.widget.pages = found.height, pages
            self.widget.states = sorted(frame["state"].drop_nulls().unique().to_list())
            self.widget.task_types = sorted(frame["task_type"].drop_nulls().unique().to_list())
        self.widget.rated(actions.scores(self._session))
        self._show(ids)

    def look(self, query: Query) -> None:
        """Look for something else; whatever goes wrong is shown in place."""
        with self._lock:
            self.query = query
            self.widget.trouble = ""
            try:
                self.refresh()
            except MJError as error:
                self.widget.trouble = error.message
            except Exception as error:  # a fault of the panel's is shown in the panel
                self.widget.trouble = f"{type(error).__name__}: {error}"

    def _take(self, message: Mapping[str, Any], _: object) -> None:
        if message.get("do") == "look" and not self._newest.has_overtaken(message):
            with self._lock:
                self._stamp = stamp_of(message)
                self.look(Query.read(message.get("query", asdict(self.query))))

    def _show(self, ids: list[str]) -> None:
        """Show tasks, given oldest first; cards that stay are not sent again."""
        tracker = self._session.tracker
        entries = [entry for one in ids if (entry := tracker.ledger.entry(one)) is not None]
        cards = [card(tracker.handle(entry)) for entry in entries]
        if [one.id for one in self.widget.cards] != ids[::-1]:
            self.widget.clear()
        for one in cards:
            self.widget.put(one)


def _text(said: object) -> str:
    return said[:PROMPT_LIMIT] if isinstance(said, str) else ""


def _is_number(said: object) -> TypeGuard[float]:
    return isinstance(said, int | float) and not isinstance(said, bool)

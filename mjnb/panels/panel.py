"""The panel: the form, its results, the history and sweeps, in one place; what it says is also code.

What is pressed is checked here and sent in the background (`runs`); what the form says is read by `live`.
Whatever goes wrong is shown in the panel.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import display, prompt
from ..errors import InvalidRequest
from ..params import VIDEO, rows
from ..prices import exceeds
from ..widgets.keyguard import KeyGuard
from . import actions, live, references
from .cards import card
from .controls import Form
from .form import describe
from .gallery import Gallery
from .page import Page, cell_id, close, static_html
from .runs import Runs
from .state import EMPTY, State

if TYPE_CHECKING:
    from ..sessions import Session
    from ..tracking import Task
    from .history import History
    from .sweeping import SweepTab

STAYING = ("Rate", "Save")  # of a result's buttons: what they do is done at once
OVERTAKEN = "the form has changed since; nothing was sent"
EARLIER = 20  # results that are offered as references
_open: dict[str, Panel] = {}  # by cell, so that running the cell again closes the one before


def panel(session: Session | None = None) -> Panel:
    """Return a panel; shown when it is a cell's result.

    Args:
        session: Who works and pays; the default session when not said.
    """
    from ..sessions import default_session

    cell = cell_id()
    if cell in _open:
        _open.pop(cell).close()
    made = Panel(session or default_session())
    if cell:
        _open[cell] = made
    return made


class Panel:
    """A form for everything that `mj.imagine` takes, with its results, the history and sweeps.

    Args:
        session: Who works and pays.

    Attributes:
        session: The same.
        form, gallery, page: The widgets it is made of.
        runs: What was sent from here.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._pending: Callable[[str], object] | None = None  # what a question is about
        self._asked = 0  # how many questions there were
        self._outputs: list[display.Live] = []
        self._saving = threading.RLock()  # an older static form must not be shown after a newer one
        self.runs = Runs(self._show, self._fail, self._tell, self._open)
        self.form = Form(
            describe(session.prices, session.speed, sandbox=session.desk.is_sandbox), EMPTY, self._heard
        )
        self.state = State(session, self.form)
        self.gallery = Gallery(self._act)
        self.guard = KeyGuard()
        self.page = Page(self._tab)
        self.history: History | None = None
        self.sweeps: SweepTab | None = None
        self.page.fill("make", self.form, self.gallery.widget, self.guard)

    # ---- state is code ----

    @property
    def params(self) -> dict[str, Any]:
        """What the form says, by the table's names: ``mj.imagine(**panel.params)`` makes the same.

        Setting it fills the form and leaves nothing of what was there;
        ``panel.params |= {"stylization": 250}`` changes one thing.

        Raises:
            InvalidRequest: When set, with every fault; the form stays as it was.
        """
        return self.state.params

    @params.setter
    def params(self, said: Mapping[str, Any]) -> None:
        self.state.params = said
        self._save_form()

    @property
    def live(self) -> live.Live:
        """The form, read: request, command, JSON, cost, warnings and faults."""
        return self.state.live

    def to_magic(self) -> str:
        """Return the cell that makes the same: ``%mj …``, or ``%%mj`` and a prompt of several lines.

        What has no flag is left out; `params` has it.
        """
        return live.to_cell(live.to_magic(self.live.params))

    @property
    def tasks(self) -> list[Task]:
        """The tasks that were sent from here, oldest first."""
        return list(self.runs.tasks.values())

    def generate(self) -> None:
        """Send what the form says, in the background.

        Raises:
            InvalidRequest: With every fault; nothing was sent.
        """
        self.state.commit()
        if faults := self.live.faults:
            raise InvalidRequest(faults)
        self._send(self.params, object())  # code says how often

    def close(self) -> None:
        """Take it away with every widget it is made of; its tasks go on."""
        self.runs.close()
        parts = [self.page, self.form, self.gallery.widget, self.guard]
        parts += [tab.widget for tab in (self.history, self.sweeps) if tab is not None]
        for part in parts:
            close(part)

    # ---- showing ----

    def _ipython_display_(self) -> None:
        if not display.in_notebook():
            print(repr(self))
            return
        self._outputs.append(display.Live())
        self._save_form()
        display.Live().show("", self.page.html)
        self.runs.work(self._take_up)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return display.mime_bundle(repr(self), static_html(self.live, self.gallery.cards))

    def __repr__(self) -> str:
        seen = self.live
        return "\n".join(["mjnb panel", *([seen.command] if seen.command else seen.faults)])

    def _save_form(self) -> None:
        """Bring the static form up to date, which is what a saved notebook keeps."""
        with self._saving:
            html = self.page.static(static_html(self.live, self.gallery.cards))
            for output in self._outputs:
                output.show(repr(self), html)

    def _show(self, task: Task) -> None:
        self.gallery.put(card(task))
        if not task.running:
            self._save_form()

    def _tell(self) -> None:
        self.form.tell(status=self.runs.status, earlier=self._earlier())

    def _fail(self, words: str) -> None:
        self.form.tell(trouble=words)

    def _earlier(self) -> list[dict[str, str]]:
        pictures = [
            {"name": f"{display.short(one.id)}/{picture.number}", "title": one.title[:60]}
            for one in self.gallery.cards
            for picture in one.pictures
            if picture.kind == "image" and picture.thumbnail
        ]
        return pictures[:EARLIER]

    def _open(self) -> None:
        """Open what is behind, before anything is done with it in the background.

        What is left from before is told in the panel: a warning of a thread's has no cell to stand in.
        """
        if self.session.desk.is_open:
            return
        for task in list(self.session.desk.open(warn=False).tasks.values()):
            self.runs.follow(task)
        self.page.note = " ".join(self.session.notices)

    def _take_up(self) -> None:
        """Show what still runs from before, while nobody waits for it."""
        for task in list(self.session.tracker.tasks.values()):
            if task.running:
                self.runs.follow(task)
        self.gallery.widget.rated(actions.scores(self.session))

    # ---- what the front end says ----

    def _heard(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        verb = str(message.get("do"))
        if verb == "say":
            if self.state.hear(message) and message.get("commit"):
                self._save_form()
        elif verb == "generate":
            self.runs.guarded(lambda: self._pressed(message))
        elif verb == "answer":
            self._answered(message)
        elif verb == "add":
            text = str(message.get("text"))
            self._fill(lambda: self.state.add(references.from_text(self.session, text)))
        elif verb == "file":
            self.runs.guarded(lambda: self._file(message, b"".join(buffers)))
        elif verb == "remove":
            self.state.remove(message.get("url"))
            self._save_form()

    def _fill(self, do: Callable[[], object]) -> None:
        """Change what the form says in the background, and what a saved notebook keeps of it."""

        def both() -> None:
            do()
            self._save_form()

        self.runs.work(both)

    def _file(self, message: Mapping[str, Any], content: bytes) -> None:
        whole = self.state.part(message, content)
        if whole is not None:
            self._fill(lambda: self.state.add(references.from_thing(self.session, whole)))

    def _pressed(self, message: Mapping[str, Any]) -> None:
        """Send what the form said when it was pressed, neither what was there before nor what came after."""
        with self.form.lock:
            self.form.tell(trouble="")
            if not (self.state.hear(message) and self.state.agrees(message)):
                raise InvalidRequest(OVERTAKEN, hint="Press Generate again.")
            self.state.commit()
            seen, params = self.live, self.params
        if seen.faults:
            raise InvalidRequest(seen.faults, hint="Nothing was sent.")
        most = self.session.ask_above
        if seen.credits is not None and exceeds(seen.credits, most):
            self._ask(f"This costs {seen.cost}.", lambda _: self._send(params))
        else:
            self._send(params)

    def _send(self, params: Mapping[str, Any], key: object = None) -> None:
        key = key or ("generate", repr(params))
        self.form.tell(busy=True)
        sent = self.runs.pay(key, lambda: self.session.imagine(**params), self._free)
        if not sent:
            self._free()

    def _free(self) -> None:
        self.form.tell(busy=False)

    def _ask(self, text: str, then: Callable[[str], object], field: str = "") -> None:
        with self.form.lock:  # results and the form may ask at once; what is shown is what is paid
            self._pending, self._asked = then, self._asked + 1
            self.form.tell(ask={"text": text, "field": field, "number": self._asked})

    def _answered(self, message: Mapping[str, Any]) -> None:
        with self.form.lock:
            if message.get("about") != self.form.ask.get("number"):
                return  # of another question
            then, self._pending = self._pending, None
            self.form.tell(ask={})
        if message.get("yes") and then is not None:
            self.runs.guarded(lambda: then(str(message.get("text") or "")))

    def _tab(self, name: str) -> None:
        self.runs.guarded(lambda: self._open_tab(name))

    def _open_tab(self, name: str) -> None:
        if name == "history":
            if self.history is None:
                from .history import History

                self.history = History(self.session, self._act)
                self.page.fill(name, self.history.widget)
            self.history.refresh()
        elif name == "sweep":
            if self.sweeps is None:
                from .sweeping import SweepTab

                self.sweeps = SweepTab(self.session, lambda: self.params)
                self.page.fill(name, self.sweeps.widget)
            self.sweeps.refresh()

    # ---- what the results' buttons say ----

    def _act(self, action: str, own_id: str, number: int) -> None:
        """Do what a result's button says; what it pays for is sent in the background."""
        word, _, score = action.partition(" ")
        if word not in STAYING:
            self.page.lead("make")  # where what comes of it stands
        session, task = self.session, self.session.task(own_id)
        key = (action, own_id, number)
        if word == "U":
            self.runs.pay(key, lambda: session.upscale(task, number))
        elif word == "V":
            self.runs.pay(key, lambda: session.vary(task, number))
        elif word == "Rerun":
            self.runs.pay(key, lambda: actions.again(session, task))
        elif word == "Extend":
            cost = f"Extending video {number} costs about {session.prices['extend']:g} credits (estimated)."
            extend = lambda text: self.runs.pay(key, lambda: session.extend(task, number, text or None))  # noqa: E731
            self._ask(cost, extend, field="How it goes on (may be empty)")
        elif word == "Animate":
            self._animate(task, number)
        elif word == "Use":
            self.params = {**task.params, "prompt": prompt.plain(task.prompt)}
        elif word == "Rate":
            actions.rate(session, task.images[number - 1], int(score))
            shelves = [self.gallery.widget, *([self.history.widget] if self.history else [])]
            for shelf in shelves:
                shelf.rated({(own_id, number): int(score)})
            self._note(f"Rated {score} of 5.")
        elif word == "Save":
            self._note(f"Saved as {actions.save(task.images[number - 1], Path.cwd())}")

    def _note(self, words: str) -> None:
        """Say something where it is seen."""
        if self.page.tab == "make":
            self.form.tell(status=words)
        else:
            self.page.note = words

    def _animate(self, task: Task, number: int) -> None:
        """Put a picture into the form as the start of a video; what moves is for people to say."""
        kind = next(name for name in rows()["task_type"].domain.values if name in VIDEO)  # type: ignore[union-attr]
        self._fill(
            lambda: self.state.load(
                {"task_type": kind, "prompt": prompt.plain(task.prompt)},
                [references.from_thing(self.session, task.images[number - 1])],
            )
        )

"""The sweep tab: one or two axes, the plan and its price, and a figure that grows while the cells arrive.

The same rules as `Sweep.run`: what costs more than is paid without asking is asked for first, and what is
paid is the plan that was shown.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from .. import display
from ..errors import ConfirmationNeeded, InvalidRequest, MJError
from ..prices import DOLLARS_PER_CREDIT
from ..prompt import write
from ..sweeps import asking
from ..sweeps.plans import TO_PAY
from .axes import Form, example, magic_line, python_line, sweepable
from .frontend import joined

if TYPE_CHECKING:
    from ..sessions import Session
    from ..sweeps import Plan, Sweep

EVERY = 2.0  # seconds between two drawings of the figure, or longer when drawing takes long
PATIENCE = 2  # times as long as a drawing took is waited before the next
WIDTHS = (400, 1200)  # pixels of the figure, as much as the page has room for
THEMES = ("light", "dark")
CHANGED = "The plan has changed since; nothing was paid."


class SweepWidget(anywidget.AnyWidget):
    """What the front end shows; it knows nothing of sweeps."""

    _esm = joined("dom.js", "sweep.js")
    _css = joined("gallery.css", "sweep.css")

    parameters = traitlets.List(traitlets.Dict()).tag(sync=True)
    form = traitlets.Dict().tag(sync=True)
    base = traitlets.Unicode().tag(sync=True)  # what is held fixed, as a line
    facts = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    faults = traitlets.List(traitlets.Unicode()).tag(sync=True)
    trouble = traitlets.Unicode().tag(sync=True)  # what the latest run met
    run_words = traitlets.Unicode("Run").tag(sync=True)
    python = traitlets.Unicode().tag(sync=True)
    magic = traitlets.Unicode().tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)  # what is to be confirmed; empty: nothing
    price = traitlets.Unicode().tag(sync=True)
    can_run = traitlets.Bool(False).tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    done = traitlets.Int().tag(sync=True)
    total = traitlets.Int().tag(sync=True)
    progress = traitlets.Unicode().tag(sync=True)
    news = traitlets.Unicode().tag(sync=True)  # what a screen reader says
    plot = traitlets.Bytes().tag(sync=True)
    plot_type = traitlets.Unicode().tag(sync=True)
    plot_alt = traitlets.Unicode().tag(sync=True)


class Progress(display.Live):
    """A place in the widget where a run tells how far it is; from any thread."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def show(self, text: str, html: str, metadata: Mapping[str, Any] | None = None) -> None:
        """Show the text in the widget."""
        self._tell(text)

    def end(self) -> None:
        """Leave the last state standing."""


class SweepTab:
    """A sweep made by hand.

    Args:
        session: Who pays.
        said: Returns the prompt and the parameters that are held fixed, by the table's names.

    Attributes:
        widget: What shows it.
        form: The axes as they were typed.
        sweep: The one that was planned last; None: what stands there is none.
    """

    def __init__(self, session: Session, said: Callable[[], dict[str, Any]]) -> None:
        self._session, self._said = session, said
        self.form = Form()
        self.sweep: Sweep | None = None
        self._plan: Plan | None = None
        self._run: Sweep | None = None  # the one that was started last
        self._theme, self._width = "light", 900
        self.widget = SweepWidget(parameters=_parameters(None))
        self.widget.on_msg(self._take)

    # ---- planning ----

    def refresh(self) -> None:
        """Plan again what stands there, with the prompt and the parameters as they are now."""
        self._guarded(self._replan)

    def _replan(self) -> None:
        widget = self.widget
        self.sweep = self._plan = None
        with widget.hold_sync():
            widget.facts, widget.python, widget.magic, widget.question = [], "", "", ""
            widget.can_run, widget.faults, widget.run_words = False, [], "Run"
            said = self._said()
            widget.base = _base(said)
            widget.parameters = _parameters(said.get("task_type"))
            if self.form.faults:
                widget.faults = self.form.faults if self.form.axes else []
                return
            text, params = self.form.call(said)
            self.sweep = self._session.sweep(text, **params)
            self._plan = self.sweep.plan(retry=self.form.retry)
            widget.facts = _facts(self.sweep, self._plan)
            widget.python, widget.magic = python_line(self.form, said), self._magic(said, self.sweep)
            widget.run_words = _run_words(self._plan)
            widget.can_run = not self.running

    def _magic(self, said: Mapping[str, Any], sweep: Sweep) -> str:
        """Return the ``%mj sweep`` line, if it makes the very same cells; some can only be said in Python."""
        line = magic_line(self.form, said)
        if not line or "\n" in line or "{{" in line:
            return ""
        try:
            same = self._session.sweep(line).design
        except MJError:
            return ""
        wanted = sorted(cell.sha for cell in sweep.design.cells)
        return f"%mj sweep {line}" if sorted(cell.sha for cell in same.cells) == wanted else ""

    # ---- running ----

    @property
    def running(self) -> bool:
        """Whether a sweep of this tab is under way."""
        return self.widget.running

    def run(self) -> None:
        """Pay for what was planned, or ask first; whatever goes wrong is shown in place."""
        self._guarded(self._ask_or_start)

    def pay(self) -> None:
        """Pay for what was asked for."""
        self._guarded(self._pay)

    def cancel(self) -> None:
        """Pay nothing."""
        self.widget.question = ""
        self.widget.news = "Cancelled: nothing was paid."

    def stop(self) -> None:
        """Send nothing new; what runs goes on and is kept."""
        if self._run is not None:
            self._run.stop()
            self.widget.news = "Stopped: nothing new is sent, what runs goes on and is kept."

    def _ask_or_start(self) -> None:
        sweep, shown = self.sweep, self._plan
        if self.running or sweep is None or shown is None:
            return
        plan = sweep.plan(retry=self.form.retry)
        if plan.credits > shown.credits:
            self._replan()
            raise ConfirmationNeeded(CHANGED, hint="Look at it again, then press Run.")
        if asking.must_ask(plan, sweep.ask_above):
            with self.widget.hold_sync():
                self.widget.question, self.widget.price = f"{plan!r}.", f"{plan.credits:g} credits"
        else:
            self._start(sweep, plan.credits)

    def _pay(self) -> None:
        if self.widget.question and self.sweep is not None and self._plan is not None and not self.running:
            self._start(self.sweep, self._plan.credits)

    def _start(self, sweep: Sweep, credits: float) -> None:
        """Start; never for more than was shown."""
        self._run = sweep
        live = Progress(lambda text: self._told(sweep, text))
        how: dict[str, Any] = {"retry": self.form.retry, "max_credits": credits, "live": live}
        sweep.run(wait=False, yes=True, stop_button=False, **how)
        with self.widget.hold_sync():
            self.widget.question, self.widget.running, self.widget.can_run = "", True, False
            self.widget.plot, self.widget.plot_alt, self.widget.trouble = b"", "", ""
            self.widget.news = f"Started: {len(sweep.design.cells)} cells."
        threading.Thread(target=self._follow, args=(sweep,), name="mjnb-sweep-tab", daemon=True).start()

    def _told(self, sweep: Sweep, text: str) -> None:
        with self.widget.hold_sync():
            self.widget.done, self.widget.total = sweep.progress
            self.widget.progress = text

    # ---- the figure, on a thread of its own ----

    def _follow(self, sweep: Sweep) -> None:
        drawn, over, pause = -1, False, EVERY
        while not over:
            over = self._is_over(sweep, pause)
            settled = sweep.progress[0]
            if settled != drawn or over:
                drawn, start = settled, time.monotonic()
                self._guarded(lambda: self._draw(sweep))
                pause = max(EVERY, PATIENCE * (time.monotonic() - start))
        self._ended(sweep)

    def _is_over(self, sweep: Sweep, seconds: float) -> bool:
        try:
            sweep.wait(seconds)
        except TimeoutError:
            return False
        except Exception as error:
            self.widget.trouble = " ".join(_faults(error))
        return True

    def _draw(self, sweep: Sweep) -> None:
        figure = sweep.plot(width=self._width, theme=self._theme)
        kind, content = figure.compact()
        with self.widget.hold_sync():
            self.widget.plot_type, self.widget.plot_alt, self.widget.plot = kind, figure.alt, content

    def _ended(self, sweep: Sweep) -> None:
        done, total = sweep.progress
        self._guarded(self._replan)
        with self.widget.hold_sync():
            self.widget.running, self.widget.can_run = False, self.sweep is not None
            self.widget.news = f"The sweep ended: {done} of {total} cells are settled."

    # ---- from the front end ----

    def _take(self, _: Any, message: Any, __: Any) -> None:
        if not isinstance(message, Mapping):
            return
        verb = message.get("do")
        if message.get("theme") in THEMES:
            self._theme = str(message["theme"])
        if isinstance(message.get("width"), int):
            self._width = min(max(message["width"], WIDTHS[0]), WIDTHS[1])
        if verb in ("look", "form"):
            self.form = Form.read(message.get("form"))
            self.widget.form = _plain(self.form)
            self.refresh()
        verbs: dict[Any, Callable[[], None]] = {
            "run": self.run, "pay": self.pay, "cancel": self.cancel, "stop": self.stop,
        }  # fmt: skip
        if isinstance(verb, str) and verb in verbs:
            verbs[verb]()

    def _guarded(self, do: Callable[[], None]) -> None:
        """Do something; whatever goes wrong is shown in place."""
        try:
            do()
        except Exception as error:
            self.widget.faults = _faults(error)


def _parameters(task_type: str | None) -> list[dict[str, str]]:
    return [
        {"name": row.name, "help": row.help, "values": str(row.domain), "example": example(row)}
        for row in sweepable(task_type)
    ]


def _base(said: Mapping[str, Any]) -> str:
    """Return what is held fixed, as people read it."""
    if not str(said.get("prompt") or "").strip():
        return "First write a prompt under Make: it is swept, with the settings there."
    return f"Swept with what stands under Make: {write(said)}"


def _plain(form: Form) -> dict[str, Any]:
    return {
        "axes": [{"name": axis.name, "text": axis.text} for axis in form.axes],
        "repeat": form.repeat,
        "retry": form.retry,
    }


def _run_words(plan: Plan) -> str:
    return f"Run: {plan.credits:g} credits" if plan.to_pay else "Draw what is here"


def _facts(sweep: Sweep, plan: Plan) -> list[list[str]]:
    sizes = " × ".join(str(len(values)) for values in sweep.design.axes.values())
    repeats = f" × {sweep.design.repeat} repeats" if sweep.design.repeat > 1 else ""
    dollars = plan.credits * DOLLARS_PER_CREDIT
    here = Counter(state for state in plan.states if state != TO_PAY)
    facts = [
        ["Cells", f"{len(plan.states)} ({sizes}{repeats})"],
        ["Here already", ", ".join(f"{count} {state}" for state, count in here.items()) or "none"],
        ["To pay", str(plan.to_pay)],
        ["Credits", f"about {plan.credits:g} (${dollars:.2f})" if plan.to_pay else "none"],
        ["Expected time", f"about {plan.seconds:.0f} s" if plan.seconds else "none"],
    ]
    if plan.left is not None:
        facts.append(["Left in the budget", f"{plan.left:g} credits"])
    return facts


def _faults(error: Exception) -> list[str]:
    if isinstance(error, InvalidRequest):
        return list(error.faults)
    if isinstance(error, MJError):
        return [error.message, *([error.hint] if error.hint else [])]
    return [f"{type(error).__name__}: {error}"]

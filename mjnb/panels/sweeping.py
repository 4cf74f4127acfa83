"""The sweep tab: one or two axes, the plan and its price, and a figure that grows while the cells arrive.

The same rules as `Sweep.run`: what costs more than is paid without asking is asked for first, and what is
paid is the plan that was shown.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ConfirmationNeeded, InvalidRequest, MJError
from ..prices import DOLLARS_PER_CREDIT, exceeds
from ..prompt import write
from ..sweeps import asking
from ..sweeps.plans import TO_PAY, other_key_words
from ..widgets.listening import Newest, listen
from .axes import Form, example, magic_line, python_line, sweepable
from .sweep_widget import Progress, SweepWidget

if TYPE_CHECKING:
    from ..sessions import Session
    from ..sweeps import Plan, Sweep

EVERY = 2.0  # seconds between two drawings of the figure, or longer when drawing takes long
PATIENCE = 2  # times as long as a drawing took is waited before the next
WIDTHS = (400, 1200)  # pixels of the figure, as much as the page has room for
THEMES = ("light", "dark")
CHANGED = "The plan has changed since; nothing was paid."
AGAIN = "Look at it again, then press Run."
UNPLANNED = {
    "facts": [],
    "faults": [],
    "python": "",
    "magic": "",
    "question": "",
    "run_words": "Run",
    "can_run": False,
}


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
        self._theme: Literal["light", "dark"] = "light"
        self._width = 900
        self._newest = Newest()
        self._turn = threading.RLock()  # the form, its plan and its run belong together
        self.widget = SweepWidget(parameters=_parameters(None))
        listen(self.widget, self._take)

    # ---- planning ----

    def refresh(self) -> None:
        """Plan again what stands there, with the prompt and the parameters as they are now."""
        self._guarded(self._replan)

    def _replan(self) -> None:
        shown = dict(UNPLANNED)
        with self._turn:
            self.sweep = self._plan = None
            try:
                said = self._said()
                shown |= {"base": _base(said), "parameters": _parameters(said.get("task_type"))}
                shown |= self._planned(said)
            finally:
                self.widget.tell(**shown)

    def _planned(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Plan what the form says; return what is shown of it."""
        form = self.form
        if form.faults:
            return {"faults": form.faults if form.axes else []}
        text, params = form.call(said)
        self.sweep = sweep = self._session.sweep(text, **params)
        self._plan = plan = sweep.plan(retry=form.retry)
        lines = {"python": python_line(form, said), "magic": self._magic(said, sweep)}
        ready = {"facts": _facts(sweep, plan), "run_words": _run_words(plan), "can_run": not self.running}
        return lines | ready

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

    def _pressed(self, message: Mapping[str, Any]) -> None:
        """Run what was shown; what was typed since is only shown."""
        late, form = self._newest.has_overtaken(message), Form.read(message.get("form"))
        with self._turn:
            if form == self.form and not late and self._shows(message):
                return self._ask_or_start()
            if form != self.form and not late:
                self._read(form)
            raise ConfirmationNeeded(CHANGED, hint=AGAIN)

    def _shows(self, message: Mapping[str, Any]) -> bool:
        """Return whether a page shows what is planned here; two plans may ask in the same words."""
        return message.get("shown") == [self.widget.python, self.widget.run_words]

    def pay(self) -> None:
        """Pay for what was asked for."""
        self._guarded(self._pay)

    def cancel(self) -> None:
        """Pay nothing."""
        self.widget.tell(question="", news="Cancelled: nothing was paid.")

    def stop(self) -> None:
        """Send nothing new; what runs goes on and is kept."""
        if self._run is not None:
            self._run.stop()
            self.widget.tell(news="Stopped: nothing new is sent, what runs goes on and is kept.")

    def _ask_or_start(self) -> None:
        with self._turn:
            sweep, shown = self.sweep, self._plan
            if self.running or sweep is None or shown is None:
                return
            plan = sweep.plan(retry=self.form.retry)
            if exceeds(plan.credits, shown.credits):
                self._replan()
                raise ConfirmationNeeded(CHANGED, hint=AGAIN)
            if asking.must_ask(plan, sweep.ask_above):
                self._plan = plan
                self.widget.tell(question=f"{plan!r}.", price=f"{plan.credits:g} credits", faults=[])
            else:
                self._start(sweep, plan.credits)

    def _pay(self) -> None:
        with self._turn:
            asked = self.widget.question and not self.running
            if asked and self.sweep is not None and self._plan is not None:
                self._start(self.sweep, self._plan.credits)

    def _start(self, sweep: Sweep, credits: float) -> None:
        """Start; never for more than was shown."""
        self._run = sweep
        live = Progress(lambda text: self._told(sweep, text))
        how: dict[str, Any] = {"retry": self.form.retry, "max_credits": credits, "live": live}
        sweep.run(wait=False, yes=True, stop_button=False, **how)
        news = f"Started: {len(sweep.design.cells)} cells."
        self.widget.tell(
            question="", faults=[], running=True, can_run=False, trouble="", plot=b"", plot_alt="", news=news
        )
        threading.Thread(target=self._follow, args=(sweep,), name="mjnb-sweep-tab", daemon=True).start()

    def _told(self, sweep: Sweep, text: str) -> None:
        done, total = sweep.progress
        self.widget.tell(done=done, total=total, progress=text)

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
            self.widget.tell(trouble=" ".join(_faults(error)))
        return True

    def _draw(self, sweep: Sweep) -> None:
        figure = sweep.plot(width=self._width, theme=self._theme)
        kind, content = figure.compact()
        self.widget.tell(plot_type=kind, plot_alt=figure.alt, plot=content)

    def _ended(self, sweep: Sweep) -> None:
        done, total = sweep.progress
        news = f"The sweep ended: {done} of {total} cells are settled."
        with self._turn:
            self._guarded(self._replan)
            self.widget.tell(running=False, can_run=self._plan is not None, news=news)

    # ---- from the front end ----

    def _take(self, message: Mapping[str, Any], _: object) -> None:
        verb = message.get("do")
        if message.get("theme") in THEMES:
            self._theme = message["theme"]
        if isinstance(message.get("width"), int):
            self._width = min(max(message["width"], WIDTHS[0]), WIDTHS[1])
        if verb in ("look", "form") and not self._newest.has_overtaken(message):
            self._guarded(lambda: self._read(Form.read(message.get("form"))))
        elif verb == "run":
            self._guarded(lambda: self._pressed(message))
        elif verb == "pay" and message.get("question") == self.widget.question and self._shows(message):
            self.pay()
        elif verb in ("cancel", "stop"):
            self.cancel() if verb == "cancel" else self.stop()

    def _read(self, form: Form) -> None:
        with self._turn:
            self.form = form
            self.widget.tell(form=_plain(form))
            self._replan()

    def _guarded(self, do: Callable[[], None]) -> None:
        """Do something; whatever goes wrong is shown in place."""
        try:
            do()
        except Exception as error:
            self.widget.tell(faults=_faults(error))


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
        ["Expected time", f"about {plan.time}" if plan.seconds else "none"],
    ]
    if plan.other_key:
        facts.append(["Other keys", other_key_words(plan.other_key)])
    if plan.left is not None:
        facts.append(["Left in the budget", f"{plan.left:g} credits"])
    return facts


def _faults(error: Exception) -> list[str]:
    if isinstance(error, InvalidRequest):
        return list(error.faults)
    if isinstance(error, MJError):
        return [error.message, *([error.hint] if error.hint else [])]
    return [f"{type(error).__name__}: {error}"]

"""Rating pictures: what is shown in which order, blind to the parameters; answers go to the ledger."""

from __future__ import annotations

import getpass
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import display
from ..errors import InvalidRequest
from ..ledger import Judgement, Ratings, Shown
from ..tracking import TaskImage
from .answers import NAME_LIMIT

SIZES = {"single": 1, "pairs": 2, "best_worst": 4}
BEST = 5  # of the scores
MOST = 10_000  # questions of a round
ANSWERS = {
    "single": "a score from 1 to 5",
    "pairs": "1 (left), 2 (right) or 0 (neither)",
    "best_worst": "the best and the worst, two different numbers from 1 to 4",
}


@dataclass(frozen=True)
class Question:
    """What is asked: pictures from left to right, and nothing of where they come from.

    Attributes:
        kind: ``single``, ``pairs`` or ``best_worst``.
        pictures: Small JPEGs.
    """

    kind: str
    pictures: tuple[bytes, ...]


class Rating:
    """A round of questions: `next` asks, `answer` records, `undo` takes back; in a notebook, with keys.

    Keys: 1 to 5 for a single picture; ←, = and → for a pair; 1 to 4 for the best of four, then with Shift
    for the worst; S skips, U takes back.

    Args:
        ratings: Where answers go.
        kind: ``single``, ``pairs`` or ``best_worst``.
        questions: Pictures, in the order in which they are asked.
        rater: Who answers.
        sweep: Whose pictures they are, if it has an id.
    """

    def __init__(
        self,
        ratings: Ratings,
        kind: str,
        questions: Sequence[tuple[TaskImage, ...]],
        *,
        rater: str,
        sweep: str | None,
    ) -> None:
        self._ratings, self.kind, self.rater, self._sweep = ratings, kind, rater, sweep
        self._questions = list(questions)
        self._given: list[str | None] = []  # a judgement's id for every question passed; None: skipped
        self._widget: Any = None

    # ---- asking and answering ----

    @property
    def progress(self) -> tuple[int, int]:
        """How many questions are passed, and of how many."""
        return len(self._given), len(self._questions)

    def next(self) -> Question | None:
        """Return the question that waits for an answer; None when all are answered.  Asking twice is free."""
        if len(self._given) >= len(self._questions):
            return None
        return Question(self.kind, tuple(image.thumbnail() for image in self._questions[len(self._given)]))

    def answer(self, choice: int, worst: int | None = None) -> Question | None:
        """Record an answer, durable when this returns.

        Args:
            choice: The score 1 to 5; of a pair 1 (left), 2 (right) or 0 (neither); the best of four, 1 to 4.
            worst: The worst of four, 1 to 4.

        Returns:
            The next question.

        Raises:
            InvalidRequest: It is no answer to the question, or there is none.
            LedgerError: It could not be recorded; the question stays.
        """
        if self.progress[0] >= self.progress[1]:
            raise InvalidRequest("all questions are answered", hint="sweep.rate() asks more.")
        self._check(choice, worst)
        shown = tuple(
            Shown(image.task.id, image.number, str(image.sha256))
            for image in self._questions[len(self._given)]
        )
        given = Judgement(
            self.kind,
            shown,
            score=float(choice) if self.kind == "single" else None,
            best=None if self.kind == "single" else choice or None,
            worst=worst if self.kind == "best_worst" else None,
            sweep=self._sweep,
            rater=self.rater,
        )
        self._given.append(self._ratings.add(given))
        return self.next()

    def skip(self) -> Question | None:
        """Pass over a question without an answer."""
        if self.progress[0] < self.progress[1]:
            self._given.append(None)
        return self.next()

    def undo(self) -> Question | None:
        """Take the last answer back, in a row of its own, and ask again."""
        if self._given:
            last = self._given[-1]
            if last is not None:
                self._ratings.undo(last, self.rater)
            self._given.pop()
        return self.next()

    def _check(self, choice: Any, worst: Any) -> None:
        if self.kind == "best_worst":
            good = _is_from(choice, 1, 4) and _is_from(worst, 1, 4) and worst != choice
        else:
            low, high = (1, BEST) if self.kind == "single" else (0, 2)
            good = _is_from(choice, low, high) and worst is None
        if not good:
            raise InvalidRequest(f"the answer needs {ANSWERS[self.kind]}", hint="Nothing was recorded.")

    # ---- how it looks ----

    def __repr__(self) -> str:
        done, total = self.progress
        how = "all answered" if done >= total else "next() asks, answer() records, undo() takes back"
        return f"rating {self.kind}: {done} of {total}; {how}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        data, metadata = display.mime_bundle(repr(self), display.notice_html(repr(self)))
        if display.in_notebook():
            view = self.widget()._repr_mimebundle_()
            data |= {k: v for k, v in (view[0] if isinstance(view, tuple) else view).items() if k not in data}
        return data, metadata

    def widget(self) -> Any:
        """Return the widget that asks, made once."""
        from ..widgets.rater import Rater

        if self._widget is None:
            self._widget = Rater(self)
        return self._widget


def rating(
    ratings: Ratings,
    images: Sequence[TaskImage],
    kind: str,
    n: int | None,
    *,
    rater: str | None,
    seed: int | None,
    sweep: str | None,
) -> Rating:
    """Return a round of questions about pictures; see `Sweep.rate`."""
    if not isinstance(kind, str) or kind not in SIZES:
        raise InvalidRequest(f"kind is one of {', '.join(SIZES)}, not {kind!r}", hint="Nothing was asked.")
    if n is not None and not _is_from(n, 1, MOST):
        raise InvalidRequest(f"n needs a whole number from 1 to {MOST}, not {n!r}", hint="Nothing was asked.")
    if seed is not None and (not isinstance(seed, int) or isinstance(seed, bool)):
        raise InvalidRequest(f"seed needs a whole number, not {seed!r}", hint="Nothing was asked.")
    if rater is not None and not _is_name(rater):
        raise InvalidRequest(
            f"rater needs a name of at most {NAME_LIMIT} characters", hint="Nothing was asked."
        )
    if len(images) < SIZES[kind]:
        hint = "sweep.run() brings them."
        raise InvalidRequest(f"{kind} needs {SIZES[kind]} pictures, there are {len(images)}", hint=hint)
    name, chance = rater if rater is not None else _whoever(), random.Random(seed)
    hands: list[tuple[TaskImage, ...]] = []
    if kind == "single":
        known = {one.shown[0].sha256 for one in ratings.standing() if (one.kind, one.rater) == (kind, name)}
        fresh = [image for image in _shuffled(images, chance) if image.sha256 not in known]
        hands += [(image,) for image in fresh[:n]]
    else:
        hands = _hands(images, SIZES[kind], n or max(1, round(2 * len(images) / SIZES[kind])), chance)
    return Rating(ratings, kind, hands, rater=name, sweep=sweep)


def _hands(
    images: Sequence[TaskImage], size: int, n: int, chance: random.Random
) -> list[tuple[TaskImage, ...]]:
    """Deal pictures so that each comes equally often, and those of one task never meet if that can be."""
    apart = len(Counter(image.task.id for image in images)) >= size
    deck: list[TaskImage] = []
    hands = []
    for _ in range(n):
        hand: list[TaskImage] = []
        while len(hand) < size:
            hand.append(_draw(deck, hand, images, chance, apart=apart))
        hands.append(tuple(_shuffled(hand, chance)))
    return hands


def _draw(
    deck: list[TaskImage],
    hand: Sequence[TaskImage],
    images: Sequence[TaskImage],
    chance: random.Random,
    *,
    apart: bool,
) -> TaskImage:
    """Take the top card that fits to a hand; a new pack goes under the deck when none does."""
    held = {_name(image, apart) for image in hand}
    while True:
        for place in range(len(deck) - 1, -1, -1):
            if _name(deck[place], apart) not in held:
                return deck.pop(place)
        deck[:0] = _shuffled(images, chance)


def _name(image: TaskImage, apart: bool) -> Any:
    return image.task.id if apart else (image.task.id, image.number)


def _shuffled(images: Sequence[TaskImage], chance: random.Random) -> list[TaskImage]:
    found = list(images)
    chance.shuffle(found)
    return found


def _is_from(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_name(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value.encode()) <= NAME_LIMIT
    except UnicodeEncodeError:  # half a character cannot be written down
        return False


def _whoever() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user may have no name
        return ""

"""What rating promises: blind, in random order, every answer durable, numbers that follow from answers."""

from __future__ import annotations

import dataclasses
import math
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mjnb import errors
from mjnb.effects import bradley_terry
from mjnb.ledger import Judgement, Ledger, Shown
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session
from mjnb.sweeps import Sweep
from mjnb.sweeps.judging import Question, Rating
from mjnb.sweeps.scores import wins
from mjnb.widgets.rater import Rater


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Path]]:
    """A sandbox, and a data folder with a finished sweep of 2 cells with 4 tasks each."""
    folder = tmp_path_factory.mktemp("ratings")
    with Sandbox(time_scale=300, long_side=64) as sandbox:
        with Session(sandbox=sandbox, data_dir=folder / "data") as session:
            lay_out(session).run()
        yield sandbox, folder


def lay_out(session: Session) -> Sweep:
    return session.sweep("a fox", stylization=[0, 800], repeat=4)


@pytest.fixture
def sweep(place: tuple[Sandbox, Path]) -> Iterator[Sweep]:
    """That sweep in a session of its own, with no rating."""
    sandbox, folder = place
    with Session(sandbox=sandbox, data_dir=folder / "data") as session:
        yield lay_out(session)
    with sqlite3.connect(folder / "data" / "ledger.db") as connection:
        connection.execute("DELETE FROM rating")
    connection.close()


def every(sweep: Sweep) -> list[Judgement]:
    return sweep.tracker.ledger.ratings.every()


def shown(rating: Rating, question: Question | None) -> list[tuple[str, int]]:
    """Find out whose pictures a question shows: a rater cannot, a test can."""
    assert question is not None
    rating.answer(
        {"single": 3, "pairs": 1, "best_worst": 1}[rating.kind], *[2] * (rating.kind == "best_worst")
    )
    last = rating._ratings.every()[-1]
    rating.undo()
    return [(one.task, one.number) for one in last.shown]


# ---- a round of questions ----


def test_single_pictures_are_scored_once_each(sweep: Sweep) -> None:
    rating = sweep.rate(rater="jo", seed=1)
    assert rating.progress == (0, 32)
    question = rating.next()
    while question is not None:
        assert rating.next() == question  # asking again changes nothing
        question = rating.answer(1 + rating.progress[0] % 5)
    assert rating.progress == (32, 32)
    said = every(sweep)
    assert len({one.shown[0].sha256 for one in said}) == 32
    assert {one.score for one in said} == {1, 2, 3, 4, 5}
    assert {(one.kind, one.rater, one.best, one.worst) for one in said} == {("single", "jo", None, None)}
    assert all(one.at > 1.7e12 for one in said)
    assert sweep.rate(rater="jo").progress == (0, 0)  # nothing is asked twice
    assert sweep.rate(rater="mo").progress == (0, 32)
    with pytest.raises(errors.InvalidRequest, match="all questions are answered"):
        rating.answer(1)


def test_every_answer_is_durable_at_once(place: tuple[Sandbox, Path], sweep: Sweep) -> None:
    sweep.rate(rater="jo", seed=1).answer(4)
    with sqlite3.connect(place[1] / "data" / "ledger.db") as connection:
        rows = connection.execute("SELECT kind, score, rater FROM rating").fetchall()
    connection.close()
    assert rows == [("single", 4.0, "jo")]


def test_undo_is_a_row_of_its_own_and_asks_again(sweep: Sweep) -> None:
    rating = sweep.rate("pairs", 5, seed=1, rater="jo")
    first = rating.next()
    rating.answer(1)
    assert rating.undo() == first
    assert rating.undo() == first  # nothing is left to take back
    rating.answer(2)
    assert [one.kind for one in every(sweep)] == ["pairs", "undo", "pairs"]
    assert every(sweep)[1].undoes == every(sweep)[0].id
    (standing,) = sweep.tracker.ledger.ratings.standing()
    assert standing.best == 2


def test_what_is_skipped_leaves_no_row_and_can_be_taken_back(sweep: Sweep) -> None:
    rating = sweep.rate("single", 2, seed=1)
    first = rating.next()
    rating.skip()
    assert rating.undo() == first
    rating.skip()
    assert rating.skip() is None
    assert (rating.skip(), rating.progress, every(sweep)) == (None, (2, 2), [])


def test_a_question_says_nothing_of_the_parameters(sweep: Sweep) -> None:
    question = sweep.rate("pairs").next()
    assert question is not None
    assert [one.name for one in dataclasses.fields(question)] == ["kind", "pictures"]
    assert all(picture[:2] == b"\xff\xd8" for picture in question.pictures)


def test_the_order_is_random_and_repeats_with_its_seed(sweep: Sweep) -> None:
    def first(seed: int | None) -> Question | None:
        return sweep.rate(seed=seed).next()

    assert first(7) == first(7)
    assert len({first(seed).pictures for seed in range(8)}) > 4  # type: ignore[union-attr]
    assert len({first(None).pictures for _ in range(8)}) > 2  # type: ignore[union-attr]


@pytest.mark.parametrize(("kind", "size", "total"), [("pairs", 2, 32), ("best_worst", 4, 16)])
def test_every_picture_comes_as_often_and_never_with_its_siblings(
    sweep: Sweep, kind: str, size: int, total: int
) -> None:
    rating = sweep.rate(kind, seed=3)
    assert rating.progress == (0, total)
    hands = []
    while (question := rating.next()) is not None:
        hands.append(shown(rating, question))
        rating.skip()
    assert set(map(len, hands)) == {size}
    assert all(len({task for task, _ in hand}) == size for hand in hands)
    counts = Counter(picture for hand in hands for picture in hand)
    assert (len(counts), sum(counts.values())) == (32, 64)
    assert max(counts.values()) <= 3
    sides = Counter(hand[0] for hand in hands)
    assert len(sides) > total / 3  # no picture always stands left


WRONG: dict[str, list[tuple[Any, Any]]] = {
    "single": [(0, None), (6, None), (3, 1), ("3", None), (True, None), (2.5, None), (None, None)],
    "pairs": [(3, None), (-1, None), (1, 2), (None, None)],
    "best_worst": [(1, None), (1, 1), (0, 2), (1, 5), (None, 2)],
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_is_refused_and_nothing_recorded(sweep: Sweep, kind: str) -> None:
    rating = sweep.rate(kind, 3, seed=1)
    question = rating.next()
    for choice, worst in WRONG[kind]:
        with pytest.raises(errors.InvalidRequest, match="the answer needs"):
            rating.answer(choice, worst)
    assert (rating.next(), rating.progress, every(sweep)) == (question, (0, 3), [])


def test_a_wrong_round_is_refused(sweep: Sweep, session: Session) -> None:
    with pytest.raises(errors.InvalidRequest, match="kind is one of single, pairs, best_worst"):
        sweep.rate("triples")
    with pytest.raises(errors.InvalidRequest, match="n needs a whole number"):
        sweep.rate(n=0)
    with pytest.raises(errors.InvalidRequest, match="pairs needs 2 pictures, there are 0"):
        session.sweep("a fox", stylization=[0, 800]).rate("pairs")


# ---- what follows from the answers ----


def test_scores_are_means_over_raters(sweep: Sweep) -> None:
    for rater, score in (("jo", 5), ("mo", 2)):
        rating = sweep.rate(rater=rater, seed=1)
        while rating.next() is not None:
            rating.answer(score)
    frame = sweep.frame()
    assert frame["rating"].to_list() == [3.5] * 32
    assert "rating_se" not in frame.columns


def prefers_stylized(sweep: Sweep, kind: str, n: int) -> Rating:
    """Answer a round as someone does who likes stylized pictures better, and else has no opinion."""
    stylized = {
        task.id: cell.at[0] for cell, task in zip(sweep.design.cells, sweep.tasks, strict=True) if task
    }
    rating = sweep.rate(kind, n, seed=5, rater="jo")
    while (question := rating.next()) is not None:
        liking = [stylized[task] for task, _ in shown(rating, question)]
        if kind == "pairs":
            rating.answer(0 if liking[0] == liking[1] else 1 + (liking[1] > liking[0]))
        else:
            best = liking.index(max(liking))
            rating.answer(best + 1, min((v, -k) for k, v in enumerate(liking) if k != best)[1] * -1 + 1)
    return rating


@pytest.mark.parametrize(("kind", "n"), [("pairs", 40), ("best_worst", 20)])
def test_a_liking_is_found_again_as_an_effect(sweep: Sweep, kind: str, n: int, tmp_path: Path) -> None:
    prefers_stylized(sweep, kind, n)
    frame = sweep.frame()
    assert frame["rating_se"].null_count() == 0
    low, high = (frame.filter(stylization=s)["rating"] for s in (0, 800))
    assert low.max() < high.min()  # type: ignore[operator]
    assert frame["rating"].mean() == pytest.approx(0, abs=1e-6)
    (effect,) = sweep.effects("rating")
    assert (effect.direction, effect.tasks) == (1, 8)
    assert effect.p_adjusted < 0.05
    assert "Rating rises with stylization" in sweep.plot(["rating"]).alt
    assert "set ± SE" in sweep.plot(["rating"]).save(tmp_path / "x.html").read_text()  # of the repetitions
    assert sweep.suggest(1).cells[0]["stylization"] > 400


def test_scores_and_comparisons_are_two_metrics(sweep: Sweep) -> None:
    sweep.rate(seed=1).answer(4)
    sweep.rate("pairs", 1, seed=1).answer(1)
    frame = sweep.frame()
    assert frame["rating"].drop_nulls().to_list() == [4.0]
    assert frame["preference"].null_count() == 32 - 8  # two tasks were compared
    assert [effect.metric for effect in sweep.effects(["rating", "preference"])] == ["rating", "preference"]


def test_ratings_belong_to_pictures_not_to_a_sweep(sweep: Sweep, place: tuple[Sandbox, Path]) -> None:
    rating = sweep.rate(seed=1)
    while rating.next() is not None:
        rating.answer(2)
    with Session(sandbox=place[0], data_dir=place[1] / "data") as session:
        assert session.sweep("a fox", stylization=[800], repeat=2).frame()["rating"].to_list() == [2.0] * 8


def picture(task: str) -> Shown:
    return Shown(task, 1, f"sha of {task}")


TASKS = {f"sha of {name}": name for name in "abcd"}


def test_answers_are_wins() -> None:
    a, b, c, d = map(picture, "abcd")
    assert wins([Judgement("pairs", (a, b), best=2)], TASKS) == {("b", "a"): 1}
    assert wins([Judgement("pairs", (a, b))], TASKS) == {("a", "b"): 0.5, ("b", "a"): 0.5}
    assert wins([Judgement("single", (a,), score=3)], TASKS) == {}
    four = wins([Judgement("best_worst", (a, b, c, d), best=3, worst=1)], TASKS)
    assert four == dict.fromkeys(map(tuple, ("ca", "cb", "cd", "ba", "da")), 1)
    same = wins([Judgement("pairs", (a, dataclasses.replace(a, number=2)), best=1)], TASKS)
    assert same == {}  # two pictures of one task say nothing of tasks


def test_scores_of_tasks_are_those_of_bradley_and_terry(sweep: Sweep) -> None:
    rating = sweep.rate("pairs", 40, seed=2)
    while rating.next() is not None:
        rating.answer(1 + rating.progress[0] % 2)
    said = wins(every(sweep), {one.sha256: one.task for j in every(sweep) for one in j.shown})
    names = [task.id for task in sweep.tasks if task]
    scores, errors_of = bradley_terry(np.array([[said.get((a, b), 0) for b in names] for a in names]))
    frame = sweep.frame().unique("task", maintain_order=True)
    assert frame["rating"].to_list() == pytest.approx(scores.tolist(), abs=1e-6)
    assert frame["rating_se"].to_list() == pytest.approx(errors_of.tolist(), abs=1e-6)
    assert frame["task"].to_list() == names


# ---- in the ledger ----


def test_a_ledger_of_the_version_before_gets_the_table(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE rating")
        connection.execute("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    connection.close()
    ledger = Ledger(f"sqlite:///{path}")
    judgement = Judgement("single", (picture("a"),), score=2, rater="jo")
    own_id = ledger.ratings.add(judgement)
    (found,) = ledger.ratings.every()
    assert dataclasses.replace(found, id="", at=0) == judgement
    assert found.id == own_id
    ledger.close()


def test_a_rating_that_is_there_already_is_not_added_again(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.ratings.add(Judgement("single", (picture("a"),), score=2, id="x", at=5))
    ledger.ratings.add(Judgement("single", (picture("a"),), score=4, id="x", at=6))
    assert [(one.score, one.at) for one in ledger.ratings.every()] == [(2, 5)]
    with pytest.raises(errors.LedgerError, match="a rating is one of"):
        ledger.ratings.add(Judgement("stars"))
    ledger.close()


# ---- the widget, without a browser ----


def press(widget: Rater, **message: Any) -> None:
    """Send what the front end sends."""
    widget._handle_custom_msg(message, [])


def test_the_widget_asks_answers_and_takes_back(sweep: Sweep) -> None:
    rating = sweep.rate("best_worst", 2, seed=1, rater="jo")
    widget = rating.widget()
    assert rating.widget() is widget
    assert (widget.kind, widget.done, widget.total, len(widget.pictures)) == ("best_worst", 0, 2, 4)
    assert all(uri.startswith("data:image/jpeg;base64,/9j/") for uri in widget.pictures)
    before = widget.pictures
    press(widget, do="answer", choice=1, worst=3, at=0)
    assert (widget.done, widget.pictures == before) == (1, False)
    press(widget, do="answer", choice=1, worst=3, at=0)  # the same key once more: for a question that is over
    assert (widget.done, len(every(sweep))) == (1, 1)
    press(widget, do="undo", at=1)
    assert (widget.done, widget.pictures == before) == (0, True)
    press(widget, do="skip", at=0)
    press(widget, do="answer", choice=2, worst=4, at=1)
    assert (widget.done, widget.pictures) == (2, [])


@pytest.mark.parametrize(
    "message", [{"do": "answer", "choice": 9}, {"do": "answer"}, {"do": "answer", "choice": "1"}]
)
def test_the_widget_tells_what_is_wrong_and_goes_on(sweep: Sweep, message: dict[str, Any]) -> None:
    widget = sweep.rate("pairs", 2, seed=1).widget()
    press(widget, **message, at=0)
    assert "the answer needs 1 (left), 2 (right)" in widget.trouble
    assert (widget.done, every(sweep)) == (0, [])
    press(widget, do="answer", choice=0, at=0)
    assert (widget.done, widget.trouble) == (1, "")


def test_nonsense_from_the_front_end_does_nothing(sweep: Sweep) -> None:
    widget = sweep.rate("pairs", 2, seed=1).widget()
    for message in ("answer", None, ["do"], {"do": "rm"}, {}, {"do": "answer", "choice": 1, "at": math.inf}):
        widget._handle_custom_msg(message, [])
    assert (widget.done, every(sweep)) == (0, [])


def test_a_round_shows_itself_as_text_and_its_front_end_asks_nothing_outside(sweep: Sweep) -> None:
    rating = sweep.rate("pairs", 3)
    assert repr(rating) == "rating pairs: 0 of 3; next() asks, answer() records, undo() takes back"
    assert set(rating._repr_mimebundle_()[0]) == {"text/plain", "text/html"}  # no notebook, no widget
    script = str(rating.widget()._esm)
    assert "http" not in script
    assert "import" not in script

"""The gallery without a browser: what a card says of a task, what is sent of it, what may be asked for."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from faulty import until
from hearing import Heard, hear, listen

from mjnb.display import TaskView, Usual
from mjnb.errors import TaskError
from mjnb.panels.cards import Card, CardPicture, card
from mjnb.panels.gallery import Gallery
from mjnb.sandbox import Fault, Sandbox
from mjnb.sessions import Session
from mjnb.tracking import Task

HOSTILE = "it's </script><img src=x onerror=alert(1)> 🦊"


@pytest.fixture
def fox(session: Session) -> Task:
    return session.imagine("a red fox --s 250", wait=True)


def shown(on_action: Any = None) -> tuple[Gallery, Heard]:
    gallery = Gallery(on_action or (lambda *_: None))
    return gallery, listen(gallery.widget)


# ---- cards ----


def test_a_card_says_what_can_be_done_with_each_picture(session: Session, fox: Task) -> None:
    made = card(fox)
    assert [one.actions for one in made.pictures] == [("U", "V", "Animate", "Rate", "Save")] * 4
    assert made.actions == ("Rerun", "Use")
    assert made.status.startswith("4 pictures")
    assert made.settled
    assert "a red fox, picture 2 of 4" in made.pictures[1].alt
    assert made.pictures[0].src.startswith("data:image/jpeg;base64,")
    film = card(session.animate(fox.images[0], "it runs", wait=True))
    assert [(one.kind, one.actions) for one in film.pictures] == [("video", ("Extend", "Rate", "Save"))]


def test_a_follow_up_is_called_after_the_prompt_it_comes_from(fox: Task) -> None:
    made = card(fox.upscale(2, wait=True).vary(1, wait=True))
    assert made.prompt == ""
    assert made.title == "a red fox"
    assert made.actions == ("Rerun",)  # it has no settings of its own to use
    assert made.pictures[0].alt.startswith("a red fox, picture 1 of 4")


def test_a_running_task_says_how_far_it_is() -> None:
    view = TaskView("id", "generating", "a fox", "a fox", elapsed=15.0, usual=Usual(50, 60, 80))
    made = Card(view, "a fox", 0)
    assert (made.share, made.left, made.settled) == (0.25, 45.0, False)
    late = replace(made, view=replace(view, elapsed=90.0))
    assert (late.share, late.left) == (0.98, 0.0)
    unknown = replace(made, view=replace(view, usual=None))
    assert (unknown.share, unknown.left) == (None, None)
    done = replace(made, view=replace(view, state="succeeded"))
    assert (done.share, done.left, done.settled) == (None, None, True)
    coming = replace(done, pictures=(CardPicture(1, "image", "", note="on its way", coming=True),))
    assert (coming.settled, coming.status) == (False, "fetching")


def test_a_failed_task_says_why_and_offers_no_pictures(session: Session, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("fail", on="submit", next=1, message="the moderators said no"))
    task = session.imagine("a fox")
    with pytest.raises(TaskError):
        task.wait()
    made = card(task)
    assert "the moderators said no" in made.error
    assert (made.pictures, made.actions, made.settled) == ((), ("Rerun", "Use"), True)


# ---- what is sent ----


def test_only_what_changed_is_sent_and_each_picture_once(fox: Task, session: Session) -> None:
    gallery, heard = shown()
    made = card(fox)
    gallery.put(made)
    gallery.put(made)  # the same again
    gallery.put(replace(made, title="another"))
    told = heard.told("card")
    assert [one["card"]["buffers"] for one in told] == [[1, 2, 3, 4], []]
    assert [len(buffers) for _, buffers in heard.custom] == [4, 0]
    assert heard.custom[0][1][0] == fox.images[0].thumbnail()
    other = session.imagine("an owl", wait=True)
    gallery.put(card(other))
    assert [one["card"]["id"] for one in heard.told("card")] == [fox.id, fox.id, other.id]
    assert [one.id for one in gallery.cards] == [other.id, fox.id]


def test_a_page_that_is_made_again_gets_everything(fox: Task) -> None:
    gallery, heard = shown()
    gallery.put(card(fox))
    hear(gallery.widget, "hello")
    verbs = [content["do"] for content, _ in heard.custom]
    assert verbs == ["card", "clear", "card"]
    assert len(heard.custom[-1][1]) == 4


def test_cards_come_from_any_thread(fox: Task) -> None:
    gallery, heard = shown()
    made = card(fox)
    cards = [replace(made, view=replace(made.view, id=f"{number:032x}")) for number in range(40)]
    threads = [
        threading.Thread(target=lambda some=cards[n::4]: [gallery.put(one) for one in some]) for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = heard.told("card")
    assert sorted(one["card"]["order"] for one in told) == list(range(1, 41))
    assert {one.id for one in gallery.cards} == {one.id for one in cards}


def test_a_watched_task_tells_of_its_end(session: Session) -> None:
    gallery, heard = shown()
    task = session.imagine("a fox")
    task.watch(lambda one: gallery.put(card(one)))
    gallery.put(card(task))
    task.wait()
    until(lambda: heard.told("card")[-1]["card"]["settled"])
    assert sum(len(one["card"]["buffers"]) for one in heard.told("card")) == 4


# ---- what is asked for ----


def test_what_is_pressed_arrives_and_is_answered(fox: Task) -> None:
    acted: list[tuple[str, str, int]] = []
    gallery, heard = shown(lambda *said: acted.append(said))
    gallery.put(card(fox))
    for action, number in (("U", 2), ("Rate 4", 3), ("Rerun", 0)):
        hear(gallery.widget, "act", id=fox.id, action=action, number=number, nonce=7)
    assert acted == [("U", fox.id, 2), ("Rate 4", fox.id, 3), ("Rerun", fox.id, 0)]
    assert [(one["nonce"], one["error"]) for one in heard.told("answered")] == [(7, "")] * 3
    hear(gallery.widget, "hello")
    assert heard.told("card")[-1]["card"]["scores"] == {"3": 4}


def test_an_error_is_shown_on_the_card(fox: Task) -> None:
    def act(action: str, own_id: str, number: int) -> None:
        raise OSError("the disk is full") if action == "Save" else fox.error or TaskError("not now")

    gallery, heard = shown(act)
    gallery.put(card(fox))
    hear(gallery.widget, "act", id=fox.id, action="Save", number=1)
    hear(gallery.widget, "act", id=fox.id, action="Rate 1", number=1)
    assert [one["error"] for one in heard.told("answered")] == ["OSError: the disk is full", "not now"]
    hear(gallery.widget, "hello")
    assert heard.told("card")[-1]["card"]["scores"] == {}


@pytest.mark.parametrize(
    "said",
    [
        {"action": "Extend", "number": 1},  # these are no videos
        {"action": "U", "number": 5},
        {"action": "U", "number": 0},
        {"action": "Rate 6", "number": 1},
        {"action": "Rate", "number": 1},
        {"action": "U 3", "number": 1},
        {"action": "__init__", "number": 1},
        {"action": ["U"], "number": [1]},
        {"action": "U", "number": 1, "id": "0" * 32},
        {"action": "U", "number": 1, "id": {"a": 1}},
    ],
)
def test_what_no_button_says_is_refused(fox: Task, said: dict[str, Any]) -> None:
    acted: list[Any] = []
    gallery, heard = shown(lambda *one: acted.append(one))
    gallery.put(card(fox))
    hear(gallery.widget, "act", **{"id": fox.id, **said})
    assert acted == []
    assert heard.told("answered")[0]["error"]


def test_messages_that_are_none_are_ignored() -> None:
    gallery, heard = shown()
    for nonsense in (None, [], "hello", {"do": ["hello"]}, {}):
        gallery.widget._handle_custom_msg(nonsense, [])
    assert heard.custom == []


def test_an_original_travels_when_it_is_asked_for(session: Session, fox: Task) -> None:
    gallery, heard = shown()
    gallery.put(card(fox))
    hear(gallery.widget, "open", id=fox.id, number=3)
    answer, buffers = heard.custom[-1]
    assert buffers == [fox.images[2].path.read_bytes()]
    assert (answer["mime"], answer["error"]) == ("image/jpeg", "")
    film = session.animate(fox.images[0], "it runs", wait=True)
    gallery.put(card(film))
    hear(gallery.widget, "open", id=film.id, number=1)
    assert heard.custom[-1][0]["mime"] == "video/mp4"
    fox.images[2].path.unlink()
    hear(gallery.widget, "open", id=fox.id, number=3)
    answer, buffers = heard.custom[-1]
    assert buffers == []
    assert "cannot be read" in answer["error"]
    assert str(session.settings.data_dir) not in answer["error"]


def test_hostile_prompts_stay_text(session: Session) -> None:
    gallery, heard = shown()
    task = session.imagine(HOSTILE, wait=True)
    gallery.put(card(task))
    assert heard.told("card")[0]["card"]["title"] == HOSTILE
    assert "<img src=x" not in gallery.html()
    assert gallery.html().count("<figure") == 4
    gallery.clear()
    assert (gallery.cards, gallery.html()) == ([], "")
    assert heard.custom[-1][0] == {"do": "clear"}


def test_the_front_end_writes_no_markup_and_asks_no_network() -> None:
    text = str(Gallery(lambda *_: None).widget._esm)
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "fetch(",
        "import(",
        "http",
    ):
        assert word not in text

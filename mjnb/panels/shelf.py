"""The shelf: cards kept for a front end, of which only those that changed are sent.

The front end keeps what it got, and says ``hello`` when it is made again (a page that was reloaded): then
all are sent once more.  Pictures travel as bytes beside the message, each once.  Whatever the front end
asks for is checked against the cards that are there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..errors import InvalidRequest, MediaError, MJError
from ..widgets.listening import listen
from ..widgets.own import OwnWidget
from .cards import SCORES, Card, CardPicture
from .frontend import joined

OnAction = Callable[[str, str, int], None]


class Shelf(OwnWidget):
    """The widget of a gallery.

    Args:
        on_action: Called with the action, the task's own id and the picture's number, 0 for the whole task.
    """

    _esm = joined("dom.js", "cards.js", "gallery.js")
    _css = joined("gallery.css")

    def __init__(self, on_action: OnAction, **traits: Any) -> None:
        super().__init__(**traits)
        self._on_action = on_action
        self._lock = threading.RLock()
        self._cards: dict[str, Card] = {}  # oldest first
        self._order: dict[str, int] = {}
        self._sent: dict[str, set[int]] = {}  # the pictures that the front end has
        self._scores: dict[tuple[str, int], int] = {}
        self._count = 0
        listen(self, self._take)

    @property
    def cards(self) -> list[Card]:
        """The cards that are there, newest first."""
        with self._lock:
            return list(self._cards.values())[::-1]

    def put(self, card: Card) -> None:
        """Add or change one card; from any thread."""
        with self._lock:
            if card.id not in self._cards:
                self._count += 1
                self._order[card.id] = self._count
            elif self._cards[card.id] == card:
                return
            self._cards[card.id] = card
            self._tell(card)

    def rated(self, scores: Mapping[tuple[str, int], int]) -> None:
        """Show scores, by task and number of the picture; from any thread."""
        with self._lock:
            new = {key: score for key, score in scores.items() if self._scores.get(key) != score}
            self._scores |= new
            for own_id in {own_id for own_id, _ in new} & set(self._cards):
                self._tell(self._cards[own_id])

    def clear(self) -> None:
        """Take all cards away."""
        with self._lock:
            self._cards.clear()
            self._order.clear()
            self._sent.clear()
            self.send({"do": "clear"})

    # ---- to the front end ----

    def _tell(self, card: Card) -> None:
        there = self._sent.setdefault(card.id, set())
        new = [one for one in card.pictures if one.thumbnail is not None and one.number not in there]
        there |= {one.number for one in new}
        thumbnails = [one.thumbnail for one in new if one.thumbnail is not None]
        told = {**_told(card), "order": self._order[card.id], "buffers": [one.number for one in new]}
        told["scores"] = {str(n): score for (of, n), score in self._scores.items() if of == card.id}
        self.send({"do": "card", "card": told}, buffers=thumbnails)

    def _tell_all(self) -> None:
        with self._lock:
            self._sent.clear()
            self.send({"do": "clear"})
            for card in self._cards.values():
                self._tell(card)

    # ---- from the front end ----

    def _take(self, message: Mapping[str, Any], _: object) -> None:
        """Do what the front end says; whatever goes wrong is told on the card."""
        if message.get("do") == "hello":
            self._tell_all()
        elif message.get("do") in ("act", "open"):
            self._answer(dict(message))

    def _answer(self, message: dict[str, Any]) -> None:
        answer = {"do": "answered", **{key: message.get(key) for key in ("id", "action", "number", "nonce")}}
        buffers: list[bytes] = []
        try:
            card, picture = self._meant(message.get("id"), message.get("number"))
            if message["do"] == "open":
                buffers, answer["mime"], answer["name"] = _original(card, picture)
            else:
                self._act(card, picture, message.get("action"))
            answer["error"] = ""
        except MJError as error:
            answer["error"] = error.message
        except Exception as error:  # a fault of the panel's is shown in the panel
            answer["error"] = f"{type(error).__name__}: {error}"
        self.send(answer, buffers=buffers)

    def _meant(self, own_id: Any, number: Any) -> tuple[Card, CardPicture | None]:
        with self._lock:
            card = self._cards.get(own_id) if isinstance(own_id, str) else None
        if card is None:
            raise InvalidRequest("this task is not shown any more")
        picture = next((one for one in card.pictures if one.number == number), None)
        if picture is None and number != 0:
            raise InvalidRequest(f"this task has no picture {number!r}")
        return card, picture

    def _act(self, card: Card, picture: CardPicture | None, action: Any) -> None:
        word, _, score = str(action).partition(" ")
        allowed = card.actions if picture is None else picture.actions
        if word not in allowed or (word == "Rate") != (score in map(str, SCORES)):
            raise InvalidRequest(f"{action!r} cannot be done with this")
        self._on_action(str(action), card.id, 0 if picture is None else picture.number)
        if picture is not None and word == "Rate":
            with self._lock:  # another thread may be telling a card, scores and all
                self._scores[card.id, picture.number] = int(score)


def _told(card: Card) -> dict[str, Any]:
    """Return a card as the front end wants it; the pictures themselves travel beside it."""
    usual = card.view.usual if card.running else None
    return {
        "id": card.id,
        "state": card.state,
        "running": card.running,
        "settled": card.settled,
        "status": card.status,
        "title": card.title,
        "created": card.created,
        "magic": card.magic,
        "elapsed": card.view.elapsed,
        "usual": {"words": str(usual), "middle": usual.middle, "high": usual.high} if usual else None,
        "error": card.error,
        "hint": card.hint,
        "trouble": card.view.trouble,
        "surprises": card.view.surprises,
        "sandbox": card.view.sandbox,
        "actions": list(card.actions),
        "pictures": [_told_picture(one) for one in card.pictures],
    }


def _told_picture(picture: CardPicture) -> dict[str, Any]:
    return {
        "number": picture.number,
        "kind": picture.kind,
        "alt": picture.alt,
        "note": picture.note,
        "here": picture.thumbnail is not None,
        "size": list(picture.size),
        "actions": list(picture.actions),
    }


MIMES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
MIMES |= {".gif": "image/gif", ".mp4": "video/mp4"}


def _original(card: Card, picture: CardPicture | None) -> tuple[list[bytes], str, str]:
    """Return the file of a picture, its type and a name for it; raises when it is gone."""
    path: Path | None = None if picture is None else picture.path
    if path is None or picture is None:
        raise MediaError("the original is not here")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MediaError(f"the original cannot be read: {error.strerror}") from error
    mime = MIMES.get(path.suffix.lower(), "application/octet-stream")
    return [content], mime, f"{card.id[-6:]}-{picture.number}{path.suffix.lower()}"

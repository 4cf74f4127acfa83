"""The gallery: tasks with their pictures, newest first, and what can be made from each."""

from __future__ import annotations

from .. import display
from .cards import Card
from .shelf import OnAction, Shelf


class Gallery:
    """Cards of tasks in one widget.

    Args:
        on_action: Called in the kernel with what was pressed, the task's own id, and a number: ``U``, ``V``,
            ``Animate``, ``Extend``, ``Save``, ``Rate 1`` to ``Rate 5`` with a picture's; ``Rerun``, ``Use``
            with 0.  The button waits for its return; an error is shown on the card.

    Attributes:
        widget: What shows it; as many views as one likes.
    """

    def __init__(self, on_action: OnAction) -> None:
        self.widget = Shelf(on_action)

    @property
    def cards(self) -> list[Card]:
        """The cards that are there, newest first."""
        return self.widget.cards

    def put(self, card: Card) -> None:
        """Add a card, or change the one of the same task; from any thread."""
        self.widget.put(card)

    def clear(self) -> None:
        """Take all cards away; the tasks stay as they are."""
        self.widget.clear()

    def html(self) -> str:
        """Return the same as static HTML, for a notebook that is reopened or sent around."""
        return "".join(display.task_html(card.view) for card in self.cards)

"""A widget in its cell, with a static form for where there are no widgets."""

from __future__ import annotations

from html import escape

import ipywidgets  # type: ignore[import-untyped]


def show(widget: ipywidgets.DOMWidget, text: str) -> None:
    """Show a widget in the running cell.

    Args:
        widget: The widget.
        text: What stands in its place where widgets do not show.
    """
    from IPython.display import display

    bundle = dict(widget._repr_mimebundle_())
    bundle |= {"text/plain": text, "text/html": f"<div>{escape(text)}</div>"}
    display(bundle, raw=True)


def button(name: str, tip: str, style: str = "") -> ipywidgets.Button:
    """Return a button as wide as its name, which is also what a screen reader says.

    Args:
        name: What pressing it does.
        tip: The same in a sentence.
        style: One of ipywidgets' styles.
    """
    return ipywidgets.Button(
        description=name, tooltip=tip, button_style=style, layout=ipywidgets.Layout(width="auto")
    )


def line(text: str) -> ipywidgets.HTML:
    """Return a line of text; it is announced when it changes."""
    return ipywidgets.HTML(status(text))


def status(text: str) -> str:
    """Return a text as the HTML of a `line`."""
    return f'<span role="status">{escape(text)}</span>'

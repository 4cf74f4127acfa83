"""The page of a sweep: one file that needs nothing else, with every cell's pictures, parameters, metrics.

Prompts and notes are other people's: every word is escaped, the script makes text nodes only, and the
page's own policy allows its one script, its one style sheet and pictures inside the file, nothing more.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .data import Place, Series, Table
from .mosaic import ratio
from .thumbs import Album
from .web_curves import web_curves
from .web_look import SCRIPT, STYLE


def web_page(table: Table, series: Sequence[Series], words: tuple[str, str], alt: str) -> str:
    """Write the page.

    Args:
        table: what was swept, over any number of axes.
        series: its metrics.
        words: title and caption.
        alt: the figure in words, the page's first paragraph.

    Returns:
        HTML.
    """
    title, caption = words
    style = STYLE + _sizes(table)
    policy = (
        f"default-src 'none'; img-src data:; script-src '{_hash(SCRIPT)}'; style-src '{_hash(style)}';"
        " base-uri 'none'; form-action 'none'"
    )
    cells = json.dumps([_cell_data(table, series, place) for place in table.places()], ensure_ascii=True)
    for char, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        cells = cells.replace(char, code)
    name = html.escape(" ".join(title.split()) or "Sweep")
    curves = web_curves(table, list(series))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{name}</title>'
        f"<style>{style}</style></head><body>"
        f"<header><h1>{name}</h1><p>{html.escape(caption)}</p></header>"
        f'<main><div id="left"><div id="sheets">{"".join(_sheets(table, series))}</div>'
        f'<section id="curves" class="axes{len(table.axes)}" aria-label="Metrics">{curves}</section></div>'
        f"{PANEL}</main>"
        f"<footer><p>{html.escape(alt)}</p></footer>"
        f'<script type="application/json" id="cells">{cells}</script>'
        f"<script>{SCRIPT}</script></body></html>\n"
    )


PANEL = (
    '<aside aria-label="The chosen cell"><div><img id="big" alt=""><div id="others"></div></div>'
    '<div><table id="parameters"></table><table id="metrics"></table><code id="line"></code>'
    "<p class=keys>Point at a cell, or use the arrow keys; 1 to 4 choose a picture,"
    " Page Up and Page Down a sheet.</p></div></aside>"
)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _sizes(table: Table) -> str:
    columns = table.shape[0]
    most = min(168, max(44, (640 if len(table.axes) < 3 else 360) // columns))
    wide, narrow = (
        f":root{{--wide:clamp(40px,calc((100vw - {taken}px)/{columns} - 6px),{most}px)}}"
        for taken in ((530, 150) if len(table.axes) > 1 else (420, 50))
    )
    return f":root{{--shape:{ratio(table):.4f}}}{wide}@media(max-width:760px){{{narrow}}}"


def _sheets(table: Table, series: Sequence[Series]) -> Iterator[str]:
    """One grid of cells for each combination of the axes after the second."""
    album = Album.of([p for place in table.places() for p in table.every(place)])
    rest = [place[::-1] for place in np.ndindex(*table.shape[:1:-1])] if len(table.axes) > 2 else [()]
    numbers = {place: i for i, place in enumerate(table.places())}
    rows = len(table.axes[1].values) if len(table.axes) > 1 else 1
    for place in rest:
        head = ", ".join(
            f"{axis.name} = {axis.labels[i]}" for axis, i in zip(table.axes[2:], place, strict=True)
        )
        names = " by ".join(axis.name for axis in table.axes[:2])
        body = "".join(_row(table, series, (row, place), numbers, album) for row in reversed(range(rows)))
        yield (
            f"<section>{f'<h2>{html.escape(head)}</h2>' if head else ''}"
            f'<table role="grid" aria-label="{html.escape(f"{names}: {head}" if head else names)}">'
            f"<tbody>{body}</tbody>{_foot(table)}</table></section>"
        )


def _row(
    table: Table,
    series: Sequence[Series],
    at: tuple[int, Place],
    numbers: dict[Place, int],
    album: Album,
) -> str:
    row, rest = at
    two = len(table.axes) > 1
    places = [(column, row, *rest) if two else (column,) for column in range(table.shape[0])]
    head = f'<th scope="row">{html.escape(table.axes[1].labels[row])}</th>' if two else ""
    return f"<tr>{head}{''.join(_cell(table, series, p, numbers[p], album) for p in places)}</tr>"


def _foot(table: Table) -> str:
    x = table.axes[0]
    corner = f'<th class="name">{html.escape(table.axes[1].name)} ↑</th>' if len(table.axes) > 1 else ""
    names = "".join(f'<th scope="col">{html.escape(label)}</th>' for label in x.labels)
    under = f'<th class="name" colspan="{len(x.values)}">{html.escape(x.name)}</th>'
    return f"<tfoot><tr>{corner}{names}</tr><tr>{'<td></td>' if corner else ''}{under}</tr></tfoot>"


def _cell(table: Table, series: Sequence[Series], place: Place, number: int, album: Album) -> str:
    images = []
    for k, picture in enumerate(table.every(place)):
        known, source = album.add(picture)
        told = f'data-p="{known}" src="{source}"' if source else f'data-same="{known}"'
        images.append(f'<img {told} data-k="{k}" alt=""{"" if table.is_shown(place, k) else " hidden"}>')
    inside = "".join(images) or f"<span>{html.escape(table.note(place))}</span>"
    spoken = html.escape(_spoken(table, series, place))
    return (
        f'<td role="gridcell" tabindex="-1" data-i="{number}" aria-label="{spoken}">'
        f'<div class="n{len(table.pictures(place))}">{inside}</div></td>'
    )


def _spoken(table: Table, series: Sequence[Series], place: Place) -> str:
    """A cell in words: where it stands, what it shows, what was measured."""
    where = ", ".join(f"{axis.name} {axis.labels[i]}" for axis, i in zip(table.axes, place, strict=True))
    count = len(table.every(place))
    what = f"{count} picture{'s' if count != 1 else ''}" if count else table.note(place)
    told = [f"{one.curve.label} {_number(one, place)}" for one in series if math.isfinite(one.mean[place])]
    return ". ".join([where, what, *([", ".join(told)] if told else [])])


def _number(one: Series, place: Place) -> str:
    mean, spread = float(one.mean[place]), float(one.spread[place])
    if not math.isfinite(mean):
        return "–"
    return f"{mean:.3g} ± {spread:.2g}" if math.isfinite(spread) else f"{mean:.3g}"


def _cell_data(table: Table, series: Sequence[Series], place: Place) -> dict[str, Any]:
    """What the panel shows of a cell."""
    cells = table.cells.get(place, ())
    return {
        "at": [[axis.name, axis.labels[i]] for axis, i in zip(table.axes, place, strict=True)],
        "place": place,
        "line": next((cell.line for cell in cells if cell.line), ""),
        "metrics": [
            {
                "name": one.curve.label + (f" ({one.curve.unit})" if one.curve.unit else ""),
                "all": _number(one, place),
                "mean": float(one.mean[place]) if math.isfinite(one.mean[place]) else None,
                "each": [f"{v:.3g}" if math.isfinite(v) else "–" for v in one.dots.get(place, ())],
            }
            for one in series
        ],
    }

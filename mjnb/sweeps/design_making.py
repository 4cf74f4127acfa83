"""Making designs: from what a user says to `mj.sweep`, and from a design that is there and is to grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from ..errors import InvalidRequest
from ..params import given as said_in
from ..prompt import LIMIT, Prompt, check, escape, names_in, one_of, sent_line, tell
from . import design_points as points
from .design import ORDERS, Design, How, check_size, lay_out, told
from .design_axes import Said, axes_of, levels, read_prompt, read_said, slots_of, texts_of
from .design_rows import columns_of, read_rows
from .design_slots import unfilled, wrong_names

KINDS = ("grid", "latin", "sobol", "one-at-a-time")
BY_HAND = "cells"

Axes = dict[str, tuple[Any, ...]]


def design(
    prompt: str | Sequence[str] | None,
    params: Mapping[str, Any],
    *,
    kind: str = "grid",
    n: int | None = None,
    around: Mapping[str, Any] | None = None,
    cells: Any = None,
    repeat: int = 1,
    seed: int = 0,
    order: str = "random",
    speed: str = "fast",
    limit: int = LIMIT,
) -> Design:
    """Return which cells a sweep has.

    Args:
        prompt: Midjourney text, or several; each permutation of ``{a, b}`` is a value of the axis ``prompt``,
            flags that vary are axes of their own.  None: ``cells`` has a column ``prompt``.
        params: One value, or several in a list, tuple, range, array or span (``"0..1000/250"``), by
            parameter name, or by a name that stands in braces in the prompt.
        kind: ``grid``: every combination.  ``latin``, ``sobol``: ``n`` of them, spread evenly over the steps
            between the ends of each axis.  ``one-at-a-time``: the centre and each axis varied alone.
        n: How many samples, without repeats.
        around: The centre, by axis; an axis that is not named has its first value there.
        cells: A polars frame with a row for each cell, in place of axes.
        repeat: Tasks per combination; the service has no seed, so two of them differ.
        seed: Of the sample and of the run order.
        order: ``random``, or ``listed`` to send the cells as they stand.
        speed: Used where a speed is needed and none is said.
        limit: The most lines that permutations may make.

    Raises:
        InvalidRequest: With every fault; nothing was sent.
    """
    faults = [*_how_faults(kind, n, repeat, seed, order), *_axes_or_cells(kind, around, cells)]
    prompt, others, doubled = _one_prompt(prompt, params)
    texts = [] if prompt is None else texts_of(prompt)
    slots = {name for text in texts for name in names_in(text)}
    if wrong := wrong_names(slots) or doubled:
        raise told([*wrong, *faults])
    columns = columns_of(cells) if cells is not None else {}
    slots |= set() if texts else slots_of(map(str, columns.get("prompt", ())))
    text, lines = read_prompt(texts, limit) if texts else ("", [])
    said = read_said(others, slots, texts or map(str, columns.get("prompt", ())))
    given = {name for name, value in others.items() if value is not None} | {*columns}
    faults += [*said.faults, *([] if texts else wrong_names(slots)), *unfilled(slots, given, rows=not texts)]
    if faults:
        raise told(faults)
    repeat *= lines[0].repeat if lines else 1
    how = How(kind=kind, repeat=repeat, seed=seed, order=order, speed=speed, n=n)
    if cells is not None:
        return _followed(_by_hand(text, lines, said, columns, slots, replace(how, kind=BY_HAND)))
    axes, fixed = _with_text(lines, said)
    return _followed(_chosen(text, axes, fixed, how, around or {}, said.spans))


def grown(
    there: Design,
    params: Mapping[str, Any],
    *,
    repeat: int | None = None,
    n: int | None = None,
    cells: Any = None,
) -> Design:
    """Return a design with the cells of another one and more.

    Args:
        there: The design.
        params: Further values of its axes, or of what it holds fixed.
        repeat: Tasks per combination, in all.
        n: Samples in all; a Sobol sequence goes on where it ended.
        cells: Further rows of a design made by hand.

    Raises:
        InvalidRequest: With every fault: a name that the design does not have, fewer than there are.
    """
    slots = slots_of(_prompts(there)) | {"prompt"}
    said = read_said(params, slots, _prompts(there)) if params else Said()
    if faults := [*_growth_faults(there, params, repeat, n, cells), *said.faults]:
        raise told(faults)
    how = replace(there.how, repeat=repeat or there.repeat, n=n or there.how.n)
    if there.how.kind == BY_HAND and cells is not None:
        return _followed(_more_rows(there, columns_of(cells), how))
    if there.how.kind == "sobol" and n is not None:
        between = {name: tuple(values) for name, values in there.how.between.items()}
        return _sampled(there.prompt, between, dict(there.fixed), how, there.points)
    if there.how.kind not in ("grid", "one-at-a-time"):
        return lay_out(there.prompt, there.axes, there.fixed, there.points, how)
    text, axes, fixed = _with_more(there, {**said.axes, **{k: (v,) for k, v in said.fixed.items()}})
    around = {**{name: there.fixed[name] for name in axes if name in there.fixed}, **there.how.around}
    around = around if how.kind == "one-at-a-time" else {}
    return _followed(_chosen(text, axes, fixed, how, around, set()))


def _followed(made: Design) -> Design:
    """Refuse a design in whose prompts flags have values that Midjourney does not take.

    Only those that are new: a saved design is opened again as it was paid.
    """
    requests = {(cell.request.prompt, cell.request.version): cell.request for cell in made.cells}.values()
    faults = [fault for one in requests for fault in check(sent_line(one.prompt), said_in(one)).faults]
    if faults:
        raise told(faults)
    tell(*requests)
    return made


def _one_prompt(prompt: Any, params: Mapping[str, Any]) -> tuple[Any, dict[str, Any], list[str]]:
    """Return the prompt, in its place or by its name, the other values, and the fault of giving both."""
    others = {name: value for name, value in params.items() if name != "prompt"}
    named = params.get("prompt")
    twice = "the prompt is given twice, in its place and as prompt=…: give one list, ['a fox', 'an owl']"
    return (
        named if prompt is None else prompt,
        others,
        [twice] if prompt is not None and named is not None else [],
    )


# ---- the kinds --------------------------------------------------------------------------------------


def _chosen(
    text: str, axes: Axes, fixed: Mapping[str, Any], how: How, around: Mapping[str, Any], spans: set[str]
) -> Design:
    if how.kind == "grid":
        check_size(points.combinations(axes), how.repeat)
        return lay_out(text, axes, fixed, points.grid(axes), how)
    if not axes:
        raise told([f"a {how.kind} design needs an axis: a parameter with several values"])
    if how.kind == "one-at-a-time":
        centre = _centre(axes, around)
        whole, found = points.one_at_a_time(axes, centre)
        return lay_out(text, whole, fixed, found, replace(how, around=centre))
    between = {name: levels(name, values, name in spans) for name, values in axes.items()}
    return _sampled(text, between, fixed, how)


def _sampled(
    text: str, between: Axes, fixed: Mapping[str, Any], how: How, there: Sequence[tuple[Any, ...]] = ()
) -> Design:
    n, most = how.n or 0, points.combinations(between)
    check_size(n, how.repeat)
    if n > most:
        sizes = " x ".join(str(len(values)) for values in between.values())
        raise told([f"n={n} samples, but the axes have only {sizes} = {most} combinations"])
    found = points.sample(how.kind, between, n, how.seed, there)
    return lay_out(text, points.used(between, found), fixed, found, replace(how, between=between))


def _centre(axes: Axes, around: Mapping[str, Any]) -> dict[str, Any]:
    said = read_said({k: v for k, v in around.items() if k != "prompt"}, set(axes))
    faults = [f"around: {fault}" for fault in said.faults]
    faults += [f"around: {name} needs one value" for name in said.axes]
    faults += [
        f"around: {name} is no axis of this sweep; give it beside, as {name}={around[name]!r}"
        for name in around
        if name not in axes
    ]
    if "prompt" in around and around["prompt"] not in axes.get("prompt", ()):
        faults.append(f"around: {around['prompt']!r} is none of the prompts")
    if faults:
        raise told(faults)
    named = {**said.fixed, **{name: around[name] for name in around if name == "prompt"}}
    return {name: named.get(name, values[0]) for name, values in axes.items()}


def _by_hand(
    text: str,
    lines: Sequence[Prompt],
    said: Said,
    columns: Mapping[str, Sequence[Any]],
    slots: set[str],
    how: How,
) -> Design:
    faults = [f"{name} has several values beside cells: give it a column" for name in said.axes]
    if len(lines) > 1:
        faults.append("a prompt with permutations beside cells: give the prompts a column")
    if not lines and "prompt" not in columns:
        faults.append("the prompt is missing: give it, or a column of that name")
    shared = {**(axes_of(lines)[1] if len(lines) == 1 else {}), **said.fixed}
    faults += [f"{name} is given twice: beside cells and as a column" for name in columns if name in shared]
    axes, fixed, rows, wrong = read_rows(columns, slots)
    if faults := [*faults, *wrong]:
        raise told(faults)
    return lay_out(text or _listed(axes, fixed), axes, {**shared, **fixed}, rows, how)


def _listed(axes: Mapping[str, Any], fixed: Mapping[str, Any]) -> str:
    prompts = axes.get("prompt") or (fixed["prompt"],)
    return one_of(map(escape, prompts)) if len(prompts) > 1 else str(prompts[0])


def _with_text(lines: Sequence[Prompt], said: Said) -> tuple[Axes, dict[str, Any]]:
    """Return what stands in the text and what was said beside it, together."""
    if not lines:
        raise told(["the prompt is missing"])
    axes, fixed = axes_of(lines)
    if doubled := sorted({*axes, *fixed} & {*said.axes, *said.fixed}):
        raise InvalidRequest([f"{name} is given twice: in the text and beside it" for name in doubled])
    return {**axes, **said.axes}, {**fixed, **said.fixed}


# ---- growing ----------------------------------------------------------------------------------------


def _with_more(there: Design, more: Mapping[str, tuple[Any, ...]]) -> tuple[str, Axes, dict[str, Any]]:
    """Return a design's text, axes and fixed values, with further values."""
    axes, fixed = dict(there.axes), dict(there.fixed)
    if lacking := unfilled(slots_of(more.get("prompt", ())), {*axes, *fixed, *more}):
        raise told(lacking)
    for name, values in more.items():
        both = points.united(axes.get(name) or (fixed[name],), values)
        if len(both) > 1 or name in axes:
            axes[name] = both
            fixed.pop(name, None)
    fresh = [escape(one) for one in more.get("prompt", ()) if one not in _prompts(there)]
    text = one_of([there.prompt, *fresh]) if fresh else there.prompt
    return text, axes, fixed


def _more_rows(there: Design, columns: Mapping[str, Sequence[Any]], how: How) -> Design:
    """Return a design by hand with further rows; one that is there already is taken for the same cell."""
    names = list(dict.fromkeys([*there.axes, *columns]))
    old = [{**there.fixed, **dict(zip(there.axes, at, strict=True))} for at in there.points]
    fresh = [
        {**there.fixed, **{name: values[k] for name, values in columns.items()}}
        for k in range(len(next(iter(columns.values()))))
    ]
    united = list(dict.fromkeys(tuple(row.get(name) for name in names) for row in [*old, *fresh]))
    both = {name: [row[place] for row in united] for place, name in enumerate(names)}
    axes, fixed, rows, faults = read_rows(both, slots_of(_prompts(there)))
    if faults:
        raise told(faults)
    return lay_out(there.prompt, axes, {**there.fixed, **fixed}, rows, how)


def _prompts(there: Design) -> tuple[str, ...]:
    """Return the prompts of a design as they are before their slots are filled."""
    return there.axes.get("prompt") or (there.fixed["prompt"],)


# ---- faults -----------------------------------------------------------------------------------------


def _how_faults(kind: str, n: Any, repeat: Any, seed: Any, order: str) -> list[str]:
    faults = [] if _whole(repeat) else [f"repeat needs a whole number from 1, not {repeat!r}"]
    if kind not in KINDS:
        near = get_close_matches(str(kind), KINDS, n=1)
        faults.append(f"design {kind!r} is none of {', '.join(KINDS)}" + _meant(near))
    elif kind in points.SAMPLES and not _whole(n):
        faults.append(f"a {kind} design needs n, how many samples: a whole number from 1, not {n!r}")
    elif kind not in points.SAMPLES and n is not None:
        faults.append(f"n is for {' and '.join(points.SAMPLES)} designs; this one is a {kind}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        faults.append(f"seed needs a whole number from 0, not {seed!r}")
    if order not in ORDERS:
        faults.append(f"order {order!r} is none of {', '.join(ORDERS)}")
    return faults


def _axes_or_cells(kind: str, around: Any, cells: Any) -> list[str]:
    faults = []
    if around is not None and kind != "one-at-a-time":
        faults.append(f"around is for one-at-a-time designs; this one is a {kind}")
    elif around is not None and not isinstance(around, Mapping):
        faults.append(f"around needs a value by axis, such as {{'stylization': 250}}, not {around!r}")
    if cells is not None and kind != "grid":
        faults.append(f"cells says by itself which cells there are: leave design={kind!r} out")
    return faults


def _growth_faults(there: Design, params: Mapping[str, Any], repeat: Any, n: Any, cells: Any) -> list[str]:
    kind = there.how.kind
    known = {*there.axes, *there.fixed}
    faults = []
    if repeat is not None and not (_whole(repeat) and repeat >= there.repeat):
        faults.append(f"repeat needs a whole number from {there.repeat}, which there are, not {repeat!r}")
    if n is not None and (kind != "sobol" or not _whole(n) or n < (there.how.n or 0)):
        faults.append(
            f"n needs a whole number from {there.how.n}, not {n!r}"
            if kind == "sobol"
            else f"n is for sobol designs; a {kind} has no further samples"
        )
    if cells is not None and kind != BY_HAND:
        faults.append(f"cells is for designs made of cells; this one is a {kind}")
    if params and kind not in ("grid", "one-at-a-time"):
        faults.append(f"a {kind} design takes no further values of an axis: {', '.join(params)}")
    elif new := [name for name in params if name not in known]:
        faults += [f"{name} is not said in this sweep, so nothing can be added to it" for name in new]
    return faults


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 1


def _meant(near: Sequence[str]) -> str:
    return f": did you mean {near[0]!r}?" if near else ""

"""The form as data: a control for every row of the parameter table, and words for people.

Nothing about a parameter is said here: ranges, steps, choices, flags, help and the task types that it belongs
to come from the table.  Only how its name is written for people, and what a control looks like, is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..params import TASK_TYPES, Choice, NumberChoice, Row, Span, Switch, TaskType, Url, Urls, rows

NAMES = {
    "mj_txt2img": "Text to image",
    "mj_img2img": "Image to image",
    "mj_style_reference": "Style reference",
    "mj_omni_reference": "Omni reference",
    "mj_video": "Video",
    "mj_video_hd": "Video, high definition",
    "file_urls": "Reference pictures",
    "ow": "Omni weight",
    "video_batch_size": "Videos at once",
    "water_mark": "Watermark",
    "enable_translation": "Translate the prompt",
    "call_back_url": "Callback address",
}
SANDBOX = "Sandbox: pictures are drawn here, nothing is paid."
FEW = 4  # values that are shown as buttons; more are a list


def describe(prices: Mapping[str, float], speed: str, *, sandbox: bool = False) -> dict[str, Any]:
    """Return what the front end draws the form from.

    Args:
        prices: Credits per item, for the speeds.
        speed: What the session uses where a speed is needed and none is said.
        sandbox: Whether nothing is paid.
    """
    table = rows()
    return {
        "place": SANDBOX if sandbox else "",
        "types": [_task_type(kind) for kind in TASK_TYPES.values()],
        "controls": [_control(row, prices, speed) for row in table.values() if row.name != "task_type"],
    }


def name_of(name: str) -> str:
    """Return how a parameter or task type is called in front of people."""
    return NAMES.get(name, name.removeprefix("mj_").replace("_", " ").capitalize())


def _task_type(kind: TaskType) -> dict[str, Any]:
    least, most = kind.inputs
    return {"name": kind.name, "label": name_of(kind.name), "help": kind.help, "least": least, "most": most}


def _control(row: Row, prices: Mapping[str, float], speed: str) -> dict[str, Any]:
    """Return one control: how it looks, what it may say, and when it is there."""
    control = {
        "name": row.name,
        "label": name_of(row.name),
        "help": row.help + (f"; {row.note}" if row.note else ""),
        "flags": [flag.name for flag in row.flags if not (flag.value or flag.prefix or flag.task_type)],
        "on": [kind for kind in TASK_TYPES if row.applies(kind)],
        "advanced": row.advanced,
        "legal": str(row.domain),
        **_look(row),
    }
    if row.name == "speed":
        notes = {value: f"about {prices[value]:g} credits" for value in control["values"]}
        return {**control, "notes": notes, "unsaid": f"default ({speed})"}
    return {**control, "unsaid": "default" if row.added is None else f"default ({_word(row.added)})"}


def _look(row: Row) -> dict[str, Any]:
    """Return what kind of control a domain is, and its ends or values."""
    domain = row.domain
    if row.name == "prompt":
        return {"kind": "prompt", "limit": getattr(domain, "limit", 0)}
    if isinstance(domain, Span):
        return {"kind": "span", "low": domain.low, "high": domain.high, "step": domain.step}
    if isinstance(domain, Urls):
        return {"kind": "pictures"}
    if isinstance(domain, Choice | NumberChoice | Switch):
        values = [True, False] if isinstance(domain, Switch) else list(domain.values)
        words = [_word(value) for value in values]
        return {"kind": _kind_of_choice(values), "values": values, "words": words}
    return {"kind": "text", "limit": getattr(domain, "limit", 0), "url": isinstance(domain, Url)}


def _kind_of_choice(values: list[Any]) -> str:
    if all(isinstance(value, str) and _is_ratio(value) for value in values):
        return "ratio"
    return "buttons" if len(values) <= FEW else "list"


def _is_ratio(value: str) -> bool:
    width, colon, height = value.partition(":")
    return bool(colon) and width.isdecimal() and height.isdecimal()


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

"""The table itself: one dataclass per request, one line per parameter.

The line says the API's name, what values are legal, what the parameter does, its Midjourney flags and
the task types it belongs to.  Python names are the API's in snake_case, but for the number of a picture
or video: the API calls it ``imageIndex`` or ``index`` and starts now at 0, now at 1; mjnb says ``image``
or ``video`` and starts at 1, so it has a name of its own.

Sources: the service's documents for ranges, choices and task types; Midjourney's for flag spellings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from .domains import Choice, Domain, Number, NumberChoice, Span, Switch, Text, Url, Urls

PROMPT_LIMIT = 2000  # characters


@dataclass(frozen=True)
class Flag:
    """How a parameter is typed in Midjourney text.

    ``--ar 16:9`` is a flag with a value; ``--fast`` stands for a fixed ``value``; ``--niji 6`` puts
    ``prefix`` before what is typed; ``--oref URL`` also says the ``task_type``.
    """

    name: str
    value: str | None = None
    prefix: str = ""
    task_type: str | None = None


@dataclass(frozen=True)
class Row:
    """One parameter: a line of the table, read from the dataclass field."""

    name: str
    api: str
    domain: Domain
    help: str
    flags: tuple[Flag, ...] = ()
    on: frozenset[str] | None = None  # task types; None: every one of its request
    required: bool = False
    counts_from: int | None = None  # where the API starts counting pictures; mjnb starts at 1
    also: str = ""  # an older API name that the service still reads
    note: str = ""
    advanced: bool = False
    metrics: tuple[str, ...] = ()  # picture metrics that answer to it, as measured
    added: Any = None  # what the service records when it is not said

    def applies(self, task_type: str) -> bool:
        """Return whether the parameter means something to a task type."""
        return self.on is None or task_type in self.on


def _row(api: str, domain: Domain, help: str, *flags: str | Flag, **facts: Any) -> Any:
    """Declare one parameter as a dataclass field; optional unless ``required``."""
    spelled = tuple(Flag(f) if isinstance(f, str) else f for f in flags)
    default = MISSING if facts.get("required") else None
    return field(
        default=default, metadata={"api": api, "domain": domain, "help": help, "flags": spelled, **facts}
    )


# ---- task types -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TaskType:
    """One kind of task: what pictures it starts from and whether it takes a speed."""

    name: str
    help: str
    inputs: tuple[int, int | None]  # least and most file URLs; None: any number
    speed: str  # "needed", "free" or "refused"
    word: str = ""  # mjnb's own, which asks for it where a verb has several kinds


# fmt: off
TASK_TYPES: dict[str, TaskType] = {
    t.name: t
    for t in (
        TaskType("mj_txt2img", "four pictures from a text", (0, 0), "needed"),
        TaskType("mj_img2img", "four pictures from pictures and a text", (1, None), "needed"),
        TaskType("mj_style_reference", "four pictures in the style of a picture", (1, None), "needed"),
        TaskType("mj_omni_reference", "four pictures with a character or thing from a picture", (1, None), "free"),
        TaskType("mj_video", "short videos from one picture, standard definition", (1, 1), "refused"),
        TaskType("mj_video_hd", "short videos from one picture, high definition", (1, 1), "refused", word="--hd"),
    )
}
# fmt: on
ALL = frozenset(TASK_TYPES)
VIDEO = frozenset({"mj_video", "mj_video_hd"})
IMAGE = ALL - VIDEO
OMNI = frozenset({"mj_omni_reference"})

RATIOS = ("1:2", "9:16", "2:3", "3:4", "5:6", "6:5", "4:3", "3:2", "1:1", "16:9", "2:1")
VERSIONS = ("7", "6.1", "6", "5.2", "5.1", "niji6", "niji7")

_WATERMARK = _row("waterMark", Text(PROMPT_LIMIT), "watermark put on the result", advanced=True)
_CALLBACK = _row("callBackUrl", Url(), "where the service reports the end of the task", advanced=True)
_TASK_ID = Text(200)


# ---- the requests -----------------------------------------------------------------------------------


# fmt: off
@dataclass(frozen=True, kw_only=True)
class Generate:
    """Make pictures or videos (POST generate)."""

    task_type: str = _row("taskType", Choice(tuple(TASK_TYPES)), "what is made from what", Flag("--video", value="mj_video"), required=True)
    prompt: str = _row("prompt", Text(PROMPT_LIMIT), "what the picture shows", required=True)
    speed: str | None = _row("speed", Choice(("relaxed", "fast", "turbo")), "how soon it is made, and at what price",
                             Flag("--fast", value="fast"), Flag("--relax", value="relaxed"), Flag("--turbo", value="turbo"), on=IMAGE, added="fast")
    file_urls: tuple[str, ...] | None = _row("fileUrls", Urls(), "pictures to start from",
                                             Flag("--oref", task_type="mj_omni_reference"), Flag("--sref", task_type="mj_style_reference"),
                                             on=ALL - {"mj_txt2img"}, also="fileUrl", note="leading URLs in the prompt mean mj_img2img")
    aspect_ratio: str | None = _row("aspectRatio", Choice(RATIOS), "width to height", "--ar", "--aspect")
    version: str | None = _row("version", Choice(VERSIONS), "model version", "--v", "--version", Flag("--niji", prefix="niji"))
    variety: int | None = _row("variety", Span(0, 100, 5), "how far the four pictures differ", "--c", "--chaos", on=IMAGE, metrics=("vendi", "phash_distance", "diversity"))
    stylization: int | None = _row("stylization", Span(0, 1000, 50), "strength of Midjourney's own style", "--s", "--stylize", on=IMAGE, metrics=("colourfulness", "palette_size", "edge_energy"))
    weirdness: int | None = _row("weirdness", Span(0, 3000, 100), "how unusual the pictures are", "--w", "--weird", on=IMAGE, metrics=("hue_count", "symmetry"))
    ow: int | None = _row("ow", Span(1, 1000), "pull of the omni reference", "--ow", on=OMNI)
    motion: str | None = _row("motion", Choice(("high", "low")), "how much the video moves", "--motion", on=VIDEO, added="high")
    video_batch_size: int | None = _row("videoBatchSize", NumberChoice((1, 2, 4)), "videos made at once", "--bs", on=VIDEO, added=1)
    water_mark: str | None = _WATERMARK
    enable_translation: bool | None = _row("enableTranslation", Switch(), "translate the prompt to English first", advanced=True, added=True)
    call_back_url: str | None = _CALLBACK


@dataclass(frozen=True, kw_only=True)
class VideoExtend:
    """Make a video longer (POST generateVideoExtend)."""

    task_type: str = _row("taskType", Choice(("mj_video_extend_manual", "mj_video_extend_auto")), "with a prompt, or without", required=True)
    task_id: str = _row("taskId", _TASK_ID, "the video task to go on from", required=True)
    video: int = _row("index", Span(1, 4), "which of its videos, from 1", required=True, counts_from=0)
    prompt: str | None = _row("prompt", Text(PROMPT_LIMIT), "how the video goes on", on=frozenset({"mj_video_extend_manual"}))
    water_mark: str | None = _WATERMARK
    call_back_url: str | None = _CALLBACK


@dataclass(frozen=True, kw_only=True)
class Upscale:
    """Make one picture of a task larger (POST generateUpscale)."""

    task_id: str = _row("taskId", _TASK_ID, "the task whose picture is meant", required=True)
    image: int = _row("imageIndex", Span(1, 4), "which of its pictures, from 1 (U1 to U4)", required=True, counts_from=0)
    water_mark: str | None = _WATERMARK
    call_back_url: str | None = _CALLBACK


@dataclass(frozen=True, kw_only=True)
class Vary:
    """Make four relatives of one picture of a task (POST generateVary)."""

    task_id: str = _row("taskId", _TASK_ID, "the task whose picture is meant", required=True)
    image: int = _row("imageIndex", Span(1, 4), "which of its pictures, from 1 (V1 to V4)", required=True, counts_from=1)
    water_mark: str | None = _WATERMARK
    call_back_url: str | None = _CALLBACK
# fmt: on


# ---- flags without a field --------------------------------------------------------------------------

REST = -1  # everything up to the next flag
NOTHING = Choice(())  # what a model version takes of a flag that it does not know


@dataclass(frozen=True)
class PassedFlag:
    """A Midjourney flag for which the API has no field; it goes along in the prompt, not verified.

    Attributes:
        names: Its spellings.
        help: What it does.
        domain: What may follow it in any version; None: any word.
        words: How many words after it are its own: 0, 1 or ``REST``.
        on: Task types; None: every one.
        by: What model versions take of it, where Midjourney's own pages say less than ``domain``: refused.
        usual: The same where only others say so, or they disagree: told.
        serves: The flag that it is nothing without.
        note: What to do in its place.
    """

    names: tuple[str, ...]
    help: str
    domain: Domain | None = None
    words: int = 1
    on: frozenset[str] | None = None
    by: Mapping[str, Domain] = field(default_factory=dict)
    usual: Mapping[str, Domain] = field(default_factory=dict)
    serves: str = ""
    note: str = ""


def _in(versions: Iterable[str], domain: Domain = NOTHING) -> dict[str, Domain]:
    return dict.fromkeys(versions, domain)


_V5, _V6, _N7 = ("5.1", "5.2"), ("6", "6.1", "niji6"), ("niji7",)
_LATER = "only models from 8 on take it, which the service does not have"

# Sources: the guides and copies of Midjourney's pages that the survey of services quotes, by model version.
# fmt: off
PASSED_FLAGS: tuple[PassedFlag, ...] = (
    PassedFlag(("--no",), "what must not be in the picture", words=REST),
    PassedFlag(("--seed",), "number that the noise starts from", Span(0, 4_294_967_295)),
    PassedFlag(("--raw",), "less of Midjourney's own taste", words=0, usual=_in((*_V5, *_V6)), note="there it is --style raw"),
    PassedFlag(("--style",), "style variant of the model (raw)", usual=_in(("7", *_N7)), note="there it is --raw"),
    PassedFlag(("--tile",), "pictures that repeat without seams", words=0, usual=_in(_N7)),
    PassedFlag(("--q", "--quality"), "how much work goes into the details", Choice((".25", "0.25", ".5", "0.5", "1", "2", "4")),
               by=_in(("7",), Choice(("1", "2", "4"))), usual=_in((*_V5, "6"), Choice((".25", "0.25", ".5", "0.5", "1"))) | _in(("6.1",), Choice((".25", "0.25", ".5", "0.5", "1", "2")))),
    PassedFlag(("--stop",), "end early, at this percentage", Span(10, 100, 10), usual=_in(("7", *_N7))),
    PassedFlag(("--exp",), "experimental looks", Span(0, 100, 5), usual=_in((*_V5, *_V6))),
    PassedFlag(("--iw",), "weight of the pictures at the start of the prompt", Number(0, 3), by=_in(_N7, Number(0, 2)), usual=_in(_V5, Number(0, 2))),
    PassedFlag(("--sref",), "style code or random (a URL becomes the style reference)", words=REST, usual=_in(_V5)),
    PassedFlag(("--sw",), "weight of the style reference", Span(0, 1000, 50), usual=_in(_V5), serves="--sref"),
    PassedFlag(("--sv",), "version of the style reference", Span(1, 6), usual=_in(_V5) | _in(_V6, Span(1, 4)) | _in(("7", *_N7), NumberChoice((4, 6))), serves="--sref"),
    PassedFlag(("--cref",), "character reference of older models", Url(), by=_in(("7",)), usual=_in((*_V5, *_N7)), note="--oref URL is its successor"),
    PassedFlag(("--cw",), "weight of the character reference", Span(0, 100, 10), by=_in(("7",)), usual=_in((*_V5, *_N7)), serves="--cref", note="--ow is its successor"),
    PassedFlag(("--p", "--profile"), "personal style, by profile code", usual=_in((*_V5, *_N7))),
    PassedFlag(("--draft",), "quick rough pictures", words=0, usual=_in((*_V5, *_V6))),
    PassedFlag(("--loop",), "video that ends where it starts", words=0, on=VIDEO),
    PassedFlag(("--end",), "last picture of the video", on=VIDEO),
    PassedFlag(("--stealth",), "hide the picture from Midjourney's gallery", words=0),
    PassedFlag(("--public",), "show the picture in Midjourney's gallery", words=0),
    PassedFlag(("--hd",), "larger pictures", NOTHING, words=0, note=f"{_LATER}; a finer video is URL … --video --hd"),
    PassedFlag(("--sd",), "smaller pictures", NOTHING, words=0, note=_LATER),
    PassedFlag(("--edit",), "pictures to change", NOTHING, words=REST, note=_LATER),
)
# fmt: on


Request = Generate | VideoExtend | Upscale | Vary
REQUESTS: tuple[type[Request], ...] = (Generate, VideoExtend, Upscale, Vary)


# ---- reading the table ----


def _as_row(f: Field[Any]) -> Row:
    return Row(name=f.name, **f.metadata)


_ROWS: dict[type[Request], dict[str, Row]] = {
    cls: {f.name: _as_row(f) for f in fields(cls)} for cls in REQUESTS
}


def rows(cls: type[Request] = Generate) -> dict[str, Row]:
    """Return a request's parameters by Python name, in table order."""
    return _ROWS[cls]


def every_row() -> dict[str, Row]:
    """Return the parameters of all requests by Python name; the first request that has a name wins."""
    merged: dict[str, Row] = {}
    for cls in REQUESTS:
        for name, row in rows(cls).items():
            merged.setdefault(name, row)
    return merged


def flags() -> dict[str, tuple[Row, Flag]]:
    """Return every Midjourney flag of the table with its parameter."""
    return {flag.name: (row, flag) for row in rows(Generate).values() for flag in row.flags}


def given(request: Request) -> dict[str, Any]:
    """Return what was said in a request, by Python name, in table order."""
    return {n: v for n in rows(type(request)) if (v := getattr(request, n)) is not None}


def task_type_of(request: Request) -> str:
    """Return a request's task type; follow-ups have their own names."""
    if isinstance(request, Generate | VideoExtend):
        return request.task_type
    return "mj_upscale" if isinstance(request, Upscale) else "mj_vary"

"""The table: every parameter of every request, once.

Validation, request bodies, magic flags, completion, the panel, sweep axes, the sandbox's refusals, polars
types and the reference page are all derived from here, and nothing about a parameter is written
anywhere else.  ``None`` means "not said" and is not sent.  A domain's ``step`` is advice for sliders and
sweeps; only its ends refuse.

(``table.py`` is the table, ``domains.py`` says what values are legal, ``requests.py`` makes and checks.)
"""

from .domains import (
    Choice,
    Domain,
    Number,
    NumberChoice,
    Span,
    Switch,
    Text,
    Url,
    Urls,
    on_this_machine,
    private_host,
    scalar,
    url_fault,
)
from .requests import body, from_body, make, near_parameter
from .table import (
    ALL,
    IMAGE,
    NOTHING,
    PASSED_FLAGS,
    PROMPT_LIMIT,
    REQUESTS,
    REST,
    TASK_TYPES,
    VIDEO,
    Flag,
    Generate,
    PassedFlag,
    Request,
    Row,
    TaskType,
    Upscale,
    Vary,
    VideoExtend,
    every_row,
    flags,
    given,
    rows,
    task_type_of,
)

__all__ = [
    "ALL",
    "IMAGE",
    "NOTHING",
    "PASSED_FLAGS",
    "PROMPT_LIMIT",
    "REQUESTS",
    "REST",
    "TASK_TYPES",
    "VIDEO",
    "Choice",
    "Domain",
    "Flag",
    "Generate",
    "Number",
    "NumberChoice",
    "PassedFlag",
    "Request",
    "Row",
    "Span",
    "Switch",
    "TaskType",
    "Text",
    "Upscale",
    "Url",
    "Urls",
    "Vary",
    "VideoExtend",
    "body",
    "every_row",
    "flags",
    "from_body",
    "given",
    "make",
    "near_parameter",
    "on_this_machine",
    "private_host",
    "rows",
    "scalar",
    "task_type_of",
    "url_fault",
]

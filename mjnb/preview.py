"""A request before it is sent: the exact body, what it may cost, and what may surprise.

What ``dry_run=True`` returns, and what the panel shows while you type.  Nothing is sent to make it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from . import display, prompt
from .api import ENDPOINTS
from .params import Generate, Request, Span, body, given, rows
from .prices import DOLLARS_PER_CREDIT, PRICES, estimate, exceeds


@dataclass(frozen=True)
class Preview:
    """What would be sent.

    Attributes:
        request: The checked request.
        endpoint: The path it would be posted to.
        credits: What it may cost, an estimate.
        warnings: What may not do what was meant.
        uploads: Files that would be uploaded first; their URLs are not known yet.
    """

    request: Request
    endpoint: str
    credits: float
    warnings: tuple[str, ...]
    uploads: tuple[str, ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The JSON body."""
        return body(self.request)

    def __repr__(self) -> str:
        text = json.dumps(self.body, indent=2, ensure_ascii=False)
        cost = f"about {self.credits:g} credits (${self.credits * DOLLARS_PER_CREDIT:.3f})"
        lines = [f"not sent: POST {self.endpoint}, {cost}", text]
        lines += [f"uploads first: {name}" for name in self.uploads]
        return "\n".join([*lines, *(f"note: {warning}" for warning in self.warnings)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        html = f'<pre style="white-space:pre-wrap">{escape(repr(self))}</pre>'
        return display.mime_bundle(repr(self), html, display.metadata(endpoint=self.endpoint, sent=False))


def preview(
    request: Request,
    prices: Mapping[str, float] = PRICES,
    uploads: Sequence[str] = (),
    *,
    callback_url: str = "",
    left: float | None = None,
) -> Preview:
    """Return what sending a request would do.

    Args:
        request: Made with `mjnb.params.make`.
        prices: Credits per item.
        uploads: Names of files that would be uploaded first.
        callback_url: Where the task's end would be reported; without its secret part.
        left: Credits that may still be spent; None: no limit.
    """
    if callback_url and request.call_back_url is None:
        request = replace(request, call_back_url=callback_url)
    credits = estimate(request, prices)
    found = (
        *_step_warnings(request),
        *_passed_warnings(request),
        *_brace_warnings(request),
        *_budget_warnings(credits, left),
    )
    return Preview(request, ENDPOINTS[type(request)], credits, found, tuple(uploads))


def _budget_warnings(credits: float, left: float | None) -> list[str]:
    """Return that it would not be sent, when it costs more than may be spent."""
    if not exceeds(credits, left):
        return []
    return [f"it costs more than the session may still spend, {left or 0:g} credits, and would not be sent"]


def _step_warnings(request: Request) -> list[str]:
    """Return where a number is legal but off the steps that the service advises."""
    table = rows(type(request))
    return [
        f"{name} {value}: the service advises steps of {domain.step}"
        for name, value in given(request).items()
        if isinstance(domain := table[name].domain, Span) and value % domain.step
    ]


def _brace_warnings(request: Request) -> list[str]:
    """Return which names in braces are sent as they stand, since only a sweep has values for them."""
    names = prompt.names_in(request.prompt) if isinstance(request, Generate) else ()
    return [f"{{{name}}} is sent as it stands: only a sweep fills it in" for name in sorted(names)]


def _passed_warnings(request: Request) -> list[str]:
    """Return which flags stay in the text, where nobody verifies that the service follows them."""
    if not isinstance(request, Generate):
        return []
    stays = "has no field and stays in the text; it is not verified that it is followed"
    passed = prompt.sent_line(request.prompt).passed
    return [*(f"{flag} {stays}" for flag in passed), *prompt.doubts(request)]

"""Metrics of the user's own: a plain function of one picture, or of the pictures of one task."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np

from .copies import Floats
from .table import Metric

Per = Literal["picture", "set"]
OF_SETS = ("list", "sequence", "tuple", "iterable", "collection")
LARGEST = 1e100  # of a number whose squares can still be summed


@dataclass(frozen=True)
class Own:
    """A metric of the user's.

    Attributes:
        function: From a Pillow picture, or from a list of them, to a number.
        per: ``picture`` or ``set``.
        version: By the user's word: with one, numbers are kept in the ledger; without, for the session only,
            since nobody can tell whether a function still does what it did.
        label, unit: Words for axes.
    """

    function: Callable[[Any], Any]
    per: Per
    version: str | None = None
    label: str = ""
    unit: str = ""

    def __call__(self, given: Any) -> Any:
        return self.function(given)

    def number(self, given: Any) -> float:
        """Return the function's number.

        Raises:
            TypeError: It returned something else.
            ValueError: It returned NaN, or no finite number.
            Exception: Whatever the function raises.
        """
        found = self.function(given)
        if isinstance(found, str | bytes | bool) or np.ndim(found) != 0:
            raise TypeError(f"it returned {type(found).__name__} in place of a number")
        number = float(found)
        if math.isnan(number):
            raise ValueError("it returned NaN")
        if math.isinf(number):
            raise ValueError("it returned infinity")
        if abs(number) > LARGEST:
            raise ValueError(f"it returned {number:g}, too large to average")
        return number

    def fact(self, name: str) -> Metric:
        """Return its line for the table of metrics."""
        label = self.label or name.replace("_", " ")
        return Metric(name, label, self.unit, -math.inf, math.inf, 0, "the user's own function", self.per)


@overload
def metric(function: Callable[[Any], Any], /) -> Own: ...
@overload
def metric(
    *, per: Per | None = ..., version: str | int | None = ..., label: str = ..., unit: str = ...
) -> Callable[[Callable[[Any], Any]], Own]: ...
def metric(
    function: Callable[[Any], Any] | None = None,
    /,
    *,
    per: Per | None = None,
    version: str | int | None = None,
    label: str = "",
    unit: str = "",
) -> Any:
    """Say more of a metric of your own than its function does; a decorator, with and without brackets.

        @mj.metric(version=2, unit="px")
        def blur(picture): ...
        sweep.measure(blur)

    Args:
        function: (PIL.Image) -> float, or (list[PIL.Image]) -> float.
        per: ``picture`` or ``set``; None reads the annotation of the first argument, a list meaning a set.
        version: Change it with the function.  With one, numbers are kept in the ledger across sessions.
        label, unit: Words for axes.
    """

    def wrap(plain: Callable[[Any], Any]) -> Own:
        known = None if version is None else str(version)
        return Own(plain, per or _per(plain), known, label, unit)

    return wrap if function is None else wrap(function)


def as_own(function: Callable[[Any], Any]) -> Own:
    """Return a function as a metric, its kind read off its annotation."""
    return function if isinstance(function, Own) else metric(function)


def name_of(function: Callable[[Any], Any]) -> str:
    """Return what a function calls itself."""
    plain = function.function if isinstance(function, Own) else function
    return str(getattr(plain, "__name__", type(plain).__name__))


def vector(found: Any) -> Floats:
    """Return what an embedding returned as a unit vector.

    Raises:
        ValueError: It is no vector of finite numbers, or it is all zeros.
    """
    flat = np.asarray(found, np.float64).ravel()
    length = float(np.linalg.norm(flat))
    if not math.isfinite(length) or length == 0:
        raise ValueError("it returned no vector of finite numbers other than zeros")
    return np.asarray(flat / length)


def _per(function: Callable[[Any], Any]) -> Per:
    try:
        first = next(iter(inspect.signature(function).parameters.values()), None)
    except (TypeError, ValueError):  # written in C: it does not say
        return "picture"
    if first is None or first.annotation is inspect.Parameter.empty:
        return "picture"
    hint = first.annotation
    said = hint if isinstance(hint, str) else getattr(hint, "__name__", str(hint))
    return "set" if said.rsplit(".", 1)[-1].lower().startswith(OF_SETS) or _is_list(said) else "picture"


def _is_list(said: str) -> bool:
    head = said.split("[", 1)[0].rsplit(".", 1)[-1].lower()
    return "[" in said and head in OF_SETS

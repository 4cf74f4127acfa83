"""What things cost, as an estimate: one table that a user can override.

Prices in credits (1 credit is about 0.005 US dollars), as other clients' authors report them; the service
publishes none and changes them, so every figure made from here is called an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping

from .params import Generate, Request, Upscale, Vary, VideoExtend

DOLLARS_PER_CREDIT = 0.005

PRICES: dict[str, float] = {
    "relaxed": 3,
    "fast": 8,
    "turbo": 16,
    "mj_video": 15,
    "mj_video_hd": 45,
    "extend": 60,
    "upscale": 0,
    "vary": 0,
}

EXACT = 1e-6  # credits; sums of binary fractions are wrong by less: 3 x 0.1 is 0.3


def exceeds(credits: float, limit: float | None) -> bool:
    """Return whether credits are above a limit, exact to `EXACT`; None is no limit.

    Whoever compares money asks this.
    """
    return limit is not None and credits - limit > EXACT / 2


def left_of(limit: float, spent: float) -> float:
    """Return the credits of a limit that are left, without the rounding errors of a sum."""
    left = limit - spent
    return round(left, 6) + 0.0 if abs(left) < 1e9 else left


def estimate(request: Request, prices: Mapping[str, float] = PRICES) -> float:
    """Return what a request may cost, in credits.

    Args:
        request: What would be sent.
        prices: Credits per item; see `PRICES` for its keys.
    """
    if isinstance(request, Upscale):
        return prices["upscale"]
    if isinstance(request, Vary):
        return prices["vary"]
    if isinstance(request, VideoExtend):
        return prices["extend"]
    return _generate(request, prices)


def _generate(request: Generate, prices: Mapping[str, float]) -> float:
    if request.task_type in prices:
        return prices[request.task_type] * (request.video_batch_size or 1)
    return prices[request.speed or "fast"]

"""The methods of the figures, as pure functions that others may check: intervals and medians."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from statistics import median as middle_of
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """The Wilson score interval of a share, without continuity correction, as (low, high) between 0 and 1; None of nothing.

    `confidence` lies between 0 and 1. Raises ValueError for more successes than trials, or a negative number. Newcombe 1998, method 3.
    """
    if not 0 <= successes <= trials or not 0 < confidence < 1:
        raise ValueError(f"{successes} of {trials} at {confidence}")
    if trials == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, square = successes / trials, z * z
    middle = share + square / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    low, high = (middle - reach) / (1 + square / trials), (middle + reach) / (1 + square / trials)
    # At the ends the interval meets 0 and 1 exactly; arithmetic of floats misses them by a hair.
    return 0.0 if successes == 0 else low, 1.0 if successes == trials else high


def median(values: Sequence[float]) -> float | None:
    """The middle value, or the mean of the two in the middle; None of nothing."""
    return float(middle_of(values)) if values else None

"""How far a told mean may be off: an interval that follows from what is told and nothing else.

Of a small group only the class of its sum is told. All sets of answers in that class are taken to
be equally likely, and for each the mean of a large side is drawn as elsewhere: Dirichlet, with a
whole answer spread evenly. So the interval says no more than class and number of people say.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from harmony_kit.measures.arrays import Floats
from harmony_kit.measures.scores import HALF_WIDTH
from harmony_kit.measures.steps import step_out
from harmony_kit.measures.telling import ToldRating, list_sets

__all__ = ["bound_mean"]


def bound_mean(told: ToldRating, n: int, points: int) -> tuple[float, float]:
    """The 80 % interval of what is told of `n` answers, outwards to steps of 5 % of the scale.

    >>> bound_mean(ToldRating(4.6, 4.2, 5.0), 6, 5)
    (3.6, 5.0)
    """
    if not n or math.isnan(told.mean):
        return math.nan, math.nan
    ends = (told.mean, told.mean) if math.isnan(told.low) else (told.low, told.high)
    first, last = (round((end - 1) * n) for end in ends)
    return _bound_class(n, points, first, last)


@lru_cache(maxsize=4096)
def _bound_class(n: int, points: int, first: int, last: int) -> tuple[float, float]:
    sets = np.array(list_sets(n, points))
    sums = sets @ np.arange(points)
    fitting = sets[(sums >= first) & (sums <= last)]
    scale: Floats = np.arange(1.0, points + 1)
    weights = (fitting + 1 / points) / (n + 1)
    means = weights @ scale
    spreads = (weights @ scale**2 - means**2) / (n + 2)
    half = HALF_WIDTH * math.sqrt(spreads.mean() + means.var())
    low = min(means.mean() - half, 1 + first / n)
    high = max(means.mean() + half, 1 + last / n)
    above = (np.array([max(low, 1.0) - 1]), np.array([min(high, float(points)) - 1]))
    ends = step_out(*above, np.array([float(points)]))
    return round(float(ends[0][0]) + 1, 2), round(float(ends[1][0]) + 1, 2)

"""Shares of many sites beside each other: those of small sites are pulled to the middle of all.

With few people a share strays far by chance, so that the ends of any list of sites are its
smallest ones. Empirical Bayes with the between-site variance of DerSimonian and Laird (1986):
each share keeps the part of its distance that is not expected to be chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmony_kit.measures.arrays import Floats
from harmony_kit.measures.scores import HALF_WIDTH

__all__ = ["Shrunk", "shrink_shares"]


@dataclass(frozen=True)
class Shrunk:
    """Shares pulled to the middle with their 80 % intervals, and the part each kept, 0 to 1."""

    values: Floats
    lows: Floats
    highs: Floats
    kept: Floats


def shrink_shares(values: Floats, lows: Floats, highs: Floats) -> Shrunk:
    """Shares between 0 and 1 with their 80 % intervals, each pulled to the middle of all.

    No interval is without width (`understanding`): such a site would count for everything.

    >>> wide = shrink_shares(np.array([0.2, 0.6, 0.6]), np.array([0.0, 0.55, 0.55]),
    ...     np.array([0.6, 0.65, 0.65]))
    >>> wide.values.round(2).tolist(), wide.kept.round(2).tolist()
    ([0.58, 0.59, 0.59], [0.02, 0.46, 0.46])
    """
    noise = ((highs - lows) / (2 * HALF_WIDTH)) ** 2
    weights = 1 / noise
    middle = np.average(values, weights=weights)
    excess = float(weights @ (values - middle) ** 2) - (len(values) - 1)
    between = (
        max(excess / (weights.sum() - (weights**2).sum() / weights.sum()), 0.0)
        if len(values) > 1
        else 0.0
    )
    kept = between / (between + noise)
    centre = np.average(values, weights=1 / (between + noise))
    pulled = centre + kept * (values - centre)
    half = HALF_WIDTH * np.sqrt(kept * noise)
    return Shrunk(pulled, np.maximum(pulled - half, 0), np.minimum(pulled + half, 1), kept)

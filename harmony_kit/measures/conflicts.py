"""Topics whose answers are far from what all others of their site lead to expect.

In the site model every topic borrows from the others, and one misreading among many that are as
good as none is pulled to nothing. Where that pull goes against what was heard (a conflict of
prior and data: Box 1980; Evans & Moshonov 2006), neither the others nor the few who were heard
decide alone: half of the draws stay, half follow the answers.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.site_model import SiteDraws
from harmony_kit.measures.site_ratings import SiteRatings

__all__ = ["CONFLICT_AT", "hear_conflicts"]

#: So many standard errors between the misreading heard and the mean of its draws are a conflict.
CONFLICT_AT: Final = 2.5
#: The estimates and the answers a misreading is made of, in either direction.
_MISREAD: Final = ((2, 1), (3, 0))


def hear_conflicts(draws: SiteDraws, ratings: SiteRatings) -> SiteDraws:
    """The draws, every second one moved to the answers where a misreading is in conflict.

    Parameters
    ----------
    draws
        Of one site and wave.
    ratings
        What they were drawn from. Where nobody was heard there is no conflict.
    """
    n = np.stack([np.isfinite(part).sum(axis=1) for part in ratings.given])
    total = np.stack([np.nansum(part, axis=1) for part in ratings.given])
    heard = total / np.where(n > 0, n, np.nan)
    variance = draws.error / np.maximum(n, 1)
    drawn = draws.means.mean(axis=2, dtype=np.float64)
    moved = None
    for pair in _MISREAD:
        estimate, other = pair
        off = (heard[estimate] - heard[other]) - (drawn[estimate] - drawn[other])
        limit = CONFLICT_AT * np.sqrt(variance[estimate] + variance[other])
        for topic in np.flatnonzero(np.abs(off) > limit):
            moved = draws.means.copy() if moved is None else moved
            for one in pair:
                place = heard[one, topic], float(np.sqrt(variance[one, topic]))
                moved[one, topic, ::2] = _move(draws.means[one, topic, ::2], *place)
    return draws if moved is None else SiteDraws(moved, draws.error)


def _move(draws: Array, mean: float, deviation: float) -> Array:
    """The same draws about another mean with another standard deviation, on the scale."""
    now = max(float(draws.std()), 1e-6)
    return np.asarray(np.clip(mean + (draws - draws.mean()) * (deviation / now), 0, 4))

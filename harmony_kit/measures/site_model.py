"""One model of what two lenses think of all topics of a site: draws of every lens mean.

For topic t, set k (see `site_ratings.LENS_OF`) and person p of its lens, on a scale from 0 to 4::

    rating[t, k, p] = mean[t, k] + habit[p] + error[t, k, p]
    habit[p]        ~ Normal(0, habit variance)        the same in all answers of a person
    error[t, k, p]  ~ Normal(0, variance[t, k])
    variance[t, k]  ~ inverse chi-squared(freedom, pooled[k])
    x[t]            ~ Normal(centre + side * step, spread)

with x[t] = (own A, own B, misreading by A, misreading by B) a linear map of the four means. A
`side` is -1, 0 or 1 for either misreading, because the misreadings of a site may lie to both
sides of nothing (a mixture of normals: Verbeke & Lesaffre 1996). Nothing above the ratings is
plugged in: everything has a prior and is drawn, by Gibbs sampling, many short chains side by
side (Gelman et al. 2013, chapters 11 and 15). The spread between topics has the prior of Huang
& Wand (2013), under which misreadings may be as good as equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.lens_means import LensMeans
from harmony_kit.measures.seeding import seed_draws
from harmony_kit.measures.site_ratings import SiteRatings
from harmony_kit.measures.site_state import Sums, begin_chains
from harmony_kit.measures.site_sweep import sweep

__all__ = ["SiteDraws", "draw_site"]

#: Chains side by side, sweeps until they are read, and topic means drawn at each sweep read.
_CHAINS: Final = 64
_WARM_UP: Final = 8
_READINGS: Final = 5


#: More draws would make no probability surer by two hundredths, and cost as much again.
_MOST_DRAWS: Final = 960


@dataclass(frozen=True)
class SiteDraws:
    """Draws of what the lenses of one site think.

    Attributes
    ----------
    means
        Own A, own B, estimate by A, estimate by B: shape (4, topics, draws), single precision,
        on a scale from 0 to 4, clipped to it.
    error
        Variance of one person's answer around the mean of its lens, shape (4, topics).
    """

    means: Array
    error: Array


def draw_site(
    ratings: SiteRatings, *, draws: int, reliability: float, secret: bytes | None = None
) -> SiteDraws:
    """Draw the true lens means of one site and wave.

    Parameters
    ----------
    ratings
        What was said; the order of people and of lenses does not matter.
    draws
        How many draws at least; of more than 960 as many are made as of 960.
    reliability
        Share of the variance within a lens that would come back if the same people were asked
        again; the rest is response noise, no part of what a lens thinks.
    secret
        See `seeding.seed_draws`.
    """
    arranged, is_mirrored = ratings.arrange()
    random = seed_draws(arranged.digest, secret)
    sums = Sums.of(arranged)
    chains = begin_chains(sums, random, _CHAINS)
    read = []
    error = np.zeros(sums.n.shape[:2])
    n_read = -(-min(draws, _MOST_DRAWS) // (_CHAINS * _READINGS))
    for turn in range(_WARM_UP + n_read):
        chains, topics = sweep(sums, chains, random)
        if turn < _WARM_UP:
            continue
        lens_means = LensMeans.of(topics, arranged.unseen, reliability)
        for _ in range(_READINGS):
            means = topics.draw(random)
            read.append(means if lens_means is None else lens_means.draw(means, random))
        error += topics.error.mean(axis=2) + float(topics.habit_variance.mean())
    means = np.clip(np.concatenate(read, axis=2), 0, 4)
    found = SiteDraws(means, error / n_read)
    return _mirror(found) if is_mirrored else found


def _mirror(draws: SiteDraws) -> SiteDraws:
    return SiteDraws(draws.means[[1, 0, 3, 2]], draws.error[[1, 0, 3, 2]])

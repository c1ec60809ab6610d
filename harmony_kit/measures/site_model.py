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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.lens_means import LensMeans
from harmony_kit.measures.seeding import Streams, seed_draws
from harmony_kit.measures.site_ratings import SiteRatings
from harmony_kit.measures.site_state import Sums, begin_chains
from harmony_kit.measures.site_sweep import sweep

__all__ = ["SiteDraws", "draw_sites"]

#: Sweeps until the chains are read, sweeps read, and topic means drawn at each of these.
_WARM_UP: Final = 10
_READ: Final = 6
_READINGS: Final = 5


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


def draw_sites(
    sites: Sequence[SiteRatings],
    *,
    reliability: float,
    secrets: Sequence[bytes | None] | None = None,
) -> list[SiteDraws]:
    """Draw the true lens means of some sites and waves.

    Each site gets the numbers it would get alone: sites only share the time it takes.

    Parameters
    ----------
    sites
        What was said, with as many topics at each site, and head counts at all of them or at
        none (`site_ratings.batch_sites`); the order of people and of lenses does not matter.
    reliability
        Share of the variance within a lens that would come back if the same people were asked
        again; the rest is response noise, no part of what a lens thinks.
    secrets
        One per site, see `seeding.seed_draws`.
    """
    arranged = [one.arrange() for one in sites]
    chains = _count_chains(sites[0].n_topics)
    mixed = zip(arranged, secrets or [None] * len(sites), strict=True)
    streams = Streams(tuple(seed_draws(one.digest, secret) for (one, _), secret in mixed), chains)
    sums = Sums.of([one for one, _ in arranged], chains)
    unseen = np.repeat(np.stack([one.unseen.T for one, _ in arranged], axis=-1), chains, axis=-1)
    means, error = _run(sums, streams, unseen, reliability)
    return [
        SiteDraws(*((part[[1, 0, 3, 2]] if is_mirrored else part) for part in (mean, variance)))
        for mean, variance, (_, is_mirrored) in zip(means, error, arranged, strict=True)
    ]


def _count_chains(n_topics: int) -> int:
    """Chains side by side: the fewer topics, the more, because less is known from each sweep."""
    return 32 * min(-(-24 // n_topics), 4)


def _run(sums: Sums, streams: Streams, unseen: Array, reliability: float) -> tuple[Array, Array]:
    """Draws of each site, shape (sites, 4, topics, draws), and variances of an answer."""
    chains = begin_chains(sums, streams)
    n_sites, per_site = len(streams.each), streams.chains
    shape = *sums.n.shape[:2], n_sites, per_site
    found = np.empty((n_sites, *shape[:2], _READ * _READINGS, per_site), dtype=np.float32)
    error = np.zeros((n_sites, *shape[:2]))
    for turn in range(-_WARM_UP, _READ):
        chains, topics = sweep(sums, chains, streams)
        if turn < 0:
            continue
        lens_means = LensMeans.of(topics, unseen, reliability)
        for reading in range(_READINGS):
            means = topics.draw(streams)
            means = means if lens_means is None else lens_means.draw(means, streams)
            place = turn * _READINGS + reading
            found[:, :, :, place] = means.reshape(shape).transpose(2, 0, 1, 3)
        varied = topics.error + topics.habit_variance
        error += varied.reshape(shape).mean(axis=3, dtype=np.float64).transpose(2, 0, 1)
    np.clip(found, 0, 4, out=found)
    return found.reshape(n_sites, *shape[:2], -1), error / _READ

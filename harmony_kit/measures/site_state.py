"""What the site model works on: sums of the ratings, and the state of its chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.seeding import Streams
from harmony_kit.measures.site_ratings import WIDTH, SiteRatings

__all__ = [
    "CONTRASTS",
    "PRIOR",
    "Chains",
    "Prior",
    "Sums",
    "begin_chains",
    "prior_scatter",
    "to_contrasts",
    "to_means",
]

#: From the four means of a topic to own A, own B, misreading by A and misreading by B.
CONTRASTS: Final = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, -1, 1, 0], [-1, 0, 0, 1.0]])


def to_contrasts(means: Array) -> Array:
    """`CONTRASTS` times the means on the first axis."""
    first, second, estimate, others = means
    return np.stack([first, second, estimate - second, others - first])


def to_means(contrasts: Array) -> Array:
    """The transpose of `CONTRASTS` times what is on the first axis."""
    first, second, misread, others = contrasts
    return np.stack([first - others, second - misread, misread, others])


@dataclass(frozen=True)
class Prior:
    """What is taken for granted before anybody answers, in points of a 5-point scale.

    Attributes
    ----------
    centre, centre_deviation
        Of the average over topics of own A, own B and the two misreadings.
    spread_scale
        Scales of the half-t priors, with two degrees of freedom, of the four standard deviations
        between topics (Huang & Wand 2013). Wide: with few topics little is borrowed.
    step_deviation
        Of the half-normal prior of how far two-sided misreadings lie from the centre.
    step_weights
        Dirichlet weights of lying below, at and above the centre.
    habit, habit_people
        Variance of the habits of answering high or low, worth this many people.
    error, error_answers
        Variance within a lens beside habits, worth this many answers per set.
    freedoms
        Degrees of freedom that shrink the variance of a topic to the pooled one; all as likely.
    """

    centre: tuple[float, ...] = (WIDTH / 2, WIDTH / 2, 0.0, 0.0)
    centre_deviation: float = 1.5
    spread_scale: tuple[float, ...] = (1.0, 1.0, 0.3, 0.3)
    step_deviation: float = 1.5
    step_weights: tuple[float, ...] = (0.5, 1.0, 0.5)
    habit: float = 0.1
    habit_people: float = 3.0
    error: float = 0.64
    error_answers: float = 4.0
    freedoms: tuple[float, ...] = (6.0, 10.0, 16.0, 30.0, 80.0)


PRIOR: Final = Prior()


@dataclass(frozen=True)
class Sums:
    """Ratings of some sites with as many topics each, summed over people, single precision.

    Attributes
    ----------
    heard, said
        Per lens and site, shape (own or estimate, topics, people): 1 where there is a rating or
        0, and the rating or 0.
    chains
        Chains of each site; they lie side by side on the last axis of what is computed.
    n, total, squares
        Ratings, their sum and that of their squares, shape (4, topics, sites times chains).
    """

    heard: tuple[tuple[Array, ...], tuple[Array, ...]]
    said: tuple[tuple[Array, ...], tuple[Array, ...]]
    chains: int
    n: Array
    total: Array
    squares: Array

    @classmethod
    def of(cls, sites: Sequence[SiteRatings], chains: int) -> Sums:
        """Of the ratings of some sites and waves."""
        lenses = [[np.stack(one.given[lens::2]) for one in sites] for lens in (0, 1)]
        heard = [tuple(np.isfinite(part).astype(np.float32) for part in one) for one in lenses]
        said = [tuple(np.nan_to_num(part).astype(np.float32) for part in one) for one in lenses]
        squared = [tuple(part**2 for part in one) for one in said]
        sums = (
            _repeat([_interleave(*(part.sum(axis=2) for part in one)) for one in parts], chains)
            for parts in (zip(*lens, strict=True) for lens in (heard, said, squared))
        )
        return cls((heard[0], heard[1]), (said[0], said[1]), chains, *sums)

    @property
    def people(self) -> tuple[list[int], list[int]]:
        """People of either lens at each site."""
        first, second = ([part.shape[2] for part in lens] for lens in self.heard)
        return first, second

    @cached_property
    def present(self) -> tuple[Array, Array]:
        """1 for the people a site has, shape (most people, sites times chains) per lens."""
        first, second = (
            np.repeat((np.arange(max(n))[:, None] < n).astype(np.float32), self.chains, axis=1)
            for n in self.people
        )
        return first, second

    def over_people(
        self, ratings: tuple[tuple[Array, ...], tuple[Array, ...]], habits: tuple[Array, Array]
    ) -> Array:
        """Sum of habits times `heard` or `said`, shape (4, topics, sites times chains)."""
        found = np.empty_like(self.n)
        for lens, sites in enumerate(ratings):
            for columns, one in zip(self._columns, sites, strict=True):
                habit = habits[lens][: one.shape[2], columns]
                np.matmul(one, habit, out=found[lens::2, :, columns])
        return found

    def over_topics(
        self, ratings: tuple[tuple[Array, ...], tuple[Array, ...]], sets: Array
    ) -> tuple[Array, Array]:
        """Sum of `sets` (4, topics, …) times `heard` or `said`, shape (most people, …) per lens."""
        found = tuple(np.zeros_like(part) for part in self.present)
        for lens, sites in enumerate(ratings):
            for columns, one in zip(self._columns, sites, strict=True):
                both = np.matmul(one.transpose(0, 2, 1), sets[lens::2, :, columns])
                np.add(both[0], both[1], out=found[lens][: one.shape[2], columns])
        return found[0], found[1]

    @cached_property
    def _columns(self) -> list[slice]:
        starts = range(0, self.n.shape[2], self.chains)
        return [slice(start, start + self.chains) for start in starts]


def _interleave(first: Array, second: Array) -> Array:
    """Own and estimate of two lenses, shape (2, …) each, as the four sets of `LENS_OF`."""
    return np.stack([first[0], second[0], first[1], second[1]])


def _repeat(sites: Sequence[Array], chains: int) -> Array:
    """What is known of each site for all of its chains, on a last axis."""
    return np.repeat(np.stack(sites, axis=-1), chains, axis=-1)


@dataclass(frozen=True)
class Chains:
    """The state of many chains; the last axis of every array is the chain.

    `means` and `error` (variances) have shape (4, topics, chains), `side` (2, topics, chains):
    -1, 0 or 1; `pooled` (4,), `habits` (people,) per lens, `habit_variance` (), `freedom` (),
    `centre` (4,), `precision` (4, 4) between topics in contrasts, `scale` (4,), `step` (2,),
    `weights` (2, 3), each with the chains behind.
    """

    means: Array
    error: Array
    pooled: Array
    habits: tuple[Array, Array]
    habit_variance: Array
    freedom: Array
    centre: Array
    precision: Array
    scale: Array
    side: Array
    step: Array
    weights: Array


#: Share of the scatter of misreadings with which the first and the last chain begin.
_NARROW: Final = 0.06, 1.0

#: Added to the scatter of each topic so that single precision never divides by nothing.
_LEAST_SCATTER: Final = 2e-5


def prior_scatter(chains: Chains, n_topics: int) -> Array:
    """What the prior of the spread between topics adds to their scatter, shape (4, chains)."""
    return 4 / chains.scale + _LEAST_SCATTER * n_topics


def begin_chains(sums: Sums, streams: Streams) -> Chains:
    """Chains that start from moments of the answers, scattered, with misreadings to two sides.

    From there a chain finds a one-sided plant within some sweeps; not the other way round. Some
    begin with misreadings close together, some far apart, so that neither is found late.
    """
    # Site by site: how sums are rounded depends on what else there is.
    sites = [
        _measure(*(part[:, :, place].copy() for part in (sums.n, sums.total, sums.squares)))
        for place in range(0, sums.n.shape[2], sums.chains)
    ]
    whole = _Start(*(np.stack(part, axis=-1) for part in zip(*sites, strict=True)))
    return _scatter(sums, streams, whole)


def _measure(n: Array, total: Array, squares: Array) -> tuple[Array, Array, Array, Array]:
    """What `_Start` holds, of one site."""
    heard = np.maximum(n, 1)
    inner = (squares - total**2 / heard).sum(axis=1)
    freedom = np.maximum(n - 1, 0).sum(axis=1)
    worth = PRIOR.error_answers
    pooled = (inner + worth * PRIOR.error) / (freedom + worth)
    rough = total.sum(axis=1) / np.maximum(n.sum(axis=1), 1)
    level = np.where(n.sum(axis=1) > 0, rough, WIDTH / 2)
    means = np.where(n > 0, total / heard, level[:, None])
    return means, pooled, level, _rough_spread(means, pooled / np.maximum(n.mean(axis=1), 0.5))


@dataclass(frozen=True)
class _Start:
    """Moments of the answers of each site, the last axis over sites."""

    means: Array
    pooled: Array
    level: Array
    spread: Array


def _scatter(sums: Sums, streams: Streams, start: _Start) -> Chains:
    n_topics, n_chains, single = start.means.shape[1], sums.n.shape[2], np.float32
    narrow = np.ones((4, sums.chains))
    narrow[2:] = np.sqrt(np.geomspace(*_NARROW, sums.chains))
    narrow = np.tile(narrow, n_chains // sums.chains)

    def spread_out(part: Array) -> Array:
        return np.repeat(part, sums.chains, axis=-1)

    inverse = np.moveaxis(np.linalg.inv(np.moveaxis(start.spread, -1, 0)), 0, -1)
    precision = spread_out(inverse) / (narrow * narrow[:, None])
    rows = np.arange(4)
    size = spread_out(np.sqrt(start.spread[rows, rows][2:]))
    error = spread_out(start.pooled[:, None].astype(single))
    return Chains(
        means=spread_out(start.means.astype(single)),
        error=np.repeat(error, n_topics, axis=1),
        pooled=spread_out(start.pooled).astype(np.float64),
        habits=(np.zeros_like(sums.present[0]), np.zeros_like(sums.present[1])),
        habit_variance=np.full(n_chains, PRIOR.habit),
        freedom=np.full(n_chains, PRIOR.freedoms[1]),
        centre=spread_out(to_contrasts(start.level)).astype(np.float64),
        precision=precision,
        scale=(2 * precision[rows, rows] + np.array(PRIOR.spread_scale)[:, None] ** -2.0) / 3,
        side=np.zeros((2, n_topics, n_chains), dtype=single),
        step=size * np.exp(0.2 * streams.normal(2)),
        weights=np.repeat(np.array([[0.4, 0.2, 0.4]] * 2)[:, :, None], n_chains, axis=2),
    )


def _rough_spread(means: Array, noise: Array) -> Array:
    """Covariance of the contrasts over topics without the noise of the means; not singular."""
    if means.shape[1] < 3:
        return np.eye(4)
    spread = np.cov(CONTRASTS @ means) - CONTRASTS @ np.diag(noise) @ CONTRASTS.T
    values, vectors = np.linalg.eigh(spread)
    return np.asarray((vectors * np.maximum(values, 0.05)) @ vectors.T)

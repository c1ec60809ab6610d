"""What the site model works on: sums of the ratings, and the state of its chains."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.site_ratings import WIDTH, SiteRatings

__all__ = ["CONTRASTS", "PRIOR", "Chains", "Prior", "Sums", "begin_chains", "prior_scatter"]

#: From the four means of a topic to own A, own B, misreading by A and misreading by B.
CONTRASTS: Final = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, -1, 1, 0], [-1, 0, 0, 1.0]])


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
    """Ratings of a site summed over people, single precision.

    `heard` (0 or 1) and `said` (0 where not heard) hold, per lens, the answers of its people:
    shape (2 sets times topics, people). `n`, `total` and `squares` are over people, shape
    (4, topics, 1).
    """

    heard: tuple[Array, Array]
    said: tuple[Array, Array]

    @classmethod
    def of(cls, ratings: SiteRatings) -> Sums:
        """Of the ratings of one site and wave."""
        lenses = [np.concatenate(ratings.given[lens::2]) for lens in (0, 1)]
        heard = [np.isfinite(lens).astype(np.float32) for lens in lenses]
        said = [np.nan_to_num(lens).astype(np.float32) for lens in lenses]
        return cls((heard[0], heard[1]), (said[0], said[1]))

    def spread_out(self, first: Array, second: Array) -> Array:
        """One row per set and topic of each lens, as shape (4, topics, ...)."""
        both = [part.reshape(2, -1, *part.shape[1:]) for part in (first, second)]
        return np.stack([both[0][0], both[1][0], both[0][1], both[1][1]])

    def gather(self, lens: int, sets: Array) -> Array:
        """The inverse for one lens: shape (2 sets times topics, ...)."""
        return np.concatenate([sets[lens], sets[lens + 2]])

    @cached_property
    def n(self) -> Array:
        """Answers per set and topic."""
        return self.spread_out(*(part.sum(axis=1, keepdims=True) for part in self.heard))

    @cached_property
    def total(self) -> Array:
        """Sum of the ratings."""
        return self.spread_out(*(part.sum(axis=1, keepdims=True) for part in self.said))

    @cached_property
    def squares(self) -> Array:
        """Sum of the squared ratings."""
        return self.spread_out(*((part**2).sum(axis=1, keepdims=True) for part in self.said))

    def sum_habits(self, habits: tuple[Array, Array]) -> Array:
        """Habits summed over who was heard, shape (4, topics, chains)."""
        return self.spread_out(*(m @ h for m, h in zip(self.heard, habits, strict=True)))


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


def begin_chains(sums: Sums, random: np.random.Generator, chains: int) -> Chains:
    """Chains that start from moments of the answers, scattered, with misreadings to two sides.

    From there a chain finds a one-sided plant within some sweeps; not the other way round. Some
    begin with misreadings close together, some far apart, so that neither is found late.
    """
    n, total = sums.n[:, :, 0], sums.total[:, :, 0]
    heard = np.maximum(n, 1)
    inner = (sums.squares[:, :, 0] - total**2 / heard).sum(axis=1)
    freedom = np.maximum(n - 1, 0).sum(axis=1)
    worth = PRIOR.error_answers
    pooled = (inner + worth * PRIOR.error) / (freedom + worth)
    rough = total.sum(axis=1) / np.maximum(n.sum(axis=1), 1)
    level = np.where(n.sum(axis=1) > 0, rough, WIDTH / 2)
    means = np.where(n > 0, total / heard, level[:, None])
    spread = _rough_spread(means, pooled / np.maximum(n.mean(axis=1), 0.5))
    size = np.sqrt(np.diag(spread)[2:])
    narrow = np.ones((4, chains))
    narrow[2:] = np.sqrt(np.geomspace(*_NARROW, chains))
    start = np.linalg.inv(spread)[:, :, None] / (narrow * narrow[:, None])
    scale = (2 * np.einsum("iic->ic", start) + np.array(PRIOR.spread_scale)[:, None] ** -2.0) / 3
    n_topics, n_people = means.shape[1], [part.shape[1] for part in sums.heard]
    single = np.float32
    return Chains(
        means=np.repeat(means[:, :, None], chains, axis=2).astype(single),
        error=np.repeat(np.repeat(pooled[:, None, None], n_topics, 1), chains, 2).astype(single),
        pooled=np.repeat(pooled[:, None], chains, axis=1),
        habits=tuple(np.zeros((people, chains), dtype=single) for people in n_people),  # type: ignore[arg-type]
        habit_variance=np.full(chains, PRIOR.habit),
        freedom=np.full(chains, PRIOR.freedoms[1]),
        centre=np.repeat((CONTRASTS @ level)[:, None], chains, axis=1),
        precision=start,
        scale=scale,
        side=np.zeros((2, n_topics, chains), dtype=single),
        step=size[:, None] * np.exp(random.normal(0, 0.2, (2, chains))),
        weights=np.repeat(np.array([[0.4, 0.2, 0.4]] * 2)[:, :, None], chains, axis=2),
    )


def _rough_spread(means: Array, noise: Array) -> Array:
    """Covariance of the contrasts over topics without the noise of the means; not singular."""
    if means.shape[1] < 3:
        return np.eye(4)
    spread = np.cov(CONTRASTS @ means) - CONTRASTS @ np.diag(noise) @ CONTRASTS.T
    values, vectors = np.linalg.eigh(spread)
    return np.asarray((vectors * np.maximum(values, 0.05)) @ vectors.T)

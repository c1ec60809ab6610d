"""The mean score of a lens with its certainty, from the scores of the people heard.

A person's score lies between 1 and the number of scale points: one answer, or the mean of
several items. What the others would say is unknown, so the distribution of scores gets a
Dirichlet posterior: weight 1 for each person heard, and one more person's worth spread evenly
over the points. On single answers this is exactly ``Dirichlet(counts + 1/points)``, the rule
of every rating in this package, taken further to scores between the points and to several
scores of the same person (who then carries one weight for all of them).

The draws depend on how many people and points there are and on nothing else, so the same
scores give the same bytes whatever else is measured beside them. Sums go element by element:
the last digits of a matrix product would depend on the other sites in the frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from harmony_kit.measures.arrays import Draws, Floats, Ints

__all__ = [
    "HALF_WIDTH",
    "INTERVAL",
    "draw_scores",
    "draw_scores_jointly",
    "interval",
    "person_weights",
    "share_above",
    "share_true",
    "summarise_scores",
    "urn_factors",
]


_CHUNK = 256

#: Every interval of this package's scores holds this much probability, half the rest each side.
INTERVAL = 0.80

#: Half the width of the middle `INTERVAL` of a normal distribution, in standard deviations.
HALF_WIDTH = 1.2816


@lru_cache(maxsize=64)
def person_weights(n: int, draws: int, *, stream: int = 0) -> Draws:
    """Weights of `n` people and, last, of what nobody said: ``(n + 1, draws)``, columns sum to 1.

    Draws of different streams (one per lens, where lenses are compared) are independent.
    """
    raw = np.random.default_rng([1, n, draws, stream]).standard_exponential((n + 1, draws))
    weights: Draws = (raw / raw.sum(axis=0)).astype(np.float32)
    weights.flags.writeable = False
    return weights


@lru_cache(maxsize=256)
def _unsaid(points: int, draws: int, column: int) -> Draws:
    """Mean of what nobody said, in each draw: Dirichlet(1/points each) over the points."""
    generator = np.random.default_rng([2, points, draws, column])
    shares = generator.dirichlet(np.full(points, 1 / points), size=draws)
    return np.asarray(shares @ np.arange(1.0, points + 1), dtype=np.float32)


def draw_scores(scores: Floats, points: int, draws: int) -> Draws:
    """Draws of the mean score of everybody, ``(rows, draws)``, from scores ``(rows, people)``.

    Rows must list their people in an order of their own making (sorted, say), since the draws
    go by position.
    """
    rows, n = scores.shape
    weights = person_weights(n, draws)
    total = np.broadcast_to(weights[n] * _unsaid(points, draws, 0), (rows, draws)).copy()
    for person in range(n):
        total += scores[:, person, None].astype(np.float32) * weights[person]
    return total


def draw_scores_jointly(said: Floats, points: int, draws: int, *, heads: Floats) -> Draws:
    """Joint draws of everybody's mean answer to several items, ``(rows, items, draws)``.

    `said` is ``(rows, people, items)``, NaN where not answered; an item's mean is over those
    who answered it. Each person carries one weight through all items of the row, each item has
    its own share of what nobody said. People must stand in an order of their own making.
    """
    _, n, items = said.shape
    weights = person_weights(n, draws)
    is_said = ~np.isnan(said)
    given = np.where(is_said, said, 0.0)
    by_item = np.ascontiguousarray(given.transpose(0, 2, 1), dtype=np.float32)
    drawn: Draws = by_item @ weights[:n]
    drawn += weights[n] * np.stack([_unsaid(points, draws, item) for item in range(items)])
    for row, item in np.argwhere(~is_said.all(axis=1)):
        heard = np.ones(draws, dtype=np.float32)
        for person in np.flatnonzero(~is_said[row, :, item]):
            heard -= weights[person]
        drawn[row, item] /= heard
    n_said = is_said.sum(axis=1)
    means = given.sum(axis=1) / np.maximum(n_said, 1)
    for i in np.flatnonzero(~np.isinf(heads)):
        of = _everybody(means[i], n_said[i], points, heads[i])
        centre, spread, expected = (part[:, None] for part in (of.centre, of.spread, of.expected))
        drawn[i] = np.clip(centre + spread * (drawn[i] - expected), 1, points)
    return drawn


@dataclass(frozen=True)
class _Everybody:
    """How the mean of `heads` people follows from a draw: ``centre + spread * (draw - expected)``.

    For those heard it is the sample's mean, for the others a Pólya urn's: the draws are moved
    and narrowed to the urn's mean and variance. A census leaves no spread.
    """

    centre: Floats
    spread: Floats
    expected: Floats


def _everybody(means: Floats, n: Ints | int, points: int, heads: Floats | np.float64) -> _Everybody:
    share, spread = urn_factors(n, heads)
    expected = (n * means + (points + 1) / 2) / (np.asarray(n) + 1)
    return _Everybody(share * means + (1 - share) * expected, spread, expected)


def urn_factors(n: Ints | int, heads: Floats | np.float64) -> tuple[Floats, Floats]:
    """Share of the people that was heard, and how far the draws narrow around its mean."""
    share, one = (np.where(np.isinf(heads), 0.0, k / np.fmin(heads, 1e300)) for k in (n, 1))
    # Variance of the urn against that of the draws: M (A + M) / N² with M = N - n not heard
    # and A = n + 1, those heard and the one person's worth of prior.
    return share, np.sqrt(np.maximum(1 - share, 0) * (1 + one))


def summarise_scores(
    scores: Floats, rows: Ints, heads: Floats, *, points: int, draws: int
) -> Floats:
    """Interval and probability above the midpoint of many lenses with equal scores.

    `scores` are the different sets of scores, ``(sets, people)``; result row i is for set
    ``rows[i]`` among ``heads[i]`` people: low, high, probability.
    """
    found = np.empty((len(rows), 3))
    order = np.argsort(rows, kind="stable")
    ends = np.searchsorted(rows[order], np.arange(len(scores) + 1))
    for start in range(0, len(scores), _CHUNK):
        drawn = np.sort(draw_scores(scores[start : start + _CHUNK], points, draws), axis=1)
        for i, of_set in enumerate(drawn, start):
            members = order[ends[i] : ends[i + 1]]
            mean = np.full(len(members), scores[i].mean())
            everybody = _everybody(mean, scores.shape[1], points, heads[members])
            found[members] = _summarise(of_set, everybody, points)
    return found


def _summarise(drawn: Draws, of: _Everybody, points: int) -> Floats:
    """Low, high and probability above the midpoint, from sorted draws."""
    middle = (points + 1) / 2
    ends_of = np.array(interval(drawn))
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = of.expected + (middle - of.centre) / of.spread
    # A census has no draws left: the mean itself is above, below or on the midpoint.
    limit = np.where(of.spread > 0, limit, np.where(of.centre == middle, np.nan, limit))
    n_below = (np.searchsorted(drawn, limit, "left") + np.searchsorted(drawn, limit, "right")) / 2
    p_above = np.where(np.isnan(limit), 0.5, 1 - n_below / len(drawn))
    ends = of.centre[:, None] + of.spread[:, None] * (ends_of - of.expected[:, None])
    return np.column_stack([np.clip(ends, 1, points), p_above])


def interval(draws: Draws) -> tuple[Draws, Draws]:
    """The interval that holds `INTERVAL` of the draws (along the last axis)."""
    n = draws.shape[-1]
    tail = int(n * (1 - INTERVAL) / 2)
    ends = np.partition(draws, (tail, n - 1 - tail), axis=-1)
    return ends[..., tail], ends[..., n - 1 - tail]


def share_above(draws: Draws, limit: float) -> Floats:
    """Probability of lying above a limit (along the last axis); exactly on it counts half."""
    n = share_true(draws > limit) + share_true(draws >= limit)
    return np.asarray(n / 2)


def share_true(is_so: npt.NDArray[np.bool_]) -> Floats:
    """Share of the draws (along the last axis) in which something is so; counted bit by bit."""
    bits = np.bitwise_count(np.packbits(is_so, axis=-1))
    return np.asarray(bits.sum(axis=-1, dtype=np.int64) / is_so.shape[-1])

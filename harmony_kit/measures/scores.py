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

from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = [
    "INTERVAL",
    "draw_scores",
    "interval",
    "person_weights",
    "see_everybody",
    "share_above",
]

Floats = npt.NDArray[np.float64]

#: Every interval of this package's scores holds this much probability, half the rest each side.
INTERVAL = 0.90


@lru_cache(maxsize=64)
def person_weights(n: int, draws: int) -> Floats:
    """Weights of `n` people and, last, of what nobody said: ``(draws, n + 1)``, rows sum to 1."""
    raw = np.random.default_rng([1, n, draws]).standard_exponential((draws, n + 1))
    weights = raw / raw.sum(axis=1, keepdims=True)
    weights.flags.writeable = False
    return np.asarray(weights)


@lru_cache(maxsize=64)
def _unsaid(points: int, draws: int, column: int) -> Floats:
    """Mean of what nobody said, in each draw: Dirichlet(1/points each) over the points."""
    generator = np.random.default_rng([2, points, draws, column])
    shares = generator.dirichlet(np.full(points, 1 / points), size=draws)
    return np.asarray(shares @ np.arange(1.0, points + 1))


def draw_scores(scores: Floats, points: int, draws: int, *, column: int = 0) -> Floats:
    """Draws of the mean score of everybody, ``(rows, draws)``, from scores ``(rows, people)``.

    Rows must list their people in an order of their own making (sorted, say), since the draws
    go by position. Scores of the same people in the same order share their draws, so several
    calls, one `column` each, are joint draws.
    """
    rows, n = scores.shape
    weights = person_weights(n, draws)
    total = np.broadcast_to(weights[:, n] * _unsaid(points, draws, column), (rows, draws)).copy()
    for person in range(n):
        total += scores[:, person, None] * weights[:, person]
    return total


def see_everybody(draws: Floats, scores: Floats, points: int, heads: Floats) -> Floats:
    """The draws of `draw_scores`, narrowed to plants of `heads` people (infinite: as they are).

    The mean of all heads is the sample's for those heard and a Pólya urn's for the others:
    the draws are moved and narrowed to its mean and variance. A census leaves no spread.
    """
    n = scores.shape[1]
    share = _heard_share(n, heads)
    # Variance of the urn against that of the draws: M (A + M) / N² with M = N - n not heard
    # and A = n + 1, those heard and the one person's worth of prior.
    spread = np.sqrt((1 - share) * (1 + _heard_share(1, heads)))
    sample = scores.mean(axis=1) if n else np.zeros(len(scores))
    expected = (n * sample + (points + 1) / 2) / (n + 1)
    centre = share * sample + (1 - share) * expected
    moved = centre[:, None] + spread[:, None] * (draws - expected[:, None])
    return np.asarray(np.clip(moved, 1, points))


def _heard_share(n: int, heads: Floats) -> Floats:
    return np.where(np.isinf(heads), 0.0, n / np.where(np.isinf(heads), 1.0, heads))


def interval(draws: Floats) -> tuple[Floats, Floats]:
    """The interval that holds `INTERVAL` of each row of draws."""
    tail = (1 - INTERVAL) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=1)
    return low, high


def share_above(draws: Floats, limit: float) -> Floats:
    """Probability of lying above a limit, per row of draws; exactly on it counts half."""
    return np.asarray((draws > limit).mean(axis=1) + (draws == limit).mean(axis=1) / 2)

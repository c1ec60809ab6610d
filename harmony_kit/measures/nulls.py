"""How AD and rwg fall when nobody agrees on anything: exact tables at any n.

Without agreement every point of the scale is equally likely for every answer. Instead of all
``points ** n`` ways to answer, the tables count ways by the whole numbers the indices depend
on, so that n = 20 on 11 points takes a blink. Both indices are kept as whole numbers:

- *spread* ``n * sum(x²) - sum(x)²``; rwg is ``1 - spread / (n (n - 1) expected)``
- *deviation* ``n * sum over x below the mean of (mean - x)``, AD is ``2 * deviation / n²``
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb

import numpy as np

from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.indices import null_variance

__all__ = ["LARGEST_EXACT_N", "Null", "deviations", "null_of", "spreads"]


#: Up to here the tables are exact; above, drawn from `N_DRAWS` random sets of answers.
LARGEST_EXACT_N = 20
N_DRAWS = 200_000


def spreads(counts: Ints) -> Ints:
    """``n * sum(x²) - sum(x)²`` of each row of counts: a whole number, 0 when all are equal."""
    points = np.arange(counts.shape[1])
    squares = (counts * points**2).sum(axis=1)
    return np.asarray(counts.sum(axis=1) * squares - (counts * points).sum(axis=1) ** 2)


def deviations(counts: Ints) -> Ints:
    """``n²/2 * AD`` about the mean of each row of counts: a whole number."""
    points = np.arange(counts.shape[1])
    n, total = counts.sum(axis=1), (counts * points).sum(axis=1)
    below = np.maximum(total[:, None] - n[:, None] * points, 0)
    return np.asarray((counts * below).sum(axis=1))


@dataclass(frozen=True)
class Null:
    """AD and rwg of `n` answers on `points` points when nobody agrees.

    `deviation`, `spread` are the possible whole numbers in rising order, `p_deviation`,
    `p_spread` the probability of at most that much (so that small means agreement).
    """

    n: int
    points: int
    deviation: Ints
    p_deviation: Floats
    spread: Ints
    p_spread: Floats

    def p_ad(self, deviation: Ints) -> Floats:
        """Probability of an AD as small as these, by luck."""
        return _p_at_most(self.deviation, self.p_deviation, deviation)

    def p_rwg(self, spread: Ints) -> Floats:
        """Probability of an rwg as large as these, by luck."""
        return _p_at_most(self.spread, self.p_spread, spread)

    def ad_critical(self, level: float = 0.05) -> float:
        """Largest AD that luck reaches at most this often; NaN if not even AD = 0 does."""
        return 2 * _critical(self.deviation, self.p_deviation, level) / self.n**2

    def rwg_critical(self, level: float = 0.05) -> float:
        """Smallest rwg that luck reaches at most this often; NaN if not even rwg = 1 does."""
        expected = self.n * (self.n - 1) * null_variance(self.points)
        return 1 - _critical(self.spread, self.p_spread, level) / expected


# A little above: sums of probabilities that are equal on paper differ in their last digits.
_SLACK = 1e-12


def _p_at_most(values: Ints, cumulated: Floats, observed: Ints) -> Floats:
    position = np.searchsorted(values, observed, side="right")
    return np.concatenate([[0.0], cumulated])[position]


def _critical(values: Ints, cumulated: Floats, level: float) -> float:
    is_rare = cumulated <= level + _SLACK
    return float(values[is_rare][-1]) if is_rare.any() else float("nan")


@cache
def null_of(n: int, points: int) -> Null:
    """The null tables of `n` ≥ 2 answers on a scale of `points`; exact up to n = 20."""
    if n > LARGEST_EXACT_N:
        return _drawn_null(n, points)
    deviation, p_deviation = _cumulate(_deviation_weights(n, points))
    spread, p_spread = _cumulate(_spread_weights(n, points))
    return Null(n, points, deviation, p_deviation, spread, p_spread)


def _cumulate(weights: Floats) -> tuple[Ints, Floats]:
    values = np.flatnonzero(weights > 0)
    return values.astype(np.int64), np.minimum(np.cumsum(weights[values]), 1.0)


def _spread_weights(n: int, points: int) -> Floats:
    top = points - 1
    ways = np.zeros((n * top + 1, n * top**2 + 1))
    ways[0, 0] = 1.0
    for rater in range(n):
        rows, columns = rater * top + 1, rater * top**2 + 1
        seen = ways[:rows, :columns] / points
        ways = np.zeros_like(ways)
        for x in range(points):
            ways[x : rows + x, x * x : columns + x * x] += seen
    total, squares = np.nonzero(ways)
    return np.asarray(np.bincount(n * squares - total**2, weights=ways[total, squares]))


def _deviation_weights(n: int, points: int) -> Floats:
    weights = np.zeros(n * n * points + 1)
    for cut in range(points):
        low, high = _sums(n, 0, cut, points), _sums(n, cut + 1, points - 1, points)
        for n_low in range(1, n + 1):
            pairs = comb(n, n_low) * np.outer(low[n_low], high[n - n_low])
            below, above = np.nonzero(pairs)
            total = below + above
            is_here = total // n == cut  # the mean lies in [cut, cut + 1)
            key = (n_low * total - n * below)[is_here]
            weights += np.bincount(key, pairs[below, above][is_here], len(weights))
    return weights


def _sums(n: int, first: int, last: int, points: int) -> list[Floats]:
    """Probability of each sum of 0 to n answers that all lie between `first` and `last`."""
    one = np.zeros(points)
    one[first : last + 1] = 1 / points
    sums = [np.ones(1)]
    for _ in range(n):
        sums.append(np.convolve(sums[-1], one))
    return sums


def _drawn_null(n: int, points: int) -> Null:
    generator = np.random.default_rng([n, points])
    counts = generator.multinomial(n, np.full(points, 1 / points), size=N_DRAWS)
    tables = []
    for keys in (deviations(counts), spreads(counts)):
        values, times = np.unique(keys, return_counts=True)
        tables.append((values, np.cumsum(times) / N_DRAWS))
    return Null(n, points, *tables[0], *tables[1])

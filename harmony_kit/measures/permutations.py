"""Permutation tests: how often relabelling people would give a distance as large.

Exact where the arrangements are few, else from random ones with the error of the result. All
sums are of whole numbers, so "as large" is exact too, and one matrix product does the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import comb, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from harmony_kit.measures.arrays import Floats

__all__ = ["MOST_ARRANGEMENTS", "N_RANDOM", "Chance", "flip_pairs", "swap_groups"]

Signs = npt.NDArray[np.float32]
Distances = npt.NDArray[np.floating[Any]]

#: Up to this many arrangements all are tried; above, `N_RANDOM` random ones.
MOST_ARRANGEMENTS = 20_000
N_RANDOM = 2_000


@dataclass(frozen=True)
class Chance:
    """What relabelling gives: `p` of a distance as large, its standard error (0 when exact).

    `expected` is the mean distance over the arrangements: what luck alone would show.
    """

    p: float
    error: float
    expected: float

    @property
    def is_exact(self) -> bool:
        """Whether every arrangement was tried."""
        return self.error == 0


NO_CHANCE = Chance(float("nan"), float("nan"), float("nan"))


def swap_groups(first: Floats, second: Floats) -> Chance:
    """The distance of two groups of people against all ways to form such groups.

    `first` and `second` hold one row of whole-number weights per person. The distance is half
    the sum over the columns of the absolute difference of the two means; NaN when a group is
    empty. Two groups of n and m different people reach at best ``p = 2 / comb(n + m, n)``.
    """
    n, m = len(first), len(second)
    if not n or not m:
        return NO_CHANCE
    people = _in_own_order(np.concatenate([first, second]))
    total = people.sum(axis=0)
    seen = np.abs((n + m) * first.sum(axis=0) - n * total).sum()
    chosen, is_exact = _arrangements(n, m)
    # As columns and in the smallest type that holds every sum exactly: twice as fast.
    weights = ((n + m) * people).T.astype(_type_for((n + m) * total.max()))
    sums = weights @ chosen.astype(weights.dtype, copy=False)
    distances = np.abs(sums - n * total.astype(weights.dtype)[:, None]).sum(axis=0)
    return _chance(distances, seen, is_exact=is_exact, scale=2 * n * m)


def flip_pairs(own: Floats, estimate: Floats) -> Chance:
    """The distance between two answers of the same people against all ways to swap them.

    Rows are people who gave both, columns whole-number weights; the distance is half the sum
    of the absolute mean differences; NaN without people.
    """
    n = len(own)
    if not n:
        return NO_CHANCE
    differences = _in_own_order(own - estimate)
    seen = np.abs(differences.sum(axis=0)).sum()
    signs, is_exact = _signs(n)
    weights = differences.T.astype(_type_for(np.abs(differences).sum()))
    distances = np.abs(weights @ signs.astype(weights.dtype, copy=False)).sum(axis=0)
    return _chance(distances, seen, is_exact=is_exact, scale=2 * n)


def _type_for(largest: float) -> type[np.float32 | np.float64]:
    """The type whose whole numbers reach `largest` times a few columns without a gap."""
    return np.float32 if largest < 2**19 else np.float64


def _in_own_order(people: Floats) -> Floats:
    """The rows sorted: random arrangements go by place, which must not depend on row order."""
    return people[np.lexsort(people.T[::-1])]


def _chance(distances: Distances, seen: float, *, is_exact: bool, scale: float) -> Chance:
    n_large = int((distances >= seen).sum())
    expected = float(distances.mean(dtype=np.float64) / scale)
    if is_exact:
        return Chance(n_large / len(distances), 0.0, expected)
    p = (n_large + 1) / (len(distances) + 1)
    return Chance(p, sqrt(p * (1 - p) / len(distances)), expected)


@lru_cache(maxsize=32)
def _arrangements(n: int, m: int) -> tuple[Signs, bool]:
    """Who is in the first group, one column per arrangement: 1 in, 0 out."""
    size = comb(n + m, n)
    if size <= MOST_ARRANGEMENTS:
        members = np.array(list(combinations(range(n + m), n)))
        chosen = np.zeros((size, n + m), dtype=np.float32)
        np.put_along_axis(chosen, members, 1.0, axis=1)
        return np.ascontiguousarray(chosen.T), True
    generator = np.random.default_rng([6, n, m])
    chosen = np.zeros((N_RANDOM, n + m), dtype=np.float32)
    chosen[:, :n] = 1.0
    return np.ascontiguousarray(generator.permuted(chosen, axis=1).T), False


@lru_cache(maxsize=32)
def _signs(n: int) -> tuple[Signs, bool]:
    """Whether each person's two answers are swapped, one column per arrangement: 1 or -1."""
    if 2 ** (n - 1) <= MOST_ARRANGEMENTS:
        # The first person is never swapped: swapping everybody gives the same distance.
        rest = np.array(list(product((1.0, -1.0), repeat=n - 1))).reshape(2 ** (n - 1), n - 1)
        return np.vstack([np.ones(len(rest)), rest.T]).astype(np.float32), True
    generator = np.random.default_rng([7, n])
    return generator.choice([1.0, -1.0], size=(n, N_RANDOM)).astype(np.float32), False

"""How sure a mean is: draws of a lens's mean rating from what a few of its people said.

The answers of one lens to one question are counts over the points of the scale. The share of
the lens at each point is Dirichlet(counts + 1/points each): the answers count fully, and one
imaginary answer, spread evenly over the scale, stands for what was not heard. A Dirichlet draw
is a set of independent gamma draws over their sum, and a gamma draw depends only on one count,
so one column of gamma draws per (points, point, count) serves every topic and every site. Each
column is seeded from exactly those numbers. Hence the same answers give the same draws, in any
order and in any company.

With a head count the colleagues not interviewed are drawn from that posterior, one by one, and
those interviewed are certain. This is a Pólya urn; with everybody interviewed nothing is left
to draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from harmony_kit.measures.tally import UNKNOWN

__all__ = ["MOST_DRAWN_SINGLY", "Draws", "draw_means"]

#: Up to this many unseen colleagues are drawn one by one; the sum over more of them is drawn
#: from its normal limit given the shares, rounded to whole points.
MOST_DRAWN_SINGLY = 8

Draws = NDArray[np.float32]
Ints = NDArray[np.int64]


def draw_means(counts: Ints, unseen: Ints, *, stream: int, draws: int) -> Draws:
    """Draws of the mean rating of a whole lens.

    Parameters
    ----------
    counts
        Answers per scale point, shape (rows, points).
    unseen
        Colleagues whose answer is not known, shape (rows,); `UNKNOWN` for a large population.
    stream
        Draws of different streams are independent of each other; equal counts in one stream
        get equal draws.
    draws
        How many draws.

    Returns
    -------
    array
        Shape (rows, draws), in points of the scale (1 to points). Rows without answers show the
        prior alone; a census (no unseen) shows its mean in every draw.
    """
    shares = _draw_shares(counts, stream, draws)
    means = shares.mean
    is_finite = unseen != UNKNOWN
    if is_finite.any():
        total = (counts * np.arange(1, counts.shape[1] + 1)).sum(axis=1)
        heads = np.maximum(counts.sum(axis=1) + unseen, 1)
        whole = (total[:, None] + _draw_unseen(shares, unseen, stream)) / heads[:, None]
        means = np.where(is_finite[:, None], whole, means).astype(np.float32)
    return means


@dataclass(frozen=True)
class _Shares:
    """Draws of a lens's mean, variance and share at or below each point but the last."""

    mean: Draws
    variance: Draws
    cuts: tuple[Draws, ...]


def _draw_shares(counts: Ints, stream: int, draws: int) -> _Shares:
    points = counts.shape[1]
    whole, first, second = np.zeros((3, len(counts), draws), dtype=np.float32)
    below = []
    for point in range(points):
        most = int(counts[:, point].max(initial=0))
        columns = [_gamma_column(points, stream, point, n, draws) for n in range(most + 1)]
        gamma = np.stack(columns)[counts[:, point]]
        whole += gamma
        below.append(whole.copy())
        gamma *= point + 1
        first += gamma
        gamma *= point + 1
        second += gamma
    mean = first / whole
    variance = np.maximum(second / whole - mean * mean, 0)
    return _Shares(mean, variance, tuple(part / whole for part in below[:-1]))


def _draw_unseen(shares: _Shares, unseen: Ints, stream: int) -> Draws:
    """Sum of the ratings of the unseen colleagues, per draw; zero where there are none."""
    total = np.zeros_like(shares.mean)
    points, draws = len(shares.cuts) + 1, total.shape[1]
    for n_unseen in range(1, MOST_DRAWN_SINGLY + 1):
        rows = np.flatnonzero(unseen == n_unseen)
        if rows.size:
            people = [_uniform_column(points, stream, person, draws) for person in range(n_unseen)]
            summed = sum(
                (cut[rows] < person).astype(np.int8) for cut in shares.cuts for person in people
            )
            total[rows] = n_unseen + summed
    rows = np.flatnonzero(unseen > MOST_DRAWN_SINGLY)
    if rows.size:
        many = unseen[rows, None].astype(np.float32)
        noise = _normal_column(points, stream, draws) * np.sqrt(many * shares.variance[rows])
        total[rows] = np.clip(np.rint(many * shares.mean[rows] + noise), many, many * points)
    return total


@lru_cache(maxsize=4096)
def _gamma_column(points: int, stream: int, point: int, n: int, draws: int) -> Draws:
    """Gamma draws for a scale point that n people chose."""
    random = np.random.default_rng((0, points, stream, point, n))
    return random.standard_gamma(n + 1 / points, size=draws).astype(np.float32)


@lru_cache(maxsize=256)
def _uniform_column(points: int, stream: int, person: int, draws: int) -> Draws:
    """Draws that decide what one unseen colleague would say."""
    return np.random.default_rng((1, points, stream, person)).random(draws, dtype=np.float32)


@lru_cache(maxsize=64)
def _normal_column(points: int, stream: int, draws: int) -> Draws:
    """Draws of how far the sum over many unseen colleagues lies from its expectation."""
    return np.random.default_rng((2, points, stream)).standard_normal(draws, dtype=np.float32)

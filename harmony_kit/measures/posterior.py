"""How sure a mean is: draws of a lens's mean rating from what a few of its people said.

The answers of one lens to one question are counts over the points of the scale. The shares of
the lens at the points are Dirichlet(counts + prior): the answers count fully, and half an
imaginary answer, spread evenly over the scale, stands for what was not heard. With that prior a
mean nobody was asked about is spread over a five-point scale as if any value were as likely as
any other (its variance, 2 / (1 + 1/2), is that of the uniform from 1 to 5), and one lens's people
lie as far apart as groups in practice do (expected standard deviation 0.8). benchmarks/truth.py
compares it with a whole imaginary answer.

A Dirichlet draw is a set of independent gamma draws over their sum, and a gamma draw depends on
one count only, so one column of gamma draws per (points, point, count) serves every topic and
every site. Each column is seeded from exactly those numbers. Hence the same answers give the
same draws, in any order and in any company.

With a head count the colleagues not interviewed are drawn from that posterior, one by one, and
those interviewed are certain. This is a Pólya urn; with everybody interviewed nothing is left
to draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from harmony_kit.measures.arrays import Draws, Ints
from harmony_kit.measures.tally import UNKNOWN

__all__ = ["MOST_DRAWN_SINGLY", "PRIOR_ANSWERS", "draw_means"]

#: How many imaginary answers, spread evenly over the scale, go beside the real ones.
PRIOR_ANSWERS: Final = 0.5

#: Up to this many unseen colleagues are drawn one by one; the sum over more of them is drawn
#: from its normal limit given the shares, rounded to whole points.
MOST_DRAWN_SINGLY: Final = 24

_LEVELS: Final = 2**16

#: Rows worked on at once, so that they stay in the processor's cache.
_ROWS_AT_ONCE: Final = 32


def draw_means(
    counts: Ints, unseen: Ints, *, stream: int, draws: int, prior: float = PRIOR_ANSWERS
) -> Draws:
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
    prior
        Imaginary answers, spread evenly over the scale.

    Returns
    -------
    array
        Shape (rows, draws), in points of the scale (1 to points). Rows without answers show the
        prior alone; a census (no unseen) shows its mean in every draw.
    """
    urn = _Urn(counts.shape[1], stream, draws, prior)
    heads = np.maximum(counts.sum(axis=1) + unseen, 1).astype(np.float32)[:, None]
    seen = (counts * np.arange(1, urn.points + 1)).sum(axis=1).astype(np.float32)[:, None]
    means = np.repeat(seen / heads, draws, axis=1)
    rows = np.flatnonzero(unseen == UNKNOWN)
    shares, place = urn.draw_shares(counts[rows])
    means[rows] = shares.mean[place]
    rows = np.flatnonzero((unseen > 0) & (unseen <= MOST_DRAWN_SINGLY))
    means[rows] += urn.draw_few(counts[rows], unseen[rows]) / heads[rows]
    rows = np.flatnonzero(unseen > MOST_DRAWN_SINGLY)
    shares, place = urn.draw_shares(counts[rows])
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        summed = _sum_many(shares, place[some], unseen[rows[some]], urn.points)
        means[rows[some]] += summed / heads[rows[some]]
    return means


@dataclass(frozen=True)
class _Shares:
    """Draws of the mean of a large lens, and of how far one of its people lies from it."""

    mean: Draws
    noise: Draws


@dataclass(frozen=True)
class _Urn:
    """Draws for lenses of which some people were heard; `counts` are answers per point."""

    points: int
    stream: int
    draws: int
    prior: float

    def draw_shares(self, counts: Ints) -> tuple[_Shares, Ints]:
        """For the distinct rows of `counts`, and which of them each row is."""
        vectors, place = _distinct(counts)
        mean, noise = np.empty((2, len(vectors), self.draws), dtype=np.float32)
        for start in range(0, len(vectors), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            self._fill_shares(vectors[some], mean[some], noise[some])
        return _Shares(mean, noise), place

    def _fill_shares(self, counts: Ints, mean: Draws, noise: Draws) -> None:
        whole, total, squares = np.zeros((3, len(counts), self.draws), dtype=np.float32)
        for score, gamma in self._draw_gammas(counts):
            whole += gamma
            np.multiply(gamma, score, out=gamma)
            total += gamma
            np.multiply(gamma, score, out=gamma)
            squares += gamma
        np.divide(total, whole, out=mean)
        squares /= whole
        squares -= mean * mean
        np.sqrt(np.maximum(squares, 0, out=squares), out=squares)
        np.multiply(squares, _normal_column(self.points, self.stream, self.draws), out=noise)

    def draw_few(self, counts: Ints, unseen: Ints) -> Draws:
        """Sum of the ratings of a few unseen colleagues, each drawn on its own."""
        cuts, place = self._draw_cuts(counts)
        order = np.argsort(-unseen, kind="stable")  # who still has colleagues to draw comes first
        total = np.empty((len(counts), self.draws), dtype=np.float32)
        for start in range(0, len(order), _ROWS_AT_ONCE):
            rows = order[start : start + _ROWS_AT_ONCE]
            n_unseen = unseen[rows]
            above = self._count_above([cut[place[rows]] for cut in cuts], n_unseen)
            total[rows] = above + n_unseen[:, None].astype(np.float32)
        return total

    def _draw_cuts(self, counts: Ints) -> tuple[list[NDArray[np.uint16]], Ints]:
        """Shares at or below each point but the last, for the distinct rows of `counts`.

        As 16-bit numbers: comparing them is what takes the time.
        """
        vectors, place = _distinct(counts)
        whole = np.zeros((len(vectors), self.draws), dtype=np.float32)
        below = []
        for _, gamma in self._draw_gammas(vectors):
            whole += gamma
            below.append(whole.copy())
        np.divide(_LEVELS - 1, whole, out=whole)
        return [np.multiply(part, whole, out=part).astype(np.uint16) for part in below[:-1]], place

    def _count_above(self, cuts: list[NDArray[np.uint16]], unseen: Ints) -> NDArray[np.uint8]:
        """How many points above the lowest the unseen colleagues are, all together."""
        above = np.zeros(cuts[0].shape, dtype=np.uint8)  # at most 24 people times 10 points
        is_above = np.empty(cuts[0].shape, dtype=np.bool_)
        for person in range(int(unseen.max(initial=0))):
            some = slice(np.count_nonzero(unseen > person))
            chance = _uniform_column(self.points, self.stream, person, self.draws)
            for cut in cuts:
                np.less(cut[some], chance, out=is_above[some])
                above[some] += is_above[some].view(np.uint8)
        return above

    def _draw_gammas(self, counts: Ints) -> Iterator[tuple[int, Draws]]:
        """Per scale point its score and gamma draws, shape (rows, draws), free to be changed."""
        for point in range(self.points):
            chosen = counts[:, point]
            # Tables of 16, 32, 64 … columns, so that few are built and most are met again.
            size = max(16, 1 << int(chosen.max(initial=0)).bit_length())
            yield point + 1, _gamma_table(self, point, size)[chosen]


def _distinct(counts: Ints) -> tuple[Ints, Ints]:
    """The distinct rows of an array, and which of them each row is."""
    vectors, place = np.unique(counts, axis=0, return_inverse=True)
    return vectors, place.ravel()


def _sum_many(shares: _Shares, place: Ints, unseen: Ints, points: int) -> Draws:
    """Sum of the ratings of many unseen colleagues, from its normal limit."""
    many = unseen[:, None].astype(np.float32)
    total: Draws = shares.mean[place] * many
    total += shares.noise[place] * np.sqrt(many)
    return np.clip(np.rint(total, out=total), many, many * points, out=total)


@lru_cache(maxsize=256)
def _gamma_table(urn: _Urn, point: int, size: int) -> Draws:
    """Gamma draws for a scale point that 0, 1, 2 … people chose, shape (size, draws)."""
    table = np.empty((size, urn.draws), dtype=np.float32)
    for n in range(size):
        random = np.random.default_rng((0, urn.points, urn.stream, point, n))
        table[n] = random.standard_gamma(n + urn.prior / urn.points, size=urn.draws)
    return table


@lru_cache(maxsize=256)
def _uniform_column(points: int, stream: int, person: int, draws: int) -> NDArray[np.uint16]:
    """Draws that decide what one unseen colleague would say, even over 16 bits."""
    random = np.random.default_rng((1, points, stream, person))
    return random.integers(_LEVELS, size=draws, dtype=np.uint16)


@lru_cache(maxsize=64)
def _normal_column(points: int, stream: int, draws: int) -> Draws:
    """Draws of how far the sum over many unseen colleagues lies from its expectation."""
    return np.random.default_rng((2, points, stream)).standard_normal(draws, dtype=np.float32)

"""Which option most of a lens would choose, with its certainty, from the people heard.

The shares of the options get the posterior ``Dirichlet(counts + 1/k each)`` for k options, as
the points of a scale do; the probability of an option is the share of draws in which it is the
most frequent. With a head count the colleagues not heard are drawn one by one from those shares
(a Pólya urn) and those heard are certain; options tied for most share the draw.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from harmony_kit.measures.arrays import Draws, Floats, Ints

__all__ = ["MOST_DRAWN_SINGLY", "mode_probabilities"]


#: Up to this many colleagues not heard are drawn one by one; the counts of more of them are
#: drawn from their normal limit.
MOST_DRAWN_SINGLY = 8

_CHUNK = 128


def mode_probabilities(counts: Ints, heads: Floats, draws: int) -> Floats:
    """Probability that each option is the one most of the lens would choose.

    `counts` is one row per lens and question and one column per option, `heads` how many people
    there are (infinite where unknown). Rows sum to 1; a row without answers gives the prior, all
    options alike. Options without any difference in the data differ by the error of the draws.

    >>> mode_probabilities(np.array([[4, 1, 0]]), np.array([np.inf]), 4000).round(2)
    array([[0.91, 0.08, 0.01]])
    """
    keyed = np.column_stack([counts.astype(np.float64), heads])
    distinct, rows = np.unique(keyed, axis=0, return_inverse=True)
    found = np.empty((len(distinct), counts.shape[1]))
    for start in range(0, len(distinct), _CHUNK):
        part = distinct[start : start + _CHUNK]
        found[start : start + _CHUNK] = _probabilities(part, draws)
    return np.asarray(found[rows.ravel()])


def _probabilities(keyed: Floats, draws: int) -> Floats:
    counts, heads = keyed[:, :-1].astype(np.int64), keyed[:, -1]
    sizes = _draw_sizes(counts, draws)
    unseen = np.where(np.isinf(heads), -1, heads - counts.sum(axis=1)).astype(np.int64)
    for n_unseen in np.unique(unseen[unseen >= 0]):
        rows = np.flatnonzero(unseen == n_unseen)
        shares = sizes[rows] / sizes[rows].sum(axis=1, keepdims=True)
        sizes[rows] = counts[rows, :, None] + _draw_unseen(shares, int(n_unseen))
    is_most = sizes == sizes.max(axis=1, keepdims=True)
    won = is_most / is_most.sum(axis=1, keepdims=True, dtype=np.float32)
    return np.asarray(won.mean(axis=2, dtype=np.float64))


def _draw_sizes(counts: Ints, draws: int) -> Draws:
    """Gamma draws, whose shares are Dirichlet: shape (rows, options, draws)."""
    options = counts.shape[1]
    sizes = np.empty((*counts.shape, draws), dtype=np.float32)
    for option in range(options):
        for n in np.unique(counts[:, option]):
            column = _gamma_column(options, option, int(n), draws)
            sizes[counts[:, option] == n, option] = column
    return sizes


def _draw_unseen(shares: Draws, n_unseen: int) -> Draws:
    """How many of the colleagues not heard choose each option, per row and draw."""
    _, options, draws = shares.shape
    if n_unseen > MOST_DRAWN_SINGLY:
        noise = _normal_columns(options, draws) * np.sqrt(n_unseen * shares * (1 - shares))
        return np.asarray(n_unseen * shares + noise, dtype=np.float32)
    chosen = np.zeros_like(shares)
    ends = shares.cumsum(axis=1)
    ends[:, -1] = 1
    for person in range(n_unseen):
        is_below = _uniform_column(options, person, draws) < ends
        chosen += np.diff(is_below, axis=1, prepend=False)
    return chosen


@lru_cache(maxsize=1024)
def _gamma_column(options: int, option: int, n: int, draws: int) -> Draws:
    generator = np.random.default_rng((3, options, option, n))
    return generator.standard_gamma(n + 1 / options, size=draws).astype(np.float32)


@lru_cache(maxsize=128)
def _uniform_column(options: int, person: int, draws: int) -> Draws:
    return np.random.default_rng((4, options, person)).random(draws, dtype=np.float32)


@lru_cache(maxsize=16)
def _normal_columns(options: int, draws: int) -> Draws:
    generator = np.random.default_rng((5, options))
    return generator.standard_normal((options, draws), dtype=np.float32)

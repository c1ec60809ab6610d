"""Two lenses' weights over options: their distances, and how sure one is of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmony_kit.measures.arrays import Bools, Draws, Floats
from harmony_kit.measures.permutations import Chance, flip_pairs, swap_groups
from harmony_kit.measures.scores import person_weights, share_true, urn_factors

__all__ = ["APART_AT", "Look", "Side", "compare_sides", "distance"]


NAN = float("nan")

#: Distance from which two lenses count as apart: half of what one puts first would have to
#: change to become what the other puts first.
APART_AT = 0.5


@dataclass(frozen=True)
class Side:
    """The people of one lens: whole-number weights per option, own answers and estimates.

    A row of `own` or `estimate` is a person and sums to `unit`, the same for all; `has_own` and
    `has_estimate` say who answered. `heads` is how many people there are, infinite if unknown.
    """

    own: Floats
    estimate: Floats
    has_own: Bools
    has_estimate: Bools
    unit: int
    heads: float = float("inf")

    def mean_own(self) -> Floats:
        """Mean weight per option; NaN without answers."""
        return _mean(self.own[self.has_own], self.unit)

    def mean_estimate(self) -> Floats:
        """Mean weight per option in the estimates; NaN without answers."""
        return _mean(self.estimate[self.has_estimate], self.unit)

    def in_own_order(self) -> Side:
        """The same people sorted by what they said, since draws go by place."""
        columns = [*self.estimate.T, *self.own.T, self.has_estimate, self.has_own]
        order = np.lexsort(columns)
        has_own, has_estimate = self.has_own[order], self.has_estimate[order]
        own, estimate = self.own[order], self.estimate[order]
        return Side(own, estimate, has_own, has_estimate, self.unit, self.heads)


@dataclass(frozen=True)
class Look:
    """One lens looking at the other: weights, distances, chances, probabilities of states.

    `p_states` are shared view, known difference, false consensus, false conflict; NaN where an
    answer is missing.
    """

    own: Floats
    estimate: Floats
    other_own: Floats
    n_own: int
    n_estimate: int
    n_other: int
    n_pairs: int
    actual: Chance
    perceived: Chance
    misread: Chance
    p_apart: float
    p_states: tuple[float, float, float, float]


def _mean(weights: Floats, unit: int) -> Floats:
    n, options = weights.shape
    return np.asarray(weights.sum(axis=0) / (n * unit)) if n else np.full(options, np.nan)


def distance(first: Floats, second: Floats) -> Floats:
    """Total variation of two sets of weights, one row per option: 0 same, 1 disjoint.

    >>> distance(np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.5, 0.5]))
    array(0.5)
    """
    return np.asarray(np.abs(first - second).sum(axis=0) / 2)


def compare_sides(first: Side, second: Side, draws: int) -> tuple[Look, Look]:
    """How each of two lenses looks at the other: first at second, second at first."""
    first, second = first.in_own_order(), second.in_own_order()
    own_first, estimate_first = _draw_means(first, draws, stream=0)
    own_second, estimate_second = _draw_means(second, draws, stream=1)
    actual = swap_groups(first.own[first.has_own], second.own[second.has_own])
    is_apart = distance(own_first, own_second) > APART_AT
    return (
        _look(first, second, actual, (is_apart, distance(own_first, estimate_first) > APART_AT)),
        _look(second, first, actual, (is_apart, distance(own_second, estimate_second) > APART_AT)),
    )


def _look(side: Side, other: Side, actual: Chance, apart: tuple[Bools, Bools]) -> Look:
    both = side.has_own & side.has_estimate
    n_own, n_estimate = int(side.has_own.sum()), int(side.has_estimate.sum())
    n_other = int(other.has_own.sum())
    is_apart, thinks_apart = apart
    states = (
        share_true(~is_apart & ~thinks_apart),
        share_true(is_apart & thinks_apart),
        share_true(is_apart & ~thinks_apart),
        share_true(~is_apart & thinks_apart),
    )
    p = tuple(float(share) for share in states) if n_own and n_estimate and n_other else (NAN,) * 4
    return Look(
        own=side.mean_own(),
        estimate=side.mean_estimate(),
        other_own=other.mean_own(),
        n_own=n_own,
        n_estimate=n_estimate,
        n_other=n_other,
        n_pairs=int(both.sum()),
        actual=actual,
        perceived=flip_pairs(side.own[both], side.estimate[both]),
        misread=swap_groups(side.estimate[side.has_estimate], other.own[other.has_own]),
        p_apart=float(is_apart.mean()) if n_own and n_other else NAN,
        p_states=(p[0], p[1], p[2], p[3]),
    )


def _draw_means(side: Side, draws: int, *, stream: int) -> tuple[Floats, Floats]:
    """Draws of the mean weights, own and estimate: ``(options, draws)`` each.

    As for scores: one person's worth of weight, spread evenly, stands for what nobody said.
    """
    weights = person_weights(len(side.own), draws, stream=stream)
    own = _draw_mean(weights, side.own, side.has_own, side)
    return own, _draw_mean(weights, side.estimate, side.has_estimate, side)


def _draw_mean(weights: Draws, said: Floats, has_said: Bools, side: Side) -> Floats:
    n, options = int(has_said.sum()), said.shape[1]
    heard, unsaid = weights[:-1][has_said], weights[-1]
    total = (said[has_said] / side.unit).T.astype(np.float32) @ heard + unsaid / options
    draws = total if has_said.all() else total / (heard.sum(axis=0) + unsaid)
    if not n or np.isinf(side.heads):
        return np.asarray(draws)
    share, spread = urn_factors(n, np.array(max(side.heads, n)))
    sample = _mean(said[has_said], side.unit)[:, None]
    expected = (n * sample + 1 / options) / (n + 1)
    return np.asarray(share * sample + (1 - share) * expected + spread * (draws - expected))

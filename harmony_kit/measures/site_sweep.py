"""One sweep of the site model: everything it does not know, drawn once given the rest.

The conditional distributions follow from the model in `site_model`; topic means and the sides
of misreadings are drawn together, and so are habits and the level of the means they hide behind.
Gamma numbers are drawn with the cube root of Wilson & Hilferty (1931), see `seeding`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import gammaln

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.factor import Factor, factorise
from harmony_kit.measures.seeding import Streams, cube_normal
from harmony_kit.measures.site_state import (
    PRIOR,
    Chains,
    Sums,
    prior_scatter,
    to_contrasts,
    to_means,
)
from harmony_kit.measures.site_stretch import stretch

__all__ = ["TopicPosterior", "sweep"]

#: What moves with the level of a lens: its own answers and its estimates, in contrasts.
_LEVELS: Final = np.array([to_contrasts(row) for row in np.array([[1, 0, 1, 0], [0, 1, 0, 1.0]])])
_CENTRE: Final = np.array(PRIOR.centre)[:, None]
_CENTRE_PRECISION: Final = PRIOR.centre_deviation**-2.0
_FREEDOMS: Final = np.array(PRIOR.freedoms)[:, None]
#: Odds beyond exp of this are as good as certain.
_LARGEST: Final = 30.0


@dataclass(frozen=True)
class TopicPosterior:
    """The topic means given everything else: normal, with the factor of their precision.

    `n`, `residual` (sum of the answers without habits), `habit_sum`, `error` and
    `habit_variance` are what they were conditioned on.
    """

    factor: Factor
    solved: Array
    n: Array
    residual: Array
    habit_sum: Array
    error: Array
    habit_variance: Array

    def draw(self, streams: Streams) -> Array:
        """Means of the model, shape (4, topics, chains)."""
        normal = streams.normal(*self.solved.shape[:-1])
        normal += self.solved
        return self.factor.backward(normal)


def sweep(sums: Sums, chains: Chains, streams: Streams) -> tuple[Chains, TopicPosterior]:
    """Everything drawn once given the rest; with the topic means as they were conditioned."""
    topics, side = _condition_topics(sums, chains, streams)
    chains = stretch(replace(chains, side=side, means=topics.draw(streams)), topics, streams)
    chains = replace(chains, error=_draw_error(sums, chains, topics, streams))
    chains = _shift_habits(sums, _draw_habits(sums, chains, streams), streams)
    chains = _draw_pooled(chains, streams)
    chains, apart = _draw_steps(chains, _deviations(chains), streams)
    return _draw_spread(chains, apart, streams), topics


def _condition_topics(sums: Sums, chains: Chains, streams: Streams) -> tuple[TopicPosterior, Array]:
    """The topic means given the rest, and the sides, drawn without knowing the means."""
    weight = 1 / chains.error
    habit_sum = sums.over_people(sums.heard, chains.habits)
    residual = sums.total - habit_sum
    between = to_means(to_means(chains.precision).transpose(1, 0, 2))
    pull = to_means(np.einsum("ijc,jc->ic", chains.precision, chains.centre))
    factor = factorise(between.astype(np.float32), sums.n * weight)
    right = residual * weight + pull.astype(np.float32)[:, None, :]
    solved = np.stack(factor.forward(right))
    moves = [_step_of(factor, chains, lens) for lens in (0, 1)]
    side = _draw_sides(chains, solved, moves, streams)
    for lens in (0, 1):
        solved += side[lens] * moves[lens]
    topics = TopicPosterior(
        factor,
        solved,
        sums.n,
        residual,
        habit_sum,
        chains.error,
        chains.habit_variance.astype(np.float32),
    )
    return topics, side


def _step_of(factor: Factor, chains: Chains, lens: int) -> Array:
    """What a step of a misreading adds to the solved right side."""
    pull = to_means(chains.precision[:, 2 + lens]) * chains.step[lens]
    return np.stack(factor.forward(pull.astype(np.float32)))


def _draw_sides(chains: Chains, solved: Array, moves: list[Array], streams: Streams) -> Array:
    """Side of either misreading of each topic, the topic means integrated out."""
    precision, step = chains.precision, chains.step
    cross = _dot(moves[0], moves[1]) - (precision[2, 3] * step[0] * step[1]).astype(np.float32)
    pull = np.einsum("ijc,jc->ic", precision[2:], chains.centre)
    side = chains.side.copy()
    for lens in (0, 1):
        size = step[lens]
        linear = _dot(solved, moves[lens]) - (pull[lens] * size).astype(np.float32)
        linear += side[1 - lens] * cross
        curve = _dot(moves[lens], moves[lens]) / 2
        curve -= (precision[2 + lens, 2 + lens] * size**2 / 2).astype(np.float32)
        prior = np.log(chains.weights[lens]).astype(np.float32)
        below, above = (
            curve - linear + (prior[0] - prior[1]),
            curve + linear + (prior[2] - prior[1]),
        )
        side[lens] = _choose_side(below, above, streams)
    return side


def _dot(one: Array, two: Array) -> Array:
    return np.asarray(sum(a * b for a, b in zip(one, two, strict=True)))


def _choose_side(below: Array, above: Array, streams: Streams) -> Array:
    """-1, 0 or 1, given the log odds of either side against the middle."""
    low = np.exp(np.clip(below, -_LARGEST, _LARGEST))
    high = np.exp(np.clip(above, -_LARGEST, _LARGEST))
    place = streams.uniform(len(low)) * (1 + low + high)
    return np.asarray((place < high).astype(np.float32) - (place > 1 + high))


def _draw_error(sums: Sums, chains: Chains, topics: TopicPosterior, streams: Streams) -> Array:
    """Variance of each set of answers given means and habits, shape (4, topics, chains)."""
    first, second = chains.habits
    squares = sums.over_people(sums.heard, (first**2, second**2))
    squares += sums.over_people(sums.said, (-2 * first, -2 * second))
    squares += sums.squares
    squares += chains.means * (sums.n * chains.means - 2 * topics.residual)
    np.maximum(squares, 0, out=squares)
    squares += (chains.freedom * chains.pooled).astype(np.float32)[:, None, :]
    freedom = (chains.freedom.astype(np.float32) + sums.n) / 2
    squares /= 2 * cube_normal(freedom, streams.normal(*freedom.shape[:-1]))
    return np.clip(squares, 0.02, 6, out=squares)


def _draw_habits(sums: Sums, chains: Chains, streams: Streams) -> Chains:
    """Each person's habit given what remains of the answers."""
    weight = 1 / chains.error
    base = (1 / chains.habit_variance).astype(np.float32)
    heard, said = sums.over_topics(sums.heard, weight), sums.over_topics(sums.said, weight)
    expected = sums.over_topics(sums.heard, weight * chains.means)
    habits = []
    for lens, people in enumerate(sums.people):
        precision = base + heard[lens]
        normal = streams.normal_of(people) / np.sqrt(precision)
        habits.append((said[lens] - expected[lens]) / precision + normal)
    return replace(chains, habits=(habits[0], habits[1]))


def _shift_habits(sums: Sums, chains: Chains, streams: Streams) -> Chains:
    """Move a lens's habits up and its means down by as much, which no answer could tell apart.

    Drawn together because one at a time they would hardly move; then the habits' variance.
    """
    means, centre = chains.means.copy(), chains.centre.copy()
    habits, squares, normal = [], 0.0, streams.normal(2)
    n_people = np.repeat(np.array(sums.people, dtype=np.float64), sums.chains, axis=1)
    for lens, own in enumerate(chains.habits):
        move = _LEVELS[lens][:, None]
        precision = n_people[lens] / chains.habit_variance + _CENTRE_PRECISION * (move**2).sum()
        pull = _CENTRE_PRECISION * ((centre - _CENTRE) * move).sum(axis=0)
        pull -= own.sum(axis=0) / chains.habit_variance
        by = pull / precision + normal[lens] / np.sqrt(precision)
        habits.append((own + by.astype(np.float32)) * sums.present[lens])
        centre -= move * by
        means[lens::2] -= by.astype(np.float32)
        squares = squares + (habits[lens] ** 2).sum(axis=0)
    chi = 2 * streams.gamma((n_people.sum(axis=0) + PRIOR.habit_people) / 2)
    variance = (squares + PRIOR.habit_people * PRIOR.habit) / chi
    return replace(
        chains, means=means, centre=centre, habits=(habits[0], habits[1]), habit_variance=variance
    )


def _draw_pooled(chains: Chains, streams: Streams) -> Chains:
    """Pooled variance of each set, and how far the topics' variances are shrunk to it."""
    n_topics = chains.error.shape[1]
    weight = (1 / chains.error).sum(axis=1, dtype=np.float64)
    worth = PRIOR.error_answers / 2
    shape = n_topics * chains.freedom / 2 + worth
    rate = chains.freedom / 2 * weight + worth / PRIOR.error
    pooled = streams.gamma(np.broadcast_to(shape, rate.shape)) / rate
    logs = -np.log(chains.error).sum(axis=(0, 1), dtype=np.float64)
    half = _FREEDOMS / 2
    chance = 4 * n_topics * (half * np.log(half) - gammaln(half))
    chance = chance + half * (n_topics * np.log(pooled).sum(axis=0) + logs)
    chance -= half * (pooled * weight).sum(axis=0)
    return replace(chains, pooled=pooled, freedom=_FREEDOMS[streams.choose(chance), 0])


def _deviations(chains: Chains) -> Array:
    """Contrasts of the means without centre and steps, shape (4, topics, chains)."""
    apart = to_contrasts(chains.means)
    apart[2:] -= chains.side * chains.step.astype(np.float32)[:, None, :]
    apart -= chains.centre.astype(np.float32)[:, None, :]
    return apart


def _draw_steps(chains: Chains, apart: Array, streams: Streams) -> tuple[Chains, Array]:
    """How far to the sides misreadings lie, and how many of them to which side.

    `apart` are the deviations before and, returned, after.
    """
    step, side, weights = chains.step.copy(), chains.side.copy(), chains.weights.copy()
    normal = streams.normal(2)
    for place, lens in ((2, 0), (3, 1)):
        row = chains.precision[place].astype(np.float32)
        apart[place] += side[lens] * step[lens].astype(np.float32)
        pulled = np.einsum("ic,itc,tc->c", row, apart, side[lens])
        is_aside = np.abs(side[lens]).sum(axis=0)
        precision = is_aside * chains.precision[place, place] + PRIOR.step_deviation**-2
        size = pulled / precision + normal[lens] / np.sqrt(precision)
        side[lens] *= np.where(size < 0, np.float32(-1), np.float32(1))
        step[lens] = np.abs(size)
        apart[place] -= side[lens] * step[lens].astype(np.float32)
        above = (is_aside + side[lens].sum(axis=0)) / 2
        counts = np.stack([is_aside - above, len(side[lens]) - is_aside, above])
        share = streams.gamma(counts + np.array(PRIOR.step_weights)[:, None])
        weights[lens] = np.maximum(share / share.sum(axis=0), 1e-6)
    return replace(chains, step=step, side=side, weights=weights), apart


def _draw_spread(chains: Chains, apart: Array, streams: Streams) -> Chains:
    """Precision between topics, its prior scales, and the centre, from the deviations."""
    n_topics, n_chains = apart.shape[1:]
    by_chain = np.ascontiguousarray(apart.transpose(2, 0, 1))
    scatter = (by_chain @ by_chain.transpose(0, 2, 1)).transpose(1, 2, 0).astype(np.float64)
    rows = np.arange(4)
    scatter[rows, rows] += prior_scatter(chains, n_topics)
    root = factorise(scatter).backward(_draw_bartlett(n_topics + 5, n_chains, streams))
    precision = np.einsum("ikc,jkc->ijc", root, root)
    rate = 2 * precision[rows, rows] + np.array(PRIOR.spread_scale)[:, None] ** -2.0
    scale = rate / streams.gamma(np.full(rate.shape, 3.0))
    total = apart.sum(axis=1, dtype=np.float64) + n_topics * chains.centre
    known = factorise(n_topics * precision, np.full((4, 1), _CENTRE_PRECISION))
    right = np.einsum("ijc,jc->ic", precision, total) + _CENTRE_PRECISION * _CENTRE
    solved = np.stack(known.forward(right)) + streams.normal(4)
    return replace(chains, precision=precision, scale=scale, centre=known.backward(solved))


def _draw_bartlett(n: int, n_chains: int, streams: Streams) -> Array:
    """Lower triangles T with T Tᵀ standard Wishart (Bartlett 1933), shape (4, 4, chains)."""
    root = np.zeros((4, 4, n_chains))
    freedom = np.repeat((n - np.arange(4.0))[:, None], n_chains, axis=1)
    root[np.arange(4), np.arange(4)] = np.sqrt(2 * streams.gamma(freedom / 2))
    root[np.tril_indices(4, -1)] = streams.normal(6)
    return root

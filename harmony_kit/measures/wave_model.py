"""What moved between two waves of a site: draws of every lens mean before and after.

The answers of two waves say how far each mean moved: people who came back are compared with
themselves, others with others. The moves are taken to be none for some share of the topics and
normal around no change for the rest, with share and size drawn, not plugged in (a spike and a
slab: Mitchell & Beauchamp 1988; George & McCulloch 1993). Where nothing moved the share of
nothing is large and a move that chance made is drawn back to zero.

New people bring other habits, which shift all answers of a lens at once; that shift is drawn
too, and taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.seeding import digest_arrays, seed_draws
from harmony_kit.measures.site_model import SiteDraws
from harmony_kit.measures.site_ratings import LENS_OF, SiteRatings
from harmony_kit.measures.site_state import PRIOR

__all__ = ["WaveDraws", "WavePair", "draw_waves"]

#: Size of a move (standard deviation, in points) and share of topics without one: all as likely.
_SIZES: Final = np.array([0.2, 0.35, 0.5, 0.75, 1.0, 1.5])
_STILL: Final = np.array([0.05, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.97, 0.995])

#: A topic's variance is worth this many answers of the pooled one.
_POOLED_WORTH: Final = 16.0


@dataclass(frozen=True)
class WavePair:
    """The ratings of the topics asked in both waves, row for row, and the draws of each wave."""

    before: SiteRatings
    after: SiteRatings
    drawn_before: SiteDraws
    drawn_after: SiteDraws


@dataclass(frozen=True)
class WaveDraws:
    """Draws of lens means before and after, shape (4, topics, draws), from 0 to 4.

    `unpaired` is how much of what is known of a move rests on different people, from 0 to 1, shape
    (4, topics).
    """

    before: Array
    after: Array
    unpaired: Array


@dataclass(frozen=True)
class _Moves:
    """How far the answers moved, by how sure: shape (4, topics), `shift` (4,).

    `unpaired` is the part of a move that rests on different people, `shift` the variance of what
    their other habits add to all answers of a set.
    """

    moved: Array
    variance: Array
    unpaired: Array
    shift: Array


def draw_waves(pair: WavePair, *, reliability: float, secret: bytes | None = None) -> WaveDraws:
    """Draw where each mean stood before and where it stands after.

    Parameters
    ----------
    pair
        See `WavePair`; respondents are matched by `SiteRatings.people`.
    reliability
        See `site_model.draw_site`: how far people who came back are expected to repeat themselves.
    secret
        See `seeding.seed_draws`.
    """
    digest = digest_arrays(
        [np.frombuffer(part.digest, np.uint8) for part in (pair.before, pair.after)]
    )
    random = seed_draws(digest, secret)
    moves = _measure_moves(pair, reliability)
    before, after = pair.drawn_before.means, pair.drawn_after.means
    n_draws = min(before.shape[2], after.shape[2])
    move = np.empty((*moves.moved.shape, n_draws))
    for lens in (0, 1):
        shift = _draw_shift(moves, lens, n_draws, random)
        for place in (lens, lens + 2):
            rest = moves.moved[place][:, None] - moves.unpaired[place][:, None] * shift
            move[place] = _draw_moves(rest, moves.variance[place], random)
    before, after = before[:, :, :n_draws], after[:, :, :n_draws]
    share = after.var(axis=2, keepdims=True)
    share = share / (share + before.var(axis=2, keepdims=True))
    middle = _draw_middle(before, after, share, reliability * (1 - moves.unpaired))
    return WaveDraws(
        before=np.clip(middle - (1 - share) * move, 0, 4),
        after=np.clip(middle + share * move, 0, 4),
        unpaired=moves.unpaired,
    )


def _draw_middle(before: Array, after: Array, share: Array, alike: Array) -> Array:
    """What both waves say of where each mean stands, `share` of it from the first.

    The draws of the two waves are independent; the people who came back make them err together,
    as much as `alike` (a correlation, shape (4, topics)), so that two waves say less than twice
    what one says.
    """
    parts = share * before, (1 - share) * after
    middle = parts[0] + parts[1]
    centre = middle.mean(axis=2, keepdims=True)
    spread = [part.std(axis=2, keepdims=True) for part in parts]
    both = 2 * alike[:, :, None] * spread[0] * spread[1]
    wider = np.sqrt(1 + both / np.maximum(spread[0] ** 2 + spread[1] ** 2, 1e-9))
    return np.asarray(centre + (middle - centre) * wider)


def _measure_moves(pair: WavePair, reliability: float) -> _Moves:
    moved, variance, unpaired = (np.zeros((4, pair.before.n_topics)) for _ in range(3))
    shift = np.zeros(4)
    error = PRIOR.error + PRIOR.habit
    for place, lens in enumerate(LENS_OF):
        old, new = pair.before.given[place], pair.after.given[place]
        were, are = pair.before.people[lens], pair.after.people[lens]
        stayed, came = np.isin(were, are), np.isin(are, were)
        same, same_variance = _average(new[:, came] - old[:, stayed], 2 * (1 - reliability) * error)
        left, left_variance = _average(old[:, ~stayed], error)
        joined, joined_variance = _average(new[:, ~came], error)
        precision = 1 / same_variance, 1 / (left_variance + joined_variance)
        whole = np.maximum(precision[0] + precision[1], 1e-3)
        unpaired[place] = precision[1] / whole
        moved[place] = (precision[0] * same + precision[1] * (joined - left)) / whole
        variance[place] = 1 / whole
        n_left, n_joined = max((~stayed).sum(), 1), max((~came).sum(), 1)
        shift[place] = PRIOR.habit * (1 / n_left + 1 / n_joined)
    return _Moves(moved, variance, unpaired, shift)


def _average(values: Array, typical: float) -> tuple[Array, Array]:
    """Mean per row and its variance (infinite without values), variances shrunk to the pooled."""
    n = np.isfinite(values).sum(axis=1)
    mean = np.nansum(values, axis=1) / np.maximum(n, 1)
    squares = np.nansum((values - mean[:, None]) ** 2, axis=1)
    freedom = np.maximum(n - 1, 0)
    worth = PRIOR.error_answers
    pooled = (squares.sum() + worth * typical) / (freedom.sum() + worth)
    one = (squares + _POOLED_WORTH * pooled) / (freedom + _POOLED_WORTH)
    with np.errstate(divide="ignore"):
        return mean, np.where(n > 0, one / n, np.inf)


def _draw_shift(moves: _Moves, lens: int, n_draws: int, random: np.random.Generator) -> Array:
    """How far the habits of other people shifted all answers of a lens."""
    places = [lens, lens + 2]
    weight = moves.unpaired[places]
    spread = moves.variance[places] + np.median(_SIZES) ** 2 * 0.25
    precision = (weight**2 / spread).sum() + 1 / moves.shift[lens]
    mean = (weight * moves.moved[places] / spread).sum() / precision
    return np.asarray(random.normal(mean, precision**-0.5, n_draws))


def _draw_moves(moved: Array, variance: Array, random: np.random.Generator) -> Array:
    """Draws of the true moves of one set, given noisy ones, shape (topics, draws)."""
    n_draws = moved.shape[1]
    size, still = (grid.ravel() for grid in np.meshgrid(_SIZES, _STILL))
    centre = moved.mean(axis=1)
    slab = _density(centre[:, None], variance[:, None] + size**2) * (1 - still)
    spike = _density(centre[:, None], variance[:, None]) * still
    chance = np.log(slab + spike + 1e-300).sum(axis=0)
    chance = np.exp(chance - chance.max())
    chosen = random.choice(len(size), n_draws, p=chance / chance.sum())
    size, still = size[chosen], still[chosen]
    slab = _density(moved, variance[:, None] + size**2) * (1 - still)
    spike = _density(moved, variance[:, None]) * still
    keep = size**2 / (size**2 + variance[:, None])
    move = keep * moved + np.sqrt(keep * variance[:, None]) * random.standard_normal(moved.shape)
    return np.where(random.random(moved.shape) * (slab + spike) < slab, move, 0.0)


def _density(value: Array, variance: Array) -> Array:
    return np.asarray(np.exp(-(value**2) / variance / 2) / np.sqrt(variance))

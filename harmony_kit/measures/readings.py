"""What the draws of a site say of each of its topics, and of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Bools, Draws, Floats, Ints
from harmony_kit.measures.claims import CLOSE, STATES
from harmony_kit.measures.finishing import CERTAINTY
from harmony_kit.measures.joint_claims import discount, find_wider, stand_together
from harmony_kit.measures.looks import SLACK, Looks, count_draws
from harmony_kit.measures.site_model import SiteDraws
from harmony_kit.measures.tally import Tally
from harmony_kit.measures.understanding import find_certainty, mark_understood, read_understanding

__all__ = ["BAND", "DIRECTIONS", "DRAWN", "Readings", "find_on_line", "find_states", "read_site"]

#: Within this distance of the tolerance, in points of a 5-point scale, a gap lies on the line.
BAND: Final = 0.25

#: own_A, est_A and own_B of the direction first → second and of second → first, as columns of
#: a `Tally`.
DIRECTIONS: Final = ((0, 2, 1), (1, 3, 0))

#: The columns made of draws, in the order `_read_direction` gives them.
DRAWN: Final = (
    *(f"p_{state}" for state in STATES),
    "p_understood",
    "misreading_low",
    "misreading_high",
    "is_on_line",
)


#: Numbers of the states in which the lenses are close, and in which A thinks they are.
_CLOSE_STATES: Final = tuple(STATES.index(state) for state in CLOSE)
_SEEMING_STATES: Final = (0, 2)


@dataclass(frozen=True)
class Readings:
    """What has been read from the draws, filled site by site; the first axis is the direction.

    `numbers` has shape (2, topics, columns of `DRAWN`), `marked` (2, topics), `certainty` of
    the most probable state (2, topics) as claims are made of it, `centre` and `variance` of the
    lens means (topics, 4), `error` of one answer (topics, 4).
    """

    numbers: Floats
    marked: Bools
    certainty: Floats
    centre: Floats
    variance: Floats
    error: Floats

    @classmethod
    def of(cls, n_topics: int) -> Readings:
        """Nothing read yet."""
        four = (np.full((n_topics, 4), np.nan) for _ in range(3))
        numbers = np.full((2, n_topics, len(DRAWN)), np.nan)
        certainty = np.full((2, n_topics), np.nan)
        return cls(numbers, np.zeros((2, n_topics), dtype=bool), certainty, *four)


def read_site(
    tally: Tally, rows: slice, draws: SiteDraws, read: Readings, settings: Settings
) -> list[dict[str, Any]]:
    """Fill in what one site's draws say of its topics; rows of its understanding."""
    read.centre[rows] = draws.means.mean(axis=2).T
    read.variance[rows] = draws.means.var(axis=2).T
    read.error[rows] = draws.error.T
    is_same = np.abs(draws.means[0] - draws.means[1]) <= settings.tolerance + SLACK
    right, every = [], [_Verdicts([], np.zeros((0, draws.means.shape[2]), dtype=bool))]
    for side, columns in enumerate(DIRECTIONS):
        looks = Looks.of(draws.means[list(columns)], is_same, settings.tolerance + SLACK)
        numbers = _read_direction(looks, read.centre[rows][:, columns])
        right.append(_find_right(looks, numbers))
        read.numbers[side, rows] = _blind(numbers, tally.n[rows][:, list(columns)])
        every.append(_read_verdicts(tally, rows, side, looks, read))
    is_right = np.concatenate([*right, *(one.is_right for one in every)])
    found = [row for one in every for row in one.rows]
    _settle(found, is_right, read, rows, settings)
    return found


@dataclass(frozen=True)
class _Verdicts:
    """Rows of understanding, and whether the pattern of each is right, shape (rows, draws)."""

    rows: list[dict[str, Any]]
    is_right: Bools


def _read_verdicts(tally: Tally, rows: slice, side: int, looks: Looks, read: Readings) -> _Verdicts:
    """Understanding of one direction; marks the topics that are understood."""
    n, dimensions = tally.n[rows], tally.dimensions[rows]
    columns = DIRECTIONS[side]
    heard = np.asarray((n[:, list(columns[1:])] > 0).all(axis=1))
    if not heard.any():
        return _Verdicts([], np.zeros((0, looks.own.shape[1]), dtype=bool))
    looks = looks if heard.all() else looks.pick(heard)
    marked = mark_understood(looks.is_close)
    read.marked[side, rows.start + np.flatnonzero(heard)] = marked
    parts, is_right = read_understanding(looks, marked, dimensions[heard])
    where = tally.describe(rows.start, side)
    people = [_count_people(n, columns, heard, dimensions, part) for part in parts]
    return _Verdicts(
        [where | part | heads for part, heads in zip(parts, people, strict=True)], is_right
    )


def _find_right(looks: Looks, numbers: Floats) -> Bools:
    """Whether the most probable state is the state, shape (topics, draws)."""
    state = numbers[:, : len(STATES)].argmax(axis=1)[:, None]
    is_same, seems_close = np.isin(state, _CLOSE_STATES), np.isin(state, _SEEMING_STATES)
    return np.asarray((looks.is_same == is_same) & (looks.seems_close == seems_close))


def _settle(
    found: list[dict[str, Any]], is_right: Bools, read: Readings, rows: slice, settings: Settings
) -> None:
    """Fill in the certainty of states and verdicts: below `claim_at` where none may be claimed.

    One budget for both: of all that a report claims of views, at most one in ten is wrong.
    """
    whole = [row for row in found if row["dimension"] == "all"]
    wider = max((find_wider(row["n_topics"], row["high"] - row["low"]) for row in whole), default=0)
    numbers = read.numbers[:, rows]
    of_topics = discount(numbers[:, :, : len(STATES)].max(axis=2), wider)
    is_on_line = numbers[:, :, DRAWN.index("is_on_line")] > 0
    below = settings.claim_at - SLACK
    of_topics = np.where(is_on_line, np.minimum(of_topics, below), of_topics)
    # Topics stand on their own: verdicts beyond doubt must not pay for doubtful topics.
    stands = stand_together(of_topics.ravel(), is_right[: of_topics.size], settings.claim_at)
    of_topics = np.where(stands.reshape(of_topics.shape), of_topics, np.minimum(of_topics, below))
    verdicts = np.array([find_certainty(row, wider, settings) for row in found])
    certainty = np.concatenate([of_topics.ravel(), verdicts])
    stands = stand_together(certainty, is_right, settings.claim_at)
    certainty = np.where(stands, certainty, np.minimum(certainty, below))
    read.certainty[:, rows] = certainty[: of_topics.size].reshape(of_topics.shape)
    for row, value in zip(found, certainty[of_topics.size :].tolist(), strict=True):
        row[CERTAINTY] = value


def _count_people(
    n: Ints,
    columns: tuple[int, int, int],
    heard: Bools,
    dimensions: NDArray[Any],
    part: dict[str, Any],
) -> dict[str, Any]:
    """Most people heard on any topic of a part."""
    rows = heard & ((dimensions == part["dimension"]) | (part["dimension"] == "all"))
    _, estimate, other = columns
    return {"n_estimate": n[rows, estimate].max(), "n_other": n[rows, other].max()}


def _read_direction(looks: Looks, centre: Floats) -> Floats:
    """Probabilities, interval and nearness to the tolerance, shape (topics, columns of `DRAWN`).

    `centre` are the mean draws of own, estimate and the other's own, shape (topics, 3). No
    probability is 0 or 1, whatever the draws.
    """
    n_draws = looks.is_close.shape[1]
    close, seeming = count_draws(looks.is_same), count_draws(looks.seems_close)
    both = count_draws(looks.is_same & looks.seems_close)
    states = [both, n_draws - close - seeming + both, seeming - both, close - both]
    chances = [(count + 0.25) / (n_draws + 1) for count in states]
    tail = n_draws // 10
    ranked = np.sort(looks.misreading, axis=1)  # in single precision faster than np.partition
    on_line = find_on_line(centre, looks.tolerance)
    bounds = [ranked[:, tail], ranked[:, n_draws - 1 - tail]]
    understood = (count_draws(looks.is_close) + 0.5) / (n_draws + 1)
    return np.stack([*chances, understood, *bounds, on_line], axis=1).astype(np.float64)


def find_on_line(centre: Floats, tolerance: float) -> Bools:
    """Which topics lie on the line; `centre` as above."""
    gaps = np.abs(centre[:, :1] - centre[:, 1:])
    return np.asarray((np.abs(gaps - tolerance) <= BAND).any(axis=1))


def _blind(numbers: Floats, n: Ints) -> Floats:
    """Without what needs answers nobody gave; `n` of own, estimate and the other's own."""
    is_blind = (n[:, 1:] == 0).any(axis=1)
    numbers[is_blind] = np.nan
    numbers[np.ix_(is_blind | (n[:, 0] == 0), [0, 1, 2, 3, 7])] = np.nan
    return numbers


def find_states(looks: Draws, tolerance: float) -> Ints:
    """Number of the state (see `STATES`) in each draw, shape (topics, draws).

    `looks` are draws of own, estimate and the other's own, shape (3, topics, draws).
    """
    own, estimate, other = looks
    is_close = np.abs(own - other) <= tolerance + SLACK
    seems_close = np.abs(own - estimate) <= tolerance + SLACK
    return np.where(is_close, np.where(seems_close, 0, 3), np.where(seems_close, 2, 1))

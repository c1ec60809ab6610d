"""What the draws of a site say of each of its topics, and of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from harmony_kit.measures.arrays import Bools, Draws, Floats, Ints
from harmony_kit.measures.claims import STATES
from harmony_kit.measures.looks import Looks, count_draws
from harmony_kit.measures.site_model import SiteDraws
from harmony_kit.measures.tally import Tally
from harmony_kit.measures.understanding import mark_understood, read_understanding

__all__ = ["BAND", "DIRECTIONS", "DRAWN", "SLACK", "Readings", "find_states", "read_site"]

#: Within this distance of the tolerance, in points of a 5-point scale, a gap lies on the line.
BAND: Final = 0.25

#: own_A, est_A and own_B of the direction first → second and of second → first, as columns of
#: a `Tally`.
DIRECTIONS: Final = ((0, 2, 1), (1, 3, 0))

#: A gap of exactly the tolerance is close, in spite of single precision.
SLACK: Final = 1e-4

#: The columns made of draws, in the order `_read_direction` gives them.
DRAWN: Final = (
    *(f"p_{state}" for state in STATES),
    "p_understood",
    "misreading_low",
    "misreading_high",
    "is_on_line",
)


@dataclass(frozen=True)
class Readings:
    """What has been read from the draws, filled site by site; the first axis is the direction.

    `numbers` has shape (2, topics, columns of `DRAWN`), `marked` (2, topics), `centre` and
    `variance` of the lens means (topics, 4), `error` of one answer (topics, 4).
    """

    numbers: Floats
    marked: Bools
    centre: Floats
    variance: Floats
    error: Floats

    @classmethod
    def of(cls, n_topics: int) -> Readings:
        """Nothing read yet."""
        four = (np.full((n_topics, 4), np.nan) for _ in range(3))
        numbers = np.full((2, n_topics, len(DRAWN)), np.nan)
        return cls(numbers, np.zeros((2, n_topics), dtype=bool), *four)


def read_site(
    tally: Tally, rows: slice, draws: SiteDraws, read: Readings, tolerance: float
) -> list[dict[str, Any]]:
    """Fill in what one site's draws say of its topics; rows of its understanding."""
    found: list[dict[str, Any]] = []
    read.centre[rows] = draws.means.mean(axis=2).T
    read.variance[rows] = draws.means.var(axis=2).T
    read.error[rows] = draws.error.T
    n, dimensions = tally.n[rows], tally.dimensions[rows]
    is_same = np.abs(draws.means[0] - draws.means[1]) <= tolerance
    for side, columns in enumerate(DIRECTIONS):
        looks = Looks.of(draws.means[list(columns)], is_same, tolerance)
        numbers = _read_direction(looks, read.centre[rows][:, columns], tolerance)
        read.numbers[side, rows] = _blind(numbers, n[:, list(columns)])
        heard = np.asarray((n[:, list(columns[1:])] > 0).all(axis=1))
        if not heard.any():
            continue
        looks = looks if heard.all() else looks.pick(heard)
        marked = mark_understood(looks.is_close)
        read.marked[side, rows.start + np.flatnonzero(heard)] = marked
        parts = read_understanding(looks, marked, dimensions[heard])
        where = tally.describe(rows.start, side)
        found += [
            where | part | _count_people(n, columns, heard, dimensions, part) for part in parts
        ]
    return found


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


def _read_direction(looks: Looks, centre: Floats, tolerance: float) -> Floats:
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
    gaps = np.abs(centre[:, :1] - centre[:, 1:])
    on_line = (np.abs(gaps - tolerance) <= BAND).any(axis=1)
    bounds = [ranked[:, tail], ranked[:, n_draws - 1 - tail]]
    understood = (count_draws(looks.is_close) + 0.5) / (n_draws + 1)
    return np.stack([*chances, understood, *bounds, on_line], axis=1).astype(np.float64)


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

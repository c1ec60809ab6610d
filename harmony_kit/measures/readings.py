"""What the draws of a site say of each of its topics, and of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.measures.arrays import Bools, Draws, Floats, Ints
from harmony_kit.measures.claims import STATES
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
    site = tally.topics.iloc[rows]
    n, dimensions = tally.n[rows], site["dimension"].to_numpy(dtype=object)
    for side, columns in enumerate(DIRECTIONS):
        looks = draws.means[list(columns)]
        read.numbers[side, rows] = _read_direction(looks, n[:, list(columns)], tolerance)
        heard = np.asarray((n[:, list(columns[1:])] > 0).all(axis=1))
        if not heard.any():
            continue
        own, estimate, other = (part[heard] for part in looks)
        marked = mark_understood(np.abs(estimate - other) <= tolerance)
        read.marked[side, rows.start + np.flatnonzero(heard)] = marked
        where = _describe(site.iloc[0], side)
        parts = read_understanding((own, estimate, other), marked, dimensions[heard], tolerance)
        found += [
            where | part | _count_people(n, columns, heard, dimensions, part) for part in parts
        ]
    return found


def _describe(topic: pd.Series, side: int) -> dict[str, Any]:
    names = ("first", "second") if side == 0 else ("second", "first")
    where = {"site": topic["site"], "wave": topic["wave"]}
    return where | {"lens": topic[names[0]], "other": topic[names[1]]}


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


def _read_direction(looks: Draws, n: Ints, tolerance: float) -> Floats:
    """Probabilities, interval and nearness to the tolerance, shape (topics, columns of `DRAWN`).

    `looks` are draws of own, estimate and the other's own, shape (3, topics, draws), `n` the
    answers behind them. No probability is 0 or 1, whatever the draws.
    """
    own, estimate, other = looks
    n_draws = own.shape[1]
    is_close = np.abs(own - other) <= tolerance
    seems_close = np.abs(own - estimate) <= tolerance
    misreading = estimate - other
    close, seeming = np.count_nonzero(is_close, axis=1), np.count_nonzero(seems_close, axis=1)
    both = np.count_nonzero(is_close & seems_close, axis=1)
    understood = np.count_nonzero(np.abs(misreading) <= tolerance, axis=1)
    states = [both, n_draws - close - seeming + both, seeming - both, close - both]
    chances = [(count + 0.25) / (n_draws + 1) for count in states]
    tail = n_draws // 10
    ranked = np.sort(misreading, axis=1)  # in single precision faster than np.partition
    gaps = np.abs(np.stack([(own - other).mean(axis=1), (own - estimate).mean(axis=1)]))
    on_line = (np.abs(gaps - tolerance) <= BAND).any(axis=0)
    bounds = [ranked[:, tail], ranked[:, n_draws - 1 - tail]]
    found = np.stack([*chances, (understood + 0.5) / (n_draws + 1), *bounds, on_line], axis=1)
    found = found.astype(np.float64)
    is_blind = (n[:, 1:] == 0).any(axis=1)
    found[is_blind] = np.nan
    found[np.ix_(is_blind | (n[:, 0] == 0), [0, 1, 2, 3, 7])] = np.nan
    return found


def find_states(looks: Draws, tolerance: float) -> Ints:
    """Number of the state (see `STATES`) in each draw, shape (topics, draws).

    `looks` are draws of own, estimate and the other's own, shape (3, topics, draws).
    """
    own, estimate, other = looks
    is_close = np.abs(own - other) <= tolerance + SLACK
    seems_close = np.abs(own - estimate) <= tolerance + SLACK
    return np.where(is_close, np.where(seems_close, 0, 3), np.where(seems_close, 2, 1))

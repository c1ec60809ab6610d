"""Somebody who has a report, its files and this code, and wants to know who answered what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from functools import cache

import numpy as np

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.rows import rows_of
from harmony_kit.measures.telling import list_sets, tell_rating

SETTINGS = Settings()


@cache
def told_sets(n, points):
    """What may be told of n answers → every set of answers it is told of."""
    found = defaultdict(list)
    for counts in list_sets(n, points):
        found[_key(astuple(tell_rating(counts, SETTINGS)), counts)].append(counts)
    return dict(found)


def _key(told, counts):
    """What a reader sees: mean, band and word, and the counts where they are shown."""
    *seen, is_spread_shown = told
    numbers = tuple(None if isinstance(x, float) and np.isnan(x) else x for x in seen)
    return (*numbers, counts if is_spread_shown else None)


def solve(row):
    """Every set of answers that fits one row of the frame ``within`` as it was published."""
    n, points = int(row["n"]), int(row["points"])
    counts = tuple(row["counts"]) if row["counts"] is not None else None
    seen = [row["mean"], row["mean_from"], row["mean_to"]]
    numbers = tuple(None if np.isnan(x) else x for x in seen)
    view = row["view"] if isinstance(row["view"], str) else ""
    return told_sets(n, points)[(*numbers, view, counts)]


def fixed_for_outsiders(sets: Sequence[tuple[int, ...]]) -> bool:
    """Whether everybody must have answered the same, whichever of the sets it is."""
    return len({one for counts in sets for one in np.flatnonzero(counts)}) == 1


def fixed_for_insiders(sets: Sequence[tuple[int, ...]]) -> list[int]:
    """The own answers of which a colleague can tell what all the others answered."""
    found = []
    for own in range(len(sets[0])):
        rests = {take_out(one, own) for one in sets if one[own]}
        if rests and len({p for rest in rests for p in np.flatnonzero(rest)}) == 1:
            found.append(own)
    return found


def take_out(counts: Iterable[int], own: int) -> tuple[int, ...]:
    """The answers without one's own."""
    return tuple(count - (point == own) for point, count in enumerate(counts))


def count_solved(within):
    """Of the cells of a published frame: how many, with one set of answers, fixed for outsiders."""
    solved = [solve(row) for row in rows_of(within) if row["n"]]
    unique = sum(len(sets) == 1 for sets in solved if sum(sets[0]) < 8)
    return len(solved), unique, sum(map(fixed_for_outsiders, solved))


def count_solved_before(within):
    """The same of the measures as they are: mean and deviation alone leave few sets."""
    cells = [row for row in rows_of(within) if row["n"]]
    unique = fixed = 0
    for row in cells:
        sets = _sets_by_moments(int(row["n"]), int(row["points"]))
        fitting = sets[round(float(row["mean"]), 6), round(float(row["sd"]), 6)]
        unique += len(fitting) == 1 and row["n"] < 8
        fixed += fixed_for_outsiders(fitting)
    return len(cells), unique, fixed


def count_fitting_before(counts: Sequence[int]) -> int:
    """How many sets of answers share mean and deviation with these."""
    n, scale = sum(counts), np.arange(1, len(counts) + 1)
    mean = float(np.dot(counts, scale) / n)
    spread = float(np.dot(counts, (scale - mean) ** 2) / max(n - 1, 1)) ** 0.5
    return len(_sets_by_moments(n, len(counts))[round(mean, 6), round(spread, 6)])


@cache
def _sets_by_moments(n, points):
    found = defaultdict(list)
    scale = np.arange(1, points + 1)
    for counts in list_sets(n, points):
        mean = float(np.dot(counts, scale) / n)
        spread = float(np.dot(counts, (scale - mean) ** 2) / max(n - 1, 1)) ** 0.5
        found[round(mean, 6), round(spread, 6)].append(counts)
    return found

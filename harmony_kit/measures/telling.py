"""What may be told of one group's answers to one rating: its mean or a band, and a word.

Below `DISTRIBUTION_FROM` people the class of the sum is told (see `blurring`) and, where that
still fits enough sets of answers, the word for how far the group agrees. From there on counts may
be shown, unless all or all but one gave the same answer: then only that is told, as a band that
everybody else's answer would fit.

What is told depends on the class and the word alone, so that leaving a word out tells no more
than the words that were left out together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Final

import numpy as np

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.agreement import name_views
from harmony_kit.measures.blurring import FEWEST_SETS, list_classes

__all__ = [
    "DISTRIBUTION_FROM",
    "ToldRating",
    "hides_counts",
    "join_told",
    "list_sets",
    "tell_rating",
    "tell_ratings",
]

#: How many people of a lens must have answered before the answers are shown point by point:
#: with fewer, a count of one is nearly a name.
DISTRIBUTION_FROM: Final = 8

_CountSet = tuple[int, ...]


@dataclass(frozen=True)
class ToldRating:
    """What may be told of a rating.

    Attributes
    ----------
    mean
        One decimal; of a band its middle. NaN without answers.
    low, high
        The ends of the band; NaN where the mean itself is told.
    view
        The word for how far the group agrees; empty where none may be told.
    is_spread_shown
        Whether counts per point, and what is worked out from them, may be shown.
    """

    mean: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    view: str = ""
    is_spread_shown: bool = False


def hides_counts(counts: Collection[int], n: int) -> bool:
    """Whether of `n` people, so many of whom gave each answer, no counts may be shown.

    >>> [hides_counts(counts, sum(counts)) for counts in [(3, 4), (1, 7), (2, 6)]]
    [True, True, False]
    """
    return n < DISTRIBUTION_FROM or max(counts, default=0) >= n - 1


def tell_ratings(told: Iterable[Sequence[int]], settings: Settings) -> list[ToldRating]:
    """What may be told of several sets of answers, each so many at each point of a scale."""
    sets = [tuple(counts) for counts in told]
    by_points: dict[int, dict[_CountSet, None]] = defaultdict(dict)
    for counts in sets:
        if sum(counts) >= DISTRIBUTION_FROM:
            by_points[len(counts)][counts] = None
    views: dict[_CountSet, str] = {}
    for many in by_points.values():  # words for all at once: it takes as long as for one
        views |= zip(many, name_views(np.array(list(many)), settings).tolist(), strict=True)
    return [
        _tell_many(counts, views[counts]) if counts in views else _tell_few(counts, settings)
        for counts in sets
    ]


def tell_rating(counts: _CountSet, settings: Settings) -> ToldRating:
    """What may be told of so many answers at each point of a scale.

    >>> tell_rating((5, 1, 0, 0, 0), Settings())
    ToldRating(mean=1.4, low=1.0, high=1.8, view='one_view', is_spread_shown=False)
    >>> tell_rating((0, 0, 1, 8, 0), Settings()).view
    'one_view'
    """
    return tell_ratings([counts], settings)[0]


@lru_cache(maxsize=65536)
def _tell_few(counts: _CountSet, settings: Settings) -> ToldRating:
    n, points = sum(counts), len(counts)
    if not n:
        return ToldRating()
    first, last = _find_class(counts)
    view = _name_words(n, points, settings).get((first, last), {}).get(counts, "")
    return _tell_class(1 + first / n, 1 + last / n, view)


def _tell_many(counts: _CountSet, view: str) -> ToldRating:
    n, points = sum(counts), len(counts)
    if not hides_counts(counts, n):
        mean = float(np.dot(counts, range(1, points + 1)) / n)
        return ToldRating(round(mean, 1), view=view, is_spread_shown=True)
    # All, or nearly all: whatever the last one said fits into the band.
    common = counts.index(max(counts)) + 1
    ends = [((n - 1) * common + other) / n for other in (1, points)]
    return ToldRating(float(common), round(ends[0], 1), round(ends[1], 1), "one_view")


def _tell_class(low: float, high: float, view: str) -> ToldRating:
    if low == high:
        return ToldRating(round(low, 1), view=view)
    return ToldRating(round((low + high) / 2, 1), round(low, 1), round(high, 1), view)


def _find_class(counts: _CountSet) -> tuple[int, int]:
    n, points = sum(counts), len(counts)
    above = sum(place * count for place, count in enumerate(counts))
    return next(ends for ends in list_classes(n, points) if ends[0] <= above <= ends[1])


def join_told(told: Sequence[ToldRating]) -> ToldRating:
    """The mean of told means; a band where one of them is.

    >>> join_told([ToldRating(4.6, 4.2, 5.0), ToldRating(3.0)])
    ToldRating(mean=3.8, low=3.6, high=4.0, view='', is_spread_shown=False)
    """
    known = [one for one in told if not np.isnan(one.mean)]
    if not known:
        return ToldRating()
    mean = round(float(np.mean([one.mean for one in known])), 1)
    if all(np.isnan(one.low) for one in known):
        return ToldRating(mean)
    low, high = (
        round(float(np.mean([one.mean if np.isnan(end) else end for one, end in ends])), 1)
        for ends in (((one, one.low) for one in known), ((one, one.high) for one in known))
    )
    return ToldRating(mean, low, high)


def list_sets(n: int, points: int) -> list[_CountSet]:
    """Every set of `n` answers on a scale of `points`, as counts per point.

    >>> list_sets(2, 2)
    [(2, 0), (1, 1), (0, 2)]
    """
    return [*_list_sets(n, points)]


@lru_cache(maxsize=64)
def _list_sets(n: int, points: int) -> tuple[_CountSet, ...]:
    answers = combinations_with_replacement(range(points), n)
    scale = range(points)
    return tuple(tuple(map(one.count, scale)) for one in answers)


@lru_cache(maxsize=256)
def _name_words(
    n: int, points: int, settings: Settings
) -> Mapping[tuple[int, int], Mapping[_CountSet, str]]:
    """Per class of sums the sets of answers a word may be told of, with it."""
    sets = list_sets(n, points)
    views = name_views(np.array(sets), settings).tolist()
    by_class: dict[tuple[int, int], dict[_CountSet, str]] = defaultdict(dict)
    for one, view in zip(sets, views, strict=True):
        by_class[_find_class(one)][one] = view
    return {ends: keep_safe(named) for ends, named in by_class.items()}


def keep_safe(named: Mapping[_CountSet, str]) -> dict[_CountSet, str]:
    """The sets of one class whose word may be told, with it.

    A word needs enough sets; so do the sets without one, together, so the words with the fewest
    sets are left out until they do.
    """
    groups: dict[str, list[_CountSet]] = defaultdict(list)
    for one, word in named.items():
        groups[word].append(one)
    told = {word: sets for word, sets in groups.items() if _is_safe(sets)}
    silent = [one for word, sets in groups.items() if word not in told for one in sets]
    while silent and told and not _is_safe(silent):
        silent += told.pop(min(told, key=lambda word: (len(told[word]), word)))
    return {one: word for word, sets in told.items() for one in sets}


def _is_safe(sets: Sequence[_CountSet]) -> bool:
    """Whether enough sets fit, also for whoever takes her own answer out of them."""
    if len(set(sets)) < FEWEST_SETS:
        return False
    for own in range(len(sets[0])):
        rests = {tuple(c - (p == own) for p, c in enumerate(one)) for one in sets if one[own]}
        if 0 < len(rests) < FEWEST_SETS:
            return False
    return True

"""By how many people options were named, in words whose counts nobody can work back.

Each word stands for at least two counts. But the namings of all options add up to a known total
(everybody puts three first, say), and a total with its parts gives back a part: if five options
were named by at least three of five people who named three each, they were named by exactly three.
So where a total leaves an option less than two counts, to somebody outside or to who takes her own
choice out, no word is told of any option; and where that silence would tell as much, words of the
pattern nearest to it are left out too. This is secondary suppression (Hundepool et al. 2012,
"Statistical Disclosure Control", chapter 4.3), decided by the pattern of words and not by counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import product
from typing import Final

__all__ = ["LEVELS", "name_level", "name_levels"]

#: How many name an option, in words, from the most.
LEVELS: Final = ("most", "half", "some", "few")

#: Counts further than this from nobody and from everybody are told as the middle.
_AT_THE_END: Final = 2
#: Fewest people for whom the ends do not meet.
_FEWEST: Final = 2 * _AT_THE_END + 1
#: So many counts must fit a word.
_FEWEST_COUNTS: Final = 2

#: How many options have each level, in the order of `LEVELS`.
_Pattern = tuple[int, ...]
#: Options of one level, all of them named by somebody, or none: level, named by her, how many.
_Kind = tuple[str, bool | None, int]


def name_level(count: int, n: int) -> str:
    """By how many of `n` people an option was named, in words.

    Of six the middle would be one count, so it is told together with those above: half or more.

    >>> [name_level(count, 7) for count in range(8)]
    ['few', 'few', 'few', 'some', 'some', 'most', 'most', 'most']
    >>> [name_level(count, 6) for count in range(7)]
    ['few', 'few', 'few', 'half', 'half', 'half', 'half']
    """
    if count <= _AT_THE_END:
        return "few"
    if n == _FEWEST + 1:
        return "half"
    return "most" if count >= n - _AT_THE_END else "some"


def name_levels(named: Mapping[str, int], n: int) -> dict[str, str] | None:
    """Option → level; None where the total of all options would give a count back.

    >>> name_levels({"a": 4, "b": 3, "c": 2, "d": 1}, 5)
    {'a': 'most', 'b': 'most', 'c': 'few', 'd': 'few'}
    >>> name_levels({"a": 3, "b": 3, "c": 3, "d": 3, "e": 3, "f": 0}, 5) is None
    True
    """
    if n < _FEWEST:
        return None
    levels = {option: name_level(count, n) for option, count in named.items()}
    pattern = _count_levels(levels)
    silent = _find_silent(n, sum(named.values()), len(named))
    return None if pattern in silent else levels


def _count_levels(levels: Mapping[str, str]) -> _Pattern:
    counts = Counter(levels.values())
    return tuple(counts[level] for level in LEVELS)


@lru_cache(maxsize=1024)
def _find_silent(n: int, total: int, n_options: int) -> frozenset[_Pattern]:
    """The patterns of levels no word is told of, of all that `n` people can give."""
    told = list(_list_patterns(n, total, n_options))
    silent = [pattern for pattern in told if not _is_safe(pattern, n, total)]
    told = [pattern for pattern in told if pattern not in silent]
    while silent and told and not _is_silence_safe(silent, n, total):
        nearest = min(told, key=lambda one: (_distance(one, silent[0]), one))
        told.remove(nearest)
        silent.append(nearest)
    return frozenset(silent)


def _list_patterns(n: int, total: int, n_options: int) -> Iterator[_Pattern]:
    for most in product(range(n_options + 1), repeat=len(LEVELS) - 1):
        pattern = (*most, n_options - sum(most))
        if pattern[-1] >= 0 and _bound(_kinds(pattern), n, total):
            yield pattern


def _distance(one: _Pattern, other: _Pattern) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def _kinds(pattern: _Pattern) -> list[_Kind]:
    return [(level, None, many) for level, many in zip(LEVELS, pattern, strict=True) if many]


def _bound(kinds: list[_Kind], n: int, total: int) -> list[tuple[int, int]]:
    """The fewest and most people an option of each kind can have; empty where none fits."""
    ends = [_ends(level, named, n) for level, named, _ in kinds]
    if any(first > last for first, last in ends):
        return []
    lowest = sum(first * many for (first, _), (*_, many) in zip(ends, kinds, strict=True))
    highest = sum(last * many for (_, last), (*_, many) in zip(ends, kinds, strict=True))
    if not lowest <= total <= highest:
        return []
    return [
        (max(first, total - highest + last), min(last, total - lowest + first))
        for first, last in ends
    ]


@cache
def _ends(level: str, named: bool | None, n: int) -> tuple[int, int]:  # noqa: FBT001
    counts = [count for count in range(n + 1) if name_level(count, n) == level]
    if not counts:
        return 1, 0
    if named is None:
        return counts[0], counts[-1]
    return max(counts[0], int(named)), min(counts[-1], n - 1 + int(named))


def _is_safe(pattern: _Pattern, n: int, total: int) -> bool:
    """Whether two counts fit every option, also for whoever knows what she chose herself."""
    views = [_kinds(pattern), *_list_views(pattern, -(-total // n))]
    bounds = [_bound(view, n, total) for view in views]
    widths = [last - first + 1 for view in bounds for first, last in view]
    return min(widths) >= _FEWEST_COUNTS


def _list_views(pattern: _Pattern, most: int) -> Iterator[list[_Kind]]:
    """The options by level and by whether somebody named them, for all she may have named."""
    for own in product(*(range(min(many, most) + 1) for many in pattern)):
        if 0 < sum(own) <= most:
            parts = zip(LEVELS, own, pattern, strict=True)
            kinds = [((level, True, k), (level, False, many - k)) for level, k, many in parts]
            yield [kind for pair in kinds for kind in pair if kind[2]]


def _is_silence_safe(silent: list[_Pattern], n: int, total: int) -> bool:
    """Whether two counts fit an option that is known to be named, and one that is not."""
    bounds = [end for pattern in silent for end in _bound(_kinds(pattern), n, total)]
    counts = {count for first, last in bounds for count in range(first, last + 1)}
    return len(counts - {0}) >= _FEWEST_COUNTS

"""How coarse a mean must be told so that it gives no answer back.

The mean of six whole numbers has few ways to come about, near the ends of the scale only one. So
the sums a group of `n` can reach are put into classes, and only the class of a sum is told: its
lowest and highest mean, mostly one and the same. Classes are as small as these rules allow:

* at least two sets of answers lie in a class, so that nobody outside knows the answers;
* whoever takes her own answer out of any of those sets is left with at least two sets for the
  others, so that nobody inside knows them either.

The classes depend on `n` and the scale alone, never on what was answered, so that which class is
told tells no more than the class. Sets of answers are counted with Gaussian binomials: answers of
`n` people above the lowest point are a partition into at most `n` parts.
After the safety rules of statistical disclosure control (Hundepool et al. 2012, "Statistical
Disclosure Control", chapter 5: a cell is unsafe when a contributor can work out another's part).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Floats, Ints

__all__ = ["FEWEST_SETS", "bound_means", "count_sets", "list_classes"]

#: So many sets of answers must fit what is told, with and without one's own answer.
FEWEST_SETS: Final = 2

#: People added between two counts that are kept.
_STRIDE: Final = 50


@lru_cache(maxsize=65536)
def count_sets(n: int, points: int) -> tuple[int, ...]:
    """How many sets of `n` answers on a scale of `points` have each sum.

    The first is for the lowest sum, `n`, the last for the highest, ``n * points``. Exact whole
    numbers of any size; a set is what was answered without who answered it.

    >>> count_sets(4, 3)
    (1, 1, 2, 2, 3, 2, 2, 1, 1)
    """
    if n == 0 or points == 1:
        return (1,)
    # Either nobody gives the highest answer, or one who does is left out.
    without, with_one = count_sets(n, points - 1), count_sets(n - 1, points)
    counts = list(without) + [0] * (n * (points - 1) + 1 - len(without))
    for place, sets in enumerate(with_one):
        counts[place + points - 1] += sets
    return tuple(counts)


@lru_cache(maxsize=1024)
def list_classes(n: int, points: int) -> tuple[tuple[int, int], ...]:
    """The classes of the sums of `n` answers, as (lowest, highest) sum above `n`, in order.

    The same from both ends of the scale. One class for everything where nothing less is safe.

    >>> list_classes(4, 5)[:3]
    ((0, 5), (6, 6), (7, 7))
    """
    for fewer in range(0, n, _STRIDE):  # from few to many, so that none has to go deep
        count_sets(fewer, points)
    top = n * (points - 1)
    low: list[tuple[int, int]] = []
    start = 0
    for stop in range(top + 1):
        if 2 * stop >= top:
            break
        if _is_safe(start, stop, n, points):
            low.append((start, stop))
            start = stop + 1
    middle = (start, top - start)
    while low and middle[0] <= middle[1] and not _is_safe(*middle, n, points):
        start = low.pop()[0]
        middle = (start, top - start)
    high = [(top - last, top - first) for first, last in reversed(low)]
    return (*low, *([middle] if middle[0] <= middle[1] else []), *high)


def _is_safe(first: int, last: int, n: int, points: int) -> bool:
    sets, others = count_sets(n, points), count_sets(n - 1, points)
    if sum(sets[first : last + 1]) < FEWEST_SETS:
        return False
    for own in range(points):  # what somebody in the group knows of herself
        rest = others[max(first - own, 0) : max(last - own + 1, 0)]
        if 0 < sum(rest) < FEWEST_SETS:
            return False
    return True


def bound_means(means: Floats, n: Ints, points: Ints) -> tuple[Floats, Floats]:
    """The lowest and the highest mean that may be told instead of each mean.

    Parameters
    ----------
    means
        Means of whole answers, 1 to `points`; NaN where there are none.
    n
        How many answers each is of, same shape.
    points
        Points of the scale of each, same shape.

    Returns
    -------
    Two arrays of that shape, in points of the scale; the same number twice where the mean
    itself is coarse enough; NaN where it is.

    >>> low, high = bound_means(np.array([1.25, 3.0]), np.array([4, 4]), np.array([5, 5]))
    >>> low, high
    (array([1., 3.]), array([2.25, 3.  ]))
    """
    low, high = np.full(means.shape, np.nan), np.full(means.shape, np.nan)
    is_told = ~np.isnan(means) & (n > 0)
    for people, scale in np.unique(np.stack([n[is_told], points[is_told]]), axis=1).T.tolist():
        is_here = is_told & (n == people) & (points == scale)
        classes = np.array(list_classes(people, scale))
        above = np.rint((means[is_here] - 1) * people).astype(np.int64)
        place = np.searchsorted(classes[:, 1], above)
        low[is_here] = 1 + classes[place, 0] / people
        high[is_here] = 1 + classes[place, 1] / people
    return low, high

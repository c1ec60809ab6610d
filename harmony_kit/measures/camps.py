"""Two camps inside one lens: where the answers fall apart, if they do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harmony_kit.measures.arrays import Counts
from harmony_kit.measures.indices import agreement_a

__all__ = ["MAX_A", "MIN_CAMP", "MIN_SHARE", "Camp", "find_camps"]

Camp = dict[str, object]

#: Fewest people, and smallest share of the lens, that make a camp rather than a dissenter.
MIN_CAMP = 2
MIN_SHARE = 0.25

#: van der Eijk's A from which a lens is not called split: 0 is spread evenly, 1 a single point.
#: With it a single view with a standard deviation of one point is called split in at most 4 of
#: 100 lenses of 4 to 16 people, and camps three points apart are seen in 70 to 98 of 100.
MAX_A = 0.2


def find_camps(counts: Counts, tolerance: float) -> list[list[Camp]]:
    """The two camps of each row of counts over the points; an empty list where there are none.

    Two camps are the people below and above a cut when each holds at least two people and a
    quarter of the lens, their means lie at least two tolerances apart, a point between their
    fullest points is emptier than both, and van der Eijk's A is below `MAX_A`. Of several cuts
    the one with the largest distance between the means counts. Each camp is ``points`` (the
    lowest and highest answer in it), ``n`` and ``mean``.

    >>> camps = find_camps(np.array([[2, 1, 0, 1, 2], [0, 1, 3, 1, 0]]), tolerance=1.0)
    >>> [[camp["points"] for camp in found] for found in camps]
    [[[1, 2], [4, 5]], []]
    """
    points = counts.shape[1]
    is_divided = agreement_a(counts) < MAX_A
    best = np.full(len(counts), -np.inf)
    where = np.zeros(len(counts), dtype=np.int64)
    for cut in range(1, points):
        distance = _distance(counts, cut)
        is_far = is_divided & (distance >= 2 * tolerance - 1e-9)
        is_better = is_far & (distance > best) & _is_cut(counts, cut)
        best, where = np.where(is_better, distance, best), np.where(is_better, cut, where)
    return [
        [_camp(row, 0, cut), _camp(row, cut, points)] if cut else []
        for row, cut in zip(counts, where.tolist(), strict=True)
    ]


def _distance(counts: Counts, cut: int) -> npt.NDArray[np.float64]:
    """Distance of the means above and below a cut; -inf where one side is empty."""
    low, high = counts[:, :cut], counts[:, cut:]
    n_low, n_high = low.sum(axis=1), high.sum(axis=1)
    points = np.arange(1.0, counts.shape[1] + 1)
    mean_low = (low * points[:cut]).sum(axis=1) / np.maximum(n_low, 1)
    mean_high = (high * points[cut:]).sum(axis=1) / np.maximum(n_high, 1)
    return np.where((n_low > 0) & (n_high > 0), mean_high - mean_low, -np.inf)


def _is_cut(counts: Counts, cut: int) -> npt.NDArray[np.bool_]:
    """Whether both sides are large enough and a valley lies between their fullest points."""
    low, high = counts[:, :cut], counts[:, cut:]
    smaller = np.minimum(low.sum(axis=1), high.sum(axis=1))
    is_large = (smaller >= MIN_CAMP) & (smaller >= MIN_SHARE * counts.sum(axis=1))
    peaks = np.minimum(low.max(axis=1), high.max(axis=1))
    position = np.arange(counts.shape[1])
    first = cut - 1 - low[:, ::-1].argmax(axis=1)
    last = cut + high.argmax(axis=1)
    is_between = (position > first[:, None]) & (position < last[:, None])
    is_valley = (is_between & (counts < peaks[:, None])).any(axis=1)
    return np.asarray(is_large & is_valley)


def _camp(row: Counts, start: int, stop: int) -> Camp:
    filled = np.flatnonzero(row[start:stop]) + start + 1
    n = int(row[start:stop].sum())
    total = int((row[start:stop] * np.arange(start + 1, stop + 1)).sum())
    return {"points": [int(filled[0]), int(filled[-1])], "n": n, "mean": total / n}

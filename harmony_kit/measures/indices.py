"""Indices of agreement, each from counts over the points of a scale.

Every function takes `counts`, one row per group and one column per scale point (lowest first),
and returns one number per row; NaN where the index is not defined.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from harmony_kit.measures.arrays import Counts, Floats

__all__ = [
    "NULL_VARIANCES",
    "ad_mean",
    "ad_median",
    "agreement_a",
    "awg",
    "consensus",
    "krippendorff_alpha",
    "leik_dispersion",
    "means",
    "medians",
    "null_variance",
    "rwg",
    "rwg_j",
    "variances",
]

Shape = Literal["uniform", "slight_skew", "moderate_skew", "heavy_skew", "triangular", "normal"]
MeasurementLevel = Literal["nominal", "ordinal", "interval", "ratio"]

#: Variance expected without agreement, by points and shape of the null distribution, as
#: printed in LeBreton & Senter (2008), Organizational Research Methods 11(4), table 2.
NULL_VARIANCES: dict[int, dict[str, float]] = {
    points: dict(
        zip(
            ("slight_skew", "moderate_skew", "heavy_skew", "triangular", "normal"),
            row,
            strict=True,
        )
    )
    for points, row in {
        5: (1.34, 0.90, 0.44, 1.32, 1.04),
        6: (1.85, 1.26, 0.69, 1.45, 1.25),
        7: (2.90, 2.14, 1.39, 2.10, 1.40),
        8: (3.47, 2.79, 2.35, 2.81, 1.73),
        9: (5.66, 4.73, 3.16, 3.00, 1.58),
        10: (6.30, 5.09, 3.46, 2.89, 1.45),
        11: (7.31, 6.32, 4.02, 3.32, 1.40),
    }.items()
}


def null_variance(points: int, shape: Shape = "uniform") -> float:
    """Variance of one answer without any agreement; ``(points² - 1) / 12`` when uniform.

    NaN for the other shapes at 4 points, which the source does not tabulate.

    >>> null_variance(5), null_variance(5, "slight_skew")
    (2.0, 1.34)
    """
    if shape == "uniform":
        return (points**2 - 1) / 12
    return NULL_VARIANCES.get(points, {}).get(shape, float("nan"))


def _divide(top: npt.ArrayLike, bottom: npt.ArrayLike) -> Floats:
    top, bottom = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    nothing = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    return np.asarray(np.divide(top, bottom, out=nothing, where=bottom != 0))


def _points(counts: Counts) -> Counts:
    return np.arange(1, counts.shape[1] + 1, dtype=np.int64)


def means(counts: Counts) -> Floats:
    """Mean answer, 1 to the number of points; NaN without answers.

    >>> means(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([4.])
    """
    return _divide((counts * _points(counts)).sum(axis=1), counts.sum(axis=1))


def variances(counts: Counts) -> Floats:
    """Variance of the answers with n - 1 below the line; NaN under two answers.

    >>> variances(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.5])
    """
    points, n = _points(counts), counts.sum(axis=1)
    total, squares = (counts * points).sum(axis=1), (counts * points**2).sum(axis=1)
    return _divide(n * squares - total**2, n * (n - 1))


def medians(counts: Counts) -> Floats:
    """Median answer, the middle of the two middle ones for an even n; NaN without answers.

    >>> medians(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([4.])
    """
    cumulated, n = counts.cumsum(axis=1), counts.sum(axis=1)
    low = (cumulated < ((n + 1) // 2)[:, None]).sum(axis=1) + 1
    high = (cumulated < (n // 2 + 1)[:, None]).sum(axis=1) + 1
    return np.where(n > 0, (low + high) / 2, np.nan)


def _deviation(counts: Counts, centre: Floats) -> Floats:
    distance = np.abs(_points(counts)[None, :] - centre[:, None])
    return _divide((counts * distance).sum(axis=1), counts.sum(axis=1))


def ad_mean(counts: Counts) -> Floats:
    """Average deviation about the mean, in points; 0 is full agreement.

    Burke, Finkelstein & Dusig (1999), Organizational Research Methods 2(1).

    >>> ad_mean(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.4])
    """
    return _deviation(counts, means(counts))


def ad_median(counts: Counts) -> Floats:
    """Average deviation about the median, in points; 0 is full agreement.

    >>> ad_median(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.4])
    """
    return _deviation(counts, medians(counts))


def rwg(counts: Counts, expected: float | None = None) -> Floats:
    """``1 - s² / expected``; 1 is full agreement, below 0 is less than chance.

    `expected` is the variance without agreement, that of a uniform answer unless given. James,
    Demaree & Wolf (1984), Journal of Applied Psychology 69(1).

    >>> rwg(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.75])
    """
    return 1 - variances(counts) / (expected or null_variance(counts.shape[1]))


def rwg_j(ratios: npt.ArrayLike, n_items: npt.ArrayLike) -> tuple[Floats, Floats]:
    """rwg(J) of James, Demaree & Wolf and r*wg(J) of Lindell, for J parallel items.

    `ratios` is the mean over the items of observed through expected variance. rwg(J) grows
    with J whatever people answer, r*wg(J) does not; rwg(J) has no meaning (NaN) when the ratio
    passes 1. Lindell, Brandt & Whitney (1999), Applied Psychological Measurement 23(2).

    >>> rwg_j(0.5, 3)
    (array(0.75), np.float64(0.5))
    """
    ratio, j = np.asarray(ratios, dtype=np.float64), np.asarray(n_items, dtype=np.float64)
    pooled = _divide(j * (1 - ratio), j * (1 - ratio) + ratio)
    return np.where(ratio <= 1, pooled, np.nan), 1 - ratio


def awg(counts: Counts) -> Floats:
    """Agreement against the largest variance this mean allows, -1 to 1.

    NaN where it is not defined: under two answers, and where the mean lies so near an end of
    the scale that not even the most divided answers could produce it. Brown & Hauenstein
    (2005), Organizational Research Methods 8(2).

    >>> awg(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.73])
    """
    high, n, mean = counts.shape[1], counts.sum(axis=1), means(counts)
    largest = ((high + 1) * mean - mean**2 - high) * _divide(n, n - 1)
    lowest, highest = _divide(n - 1 + high, n), _divide(high * (n - 1) + 1, n)
    slack = 1e-9
    is_defined = (n > 1) & (mean >= lowest - slack) & (mean <= highest + slack)
    return np.where(is_defined, 1 - _divide(2 * variances(counts), largest), np.nan)


@cache
def _pattern_agreement(points: int) -> Floats:
    """A, after van der Eijk, of every pattern of empty and filled points, by its binary number."""
    bits = (np.arange(2**points)[:, None] >> np.arange(points)) & 1 == 1
    n_unimodal, n_bimodal = np.zeros(2**points), np.zeros(2**points)
    for i, j, k in combinations(range(points), 3):
        left, middle, right = bits[:, i], bits[:, j], bits[:, k]
        n_unimodal += middle & (left ^ right)
        n_bimodal += left & ~middle & right
    top = (points - 2) * n_unimodal - (points - 1) * n_bimodal
    n_triples = (points - 2) * (n_unimodal + n_bimodal)
    unimodality = np.where(n_triples > 0, top / np.maximum(n_triples, 1), 1.0)
    return np.asarray(unimodality * (1 - (bits.sum(axis=1) - 1) / (points - 1)))


def agreement_a(counts: Counts) -> Floats:
    """A, after van der Eijk: 1 one point only, 0 spread evenly, -1 half at each end.

    The counts are taken apart into layers of equal height; A is the mean of the layers' A,
    weighted by the answers in them. van der Eijk (2001), Quality & Quantity 35(3).

    >>> agreement_a(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.7])
    """
    heights = np.sort(counts, axis=1)
    weights = np.diff(heights, axis=1, prepend=0)
    is_filled = counts[:, None, :] >= np.maximum(heights, 1)[:, :, None]
    pattern = (is_filled * 2 ** np.arange(counts.shape[1])).sum(axis=2)
    layers = _pattern_agreement(counts.shape[1])[pattern]
    total = (weights * is_filled.sum(axis=2) * layers).sum(axis=1)
    return _divide(total, counts.sum(axis=1))


def consensus(counts: Counts) -> Floats:
    """Tastle & Wierman's consensus: 1 one point only, 0 half at each end.

    Tastle & Wierman (2007), International Journal of Approximate Reasoning 45(3).

    >>> consensus(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.83])
    """
    points = counts.shape[1]
    shares = _divide(counts, counts.sum(axis=1, keepdims=True))
    distance = np.abs(_points(counts)[None, :] - means(counts)[:, None])
    # Only an empty point can lie the whole scale away from the mean; its term is 0.
    closeness = np.where(shares > 0, 1 - distance / (points - 1), 1.0)
    return np.asarray(1 + (shares * np.log2(closeness)).sum(axis=1))


def leik_dispersion(counts: Counts) -> Floats:
    """Leik's D: 0 one point only, 1 half at each end.

    Leik (1966), Pacific Sociological Review 9(2).

    >>> leik_dispersion(np.array([[0, 0, 1, 3, 1]])).round(2)
    array([0.2])
    """
    cumulated = _divide(counts.cumsum(axis=1), counts.sum(axis=1, keepdims=True))
    nearer = np.where(cumulated <= 0.5, cumulated, 1 - cumulated)
    return np.asarray(2 * nearer.sum(axis=1) / (counts.shape[1] - 1))


def krippendorff_alpha(
    counts: Counts,
    codes: npt.NDArray[np.int64] | None = None,
    *,
    level: MeasurementLevel = "ordinal",
) -> Floats:
    """Krippendorff's alpha of each set of units: 1 perfect, 0 chance, below 0 worse.

    One row of `counts` is a unit (what was rated), its columns how many raters gave each
    point; `codes` sorts the units into sets numbered from 0, one set if None. Units with one
    rater count for nothing; NaN where every paired answer is the same or there are no pairs.
    Krippendorff (2019), Content Analysis, 4th edition, chapter 12.

    >>> krippendorff_alpha(np.array([[2, 1, 0], [0, 1, 2]])).round(2)
    array([0.58])
    """
    codes = np.zeros(len(counts), dtype=np.int64) if codes is None else codes
    is_paired = counts.sum(axis=1) > 1
    kept, sets = counts[is_paired], codes[is_paired]
    points, n_sets = counts.shape[1], int(codes.max(initial=-1)) + 1
    pairs = kept[:, :, None] * kept[:, None, :] - kept[:, :, None] * np.eye(points, dtype=int)
    together = np.zeros((n_sets, points, points))
    np.add.at(together, sets, pairs / (kept.sum(axis=1) - 1)[:, None, None])
    values = together.sum(axis=2)
    distance = _distances(values, level)
    observed = (together * distance).sum(axis=(1, 2))
    expected = (values[:, :, None] * values[:, None, :] * distance).sum(axis=(1, 2))
    return 1 - _divide((values.sum(axis=1) - 1) * observed, expected)


def _distances(values: Floats, level: MeasurementLevel) -> Floats:
    """Squared distance of two points, per set where it depends on how often each is used."""
    points = values.shape[1]
    first, second = np.indices((points, points)) + 1
    if level == "nominal":
        return np.asarray(first != second, dtype=np.float64)[None]
    if level == "interval":
        return ((first - second) ** 2).astype(np.float64)[None]
    if level == "ratio":
        return (((first - second) / (first + second)) ** 2)[None]
    middle = values.cumsum(axis=1) - values / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2

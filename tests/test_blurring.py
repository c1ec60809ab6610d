"""Means coarse enough that nobody's answer can be worked out, checked by listing every answer."""

from __future__ import annotations

import doctest
from collections import Counter
from itertools import combinations_with_replacement

import numpy as np
import pytest

from harmony_kit.measures import blurring
from harmony_kit.measures.blurring import FEWEST_SETS, bound_means, count_sets, list_classes

SIZES = [(n, points) for points in (2, 3, 5, 7) for n in range(1, 9)]


def _sets(n: int, points: int) -> list[tuple[int, ...]]:
    return list(combinations_with_replacement(range(1, points + 1), n))


def test_the_examples_are_true():
    assert doctest.testmod(blurring, extraglobs={"np": np}).failed == 0


@pytest.mark.parametrize(("n", "points"), SIZES)
def test_sets_of_answers_are_counted_as_by_hand(n, points):
    sums = Counter(sum(answers) - n for answers in _sets(n, points))
    assert count_sets(n, points) == tuple(sums[k] for k in range(n * (points - 1) + 1))


@pytest.mark.parametrize(("n", "points"), SIZES)
def test_classes_cover_every_sum_once_and_mirror_each_other(n, points):
    classes, top = list_classes(n, points), n * (points - 1)
    assert [k for first, last in classes for k in range(first, last + 1)] == [*range(top + 1)]
    assert tuple((top - last, top - first) for first, last in reversed(classes)) == classes


@pytest.mark.parametrize(("n", "points"), [(n, p) for n, p in SIZES if n >= 3 and p >= 5])
def test_no_class_gives_the_answers_away(n, points):
    everything = _sets(n, points)
    for first, last in list_classes(n, points):
        inside = [answers for answers in everything if first <= sum(answers) - n <= last]
        assert len(inside) >= FEWEST_SETS
        for own in {one for answers in inside for one in answers}:
            others = set()
            for answers in inside:
                if own in answers:
                    rest = list(answers)
                    rest.remove(own)
                    others.add(tuple(rest))
            assert len(others) >= FEWEST_SETS


def test_the_middle_of_the_scale_keeps_its_means():
    told = np.arange(12, 25) / 6
    low, high = bound_means(told, np.full(13, 6), np.full(13, 5))
    assert low.round(9).tolist() == told.round(9).tolist()
    assert high.round(9).tolist() == told.round(9).tolist()


def test_means_near_an_end_are_told_as_a_band():
    low, high = bound_means(np.array([1.0, 11 / 6, 5.0]), np.full(3, 6), np.full(3, 5))
    assert low.round(3).tolist() == [1.0, 1.0, 4.167]
    assert high.round(3).tolist() == [1.833, 1.833, 5.0]


def test_three_people_have_hardly_a_mean():
    low, high = bound_means(np.array([2.0, 3.0]), np.array([3, 3]), np.array([5, 5]))
    assert low.round(3).tolist() == [1.0, 3.0]
    assert high.round(3).tolist() == [2.667, 3.0]


def test_a_crowd_keeps_nearly_every_mean():
    classes = list_classes(600, 5)
    assert classes[:2] == ((0, 5), (6, 6))
    assert len(classes) == 600 * 4 + 1 - 2 * 5


def test_a_mean_of_nobody_stays_missing():
    low, high = bound_means(np.array([np.nan]), np.array([0]), np.array([5]))
    assert np.isnan(low).all()
    assert np.isnan(high).all()

"""The bars of benchmarks/truth.py on fewer plants, and that the plants are what they say."""

import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import planting  # noqa: E402  a benchmark is not installed
import truth  # noqa: E402

WORLD = planting.World()


@pytest.mark.parametrize("points", [4, 5, 11])
def test_planted_views_have_the_planted_means(points):
    means = np.linspace(1.02, points - 0.02, 40)
    views = planting.view_shares(means, np.full(40, 0.2 * (points - 1)), points)
    assert views.sum(axis=1).tolist() == pytest.approx([1.0] * 40)
    assert (views @ np.arange(1, points + 1)).tolist() == pytest.approx(means.tolist())


def test_planted_means_cover_the_whole_scale():
    own = planting.plant_topics(1400, (3, 3), world=WORLD, seed=1).truth["own"]
    thirds = np.histogram(own, bins=[1, 2, 3, 4, 5])[0] / len(own)
    assert thirds.tolist() == pytest.approx([0.25] * 4, abs=0.03)


def test_people_answer_as_their_lens_thinks():
    planted = planting.plant_topics(700, (40, 60), world=WORLD, seed=2)
    known = planted.truth[planted.truth["lens"] == "it"]
    for ratings, name in zip(planted.ratings[:3], ("own", "other_own", "estimate"), strict=True):
        error = ratings.mean(axis=1) - known[name].to_numpy()
        assert abs(error.mean()) < 0.02
        assert np.sqrt((error**2).mean()) < 0.25


def test_heads_are_the_truth_where_they_are_told():
    world = planting.World(heads=5)
    planted = planting.plant_topics(35, (5, 5), world=world, seed=3)
    found = truth.measure(planted)
    assert found["own"].tolist() == pytest.approx(planted.truth["own"].tolist())
    assert found["state"].tolist() == planted.truth["state"].tolist()
    assert set(found["claim"]) == {"claimed"}


def test_the_same_seed_plants_the_same():
    one, two = (planting.plant_topics(35, (3, 4), world=WORLD, seed=5) for _ in range(2))
    assert one.answers.equals(two.answers)
    assert one.truth.equals(two.truth)


@pytest.mark.parametrize("sizes", [(4, 4), (6, 6), (12, 12)])
def test_bars(sizes):
    planted = planting.plant_topics(2100, sizes, world=WORLD, seed=1)
    found = truth.score(truth.judge_measured(truth.measure(planted)), planted.truth)
    assert truth.miss_bars(sizes, found) == []
    raw = truth.score(truth.judge_raw(planted, WORLD), planted.truth)
    t_test = truth.score(truth.judge_t_test(planted), planted.truth)
    assert found["brier"] < min(raw["brier"], t_test["brier"])
    assert found["right"] > max(raw["right"], t_test["right"])


def test_nobody_beats_who_was_told_the_world_by_much():
    planted = planting.plant_topics(2100, (6, 6), world=WORLD, seed=1)
    found = truth.score(truth.judge_measured(truth.measure(planted)), planted.truth)
    told = truth.score(truth.judge_told(planted, WORLD), planted.truth)
    assert found["brier"] == pytest.approx(told["brier"], abs=0.01)


def test_a_missed_bar_is_said():
    found = {"claimed": 0.3, "right": 0.9, "0.8": 0.7, "0.9": 0.95}
    assert truth.miss_bars((6, 6), found) == [
        "(6, 6): claimed is 0.300, not within 0.4 to 1.0",
        "(6, 6): right is 0.900, not within 0.92 to 1.0",
        "(6, 6): 0.8 is 0.700, not within 0.8 to 0.95",
    ]

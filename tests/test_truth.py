"""The bars of benchmarks/truth.py on few plants, and that the plants are what they say."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import judged  # noqa: E402  a benchmark is not installed
import planting  # noqa: E402
import truth  # noqa: E402
import wave_truth  # noqa: E402
import whole_truth  # noqa: E402
import worlds  # noqa: E402

WORLD = planting.World()


@pytest.mark.parametrize("points", [4, 5, 11])
def test_planted_views_have_the_planted_means(points):
    means = np.linspace(1.02, points - 0.02, 40)
    views = planting.view_shares(means, np.full(40, 0.2 * (points - 1)), points)
    assert views.sum(axis=1).tolist() == pytest.approx([1.0] * 40)
    assert (views @ np.arange(1, points + 1)).tolist() == pytest.approx(means.tolist())


@pytest.mark.slow
def test_people_answer_as_their_lens_thinks():
    planted = planting.plant_topics(700, (40, 60), world=WORLD, seed=2)
    known = planted.truth[planted.truth["lens"] == "it"]
    for ratings, name in zip(planted.ratings[:3], ("own", "other_own", "estimate"), strict=True):
        error = ratings.mean(axis=1) - known[name].to_numpy()
        assert abs(error.mean()) < 0.02
        assert np.sqrt((error**2).mean()) < 0.25


def test_the_same_seed_plants_the_same():
    one, two = (planting.plant_topics(35, (3, 4), world=WORLD, seed=5) for _ in range(2))
    assert one.answers.equals(two.answers)
    assert one.truth.equals(two.truth)


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_every_world_can_be_asked(name):
    world, random = worlds.WORLDS[name], np.random.default_rng(3)
    plant = worlds.make_plant(world, random)
    people = worlds.People.of(planting.TOPICS_PER_SITE, (200, 200), random)
    asked = worlds.ask(plant, world, people, (200, 200), random)
    heard = np.stack([np.nanmean(part, axis=1) for part in asked.ratings])
    error = (heard - asked.truth) * 4 / (world.points - 1)
    assert np.sqrt((error**2).mean()) < 0.2


def test_a_rating_is_as_reliable_as_its_world_says():
    world, random = worlds.World("mixed"), np.random.default_rng(4)
    plant = worlds.make_plant(world, random)
    people = worlds.People.of(planting.TOPICS_PER_SITE, (300, 300), random)
    twice = [worlds.ask(plant, world, people, (300, 300), random).ratings[0] for _ in range(2)]
    again = [np.corrcoef(*rows)[0, 1] for rows in zip(*twice, strict=True)]
    assert np.mean(again) == pytest.approx(world.reliability, abs=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["spread over the scale", "all misreadings 0", "mixed", "skewed"])
def test_bars(name):
    row = truth.judge_world(name, (6, 6), 8, 1)
    assert truth.miss_bars(row) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["mixed", "one-sided 1.3, habits 0.35", "one side, habits 0.35", "all misreadings 1.2"]
)
def test_a_reader_told_the_world_is_as_right_as_he_says(name):
    asked = truth.interview(name, (8, 8), 5, 1)
    true = pd.concat([worlds.find_truth(one.truth, 5) for one in asked], ignore_index=True)
    told = judged.judge_told(asked, true, worlds.WORLDS[name])
    assert told["told_right"] >= 0.9
    assert told["told_held"] >= 0.6
    assert abs(told["told_bias"]) < 0.06


def test_nobody_is_told_the_world_of_real_people():
    told = judged.judge_told([], pd.DataFrame(), worlds.World("bfi"))
    assert np.isnan(list(told.values())).all()


@pytest.mark.slow
def test_a_plant_that_did_not_change_says_so():
    still = wave_truth.judge_pair(worlds.World("mixed"), 4, same=True, seed=1)
    moved = wave_truth.judge_pair(worlds.World("mixed", moved=0.2), 4, same=True, seed=1)
    assert still["moves"] <= 0.3
    assert moved["power"] >= 0.4
    assert moved["right"] >= 0.9


def test_whole_reports_keep_the_promise_and_every_kind_of_claim_is_counted():
    random = np.random.default_rng(1)
    world = worlds.WORLDS["mixed"]
    everybody = [whole_truth.plant_everybody(f"s{i}", world, random) for i in range(3)]
    truth_ = whole_truth.measure_plants(everybody, whole_truth.EVERYBODY)
    claims = whole_truth.list_claims(whole_truth.measure_plants(everybody, 8), truth_)
    assert set(claims["kind"]) >= {"topics", "understanding", "ownership", "pilots", "readiness"}
    assert claims["is_right"].mean() >= 0.92
    every = whole_truth.list_claims(truth_, truth_)
    assert every["is_right"].all()

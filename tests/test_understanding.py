import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from measure_frames import answers_of, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.accuracy import Hits, read_accuracy
from harmony_kit.measures.coorientation import measure_topics, measure_understanding
from harmony_kit.measures.looks import Looks
from harmony_kit.measures.understanding import (
    UNDERSTANDING,
    mark_understood,
    read_understanding,
)

SETTINGS = Settings()
ITEMS = items_of(
    {"item": "frame.one"}, {"item": "frame.two"}, {"item": "work.one", "dimension": "work"}
)
EVERYBODY = pd.DataFrame({"site": ["north"] * 2, "lens": ["a", "b"], "headcount": [3, 3]}).astype(
    {"site": "str", "lens": "str", "headcount": "Int64"}
)


def topic(item, own, estimate, other, other_estimate, **where):
    return [
        *said("a", item, own, **where),
        *said("a", item, estimate, about="b", **where),
        *said("b", item, other, **where),
        *said("b", item, other_estimate, about="a", **where),
    ]


ANSWERS = answers_of(
    topic("frame.one", [4, 4, 4], [2, 2, 2], [2, 2, 2], [1, 1, 1]),
    topic("frame.two", [4, 4, 4], [5, 5, 5], [1, 1, 1], [4, 4, 4]),
    topic("work.one", [3, 3, 3], [3, 3, 4], [4, 4, 4], [2, 3, 3]),
)


def test_by_dimension_and_direction():
    found = measure_understanding(ANSWERS, ITEMS, settings=SETTINGS, headcounts=EVERYBODY)
    columns = ["lens", "dimension", "n_topics", "n_estimate", "n_other", "understood", "share"]
    assert found[columns].to_numpy().tolist() == [
        ["a", "all", 3, 3, 3, 2, 2 / 3],
        ["a", "frame", 2, 3, 3, 1, 0.5],
        ["a", "work", 1, 3, 3, 1, 1.0],
        ["b", "all", 3, 3, 3, 2, 2 / 3],
        ["b", "frame", 2, 3, 3, 1, 0.5],
        ["b", "work", 1, 3, 3, 1, 1.0],
    ]
    assert found["misreading"].tolist() == pytest.approx(
        [(0 + 4 + 2 / 3) / 3, 2, 2 / 3, (3 + 0 + 1 / 3) / 3, 1.5, 1 / 3]
    )
    assert ((found["low"] <= found["share"]) & (found["share"] <= found["high"])).all()
    whole = found[found["dimension"] == "all"]
    assert whole["pattern"].tolist() == ["reads_well"] * 2


def test_one_definition_of_understood():
    topics = measure_topics(ANSWERS, ITEMS, settings=SETTINGS)
    found = measure_understanding(ANSWERS, ITEMS, settings=SETTINGS).set_index(
        ["lens", "dimension"]
    )
    for lens, part in topics.groupby("lens"):
        marked = part["is_understood"].sum()
        by_dimension = found.loc[lens, "understood"].drop("all").sum()
        assert found.loc[(lens, "all"), "understood"] == marked == by_dimension


def test_no_answers_give_an_empty_frame_with_every_column():
    found = measure_understanding(no_answers(), ITEMS, settings=SETTINGS)
    assert (dtypes_of(found), len(found)) == (UNDERSTANDING.dtypes, 0)


def test_topics_nobody_estimated_do_not_count():
    is_gone = (ANSWERS["item"] == "work.one") & (ANSWERS["lens"] == "a")
    answers = ANSWERS[~is_gone | (ANSWERS["about"] == "a")].reset_index(drop=True)
    found = measure_understanding(answers, ITEMS, settings=SETTINGS)
    assert found[["lens", "dimension", "n_topics"]].to_numpy().tolist() == [
        ["a", "all", 2],
        ["a", "frame", 2],
        ["b", "all", 3],
        ["b", "frame", 2],
        ["b", "work", 1],
    ]


@pytest.mark.slow
def test_sites_do_not_touch_each_other():
    more = [f"frame.{i}" for i in range(4)]
    items = pd.concat([ITEMS, items_of(*({"item": item} for item in more))], ignore_index=True)
    south = answers_of(
        *(topic(item, [1, 2], [3, 3], [4, 4, 5], [2, 2, 1], site="south") for item in more)
    )
    together = pd.concat([south, ANSWERS], ignore_index=True)
    alone = [measure_understanding(one, items, settings=SETTINGS) for one in (ANSWERS, south)]
    found = measure_understanding(together, items, settings=SETTINGS)
    expected = pd.concat(alone, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_as_many_are_marked_as_the_middle_count():
    random = np.random.default_rng(4)
    is_close = random.random((9, 400)) < random.random((9, 1))
    marked = mark_understood(is_close)
    assert marked.sum() == np.median(is_close.sum(axis=0))
    chance = is_close.mean(axis=1)
    assert chance[marked].min() >= chance[~marked].max()


@limits(max_examples=25, derandomize=True, deadline=None)
@given(seed=st.integers(0, 1000), n_topics=st.integers(1, 8))
def test_an_interval_is_a_percentile_of_the_count(seed, n_topics):
    random = np.random.default_rng(seed)
    draws = random.uniform(0, 4, (3, n_topics, 300))
    looks = Looks.of(draws, np.abs(draws[0] - draws[2]) <= 1, 1.0)
    is_close = np.abs(draws[1] - draws[2]) <= 1
    marked = mark_understood(is_close)
    (row, _), is_right = read_understanding(looks, marked, np.array(["x"] * n_topics))
    counts = np.sort(is_close.sum(axis=0))
    assert (row["understood_low"], row["understood_high"]) == (counts[29], counts[269])
    well = (counts > n_topics / 2).sum() + (counts == n_topics / 2).sum() / 2
    assert row["p_reads_well"] == pytest.approx((well + 0.5) / 301)
    number = is_close.sum(axis=0)
    is_well = row["p_reads_well"] >= 0.5
    assert (is_right[1] == (number * 2 > n_topics if is_well else number * 2 < n_topics)).all()


@pytest.mark.parametrize(("far", "ends"), [(0.0, (6, 7)), (3.0, (0, 1))])
def test_no_interval_is_without_width(far, ends):
    draws = np.zeros((3, 7, 300))
    draws[1] += far
    looks = Looks.of(draws, np.full((7, 300), fill_value=True), 1.0)
    marked = mark_understood(np.abs(draws[1] - draws[2]) <= 1)
    (row, _), _ = read_understanding(looks, marked, np.array(["x"] * 7))
    assert (row["understood_low"], row["understood_high"]) == ends
    assert row["low"] < row["high"]


def test_knowing_beats_projecting_and_one_guess():
    # The other lens thinks 3 of everything: any lens that says 3 everywhere is right, and knows
    # nothing that a flat guess would not.
    flat = [topic(f"frame.{i}", [3] * 4, [3] * 4, [3] * 4, [3] * 4) for i in range(12)]
    values = [1, 5, 1, 5, 2, 4, 1, 5, 1, 5, 2, 4]
    known = [
        topic(f"frame.{i}", [6 - v] * 4, [v] * 4, [v] * 4, [6 - v] * 4)
        for i, v in enumerate(values)
    ]
    items = items_of(*({"item": f"frame.{i}"} for i in range(12)))
    rows = [
        measure_understanding(answers_of(*group), items, settings=SETTINGS).iloc[0]
        for group in (flat, known)
    ]
    assert [(row["understood"], row["pattern"], row["claim"]) for row in rows] == [
        (12, "reads_well", "open"),
        (12, "reads_well", "claimed"),
    ]
    assert rows[1]["profile"] > 0.9
    assert abs(rows[1]["level"]) < 0.2
    assert (rows[1]["n_different"], rows[1]["different_understood"]) == (12, 1.0)


def test_of_few_topics_nobody_knows_a_profile():
    found = measure_understanding(ANSWERS, ITEMS, settings=SETTINGS)
    names = [f"{part}{end}" for part in ("profile", "projection") for end in ("_low", "", "_high")]
    assert found[names].isna().to_numpy().all()
    assert found.loc[found["dimension"] == "all", "level"].notna().all()


def test_the_interval_of_a_profile_is_wider_than_its_draws():
    random = np.random.default_rng(4)
    own, other = random.normal(2, 1, (2, 30, 1)) + random.normal(0, 0.1, (2, 30, 400))
    estimate = other + random.normal(0, 0.8, (30, 1)) + random.normal(0, 0.2, (30, 400))
    looks = Looks.of(np.stack([own, estimate, other]), np.abs(own - other) <= 1, 1.0)
    found = read_accuracy(looks, Hits.of(looks))
    drawn = [np.corrcoef(estimate[:, i], other[:, i])[0, 1] for i in range(400)]
    low, middle, high = np.arctanh(np.quantile(drawn, [0.1, 0.5, 0.9]))
    ends = np.arctanh([found["profile_low"], found["profile_high"]])
    assert np.tanh(middle) == pytest.approx(found["profile"], abs=1e-4)
    assert ((ends - middle) / (np.array([low, high]) - middle)).tolist() == pytest.approx(
        [1.15, 1.15], rel=0.01
    )

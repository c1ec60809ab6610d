from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from measure_frames import answers_of, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.coorientation import measure_topics
from harmony_kit.measures.understanding import (
    UNDERSTANDING,
    measure_understanding,
    summarise_understanding,
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


def test_a_census_by_dimension_and_direction():
    found = measure_understanding(ANSWERS, ITEMS, settings=SETTINGS, headcounts=EVERYBODY)
    columns = ["lens", "dimension", "n_topics", "n_estimate", "n_other", "understood", "share"]
    assert found[columns].to_numpy().tolist() == [
        ["a", "all", 3, 3, 3, 2.0, 2 / 3],
        ["a", "frame", 2, 3, 3, 1.0, 0.5],
        ["a", "work", 1, 3, 3, 1.0, 1.0],
        ["b", "all", 3, 3, 3, 2.0, 2 / 3],
        ["b", "frame", 2, 3, 3, 1.0, 0.5],
        ["b", "work", 1, 3, 3, 1.0, 1.0],
    ]
    assert found["misreading"].tolist() == pytest.approx(
        [(0 + 4 + 2 / 3) / 3, 2, 2 / 3, (3 + 0 + 1 / 3) / 3, 1.5, 1 / 3]
    )
    assert found[["low", "high"]].to_numpy().tolist() == [[share] * 2 for share in found["share"]]
    assert found["pattern"].tolist() == ["reads_well"] * 6
    assert found["claim"].tolist() == ["claimed", "open", "claimed"] * 2


def test_no_answers_give_an_empty_frame_with_every_column():
    found = measure_understanding(no_answers(), ITEMS, settings=SETTINGS)
    assert (dtypes_of(found), len(found)) == (UNDERSTANDING.dtypes, 0)


def test_it_is_what_the_topics_say():
    topics = measure_topics(ANSWERS, ITEMS, settings=SETTINGS)
    found = measure_understanding(ANSWERS, ITEMS, settings=SETTINGS)
    pd.testing.assert_frame_equal(found, summarise_understanding(topics, settings=SETTINGS))
    assert dtypes_of(found) == UNDERSTANDING.dtypes
    a = topics[topics["lens"] == "a"]["p_understood"].sum()
    assert found.iloc[0]["understood"] == pytest.approx(a)


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


def topics_with(chances):
    """As many topics of one direction as there are probabilities to be understood."""
    frame = pd.DataFrame({"p_understood": chances})
    return frame.assign(
        site="north",
        wave="1",
        lens="a",
        other="b",
        dimension="frame",
        misreading=0.5,
        n_estimate=3,
        n_other=4,
    )


@limits(max_examples=25, derandomize=True, deadline=None)
@given(
    chances=st.lists(st.sampled_from([0, 0.1, 0.25, 0.5, 0.8, 0.975, 1]), min_size=1, max_size=7)
)
def test_the_number_understood_equals_enumeration(chances):
    distribution = np.zeros(len(chances) + 1)
    for outcome in product([0, 1], repeat=len(chances)):
        terms = [p if hit else 1 - p for p, hit in zip(chances, outcome, strict=True)]
        distribution[sum(outcome)] += np.prod(terms)
    found = summarise_understanding(topics_with(chances), settings=SETTINGS).iloc[0]
    up_to = np.cumsum(distribution)
    low, high = (int(np.argmax(up_to >= tail - 1e-9)) for tail in (0.1, 0.9))
    half = len(chances) / 2
    well = sum(p * ((k > half) + (k == half) / 2) for k, p in enumerate(distribution))
    assert found[["understood_low", "understood_high"]].tolist() == [low, high]
    assert found["low"] == pytest.approx(min(low / len(chances), np.mean(chances)))
    assert found["high"] == pytest.approx(max(high / len(chances), np.mean(chances)))
    numbers = [found["understood"], found["share"], found["p_reads_well"]]
    assert numbers == pytest.approx([sum(chances), np.mean(chances), well])

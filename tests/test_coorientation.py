import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from measure_frames import answers_of, at_site, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.errors import FrameError
from harmony_kit.measures import coorientation, selection
from harmony_kit.measures.claims import STATES
from harmony_kit.measures.coorientation import measure_coorientation, measure_topics

CASES = Path(__file__).parent / "cases" / "coorientation"
TOPICS = json.loads((CASES / "topics.json").read_text(encoding="utf-8"))["cases"]
SETTINGS = Settings()
ITEM = "execution.aligned"
P_STATES = [f"p_{state}" for state in STATES]


def topic(own, estimate, other, other_estimate=(3, 3, 3), lenses=("a", "b"), **where):
    """Answers to one topic: own and estimates of the first lens, then of the second."""
    first, second = lenses
    item = where.pop("item", ITEM)
    return [
        *said(first, item, own, **where),
        *said(first, item, estimate, about=second, **where),
        *said(second, item, other, **where),
        *said(second, item, other_estimate, about=first, **where),
    ]


def measured(*groups, items=None, **options):
    items = items_of({"item": ITEM}) if items is None else items
    return measure_topics(answers_of(*groups), items, **({"settings": SETTINGS} | options))


def headcounts(**sizes):
    rows = [("north", lens, n) for lens, n in sizes.items()]
    frame = pd.DataFrame(rows, columns=["site", "lens", "headcount"])
    return frame.astype({"site": "str", "lens": "str", "headcount": "Int64"})


@pytest.mark.parametrize("lens", ["it", "operations"])
def test_worked_example(lens):
    case = json.loads((CASES / "worked.json").read_text(encoding="utf-8"))
    answers = topic(
        case["it_own"],
        case["it_estimate_of_operations"],
        case["operations_own"],
        case["operations_estimate_of_it"],
        lenses=("it", "operations"),
    )
    found = measured(answers).set_index("lens").loc[lens]
    assert {name: found[name] for name in case[lens]} == pytest.approx(case[lens], abs=1e-9)


@pytest.mark.parametrize("case", TOPICS, ids=lambda case: case["name"])
def test_states_and_claims(case):
    found = measured(topic(case["own"], case["estimate"], case["other"])).iloc[0]
    state, claim = (None if pd.isna(found[name]) else found[name] for name in ("state", "claim"))
    assert (state, claim) == (case["state"], case["claim"])


def test_columns_and_order():
    items = items_of(
        {"item": "z.late"}, {"item": "a.early", "per": "pilot"}, {"item": "b", "mirrored": False}
    )
    found = measured(
        topic([1, 2], [2, 2], [3], item="a.early", subject="p2"),
        topic([1, 2], [2, 2], [3], item="a.early", subject="p1"),
        topic([1, 2], [2, 2], [3, 4, 5], item="z.late"),
        said("a", "b", [1, 2]),
        items=items,
    )
    assert dtypes_of(found) == coorientation.TOPICS.dtypes
    key = found[["item", "subject", "lens", "other", "n_own", "n_estimate", "n_other"]]
    assert key.astype(object).where(key.notna(), None).to_numpy().tolist() == [
        ["z.late", None, "a", "b", 2, 2, 3],
        ["z.late", None, "b", "a", 3, 3, 2],
        ["a.early", "p1", "a", "b", 2, 2, 1],
        ["a.early", "p1", "b", "a", 1, 3, 2],
        ["a.early", "p2", "a", "b", 2, 2, 1],
        ["a.early", "p2", "b", "a", 1, 3, 2],
    ]


def test_no_answers_give_an_empty_frame_with_every_column():
    found = measure_topics(no_answers(), items_of({"item": ITEM}), settings=SETTINGS)
    assert (dtypes_of(found), len(found)) == (coorientation.TOPICS.dtypes, 0)


def test_no_mirrored_ratings_give_an_empty_frame():
    items = items_of({"item": ITEM, "mirrored": False})
    assert len(measured(said("a", ITEM, [1, 2, 3]), items=items)) == 0


def test_one_lens_alone_has_no_topics():
    assert len(measured(said("a", ITEM, [1, 2, 3]))) == 0


ratings = st.lists(st.integers(1, 5), min_size=1, max_size=9)


@pytest.mark.slow
@limits(max_examples=25, derandomize=True, deadline=None)
@given(own=ratings, estimate=ratings, other=ratings, other_estimate=ratings)
def test_identities(own, estimate, other, other_estimate):
    a, b = measured(topic(own, estimate, other, other_estimate)).to_dict("records")
    assert a["agreement_gap"] == -b["agreement_gap"]
    for row in (a, b):
        parts = row["perceived_gap"] + row["misreading"]
        assert row["agreement_gap"] == pytest.approx(parts, abs=1e-12)
        assert sum(row[name] for name in P_STATES) == pytest.approx(1, abs=1e-12)
        assert row["misreading_low"] <= row["misreading"] <= row["misreading_high"]
    # Whether the lenses agree is one question, whoever asks it.
    agree = [row["p_shared_view"] + row["p_false_conflict"] for row in (a, b)]
    assert agree[0] == pytest.approx(agree[1], abs=1e-12)


def test_a_census_leaves_response_noise():
    everybody = headcounts(a=3, b=3)
    found = measured(topic([4, 5, 4], [4, 4, 3], [2, 3, 2]), headcounts=everybody).iloc[0]
    assert (found["state"], found["claim"]) == ("false_consensus", "leaning")
    assert 0.6 < found["p_false_consensus"] < 1
    assert found["misreading_low"] < found["misreading"] < found["misreading_high"]


def test_nothing_is_ever_certain():
    found = measured(topic([5] * 40, [5] * 40, [1] * 40), headcounts=headcounts(a=40, b=40))
    chances = found[[*P_STATES, "p_understood"]].to_numpy()
    assert ((chances > 0) & (chances < 1)).all()
    assert (found["misreading_low"] < found["misreading_high"]).all()


def test_a_gap_near_the_tolerance_lies_on_the_line():
    near = topic([4] * 12, [3] * 12, [3] * 12, item="x.near")
    clear = topic([4] * 12, [4] * 12, [1] * 12, item="x.clear")
    items = items_of({"item": "x.near"}, {"item": "x.clear"})
    found = measured(near, clear, items=items)
    found = found[found["lens"] == "a"].set_index("item")
    assert found["is_on_line"].to_dict() == {"x.near": True, "x.clear": False}
    assert found.loc["x.near", "claim"] != "claimed"


def test_a_topic_borrows_from_the_others():
    alike = [topic([3, 4, 3], [3, 4, 4], [3, 4, 3], item=f"x.{i}") for i in range(20)]
    odd = topic([3, 4, 3], [5, 5, 4], [3, 4, 3], item="x.odd")
    items = items_of(*({"item": f"x.{i}"} for i in range(20)), {"item": "x.odd"})
    together = measured(*alike, odd, items=items)
    alone = measured(odd, items=items)
    chance = [
        frame[frame["item"] == "x.odd"].iloc[0]["p_understood"] for frame in (alone, together)
    ]
    assert chance[0] < chance[1]


@pytest.mark.slow
def test_more_heads_mean_more_doubt():
    answers = topic([5, 4, 4], [4, 4, 3], [2, 3, 2])
    widths = []
    for heads in (3, 4, 8, 20, None):
        row = measured(answers, headcounts=headcounts(a=heads, b=heads)).iloc[0]
        widths.append(row["misreading_high"] - row["misreading_low"])
    assert widths == pytest.approx(sorted(widths), abs=0.12)
    assert widths[0] < widths[-1] - 0.3


def test_a_head_count_below_the_people_heard_counts_as_unknown():
    answers = topic([5, 4, 4], [4, 4, 3], [2, 3, 2])
    wrong = measured(answers, headcounts=headcounts(a=2, b=2))
    pd.testing.assert_frame_equal(wrong, measured(answers))


@pytest.mark.slow
def test_no_view_leaves_the_lens_and_an_untold_view_stays_unseen():
    # Of four heads three gave a number and one knew nothing: nobody is left to draw.
    knows = measured(
        topic([5, 4, 4, "dont_know"], [4, 4, 3, "dont_know"], [2, 3, 2]),
        headcounts=headcounts(a=4, b=3),
    ).iloc[0]
    everybody = measured(topic([5, 4, 4], [4, 4, 3], [2, 3, 2]), headcounts=headcounts(a=3, b=3))
    assert (knows["n_own"], knows["own"]) == (3, 13 / 3)
    assert knows["p_false_consensus"] == everybody.iloc[0]["p_false_consensus"]
    untold = measured(
        topic([5, 4, 4, "prefer_not"], [4, 4, 3, "prefer_not"], [2, 3, 2]),
        headcounts=headcounts(a=4, b=3),
    ).iloc[0]
    absent = measured(topic([5, 4, 4], [4, 4, 3], [2, 3, 2]), headcounts=headcounts(a=4, b=3))
    assert (untold["n_own"], untold["own"]) == (3, 13 / 3)
    assert untold["p_false_consensus"] == absent.iloc[0]["p_false_consensus"] < 1


def test_missing_estimates_leave_the_rest():
    found = measured(topic([4, 5, 4], [], [2, 3, 2], [4, 4, 4])).to_dict("records")
    blind, seeing = found
    assert (blind["n_estimate"], blind["agreement_gap"]) == (0, pytest.approx(2.0))
    unknown = ["estimate", "perceived_gap", "misreading", "p_understood", *P_STATES]
    assert all(np.isnan(blind[name]) for name in unknown)
    assert pd.isna(blind["claim"])
    assert seeing["state"] == "known_difference"


@pytest.mark.slow
def test_sites_and_waves_do_not_touch_each_other():
    north = topic([5, 4, 4], [4, 4, 3], [2, 3, 2])
    south = topic([1, 1, 2], [5, 5, 4], [2, 3, 2, 1], site="south")
    later = topic([2, 3, 2], [2, 2, 2], [2, 3, 2], wave="2")
    alone = [measured(group) for group in (north, later, south)]
    together = measured(south, later, north)
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True), check_exact=True)
    pd.testing.assert_frame_equal(at_site(together, "south"), alone[2], check_exact=True)


@pytest.mark.slow
def test_the_order_of_the_rows_does_not_matter():
    answers = answers_of(topic([5, 4, 4], [4, 4, 3], [2, 3, 2]))
    items = items_of({"item": ITEM})
    mixed = answers.sample(frac=1, random_state=3).reset_index(drop=True)
    one, two = (measure_topics(frame, items, settings=SETTINGS) for frame in (answers, mixed))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_what_is_given_is_not_changed():
    answers, items = answers_of(topic([5, 4, 4], [4, 4, 3], [2, 3, 2])), items_of({"item": ITEM})
    before = answers.copy(deep=True), items.copy(deep=True)
    measure_topics(answers, items, settings=SETTINGS)
    pd.testing.assert_frame_equal(answers, before[0])
    pd.testing.assert_frame_equal(items, before[1])


def test_scales_of_different_lengths_side_by_side():
    items = items_of({"item": "x.four", "points": 4}, {"item": "x.eleven", "points": 11})
    found = measured(
        topic([4, 4, 4], [1, 1, 2], [1, 1, 1], item="x.four"),
        topic([11, 10, 11], [10, 11, 11], [1, 2, 1], item="x.eleven"),
        items=items,
    )
    found = found[found["lens"] == "a"]
    assert found[["item", "points", "tolerance", "state"]].to_numpy().tolist() == [
        ["x.four", 4, 0.75, "known_difference"],
        ["x.eleven", 11, 2.5, "false_consensus"],
    ]


@pytest.mark.parametrize(
    ("groups", "column"),
    [
        ([topic([6, 4], [4, 4], [2, 3])], "value"),
        ([topic([5, 4], [4, 4], [2, 3]), said("c", ITEM, [1])], "lens"),
    ],
    ids=["off the scale", "a third lens"],
)
def test_what_cannot_be_measured_is_an_error(groups, column):
    with pytest.raises(FrameError) as error:
        measured(*groups)
    assert error.value.column == column


def test_more_interviews_only_where_something_is_open():
    found = measured(
        topic([5, 5, 4, 5], [5, 4, 5, 5], [1, 1, 2, 1], item="x.clear"),
        topic([4, 5, 3], [4, 4, 3], [3, 3, 2], item="x.near"),
        topic([4, 5, 3], [4, 5, 4], [3, 2, 2], item="x.open"),
        items=items_of({"item": "x.clear"}, {"item": "x.near"}, {"item": "x.open"}),
    )
    found = found[found["lens"] == "a"].set_index("item")
    assert found["claim"].to_dict()["x.clear"] == "claimed"
    assert pd.isna(found.loc["x.clear", "more_interviews"])
    numbers = found.loc[["x.near", "x.open"], "more_interviews"].dropna()
    assert len(numbers) > 0
    assert numbers.between(1, 30).all()


@pytest.mark.slow
def test_a_batch_reads_a_site_as_its_report_does():
    names = [f"x.t{i}" for i in range(10)]
    items, random, sites = (
        items_of(*({"item": name} for name in names)),
        np.random.default_rng(5),
        [],
    )
    for site in range(70):
        said_here = [
            topic(*(random.integers(1, 6, 4).tolist() for _ in range(4)), item=name)
            for name in names[: 10 - site % 2]
        ]
        sites.append(answers_of(*said_here).assign(site=f"site-{site}").astype({"site": "str"}))
    batch = pd.concat(sites, ignore_index=True)
    assert len(batch) > selection.MANY
    every = measure_coorientation(batch, items, settings=SETTINGS)
    for site in (3, 40):
        alone = measure_coorientation(sites[site], items, settings=SETTINGS)
        for found, expected in zip(
            (every.topics, every.understanding), (alone.topics, alone.understanding), strict=True
        ):
            here = found[found["site"] == f"site-{site}"].reset_index(drop=True)
            pd.testing.assert_frame_equal(here, expected, check_exact=True)

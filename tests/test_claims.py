import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.claims import (
    MOST_WRONG,
    STATES,
    expected_wrong_claims,
    grade_claims,
    name_states,
)
from harmony_kit.measures.joint_claims import discount, find_wider, stand_together

SETTINGS = Settings()


def graded(certainties, sites=None, settings=SETTINGS):
    sites = ["north"] * len(certainties) if sites is None else sites
    report = pd.DataFrame({"site": sites, "wave": "1"})
    claims = grade_claims(pd.Series(certainties, dtype=float), report, settings)
    return [None if pd.isna(claim) else claim for claim in claims]


def graded_in_a_loop(certainties, sites):
    """The rule word by word: from the most certain down, equal certainties together."""
    grades = [None if np.isnan(p) else "leaning" if p >= 0.6 else "open" for p in certainties]
    for site in set(sites):
        candidates = [i for i, p in enumerate(certainties) if p >= 0.8 and sites[i] == site]
        levels = sorted({certainties[i] for i in candidates}, reverse=True)
        for level in levels:
            kept = [i for i in candidates if certainties[i] >= level]
            if sum(1 - certainties[i] for i in kept) / len(kept) > MOST_WRONG + 1e-9:
                break
            for i in kept:
                grades[i] = "claimed"
    return grades


@pytest.mark.parametrize(
    ("certainties", "expected"),
    [
        ([0.95, 0.79, 0.6, 0.59, float("nan")], ["claimed", "leaning", "leaning", "open", None]),
        ([0.8], ["leaning"]),
        ([0.92], ["claimed"]),
        ([0.99, 0.85], ["claimed", "claimed"]),
        ([0.99, 0.85, 0.85], ["claimed", "leaning", "leaning"]),
        ([], []),
    ],
    ids=["thresholds", "alone too doubtful", "alone", "carried", "equals fall together", "none"],
)
def test_grades(certainties, expected):
    assert graded(certainties) == expected


def test_each_report_stands_alone():
    assert graded([0.8, 0.99, 0.8], ["a", "b", "b"]) == ["leaning", "claimed", "leaning"]


certainty = st.one_of(st.floats(0.25, 1), st.sampled_from([0.8, 0.85, 0.9, float("nan")]))


@limits(max_examples=60, derandomize=True, deadline=None)
@given(rows=st.lists(st.tuples(certainty, st.sampled_from("ab")), max_size=30))
def test_grades_equal_the_rule_in_a_loop(rows):
    certainties, sites = [p for p, _ in rows], [site for _, site in rows]
    found = graded(certainties, sites)
    assert found == graded_in_a_loop(certainties, sites)
    for site in "ab":
        wrong = [
            1 - p
            for (p, where), grade in zip(rows, found, strict=True)
            if where == site and grade == "claimed"
        ]
        assert np.mean(wrong or [0]) <= MOST_WRONG + 1e-9


def test_thresholds_come_from_the_settings():
    settings = Settings(claim_at=0.95, leaning_at=0.5)
    assert graded([0.96, 0.94, 0.5, 0.49], settings=settings) == [
        "claimed",
        "leaning",
        "leaning",
        "open",
    ]


def test_names_of_states():
    rows = [[0.1, 0.2, 0.6, 0.1], [0.25, 0.25, 0.25, 0.25], [np.nan] * 4]
    frame = pd.DataFrame(rows, columns=[f"p_{state}" for state in STATES])
    names = name_states(frame)
    assert [None if pd.isna(name) else name for name in names] == [
        "false_consensus",
        "shared_view",
        None,
    ]


def test_expected_wrong_claims():
    rows = [
        ("a", 0.95, "claimed"),
        ("a", 0.90, "claimed"),
        ("a", 0.7, "leaning"),
        ("b", 0.5, "open"),
        ("b", np.nan, None),
    ]
    topics = pd.DataFrame(rows, columns=["site", "p_shared_view", "claim"]).assign(wave="1")
    topics["state"] = pd.Series(["shared_view"] * 4 + [None], dtype="str")
    for state in STATES[1:]:
        topics[f"p_{state}"] = (1 - topics["p_shared_view"]) / 3
    found = expected_wrong_claims(topics)
    assert found[["site", "wave", "n_topics", "n_claimed"]].to_numpy().tolist() == [
        ["a", "1", 3, 2],
        ["b", "1", 1, 0],
    ]
    assert found["expected_wrong"].tolist() == pytest.approx([0.15, 0.0])
    assert found["share_wrong"].tolist() == pytest.approx([0.075, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("topics", "apart", "expected"),
    [(35, 0.2, 0.9), (35, 0.4, 0.7), (35, 0.0, 0.9), (1, 1.0, 0.9), (3, 1.0, 0.9)],
    ids=["as coins", "twice as wide", "narrower", "one topic", "three topics"],
)
def test_doubt_a_report_shares_counts_for_more(topics, apart, expected):
    assert discount(0.9, find_wider(topics, apart), 2.0) == pytest.approx(expected)


def count_standing(certainty, is_right):
    return int(stand_together(np.array(certainty), np.array(is_right), 0.80).sum())


def test_claims_that_may_all_be_wrong_at_once_stand_while_that_is_unlikely_enough():
    for share, expected in ((0.2, 30), (0.3, 0)):
        is_right = np.ones((30, 400), dtype=bool)
        is_right[:, : int(400 * share)] = False
        assert count_standing([0.9] * 30, is_right) == expected


def test_claims_stand_as_long_as_at_most_one_in_ten_is_wrong_often_enough():
    # Each wrong in one draw of ten, on its own: of ten claims more than one is wrong in 0.26 of
    # the draws, so that fewer would stand; of one claim, in 0.10.
    random = np.random.default_rng(3)
    is_right = random.random((60, 4000)) > 0.1
    certainty = np.linspace(0.99, 0.81, 60)
    found = stand_together(certainty, is_right, 0.80)
    n = int(found.sum())
    wrong = (~is_right[:n]).sum(axis=0)
    assert found[:n].all()
    assert (wrong <= n // 10).mean() >= 0.75
    later = [((~is_right[:k]).sum(axis=0) <= k // 10).mean() for k in range(n + 1, 61)]
    assert max(later, default=0) < 0.75


def test_equally_certain_claims_stand_together_in_any_order():
    is_right = np.ones((4, 100), dtype=bool)
    is_right[2, :35] = False
    certainty = [0.95, 0.95, 0.95, 0.90]
    assert count_standing(certainty, is_right) == 0
    assert count_standing(certainty[::-1], is_right[::-1]) == 0
    assert count_standing([0.96, 0.95, 0.94, 0.90], is_right) == 2


def test_what_is_not_certain_enough_is_no_claim_and_weighs_on_none():
    is_right = np.ones((3, 100), dtype=bool)
    is_right[1:] = False
    assert count_standing([0.95, 0.79, np.nan], is_right) == 1
    assert count_standing([0.79, np.nan], is_right[1:]) == 0

from itertools import product

import numpy as np
import pandas as pd
import pytest
from measure_frames import LENSES, answers_of, at_site, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.pilots import PILOTS, measure_pilots
from harmony_kit.measures.scores import draw_scores_jointly
from harmony_kit.measures.usage import USAGE

ONE, TWO = LENSES
CARD = {"per": "pilot", "mirrored": False, "dimension": "pilots"}
THREE = Settings(min_group=3)
ITEMS = items_of(
    CARD | {"item": "pilots.success", "group": "success", "mirrored": True},
    CARD | {"item": "pilots.clean", "group": "technical"},
    CARD | {"item": "pilots.stable", "group": "technical"},
    CARD | {"item": "pilots.helps", "group": "operational"},
    CARD | {"item": "pilots.fits", "group": "operational"},
)


def card(lens, technical, operational, *, subject="vision", **where):
    """A lens that gives every technical and every operational item these answers."""
    return [
        row
        for group, answers in (("technical", technical), ("operational", operational))
        for item in ITEMS.loc[ITEMS["group"] == group, "item"]
        for row in said(lens, item, answers, subject=subject, **where)
    ]


QUADRANTS = [
    ("high and high", [4, 5, 4, 5], [4, 4, 5, 4], "works_and_used"),
    ("high and low", [4, 5, 4, 5], [1, 2, 2, 1], "works_but_ignored"),
    ("low and high", [1, 2, 1, 2], [4, 4, 5, 4], "used_but_unsafe"),
    ("low and low", [1, 2, 1, 2], [2, 1, 2, 1], "neither"),
    ("two people", [4, 5], [4, 4], "too_few"),
    ("two people on one card", [4, 5, 4, 4], [4, 4], "too_few"),
]


@pytest.mark.parametrize(
    ("technical", "operational", "quadrant"),
    [q[1:] for q in QUADRANTS],
    ids=[q[0] for q in QUADRANTS],
)
def test_quadrant(technical, operational, quadrant):
    frame = measure_pilots(answers_of(card(ONE, technical, operational)), ITEMS, settings=THREE)
    assert frame["quadrant"].tolist() == [quadrant]
    if quadrant == "too_few":
        assert frame[["probability", "claim"]].isna().all(axis=None)
    else:
        assert frame["probability"][0] > 0.9
        assert frame["claim"].tolist() == ["claimed"]


def test_a_row_worked_by_hand():
    answers = answers_of(
        said(ONE, "pilots.clean", [4, 5, 3], subject="vision"),
        said(ONE, "pilots.stable", [4, "dont_know", 2], subject="vision"),
        said(ONE, "pilots.helps", [2, 2, 3, 1], subject="vision"),
        said(ONE, "pilots.success", [4, 4, 2], subject="vision"),
        said(ONE, "pilots.success", [1, 2], subject="vision", about=TWO),
    )
    frame = measure_pilots(answers, ITEMS, settings=THREE)
    assert dtypes_of(frame) == PILOTS.dtypes
    row = frame.iloc[0]
    counts = ["n_technical", "n_operational", "n_success", "n_estimate", "points"]
    assert row[counts].tolist() == [3, 4, 3, 2, 5]
    means = ["technical", "operational", "success", "success_estimate"]
    # Technical: the mean of the items' means, (4 + 3) / 2.
    assert row[means].tolist() == pytest.approx([3.5, 2.0, 10 / 3, 1.5])
    assert row["technical_low"] < 3.5 < row["technical_high"]
    assert row["operational_low"] < 2 < row["operational_high"] < 3
    p = row[["p_works_and_used", "p_works_but_ignored", "p_used_but_unsafe", "p_neither"]]
    assert p.sum() == pytest.approx(1)
    assert p.iloc[:2].sum() == pytest.approx(row["p_technical"], abs=1e-9)
    assert row["quadrant"] == "works_but_ignored"


def test_each_lens_and_each_pilot_stands_for_itself():
    answers = answers_of(
        card(ONE, [5, 4, 5], [5, 4, 5]),
        card(TWO, [5, 4, 5], [1, 2, 1]),
        card(TWO, [1, 2, 1], [1, 1, 1], subject="assistant"),
    )
    frame = measure_pilots(answers, ITEMS, settings=THREE)
    assert frame[["subject", "lens", "quadrant"]].to_numpy().tolist() == [
        ["assistant", TWO, "neither"],
        ["vision", ONE, "works_and_used"],
        ["vision", TWO, "works_but_ignored"],
    ]


def test_an_item_nobody_answered_counts_for_nothing():
    short = ITEMS[ITEMS["item"] != "pilots.fits"]
    answers = answers_of(
        card(ONE, [4, 4, 5], [2, 2, 2]), said(TWO, "pilots.fits", [5, 5, 5], subject="vision")
    )
    answers = answers[~((answers["lens"] == ONE) & (answers["item"] == "pilots.fits"))]
    frame = measure_pilots(answers, ITEMS, settings=THREE)
    names = ["operational", "operational_low", "operational_high", "p_neither"]
    alone = measure_pilots(answers[answers["lens"] == ONE], short, settings=THREE)
    assert (
        frame.loc[frame["lens"] == ONE, names].to_numpy().tolist()
        == alone[names].to_numpy().tolist()
    )


def test_items_on_a_shorter_scale_are_stretched():
    items = ITEMS.copy()
    items.loc[items["item"] == "pilots.clean", "points"] = 9
    answers = answers_of(
        said(ONE, "pilots.clean", [9, 9, 9], subject="vision"),
        said(ONE, "pilots.stable", [5, 5, 5], subject="vision"),
        said(ONE, "pilots.helps", [3, 3, 3], subject="vision"),
    )
    row = measure_pilots(answers, items, settings=THREE).iloc[0]
    assert row[["points", "technical", "operational"]].tolist() == [9, 9, 5]
    assert row["p_operational"] == pytest.approx(0.5, abs=0.02)


def test_usage_stands_beside():
    usage = pd.DataFrame([{"site": "north", "pilot": "vision", "n_weeks": 9, "active_share": 0.25}])
    usage = usage.reindex(columns=list(USAGE.dtypes)).astype({"n_weeks": "Int64"})
    answers = answers_of(
        card(ONE, [5, 4, 5], [5, 4, 5]), card(ONE, [5, 4, 5], [5, 4, 5], subject="assistant")
    )
    frame = measure_pilots(answers, ITEMS, usage=usage, settings=THREE)
    assert dtypes_of(frame) == PILOTS.dtypes
    found = frame[["subject", "n_weeks", "active_share"]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        ["assistant", None, None],
        ["vision", 9, 0.25],
    ]


def test_no_answers_give_an_empty_frame_with_every_column():
    for items in (ITEMS, ITEMS.iloc[:0], ITEMS[ITEMS["group"] == "success"]):
        frame = measure_pilots(no_answers(), items)
        assert (len(frame), dtypes_of(frame)) == (0, PILOTS.dtypes)


def test_one_scorecard_alone_puts_a_pilot_nowhere():
    items = ITEMS[ITEMS["group"] != "operational"]
    frame = measure_pilots(answers_of(card(ONE, [5, 4, 5], [])), items, settings=THREE)
    assert frame[["technical", "quadrant"]].to_numpy().tolist() == [
        [pytest.approx(14 / 3), "too_few"]
    ]


def many_sites():
    generator = np.random.default_rng(9)
    groups = [
        card(
            lens,
            *generator.integers(1, 6, (2, generator.integers(3, 9))).tolist(),
            subject=pilot,
            site=site,
        )
        for site, lens, pilot in product(("east", "north", "south"), LENSES, ("p", "q"))
    ]
    return answers_of(*groups)


def test_a_site_does_not_depend_on_its_company_nor_on_the_order_of_rows():
    answers = many_sites()
    heads = pd.DataFrame({"site": "south", "lens": ONE, "headcount": pd.array([9], "Int64")})
    together = measure_pilots(answers, ITEMS, headcounts=heads, settings=THREE)
    alone = measure_pilots(at_site(answers, "south"), ITEMS, headcounts=heads, settings=THREE)
    assert at_site(together, "south").equals(alone)
    shuffled = measure_pilots(
        answers.sample(frac=1, random_state=1), ITEMS, headcounts=heads, settings=THREE
    )
    assert shuffled.equals(together)


def test_a_census_leaves_response_noise_and_nothing_else():
    heads = pd.DataFrame({"site": ["north"], "lens": [ONE], "headcount": pd.array([3], "Int64")})
    again, row = (
        measure_pilots(
            answers_of(card(ONE, [4, 3, 3], [3, 3, 2])),
            ITEMS,
            headcounts=heads,
            settings=Settings(min_group=3, reliability=reliability),
        ).iloc[0]
        for reliability in (0.7, 1)
    )
    assert again["technical_low"] < 10 / 3 < again["technical_high"]
    assert 0.5 < again["p_works_but_ignored"] < 1
    assert row[["technical_low", "technical_high"]].tolist() == pytest.approx([10 / 3] * 2)
    assert row[["p_works_but_ignored", "quadrant"]].tolist() == [1, "works_but_ignored"]


def test_joint_draws_are_those_of_weighted_people():
    """What goes together in people goes together in the draws, and each item is Dirichlet."""
    said_ = np.array([[1.0, 1.0], [5.0, 5.0], [1.0, 2.0], [5.0, 4.0], [3.0, np.nan]])
    drawn = draw_scores_jointly(said_[None], 5, 20_000, heads=np.array([np.inf]))[0]
    generator = np.random.default_rng(0)
    shares = generator.dirichlet(np.array([2, 0, 1, 0, 2]) + 0.2, size=20_000)
    expected = shares @ np.arange(1, 6)
    assert [drawn[0].mean(), drawn[0].std()] == pytest.approx(
        [expected.mean(), expected.std()], abs=0.03
    )
    shares = generator.dirichlet(np.array([1, 1, 0, 1, 1]) + 0.2, size=20_000)
    expected = shares @ np.arange(1, 6)
    assert [drawn[1].mean(), drawn[1].std()] == pytest.approx(
        [expected.mean(), expected.std()], abs=0.03
    )
    assert np.corrcoef(drawn)[0, 1] > 0.6


def test_claims_are_right_as_often_as_they_say():
    """Scores drawn from true means; of the claimed quadrants at most a tenth may be wrong."""
    generator = np.random.default_rng(12)
    groups, truth = [], {}
    for i in range(150):
        means = generator.uniform(1.3, 4.7, 2)
        felt = np.rint(generator.normal(means[:, None], 0.8, (2, 6))).clip(1, 5).astype(int)
        groups.append(card(ONE, *felt.tolist(), site=f"s{i:03d}"))
        truth[f"s{i:03d}"] = NAMES[tuple(means > 3)]
    frame = measure_pilots(answers_of(*groups), ITEMS, settings=THREE)
    claimed = frame[frame["claim"] == "claimed"]
    assert len(claimed) > 70
    assert (claimed["quadrant"] == claimed["site"].map(truth)).mean() > 0.93


NAMES = {
    (True, True): "works_and_used",
    (True, False): "works_but_ignored",
    (False, True): "used_but_unsafe",
    (False, False): "neither",
}

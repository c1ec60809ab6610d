from itertools import product

import numpy as np
import pandas as pd
import pytest
from measure_frames import LENSES, answers_of, at_site, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.readiness import READINESS, measure_readiness

ONE, TWO = LENSES
CHECK = {"per": "decision", "mirrored": False, "dimension": "readiness"}
ITEMS = items_of(
    CHECK | {"item": "readiness.act", "group": "act", "mirrored": True},
    CHECK | {"item": "readiness.clean", "group": f"checks_{ONE}"},
    CHECK | {"item": "readiness.governed", "group": f"checks_{ONE}"},
    CHECK | {"item": "readiness.helps", "group": f"checks_{TWO}"},
    CHECK | {"item": "readiness.trusted", "group": f"checks_{TWO}"},
)
HIGH, LOW, MIDDLE = [5, 4, 5, 5, 4, 5], [1, 2, 1, 1, 2, 1], [4, 4, 3, 4, 4, 4]


def checked(lens, *, subject="reorder", site="north", **answers):
    """Answers of a lens by the last part of the item's id."""
    return [
        row
        for name, given in answers.items()
        for row in said(lens, f"readiness.{name}", given, subject=subject, site=site)
    ]


VERDICTS = [
    ("all clear", {"clean": HIGH, "governed": HIGH}, {"helps": HIGH, "trusted": HIGH}, "act_now"),
    (
        "one check of one side",
        {"clean": LOW, "governed": [*HIGH, 5, 5, 5]},
        {"helps": HIGH, "trusted": HIGH},
        "act_with_guardrails",
    ),
    (
        "one side not clear",
        {"clean": LOW, "governed": LOW},
        {"helps": HIGH, "trusted": HIGH},
        "fix_first",
    ),
    (
        "both not clear",
        {"clean": LOW, "governed": LOW},
        {"helps": LOW, "trusted": LOW},
        "fix_first",
    ),
    (
        "two people",
        {"clean": [5, 5], "governed": [5, 5]},
        {"helps": HIGH, "trusted": HIGH},
        "too_few",
    ),
    ("one side not heard", {"clean": HIGH, "governed": HIGH}, {"act": HIGH}, "too_few"),
]


@pytest.mark.parametrize(
    ("first", "second", "verdict"), [v[1:] for v in VERDICTS], ids=[v[0] for v in VERDICTS]
)
def test_verdict(first, second, verdict):
    frame = measure_readiness(answers_of(checked(ONE, **first), checked(TWO, **second)), ITEMS)
    assert frame["verdict"].tolist() == [verdict, verdict]
    chances = frame[["p_act_now", "p_act_with_guardrails", "p_fix_first"]].sum(axis=1)
    assert chances.tolist() == pytest.approx([1, 1])
    assert frame[["probability", "claim"]].isna().all(axis=None) == (verdict == "too_few")


def test_a_check_is_cleared_by_the_lens_that_asks_it():
    """The other lens finds the checks failed; that is shown, and decides nothing."""
    answers = answers_of(
        checked(ONE, clean=HIGH, governed=HIGH, helps=LOW, trusted=LOW),
        checked(TWO, clean=LOW, governed=LOW, helps=HIGH, trusted=HIGH),
    )
    frame = measure_readiness(answers, ITEMS)
    assert frame["verdict"].tolist() == ["act_now", "act_now"]
    assert frame["claim"].tolist() == ["claimed", "claimed"]
    assert frame["own_checks"].tolist() == pytest.approx([14 / 3, 14 / 3])
    assert frame["other_checks"].tolist() == pytest.approx([4 / 3, 4 / 3])
    assert frame["blocking"].tolist() == [[], []]


def test_a_row_worked_by_hand():
    answers = answers_of(
        checked(ONE, act=[2, 3, 2], clean=[1, 2, 2], governed=[4, 4, 5], helps=[4, 4]),
        checked(TWO, act=[4, 5, 4, 4], helps=[3, 3, 3, 3], trusted=[5, 4, "dont_know"]),
        said(ONE, "readiness.act", [5, 5, 4], subject="reorder", about=TWO),
    )
    frame = measure_readiness(answers, ITEMS)
    assert dtypes_of(frame) == READINESS.dtypes
    first, second = frame.to_dict("records")
    counts = ["n_act", "n_estimate", "n_own_checks", "n_other_checks", "n_min"]
    assert [first[name] for name in counts] == [3, 3, 3, 2, 3]
    assert [second[name] for name in counts] == [4, 0, 4, 0, 3]
    means = ["act", "act_estimate", "own_checks", "other_checks"]
    assert [first[name] for name in means] == pytest.approx([7 / 3, 14 / 3, 3.0, 4.0])
    assert [second[name] for name in means[:1]] == pytest.approx([17 / 4])
    assert pd.isna(second["act_estimate"])
    assert first["blocking"] == second["blocking"]
    blocks = [(b["item"], b["lens"], b["mean"], b["n"]) for b in first["blocking"]]
    assert blocks == [
        ("readiness.clean", ONE, pytest.approx(5 / 3), 3),
        ("readiness.helps", TWO, 3.0, 4),
    ]
    assert [block["p_below"] for block in first["blocking"]] == pytest.approx([0.95, 0.5], abs=0.05)


def test_the_verdict_joins_both_sides_as_independent():
    answers = answers_of(
        checked(ONE, clean=MIDDLE, governed=[3, 3, 4, 3, 2, 3]),
        checked(TWO, helps=[3, 4, 3, 3, 3, 4], trusted=[3, 3, 3, 4, 3, 4]),
    )
    frame = measure_readiness(answers, ITEMS)
    both = frame["p_own_checks"].prod()
    assert frame["p_fix_first"][0] == pytest.approx(1 - both, abs=1e-9)


def test_a_lens_without_checks_asks_nothing():
    items = ITEMS[ITEMS["group"] != f"checks_{TWO}"]
    answers = answers_of(checked(ONE, clean=HIGH, governed=HIGH), checked(TWO, act=[1]))
    frame = measure_readiness(answers, items)
    assert frame[["verdict", "n_min"]].to_numpy().tolist() == [["act_now", 6]] * 2


def test_no_answers_give_an_empty_frame_with_every_column():
    for items in (ITEMS, ITEMS.iloc[:0]):
        frame = measure_readiness(no_answers(), items, lenses=LENSES)
        assert (len(frame), dtypes_of(frame)) == (0, READINESS.dtypes)


def many_sites():
    generator = np.random.default_rng(2)
    names = [item.split(".")[1] for item in ITEMS["item"]]
    groups = [
        checked(
            lens,
            subject=decision,
            site=site,
            **{name: generator.integers(1, 6, generator.integers(3, 8)).tolist() for name in names},
        )
        for site, lens, decision in product(("east", "north", "south"), LENSES, ("d", "e"))
    ]
    return answers_of(*groups)


@pytest.mark.slow
def test_a_site_does_not_depend_on_its_company_nor_on_the_order_of_rows():
    answers = many_sites()
    heads = pd.DataFrame({"site": "south", "lens": ONE, "headcount": pd.array([9], "Int64")})
    together = measure_readiness(answers, ITEMS, headcounts=heads)
    alone = measure_readiness(at_site(answers, "south"), ITEMS, headcounts=heads)
    pd.testing.assert_frame_equal(at_site(together, "south"), alone, check_exact=True)
    shuffled = measure_readiness(answers.sample(frac=1, random_state=1), ITEMS, headcounts=heads)
    pd.testing.assert_frame_equal(shuffled, together, check_exact=True)


def test_a_census_leaves_response_noise_and_nothing_else():
    heads = pd.DataFrame({"site": "north", "lens": LENSES, "headcount": pd.array([6, 6], "Int64")})
    answers = answers_of(
        checked(ONE, clean=MIDDLE, governed=HIGH), checked(TWO, helps=HIGH, trusted=HIGH)
    )
    again, frame = (
        measure_readiness(
            answers, ITEMS, headcounts=heads, settings=Settings(reliability=reliability)
        )
        for reliability in (0.7, 1)
    )
    assert frame[["verdict", "probability"]].to_numpy().tolist() == [["act_now", 1.0]] * 2
    assert again["probability"].between(0.1, 0.9999).all()

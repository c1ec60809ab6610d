import pandas as pd
import pytest
from measure_frames import answers_of, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.planning import PLAN, plan_interviews
from harmony_kit.measures.tally import tally_ratings
from harmony_kit.measures.tally_draws import draw_tally, no_secret

SETTINGS = Settings()
ITEMS = items_of(*({"item": f"frame.{i}"} for i in range(6)))


def headcounts(*rows):
    frame = pd.DataFrame(list(rows), columns=["site", "lens", "headcount"])
    return frame.astype({"site": "str", "lens": "str", "headcount": "Int64"})


def planned(answers, heads, items=ITEMS, settings=SETTINGS, wave="1"):
    return plan_interviews(answers, items, settings=settings, headcounts=heads, wave=wave)


def rows_of(plan, *columns):
    frame = plan[list(columns)].astype(object)
    return frame.where(frame.notna(), None).to_numpy().tolist()


def test_before_anybody_was_asked():
    heads = headcounts(
        ("large", "a", None),
        ("large", "b", None),
        ("small", "a", 4),
        ("small", "b", 30),
        ("tiny", "a", 2),
        ("tiny", "b", 30),
        ("alone", "a", 9),
    )
    plan = planned(no_answers(), heads)
    assert rows_of(
        plan, "site", "lens", "n", "n_to_report", "n_to_claim", "n_more", "can_report"
    ) == [
        ["alone", "a", 0, 4, None, 4, True],
        ["large", "a", 0, 4, 8, 8, True],
        ["large", "b", 0, 4, 8, 8, True],
        ["small", "a", 0, 4, 4, 4, True],
        ["small", "b", 0, 4, 7, 7, True],
        ["tiny", "a", 0, None, None, None, False],
        ["tiny", "b", 0, 4, None, 4, True],
    ]
    assert set(plan["spread_from"]) == {"typical"}
    assert dtypes_of(plan) == PLAN.dtypes


def answers_like(spread, n):
    """Six topics; the answers of each lens lie `spread` to both sides of 3 in equal parts."""
    values = [3 + (spread if i % 2 else -spread) for i in range(n)]
    groups = [
        said(lens, f"frame.{i}", values, about=about)
        for i in range(6)
        for lens, about in (("a", "a"), ("a", "b"), ("b", "b"), ("b", "a"))
    ]
    return answers_of(*groups)


def test_what_is_missing_after_some_interviews():
    plan = planned(answers_like(1, 4), headcounts(("north", "a", None), ("north", "b", 4)))
    assert rows_of(plan, "lens", "n", "n_to_report", "n_more", "spread_from") == [
        ["a", 4, 0, plan["n_to_claim"][0] - 4, "answers"],
        ["b", 4, 0, 0, "answers"],
    ]


def test_people_who_differ_more_need_more_interviews():
    heads = headcounts(("north", "a", None), ("north", "b", None))
    needed = [planned(answers_like(spread, 4), heads)["n_to_claim"][0] for spread in (0, 1)]
    assert needed[0] < 8 < needed[1]


def test_spread_is_that_of_the_site_model():
    """Of 12 sets of 4 answers one lens lies 1.15 points around its means, the prior says 0.86."""
    answers = answers_like(1, 4)
    plan = planned(answers, headcounts(("north", "a", None), ("north", "b", None)))
    tally = tally_ratings(answers, ITEMS)
    (drawn,) = draw_tally(tally, reliability=SETTINGS.reliability, secret_of=no_secret)
    expected = [drawn.draws.error[lens::2].mean() ** 0.5 for lens in (0, 1)]
    assert plan["spread"].tolist() == pytest.approx(expected)
    assert plan["spread"].between(1.0, 1.2).all()
    assert set(planned(no_answers(), headcounts(("north", "a", 9)))["spread"].round(2)) == {0.86}


def test_stricter_claims_need_more_interviews():
    heads = headcounts(("north", "a", None), ("north", "b", None))
    needed = [
        planned(no_answers(), heads, settings=Settings(claim_at=claim_at))["n_to_claim"][0]
        for claim_at in (0.7, 0.8, 0.95)
    ]
    assert needed == sorted(set(needed))


@pytest.mark.slow
def test_the_chance_grows_with_every_interview():
    heads = headcounts(("north", "a", 12), ("north", "b", 12))
    chances = [planned(answers_like(1, n), heads)["chance"][0] for n in (2, 4, 8, 12)]
    assert chances == sorted(chances)
    assert chances[-1] == 1.0


def test_other_waves_do_not_count():
    plan = planned(answers_like(1, 4), headcounts(("north", "a", 9), ("north", "b", 9)), wave="2")
    assert plan["n"].tolist() == [0, 0]


def test_a_head_count_below_the_people_heard_counts_as_unknown():
    plan = planned(answers_like(1, 4), headcounts(("north", "a", 3), ("north", "b", 9)))
    assert rows_of(plan, "lens", "headcount", "can_report") == [["a", None, True], ["b", 9, True]]


def test_sites_without_a_head_count_are_planned_too():
    plan = planned(answers_like(1, 4), headcounts())
    assert rows_of(plan, "site", "lens", "headcount", "n") == [
        ["north", "a", None, 4],
        ["north", "b", None, 4],
    ]


def test_nothing_to_plan():
    plan = planned(no_answers(), headcounts())
    assert (dtypes_of(plan), len(plan)) == (PLAN.dtypes, 0)

import pandas as pd
import pytest
from measure_frames import answers_of, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.changes import CHANGES, measure_changes
from harmony_kit.measures.claims import STATES
from harmony_kit.measures.coorientation import measure_coorientation
from harmony_kit.measures.transitions import TRANSITIONS, measure_transitions
from harmony_kit.measures.understood_changes import (
    UNDERSTOOD_CHANGES,
    measure_understood_changes,
)
from harmony_kit.measures.wave_comparison import compare_waves
from harmony_kit.measures.wave_pairs import draw_successive
from harmony_kit.measures.waves import RETURNS, measure_returns, pair_waves

#: The smallest groups there may be, so that a case has few people.
SETTINGS = Settings(min_group=3)
ITEMS = items_of({"item": "frame.one"}, {"item": "frame.two"})


def wave(name, month, *groups):
    """Answers of one wave, given in one month."""
    frame = answers_of(*groups).assign(wave=name)
    frame["answered_at"] = pd.Timestamp(f"2026-{month:02d}-01", tz="UTC").as_unit("us")
    return frame.astype({"wave": "str", "answered_at": "datetime64[us, UTC]"})


def topic(item, own, estimate, other, other_estimate=(3, 3, 3), **where):
    return [
        *said("a", item, own, **where),
        *said("a", item, estimate, about="b", **where),
        *said("b", item, other, **where),
        *said("b", item, other_estimate, about="a", **where),
    ]


# The names sort the wrong way round: waves follow each other in time.
BEFORE = wave("w2", 1, topic("frame.one", [5, 5, 4, 5], [5, 5, 5, 5], [1, 1, 2, 1], [1, 1, 1, 1]))
AFTER = wave("w1", 9, topic("frame.one", [5, 5, 5], [1, 2, 1], [1, 1, 2, 1, 1], [1, 2, 1, 1, 1]))
BOTH = pd.concat([AFTER, BEFORE], ignore_index=True)
NO_HEADS = pd.DataFrame({"site": [], "lens": [], "headcount": []})


def draw(answers, items):
    return draw_successive(answers, items, settings=SETTINGS)


def changes(answers=BOTH, items=ITEMS, **options):
    return measure_changes(draw(answers, items), **options)


def transitions(answers=BOTH, items=ITEMS, **options):
    return measure_transitions(draw(answers, items), **options)


def understood(answers=BOTH, items=ITEMS, **options):
    return measure_understood_changes(draw(answers, items), **options)


def missing_as_none(frame):
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def test_what_moved():
    found = changes()
    columns = ["lens", "quantity", "n_before", "n_after", "direction", "claim"]
    assert found[columns].to_numpy().tolist() == [
        ["a", "own", 4, 3, "steady", "claimed"],
        ["a", "estimate", 4, 3, "fell", "claimed"],
        ["a", "misreading", 4, 3, "fell", "claimed"],
        ["b", "own", 4, 5, "steady", "claimed"],
        ["b", "estimate", 4, 5, "steady", "claimed"],
        ["b", "misreading", 4, 3, "steady", "claimed"],
    ]
    assert found["before"].tolist() == pytest.approx([4.75, 5, 3.75, 1.25, 1, 3.75])
    assert found["after"].tolist() == pytest.approx([5, 4 / 3, 2 / 15, 1.2, 1.2, 3.8])
    assert found["change"].tolist() == pytest.approx((found["after"] - found["before"]).tolist())
    assert found[["from_wave", "to_wave"]].drop_duplicates().to_numpy().tolist() == [["w2", "w1"]]
    assert set(found["comparison"]) == {"unverified"}
    assert dtypes_of(found) == CHANGES.dtypes


@pytest.mark.slow
def test_a_plant_that_did_not_change_says_so():
    names = [f"frame.t{i}" for i in range(12)]
    items = items_of(*({"item": name} for name in names))
    said_before = [[2, 3, 2, 4], [3, 3, 4, 4], [4, 4, 3, 5], [2, 2, 3, 3]]
    said_after = [[3, 3, 2, 4], [3, 2, 4, 4], [4, 4, 4, 5], [2, 2, 3, 2]]
    answers = pd.concat(
        [
            wave("1", 1, *(topic(name, *said_before) for name in names)),
            wave("2", 9, *(topic(name, *said_after) for name in names)),
        ],
        ignore_index=True,
    )
    found = changes(answers, items)
    assert set(found["direction"]) == {"steady"}
    states = transitions(answers, items)
    moved = states[states["from_state"] != states["to_state"]]
    assert "claimed" not in set(moved["claim"])
    assert understood(answers, items)["direction"].tolist() == ["steady", "steady"]


@pytest.mark.slow
def test_a_lens_that_learned_what_the_other_thinks_understands_more():
    names = [f"frame.t{i}" for i in range(12)]
    items = items_of(*({"item": name} for name in names))
    apart, alike = [5, 5, 4, 5], [1, 1, 2, 1]
    answers = pd.concat(
        [
            wave("1", 1, *(topic(name, apart, apart, alike, [3, 3, 2, 3]) for name in names)),
            wave("2", 9, *(topic(name, apart, alike, alike, [3, 3, 2, 3]) for name in names)),
        ],
        ignore_index=True,
    )
    found = understood(answers, items)
    columns = ["lens", "other", "from_wave", "to_wave", "n_topics", "before", "after"]
    assert found[[*columns, "direction", "claim"]].to_numpy().tolist() == [
        ["a", "b", "1", "2", 12, 0.0, 1.0, "rose", "claimed"],
        ["b", "a", "1", "2", 12, 0.0, 0.0, "steady", "claimed"],
    ]
    assert dtypes_of(found) == UNDERSTOOD_CHANGES.dtypes
    known = {"1": dict.fromkeys(names, "x"), "2": dict.fromkeys(names[4:], "x")}
    known["2"] |= dict.fromkeys(names[:4], "reworded")
    assert understood(answers, items, wordings=known)["n_topics"].tolist() == [8, 8]
    known["2"] = dict.fromkeys(names, "reworded")
    assert understood(answers, items, wordings=known).empty


def returned(answers):
    found = changes(answers).set_index(["lens", "quantity"])[["n_returned", "returned_change"]]
    return missing_as_none(found)


def test_people_who_came_back_are_compared_with_themselves():
    before = topic("frame.one", [5, 5, 4], [5, 5, 5], [1, 1, 2, 1], [1, 1, 1, 1])
    after = topic("frame.one", [5, 5, 5], [1, 2, 1], [1, 1, 2, 1], [1, 2, 1, 1])
    assert returned(pd.concat([wave("w2", 1, before), wave("w1", 9, after)])) == [
        [3, pytest.approx(1 / 3)],
        [3, pytest.approx(-11 / 3)],
        [None, None],
        [4, 0.0],
        [4, 0.25],
        [None, None],
    ]


@pytest.mark.parametrize(
    ("n_before", "n_after", "n_returned", "is_told"),
    [
        (3, 3, 3, True),
        (6, 6, 3, True),
        (8, 3, 3, True),
        (5, 5, 2, False),
        (4, 4, 1, False),
        (6, 6, 0, False),
        # 4 before, 3 after and the change of those 3 give the answer of the one who left.
        (4, 3, 3, False),
        (3, 5, 3, False),
        (8, 8, 6, False),
    ],
)
def test_a_change_of_few_who_came_back_or_not_is_never_a_figure(
    n_before, n_after, n_returned, is_told
):
    """The people of the second wave are counted from the one who is the last to come back."""
    others = [1, 1, 1]
    before = wave("w2", 1, topic("frame.one", [3] * n_before, [], others, []))
    after = wave("w1", 9, topic("frame.one", [4] * n_after, [], others, []))
    renamed = {f"north-a-{i}": f"north-a-{i + n_before - n_returned}" for i in range(n_after)}
    after["respondent"] = after["respondent"].replace(renamed).astype("str")
    found = changes(pd.concat([before, after], ignore_index=True))
    own = found[(found["lens"] == "a") & (found["quantity"] == "own")]
    expected = (
        [[n_before, n_after, n_returned, 1.0]] if is_told else [[n_before, n_after, None, None]]
    )
    columns = ["n_before", "n_after", "n_returned", "returned_change"]
    assert missing_as_none(own[columns]) == expected


@pytest.mark.slow
def test_reworded_and_new_items_are_listed_and_not_compared():
    after = pd.concat(
        [AFTER, wave("w1", 9, topic("frame.two", [4, 4, 4], [4, 4, 4], [4, 4, 4]))],
        ignore_index=True,
    )
    answers = pd.concat([BEFORE, after], ignore_index=True)
    wordings = {"w2": {"frame.one": "old"}, "w1": {"frame.one": "new", "frame.two": "first"}}
    found = changes(answers, wordings=wordings)
    numbers = ["change", "low", "high", "p_rose", "direction", "claim", "returned_change"]
    assert found[numbers].isna().to_numpy().all()
    kinds = found[["item", "comparison"]].drop_duplicates().to_numpy().tolist()
    assert kinds == [["frame.one", "reworded"], ["frame.two", "new"]]
    assert found["before"].tolist()[:2] == [4.75, 5.0]
    moved = transitions(answers, wordings=wordings)
    assert moved[["item", "comparison"]].drop_duplicates().to_numpy().tolist() == kinds
    assert moved[["p_changed", "claim"]].isna().to_numpy().all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wordings", "expected"),
    [
        ({"w2": {"frame.one": "x"}, "w1": {"frame.one": "x"}}, "same"),
        ({"w2": {"frame.one": "x"}, "w1": {"frame.one": "y"}}, "reworded"),
        ({"w2": {}, "w1": {"frame.one": "x"}}, "new"),
        ({"w2": {"frame.one": "x"}, "w1": {}}, "dropped"),
        ({"w1": {"frame.one": "x"}}, "unverified"),
        (None, "unverified"),
    ],
)
def test_comparison(wordings, expected):
    assert set(changes(wordings=wordings)["comparison"]) == {expected}
    assert set(transitions(wordings=wordings)["comparison"]) == {expected}


def test_transitions():
    found = transitions()
    columns = ["lens", "from_state", "to_state", "from_claim", "to_claim", "n_before", "n_after"]
    assert found[columns].to_numpy().tolist() == [
        ["a", "false_consensus", "known_difference", "claimed", "claimed", 4, 3],
        ["b", "false_consensus", "false_consensus", "claimed", "claimed", 4, 3],
    ]
    assert found["p_changed"].tolist() == pytest.approx([0.95, 0.0], abs=0.1)
    assert dtypes_of(found) == TRANSITIONS.dtypes


@pytest.mark.slow
def test_many_sites_are_compared_as_each_alone():
    """Sites are drawn some at a time."""
    sites = [f"s{i:02d}" for i in range(18)]
    answers = pd.concat([BOTH.assign(site=site) for site in sites], ignore_index=True)
    answers = answers.astype(BOTH.dtypes)
    options = {"settings": SETTINGS, "headcounts": NO_HEADS, "wordings": {}}
    every, alone = (
        compare_waves(one, ITEMS, **options) for one in (answers, answers[answers["site"] == "s17"])
    )
    for name in ("changes", "transitions", "understood", "returns"):
        found = getattr(every, name)
        assert found["site"].unique().tolist() == sites
        last = found[found["site"] == "s17"].reset_index(drop=True)
        pd.testing.assert_frame_equal(last, getattr(alone, name))


def test_three_waves_make_two_pairs_and_one_wave_none():
    third = AFTER.assign(wave="w0")
    third["answered_at"] += pd.Timedelta(days=90)
    lone = wave("w2", 1, topic("frame.one", [5], [5], [1], site="south"))
    answers = pd.concat([third.astype(BOTH.dtypes), BOTH, lone], ignore_index=True)
    assert pair_waves(answers).to_numpy().tolist() == [
        ["north", "w2", "w1"],
        ["north", "w1", "w0"],
    ]
    assert changes(answers)["from_wave"].tolist() == ["w2"] * 6 + ["w1"] * 6


def test_returns():
    found = measure_returns(BOTH, min_group=1)
    assert found.to_numpy().tolist() == [
        ["north", "a", "w2", "w1", 4, 3, 3, 1, 0],
        ["north", "b", "w2", "w1", 4, 5, 4, 0, 1],
    ]
    few = measure_returns(BOTH, min_group=2)
    assert missing_as_none(few) == [
        ["north", "a", "w2", "w1", 4, 3, None, None, None],
        ["north", "b", "w2", "w1", 4, 5, None, None, None],
    ]
    assert dtypes_of(found) == RETURNS.dtypes


def test_a_lens_that_left_is_counted():
    gone = BOTH[(BOTH["wave"] == "w2") | (BOTH["lens"] == "a")].reset_index(drop=True)
    assert measure_returns(gone, min_group=1).to_numpy().tolist() == [
        ["north", "a", "w2", "w1", 4, 3, 3, 1, 0],
        ["north", "b", "w2", "w1", 4, 0, 0, 4, 0],
    ]


def test_no_answers_give_empty_frames_with_every_column():
    empty = no_answers()
    for frame, dtypes in (
        (changes(empty), CHANGES.dtypes),
        (transitions(empty), TRANSITIONS.dtypes),
        (understood(empty), UNDERSTOOD_CHANGES.dtypes),
        (measure_returns(empty, min_group=3), RETURNS.dtypes),
    ):
        assert (dtypes_of(frame), len(frame)) == (dtypes, 0)


def test_subjects_are_followed():
    items = items_of({"item": "pilots.success", "per": "pilot"})
    answers = pd.concat(
        [
            wave("1", 1, topic("pilots.success", [4, 4], [4, 4], [4, 4], subject="p1")),
            wave(
                "2",
                9,
                topic("pilots.success", [4, 4], [4, 4], [4, 4], subject="p1"),
                topic("pilots.success", [2, 2], [2, 2], [2, 2], subject="p2"),
            ),
        ],
        ignore_index=True,
    )
    found = changes(answers, items)
    kinds = found[["subject", "comparison"]].drop_duplicates().to_numpy().tolist()
    assert kinds == [["p1", "unverified"], ["p2", "new"]]


@pytest.mark.slow
def test_a_wave_has_the_draws_of_its_report():
    """With the secret of each; with another one nobody can repeat them."""
    secrets = {"w2": b"one", "w1": b"two"}
    drawn = draw_successive(
        BOTH, ITEMS, settings=SETTINGS, secret_of=lambda _site, wave: secrets[wave]
    )
    chances = [f"p_{state}" for state in STATES]
    for name, secret in secrets.items():
        alone = measure_coorientation(
            BOTH[BOTH["wave"] == name], ITEMS, settings=SETTINGS, secret=secret
        ).topics
        together = drawn.topics[drawn.topics["wave"] == name]
        assert together[chances].to_numpy().tolist() == alone[chances].to_numpy().tolist()
    assert measure_changes(drawn)["p_fell"].tolist() != changes()["p_fell"].tolist()

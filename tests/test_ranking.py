from itertools import combinations, product
from math import comb, isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_frames import LENSES, answers_of, at_site, case, dtypes_of, items_of, no_answers, said
from scipy.stats import permutation_test

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.permutations import MOST_ARRANGEMENTS, N_RANDOM, flip_pairs, swap_groups
from harmony_kit.measures.ranking import RANKING, measure_ranking

ONE, TWO = LENSES
OPTIONS = ("a", "b", "c", "d", "e")
RANK = {"item": "priorities.top", "kind": "rank", "points": None, "k": 3, "options": OPTIONS}
WORDS = {"item": "meaning.words", "kind": "words", "points": None, "k": 2, "options": OPTIONS}
ITEMS = items_of(RANK, WORDS | {"group": "words"})


def column(values):
    return np.array(values, dtype=float)[:, None]


# --- permutations


def test_the_smallest_p_two_groups_can_reach():
    published = case("permutations.json")
    for name, n in (("3v3", 3), ("4v4", 4)):
        p = swap_groups(column([1] * n), column([5] * n)).p
        assert p == pytest.approx(published[name], abs=5e-5)
        assert p == 2 / comb(2 * n, n)
    example = published["example"]
    assert swap_groups(column(example["a"]), column(example["b"])).p == pytest.approx(example["p"])


GROUPS = st.lists(st.integers(0, 6), min_size=2, max_size=5)


@settings(deadline=None, max_examples=25)
@given(GROUPS, GROUPS)
def test_exact_p_is_that_of_scipy(first, second):
    if len({*first, *second}) == 1:
        return
    expected = permutation_test(
        (np.array(first, float), np.array(second, float)),
        lambda a, b, axis: np.abs(a.mean(axis=axis) - b.mean(axis=axis)).round(9),
        alternative="greater",
        vectorized=True,
        n_resamples=np.inf,
    )
    chance = swap_groups(column(first), column(second))
    assert (chance.p, chance.error, chance.is_exact) == (pytest.approx(expected.pvalue), 0, True)


VECTORS = st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=4)


def slow_distance(first, second):
    return np.abs(np.mean(first, axis=0) - np.mean(second, axis=0)).sum() / 2


@given(VECTORS, VECTORS)
def test_exact_p_of_several_columns_is_that_of_every_arrangement(first, second):
    people, seen = [*first, *second], slow_distance(first, second)
    found = []
    for chosen in combinations(range(len(people)), len(first)):
        one = [people[i] for i in chosen]
        two = [person for i, person in enumerate(people) if i not in chosen]
        found.append(slow_distance(one, two))
    chance = swap_groups(np.array(first, float), np.array(second, float))
    assert chance.p == pytest.approx(np.mean(np.array(found) >= seen - 1e-9))
    assert chance.expected == pytest.approx(np.mean(found))


@given(VECTORS, VECTORS)
def test_exact_p_of_pairs_is_that_of_every_swap(own, estimate):
    n = min(len(own), len(estimate))
    difference = np.array(own[:n], float) - np.array(estimate[:n], float)
    swaps = np.array(list(product((1, -1), repeat=n)))
    found = np.abs(swaps @ difference).sum(axis=1) / (2 * n)
    seen = np.abs(difference.sum(axis=0)).sum() / (2 * n)
    chance = flip_pairs(np.array(own[:n], float), np.array(estimate[:n], float))
    assert chance.p == pytest.approx(np.mean(found >= seen - 1e-9))
    assert chance.expected == pytest.approx(np.mean(found))


def test_many_arrangements_are_sampled_and_say_how_far_off_they_may_be():
    generator = np.random.default_rng(4)
    first, second = generator.integers(0, 4, (10, 3)), generator.integers(0, 4, (9, 3))
    second[:, 0] += 1
    assert comb(19, 9) > MOST_ARRANGEMENTS
    chance = swap_groups(first.astype(float), second.astype(float))
    people, seen = np.concatenate([first, second]), slow_distance(first, second)
    found = []
    for _ in range(4000):
        mixed = generator.permutation(people)
        found.append(slow_distance(mixed[:10], mixed[10:]))
    assert not chance.is_exact
    assert chance.error == pytest.approx(np.sqrt(chance.p * (1 - chance.p) / N_RANDOM))
    expected = np.mean(np.array(found) >= seen - 1e-9)
    assert chance.p == pytest.approx(expected, abs=5 * chance.error)
    assert chance.expected == pytest.approx(np.mean(found), abs=0.02)
    again = swap_groups(first[::-1].astype(float), second[::-1].astype(float))
    assert again == chance


def test_nobody_has_no_chance():
    nobody = np.zeros((0, 3))
    assert isnan(swap_groups(nobody, np.ones((2, 3))).p)
    assert isnan(flip_pairs(nobody, nobody).p)


# --- the frame


def worked_answers():
    return answers_of(
        said(ONE, "priorities.top", [["a", "b", "c"], ["a", "c", "b"], ["b", "a", "c"]]),
        said(ONE, "priorities.top", [["d", "e", "a"], ["d", "a", "e"], ["e", "d", "b"]], about=TWO),
        said(TWO, "priorities.top", [["d", "e", "c"], ["e", "d", "a"], ["d", "e", "b"]]),
        said(TWO, "priorities.top", [["d", "e", "c"], ["e", "d", "a"], ["d", "e", "b"]], about=ONE),
    )


def test_a_ranking_worked_by_hand():
    frame = measure_ranking(worked_answers(), ITEMS)
    assert dtypes_of(frame) == RANKING.dtypes
    first, second = frame.to_dict("records")
    weights = {
        "own": (8, 6, 4, 0, 0),
        "estimate": (3, 1, 0, 8, 6),
        "other_own": (1, 1, 1, 8, 7),
    }
    for name, values in weights.items():
        shares = dict(zip(OPTIONS, (value / 18 for value in values), strict=True))
        assert first[name] == pytest.approx(shares)
    assert second["own"] == first["other_own"]
    assert [first[f"n_{who}"] for who in ("own", "estimate", "other", "pairs")] == [3, 3, 3, 3]
    names = ("actual", "perceived", "misread")
    assert [first[name] for name in names] == pytest.approx([15 / 18, 14 / 18, 2 / 18])
    assert [second[name] for name in names] == pytest.approx([15 / 18, 0, 15 / 18])
    # 3 against 3 with nobody alike: 2 of 20 arrangements, exactly.
    assert (first["p_actual"], first["p_actual_error"]) == (0.1, 0)
    assert first["p_perceived"] == 0.25
    assert second["p_perceived"] == 1.0
    assert first["drivers"] == [
        {"option": "d", "difference": pytest.approx(-8 / 18)},
        {"option": "a", "difference": pytest.approx(7 / 18)},
        {"option": "e", "difference": pytest.approx(-7 / 18)},
        {"option": "b", "difference": pytest.approx(5 / 18)},
        {"option": "c", "difference": pytest.approx(3 / 18)},
    ]
    assert [driver["option"] for driver in first["misread_drivers"]] == ["a", "c", "e"]
    assert (first["state"], second["state"]) == ("known_difference", "false_consensus")
    assert first["p_apart"] == second["p_apart"] > 0.8


def test_drivers_add_up_to_the_distance():
    row = measure_ranking(worked_answers(), ITEMS).iloc[0]
    for drivers, distance in (("drivers", "actual"), ("misread_drivers", "misread")):
        sizes = [abs(driver["difference"]) for driver in row[drivers]]
        assert sum(sizes) / 2 == pytest.approx(row[distance])
        assert np.diff(sizes).max() < 1e-9


def test_words_share_a_person_equally():
    answers = answers_of(
        said(ONE, "meaning.words", [["a"], ["a", "b"], ["b", "c"]]),
        said(TWO, "meaning.words", [["d"], ["d"], ["d", "e"]]),
    )
    row = measure_ranking(answers, ITEMS).iloc[0]
    assert row["own"] == pytest.approx({"a": 0.5, "b": 1 / 3, "c": 1 / 6, "d": 0, "e": 0})
    assert row["other_own"] == pytest.approx({"a": 0, "b": 0, "c": 0, "d": 5 / 6, "e": 1 / 6})
    assert (row["kind"], row["group"], row["actual"]) == ("words", "words", pytest.approx(1))


def test_without_estimates_there_is_a_distance_and_no_state():
    answers = answers_of(
        said(ONE, "meaning.words", [["a"], ["a", "b"], ["b"]]),
        said(TWO, "meaning.words", [["a"], ["b"], ["b", "c"]]),
    )
    frame = measure_ranking(answers, ITEMS)
    assert frame["actual"].tolist() == [pytest.approx(1 / 6)] * 2
    assert frame["estimate"].tolist() == [None, None]
    gone = ["perceived", "misread", "p_perceived", "p_misread", "p_shared_view", "state", "claim"]
    assert frame[gone].isna().all(axis=None)
    assert frame["misread_drivers"].tolist() == [[], []]
    assert frame["p_apart"].notna().all()


def test_too_few_people_claim_nothing():
    answers = answers_of(
        *(
            said(lens, "meaning.words", [[word], [word]], about=about)
            for lens, about, word in product(LENSES, LENSES, "a")
        )
    )
    frame = measure_ranking(answers, ITEMS)
    assert frame["claim"].isna().all()
    assert frame["n_own"].tolist() == [2, 2]


def test_who_refuses_and_who_does_not_know_have_no_weights():
    answers = answers_of(
        said(ONE, "meaning.words", [["a"], "dont_know", ["b"], "prefer_not"]),
        said(TWO, "meaning.words", [["a"], ["a"]]),
    )
    assert measure_ranking(answers, ITEMS)["n_own"].tolist() == [2, 2]


def test_no_answers_give_an_empty_frame_with_every_column():
    frame = measure_ranking(no_answers(), ITEMS)
    assert (len(frame), dtypes_of(frame)) == (0, RANKING.dtypes)


def many_sites():
    generator = np.random.default_rng(6)
    groups = []
    for site, lens, about in product(("east", "north", "south"), LENSES, LENSES):
        chosen = [
            generator.permutation(OPTIONS)[:3].tolist() for _ in range(generator.integers(3, 13))
        ]
        groups.append(said(lens, "priorities.top", chosen, about=about, site=site))
    return answers_of(*groups)


def test_a_site_does_not_depend_on_its_company_nor_on_the_order_of_rows():
    answers = many_sites()
    together = measure_ranking(answers, ITEMS)
    assert at_site(together, "south").equals(measure_ranking(at_site(answers, "south"), ITEMS))
    shuffled = measure_ranking(answers.sample(frac=1, random_state=1), ITEMS)
    pd.testing.assert_frame_equal(shuffled, together)


def test_a_census_leaves_response_noise_and_nothing_else():
    heads = pd.DataFrame({"site": "north", "lens": LENSES, "headcount": pd.array([3, 3], "Int64")})
    again, frame = (
        measure_ranking(
            worked_answers(),
            ITEMS,
            headcounts=heads,
            settings=Settings(min_group=3, reliability=reliability),
        )
        for reliability in (0.7, 1)
    )
    assert frame["probability"].tolist() == [1.0, 1.0]
    assert frame["claim"].tolist() == ["claimed", "claimed"]
    assert again["probability"].between(0.5, 0.999).all()


@pytest.mark.slow
@given(st.data())
@settings(deadline=None, max_examples=20)
def test_distances_keep_their_bounds_and_the_triangle(data):
    choice = st.lists(st.permutations(OPTIONS).map(lambda p: list(p[:3])), min_size=1, max_size=5)
    groups = [
        said(lens, "priorities.top", data.draw(choice), about=about)
        for lens, about in product(LENSES, LENSES)
    ]
    for row in measure_ranking(answers_of(*groups), ITEMS).to_dict("records"):
        actual, perceived, misread = row["actual"], row["perceived"], row["misread"]
        assert min(actual, perceived, misread) >= 0
        assert max(actual, perceived, misread) <= 1 + 1e-12
        assert actual <= perceived + misread + 1e-12
        states = sum(row[f"p_{state}"] for state in STATES)
        assert states == pytest.approx(1)


STATES = ("shared_view", "known_difference", "false_consensus", "false_conflict")

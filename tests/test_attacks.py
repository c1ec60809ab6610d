"""Attacks on what is published: nobody's answer can be worked out, by nobody."""

from __future__ import annotations

import datetime as dt
from itertools import combinations_with_replacement, product

import numpy as np
import pandas as pd
import pytest
from attacker import (
    count_solved,
    count_solved_before,
    fixed_for_insiders,
    fixed_for_outsiders,
    solve,
    take_out,
    told_sets,
)
from measure_frames import answers_of, items_of, said
from test_declarations import BASIS

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.claims import middle_certainty
from harmony_kit.measures.declaration import MeasureColumn
from harmony_kit.measures.disclosure import DISCLOSED, RULES, disclose, explain_column
from harmony_kit.measures.measuring import MEASURES, Basis, measure_everything
from harmony_kit.measures.modes import mode_probabilities
from harmony_kit.measures.rows import rows_of
from harmony_kit.measures.telling import ToldRating
from harmony_kit.measures.told_choices import name_level
from harmony_kit.measures.told_intervals import bound_mean

LENSES = ("a", "b")


# ── Every column has a rule ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", RULES)
def test_every_column_of_answers_has_a_rule(name):
    hows = {
        column: explain_column(name, column, held)
        for column, held in MEASURES[name].columns.items()
    }
    assert set(hows.values()) <= {"told", "open", "small", "passed", "stepped"}


def test_only_records_have_no_rules():
    assert {name for name in MEASURES if name not in RULES} == {
        name for name in MEASURES if name.startswith("evidence_")
    }


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_about_columns_there_are(name):
    rule = RULES[name]
    named = {*rule.people, *rule.small, *rule.told, *rule.open}
    assert named <= set(MEASURES[name].columns)


@pytest.mark.parametrize("kind", ["mean", "gap", "number", "rows", "days", "trend"])
def test_a_figure_of_a_kind_without_steps_does_not_pass_by_itself(kind):
    with pytest.raises(KeyError, match=r"within.new .* has no rule of disclosure"):
        explain_column("within", "new", MeasureColumn(kind))


# ── One rating, whatever was answered ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(("n", "points"), [*product(range(3, 8), (2, 3, 4, 5, 7))])
def test_of_small_groups_at_least_two_sets_fit_with_and_without_ones_own_answer(n, points):
    for sets in told_sets(n, points).values():
        assert len(sets) > 1
        for own in range(points):
            rests = {take_out(one, own) for one in sets if one[own]}
            assert len(rests) != 1


@pytest.mark.parametrize("n", [8, 9, 11, 15])
def test_of_large_groups_nobodys_answer_is_fixed_but_where_all_agree_but_one(n):
    for key, sets in told_sets(n, 5).items():
        assert not fixed_for_outsiders(sets)
        # A colleague who is the only one to differ knows it from "all, or nearly all".
        insiders = fixed_for_insiders(sets)
        assert not insiders or (key[3] == "one_view" and key[-1] is None)


# ── Choices ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("n", range(5, 8))
def test_whoever_takes_her_own_choice_out_is_left_with_two_counts(n):
    for level in ("most", "some", "few"):
        counts = [count for count in range(n + 1) if name_level(count, n) == level]
        if counts and len(counts) > 1:
            assert len([count for count in counts if count < n]) != 1
            assert len([count for count in counts if count > 0]) != 1
        else:
            # In the middle of six there is one count: half of them, and nobody knows which half.
            assert all(2 < count < n - 2 for count in counts)


def _vectors(n, options=5):
    sets = combinations_with_replacement(range(options), n)
    return np.array([np.bincount(one, minlength=options) for one in sets])


@pytest.mark.parametrize("n", [4, 5, 6, 7])
def test_owners_and_how_they_meet_fix_nobodys_choice_for_outsiders(n):
    """Owner, other owner, pattern and claim of one duty, for every pair of counts there can be."""
    vectors = _vectors(n)
    p = mode_probabilities(vectors, np.full(len(vectors), np.inf), 500)
    most = vectors.max(axis=1, keepdims=True)
    alone = (vectors == most).sum(axis=1) == 1
    owner = np.where(alone, vectors.argmax(axis=1), -1)
    same = p @ p.T
    both_nobody = np.outer(p[:, 4], p[:, 4])
    agreed = same - both_nobody
    settings = Settings()
    claim = np.digitize(agreed, [settings.leaning_at, settings.claim_at])
    keys = np.stack(np.broadcast_arrays(owner[:, None], owner, claim), axis=-1).reshape(-1, 3)
    for key in np.unique(keys, axis=0):
        fits = (owner[:, None] == key[0]) & (owner == key[1]) & (claim == key[2])
        assert fits.any(axis=1).sum() > 1
        assert fits.any(axis=0).sum() > 1


# ── Plants ─────────────────────────────────────────────────────────────────────────────────────

ITEMS = items_of(
    {"item": "x.clear", "group": "aligned"},
    {"item": "x.calm", "group": "aligned"},
    {"item": "x.stable", "group": "technical", "per": "pilot", "mirrored": False},
    {"item": "x.helps", "group": "operational", "per": "pilot", "mirrored": False},
    {"item": "x.first", "kind": "rank", "k": 3, "options": tuple("abcdefghij"), "points": None},
    {"item": "x.words", "kind": "words", "k": 3, "options": tuple("abcdefgh"), "points": None},
    {
        "item": "x.duty",
        "kind": "choice",
        "group": "bridge",
        "options": ("a", "b", "joint", "nobody"),
        "points": None,
        "mirrored": False,
        "k": 1,
    },
)


def _plant(site, random):
    """A plant whose sides have opinions of their own, some of them shared by nearly all."""
    sizes = {lens: int(random.integers(4, 16)) for lens in LENSES}
    rows = []
    for lens, other in (LENSES, LENSES[::-1]):
        n = sizes[lens]
        for item in rows_of(ITEMS):
            subject = "trial" if item["per"] == "pilot" else None
            for about in (lens, other) if item["mirrored"] else (lens,):
                given = _answer(item, n, random)
                rows.append(
                    said(lens, item["item"], given, about=about, site=site, subject=subject)
                )
    return rows


def _answer(item, n, random):
    if item["kind"] == "rating":
        centre, spread = random.uniform(1, 5), random.choice([0.2, 0.6, 1.2])
        return np.clip(np.rint(random.normal(centre, spread, n)), 1, 5).astype(int).tolist()
    k, weights = int(item["k"]), random.dirichlet(np.full(len(item["options"]), 0.4))
    keys = np.log(weights + 1e-12) + random.gumbel(size=(n, len(weights)))
    return [[item["options"][i] for i in np.argsort(-key)[:k]] for key in keys]


@pytest.fixture(scope="module")
def plants():
    random = np.random.default_rng(7)
    rows = [part for i in range(50) for part in _plant(f"plant-{i:02}", random)]
    basis = Basis(
        **{
            **{name: getattr(BASIS, name) for name in ("decisions", "pilots", "usage")},
            "items": ITEMS,
            "lenses": LENSES,
            "settings": Settings(draws=500),
            "headcounts": pd.DataFrame({"site": [], "lens": [], "headcount": []}),
            "as_of": dt.date(2026, 10, 1),
            "secret": b"s" * 32,
        }
    )
    measured = measure_everything(answers_of(*rows), basis)
    told = disclose(measured, basis.settings, items=ITEMS, lenses=LENSES)
    return measured, told


def test_no_answer_of_fifty_plants_is_determined(plants):
    measured, told = plants
    _, unique, fixed = count_solved(told.frames["within"])
    _, unique_before, fixed_before = count_solved_before(measured.frames["within"])
    assert (unique, fixed) == (0, 0)
    assert min(unique_before, fixed_before) > 50


def test_no_colleague_learns_of_the_others_but_where_the_report_says_nearly_all(plants):
    _, told = plants
    for row in rows_of(told.frames["within"]):
        insiders = fixed_for_insiders(solve(row))
        assert not insiders or (row["n"] >= 8 and row["view"] == "one_view")


def test_what_is_told_of_topics_follows_from_what_is_told_of_their_means(plants):
    _, told = plants
    within = told.frames["within"].set_index(["site", "item", "lens", "about"])["mean"]
    for row in rows_of(told.frames["topics"]):
        places = [(row["lens"],) * 2, (row["lens"], row["other"]), (row["other"],) * 2]
        own, estimate, other_own = (within[row["site"], row["item"], *at] for at in places)
        assert (row["own"], row["estimate"], row["other_own"]) == (own, estimate, other_own)
        gaps = (own - other_own, own - estimate, estimate - other_own)
        found = (row["agreement_gap"], row["perceived_gap"], row["misreading"])
        assert found == pytest.approx(gaps)


def test_beside_a_band_no_probability_tells_where_in_it_the_mean_lies(plants):
    _, told = plants
    topics = told.frames["topics"]
    bands = topics[["own_from", "estimate_from", "other_own_from"]].notna().any(axis=1)
    assert 20 < bands.sum() < len(topics)
    chances = topics.loc[bands, [c for c in topics if c.startswith("p_")]].to_numpy()
    middles = middle_certainty(pd.Series(["claimed", "leaning"]), Settings())
    assert {*chances[~np.isnan(chances)]} <= {*middles}
    assert topics.loc[bands, "more_interviews"].isna().all()


def test_figures_come_in_steps_and_never_say_never(plants):
    _, told = plants
    for name, declared in DISCLOSED.items():
        for column, held in declared.columns.items():
            values = told.frames[name][column]
            if held.kind == "probability" and held.dtype == "float64" and name in RULES:
                known = values.dropna()
                assert known.between(0.05, 0.95).all(), (name, column)
                assert np.allclose(known * 20, np.rint(known * 20)), (name, column)


SMALL_SECRETS = {
    "within": ("counts", "camps", "sd", "median", "p_above", "n_dont_know", "rwg", "p_ad"),
    "rank": ("own", "named_own", "p_actual", "actual_by_luck"),
    "words": ("own", "named_own", "p_actual", "actual_by_luck"),
    "ownership": ("counts", "p_owner", "p_self", "p_nobody", "p_agreed", "n_dont_know"),
    "pilots": ("p_technical", "p_works_and_used"),
    "scales": ("rwg_j", "alpha_ordinal"),
}


@pytest.mark.parametrize("name", SMALL_SECRETS)
def test_nothing_point_by_point_is_told_of_fewer_than_eight(plants, name):
    _, told = plants
    frame = told.frames[name]
    size = frame[list(RULES[name].people)[:1]].min(axis=1)
    assert (size < 8).any()
    for column in SMALL_SECRETS[name]:
        assert frame.loc[size < 8, column].isna().all(), column


def test_the_interval_of_a_small_group_says_no_more_than_what_is_told_of_its_mean(plants):
    _, told = plants
    frame = told.frames["within"]
    small = frame[frame["n"] < 8]
    columns = ["mean", "mean_from", "mean_to", "n", "points", "low", "high"]
    for mean, low, high, n, points, *ends in small[columns].itertuples(index=False):
        assert tuple(ends) == bound_mean(ToldRating(mean, low, high), n, points)
        assert ends[0] <= mean <= ends[1]


def test_a_duty_of_which_nearly_all_name_one_owner_has_no_counts(plants):
    _, told = plants
    for row in rows_of(told.frames["ownership"]):
        if row["counts"] is not None:
            assert row["n"] >= 8
            assert max(row["counts"].values()) < row["n"] - 1

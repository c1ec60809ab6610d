"""Attacks on what is published: nobody's answer can be worked out, by nobody."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import combinations, combinations_with_replacement, product

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
from harmony_kit.measures.levels import name_level, name_levels
from harmony_kit.measures.measuring import MEASURES, Basis, measure_everything
from harmony_kit.measures.modes import mode_probabilities
from harmony_kit.measures.rows import rows_of
from harmony_kit.measures.telling import ToldRating
from harmony_kit.measures.told_choices import put_first, tell_ownership, tell_ranking
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


@pytest.mark.slow
@pytest.mark.parametrize("n", [8, 9, 11, 15])
def test_of_large_groups_nobodys_answer_is_fixed_but_where_all_agree_but_one(n):
    for key, sets in told_sets(n, 5).items():
        assert not fixed_for_outsiders(sets)
        # A colleague who is the only one to differ knows it from "all, or nearly all".
        insiders = fixed_for_insiders(sets)
        assert not insiders or (key[3] == "one_view" and key[-1] is None)


# ── Choices ────────────────────────────────────────────────────────────────────────────────────


def _told_of_namings(n, k, n_options):
    """What is told → every way in which so many options can be named by n people, k each."""
    told = defaultdict(list)
    for counts in product(range(n + 1), repeat=n_options):
        if sum(counts) == n * k:
            named = {f"o{place}": count for place, count in enumerate(counts)}
            levels = name_levels(named, n)
            told[tuple(levels.values()) if levels else None].append(counts)
    return {what: np.array(ways) for what, ways in told.items()}


@pytest.mark.parametrize(
    ("n", "k", "n_options"), [(5, 2, 5), (6, 2, 5), (7, 2, 5), (8, 2, 5), (6, 1, 5)]
)
def test_words_and_the_total_leave_two_counts_of_each_option_also_without_ones_own(n, k, n_options):
    for what, ways in _told_of_namings(n, k, n_options).items():
        assert all(len(set(column)) > 1 for column in ways.T), what
        for own in combinations(range(n_options), k):
            mine = np.isin(range(n_options), own)
            rest = ways[(ways[:, mine] > 0).all(axis=1) & (ways[:, ~mine] < n).all(axis=1)]
            assert not len(rest) or all(len(set(column)) > 1 for column in rest.T), (what, own)


def test_without_secondary_suppression_a_total_would_give_counts_back():
    """Five options named by most of five people who name three each: by three each, then."""
    words = ("most",) * 5 + ("few",)
    fitting = [
        counts
        for counts in product(range(6), repeat=6)
        if sum(counts) == 15 and tuple(name_level(count, 5) for count in counts) == words
    ]
    assert fitting == [(3, 3, 3, 3, 3, 0)]
    assert name_levels(dict(zip("abcdef", fitting[0], strict=True)), 5) is None


_FEW = [(4, 3, 6), (5, 3, 6), (6, 3, 6), (7, 3, 6), (5, 2, 7), (7, 1, 4)]


@pytest.mark.parametrize(("n", "k", "n_options"), _FEW)
def test_all_that_is_told_of_choices_leaves_two_counts_to_a_colleague(n, k, n_options):
    """What is put first, its words and their silence together, for every choice of her own."""
    ways = _ways(n, k, n_options)
    told = tell_ranking(_ranking(ways, n), 4)
    assert _count_fixed(ways, _printed(told, told["first_own"]), n, k) == (0, 0)


@pytest.mark.parametrize(("n", "fixed"), [(4, 14), (5, 948), (6, 1737)])
def test_heaviest_first_beside_the_words_would_give_counts_back(n, fixed):
    ways = _ways(n, 3, 6)
    told = tell_ranking(_ranking(ways, n), 4)
    few = [{o for o, word in (one or {}).items() if word == "few"} for one in told["level_own"]]
    heavy = [
        [o for o in put_first(one) if o not in left_out]
        for one, left_out in zip(_ranking(ways, n)["own"], few, strict=True)
    ]
    assert _count_fixed(ways, _printed(told, heavy), n, 3)[1] == fixed


def _ways(n, k, n_options):
    """How often each option can be named by so many people, k options each."""
    counts = product(range(n + 1), repeat=n_options - 1)
    last = ((*one, n * k - sum(one)) for one in counts)
    return np.array([one for one in last if 0 <= one[-1] <= n])


def _ranking(ways, n):
    names = [f"o{place}" for place in range(ways.shape[1])]
    named = [dict(zip(names, one, strict=True)) for one in ways.tolist()]
    weights = [
        {option: count / sum(one.values()) for option, count in one.items()} for one in named
    ]
    sides = dict.fromkeys(("own", "estimate", "other_own"), weights)
    return pd.DataFrame(
        {
            **sides,
            **{f"named_{side}": named for side in sides},
            **dict.fromkeys(("n_own", "n_estimate", "n_other", "n_pairs"), n),
            **dict.fromkeys(("actual", "perceived", "misread"), 0.0),
            **{name: [[]] * len(ways) for name in ("drivers", "misread_drivers")},
        }
    )


def _printed(told, firsts):
    """A number for each form in which the choices of a side are told."""
    levels = [tuple((one or {}).values()) for one in told["level_own"]]
    forms = zip(levels, (tuple(sorted(first or ())) for first in firsts), strict=True)
    return pd.factorize(pd.Series(list(forms)))[0]


def _count_fixed(ways, printed, n, k):
    """In how many forms an option is fixed for outsiders; the same by form and own choice."""
    outside = len(_forms_with_fixed(ways, printed, np.arange(len(ways))))
    inside = 0
    for own in combinations(range(ways.shape[1]), k):
        mine = np.isin(range(ways.shape[1]), own)
        fits = (ways[:, mine] > 0).all(axis=1) & (ways[:, ~mine] < n).all(axis=1)
        inside += len(_forms_with_fixed(ways - mine, printed, np.flatnonzero(fits)))
    return outside, inside


def _forms_with_fixed(ways, printed, fits):
    by_form = fits[np.argsort(printed[fits], kind="stable")]
    starts = np.flatnonzero(np.diff(printed[by_form], prepend=-1))
    ends = [find.reduceat(ways[by_form], starts, axis=0) for find in (np.minimum, np.maximum)]
    return np.flatnonzero((ends[0] == ends[1]).any(axis=1))


def _vectors(n, options=5):
    sets = combinations_with_replacement(range(options), n)
    return np.array([np.bincount(one, minlength=options) for one in sets])


@pytest.mark.parametrize(
    ("n", "n_other"), [(4, 4), (4, 6), (5, 4), (5, 5), (6, 6), (7, 5), (7, 7), (5, 6), (6, 7)]
)
def test_owners_and_how_they_meet_fix_nobodys_choice_but_where_both_say_the_same(n, n_other):
    """All that is told of one duty, for every pair of counts there can be."""
    ways, others = _vectors(n, 4), _vectors(n_other, 4)
    mirrored = _duties(others, ways).assign(lens="b", other="a").head(1)  # hidden on that side too
    duties = pd.concat([_duties(ways, others), mirrored], ignore_index=True)
    told = tell_ownership(duties, Settings()).iloc[:-1]
    assert told["counts"].isna().all()
    seen = told[["owner", "other_owner", "pattern", "claim", "probability"]].astype("str")
    for form, rows in seen.groupby([*seen], sort=False).indices.items():
        here = ways[np.unique(rows // len(others))]
        assert not (here == here[0]).all(axis=0).any(), form
        for chosen in np.flatnonzero(here.any(axis=0)):
            rest = here[here[:, chosen] > 0] - np.eye(4, dtype=int)[chosen]
            is_fixed = (rest == rest[0]).all(axis=0).any()
            says_the_same = form[0] == form[1]
            assert not is_fixed or (form[3] == "claimed" and says_the_same), (form, chosen)


@pytest.mark.parametrize("n", [5, 6, 7])
def test_beside_counts_of_the_other_side_nothing_is_claimed_of_hidden_ones(n):
    """Of 7 and 9 people 11 of 88 claims left everybody one set of counts, of 5 and 9 28 of 83."""
    told = tell_ownership(_duties(_vectors(n, 4), _vectors(9, 4)), Settings())
    assert told["counts"].isna().all()
    assert told["claim"].unique().tolist() == ["open"]
    assert told["probability"].isna().all()


def _duties(ways, others):
    """The frame of ownership of all pairs of counts."""
    options, settings = np.array(["a", "b", "joint", "nobody"]), Settings()
    (own, p), (other, q) = (_owners(one, options) for one in (ways, others))
    places = np.array([(i, j) for i in range(len(ways)) for j in range(len(others))]).T
    chances = [p[places[0]], q[places[1]]]
    nobody, swapped = (chances[0][:, i] * chances[1][:, j] for i, j in ((3, 3), (1, 0)))
    met = {
        "agreed": (chances[0] * chances[1]).sum(axis=1) - nobody,
        "contested": 0.0,
        "claimed_by_both": chances[0][:, 0] * chances[1][:, 1],
        "void": nobody + swapped,
    }
    patterns = pd.DataFrame(met)
    patterns["contested"] = (1 - patterns.sum(axis=1)).clip(lower=0)
    best = patterns.max(axis=1)
    claims = np.array(["open", "leaning", "claimed"], dtype=object)
    return pd.DataFrame(
        {
            **dict.fromkeys(("site", "wave", "item", "subject"), "x"),
            "lens": "a",
            "other": "b",
            "n": ways[0].sum(),
            "n_other": others[0].sum(),
            "counts": [dict(zip(options, ways[i].tolist(), strict=True)) for i in places[0]],
            "owner": own[places[0]],
            "other_owner": other[places[1]],
            "pattern": patterns.idxmax(axis=1).astype("object"),
            "probability": best,
            "claim": claims[np.digitize(best, [settings.leaning_at, settings.claim_at])],
        }
    )


def _owners(ways, options):
    most = ways.max(axis=1, keepdims=True)
    is_alone = (ways == most).sum(axis=1) == 1
    owner = np.where(is_alone, options[ways.argmax(axis=1)], None)
    return owner, mode_probabilities(ways, np.full(len(ways), np.inf), 500)


# ── Plants ─────────────────────────────────────────────────────────────────────────────────────

ITEMS = items_of(
    {"item": "x.clear", "group": "aligned"},
    {"item": "x.calm", "group": "aligned"},
    {"item": "x.stable", "group": "technical", "per": "pilot", "mirrored": False},
    {"item": "x.helps", "group": "operational", "per": "pilot", "mirrored": False},
    {"item": "x.act", "group": "act", "per": "decision"},
    {"item": "x.whole", "group": "checks_a", "per": "decision", "mirrored": False},
    {"item": "x.trusted", "group": "checks_b", "per": "decision", "mirrored": False},
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
            subject = "trial" if isinstance(item["per"], str) else None
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
    return _tell(rows, Settings(draws=500))


def _tell(rows, settings):
    """What is measured of some answers, and what is told of it."""
    basis = Basis(
        **{
            **{name: getattr(BASIS, name) for name in ("decisions", "pilots", "usage")},
            "items": ITEMS,
            "lenses": LENSES,
            "settings": settings,
            "headcounts": pd.DataFrame({"site": [], "lens": [], "headcount": []}),
            "as_of": dt.date(2026, 10, 1),
            "secret": b"s" * 32,
        }
    )
    measured = measure_everything(answers_of(*rows), basis)
    return measured, disclose(measured, settings, items=ITEMS, lenses=LENSES)


@pytest.mark.slow
def test_no_answer_of_fifty_plants_is_determined(plants):
    measured, told = plants
    _, unique, fixed = count_solved(told.frames["within"])
    _, unique_before, fixed_before = count_solved_before(measured.frames["within"])
    assert (unique, fixed) == (0, 0)
    assert min(unique_before, fixed_before) > 50


@pytest.mark.slow
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


def test_beside_a_band_a_topic_lies_on_the_line_where_what_is_told_of_it_does(plants):
    _, told = plants
    topics = told.frames["topics"]
    beside = topics[_is_banded(topics, "own", "estimate", "other_own")]
    gaps = beside[["perceived_gap", "agreement_gap"]].abs().sub(beside["tolerance"], axis=0)
    # A claim is told too, and nothing on the line is claimed: the mark says no more than both do.
    near = gaps.abs().le(0.25 + 1e-6).any(axis=1) & (beside["claim"] != "claimed")
    assert 10 < near.sum() < len(near) - 10
    assert beside["is_on_line"].astype("bool").tolist() == near.tolist()


def _is_banded(frame, *names):
    return frame[[f"{name}_from" for name in names]].notna().any(axis=1)


@pytest.mark.parametrize(
    ("name", "scores"),
    [
        ("pilots", ("technical", "operational")),
        ("readiness", ("act", "own_checks", "other_checks")),
    ],
)
def test_beside_the_band_of_a_score_no_chance_tells_where_in_it_the_score_lies(
    plants, name, scores
):
    _, told = plants
    frame = told.frames[name]
    beside = frame[_is_banded(frame, *scores)]
    assert len(beside) > 20
    chances = beside[[c for c in beside if c.startswith("p_")]]
    assert chances.isna().all(axis=None)
    middles = middle_certainty(beside["claim"], Settings())
    pd.testing.assert_series_equal(beside["probability"], middles, check_names=False)


def test_the_index_of_a_scale_is_told_only_where_the_counts_of_all_its_ratings_are(plants):
    """The index, and the counts of one rating, would give back those of the other."""
    _, told = plants
    within = told.frames["within"]
    shown = within[within["counts"].notna()].groupby(["site", "lens", "about", "group"]).size()
    scales = told.frames["scales"]
    indices = scales.set_index(["site", "lens", "about", "group"])["rwg_j"]
    both = shown.reindex(indices.index).eq(2)
    assert 5 < both.sum() < len(both)
    assert indices[~both].isna().all()
    assert indices[both].notna().sum() > 50


def test_where_the_counts_of_a_duty_are_hidden_no_chance_gives_them_back(plants):
    _, told = plants
    frame = told.frames["ownership"]
    shown = frame[frame["counts"].notna()].set_index(["site", "lens"]).index
    other = pd.MultiIndex.from_frame(frame[["site", "other"]])
    both = frame["counts"].notna() & other.isin(shown)
    assert 10 < both.sum() < len(frame) - 10
    chances = frame[[c for c in frame if c.startswith("p_")]]
    assert chances[~both].isna().all(axis=None)
    assert frame.loc[both, "p_self"].notna().all()
    middles = middle_certainty(frame.loc[~both, "claim"], Settings())
    pd.testing.assert_series_equal(frame.loc[~both, "probability"], middles, check_names=False)


@pytest.mark.parametrize(("n", "is_told"), [(4, False), (5, True)])
def test_how_many_duties_are_held_is_told_where_the_owner_of_each_is(n, is_told):
    rows = [said(lens, "x.duty", [["a"]] * n, site="north") for lens in LENSES]
    measured, told = _tell(rows, Settings(draws=500, min_group=3))
    held = told.frames["drift"]["n_held"].tolist()
    assert (measured.frames["drift"]["n_held"].tolist(), held) == (
        [1, 0, 1, 0],
        [1, 0, 1, 0] if is_told else [],
    )
    owners = told.frames["ownership"]["owner"].dropna().tolist()
    assert owners == (["a", "a"] if is_told else [])
    shares = [
        part["value"]
        for row in rows_of(told.frames["signatures"])
        for part in row["parts"]
        if part["what"] == "share_held"
    ]
    assert bool(shares) == is_told


def test_a_signature_says_of_the_bridge_no_more_than_the_duty_does(plants):
    _, told = plants
    signatures = told.frames["signatures"]
    bridges = rows_of(signatures[signatures["signature"] == "nobodys_bridge"])
    assert len(bridges) == 50
    n_said = 0
    for row in bridges:
        said = [part for part in row["parts"] if part["what"] == "says_nobody"]
        counts = [part["value"] * part["n"] for part in said]
        assert all(part["n"] >= 8 for part in said)
        assert all(1 < count < part["n"] - 1 for count, part in zip(counts, said, strict=True))
        if len(said) < 2:
            assert np.isnan(row["probability"]) or row["probability"] in (0.7, 0.9)
        n_said += len(said)
    assert n_said > 5


def test_the_claims_expected_to_be_wrong_are_whole_so_that_none_is_worked_out_of_the_others(plants):
    _, told = plants
    wrong = told.wrong_claims
    assert wrong["expected_wrong"].mod(1).eq(0).all()
    share = (wrong["expected_wrong"] / wrong["n_claimed"]).round(2)
    pd.testing.assert_series_equal(wrong["share_wrong"], share, check_names=False)


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


@pytest.mark.parametrize("name", ["rank", "words"])
def test_where_weights_are_hidden_distances_say_how_many_put_first_differ(plants, name):
    """Beside the weights of the other side a finer distance leaves few counts, and fixes some."""
    measured, told = plants
    sides = {
        "actual": ("own", "other_own"),
        "perceived": ("own", "estimate"),
        "misread": ("estimate", "other_own"),
    }
    n_hidden = n_untold = 0
    for raw, row in zip(rows_of(measured.frames[name]), rows_of(told.frames[name]), strict=True):
        for distance, (one, other) in sides.items():
            if row[one] is None or row[other] is None:
                first, second = (row[f"first_{side}"] for side in (one, other))
                first, second = first or [], second or []
                n = min(len(first), len(second))
                n_hidden += 1
                if not n:
                    assert np.isnan(row[distance])
                    n_untold += 1
                    continue
                share = 1 - len(set(first) & set(second)) / n
            else:
                share = raw[distance]
            assert row[distance] == pytest.approx(round(share * 20) / 20, abs=0.0251)
            assert abs(row[distance] * 20 - round(row[distance] * 20)) < 1e-9
    assert (n_hidden > 50, n_hidden > n_untold > 0) == (True, True)

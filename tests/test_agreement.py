from collections import Counter
from fractions import Fraction
from itertools import product
from math import isnan

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_frames import LENSES, answers_of, at_site, case, dtypes_of, items_of, no_answers, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.errors import FrameError
from harmony_kit.measures import indices, nulls
from harmony_kit.measures.agreement import (
    AGREEMENT,
    SCALES,
    measure_agreement,
    measure_scales,
)
from harmony_kit.measures.camps import find_camps

INDICES = case("indices.json")
ONE, TWO = LENSES
RATING = {"item": "frame.timing"}


def counts_of(answers, points=5):
    return np.array([[answers.count(point) for point in range(1, points + 1)]])


def scales():
    return st.integers(4, 11)


@st.composite
def ratings(draw, min_size=2, max_size=20):
    points = draw(scales())
    answers = draw(st.lists(st.integers(1, points), min_size=min_size, max_size=max_size))
    return points, answers


# --- the indices against published numbers


@pytest.mark.parametrize("example", INDICES["rwg_ad_awg_A5"], ids=lambda e: str(e["x"]))
def test_rwg_ad_and_awg_of_published_answers(example):
    counts = counts_of(example["x"])
    found = {
        "rwg": indices.rwg(counts)[0],
        "ad_mean": indices.ad_mean(counts)[0],
        "ad_median": indices.ad_median(counts)[0],
        "awg": None if isnan(indices.awg(counts)[0]) else indices.awg(counts)[0],
    }
    assert found == pytest.approx({name: example[name] for name in found}, abs=1e-9)


def test_van_der_eijk_and_its_relatives_of_a_published_vector():
    expected = INDICES["van_der_eijk"]
    counts = np.array([expected["V"]])
    a = indices.agreement_a(counts)[0]
    found = {
        "agreement_A": a,
        "polarization": (1 - a) / 2,
        "consensus_TW": indices.consensus(counts)[0],
        "leik_dispersion": indices.leik_dispersion(counts)[0],
    }
    assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-9)


@pytest.mark.parametrize("points", range(5, 12))
def test_null_variances_of_the_published_table(points):
    table = INDICES["null_variance"]
    found = [indices.null_variance(points, shape) for shape in table["cols"]]
    assert found == pytest.approx(table[str(points)], abs=0.006)


def test_null_variances_of_a_five_point_scale_follow_from_their_shapes():
    shares = {
        "uniform": (0.2, 0.2, 0.2, 0.2, 0.2),
        "slight_skew": (0.05, 0.15, 0.20, 0.35, 0.25),
        "moderate_skew": (0.0, 0.10, 0.15, 0.40, 0.35),
        "heavy_skew": (0.0, 0.0, 0.10, 0.40, 0.50),
        "triangular": (0.11, 0.22, 0.34, 0.22, 0.11),
        "normal": (0.07, 0.24, 0.38, 0.24, 0.07),
    }
    points = np.arange(1, 6)
    for shape, share in shares.items():
        mean = np.dot(share, points)
        assert indices.null_variance(5, shape) == pytest.approx(np.dot(share, (points - mean) ** 2))


def test_a_scale_of_four_points_has_no_tabled_skew():
    assert indices.null_variance(4) == 1.25
    assert isnan(indices.null_variance(4, "slight_skew"))


def test_rwg_j_and_lindell_of_a_published_table():
    example = INDICES["rwg_j"]
    ratings_ = np.array(example["ratings_rows_are_raters"])
    counts = np.array([counts_of(column.tolist())[0] for column in ratings_.T])
    assert indices.variances(counts) == pytest.approx(example["item_var"])
    ratio = indices.variances(counts).mean() / indices.null_variance(5)
    pooled, starred = indices.rwg_j([ratio], [3])
    assert (pooled[0], starred[0]) == pytest.approx((example["rwg_j"], example["lindell_rstar"]))


def test_rwg_j_has_no_meaning_past_the_null_variance():
    pooled, starred = indices.rwg_j([1.5], [3])
    assert isnan(pooled[0])
    assert starred[0] == -0.5


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff_example_c(level):
    example = INDICES["krippendorff_C"]
    data = pd.DataFrame(example["data_rows_are_observers"])
    counts = np.array([counts_of(data[unit].dropna().astype(int).tolist())[0] for unit in data])
    n_pairable = counts.sum(axis=1)[counts.sum(axis=1) > 1].sum()
    assert n_pairable == example["n_pairable"]
    alpha = indices.krippendorff_alpha(counts, level=level)
    assert alpha == pytest.approx([example[level]], abs=1e-12)


# --- the indices against independent oracles


@pytest.mark.slow
@given(ratings())
def test_moments_are_those_of_numpy(rated):
    points, answers = rated
    counts = counts_of(answers, points)
    values = np.array(answers, dtype=float)
    found = [
        indices.means(counts)[0],
        indices.medians(counts)[0],
        indices.variances(counts)[0],
        indices.ad_mean(counts)[0],
        indices.ad_median(counts)[0],
    ]
    assert found == pytest.approx(
        [
            values.mean(),
            np.median(values),
            values.var(ddof=1),
            np.abs(values - values.mean()).mean(),
            np.abs(values - np.median(values)).mean(),
        ]
    )


def slow_agreement_a(counts):
    """The layers one by one, as van der Eijk describes them."""
    left, weighted, total = list(counts), Fraction(0), sum(counts)
    points = len(counts)
    while any(left):
        height = min(n for n in left if n)
        layer = [int(n > 0) for n in left]
        triples = Counter((layer[i], layer[j], layer[k]) for i, j, k in _triples(points))
        unimodal = triples[1, 1, 0] + triples[0, 1, 1]
        bimodal = triples[1, 0, 1]
        u = Fraction(1)
        if unimodal + bimodal:
            top = (points - 2) * unimodal - (points - 1) * bimodal
            u = Fraction(top, (points - 2) * (unimodal + bimodal))
        a = u * (1 - Fraction(sum(layer) - 1, points - 1))
        weighted += a * height * sum(layer)
        left = [n - height * used for n, used in zip(left, layer, strict=True)]
    return float(weighted / total)


def _triples(points):
    return ((i, j, k) for i, j, k in product(range(points), repeat=3) if i < j < k)


@pytest.mark.slow
@given(ratings(min_size=1))
def test_van_der_eijk_layer_by_layer(rated):
    points, answers = rated
    counts = counts_of(answers, points)
    assert indices.agreement_a(counts)[0] == pytest.approx(slow_agreement_a(counts[0].tolist()))


@pytest.mark.parametrize("points", [4, 5, 7, 11])
def test_van_der_eijk_at_its_three_fixed_points(points):
    one, ends, even = np.zeros(points, int), np.zeros(points, int), np.ones(points, int)
    one[1], ends[[0, -1]] = 6, 3
    found = indices.agreement_a(np.array([one, ends, even]))
    assert found == pytest.approx([1, -1, 0])
    assert indices.consensus(np.array([one, ends])) == pytest.approx([1, 0])
    assert indices.leik_dispersion(np.array([one, ends])) == pytest.approx([0, 1])


@given(ratings())
def test_awg_is_undefined_exactly_where_its_range_ends(rated):
    points, answers = rated
    n, mean = len(answers), sum(answers) / len(answers)
    lowest, highest = (n - 1 + points) / n, (points * (n - 1) + 1) / n
    awg = indices.awg(counts_of(answers, points))[0]
    if lowest - 1e-9 <= mean <= highest + 1e-9:
        largest = ((points + 1) * mean - mean**2 - points) * n / (n - 1)
        assert awg == pytest.approx(1 - 2 * np.var(answers, ddof=1) / largest)
        assert -1 - 1e-9 <= awg <= 1
    else:
        assert isnan(awg)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), min_size=6, max_size=6), min_size=3, max_size=8))
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_is_that_of_the_krippendorff_package(level, units):
    counts = np.array([counts_of([value for value in unit if value])[0] for unit in units])
    alpha = indices.krippendorff_alpha(counts, level=level)[0]
    paired = counts[counts.sum(axis=1) > 1]
    if (paired.sum(axis=0) > 0).sum() < 2:
        assert isnan(alpha)
        return
    expected = krippendorff.alpha(
        value_counts=counts, value_domain=[1, 2, 3, 4, 5], level_of_measurement=level
    )
    assert alpha == pytest.approx(expected, abs=1e-9)


# --- the chance tables


@pytest.mark.parametrize("row", range(6))
def test_exact_null_of_a_published_table(row):
    table = case("nulls.json")
    n = table["n"][row]
    null = nulls.null_of(n, 5)
    ad = 2 * null.deviation / n**2
    at_70 = null.spread <= (1 - 0.70) * n * (n - 1) * 2 + 1e-9
    at_a6 = ad <= 5 / 6 + 1e-9
    found = {
        "rwg_crit_05": null.rwg_critical(),
        "ad_crit_05": null.ad_critical(),
        "p_random_rwg_ge_70": null.p_spread[at_70][-1],
        "p_random_ad_le_A6": null.p_deviation[at_a6][-1],
    }
    expected = {name: table[name][row] for name in found}
    assert found == pytest.approx(expected, abs=6e-5)


def test_the_critical_ad_of_five_people_on_seven_points():
    assert nulls.null_of(5, 7).ad_critical() == pytest.approx(0.64)


@pytest.mark.parametrize(("n", "points"), [(2, 4), (3, 5), (4, 6), (5, 5), (6, 4), (4, 11)])
def test_exact_null_is_that_of_every_way_to_answer(n, points):
    ways = np.array(list(product(range(points), repeat=n)))
    counts = np.array([np.bincount(way, minlength=points) for way in ways])
    null = nulls.null_of(n, points)
    for keys, values, cumulated in (
        (nulls.deviations(counts), null.deviation, null.p_deviation),
        (nulls.spreads(counts), null.spread, null.p_spread),
    ):
        found, times = np.unique(keys, return_counts=True)
        assert values.tolist() == found.tolist()
        assert cumulated == pytest.approx(times.cumsum() / len(ways))


@given(ratings())
def test_keys_of_the_tables_are_the_indices(rated):
    points, answers = rated
    counts, n = counts_of(answers, points), len(answers)
    ad = 2 * nulls.deviations(counts)[0] / n**2
    spread = nulls.spreads(counts)[0] / (n * (n - 1) * indices.null_variance(points))
    assert ad == pytest.approx(indices.ad_mean(counts)[0])
    assert 1 - spread == pytest.approx(indices.rwg(counts)[0])


@pytest.mark.parametrize(("n", "points"), [(20, 11), (20, 4), (13, 7)])
def test_exact_null_agrees_with_random_answers(n, points):
    null = nulls.null_of(n, points)
    assert (null.p_deviation[-1], null.p_spread[-1]) == pytest.approx((1, 1))
    counts = np.random.default_rng(1).multinomial(n, np.full(points, 1 / points), size=20_000)
    for p in (null.p_ad(nulls.deviations(counts)), null.p_rwg(nulls.spreads(counts))):
        for level in (0.05, 0.25, 0.5, 0.75):
            # P(p <= level) is the largest value of the table up to that level.
            table = np.unique(p)
            reached = table[table <= level].max(initial=0)
            assert (p <= level).mean() == pytest.approx(reached, abs=0.013)


def test_more_people_than_the_exact_tables_hold():
    null = nulls.null_of(25, 5)
    counts = np.random.default_rng(9).multinomial(25, np.full(5, 0.2), size=40_000)
    expected = [np.quantile(indices.ad_mean(counts), 0.05), np.quantile(indices.rwg(counts), 0.95)]
    assert [null.ad_critical(), null.rwg_critical()] == pytest.approx(expected, abs=0.02)


def test_three_people_on_four_points_can_never_beat_chance():
    null = nulls.null_of(3, 4)
    assert isnan(null.ad_critical())
    assert isnan(null.rwg_critical())
    assert null.p_ad(np.array([0])) == pytest.approx([4 / 64])


# --- one view, split, mixed, too few


VIEWS = [
    ("two people", [4, 4], "too_few", []),
    ("three alike", [4, 4, 4], "one_view", []),
    ("three nearly alike", [4, 4, 5], "too_few", []),
    ("four nearly alike", [4, 4, 4, 5], "too_few", []),
    ("six nearly alike", [4, 4, 4, 5, 4, 4], "one_view", []),
    ("three anywhere", [1, 3, 5], "mixed", []),
    ("one dissenter", [1, 5, 5, 5, 5, 5], "mixed", []),
    ("two dissenters of nine", [1, 1, 5, 5, 5, 5, 5, 5, 5], "mixed", []),
    ("half and half", [1, 5, 1, 5], "split", [([1, 1], 2, 1.0), ([5, 5], 2, 5.0)]),
    ("nearer halves", [2, 2, 4, 4], "split", [([2, 2], 2, 2.0), ([4, 4], 2, 4.0)]),
    (
        "ragged halves",
        [1, 1, 2, 4, 5, 5],
        "split",
        [([1, 2], 3, 4 / 3), ([4, 5], 3, 14 / 3)],
    ),
    ("evenly spread", [1, 2, 3, 4, 5], "mixed", []),
]


@pytest.mark.parametrize(
    ("answers", "view", "camps"), [v[1:] for v in VIEWS], ids=[v[0] for v in VIEWS]
)
def test_view(answers, view, camps):
    given = answers_of(said(ONE, "frame.timing", answers))
    frame = measure_agreement(given, items_of(RATING), settings=Settings(min_group=3))
    found = [(camp["points"], camp["n"], pytest.approx(camp["mean"])) for camp in frame["camps"][0]]
    assert (frame["view"][0], found) == (view, camps)


def test_a_single_view_is_rarely_called_split():
    generator = np.random.default_rng(7)
    for n in (4, 6, 8, 12):
        middle = generator.uniform(1.5, 4.5, (2000, 1))
        rated = np.clip(np.rint(generator.normal(middle, 1.0, (2000, n))), 1, 5).astype(int)
        counts = np.array([np.bincount(row, minlength=6)[1:] for row in rated])
        assert np.mean([bool(camps) for camps in find_camps(counts, 1.0)]) < 0.05


def test_camps_three_points_apart_are_mostly_found():
    generator = np.random.default_rng(8)
    for n, least in ((4, 0.65), (6, 0.8), (8, 0.85), (12, 0.93)):
        centre = np.where(np.arange(n) < n // 2, 1.5, 4.5)
        rated = np.clip(np.rint(generator.normal(centre, 0.5, (1000, n))), 1, 5).astype(int)
        counts = np.array([np.bincount(row, minlength=6)[1:] for row in rated])
        assert np.mean([bool(camps) for camps in find_camps(counts, 1.0)]) > least


# --- the frame


def test_a_row_of_the_frame():
    answers = answers_of(
        said(ONE, "frame.timing", [3, 4, 4, 4, 5, "dont_know", "prefer_not"]),
        said(ONE, "frame.timing", [4, 4, 5, 5, 4], about=TWO),
    )
    frame = measure_agreement(answers, items_of(RATING | {"group": "element"}))
    assert dtypes_of(frame) == AGREEMENT.dtypes
    row, estimate = frame.to_dict("records")
    assert (estimate["about"], estimate["n"], estimate["counts"]) == (TWO, 5, [0, 0, 0, 3, 2])
    low, high, p_above = (row.pop(name) for name in ("low", "high", "p_above"))
    assert 3.2 < low < 4 < high < 4.6
    assert 0.97 < p_above < 1
    assert (row.pop("counts"), row.pop("camps")) == ([0, 0, 1, 3, 1], [])
    assert pd.isna(row.pop("subject"))
    assert row == pytest.approx(
        {
            "site": "north",
            "wave": "1",
            "item": "frame.timing",
            "lens": ONE,
            "about": ONE,
            "dimension": "frame",
            "group": "element",
            "points": 5,
            "n": 5,
            "n_dont_know": 1,
            "n_prefer_not": 1,
            "mean": 4.0,
            "median": 4.0,
            "sd": 0.5**0.5,
            "ad_mean": 0.4,
            "ad_median": 0.4,
            "ad_critical": 0.4,
            "p_ad": 105 / 3125,
            "rwg": 0.75,
            "rwg_slight_skew": 1 - 0.5 / 1.34,
            "rwg_critical": 0.85,
            "p_rwg": 185 / 3125,
            "awg": 1 - 1 / 3.75,
            "agreement_a": 0.7,
            "polarization": 0.15,
            "consensus": 1 + 0.4 * np.log2(0.75),
            "dispersion": 0.2,
            "view": "one_view",
        }
    )


def test_estimates_waves_and_subjects_stand_apart():
    items = items_of(RATING, {"item": "pilots.success", "per": "pilot"})
    answers = answers_of(
        said(ONE, "frame.timing", [4, 5, 4]),
        said(ONE, "frame.timing", [1, 2, 1], about=TWO),
        said(ONE, "frame.timing", [3, 3, 3], wave="2"),
        said(TWO, "pilots.success", [2, 2, 2], subject="b"),
        said(TWO, "pilots.success", [5, 5, 5], subject="a"),
    )
    frame = measure_agreement(answers, items)
    keys = ["wave", "item", "subject", "lens", "about", "mean"]
    found = frame[keys].fillna({"subject": ""}).to_numpy().tolist()
    assert found == [
        ["1", "frame.timing", "", ONE, ONE, pytest.approx(13 / 3)],
        ["1", "frame.timing", "", ONE, TWO, pytest.approx(4 / 3)],
        ["1", "pilots.success", "a", TWO, TWO, 5.0],
        ["1", "pilots.success", "b", TWO, TWO, 2.0],
        ["2", "frame.timing", "", ONE, ONE, 3.0],
    ]


def test_nobody_who_answered_has_counts_and_no_indices():
    frame = measure_agreement(
        answers_of(said(ONE, "frame.timing", ["dont_know"] * 4)), items_of(RATING)
    )
    row = frame.iloc[0]
    assert (row["n"], row["n_dont_know"], row["counts"], row["view"]) == (0, 4, [0] * 5, "too_few")
    assert row[["mean", "low", "high", "p_above", "rwg", "p_ad", "ad_critical"]].isna().all()


def test_no_answers_give_an_empty_frame_with_every_column():
    frame = measure_agreement(no_answers(), items_of(RATING))
    assert (len(frame), dtypes_of(frame)) == (0, AGREEMENT.dtypes)
    several = measure_scales(frame)
    assert (len(several), dtypes_of(several)) == (0, SCALES.dtypes)


def test_an_answer_off_its_scale_is_refused():
    with pytest.raises(FrameError) as caught:
        measure_agreement(answers_of(said("quality", "frame.timing", [4, 6])), items_of(RATING))
    told = (caught.value.column, caught.value.expected, caught.value.found)
    assert told == ("value", "a whole number from 1 to 5", "6")


def many_sites():
    generator = np.random.default_rng(5)
    items = items_of(*({"item": f"frame.e{i}", "points": 4 + i} for i in range(3)))
    groups = [
        said(
            lens,
            f"frame.e{i}",
            generator.integers(1, 5 + i, generator.integers(2, 9)).tolist(),
            about=about,
            site=site,
        )
        for site in ("east", "north", "south", "west")
        for lens in LENSES
        for about in LENSES
        for i in range(3)
    ]
    return answers_of(*groups), items


def test_a_site_does_not_depend_on_its_company_nor_on_the_order_of_rows():
    answers, items = many_sites()
    heads = pd.DataFrame({"site": "south", "lens": ONE, "headcount": pd.array([9], "Int64")})
    together = measure_agreement(answers, items, headcounts=heads)
    alone = measure_agreement(at_site(answers, "south"), items, headcounts=heads)
    shuffled = answers.sample(frac=1, random_state=3)
    assert at_site(together, "south").equals(alone)
    assert measure_agreement(shuffled, items, headcounts=heads).equals(together)
    assert at_site(measure_scales(together), "south").equals(measure_scales(alone))


@pytest.mark.parametrize(
    ("answers", "expected"), [([4, 4, 5], 1.0), ([2, 2, 5], 0.5), ([1, 2, 5], 0.0)]
)
def test_a_census_leaves_response_noise_and_nothing_else(answers, expected):
    heads = pd.DataFrame({"site": ["north"], "lens": [ONE], "headcount": pd.array([3], "Int64")})
    again, frame = (
        measure_agreement(
            answers_of(said(ONE, "frame.timing", answers)),
            items_of(RATING),
            headcounts=heads,
            settings=Settings(reliability=reliability),
        )
        for reliability in (0.7, 1)
    )
    mean = pytest.approx(sum(answers) / 3)
    assert frame[["low", "high"]].to_numpy().tolist() == [[mean, mean]]
    assert frame["p_above"].tolist() == [expected]
    assert (again["low"] < mean.expected).all()
    assert (again["high"] > mean.expected).all()
    assert 0 < again["p_above"][0] < 1


def test_who_does_not_know_is_no_colleague_left_to_hear():
    heads = pd.DataFrame({"site": ["north"], "lens": [ONE], "headcount": pd.array([4], "Int64")})
    answers = answers_of(said(ONE, "frame.timing", [4, 4, 5, "dont_know"]))
    exact = Settings(reliability=1)
    frame = measure_agreement(answers, items_of(RATING), headcounts=heads, settings=exact)
    assert frame["p_above"].tolist() == [1.0]


def test_the_fewer_are_left_to_hear_the_surer():
    answers = answers_of(said(ONE, "frame.timing", [3, 4, 3, 4]))
    widths = []
    for n in (4, 6, 12, 40, 4000, None):
        heads = pd.DataFrame(
            {"site": ["north"], "lens": [ONE], "headcount": pd.array([n], "Int64")}
        )
        frame = measure_agreement(
            answers, items_of(RATING), headcounts=heads, settings=Settings(reliability=1)
        )
        widths.append(float(frame["high"][0] - frame["low"][0]))
    assert widths == sorted(widths)
    assert widths[0] == 0
    assert widths[-2] == pytest.approx(widths[-1], rel=0.01)


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(ratings(min_size=3, max_size=12))
def test_probability_above_the_midpoint_is_that_of_a_dirichlet(rated):
    points, answers = rated
    items = items_of(RATING | {"points": points})
    frame = measure_agreement(answers_of(said(ONE, "frame.timing", answers)), items)
    counts = counts_of(answers, points)[0]
    shares = np.random.default_rng(0).dirichlet(counts + 1 / points, size=20_000)
    drawn = shares @ np.arange(1, points + 1)
    found = [frame["p_above"][0], frame["low"][0], frame["high"][0]]
    width = (points - 1) / 4
    assert found[0] == pytest.approx((drawn > (points + 1) / 2).mean(), abs=0.04)
    assert found[1:] == pytest.approx(np.quantile(drawn, [0.1, 0.9]).tolist(), abs=0.08 * width)


# --- several items of one dimension


def test_several_items_of_one_dimension():
    example = INDICES["rwg_j"]
    items = items_of(*({"item": f"frame.e{i}", "group": "element"} for i in range(3)))
    columns = zip(*example["ratings_rows_are_raters"], strict=True)
    answers = answers_of(
        *(said(ONE, f"frame.e{i}", list(column)) for i, column in enumerate(columns))
    )
    frame = measure_scales(measure_agreement(answers, items))
    assert dtypes_of(frame) == SCALES.dtypes
    row = frame.iloc[0]
    data = np.array(example["ratings_rows_are_raters"])
    assert row[["dimension", "group", "lens", "about", "points", "n", "n_items"]].tolist() == [
        "frame", "element", ONE, ONE, 5, 5, 3,
    ]  # fmt: skip
    found = row[["rwg_j", "rwg_j_star", "alpha_ordinal", "alpha_interval"]].tolist()
    assert found == pytest.approx(
        [
            example["rwg_j"],
            example["lindell_rstar"],
            krippendorff.alpha(data, level_of_measurement="ordinal"),
            krippendorff.alpha(data, level_of_measurement="interval"),
        ]
    )


def test_one_item_is_not_several():
    answers = answers_of(said(ONE, "frame.timing", [3, 4, 4]))
    assert measure_scales(measure_agreement(answers, items_of(RATING))).empty

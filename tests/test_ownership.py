from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_frames import LENSES, answers_of, at_site, dtypes_of, items_of, no_answers, said
from scipy.integrate import quad
from scipy.stats import binom, gamma

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.drift import DRIFT, measure_drift
from harmony_kit.measures.modes import mode_probabilities
from harmony_kit.measures.ownership import OWNERSHIP, measure_ownership

ONE, TWO = LENSES
OPTIONS = (*LENSES, "joint", "vendor", "nobody")
DUTY = {"kind": "choice", "mirrored": False, "points": None, "options": OPTIONS, "group": "duty"}
ITEMS = items_of(
    DUTY | {"item": "ownership.platform"},
    DUTY | {"item": "ownership.model"},
    DUTY | {"item": "ownership.bridge", "group": "bridge"},
)


def named(lens, item, owners, **where):
    """Each person names one owner; None is not asked, "dont_know" is that."""
    return said(lens, item, [_answer(owner) for owner in owners], **where)


def _answer(owner):
    return owner if owner in (None, "dont_know", "prefer_not") else [owner]


def two_sides(first, second, item="ownership.platform"):
    return answers_of(named(ONE, item, first), named(TWO, item, second))


# --- which option is the most frequent


@pytest.mark.parametrize("counts", [[3, 1, 0], [2, 2, 0], [0, 0, 0], [5, 4, 1], [0, 7, 0]])
def test_probability_of_the_mode_is_the_integral_over_the_dirichlet(counts):
    """The largest of independent gammas, integrated numerically."""
    shapes = [n + 1 / 3 for n in counts]

    def density(x, i):
        others = [gamma.cdf(x, shape) for j, shape in enumerate(shapes) if j != i]
        return gamma.pdf(x, shapes[i]) * np.prod(others)

    expected = [quad(density, 0, 60, args=(i,), limit=200)[0] for i in range(3)]
    found = mode_probabilities(np.array([counts]), np.array([np.inf]), 20_000)[0]
    assert found == pytest.approx(expected, abs=0.02)
    assert found.sum() == pytest.approx(1)


def slow_urn(counts, heads, draws, generator):
    """Colleagues drawn one after the other, each more likely to say what was said before."""
    most = np.zeros(len(counts))
    for _ in range(draws):
        urn = np.array(counts) + 1 / len(counts)
        whole = np.array(counts)
        for _ in range(heads - sum(counts)):
            drawn = generator.choice(len(counts), p=urn / urn.sum())
            urn[drawn] += 1
            whole[drawn] += 1
        is_most = whole == whole.max()
        most += is_most / is_most.sum()
    return most / draws


@pytest.mark.parametrize(
    ("counts", "heads"), [([3, 2, 0], 7), ([2, 1, 1], 5), ([3, 1, 0], 12), ([4, 3, 1], 30)]
)
def test_probability_of_the_mode_with_a_head_count_is_that_of_an_urn(counts, heads):
    found = mode_probabilities(np.array([counts]), np.array([float(heads)]), 20_000)[0]
    expected = slow_urn(counts, heads, 1500, np.random.default_rng(2))
    assert found == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([3, 1, 0], [1, 0, 0]), ([2, 2, 0], [0.5, 0.5, 0]), ([1, 1, 1], [1 / 3] * 3)],
)
def test_a_census_knows_its_mode(counts, expected):
    heads = np.array([float(sum(counts))])
    found = mode_probabilities(np.array([counts]), heads, 1000)[0]
    assert found == pytest.approx(expected, abs=1e-6)


# --- how two answers meet


PATTERNS = [
    ("both say joint", ["joint"] * 5, ["joint"] * 5, "agreed"),
    ("both say the vendor", ["vendor"] * 5, ["vendor"] * 5, "agreed"),
    ("both say the first", [ONE] * 5, [ONE] * 5, "agreed"),
    ("each says itself", [ONE] * 5, [TWO] * 5, "claimed_by_both"),
    ("each says the other", [TWO] * 5, [ONE] * 5, "void"),
    ("both say nobody", ["nobody"] * 5, ["nobody"] * 5, "void"),
    ("one says nobody", ["nobody"] * 5, [ONE] * 5, "contested"),
    ("joint or the other", ["joint"] * 5, [ONE] * 5, "contested"),
    ("too few", ["joint"] * 5, ["joint"] * 2, "too_few"),
    ("one side did not answer", ["joint"] * 5, ["dont_know"] * 5, "too_few"),
]


@pytest.mark.parametrize(
    ("first", "second", "pattern"), [p[1:] for p in PATTERNS], ids=[p[0] for p in PATTERNS]
)
def test_pattern(first, second, pattern):
    frame = measure_ownership(two_sides(first, second), ITEMS)
    assert frame["pattern"].tolist() == [pattern, pattern]
    if pattern == "too_few":
        assert frame[["probability", "claim"]].isna().all(axis=None)
    else:
        assert frame["probability"].min() > 0.9
        assert frame["claim"].tolist() == ["claimed", "claimed"]


def test_a_row_worked_by_hand():
    answers = two_sides([ONE] * 4 + ["joint", "dont_know"], [TWO, "nobody", "nobody"])
    frame = measure_ownership(answers, ITEMS)
    assert dtypes_of(frame) == OWNERSHIP.dtypes
    first, second = frame.to_dict("records")
    about = ["item", "lens", "other", "dimension", "group", "n", "n_other", "n_dont_know", "owner"]
    assert [first[name] for name in about] == [
        "ownership.platform", ONE, TWO, "frame", "duty", 5, 3, 1, ONE,
    ]  # fmt: skip
    assert first["counts"] == {ONE: 4, TWO: 0, "joint": 1, "vendor": 0, "nobody": 0}
    assert (first["other_owner"], second["owner"]) == ("nobody", "nobody")
    # P(nobody) of the second, P(itself) of the second, and what the first thinks of each.
    assert first["p_claimed_by_both"] == pytest.approx(first["p_self"] * second["p_self"])
    void = first["p_nobody"] * second["p_nobody"]
    swapped = first["p_handed_over"] * second["p_handed_over"]
    assert first["p_void"] == pytest.approx(void + swapped)
    unowned = 1 - (1 - first["p_nobody"]) * (1 - second["p_nobody"]) + swapped
    assert first["p_unowned"] == pytest.approx(unowned)
    names = ["p_agreed", "p_contested", "p_claimed_by_both", "p_void"]
    assert sum(first[name] for name in names) == pytest.approx(1)
    assert [first[name] for name in names] == [second[name] for name in names]


def test_tied_owners_are_nobody_in_particular():
    frame = measure_ownership(two_sides([ONE, ONE, "joint", "joint"], ["joint"] * 4), ITEMS)
    assert frame["owner"].tolist()[1] == "joint"
    assert pd.isna(frame["owner"][0])
    assert frame["claim"].tolist() == ["open", "open"]


def test_a_lens_that_was_not_heard_still_has_its_row():
    answers = answers_of(named(ONE, "ownership.platform", ["joint"] * 4))
    assert measure_ownership(answers, ITEMS).empty
    frame = measure_ownership(answers, ITEMS, lenses=LENSES)
    assert frame[["lens", "n", "pattern"]].to_numpy().tolist() == [
        [ONE, 4, "too_few"],
        [TWO, 0, "too_few"],
    ]


def test_other_names_for_the_owners():
    options = (*LENSES, "both_together")
    items = items_of(DUTY | {"item": "ownership.platform", "options": options})
    answers = two_sides(["both_together"] * 4, ["both_together"] * 4)
    assert measure_ownership(answers, items)["pattern"].tolist() == ["agreed", "agreed"]


def test_no_answers_give_empty_frames_with_every_column():
    frame = measure_ownership(no_answers(), ITEMS)
    assert (len(frame), dtypes_of(frame)) == (0, OWNERSHIP.dtypes)
    drift = measure_drift(frame)
    assert (len(drift), dtypes_of(drift)) == (0, DRIFT.dtypes)


def many_sites():
    generator = np.random.default_rng(3)
    duties = ("ownership.platform", "ownership.model", "ownership.bridge")
    return answers_of(
        *(
            named(
                lens, duty, generator.choice(OPTIONS, generator.integers(2, 9)).tolist(), site=site
            )
            for site, lens, duty in product(("east", "north", "south"), LENSES, duties)
        )
    )


def test_a_site_does_not_depend_on_its_company_nor_on_the_order_of_rows():
    answers = many_sites()
    heads = pd.DataFrame({"site": "south", "lens": ONE, "headcount": pd.array([9], "Int64")})
    together = measure_ownership(answers, ITEMS, headcounts=heads)
    alone = measure_ownership(at_site(answers, "south"), ITEMS, headcounts=heads)
    assert at_site(together, "south").equals(alone)
    assert at_site(measure_drift(together), "south").equals(measure_drift(alone))
    shuffled = measure_ownership(answers.sample(frac=1, random_state=1), ITEMS, headcounts=heads)
    pd.testing.assert_frame_equal(shuffled, together)


def test_claims_are_right_as_often_as_they_say():
    """Owners drawn from true shares; of the claimed patterns at most a tenth may be wrong."""
    generator = np.random.default_rng(11)
    groups, truth = [], {}
    for i in range(150):
        shares = generator.dirichlet(np.full(5, 0.4), size=2)
        site = f"s{i:03d}"
        truth[site] = pattern_of(OPTIONS[shares[0].argmax()], OPTIONS[shares[1].argmax()])
        for lens, share in zip(LENSES, shares, strict=True):
            owners = generator.choice(OPTIONS, size=6, p=share).tolist()
            groups.append(named(lens, "ownership.platform", owners, site=site))
    frame = measure_ownership(answers_of(*groups), ITEMS)
    claimed = frame[frame["claim"].eq("claimed") & frame["lens"].eq(ONE)]
    assert len(claimed) > 30
    assert (claimed["pattern"] == claimed["site"].map(truth)).mean() > 0.9


def pattern_of(first, second):
    if {first, second} == {"nobody"} or (first, second) == (TWO, ONE):
        return "void"
    if (first, second) == (ONE, TWO):
        return "claimed_by_both"
    return "agreed" if first == second else "contested"


# --- drift


def test_drift_worked_by_hand():
    answers = answers_of(
        named(ONE, "ownership.platform", [ONE] * 4),
        named(ONE, "ownership.model", [ONE] * 3 + ["joint"]),
        named(ONE, "ownership.bridge", ["joint"] * 4),
        named(TWO, "ownership.platform", [ONE] * 3),
        named(TWO, "ownership.model", ["joint"] * 3),
        named(TWO, "ownership.bridge", [TWO] * 3),
    )
    ownership = measure_ownership(answers, ITEMS)
    drift = measure_drift(ownership)
    assert dtypes_of(drift) == DRIFT.dtypes
    columns = ["lens", "holder", "n", "n_duties", "n_held", "share"]
    third = pytest.approx(1 / 3)
    assert drift[columns].to_numpy().tolist() == [
        [ONE, ONE, 4, 3, 2, pytest.approx(2 / 3)],
        [ONE, TWO, 4, 3, 0, 0.0],
        [TWO, ONE, 3, 3, 1, third],
        [TWO, TWO, 3, 3, 1, third],
    ]
    own = ownership[ownership["lens"] == ONE]["p_self"].tolist()
    most = sum(
        np.prod([p if held else 1 - p for p, held in zip(own, way, strict=True)])
        for way in product((0, 1), repeat=3)
        if sum(way) >= 2
    )
    assert drift["p_most"][0] == pytest.approx(most)
    assert drift["expected_share"][0] == pytest.approx(np.mean(own))


@given(p=st.floats(0.05, 0.95), n=st.integers(1, 9))
@settings(deadline=None, max_examples=25)
def test_most_duties_of_equal_probability_are_binomial(p, n):
    rows = pd.DataFrame(
        {
            "site": "north",
            "wave": "1",
            "lens": ONE,
            "other": TWO,
            "n": 5,
            "owner": ONE,
            "p_self": [p] * n,
            "p_handed_over": 0.0,
        }
    )
    drift = measure_drift(rows, settings=Settings())
    assert drift["p_most"][0] == pytest.approx(binom.sf(n // 2, n, p))
    assert drift["p_most"][1] == 0

import numpy as np
import pytest

from harmony_kit.measures.posterior import PRIOR_ANSWERS
from harmony_kit.measures.predictive import (
    LIKELY,
    MOST_INTERVIEWS,
    Belief,
    chance_of_claim,
    count_interviews,
)
from harmony_kit.measures.tally import UNKNOWN

#: Own, estimate and the other's own as counts over five points, and people not heard.
CASES = {
    "clear": (([0, 0, 0, 2, 2], [0, 0, 0, 2, 2], [2, 2, 0, 0, 0]), UNKNOWN),
    "leaning": (([0, 0, 1, 2, 1], [0, 0, 1, 3, 0], [0, 2, 2, 0, 0]), UNKNOWN),
    "near the tolerance": (([0, 0, 3, 18, 3], [0, 0, 3, 18, 3], [0, 3, 18, 3, 0]), UNKNOWN),
    "small lens": (([0, 0, 1, 2, 1], [0, 0, 1, 3, 0], [0, 2, 2, 0, 0]), 6),
}


def belief(name):
    sets, unseen = CASES[name]
    counts = np.array([sets])
    return Belief.of(counts, np.full((1, 3), unseen), np.array([5]), np.array([1.0]))


def chance(name, more):
    return chance_of_claim(belief(name), np.array([more]), claim_at=0.8)[0]


def chance_by_interviewing(name, more, random, futures=300, draws=400):
    """Really interview `more` people from the urn, again and again, and look at the posterior."""
    sets, unseen = CASES[name]
    n_claims = 0
    for _ in range(futures):
        means = []
        for counts in sets:
            share = random.dirichlet(np.array(counts) + PRIOR_ANSWERS / 5)
            m = more if unseen == UNKNOWN else min(more, unseen)
            after = counts + random.multinomial(m, share)
            shares = random.dirichlet(after + PRIOR_ANSWERS / 5, size=draws)
            if unseen == UNKNOWN:
                means.append(shares @ np.arange(1, 6))
            else:
                left = random.multinomial(unseen - m, shares)
                means.append((after + left) @ np.arange(1, 6) / (after.sum() + unseen - m))
        own, estimate, other = means
        close, seems = abs(own - other) <= 1 + 1e-9, abs(own - estimate) <= 1 + 1e-9
        shares = [(close & seems).mean(), (~close & ~seems).mean(), (~close & seems).mean()]
        n_claims += max(*shares, 1 - sum(shares)) >= 0.8
    return n_claims / futures


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("more", [2, 6, 15])
def test_chance_equals_interviewing(name, more):
    # Means are taken as normal here and are not quite: a tenth of the futures may differ.
    expected = chance_by_interviewing(name, more, np.random.default_rng(more))
    assert chance(name, more) == pytest.approx(expected, abs=0.13)


def test_everybody_interviewed_settles_everything():
    assert [chance("small lens", more) for more in (6, 30)] == [1.0, 1.0]


def test_the_number_is_the_first_that_likely_settles():
    found = {name: int(count_interviews(belief(name), claim_at=0.8)[0]) for name in CASES}
    for name, number in found.items():
        if number:
            assert chance(name, number) >= LIKELY
        if number > 1:
            assert chance(name, number - 1) < LIKELY
    assert found["clear"] == 1
    assert 1 <= found["small lens"] <= 6 < found["leaning"] <= MOST_INTERVIEWS
    assert found["near the tolerance"] == 0


def test_rows_do_not_depend_on_each_other():
    names = ("clear", "leaning", "near the tolerance")
    together = Belief.of(
        np.array([CASES[name][0] for name in names]),
        np.full((3, 3), UNKNOWN),
        np.array([5, 5, 5]),
        np.array([1.0, 1.0, 1.0]),
    )
    alone = [int(count_interviews(belief(name), claim_at=0.8)[0]) for name in names]
    assert count_interviews(together, claim_at=0.8).tolist() == alone


def test_more_interviews_leave_less_doubt():
    variances = [belief("leaning").variance(np.array([more])).max() for more in range(12)]
    assert variances == sorted(variances, reverse=True)

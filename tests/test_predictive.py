import numpy as np
import pytest

from harmony_kit.measures.predictive import (
    LIKELY,
    MOST_INTERVIEWS,
    Belief,
    chance_of_claim,
    count_interviews,
)
from harmony_kit.measures.tally import UNKNOWN

#: Own, estimate and the other's own as means, people heard (of whom a mean is known that well),
#: and people not heard.
CASES = {
    "clear": ((3.5, 3.5, 0.5), 4, UNKNOWN),
    "leaning": ((3.0, 2.8, 1.5), 4, UNKNOWN),
    "near the tolerance": ((3.0, 3.0, 2.0), 24, UNKNOWN),
    "small lens": ((3.0, 2.8, 1.5), 4, 6),
}
ERROR = 0.6


def belief(*names):
    mean, heard, unseen = zip(*(CASES[name] for name in names), strict=True)
    shape = (len(names), 3)
    variance = np.broadcast_to(ERROR / np.array(heard)[:, None], shape)
    unseen = np.broadcast_to(np.array(unseen)[:, None], shape)
    return Belief(np.array(mean), variance, np.full(shape, ERROR), unseen, np.ones(len(names)))


def chance(name, more):
    return chance_of_claim(belief(name), np.array([more]), claim_at=0.8)[0]


def chance_by_interviewing(name, more, random, futures=1500, draws=400):
    """Really draw the truth, interview `more` people, and look at what is then known."""
    mean, heard, _ = CASES[name]
    known = ERROR / heard
    n_claims = 0
    for _ in range(futures):
        truth = random.normal(mean, known**0.5)
        said = random.normal(truth, (ERROR / more) ** 0.5)
        left = 1 / (1 / known + more / ERROR)
        centre = left * (np.array(mean) / known + said * more / ERROR)
        own, estimate, other = random.normal(centre[:, None], left**0.5, (3, draws))
        close, seems = abs(own - other) <= 1, abs(own - estimate) <= 1
        shares = [(close & seems).mean(), (~close & ~seems).mean(), (~close & seems).mean()]
        n_claims += max(*shares, 1 - sum(shares)) >= 0.8
    return n_claims / futures


@pytest.mark.parametrize("name", ["clear", "leaning", "near the tolerance"])
@pytest.mark.parametrize("more", [2, 6, 15])
def test_chance_equals_interviewing(name, more):
    expected = chance_by_interviewing(name, more, np.random.default_rng(more))
    assert chance(name, more) == pytest.approx(expected, abs=0.08)


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
    alone = [int(count_interviews(belief(name), claim_at=0.8)[0]) for name in names]
    assert count_interviews(belief(*names), claim_at=0.8).tolist() == alone


def test_more_interviews_leave_less_doubt():
    variances = [belief("leaning").foreseen(np.array([more])).max() for more in range(12)]
    assert variances == sorted(variances, reverse=True)


def test_response_noise_stays_when_everybody_was_heard():
    mean = np.array([[3.0, 2.8, 1.5]])
    census = Belief(
        mean, np.full((1, 3), 0.05), np.full((1, 3), 0.6), np.zeros((1, 3), int), np.ones(1)
    )
    assert census.foreseen(np.array([5])).min() > 0

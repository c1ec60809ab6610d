import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from harmony_kit.measures.posterior import PRIOR_ANSWERS, draw_means
from harmony_kit.measures.tally import UNKNOWN

DRAWS = 20_000


def drawn(counts, unseen=UNKNOWN, *, stream=0, draws=DRAWS, **options):
    counts = np.atleast_2d(counts)
    many = np.full(len(counts), unseen)
    return draw_means(counts, many, stream=stream, draws=draws, **options)


def moments(counts, unseen=None):
    """Mean and variance of a lens's mean, from the Dirichlet-multinomial formulas."""
    points = len(counts)
    scores = np.arange(1, points + 1)
    alpha = np.array(counts) + PRIOR_ANSWERS / points
    weight = alpha.sum()
    shares = alpha / weight
    mean = shares @ scores
    one = shares @ scores**2 - mean**2
    if unseen is None:
        return mean, one / (weight + 1)
    n = sum(counts)
    heads = n + unseen
    whole = (np.array(counts) @ scores + unseen * mean) / heads
    return whole, unseen * one * (unseen + weight) / (1 + weight) / heads**2


counts = st.integers(4, 11).flatmap(
    lambda points: st.lists(st.integers(0, 6), min_size=points, max_size=points).filter(any)
)


@limits(max_examples=40, derandomize=True, deadline=None)
@given(counts=counts, unseen=st.sampled_from([None, 1, 2, 5, 8, 9, 30, 400]))
def test_moments_are_those_of_the_urn(counts, unseen):
    means = drawn(counts, UNKNOWN if unseen is None else unseen)[0].astype(float)
    mean, variance = moments(counts, unseen)
    assert means.mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / DRAWS) + 1e-3)
    assert means.var() == pytest.approx(variance, rel=0.12, abs=1e-4)
    assert (means.min() >= 1, means.max() <= len(counts) + 1e-5) == (True, True)


def test_the_prior_spreads_a_mean_over_five_points_as_the_uniform_does():
    assert moments([0, 0, 0, 0, 0])[1] == pytest.approx((5 - 1) ** 2 / 12)
    assert drawn([0, 0, 0, 0, 0]).var() == pytest.approx(4 / 3, rel=0.03)


def test_a_census_is_certain():
    assert np.unique(drawn([0, 1, 0, 2, 0], 0)).tolist() == [np.float32(10 / 3)]


def test_equal_counts_get_equal_draws_in_any_company():
    alone = drawn([0, 1, 0, 2, 0], 4)
    company = drawn([[3, 0, 0, 0, 0], [0, 1, 0, 2, 0], [0, 0, 40, 0, 0]], 4)
    assert np.array_equal(alone[0], company[1])


def test_streams_are_independent():
    one, two, three = (drawn([1, 2, 0, 2, 1], stream=stream)[0] for stream in (0, 1, 2))
    pairs = ((one, two), (one, three), (two, three))
    correlations = [abs(np.corrcoef(a, b)[0, 1]) for a, b in pairs]
    assert max(correlations) < 0.03


@pytest.mark.parametrize("unseen", [3, 40])
def test_streams_of_small_lenses_are_independent(unseen):
    one, two = (drawn([1, 2, 0, 2, 1], unseen, stream=stream)[0] for stream in (0, 1))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03


def test_colleagues_come_in_whole_people():
    means = drawn([0, 1, 0, 2, 0], 2, draws=500)[0].astype(float)
    sums = means * 5
    assert np.abs(sums - sums.round()).max() < 1e-5
    assert set(sums.round().astype(int)) <= set(range(12, 21))


def test_a_stronger_prior_keeps_closer_to_the_middle():
    weak, strong = (drawn([0, 0, 0, 0, 4], prior=prior).mean() for prior in (0.5, 5.0))
    assert (weak, strong) == (
        pytest.approx(4.5 / 4.5 * 5 - 0.5 / 4.5 * 2, abs=0.02),
        pytest.approx(35 / 9, abs=0.02),
    )

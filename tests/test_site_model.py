import numpy as np
import pytest

from harmony_kit.measures.conflicts import hear_conflicts
from harmony_kit.measures.factor import factorise
from harmony_kit.measures.seeding import digest_arrays, seed_draws
from harmony_kit.measures.site_model import draw_sites
from harmony_kit.measures.site_ratings import SiteRatings
from harmony_kit.measures.site_state import CONTRASTS

TOPICS = 30


def plant(seed, n=(6, 6), unseen=-1, habit=0.3, error=0.8):
    """Ratings (not rounded) from the model itself, and the means behind them."""
    random = np.random.default_rng(seed)
    contrasts = random.normal([2.0, 2.2, 0.4, -0.3], [0.8, 0.8, 0.5, 0.7], (TOPICS, 4))
    means = np.linalg.solve(CONTRASTS, contrasts.T)
    habits = [random.normal(0, habit, size) for size in n]
    given = tuple(
        means[k][:, None] + habits[k % 2] + random.normal(0, error, (TOPICS, n[k % 2]))
        for k in range(4)
    )
    people = np.arange(n[0]), np.arange(n[1])
    return SiteRatings(given, np.full((TOPICS, 4), unseen), people), means


def drawn(ratings):
    return draw_sites([ratings], reliability=0.7)[0].means


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    held = []
    for seed in range(12):
        ratings, means = plant(seed)
        low, high = np.quantile(drawn(ratings), [0.1, 0.9], axis=2)
        truth = np.clip(means, 0, 4)
        held.append((low <= truth) & (truth <= high))
    assert np.mean(held) == pytest.approx(0.8, abs=0.05)


def test_draws_lie_on_the_scale():
    means = drawn(plant(1)[0])
    assert means.shape == (4, TOPICS, 960)
    assert (means.min() >= 0, means.max() <= 4) == (True, True)


def test_the_same_answers_give_the_same_draws_whoever_gave_them():
    ratings, _ = plant(2)
    order = [5, 3, 0, 1, 4, 2]
    given = tuple(part[:, order] for part in ratings.given)
    shuffled = SiteRatings(given, ratings.unseen, ratings.people)
    assert np.array_equal(drawn(ratings), drawn(shuffled))


@pytest.mark.slow
@pytest.mark.parametrize("unseen", [-1, 3])
def test_a_site_gets_the_same_draws_in_any_company(unseen):
    sites = [plant(seed, (4, seed), unseen)[0] for seed in range(2, 11)]
    sites[3].given[1][2:9, 1] = np.nan
    together = draw_sites(sites, reliability=0.7)
    for site, found in zip(sites, together, strict=True):
        alone = draw_sites([site], reliability=0.7)[0]
        assert np.array_equal(found.means, alone.means)
        assert np.array_equal(found.error, alone.error)


def test_exchanging_the_lenses_exchanges_the_draws():
    ratings, _ = plant(3, n=(4, 7))
    assert np.array_equal(drawn(ratings.mirror()), drawn(ratings)[[1, 0, 3, 2]])


def test_a_census_is_surer_than_a_sample_and_not_certain():
    widths = [drawn(plant(4, unseen=unseen)[0]).std(axis=2).mean() for unseen in (0, 6, -1)]
    assert widths == sorted(widths)
    assert widths[0] > 0.05


def test_habits_are_not_taken_for_views():
    # The same answers of a topic say less where people answer high or low throughout.
    widths = [
        drawn(plant(5, habit=habit, error=0.6)[0]).mean(axis=1).std(axis=1).mean()
        for habit in (0.05, 0.8)
    ]
    assert widths[0] < 0.8 * widths[1]


@pytest.mark.parametrize("n_topics", [1, 2, 5])
def test_few_topics_can_be_drawn(n_topics):
    ratings = plant(6)[0].pick(np.arange(n_topics))
    means = drawn(ratings)
    raw = np.stack([part.mean(axis=1) for part in ratings.given])
    assert np.abs(means.mean(axis=2) - raw).max() < 0.6


def test_sets_nobody_answered_follow_from_the_others():
    ratings, _ = plant(7)
    own, other, estimate, others = ratings.given
    given = (own, other, np.full_like(estimate, np.nan), others)
    means = drawn(SiteRatings(given, ratings.unseen, ratings.people))
    assert np.isfinite(means).all()
    assert means[2].std(axis=1).mean() > 2 * means[0].std(axis=1).mean()


def test_factors_equal_those_of_numpy():
    random = np.random.default_rng(8)
    root = random.normal(size=(4, 4, 50))
    common = np.einsum("ikc,jkc->ijc", root, root)
    extra = random.uniform(0.1, 2, (4, 50))
    right = random.normal(size=(4, 50))
    factor = factorise(common, extra)
    found = factor.backward(factor.forward(right))
    for c in range(50):
        whole = common[:, :, c] + np.diag(extra[:, c])
        assert found[:, c] == pytest.approx(np.linalg.solve(whole, right[:, c]), abs=1e-6)


def test_a_secret_changes_the_draws_and_nothing_else_does():
    digest = digest_arrays([np.arange(3)])
    assert digest == digest_arrays([np.arange(3)])
    assert digest != digest_arrays([np.arange(3.0)])
    first = [seed_draws(digest, secret).random() for secret in (None, None, b"ours")]
    assert first[0] == first[1] != first[2]


def _almost_understood(off):
    """Ratings of a plant where the first lens reads every topic right, the first one by `off`."""
    random = np.random.default_rng(5)
    own = random.normal([2.0, 2.2], [0.8, 0.8], (TOPICS, 2)).clip(0.6, 3.2)
    means = np.stack([own[:, 0], own[:, 1], own[:, 1], own[:, 0]])
    means[2, 0], means[1, 0] = 0.6 + off, 0.6
    given = tuple(means[k][:, None] + random.normal(0, 0.8, (TOPICS, 6)) for k in range(4))
    people = np.arange(6), np.arange(6)
    return SiteRatings(given, np.full((TOPICS, 4), -1), people)


def test_one_misreading_among_many_that_are_none_is_heard():
    ratings = _almost_understood(2.6)
    draws = draw_sites([ratings], reliability=0.7)[0]
    heard = hear_conflicts(draws, ratings)
    before, after = ((np.abs(d.means[2] - d.means[1]) <= 1).mean(axis=1) for d in (draws, heard))
    assert (before[0] > 0.2, after[0] < before[0] - 0.05) == (True, True)
    assert np.array_equal(heard.means[:, 1:], draws.means[:, 1:])
    assert np.array_equal(heard.means[[0, 3], 0], draws.means[[0, 3], 0])
    assert np.array_equal(heard.means[:, 0, 1::2], draws.means[:, 0, 1::2])
    assert (heard.means.min() >= 0, heard.means.max() <= 4) == (True, True)
    mirrored = hear_conflicts(draw_sites([ratings.mirror()], reliability=0.7)[0], ratings.mirror())
    assert np.array_equal(mirrored.means, heard.means[[1, 0, 3, 2]])


def test_what_the_others_lead_to_expect_stays_as_it_was_drawn():
    ratings = _almost_understood(0.0)
    ratings.given[2][3] = np.nan  # nobody said what they expect here
    draws = draw_sites([ratings], reliability=0.7)[0]
    assert hear_conflicts(draws, ratings) is draws

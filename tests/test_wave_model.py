import numpy as np
import pytest

from harmony_kit.measures.site_model import draw_sites
from harmony_kit.measures.site_ratings import SiteRatings
from harmony_kit.measures.wave_model import WavePair, draw_waves

TOPICS, N = 30, 6


def plant(seed, moved=0, *, same=True):
    """Two waves of ratings; the first `moved` topics rise by one point in everybody's own view."""
    random = np.random.default_rng(seed)
    means = random.uniform(0.8, 2.6, (4, TOPICS))
    habits = [random.normal(0, 0.3, N) for _ in range(2)]
    views = [random.normal(0, 0.65, (TOPICS, N)) for _ in range(4)]
    waves = []
    for wave in (0, 1):
        if wave and not same:
            habits = [random.normal(0, 0.3, N) for _ in range(2)]
            views = [random.normal(0, 0.65, (TOPICS, N)) for _ in range(4)]
        shift = np.zeros((4, TOPICS))
        shift[0, :moved] = wave
        given = tuple(
            (means + shift)[k][:, None]
            + habits[k % 2]
            + views[k]
            + random.normal(0, 0.43, (TOPICS, N))
            for k in range(4)
        )
        names = np.arange(N) + (0 if same else 100 * wave)
        waves.append(SiteRatings(given, np.full((TOPICS, 4), -1), (names, names + 50)))
    return waves


def moves(seed, moved=0, *, same=True):
    before, after = plant(seed, moved, same=same)
    drawn = [draw_sites([part], reliability=0.7)[0] for part in (before, after)]
    found = draw_waves(WavePair(before, after, *drawn), reliability=0.7)
    return found.after - found.before


@pytest.mark.slow
@pytest.mark.parametrize("same", [True, False])
def test_where_nothing_moved_nothing_is_said_to_have_moved(same):
    surest = [(np.abs(moves(seed, same=same)) > 0.5).mean(axis=2).max() for seed in range(4)]
    assert np.mean([p > 0.8 for p in surest]) <= 0.25


def test_a_move_of_everybody_who_came_back_is_seen():
    rose = (moves(11, moved=8) > 0.5).mean(axis=2)
    assert (rose[0, :8] > 0.8).mean() >= 0.4
    assert (rose[1:] > 0.8).mean() < 0.02


def test_people_who_came_back_say_more_than_others():
    widths = [moves(12, moved=8, same=same)[0].std(axis=1).mean() for same in (True, False)]
    assert widths[0] < widths[1]


def test_the_same_waves_give_the_same_draws():
    assert np.array_equal(moves(13), moves(13))

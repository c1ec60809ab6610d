"""What each lens thinks, what it thinks the other thinks, and how sure we are of both.

For lens A looking at lens B, with `own` a mean of own answers and `est` A's mean estimate of B:
agreement gap = own_A - own_B, perceived gap = own_A - est_A, misreading = est_A - own_B, and
always agreement gap = perceived gap + misreading. The states follow from the first two: close
or apart, and thought to be close or thought to be apart. After Chaffee & McLeod (1968) and
McLeod & Chaffee (1973), "Interpersonal approaches to communication research".

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> answers = answers_of(
...     said("it", "x.clear", [5, 4, 4]),
...     said("it", "x.clear", [4, 4, 3], about="quality"),
...     said("quality", "x.clear", [2, 3, 2]),
...     said("quality", "x.clear", [3, 3, 4], about="it"),
... )
>>> items = items_of({"item": "x.clear"})
>>> topics = measure_topics(answers, items, settings=Settings())
>>> topics[["lens", "own", "estimate", "other_own", "misreading", "state", "claim"]].round(2)
      lens   own  estimate  other_own  misreading            state    claim
0       it  4.33      3.67       2.33        1.33  false_consensus  leaning
1  quality  2.33      3.33       4.33       -1.00  false_consensus     open
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.arrays import Draws
from harmony_kit.measures.claims import STATES, grade_claims, name_states
from harmony_kit.measures.declaration import COUNT, GAP, MEAN, NAME, PEOPLE, PROBABILITY, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.posterior import draw_means
from harmony_kit.measures.predictive import Belief, count_interviews
from harmony_kit.measures.tally import Tally, tally_ratings

__all__ = ["DIRECTIONS", "STREAMS", "TOPICS", "measure_topics"]

#: The columns of `measure_topics`, in order.
TOPICS = declare(
    site=NAME,
    wave=NAME,
    item=NAME,
    subject=NAME,
    dimension=NAME,
    points=COUNT.of("points").or_none,
    tolerance=GAP,
    lens=NAME,
    other=NAME,
    n_own=PEOPLE.or_none,
    n_estimate=PEOPLE.or_none,
    n_other=PEOPLE.or_none,
    own=MEAN,
    estimate=MEAN,
    other_own=MEAN,
    agreement_gap=GAP,
    perceived_gap=GAP,
    misreading=GAP,
    misreading_low=GAP,
    misreading_high=GAP,
    p_understood=PROBABILITY,
    **{f"p_{state}": PROBABILITY for state in STATES},
    state=NAME,
    claim=NAME,
    more_interviews=COUNT.or_none,
)

#: The columns made of draws, in the order `_summarise` gives them.
_DRAWN: Final = (
    *(f"p_{state}" for state in STATES),
    "p_understood",
    "misreading_low",
    "misreading_high",
)

#: own_A, est_A and own_B of the direction first → second and of second → first, as columns of
#: a `Tally`.
DIRECTIONS: Final = ((0, 2, 1), (1, 3, 0))

#: The two lenses' own answers and the estimates come from three independent streams. Both
#: directions read the same two own streams, so they agree about whether the lenses agree.
STREAMS: Final = (0, 1, 2, 2)

#: A gap of exactly the tolerance is close, in spite of single precision.
_SLACK: Final = 1e-4

#: Bounds of the misreading are kept to this fraction of a point: 16-bit numbers sort three times
#: faster, and the largest misreading, 10 points, still fits.
_STEPS: Final = 3000

#: Draws held at once: enough that many topics share a pattern of answers, at 16 MB a set.
_DRAWS_AT_ONCE: Final = 4_000_000

#: Topics compared at once, so that their draws stay in the processor's cache.
_ROWS_AT_ONCE: Final = 32


def measure_topics(
    answers: AnswersFrame,
    items: pd.DataFrame,
    *,
    settings: Settings,
    headcounts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coorientation of every topic, in both directions.

    Parameters
    ----------
    answers
        An answers frame; any number of sites and waves, each measured on its own.
    items
        `Instrument.items_frame`; mirrored ratings are measured.
    settings
        Tolerance, thresholds and number of draws.
    headcounts
        ``site, lens, headcount``; a lens without one is treated as a large population.

    Returns
    -------
    frame
        Two rows per site, wave, item and subject: `lens` looks at `other`. Columns as in
        `TOPICS`. `n_own`, `n_estimate` and `n_other` count ratings only. Means and gaps
        are in points of the scale; `misreading_low` and `misreading_high` bound the central
        80 % of the misreading and hold the misreading itself, `p_understood` is the
        probability that it is within the tolerance. A mean without ratings, what depends on it,
        and `state` and `claim` with any of the three missing, are NA. `more_interviews` per
        lens would likely settle a topic that is not claimed; NA when it is claimed or when no
        number up to `predictive.MOST_INTERVIEWS` would.

    Raises
    ------
    FrameError
        See `tally_ratings`.
    """
    tally = tally_ratings(answers, items, headcounts)
    frames = [_measure_direction(tally, side, settings) for side in (0, 1)]
    drawn = _measure_draws(tally, settings)
    for side, frame in enumerate(frames):
        frame[list(_DRAWN)] = drawn[side]
        # Near the ends of the scale the prior can leave the mean heard outside its interval.
        low, high = frame["misreading_low"], frame["misreading_high"]
        frame["misreading_low"] = np.minimum(low, frame["misreading"])
        frame["misreading_high"] = np.maximum(high, frame["misreading"])
    topics = pd.concat(frames).sort_index(kind="stable").reset_index(drop=True)
    return _grade(topics, tally, settings)


def _grade(topics: pd.DataFrame, tally: Tally, settings: Settings) -> pd.DataFrame:
    """With state, claim and interviews missing; the two directions of a topic are neighbours."""
    probabilities = topics[[f"p_{state}" for state in STATES]]
    topics["state"] = name_states(probabilities)
    topics["claim"] = grade_claims(probabilities.max(axis=1), topics[["site", "wave"]], settings)
    topics["more_interviews"] = _count_interviews(tally, topics, settings)
    return finish(topics, TOPICS)


def _measure_direction(tally: Tally, side: int, settings: Settings) -> pd.DataFrame:
    """What needs no draws, for the first lens looking at the second or the reverse."""
    names = ("first", "second") if side == 0 else ("second", "first")
    frame = tally.topics.drop(columns=["first", "second"])
    frame["tolerance"] = frame["points"].map(settings.tolerance_of)
    frame["lens"], frame["other"] = tally.topics[names[0]], tally.topics[names[1]]
    own, estimate, other = DIRECTIONS[side]
    for name, column in (("own", own), ("estimate", estimate), ("other", other)):
        frame[f"n_{name}"] = tally.n[:, column]
        frame["other_own" if name == "other" else name] = tally.means[:, column]
    frame["agreement_gap"] = frame["own"] - frame["other_own"]
    frame["perceived_gap"] = frame["own"] - frame["estimate"]
    frame["misreading"] = frame["estimate"] - frame["other_own"]
    return frame


def _count_interviews(tally: Tally, topics: pd.DataFrame, settings: Settings) -> pd.Series:
    """More interviews per lens for each row of `topics`; NA where there is no such number."""
    rows = np.flatnonzero(topics["claim"].isin(["leaning", "open"]))
    columns = np.array(DIRECTIONS)[rows % 2]
    belief = Belief.of(
        tally.counts[rows[:, None] // 2, columns],
        tally.unseen[rows[:, None] // 2, columns],
        topics["points"].to_numpy()[rows],
        topics["tolerance"].to_numpy()[rows],
    )
    needed = pd.Series(pd.NA, index=topics.index, dtype="Int64")
    needed.iloc[rows] = count_interviews(belief, claim_at=settings.claim_at)
    return needed.where(needed > 0)


def _measure_draws(tally: Tally, settings: Settings) -> NDArray[np.float64]:
    """Probabilities and intervals, shape (2 directions, topics, columns of `_DRAWN`)."""
    drawn = np.full((2, len(tally.topics), len(_DRAWN)), np.nan)
    scale = tally.topics["points"].to_numpy()
    chunk = max(1, _DRAWS_AT_ONCE // settings.draws)
    for points in np.unique(scale):
        rows = np.flatnonzero(scale == points)
        for start in range(0, len(rows), chunk):
            some = rows[start : start + chunk]
            drawn[:, some] = _draw_topics(tally, some, int(points), settings)
    n_states = len(STATES)
    for side, (own, estimate, other) in enumerate(DIRECTIONS):
        is_blind = (tally.n[:, [estimate, other]] == 0).any(axis=1)
        drawn[side, is_blind, n_states:] = np.nan
        drawn[side, is_blind | (tally.n[:, own] == 0), :n_states] = np.nan
    return drawn


def _draw_topics(
    tally: Tally, rows: NDArray[np.intp], points: int, settings: Settings
) -> NDArray[np.float64]:
    means = [
        draw_means(
            tally.counts[rows, column, :points],
            tally.unseen[rows, column],
            stream=STREAMS[column],
            draws=settings.draws,
        )
        for column in range(4)
    ]
    tolerance = settings.tolerance_of(points) + _SLACK
    drawn = np.empty((2, len(rows), len(_DRAWN)))
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        for side, columns in enumerate(DIRECTIONS):
            direction = [means[column][some] for column in columns]
            drawn[side, some] = _summarise(*direction, tolerance=tolerance)
    return drawn


def _summarise(
    own: Draws, estimate: Draws, other: Draws, *, tolerance: float
) -> NDArray[np.float64]:
    """Shares of draws in each state and the spread of the misreading, one row per topic."""
    n_draws = own.shape[1]
    is_close = np.abs(own - other) <= tolerance
    seems_close = np.abs(own - estimate) <= tolerance
    misreading = estimate - other
    close = np.count_nonzero(is_close, axis=1)
    seeming = np.count_nonzero(seems_close, axis=1)
    both = np.count_nonzero(is_close & seems_close, axis=1)
    understood = np.count_nonzero(np.abs(misreading) <= tolerance, axis=1)
    states = [both, n_draws - close - seeming + both, seeming - both, close - both]
    ranked = np.sort(np.rint(misreading * _STEPS).astype(np.int16), axis=1, kind="stable")
    tail = n_draws // 10
    bounds = [ranked[:, tail] / _STEPS, ranked[:, n_draws - 1 - tail] / _STEPS]
    return np.stack([*(count / n_draws for count in (*states, understood)), *bounds], axis=1)

"""Pilots: judged by both scorecards, in the view of each lens."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.declaration import COUNT, MEAN, NAME, PEOPLE, PROBABILITY, declare
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.scorecards import Cards, deal_cards
from harmony_kit.measures.scores import share_true
from harmony_kit.measures.selection import code_groups, find_rows, select_answers
from harmony_kit.measures.usage import USAGE

__all__ = ["PILOTS", "QUADRANTS", "USAGE_BESIDE", "measure_pilots"]

#: Where the two scorecards put a pilot: technical high or low, operational high or low.
QUADRANTS = ("works_and_used", "works_but_ignored", "used_but_unsafe", "neither")

#: Columns of the usage measure that stand beside the scores.
USAGE_BESIDE = USAGE.part(
    "n_weeks",
    "active_share",
    "peak_share",
    "now_vs_peak",
    "trend_per_week",
    "trend_low",
    "trend_high",
    "acceptance",
    "override",
)

#: Columns of `measure_pilots`, in order.
PILOTS = declare(
    site=NAME,
    wave=NAME,
    subject=NAME,
    lens=NAME,
    points=COUNT.of("points"),
    n_technical=PEOPLE,
    technical=MEAN,
    technical_low=MEAN,
    technical_high=MEAN,
    p_technical=PROBABILITY,
    n_operational=PEOPLE,
    operational=MEAN,
    operational_low=MEAN,
    operational_high=MEAN,
    p_operational=PROBABILITY,
    n_success=PEOPLE,
    success=MEAN,
    n_estimate=PEOPLE,
    success_estimate=MEAN,
    p_works_and_used=PROBABILITY,
    p_works_but_ignored=PROBABILITY,
    p_used_but_unsafe=PROBABILITY,
    p_neither=PROBABILITY,
    quadrant=NAME,
    probability=PROBABILITY,
    claim=NAME,
    **USAGE_BESIDE.columns,
)

_KEYS = ["site", "wave", "subject", "lens"]


def measure_pilots(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    usage: pd.DataFrame | None = None,
    headcounts: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Where each lens's two scorecards put each pilot.

    A row is a site, wave, pilot and lens (whose view it is); columns `PILOTS`. A score is
    the mean answer over the ratings of group ``technical`` or ``operational``, with interval
    and the probability that everybody's score lies above the midpoint; the quadrant is high or
    low on each, ``too_few`` when fewer than `Settings.min_group` answered either card. `usage`
    is the frame of `measure_usage`, put beside. Raises `FrameError` for a frame without a
    column.

    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> asked = {"per": "pilot", "mirrored": False}
    >>> items = items_of(
    ...     asked | {"item": "x.stable", "group": "technical"},
    ...     asked | {"item": "x.helps", "group": "operational"},
    ... )
    >>> answers = answers_of(
    ...     said("it", "x.stable", [4, 5, 4], subject="vision"),
    ...     said("it", "x.helps", [2, 2, 1], subject="vision"),
    ... )
    >>> pilots = measure_pilots(answers, items, settings=Settings(min_group=3))
    >>> pilots[["subject", "technical", "operational", "quadrant", "probability"]].round(2)
      subject  technical  operational           quadrant  probability
    0  vision       4.33         1.67  works_but_ignored         0.94
    """
    settings = settings or Settings()
    asked = items[items["kind"].eq("rating") & items["per"].eq("pilot")]
    scored = asked[asked["group"].isin(_CARDS)]
    own = select_answers(answers, scored, columns=["respondent", "value"])
    own = own[own["lens"].eq(own["about"])]
    if own.empty:
        return PILOTS.empty()
    cards = deal_cards(own, scored, headcounts, reliability=settings.reliability)
    measured = cards.keys.assign(points=cards.points)
    measured = measured.join(_quadrants(cards, asked, settings))
    for name, column in (("success", "n_success"), ("success_estimate", "n_estimate")):
        means = mean_by_lens(answers, asked, "success", is_estimate=name.endswith("estimate"))
        measured[name], measured[column] = find_means(means, measured)
    measured[CERTAINTY] = measured["probability"]
    return finish(_put_usage_beside(measured, usage), PILOTS, settings)


def mean_by_lens(
    answers: LicensedFrame, items: pd.DataFrame, group: str, *, is_estimate: bool
) -> pd.DataFrame:
    """Mean and n of the ratings of a group, own or estimates, per site, wave, subject, lens."""
    asked = items[items["kind"].eq("rating") & items["group"].eq(group)]
    said = select_answers(answers, asked, columns=["value"])
    said = said[said["lens"].ne(said["about"]) == is_estimate]
    groups = code_groups(said, _KEYS)
    value = said["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    n = np.bincount(groups.codes, minlength=groups.n)
    total = np.bincount(groups.codes, weights=value, minlength=groups.n)
    return groups.keys.assign(n=n, mean=total / np.maximum(n, 1))


def find_means(means: pd.DataFrame, rows: pd.DataFrame) -> tuple[Floats, Ints]:
    """Mean and n of `mean_by_lens` for each row of a frame; NaN and 0 where there is none."""
    place = find_rows(means[_KEYS], rows[_KEYS])
    if means.empty:
        return np.full(len(rows), np.nan), np.zeros(len(rows), dtype=np.int64)
    mean = np.where(place >= 0, means["mean"].to_numpy()[place], np.nan)
    return mean, np.where(place >= 0, means["n"].to_numpy()[place], 0)


def _quadrants(cards: Cards, asked: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Scores and quadrant of every row of the cards."""
    columns = {name: cards.columns(asked.loc[asked["group"].eq(name), "item"]) for name in _CARDS}
    certainty = np.empty((len(cards.keys), 2, 3))
    p = np.empty((len(cards.keys), 4))
    for chunk in cards.draw(settings.draws):
        for i, name in enumerate(_CARDS):
            certainty[chunk.rows, i] = chunk.certainty(columns[name])
        works, helps = (chunk.scores(columns[name]) > cards.middle for name in _CARDS)
        for i, (a, b) in enumerate(((works, helps), (works, ~helps), (~works, helps))):
            p[chunk.rows, i] = share_true(a & b)
    p[:, 3] = 1 - p[:, :3].sum(axis=1)
    measured = pd.DataFrame(p, columns=[f"p_{name}" for name in QUADRANTS])
    for i, name in enumerate(_CARDS):
        ends = [f"{name}_low", f"{name}_high", f"p_{name}"]
        measured[ends] = certainty[:, i]
        measured[name] = cards.mean_of(columns[name])
        measured[f"n_{name}"] = cards.n_people(columns[name])
    is_few = measured[[f"n_{name}" for name in _CARDS]].min(axis=1).lt(settings.min_group)
    best = np.array(QUADRANTS, dtype=object)[p.argmax(axis=1)]
    probability = pd.Series(p.max(axis=1)).where(~is_few)
    return measured.assign(quadrant=np.where(is_few, "too_few", best), probability=probability)


_CARDS = ("technical", "operational")


def _put_usage_beside(measured: pd.DataFrame, usage: pd.DataFrame | None) -> pd.DataFrame:
    if usage is None or usage.empty:
        return measured.join(USAGE_BESIDE.empty())
    beside = usage[["site", "pilot", *USAGE_BESIDE.columns]].rename(columns={"pilot": "subject"})
    return measured.merge(beside, on=["site", "subject"], how="left")

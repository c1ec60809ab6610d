"""Readiness: per decision, whether the data is ready to act on, and what stands in the way.

Each lens asks its own questions of the data (the ratings of group ``checks_<lens>``), and a
check is cleared by the lens that asks it: its people's mean lies above the midpoint. A decision

- is to *fix first* when a lens finds its checks, all together, not cleared,
- may *act with guardrails* when both lenses' scores clear but a single check does not,
- may *act now* when every check of both lenses clears.

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> asked = {"per": "decision", "mirrored": False}
>>> items = items_of(
...     asked | {"item": "x.clean", "group": "checks_it"},
...     asked | {"item": "x.helps", "group": "checks_quality"},
... )
>>> answers = answers_of(
...     said("it", "x.clean", [5, 4, 5], subject="scrap"),
...     said("quality", "x.helps", [2, 1, 2], subject="scrap"),
... )
>>> found = measure_readiness(answers, items, settings=Settings(min_group=3))
>>> found[["lens", "own_checks", "other_checks", "verdict", "probability"]].round(2)
      lens  own_checks  other_checks    verdict  probability
0       it        4.67           NaN  fix_first         0.97
1  quality        1.67           NaN  fix_first         0.97
>>> [check["item"] for check in found["blocking"][0]]
['x.helps']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.declaration import (
    COUNT,
    MEAN,
    NAME,
    PEOPLE,
    PROBABILITY,
    declare,
    rows_with,
)
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.pilots import find_means, mean_by_lens
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.scorecards import Cards, deal_cards
from harmony_kit.measures.scores import share_above
from harmony_kit.measures.selection import (
    code_groups,
    find_rows,
    join_pairs,
    lens_pairs,
    select_answers,
)

__all__ = ["READINESS", "VERDICTS", "measure_readiness"]

_Rows = dict[str, Ints]

#: What a decision may do with the data it has.
VERDICTS = ("act_now", "act_with_guardrails", "fix_first")

#: Columns of `measure_readiness`, in order.
READINESS = declare(
    site=NAME,
    wave=NAME,
    subject=NAME,
    lens=NAME,
    other=NAME,
    points=COUNT.of("points"),
    n_act=PEOPLE,
    act=MEAN,
    act_low=MEAN,
    act_high=MEAN,
    p_act=PROBABILITY,
    n_estimate=PEOPLE,
    act_estimate=MEAN,
    n_own_checks=PEOPLE,
    own_checks=MEAN,
    own_checks_low=MEAN,
    own_checks_high=MEAN,
    p_own_checks=PROBABILITY,
    n_other_checks=PEOPLE,
    other_checks=MEAN,
    other_checks_low=MEAN,
    other_checks_high=MEAN,
    p_other_checks=PROBABILITY,
    n_min=PEOPLE,
    p_act_now=PROBABILITY,
    p_act_with_guardrails=PROBABILITY,
    p_fix_first=PROBABILITY,
    verdict=NAME,
    probability=PROBABILITY,
    claim=NAME,
    blocking=rows_with(item=NAME, mean=MEAN, n=PEOPLE, p_below=PROBABILITY, lens=NAME),
)

_KEYS = ["site", "wave", "subject"]


def measure_readiness(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    lenses: tuple[str, str] | None = None,
    headcounts: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """What each lens says of the data for each decision, and what the decision may do.

    A row is a site, wave, decision and lens; columns `READINESS`. `act` is the lens's
    own answer to the rating of group ``act``, `own_checks` its score on the checks it asks for,
    `other_checks` on those of the other lens, each with n, interval and the probability of
    lying above the midpoint. Verdict, its probabilities, `n_min` (the fewest people of a lens
    behind it) and `blocking` belong to the decision and are the same in both of its rows.
    `blocking` lists the checks whose mean is not above the midpoint, the surest first: ``item,
    lens`` (who asks it and clears it), ``mean, n, p_below``. The verdict is ``too_few`` when
    fewer than `Settings.min_group` of a lens answered its checks. Raises `FrameError` for a
    frame without a column.
    """
    settings = settings or Settings()
    pairs = lens_pairs(answers, lenses)
    asked = _asked(items, pairs)
    own = select_answers(answers, asked, columns=["respondent", "value"])
    own = own[own["lens"].eq(own["about"])]
    if own.empty:
        return READINESS.empty()
    cards = deal_cards(own, asked, headcounts, reliability=settings.reliability)
    decisions = join_pairs(code_groups(cards.keys, _KEYS).keys, pairs)
    measured = _measure_decisions(cards, asked, decisions, settings)
    estimates = mean_by_lens(answers, asked, "act", is_estimate=True)
    measured["act_estimate"], measured["n_estimate"] = find_means(estimates, measured)
    measured[CERTAINTY] = measured["probability"]
    return finish(measured, READINESS, settings)


def _asked(items: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The ratings per decision that are a check of one of the lenses, or the question itself."""
    groups = ["act", *(f"checks_{lens}" for lens in pairs["lens"].unique())]
    is_wanted = items["kind"].eq("rating") & items["per"].eq("decision")
    return items[is_wanted & items["group"].isin(groups)]


@dataclass(frozen=True)
class _Scores:
    """Of every row of the cards and one group of items: people, mean and certainty.

    `certainty` is low, high and the probability that the score clears, `p_each` the
    probability that every item does.
    """

    columns: Ints
    n: Ints
    mean: Floats
    certainty: Floats
    p_each: Floats

    def at(self, rows: Ints) -> npt.NDArray[np.float64]:
        """For these rows n, mean, low, high and probability; -1 is a lens that said nothing."""
        found = np.column_stack([self.n, self.mean, self.certainty])[rows]
        return np.where((rows >= 0)[:, None], found, [0, *[np.nan] * 4])

    def clears(self, rows: Ints) -> Floats:
        """For these rows the probability that every check clears, and that the score does."""
        found = np.column_stack([self.p_each, self.certainty[:, 2]])[rows]
        is_asked = (rows >= 0) & (self.n[rows] > 0)
        return np.where(is_asked[:, None], found, 1.0)


def _score(cards: Cards, asked: pd.DataFrame, draws: int) -> tuple[dict[str, _Scores], Floats]:
    """Scores by group of items, and the probability that each item clears."""
    columns = {str(group): cards.columns(same["item"]) for group, same in asked.groupby("group")}
    n_rows = len(cards.keys)
    certainty = {group: np.empty((n_rows, 3)) for group in columns}
    p_each = {group: np.empty(n_rows) for group in columns}
    p_items = np.empty((n_rows, len(cards.items)))
    for chunk in cards.draw(draws):
        for group, part in columns.items():
            certainty[group][chunk.rows] = chunk.certainty(part)
            p_each[group][chunk.rows] = chunk.p_each(part)
        p_items[chunk.rows] = share_above(chunk.drawn, cards.middle)
    scores = {
        group: _Scores(
            part, cards.n_people(part), cards.mean_of(part), certainty[group], p_each[group]
        )
        for group, part in columns.items()
    }
    return scores, p_items


def _measure_decisions(
    cards: Cards, asked: pd.DataFrame, looks: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """The frame without estimates and claims; `looks` has one row per decision and lens."""
    scores, p_items = _score(cards, asked, settings.draws)
    rows = {name: find_rows(cards.keys, looks[[*_KEYS, name]]) for name in ("lens", "other")}
    nothing = np.tile([0, *[np.nan] * 4], (len(looks), 1))
    shown = {"act": scores["act"].at(rows["lens"]) if "act" in scores else nothing}
    shown |= {"own_checks": nothing.copy(), "other_checks": nothing.copy()}
    clears = np.ones((len(looks), 2, 2))
    n_asked = np.full((len(looks), 2), np.inf)
    for i, (name, asks) in enumerate((("own_checks", "lens"), ("other_checks", "other"))):
        for lens in looks[asks].unique():
            checks = scores.get(f"checks_{lens}")
            is_here = looks[asks].eq(lens).to_numpy()
            if checks is not None:
                shown[name][is_here] = checks.at(rows["lens"][is_here])
                clears[is_here, i] = checks.clears(rows[asks][is_here])
                n_asked[is_here, i] = checks.at(rows[asks][is_here])[:, 0]
    measured = looks.assign(points=cards.points, **_columns(shown))
    measured["blocking"] = _list_blocking(cards, scores, p_items, looks, rows)
    return measured.assign(**_decide(clears.prod(axis=1), n_asked.min(axis=1), settings))


def _columns(shown: dict[str, Floats]) -> dict[str, Floats]:
    """The five numbers of each score under the names of the frame."""
    return {
        column: values[:, i]
        for name, values in shown.items()
        for i, column in enumerate((f"n_{name}", name, f"{name}_low", f"{name}_high", f"p_{name}"))
    }


def _decide(clears: Floats, n_asked: Floats, settings: Settings) -> dict[str, npt.NDArray[Any]]:
    """Verdicts from the probabilities that all checks, and both scores, clear."""
    each, score = clears.T
    p = np.column_stack([each, np.maximum(score - each, 0), 1 - score])
    n_min = np.where(np.isinf(n_asked), 0, n_asked)
    is_few = n_min < settings.min_group
    verdict = np.array(VERDICTS, dtype=object)[p.argmax(axis=1)]
    verdict[is_few] = "too_few"
    return {
        **{f"p_{name}": p[:, i] for i, name in enumerate(VERDICTS)},
        "n_min": n_min,
        "verdict": verdict,
        "probability": np.where(is_few, np.nan, p.max(axis=1)),
    }


def _list_blocking(
    cards: Cards, scores: dict[str, _Scores], p_items: Floats, looks: pd.DataFrame, rows: _Rows
) -> pd.Series:
    """Per look the checks of both lenses whose mean is not above the midpoint, surest first."""
    found = []
    sides = [zip(looks[name], rows[name], strict=True) for name in ("lens", "other")]
    for two in zip(*sides, strict=True):
        blocks = [
            _block(cards, p_items, int(row), int(column)) | {"lens": lens}
            for lens, row in two
            for column in _checks_of(scores, lens)
            if row >= 0 and cards.n[row, column] and cards.means[row, column] <= cards.middle
        ]
        found.append(sorted(blocks, key=_surest_first))
    return pd.Series(found, index=looks.index, dtype="object")


def _checks_of(scores: dict[str, _Scores], lens: str) -> Ints:
    checks = scores.get(f"checks_{lens}")
    return np.zeros(0, dtype=np.int64) if checks is None else checks.columns


def _block(cards: Cards, p_items: Floats, row: int, column: int) -> dict[str, Any]:
    return {
        "item": cards.items[column],
        "mean": float(cards.means[row, column]),
        "n": int(cards.n[row, column]),
        "p_below": float(1 - p_items[row, column]),
    }


def _surest_first(block: dict[str, Any]) -> tuple[float, str]:
    return -block["p_below"], block["item"]

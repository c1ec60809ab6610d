"""Readiness: per decision, whether the data is ready to act on, and what stands in the way.

Each lens asks its own questions of the data (the ratings of group ``checks_<lens>``), and a
check is cleared by the lens that asks it: its people's mean lies above the midpoint. A decision

- is to *fix first* when a lens finds its checks, all together, not cleared,
- may *act with guardrails* when both lenses' scores clear but a single check does not,
- may *act now* when every check of both lenses clears.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harmony_kit.measures.claims import grade_claims
from harmony_kit.measures.pilots import mean_by_lens
from harmony_kit.measures.scorecards import NO_SCORE, Cards, Score, deal_cards
from harmony_kit.measures.scores import share_above
from harmony_kit.measures.selection import lens_pairs, select_answers, typed_empty
from harmony_kit.settings import Settings

__all__ = ["READINESS_DTYPES", "VERDICTS", "measure_readiness"]

Ints = npt.NDArray[np.int64]
Draws = npt.NDArray[np.float32]

#: What a decision may do with the data it has.
VERDICTS = ("act_now", "act_with_guardrails", "fix_first")

#: Columns of `measure_readiness`, in order.
READINESS_DTYPES: dict[str, str] = {
    "site": "str",
    "wave": "str",
    "subject": "str",
    "lens": "str",
    "other": "str",
    "points": "int64",
    "n_act": "int64",
    "act": "float64",
    "act_low": "float64",
    "act_high": "float64",
    "p_act": "float64",
    "n_estimate": "int64",
    "act_estimate": "float64",
    "n_own_checks": "int64",
    "own_checks": "float64",
    "own_checks_low": "float64",
    "own_checks_high": "float64",
    "p_own_checks": "float64",
    "n_other_checks": "int64",
    "other_checks": "float64",
    "other_checks_low": "float64",
    "other_checks_high": "float64",
    "p_other_checks": "float64",
    "n_min": "int64",
    "p_act_now": "float64",
    "p_act_with_guardrails": "float64",
    "p_fix_first": "float64",
    "verdict": "str",
    "probability": "float64",
    "claim": "str",
    "blocking": "object",
}

_KEYS = ["site", "wave", "subject"]


def measure_readiness(
    answers: pd.DataFrame,
    items: pd.DataFrame,
    *,
    lenses: tuple[str, str] | None = None,
    headcounts: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """What each lens says of the data for each decision, and what the decision may do.

    A row is a site, wave, decision and lens; columns `READINESS_DTYPES`. `act` is the lens's
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
    own = select_answers(answers, asked, kinds=("rating",))
    own = own[own["lens"].eq(own["about"])]
    if own.empty:
        return typed_empty(READINESS_DTYPES)
    cards = deal_cards(own, asked, headcounts)
    decisions = cards.keys[_KEYS].drop_duplicates().merge(pairs, on=["site", "wave"])
    measured = pd.DataFrame(_measure_decisions(cards, asked, decisions, settings))
    estimates = mean_by_lens(answers, asked, "act", is_estimate=True)
    estimates = estimates.rename(columns={"mean": "act_estimate", "n": "n_estimate"})
    measured = measured.merge(estimates, on=[*_KEYS, "lens"], how="left")
    measured["n_estimate"] = measured["n_estimate"].fillna(0)
    measured["claim"] = grade_claims(measured["probability"], measured[["site", "wave"]], settings)
    return measured[list(READINESS_DTYPES)].astype(READINESS_DTYPES)


def _asked(items: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The ratings per decision that are a check of one of the lenses, or the question itself."""
    groups = ["act", *(f"checks_{lens}" for lens in pairs["lens"].unique())]
    is_wanted = items["kind"].eq("rating") & items["per"].eq("decision")
    return items[is_wanted & items["group"].isin(groups)]


@dataclass(frozen=True)
class _Side:
    """One lens and one decision: its row among the cards (-1: nobody), and its joint draws."""

    cards: Cards
    row: int
    drawn: Draws

    def score(self, columns: Ints) -> Score:
        return self.cards.score(self.row, self.drawn, columns) if self.row >= 0 else NO_SCORE

    def p_cleared(self, columns: Ints) -> tuple[float, float]:
        """Probability that every check clears, and that the score over them does."""
        if not columns.size or self.row < 0:
            return 1.0, 1.0
        asked = self.cards.asked(self.row, columns)
        if not asked.size:
            return 1.0, 1.0
        is_each = self.drawn[asked] > (self.cards.points + 1) / 2
        is_all = self.cards.is_high(self.row, self.drawn, columns)
        return float(is_each.all(axis=0).mean()), float(is_all.mean())

    def blocking(self, columns: Ints, lens: str) -> list[dict[str, object]]:
        """The checks of this lens whose mean is not above the midpoint."""
        if self.row < 0:
            return []
        middle = (self.cards.points + 1) / 2
        n, means = self.cards.n[self.row], self.cards.means[self.row]
        return [
            {
                "item": self.cards.items[column],
                "lens": lens,
                "mean": float(means[column]),
                "n": int(n[column]),
                "p_below": 1 - share_above(self.drawn[column], middle),
            }
            for column in columns
            if n[column] and means[column] <= middle
        ]


def _measure_decisions(
    cards: Cards, asked: pd.DataFrame, decisions: pd.DataFrame, settings: Settings
) -> list[dict[str, object]]:
    columns = {str(group): cards.columns(same["item"]) for group, same in asked.groupby("group")}
    looks = decisions[decisions["lens"] < decisions["other"]]
    keys = pd.MultiIndex.from_frame(cards.keys)
    first, second = (
        keys.get_indexer(pd.MultiIndex.from_frame(looks[[*_KEYS, lens]]))
        for lens in ("lens", "other")
    )
    rows: list[dict[str, object]] = []
    for look, *found in zip(looks.to_dict("records"), first, second, strict=True):
        sides = [_side(cards, int(row), settings.draws) for row in found]
        lenses = [str(look["lens"]), str(look["other"])]
        checks = [columns.get(f"checks_{lens}", _NO_COLUMNS) for lens in lenses]
        decided = _decide(sides, lenses, checks, settings)
        about = {key: look[key] for key in _KEYS} | {"points": cards.points} | decided
        act = columns.get("act", _NO_COLUMNS)
        for i in (0, 1):
            seen = {"act": act, "own_checks": checks[i], "other_checks": checks[1 - i]}
            scores = {name: sides[i].score(part) for name, part in seen.items()}
            rows.append(about | {"lens": lenses[i], "other": lenses[1 - i]} | _row(scores))
    return rows


_NO_COLUMNS: Ints = np.zeros(0, dtype=np.int64)


def _side(cards: Cards, row: int, draws: int) -> _Side:
    return _Side(
        cards, row, cards.draws(row, draws) if row >= 0 else np.zeros((0, 0), dtype=np.float32)
    )


def _decide(
    sides: list[_Side], lenses: list[str], checks: list[Ints], settings: Settings
) -> dict[str, object]:
    """Verdict of a decision from both lenses' own checks, taken as independent."""
    each, score = np.prod(
        [side.p_cleared(part) for side, part in zip(sides, checks, strict=True)], axis=0
    ).tolist()
    p = (each, max(score - each, 0.0), 1 - score)
    asked = [(side, part) for side, part in zip(sides, checks, strict=True) if part.size]
    n_min = min((side.score(part).n for side, part in asked), default=0)
    blocking = [
        block
        for side, lens, part in zip(sides, lenses, checks, strict=True)
        for block in side.blocking(part, lens)
    ]
    best = int(np.argmax(p))
    is_few = n_min < settings.min_group
    return {
        **{f"p_{name}": value for name, value in zip(VERDICTS, p, strict=True)},
        "n_min": n_min,
        "verdict": "too_few" if is_few else VERDICTS[best],
        "probability": float("nan") if is_few else p[best],
        "blocking": sorted(blocking, key=lambda block: -float(str(block["p_below"]))),
    }


def _row(scores: dict[str, Score]) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, score in scores.items():
        row |= {f"n_{name}": score.n, name: score.mean, f"p_{name}": score.p_above}
        row |= {f"{name}_low": score.low, f"{name}_high": score.high}
    return row

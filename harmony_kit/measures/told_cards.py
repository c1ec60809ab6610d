"""What is told of scorecards, checks and signatures: means of told means, and who blocks what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harmony_kit.measures.claims import middle_certainty
from harmony_kit.measures.rows import Row, rows_of
from harmony_kit.measures.steps import STEP, step_out
from harmony_kit.measures.telling import DISTRIBUTION_FROM, ToldRating, join_told
from harmony_kit.measures.told_choices import FEWEST_OWNER
from harmony_kit.measures.told_frames import ToldRatings, put_mean

__all__ = ["tell_pilots", "tell_readiness", "tell_signatures"]

#: Parts of a signature that are a mean of answers to the items of that group.
_RATED = ("aligned", "pilots", "adoption", "technical", "operational", "act")


class _Items:
    """The ratings of the instrument by the part they play."""

    def __init__(self, items: pd.DataFrame) -> None:
        self._by_group: dict[str, list[str]] = defaultdict(list)
        self._points: dict[str, int] = {}
        columns = (items[name].tolist() for name in ("item", "kind", "group", "points"))
        for item, kind, group, points in zip(*columns, strict=True):
            if kind == "rating":
                self._by_group[group if isinstance(group, str) else ""].append(item)
                self._points[item] = points

    def of(self, group: str) -> list[str]:
        """The items of a group."""
        return list(self._by_group.get(group, ()))

    def stretch(self, told: ToldRating, item: str, points: float) -> ToldRating:
        """What is told of an item, on a scale of so many points."""
        factor = (points - 1) / (float(self._points[item]) - 1)
        if factor == 1:
            return told
        mean, low, high = (
            round(1 + (end - 1) * factor, 1) for end in (told.mean, told.low, told.high)
        )
        return ToldRating(mean, low, high)


@dataclass(frozen=True)
class _Teller:
    """What is told of scores over groups of items."""

    ratings: ToldRatings
    items: _Items

    def tell(
        self, rows: Iterable[Row], *groups: str, is_estimate: bool = False
    ) -> list[ToldRating]:
        """The score of each row over a group of items; several groups go with the rows."""
        wanted = groups * (len(rows := list(rows)) if len(groups) == 1 else 1)
        return [
            join_told([self._find(row, item, is_estimate) for item in self.items.of(group)])
            for row, group in zip(rows, wanted, strict=True)
        ]

    def _find(self, row: Row, item: str, is_estimate: bool) -> ToldRating:  # noqa: FBT001
        about = row["other"] if is_estimate else row["lens"]
        told = self.ratings.at(row, item, lens=row["lens"], about=about)
        return self.items.stretch(told, item, row["points"]) if "points" in row else told


def _widen(frame: pd.DataFrame, name: str) -> None:
    """The interval of a score in steps, around what is told; none beside a band."""
    points = frame["points"].to_numpy(dtype=np.float64)
    low, high = (frame[f"{name}_{end}"].to_numpy() for end in ("low", "high"))
    low, high = step_out(low, high, points)
    is_band = frame[f"{name}_from"].notna().to_numpy() | frame[name].isna().to_numpy()
    frame[f"{name}_low"] = np.where(is_band, np.nan, np.fmin(low, frame[name]))
    frame[f"{name}_high"] = np.where(is_band, np.nan, np.fmax(high, frame[name]))


def _hide_chances(frame: pd.DataFrame, ratings: ToldRatings, *scores: str) -> pd.DataFrame:
    """No chance beside a band, which it would narrow: the middle of what the claim leaves."""
    is_band = frame[[f"{name}_from" for name in scores]].notna().any(axis=1)
    chances = [str(name) for name in frame if str(name).startswith("p_")]
    middle = middle_certainty(frame["claim"], ratings.settings)
    told = frame.assign(probability=frame["probability"].mask(is_band, middle))
    told[chances] = told[chances].mask(is_band)
    return told


def tell_pilots(
    frame: pd.DataFrame, ratings: ToldRatings, items: pd.DataFrame, lenses: tuple[str, str]
) -> pd.DataFrame:
    """The frame of pilots: scores as means of the told means of their questions."""
    told, teller = frame.copy(), _Teller(ratings, _Items(items))
    other = dict(zip(lenses, lenses[::-1], strict=True))
    rows = [{**row, "other": other[row["lens"]]} for row in rows_of(frame)]
    for name in ("technical", "operational"):
        put_mean(told, name, teller.tell(rows, name))
        _widen(told, name)
    put_mean(told, "success", teller.tell(rows, "success"))
    put_mean(told, "success_estimate", teller.tell(rows, "success", is_estimate=True))
    return _hide_chances(told, ratings, "technical", "operational")


def tell_readiness(frame: pd.DataFrame, ratings: ToldRatings, items: pd.DataFrame) -> pd.DataFrame:
    """The frame of readiness: scores and blocking checks from told means."""
    told, rows = frame.copy(), rows_of(frame)
    teller = _Teller(ratings, _Items(items))
    put_mean(told, "act", teller.tell(rows, "act"))
    put_mean(told, "act_estimate", teller.tell(rows, "act", is_estimate=True))
    for name, whose in (("own_checks", "lens"), ("other_checks", "other")):
        scores = [teller.tell([row], f"checks_{row[whose]}")[0] for row in rows]
        put_mean(told, name, scores)
    for name in ("act", "own_checks", "other_checks"):
        _widen(told, name)
    blocking = [[_tell_check(row, check, ratings) for check in row["blocking"]] for row in rows]
    told["blocking"] = pd.Series(blocking, index=told.index, dtype="object")
    return _hide_chances(told, ratings, "act", "own_checks", "other_checks")


def _tell_check(row: Row, check: Row, ratings: ToldRatings) -> Row:
    one = ratings.at(row, check["item"], lens=check["lens"], about=check["lens"])
    kept = {"item": check["item"], "mean": one.mean, "n": check["n"], "lens": check["lens"]}
    if not np.isnan(one.low):
        kept |= {"mean_from": one.low, "mean_to": one.high}
    return kept


def tell_signatures(
    frame: pd.DataFrame, ratings: ToldRatings, items: pd.DataFrame, words: pd.DataFrame
) -> pd.DataFrame:
    """The frame of signatures: what was said in its parts from what is told.

    `words` is the frame of words as it is told.

    Where a part is a band or is not told, the chance of the whole is the middle of the range its
    claim leaves.
    """
    teller = _Teller(ratings, _Items(items))
    apart = {
        (row["site"], row["wave"]): row["actual"]
        for row in rows_of(words)
        if row["group"] == "words"
    }
    parts, is_blurred = [], []
    for row in rows_of(frame):
        said = [
            {**part, "value": apart[row["site"], row["wave"]]} if part["what"] == "words" else part
            for part in row["parts"]
        ]
        told = [_tell_part(row, part, teller) for part in said]
        parts.append([part for part, _ in told if part])
        is_blurred.append(any(blurs for _, blurs in told))
    middle = middle_certainty(frame["claim"], ratings.settings)
    blurred = pd.Series(is_blurred, index=frame.index, dtype="bool")
    return frame.assign(
        probability=frame["probability"].mask(blurred, middle),
        parts=pd.Series(parts, index=frame.index, dtype="object"),
    )


def _tell_rated(part: Row, said: ToldRating) -> tuple[Row | None, bool]:
    """A part that is a mean: itself, or the band it lies in."""
    if np.isnan(said.mean):
        return None, False
    if np.isnan(said.low):
        return {**part, "value": said.mean}, False
    return {**part, "value": said.mean, "value_from": said.low, "value_to": said.high}, True


def _tell_part(row: Row, part: Row, teller: _Teller) -> tuple[Row | None, bool]:
    """What is told of a part, and whether the chance of the whole would tell more."""
    what = part["what"]
    if what in _RATED:
        return _tell_rated(part, teller.tell([{**row, "lens": part["lens"]}], what)[0])
    if what == "says_nobody":
        is_few = part["n"] < DISTRIBUTION_FROM
        # Nobody or one, all or all but one: as where the counts of a duty are hidden.
        is_alike = not 1 < round(part["value"] * part["n"]) < part["n"] - 1
        if is_few or is_alike:
            return None, True
        return {**part, "value": round(round(part["value"] / STEP) * STEP, 2)}, False
    is_untold = what == "share_held" and part["n"] < FEWEST_OWNER
    if is_untold or (what == "words" and np.isnan(part["value"])):
        return None, True
    return part, False

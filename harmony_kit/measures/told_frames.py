"""What is told of each measure in place of what was measured, from told means and no others.

Each function takes the frame of a measure, stepped already, and the told ratings, and returns the
frame with its means, and what follows from them, put in from what is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Bools, Floats
from harmony_kit.measures.claims import STATES, middle_certainty
from harmony_kit.measures.looks import SLACK
from harmony_kit.measures.readings import BAND
from harmony_kit.measures.rows import Row
from harmony_kit.measures.steps import step_out
from harmony_kit.measures.telling import DISTRIBUTION_FROM, ToldRating, tell_ratings
from harmony_kit.measures.told_intervals import bound_mean
from harmony_kit.measures.understanding import mean_misreading

__all__ = [
    "ToldRatings",
    "find_means",
    "put_mean",
    "tell_scales",
    "tell_topics",
    "tell_understanding",
    "tell_within",
]

#: How a rating is found again: site, wave, item, subject, lens and whose view is given.
_KEY = ("site", "wave", "item", "subject", "lens", "about")
_NOTHING = ToldRating()
#: How a scale is found again in the ratings it is made of, and its indices.
_SCALE = ("site", "wave", "dimension", "group", "subject", "lens", "about", "points")
_SCALE_INDICES = ("rwg_j", "rwg_j_star", "alpha_ordinal", "alpha_interval")


@dataclass(frozen=True)
class ToldRatings:
    """What may be told of every rating of some sites, by where it was given.

    `by_row` goes with the rows of the frame of `measure_agreement`.
    """

    by_row: tuple[ToldRating, ...]
    by_place: Mapping[tuple[str, ...], ToldRating]
    settings: Settings

    @classmethod
    def of(cls, within: pd.DataFrame, settings: Settings) -> ToldRatings:
        """What is told of the rows of `measure_agreement`."""
        told = tuple(tell_ratings(within["counts"].tolist(), settings))
        columns = [within[name].fillna("").tolist() for name in _KEY]
        return cls(told, dict(zip(zip(*columns, strict=True), told, strict=True)), settings)

    def find(self, frame: pd.DataFrame, lens: str, about: str) -> list[ToldRating]:
        """What is told for each row of a frame of topics; `lens` and `about` name its columns."""
        names = ("site", "wave", "item", "subject", lens, about)
        places = zip(*(frame[name].fillna("").tolist() for name in names), strict=True)
        return [self.by_place.get(place, _NOTHING) for place in places]

    def at(self, row: Row, item: str, *, lens: str, about: str) -> ToldRating:
        """What is told of one item at the site, wave and subject of a row."""
        subject = row["subject"] if isinstance(row["subject"], str) else ""
        where = (row["site"], row["wave"], item)
        found = self.by_place.get((*where, subject, lens, about))
        # What is said of a pilot may be an answer about pilots at large.
        return found or self.by_place.get((*where, "", lens, about), _NOTHING)


def put_mean(frame: pd.DataFrame, name: str, told: list[ToldRating]) -> None:
    """Put told means into a column, and the ends of bands beside it."""
    for column, part in ((name, "mean"), (f"{name}_from", "low"), (f"{name}_to", "high")):
        frame[column] = np.array([getattr(one, part) for one in told], dtype=np.float64)


def find_means(
    frame: pd.DataFrame, ratings: ToldRatings, lens: str, about: str
) -> tuple[Floats, Bools]:
    """The told mean for each row of a frame, and whether it is the middle of a band."""
    told = ratings.find(frame, lens, about)
    means = np.array([one.mean for one in told], dtype=np.float64)
    return means, np.array([not np.isnan(one.low) for one in told], dtype=bool)


def tell_within(frame: pd.DataFrame, ratings: ToldRatings) -> pd.DataFrame:
    """The frame of `measure_agreement`: nothing point by point where that may not be shown."""
    told = frame.copy()
    put_mean(told, "mean", list(ratings.by_row))
    _put_interval(told, ratings)
    least = ratings.settings.min_group
    tells = [bool(camps) and min(one["n"] for one in camps) < least for camps in frame["camps"]]
    told["camps"] = frame["camps"].mask(pd.Series(tells, index=told.index, dtype="bool"), None)
    told["view"] = pd.Series([one.view or None for one in ratings.by_row], index=told.index)
    return told


def _put_interval(told: pd.DataFrame, ratings: ToldRatings) -> None:
    """Where answers may not be shown point by point, the interval that follows from what is told.

    Of a large group that is nearly all alike the band says what there is to say.
    """
    people, points = told["n"].to_numpy(), told["points"].to_numpy()
    nothing = (np.nan, np.nan)
    bounds = [
        bound_mean(one, int(n), int(scale)) if n < DISTRIBUTION_FROM else nothing
        for one, n, scale in zip(ratings.by_row, people, points, strict=True)
    ]
    is_shown = np.array([one.is_spread_shown for one in ratings.by_row], dtype=bool)
    ends = np.array(bounds, dtype=np.float64).reshape(-1, 2)
    for place, name in enumerate(("low", "high")):
        told[name] = np.where(is_shown, told[name].to_numpy(dtype=np.float64), ends[:, place])


def tell_scales(scales: pd.DataFrame, within: pd.DataFrame) -> pd.DataFrame:
    """The frame of `measure_scales`: no index of a scale one of whose ratings is told as a band.

    With the counts of the other ratings beside it, the index would give that one's back.
    """
    rated = {*_list_places(within[within["mean_from"].notna()])}
    is_hidden = np.array([place in rated for place in _list_places(scales)], dtype=bool)
    return scales.assign(
        **{name: np.where(is_hidden, np.nan, scales[name]) for name in _SCALE_INDICES}
    )


def _list_places(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    columns = (["" if pd.isna(one) else one for one in frame[name].tolist()] for name in _SCALE)
    return zip(*columns, strict=True)


def _is_banded(frame: pd.DataFrame, *names: str) -> Bools:
    """Whether one of the means of each row is told as a band."""
    return np.asarray(frame[[f"{name}_from" for name in names]].notna().any(axis=1))


def tell_topics(frame: pd.DataFrame, ratings: ToldRatings) -> pd.DataFrame:
    """The frame of topics: gaps of told means, and where one is a band, claims without figures.

    A probability would tell which mean inside the band it is; so only the middle of the range its
    claim leaves is told.
    """
    told = frame.copy()
    put_mean(told, "own", ratings.find(frame, "lens", "lens"))
    put_mean(told, "estimate", ratings.find(frame, "lens", "other"))
    put_mean(told, "other_own", ratings.find(frame, "other", "other"))
    told["agreement_gap"] = (told["own"] - told["other_own"]).round(1)
    told["perceived_gap"] = (told["own"] - told["estimate"]).round(1)
    told["misreading"] = (told["estimate"] - told["other_own"]).round(1)
    banded = _is_banded(told, "own", "estimate", "other_own")
    _widen_misreading(told, banded)
    _hide_chances(told, banded, ratings.settings)
    needed = told["more_interviews"]
    told["more_interviews"] = (needed + needed % 2).mask(banded)
    told["is_on_line"] = told["is_on_line"].mask(banded, _is_near(told))
    return told


def _is_near(told: pd.DataFrame) -> pd.Series:
    """Whether a told gap lies on the line between near and apart; what is claimed lies off it."""
    gaps = told[["perceived_gap", "agreement_gap"]].abs().sub(told["tolerance"], axis=0).abs()
    reach = BAND * (told["points"].astype("float64") - 1) / 4 + SLACK
    is_near = gaps.le(reach, axis=0).any(axis=1) & (told["claim"] != "claimed")
    return is_near.astype("boolean").where(told["is_on_line"].notna())


def _widen_misreading(told: pd.DataFrame, banded: Bools) -> None:
    """Intervals in steps, around what is told; of bands from end to end."""
    points = told["points"].to_numpy(dtype=np.float64, na_value=np.nan)
    low, high = (told[f"misreading_{end}"].to_numpy() for end in ("low", "high"))
    low, high = step_out(low, high, points)
    ends = {}
    for name in ("estimate", "other_own"):
        for end in ("from", "to"):
            ends[name, end] = told[f"{name}_{end}"].fillna(told[name]).to_numpy()
    misread_low = (ends["estimate", "from"] - ends["other_own", "to"]).round(1)
    misread_high = (ends["estimate", "to"] - ends["other_own", "from"]).round(1)
    told["misreading_low"] = np.where(banded, misread_low, np.fmin(low, misread_low))
    told["misreading_high"] = np.where(banded, misread_high, np.fmax(high, misread_high))
    told.loc[told["misreading"].isna(), ["misreading_low", "misreading_high"]] = np.nan


def _hide_chances(told: pd.DataFrame, banded: Bools, settings: Settings) -> None:
    middle = middle_certainty(told["claim"], settings)
    for state in STATES:
        column = f"p_{state}"
        told[column] = told[column].mask(banded, middle.where(told["state"] == state))
    told["p_understood"] = told["p_understood"].mask(banded)


def tell_understanding(frame: pd.DataFrame, topics: pd.DataFrame) -> pd.DataFrame:
    """The frame of understanding: its misreading from the told ones of its topics."""
    found = mean_misreading(topics, topics["is_understood"].notna().to_numpy(), frame)
    level = {name: frame[name].round(1) for name in ("level", "level_low", "level_high")}
    return frame.assign(misreading=found.round(1), **level)

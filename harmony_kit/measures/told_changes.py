"""What is told of changes between waves: from the means told of each wave, in steps."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from harmony_kit.measures.changes import CHANGES
from harmony_kit.measures.steps import STEPPED, step_out
from harmony_kit.measures.telling import DISTRIBUTION_FROM
from harmony_kit.measures.told_frames import ToldRatings, find_means
from harmony_kit.measures.transitions import TRANSITIONS
from harmony_kit.measures.understood_changes import UNDERSTOOD_CHANGES

__all__ = ["tell_changes", "tell_transitions", "tell_understood_changes"]

_CHANCES: Final = ("p_rose", "p_steady", "p_fell")

#: Whose answers about whom own view, estimate and the other's own view are of.
_SETS: Final = (("lens", "lens"), ("lens", "other"), ("other", "other"))


def tell_changes(changes: pd.DataFrame, ratings: ToldRatings, items: pd.DataFrame) -> pd.DataFrame:
    """The frame of `measure_changes` as it may be told; a band shows its middle, and no chances."""
    if changes.empty:
        return changes
    told = changes.copy()
    banded = np.zeros(len(told), dtype=bool)
    for name, wave in (("before", "from_wave"), ("after", "to_wave")):
        values, is_band = _find_values(changes, ratings, wave)
        told[name] = np.where(changes[name].isna(), np.nan, values)
        banded |= is_band
    told["change"] = (told["after"] - told["before"]).round(1).where(changes["change"].notna())
    points = changes["item"].map(items.set_index("item")["points"]).to_numpy(dtype=np.float64)
    low, high = step_out(changes["low"].to_numpy(), changes["high"].to_numpy(), points)
    told["low"] = np.where(banded, np.nan, np.fmin(low, told["change"]))
    told["high"] = np.where(banded, np.nan, np.fmax(high, told["change"]))
    told.loc[told["change"].isna(), ["low", "high"]] = np.nan
    for name in _CHANCES:
        told[name] = np.where(banded, np.nan, STEPPED["probability"](changes[name].to_numpy()))
    is_hidden = banded | ~_are_all_back(changes)
    told["returned_change"] = changes["returned_change"].round(1).mask(is_hidden)
    return CHANGES.select(told)


def _are_all_back(changes: pd.DataFrame) -> np.ndarray:
    """Whether a group that is shown point by point is the same people in both waves.

    Of some of them the change would be a second cut beside the counts of all: if those who came
    back moved as far as anybody could, each of them said the same. And beside a band it would be
    the mean the band hides.
    """
    returned = changes["n_returned"].astype("Float64")
    sizes = [changes[name].astype("Float64") == returned for name in ("n_before", "n_after")]
    is_told = sizes[0] & sizes[1] & (returned >= DISTRIBUTION_FROM)
    return is_told.fillna(value=False).to_numpy(dtype=bool)


def _find_values(
    changes: pd.DataFrame, ratings: ToldRatings, wave: str
) -> tuple[np.ndarray, np.ndarray]:
    """The told value of each quantity in a wave, and whether it is of a band."""
    rows = changes.assign(wave=changes[wave])
    own, estimate, other = (find_means(rows, ratings, lens, about) for lens, about in _SETS)
    quantity = changes["quantity"].to_numpy()
    is_own, is_estimate = quantity == "own", quantity == "estimate"
    misread = np.abs(estimate[0] - other[0]).round(1)
    values = np.where(is_own, own[0], np.where(is_estimate, estimate[0], misread))
    both = estimate[1] | other[1]
    return values, np.where(is_own, own[1], np.where(is_estimate, estimate[1], both))


def tell_transitions(transitions: pd.DataFrame, ratings: ToldRatings) -> pd.DataFrame:
    """The frame of `measure_transitions` in steps; no chance where a mean is told as a band."""
    if transitions.empty:
        return transitions
    banded = np.zeros(len(transitions), dtype=bool)
    for wave in ("from_wave", "to_wave"):
        rows = transitions.assign(wave=transitions[wave])
        for lens, about in _SETS:
            banded |= find_means(rows, ratings, lens, about)[1]
    told = STEPPED["probability"](transitions["p_changed"].to_numpy())
    return TRANSITIONS.select(transitions.assign(p_changed=np.where(banded, np.nan, told)))


def tell_understood_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """The frame of `measure_understood_changes` in steps."""
    if changes.empty:
        return changes
    told = {name: STEPPED["probability"](changes[name].to_numpy()) for name in _CHANCES}
    shares = {name: STEPPED["share"](changes[name].to_numpy()) for name in ("before", "after")}
    return UNDERSTOOD_CHANGES.select(changes.assign(**told, **shares))

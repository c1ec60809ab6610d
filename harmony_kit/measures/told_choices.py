"""What is told of ranks, words and owners: by how many an option was named, in words.

Below `DISTRIBUTION_FROM` people, or where all or all but one named the same option, neither
weights nor counts are told, but a word (`levels`): ``few`` (two or fewer, maybe none), ``most``
(all but two, or more), else ``some``. Four people are too few for that, and only what they put
first, as a set, is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Bools
from harmony_kit.measures.claims import middle_certainty
from harmony_kit.measures.levels import LEVELS, name_levels
from harmony_kit.measures.steps import STEPPED
from harmony_kit.measures.telling import hides_counts

__all__ = [
    "FEWEST_OWNER",
    "FIRST",
    "NAMINGS",
    "put_first",
    "tell_drift",
    "tell_ownership",
    "tell_ranking",
]

#: Whose choices a row of ranks or words holds, and the people they are of.
NAMINGS: Final = {"own": "n_own", "estimate": "n_estimate", "other_own": "n_other"}
#: How many options are told as what a lens puts first.
FIRST: Final = 3

#: How a duty is found again.
_DUTY: Final = ("site", "wave", "item", "subject")
#: Fewest people of whom the owner most name may be told.
FEWEST_OWNER: Final = 4


def _is_hidden(named: Any, n: int) -> bool:  # noqa: ANN401 - a mapping or nothing
    return hides_counts(named.values() if named else (), n)


def tell_ranking(frame: pd.DataFrame, min_group: int) -> pd.DataFrame:
    """The frame of ranks or words, with what is put first and by how many in words.

    How many gave both an own answer and an estimate is told only where they are a group.
    """
    told = frame.assign(n_pairs=frame["n_pairs"].where(frame["n_pairs"] >= min_group, 0))
    hidden = {}
    for name, people in NAMINGS.items():
        weights, named, n = frame[name], frame[f"named_{name}"], frame[people].tolist()
        hide = [_is_hidden(one, size) for one, size in zip(named, n, strict=True)]
        first = [put_first(one, is_set=hides) for one, hides in zip(weights, hide, strict=True)]
        levels = [
            name_levels(one, size) if isinstance(one, Mapping) else None
            for one, size in zip(named, n, strict=True)
        ]
        kept = map(_drop_few, first, levels, hide)
        told[f"first_{name}"] = _as_objects(list(kept), frame)
        told[f"level_{name}"] = _as_objects(levels, frame)
        told[name] = _mask(weights, hide)
        told[f"named_{name}"] = _mask(named, hide)
        hidden[name] = np.array(hide, dtype=bool)
    for name, (one, other) in _APART.items():
        firsts = zip(told[f"first_{one}"], told[f"first_{other}"], strict=True)
        apart = STEPPED["distance"](np.array([_set_apart(*pair) for pair in firsts]))
        told[name] = np.where(hidden[one] | hidden[other], apart, frame[name].to_numpy())
    for name, sides in _DRIVEN.items():
        is_hidden: Bools = hidden[sides[0]] | hidden[sides[1]]
        none = [[] if hides else one for one, hides in zip(frame[name], is_hidden, strict=True)]
        told[name] = _as_objects(none, frame)
    return told


def _drop_few(
    first: list[str] | None,
    levels: Mapping[str, str] | None,
    hides: bool,  # noqa: FBT001 - in a row
) -> list[str] | None:
    """What is put first, without what is told as named by few or none."""
    if first is None or levels is None or not hides:
        return first
    return [option for option in first if levels[option] != LEVELS[-1]]


#: The distances, by whose choices they lie between.
_APART: Final = {
    "actual": ("own", "other_own"),
    "perceived": ("own", "estimate"),
    "misread": ("estimate", "other_own"),
}
#: Lists of options and how far two sets of weights differ on them, by those sets.
_DRIVEN: Final = {"drivers": ("own", "other_own"), "misread_drivers": ("estimate", "other_own")}


def put_first(weights: Any, *, is_set: bool = False) -> list[str] | None:  # noqa: ANN401
    """The options with most weight, heaviest first; as a set in the order of the instrument."""
    if not isinstance(weights, Mapping):
        return None
    ranked = sorted(weights, key=lambda option: -weights[option])
    first = [option for option in ranked[:FIRST] if weights[option] > 0]
    return [option for option in weights if option in first] if is_set else first


def _set_apart(first: list[str] | None, second: list[str] | None) -> float:
    """The share of what one puts first that the other does not.

    The distance of weights nobody may see would, beside the weights of the other side, leave so
    few of them that some are known. The shorter list counts, as options few name are in none; where
    it is empty the share is half.

    >>> _set_apart(["a", "b"], ["a", "c", "d"])
    0.5
    """
    if first is None or second is None:
        return float("nan")
    n = min(len(first), len(second))
    return 1 - len({*first} & {*second}) / n if n else 0.5


def _as_objects(values: list[Any], frame: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=frame.index, dtype="object")


def _mask(values: pd.Series, hide: list[bool]) -> pd.Series:
    kept = [None if hides else one for one, hides in zip(values, hide, strict=True)]
    return pd.Series(kept, index=values.index, dtype="object")


def tell_ownership(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The frame of ownership: the owner most name, no counts where they may not be shown.

    Where the counts of one of the two lenses are hidden, so are the chances worked out from them;
    of how they meet only the middle of the range its claim leaves is told.
    """
    told = frame.copy()
    hide = [_is_hidden(one, n) for one, n in zip(frame["counts"], frame["n"], strict=True)]
    told["counts"] = _mask(frame["counts"], hide)
    for name, n in (("owner", "n"), ("other_owner", "n_other")):
        told[name] = frame[name].mask(frame[n] < FEWEST_OWNER)
    own, other = (
        list(zip(*(frame[name].fillna("") for name in (*_DUTY, lens)), strict=True))
        for lens in ("lens", "other")
    )
    hidden = {place for place, hides in zip(own, hide, strict=True) if hides}
    is_hidden = np.array(hide, dtype=bool) | np.array([place in hidden for place in other], bool)
    for name in [str(column) for column in frame if str(column).startswith("p_")]:
        told[name] = np.where(is_hidden, np.nan, told[name].to_numpy())
    chances = STEPPED["probability"](frame["probability"].to_numpy())
    middle = middle_certainty(frame["claim"], settings).to_numpy()
    told["probability"] = np.where(is_hidden, middle, chances)
    return told


def tell_drift(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame of drift, where the owner of a duty may be told: how many duties are held."""
    return frame[frame["n"] >= FEWEST_OWNER].reset_index(drop=True)

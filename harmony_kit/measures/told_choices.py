"""What is told of ranks, words and owners: by how many an option was named, in words.

Below `DISTRIBUTION_FROM` people, or where all or all but one named the same option, neither
weights nor counts are told, but a word (`levels`): ``few`` (two or fewer, maybe none), ``most``
(all but two, or more), else ``some``. What is put first follows from those words alone: which of
two options of one word has more weight would, to a colleague who knows her own choice, give back
the choices of the others. Four people are too few for words: nothing is told of what they name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import OTHER
from harmony_kit.measures.arrays import Bools
from harmony_kit.measures.claims import middle_certainty
from harmony_kit.measures.levels import LEVELS, name_levels
from harmony_kit.measures.ownership import NOBODY
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
#: Fewest people of whom the owner most name may be told: of four, who named another knows that no
#: one else did.
FEWEST_OWNER: Final = 5
#: Fewest people a side of whom it may be claimed that they name different owners than the other.
_FEWEST_APART: Final = 7


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
        levels = [
            name_levels(one, size) if isinstance(one, Mapping) else None
            for one, size in zip(named, n, strict=True)
        ]
        first = [
            _first_of_levels(words) if hides else put_first(one)
            for one, words, hides in zip(weights, levels, hide, strict=True)
        ]
        told[f"first_{name}"] = _as_objects(first, frame)
        told[f"level_{name}"] = _as_objects(levels, frame)
        told[name] = _mask(weights, hide)
        told[f"named_{name}"] = _mask(named, hide)
        hidden[name] = np.array(hide, dtype=bool)
    for name, (one, other) in _APART.items():
        firsts = zip(told[f"first_{one}"], told[f"first_{other}"], strict=True)
        apart = STEPPED["distance"](np.array([_set_apart(*pair) for pair in firsts]))
        is_coarse = (hidden[one] | hidden[other]) & frame[name].notna().to_numpy()
        told[name] = np.where(is_coarse, apart, frame[name].to_numpy())
    for name, sides in _DRIVEN.items():
        is_hidden: Bools = hidden[sides[0]] | hidden[sides[1]]
        none = [[] if hides else one for one, hides in zip(frame[name], is_hidden, strict=True)]
        told[name] = _as_objects(none, frame)
    return told


def _first_of_levels(levels: Mapping[str, str] | None) -> list[str] | None:
    """What is put first as far as words say it: whole levels from the top, none named by few.

    >>> _first_of_levels({"a": "some", "b": "most", "c": "some", "d": "few"})
    ['a', 'b', 'c']
    >>> _first_of_levels({"a": "some", "b": "most", "c": "some", "d": "some"})
    ['b']
    """
    if levels is None:
        return None
    first: set[str] = set()
    for level in LEVELS[:-1]:
        more = {option for option, word in levels.items() if word == level}
        if first and len(first | more) > FIRST:
            break
        first |= more
    return [option for option in levels if option in first]


#: The distances, by whose choices they lie between.
_APART: Final = {
    "actual": ("own", "other_own"),
    "perceived": ("own", "estimate"),
    "misread": ("estimate", "other_own"),
}
#: Lists of options and how far two sets of weights differ on them, by those sets.
_DRIVEN: Final = {"drivers": ("own", "other_own"), "misread_drivers": ("estimate", "other_own")}


def put_first(weights: Any) -> list[str] | None:  # noqa: ANN401
    """The options with most weight, heaviest first."""
    if not isinstance(weights, Mapping):
        return None
    ranked = sorted(weights, key=lambda option: -weights[option])
    return [option for option in ranked[:FIRST] if weights[option] > 0]


def _set_apart(first: list[str] | None, second: list[str] | None) -> float:
    """The share of what one puts first that the other does not.

    The distance of weights nobody may see would, beside the weights of the other side, leave so
    few of them that some are known. The shorter list counts, as options few name are in none; where
    it is empty or not told there is no share.

    >>> _set_apart(["a", "b"], ["a", "c", "d"]), _set_apart(["a", "b"], [])
    (0.5, nan)
    """
    n = min(len(first or ()), len(second or ()))
    return 1 - len({*(first or ())} & {*(second or ())}) / n if n else np.nan


def _as_objects(values: list[Any], frame: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=frame.index, dtype="object")


def _mask(values: pd.Series, hide: list[bool]) -> pd.Series:
    kept = [None if hides else one for one, hides in zip(values, hide, strict=True)]
    return pd.Series(kept, index=values.index, dtype="object")


def tell_ownership(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The frame of ownership: the owner most name, no counts where they may not be shown.

    Where the counts of one of the two lenses are hidden, so are the chances worked out from them:
    they meet as the owners told do, with the middle of the range their claim leaves.
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
    is_own, is_other = np.array(hide, dtype=bool), np.array([at in hidden for at in other], bool)
    is_hidden = is_own | is_other
    for name in [str(column) for column in frame if str(column).startswith("p_")]:
        told[name] = np.where(is_hidden, np.nan, told[name].to_numpy())
    chances = STEPPED["probability"](frame["probability"].to_numpy())
    told.loc[is_hidden, ["pattern", "claim"]] = _meet_as_told(
        told[is_hidden], (is_own & is_other)[is_hidden]
    )
    middle = middle_certainty(told["claim"], settings).to_numpy()
    told["probability"] = np.where(is_hidden, middle, chances)
    return told


def _meet_as_told(duties: pd.DataFrame, are_both_hidden: Bools) -> pd.DataFrame:
    """How two lenses meet on a duty, from the owners told.

    What is measured of hidden counts, contested by a hair or not, would give some of them back, and
    so would any claim beside the counts of the other side. That two sides say different things,
    whoever named a third could tell from: it stays only of `_FEWEST_APART` a side and more.
    """
    names = duties[["lens", "other", "owner", "other_owner", "pattern"]].fillna("")
    is_few = duties[["n", "n_other"]].min(axis=1) < _FEWEST_APART
    patterns = pd.Series([_meet(*row) for row in names.to_numpy()], duties.index, dtype="object")
    is_open = ~are_both_hidden | (patterns != duties["pattern"]) | (patterns == "contested")
    is_apart = is_few & (names["owner"] != names["other_owner"]) & (duties["claim"] == "claimed")
    claims = duties["claim"].mask(is_open | is_apart, "open")
    return pd.DataFrame({"pattern": patterns, "claim": claims})


def _meet(lens: str, other: str, owner: str, other_owner: str, measured: str) -> str:
    if measured == "too_few":
        return measured
    if (owner, other_owner) == (lens, other):
        return "claimed_by_both"
    if (owner, other_owner) in {(NOBODY, NOBODY), (other, lens)}:
        return "void"
    return "agreed" if owner == other_owner not in {"", OTHER} else "contested"


def tell_drift(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame of drift, where the owner of a duty may be told: how many duties are held."""
    return frame[frame["n"] >= FEWEST_OWNER].reset_index(drop=True)

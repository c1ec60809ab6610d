"""The end of every measure: rows as the instrument goes, a word for the claim, fixed dtypes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.claims import grade_claims
from harmony_kit.measures.declaration import Declaration

__all__ = ["CERTAINTY", "finish", "sort_rows"]

#: The column a measure leaves for `finish` to make a claim of; not among those declared.
CERTAINTY = "certainty"

#: Of these columns the ones a frame has tell one report from another.
_REPORT = ("site", "wave", "to_wave")
#: Empty while a measure groups by them, missing in its frame.
_OPTIONAL = ("subject", "group")


def sort_rows(measured: pd.DataFrame, items: pd.DataFrame, *about: str) -> pd.DataFrame:
    """Rows by site, wave, place of the item in the instrument, subject and lens.

    With the columns `about` of each item from `items`.
    """
    place_of = {item: place for place, item in enumerate(items["item"].tolist())}
    place = np.array([place_of[item] for item in measured["item"].tolist()], dtype=np.int64)
    names = ("site", "wave", "subject", "lens")
    site, wave, subject, lens = (measured[name].tolist() for name in names)
    keys = list(zip(site, wave, place.tolist(), subject, lens, strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    ordered = measured.iloc[order].reset_index(drop=True)
    beside = {name: items[name].array.take(place[order]) for name in about}
    return ordered.assign(**beside)


def finish(
    measured: pd.DataFrame, declared: Declaration, settings: Settings | None = None
) -> pd.DataFrame:
    """The frame of a measure as declared; with `settings` the claims, from `CERTAINTY`.

    An empty subject or group becomes a missing one.
    """
    done = measured.copy()
    for name in _OPTIONAL:
        if name in declared.columns:
            known = [one or None for one in measured[name].tolist()]
            done[name] = pd.Series(known, index=done.index, dtype="object")
    if settings is not None:
        report = done[[name for name in _REPORT if name in declared.columns]]
        done["claim"] = grade_claims(done[CERTAINTY], report, settings)
    return declared.select(done)

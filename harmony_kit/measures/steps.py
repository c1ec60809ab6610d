"""Figures in steps: as coarse as the kind of their column asks, said and never noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Floats
from harmony_kit.measures.declaration import ColumnKind

__all__ = ["PASSED", "STEP", "STEPPED", "step_out"]

#: Shares, probabilities, distances and indices are told in steps of 5 %.
STEP: Final = 0.05
#: No probability and no share of people is told as nearly never or nearly always.
_ENDS: Final = (0.05, 0.95)


def _step(values: Floats) -> Floats:
    return np.round(np.rint(values / STEP) * STEP, 2)


def _step_within(values: Floats) -> Floats:
    return np.clip(_step(values), *_ENDS)


#: Kinds whose figures pass as they are: ids, words, and how many there are of something.
PASSED: Final[frozenset[ColumnKind]] = frozenset(
    ("name", "text", "truth", "day", "people", "count")
)

#: Kinds with steps of their own. Every other kind needs a rule for each of its columns.
STEPPED: Final[Mapping[ColumnKind, Callable[[Floats], Floats]]] = {
    "share": _step_within,
    "probability": _step_within,
    "distance": _step,
    "index": _step,
}


def step_out(low: Floats, high: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Ends of intervals on a scale, moved outwards to steps of 5 % of it."""
    unit = np.asarray((points - 1) * STEP, dtype=np.float64)
    ends = np.floor(low / unit + 1e-9) * unit, np.ceil(high / unit - 1e-9) * unit
    return np.round(ends[0], 2), np.round(ends[1], 2)

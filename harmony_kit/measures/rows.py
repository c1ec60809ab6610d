"""The rows of a frame as plain mappings, and their cells as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

__all__ = ["Row", "number_or_none", "rows_of", "stream_rows", "text_of"]

Row = dict[str, Any]
#: A row as a mapping takes several times the room it takes in its frame.
_AT_ONCE = 1000


def rows_of(frame: pd.DataFrame | None) -> list[Row]:
    """The rows of a frame by column name; none without a frame.

    All cells at once, which is many times faster than `DataFrame.to_dict`: a batch of a thousand
    sites would feel it. Missing values stay as the column has them.
    """
    if frame is None or frame.empty:
        return []
    names = [str(name) for name in frame.columns.tolist()]
    cells = frame.to_numpy(dtype=object).tolist()
    return [dict(zip(names, row, strict=True)) for row in cells]


def stream_rows(frame: pd.DataFrame) -> Iterator[Row]:
    """The same for frames of thousands of sites, a few rows in memory at a time."""
    for start in range(0, len(frame), _AT_ONCE):
        yield from rows_of(frame.iloc[start : start + _AT_ONCE])


def text_of(value: object) -> str:
    """A text cell, with the empty text for a missing one."""
    return value if isinstance(value, str) else ""


def number_or_none(value: object) -> float | None:
    """A number cell, with None for a missing one."""
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]

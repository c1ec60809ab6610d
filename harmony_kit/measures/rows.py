"""The rows of a frame as plain mappings, and their cells as plain values."""

from __future__ import annotations

from typing import Any

import pandas as pd

__all__ = ["Row", "number_or_none", "rows_of", "text_of"]

Row = dict[str, Any]


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


def text_of(value: object) -> str:
    """A text cell, with the empty text for a missing one."""
    return value if isinstance(value, str) else ""


def number_or_none(value: object) -> float | None:
    """A number cell, with None for a missing one."""
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]

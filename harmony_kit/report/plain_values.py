"""Frames and values as JSON has them: rounded as declared, and what is missing left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harmony_kit.measures.claims import STATES
from harmony_kit.measures.declaration import NUMBER, Declaration, MeasureColumn
from harmony_kit.measures.rounding import round_number

if TYPE_CHECKING:
    from pandas._typing import DtypeObj

__all__ = ["list_records", "list_topics", "plain_value"]


def list_records(frame: pd.DataFrame, declared: Declaration) -> list[dict[str, Any]]:
    """The rows of a frame as plain values, without site and wave; missing ones are absent.

    A group of nobody is absent too: its answers were withheld, or never given. KeyError for a
    column that is not declared.
    """
    names, cells = frame.columns.tolist(), frame.to_numpy(dtype=object).T.tolist()
    columns = {
        str(name): _plain_column(values, dtype, declared.columns[str(name)])
        for name, dtype, values in zip(names, frame.dtypes.tolist(), cells, strict=True)
        if name not in ("site", "wave")
    }
    return [
        {key: cell for key, cell in zip(columns, row, strict=True) if cell is not None}
        for row in zip(*columns.values(), strict=True)
    ]


def _plain_column(cells: list[Any], dtype: DtypeObj, column: MeasureColumn) -> list[Any]:
    if dtype == np.float64:  # most of a report
        kept = column.kept
        return [None if math.isnan(cell) else round_number(cell, kept) for cell in cells]
    plain = [plain_value(cell, column) for cell in cells]
    return [None if cell == 0 else cell for cell in plain] if column.kind == "people" else plain


def list_topics(topics: pd.DataFrame, declared: Declaration) -> list[dict[str, Any]]:
    """The topics frame as in the contract: the four probabilities under one key."""
    records = list_records(topics, declared)
    for record in records:
        chances = {state: record.pop(f"p_{state}", None) for state in STATES}
        known = {state: chance for state, chance in chances.items() if chance is not None}
        if known:
            record["probability"] = known
        record.setdefault("claim", "withheld")
    return records


def plain_value(value: object, column: MeasureColumn = NUMBER) -> Any:  # noqa: ANN401 - whatever JSON has
    """A value as JSON has it: no numpy, no NaN, rounded; what is missing is left out."""
    if isinstance(value, Mapping):
        parts = column.parts
        plain = {str(key): plain_value(one, parts.get(key, column)) for key, one in value.items()}
        return {key: inner for key, inner in plain.items() if inner is not None}
    if isinstance(value, np.ndarray):
        return plain_value(value.tolist(), column)
    if isinstance(value, list | tuple):
        return [plain_value(inner, column) for inner in value]
    if isinstance(value, date) and not pd.isna(value):
        return value.isoformat()[:10]
    return _plain_scalar(value, column.kept)


def _plain_scalar(value: object, kept: int) -> bool | int | float | str | None:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else round_number(float(value), kept)
    return str(value)

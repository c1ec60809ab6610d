"""Frames and values as JSON has them: six digits, and what is missing left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from harmony_kit.measures.rounding import round_number

__all__ = ["list_records", "list_topics", "plain_value"]

_DIGITS = 6
#: Columns that say how many people a figure is of.
_GROUPS = {
    "n",
    "n_own",
    "n_other",
    "n_estimate",
    "n_technical",
    "n_operational",
    "n_success",
    "n_act",
}
_STATES = ("shared_view", "known_difference", "false_consensus", "false_conflict")


def list_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain values, without site and wave; missing ones are absent.

    A group of nobody is absent too: its answers were withheld, or never given.
    """
    columns = {
        str(name): _plain_column(frame[name], str(name))
        for name in frame.columns
        if name not in ("site", "wave")
    }
    return [
        {key: cell for key, cell in zip(columns, row, strict=True) if cell is not None}
        for row in zip(*columns.values(), strict=True)
    ]


def _plain_column(column: pd.Series, name: str) -> list[Any]:
    values = column.tolist()
    if column.dtype == "float64":  # most of a report
        plain = [None if math.isnan(value) else round_number(value, _DIGITS) for value in values]
    else:
        plain = [plain_value(value) for value in values]
    return [None if cell == 0 else cell for cell in plain] if name in _GROUPS else plain


def list_topics(topics: pd.DataFrame) -> list[dict[str, Any]]:
    """The topics frame as in the contract: the four probabilities under one key."""
    records = list_records(topics)
    for record in records:
        chances = {state: record.pop(f"p_{state}", None) for state in _STATES}
        known = {state: chance for state, chance in chances.items() if chance is not None}
        if known:
            record["probability"] = known
        record.setdefault("claim", "withheld")
    return records


def plain_value(value: object) -> Any:  # noqa: ANN401 - whatever JSON has
    """A value as JSON has it: no numpy, no NaN, six digits; what is missing is left out."""
    if isinstance(value, Mapping):
        plain = {str(key): plain_value(inner) for key, inner in value.items()}
        return {key: inner for key, inner in plain.items() if inner is not None}
    if isinstance(value, np.ndarray):
        return plain_value(value.tolist())
    if isinstance(value, list | tuple):
        return [plain_value(inner) for inner in value]
    if isinstance(value, date) and not pd.isna(value):
        return value.isoformat()[:10]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> bool | int | float | str | None:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else round_number(float(value), _DIGITS)
    return str(value)

"""How high something is rated: the middle of a scale, and what lies clearly above or below it."""

from __future__ import annotations

from typing import Literal, TypeAlias

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.rows import Row

__all__ = ["Height", "height_of", "middle"]

Height: TypeAlias = Literal["high", "middle", "low"]


def middle(row: Row) -> float:
    """The middle of the scale of a rating."""
    return (1 + float(row["points"])) / 2


def height_of(row: Row, name: str, settings: Settings) -> Height:
    """Whether a mean of a row is high or low: half the tolerance or more off the middle.

    >>> rows = [{"points": 5, "own": mean} for mean in (3.5, 3.4, 2.5)]
    >>> [height_of(row, "own", Settings()) for row in rows]
    ['high', 'middle', 'low']
    """
    off, margin = row[name] - middle(row), settings.tolerance_of(int(row["points"])) / 2
    return "high" if off >= margin else "low" if off <= -margin else "middle"

"""Rounding a number that is shown or saved."""

from __future__ import annotations

__all__ = ["format_number", "round_number"]


def round_number(value: float, digits: int) -> float:
    """The number with so many digits behind the point; a zero has no sign.

    Whether a small difference becomes 0.0 or -0.0 depends on the versions of Python and numpy,
    and the same inputs must give the same bytes.
    """
    return round(float(value), digits) + 0.0


def format_number(value: float, digits: int) -> str:
    """The number as text with so many digits behind the point; a zero has no sign."""
    return f"{round_number(value, digits):.{digits}f}"

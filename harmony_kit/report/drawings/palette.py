"""Every colour of a report; the style sheet repeats them, and a test compares.

Lenses differ in hue, in lightness and in shape, states in lightness as much as in hue: nothing
rests on telling red from green, and everything survives a grey printer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = [
    "BAD",
    "GOOD",
    "INK",
    "JOIN",
    "LENSES",
    "LINE",
    "PAPER",
    "SOFT",
    "STATES",
    "WARN",
    "WASH",
    "fade",
]

INK: Final = "#1c2430"
SOFT: Final = "#55606e"
LINE: Final = "#d9dee5"
JOIN: Final = "#9aa4b1"
WASH: Final = "#f4f6f8"
PAPER: Final = "#ffffff"

GOOD: Final = "#2f6b4f"
WARN: Final = "#8a5a00"
BAD: Final = "#9b2c2c"

#: The first and the second lens of an instrument.
LENSES: Final = ("#1b5e9b", "#b04f0b")

#: Understood is green, misunderstood is plum; the darker, the more there is to talk about.
STATES: Final[Mapping[str, str]] = {
    "shared_view": "#cfe0d6",
    "known_difference": "#6f9c86",
    "false_conflict": "#c39cc7",
    "false_consensus": "#6d2a66",
}


@cache
def fade(colour: str, share: float) -> str:
    """The colour mixed with white; a `share` of 1 leaves it as it is, 0 is white."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)

"""The marks every chart shares: one shape and one colour per lens.

A mark is full for what a lens says itself, hollow for what the other expects it to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import HALO, LABEL, SMALL, Drawing, Ink
from harmony_kit.report.drawings.palette import LENSES, LINE, PAPER, fade

__all__ = ["PALE", "Axis", "draw_label", "draw_mark", "lens_ink"]

#: How much colour is left to what is not certain.
PALE: Final = 0.45
_RADIUS: Final = 5.2


def draw_mark(
    sheet: Drawing,
    place: tuple[float, float],
    side: int,
    *,
    is_hollow: bool = False,
    strength: float = 1.0,
) -> None:
    """The mark of the first (0) or second (1) lens, a circle or a square."""
    colour = fade(LENSES[side], strength)
    ink = Ink(colour, 1.7, PAPER if is_hollow else colour)
    if side == 0:
        sheet.dot(place, _RADIUS + 1.2, HALO)
        sheet.dot(place, _RADIUS, ink)
        return
    half = _RADIUS * 0.88
    x, y = place
    sheet.box((x - half - 1.2, y - half - 1.2), (2 * half + 2.4, 2 * half + 2.4), HALO)
    sheet.box((x - half, y - half), (2 * half, 2 * half), ink)


def draw_label(
    sheet: Drawing, corner: tuple[float, float], width: float, words: str, *, note: str = ""
) -> float:
    """A label of at most two lines with a small note below; returns its height."""
    x, y = corner
    lines = LABEL.wrap(words, width)
    for i, line in enumerate(lines):
        sheet.text((x, y + 11 + 14 * i), line, LABEL)
    height = 14.0 * len(lines)
    for i, line in enumerate(SMALL.wrap(note, width, most=3 - len(lines))):
        sheet.text((x, y + height + 9.5 + 11.5 * i), line, SMALL)
        height += 11.5
    return height


@dataclass(frozen=True)
class Axis:
    """A rating scale laid from `left` to `right`: its points and the words at its two ends."""

    left: float
    right: float
    points: int
    low: str = ""
    high: str = ""

    def at(self, value: float) -> float:
        """Where a value lies."""
        return self.left + (value - 1) / (self.points - 1) * (self.right - self.left)

    def clip(self, value: float) -> float:
        """Where a value lies, or the nearer end of the scale."""
        return self.at(min(max(value, 1.0), float(self.points)))

    def draw_head(self, sheet: Drawing, y: float) -> None:
        """The numbers and the words at the ends, above `y`."""
        for point in range(1, self.points + 1):
            sheet.text((self.at(point), y), str(point), SMALL, anchor="middle")
        half = (self.right - self.left) / 2 - 6
        left, right = self.left - 3, self.right + 3
        sheet.text((left, y - 13), SMALL.fit(self.low, half), SMALL)
        high = SMALL.fit(self.high, half)
        sheet.text((right, y - 13), high, SMALL, anchor="end")

    def draw_grid(self, sheet: Drawing, top: float, bottom: float) -> None:
        """A hair line per point."""
        for point in range(1, self.points + 1):
            x = self.at(point)
            sheet.line([(x, top), (x, bottom)], Ink(LINE, 0.8))


def lens_ink(side: int, strength: float = 1.0, width: float = 1.4) -> Ink:
    """A line in the colour of a lens."""
    return Ink(fade(LENSES[side], strength), width)

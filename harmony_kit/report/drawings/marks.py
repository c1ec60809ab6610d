"""The marks every chart shares: one shape and one colour per lens.

A mark is full for what a lens says itself, hollow for what the other expects it to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import LABEL, SMALL, Drawing, Ink
from harmony_kit.report.drawings.palette import LENSES, LINE, PAPER, fade

__all__ = [
    "PALE",
    "Axis",
    "Heard",
    "draw_answers",
    "draw_interval",
    "draw_label",
    "draw_mark",
    "lens_ink",
]

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
    # The paper around a full mark keeps what lies below from touching it.
    ink, wider = (Ink(colour, 1.7, PAPER), 0.0) if is_hollow else (Ink(PAPER, 1.4, colour), 1.4)
    if side == 0:
        sheet.dot(place, _RADIUS + wider, ink)
        return
    half = _RADIUS * 0.88 + wider
    x, y = place
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
class Heard:
    """A mean as it is told: its 80 % interval, and how many gave each answer where that is told."""

    value: float
    low: float | None = None
    high: float | None = None
    counts: tuple[int, ...] = ()


def draw_interval(sheet: Drawing, ends: tuple[float, float], y: float, colour: str) -> None:
    """A thin line with a stroke at both ends."""
    low, high = ends
    lines = [((low, y), (high, y)), *(((x, y - 3), (x, y + 3)) for x in ends)]
    sheet.strokes(lines, Ink(colour, 1.2))


def draw_answers(
    sheet: Drawing,
    bars: Sequence[tuple[float, int]],
    foot: float,
    ink: Ink,
    *,
    is_downward: bool = False,
) -> None:
    """A small bar per point of a scale, the highest where most answered."""
    most = max((count for _, count in bars), default=0)
    for x, count in bars:
        if count:
            height = 11.0 * count / most
            sheet.box((x - 3, foot if is_downward else foot - height), (6, height), ink)


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

    @property
    def head_height(self) -> float:
        """How high the head is: the words at the two ends take the lines they need."""
        return 24.0 + 11.5 * max(len(lines) for lines in self._ends)

    @property
    def _ends(self) -> tuple[list[str], list[str]]:
        half = (self.right - self.left) / 2 - 6
        return SMALL.wrap(self.low, half, most=3), SMALL.wrap(self.high, half, most=3)

    def draw_head(self, sheet: Drawing, y: float) -> None:
        """The numbers and the words at the ends, above `y`."""
        for point in range(1, self.points + 1):
            sheet.text((self.at(point), y), str(point), SMALL, anchor="middle")
        low, high = self._ends
        for i, line in enumerate(low):
            sheet.text((self.left - 3, y - 13 - 11.5 * (len(low) - 1 - i)), line, SMALL)
        for i, line in enumerate(high):
            place = (self.right + 3, y - 13 - 11.5 * (len(high) - 1 - i))
            sheet.text(place, line, SMALL, anchor="end")

    def draw_grid(self, sheet: Drawing, top: float, bottom: float) -> None:
        """A hair line per point."""
        places = [self.at(point) for point in range(1, self.points + 1)]
        sheet.strokes([((x, top), (x, bottom)) for x in places], Ink(LINE, 0.8))


def lens_ink(side: int, strength: float = 1.0, width: float = 1.4) -> Ink:
    """A line in the colour of a lens."""
    return Ink(fade(LENSES[side], strength), width)

"""Readiness: per decision, what each side asks of the data, and what that allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import HEDGED, LABEL, SMALL, TITLE, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import draw_interval, draw_mark
from harmony_kit.report.drawings.palette import JOIN, LENSES, LINE, WASH, fade

__all__ = ["Check", "DecisionRow", "draw_readiness"]

_ROW, _HEAD, _LANES = 60.0, 24.0, (20.0, 42.0)
_MOST_LINES, _LINE = 6, 11.5


@dataclass(frozen=True)
class Check:
    """A lens's score on the checks it asks for, 0 to 1, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DecisionRow:
    """One decision: the score of each lens on its own checks, and what that allows.

    `reasons` are said in small letters below the verdict.
    """

    title: str
    checks: tuple[Check | None, Check | None]
    verdict: str
    is_open: bool
    reasons: str = ""


@dataclass(frozen=True)
class _Layout:
    """Where the scale lies, and where the words beside or below it begin."""

    width: float
    left: float
    right: float
    words: float

    @classmethod
    def of(cls, width: float) -> _Layout:
        """Words beside the scale, or below it on a narrow sheet."""
        if width < WIDTH:
            return cls(width, 10, width - 10, 0)
        return cls(width, 232, 472, 500)

    @property
    def is_narrow(self) -> bool:
        return self.width < WIDTH

    @property
    def label_room(self) -> float:
        return self.width if self.is_narrow else self.left - 24

    def reasons(self, row: DecisionRow) -> list[str]:
        return SMALL.wrap(row.reasons, self.width - self.words, most=_MOST_LINES)

    def above(self, row: DecisionRow) -> float:
        """The height of a title that stands above its lanes."""
        return 6 + 14.0 * len(LABEL.wrap(row.title, self.width, most=3)) if self.is_narrow else 0.0

    def height(self, row: DecisionRow) -> float:
        words = 34 + _LINE * len(self.reasons(row))
        return self.above(row) + (_ROW + words if self.is_narrow else max(_ROW, words))


def draw_readiness(
    rows: Sequence[DecisionRow], *, left: str, right: str, width: float = WIDTH
) -> Drawing:
    """One row per decision, one lane per lens; right of the middle line its checks are cleared.

    `left` and `right` name the two halves.
    """
    layout = _Layout.of(width)
    heights = [layout.height(row) for row in rows]
    bottom = _HEAD + sum(heights)
    sheet = Drawing(bottom + 4, width)
    half = (layout.right - layout.left) / 2
    sheet.text((layout.left, _HEAD - 8), SMALL.fit(left, half - 6), SMALL)
    sheet.text((layout.right, _HEAD - 8), SMALL.fit(right, half - 6), SMALL, anchor="end")
    top = _HEAD
    for row, height in zip(rows, heights, strict=True):
        _draw_row(sheet, row, layout, top)
        top += height
    sheet.line([(0, bottom), (width, bottom)], Ink(LINE, 0.8))
    return sheet


def _draw_row(sheet: Drawing, row: DecisionRow, layout: _Layout, top: float) -> None:
    sheet.line([(0, top), (layout.width, top)], Ink(LINE, 0.8))
    for i, line in enumerate(LABEL.wrap(row.title, layout.label_room, most=3)):
        sheet.text((0, top + 19 + 14 * i), line, LABEL)
    lanes_top = top + layout.above(row)
    foot = lanes_top + _ROW if layout.is_narrow else top + layout.height(row)
    middle, half = (layout.left + layout.right) / 2, (layout.right - layout.left) / 2
    sheet.box((middle, lanes_top + 1), (half, foot - lanes_top - 1), Ink(None, fill=WASH))
    sheet.line([(middle, lanes_top + 1), (middle, foot)], Ink(JOIN, 1.2))
    for side, check in enumerate(row.checks):
        _draw_check(sheet, check, layout, (side, lanes_top + _LANES[side]))
    letters = HEDGED if row.is_open else TITLE
    words_top = foot if layout.is_narrow else top + 4
    room = layout.width - layout.words
    sheet.text((layout.words, words_top + 14), letters.fit(row.verdict, room), letters)
    for i, line in enumerate(layout.reasons(row)):
        sheet.text((layout.words, words_top + 28 + _LINE * i), line, SMALL)


def _draw_check(
    sheet: Drawing, check: Check | None, layout: _Layout, lane: tuple[int, float]
) -> None:
    side, y = lane
    sheet.line([(layout.left, y), (layout.right, y)], Ink(LINE, 0.8))
    if check is not None:
        reach = layout.right - layout.left
        at = [layout.left + part * reach for part in (check.low, check.value, check.high)]
        draw_interval(sheet, (at[0], at[2]), y, fade(LENSES[side], 0.75))
        draw_mark(sheet, (at[1], y), side)

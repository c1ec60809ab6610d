"""Readiness: per decision, what each side asks of the data, and what that allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import HEDGED, LABEL, SMALL, TITLE, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import draw_mark, lens_ink
from harmony_kit.report.drawings.palette import JOIN, LINE, WASH

__all__ = ["Check", "DecisionRow", "draw_readiness"]

_LEFT, _RIGHT = 232.0, 472.0
_WORDS = 500.0
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


def draw_readiness(rows: Sequence[DecisionRow], *, left: str, right: str) -> Drawing:
    """One row per decision, one lane per lens; right of the middle line its checks are cleared.

    `left` and `right` name the two halves.
    """
    heights = [max(_ROW, 34 + _LINE * len(_lines(row))) for row in rows]
    bottom = _HEAD + sum(heights)
    sheet = Drawing(bottom + 4)
    middle, half = (_LEFT + _RIGHT) / 2, (_RIGHT - _LEFT) / 2
    sheet.box((middle, _HEAD), (half, bottom - _HEAD), Ink(None, fill=WASH))
    sheet.text((_LEFT, _HEAD - 8), SMALL.fit(left, half - 6), SMALL)
    sheet.text((_RIGHT, _HEAD - 8), SMALL.fit(right, half - 6), SMALL, anchor="end")
    sheet.line([(middle, _HEAD - 4), (middle, bottom)], Ink(JOIN, 1.2))
    top = _HEAD
    for row, height in zip(rows, heights, strict=True):
        _draw_row(sheet, row, top)
        top += height
    sheet.line([(0, bottom), (WIDTH, bottom)], Ink(LINE, 0.8))
    return sheet


def _lines(row: DecisionRow) -> list[str]:
    return SMALL.wrap(row.reasons, WIDTH - _WORDS, most=_MOST_LINES)


def _draw_row(sheet: Drawing, row: DecisionRow, top: float) -> None:
    sheet.line([(0, top), (WIDTH, top)], Ink(LINE, 0.8))
    for i, line in enumerate(LABEL.wrap(row.title, _LEFT - 24, most=3)):
        sheet.text((0, top + 19 + 14 * i), line, LABEL)
    for side, check in enumerate(row.checks):
        y = top + _LANES[side]
        sheet.line([(_LEFT, y), (_RIGHT, y)], Ink(LINE, 0.8))
        if check is not None:
            at = [_LEFT + part * (_RIGHT - _LEFT) for part in (check.low, check.value, check.high)]
            sheet.line([(at[0], y), (at[2], y)], lens_ink(side, 0.5, 2.2))
            draw_mark(sheet, (at[1], y), side)
    letters = HEDGED if row.is_open else TITLE
    sheet.text((_WORDS, top + 18), letters.fit(row.verdict, WIDTH - _WORDS), letters)
    for i, line in enumerate(_lines(row)):
        sheet.text((_WORDS, top + 32 + _LINE * i), line, SMALL)

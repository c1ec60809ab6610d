"""Choices: what each side puts first, back to back, with what the other expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import (
    NOTE,
    SMALL,
    TITLE,
    VERDICT,
    WIDTH,
    Anchor,
    Drawing,
    Ink,
)
from harmony_kit.report.drawings.marks import draw_mark
from harmony_kit.report.drawings.palette import LENSES, LINE, fade

__all__ = ["ChoiceHead", "ChoiceRow", "Chosen", "draw_choices"]

#: The words stand in the middle, the bars grow outwards.
_MIDDLE, _HALF = WIDTH / 2, 112.0
_REACH = 208.0
_DIGITS = 26.0
_ROW, _HEAD = 27.0, 36.0
_STACKED = 58.0


@dataclass(frozen=True)
class Chosen:
    """How much an option is chosen, 0 to 1, and how that is said beside the bar."""

    weight: float
    said: str


@dataclass(frozen=True)
class ChoiceRow:
    """One option: how much each lens chooses it, and what the other lens expects there.

    `expected[0]` is what the second lens expects of the first; None where too few answered.
    """

    label: str
    own: tuple[Chosen | None, Chosen | None]
    expected: tuple[Chosen | None, Chosen | None]


@dataclass(frozen=True)
class ChoiceHead:
    """The words above the two halves: whose choice it is, and what the outline means."""

    own: tuple[str, str]
    expected: tuple[str, str]


def draw_choices(rows: Sequence[ChoiceRow], head: ChoiceHead, *, width: float = WIDTH) -> Drawing:
    """One row per option, a full bar per lens outwards; the outline is what the other expects.

    On a narrow sheet the two bars stand below each other, so that both are seen.
    """
    if width < WIDTH:
        return _draw_stacked(rows, head, width)
    sheet = Drawing(_HEAD + _ROW * len(rows) + 6)
    for side in (0, 1):
        _draw_head(sheet, head, side)
    most = _most(rows)
    for i, row in enumerate(rows):
        top = _HEAD + _ROW * i
        sheet.line([(0, top), (WIDTH, top)], Ink(LINE, 0.8))
        for side in (0, 1):
            _draw_bars(sheet, row, (side, top), most)
        lines = VERDICT.wrap(row.label, 2 * _HALF - 12)
        for j, line in enumerate(lines):
            y = top + 17.5 - 6 * (len(lines) - 1) + 12 * j
            sheet.text((_MIDDLE, y), line, VERDICT, anchor="middle")
    return sheet


def _most(rows: Sequence[ChoiceRow]) -> float:
    weights = [one.weight for row in rows for one in (*row.own, *row.expected) if one]
    return max(weights, default=1.0) or 1.0


def _draw_stacked(rows: Sequence[ChoiceRow], head: ChoiceHead, width: float) -> Drawing:
    labels = [VERDICT.wrap(row.label, width) for row in rows]
    heights = [_STACKED + 13 * len(lines) for lines in labels]
    sheet = Drawing(2 * _HEAD + sum(heights) + 6, width)
    for side in (0, 1):
        y = _HEAD * side
        draw_mark(sheet, (6, y + 10), side)
        sheet.text((18, y + 14), TITLE.fit(head.own[side], width - 18), TITLE)
        sheet.text((18, y + 28), SMALL.fit(head.expected[side], width - 18), SMALL)
    top = 2 * _HEAD
    for row, lines, height in zip(rows, labels, heights, strict=True):
        sheet.line([(0, top), (width, top)], Ink(LINE, 0.8))
        for i, line in enumerate(lines):
            sheet.text((0, top + 14 + 13 * i), line, VERDICT)
        for side in (0, 1):
            foot = top + 10 + 13 * len(lines) + 22 * side
            _draw_stacked_bar(sheet, row, (side, foot), (width - 110) / _most(rows))
        top += height
    return sheet


def _draw_stacked_bar(
    sheet: Drawing, row: ChoiceRow, place: tuple[int, float], scale: float
) -> None:
    side, y = place
    own, expected, reach = row.own[side], row.expected[side], 0.0
    if own is not None:
        reach = own.weight * scale
        sheet.box((0, y + 2), (reach, 10), Ink(None, fill=fade(LENSES[side], 0.85)))
    if expected is not None:
        outline = expected.weight * scale
        sheet.box((0.6, y - 1), (outline, 16), Ink(LENSES[side], 1.2, None, "3 2"))
        reach = max(reach, outline)
    if own is not None:
        words = NOTE.fit(own.said, sheet.width - reach - 6)
        sheet.text((reach + 6, y + 10.5), words, NOTE)


def _draw_head(sheet: Drawing, head: ChoiceHead, side: int) -> None:
    sign, anchor = _way(side)
    x = _MIDDLE + sign * (_HALF + 6)
    draw_mark(sheet, (x, 10), side)
    own = TITLE.fit(head.own[side], _REACH - 16)
    sheet.text((x + sign * 12, 14), own, TITLE, anchor=anchor)
    expected = SMALL.fit(head.expected[side], _REACH - 16)
    sheet.text((x + sign * 12, 28), expected, SMALL, anchor=anchor)


def _draw_bars(sheet: Drawing, row: ChoiceRow, place: tuple[int, float], most: float) -> None:
    side, top = place
    own, expected = row.own[side], row.expected[side]
    sign, anchor = _way(side)
    colour = LENSES[side]
    start = _MIDDLE + sign * _HALF
    own_length, outline = (_length(value, most) for value in (own, expected))
    if own is not None:
        corner = (min(start, start + sign * own_length), top + 8.5)
        sheet.box(corner, (own_length, 10), Ink(None, fill=fade(colour, 0.85)))
    if expected is not None:
        corner = (min(start, start + sign * outline), top + 4.5)
        sheet.box(corner, (outline, 18), Ink(colour, 1.2, None, "3 2"))
    if own is not None:
        # Beside its own bar, or beyond an outline that would run through the digits.
        room = max(_DIGITS, NOTE.width(own.said) + 10)
        is_free = outline <= own_length or outline > own_length + room
        reach = own_length if is_free else outline
        words = NOTE.fit(own.said, WIDTH / 2 - _HALF - reach - 6)
        sheet.text((start + sign * (reach + 6), top + 17), words, NOTE, anchor=anchor)


def _length(chosen: Chosen | None, most: float) -> float:
    return 0.0 if chosen is None else chosen.weight / most * (_REACH - 40)


def _way(side: int) -> tuple[int, Anchor]:
    """Which way a half grows, and where its words are held."""
    return (1, "start") if side else (-1, "end")

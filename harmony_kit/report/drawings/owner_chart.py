"""Owners: who answers for what, in the eyes of either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import HEDGED, TINY, TITLE, VERDICT, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import PALE, draw_label, draw_mark
from harmony_kit.report.drawings.palette import JOIN, LINE, WASH

__all__ = ["OwnerRow", "draw_owners"]

_LEFT, _RIGHT = 196.0, 592.0
_ROW, _HEAD = 36.0, 44.0
_LISTED = 64.0


@dataclass(frozen=True)
class OwnerRow:
    """One duty: the option most of each lens names (None if too few), and how they meet.

    `is_sure` tells per lens whether its answer is certain enough to be claimed.
    """

    label: str
    owners: tuple[str | None, str | None]
    is_sure: tuple[bool, bool]
    verdict: str
    is_open: bool


def draw_owners(
    rows: Sequence[OwnerRow], options: Sequence[tuple[str, str]], *, width: float = WIDTH
) -> Drawing:
    """One row per duty, one column per possible owner, one mark per lens.

    `options` are ids and labels. Both marks in one cell is agreement; where they are not, a line
    joins them. A mark is pale where the lens has no clear majority. On a narrow sheet, which has
    no room for columns, the owner stands in words beside each mark.
    """
    if width < WIDTH:
        return _draw_listed(rows, dict(options), width)
    sheet = Drawing(_HEAD + _ROW * len(rows) + 4)
    step = (_RIGHT - _LEFT) / len(options)
    for i, (_, label) in enumerate(options):
        x = _LEFT + step * i
        if i % 2 == 0:
            sheet.box((x, 0), (step, _HEAD + _ROW * len(rows)), Ink(None, fill=WASH))
        lines = TINY.wrap(label, step - 6, most=3)
        for j, line in enumerate(lines):
            y = _HEAD - 8 - 10.5 * (len(lines) - 1 - j)
            sheet.text((x + step / 2, y), line, TINY, anchor="middle")
    column = {option: _LEFT + step * (i + 0.5) for i, (option, _) in enumerate(options)}
    for i, row in enumerate(rows):
        _draw_row(sheet, row, column, _HEAD + _ROW * i)
    return sheet


def _draw_listed(rows: Sequence[OwnerRow], names: dict[str, str], width: float) -> Drawing:
    heads = [draw_label(Drawing(0), (0, 0), width, row.label) for row in rows]
    sheet = Drawing(sum(heads) + _LISTED * len(rows) + 4, width)
    top = 0.0
    for row, head in zip(rows, heads, strict=True):
        sheet.line([(0, top), (width, top)], Ink(LINE, 0.8))
        y = top + 4 + draw_label(sheet, (0, top + 4), width, row.label)
        for side, owner in enumerate(row.owners):
            y += 17
            if owner is not None:
                strength = 1.0 if row.is_sure[side] else PALE
                draw_mark(sheet, (7, y - 4), side, strength=strength)
                sheet.text((18, y), VERDICT.fit(names.get(owner, owner), width - 18), VERDICT)
        letters = HEDGED if row.is_open else TITLE
        sheet.text((0, y + 17), letters.fit(row.verdict, width), letters)
        top += head + _LISTED
    return sheet


def _draw_row(sheet: Drawing, row: OwnerRow, column: dict[str, float], top: float) -> None:
    y = top + _ROW / 2
    sheet.line([(0, top), (WIDTH, top)], Ink(LINE, 0.8))
    draw_label(sheet, (0, top + 5), _LEFT - 16, row.label)
    first, second = (None if owner is None else column.get(owner) for owner in row.owners)
    is_together = first is not None and first == second
    places = [(first, -8.0), (second, 8.0)] if is_together else [(first, 0.0), (second, 0.0)]
    if first is not None and second is not None and not is_together:
        sheet.line([(first, y), (second, y)], Ink(JOIN, 1.2))
    for side, (x, shift) in enumerate(places):
        if x is not None:
            strength = 1.0 if row.is_sure[side] else PALE
            draw_mark(sheet, (x + shift, y), side, strength=strength)
    words = VERDICT.wrap(row.verdict, WIDTH - _RIGHT - 14)
    for i, line in enumerate(words):
        letters = HEDGED if row.is_open else VERDICT
        place = (_RIGHT + 14, y + 4 - 6.5 * (len(words) - 1) + 13 * i)
        sheet.text(place, line, letters)

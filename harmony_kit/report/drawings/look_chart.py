"""Looks: what one side expected of the other, and what the other really says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import NOTE, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import Axis, draw_label, draw_mark, lens_ink
from harmony_kit.report.drawings.palette import LENSES, LINE, fade

__all__ = ["LookRow", "draw_looks"]

_LEFT, _RIGHT = 262.0, 590.0
_CERTAINTY = 612.0
_ROW, _HEAD, _LANES = 46.0, 34.0, (15.5, 30.5)


@dataclass(frozen=True)
class LookRow:
    """The lens `side` (0 or 1) looking at the other on one topic; means on a scale of `points`.

    `certainty` is said in short words.
    """

    label: str
    points: int
    low: str
    high: str
    tolerance: float
    side: int
    own: float
    estimate: float
    other_own: float
    certainty: str = ""
    note: str = ""

    @property
    def scale(self) -> Axis:
        """Where its values lie on the sheet."""
        return Axis(_LEFT, _RIGHT, self.points, self.low, self.high)


def draw_looks(rows: Sequence[LookRow]) -> Drawing:
    """One row per topic: the looker's own view, what it expects of the other, what that says.

    In the upper lane stands the looker's own view, with the band of the tolerance around it; in
    the lower one an arrow runs from what it expects (hollow) to what is said (full). The scale is
    drawn anew where it changes.
    """
    heads = {i for i, row in enumerate(rows) if i == 0 or row.scale != rows[i - 1].scale}
    sheet = Drawing(_ROW * len(rows) + _HEAD * len(heads) + 4)
    y = 0.0
    for i, row in enumerate(rows):
        if i in heads:
            row.scale.draw_head(sheet, y + _HEAD - 7)
            y += _HEAD
        _draw_row(sheet, row, y)
        y += _ROW
    sheet.line([(0, y), (WIDTH, y)], Ink(LINE, 0.8))
    return sheet


def _draw_row(sheet: Drawing, row: LookRow, top: float) -> None:
    above, below = top + _LANES[0], top + _LANES[1]
    other, scale = 1 - row.side, row.scale
    sheet.line([(0, top), (WIDTH, top)], Ink(LINE, 0.8))
    scale.draw_grid(sheet, top, top + _ROW)
    draw_label(sheet, (0, top + 5), _LEFT - 24, row.label, note=row.note)
    left, right = (scale.clip(row.own + sign * row.tolerance) for sign in (-1, 1))
    band = Ink(None, fill=fade(LENSES[row.side], 0.13))
    sheet.box((left, top + 6), (right - left, _ROW - 12), band, radius=6)
    expected, said = scale.at(row.estimate), scale.at(row.other_own)
    # The head of the arrow must end before the mark it points at.
    gap = 7.0 if said > expected else -7.0
    if abs(said - expected) > abs(gap):
        sheet.arrow((expected, below), (said - gap, below), lens_ink(other))
    draw_mark(sheet, (scale.at(row.own), above), row.side)
    draw_mark(sheet, (expected, below), other, is_hollow=True)
    draw_mark(sheet, (said, below), other)
    words = NOTE.fit(row.certainty, WIDTH - _CERTAINTY)
    sheet.text((_CERTAINTY, top + _ROW / 2 + 3.8), words, NOTE)

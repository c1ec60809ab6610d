"""Ratings: what each side says itself, where nobody was asked what the other would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import (
    Axis,
    Heard,
    draw_answers,
    draw_interval,
    draw_label,
    draw_mark,
)
from harmony_kit.report.drawings.palette import INK, JOIN, LENSES, LINE, fade

__all__ = ["RatingRow", "draw_ratings"]

_ROW: Final = 48.0
_HIGH: Final = 74.0


@dataclass(frozen=True)
class RatingRow:
    """One topic: its scale, and what each lens says; None where too few answered."""

    label: str
    points: int
    low: str
    high: str
    own: tuple[Heard | None, Heard | None]
    note: str = ""

    @property
    def height(self) -> float:
        """Higher where answers are shown."""
        return _HIGH if any(one is not None and one.counts for one in self.own) else _ROW

    def axis(self, width: float) -> Axis:
        """Where its values lie: right of the labels, or below them on a narrow sheet."""
        left, right = (262, width - 30) if width >= WIDTH else (12, width - 12)
        return Axis(left, right, self.points, self.low, self.high)


def draw_ratings(rows: Sequence[RatingRow], *, width: float = WIDTH) -> Drawing:
    """One row per topic, a lane per lens; a line joins the two marks, upright where they agree."""
    axes = [row.axis(width) for row in rows]
    heads = {i: axes[i].head_height for i in range(len(rows)) if i == 0 or axes[i] != axes[i - 1]}
    tops = [_measure_label(row, width) for row in rows]
    height = sum(heads.values()) + sum(tops) + sum(row.height for row in rows)
    sheet = Drawing(height + 4, width)
    y = 0.0
    for i, row in enumerate(rows):
        if i in heads:
            y += heads[i]
            axes[i].draw_head(sheet, y - 7)
        sheet.line([(0, y), (width, y)], Ink(INK, 0.6))
        room = axes[i].left - 34 if width >= WIDTH else width
        draw_label(sheet, (0, y + 6), room, row.label, note=row.note)
        _draw_lanes(sheet, row, axes[i], y + tops[i])
        y += tops[i] + row.height
    sheet.line([(0, y), (width, y)], Ink(LINE, 0.8))
    return sheet


def _measure_label(row: RatingRow, width: float) -> float:
    """The height a label takes above its lanes; beside them it takes none."""
    if width >= WIDTH:
        return 0.0
    return draw_label(Drawing(0), (0, 0), width, row.label, note=row.note) + 8


def _draw_lanes(sheet: Drawing, row: RatingRow, axis: Axis, top: float) -> None:
    axis.draw_grid(sheet, top + 1, top + row.height)
    lanes = (top + row.height / 2 - 9, top + row.height / 2 + 9)
    first, second = row.own
    if first is not None and second is not None:
        places = [(axis.at(one.value), y) for one, y in zip((first, second), lanes, strict=True)]
        sheet.line(places, Ink(JOIN, 1.2))
    for side, (heard, y) in enumerate(zip(row.own, lanes, strict=True)):
        if heard is None:
            continue
        if heard.low is not None and heard.high is not None:
            ends = (axis.at(heard.low), axis.at(heard.high))
            draw_interval(sheet, ends, y, fade(LENSES[side], 0.75))
        bars = [(axis.at(point), count) for point, count in enumerate(heard.counts, start=1)]
        ink = Ink(None, fill=fade(LENSES[side], 0.45))
        draw_answers(sheet, bars, y + 8 if side else y - 8, ink, is_downward=bool(side))
        draw_mark(sheet, (axis.at(heard.value), y), side)

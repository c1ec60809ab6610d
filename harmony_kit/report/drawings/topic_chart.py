"""Topics: what each side says, and what the other expects it to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import HEDGED, SMALL, VERDICT, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import PALE, Axis, draw_label, draw_mark, lens_ink
from harmony_kit.report.drawings.palette import JOIN, LENSES, LINE, fade

__all__ = ["TopicLook", "TopicRow", "draw_topics"]

_LEFT, _RIGHT = 222.0, 524.0
_VERDICT = 546.0
_ROW, _HEAD, _LANES = 50.0, 34.0, (16.0, 34.0)


@dataclass(frozen=True)
class TopicLook:
    """One lens looking at the other.

    Attributes
    ----------
    own
        Mean of what it says itself; None where too few answered.
    estimate
        Mean of what it expects the other lens to say; None where too few answered.
    verdict
        Short words for how it reads the other; empty where there is nothing to say.
    is_open
        Whether nothing may be claimed about that.
    """

    own: float | None = None
    estimate: float | None = None
    verdict: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class TopicRow:
    """One topic: its scale, the tolerance in points, and how either lens looks at it."""

    label: str
    points: int
    low: str
    high: str
    tolerance: float
    looks: tuple[TopicLook, TopicLook]
    note: str = ""

    @property
    def scale(self) -> Axis:
        """Where its values lie on the sheet."""
        return Axis(_LEFT, _RIGHT, self.points, self.low, self.high)


def draw_topics(rows: Sequence[TopicRow], *, verdicts: str) -> Drawing:
    """One row per topic, one lane per lens; `verdicts` heads the column of short words.

    In the lane of a lens the full mark is what it says, the hollow one what the other expects it
    to say, and the band is the tolerance: a hollow mark inside it was a good guess. A line joins
    the two full marks: upright where the lenses agree. The scale is drawn anew where it changes.
    """
    heads = {i for i, row in enumerate(rows) if i == 0 or row.scale != rows[i - 1].scale}
    sheet = Drawing(_ROW * len(rows) + _HEAD * len(heads) + 4)
    y = 0.0
    for i, row in enumerate(rows):
        if i in heads:
            row.scale.draw_head(sheet, y + _HEAD - 7)
            said = SMALL.fit(verdicts, WIDTH - _VERDICT + 8) if i == 0 else ""
            sheet.text((_VERDICT - 8, y + _HEAD - 7), said, SMALL)
            y += _HEAD
        _draw_row(sheet, row, y)
        y += _ROW
    sheet.line([(0, y), (WIDTH, y)], Ink(LINE, 0.8))
    return sheet


def _draw_row(sheet: Drawing, row: TopicRow, top: float) -> None:
    sheet.line([(0, top), (WIDTH, top)], Ink(LINE, 0.8))
    row.scale.draw_grid(sheet, top, top + _ROW)
    draw_label(sheet, (0, top + 6), _LEFT - 24, row.label, note=row.note)
    for side in (0, 1):
        _draw_band(sheet, row, side, top + _LANES[side])
    first, second = (look.own for look in row.looks)
    if first is not None and second is not None:
        places = zip((first, second), _LANES, strict=True)
        sheet.line([(row.scale.at(own), top + y) for own, y in places], Ink(JOIN, 1.2))
    for side in (0, 1):
        _draw_lane(sheet, row, side, top + _LANES[side])
        _draw_verdict(sheet, row.looks[side], side, top + _LANES[side])


def _draw_band(sheet: Drawing, row: TopicRow, side: int, y: float) -> None:
    own, scale = row.looks[side].own, row.scale
    if own is not None:
        left, right = scale.clip(own - row.tolerance), scale.clip(own + row.tolerance)
        band = Ink(None, fill=fade(LENSES[side], 0.13))
        sheet.box((left, y - 5.5), (right - left, 11), band, radius=5.5)


def _draw_lane(sheet: Drawing, row: TopicRow, side: int, y: float) -> None:
    """The view of one lens, and what the other takes it to be."""
    own, other, scale = row.looks[side].own, row.looks[1 - side], row.scale
    strength = PALE if other.is_open else 1.0
    if own is not None and other.estimate is not None:
        ends = [(scale.at(own), y), (scale.at(other.estimate), y)]
        sheet.line(ends, lens_ink(side, strength))
    if other.estimate is not None:
        place = (scale.at(other.estimate), y)
        draw_mark(sheet, place, side, is_hollow=True, strength=strength)
    if own is not None:
        draw_mark(sheet, (scale.at(own), y), side)


def _draw_verdict(sheet: Drawing, look: TopicLook, side: int, y: float) -> None:
    if not look.verdict:
        return
    draw_mark(sheet, (_VERDICT, y), side, strength=PALE if look.is_open else 1.0)
    words = VERDICT.fit(look.verdict, WIDTH - _VERDICT - 12)
    letters = HEDGED if look.is_open else VERDICT
    sheet.text((_VERDICT + 12, y + 3.8), words, letters)

"""Topics: how one side looks at the other, a row per direction.

In the upper lane stands what the side that looks says itself, with the band of what is close to
it; in the lower one an arrow runs from what it expects of the other side (hollow) to what that
says (full). So everything a row says, its verdict too, is about one direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import (
    HEDGED,
    SMALL,
    VERDICT,
    WIDTH,
    Drawing,
    Ink,
)
from harmony_kit.report.drawings.marks import (
    PALE,
    Axis,
    Heard,
    draw_answers,
    draw_interval,
    draw_label,
    draw_mark,
    lens_ink,
)
from harmony_kit.report.drawings.palette import INK, LENSES, LINE, SOFT, fade

__all__ = ["TopicKey", "TopicLook", "TopicRow", "draw_topics"]

_WORDS: Final = 12.0
_LINE: Final = 14.0


@dataclass(frozen=True)
class TopicLook:
    """The lens `side` (0 or 1) looking at the other; a part is None where too few answered.

    Attributes
    ----------
    own, estimate, said
        What it says itself, what it expects of the other lens, and what that says.
    verdict
        Short words for how it reads the other; empty where there is nothing to say.
    is_open
        Whether nothing may be claimed about that.
    """

    side: int
    own: Heard | None = None
    estimate: Heard | None = None
    said: Heard | None = None
    verdict: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class TopicRow:
    """One topic: its scale, what counts as close in points, and one look or both."""

    label: str
    points: int
    low: str
    high: str
    tolerance: float
    looks: tuple[TopicLook, ...]
    note: str = ""


@dataclass(frozen=True)
class TopicKey:
    """The names of what is no mark: the band, an interval, bars of answers."""

    band: str
    interval: str
    answers: str


@dataclass(frozen=True)
class _Layout:
    """Where things stand: beside each other on a wide sheet, below each other on a narrow one."""

    width: float
    left: float
    right: float
    words: float
    lanes: tuple[float, float]
    height: float

    @classmethod
    def of(cls, rows: Sequence[TopicRow], width: float) -> _Layout:
        """Rows with answers to show are higher."""
        heard = (part for row in rows for look in row.looks for part in (look.own, look.estimate))
        is_high = any(part is not None and part.counts for part in heard)
        lanes, height = ((21.0, 37.0), 58.0) if is_high else ((13.0, 28.0), 41.0)
        if width < WIDTH:
            return cls(width, 12, width - 12, 8, lanes, height + 20)
        return cls(width, 222, 524, 546, lanes, height)

    @property
    def is_narrow(self) -> bool:
        return self.width < WIDTH

    def axis(self, row: TopicRow) -> Axis:
        return Axis(self.left, self.right, row.points, row.low, row.high)

    def label_height(self, row: TopicRow) -> float:
        """How high the label stands above its rows; beside them it needs none."""
        if not self.is_narrow:
            return 0.0
        return draw_label(Drawing(0), (0, 0), self.width, row.label, note=row.note) + 10


def draw_topics(
    rows: Sequence[TopicRow],
    *,
    verdicts: str,
    key: TopicKey | None,
    width: float = WIDTH,
) -> Drawing:
    """One row per topic and look; `verdicts` heads the column of short words.

    The scale is drawn anew where it changes. A picture that goes on from another has no `key`.
    """
    layout = _Layout.of(rows, width)
    axes = [layout.axis(row) for row in rows]
    heads = {i: axes[i].head_height for i in range(len(rows)) if i == 0 or axes[i] != axes[i - 1]}
    key_height = 0.0 if key is None else _measure_key(rows, layout)
    heights = [layout.label_height(row) + layout.height * len(row.looks) for row in rows]
    sheet = Drawing(sum(heights) + sum(heads.values()) + key_height + 4, width)
    if key is not None:
        _draw_key(sheet, rows, key, layout)
    y = key_height
    for i, (row, height) in enumerate(zip(rows, heights, strict=True)):
        if i in heads:
            y += heads[i]
            axes[i].draw_head(sheet, y - 7)
            if i == 0 and not layout.is_narrow:
                said = SMALL.fit(verdicts, width - layout.words + 6)
                sheet.text((layout.words - 6, y - 7), said, SMALL)
        _draw_row(sheet, row, layout, y)
        y += height
    sheet.line([(0, y), (width, y)], Ink(LINE, 0.8))
    return sheet


def _has_answers(rows: Sequence[TopicRow]) -> bool:
    return any(look.own and look.own.counts for row in rows for look in row.looks)


def _measure_key(rows: Sequence[TopicRow], layout: _Layout) -> float:
    return 18.0 * (2 + _has_answers(rows)) + 2 if layout.is_narrow else 18.0


def _draw_key(sheet: Drawing, rows: Sequence[TopicRow], key: TopicKey, layout: _Layout) -> None:
    """A sample of the band, an interval and bars, each with its name."""
    side = rows[0].looks[0].side if rows else 0
    samples = [key.band, key.interval, *([key.answers] if _has_answers(rows) else [])]
    step = layout.width / len(samples)
    for i, words in enumerate(samples):
        x, y = (4.0, 9.0 + 18 * i) if layout.is_narrow else (4.0 + step * i, 9.0)
        if i == 0:
            _draw_band(sheet, (x, y - 6), (24, 12), side)
        elif i == 1:
            draw_interval(sheet, (x, x + 24), y, SOFT)
        else:
            draw_answers(sheet, [(x + 4, 3), (x + 12, 6), (x + 20, 2)], y + 5, Ink(None, fill=SOFT))
        room = (layout.width if layout.is_narrow else step) - 38
        sheet.text((x + 31, y + 3.5), SMALL.fit(words, room), SMALL)


def _draw_band(
    sheet: Drawing, corner: tuple[float, float], size: tuple[float, float], side: int
) -> None:
    """What is close: washed, and dashed at its two ends so that it looks like no interval."""
    x, y = corner
    sheet.box(corner, size, Ink(None, fill=fade(LENSES[side], 0.1)))
    ends = [((end, y), (end, y + size[1])) for end in (x, x + size[0])]
    sheet.strokes(ends, Ink(fade(LENSES[side], 0.6), dash="2 2"))


def _draw_row(sheet: Drawing, row: TopicRow, layout: _Layout, top: float) -> None:
    sheet.line([(0, top), (layout.width, top)], Ink(INK, 0.6))
    room = layout.width if layout.is_narrow else layout.left - 24
    draw_label(sheet, (0, top + 6), room, row.label, note=row.note)
    y = top + layout.label_height(row)
    for i, look in enumerate(row.looks):
        if i and not layout.is_narrow:
            sheet.line([(layout.left - 10, y), (layout.width, y)], Ink(LINE, 0.8))
        _draw_look(sheet, row, look, layout, y)
        y += layout.height


def _draw_look(sheet: Drawing, row: TopicRow, look: TopicLook, layout: _Layout, top: float) -> None:
    axis, other = layout.axis(row), 1 - look.side
    above, below = (top + lane for lane in layout.lanes)
    foot = top + layout.height - (20 if layout.is_narrow else 0)
    if look.own is not None:
        ends = [axis.clip(look.own.value + sign * row.tolerance) for sign in (-1, 1)]
        _draw_band(sheet, (ends[0], top + 3), (ends[1] - ends[0], foot - top - 6), look.side)
    axis.draw_grid(sheet, top + 1, foot)
    _draw_spread(sheet, look.own, axis, (above, look.side))
    _draw_spread(sheet, look.estimate, axis, (below, other), is_hollow=True)
    _draw_arrow(sheet, look, axis, below)
    if look.own is not None:
        draw_mark(sheet, (axis.at(look.own.value), above), look.side)
    for heard, is_hollow in ((look.estimate, True), (look.said, False)):
        if heard is not None:
            draw_mark(sheet, (axis.at(heard.value), below), other, is_hollow=is_hollow)
    middle = foot + 9 if layout.is_narrow else top + layout.height / 2
    _draw_verdict(sheet, look, (layout.words, middle))


def _draw_spread(
    sheet: Drawing,
    heard: Heard | None,
    axis: Axis,
    lane: tuple[float, int],
    *,
    is_hollow: bool = False,
) -> None:
    """The interval of a mean, and the answers behind it: above the upper lane, below the lower."""
    if heard is None:
        return
    y, side = lane
    if heard.low is not None and heard.high is not None:
        draw_interval(sheet, (axis.at(heard.low), axis.at(heard.high)), y, fade(LENSES[side], 0.75))
    bars = [(axis.at(point), count) for point, count in enumerate(heard.counts, start=1)]
    colour = fade(LENSES[side], 0.45)
    ink = Ink(colour, 1.2) if is_hollow else Ink(None, fill=colour)
    draw_answers(sheet, bars, y + 8 if is_hollow else y - 8, ink, is_downward=is_hollow)


def _draw_arrow(sheet: Drawing, look: TopicLook, axis: Axis, y: float) -> None:
    if look.estimate is None or look.said is None:
        return
    start, end = axis.at(look.estimate.value), axis.at(look.said.value)
    # The head of the arrow must end before the mark it points at.
    gap = 7.0 if end > start else -7.0
    if abs(end - start) > abs(gap):
        sheet.arrow((start, y), (end - gap, y), lens_ink(1 - look.side))


def _draw_verdict(sheet: Drawing, look: TopicLook, place: tuple[float, float]) -> None:
    if not look.verdict:
        return
    x, y = place
    draw_mark(sheet, place, look.side, strength=PALE if look.is_open else 1.0)
    letters = HEDGED if look.is_open else VERDICT
    is_narrow = sheet.width < WIDTH
    lines = letters.wrap(look.verdict, sheet.width - x - _WORDS, most=1 if is_narrow else 2)
    for i, line in enumerate(lines):
        height = y + 3.8 + _LINE * (i - (len(lines) - 1) / 2)
        sheet.text((x + _WORDS, height), line, letters)

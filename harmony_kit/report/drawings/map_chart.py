"""The map of topics: how far apart a side thinks the two are, against how far apart they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import (
    NOTE,
    SMALL,
    TINY,
    TITLE,
    WIDTH,
    Anchor,
    Drawing,
    Ink,
)
from harmony_kit.report.drawings.marks import PALE, draw_mark
from harmony_kit.report.drawings.palette import JOIN, LENSES, LINE, PAPER, WASH, fade

__all__ = ["MapDot", "MapPanel", "MapWords", "draw_map"]

_SIZE: Final = 280.0
_STEP: Final = 376.0
_INDENT: Final = 34.0
_TOP, _BOTTOM = 48.0, 62.0
_LINE: Final = 13.5


@dataclass(frozen=True)
class MapDot:
    """One topic: the gap the looker expects and the gap there is, in points of a 5-point scale.

    A `name` is written where the topic is one to talk about first.
    """

    expected: float
    actual: float
    is_open: bool
    name: str = ""


@dataclass(frozen=True)
class MapPanel:
    """One lens (`side`) looking at the other on all topics."""

    side: int
    title: str
    dots: tuple[MapDot, ...]


@dataclass(frozen=True)
class MapWords:
    """The names of the axes and of the four corners."""

    expected: str
    actual: str
    shared_view: str
    known_difference: str
    false_consensus: str
    false_conflict: str


@dataclass(frozen=True)
class _Place:
    """A panel on the sheet: its corner, its width and height, and what its sides reach to."""

    x: float
    y: float
    size: float
    reach: float
    line: float

    def at(self, expected: float, actual: float) -> tuple[float, float]:
        across, up = (min(gap / self.reach, 1.0) for gap in (expected, actual))
        return self.x + across * self.size, self.y + (1 - up) * self.size


def draw_map(
    panels: Sequence[MapPanel], words: MapWords, *, tolerance: float, width: float = WIDTH
) -> Drawing:
    """A square per direction, parted where close ends: four corners, which are the four states.

    Named topics carry a number and are listed below their square.
    """
    per_line = 1 if width < WIDTH else 2
    named = [sorted((dot for dot in panel.dots if dot.name), key=_rank) for panel in panels]
    dots = [dot for panel in panels for dot in panel.dots]
    widest = max([*(max(dot.expected, dot.actual) for dot in dots), 2 * tolerance])
    listed = max(sum(len(_wrap(dot.name)) for dot in dots) for dots in named)
    height = _TOP + _SIZE + _BOTTOM + _LINE * listed + 10
    sheet = Drawing(height * -(-len(panels) // per_line), width)
    for i, panel in enumerate(panels):
        corner = (_INDENT + _STEP * (i % per_line), _TOP + height * (i // per_line))
        size = min(_SIZE, width - _INDENT - 6)
        place = _Place(*corner, size, widest * 1.06, tolerance)
        _draw_square(sheet, place, words)
        draw_mark(sheet, (place.x + 6, place.y - 34), panel.side)
        title = TITLE.fit(panel.title, size - 18)
        sheet.text((place.x + 18, place.y - 30), title, TITLE)
        _draw_dots(sheet, panel, place)
        _number_dots(sheet, named[i], place)
        _list_named(sheet, named[i], (place.x, place.y + size + _BOTTOM))
    return sheet


def _draw_square(sheet: Drawing, place: _Place, words: MapWords) -> None:
    x, y, size = place.x, place.y, place.size
    part = size * min(place.line / place.reach, 1.0)
    sheet.box((x, y), (size, size), Ink(LINE, 1, PAPER))
    # What is expected wrongly is washed: apart but thought close, close but thought apart.
    sheet.box((x, y), (part, size - part), Ink(None, fill=WASH))
    sheet.box((x + part, y + size - part), (size - part, part), Ink(None, fill=WASH))
    sheet.line([(x + part, y), (x + part, y + size)], Ink(JOIN, 1))
    sheet.line([(x, y + size - part), (x + size, y + size - part)], Ink(JOIN, 1))
    corners: tuple[tuple[float, float, str, Anchor, float], ...] = (
        (x, y - 5, words.false_consensus, "start", part),
        (x + size, y - 5, words.known_difference, "end", size - part),
        (x, y + size + 10, words.shared_view, "start", part),
        (x + size, y + size + 10, words.false_conflict, "end", size - part),
    )
    for left, foot, name, anchor, room in corners:
        lines = TINY.wrap(name, room - 6)
        for i, line in enumerate(lines):
            shift = 10 * i if foot > y else -10 * (len(lines) - 1 - i)
            sheet.text((left, foot + shift), line, TINY, anchor=anchor)
    _name_axes(sheet, place, words)


def _name_axes(sheet: Drawing, place: _Place, words: MapWords) -> None:
    across = SMALL.fit(words.expected, place.size - 30)
    sheet.text((place.x, place.y + place.size + 47), across, SMALL)
    upwards = SMALL.fit(words.actual, place.size - 30)
    sheet.text_upwards((place.x - 20, place.y + place.size), upwards, SMALL)
    for gap in range(int(place.reach) + 1):
        x, y = place.at(gap, gap)
        sheet.text((x, place.y + place.size + 33), str(gap), TINY, anchor="middle")
        sheet.text((place.x - 5, y + 3), str(gap), TINY, anchor="end")


def _draw_dots(sheet: Drawing, panel: MapPanel, place: _Place) -> None:
    for dot in sorted(panel.dots, key=lambda dot: not dot.is_open):
        at = place.at(dot.expected, dot.actual)
        if dot.is_open:
            sheet.dot(at, 3.2, Ink(fade(LENSES[panel.side], PALE), 1.2, PAPER))
        else:
            sheet.dot(at, 3.6, Ink(PAPER, 0.8, LENSES[panel.side]))


def _rank(dot: MapDot) -> tuple[float, float]:
    return -dot.actual, dot.expected


def _number_dots(sheet: Drawing, dots: Sequence[MapDot], place: _Place) -> None:
    """Numbers beside their dots; those of dots that nearly touch stand side by side."""
    groups: list[tuple[tuple[float, float], list[str]]] = []
    for number, dot in enumerate(dots, start=1):
        x, y = place.at(dot.expected, dot.actual)
        near = [
            group for group in groups if abs(group[0][1] - y) < 12 and abs(group[0][0] - x) < 40
        ]
        if near:
            near[0][1].append(str(number))
        else:
            groups.append(((x, y), [str(number)]))
    for (x, y), numbers in groups:
        sheet.text((x + 6, y + 3.5), ", ".join(numbers), TITLE)


def _wrap(name: str) -> list[str]:
    return NOTE.wrap(name, _SIZE - 14)


def _list_named(sheet: Drawing, dots: Sequence[MapDot], corner: tuple[float, float]) -> None:
    x, y = corner
    for number, dot in enumerate(dots, start=1):
        sheet.text((x, y), str(number), TITLE)
        for line in _wrap(dot.name):
            sheet.text((x + 14, y), line, NOTE)
            y += _LINE

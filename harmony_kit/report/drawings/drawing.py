"""A sheet to draw on, which becomes one small SVG with its text as text.

A chart here is a few dozen lines, dots and words whose places its own module has worked out, so
a plot library would only stand in the way: written directly, a chart takes well under a
millisecond and a few kilobytes, its letters are those of the page around it, and where a label
ends is known before it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Final, Literal

from harmony_kit.measures.rounding import round_number
from harmony_kit.report.bidi import settle
from harmony_kit.report.drawings.lettering import shorten, text_width, wrap
from harmony_kit.report.drawings.palette import INK, SOFT

__all__ = [
    "HEDGED",
    "LABEL",
    "NARROW",
    "NOTE",
    "SMALL",
    "TINY",
    "TITLE",
    "VERDICT",
    "WIDTH",
    "Anchor",
    "Drawing",
    "Ink",
    "Label",
    "Letters",
]

#: Charts are this many points wide, so that letters have one size all over the page; and this many
#: where they are drawn for a phone.
WIDTH: Final = 720.0
NARROW: Final = 328.0

#: Kept in the chart itself, so that a copy of it in a slide looks the same.
_FONTS: Final = "'Segoe UI',-apple-system,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


@dataclass(frozen=True)
class Ink:
    """How a shape is drawn: its outline, the width of it, its filling and its dashes.

    A `line` of None draws no outline, a `fill` of None leaves the shape hollow.
    """

    line: str | None = INK
    width: float = 1.0
    fill: str | None = None
    dash: str = ""

    @property
    def attributes(self) -> str:
        """As attributes of an SVG element."""
        parts = [f'fill="{self.fill}"'] if self.fill else []
        if self.line:
            parts.append(f'stroke="{self.line}"')
            if self.width != 1:
                parts.append(f'stroke-width="{self.width:g}"')
        if self.dash:
            parts.append(f'stroke-dasharray="{self.dash}"')
        return " ".join(parts)


@dataclass(frozen=True)
class Letters:
    """How text is set: size in points, colour, weight."""

    size: float
    colour: str
    is_bold: bool = False

    @property
    def attributes(self) -> str:
        """As attributes of an SVG element."""
        weight = ' font-weight="600"' if self.is_bold else ""
        return f'font-size="{self.size:g}" fill="{self.colour}"{weight}'

    def fit(self, words: str, width: float) -> str:
        """The words on one line, cut where they are wider than `width` points."""
        return shorten(words, width, self.size, is_bold=self.is_bold)

    def wrap(self, words: str, width: float, *, most: int = 2) -> list[str]:
        """The words in at most `most` lines of `width` points."""
        return wrap(words, width, self.size, most=most, is_bold=self.is_bold)

    def width(self, words: str) -> float:
        """How wide the words are at most, in points."""
        return text_width(words, self.size, is_bold=self.is_bold)


#: The letters of every chart.
LABEL: Final = Letters(11.5, INK)
TITLE: Final = Letters(11.5, INK, is_bold=True)
VERDICT: Final = Letters(10.5, INK)
HEDGED: Final = Letters(10.5, SOFT)
NOTE: Final = Letters(10, SOFT)
SMALL: Final = Letters(9.5, SOFT)
TINY: Final = Letters(8.5, SOFT)


@dataclass(frozen=True)
class Label:
    """A line of text as it was set: where, what, in which letters."""

    x: float
    y: float
    words: str
    letters: Letters
    anchor: Anchor

    @property
    def left(self) -> float:
        """Where it begins, in points."""
        shift = {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return self.x - shift * self.width

    @property
    def width(self) -> float:
        """How wide it is at most, in points."""
        return self.letters.width(self.words)


@dataclass(frozen=True)
class Drawing:
    """One chart of `width` by `height` points, y downwards; later marks lie over earlier ones."""

    height: float
    width: float = WIDTH
    marks: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def line(self, points: Sequence[Point], ink: Ink) -> None:
        """A line through points."""
        places = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self.marks.append(f'<polyline points="{places}" {ink.attributes}/>')

    def strokes(self, lines: Sequence[tuple[Point, Point]], ink: Ink) -> None:
        """Several straight lines of one ink."""
        places = "".join(f"M{_n(start[0])} {_n(start[1])}{_go(start, end)}" for start, end in lines)
        self.marks.append(f'<path d="{places}" {ink.attributes}/>')

    def box(self, corner: Point, size: Point, ink: Ink, *, radius: float = 0.0) -> None:
        """A rectangle by its upper left corner, its width and its height."""
        x, y, width, height = map(_n, (*corner, *size))
        rounded = f' rx="{radius:g}"' if radius else ""
        place = f'x="{x}" y="{y}" width="{width}" height="{height}"{rounded}'
        self.marks.append(f"<rect {place} {ink.attributes}/>")

    def dot(self, centre: Point, radius: float, ink: Ink) -> None:
        """A circle."""
        x, y = map(_n, centre)
        self.marks.append(f'<circle cx="{x}" cy="{y}" r="{_n(radius)}" {ink.attributes}/>')

    def shape(self, points: Sequence[Point], ink: Ink) -> None:
        """A closed polygon."""
        places = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self.marks.append(f'<polygon points="{places}" {ink.attributes}/>')

    def arrow(self, start: Point, end: Point, ink: Ink) -> None:
        """A horizontal line with a head at its end; none where there is no room for a head."""
        way = end[0] - start[0]
        self.line([start, end], ink)
        if abs(way) > 8:
            back = end[0] - (5 if way > 0 else -5)
            head = [end, (back, end[1] - 3), (back, end[1] + 3)]
            self.shape(head, Ink(None, fill=ink.line))

    def text(self, place: Point, words: str, letters: Letters, *, anchor: Anchor = "start") -> None:
        """One line of text on its baseline; an empty one leaves no mark."""
        if not words:
            return
        self.labels.append(Label(*place, words, letters, anchor))
        style = letters.attributes + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        x, y = map(_n, place)
        self.marks.append(
            f'<text x="{x}" y="{y}" {style}>{escape(settle(words), quote=False)}</text>'
        )

    def text_upwards(self, foot: Point, words: str, letters: Letters) -> None:
        """One line of text that runs upwards from its foot."""
        x, y = map(_n, foot)
        style = f'{letters.attributes} transform="rotate(-90 {x} {y})"'
        self.marks.append(
            f'<text x="{x}" y="{y}" {style}>{escape(settle(words), quote=False)}</text>'
        )

    def svg(self) -> str:
        """The chart as one ``<svg>`` element: no id, no style sheet, nothing loaded."""
        opening = (
            f'<svg viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'font-family="{_FONTS}" fill="none" '
            'aria-hidden="true" focusable="false">'
        )
        return "\n".join([opening, *self.marks, "</svg>"])


@lru_cache(maxsize=16384)
def _n(number: float) -> str:
    """A coordinate with at most one digit after the point."""
    return f"{round_number(number, 1):g}"


def _go(start: Point, end: Point) -> str:
    """How a path goes on to a point: upright and level lines need one number."""
    if start[0] == end[0]:
        return f"V{_n(end[1])}"
    return f"H{_n(end[0])}" if start[1] == end[1] else f"L{_n(end[0])} {_n(end[1])}"

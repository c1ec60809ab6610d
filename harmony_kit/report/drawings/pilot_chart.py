"""Pilots: both scorecards of each pilot, in the eyes of either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import SMALL, TINY, TITLE, WIDTH, Anchor, Drawing, Ink
from harmony_kit.report.drawings.marks import PALE, draw_mark, lens_ink
from harmony_kit.report.drawings.palette import JOIN, LINE, PAPER, SOFT, WASH

__all__ = ["PilotPanel", "PilotWords", "Score", "draw_pilots"]

_STEP, _SIZE = 240.0, 184.0
_TOP, _BOTTOM, _INDENT = 34.0, 26.0, 22.0


@dataclass(frozen=True)
class Score:
    """A score on a scale from 0 to 1 with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PilotPanel:
    """One pilot: per lens its technical and operational score (None if too few), and certainty."""

    title: str
    scores: tuple[tuple[Score, Score] | None, tuple[Score, Score] | None]
    is_sure: tuple[bool, bool]


@dataclass(frozen=True)
class PilotWords:
    """The names of the two scorecards and of the four corners, by quadrant."""

    technical: str
    operational: str
    works_and_used: str
    works_but_ignored: str
    used_but_unsafe: str
    neither: str


def draw_pilots(
    panels: Sequence[PilotPanel], words: PilotWords, *, width: float = WIDTH
) -> Drawing:
    """A square per pilot: technical upwards, operational to the right, one mark per lens.

    The thin cross of a mark is its interval; a mark is pale where its quadrant is not certain.
    """
    per_line = max(1, int(width // _STEP))
    n_lines = -(-len(panels) // per_line)
    height = _TOP + _SIZE + _BOTTOM
    sheet = Drawing(height * n_lines, width)
    for i, panel in enumerate(panels):
        corner = (_INDENT + _STEP * (i % per_line), _TOP + height * (i // per_line))
        _draw_square(sheet, corner, words)
        title = TITLE.wrap(panel.title, _SIZE)
        for j, line in enumerate(title):
            y = corner[1] - 8 - 14 * (len(title) - 1 - j)
            sheet.text((corner[0], y), line, TITLE)
        _draw_scores(sheet, panel, corner)
    return sheet


def _draw_square(sheet: Drawing, corner: tuple[float, float], words: PilotWords) -> None:
    x, y = corner
    half = _SIZE / 2
    sheet.box(corner, (_SIZE, _SIZE), Ink(LINE, 1, PAPER))
    sheet.box((x + half, y), (half, half), Ink(None, fill=WASH))
    sheet.line([(x + half, y), (x + half, y + _SIZE)], Ink(JOIN, 1))
    sheet.line([(x, y + half), (x + _SIZE, y + half)], Ink(JOIN, 1))
    corners = (
        ((x + 5, y + 12), words.works_but_ignored, 0),
        ((x + _SIZE - 5, y + 12), words.works_and_used, 1),
        ((x + 5, y + _SIZE - 6), words.neither, 0),
        ((x + _SIZE - 5, y + _SIZE - 6), words.used_but_unsafe, 1),
    )
    for place, name, is_right in corners:
        short = TINY.fit(name, half - 9)
        anchor: Anchor = "end" if is_right else "start"
        sheet.text(place, short, TINY, anchor=anchor)
    across = SMALL.fit(words.operational, _SIZE - 14)
    sheet.text((x, y + _SIZE + 15), across, SMALL)
    end = SMALL.width(across)
    sheet.arrow((x + end + 6, y + _SIZE + 11.5), (x + end + 24, y + _SIZE + 11.5), Ink(SOFT, 1))
    _draw_upwards(sheet, (x - 8, y + _SIZE), words.technical)


def _draw_upwards(sheet: Drawing, foot: tuple[float, float], words: str) -> None:
    x, y = foot
    short = SMALL.fit(words, _SIZE - 30)
    sheet.text_upwards((x, y), short, SMALL)
    top = y - SMALL.width(short) - 6
    sheet.line([(x - 3.5, top), (x - 3.5, top - 18)], Ink(SOFT, 1))
    sheet.shape(
        [(x - 3.5, top - 18), (x - 6.5, top - 13), (x - 0.5, top - 13)], Ink(None, fill=SOFT)
    )


def _draw_scores(sheet: Drawing, panel: PilotPanel, corner: tuple[float, float]) -> None:
    def at(technical: float, operational: float) -> tuple[float, float]:
        return corner[0] + operational * _SIZE, corner[1] + (1 - technical) * _SIZE

    places = [at(s[0].value, s[1].value) if s else None for s in panel.scores]
    if places[0] and places[1]:
        sheet.line([places[0], places[1]], Ink(JOIN, 1.2, dash="2 2"))
    for side, score in enumerate(panel.scores):
        place = places[side]
        if score is None or place is None:
            continue
        technical, operational = score
        strength = 1.0 if panel.is_sure[side] else PALE
        ink = lens_ink(side, 0.5 * strength, 1.2)
        ends = [at(technical.low, operational.value), at(technical.high, operational.value)]
        sheet.line(ends, ink)
        ends = [at(technical.value, operational.low), at(technical.value, operational.high)]
        sheet.line(ends, ink)
        draw_mark(sheet, place, side, strength=strength)

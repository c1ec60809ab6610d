"""Spread: the shares of hundreds of sites, one thin line each, from the lowest to the highest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import SMALL, TINY, TITLE, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import draw_mark
from harmony_kit.report.drawings.meter_chart import Share
from harmony_kit.report.drawings.palette import LENSES, LINE, PAPER, fade

__all__ = ["SpreadPanel", "draw_spread"]

_INDENT, _HEIGHT = 38.0, 150.0
_TOP, _STEP = 28.0, 210.0
_LARGEST: Final = 4.0


@dataclass(frozen=True)
class SpreadPanel:
    """One direction: a share per site."""

    side: int
    title: str
    shares: Sequence[Share]


def draw_spread(
    panels: Sequence[SpreadPanel],
    *,
    ticks: Sequence[tuple[float, str]],
    note: str,
    width: float = WIDTH,
) -> Drawing:
    """A panel per direction; a mark is hollow where chance is most of what sets a site apart.

    `note` stands below the line from the first to the last site.
    """
    sheet = Drawing(_STEP * len(panels), width)
    for i, panel in enumerate(panels):
        top = _STEP * i + _TOP
        draw_mark(sheet, (8, top - 14), panel.side)
        sheet.text((20, top - 10), TITLE.fit(panel.title, width - 24), TITLE)
        for value, words in ticks:
            y = top + (1 - value) * _HEIGHT
            sheet.line([(_INDENT, y), (width, y)], Ink(LINE, 0.8))
            sheet.text((_INDENT - 5, y + 3), words, TINY, anchor="end")
        sheet.text((_INDENT, top + _HEIGHT + 15), SMALL.fit(note, width - _INDENT), SMALL)
        _draw_sites(sheet, panel, top)
    return sheet


def _draw_sites(sheet: Drawing, panel: SpreadPanel, top: float) -> None:
    ordered = sorted(panel.shares, key=lambda share: (share.value, share.low, share.high))
    step = (sheet.width - _INDENT - 8) / max(len(ordered), 1)
    places = [_INDENT + step * (i + 0.5) for i in range(len(ordered))]

    def at(share: float) -> float:
        return top + (1 - share) * _HEIGHT

    colour = LENSES[panel.side]
    lines = [
        ((x, at(share.low)), (x, at(share.high))) for x, share in zip(places, ordered, strict=True)
    ]
    sheet.strokes(lines, Ink(fade(colour, 0.4), max(min(step * 0.5, 2.0), 0.6)))
    radius = max(min(step * 0.42, _LARGEST), 1.1)
    for x, share in zip(places, ordered, strict=True):
        ink = Ink(colour, 0.8, PAPER) if share.is_chance else Ink(None, fill=colour)
        sheet.dot((x, at(share.value)), radius, ink)

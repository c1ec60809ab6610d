"""Use: who still works with each pilot, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import NOTE, TINY, TITLE, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.palette import INK, LINE, PAPER

__all__ = ["UseLine", "UsePoint", "draw_use"]

_INDENT, _HEIGHT = 36.0, 84.0
_BELOW: Final = 66.0
_STEP: Final = 372.0


@dataclass(frozen=True)
class UsePoint:
    """A share at a place from 0 to 1 along the time on record, and the words beside its mark."""

    at: float
    share: float
    said: str


@dataclass(frozen=True)
class UseLine:
    """One pilot: the share active per week (None where there is no record), oldest first.

    Attributes
    ----------
    marks
        The peak and the end, each the mean over the weeks its words speak of.
    days
        The first and the last day on record, as they stand below the line.
    """

    title: str
    shares: Sequence[float | None]
    marks: tuple[UsePoint, ...]
    days: tuple[str, str]
    note: str


def draw_use(
    panels: Sequence[UseLine], *, ends: Sequence[tuple[float, str]], width: float = WIDTH
) -> Drawing:
    """A small line per pilot; hollow marks stand where the words below say it.

    `ends` are shares with their words. Weeks without a record interrupt the line.
    """
    per_line = max(1, int((width + 72) // _STEP))
    size = (min(300.0, width - _INDENT - 30), _HEIGHT)
    step = _HEIGHT + _BELOW
    sheet = Drawing(step * -(-len(panels) // per_line), width)
    for i, panel in enumerate(panels):
        corner = (_INDENT + _STEP * (i % per_line), 24 + step * (i // per_line))
        sheet.text((corner[0], corner[1] - 12), TITLE.fit(panel.title, size[0]), TITLE)
        sheet.text((corner[0], corner[1] + _HEIGHT + 31), NOTE.fit(panel.note, size[0] + 10), NOTE)
        for value, words in ends:
            y = corner[1] + (1 - value) * _HEIGHT
            sheet.line([(corner[0], y), (corner[0] + size[0], y)], Ink(LINE, 0.8))
            sheet.text((corner[0] - 5, y + 3.5), words, TINY, anchor="end")
        first, last = panel.days
        sheet.text((corner[0], corner[1] + _HEIGHT + 13), TINY.fit(first, size[0] / 2 - 4), TINY)
        place = (corner[0] + size[0], corner[1] + _HEIGHT + 13)
        sheet.text(place, TINY.fit(last, size[0] / 2 - 4), TINY, anchor="end")
        _draw_line(sheet, panel, corner, size)
    return sheet


def _draw_line(
    sheet: Drawing, panel: UseLine, corner: tuple[float, float], size: tuple[float, float]
) -> None:
    def at(part: float, share: float) -> tuple[float, float]:
        return corner[0] + part * size[0], corner[1] + (1 - share) * size[1]

    last = max(len(panel.shares) - 1, 1)
    run: list[tuple[float, float]] = []
    for i, share in enumerate([*panel.shares, None]):
        if share is not None:
            run.append(at(i / last, share))
        elif run:
            sheet.line(run if len(run) > 1 else [run[0], run[0]], Ink(INK, 1.2))
            run = []
    for mark in panel.marks:
        x, y = at(mark.at, mark.share)
        sheet.dot((x, y), 4, Ink(INK, 1.4, PAPER))
        room = TINY.width(mark.said)
        left = min(max(x - room / 2, corner[0]), corner[0] + size[0] - room)
        # Below the mark where there is no room above it.
        foot = y - 9 if y - 18 > corner[1] else y + 15
        sheet.box((left - 1, foot - 8), (room + 2, 10), Ink(None, fill=PAPER))
        sheet.text((left, foot), mark.said, TINY)

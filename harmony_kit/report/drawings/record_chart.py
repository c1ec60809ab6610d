"""Records: how long decisions took, where pilots stand, who still uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import LABEL, NOTE, SMALL, TINY, TITLE, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.palette import BAD, INK, JOIN, LINE, PAPER, fade

__all__ = [
    "PilotBar",
    "UseLine",
    "Wait",
    "draw_decisions",
    "draw_pilot_times",
    "draw_use",
]

_LEFT, _RIGHT = 220.0, 540.0
_TIMES = 496.0
_BAR, _DONE = 11.0, "#5d6b7a"


@dataclass(frozen=True)
class Wait:
    """One decision: days from raised to decided, or until now while it is open."""

    title: str
    days: float
    is_open: bool
    note: str


def draw_decisions(rows: Sequence[Wait], marks: Sequence[tuple[float, str]]) -> Drawing:
    """One bar per decision: full where decided, open-ended where it still waits.

    `marks` are lines at a number of days with their words.
    """
    row, head = 27.0, 12.0 + 13.0 * len(marks)
    bottom = head + row * len(rows)
    sheet = Drawing(bottom + 6)
    most = max([*(wait.days for wait in rows), *(days for days, _ in marks), 1.0])
    for i, (days, words) in enumerate(sorted(marks)):
        x, y = _LEFT + days / most * (_RIGHT - _LEFT), 11.0 + 13 * i
        sheet.line([(x, y + 3), (x, bottom)], Ink(JOIN, 1, dash="3 2"))
        width = SMALL.width(words)
        left = min(max(x - width / 2, 0), WIDTH - width)
        sheet.text((left, y), words, SMALL)
    for i, wait in enumerate(rows):
        top = head + row * i
        sheet.line([(0, top), (WIDTH, top)], Ink(LINE, 0.8))
        sheet.text((0, top + 17.5), LABEL.fit(wait.title, _LEFT - 16), LABEL)
        length = max(wait.days / most * (_RIGHT - _LEFT), 2)
        _draw_wait(sheet, (_LEFT, top + 8), length, is_open=wait.is_open)
        x = _LEFT + length + (14 if wait.is_open else 8)
        note = NOTE.fit(wait.note, WIDTH - x)
        sheet.box((x - 2, top + 5), (NOTE.width(note) + 4, 17), Ink(None, fill=PAPER))
        sheet.text((x, top + 17.5), note, NOTE)
    return sheet


def _draw_wait(
    sheet: Drawing, corner: tuple[float, float], length: float, *, is_open: bool
) -> None:
    if not is_open:
        sheet.box(corner, (length, _BAR), Ink(None, fill=_DONE))
        return
    x, y = corner
    tip = (x + length + 7, y + _BAR / 2)
    outline = [(x, y), (x + length, y), tip, (x + length, y + _BAR), (x, y + _BAR)]
    sheet.shape(outline, Ink(BAD, 1.3, fade(BAD, 0.14)))


@dataclass(frozen=True)
class PilotBar:
    """One pilot on the time line; days count from any one day, None where not known."""

    title: str
    start: float
    planned: float | None
    end: float
    is_open: bool
    note: str


def draw_pilot_times(
    rows: Sequence[PilotBar], ticks: Sequence[tuple[float, str]], now: tuple[float, str]
) -> Drawing:
    """One bar per pilot: full while it was planned to run, red from its planned end on.

    `ticks` are days with their words, `now` the day of the report.
    """
    row, head = 32.0, 24.0
    bottom = head + row * len(rows)
    sheet = Drawing(bottom + 18)
    days = [*(d for bar in rows for d in (bar.start, bar.planned or bar.end, bar.end)), now[0]]
    first, last = min(days), max(days)

    def at(day: float) -> float:
        return _LEFT + (day - first) / max(last - first, 1) * (_TIMES - _LEFT)

    for day, words in ticks:
        sheet.line([(at(day), head - 6), (at(day), bottom)], Ink(LINE, 0.8))
        sheet.text((at(day), head - 10), words, SMALL, anchor="middle")
    for i, bar in enumerate(rows):
        top = head + row * i
        sheet.line([(0, top), (WIDTH, top)], Ink(LINE, 0.8))
        sheet.text((0, top + 20), LABEL.fit(bar.title, _LEFT - 16), LABEL)
        until = bar.end if bar.planned is None else min(max(bar.planned, bar.start), bar.end)
        planned = at(bar.end if bar.planned is None else bar.planned)
        frame = (max(planned - at(bar.start), 1), 15)
        sheet.box((at(bar.start), top + 8.5), frame, Ink(JOIN, 1, PAPER))
        size = (max(at(until) - at(bar.start), 1), _BAR)
        sheet.box((at(bar.start), top + 10.5), size, Ink(None, fill=_DONE))
        if until < bar.end:
            late = (at(bar.end) - at(until), _BAR)
            sheet.box((at(until), top + 10.5), late, Ink(BAD, 1.2, fade(BAD, 0.55)))
        x = _TIMES + 14
        sheet.text((x, top + 20), NOTE.fit(bar.note, WIDTH - x), NOTE)
    sheet.line([(at(now[0]), head - 4), (at(now[0]), bottom + 3)], Ink(INK, 1))
    sheet.text((at(now[0]), bottom + 14), now[1], SMALL, anchor="middle")
    return sheet


@dataclass(frozen=True)
class UseLine:
    """One pilot: the share active per week (None where there is no record), oldest first."""

    title: str
    shares: Sequence[float | None]
    note: str


def draw_use(panels: Sequence[UseLine], *, ends: Sequence[tuple[float, str]]) -> Drawing:
    """A small line per pilot, two beside each other; the peak is hollow, the last week full.

    `ends` are shares with their words. Weeks without a record interrupt the line.
    """
    step, width, height = 372.0, 300.0, 84.0
    n_lines = -(-len(panels) // 2)
    sheet = Drawing((height + 52) * n_lines)
    for i, panel in enumerate(panels):
        corner = (36.0 + step * (i % 2), 22 + (height + 52) * (i // 2))
        sheet.text((corner[0], corner[1] - 8), TITLE.fit(panel.title, width), TITLE)
        note = NOTE.fit(panel.note, width + 10)
        sheet.text((corner[0], corner[1] + height + 17), note, NOTE)
        for value, words in ends:
            y = corner[1] + (1 - value) * height
            sheet.line([(corner[0], y), (corner[0] + width, y)], Ink(LINE, 0.8))
            place = (corner[0] - 5, y + 3.5)
            sheet.text(place, words, TINY, anchor="end")
        _draw_line(sheet, panel.shares, corner, (width, height))
    return sheet


def _draw_line(
    sheet: Drawing,
    shares: Sequence[float | None],
    corner: tuple[float, float],
    size: tuple[float, float],
) -> None:
    step = size[0] / max(len(shares) - 1, 1)
    places = [
        None if share is None else (corner[0] + step * i, corner[1] + (1 - share) * size[1])
        for i, share in enumerate(shares)
    ]
    run: list[tuple[float, float]] = []
    for place in [*places, None]:
        if place is not None:
            run.append(place)
        elif run:
            sheet.line(run if len(run) > 1 else [run[0], run[0]], Ink(INK, 1.6))
            run = []
    known = [place for place in places if place is not None]
    if known:
        sheet.dot(min(known, key=lambda place: place[1]), 3.6, Ink(INK, 1.4, PAPER))
        sheet.dot(known[-1], 3.6, Ink(INK, 1.4, INK))

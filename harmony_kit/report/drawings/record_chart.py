"""Records: how long decisions took, and where pilots stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import LABEL, NOTE, SMALL, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.palette import BAD, INK, JOIN, LINE, PAPER, fade

__all__ = [
    "PilotBar",
    "Wait",
    "draw_decisions",
    "draw_pilot_times",
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


@dataclass(frozen=True)
class _Line:
    """A line of records: how wide, where its bar may lie, how much its title needs above it."""

    width: float
    left: float
    right: float
    above: float

    @classmethod
    def of(cls, width: float, right: float) -> _Line:
        """The title beside the bar, or above it on a narrow sheet."""
        return cls(width, 0, width - 8, 17) if width < WIDTH else cls(width, _LEFT, right, 0)

    def draw_title(self, sheet: Drawing, words: str, top: float, foot: float) -> None:
        sheet.line([(0, top), (self.width, top)], Ink(LINE, 0.8))
        room = self.width if self.above else _LEFT - 16
        sheet.text((0, top + (14 if self.above else foot)), LABEL.fit(words, room), LABEL)


def draw_decisions(
    rows: Sequence[Wait], marks: Sequence[tuple[float, str]], *, width: float = WIDTH
) -> Drawing:
    """One bar per decision: full where decided, open-ended where it still waits.

    `marks` are lines at a number of days with their words.
    """
    line = _Line.of(width, _RIGHT)
    row, head = (60.0 if line.above else 27.0), 12.0 + 13.0 * len(marks)
    bottom = head + row * len(rows)
    sheet = Drawing(bottom + 6, width)
    most = max([*(wait.days for wait in rows), *(days for days, _ in marks), 1.0])
    scale = (line.right - line.left) / most
    for i, (days, words) in enumerate(sorted(marks)):
        x, y = line.left + days * scale, 11.0 + 13 * i
        sheet.line([(x, y + 3), (x, bottom)], Ink(JOIN, 1, dash="3 2"))
        room = SMALL.width(words)
        sheet.text((min(max(x - room / 2, 0), width - room), y), words, SMALL)
    for i, wait in enumerate(rows):
        top = head + row * i
        line.draw_title(sheet, wait.title, top, 17.5)
        _draw_wait(sheet, wait, line, (top, scale))
    return sheet


def _draw_wait(sheet: Drawing, wait: Wait, line: _Line, place: tuple[float, float]) -> None:
    top, scale = place
    length = max(wait.days * scale, 2)
    _draw_bar(sheet, (line.left, top + line.above + 8), length, is_open=wait.is_open)
    if line.above:
        sheet.text((0, top + 50), NOTE.fit(wait.note, line.width), NOTE)
        return
    x = line.left + length + (14 if wait.is_open else 8)
    lines = NOTE.wrap(wait.note, line.width - x)
    for i, words in enumerate(lines):
        y = top + 17.5 + 10.5 * (i - (len(lines) - 1) / 2)
        sheet.box((x - 2, y - 10), (NOTE.width(words) + 4, 12.5), Ink(None, fill=PAPER))
        sheet.text((x, y), words, NOTE)


def _draw_bar(sheet: Drawing, corner: tuple[float, float], length: float, *, is_open: bool) -> None:
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
    rows: Sequence[PilotBar],
    ticks: Sequence[tuple[float, str]],
    now: tuple[float, str],
    *,
    width: float = WIDTH,
) -> Drawing:
    """One bar per pilot: full while it was planned to run, red from its planned end on.

    `ticks` are days with their words, `now` the day of the report.
    """
    line = _Line.of(width, _TIMES)
    row, head = (62.0 if line.above else 32.0), 24.0
    bottom = head + row * len(rows)
    sheet = Drawing(bottom + 18, width)
    days = [*(d for bar in rows for d in (bar.start, bar.planned or bar.end, bar.end)), now[0]]
    first, last = min(days), max(days)

    def at(day: float) -> float:
        return line.left + (day - first) / max(last - first, 1) * (line.right - line.left)

    _draw_ticks(sheet, [(at(day), words) for day, words in ticks], head, bottom)
    for i, bar in enumerate(rows):
        top = head + row * i
        line.draw_title(sheet, bar.title, top, 20)
        _draw_time(sheet, bar, top + line.above, at)
        if line.above:
            sheet.text((0, top + 54), NOTE.fit(bar.note, width), NOTE)
            continue
        x = line.right + 14
        lines = NOTE.wrap(bar.note, width - x)
        for j, words in enumerate(lines):
            sheet.text((x, top + 20 + 11 * (j - (len(lines) - 1) / 2)), words, NOTE)
    sheet.line([(at(now[0]), head - 4), (at(now[0]), bottom + 3)], Ink(INK, 1))
    room = SMALL.width(now[1])
    left = min(max(at(now[0]) - room / 2, 0), width - room)
    sheet.text((left, bottom + 14), now[1], SMALL)
    return sheet


def _draw_ticks(
    sheet: Drawing, ticks: Sequence[tuple[float, str]], head: float, bottom: float
) -> None:
    """Lines with their words above; words that would lie on those before are left out."""
    free = 0.0
    for x, words in ticks:
        sheet.line([(x, head - 6), (x, bottom)], Ink(LINE, 0.8))
        room = SMALL.width(words)
        left = min(max(x - room / 2, 0), sheet.width - room)
        if left >= free:
            sheet.text((left, head - 10), words, SMALL)
            free = left + room + 8


def _draw_time(sheet: Drawing, bar: PilotBar, top: float, at: Callable[[float], float]) -> None:
    until = bar.end if bar.planned is None else min(max(bar.planned, bar.start), bar.end)
    planned = at(bar.end if bar.planned is None else bar.planned)
    frame = (max(planned - at(bar.start), 1), 15)
    sheet.box((at(bar.start), top + 8.5), frame, Ink(JOIN, 1, PAPER))
    size = (max(at(until) - at(bar.start), 1), _BAR)
    sheet.box((at(bar.start), top + 10.5), size, Ink(None, fill=_DONE))
    if until < bar.end:
        late = (at(bar.end) - at(until), _BAR)
        sheet.box((at(until), top + 10.5), late, Ink(BAD, 1.2, fade(BAD, 0.55)))

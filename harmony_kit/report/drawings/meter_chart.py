"""Meters: a share of topics with its interval, alone or one line per site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import LABEL, NOTE, SMALL, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import draw_interval, draw_mark
from harmony_kit.report.drawings.palette import LENSES, LINE, WASH, fade

__all__ = ["Share", "ShareRow", "draw_share", "draw_shares"]

_METER = 320.0
_LEFT, _RIGHT = 236.0, 690.0
_ROW, _HEAD = 36.0, 26.0


@dataclass(frozen=True)
class Share:
    """A share from 0 to 1 with the interval it lies in.

    `is_chance`: chance is most of what sets it apart from others beside it.
    """

    value: float
    low: float
    high: float
    is_chance: bool = False


def draw_share(share: Share, side: int, *, ends: tuple[str, str]) -> Drawing:
    """One share between 0 and 1 with its interval; `ends` are the words at 0 and at 1."""
    sheet = Drawing(40, _METER)
    left, right = 10.0, _METER - 10
    at = [left + part * (right - left) for part in (share.low, share.value, share.high)]
    sheet.box((left, 8), (right - left, 10), Ink(None, fill=LINE), radius=5)
    band = fade(LENSES[side], 0.42)
    sheet.box((at[0], 8), (max(at[2] - at[0], 1), 10), Ink(None, fill=band), radius=5)
    draw_mark(sheet, (at[1], 13), side)
    half = (right - left) / 2 - 8
    sheet.text((left, 35), NOTE.fit(ends[0], half), NOTE)
    sheet.text((right, 35), NOTE.fit(ends[1], half), NOTE, anchor="end")
    return sheet


@dataclass(frozen=True)
class ShareRow:
    """One site: how well the first lens reads the second, and the reverse; None if unknown."""

    label: str
    shares: tuple[Share | None, Share | None]
    note: str = ""


def draw_shares(
    rows: Sequence[ShareRow], *, ticks: Sequence[tuple[float, str]], width: float = WIDTH
) -> Drawing:
    """One row per site with a lane per direction: the share and its interval."""
    is_narrow = width < WIDTH
    left, right = (12.0, width - 16) if is_narrow else (_LEFT, _RIGHT)
    above = 16.0 if is_narrow else 0.0
    step = _ROW + above
    bottom = _HEAD + step * len(rows)
    sheet = Drawing(bottom + 4, width)
    for i in range(0, len(rows), 2):
        sheet.box((0, _HEAD + step * i), (width, step), Ink(None, fill=WASH))
    for value, words in ticks:
        x = left + value * (right - left)
        sheet.line([(x, _HEAD - 4), (x, bottom)], Ink(LINE, 0.8))
        sheet.text((x, _HEAD - 9), words, SMALL, anchor="middle")
    for i, row in enumerate(rows):
        top = _HEAD + step * i
        room = width - 12 if is_narrow else _LEFT - 30
        sheet.text((6, top + (14 if is_narrow else 22)), LABEL.fit(row.label, room), LABEL)
        _draw_row(sheet, row, (left, right), top + above)
    return sheet


def _draw_row(sheet: Drawing, row: ShareRow, ends: tuple[float, float], top: float) -> None:
    left, right = ends
    if row.note:
        sheet.text((left, top + 22), NOTE.fit(row.note, right - left), NOTE)
    for side, share in enumerate(row.shares):
        if share is None:
            continue
        y = top + (11.0, 25.0)[side]
        at = [left + part * (right - left) for part in (share.low, share.value, share.high)]
        draw_interval(sheet, (at[0], at[2]), y, fade(LENSES[side], 0.75))
        draw_mark(sheet, (at[1], y), side, is_hollow=share.is_chance)

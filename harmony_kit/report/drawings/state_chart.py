"""States: every topic as one square, by how one side reads the other.

A state has a colour and a sign, so that two greys are never all there is to tell them by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harmony_kit.report.drawings.drawing import LABEL, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import draw_mark
from harmony_kit.report.drawings.palette import INK, JOIN, PAPER, STATES, fade

__all__ = ["StateRow", "draw_states", "draw_swatch"]

_LEFT, _GAP = 186.0, 3.5
_LARGEST, _SMALLEST = 17.0, 12.5
_OPEN: Final = "open"

#: A state with whether it is claimed.
Square = tuple[str, bool]


@dataclass(frozen=True)
class StateRow:
    """One lens looking at the other: how many topics are in each state.

    `claimed` and `leaning` are counts by state; `n_open` topics are not settled.
    """

    side: int
    label: str
    claimed: Mapping[str, int]
    leaning: Mapping[str, int]
    n_open: int

    @property
    def squares(self) -> list[Square]:
        """The state of each square: the claimed of a state, the leaning of it, the open last."""
        found: list[Square] = []
        for state in STATES:
            found += [(state, True)] * self.claimed.get(state, 0)
            found += [(state, False)] * self.leaning.get(state, 0)
        return [*found, *[(_OPEN, False)] * self.n_open]


def draw_states(rows: Sequence[StateRow], *, width: float = WIDTH) -> Drawing:
    """One line of squares per direction: full where claimed, pale where leaning, dashed if open.

    Squares are small enough for all of them to stand on one line, down to a size still seen; then
    they stand on lines of nearly equal length.
    """
    is_narrow = width < WIDTH
    left, above = (0.0, 24.0) if is_narrow else (_LEFT, 0.0)
    most = max((len(row.squares) for row in rows), default=1)
    step = max(min(_LARGEST, (width - left) / max(most, 1)), _SMALLEST)
    per_line = _split_evenly(most, int((width - left + 0.001) // step))
    lines = [max(1, -(-len(row.squares) // per_line)) for row in rows]
    heights = [above + max(34.0, n * step + 14) for n in lines]
    sheet = Drawing(sum(heights), width)
    y = 0.0
    for row, height in zip(rows, heights, strict=True):
        draw_mark(sheet, (8, y + 13), row.side)
        room = width - 22 if is_narrow else _LEFT - 36
        for i, line in enumerate(LABEL.wrap(row.label, room, most=1 if is_narrow else 2)):
            sheet.text((22, y + 17 + 14 * i), line, LABEL)
        size = step - _GAP
        for i, (state, is_claimed) in enumerate(row.squares):
            line_number, place = divmod(i, per_line)
            corner = (left + step * place, y + above + 13 - size / 2 + step * line_number)
            _draw_square(sheet, corner, size, state, is_claimed=is_claimed)
        y += height
    return sheet


def _split_evenly(n: int, most: int) -> int:
    """How many squares a line holds, so that none is left for a line of its own."""
    n_lines = max(1, -(-n // max(most, 1)))
    return max(1, -(-n // n_lines))


def draw_swatch(state: str) -> Drawing:
    """A square by itself, for a legend; any other word than a state is one that stays open."""
    sheet = Drawing(14, 14)
    _draw_square(sheet, (1, 1), 12, state, is_claimed=state in STATES)
    return sheet


def _draw_square(
    sheet: Drawing, corner: tuple[float, float], size: float, state: str, *, is_claimed: bool
) -> None:
    if state not in STATES:
        sheet.box(corner, (size, size), Ink(JOIN, 1, PAPER, "2 1.6"), radius=1.5)
        return
    colour = STATES[state]
    ink = Ink(colour, 1, colour) if is_claimed else Ink(colour, 1.6, fade(colour, 0.3))
    sheet.box(corner, (size, size), ink, radius=1.5)
    _draw_sign(sheet, corner, size, state)


def _draw_sign(sheet: Drawing, corner: tuple[float, float], size: float, state: str) -> None:
    """Apart and known: two halves. Close and unknown: a slash. Apart and unknown: a hole."""
    x, y = corner
    if state == "known_difference":
        sheet.line([(x + size / 2, y + 1), (x + size / 2, y + size - 1)], Ink(INK, 1.3))
    elif state == "false_conflict":
        sheet.line([(x + 1.5, y + size - 1.5), (x + size - 1.5, y + 1.5)], Ink(INK, 1.3))
    elif state == "false_consensus":
        sheet.dot((x + size / 2, y + size / 2), size / 4.5, Ink(None, fill=PAPER))

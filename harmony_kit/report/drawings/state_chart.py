"""States: every topic as one square, coloured by how one side reads the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harmony_kit.report.drawings.drawing import LABEL, WIDTH, Drawing, Ink
from harmony_kit.report.drawings.marks import draw_mark
from harmony_kit.report.drawings.palette import JOIN, PAPER, STATES, fade

__all__ = ["StateRow", "draw_states"]

_LEFT, _GAP = 186.0, 3.5
_LARGEST, _SMALLEST = 17.0, 12.5


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
    def squares(self) -> list[Ink]:
        """How each square is drawn: the claimed of a state, the leaning of it, the open last."""
        inks: list[Ink] = []
        for state, colour in STATES.items():
            inks += [Ink(colour, 1, colour)] * self.claimed.get(state, 0)
            inks += [Ink(colour, 1.6, fade(colour, 0.3))] * self.leaning.get(state, 0)
        return [*inks, *[Ink(JOIN, 1, PAPER, "2 1.6")] * self.n_open]

    def count_lines(self, step: float) -> int:
        """How many lines its squares need."""
        return max(1, -(-len(self.squares) // _per_line(step)))


def _per_line(step: float) -> int:
    return int((WIDTH - _LEFT) // step)


def draw_states(rows: Sequence[StateRow]) -> Drawing:
    """One line of squares per direction: full where claimed, pale where leaning, dashed if open.

    Squares are small enough for all of them to stand on one line, down to a size still seen.
    """
    most = max((len(row.squares) for row in rows), default=1)
    step = max(min(_LARGEST, (WIDTH - _LEFT) / max(most, 1)), _SMALLEST)
    heights = [max(34.0, row.count_lines(step) * step + 14) for row in rows]
    sheet = Drawing(sum(heights))
    y = 0.0
    for row, height in zip(rows, heights, strict=True):
        draw_mark(sheet, (8, y + 13), row.side)
        for i, line in enumerate(LABEL.wrap(row.label, _LEFT - 36)):
            sheet.text((22, y + 17 + 14 * i), line, LABEL)
        size = step - _GAP
        for i, ink in enumerate(row.squares):
            line_number, place = divmod(i, _per_line(step))
            corner = (_LEFT + step * place, y + 13 - size / 2 + step * line_number)
            sheet.box(corner, (size, size), ink, radius=1.5)
        y += height
    return sheet

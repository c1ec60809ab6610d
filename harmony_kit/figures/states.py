"""States: every topic as one square, coloured by how one side reads the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harmony_kit.figures.drawing import LABEL, WIDTH, Drawing, Ink
from harmony_kit.figures.marks import draw_mark
from harmony_kit.figures.palette import JOIN, PAPER, STATES, fade

__all__ = ["StateRow", "draw_states"]

_LEFT, _STEP, _SIZE = 178.0, 17.0, 13.0
_PER_LINE = int((WIDTH - _LEFT) // _STEP)


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

    @property
    def n_lines(self) -> int:
        """How many lines its squares need."""
        return max(1, -(-len(self.squares) // _PER_LINE))


def draw_states(rows: Sequence[StateRow]) -> Drawing:
    """One line of squares per direction: full where claimed, pale where leaning, dashed if open."""
    heights = [max(34.0, row.n_lines * _STEP + 12) for row in rows]
    sheet = Drawing(sum(heights))
    y = 0.0
    for row, height in zip(rows, heights, strict=True):
        draw_mark(sheet, (8, y + 13), row.side)
        for i, line in enumerate(LABEL.wrap(row.label, _LEFT - 36)):
            sheet.text((22, y + 17 + 14 * i), line, LABEL)
        for i, ink in enumerate(row.squares):
            x = _LEFT + _STEP * (i % _PER_LINE)
            sheet.box((x, y + 6 + _STEP * (i // _PER_LINE)), (_SIZE, _SIZE), ink, radius=1.5)
        y += height
    return sheet

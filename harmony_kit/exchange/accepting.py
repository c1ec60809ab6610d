"""What whoever imports accepts to leave out: rows, cells, wrong cells of a column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.grids import column_letters

__all__ = ["Accepted", "read_accepted", "suggest_accepted"]

_ROWS = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?$", re.ASCII)
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})?$", re.ASCII)
_MANY = 8


@dataclass(frozen=True)
class Accepted:
    """Rows left out whole; wrong cells left out, by place or by column (from 0)."""

    rows: frozenset[int] = frozenset()
    cells: frozenset[tuple[int, str]] = frozenset()
    columns: frozenset[str] = frozenset()

    def covers(self, row: int, index: int) -> bool:
        """Whether what is wrong in a cell was accepted to be left out."""
        letters = column_letters(index)
        return letters in self.columns or (row, letters) in self.cells


def read_accepted(text: str) -> Accepted:
    """What ``4,7-9,F12,H`` names: row 4, rows 7 to 9, cell F12, every wrong cell of column H.

    Raises `ExchangeError` for anything else.
    """
    rows: set[int] = set()
    cells: set[tuple[int, str]] = set()
    columns: set[str] = set()
    for part in filter(None, (one.strip().upper() for one in text.split(","))):
        if match := _ROWS.match(part):
            rows |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
        elif (match := _CELL.match(part)) and match[2]:
            cells.add((int(match[2]), match[1]))
        elif match:
            columns.add(match[1])
        else:
            allowed = "rows, cells and columns as 4,7-9,F12,H"
            raise ExchangeError(Problem("--accept", "", f"{part!r} names nothing", allowed))
    return Accepted(frozenset(rows), frozenset(cells), frozenset(columns))


def suggest_accepted(wrong: Iterable[tuple[int | None, Iterable[int]]]) -> str:
    """The text for `read_accepted` that leaves out what is wrong: column (None: row) and rows."""
    rows: set[int] = set()
    by_column: dict[int, set[int]] = {}
    for index, numbers in wrong:
        (rows if index is None else by_column.setdefault(index, set())).update(numbers)
    parts = list(_ranges(sorted(rows)))
    for index, numbers in sorted(by_column.items()):
        letters, left = column_letters(index), sorted(numbers - rows)
        parts += [letters] if len(left) > _MANY else [f"{letters}{row}" for row in left]
    return ",".join(parts)


def _ranges(numbers: list[int]) -> Iterable[str]:
    start = 0
    for i in range(1, len(numbers) + 1):
        if i == len(numbers) or numbers[i] != numbers[i - 1] + 1:
            first, last = numbers[start], numbers[i - 1]
            yield str(first) if first == last else f"{first}-{last}"
            start = i

"""Small tables of an engagement, CSV or XLSX, as spreadsheets save them: rows by column name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harmony_kit.errors import EngagementError, ExchangeError, Problem
from harmony_kit.grids import GridFile, SheetGrid, column_letters, read_grids

__all__ = ["NumberedCells", "RowFile", "read_row_file", "row_paths"]

#: The number of a row as a spreadsheet shows it, and its cells by column.
NumberedCells = tuple[int, dict[str, str]]
_ENDINGS = (".csv", ".xlsx")


@dataclass(frozen=True)
class RowFile:
    """The rows of a file; what is wrong with single rows, which are left out, is in `problems`."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[NumberedCells, ...]
    problems: tuple[Problem, ...] = ()


def row_paths(folder: Path, name: str) -> list[Path]:
    """The files of this name that there are, as CSV and as workbook."""
    return [path for path in (folder / f"{name}{end}" for end in _ENDINGS) if path.is_file()]


def read_row_file(path: Path) -> RowFile:
    """Read a CSV file, or the one sheet with cells of a workbook; cells as text.

    Rows that begin with ``#`` are comments. Case and blanks in the header do not matter:
    ``Raised on`` is ``raised_on``. Raises `EngagementError` when the file cannot be read as that.
    """
    name = path.name
    try:
        grids = read_grids(path)
    except ExchangeError as cause:
        what = "is empty" if "is empty" in str(cause) else ""
        told = (Problem(name, "", what or p.what, p.allowed, p.todo) for p in cause.problems)
        raise EngagementError(*told) from cause
    filled = list(_filled(_choose(grids)))
    if not filled:
        raise EngagementError(Problem(name, "", "is empty", "a header row and a row per thing"))
    columns = tuple(_fold(cell) for cell in filled[0][1])
    problems = [p for p in grids.warnings if p.severity == "warning"]
    rows: list[NumberedCells] = []
    for number, cells in filled[1:]:
        if extra := [i for i in range(len(columns), len(cells)) if cells[i]]:
            problems.append(_too_long(name, number, len(columns), cells[extra[-1]]))
            continue
        problems += _headless(name, number, columns, cells)
        given = cells + [""] * (len(columns) - len(cells))
        rows.append((number, {c: cell for c, cell in zip(columns, given, strict=False) if c}))
    return RowFile(name, columns, tuple(rows), tuple(problems))


def _choose(grids: GridFile) -> SheetGrid:
    filled = [sheet for sheet in grids.sheets if not sheet.is_hidden and list(_filled(sheet))]
    if len(filled) > 1:
        what = f"has cells in {len(filled)} sheets: {', '.join(sheet.name for sheet in filled)}"
        raise EngagementError(Problem(grids.file, "", what, "one sheet with cells"))
    return filled[0] if filled else SheetGrid("", [])


def _filled(sheet: SheetGrid) -> Iterator[tuple[int, list[str]]]:
    """Rows with something in them that are no comments, with their numbers.

    A spreadsheet saves a comment as a first cell among empty ones, or cuts it at its commas.
    """
    for number, row in enumerate(sheet.rows, 1):
        cells = [cell.strip() for cell in row]
        if any(cells) and not cells[0].startswith("#"):
            yield number, cells


def _fold(header: str) -> str:
    return re.sub(r"[\s_]+", "_", header.replace("\ufeff", "").strip().casefold())


def _too_long(name: str, number: int, width: int, cell: str) -> Problem:
    what = f"has more cells than the header, the last {cell!r}"
    todo = "Put a cell with a comma in it in quotes; the row was left out."
    return Problem(name, f"row {number}", what, f"{width} cells", todo)


def _headless(
    name: str, number: int, columns: tuple[str, ...], cells: list[str]
) -> Iterator[Problem]:
    for i, column in enumerate(columns[: len(cells)]):
        if not column and cells[i]:
            what = f"{cells[i]!r} stands in a column without a header"
            yield Problem(name, f"row {number}, column {column_letters(i)}", what)

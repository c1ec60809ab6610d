"""The table of a file: which sheet, which rows are its header, every row with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange.folding import unguard_rows
from harmony_kit.exchange.heading import Heading, NumberedRow, find_heading
from harmony_kit.grids import GridFile, SheetGrid, column_letters, read_grids

__all__ = ["CODEBOOK", "Table", "find_table", "read_table"]

#: The sheet of an exported workbook that explains its columns.
CODEBOOK = "codebook"


@dataclass(frozen=True)
class Table:
    """A table of text cells.

    Attributes
    ----------
    headers
        One for each column: as it stands in the file, with what a second header row adds, or
        ``(column F)`` where cells have none above them.
    rows
        One tuple per row that is not empty, as long as `headers`.
    row_numbers
        Number of each row as a spreadsheet shows it; the first header line is usually row 1.
    is_spreadsheet
        Whether cells came from a workbook.
    labels
        What a tool says of each column in a row of its own; empty where it has none.
    hidden
        Numbers of the rows a spreadsheet does not show.
    zone
        The time zone a tool names for the times in it; empty where it names none.
    """

    file: str
    sha256: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_numbers: tuple[int, ...]
    is_spreadsheet: bool = False
    warnings: tuple[Problem, ...] = ()
    labels: tuple[str, ...] = ()
    hidden: frozenset[int] = frozenset()
    zone: str = ""

    def label(self, index: int) -> str:
        """What the tool says of a column beside its header."""
        return self.labels[index] if self.labels else ""


def read_table(path: Path, *, sheet: str | None = None) -> Table:
    """Read a CSV file or one sheet of a workbook.

    Without `sheet` it is the only visible one that holds a table. Comments, a title and a row
    that only groups columns may stand above the header; what is left out is a warning.

    Raises `ExchangeError` when the file cannot be read, has several sheets to choose from, only
    a header, or a row has more cells than the header.
    """
    return find_table(read_grids(path), sheet=sheet)


def find_table(grids: GridFile, *, sheet: str | None = None) -> Table:
    """The table of a file that was read; as `read_table`."""
    chosen, warnings = _choose_sheet(grids, sheet)
    filled = [(n, row) for n, row in enumerate(chosen.rows, 1) if any(cell.strip() for cell in row)]
    if not filled:
        raise ExchangeError(Problem(grids.file, "", "the file is empty"))
    heading = find_heading(filled)
    rows = filled[heading.n_rows :]
    if not rows:
        raise ExchangeError(Problem(grids.file, "", "has a header and no row under it"))
    headers = _cover(heading, rows, grids.file)
    warnings += [Problem(grids.file, "", told, severity="warning") for told in heading.left_out]
    numbers = tuple(number for number, _ in rows)
    fitted = [_fit(row, len(headers)) for _, row in rows]
    headers, plain = unguard_rows(headers, fitted)
    return Table(
        file=grids.file,
        sha256=grids.sha256,
        headers=headers,
        rows=tuple(plain),
        row_numbers=numbers,
        is_spreadsheet=grids.is_spreadsheet,
        warnings=tuple(warnings),
        labels=(heading.labels + ("",) * len(headers))[: len(headers)] if heading.labels else (),
        zone=heading.zone,
        hidden=chosen.hidden_rows & set(numbers),
    )


def _choose_sheet(grids: GridFile, name: str | None) -> tuple[SheetGrid, list[Problem]]:
    file, warnings = grids.file, list(grids.warnings)
    if name is not None:
        named = [sheet for sheet in grids.sheets if sheet.name == name]
        if not named:
            allowed = ", ".join(sheet.name for sheet in grids.sheets) or "none: it is no workbook"
            raise ExchangeError(Problem(file, "--sheet", f"there is no sheet {name!r}", allowed))
        return named[0], warnings
    filled = [sheet for sheet in grids.sheets if _is_filled(sheet)]
    visible = [sheet for sheet in filled if not sheet.is_hidden]
    tables = [sheet for sheet in visible if _is_table(sheet)] or visible[:1]
    if len(tables) > 1:
        what = f"{len(tables)} sheets hold a table"
        allowed = ", ".join(sheet.name for sheet in tables)
        raise ExchangeError(Problem(file, "", what, allowed, "Choose one with --sheet."))
    if not tables and filled:
        what = f"every sheet with cells is hidden: {', '.join(sheet.name for sheet in filled)}"
        raise ExchangeError(Problem(file, "", what, todo="Choose one with --sheet, or show it."))
    if not tables:
        raise ExchangeError(Problem(file, "", "the file is empty"))
    filled = [sheet for sheet in filled if sheet.name != CODEBOOK]
    others = [
        f"{sheet.name} (hidden)" if sheet.is_hidden else sheet.name
        for sheet in filled
        if sheet is not tables[0]
    ]
    if others:
        what = f"the sheet {tables[0].name!r} was read; left out: {', '.join(others)}"
        warnings.append(Problem(file, "", what, severity="warning"))
    return tables[0], warnings


def _is_filled(sheet: SheetGrid) -> bool:
    return any(cell.strip() for row in sheet.rows for cell in row)


def _is_table(sheet: SheetGrid) -> bool:
    """Whether a sheet has two rows of two cells: instructions and lists of options have not.

    The codebook of an export is about the answers and holds none.
    """
    if sheet.name == CODEBOOK:
        return False
    wide = (row for row in sheet.rows if sum(bool(cell.strip()) for cell in row) > 1)
    return next(wide, None) is not None and next(wide, None) is not None


def _cover(heading: Heading, rows: Sequence[NumberedRow], file: str) -> tuple[str, ...]:
    """The headers up to the last one, and a name for every inner column that has none.

    Raises `ExchangeError` with every row that has cells beyond the last header.
    """
    width = max((i for i, cell in enumerate(heading.headers, 1) if cell.strip()), default=0)
    too_long = [
        Problem(
            file,
            f"row {number}",
            f"has {_width(row)} cells, the header has {width}",
            todo="A cell with the separator in it belongs in quotes; a column needs a header.",
        )
        for number, row in rows
        if len(row) > width and _width(row) > width
    ]
    if too_long:
        raise ExchangeError(*too_long)
    headers = list(heading.headers[:width])
    for i, header in enumerate(headers):
        if not header.strip() and any(len(row) > i and row[i].strip() for _, row in rows):
            headers[i] = f"(column {column_letters(i)})"
    return tuple(headers)


def _fit(row: list[str], width: int) -> tuple[str, ...]:
    if len(row) < width:
        return (*row, *[""] * (width - len(row)))
    return tuple(row[:width])


def _width(row: list[str]) -> int:
    return max((i for i, cell in enumerate(row, 1) if cell.strip()), default=0)

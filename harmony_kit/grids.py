"""Tables as other programs write them, CSV or spreadsheet: every cell as text."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.sheet_marks import SheetMarks, list_archive, read_marks
from harmony_kit.statistics_grids import read_statistics_grid

__all__ = ["Grid", "GridFile", "SheetGrid", "column_letters", "read_grids"]

Grid = list[list[str]]

#: An error would pass for an empty cell, and a hidden row for one everybody saw.
_BLIND = "is a workbook in which errors and hidden rows cannot be told from what is shown"

_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")


@dataclass(frozen=True)
class SheetGrid:
    """One sheet: its rows from the first on, empty ones too; a CSV file is one without a name.

    An error such as ``#N/A`` stands in its cell as that text.
    """

    name: str
    rows: Grid
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()


@dataclass(frozen=True)
class GridFile:
    """A file of one or more sheets, and what was noticed while it was read."""

    file: str
    sha256: str
    sheets: tuple[SheetGrid, ...]
    is_spreadsheet: bool
    warnings: tuple[Problem, ...] = ()


def read_grids(path: Path) -> GridFile:
    """Read a CSV, Parquet or SPSS file or all sheets of a workbook.

    What a file is, is decided by its content, not by its name. Separators ``,``, ``;``, tab and
    ``|`` are recognised; text is UTF-8, UTF-16 or, with a warning, Windows-1252.

    Raises `ExchangeError` when there is no such file, it is a folder, empty, damaged, protected
    or a ZIP archive of something else.
    """
    file = path.name
    content = _read_bytes(path)
    if not content.strip():
        raise _refusal(file, "the file is empty")
    digest = hashlib.sha256(content).hexdigest()
    rows = read_statistics_grid(content, file)
    if rows is not None:
        return GridFile(file, digest, (SheetGrid("", rows),), is_spreadsheet=True)
    is_binary = content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if is_binary or path.suffix.lower() in _SPREADSHEETS:
        return GridFile(file, digest, _read_workbook(content, file), is_spreadsheet=True)
    text, warnings = _decode(content, file)
    sheet = SheetGrid("", _read_csv(text, file))
    return GridFile(file, digest, (sheet,), is_spreadsheet=False, warnings=tuple(warnings))


def _refusal(file: str, what: str, todo: str = "") -> ExchangeError:
    return ExchangeError(Problem(file, "", what, todo=todo))


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise _refusal(str(path), "is a folder, not a file")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _refusal(str(path), "there is no such file") from None
    except OSError as cause:
        raise _refusal(str(path), f"cannot be read ({cause.strerror})") from cause


def column_letters(index: int) -> str:
    """The name a spreadsheet gives a column: 0 is ``A``, 26 is ``AA``."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters


# Workbooks


def _read_workbook(content: bytes, file: str) -> tuple[SheetGrid, ...]:
    refusal = _refusal(file, _BLIND, "Open it and save it as .xlsx.")
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            marks = read_marks(content)
            if marks is None:
                raise refusal
            return tuple(
                _read_sheet(book, about, marks.get(about.name, SheetMarks()))
                for about in book.sheets_metadata
                if about.typ == python_calamine.SheetTypeEnum.WorkSheet
            )
    except python_calamine.PasswordError as cause:
        raise _refusal(file, "is protected by a password", "Save it without one.") from cause
    except python_calamine.CalamineError as cause:
        if inside := list_archive(content):
            todo = "Unpack it and import what is inside."
            raise _refusal(file, f"is a ZIP archive of {inside}", todo) from cause
        what = "cannot be read as a spreadsheet: it is damaged, or another kind of file"
        raise _refusal(file, what, "Download it again, or save it as CSV.") from cause


def _read_sheet(
    book: python_calamine.CalamineWorkbook, about: python_calamine.SheetMetadata, marks: SheetMarks
) -> SheetGrid:
    sheet = book.get_sheet_by_name(about.name)
    known: dict[str, str] = {}
    once = known.setdefault  # see `_parse_lines`
    rows = [
        [once(text, text) for text in map(_cell_text, row)]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    for (row, column), text in marks.errors.items():
        rows += [[] for _ in range(row + 1 - len(rows))]
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = text
    is_hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
    return SheetGrid(about.name, rows, is_hidden, marks.hidden_rows)


def _cell_text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        # Spreadsheets keep a time as a fraction of a day: 9:01 may come back as 9:00:59.999997.
        return (cell + timedelta(milliseconds=500)).replace(microsecond=0).isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


# Text files


def _decode(content: bytes, file: str) -> tuple[str, list[Problem]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(content, "utf-16", file), []
    # UTF-16 without its mark: every other byte of plain text is zero.
    start = content[:200]
    if start.count(0) * 3 > len(start):
        return _decode_as(content, "utf-16-le" if start[1:2] == b"\x00" else "utf-16-be", file), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        what = "is not UTF-8 and was read as Windows-1252; check names with accents"
        warning = Problem(file, "", what, severity="warning")
        return _decode_as(content, "cp1252", file), [warning]


def _decode_as(content: bytes, encoding: str, file: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as cause:
        todo = "Save it as CSV in UTF-8, or as XLSX."
        raise _refusal(file, "is not text in UTF-8, UTF-16 or Windows-1252", todo) from cause


def _read_csv(text: str, file: str) -> Grid:
    # Excel writes, and obeys, a first line that names the separator.
    if text[:4].lower() == "sep=" and text[5:6] in ("\r", "\n"):
        rest = text[5:].removeprefix("\r\n").removeprefix("\n").removeprefix("\r")
        return [[], *_parse(rest, text[4], file)]
    return _parse(text, _sniff(text), file)


def _parse(text: str, delimiter: str, file: str) -> Grid:
    try:
        return _parse_lines(text, delimiter, is_strict=True)
    except csv.Error as cause:
        if "unexpected end of data" in str(cause):
            raise _refusal(
                file, "a quoted cell is never closed; the file may be cut off"
            ) from cause
    try:
        return _parse_lines(text, delimiter, is_strict=False)
    except csv.Error as cause:
        raise _refusal(file, f"cannot be read as CSV ({cause})") from cause


def _parse_lines(text: str, delimiter: str, *, is_strict: bool) -> Grid:
    lines = io.StringIO(text, newline="")
    # Most cells repeat; one text for all that are alike keeps a large file small in memory.
    known: dict[str, str] = {}
    once = known.setdefault
    reader = csv.reader(lines, delimiter=delimiter, strict=is_strict)
    return [[once(cell, cell) for cell in row] for row in reader]


def _sniff(text: str) -> str:
    """The separator under which the first rows have the same, and the most, cells."""
    return max(",;\t|", key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        widths = [len(row) for row, _ in zip(_told(reader), range(30), strict=False)]
    except csv.Error:
        return 0.0, 0
    width = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    if width < 2:
        return 0.0, 0
    return widths.count(width) / len(widths), width


def _told(rows: Iterable[list[str]]) -> Iterable[list[str]]:
    """Rows with something in them; a comment says nothing about how a file is separated."""
    return (row for row in rows if row and not row[0].startswith("# "))

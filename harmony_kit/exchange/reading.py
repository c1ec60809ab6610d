"""Tables as they arrive, CSV or spreadsheet: every cell as text, every row with its number."""

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
from harmony_kit.exchange.folding import unguard_rows

__all__ = ["Table", "read_table"]


@dataclass(frozen=True)
class Table:
    """A table of text cells.

    Attributes
    ----------
    headers
        The header row as it stands in the file.
    rows
        One tuple per row that is not empty, as long as `headers`.
    row_numbers
        Number of each row as a spreadsheet shows it; the first header line is usually row 1.
    is_spreadsheet
        Whether cells came from a workbook.
    """

    file: str
    sha256: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_numbers: tuple[int, ...]
    is_spreadsheet: bool = False
    warnings: tuple[Problem, ...] = ()


Grid = list[list[str]]


def read_table(path: Path) -> Table:
    """Read a CSV file or the first filled sheet of a workbook.

    What a file is, is decided by its content, not by its name. Separators ``,``, ``;``, tab and
    ``|`` are recognised; text is UTF-8, UTF-16 or, with a warning, Windows-1252.

    Raises `ExchangeError` when there is no such file, it is a folder, empty, has only a header,
    is damaged, or a row has more cells than the header.
    """
    file = path.name
    content = _read_bytes(path)
    if not content.strip():
        raise _refusal(file, "the file is empty")
    is_spreadsheet = content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if is_spreadsheet or path.suffix.lower() in (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"):
        is_spreadsheet = True
        grid, warnings = _read_workbook(content, file)
    else:
        text, warnings = _decode(content, file)
        grid = _read_csv(text, file)
    digest = hashlib.sha256(content).hexdigest()
    headers, numbered = _split_header(grid, file)
    numbers, rows = zip(*numbered, strict=True)
    headers, plain = unguard_rows(headers, rows)
    return Table(file, digest, headers, tuple(plain), numbers, is_spreadsheet, tuple(warnings))


def _refusal(file: str, what: str, todo: str = "", where: str = "") -> ExchangeError:
    return ExchangeError(Problem(file, where, what, todo=todo))


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise _refusal(str(path), "is a folder, not a file")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _refusal(str(path), "there is no such file") from None
    except OSError as cause:
        raise _refusal(str(path), f"cannot be read ({cause.strerror})") from cause


def _split_header(
    grid: Grid, file: str
) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    filled = [(i, row) for i, row in enumerate(grid, 1) if any(cell.strip() for cell in row)]
    if not filled:
        raise _refusal(file, "the file is empty")
    (_, header), rows = filled[0], filled[1:]
    if not rows:
        raise _refusal(file, "has a header and no row under it")
    width = max(i for i, cell in enumerate(header, 1) if cell.strip())
    too_long = [
        Problem(file, f"row {number}", f"has {_width(row)} cells, the header has {width}")
        for number, row in rows
        if _width(row) > width
    ]
    if too_long:
        raise ExchangeError(*too_long)
    empty = [""] * width
    return tuple(header[:width]), [(number, tuple((row + empty)[:width])) for number, row in rows]


def _width(row: list[str]) -> int:
    return max((i for i, cell in enumerate(row, 1) if cell.strip()), default=0)


# Workbooks


def _read_workbook(content: bytes, file: str) -> tuple[Grid, list[Problem]]:
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = {name: _read_sheet(book.get_sheet_by_name(name)) for name in book.sheet_names}
    except python_calamine.PasswordError as cause:
        raise _refusal(file, "is protected by a password", "Save it without one.") from cause
    except python_calamine.CalamineError as cause:
        what = "cannot be read as a spreadsheet: it is damaged, or another kind of file"
        raise _refusal(file, what, "Download it again, or save it as CSV.") from cause
    filled = [name for name, grid in sheets.items() if grid]
    if not filled:
        raise _refusal(file, "the file is empty")
    warnings = []
    if len(filled) > 1:
        what = f"only the first sheet, {filled[0]!r}, was read; left out: {', '.join(filled[1:])}"
        warnings.append(Problem(file, "", what, severity="warning"))
    return sheets[filled[0]], warnings


def _read_sheet(sheet: python_calamine.CalamineSheet) -> Grid:
    rows = sheet.to_python(skip_empty_area=False)
    return [[_cell_text(cell) for cell in row] for row in rows]


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
    return list(csv.reader(lines, delimiter=delimiter, strict=is_strict))


def _sniff(text: str) -> str:
    """The separator under which the first rows have the same, and the most, cells."""
    return max(",;\t|", key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        widths = [len(row) for row, _ in zip(_filled(reader), range(30), strict=False)]
    except csv.Error:
        return 0.0, 0
    width = widths[0] if widths else 0
    if width < 2:
        return 0.0, 0
    return sum(w == width for w in widths) / len(widths), width


def _filled(rows: Iterable[list[str]]) -> Iterable[list[str]]:
    return (row for row in rows if row)

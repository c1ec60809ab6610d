"""Workbooks: text is text in every cell, and the same content is the same bytes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeGuard

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import Worksheet

from harmony_kit.files import publish

__all__ = ["WorkbookSheet", "draw_workbook", "sheet_name", "write_workbook"]

# XlsxWriter dates a workbook with the clock otherwise.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_AS_TYPED = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MAX_CELL = 32_767
_MAX_NAME = 31
_FIRST = ("topics", "within", "rank", "words", "ownership", "pilots", "readiness", "evidence")
_LAST = ("withheld", "settings", "provenance")


@dataclass(frozen=True)
class WorkbookSheet:
    """One sheet: a header row, frozen, and rows of text, numbers, truths or None."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def write_workbook(results: Mapping[str, Any], path: Path) -> None:
    """The results of a site as a workbook: a sheet for every list in it, one for the rest.

    Nested values become columns such as ``probability.shared_view``. A figure that was withheld
    is absent here as it is in `results`. The same results make the same bytes.

    Raises `ExchangeError` when the file cannot be written.
    """
    publish(path, draw_workbook(_list_sheets(results)))


def _list_sheets(results: Mapping[str, Any]) -> list[WorkbookSheet]:
    plain = {key: value for key, value in results.items() if not _is_table(value)}
    about = {
        k: v for k, v in plain.items() if not isinstance(v, Mapping) or k in ("n", "instrument")
    }
    sheets = [_pair_sheet("about", about)]
    for key in sorted(results, key=_rank):
        if key not in about:
            sheets += _sheets_of(key, results[key])
    return sheets


def _rank(key: str) -> tuple[int, int]:
    """Measures first, then what was made of them, then settings; else as they stand."""
    if key in _FIRST:
        return 0, _FIRST.index(key)
    return (2, _LAST.index(key)) if key in _LAST else (1, 0)


def _is_table(value: object) -> TypeGuard[list[Mapping[str, Any]]]:
    return isinstance(value, list) and all(isinstance(row, Mapping) for row in value)


def _sheets_of(name: str, value: object) -> list[WorkbookSheet]:
    if _is_table(value):
        return [_table_sheet(name, value)]
    if not isinstance(value, Mapping):
        return [_pair_sheet(name, {name: value})]
    rest = {key: part for key, part in value.items() if not _is_table(part)}
    sheets = [_pair_sheet(name, rest)] if rest else []
    for key, part in value.items():
        if key not in rest:
            sheets += _sheets_of(f"{name}.{key}", part)
    return sheets


def _table_sheet(name: str, rows: Sequence[Mapping[str, Any]]) -> WorkbookSheet:
    flat = [dict(_flatten(row)) for row in rows]
    headers = tuple(dict.fromkeys(key for row in flat for key in row))
    cells = tuple(tuple(row.get(header) for header in headers) for row in flat)
    return WorkbookSheet(name, headers or ("nothing to show",), cells)


def _pair_sheet(name: str, pairs: Mapping[str, Any]) -> WorkbookSheet:
    return WorkbookSheet(name, ("what", "value"), tuple(_flatten(pairs)))


def _flatten(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, part in value.items():
        name = f"{prefix}{key}"
        if isinstance(part, Mapping):
            yield from _flatten(part, f"{name}.")
        elif isinstance(part, list | tuple):
            yield name, _join(part)
        else:
            yield name, part


def _join(values: Sequence[object]) -> str:
    if any(isinstance(value, Mapping | list | tuple) for value in values):
        return json.dumps(values, ensure_ascii=False)
    return "; ".join("" if value is None else str(value) for value in values)


class PlainWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that writes texts and numbers in one go, in half the library's time.

    Everything else, and all that surrounds a cell, is the library's; so are the bytes.
    """

    def _write_cell(self, row: int, col: int, cell: Any) -> None:  # noqa: ANN401 - the library's own types
        kind = type(cell).__name__
        if kind not in ("Number", "String") or not cell.format:
            super()._write_cell(row, col, cell)
            return
        style = cell.format._get_xf_index()  # noqa: SLF001 - as the method this one stands for
        start = f'<c r="{xl_rowcol_to_cell_fast(row, col)}" s="{style}"'
        if kind == "Number":
            self.fh.write(f"{start}><v>{cell.number:.16G}</v></c>")
        else:
            self.fh.write(f'{start} t="s"><v>{cell.string}</v></c>')


def draw_workbook(sheets: Sequence[WorkbookSheet]) -> bytes:
    """The bytes of a workbook with these sheets."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _AS_TYPED) as book:
        book.set_properties({"created": _CREATED})
        heading = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        body = book.add_format({"valign": "top", "text_wrap": True})
        names: list[str] = []
        for sheet in sheets:
            names.append(sheet_name(sheet.name, names))
            drawn = book.add_worksheet(names[-1], worksheet_class=PlainWorksheet)
            _draw_sheet(drawn, sheet, heading, body)
    return target.getvalue()


def sheet_name(name: str, taken: Sequence[str]) -> str:
    """A name a spreadsheet allows and no other sheet has, as near to this one as can be."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:_MAX_NAME] or "sheet"
    used, unique, n = {other.casefold() for other in taken}, plain, 1
    while unique.casefold() in used:
        n += 1
        unique = f"{plain[: _MAX_NAME - len(str(n)) - 1]} {n}"
    return unique


def _draw_sheet(worksheet: Worksheet, sheet: WorkbookSheet, heading: Format, body: Format) -> None:
    worksheet.freeze_panes(1, 0)
    for column, header in enumerate(sheet.headers):
        worksheet.write_string(0, column, header, heading)
        shown = (row[column] for row in sheet.rows)
        longest = max((len(str(cell)) for cell in shown if cell is not None), default=0)
        worksheet.set_column(column, column, min(max(longest, len(header), 7) + 2, 60))
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row):
            if cell is not None and cell != "":
                _draw_cell(worksheet, (number, column), cell, body)


def _draw_cell(worksheet: Worksheet, place: tuple[int, int], cell: object, body: Format) -> None:
    if isinstance(cell, bool):
        worksheet.write_boolean(*place, cell, body)
    elif isinstance(cell, int | float):
        worksheet.write_number(*place, cell, body)
    else:
        worksheet.write_string(*place, str(cell)[:_MAX_CELL], body)

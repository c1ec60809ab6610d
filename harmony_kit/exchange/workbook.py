"""Workbooks: text is text in every cell, and the same content is the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import xlsxwriter

from harmony_kit.exchange.lean_worksheet import CellStyles, LeanWorksheet, Marked

__all__ = ["WorkbookSheet", "draw_workbook", "name_sheets", "sheet_name"]

# XlsxWriter dates a workbook with the clock otherwise.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_AS_TYPED = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MAX_NAME = 31


@dataclass(frozen=True)
class WorkbookSheet:
    """One sheet: a header row, frozen, and rows of text, numbers, days, truths or None.

    Attributes
    ----------
    headers
        Empty ones make a sheet without a table, as a cover is.
    forms
        The number format of each column, as spreadsheets write them; empty: none.
    widths
        The width of each column in letters; empty: as its cells need.
    is_table
        Whether the rows are a table of the spreadsheet, banded and ready to be printed.
    """

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    forms: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    is_table: bool = False


def draw_workbook(sheets: Sequence[WorkbookSheet], *, colour: str = "") -> bytes:
    """The bytes of a workbook with these sheets; `colour` is that of heads, as ``#1f5f7a``."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _AS_TYPED) as book:
        book.set_properties({"created": _CREATED})
        styles = CellStyles(book, colour)
        for name, sheet in zip(name_sheets(sheets), sheets, strict=True):
            _draw_sheet(book.add_worksheet(name, worksheet_class=LeanWorksheet), sheet, styles)
    return target.getvalue()


def name_sheets(sheets: Iterable[WorkbookSheet]) -> list[str]:
    """The names the sheets of a workbook get, in their order."""
    names: list[str] = []
    for sheet in sheets:
        names.append(sheet_name(sheet.name, names))
    return names


def sheet_name(name: str, taken: Sequence[str]) -> str:
    """A name a spreadsheet allows and no other sheet has, as near to this one as can be."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:_MAX_NAME] or "sheet"
    used, unique, n = {other.casefold() for other in taken}, plain, 1
    while unique.casefold() in used:
        n += 1
        unique = f"{plain[: _MAX_NAME - len(str(n)) - 1]} {n}"
    return unique


def _draw_sheet(worksheet: LeanWorksheet, sheet: WorkbookSheet, styles: CellStyles) -> None:
    n_rows, n_columns = len(sheet.rows), len(sheet.headers)
    forms = sheet.forms or ("",) * n_columns
    _set_widths(worksheet, sheet.widths or [*map(_width, *_columns(sheet))])
    if not any(sheet.headers):
        worksheet.hide_gridlines(2)
        worksheet.draw(sheet.rows, forms, styles)
        return
    if sheet.is_table:
        worksheet.freeze_panes(1, 1)
        heads = [{"header": head} for head in sheet.headers]
        look = {"columns": heads, "style": "Table Style Light 1"}
        worksheet.add_table(0, 0, n_rows, n_columns - 1, look)
        worksheet.set_landscape()
        worksheet.set_paper(9)
        worksheet.fit_to_pages(1, 0)
        worksheet.repeat_rows(0)
    else:
        worksheet.freeze_panes(1, 0)
        if n_rows:
            worksheet.autofilter(0, 0, n_rows, n_columns - 1)
    heads_row = tuple(Marked(head, "head") for head in sheet.headers)
    worksheet.draw((heads_row, *sheet.rows), forms, styles)


def _set_widths(worksheet: LeanWorksheet, widths: Sequence[float]) -> None:
    """The widths of the columns, those of neighbours that are alike in one go."""
    first = 0
    for width, alike in groupby(widths):
        last = first + len([*alike]) - 1
        worksheet.set_column(first, last, width)
        first = last + 1


def _columns(sheet: WorkbookSheet) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    columns = [*zip(*sheet.rows, strict=True)] or [()] * len(sheet.headers)
    return sheet.headers, columns


def _width(head: str, cells: Sequence[object]) -> float:
    """Wide enough for the longest cell, up to a width at which text is still read."""
    longest = max((len(str(cell)) for cell in set(cells) if cell is not None), default=0)
    return min(max(longest, len(head), 7) + 2, 60)

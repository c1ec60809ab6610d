"""Worksheets whose cells are written in one go: the library's way takes three times as long.

All that surrounds the cells (styles, tables, filters, links, printing) is the library's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from xlsxwriter.worksheet import Worksheet

from harmony_kit.grids import column_letters

__all__ = ["CellLook", "CellStyles", "LeanWorksheet", "Link", "Marked"]

CellLook: TypeAlias = Literal["plain", "coarse", "withheld", "head", "title", "soft", "strong"]

# Excel allows no longer text in a cell.
_MAX_CELL = 32_767
_DAY_ZERO = date(1899, 12, 30)
#: A day as the reader's own spreadsheet program writes days.
_DAY = "day"
_SHARED: dict[CellLook, dict[str, Any]] = {
    "coarse": {},
    "withheld": {"italic": True, "font_color": "#6B7280"},
    "head": {"bold": True, "bottom": 1},
    "title": {"bold": True, "font_size": 18, "text_wrap": False},
    "soft": {"font_color": "#55606E"},
    "strong": {"bold": True},
}
_LINK = {"font_color": "#0563C1", "underline": 1, "valign": "top"}


@dataclass(frozen=True)
class Marked:
    """A cell that looks otherwise than its column: a number told coarsely, a word for one."""

    value: object
    look: CellLook


@dataclass(frozen=True)
class Link:
    """A cell that leads to another sheet of the workbook."""

    text: str
    sheet: str


class CellStyles:
    """The numbers of a workbook's cell formats, each made once."""

    def __init__(self, book: Any, head_colour: str = "") -> None:  # noqa: ANN401 - xlsxwriter has no types
        self._book = book
        self._head_colour = head_colour
        self._known: dict[tuple[str, str], int] = {}

    def number(self, form: str = "", look: CellLook = "plain") -> int:
        """The number of the style of a number format and a look."""
        if (form, look) not in self._known:
            self._known[form, look] = self._add(form, look)
        return self._known[form, look]

    def link(self) -> int:
        """The number of the style of a link."""
        if ("", "link") not in self._known:
            self._known["", "link"] = self._book.add_format(_LINK)._get_xf_index()  # noqa: SLF001
        return self._known["", "link"]

    def _add(self, form: str, look: CellLook) -> int:
        look_of = {"valign": "top", "text_wrap": True, **_SHARED.get(look, {})}
        if form == _DAY:
            look_of["num_format"] = 14
        elif form:
            parts = form.split(";")
            signed = [f'"\u2248 "{part}' for part in parts] if look == "coarse" else parts
            look_of["num_format"] = ";".join(signed)
        if look == "head" and self._head_colour:
            look_of |= {"bg_color": self._head_colour, "font_color": "#FFFFFF"}
        return int(self._book.add_format(look_of)._get_xf_index())  # noqa: SLF001 - as write_string does


class LeanWorksheet(Worksheet):  # type: ignore[misc]
    """A worksheet that is given its rows whole."""

    def draw(
        self, rows: Iterable[Sequence[object]], forms: Sequence[str], styles: CellStyles
    ) -> None:
        """Set the rows from the first on; `forms` are the number formats of the columns."""
        texts = self.str_table.string_table
        self._index = texts.setdefault
        self._styles, self._forms = styles, forms
        self._links: list[tuple[int, int, Link]] = []
        plain = [(column_letters(n), n, styles.number(form)) for n, form in enumerate(forms)]
        self._lines = [self._row(number, row, plain) for number, row in enumerate(rows, 1)]
        self.str_table.count = self.str_table.unique_count = len(texts)
        for row, column, link in self._links:
            self.write_url(row, column, f"internal:'{link.sheet}'!A1", string=link.text)
        self.dim_rowmin = self.dim_colmin = 0
        self.dim_rowmax, self.dim_colmax = max(len(self._lines) - 1, 0), max(len(forms) - 1, 0)

    def _row(
        self, number: int, row: Sequence[object], plain: Sequence[tuple[str, int, int]]
    ) -> str:
        index, texts, cells = self._index, self.str_table.string_table, []
        for (letters, column, style), cell in zip(plain, row, strict=False):
            kind = type(cell)
            if cell is None or cell == "":
                continue
            start = f'<c r="{letters}{number}" s="{style}"'
            if kind is str:
                text = index(cell[:_MAX_CELL], len(texts))  # type: ignore[index]
                cells.append(f'{start} t="s"><v>{text}</v></c>')
            elif kind is float or kind is int:
                cells.append(f"{start}><v>{cell!r}</v></c>")
            elif kind is bool:
                cells.append(f'{start} t="b"><v>{cell:d}</v></c>')
            else:
                other, style_of = self._unwrap(cell, number - 1, column)
                cells.append(self._row(number, (other,), ((letters, column, style_of or style),)))
        return "".join(cells)

    def _unwrap(self, cell: object, row: int, column: int) -> tuple[object, int]:
        """What a cell of another kind shows, and its style; 0 for that of its column."""
        if isinstance(cell, Marked):
            return cell.value, self._styles.number(self._forms[column], cell.look)
        if isinstance(cell, Link):
            self._links.append((row, column, cell))
            return cell.text, self._styles.link()
        if isinstance(cell, date):
            return (cell - _DAY_ZERO).days, self._styles.number(_DAY)
        return str(cell), 0

    def _write_sheet_data(self) -> None:
        rows = (f'<row r="{n}">{cells}</row>' for n, cells in enumerate(self._lines, 1))
        self.fh.write(f"<sheetData>{''.join(rows)}</sheetData>")

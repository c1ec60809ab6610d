"""What a workbook's own file says of a sheet and no reader of cells tells: errors, hidden rows."""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["ERRORS", "UNCOMPUTED", "SheetMarks", "list_archive", "read_marks"]

#: What stands in a cell whose formula was never worked out.
UNCOMPUTED = "#FORMULA?"
#: The errors of spreadsheets, as they stand in a cell.
_SHOWN = "#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC!"
ERRORS = frozenset((*_SHOWN.split(), UNCOMPUTED))

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also the cover of one that is protected
_OPEN_MARK = re.compile(rb'calcext:value-type="error"|table:visibility="(?:collapse|filter)"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_HIDDEN_ROW = re.compile(rb'<row\s(?=[^>]*\shidden="(?:1|true)")[^>]*\br="(\d+)"[^>]*>')
_CELL = re.compile(rb'<c\s[^>]*\br="([A-Z]{1,3})(\d+)"([^>]*)>((?:(?!</c>).)*)</c>', re.DOTALL)
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]+)</v>")


@dataclass(frozen=True)
class SheetMarks:
    """Errors by row and column, both from 0, and the numbers of hidden rows, from 1."""

    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()


def read_marks(content: bytes) -> dict[str, SheetMarks] | None:
    """Sheet name → its marks, of an XLSX file; empty for other kinds of workbooks.

    None where there may be marks that cannot be read: in the other kinds of Excel (.xls, .xlsb),
    and in an OpenDocument sheet (.ods) that holds an error or hides a row.

    A reader of cells gives an error, and a formula whose result was never stored, as an empty
    cell: an answer would pass for a question nobody asked.
    """
    if content.startswith(_OLD_EXCEL):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.bin" in names:
                return None
            if "content.xml" in names and _OPEN_MARK.search(archive.read("content.xml")):
                return None
            return {name: _read_sheet_marks(archive, part) for name, part in _parts(archive)}
    except (zipfile.BadZipFile, KeyError, EOFError, OSError):
        return {}


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = {
        one.get("Id"): one.get("Target", "")
        for one in map(_attributes, _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")))
    }
    for sheet in map(_attributes, _SHEET.findall(archive.read("xl/workbook.xml"))):
        target = relations.get(sheet.get("r:id"), "")
        yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _attributes(tag: bytes) -> dict[str, str]:
    pairs = _ATTRIBUTE.findall(tag)
    return {name.decode(): html.unescape(value.decode("utf-8")) for name, value in pairs}


def _read_sheet_marks(archive: zipfile.ZipFile, part: str) -> SheetMarks:
    if not part.startswith("xl/worksheets/"):
        return SheetMarks()
    text = archive.read(part)
    hidden = frozenset(int(row) for row in _HIDDEN_ROW.findall(text))
    if b't="e"' not in text and b"<f" not in text:
        return SheetMarks({}, hidden)
    return SheetMarks(dict(_errors(text)), hidden)


def _errors(text: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for match in _CELL.finditer(text):
        letters, row, attributes, inside = match.groups()
        place = int(row) - 1, _column_index(letters)
        value = _VALUE.search(inside)
        if b't="e"' in attributes:
            yield place, value[1].decode() if value else "#N/A"
        # A formula may well come to an empty text, which is of the type "str".
        elif b"<f" in inside and value is None and b't="str"' not in attributes:
            yield place, UNCOMPUTED


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1


def list_archive(content: bytes) -> str:
    """The names in a ZIP archive, shortened; empty where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return ""
    if "[Content_Types].xml" in names:  # a workbook after all, and a damaged one
        return ""
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")

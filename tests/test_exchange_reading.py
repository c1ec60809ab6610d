"""Tables of every encoding, separator and kind of workbook; each with its rows counted right."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from exchange_cases import CASES

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange import read_table

TEXT = "a,b\nä,1\n"
WHEN = dt.datetime(2026, 10, 6, 9, 1)  # noqa: DTZ001 - a workbook knows no zones
GUESSED = "is not UTF-8 and was read as Windows-1252; check names with accents"


@pytest.mark.parametrize(
    ("content", "warned"),
    [
        (TEXT.encode(), ()),
        (TEXT.encode("utf-8-sig"), ()),
        (TEXT.encode("utf-16"), ()),
        (TEXT.encode("utf-16-le"), ()),
        (TEXT.encode("utf-16-be"), ()),
        (TEXT.encode("cp1252"), (Problem("t.csv", "", GUESSED, severity="warning"),)),
        (TEXT.replace("\n", "\r\n").encode(), ()),
        (TEXT.replace(",", ";").encode(), ()),
        (TEXT.replace(",", "\t").encode(), ()),
        (TEXT.replace(",", "|").encode(), ()),
    ],
)
def test_encodings_and_separators_are_recognised(tmp_path, content, warned):
    path = tmp_path / "t.csv"
    path.write_bytes(content)

    table = read_table(path)

    assert (table.headers, table.rows, table.row_numbers) == (("a", "b"), (("ä", "1"),), (2,))
    assert (table.warnings, table.is_spreadsheet) == (warned, False)


@pytest.mark.parametrize(
    ("text", "headers", "rows", "numbers"),
    [
        ("sep=;\r\na;b\r\n1;2,5\r\n", ("a", "b"), (("1", "2,5"),), (3,)),
        ("\n\na,b\n\n1,2\n\n3\n,,\n", ("a", "b"), (("1", "2"), ("3", "")), (5, 7)),
        ('a;b\n"x;y;z,,,";"1\n2"\nv;w\n', ("a", "b"), (("x;y;z,,,", "1\n2"), ("v", "w")), (2, 3)),
        ('a,b\n"say "yes"",1\n', ("a", "b"), (('say yes""', "1"),), (2,)),
        ("a,b,,\n1,2,,\n", ("a", "b"), (("1", "2"),), (2,)),
    ],
)
def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path, text, headers, rows, numbers):
    path = tmp_path / "t.csv"
    path.write_text(text, newline="")

    table = read_table(path)

    assert (table.headers, table.rows, table.row_numbers) == (headers, rows, numbers)


def _workbook(*sheets: dict[tuple[int, int], object]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"strings_to_formulas": False, "remove_timezone": True}
    ) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for cells in sheets:
            sheet = book.add_worksheet()
            for (row, column), cell in cells.items():
                if isinstance(cell, dt.datetime):
                    sheet.write_datetime(row, column, cell, day)
                else:
                    sheet.write(row, column, cell)
    return target.getvalue()


def test_cells_of_a_workbook_become_text(tmp_path):
    path = tmp_path / "t.csv"  # its content says what it is, not its name
    values = ["=1+1", 7, 7.5, True, WHEN, " a\xa0", None]
    cells = {(2, i): f"h{i}" for i in range(len(values))}
    path.write_bytes(_workbook(cells | {(4, i): v for i, v in enumerate(values) if v is not None}))

    table = read_table(path)

    assert table.headers == tuple(f"h{i}" for i in range(len(values)))
    assert table.rows == (("=1+1", "7", "7.5", "yes", "2026-10-06T09:01:00", " a\xa0", ""),)
    assert (table.row_numbers, table.is_spreadsheet) == ((5,), True)


def test_the_only_sheet_with_a_table_is_read_and_the_others_are_named(tmp_path):
    path = tmp_path / "t.xlsx"
    sheet = {(0, 0): "a", (0, 1): "b", (1, 0): "1", (1, 1): "2"}
    path.write_bytes(_workbook({}, {(0, 0): "Fill in the next sheet"}, sheet))

    table = read_table(path)

    what = "the sheet 'Sheet3' was read; left out: Sheet2"
    assert table.warnings == (Problem("t.xlsx", "", what, severity="warning"),)
    assert table.rows == (("1", "2"),)


@pytest.mark.parametrize("cut", [4, 60, 1000, -200, -30])
def test_a_workbook_that_was_cut_off_is_refused(tmp_path, cut):
    path = tmp_path / "t.xlsx"
    path.write_bytes(_workbook({(0, 0): "a", (1, 0): "1"})[:cut])

    with pytest.raises(ExchangeError) as caught:
        read_table(path)

    what = "cannot be read as a spreadsheet: it is damaged, or another kind of file"
    todo = "Download it again, or save it as CSV."
    assert caught.value.problems == (Problem("t.xlsx", "", what, todo=todo),)


def test_a_workbook_without_cells_is_empty(tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(_workbook({}))

    with pytest.raises(ExchangeError) as caught:
        read_table(path)

    assert caught.value.problems == (Problem("t.xlsx", "", "the file is empty"),)


# Workbooks whose marks cannot be read


def _pack(path: Path, **parts: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)


_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def _open_document(path: Path, *, row: str = "", cell: str) -> None:
    typed = '<table:table-cell office:value-type="string">'
    head = f"<table:table-row>{typed}<text:p>respondent</text:p></table:table-cell>"
    head += f"{typed}<text:p>view.plain</text:p></table:table-cell></table:table-row>"
    said = f"<table:table-row {row}>{typed}<text:p>P-1</text:p></table:table-cell>"
    said += f'<table:table-cell office:value-type="string" {cell}</table:table-cell>'
    sheet = f'<table:table table:name="A">{head}{said}</table:table-row></table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    names = f'{_SPACES} xmlns:calcext="urn:x"'
    content = f"<office:document-content {names}>{body}</office:document-content>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<manifest:manifest xmlns:manifest="urn:m"/>'
    parts = {"content_xml": content.encode(), "META-INF__manifest_xml": manifest}
    _pack(path, mimetype=kind, **parts)


BLIND = (
    "is a workbook in which errors and hidden rows cannot be told from what is shown. "
    "Open it and save it as .xlsx."
)


@pytest.mark.parametrize(
    "marked",
    [
        {"cell": 'calcext:value-type="error"><text:p>#N/A</text:p>'},
        {"row": 'table:visibility="collapse"', "cell": "><text:p>4</text:p>"},
        {"row": 'table:visibility="filter"', "cell": "><text:p>4</text:p>"},
    ],
)
def test_an_open_document_with_marks_is_refused_and_without_them_read(tmp_path, marked):
    _open_document(tmp_path / "plain.ods", cell="><text:p>4</text:p>")
    assert read_table(tmp_path / "plain.ods").rows == (("P-1", "4"),)
    _open_document(tmp_path / "marked.ods", **marked)
    with pytest.raises(ExchangeError) as caught:
        read_table(tmp_path / "marked.ods")
    assert str(caught.value) == f"marked.ods: {BLIND}"


def test_an_old_excel_file_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / "old.xls"
    shutil.copy(CASES / "old_excel.xls", path)
    with pytest.raises(ExchangeError) as caught:
        read_table(path)
    assert str(caught.value) == f"old.xls: {BLIND}"

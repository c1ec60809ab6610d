"""The results as tables: every list a sheet, text as text, the same bytes again."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import python_calamine
from exchange_cases import SITES

from harmony_kit.exchange import write_tables
from harmony_kit.exchange.lean_worksheet import Link, Marked
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook

RESULTS = {
    "schema": 1,
    "site": SITES[0],
    "wave": "1",
    "instrument": {"id": "small", "version": 1, "sha256": "ab"},
    "n": {"it": 4, "operations": 6},
    "settings": {"tolerance": 1.0, "min_group": 3},
    "topics": [
        {"item": "view.one", "subject": None, "own": 4.25, "probability": {"shared_view": 0.5}},
        {"item": "view.two", "own": 2, "claim": "withheld", "is_split": True},
    ],
    "rank": [],
    "evidence": {
        "as_of": "2026-10-01",
        "decisions": [{"decision": "reorder", "held_by": ["it", "operations"]}],
        "pilots": [],
    },
    "findings": [
        {"id": "f", "text": "=1+1", "parts": [{"own": 1}, {"own": 2}], "numbers": {"n_open": 4}},
    ],
    "a name that is far too long for a sheet": [{"x": 1}],
    "A name that is far too long for a sheet/2": [{"x": 2}],
    "withheld": [{"what": "view.two", "why": "fewer than 3"}],
    "provenance": {"package": "0.1.0", "inputs": {"a.csv": "cd"}, "files": [{"name": "a"}]},
}


def test_every_list_is_a_sheet_and_the_rest_are_pairs(tmp_path):
    path = tmp_path / "results.xlsx"
    write_tables(RESULTS, path)

    book = openpyxl.load_workbook(path)
    sheets = {
        sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book
    }

    assert sheets == {
        "about": [
            ["what", "value"],
            ["schema", 1],
            ["site", "north"],
            ["wave", "1"],
            ["instrument.id", "small"],
            ["instrument.version", 1],
            ["instrument.sha256", "ab"],
            ["n.it", 4],
            ["n.operations", 6],
        ],
        "topics": [
            ["item", "subject", "own", "probability.shared_view", "claim", "is_split"],
            ["view.one", None, 4.25, 0.5, None, None],
            ["view.two", None, 2, None, "withheld", True],
        ],
        "evidence": [["what", "value"], ["as_of", "2026-10-01"]],
        "evidence.decisions": [["decision", "held_by"], ["reorder", "it; operations"]],
        "findings": [["id", "text"], ["f", "=1+1"]],
        "findings.parts": [["of.id", "own"], ["f", 1], ["f", 2]],
        "findings.numbers": [["of.id", "what", "value"], ["f", "n_open", 4]],
        "a name that is far too long for": [["x"], [1]],
        "A name that is far too long f 2": [["x"], [2]],
        "withheld": [["what", "why"], ["view.two", "fewer than 3"]],
        "settings": [["what", "value"], ["tolerance", 1], ["min_group", 3]],
        "provenance": [["what", "value"], ["package", "0.1.0"], ["inputs.a.csv", "cd"]],
        "provenance.files": [["name"], ["a"]],
    }
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    assert book["findings"]["B2"].data_type == "s"


def test_the_same_results_make_the_same_bytes(tmp_path):
    write_tables(RESULTS, tmp_path / "one.xlsx")
    write_tables(RESULTS, tmp_path / "two.xlsx")

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.xlsx") as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in parts.read("docProps/core.xml")


def test_cells_are_read_as_they_were_given():
    """By two readers, whatever the kind of cell; what is between them is left free."""
    rows = (
        ("=1+1", 1, 2.5, True, dt.date(2026, 10, 30), None),
        ("<a & b>", -1e-7, 0, False, Marked(0.25, "coarse"), Link("Next", "It s next")),
        ("", 10**12, Marked("few", "withheld"), None, dt.date(1999, 12, 31), "Größe 5\u202f%"),
        ("tail ", "x" * 40_000, None, None, None, None),
    )
    heads = ("text", "number", "share", "truth", "day", "other")
    forms = ("", "", "0%", "", "", "")
    sheet = WorkbookSheet("first", heads, rows, forms, is_table=True)
    content = draw_workbook([sheet, WorkbookSheet("It's next", ("a",), (("b",),))])

    book = openpyxl.load_workbook(io.BytesIO(content))
    first = book["first"]
    assert [[cell.value for cell in row] for row in first.iter_rows()] == [
        list(heads),
        ["=1+1", 1, 2.5, True, dt.datetime(2026, 10, 30), None],  # noqa: DTZ001 - as it is read
        ["<a & b>", -1e-7, 0, False, 0.25, "Next"],
        [None, 10**12, "few", None, dt.datetime(1999, 12, 31), "Größe 5\u202f%"],  # noqa: DTZ001
        ["tail ", "x" * 32_767, None, None, None, None],
    ]
    assert first["A2"].data_type == "s"
    assert (first["C2"].number_format, first["E3"].number_format) == ("0%", "General")
    assert first["F3"].hyperlink.location == "'It s next'!A1"
    assert [table.ref for table in first.tables.values()] == ["A1:F5"]
    read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert read.get_sheet_by_name("first").to_python()[2][:4] == ["<a & b>", -1e-7, 0.0, False]
    assert read.get_sheet_by_name("It s next").to_python() == [["a"], ["b"]]

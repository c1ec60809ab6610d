"""The results as a workbook: every list a sheet, text as text, the same bytes again."""

from __future__ import annotations

import zipfile

import openpyxl
from exchange_cases import SITES
from xlsxwriter.worksheet import Worksheet

from harmony_kit.exchange import workbook, write_workbook

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
    "findings": [{"text": "=1+1", "numbers": [{"own": 1}]}],
    "a name that is far too long for a sheet": [{"x": 1}],
    "A name that is far too long for a sheet/2": [{"x": 2}],
    "withheld": [{"what": "view.two", "why": "fewer than 3"}],
    "provenance": {"package": "0.1.0", "inputs": {"a.csv": "cd"}, "files": [{"name": "a"}]},
}


def test_every_list_is_a_sheet_and_the_rest_are_pairs(tmp_path):
    path = tmp_path / "results.xlsx"
    write_workbook(RESULTS, path)

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
        "rank": [["nothing to show"]],
        "evidence": [["what", "value"], ["as_of", "2026-10-01"]],
        "evidence.decisions": [["decision", "held_by"], ["reorder", "it; operations"]],
        "evidence.pilots": [["nothing to show"]],
        "findings": [["text", "numbers"], ["=1+1", '[{"own": 1}]']],
        "a name that is far too long for": [["x"], [1]],
        "A name that is far too long f 2": [["x"], [2]],
        "withheld": [["what", "why"], ["view.two", "fewer than 3"]],
        "settings": [["what", "value"], ["tolerance", 1], ["min_group", 3]],
        "provenance": [["what", "value"], ["package", "0.1.0"], ["inputs.a.csv", "cd"]],
        "provenance.files": [["name"], ["a"]],
    }
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    assert book["findings"]["A2"].data_type == "s"


def test_the_same_results_make_the_same_bytes(tmp_path):
    write_workbook(RESULTS, tmp_path / "one.xlsx")
    write_workbook(RESULTS, tmp_path / "two.xlsx")

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.xlsx") as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in parts.read("docProps/core.xml")


def test_cells_written_in_one_go_are_the_bytes_of_the_library(tmp_path, monkeypatch):
    write_workbook(RESULTS, tmp_path / "ours.xlsx")
    monkeypatch.setattr(workbook, "PlainWorksheet", Worksheet)
    write_workbook(RESULTS, tmp_path / "theirs.xlsx")

    assert (tmp_path / "ours.xlsx").read_bytes() == (tmp_path / "theirs.xlsx").read_bytes()

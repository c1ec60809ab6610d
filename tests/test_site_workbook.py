"""The workbook a consultant opens: a cover, filters, readable heads, nothing hidden or in code."""

from __future__ import annotations

import datetime as dt
import json
import re

import openpyxl
import pytest
from demo_reports import assess

from harmony_kit.measures.claims import STATES, find_range
from harmony_kit.report.results import declared_lists
from harmony_kit.report.site_workbook.sheet_plans import SHEET_PLANS, columns_of
from harmony_kit.report.words import load_words

LANGUAGES = ("en", "de", "es")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Language → workbook and results of a plant with everything."""
    found = {}
    for language in LANGUAGES:
        folder = tmp_path_factory.mktemp(language)
        assess("northfield", language).save(folder)
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        found[language] = openpyxl.load_workbook(folder / "workbook.xlsx"), results
    return found


def _texts(sheet) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def _column(sheet, head: str) -> list[object]:
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(head)].value for row in sheet.iter_rows(min_row=2)]


@pytest.mark.slow
def test_the_cover_says_whose_it_is_who_was_heard_and_leads_to_every_sheet(opened):
    book, _ = opened["en"]
    cover = book.worksheets[0]
    pairs = {row[0].value: row[1].value for row in cover.iter_rows()}
    assert cover.title == "Cover"
    assert pairs["Site"] == "Northfield Stampings (Americas, US)"
    assert (pairs["Wave"], pairs["As of"]) == ("2026", "30 October 2026")
    assert (pairs["IT"], pairs["Operations"]) == ("6 of 14 people", "7 of 120 people")
    links = {
        cell.value: cell.hyperlink.location
        for row in cover.iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert links == {name: f"'{name}'!A1" for name in book.sheetnames[1:]}
    rows = {row[0].value: row[2].value for row in cover.iter_rows() if row[2].value}
    assert rows["Topics"] == f"{book['Topics'].max_row - 1} rows"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_is_a_table_with_filters_and_frozen_heads(opened, language):
    book, _ = opened[language]
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        assert table.ref == sheet.dimensions
        assert table.autoFilter.ref == sheet.dimensions
        assert sheet.freeze_panes == "B2"
        assert sheet.max_row > 1, sheet.title
        heads = [cell.value for cell in sheet[1]]
        assert len(set(heads)) == len(heads)
        assert all(9 < one.width <= 72 for one in sheet.column_dimensions.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_stands_in_a_cell(opened, language):
    """No id of an item, a state or a lens, no JSON; but for the last column of the last sheet."""
    book, results = opened[language]
    codes = {row["item"] for row in results["topics"]} | {row["state"] for row in results["topics"]}
    codes |= {"claimed_by_both", "operations", "works_and_used", "fix_first", "one_view", "leaning"}
    codes -= {load_words(language).name("claim", "leaning")}
    for sheet in book.worksheets[:-1]:
        assert codes & set(_texts(sheet)) == set(), sheet.title
        assert [text for text in _texts(sheet) if re.match(r"[\[{]", text)] == []


def test_heads_have_units_and_numbers_their_digits(opened):
    sheet = opened["en"][0]["Topics"]
    head, first = sheet[1], sheet[2]
    told = {one.value: cell.number_format for one, cell in zip(head, first, strict=True)}
    assert told["Misreading (points)"] == "#,##0.0"
    assert told["Heard: own view (people)"] == "#,##0"
    understanding = opened["en"][0]["Understanding"]
    assert {cell.number_format for cell in understanding["E"][1:]} == {"0%"}
    days = _column(opened["en"][0]["Pilots on record"], "Started")
    assert days == [dt.datetime(2026, 6, 2), dt.datetime(2026, 2, 12)]  # noqa: DTZ001 - as it is read


def test_what_is_told_coarsely_or_not_at_all_is_marked(opened):
    book, results = opened["en"]
    coarse = [row["own"] for row in results["topics"] if row.get("own_from") != row.get("own_to")]
    column = [cell for cell in book["Topics"]["G"][1:] if "\u2248" in cell.number_format]
    assert [cell.value for cell in column] == coarse
    assert coarse
    untold = [row for row in results["ownership"] if "probability" not in row]
    assert _column(book["Duties"], "Probability (%)").count("\u2013") == len(untold) > 0


@pytest.fixture(scope="module")
def oldmill(tmp_path_factory):
    """The workbook and the results of a plant with more bands than exact numbers."""
    folder = tmp_path_factory.mktemp("oldmill")
    assess("oldmill").save(folder)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return openpyxl.load_workbook(folder / "workbook.xlsx"), results


def test_a_certainty_that_stands_for_a_range_is_marked_as_on_the_page(oldmill):
    book, results = oldmill
    settings = assess("oldmill").engagement.settings
    marked = {}
    for name in ("pilots", "readiness"):
        told = [row["probability"] for row in results[name] if "probability" in row]
        sheet = book[load_words("en").say(f"sheet.{name}")]
        head = [cell.value for cell in sheet[1]].index("Probability (%)")
        cells = [row[head] for row in sheet.iter_rows(min_row=2)]
        marked |= {cell.value: "\u2248" in cell.number_format for cell in cells}
        assert marked.items() >= {(one, find_range(one, settings) is not None) for one in told}
    assert marked[0.9]  # the page says "80% or more"
    assert not all(marked.values())


def test_a_check_whose_mean_is_told_as_a_band_has_it_on_its_sheet(oldmill):
    book, results = oldmill
    told = results["readiness"][0]["blocking"][0]
    assert told["mean_from"] < told["mean_to"]
    first = _column(book["Readiness"], "What blocks")[0].partition("; ")[0]
    assert first == f"Complete data (IT, {told['mean_from']:.1f} to {told['mean_to']:.1f})"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_reading_is_called_is_explained_by_the_same_words(language):
    words = load_words(language)
    assert [
        one for one in STATES if words.say(f"state.{one}") not in words.say("means.state")
    ] == []
    assert words.say("head.is_on_line").casefold() == words.say("state.on_line").casefold()


def test_a_plant_that_is_too_small_says_what_was_left_out_and_has_no_empty_sheet(tmp_path):
    assess("tarn").save(tmp_path)
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx")
    assert _column(book["Left out"], "What") == [
        "Everything IT said.",
        "Everything Operations said.",
    ]
    assert not {"Topics", "Understanding", "Quotes"} & set(book.sheetnames)
    cover = {row[0].value: row[1].value for row in book["Cover"].iter_rows()}
    assert (cover["IT"], cover["Operations"]) == ("too few", "too few")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_is_explained_and_named_in_the_language(language):
    words = load_words(language)
    for plan in SHEET_PLANS:
        assert words.say(f"sheet.{plan.name}")
        assert words.say(f"tells.{plan.name}")
        for name, column in columns_of(plan).items():
            assert words.say(f"head.{name}")
            if column.kind not in ("name", "text", "truth", "day", "rows") and column.unit:
                unit = column.unit.replace(" ", "_")
                assert column.kind in ("share", "probability") or words.texts[f"unit.{unit}"]


def test_columns_are_those_the_measures_declare():
    declared = declared_lists()
    for plan in SHEET_PLANS:
        for name in (one for one in plan.lists if one in declared):
            assert set(plan.columns) <= set(declared[name].columns)
            for column in plan.columns:
                assert columns_of(plan)[column] == declared[name].columns[column]


def test_the_same_report_makes_the_same_bytes(tmp_path):
    site = assess("northfield")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        site.save(tmp_path / name)
    for file in ("workbook.xlsx", "tables.xlsx"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()

"""A choice with "other, namely": asked, kept, measured, exported and brought home."""

from __future__ import annotations

import csv
from dataclasses import replace

import openpyxl
import pytest
from exchange_cases import WHEN
from interviews import begin, make_engagement, open_desk

from harmony_kit.errors import AnswerError, ExchangeError, InstrumentError
from harmony_kit.exchange import ImportOptions, export_wide, import_answers
from harmony_kit.exchange.fill_in import draw_fill_in
from harmony_kit.exchange.form_maps import draw_form_map, read_form_maps
from harmony_kit.exchange.form_plan import plan_form
from harmony_kit.exchange.printed_form import draw_printed_form
from harmony_kit.exchange.tables_out import tabulate_tidy
from harmony_kit.exchange.wide import export_table
from harmony_kit.exchange.xlsform import draw_xlsform
from harmony_kit.instrument.file import load_instrument
from harmony_kit.journal.answer_rules import check_answer
from harmony_kit.journal.answers import Answer, Source, answers_frame
from harmony_kit.journal.store import Store
from harmony_kit.measures.examples import answers_of, items_of, said
from harmony_kit.measures.ownership import measure_ownership
from harmony_kit.measures.privacy import license_answers, license_quotes

NOBODY = "    - {id: nobody, label: Nobody}\n"
OTHER = "    - {id: other, label: 'Other, namely', namely: true}\n"
SOURCE = Source("ana", "interview", "small", 1, "x", "s1")
WORDS = 'the shift lead; nights: "=1+1"'


@pytest.fixture
def folder(tmp_path):
    folder = make_engagement(tmp_path / "engagement")
    path = folder / "small.yaml"
    path.write_text(path.read_text("utf-8").replace(NOBODY, NOBODY + OTHER), encoding="utf-8")
    path = folder / "small.de.yaml"
    text = path.read_text("utf-8") + "\n"
    path.write_text(text.replace("texts:\n", "texts:\n  option.owners.other: Andere\n"), "utf-8")
    return folder


@pytest.fixture
def instrument(folder):
    return load_instrument(folder / "small.yaml")


def _answer(**said: object) -> Answer:
    blank = Answer("lyon", "2026", "P-1", "plant", "duties.data", "plant", "answered", WHEN, SOURCE)
    return replace(blank, **said)


@pytest.mark.parametrize("words", [None, "x", WORDS, "x" * 2000])
def test_other_stands_with_or_without_its_words(instrument, words):
    answer = _answer(chosen=("other",), text=words)
    assert check_answer(answer, instrument) is answer


@pytest.mark.parametrize(
    "wrong",
    [
        {"chosen": ("plant",), "text": "beside another option"},
        {"chosen": ("other",), "text": ""},
        {"chosen": ("other",), "text": "x" * 2001},
        {"chosen": ("other",), "text": "to be quoted", "quotable": True},
    ],
)
def test_words_stand_beside_other_only_and_nobody_quotes_them(instrument, wrong):
    with pytest.raises(AnswerError, match="Allowed"):
        check_answer(_answer(**wrong), instrument)


def test_an_instrument_says_where_words_cannot_be_kept(folder):
    path = folder / "small.yaml"
    text = path.read_text("utf-8").replace(
        "{id: cost, label: Cost}", "{id: cost, label: Cost, namely: true}"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    allowed = "a choice, or options without 'namely'"
    told = "takes words, which a {} item cannot keep"
    assert sorted((p.where, p.what, p.allowed) for p in caught.value.problems) == [
        (f"items[{i}].options", f"an option of 'aims' {told.format(kind)}", allowed)
        for i, kind in enumerate(("rank", "words"))
    ] + [("options.aims[0].id", "an option with 'namely' is none of the others", "other")]


@pytest.mark.parametrize(("language", "label"), [("en", "Other, namely"), ("de", "Andere")])
def test_the_form_asks_for_the_words_and_reads_them_back(folder, language, label):
    reception = open_desk(folder)
    begin(reception)
    reception.handle({"do": "language", "language": language})
    given = {"status": "answered", "chosen": ["other"], "text": WORDS}
    reply = reception.handle({"do": "answer", "question": "duties.data", **given})
    assert reply["saved"]["question"] == "duties.data"
    page = reception.handle({"do": "go", "to": "duties.data"})["page"]
    asked = page["questions"][0]
    assert [o["id"] for o in asked["options"] if o["is_namely"]] == ["other"]
    assert (asked["answer"]["chosen"], asked["answer"]["text"]) == (["other"], WORDS)
    review = reception.handle({"do": "go", "to": "review"})["page"]
    assert [(row["screen"], row["said"]) for row in review["said"]] == [
        ("duties.data", f"{label} “{WORDS}”")
    ]
    # Another option lets go of the words.
    reception.handle({"do": "answer", "question": "duties.data", "chosen": ["plant"]})
    (kept,) = reception.desk.journal.current()
    assert (kept.chosen, kept.text) == (("plant",), None)


def test_only_the_choice_is_measured_and_quoted_is_nothing():
    people = [_answer(respondent=f"P-{i}", chosen=("other",), text=f"who {i}") for i in range(6)]
    frame = answers_frame(people)
    licensed, withheld = license_answers(frame, min_group=3)
    assert licensed["chosen"].tolist() == [["other"]] * 6
    assert licensed["text"].isna().all()
    assert licensed["text"].dtype == frame["text"].dtype
    assert len(withheld) == 0
    assert len(license_quotes(frame.assign(quotable=True), min_group=3)) == 0


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_two_sides_that_both_say_other_do_not_agree(first, second):
    options = (first, second, "nobody", "other")
    duty = {"item": "x.duty", "kind": "choice", "group": "duty", "options": options}
    answers = answers_of(*(said(one, "x.duty", [["other"]] * 5) for one in (first, second)))
    found = measure_ownership(answers, items_of(duty))
    assert found["owner"].tolist() == ["other", "other"]
    assert found["pattern"].tolist() == ["contested", "contested"]
    assert (found["p_agreed"] < 0.1).all()


def _bring(path, instrument, **options):
    store = Store("sqlite://")
    report = import_answers(
        path,
        instrument=instrument,
        sites=("lyon", "porto"),
        journal=store,
        options=ImportOptions("ana", WHEN, timezone="UTC", **options),
    )
    return store, report


ANSWERS = (
    _answer(chosen=("other",), text=WORDS),
    _answer(item="duties.people", chosen=("other",)),
    _answer(respondent="P-2", chosen=("nobody",)),
)


@pytest.mark.parametrize("name", ["answers.csv", "answers.xlsx", "answers.parquet"])
@pytest.mark.parametrize("is_tidy", [True, False])
def test_what_is_exported_comes_home(tmp_path, instrument, name, is_tidy):
    path = tmp_path / name
    if is_tidy:
        export_table(tabulate_tidy(ANSWERS, (), instrument), path)
    else:
        export_wide(ANSWERS, (), instrument, path)
    store, _ = _bring(path, instrument)
    told = {(a.respondent, a.item, a.chosen, a.text, a.quotable) for a in store.current()}
    assert told == {(a.respondent, a.item, a.chosen, a.text, False) for a in ANSWERS}


@pytest.mark.parametrize(
    ("cell", "chosen", "words", "is_told"),
    [
        ("other", "other", None, False),
        ("Other, namely", "other", None, False),
        ("Other, namely: the shift lead", "other", "the shift lead", False),
        ("OTHER : 24:00 shift", "other", "24:00 shift", False),
        ("Andere: die Schicht", "other", "die Schicht", False),
        ("the shift lead", "other", "the shift lead", True),
        ("Plant: the line", "other", "Plant: the line", True),
        ("The plant", "plant", None, False),
    ],
)
def test_a_cell_with_words_of_its_own(tmp_path, instrument, cell, chosen, words, is_told):
    path = tmp_path / "forms.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [("respondent", "site", "lens", "wave", "duties.data")]
        csv.writer(file).writerows([*rows, ("P-1", "lyon", "plant", "2026", cell)])
    store, report = _bring(path, instrument)
    (answer,) = store.current()
    assert (answer.chosen, answer.text) == ((chosen,), words)
    notes = [w.what for w in report.warnings if "none of the options" in w.what]
    assert notes == (["is none of the options; taken as the words of 'other'"] if is_told else [])


def _spread(tmp_path, *cells):
    """A file in which a choice and its words have a column each, and its map."""
    (tmp_path / "map.csv").write_text(
        "column,field\nwho,respondent\nwhere,site\nside,lens\nround,wave\n"
        "data,duties.data\ndata namely,duties.data\n",
        "utf-8",
    )
    with (tmp_path / "forms.csv").open("w", encoding="utf-8", newline="") as file:
        head = ("who", "where", "side", "round", "data", "data namely")
        csv.writer(file).writerows([head, ("P-1", "lyon", "plant", "2026", *cells)])
    return tmp_path / "forms.csv", {"columns": tmp_path / "map.csv"}


@pytest.mark.parametrize(
    ("cells", "chosen", "words"),
    [
        (("other", "only at night"), "other", "only at night"),
        (("only at night", "Andere"), "other", "only at night"),
        (("plant", " "), "plant", None),
        (("", "the shift lead"), "other", "the shift lead"),
    ],
)
def test_an_option_and_its_words_may_have_a_column_each(tmp_path, instrument, cells, chosen, words):
    path, options = _spread(tmp_path, *cells)
    store, _ = _bring(path, instrument, **options)
    assert [(a.chosen, a.text) for a in store.current()] == [((chosen,), words)]


@pytest.mark.parametrize(
    ("cells", "column", "what"),
    [
        (("plant", "only at night"), "data namely", "is a second answer beside 'plant'"),
        (("only at night", "plant"), "data", "is a second answer beside 'plant'"),
        (("plant", "nobody"), "data namely", "is a second answer beside 'plant'"),
        (("at night", "by day"), "data namely", "is a second answer beside 'at night'"),
        (("plant", "#N/A"), "data namely", "holds #N/A, an error of the spreadsheet"),
        (("prefer_not", "the lead"), "data namely", "is a second answer beside 'prefer_not'"),
    ],
)
def test_words_beside_another_option_are_not_taken_for_other(
    tmp_path, instrument, cells, column, what
):
    path, options = _spread(tmp_path, *cells)
    with pytest.raises(ExchangeError) as caught:
        _bring(path, instrument, **options)
    (problem,) = caught.value.problems
    assert (column in problem.where, problem.what) == (True, what)


def test_an_error_of_the_spreadsheet_is_no_words(tmp_path, instrument):
    path = tmp_path / "forms.csv"
    path.write_text("respondent,site,lens,wave,duties.data\nP-1,lyon,plant,2026,#N/A\n", "utf-8")
    with pytest.raises(ValueError, match="an error of the spreadsheet"):
        _bring(path, instrument)


def _plan(instrument, language="en"):
    return plan_form(instrument, "plant", (), place=("lyon", "2026"), languages=(language,))


def test_a_survey_form_asks_for_the_words_and_brings_them_home(tmp_path, instrument):
    plan = _plan(instrument)
    (tmp_path / "a.xlsx").write_bytes(draw_xlsform(plan))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["survey"]
    head, *rows = sheet.iter_rows(values_only=True)
    asked = [dict(zip(head, row, strict=True)) for row in rows]
    (words,) = [row for row in asked if row["name"] == "duties_data_namely"]
    assert (words["type"], words["relevant"]) == ("text", "(${duties_data} = 'other')")
    assert words["label::English (en)"] == "Other, namely: Who answers for the data?"
    (tmp_path / "a.form.json").write_bytes(draw_form_map(plan))
    told = {"harmony_form": plan.id, "site": "lyon", "lens": "plant", "wave": "2026"}
    told |= {"page_9/duties_data": "other", "page_9/duties_data_namely": WORDS}
    told |= {"page_9/duties_people": "plant", "page_9/duties_people_namely": "", "_uuid": "u1"}
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(told))
        writer.writeheader()
        writer.writerow(told)
    store, _ = _bring(tmp_path / "export.csv", instrument, forms=read_form_maps(tmp_path))
    assert {(a.item, a.chosen, a.text) for a in store.current()} == {
        ("duties.data", ("other",), WORDS),
        ("duties.people", ("plant",), None),
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_workbook_and_a_printed_form_have_a_line_for_the_words(tmp_path, instrument, language):
    plan = _plan(instrument, language)
    label = instrument.text("option.owners.other", language)
    assert draw_printed_form(plan, language).decode().count(f"{label}:</p>") == 2
    path = tmp_path / "one.xlsx"
    path.write_bytes(draw_fill_in(plan, language))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    fields = [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)]
    first = fields.index("duties.data") + 1
    assert fields[first] == "duties.data"
    assert sheet.cell(first + 1, 2).value.startswith(f"{label}: ")
    sheet.cell(fields.index("respondent") + 1, 3).value = "P-9"
    sheet.cell(first, 3).value = label
    sheet.cell(first + 1, 3).value = "the shift lead"
    book.save(path)
    store, _ = _bring(path, instrument)
    assert [(a.item, a.chosen, a.text) for a in store.current()] == [
        ("duties.data", ("other",), "the shift lead")
    ]

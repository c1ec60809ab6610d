"""Forms out, answers home: what our own forms bring back needs no map."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from exchange_cases import WHEN

from harmony_kit.exchange import ImportOptions, ImportReport, import_answers
from harmony_kit.exchange.fill_in import draw_fill_in
from harmony_kit.exchange.form_maps import draw_columns, draw_form_map, read_form_maps
from harmony_kit.exchange.form_plan import FormPlan, FormQuestion, plan_form
from harmony_kit.exchange.form_terms import FormTerms, translate
from harmony_kit.exchange.printed_form import draw_printed_form
from harmony_kit.exchange.xlsform import draw_xlsform
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import load_texts
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answer, Subject
from harmony_kit.journal.store import Store

CORE = load_instrument(find_instrument("it-operations"))
SUBJECTS = (
    Subject("north", "pilot", "line3-vision", "Line 3 vision"),
    Subject("north", "pilot", "line3_vision", "Line 3 vision, again"),
    Subject("north", "decision", "stop the line", "Stop the line"),
)
TEXTS = ("=1+1", "Weniger Formulare, mehr Wände", "'quoted", "a;b\nc")


def _plan(lens: str, instrument: Instrument = CORE, *languages: str) -> FormPlan:
    spoken = languages or instrument.languages
    return plan_form(instrument, lens, SUBJECTS, place=("north", "1"), languages=spoken)


def _answer(plan: FormPlan, question: FormQuestion, draw: random.Random) -> tuple[str, ...]:
    """What somebody says to a question: a status, a number, option ids, or a text."""
    item = question.item
    if draw.random() < 0.1:
        return (draw.choice(["dont_know", "prefer_not"]),) if item.kind != "text" else ()
    if item.kind == "text":
        return (draw.choice(TEXTS),)
    if item.kind == "rating":
        return (str(draw.randint(1, plan.instrument.points(item.id) or 1)),)
    options = plan.instrument.option_ids(item.id)
    k = item.k or 1
    return tuple(draw.sample(options, k if item.kind != "words" else draw.randint(1, k)))


def _answers(plan: FormPlan, seed: int) -> dict[str, tuple[str, ...]]:
    draw = random.Random(seed)
    return {question.field: _answer(plan, question, draw) for question in plan.questions}


def _expected(plan: FormPlan, said: dict[str, tuple[str, ...]]) -> dict[object, object]:
    """Item, subject and lens → status and content, as an import must store them."""
    found: dict[object, object] = {}
    for question in plan.questions:
        words = said[question.field]
        if not words:
            continue
        subject = question.subject.id if question.subject else ""
        key = (question.item.id, subject, question.estimate_of or plan.lens)
        is_status = words[0] in ("dont_know", "prefer_not")
        if is_status:
            found[key] = (words[0], None)
        elif question.item.kind == "rating":
            found[key] = ("answered", int(words[0]))
        elif question.item.kind == "text":
            found[key] = ("answered", words[0])
        else:
            found[key] = ("answered", words)
    return found


def _stored(answers: list[Answer]) -> dict[object, object]:
    return {
        a.key[3:]: (a.status, a.value if a.value is not None else a.chosen or a.text)
        for a in answers
    }


def _bring(store: Store, path: Path, **options: object) -> ImportReport:
    return import_answers(
        path,
        instrument=options.pop("instrument", CORE),
        sites=("north", "south"),
        journal=store,
        options=ImportOptions("ana", WHEN, timezone="UTC", **options),
    )


def _kobo_row(plan: FormPlan, said: dict[str, tuple[str, ...]], number: int) -> dict[str, str]:
    """One row of a Kobo export of the form, names as headers and codes in cells."""
    row = {"start": "2026-10-01T08:00:00.000+02:00", "end": "2026-10-01T08:30:00.000+02:00"}
    row |= {"harmony_form": plan.id, "site": plan.site, "lens": plan.lens, "wave": plan.wave}
    for page, one in enumerate(plan.pages, 1):
        for question in one.questions:
            words, name = said[question.field], f"page_{page}/{question.name}"
            if question.item.kind == "rank":
                places = list(words) + [""] * ((question.item.k or 1) - len(words))
                row |= {f"{name}_{n}": code for n, code in enumerate(places, 1)}
            elif question.item.kind == "words":
                row[name] = " ".join(words)
                options = plan.instrument.option_ids(question.item.id)
                row |= {f"{name}/{code}": str(int(code in words)) for code in options}
            else:
                row[name] = words[0] if words else ""
            if question.item.kind == "text":
                row[f"{name}_quotable"] = "yes" if words else ""
    return row | {"_id": str(number), "_uuid": f"u{number}"}


def _write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("lens", CORE.lens_ids)
def test_a_survey_form_brings_its_answers_home_without_a_map(tmp_path, lens):
    plan = _plan(lens)
    (tmp_path / "it.form.json").write_bytes(draw_form_map(plan))
    said = [_answers(plan, seed) for seed in (1, 2)]
    rows = [_kobo_row(plan, one, number) for number, one in enumerate(said, 1)]
    _write_csv(tmp_path / "export.csv", rows)
    store = Store("sqlite://")

    report = _bring(store, tmp_path / "export.csv", forms=read_form_maps(tmp_path))

    assert [w for w in report.warnings if "left out" in w.what] == []
    assert report.tool == "kobotoolbox"
    people = [person.respondent for person in store.respondents()]
    heard = [_stored(store.current(respondent=person)) for person in people]
    expected = [_expected(plan, one) for one in said]
    assert sorted(heard, key=repr) == sorted(expected, key=repr)
    assert {(a.site, a.wave, a.lens) for a in store.current()} == {("north", "1", lens)}
    assert {a.quotable for a in store.current() if a.text} == {True}


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_export_of_wordings_comes_home_as_well(tmp_path, language):
    plan = _plan("operations")
    (tmp_path / "ops.form.json").write_bytes(draw_form_map(plan))
    said = _answers(plan, 7)
    row = _kobo_row(plan, said, 1)
    words = load_texts("form", language)
    told: dict[str, str] = {}
    captions = {
        column: caption
        for question in plan.questions
        for column, caption in plan.captions(question, language).items()
    }
    kinds = {q.name: q for q in plan.questions}
    for name, cell in row.items():
        column = name.split("/", 1)[1] if "/" in name else name
        question = kinds.get(column.removesuffix("_1").removesuffix("_2").removesuffix("_3"))
        question = kinds.get(column, question)
        if column.count("/"):
            continue  # the columns of single options
        if question is not None and question.item.kind != "text":
            labels = [_label(plan, question, code, language, words) for code in cell.split()]
            told[captions.get(column, name)] = ", ".join(labels)
        else:
            told[captions.get(column, name)] = cell
    _write_csv(tmp_path / "export.csv", [told])
    store = Store("sqlite://")

    _bring(store, tmp_path / "export.csv", forms=read_form_maps(tmp_path))

    assert _stored(store.current()) == _expected(plan, said)


def _label(
    plan: FormPlan, question: FormQuestion, code: str, language: str, words: dict[str, str]
) -> str:
    if code in ("dont_know", "prefer_not"):
        return words[f"question.{code}"]
    item = question.item
    key = f"scale.{item.scale}.{code}" if item.scale else f"option.{item.options}.{code}"
    return plan.instrument.text(key, language)


def test_a_form_nobody_here_made_is_refused(tmp_path):
    plan = _plan("it")
    _write_csv(tmp_path / "export.csv", [_kobo_row(plan, _answers(plan, 1), 1)])
    with pytest.raises(ValueError, match="came out of a form that is not known here") as caught:
        _bring(Store("sqlite://"), tmp_path / "export.csv")
    assert plan.id in str(caught.value)


@pytest.mark.parametrize("lens", CORE.lens_ids)
@pytest.mark.parametrize("language", CORE.languages)
def test_a_workbook_one_person_fills_in_comes_home_without_a_map(tmp_path, lens, language):
    plan = _plan(lens)
    path = tmp_path / "anna.xlsx"
    path.write_bytes(draw_fill_in(plan, language))
    said = _answers(plan, 11)
    _fill_in(path, plan, said, language)
    store = Store("sqlite://")

    report = _bring(store, path)

    assert [str(warning) for warning in report.warnings] == [
        "anna.xlsx: warning: no column says when; answers carry the time of the import."
    ]
    assert _stored(store.current()) == _expected(plan, said)
    person = store.respondents()[0]
    assert (person.respondent, person.lens, person.site, person.language) == (
        "P-17",
        lens,
        "north",
        language,
    )


def _fill_in(path: Path, plan: FormPlan, said: dict[str, tuple[str, ...]], language: str) -> None:
    """Type into the open cells what somebody would choose from their lists."""
    words = load_texts("form", language)
    questions = {question.field: question for question in plan.questions}
    book = openpyxl.load_workbook(path)
    left = {field: list(cells) for field, cells in said.items()}
    for sheet in book.worksheets[:2]:
        assert sheet.protection.sheet
        for row in range(2, sheet.max_row + 1):
            field, cell = sheet.cell(row, 1).value, sheet.cell(row, 3)
            if field == "respondent":
                cell.value = "P-17"
            elif field in questions and left[field]:
                assert not cell.protection.locked
                code, question = left[field].pop(0), questions[field]
                is_text = question.item.kind == "text"
                cell.value = code if is_text else _label(plan, question, code, language, words)
                cell.data_type = "s"
            else:
                assert cell.protection.locked or cell.value is None
    book.save(path)
    assert {field for field, cells in left.items() if cells} == set()


@pytest.mark.parametrize("is_typed", [True, False])
def test_a_workbook_says_when_the_interview_was(tmp_path, is_typed):
    plan = _plan("it")
    path = tmp_path / "anna.xlsx"
    path.write_bytes(draw_fill_in(plan, "de"))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    times = {"started_at": dt.datetime(2026, 10, 1, 8, 0), "finished_at": "2026-10-01 8:40"}  # noqa: DTZ001 - as typed
    for row in range(2, sheet.max_row + 1):
        field, cell = sheet.cell(row, 1).value, sheet.cell(row, 3)
        if field == "respondent":
            cell.value = "P-17"
        elif field == "meaning.same":
            cell.value = "4"
        elif field in times and is_typed:
            assert not cell.protection.locked
            cell.value = times[field]
    book.save(path)
    store = Store("sqlite://")
    report = _bring(store, path)
    (person,) = store.respondents()
    (answer,) = store.current()
    began, ended = (dt.datetime(2026, 10, 1, 8, minute, tzinfo=dt.UTC) for minute in (0, 40))
    expected = (began, ended, ended) if is_typed else (None, None, WHEN)
    assert (person.started_at, person.finished_at, answer.answered_at) == expected
    assert any("no column says when" in w.what for w in report.warnings) is not is_typed


def test_own_views_and_estimates_stand_apart(tmp_path):
    plan = _plan("it", CORE, "en")
    for page in plan.pages:
        assert len({question.estimate_of for question in page.questions}) == 1
    path = tmp_path / "form.xlsx"
    path.write_bytes(draw_fill_in(plan, "en"))
    own, estimates, lists = openpyxl.load_workbook(path).worksheets
    assert [own.title, estimates.title] == ["Your own view", "Your estimate  Operations"]
    assert lists.sheet_state == "hidden"
    assert [c.value for c in own["A"] if "@" in str(c.value)] == []
    fields = [c.value for c in estimates["A"] if "." in str(c.value)]
    assert [field for field in fields if not field.endswith("@operations")] == []
    page = draw_printed_form(plan, "en").decode()
    first, _, second = page.partition("Your estimate: Operations")
    assert "@operations" not in first
    assert "What would most people in Operations answer?" not in first
    assert second.count("@operations") == sum(bool(q.estimate_of) for q in plan.questions)


def test_a_printed_form_asks_everything_and_runs_no_script():
    plan = _plan("operations", CORE, "de")
    page = draw_printed_form(plan, "de").decode()
    fields = [question.field for question in plan.questions]
    assert [field for field in fields if f": {field}</p>" not in page] == []
    assert "<script" not in page
    assert '<html lang="de">' in page


def test_the_column_map_can_be_used_by_hand(tmp_path):
    plan = _plan("it")
    (tmp_path / "columns.csv").write_bytes(draw_columns(plan))
    row = _kobo_row(plan, _answers(plan, 3), 1)
    _write_csv(tmp_path / "export.csv", [{name.split("/", 1)[-1]: c for name, c in row.items()}])
    store = Store("sqlite://")
    _bring(store, tmp_path / "export.csv", columns=tmp_path / "columns.csv")
    assert _stored(store.current()) == _expected(plan, _answers(plan, 3))


# ── XLSForm ──────────────────────────────────────────────────────────────────────────────────

CONDITIONS = """
id: asks
version: 1
language: en
title: Conditions
estimate: What would most people in {other} answer?
lenses: [{id: it, name: IT}, {id: operations, name: Operations}]
scales: [{id: five, anchors: [None, Little, Some, Much, All]}]
options:
  goals: [{id: speed, label: Speed}, {id: calm, label: Calm}, {id: cost, label: Cost}]
dimensions: [{id: v, name: V, intro: V.}]
items:
  - {id: v.one, dimension: v, kind: rating, scale: five, mirrored: true, text: One?, short: one}
  - {id: v.words, dimension: v, kind: words, options: goals, k: 2, text: Words?, short: words}
  - {id: v.rank, dimension: v, kind: rank, options: goals, k: 2, text: Rank?, short: rank}
  - {id: v.who, dimension: v, kind: choice, options: goals, text: Who?, short: who,
     relevant: "v.one >= 3 and lens == 'it'"}
  - {id: v.why, dimension: v, kind: text, text: Why?, short: why,
     relevant: "'speed' in v.words or estimate(v.one) < 2 or not answered(v.who)"}
  - {id: v.more, dimension: v, kind: words, options: goals, k: 2, text: More?, short: more,
     relevant: "count(v.words) == 2 and v.who in ['speed', 'calm']",
     constraint: "'cost' not in value"}
"""


@pytest.fixture
def conditions(tmp_path: Path) -> Instrument:
    path = tmp_path / "asks.yaml"
    path.write_text(CONDITIONS, encoding="utf-8")
    return load_instrument(path)


@pytest.mark.parametrize(
    ("source", "xpath"),
    [
        (
            "v.one >= 3 and lens == 'it'",
            (
                "((${v_one} != '' and ${v_one} != 'dont_know' and ${v_one} != 'prefer_not' and "
                "${v_one} >= 3)) and (('it' = 'it'))"
            ),
        ),
        ("not dont_know(v.one)", "not(${v_one} = 'dont_know')"),
        ("count(v.words) == 2", "(count-selected(${v_words}) = 2)"),
        (
            "'speed' in v.words",
            (
                "(${v_words} != '' and ${v_words} != 'dont_know' and ${v_words} != 'prefer_not' "
                "and (selected(${v_words}, 'speed')))"
            ),
        ),
        (
            "estimate(v.one) < 2",
            (
                "(${v_one_est_operations} != '' and ${v_one_est_operations} != 'dont_know' and "
                "${v_one_est_operations} != 'prefer_not' and ${v_one_est_operations} < 2)"
            ),
        ),
        ("'cost' not in value", "((not(selected(., 'cost'))))"),
    ],
)
def test_a_condition_is_said_in_the_words_of_the_form(conditions, source, xpath):
    plan = plan_form(conditions, "it", (), place=("north", "1"), languages=("en",))
    assert translate(source, FormTerms(plan, plan.questions[-1])) == xpath


@pytest.mark.parametrize("lens", ["it", "operations"])
def test_pyxform_takes_the_form_with_pages_conditions_and_languages(tmp_path, conditions, lens):
    convert = pytest.importorskip("pyxform.xls2xform").xls2xform_convert
    for name, plan in (
        ("core", _plan(lens)),
        ("asks", plan_form(conditions, lens, (), place=("north", "1"), languages=("en",))),
    ):
        path = tmp_path / f"{name}_{lens}.xlsx"
        path.write_bytes(draw_xlsform(plan))
        warnings = convert(
            xlsform_path=path,
            xform_path=path.with_suffix(".xml"),
            validate=False,
            pretty_print=False,
        )
        assert warnings == []
        xml = path.with_suffix(".xml").read_text(encoding="utf-8")
        assert [q.name for q in plan.questions if f"/{q.name}" not in xml] == []
        assert [one for one in plan.languages if f"({one})" not in xml and name == "core"] == []
    survey = pd.read_excel(path, sheet_name="survey", dtype=str, engine="calamine").fillna("")
    by_name = survey.set_index("name")
    if lens == "it":
        assert "${v_one} >= 3" in by_name.loc["v_who", "relevant"]
    assert by_name.loc["v_rank_2", "constraint"] == "(. != ${v_rank_1})"
    assert "not(selected(., 'cost'))" in by_name.loc["v_more", "constraint"]


def test_the_same_plan_makes_the_same_files():
    plan = _plan("it")
    again = _plan("it")
    assert draw_xlsform(plan) == draw_xlsform(again)
    assert draw_fill_in(plan, "en") == draw_fill_in(again, "en")
    assert plan.id == again.id
    other = plan_form(CORE, "it", SUBJECTS[:1], place=("north", "1"), languages=("en",))
    assert other.id != plan.id


def test_every_language_has_the_words_of_a_form():
    for language in CORE.languages:
        assert set(load_texts("survey", language)) == set(load_texts("survey", "en"))

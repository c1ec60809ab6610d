"""Files of answers into the store: counts, duplicates, edits, times, and nothing lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import yaml
from exchange_cases import CASES, FORMS, KOBO, SMALL, WHEN, everything, offer, offer_text

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange import ImportCounts, SkippedRow, export_wide
from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.journal.case import Correction, Teller
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject

BAD = sorted((CASES / "bad").glob("*.yaml"))
WIDE = "respondent,site,lens,wave,view.one,view.plain,text.change\n"


@pytest.fixture
def store() -> Store:
    return Store("sqlite://")


def test_a_forms_workbook_gives_every_answer_as_it_was_meant(store, tmp_path):
    report = offer(store, CASES / "forms.xlsx", **FORMS)

    assert report.tool == "microsoft-forms"
    assert report.counts == ImportCounts(n_respondents_new=5, n_new=106)
    assert report.n_per_lens == {("north", "1", "it"): 2, ("north", "1", "operations"): 3}
    why = "the same answers to all 22 questions as row 3; counted once"
    assert report.skipped == (SkippedRow(4, why),)
    what = "1 not in the mapping and left out: Anything about this form?"
    assert report.warnings == (Problem("forms.xlsx", "", what, severity="warning"),)
    export_wide(store.current(), store.respondents(), SMALL, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == (CASES / "forms_expected.csv").read_bytes()


def test_a_kobo_file_gives_every_answer_as_it_was_meant(store, tmp_path):
    report = offer(store, CASES / "kobo.csv", **KOBO)

    assert report.tool == "kobotoolbox"
    assert report.counts == ImportCounts(n_respondents_new=4, n_new=30)
    assert report.n_per_lens == {("south", "1", "it"): 2, ("south", "1", "operations"): 2}
    assert report.skipped == (
        SkippedRow(3, "an earlier version of submission 502; row 6 is the later one"),
        SkippedRow(7, "submission 503 stands in row 4 with the same answers"),
    )
    assert report.warnings == ()
    export_wide(store.current(), store.respondents(), SMALL, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == (CASES / "kobo_expected.csv").read_bytes()


@pytest.mark.parametrize(("file", "options"), [("forms.xlsx", FORMS), ("kobo.csv", KOBO)])
def test_importing_a_file_again_changes_nothing(store, file, options):
    first = offer(store, CASES / file, **options)
    before = everything(store)

    again = offer(store, CASES / file, **options)

    n_people, n_answers = first.counts.n_respondents_new, first.counts.n_new
    assert again.counts == ImportCounts(n_respondents_known=n_people, n_unchanged=n_answers)
    assert (again.n_per_lens, again.skipped) == (first.n_per_lens, first.skipped)
    assert everything(store) == before


def test_a_dry_run_reports_the_same_and_stores_nothing(store):
    report = offer(store, CASES / "kobo.csv", **KOBO, is_dry_run=True)

    assert everything(store) == ([], [], 0)
    done = offer(store, CASES / "kobo.csv", **KOBO)
    assert replace(report, is_dry_run=False, preview=()) == replace(done, import_id="")


def test_every_answer_names_its_file_and_row(store):
    report = offer(store, CASES / "kobo.csv", **KOBO)

    sources = {answer.source for answer in store.current()}
    rows = {2, 4, 5, 6}
    assert sources == {
        Source("ana", "import", "small", 1, SMALL.sha256, f"{report.sha256}:{row}") for row in rows
    }


def test_a_later_edit_appends_only_what_changed(store, tmp_path):
    offer(store, CASES / "kobo.csv", **KOBO)
    before = len(store.journal())
    text = (CASES / "kobo.csv").read_text(encoding="utf-8")
    edited = text.replace("calm speed;safety;operations;5;", "calm speed;safety;operations;1;Now")

    report = offer_text(store, tmp_path, edited, **KOBO)

    assert report.counts == ImportCounts(
        n_respondents_known=4, n_new=1, n_changed=1, n_unchanged=29
    )
    new = [(a.item, a.value, a.text) for _, a in store.journal()[before:]]
    assert new == [("pilot.works", 1, None), ("text.change", None, "Now")]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_every_reason_and_nothing_is_lost(store, tmp_path, path):
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    offer(store, CASES / "base.csv")
    before = everything(store)
    file = tmp_path / case["file"]
    file.write_bytes(bytes.fromhex(case["hex"]) if "hex" in case else case["content"].encode())
    options = dict(case.get("options", {}))
    for name in ("columns", "labels"):
        if name in case:
            options[name] = tmp_path / f"{name}.csv"
            options[name].write_text(case[name], encoding="utf-8")

    with pytest.raises(ExchangeError) as caught:
        offer(store, file, **options)

    assert [str(problem) for problem in caught.value.problems] == case["expected"]
    assert everything(store) == before


def test_a_missing_file_and_a_folder_are_refused(store, tmp_path):
    for path, what in (
        (tmp_path / "none.csv", "there is no such file"),
        (tmp_path, "is a folder, not a file"),
    ):
        with pytest.raises(ExchangeError) as caught:
            offer(store, path)
        assert caught.value.problems == (Problem(str(path), "", what),)


def test_one_wide_row_becomes_answers_of_every_kind(store):
    offer(store, CASES / "base.csv")

    person = Respondent(
        "north",
        "1",
        "I1",
        "it",
        role="Network",
        language="en",
        started_at=dt.datetime(2026, 3, 11, 8, tzinfo=dt.UTC),
        finished_at=dt.datetime(2026, 3, 11, 8, 30, tzinfo=dt.UTC),
    )
    assert store.respondents()[0] == person
    blank = Answer(
        "north", "1", "I1", "it", "view.one", "it", "answered", person.finished_at,
        store.current()[0].source,
    )  # fmt: skip
    assert store.current(respondent="I1") == [
        replace(blank, value=4),
        replace(blank, value=2, about="operations"),
        replace(blank, item="view.plain", status="dont_know"),
        replace(blank, item="goals.top", chosen=("speed", "safety")),
        replace(blank, item="goals.words", chosen=("calm",)),
        replace(blank, item="owner.now", chosen=("it",)),
        replace(blank, item="pilot.works", subject="kiln", value=6),
        replace(blank, item="text.change", text="=less typing", quotable=True),
    ]


def test_a_pseudonym_depends_on_nothing_but_the_form(store, tmp_path):
    offer(store, CASES / "kobo.csv", **KOBO)
    names = [r.respondent for r in store.respondents()]
    lines = (CASES / "kobo.csv").read_text(encoding="utf-8").replace("Line one\nline two", "x")
    head, *rows = lines.splitlines(keepends=True)
    turned = Store("sqlite://")

    offer_text(turned, tmp_path, head + "".join(reversed(rows)), **KOBO)

    assert [r.respondent for r in turned.respondents()] == names
    assert names[:2] == ["it-baf0a362", "it-d0d5908f"]


def test_two_forms_of_a_site_number_alike_and_are_told_apart_by_name(store, tmp_path):
    text = "ID,Start time,Completion time,One\n1,3/14/2026 9:00,3/14/2026 9:30,4\n"
    columns = tmp_path / "columns.csv"
    columns.write_text("column,field\nOne,view.one\n")
    options = {"site": "north", "wave": "1", "columns": columns, "timezone": "UTC"}
    offer_text(store, tmp_path, text, lens="it", form="it-form", **options)
    other = text.replace("3/14", "3/15").replace(",4\n", ",1\n")

    report = offer_text(store, tmp_path, other, lens="operations", form="ops-form", **options)

    assert report.counts == ImportCounts(n_respondents_new=1, n_new=1)
    assert [(a.lens, a.value) for a in store.current()] == [("it", 4), ("operations", 1)]


def test_the_same_form_for_another_site_is_refused(store):
    offer(store, CASES / "kobo.csv", **KOBO)
    before = everything(store)

    with pytest.raises(ExchangeError) as caught:
        offer(store, CASES / "kobo.csv", **{**KOBO, "site": "north"})

    what = "this form is stored for the site south, not north"
    allowed = "one person, one lens and one site"
    assert caught.value.problems == (Problem("kobo.csv", "rows 2, 4, 5 and 6", what, allowed),)
    assert everything(store) == before


def test_a_person_who_sent_a_form_twice_stays_one_in_whatever_order_files_arrive(store, tmp_path):
    head = "_id,_uuid,function," + ",".join(f"p{n}" for n in range(20)) + "\n"
    columns = tmp_path / "columns.csv"
    fields = "".join(f"p{n},pilot.works[s{n}]\n" for n in range(20))
    columns.write_text(f"column,field\nfunction,lens\n{fields}")
    same = ",it," + ",".join(str(n % 6 + 1) for n in range(20)) + "\n"
    options = {"site": "north", "wave": "1", "columns": columns}
    offer_text(store, tmp_path, head + "8,u" + same, **options)
    before = everything(store)

    report = offer_text(store, tmp_path, head + "7,v" + same + "8,u" + same, **options)
    alone = offer_text(store, tmp_path, head + "7,v" + same, **options)

    assert report.counts == ImportCounts(n_respondents_known=1, n_unchanged=20)
    why = "the same answers to all 20 questions as row 3; counted once"
    assert report.skipped == (SkippedRow(2, why),)
    assert [skip.row for skip in alone.skipped] == [2]
    assert everything(store) == before


def test_nineteen_same_answers_are_two_people(store, tmp_path):
    head = "submission,lens," + ",".join(f"pilot.works[s{n}]" for n in range(19)) + "\n"
    same = ",it" + ",3" * 19 + "\n"

    report = offer_text(store, tmp_path, head + "1" + same + "2" + same, site="north", wave="1")

    assert report.counts.n_respondents_new == 2


def test_a_stored_answer_that_was_given_later_holds(store, tmp_path):
    offer(store, CASES / "base.csv")
    asked = store.current(respondent="I1")[0]
    later = replace(asked, value=1, answered_at=WHEN, reason="misheard", note="by phone")
    store.append([later])

    report = offer(store, CASES / "base.csv")

    assert report.counts == ImportCounts(n_respondents_known=2, n_unchanged=13, n_refused=1)
    what = "1 answers were given before the stored ones, which hold"
    assert report.warnings == (Problem("base.csv", "", what, severity="warning"),)
    assert store.current(respondent="I1")[-1] == later


def test_a_note_and_a_permission_a_file_cannot_say_are_kept(store, tmp_path):
    offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,,Less\n")
    number, change = store.current()
    store.append([replace(number, note="unsure"), replace(change, quotable=True)])

    again = offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,,Less\n")
    edited = offer_text(store, tmp_path, WIDE + "I1,north,it,1,5,,More\n")

    assert (again.counts.n_unchanged, edited.counts.n_changed) == (2, 2)
    said = [(a.value, a.note, a.text, a.quotable) for a in store.current()]
    assert said == [(5, "unsure", None, False), (None, None, "More", False)]


def test_an_emptied_cell_keeps_the_stored_answer_and_says_so(store, tmp_path):
    offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,2,Less\n")

    report = offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,,  \n")

    assert report.counts == ImportCounts(n_respondents_known=1, n_unchanged=1, n_kept=2)
    assert len(store.current()) == 3


def test_the_same_respondent_twice_with_the_same_answers_counts_once(store, tmp_path):
    report = offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,,\nI1,north,it,1,4,,\n")

    assert report.counts == ImportCounts(n_respondents_new=1, n_new=1)
    why = "respondent I1 stands in row 2 with the same answers"
    assert report.skipped == (SkippedRow(3, why),)


def test_a_respondent_in_two_waves_is_two_interviews(store, tmp_path):
    report = offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,,\nI1,north,it,2,5,,\n")

    assert report.n_per_lens == {("north", "1", "it"): 1, ("north", "2", "it"): 1}


def test_a_wave_of_the_file_holds_over_the_default_one(store, tmp_path):
    offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,,\n", default_wave="2")
    offer_text(
        store, tmp_path, "respondent,lens,view.one\nI2,it,4\n", site="north", default_wave="2"
    )

    assert [(r.respondent, r.wave) for r in store.respondents()] == [("I1", "1"), ("I2", "2")]


def test_a_row_without_answers_is_skipped(store, tmp_path):
    report = offer_text(store, tmp_path, WIDE + "I1,north,it,1,4,,\nI2,north,it,1,, ,\n")

    assert report.skipped == (SkippedRow(3, "has no answers"),)
    assert [r.respondent for r in store.respondents()] == ["I1"]


def test_an_unfinished_limesurvey_interview_is_skipped(store, tmp_path):
    columns = tmp_path / "columns.csv"
    columns.write_text("column,field\nQ1,view.one\nQ2[SQ001],view.plain\njob,lens\n")
    text = (
        "id,submitdate,lastpage,startlanguage,startdate,job,Q1,Q2[SQ001]\n"
        "3,2026-03-11 08:30:00,4,de,2026-03-11 08:00:00,it,Völlig,Mostly\n"
        "4,,2,de,2026-03-11 09:00:00,it,2,\n"
    )
    options = {"site": "north", "wave": "1", "columns": columns, "timezone": "Europe/Berlin"}

    report = offer_text(store, tmp_path, text, **options)

    assert (report.tool, report.warnings) == ("limesurvey", ())
    assert report.skipped == (SkippedRow(3, "the interview was not finished"),)
    assert [(a.item, a.value) for a in store.current()] == [("view.one", 6), ("view.plain", 5)]
    (person,) = store.respondents()
    assert (person.language, person.finished_at) == (
        "de",
        dt.datetime(2026, 3, 11, 7, 30, tzinfo=dt.UTC),
    )


def test_a_survey_without_dates_is_dated_by_the_import(store, tmp_path):
    columns = tmp_path / "columns.csv"
    columns.write_text("column,field\nQ1,view.one\n")
    text = "id,submitdate,lastpage,startlanguage,Q1\n3,1980-01-01 00:00:00,4,de,2\n"
    options = {"site": "north", "wave": "1", "lens": "it", "timezone": "UTC", "columns": columns}

    offer_text(store, tmp_path, text, **options)

    assert [(a.value, a.answered_at) for a in store.current()] == [(2, WHEN)]


def test_google_forms_are_keyed_on_the_whole_row(store, tmp_path):
    columns = tmp_path / "columns.csv"
    columns.write_text("column,field\nViews [First],view.one\nGoals,goals.top\nYou,lens\n")
    text = (
        "Timestamp,You,Views [First],Goals\n"
        '2026/03/11 9:01:22 AM GMT+2,IT,Fully,"Safety, health and environment, Speed"\n'
        '2026/03/11 9:01:22 AM GMT+2,IT,Fully,"Safety, health and environment, Speed"\n'
        '2026/03/11 9:01:22 AM GMT+2,IT,Hardly,"Calm, Cost"\n'
    )
    options = {"site": "north", "wave": "1", "columns": columns}

    report = offer_text(store, tmp_path, text, **options)

    assert (report.tool, report.counts.n_respondents_new) == ("google-forms", 2)
    assert [a.chosen for a in store.current() if a.chosen] == [
        ("safety", "speed"),
        ("calm", "cost"),
    ]
    assert {a.answered_at for a in store.current()} == {
        dt.datetime(2026, 3, 11, 7, 1, 22, tzinfo=dt.UTC)
    }
    what = "no column numbers the forms: an edited form will count as another person"
    todo = "Map a column to submission."
    assert report.warnings == (Problem("wide.csv", "", what, todo=todo, severity="warning"),)


def test_what_a_person_should_know_is_warned_of(store, tmp_path):
    text = (
        "respondent,lens,started_at,pilot.works[kiln],pilot.works[oven]\n"
        "I1,it,2026-03-11 08:00,4,5\n"
    )
    subjects = (Subject("north", "pilot", "kiln", "Kiln"), Subject("south", "pilot", "oven", ""))

    report = offer_text(store, tmp_path, text, site="north", wave="1", subjects=subjects)

    zone, what = "times without an offset were read as UTC", "'oven' is no pilot of north"
    todo = "Add it to the evidence files if it is one; its answers are kept."
    assert report.warnings == (
        Problem("wide.csv", "", zone, todo="Give --timezone.", severity="warning"),
        Problem("wide.csv", "", what, todo=todo, severity="warning"),
    )
    assert report.counts.n_new == 2


def test_a_day_first_file_is_told_from_the_whole_column_or_by_the_importer(store, tmp_path):
    text = "respondent,lens,started_at,view.one\nI1,it,3/4/2026 9:00,4\nI2,it,14/4/2026 9:00,4\n"
    offer_text(store, tmp_path, text, site="north", wave="1", timezone="UTC")
    rest = "respondent,lens,started_at,view.one\nI3,it,3/4/2026 9:00,4\n"
    offer_text(store, tmp_path, rest, site="north", wave="1", timezone="UTC", day_first=False)

    starts = [r.started_at.date().isoformat() for r in store.respondents()]
    assert starts == ["2026-04-03", "2026-04-14", "2026-03-04"]


def test_a_report_reads_as_text(store):
    report = offer(store, CASES / "kobo.csv", **KOBO)

    assert str(report).splitlines() == [
        "kobo.csv: respondents: 4 new, 0 known; answers: 30 new, 0 changed, 0 unchanged, 0 refused",
        "  south / 1 / it: 2",
        "  south / 1 / operations: 2",
        "  skipped row 3: an earlier version of submission 502; row 6 is the later one",
        "  skipped row 7: submission 503 stands in row 4 with the same answers",
        "  to take it back: harmony undo DIR --import 042a44170409-20261101T120000Z",
    ]


def test_rows_of_people_who_were_corrected_since_are_left_out_and_named(tmp_path):
    """Under the old name they would count nowhere, and the report would call them new."""
    store = Store("sqlite://")
    rows = "P-1,north,it,1,4\nP-2,north,it,1,5\n"
    offer_text(store, tmp_path, f"respondent,site,lens,wave,view.plain\n{rows}")
    teller = Teller("ana", WHEN, "misheard")
    for was, now in (("P-1", "P-7"), ("P-7", "P-77")):
        store.cases.correct(("north", "1", was), Correction(respondent=now), teller)
    before = everything(store)
    rows = "P-1,north,it,1,2,1\nP-2,north,it,1,5,\nP-77,north,it,1,4,\n"
    head = "respondent,site,lens,wave,view.plain,view.one\n"
    report = offer_text(store, tmp_path, head + rows, is_dry_run=True)
    assert report.counts == ImportCounts(n_respondents_known=2, n_unchanged=2)
    assert [str(row) for row in report.skipped] == ["row 2: this person was corrected since"]
    assert [w.what for w in report.warnings if "corrected" in w.what] == [
        "1 rows are of people who were corrected since, and were left out: P-1 is P-77 at north"
    ]
    offer_text(store, tmp_path, head + rows)
    assert everything(store) == before

"""Files as survey tools and spreadsheets really write them, each with its right outcome."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from exchange_cases import CASES

from harmony_kit.errors import ExchangeError
from harmony_kit.exchange import ImportOptions, ImportReport, import_answers
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.store import Store

FIELD = CASES / "field"
CORE = load_instrument(find_instrument("it-operations"))
WHEN = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
RATING = (
    "Allowed: a whole number from 1 to 5, dont_know or prefer_not, or a label of the label file."
)
NO_TIME = "no column says when; answers carry the time of the import."
OUTCOMES = (
    "data_architecture, security_compliance, model_governance, reliability, technical_debt, "
    "faster_decisions, less_coordination, fewer_surprises, clear_guidance, less_dependence"
)
WORDS = "models, pipelines, infrastructure, controls, answers, direction, support, relief"


def bring(store: Store, name: str, **options: object) -> ImportReport:
    """Import a case into a store, as a consultant at riverside would."""
    for kind in ("columns", "labels"):
        if isinstance(options.get(kind), str):
            options[kind] = FIELD / str(options[kind])
    given = {"site": "riverside", "wave": "1", "timezone": "Europe/Amsterdam", **options}
    return import_answers(
        FIELD / name,
        instrument=CORE,
        sites=("riverside", "lakeside"),
        journal=store,
        options=ImportOptions("ana", WHEN, **given),
    )


def said(store: Store) -> list[tuple[object, ...]]:
    """Who said what: lens or pseudonym, item, and the value, the options or the text."""
    return [
        (a.lens, a.item, a.value if a.value is not None else a.chosen or a.text or a.status)
        for a in store.current()
    ]


def refusal(store: Store, name: str, **options: object) -> tuple[list[str], str]:
    """What a refused file is told, without its name, and what would let the rest in."""
    with pytest.raises(ExchangeError) as caught:
        bring(store, name, **options)
    assert (store.journal(), store.respondents()) == ([], [])
    told = [str(problem).removeprefix(f"{name}: ") for problem in caught.value.problems]
    return told, caught.value.accept


@pytest.fixture
def store() -> Store:
    return Store("sqlite://")


BOTH = [
    ("it", "meaning.same", 4),
    ("it", "frame.decision", 3),
    ("it", "execution.one_change", "x"),
    ("operations", "meaning.same", 2),
    ("operations", "frame.decision", 5),
    ("operations", "execution.one_change", "y"),
]
READ = {
    "comment.csv": (
        {},
        [("it", "meaning.same", 4)],
        ["row 1, '# answers of October', was taken for a comment.", NO_TIME],
    ),
    "titlerow.csv": (
        {},
        [("it", "meaning.same", 4), ("it", "execution.one_change", "x")],
        ["row 1, 'Survey of October', was taken for a title."],
    ),
    "merged_header.xlsx": ({}, BOTH, ["row 1, 'Who', was taken for a row that groups columns."]),
    "hidden_first.xlsx": (
        {},
        BOTH,
        ["the sheet 'Answers' was read; left out: Lists (hidden)."],
    ),
    "instructions_first.xlsx": (
        {},
        BOTH,
        ["the sheet 'Answers' was read; left out: Read me."],
    ),
    "two_sheets.xlsx": ({"sheet": "Operations"}, BOTH[3:], []),
    "roundtrip-two-sites.csv": (
        {"site": None},
        [("it", "meaning.same", 2), ("it", "meaning.same", 4)],
        [NO_TIME],
    ),
    "forms_de.csv": (
        {"columns": "forms_de_map.csv"},
        [("it", "meaning.same", 4), ("operations", "meaning.same", 4)],
        [],
    ),
    "lsanon_en.csv": (
        {"columns": "lsanon_columns.csv", "lens": "it"},
        [("it", "meaning.same", 4), ("it", "meaning.same", 5)],
        [],
    ),
    "monthname.csv": (
        {},
        [("it", "meaning.same", 4), ("it", "execution.one_change", "x")] * 2,
        [],
    ),
    "native_dates.xlsx": (
        {},
        [("it", "meaning.same", 4), ("it", "execution.one_change", "x")] * 2
        + [("it", "meaning.same", 4), ("it", "execution.one_change", "12.5")],
        [],
    ),
    "long-format.csv": (
        {"site": None},
        [("it", "meaning.same", 4), ("it", "meaning.same", 2)],
        [NO_TIME],
    ),
    "google_grid.csv": (
        {"columns": "google_grid_columns.csv", "labels": "outcome_labels.csv"},
        [
            ("it", "priorities.top", ("model_governance", "reliability", "faster_decisions")),
            ("it", "meaning.same", 4),
            ("it", "execution.decisions_move", 3),
        ],
        [
            (
                "no column numbers the forms: an edited form will count as another person. "
                "Map a column to submission."
            )
        ],
    ),
    "limesurvey_rank.csv": (
        {"columns": "limesurvey_rank_map.csv", "labels": "outcome_labels.csv"},
        [
            ("it", "meaning.same", 4),
            ("it", "priorities.top", ("reliability", "model_governance", "faster_decisions")),
            ("it", "meaning.words", ("models", "answers")),
            ("operations", "meaning.same", 2),
            (
                "operations",
                "priorities.top",
                ("faster_decisions", "clear_guidance", "less_coordination"),
            ),
            ("operations", "meaning.words", ("answers",)),
        ],
        ["1 not in the mapping and left out: words[other]."],
    ),
    "surveymonkey.csv": (
        {"columns": "surveymonkey_map.csv", "accept": "M4"},
        [
            ("it", "meaning.words", ("models", "answers")),
            ("it", "execution.one_change", "less paper"),
            ("operations", "meaning.words", ("pipelines", "answers")),
        ],
        [
            (
                "row 4, column Which words come first? [Other (please specify)] (meaning.words): "
                "left out as accepted: 'magic' is not an answer."
            )
        ],
    ),
    "surveymonkey_1h.csv": (
        {"columns": "surveymonkey_map.csv", "accept": "M3"},
        [
            ("it", "meaning.words", ("models", "answers")),
            ("it", "execution.one_change", "less paper"),
            ("operations", "meaning.words", ("pipelines", "answers")),
        ],
        [
            (
                "row 3, column Which words come first? [4] (meaning.words): "
                "left out as accepted: 'magic' is not an answer."
            )
        ],
    ),
    "labels.csv": (
        {"columns": "labels_columns.csv", "labels": "labels_labels.csv"},
        [
            ("it", "meaning.same", 4),
            ("it", "frame.decision", 3),
            ("it", "frame.timing", "dont_know"),
            ("it", "frame.inputs", 4),
            ("it", "frame.actions", 4),
            ("operations", "meaning.same", 4),
            ("operations", "frame.decision", 4),
            ("operations", "frame.timing", "dont_know"),
            ("operations", "frame.inputs", 4),
            ("operations", "frame.actions", 3),
        ],
        [],
    ),
}


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_as_it_was_meant(store, name):
    options, answers, warned = READ[name]
    report = bring(store, name, **options)
    assert said(store) == answers
    told = [str(one).removeprefix(f"{name}: ").replace("warning: ", "") for one in report.warnings]
    assert (told, report.skipped) == (warned, ())


@pytest.mark.slow
def test_times_are_read_as_tools_write_them(store):
    bring(store, "monthname.csv")
    bring(store, "native_dates.xlsx", site="lakeside")
    times = {(a.site, a.respondent): a.answered_at.isoformat() for a in store.current()}
    assert times == {
        ("riverside", "it-01"): "2026-10-13T19:01:00+00:00",
        ("riverside", "it-02"): "2026-10-05T10:10:00+00:00",
        ("lakeside", "it-01"): "2026-10-05T07:00:00+00:00",
        ("lakeside", "it-02"): "2026-10-04T22:00:00+00:00",
        ("lakeside", "101"): "2026-10-05T07:00:00+00:00",
    }


REFUSED = {
    "avg_lens.xlsx": (
        {},
        [
            (
                "row 3, column respondent: 'Average' looks like a line under the table, not a "
                "person. Allowed: a pseudonym in every row. Delete the row."
            )
        ],
        "3",
    ),
    "bool_dates.xlsx": (
        {},
        [f"row 4, column meaning.same: 'yes' is not an answer. {RATING}"],
        "D4",
    ),
    "casedup.csv": (
        {},
        [
            (
                "rows 2, 3 and 4: one respondent under 3 spellings: OPS-01, ops-01, Ops 01. "
                "Allowed: one spelling for each respondent."
            )
        ],
        "2-4",
    ),
    "errors.xlsx": (
        {},
        [
            f"row 2, column meaning.same: holds #N/A, an error of the spreadsheet. {RATING}",
            f"row 3, column meaning.same: holds #REF!, an error of the spreadsheet. {RATING}",
            (
                "row 4, column execution.one_change: holds #N/A, an error of the spreadsheet. "
                "Allowed: text, dont_know or prefer_not."
            ),
            (
                "row 5, column execution.one_change: holds #DIV/0!, an error of the spreadsheet. "
                "Allowed: text, dont_know or prefer_not."
            ),
        ],
        "D2,D3,F4,F5",
    ),
    "export.zip": (
        {},
        ["is a ZIP archive of export.csv. Unpack it and import what is inside."],
        "",
    ),
    "forms_rank.csv": (
        {"columns": "forms_rank_columns.csv"},
        [
            (
                "row 3, column Rank (priorities.top): 'reliability;faster_decisions;' is not an "
                "answer. Allowed: exactly 3 different options."
            ),
            (
                "row 3, column Words (meaning.words): 'models;answers;controls;support;relief;' is "
                "not an answer. Allowed: 1 to 3 different options."
            ),
            (
                "row 4, column Rank (priorities.top): 'reliability;faster_decisions;reliability' "
                "is not an answer. Allowed: exactly 3 different options."
            ),
            (
                "row 4, column Words (meaning.words): 'models;models;' is not an answer. "
                "Allowed: 1 to 3 different options."
            ),
        ],
        "G3,G4,H3,H4",
    ),
    "formula_nocache.xlsx": (
        {},
        [
            (
                "rows 2 and 3, column meaning.same: holds a formula whose result is not stored "
                f"(open the file, save it again). {RATING}"
            ),
            (
                "row 2, column frame.decision: holds a formula whose result is not stored "
                f"(open the file, save it again). {RATING}"
            ),
        ],
        "D2,D3,E2",
    ),
    "future.csv": (
        {},
        [
            (
                "row 2, column finished_at: '2062-10-05T09:00+02:00' is in the future. "
                "Allowed: a time that has been."
            )
        ],
        "C2",
    ),
    "half.csv": (
        {},
        [f"rows 2, 4, 6, 8 and 10, column meaning.same: 'huh' is not an answer. {RATING}"],
        "C2,C4,C6,C8,C10",
    ),
    "hidden_row.xlsx": (
        {},
        ["row 4: is hidden in the spreadsheet. Allowed: rows one can see. Show it or delete it."],
        "4",
    ),
    "kobo_split.csv": (
        {"columns": "kobo_split_columns2.csv"},
        [
            (
                "row 1: columns of meaning.words are not in the mapping: words/pipelines, "
                "words/answers. Map 'words' to meaning.words for all of them, or each of them."
            )
        ],
        "",
    ),
    "other.csv": (
        {"columns": "other_columns.csv"},
        [
            (
                f"row 3, column words (meaning.words): 'robots' is not an answer. "
                f"Allowed: up to 3 of {WORDS} joined by semicolons, dont_know or prefer_not, "
                "or a label of the label file."
            ),
            (
                "row 4, column words (meaning.words): 'models, answers, something else' is not an "
                f"answer. Allowed: up to 3 of {WORDS} joined by semicolons, dont_know or "
                "prefer_not, or a label of the label file."
            ),
        ],
        "D3,D4",
    ),
    "two_sheets.xlsx": (
        {},
        ["2 sheets hold a table. Allowed: IT, Operations. Choose one with --sheet."],
        "",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_wrong_is_refused_with_every_reason_and_a_way_out(store, name):
    options, told, accept = REFUSED[name]
    assert refusal(store, name, **options) == (told, accept)


@pytest.mark.parametrize(
    ("name", "options", "accept", "answers"),
    [
        ("half.csv", {}, "C", [("it", "meaning.same", 4)] * 5),
        ("half.csv", {}, "2,4,6,8,10", [("it", "meaning.same", 4)] * 5),
        ("hidden_row.xlsx", {}, "4", BOTH),
        ("avg_lens.xlsx", {}, "3", [("it", "meaning.same", 4), ("it", "frame.decision", 3)]),
        (
            "errors.xlsx",
            {},
            "D2-3,D3,F4,F5,D2",
            None,
        ),
        (
            "forms_rank.csv",
            {"columns": "forms_rank_columns.csv"},
            "3,4",
            [
                ("it", "priorities.top", ("reliability", "faster_decisions", "model_governance")),
                ("it", "meaning.words", ("models", "answers")),
            ],
        ),
    ],
)
def test_what_is_wrong_can_be_left_out_by_name(store, name, options, accept, answers):
    if answers is None:
        with pytest.raises(ExchangeError, match="'D2-3' names nothing"):
            bring(store, name, accept=accept, **options)
        return
    bring(store, name, accept=accept, **options)
    assert said(store) == answers


def test_a_full_ranking_is_cut_and_that_is_said(store):
    report = bring(store, "forms_rank.csv", columns="forms_rank_columns.csv", accept="3-4")
    assert [str(warning) for warning in report.warnings] == [
        (
            "forms_rank.csv: row 2, column Rank (priorities.top): warning: "
            "ranks more options than asked for; the first 3 were taken."
        )
    ]
    assert [str(row) for row in report.skipped] == [
        "row 3: left out as accepted",
        "row 4: left out as accepted",
    ]


@pytest.mark.parametrize(
    ("name", "options", "skipped", "answers"),
    [
        (
            "kobo_na.csv",
            {"columns": "kobo_na_columns.csv"},
            ["row 2: not approved in the survey tool"],
            [("operations", "meaning.same", 2)],
        ),
        (
            "kobo_split.csv",
            {"columns": "kobo_split_columns.csv"},
            ["row 2: not approved in the survey tool"],
            [("operations", "meaning.words", ("pipelines", "answers"))],
        ),
        (
            "qualtrics.csv",
            {"columns": "qualtrics_columns.csv", "timezone": None},
            ["row 4: a preview or test, not a person", "row 6: the form was not finished"],
            [("it", "meaning.same", 4), ("it", "execution.one_change", "fewer tickets")],
        ),
        (
            "qualtrics_1h.csv",
            {"columns": "qualtrics_columns.csv"},
            ["row 2: a preview or test, not a person", "row 4: the form was not finished"],
            [("it", "meaning.same", 4), ("it", "execution.one_change", "fewer tickets")],
        ),
    ],
)
def test_forms_the_tool_marks_as_not_valid_are_left_out_and_named(
    store, name, options, skipped, answers
):
    report = bring(store, name, **options)
    assert ([str(row) for row in report.skipped], said(store)) == (skipped, answers)


def test_a_dry_run_shows_how_the_first_form_was_understood(store):
    report = bring(store, "forms_de.csv", columns="forms_de_map.csv", is_dry_run=True)
    assert report.preview == (
        "row 2 as it was read, riverside / 1 / it:",
        "A 'ID' is submission: '1'",
        "B 'Startzeit' is started_at: '13.10.2026 09:00'",
        "C 'Fertigstellungszeit' is finished_at: '13.10.2026 09:10'",
        "F 'Ihre Funktion' is lens: 'IT'",
        "G 'Frage' is meaning.same: 'Stimme zu' read as 4",
    )
    assert (store.journal(), report.import_id) == ([], "")


def test_qualtrics_says_its_zone_and_the_places_of_a_rank(store):
    report = bring(
        store,
        "qualtrics.csv",
        columns="qualtrics_rank_columns.csv",
        labels="qualtrics_labels.csv",
        timezone=None,
    )
    assert next(a.answered_at.isoformat() for a in store.current()) == "2026-10-06T07:20:00+00:00"
    assert said(store)[1] == (
        "it",
        "priorities.top",
        ("model_governance", "reliability", "faster_decisions"),
    )
    assert report.warnings == ()


def test_two_forms_that_number_alike_are_told_apart_by_their_times_or_names(store, tmp_path):
    names = {"columns": "forms_ab_columns.csv"}
    bring(store, "formA.csv", **names)
    with pytest.raises(ExchangeError, match="started 1 day, 0:00:00 earlier"):
        bring(store, "formB.csv", **names)
    bring(store, "formB.csv", form="second", **names)
    assert [a.value for a in store.current()] == [4, 1]


def test_two_anonymous_forms_that_number_alike_do_not_overwrite_each_other(store, tmp_path):
    given = {"columns": FIELD / "lsanon_columns.csv", "lens": "it"}
    bring(store, "lsanon_en.csv", **given)
    before = store.journal()
    other = tmp_path / "other.csv"
    text = (FIELD / "lsanon_en.csv").read_text(encoding="utf-8").replace(",4\n", ",1\n")
    other.write_text(text, encoding="utf-8")

    with pytest.raises(ExchangeError) as caught:
        bring(store, str(other), **given)

    assert [str(problem) for problem in caught.value.problems] == [
        (
            "other.csv: row 2: form 1 is stored with other answers, and no time says if it is the "
            "same. Name the form with --form: a new name for another form, its own for an "
            "edited one."
        )
    ]
    assert store.journal() == before
    bring(store, str(other), form="de", **given)
    assert sorted(a.value for a in store.current()) == [1, 4, 5, 5]


def test_an_export_that_grew_is_no_other_form(store, tmp_path):
    given = {"columns": FIELD / "lsanon_columns.csv", "lens": "it"}
    bring(store, "lsanon_en.csv", **given)
    grown = tmp_path / "grown.csv"
    text = (FIELD / "lsanon_en.csv").read_text(encoding="utf-8")
    grown.write_text(f"{text}3,1980-01-01 00:00:00,5,en,2\n", encoding="utf-8")

    report = bring(store, str(grown), **given)

    assert (report.counts.n_respondents_new, report.counts.n_unchanged) == (1, 2)


def test_a_corrected_time_lets_the_answers_in(store):
    refusal(store, "future.csv")
    bring(store, "future_fix.csv")
    assert [a.value for a in store.current()] == [1, 1, 2, 5]


def test_an_answer_stored_with_a_time_to_come_holds_against_nothing(store, tmp_path):
    late = WHEN.replace(year=2062)
    import_answers(
        FIELD / "future.csv",
        instrument=CORE,
        sites=("riverside",),
        journal=store,
        options=ImportOptions("ana", late, site="riverside", wave="1"),
    )
    bring(store, "future_fix.csv")
    values = {a.key[2:4]: a.value for a in store.current()}
    assert values == {
        ("it-01", "meaning.same"): 1,
        ("it-01", "frame.decision"): 1,
        ("ops-01", "meaning.same"): 2,
        ("ops-01", "frame.decision"): 5,
    }


def test_an_emptied_cell_keeps_what_is_stored(store):
    bring(store, "idemA.csv")
    report = bring(store, "idemB.csv")
    assert (report.counts.n_changed, report.counts.n_unchanged, report.counts.n_kept) == (1, 2, 1)
    assert sorted(a.value for a in store.current()) == [1, 2, 3, 5]


@pytest.mark.parametrize("name", ["lapB.csv", "lapB-same-time.csv"])
def test_two_laptops_that_cannot_tell_whose_answers_they_are_ask(name):
    one, two = Store("sqlite://"), Store("sqlite://")
    bring(one, "lapA.csv")
    bring(two, name)
    before = one.journal(), two.journal()
    for store, other in ((one, two), (two, one)):
        with pytest.raises(ExchangeError, match="is another person than"):
            store.merge(other)
    assert (one.journal(), two.journal()) == before


def test_two_files_of_one_person_come_to_the_same_in_either_order():
    stores = []
    for order in (("lapA.csv", "lapB.csv"), ("lapB.csv", "lapA.csv")):
        store = Store("sqlite://")
        for file in order:
            bring(store, file)
        stores.append(store)
    contents = [{a.key: a.content for a in store.current()} for store in stores]
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("respondent", "ann@plant.example"),
        ("submission", "ann@plant.example"),
        ("role", "Lead (ann@plant.example)"),
        ("language", "a@b.de"),
    ],
)
def test_an_address_gets_in_by_no_column(store, tmp_path, column, cell):
    path = tmp_path / "wide.csv"
    columns = {"respondent": "it-01", "lens": "it", column: cell, "meaning.same": "4"}
    path.write_text(f"{','.join(columns)}\n{','.join(columns.values())}\n", encoding="utf-8")
    told, _ = refusal(store, str(path))
    assert len(told) == 1
    assert f"row 2, column {column}: looks like an e-mail address" in told[0]


def test_every_case_is_asserted():
    """A file nobody reads would only look like a test."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in sorted(FIELD.iterdir()) if f'"{path.name}"' not in text] == []

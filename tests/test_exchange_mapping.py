"""Mapping files: a first one proposed, and what one line of it may be."""

from __future__ import annotations

import csv
import io
import re

import pytest
from exchange_cases import CASES, FORMS, KOBO, SMALL, offer, offer_text

from harmony_kit.exchange import map_template
from harmony_kit.exchange.fields import Field, FieldError, parse_field, read_columns
from harmony_kit.exchange.labels import read_labels
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject

PILOTS = tuple(
    Subject("north", "pilot", name, title)
    for name, title in (
        ("press-line", "Press line"),
        ("dock-cam", "Dock camera"),
        ("planner", "Planner"),
        ("scrap-ai", "Scrap watch"),
        ("kiln", "Kiln model"),
        ("chat", "Manual chat"),
    )
)


def _fields(text: str) -> dict[str, str]:
    return {row["column"]: row["field"] for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.parametrize(
    ("file", "mapping", "left_out"),
    [
        (
            "forms.xlsx",
            FORMS["columns"],
            {"Email": "-", "Name": "-", "Anything about this form?": ""},
        ),
        (
            "kobo.csv",
            KOBO["columns"],
            {
                **{f"q/goals_words/{goal}": "-" for goal in ("speed", "safety", "cost", "calm")},
                "_uuid": "-",
                "_submission_time": "-",
                "_index": "-",
            },
        ),
    ],
)
def test_a_proposal_finds_every_column_and_imports(tmp_path, file, mapping, left_out):
    text = map_template(CASES / file, SMALL, PILOTS)

    assert _fields(text) == {**_fields(mapping.read_text(encoding="utf-8")), **left_out}
    columns = tmp_path / "columns.csv"
    columns.write_text(text, encoding="utf-8")
    options = {**(FORMS if file == "forms.xlsx" else KOBO), "columns": columns}
    assert offer(Store("sqlite://"), CASES / file, **options).counts.n_respondents_new > 0


def test_a_proposal_gives_every_field_once_and_leaves_open_what_nothing_fits(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("The first view holds,Die erste Sicht stimmt,Shoe size,=cmd\n1,2,3,4\n")

    assert map_template(path, SMALL) == (
        "column,field,note\n"
        "The first view holds,view.one,100% alike\n"
        "Die erste Sicht stimmt,,\n"
        "Shoe size,,\n"
        "'=cmd,,\n"
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (" Lens\n", Field("lens")),
        ("-", Field("-")),
        ("View.One@IT", Field("view.one@it", "view.one", None, "it")),
        ("pilot.works[Press Line]", Field("pilot.works[Press Line]", "pilot.works", "Press Line")),
        (
            "text.change:quotable",
            Field("text.change:quotable", "text.change", is_permission=True),
        ),
    ],
)
def test_a_field_is_read_whatever_its_case(text, field):
    assert parse_field(text, SMALL) == field


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("view.three", "'view.three' is not a field"),
        ("quotable", "'quotable' is not a field"),
        ("pilot.works[]", "'pilot.works[]' is not a field"),
        ("goals.words@it", "'goals.words@it' is an estimate of an item without estimates"),
    ],
)
def test_what_is_no_field_is_refused(text, what):
    with pytest.raises(FieldError) as caught:
        parse_field(text, SMALL)
    assert caught.value.what == what


def test_a_repeated_question_is_mapped_by_the_number_survey_tools_give_it(tmp_path):
    columns = tmp_path / "columns.csv"
    columns.write_text(
        "column,field\nIt works2,pilot.works[b]\nIt works,pilot.works[a]\nJob,lens\n"
    )
    options = {"site": "north", "wave": "1", "columns": columns}
    forms, google = Store("sqlite://"), Store("sqlite://")

    offer_text(forms, tmp_path, "Job,It works,It works2\nIT,1,2\n", **options)
    offer_text(google, tmp_path, "Job,It works,It\xa0works\nIT,1,2\n", **options)

    for store in (forms, google):
        assert [(a.subject, a.value) for a in store.current()] == [("a", 1), ("b", 2)]


def test_a_question_group_may_come_and_go_between_exports(tmp_path):
    columns = tmp_path / "columns.csv"
    columns.write_text("column,field\nq/view_one,view.one\nq2/job,lens\n")
    options = {"site": "north", "wave": "1", "columns": columns}
    store = Store("sqlite://")

    offer_text(store, tmp_path, "_id,_uuid,view_one,part/job\n7,u,3,it\n", **options)

    assert [(a.item, a.value, a.lens) for a in store.current()] == [("view.one", 3, "it")]


def test_the_mapping_and_the_labels_of_the_docs_can_be_read(tmp_path):
    docs = (CASES.parents[2] / "docs" / "exchange.md").read_text(encoding="utf-8")
    mapping, labels = re.findall(r"```\n(.+?)```", docs, re.DOTALL)
    core = load_instrument(find_instrument("it-operations"))
    (tmp_path / "columns.csv").write_text(mapping, encoding="utf-8")
    (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")

    columns = read_columns(tmp_path / "columns.csv", core)
    read = read_labels(tmp_path / "labels.csv", core)

    assert [mapped.field.name for mapped in columns.values()] == [
        "submission",
        "started_at",
        "lens",
        "meaning.same",
        "meaning.same@operations",
        "pilots.success[line3-vision]",
        "-",
    ]
    assert read.by_field["*"] == {"i don't know": "dont_know", "does not apply": ""}

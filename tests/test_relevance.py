"""An answer to what is not asked any more counts for nothing, wherever it came from."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from harmony_kit.commands.checking import check_engagement
from harmony_kit.commands.interviewing import open_reception
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.journal.store import Store

INSTRUMENT = """\
id: trust
version: 1
language: en
title: Use and trust
estimate: What would most people in {other} answer?
lenses:
  - {id: night, name: Night}
  - {id: day, name: Day}
scales:
  - {id: agree, anchors: [Not at all, A little, Partly, Mostly, Fully]}
options:
  tools:
    - {id: none, label: None}
    - {id: some, label: Some}
dimensions:
  - {id: use, name: Use, intro: What is used.}
items:
  - {id: use.has, dimension: use, kind: choice, options: tools,
     text: Which tools do you have?, short: tools}
  - {id: use.trust, dimension: use, kind: rating, scale: agree, mirrored: true,
     relevant: "use.has != 'none'", text: The tool can be trusted., short: trust in the tool}
  - {id: use.why, dimension: use, kind: text, required: false,
     relevant: use.trust <= 2, text: Why not?, short: why not}
  - {id: use.hours, dimension: use, kind: rating, scale: agree, text: I use it a lot., short: use}
  - {id: use.days, dimension: use, kind: rating, scale: agree, text: I use it daily., short: days,
     constraint: value <= use.hours, constraint_message: Daily use is a lot of use.}
"""
GERMAN = """\
instrument: trust
version: 1
language: de
texts:
  item.use.days.constraint_message: Wer es täglich nutzt, nutzt es viel.
"""
NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "engagement.yaml").write_text(
        "client: Acme\nwave: '1'\ninstrument: trust.yaml\nlanguages: [en, de]\n", encoding="utf-8"
    )
    (folder / "sites.csv").write_text("site,name,region,country\nlyon,Lyon,EU,FR\n")
    (folder / "trust.yaml").write_text(INSTRUMENT, encoding="utf-8")
    (folder / "trust.de.yaml").write_text(GERMAN, encoding="utf-8")
    return folder


@pytest.fixture
def form(folder):
    reception = open_reception(load_engagement(folder), "lyon")
    begin(reception)
    yield reception
    reception.desk.journal.close()


def begin(reception, name="mira-17"):
    reception.handle(
        {
            "do": "begin",
            "respondent": name,
            "lens": "night",
            "role": "",
            "language": "en",
            "consent": True,
        }
    )


def say(form, question, **said):
    return form.handle({"do": "answer", "question": question, "status": "answered", **said})


def counted(folder):
    """Item, whose view, and what was said, of every answer that counts."""
    store = Store(load_engagement(folder).store_url, is_reader=True)
    frame = store.frame()
    store.close()
    said = frame["value"].astype("object").fillna(frame["text"])
    return [*zip(frame["item"], frame["about"], said.where(said.notna(), None), strict=True)]


def warnings(folder):
    report = check_engagement(folder)
    return [(p.where, p.what) for p in report.problems if p.severity == "warning"]


def give_everything(form):
    say(form, "use.has", chosen=["some"])
    say(form, "use.trust", value=1)
    say(form, "use.trust@day", value=5)
    say(form, "use.why", text="It lies to us", quotable=True)


def test_an_answer_that_is_not_asked_any_more_does_not_count(folder, form):
    give_everything(form)
    assert [item for item, *_ in counted(folder)] == [
        "use.has",
        "use.trust",
        "use.trust",
        "use.why",
    ]
    say(form, "use.has", chosen=["none"])
    assert [item for item, *_ in counted(folder)] == ["use.has"]


def test_the_journal_keeps_it_and_it_counts_again(folder, form):
    give_everything(form)
    before = counted(folder)
    say(form, "use.has", chosen=["none"])
    assert len(form.desk.journal.journal()) == 5
    assert len(form.desk.journal.current()) == 4
    say(form, "use.has", chosen=["some"])
    assert sorted(counted(folder), key=str) == sorted(before, key=str)


def test_check_lists_what_was_left_out(folder, form):
    give_everything(form)
    assert warnings(folder) == []
    say(form, "use.has", chosen=["none"])
    what = "answers what was not to be asked of them; left out of every report"
    assert warnings(folder) == [
        ("lyon / 1 / mira-17 / use.trust", what),
        ("lyon / 1 / mira-17 / use.trust@day", what),
        ("lyon / 1 / mira-17 / use.why", what),
    ]


def test_an_import_that_answers_what_is_not_asked_is_left_out_as_well(folder):
    engagement = load_engagement(folder)
    path = folder / "survey.csv"
    path.write_text(
        "respondent,site,lens,wave,use.has,use.trust,use.trust@day,use.why,use.why:quotable\n"
        "a-1,lyon,night,1,none,1,5,It lies to us,yes\n"
        "a-2,lyon,night,1,some,2,4,It is slow,yes\n"
    )
    store = Store(engagement.store_url)
    store.keep_instrument(engagement.instrument_path)
    import_answers(
        path,
        instrument=engagement.instrument,
        sites=["lyon"],
        journal=store,
        options=ImportOptions(recorded_by="ana", imported_at=NOON, timezone="UTC"),
    )
    store.close()
    assert counted(folder) == [
        ("use.has", "night", None),
        ("use.has", "night", None),
        ("use.trust", "night", 2),
        ("use.trust", "day", 4),
        ("use.why", "night", "It is slow"),
    ]


def test_an_answer_is_judged_by_the_instrument_that_asked_it(folder, form):
    give_everything(form)
    say(form, "use.has", chosen=["none"])
    path = folder / "trust.yaml"
    path.write_text(INSTRUMENT.replace("use.has != 'none'", "lens == 'day'"), encoding="utf-8")
    assert [item for item, *_ in counted(folder)] == ["use.has"]


def test_a_constraint_is_looked_at_again_when_the_other_answer_changes(folder, form):
    say(form, "use.hours", value=4)
    say(form, "use.days", value=4)
    assert warnings(folder) == []
    say(form, "use.hours", value=2)
    page = form.handle({"do": "go", "to": "review"})["page"]
    assert [(row["screen"], row["misfit"]) for row in page["misfits"]] == [
        ("use.days", "Daily use is a lot of use.")
    ]
    what = "does not fit the other answers of the same person"
    assert warnings(folder) == [("lyon / 1 / mira-17 / use.days", what)]
    page = form.handle({"do": "go", "to": "use.days"})["page"]
    assert page["questions"][0]["misfit"] == "Daily use is a lot of use."


def test_a_refusal_is_told_in_the_respondents_language_and_never_as_code(form):
    say(form, "use.hours", value=2)
    told = say(form, "use.days", value=5)["trouble"]
    assert told == {
        "text": "trouble.constraint",
        "detail": "Daily use is a lot of use.",
        "todo": "",
    }
    form.handle({"do": "language", "language": "de"})
    told = say(form, "use.days", value=5)["trouble"]
    assert told["detail"] == "Wer es täglich nutzt, nutzt es viel."


def test_other_people_are_left_alone(folder, form):
    give_everything(form)
    begin(form, "rosa-22")
    say(form, "use.has", chosen=["none"])
    assert len(counted(folder)) == 5


def test_what_is_left_out_comes_and_goes_with_the_moment(folder, form):
    """A report that keeps to what was published reads the journal as of then."""
    give_everything(form)
    store = form.desk.journal
    then = store.revision()
    say(form, "use.has", chosen=["none"])
    assert len(store.frame(["lyon"], "1", until=then)) == 4
    assert len(store.frame(["lyon"], "1")) == 1


def test_an_instrument_nobody_kept_leaves_nothing_out(folder, form):
    give_everything(form)
    say(form, "use.has", chosen=["none"])
    answers = form.desk.journal.current()
    other = Store("sqlite://")
    other.append([replace(answer, source=replace(answer.source)) for answer in answers])
    assert len(other.frame()) == 4
    other.close()

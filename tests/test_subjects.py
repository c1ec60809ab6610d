"""Pilots and decisions: one list of them, and a title wherever one is shown."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pandas as pd
import pytest
from interviews import Clock, begin, find_respondent, make_engagement, open_desk

from harmony_kit.commands.exchanging import import_files, known_subjects
from harmony_kit.engagement import demo
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.exchange import ImportOptions, map_template
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject, list_subjects, titles_of
from harmony_kit.report.assessment import measure_site
from harmony_kit.report.site_report import dimensions

ROOT = Path(__file__).parent.parent
NOON = datetime.combine(demo.AS_OF, time(12), UTC)
CAMERA = Subject("lyon", "pilot", "cam", "Camera")


@pytest.mark.parametrize("missing", [float("nan"), pd.NA, None, "", "  "])
def test_a_title_is_never_missing(missing):
    assert Subject("lyon", "pilot", "cam", missing) == Subject("lyon", "pilot", "cam", "cam")


def test_evidence_comes_first_and_holds_against_an_interview():
    renamed = Subject("lyon", "pilot", "cam", "The camera")
    decision = Subject("lyon", "decision", "cam", "Buy a camera?")
    elsewhere = Subject("porto", "pilot", "cam", "Dosing")
    assert list_subjects([CAMERA], [renamed, decision, elsewhere]) == (CAMERA, decision, elsewhere)
    assert list_subjects([CAMERA, elsewhere], [decision], site="lyon") == (CAMERA, decision)
    assert titles_of([CAMERA, decision]) == {"cam": "Camera"}


@pytest.fixture
def folder(tmp_path):
    """An engagement whose pilots stand in the evidence file with an id alone."""
    made = make_engagement(tmp_path / "engagement")
    path = made / "pilots.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Camera", "").replace("Dosing", " "), encoding="utf-8")
    return made


def _walk(desk):
    """Every screen of an interview that is open, as the page gets it."""
    while True:
        reply = desk.handle({"do": "go", "to": "next"})
        # What the page cannot read is what no strict JSON can say.
        yield json.loads(json.dumps(reply, allow_nan=False))["page"]
        if reply["page"]["kind"] == "review":
            return


def test_an_interview_about_a_pilot_without_a_title_can_be_finished(folder):
    desk = open_desk(folder, Clock())
    begin(desk)
    pages = list(_walk(desk))
    listed = next(page for page in pages if page["kind"] == "subjects")
    assert [(one["id"], one["title"]) for one in listed["subjects"]] == [("cam", "cam")]
    told = {q["subject"] for page in pages for q in page.get("questions", []) if q["subject"]}
    assert told == {"cam"}
    assert desk.handle({"do": "finish"})["page"]["kind"] == "finished"
    assert find_respondent(desk.desk.journal).finished_at is not None


def test_a_pilot_and_a_decision_of_one_id_keep_their_titles(folder):
    desk = open_desk(folder, Clock())
    desk.desk.journal.add_subject(Subject("lyon", "decision", "cam", "Buy a camera?"))
    begin(desk)
    told = {q["subject"] for page in _walk(desk) for q in page.get("questions", [])}
    assert told == {"", "cam"}


def test_a_map_is_proposed_for_a_pilot_without_a_title(folder, tmp_path):
    engagement = load_engagement(folder)
    store = Store("sqlite://")
    store.add_subject(Subject("lyon", "pilot", "new", "New one"))
    subjects = known_subjects(engagement, store)
    assert subjects == (
        Subject("lyon", "pilot", "cam", "cam"),
        Subject("porto", "pilot", "dos", "dos"),
        Subject("lyon", "pilot", "new", "New one"),
    )
    path = tmp_path / "survey.csv"
    path.write_text("ID,Does it work? [cam]\n1,2\n", encoding="utf-8")
    assert "nan" not in map_template(path, engagement.instrument, subjects)


@pytest.fixture
def acme(tmp_path):
    """What `harmony init` writes, with one plant of the demo and a pilot added on the spot."""
    acme = tmp_path / "acme"
    create_engagement(acme, client="Acme", wave="1")
    plant = next(one for one in demo.demo_plants() if one["site"] == "northfield")
    plant = {**plant, "site": "plant-1"}
    plant["pilots"] = [{**pilot, "title": ""} for pilot in plant["pilots"]]
    instrument = load_instrument(find_instrument("it-operations"))
    demo.write_sites([plant], acme / "sites.csv", instrument.lens_ids)
    demo.write_evidence([plant], acme)
    answers = demo.simulate_answers(plant, instrument, "1")
    first = plant["pilots"][0]["pilot"]
    names = [name for name in answers if f"[{first}]" in name]
    added = answers[names].rename(columns=lambda name: name.replace(first, "on-the-spot"))
    path = tmp_path / "plant-1.csv"
    answers.join(added).to_csv(path, index=False)
    options = ImportOptions("tests", NOON, timezone="UTC")
    assert import_files(acme, (path,), options) == 0
    store = Store(load_engagement(acme).store_url)
    store.add_subject(Subject("plant-1", "pilot", "on-the-spot", "Added on the spot"))
    store.close()
    return acme


@pytest.mark.slow
def test_the_example_of_the_readme_runs_and_knows_every_title(acme, monkeypatch):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    monkeypatch.chdir(acme.parent)
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    assessment = names["assessment"]
    assert len(assessment.frames["topics"]) == 70
    assert assessment.findings[0].question.endswith("?")
    assert assessment.subject_title("on-the-spot") == "Added on the spot"


@pytest.mark.slow
def test_no_page_lacks_a_title(acme):
    engagement = load_engagement(acme)
    answers = Store(engagement.store_url).answers()
    site = measure_site(engagement, answers, site="plant-1", wave="1", as_of=date(2026, 10, 30))
    pilots = {subject.id for subject in site.subjects if subject.kind == "pilot"}
    assert {subject.title for subject in site.subjects if subject.kind == "pilot"} == {
        *(pilots - {"on-the-spot"}),
        "Added on the spot",
    }
    about = [finding for finding in site.findings if finding.subject in pilots]
    titles = {subject.id: subject.title for subject in site.subjects}
    assert [f.title for f in about if titles[f.subject] not in f.title] == []
    html = dimensions(site).html
    asked = set(site.frames["topics"]["subject"].dropna())  # a one-off decision is not asked about
    assert asked > pilots
    assert [titles[subject] for subject in asked if titles[subject] not in html] == []
    text = re.sub(r"<[^>]*>", " ", html)
    assert not re.search(r"\bnan\b|on-the-spot", text, re.IGNORECASE)


@pytest.mark.slow
def test_answers_of_other_sites_and_waves_are_left_aside(acme):
    engagement = load_engagement(acme)
    answers = Store(engagement.store_url).answers()
    site = measure_site(engagement, answers, site="plant-1", wave="2", as_of=date(2026, 10, 30))
    assert site.heard["is_shown"].tolist() == [False, False]
    with pytest.raises(KeyError):
        measure_site(engagement, answers, site="plant-2", wave="1", as_of=date(2026, 10, 30))

"""Planned on a sheet, read back, and told: who is to be interviewed, and what became of it."""

from __future__ import annotations

import csv

import pytest
from click.testing import CliRunner

from harmony_kit.batch.snapshot import take_snapshot
from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.real_names import read_names
from harmony_kit.engagement.row_files import read_row_file
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.journal.answers import Respondent
from harmony_kit.journal.answers_file import read_answers_file
from harmony_kit.journal.store import Store
from harmony_kit.measures.response import Response, count_response, tell_response

SITES = "site,name,region,country,headcount_it,headcount_operations\nnorth,North,EMEA,NL,8,30\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "acme"
    create_engagement(folder, client="Acme", wave="1")
    (folder / "sites.csv").write_text(SITES)
    return folder


def run(*words, code=0):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output


def read_cases(folder):
    store = Store(load_engagement(folder).store_url, is_reader=True)
    cases = store.cases.read()
    store.close()
    return cases


def write_sheet(path, *rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_the_schedule_comes_back_as_planned_interviews(folder, tmp_path):
    sheet = tmp_path / "schedule.xlsx"
    assert "14 interviews to schedule" in run("plan", folder, "--schedule", sheet)
    assert "14 interviews, 14 new or changed" in run("roster", folder, sheet)
    assert "14 interviews, 0 new or changed" in run("roster", folder, sheet)
    cases = read_cases(folder)
    assert {(case.site, case.wave, case.state) for case in cases} == {("north", "1", "planned")}
    assert [case.lens for case in cases].count("it") == 7


def test_a_schedule_is_the_same_each_time_and_keeps_who_is_planned(folder, tmp_path):
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    run("plan", folder, "--schedule", first)
    run("plan", folder, "--schedule", second)
    assert first.read_bytes() == second.read_bytes()
    run("roster", folder, first)
    run("plan", folder, "--schedule", second)
    names = [
        sorted(cells["pseudonym"] for _, cells in read_row_file(path).rows)
        for path in (first, second)
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    "head",
    [
        ("site", "side", "pseudonym", "role", "date", "interviewer", "name"),
        ("Standort", "Seite", "Pseudonym", "Funktion", "Datum", "Gespräch durch", "Name"),
    ],
)
def test_what_a_sheet_says_is_planned_and_names_stay_apart(folder, tmp_path, head):
    from harmony_kit.report.words import load_words

    if head[0] != "site":
        words = load_words("de")
        keys = ("site", "side", "pseudonym", "role", "date", "interviewer", "name")
        head = tuple(words.say(f"plan.{key}") for key in keys)
    row = ("north", "IT", "rosa-1234", "planner", "2026-12-01", "ana", "Rosa Luz")
    run("roster", folder, write_sheet(tmp_path / "r.csv", head, row))
    (case,) = read_cases(folder)
    assert (case.place, case.lens, case.role, case.date, case.interviewer) == (
        ("north", "1", "rosa-1234"),
        "it",
        "planner",
        "2026-12-01",
        "ana",
    )
    assert [one.name for one in read_names(folder)] == ["Rosa Luz"]
    assert (folder / "names.csv").stat().st_mode & 0o077 == 0
    assert b"Luz" not in (folder / "answers.sqlite").read_bytes()


def test_a_wrong_sheet_plans_nothing_and_says_everything(folder, tmp_path):
    sheet = write_sheet(
        tmp_path / "r.csv",
        ("site", "side", "pseudonym"),
        ("nowhere", "IT", "rosa-1234"),
        ("north", "sales", "r s"),
    )
    told = run("roster", folder, sheet, code=1)
    assert "row 2: has no site 'nowhere'" in told
    assert "'sales' is not a side. Allowed: it, operations" in told
    assert "'r s' cannot be a pseudonym" in told
    assert read_cases(folder) == []
    twice = (("site", "side", "pseudonym"), *[("north", "IT", "rosa-1234")] * 2)
    assert "stands in row 2 already" in run(
        "roster", folder, write_sheet(tmp_path / "t.csv", *twice), code=1
    )
    bare = write_sheet(tmp_path / "b.csv", ("site", "side"), ("north", "IT"))
    assert "has no column 'pseudonym'" in run("roster", folder, bare, code=1)


def plan_some(folder, tmp_path, n=3):
    rows = [("north", "it", f"rosa-100{i}", f"Name {i}") for i in range(n)]
    run(
        "roster",
        folder,
        write_sheet(tmp_path / "r.csv", ("site", "side", "pseudonym", "name"), *rows),
    )


def test_what_became_of_it_is_written_down_and_counted(folder, tmp_path):
    plan_some(folder, tmp_path)
    who = ("--site", "north", "--respondent")
    run("case", folder, *who, "rosa-1000", "--state", "refused", "--why", "no time")
    run("case", folder, *who, "rosa-1001", "--state", "invited")
    told = run("case", folder)
    assert "declined: no time" in told
    assert "north: 0 of 2 asked; 1 declined, 1 invited" in told
    assert "north: 0 of 2 asked; 1 declined, 1 invited" in run("plan", folder)
    told = run("case", folder, *who, "rosa-1002", "--state", "broken_off", code=1)
    assert "is planned and cannot be broken_off. Allowed: invited, refused, not_reached." in told


def test_a_test_is_not_counted_among_those_asked(folder, tmp_path):
    plan_some(folder, tmp_path, 2)
    for name in ("rosa-1000", "rosa-1001"):
        run("case", folder, "--site", "north", "--respondent", name, "--state", "invited")
    run("case", folder, "--site", "north", "--respondent", "rosa-1000", "--test")
    assert "north: 0 of 1 asked; 1 invited" in run("case", folder)


def test_a_corrected_pseudonym_keeps_its_name(folder, tmp_path):
    plan_some(folder, tmp_path, 1)
    who = ("--site", "north", "--respondent", "rosa-1000")
    run("correct", folder, *who, "--why", "typo", "--pseudonym", "rosa-2000")
    assert [(one.pseudonym, one.name) for one in read_names(folder)] == [("rosa-2000", "Name 0")]
    told = run("correct", folder, *who, "--why", "typo", "--side", "sales", code=1)
    assert "has no side 'sales'" in told


def test_a_row_of_somebody_who_was_corrected_since_is_left_out_with_the_name(folder, tmp_path):
    head = ("site", "side", "pseudonym", "date", "name")
    rows = [("north", "it", "kilo-2", "", "Kim Lo"), ("north", "it", "mira-17", "", "Mira Ro")]
    run("roster", folder, write_sheet(tmp_path / "s.csv", head, *rows))
    where = ("--site", "north", "--respondent", "kilo-2")
    run("correct", folder, *where, "--pseudonym", "kora-3", "--why", "misread")
    names, known = read_names(folder), read_cases(folder)
    told = run("roster", folder, tmp_path / "s.csv")
    assert told.splitlines()[:2] == [
        "s.csv: 1 interviews, 0 new or changed",
        "kilo-2 of north is kora-3 at north now; the row was left out: write that into the sheet",
    ]
    assert (read_names(folder), read_cases(folder)) == (names, known)
    run("plan", folder, "--schedule", tmp_path / "again.xlsx")
    planned = [cells["pseudonym"] for _, cells in read_row_file(tmp_path / "again.xlsx").rows]
    assert {"kilo-2", "kora-3", "mira-17"}.intersection(planned) == {"kora-3", "mira-17"}


def test_reports_tell_what_became_of_people_only_in_groups():
    counts = {"finished": 13, "refused": 2, "broken_off": 1, "planned": 4}
    everything = Response(13, 16, (("refused", 2), ("broken_off", 1)))
    assert count_response(counts) == everything
    assert tell_response(counts, min_group=3) == everything
    assert tell_response(counts, min_group=4) == Response(13, 16)
    assert tell_response({"finished": 5, "refused": 6}, min_group=3) == Response(5, 11)


@pytest.mark.slow
def test_what_became_of_everybody_goes_into_the_snapshot_of_a_site(folder, tmp_path):
    plan_some(folder, tmp_path, 4)
    who = ("--site", "north", "--respondent")
    for number, state in enumerate(("refused", "refused", "invited")):
        run("case", folder, *who, f"rosa-100{number}", "--state", state)
    store = Store(load_engagement(folder).store_url)
    assert store.cases.count_by_site("1") == {"north": {"invited": 1, "planned": 1, "refused": 2}}
    store.register(Respondent("north", "1", "form-1", "it"))
    assert store.cases.count_by_site("1")["north"]["finished"] == 1
    snapshot = take_snapshot(store, ["north"], wave="1", folder=tmp_path / "s")
    before = read_answers_file(tmp_path / "s" / "north.parquet").response
    assert before == {"finished": 1, "invited": 1, "planned": 1, "refused": 2}
    run("case", folder, *who, "rosa-1002", "--state", "refused")
    after = take_snapshot(store, ["north"], wave="1", folder=tmp_path / "s")
    assert after.sha256 != snapshot.sha256
    store.close()

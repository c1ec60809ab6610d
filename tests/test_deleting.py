"""harmony forget, person, retain, backup, restore and doctor, on an engagement that ran."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from engagement_folders import WAVE, file_digests, make_folder, request_for

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.register import Register
from harmony_kit.cli import main
from harmony_kit.engagement.real_names import RealName, keep_names
from harmony_kit.engagement.secret import keep_secret
from harmony_kit.journal.answers import Answer, Event, Respondent, Source
from harmony_kit.journal.commitment import Commitment, Owner
from harmony_kit.journal.store import Store

WHO = "zora-4711"
PLACE = ("north", WAVE, WHO)
SENTENCE = "We never trusted the “forecast” on Mondays & nobody asked"
WHEN = datetime(2026, 1, 5, 9, tzinfo=UTC)
RATING = Answer(
    "north",
    WAVE,
    WHO,
    "night",
    "work.clear",
    "night",
    "answered",
    WHEN,
    Source("tests", "interview", "tiny", 1, "0" * 64),
    value=2,
)
SENTENCE_AGREED = Commitment(
    *("north", WAVE, "stop", "sentence", "frame.risk", "agreed", WHEN, "ana"),
    value={"text": "Agreed."},
)


def run(*words, code=0):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "acme", copy_function=shutil.copy2))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two plants, each with seven people; one of them has a name, said a sentence, and is known."""
    folder = make_folder(tmp_path_factory.mktemp("made") / "acme", ["north", "south"])
    with_store(folder, fill)
    keep_names(folder, [RealName(*PLACE, "Zora Zimmer"), RealName("south", WAVE, WHO, "Other")])
    keep_secret(folder)
    run_engagement(request_for(folder))
    run_engagement(request_for(folder, is_draft=True))
    with (folder / "incoming.csv").open("w", newline="") as file:
        rows = [["respondent", "site", "note"], [WHO, "north", "x"], [WHO, "south", "y"]]
        csv.writer(file).writerows([*rows, ["night-0", "north", SENTENCE]])
    cell = {"cell_type": "code", "source": "x", "outputs": [SENTENCE], "execution_count": 1}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "interview.ipynb").write_text(json.dumps(book))
    return folder


def fill(store):
    store.register(Respondent(*PLACE, "night", "night planner", "en", WHEN))
    text = replace(RATING, item="work.why", value=None, text=SENTENCE, quotable=True)
    started = Event(*PLACE, "started", WHEN, "ana", {"consent": "yes"})
    store.append([RATING, text, replace(RATING, value=3)], [started])
    store.append([replace(RATING, site="south", lens="day", about="day")])


def with_store(folder, act):
    store = Store(f"sqlite:///{folder / 'answers.sqlite'}")
    try:
        return act(store)
    finally:
        store.close()


def mentions(folder, *needles):
    """Path and needle, of every file below a folder in which a needle stands, byte for byte."""
    spelled = {text: {text.encode(), json.dumps(text)[1:-1].encode()} for text in needles}
    return sorted(
        (path.relative_to(folder).as_posix(), text)
        for path in folder.rglob("*")
        if path.is_file()
        for text, forms in spelled.items()
        if any(form in path.read_bytes() for form in forms)
    )


WHOSE = ("--site", "north", "--respondent", WHO)


@pytest.mark.slow
def test_not_a_byte_of_a_person_is_left_in_the_folder(folder):
    assert {path for path, _ in mentions(folder, SENTENCE)} >= {
        "answers.sqlite",
        "incoming.csv",
        "interview.ipynb",
    }
    told = run("forget", folder, *WHOSE)
    assert "Answers, with every version of them: 3; events: 1." in told
    assert mentions(folder, SENTENCE, "Zora Zimmer", "night planner") == []
    # Somebody at another plant has the same pseudonym, and stays.
    assert {path for path, _ in mentions(folder, WHO)} == {
        ".harmony/snapshots/1/south.parquet",
        "answers.sqlite",
        "incoming.csv",
        "names.csv",
    }
    snapshots = folder.rglob("*.parquet")
    assert [p.stem for p in snapshots if WHO in set(pd.read_parquet(p)["respondent"])] == ["south"]
    assert with_store(folder, lambda store: store.current("north", respondent=WHO)) == []
    assert len(with_store(folder, lambda store: store.current("south", respondent=WHO))) == 1
    assert (folder / "incoming.csv").read_text().splitlines() == [
        "respondent,site,note",
        f"{WHO},south,y",
    ]


@pytest.mark.slow
def test_the_report_is_made_again_and_her_side_is_not_shown(folder):
    before = Register(folder).published(WAVE)
    assert ("north", "night") in before
    run("forget", folder, *WHOSE)
    assert not (folder / "reports" / "north").exists()
    assert (folder / "reports" / "south" / "report.html").is_file()
    run_engagement(request_for(folder))
    assert (folder / "reports" / "north" / "report.html").is_file()
    frame = pd.read_parquet(folder / ".harmony" / "snapshots" / WAVE / "north.parquet")
    assert set(frame["lens"]) == {"day"}
    assert Register(folder).published(WAVE)["north", "night"] == before["north", "night"]


@pytest.mark.slow
def test_the_receipt_says_what_went_and_not_whose(folder):
    run("forget", folder, *WHOSE)
    (receipt,) = (folder / "receipts").iterdir()
    told = receipt.read_text()
    assert "was deleted for good" in told
    assert [word for word in (WHO, "north", "Zora", "night") if word in told] == []


def test_what_is_no_table_is_named_and_deleted_when_asked(folder):
    (folder / "letter.html").write_text(f"<p>{WHO} of plant north</p>")
    with_store(folder, lambda store: store.forgetting.erase([("south", WAVE, WHO)], WHEN))
    told = run("forget", folder, *WHOSE, code=1)
    assert f"still there: {folder / 'letter.html'}" in told
    assert (folder / "letter.html").is_file()
    run("forget", folder, *WHOSE, "--files")
    assert not (folder / "letter.html").exists()


def test_a_mistyped_pseudonym_deletes_nothing(folder):
    told = run("forget", folder, "--site", "north", "--respondent", "zora-4712", code=1)
    assert f"Did you mean {WHO}?" in told
    assert len(with_store(folder, lambda store: store.current("north", respondent=WHO))) == 2
    assert run("forget", folder, "--site", "north", code=2)


def test_forgetting_twice_is_no_fault(folder):
    run("forget", folder, *WHOSE)
    assert "every version of them: 0" in run("forget", folder, *WHOSE)


def test_tests_are_removed_at_once(folder):
    run("case", folder, "--site", "north", "--respondent", WHO, "--test")
    run("forget", folder, "--tests")
    assert with_store(folder, lambda store: store.current("north", respondent=WHO)) == []
    assert "no test interview" in run("forget", folder, "--tests")


_KILLED = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
n = 0
def count(event, args):
    global n
    if event in ("os.remove", "os.rename", "shutil.rmtree", "sqlite3.connect", "open"):
        n += 1
        if n == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def step(*_):
    count("open", ())
from harmony_kit.cli import main
import harmony_kit.commands.deleting, harmony_kit.commands.safekeeping
sys.addaudithook(count)
main(sys.argv[2:])
"""


def _kill_at(n, *words):
    command = [sys.executable, "-c", _KILLED, str(n), *map(str, words)]
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.slow
def test_killed_anywhere_the_same_command_finishes_it(folder):
    n_killed = 0
    for n in (3, 20, 60, 120, 150, 180, 200, 220, 240, 260, 300):
        code = _kill_at(n, "forget", folder, *WHOSE)
        assert code in (0, -signal.SIGKILL)
        n_killed += code != 0
    run("forget", folder, *WHOSE)
    assert n_killed >= 4
    assert mentions(folder, SENTENCE, "Zora Zimmer", "night planner") == []
    assert with_store(folder, lambda store: store.current("north", respondent=WHO)) == []
    assert len(with_store(folder, lambda store: store.current("south", respondent=WHO))) == 1


@pytest.mark.slow
def test_redacted_reports_stay_but_for_those_of_the_plant(folder):
    """Also those of a wave whose answers are gone, which nothing makes again."""
    run_engagement(request_for(folder, is_redacted=True))
    before = folder / "redacted" / "waves" / "0" / "south"
    before.mkdir(parents=True)
    (before / "report.html").write_text("as it was handed out")
    shutil.copytree(before, before.with_name("north"))
    records = folder / ".harmony" / "redacted" / "records" / WAVE
    kept = {path: file_digests(path) for path in (folder / "redacted" / "south", before)}

    run("forget", folder, *WHOSE)
    names = {path.name for path in (folder / "redacted").iterdir()}
    assert names & {"index.html", "portfolio.html", "run.json", "north"} == set()
    assert not before.with_name("north").exists()
    assert [path.name for path in records.iterdir()] == ["south.json"]
    assert {path: file_digests(path) for path in kept} == kept

    run("retain", folder, "--until", "2026-02-01")
    assert {path: file_digests(path) for path in kept} == kept
    assert [path.name for path in records.iterdir()] == ["south.json"]


# Everything that is held


def test_a_person_reads_everything_that_is_held(folder):
    told = run("person", folder, *WHOSE)
    for line in ("name, in names.csv: Zora Zimmer", "role: night planner", "consent: yes"):
        assert line in told
    assert SENTENCE in told
    assert "work.clear: 2" in told
    assert "work.clear: 2 -> 3" in told
    assert "named in" in told


# Keeping until a day


def test_raw_answers_go_and_results_stay(folder):
    report = (folder / "reports" / "north" / "report.html").read_bytes()
    (folder / "notes" / WAVE).mkdir(parents=True)
    (folder / "notes" / WAVE / "north.md").write_text("As agreed.", encoding="utf-8")
    settings = (folder / "engagement.yaml").read_text(encoding="utf-8")
    told = run("retain", folder, "--until", "2026-02-01")
    assert "16 raw answers of 14 people deleted; results stay." in told
    assert with_store(folder, lambda store: store.journal()) == []
    assert list(folder.rglob("*.parquet")) == []
    assert (folder / "reports" / "north" / "report.html").read_bytes() == report
    told = run("check", folder)
    assert "wave 1: raw answers were deleted on" in told
    next_wave = settings.replace(f"wave: '{WAVE}'", "wave: '2'")
    assert next_wave != settings
    (folder / "engagement.yaml").write_text(next_wave, encoding="utf-8")
    assert "no wave is called" not in run("check", folder)


def test_raw_answers_go_also_where_they_lie_for_the_wave_after(folder):
    earlier = folder / ".harmony" / "snapshots" / "2" / "earlier"
    earlier.mkdir(parents=True)
    shutil.copy(next(folder.rglob("north.parquet")), earlier / "north.parquet")
    (earlier.parent.parent / WAVE / "earlier").mkdir()
    run("retain", folder, "--until", "2026-02-01")
    assert list(folder.rglob("*.parquet")) == []
    assert with_store(folder, lambda store: store.journal()) == []


def test_answers_of_a_later_day_stay(folder):
    later = replace(RATING, answered_at=datetime(2026, 3, 1, tzinfo=UTC), value=1)
    with_store(folder, lambda store: store.append([later]))
    run("retain", folder, "--until", "2026-02-01")
    assert len(with_store(folder, lambda store: store.current())) == 2


def test_a_day_to_come_is_written_down_and_reminded_of(folder):
    assert "are kept until 2099-01-01" in run("retain", folder, "--until", "2099-01-01")
    assert len(with_store(folder, lambda store: store.current())) == 15


# Backups


def test_a_backup_comes_back_whole(folder, tmp_path):
    before = with_store(folder, lambda store: store.contents())
    (odd := folder / "incoming" / "M\udcfcller.csv").parent.mkdir(exist_ok=True)
    odd.write_text("as Windows packed it")
    told = run("backup", folder, tmp_path / "b.zip")
    assert "15 answers of 1 people" in told
    assert "Reports are not in it: those of deleted answers, or changed by hand, copy" in told
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    run("restore", tmp_path / "back", tmp_path / "b.zip")
    back = tmp_path / "back"
    assert with_store(back, lambda store: store.contents()) == before
    for name in ("secret", "published.jsonl", "names.csv", "sites.csv", "engagement.yaml"):
        assert (back / name).read_bytes() == (folder / name).read_bytes()
    assert (back / "incoming" / odd.name).read_bytes() == odd.read_bytes()
    assert (back / "secret").stat().st_mode & 0o077 == 0
    assert not (back / "reports").exists()


def test_a_folder_is_replaced_only_by_force_and_kept_aside(folder, tmp_path):
    run("backup", folder, tmp_path / "b.zip")
    with_store(folder, lambda store: store.append([replace(RATING, value=5)]))
    assert "--force" in run("restore", folder, tmp_path / "b.zip", code=1)
    run("restore", folder, tmp_path / "b.zip", "--force")
    assert with_store(folder, lambda store: store.current("north", respondent=WHO))[1].value == 3
    aside = Store(f"sqlite:///{folder / 'answers.sqlite.before-restore'}", is_reader=True)
    assert aside.current("north", respondent=WHO)[1].value == 5
    aside.close()


def test_whoever_was_forgotten_since_stays_forgotten(folder, tmp_path):
    run("backup", folder, tmp_path / "b.zip")
    told = run("forget", folder, *WHOSE)
    assert f"a backup: {tmp_path / 'b.zip'}" in told
    told = run("restore", folder, tmp_path / "b.zip", "--force")
    assert "1 people were forgotten since, and stay forgotten." in told
    assert with_store(folder, lambda store: store.current("north", respondent=WHO)) == []
    content = (folder / "answers.sqlite").read_bytes()
    assert SENTENCE.encode() not in content


def test_what_was_forgotten_comes_back_in_no_file_and_under_no_name(folder, tmp_path):
    owner = Owner.of_role("north", "night", "shift lead")
    with_store(folder, lambda store: store.ledger.add_owner(owner, "Kay Marlow"))
    (folder / "accords").mkdir()
    (folder / "accords" / "note.raw.csv").write_text("private")
    run("backup", folder, tmp_path / "b.zip")
    run("forget", folder, *WHOSE)
    run("forget", folder, "--owner", "Kay Marlow")
    run("restore", folder, tmp_path / "b.zip", "--force")
    assert with_store(folder, lambda store: store.ledger.names()) == {}
    (folder / "answers.sqlite.before-restore").unlink()  # what was there, kept aside
    assert mentions(folder, SENTENCE, "Zora Zimmer", "night planner", "Kay Marlow") == []
    assert (folder / "accords" / "note.raw.csv").stat().st_mode & 0o077 == 0


def test_what_was_published_since_still_binds(folder, tmp_path):
    run("backup", folder, tmp_path / "b.zip")
    lines = (folder / "published.jsonl").read_text()
    (folder / "published.jsonl").write_text(lines + lines.splitlines()[0].replace("1", "2") + "\n")
    after = (folder / "published.jsonl").read_text()
    run("restore", folder, tmp_path / "b.zip", "--force")
    assert (folder / "published.jsonl").read_text() == after


@pytest.mark.parametrize("damage", ["cut", "changed", "other", "page"])
def test_a_backup_that_is_not_whole_is_refused(folder, tmp_path, damage):
    path = tmp_path / "b.zip"
    run("backup", folder, path)
    content = path.read_bytes()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    if damage == "other":
        path.write_bytes(b"something else")
    if damage in ("changed", "page"):
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        name = "sites.csv" if damage == "changed" else "answers.sqlite"
        files[name] = files[name][:-40] + b"x" * 40
        with zipfile.ZipFile(path, "w") as archive:
            for one, content in files.items():
                archive.writestr(one, content)
    assert run("restore", tmp_path / "back", path, code=1).startswith("error: ")
    assert not (tmp_path / "back").exists()


def test_a_damaged_store_is_not_backed_up(folder, tmp_path):
    path = folder / "answers.sqlite"
    content = bytearray(path.read_bytes())
    content[4096:12_000] = b"\xff" * (12_000 - 4096)
    path.write_bytes(content)
    run("backup", folder, tmp_path / "b.zip", code=1)
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.slow
def test_killed_in_a_backup_there_is_the_old_one_or_the_new_one(folder, tmp_path):
    path = tmp_path / "b.zip"
    run("backup", folder, path)
    n_killed = 0
    for n in (5, 15, 25, 30, 35, 40, 45, 50, 55, 60):
        n_killed += _kill_at(n, "backup", folder, path) != 0
        shutil_target = tmp_path / f"back-{n}"
        run("restore", shutil_target, path)
    assert n_killed >= 4


# The doctor


def test_a_healthy_folder_is_well(folder):
    told = run("doctor", folder)
    assert {line[:5].strip() for line in told.splitlines()} == {"well"}
    assert "whole; 15 answers" in told
    assert re.search(r"well +sharing +cryptography \S+, for harmony interview --share", told)
    assert re.search(r"well +printing +/\S+, for harmony pdf", told)
    assert "machine" in run("doctor")


def test_what_is_ill_comes_with_its_cure(folder):
    (folder / "secret").chmod(0o644)
    told = run("doctor", folder)
    assert f"chmod 600 {folder / 'secret'}" in told
    with sqlite3.connect(folder / "answers.sqlite") as database:
        database.execute("INSERT INTO store_schema VALUES (99)")
    told = run("doctor", folder, code=1)
    assert "a newer Harmony Kit made it" in told
    (folder / "engagement.yaml").write_text("client: 1\n")
    assert "harmony check" in run("doctor", folder, code=1)
    assert "is not an engagement folder" in run("doctor", Path("/nowhere"), code=1)


def test_what_only_some_commands_need_is_missed_by_them_alone(folder, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("harmony_kit.batch.browsers._LINUX", ())
    told = run("doctor", folder)
    assert "poor  printing     a browser that prints was not found" in told
    assert "apt install chromium" in told


def test_an_agreement_without_pages_is_told_with_the_command(folder):
    with_store(folder, lambda store: store.ledger.add([SENTENCE_AGREED]))
    told = run("doctor", folder)
    command = f"harmony accord {folder} --wave {WAVE} --site north"
    assert f"entries of 1 workshops; 1 without their pages\n{'':18} {command}\n" in told
    run("accord", folder, "--wave", WAVE, "--site", "north")
    assert re.search(r"well +accords +\d+ entries of 1 workshops\n", run("doctor", folder))


def test_the_receipt_names_the_stores_it_was_merged_with(folder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    for _ in range(2):
        run("merge", folder, other / "answers.sqlite")
    for here, there in ((folder, other), (other, folder)):
        run("forget", here, "--site", "south", "--respondent", "night-1", "--files")
        (receipt,) = (here / "receipts").iterdir()
        named = [line for line in receipt.read_text().splitlines() if "merged with" in line]
        where = there / "answers.sqlite"
        assert named == [f"  a store this one was merged with: {where}: forget there as well"]


def test_a_merge_from_a_read_only_disk_tells_what_it_brought(folder, small_disk):
    other = small_disk / "other"
    shutil.copytree(folder, other)
    run("forget", other, *WHOSE)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert run("merge", folder, other / "answers.sqlite") == (
        f"0 answers added from {other / 'answers.sqlite'}\n"
        f"{WHO} of north was forgotten there. Here: "
        f"harmony forget {folder} --site north --respondent {WHO}\n"
    )


def test_a_merge_names_whom_the_other_laptop_has_forgotten(folder, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    run("forget", other, *WHOSE)
    told = run("merge", folder, other / "answers.sqlite")
    assert f"Here: harmony forget {folder} --site north --respondent {WHO}" in told
    assert "harmony forget" not in run("merge", other, folder / "answers.sqlite")
    assert with_store(other, lambda store: store.current("north", respondent=WHO)) == []

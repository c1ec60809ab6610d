"""Whoever asks to be forgotten is told of every place where something of her may be."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from engagement_folders import make_folder, request_for

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.kept import Kept, list_kept
from harmony_kit.batch.register import Register, RegisterLine
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.journal.store import Store


def _named(folder):
    """Path below the folder, kind and remedy of everything that is listed."""
    kept = list_kept(load_engagement(folder))
    return [(os.path.relpath(one.where, folder), one.kind, one.remedy) for one in kept]


def test_an_untouched_folder_keeps_nothing_of_anybody(tmp_path):
    folder = make_folder(tmp_path / "acme", ["north"])
    (folder / "answers.sqlite").unlink()
    assert _named(folder) == []


@pytest.mark.slow
def test_every_place_of_an_engagement_that_ran_is_listed_with_what_takes_a_person_out(tmp_path):
    folder = make_folder(tmp_path / "acme", ["north"])
    run_engagement(request_for(folder, output=str(tmp_path / "sent")))
    run_engagement(request_for(folder, is_draft=True))
    Register(folder).append([RegisterLine("published", "2026-02-01", "north", "1", "night")])
    (folder / ".harmony" / "work-north-12").mkdir()
    (folder / ".harmony" / "plan-12").mkdir()
    (folder / "answers.sqlite.before-2").write_bytes(b"")
    (folder / "incoming").mkdir()
    (folder / "for-statistics.raw.csv").write_text("respondent\n")
    (folder / "notebooks").mkdir()
    with contextlib.closing(Store(f"sqlite:///{folder / 'answers.sqlite'}", stays_open=True)) as s:
        s.revision()
        assert _named(folder) == [
            ("answers.sqlite", "store", "rows"),
            ("answers.sqlite-wal", "store_log", "rows"),
            ("answers.sqlite-shm", "store_log", "rows"),
            ("answers.sqlite.before-2", "store_copy", "delete"),
            ("published.jsonl", "register", "stays"),
            ("secret", "secret", "stays"),
            (".harmony/delivered", "delivered", "ask"),
            (".harmony/drafts", "snapshots", "delete"),
            (".harmony/plan-12", "work", "delete"),
            (".harmony/records", "records", "make_again"),
            (".harmony/snapshots", "snapshots", "make_again"),
            (".harmony/work-north-12", "work", "delete"),
            ("reports", "reports", "make_again"),
            ("drafts", "drafts", "delete"),
            ("notebooks", "notebooks", "delete"),
            ("for-statistics.raw.csv", "other", "ask"),
            ("incoming", "other", "ask"),
        ]


@pytest.mark.slow
def test_no_file_that_names_a_respondent_is_missed(tmp_path):
    """Whatever a run writes: where a pseudonym stands in it, the place is listed."""
    folder = make_folder(tmp_path / "acme", ["north"])
    run_engagement(request_for(folder))
    run_engagement(request_for(folder, is_draft=True))
    listed = [Path(one.where) for one in list_kept(load_engagement(folder))]
    holding = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(b"night-%d" % i in path.read_bytes() for i in range(3))
    ]
    assert {path.suffix for path in holding} == {".sqlite", ".parquet"}
    assert [p for p in holding if not any(p.is_relative_to(one) for one in listed)] == []


def test_a_store_elsewhere_and_a_database_are_listed_without_a_password(tmp_path):
    folder = make_folder(tmp_path / "acme", ["north"])
    (folder / "answers.sqlite").rename(tmp_path / "kept.sqlite")
    settings = folder / "engagement.yaml"
    plain = settings.read_text()
    settings.write_text(f"{plain}store: sqlite:///{tmp_path / 'kept.sqlite'}\n")
    kept = list_kept(load_engagement(folder))
    assert kept == (Kept(str(tmp_path / "kept.sqlite"), "store", "rows"),)
    settings.write_text(f"{plain}store: postgresql://us:open-sesame@db.example/answers\n")
    kept = list_kept(load_engagement(folder))
    assert kept == (Kept("postgresql://us:***@db.example/answers", "store", "rows"),)

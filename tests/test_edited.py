"""What somebody changed or added by hand in reports/ is kept, and said."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from engagement_folders import behave, file_digests, make_folder, request_for, save_answers

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.edited import keep_changed, keep_page
from harmony_kit.batch.paper import is_as_printed
from harmony_kit.batch.progress import summary_lines
from harmony_kit.batch.record import Record
from harmony_kit.batch.shelf import Shelf
from harmony_kit.files import hash_file, mark_folder, read_json

DAY = datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()
PDF = (
    b"%PDF-1.4\n/CreationDate (D:20260331120000+00'00')\n/ModDate (D:20260331120000+00'00')\n%%EOF"
)


def _write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (DAY, DAY))
    return path


def _texts(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("report.html", "results.json", "charts/one.svg", "gone.csv"):
        _write(tmp_path / "a" / name, "old")
    return tmp_path / "a"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    for name in ("report.html", "results.json", "charts/one.svg"):
        _write(tmp_path / "work" / name, "new")
    return tmp_path / "work"


NEW = {"report.html": "new", "results.json": "new", "charts/one.svg": "new"}


def test_what_is_as_it_was_published_leaves_nothing(place: Path, work: Path) -> None:
    files = mark_folder(place)
    _write(place / "report.pdf", PDF)
    _write(place / ".ipynb_checkpoints" / "assessment.ipynb", "JupyterLab's own")
    os.utime(place / "report.html")  # touched, not changed
    assert keep_changed(place, files, work) == {}
    assert _texts(work) == NEW


def test_what_was_changed_is_kept_by_its_day_and_what_was_added_as_it_is(
    place: Path, work: Path
) -> None:
    files = mark_folder(place)
    for name in ("report.html", "charts/one.svg", "gone.csv", "mine.txt", "my/two.md"):
        _write(place / name, "mine")
    _write(place / "report.pdf", PDF + b"\n% a note\n%%EOF")
    _write(place / "results.json", "new")  # what takes its place already
    assert keep_changed(place, files, work) == {
        "report.html": "report.edited-2026-03-31.html",
        "charts/one.svg": "one.edited-2026-03-31.svg",
        "gone.csv": "gone.edited-2026-03-31.csv",
        "report.pdf": "report.edited-2026-03-31.pdf",
    }
    kept = _texts(work)
    assert kept.pop("report.edited-2026-03-31.pdf").startswith("%PDF")
    edited = ("report.edited-2026-03-31.html", "charts/one.edited-2026-03-31.svg")
    mine = (*edited, "gone.edited-2026-03-31.csv", "mine.txt", "my/two.md")
    assert kept == {**NEW, **dict.fromkeys(mine, "mine")}


def test_a_second_change_of_a_day_has_a_name_of_its_own_and_the_same_is_kept_once(
    place: Path, work: Path
) -> None:
    files = mark_folder(place)
    _write(place / "report.edited-2026-03-31.html", "first")
    _write(place / "report.html", "second")
    told = keep_changed(place, files, work)
    assert told == {"report.html": "report.edited-2026-03-31-2.html"}
    _write(place / "report.html", "first")
    assert keep_changed(place, files, work) == {"report.html": "report.edited-2026-03-31.html"}
    assert sorted(name for name in _texts(work) if "edited" in name) == [
        "report.edited-2026-03-31-2.html",
        "report.edited-2026-03-31.html",
    ]


def test_of_what_nothing_is_known_everything_that_differs_is_kept(place: Path, work: Path) -> None:
    _write(place / "results.json", "new")
    _write(place / "report.pdf", PDF)
    assert keep_changed(place, {}, work) == {
        "charts/one.svg": "one.edited-2026-03-31.svg",
        "report.html": "report.edited-2026-03-31.html",
    }
    assert (work / "gone.csv").read_text() == "old"
    assert not (work / "report.pdf").exists()


@pytest.mark.parametrize(
    ("content", "is_so"),
    [
        (PDF, True),
        (PDF.replace(b"ModDate (D:2026", b"ModDate (D:2027"), False),
        (PDF + b"\n%%EOF", False),
        (b"no PDF", False),
    ],
)
def test_a_pdf_somebody_wrote_into_is_told(tmp_path: Path, content: bytes, is_so: bool) -> None:
    assert is_as_printed(_write(tmp_path / "report.pdf", content)) is is_so


def test_a_page_of_the_run_is_kept_unless_it_is_known_or_the_same(tmp_path: Path) -> None:
    path = _write(tmp_path / "index.html", "mine")
    assert keep_page(path, b"new", hash_file(path)) == {}
    assert keep_page(path, b"mine", "0" * 64) == {}
    assert keep_page(path, b"new", "0" * 64) == {"index.html": "index.edited-2026-03-31.html"}


def test_of_a_site_that_is_gone_only_ours_goes(place: Path) -> None:
    shelf = Shelf(place.parent, place.parent / "records")
    record = Record("a", {}, mark_folder(place))
    record.save(shelf.records)
    _write(place / "mine.txt", "mine")
    _write(place / "report.html", "mine")
    shelf.remove(record)
    assert _texts(place) == {"mine.txt": "mine", "report.edited-2026-03-31.html": "mine"}
    assert shelf.kept == {"a/report.html": "a/report.edited-2026-03-31.html"}
    shelf.remove(Record("b", {}, {}))
    (place / "mine.txt").unlink()
    (place / "report.edited-2026-03-31.html").unlink()
    shelf.remove(record)
    assert not place.exists()


@pytest.mark.slow
def test_a_run_keeps_it_and_says_so(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "acme", "ab")
    reports = folder / "reports"
    run_engagement(request_for(folder))
    clean = file_digests(reports)
    names = ("a/report.html", "a/assessment.ipynb", "index.html", "portfolio.html")
    for name in names:
        _write(reports / name, "mine")
    save_answers(folder, "b", 5)
    _write(reports / "b" / "mine.txt", "mine")
    result = run_engagement(request_for(folder))
    assert result.is_ok
    kept = {
        "a/assessment.ipynb": "a/assessment.edited-2026-03-31.ipynb",
        "a/report.html": "a/report.edited-2026-03-31.html",
        "index.html": "index.edited-2026-03-31.html",
        "portfolio.html": "portfolio.edited-2026-03-31.html",
    }
    assert result.run["kept"] == read_json(reports / "run.json")["kept"] == kept
    listed = ", ".join(f"reports/{name}" for name in sorted(kept.values()))
    assert f"changed by hand, kept as {listed}" in summary_lines(result)
    assert {(reports / name).read_text() for name in kept.values()} == {"mine"}
    assert (reports / "b" / "mine.txt").read_text() == "mine"
    again = file_digests(reports)
    assert [again[name] == clean[name] for name in ("a/report.html", "a/assessment.ipynb")] == [
        True
    ] * 2

    # Nothing is kept twice, and a report that is made again takes what was kept along.
    assert run_engagement(request_for(folder)).run["kept"] == {}
    assert file_digests(reports) == again
    behave(folder, a="raise")
    failed = run_engagement(request_for(folder, is_forced=True))
    assert list(failed.failed) == ["a"]
    assert (reports / kept["a/report.html"]).read_text() == "mine"
    behave(folder)
    run_engagement(request_for(folder, is_forced=True))
    assert (reports / kept["a/report.html"]).read_text() == "mine"

"""The batch from end to end on tiny notebooks: incremental, restartable, one bad site at a time."""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from engagement_folders import (
    CASES,
    behave,
    file_digests,
    make_folder,
    request_for,
    save_answers,
)

from harmony_kit.batch.batch import BatchEvent, BatchResult, plan_engagement, run_engagement
from harmony_kit.batch.job import Limits
from harmony_kit.batch.lock import run_lock
from harmony_kit.batch.makers import Maker, makers
from harmony_kit.batch.progress import show_progress, summary_lines
from harmony_kit.batch.versions import library_versions
from harmony_kit.engagement.evidence_files import Evidence, read_evidence
from harmony_kit.errors import EngagementError

REPORT = {"assessment.ipynb", "report.html", "results.json"}
PAGES = {"index.html", "portfolio.html", "portfolio.ipynb"}


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """Warm processes for all the tests here; each run gets them as if they were its own."""
    with makers(request_for(tmp_path_factory.mktemp("none")), 2) as made:
        yield made


@pytest.fixture
def run(maker: Maker) -> Any:
    def run_folder(folder: Path, **changes: object) -> BatchResult:
        maker.stop.clear()
        return run_engagement(request_for(folder, **changes), maker=maker)

    return run_folder


def _run_json(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "reports" / "run.json").read_text())  # type: ignore[no-any-return]


def _rows(folder: Path, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in _run_json(folder)["sites"]]


def _published(*sites: str) -> set[str]:
    return PAGES | {f"{site}/{name}" for site in sites for name in REPORT}


@pytest.mark.slow
def test_everything_is_made_and_listed(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    result = run(folder)
    assert sorted(result.made) == ["_portfolio", "a", "b"]
    assert (result.failed, result.n_current, result.n_left) == ({}, 0, 0)
    assert result.is_ok
    assert set(file_digests(folder / "reports")) == _published("a", "b")
    assert _rows(folder, "site", "name", "region", "status", "n", "outdated") == [
        ("a", "Plant a", "EMEA", "ok", {"day": 3, "night": 3}, []),
        ("b", "Plant b", "APAC", "ok", {"day": 3, "night": 3}, []),
    ]
    assert list((folder / ".harmony").glob("work-*")) == []


def test_run_json_says_when_where_by_whom_and_how(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    before = datetime.now(UTC).replace(microsecond=0)
    run(folder, sites=("a",), where=(("line", "line 0"),), is_forced=True, patience=None)
    told = _run_json(folder)["run"]
    assert before <= datetime.fromisoformat(told.pop("started")) <= datetime.now(UTC)
    assert told == {
        "host": platform.node(),
        "user": getpass.getuser(),
        "command": "harmony run --site a --where 'line=line 0' --as-of 2026-02-01 --jobs 2 "
        "--timeout 60 --engine harmony --force --keep-going",
        "is_forced": True,
        "libraries": library_versions(),
    }


def test_a_run_with_nothing_to_do_touches_nothing(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    before = {p: p.stat().st_mtime_ns for p in (folder / "reports").rglob("*")}
    digests = file_digests(folder / "reports")
    result = run(folder)
    assert (result.made, result.n_current) == ((), 2)
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert file_digests(folder / "reports") == digests


@pytest.mark.slow
def test_one_answer_makes_one_report_again(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "abc")
    run(folder)
    before = file_digests(folder / "reports")
    save_answers(folder, "b", 5, respondent="day-1")
    assert run(folder).made == ("b", "_portfolio")
    after = file_digests(folder / "reports")
    changed = {name for name in after if before[name] != after[name]}
    assert changed == {f"b/{name}" for name in REPORT} - {"b/assessment.ipynb", "b/report.html"}
    assert _run_json(folder)["timings"]["made"] == {
        "b": "answers changed",
        "_portfolio": "results changed",
    }


def test_evidence_is_read_again_only_when_it_changed(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    header = "site,decision,title,raised_on,decided_on,held_by,status"
    rows = "{},d1,Who signs,2026-01-05,,night,open\n"
    (folder / "decisions.csv").write_text(f"{header}\n{rows.format('a')}{rows.format('b')}")
    run(folder)
    read = []

    def count(*words: Any) -> Evidence:
        read.append(words)
        return read_evidence(*words)

    monkeypatch.setattr("harmony_kit.engagement.folder.read_evidence", count)
    assert run(folder).made == ()
    assert read == []
    later = rows.format("b").replace("2026-01-05", "2026-01-12")
    (folder / "decisions.csv").write_text(f"{header}\n{rows.format('a')}{later}")
    assert run(folder).made[0] == "b"
    assert _run_json(folder)["timings"]["made"]["b"] == "evidence changed"
    assert read


def test_an_index_changed_by_hand_is_written_again(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "a")
    run(folder)
    index = folder / "reports" / "index.html"
    whole = index.read_bytes()
    for spoil in (lambda: index.write_bytes(whole[:-9]), index.unlink):
        spoil()
        assert run(folder).made == ()
        assert index.read_bytes() == whole


@pytest.mark.slow
def test_same_inputs_same_bytes(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    first = file_digests(folder / "reports")
    assert sorted(run(folder, is_forced=True).made) == ["a", "b"]
    assert file_digests(folder / "reports") == first
    other = tmp_path / "elsewhere" / "deep"
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns(".harmony", "reports"))
    run(other)
    assert file_digests(other / "reports") == first


def test_a_moved_folder_is_still_current(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    shutil.copytree(folder, tmp_path / "copy")
    assert run(tmp_path / "copy").made == ()


def test_one_bad_site_does_not_stop_the_others(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "abc")
    behave(folder, b="raise")
    result = run(folder)
    sentence = "A step stopped with an error: ValueError: <b>nothing to say</b> about b."
    escaped = sentence.replace("<", "&lt;").replace(">", "&gt;")
    assert result.failed == {"b": sentence}
    assert not result.is_ok
    assert set(file_digests(folder / "reports")) == _published("a", "b", "c") - {"b/results.json"}
    page = (folder / "reports" / "b" / "report.html").read_text()
    assert escaped in page
    assert "&lt;b&gt;nothing to say&lt;/b&gt; about b" in page
    assert "Cell 5 of the notebook, line 5:" in page
    assert "<mark>    raise ValueError(f&#34;&lt;b&gt;" in page
    assert "<summary>The last ten lines of the error</summary>" in page
    assert "----&gt; 5     raise ValueError(" in page
    assert 'href="assessment.ipynb"' in page
    assert _rows(folder, "site", "status") == [("a", "ok"), ("b", "failed"), ("c", "ok")]
    assert _run_json(folder)["sites"][1]["failure"]["sentence"] == sentence
    lines = summary_lines(result, is_profiled=True)
    assert lines[0].startswith("2 made, 0 up to date, 1 failed, in ")
    assert lines[1] == f"failed b: {sentence}"
    assert lines[-1] == f"Open {folder / 'reports' / 'index.html'}"
    index = (folder / "reports" / "index.html").read_text()
    assert escaped in index


@pytest.mark.slow
def test_half_a_surrogate_pair_fails_one_site_and_its_page_spells_it_out(
    tmp_path: Path, run: Any
) -> None:
    folder = make_folder(tmp_path / "e", "abc")
    behave(folder, a="odd error", b="odd output")
    result = run(folder)
    sentence = r"A step stopped with an error: ValueError: M\udcfcller.csv."
    assert result.failed == {"a": sentence}
    assert _rows(folder, "site", "status") == [("a", "failed"), ("b", "ok"), ("c", "ok")]
    assert set(file_digests(folder / "reports")) == _published("a", "b", "c") - {"a/results.json"}
    assert sentence in (folder / "reports" / "index.html").read_text()
    assert r"M\udcfcller.csv" in (folder / "reports" / "a" / "report.html").read_text()
    assert r"M\udcfcller.csv" in (folder / "reports" / "b" / "report.html").read_text()
    assert run(folder).made == ("a",)


@pytest.mark.slow
def test_chance_takes_no_report_down(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    good = file_digests(folder / "reports" / "b")
    behave(folder, b="crash")
    result = run(folder, is_forced=True, sites=("b",))
    why = "The process it ran in was ended before the notebook was done."
    assert result.failed == {"b": why}
    assert not result.is_ok
    told = [f"failed b: {why}", "what stood there before stands, marked: b"]
    assert summary_lines(result)[1:3] == told
    assert file_digests(folder / "reports" / "b") == good
    told = _run_json(folder)
    row = told["sites"][1]
    setback = {"status": "crashed", "sentence": why, "cell": 5}
    assert (row["status"], row["failure"], row["setback"]) == ("ok", None, setback)
    assert (told["counts"]["ok"], told["counts"]["setback"]) == (2, 1)
    index = (folder / "reports" / "index.html").read_text()
    assert "one could not be made again" in index
    assert why in index
    notebook = (folder / "reports" / "portfolio.ipynb").read_text()
    assert 'kept = [\\"b\\"]' in notebook
    behave(folder)
    assert sorted(run(folder).made) == ["_portfolio", "b"]
    assert _run_json(folder)["timings"]["made"] == {
        "b": "crashed last time",
        "_portfolio": "not_made_again changed",
    }
    assert "kept = [" not in (folder / "reports" / "portfolio.ipynb").read_text()


@pytest.mark.slow
def test_a_failure_takes_down_what_no_longer_follows_and_says_from_what(
    tmp_path: Path, run: Any
) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    good = file_digests(folder / "reports")
    behave(folder, b="raise")
    save_answers(folder, "b", 5)
    run(folder, as_of=date(2026, 2, 2), sites=("b",))
    assert set(file_digests(folder / "reports" / "b")) == {"assessment.ipynb", "report.html"}
    page = (folder / "reports" / "b" / "report.html").read_text()
    assert "what it was made from has changed: answers, day of the report." in page
    behave(folder)
    save_answers(folder, "b", 3)
    result = run(folder)
    assert sorted(result.made) == ["_portfolio", "b"]
    assert file_digests(folder / "reports") == good


def test_a_page_that_took_down_nothing_does_not_say_so(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "b")
    behave(folder, b="raise")
    for _ in range(2):
        run(folder)
        assert "taken down" not in (folder / "reports" / "b" / "report.html").read_text()


def test_a_portfolio_that_cannot_be_made_again_stays(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    (folder / "reports" / "portfolio.ipynb").unlink()
    page = (folder / "reports" / "portfolio.html").read_bytes()
    # What takes a plant's report and the portfolio in one run is chance for both.
    behave(folder, b="raise", _portfolio="raise")
    result = run(folder, sites=("b",), is_forced=True)
    assert sorted(result.failed) == ["_portfolio", "b"]
    assert (folder / "reports" / "portfolio.html").read_bytes() == page
    assert _run_json(folder)["portfolio"]["status"] == "ok"
    assert "could not be made again" in (folder / "reports" / "index.html").read_text()


@pytest.mark.slow
def test_whatever_recording_raises_is_that_sites_failure(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "abc")
    run(folder)
    good = file_digests(folder / "reports" / "b")
    record = folder / ".harmony" / "records" / "1" / "b.json"
    record.unlink()
    record.mkdir()  # as good as a disk that takes no file
    (record / "x").touch()
    result = run(folder)
    assert list(result.failed) == ["b"]
    assert file_digests(folder / "reports" / "b") == good
    assert _rows(folder, "site", "status") == [("a", "ok"), ("b", "failed"), ("c", "ok")]


@pytest.mark.parametrize(
    ("behaviour", "failed", "n_tries"),
    [("crash", True, 2), ("crash once", False, 2), ("raise", True, 1), ("mute", True, 1)],
)
def test_only_crashes_are_tried_again(
    tmp_path: Path, run: Any, behaviour: str, failed: bool, n_tries: int
) -> None:
    folder = make_folder(tmp_path / "e", "a")
    behave(folder, a=behaviour)
    result = run(folder)
    assert (("a" in result.failed), _run_json(folder)["timings"]["reports"]["a"]["tries"]) == (
        failed,
        n_tries,
    )


@pytest.mark.slow
def test_a_notebook_that_hangs_is_stopped(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    behave(folder, a="hang")
    result = run(folder, limits=Limits(timeout_s=3))
    assert result.failed == {"a": "It was not done after 3 seconds and was stopped."}
    assert _run_json(folder)["timings"]["reports"]["a"]["tries"] == 1
    assert result.seconds < 20


def test_a_report_out_of_memory_names_the_limit(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "a")
    behave(folder, a="gorge")
    result = run(folder, limits=Limits(timeout_s=60, memory_mb=4000))
    assert result.failed == {
        "a": "A step stopped with an error: MemoryError. A report may take 4000 MB here (--memory)."
    }


def test_a_portfolio_of_ones_own_need_not_ask_who_was_kept(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    notebooks = shutil.copytree(CASES, tmp_path / "notebooks")
    own = notebooks / "3_portfolio.ipynb"
    told = json.loads(own.read_text())
    for cell in told["cells"]:
        lines = "".join(cell["source"]).splitlines(keepends=True)
        cell["source"] = [line for line in lines if not line.startswith("kept:")]
    own.write_text(json.dumps(told))
    run(folder, notebooks=notebooks)
    behave(folder, b="raise")
    result = run(folder, notebooks=notebooks, is_forced=True)
    assert (set(result.made), list(result.failed)) == ({"a", "b", "_portfolio"}, ["b"])


def test_fail_fast_starts_no_further_report(tmp_path: Path, maker: Maker) -> None:
    folder = make_folder(tmp_path / "e", "abcdef")
    behave(folder, a="raise", b="raise")
    result = run_engagement(request_for(folder, patience=1), maker=maker)
    maker.stop.clear()
    assert set(result.failed) <= {"a", "b"}
    assert result.n_left >= 3
    assert len(result.made) + result.n_left == 6
    assert not result.is_ok


@pytest.mark.slow
def test_five_equal_failures_in_a_row_stop_a_run(tmp_path: Path, run: Any) -> None:
    sites = "abcdefghij"
    folder = make_folder(tmp_path / "e", sites)
    run(folder)
    before = file_digests(folder / "reports" / "j")
    behave(folder, **dict.fromkeys(sites, "raise"))
    for site in sites:
        save_answers(folder, site, 5)
    result = run(folder)
    assert not result.is_ok
    assert 5 <= len(result.failed) <= 6  # one more was under way
    assert result.n_left == 10 - len(result.failed)
    assert result.stopped in result.failed.values()
    assert _run_json(folder)["stopped"] == result.stopped
    assert f"The {result.n_left} not started stand as they were" in "\n".join(summary_lines(result))
    assert "The last run stopped" in (folder / "reports" / "index.html").read_text()
    assert file_digests(folder / "reports" / "j") == before
    assert _rows(folder, "site", "status", "outdated")[-1] == ("j", "ok", ["answers"])
    # No portfolio of half a run: of the one that stands it is said what changed since.
    assert "_portfolio" not in result.made
    assert _run_json(folder)["portfolio"]["outdated"] == ["results"]
    index = (folder / "reports" / "index.html").read_text()
    told = re.search(r'<a href="portfolio.html">.*?</p>', index)[0]
    assert "out of date" in told
    assert "results of the sites" in told
    assert len(run(folder, patience=None).failed) == 10


@pytest.mark.slow
def test_failures_of_different_kinds_stop_nothing(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "abcdefgh")
    kinds = ("raise", "odd error")
    behave(folder, **{site: kinds[i % 4 == 3] for i, site in enumerate("abcdefgh")})
    result = run(folder, n_jobs=1)
    assert (len(result.failed), result.n_left, result.stopped) == (8, 0, "")


@pytest.mark.slow
def test_reports_that_were_not_asked_for_say_they_are_out_of_date(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "abc")
    run(folder, sites=("a", "b"))
    assert _rows(folder, "site", "status") == [("a", "ok"), ("b", "ok"), ("c", "missing")]
    save_answers(folder, "a", 5)
    save_answers(folder, "b", 5)
    assert run(folder, where=(("region", "APAC"),)).made == ("b", "_portfolio")
    assert _rows(folder, "site", "outdated") == [("a", ["answers"]), ("b", []), ("c", [])]


def test_a_site_taken_out_of_the_list_is_taken_down(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    sites = (folder / "sites.csv").read_text().splitlines()
    (folder / "sites.csv").write_text("\n".join(sites[:2]) + "\n")
    run(folder)
    assert set(file_digests(folder / "reports")) == _published("a")
    assert not (folder / ".harmony" / "snapshots" / "1" / "b.parquet").exists()


def test_listener_hears_what_happens_in_order(tmp_path: Path, maker: Maker) -> None:
    folder = make_folder(tmp_path / "e", "a")
    heard: list[BatchEvent] = []
    run_engagement(request_for(folder), maker=maker, on_event=heard.append)
    assert [(event.kind, event.name, event.stage) for event in heard] == [
        ("planned", "", ""),
        *(("stage", "a", stage) for stage in ("run", "render", "publish")),
        ("made", "a", ""),
        *(("stage", "_portfolio", stage) for stage in ("run", "render", "publish")),
        ("made", "_portfolio", ""),
    ]


def test_two_runs_at_once_are_refused(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "a")
    with run_lock(folder), pytest.raises(EngagementError, match="another run"):
        run(folder)
    assert run(folder).is_ok


def test_a_plan_waits_for_no_run_and_changes_nothing(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    run(folder)
    before = file_digests(folder / ".harmony")
    save_answers(folder, "b", 5)
    with run_lock(folder):
        plan = plan_engagement(request_for(folder))
    assert [(step.name, step.reason) for step in plan.due] == [("b", "answers changed")]
    assert file_digests(folder / ".harmony") == before


@pytest.mark.slow
def test_nothing_of_the_store_reaches_what_is_published(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "a")
    (folder / "engagement.yaml").write_text(
        (folder / "engagement.yaml").read_text() + f"store: sqlite:///{folder / 'answers.sqlite'}\n"
    )
    run(folder)
    texts = [p.read_text() for p in (folder / "reports").rglob("*") if p.is_file()]
    texts += [p.read_text() for p in (folder / ".harmony" / "sites").rglob("*.yaml")]
    assert [text for text in texts if "sqlite" in text or str(folder) in text] == []


@pytest.mark.slow
def test_the_papermill_engine_makes_the_same_report(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "a")
    run(folder)
    first = file_digests(folder / "reports" / "a")
    run(folder, is_forced=True, limits=Limits(engine="papermill"))
    assert file_digests(folder / "reports" / "a") == first


@pytest.mark.slow
def test_plain_lines_where_nobody_watches(
    tmp_path: Path, maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_folder(tmp_path / "e", "ab")
    behave(folder, b="raise")
    with show_progress() as listener:
        run_engagement(request_for(folder), maker=maker, on_event=listener)
    lines = [line.split(" in ")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines[0] == "2 reports to make"
    assert {line.split(" ", 1)[1] for line in lines[1:3]} == {"made a", "failed b"}
    assert lines[3] == "2/2 made portfolio"


# Killed and interrupted: real processes, real signals

_SCRIPT = """
import sys
from pathlib import Path
from engagement_folders import request_for
from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.progress import show_progress
try:
    with show_progress() as listener:
        run_engagement(request_for(Path(sys.argv[1])), on_event=listener)
except KeyboardInterrupt:
    sys.exit(130)
"""


@contextmanager
def _started(folder: Path) -> Iterator[subprocess.Popen[str]]:
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = {**os.environ, "PYTHONPATH": path, "BATCH": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(folder)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _wait_until(condition: Any, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _processes_of(folder: Path) -> list[int]:
    """Every living process that was started by a run of this folder."""
    mark = f"BATCH={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                if state != "Z" and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc")


@pytest.mark.slow
@needs_proc
def test_killed_at_any_moment_the_same_command_finishes(tmp_path: Path, run: Any) -> None:
    folder = make_folder(tmp_path / "e", "abcdef")
    expected = make_folder(tmp_path / "whole", "abcdef")
    run(expected)
    behave(folder, d="hang")
    with _started(folder):
        _wait_until((folder / "d-was-here").exists)
    whole = file_digests(expected / "reports")
    before = file_digests(folder / "reports")
    done = {name.split("/")[0] for name in before}
    assert {"a", "b"} <= done
    assert before == {name: whole[name] for name in _published(*done) - PAGES}
    _wait_until(lambda: not _processes_of(folder))
    behave(folder)
    result = run(folder)
    assert set(result.made) == set("abcdef") - done | {"_portfolio"}
    assert file_digests(folder / "reports") == whole
    assert list((folder / ".harmony").glob("work-*")) == []


@pytest.mark.slow
@needs_proc
def test_interrupted_it_stops_at_once_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "abc")
    behave(folder, b="hang", c="hang")
    with _started(folder) as process:
        _wait_until((folder / "b-was-here").exists)
        _wait_until((folder / "c-was-here").exists)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, said = process.communicate(timeout=10)
        assert time.monotonic() - began < 2
    assert process.returncode == 130
    assert "Traceback" not in said
    _wait_until(lambda: not _processes_of(folder), 2)
    assert set(file_digests(folder / "reports")) == {f"a/{name}" for name in REPORT}
    assert list((folder / ".harmony").glob("work-*")) == []

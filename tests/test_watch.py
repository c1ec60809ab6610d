"""A draft follows its answers within two seconds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engagement_folders import behave, make_folder, request_for, save_answers

from harmony_kit.batch.watch import watch_engagement


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("watch") / "e", "abc")


@pytest.fixture(scope="module")
def said(folder: Path) -> Iterator[list[str]]:
    """What a watch that runs beside the test has said so far."""
    lines: list[str] = []
    end = threading.Event()
    request = request_for(folder)
    watch = threading.Thread(target=lambda: watch_engagement(request, tell=lines.append, until=end))
    watch.start()
    try:
        _wait_for(lambda: any(line.startswith("made") for line in lines), 90)
        yield lines
    finally:
        end.set()
        watch.join(10)
    assert not watch.is_alive()


def _wait_for(condition: object, seconds: float) -> float:
    began = time.monotonic()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def _values(folder: Path) -> list[int | None]:
    try:
        text = (folder / "drafts" / "b" / "results.json").read_text()
    except FileNotFoundError:  # between the old folder and the new one
        return []
    return json.loads(text)["values"]  # type: ignore[no-any-return]


def test_what_the_disk_refuses_is_told_and_the_watch_goes_on(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "a")
    (folder / ".harmony").mkdir()
    (folder / ".harmony" / "drafts").touch()  # as good as a disk that takes no folder
    heard: list[str] = []
    until = threading.Event()

    def hear(line: str) -> None:
        heard.append(line)
        until.set()

    watch_engagement(request_for(folder), tell=hear, until=until)
    assert len(heard) == 1
    assert "Not a directory" in heard[0]


@pytest.mark.slow
def test_an_answer_is_in_the_report_within_two_seconds(folder: Path, said: list[str]) -> None:
    assert _values(folder) == [3] * 6
    save_answers(folder, "b", 5, respondent="day-1")
    assert _wait_for(lambda: 5 in _values(folder), 10) < 2
    _wait_for(lambda: len(said) == 2, 20)
    assert said[1].startswith("made b in ")


@pytest.mark.slow
def test_the_watch_goes_on_after_what_went_wrong(folder: Path, said: list[str]) -> None:
    sites = (folder / "sites.csv").read_text()
    (folder / "sites.csv").write_text("nonsense\n")
    _wait_for(lambda: said[-1].startswith("sites.csv: row 1: the column 'site' is missing."), 20)
    behave(folder, b="raise")
    (folder / "sites.csv").write_text(sites.replace("Plant b", "Plant B"))
    _wait_for(lambda: said[-1].startswith("failed b: A step stopped with an error: ValueError"), 20)
    behave(folder)
    save_answers(folder, "b", 4)
    _wait_for(lambda: _values(folder) == [4] * 6, 20)


@pytest.mark.slow
def test_what_a_watch_makes_is_never_published(folder: Path, said: list[str]) -> None:
    assert said
    assert not (folder / "reports").exists()
    assert not (folder / "published.jsonl").exists()
    assert "Draft for the consultant only" in (folder / "drafts" / "a" / "report.html").read_text()

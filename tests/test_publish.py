"""From an executed notebook to a page: escaped, self-contained, the same bytes every time."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from harmony_kit.batch.leftovers import clean_up
from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import (
    clean_notebook,
    finish_report,
    frame_notebook,
    render_index,
    render_notebook,
)
from harmony_kit.batch.record import Failure
from harmony_kit.batch.swap import publish_folder, put_back
from harmony_kit.engagement.brand import Brand
from harmony_kit.files import stage_whole, write_whole
from harmony_kit.report.words import load_words

HOSTILE = '<script>alert("1")</script>'
RESULTS = {
    "n": {"day": 3},
    "withheld": [],
    "topics": [],
    "signatures": [
        {"signature": "used_unsafe", "is_present": True, "parts": [{"what": "use"}]},
        {"signature": "two_dialects", "is_present": False, "parts": []},
    ],
}
PAGE = Page("Plant 1", "en", client="Tiny Works")


def _notebook(*, seconds: float = 1.5, cell_id: str = "1a2b3c") -> dict[str, Any]:
    """A notebook as papermill leaves it."""
    v4 = nbformat.v4
    cells = [
        v4.new_markdown_cell("# A report", id="title"),
        v4.new_code_cell('site = "a"', id=cell_id, metadata={"tags": ["injected-parameters"]}),
        v4.new_code_cell(
            "table",
            id="table",
            metadata={
                "papermill": {"duration": seconds},
                "execution": {"iopub.execute_input": f"{seconds}"},
            },
            outputs=[
                v4.new_output("execute_result", data={"text/html": "<table></table>"}),
                v4.new_output("stream", text=HOSTILE),
            ],
        ),
    ]
    metadata = {"papermill": {"duration": seconds, "input_path": "/home/me/2.ipynb"}}
    return v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-any-return]


def _write(folder: Path, **changes: Any) -> Path:
    folder.mkdir(parents=True)
    nbformat.write(_notebook(**changes), folder / "assessment.ipynb")
    (folder / "results.json").write_text(json.dumps(RESULTS))
    return folder


def test_clean_notebook_keeps_only_what_is_the_same_every_time() -> None:
    first = clean_notebook(_notebook(seconds=1.5, cell_id="1a2b3c"))
    second = clean_notebook(_notebook(seconds=2.5, cell_id="4d5e6f"))
    assert first == second
    assert first["metadata"] == {}
    assert first["cells"][1]["id"] == "injected-parameters"
    assert first["cells"][2]["metadata"] == {}


def test_two_runs_of_the_same_give_the_same_bytes(tmp_path: Path) -> None:
    first = finish_report(_write(tmp_path / "1"), PAGE)
    second = finish_report(_write(tmp_path / "2", seconds=9.0, cell_id="4d5e6f"), PAGE)
    digests = [{n: m.sha256 for n, m in made.files.items()} for made in (first, second)]
    assert digests[0] == digests[1]
    assert sorted(digests[0]) == ["assessment.ipynb", "report.html", "results.json"]
    assert first.summary == {
        "n": {"day": 3},
        "signatures": [{"signature": "used_unsafe", "is_present": True}],
        "withheld": [],
    }


def test_a_page_shows_outputs_and_runs_nothing(tmp_path: Path) -> None:
    folder = _write(tmp_path / "1")
    page = Page(HOSTILE, "de", client=HOSTILE, brand=Brand(name=HOSTILE), banner=HOSTILE)
    book = frame_notebook(_notebook(), page)
    nbformat.write(nbformat.from_dict(book), folder / "assessment.ipynb")
    render_notebook(folder / "assessment.ipynb", folder / "report.html")
    html = (folder / "report.html").read_text()
    assert "<table></table>" in html
    assert '<html lang="de">' in html
    assert "Content-Security-Policy" in html
    assert "<script" not in html
    assert "http://" not in html
    assert "https://" not in html


def test_nothing_of_a_failed_report_remains_but_the_notebook(tmp_path: Path) -> None:
    folder = _write(tmp_path / "1")
    (folder / "charts").mkdir()
    (folder / "charts" / "one.svg").write_text("<svg/>")
    failure = Failure("failed", "stopped", {"error": HOSTILE}, 2, HOSTILE, "ValueError", HOSTILE)
    page = Page("Plant 1", "en", client="Tiny Works", failure=failure)
    finished = finish_report(folder, page)
    assert finished.failure == failure
    assert sorted(finished.files) == ["assessment.ipynb", "report.html"]
    html = (folder / "report.html").read_text()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="assessment.ipynb"' in html
    assert "A step stopped with an error: " in html


def test_a_notebook_without_results_is_a_failure(tmp_path: Path) -> None:
    folder = _write(tmp_path / "1")
    (folder / "results.json").unlink()
    finished = finish_report(folder, PAGE)
    assert finished.failure is not None
    said = finished.failure.say(load_words("en"))
    assert said == "The notebook ran to its end and wrote no results.json."


def test_publish_replaces_the_folder_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "reports" / "a"
    for content in ("first", "second"):
        work = tmp_path / ".harmony" / f"work-a-{content}"
        work.mkdir(parents=True)
        (work / f"{content}.txt").write_text(content)
        publish_folder(work, target)
        assert [path.name for path in target.iterdir()] == [f"{content}.txt"]
    assert list((tmp_path / ".harmony").iterdir()) == []


@pytest.mark.parametrize("is_new_there", [False, True], ids=["between", "after"])
def test_killed_while_folders_are_exchanged_the_published_one_is_put_back(
    tmp_path: Path, is_new_there: bool
) -> None:
    reports = tmp_path / "reports"
    for name, content in ((".old-a", "old"), (".new-a", "half"), *([("a", "new")] * is_new_there)):
        (reports / name).mkdir(parents=True)
        (reports / name / "report.html").write_text(content)
    put_back(reports)
    assert [path.name for path in reports.iterdir()] == ["a"]
    expected = "new" if is_new_there else "old"
    assert (reports / "a" / "report.html").read_text() == expected


def test_what_was_not_finished_when_a_run_was_killed_is_removed_an_hour_later(
    tmp_path: Path,
) -> None:
    ours = ("reports", ".harmony/records/1")
    for place in ours:
        for name in ("run.json", "late.json"):
            path = tmp_path / place / name
            stage_whole(path, b"half").written.rename(path.with_name(f".{name}-0123456789ab"))
        os.utime(tmp_path / place / ".run.json-0123456789ab", (0, 0))
        (tmp_path / place / ".my-notes").touch()  # somebody else's
        os.utime(tmp_path / place / ".my-notes", (0, 0))
    clean_up(tmp_path)
    for place in ours:
        names = sorted(path.name for path in (tmp_path / place).iterdir())
        assert names == [".late.json-0123456789ab", ".my-notes"]


def test_a_folder_that_cannot_be_moved_in_leaves_the_published_one(tmp_path: Path) -> None:
    target = tmp_path / "reports" / "a"
    target.mkdir(parents=True)
    (target / "report.html").write_text("old")
    with pytest.raises(OSError, match="gone"):
        publish_folder(tmp_path / "gone", target)
    assert (target / "report.html").read_text() == "old"


def test_write_whole_leaves_the_old_file_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    write_whole(path, b"old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


def test_the_index_escapes_everything() -> None:
    row = {
        "site": "a",
        "name": HOSTILE,
        "region": HOSTILE,
        "country": HOSTILE,
        "status": "failed",
        "n": {},
        "headline": None,
        "signatures": [{"signature": HOSTILE, "is_present": True}],
        "left_out": [],
        "links": {"report": "a/report.html"},
        "failure": {"status": "failed", "sentence": HOSTILE, "cell": 1},
        "setback": {"status": "failed", "sentence": HOSTILE, "cell": 1},
        "outdated": ["answers"],
        "order": {"name": 0, "region": 0, "status": 0, "day": 0, "night": 0},
    }
    counts = dict.fromkeys(
        ("sites", "ok", "withheld", "failed", "missing", "outdated", "setback"), 1
    )
    failure = {"sentence": HOSTILE}
    run = {
        "schema": 1,
        "client": HOSTILE,
        "wave": "1",
        "as_of": "2026-02-01",
        "language": "en",
        "banner": HOSTILE,
        "brand": {"name": HOSTILE, "colour": "#1f5f7a"},
        "lenses": {"day": HOSTILE, "night": HOSTILE},
        "package": "0",
        "counts": counts,
        "stopped": HOSTILE,
        "waves": [{"wave": HOSTILE, "link": HOSTILE}],
        "sites": [row],
        "portfolio": {"status": "failed", "link": None, "failure": failure, "setback": failure},
    }
    html = render_index(run).decode()
    assert "<script" not in html
    assert json.dumps(HOSTILE) not in html

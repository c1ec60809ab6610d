"""Reports made again: nothing of a late respondent, drafts apart, all written down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engagement_folders import file_digests, make_folder, request_for, save_answers

from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.register import Register
from harmony_kit.errors import StoreError


def _values(folder: Path, reports: str = "reports") -> list[int]:
    text = (folder / reports / "a" / "results.json").read_text(encoding="utf-8")
    values: list[int] = json.loads(text)["values"]
    return values


@pytest.mark.slow
def test_a_late_respondent_is_in_the_draft_and_not_in_the_report(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "a")
    text = (folder / "engagement.yaml").read_text()
    (folder / "engagement.yaml").write_text(f"{text}min_group: 3\n")
    run_engagement(request_for(folder))
    published = file_digests(folder / "reports" / "a")
    lines = Register(folder).read()
    assert [(one.event, one.site, one.lens, len(one.people)) for one in lines] == [
        ("published", "a", "day", 3),
        ("published", "a", "night", 3),
    ]
    save_answers(folder, "a", 5, respondent="day-1")
    run_engagement(request_for(folder))
    assert _values(folder) == [3] * 6
    assert file_digests(folder / "reports" / "a").keys() == published.keys()
    drafted = run_engagement(request_for(folder, is_draft=True, output=str(tmp_path / "out")))
    assert (drafted.is_ok, sorted(_values(folder, "drafts"))) == (True, [3, 3, 3, 3, 3, 5])
    page = (folder / "drafts" / "a" / "report.html").read_text(encoding="utf-8")
    assert "Draft for the consultant only" in page
    assert not (tmp_path / "out").exists()
    assert _values(folder) == [3] * 6
    lines = Register(folder).read()
    with pytest.raises(StoreError, match="nowhere"):
        run_engagement(request_for(folder, is_never_handed_out=True, output="nowhere://x"))
    assert Register(folder).read() == lines
    run_engagement(request_for(folder, is_never_handed_out=True))
    assert sorted(_values(folder)) == [3, 3, 3, 3, 3, 5]
    assert [one.event for one in Register(folder).read()].count("never_handed_out") == 1
    run_engagement(request_for(folder))
    assert sorted(_values(folder)) == [3, 3, 3, 3, 3, 5]

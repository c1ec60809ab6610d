"""The pulse: the records read again, without asking anybody."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path

import pandas as pd
import pytest
from accords import NAMES, make_accord
from click.testing import CliRunner

from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.measures.record_moves import measure_record_moves

_DECISIONS = (
    "site,decision,title,kind,raised_on,decided_on,held_by,status\n"
    "lyon,cloud,Cloud access,one_off,2026-01-05,2026-11-20,plant manager,decided\n"
    "lyon,alarm,Alarm limits,one_off,2026-02-05,,joint,open\n"
    "lyon,later,A later one,one_off,2026-12-20,,joint,open\n"
)
_PILOTS = (
    "site,pilot,title,started_on,planned_end,ended_on,scope_changes,status\n"
    "lyon,vision,Camera check,2026-05-04,2026-12-18,2026-12-01,1,ended\n"
    "lyon,reader,Reader,2026-06-01,2026-09-30,,0,running\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_accord(tmp_path / "acme")
    (folder / "decisions.csv").write_text(_DECISIONS, encoding="utf-8")
    (folder / "pilots.csv").write_text(_PILOTS, encoding="utf-8")
    rows = ["site,pilot,week,eligible_users,active_users,shown,accepted,overridden"]
    for week in range(30, 51):
        vision, reader = (30, 20) if week < 46 else (8, 21)
        rows.append(f"lyon,vision,2026-W{week},40,{vision},100,80,9")
        rows.append(f"lyon,reader,2026-W{week},40,{reader},100,80,9")
    (folder / "usage.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def _run(*arguments: object) -> list[str]:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def _read(path: Path) -> list[str]:
    body = path.read_text(encoding="utf-8").partition("<main>")[2]
    plain = html.unescape(re.sub(r"<[^>]+>", "\n", body))
    return [line.strip() for line in plain.splitlines() if line.strip()]


def test_what_moved_and_what_did_not(folder):
    told = _run("pulse", folder, "--as-of", "2026-12-13")
    assert told == [
        "Lyon: 3 moved on record; promises: 2 late, 3 due soon, 3 open, 2 with no day agreed",
        "Porto: 0 moved on record",
        str(folder / "pulse" / "index.html"),
    ]
    page = _read(folder / "pulse" / "lyon.html")
    at = page.index("What moved on record")
    assert page[2:13] == [
        "From 3 November 2026 to 13 December 2026, by the records alone.",
        "What moved on record",
        "Cloud access: decided.",
        "Camera check: ended.",
        "Camera check: used by 75% of those who could then, by 20% now.",
        "What did not",
        "Alarm limits: still open.",
        "Reader: past its planned end, still running.",
        "Reader: used by 52% of those who could; no change that can be told.",
        "What was promised, and how it stands",
        "2 late, 3 due soon, 3 open, 2 with no day agreed",
    ]
    assert at == 3
    assert not [name for name in NAMES if name in " ".join(page)]


@pytest.mark.slow
def test_where_nothing_moved_one_line_says_so(folder):
    _run("pulse", folder, "--as-of", "2026-12-13")
    assert "Nothing has moved on record." in _read(folder / "pulse" / "porto.html")
    overview = _read(folder / "pulse" / "index.html")
    assert "Nothing has moved at: Porto." in overview
    assert [name for name in overview if name in ("Lyon", "Porto")] == ["Lyon", "Porto"]


def test_a_day_of_ones_own_and_one_site(folder):
    options = ("--site", "lyon", "--since", "2026-11-21", "--as-of", "2026-12-13")
    told = _run("pulse", folder, *options)
    assert told[0].startswith("Lyon: 2 moved on record")
    before = {path.name: path.read_bytes() for path in (folder / "pulse").iterdir()}
    _run("pulse", folder, *options)
    assert {path.name: path.read_bytes() for path in (folder / "pulse").iterdir()} == before
    assert set(before) == {"index.html", "lyon.html"}


def test_a_fresh_folder_has_a_pulse_too(tmp_path):
    _run("init", tmp_path / "new")
    assert _run("pulse", tmp_path / "new")[-1] == str(tmp_path / "new" / "pulse" / "index.html")


def test_chance_is_no_move(folder):
    evidence = load_engagement(folder).evidence.of_site("lyon")
    same = pd.DataFrame(evidence.usage)
    weeks = same["week"].unique()
    noisy = same.assign(active_users=[20 + (list(weeks).index(week) % 3) for week in same["week"]])
    span = dt.date(2026, 11, 3), dt.date(2026, 12, 13)
    found = measure_record_moves(evidence.decisions, evidence.pilots, noisy, *span)
    assert found.loc[found["record"] == "use", "is_moved"].tolist() == [False, False]

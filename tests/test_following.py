"""What became of what was agreed: set by hand, brought back by a register, told to its owners."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from accords import NAMES, SITE, WAVE, make_accord
from click.testing import CliRunner, Result

from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.journal.accord import accord_of
from harmony_kit.journal.commitment import Commitment
from harmony_kit.journal.store import Store
from harmony_kit.report.accord_report.accord_view import mark_of

Rows = list[dict[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_accord(tmp_path / "acme")


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments])


def _said(*arguments: object) -> str:
    result = _run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def _things(folder: Path) -> dict[str, Commitment]:
    store = Store(load_engagement(folder).store_url)
    accord = accord_of(store.ledger.entries(), SITE, WAVE, "stop-line")
    store.close()
    return {one.ref: one for one in (*accord.questions, *accord.actions)}


def _mark(folder: Path, ref: str) -> str:
    return mark_of(_things(folder)[ref])


def _register(folder: Path) -> tuple[Path, Rows]:
    _said("accord", folder, "--site", SITE)
    path = folder / "accords" / WAVE / SITE / "register.csv"
    return path, [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))]


def _save_csv(path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*rows[0]], delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _save_xlsx(path: Path, rows: Rows) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*rows[0]])
    for row in rows:
        sheet.append([*row.values()])
    book.save(path)
    return path


# What is due


def test_late_comes_first_by_owner(folder):
    told = _said("follow", folder, "--as-of", "2026-12-10").splitlines()
    first, second = _mark(folder, "act-1"), _mark(folder, "readiness.in_time")
    assert told[:4] == [
        "Lyon, wave 2026: 2 late, 3 due soon, 3 open, 2 with no day agreed",
        "  head of IT",
        (
            f"    {first}  late: Write the five limits down and hang them at the filler "
            "(3 December 2026 · 7 days past)"
        ),
        (
            f"    {second}  due soon: What makes the score arrive within ten seconds? "
            "(15 December 2026)"
        ),
    ]
    assert [line.strip() for line in told if line.startswith("  ") and line[2] != " "] == [
        "head of IT",
        "quality engineer",
        "shift lead, line 2",
        "nobody yet",
    ]
    assert not [name for name in NAMES if name in "\n".join(told)]


def test_the_reminder_is_a_page_without_names(folder, tmp_path):
    sheet = tmp_path / "reminder.html"
    told = _said("follow", folder, "--as-of", "2026-12-04", "--sheet", sheet)
    page = sheet.read_text(encoding="utf-8")
    assert told.splitlines()[-1] == str(sheet)
    assert page.count('<li class="late">') == 3  # a pair's under both
    assert "1 day past" in page
    assert not [name for name in NAMES if name in page]
    before = sheet.read_bytes()
    _said("follow", folder, "--as-of", "2026-12-04", "--sheet", sheet)
    assert sheet.read_bytes() == before


def test_a_folder_nothing_was_agreed_in(tmp_path):
    _said("init", tmp_path / "new")
    assert _said("follow", tmp_path / "new") == "Nothing was agreed yet.\n"


# By hand


def test_done_and_dropped_are_said_and_kept(folder):
    first, second = _mark(folder, "act-1"), _mark(folder, "act-2")
    assert _said("follow", folder, "--id", first, "--state", "done") == f"{first}: done\n"
    why = ("--why", "The tags are replaced", "--due", "2027-03-01")
    _said("follow", folder, "--id", second.upper(), "--state", "dropped", *why)
    things = _things(folder)
    assert things["act-1"].state == "done"
    assert (things["act-2"].state, things["act-2"].value["reason"]) == (
        "dropped",
        "The tags are replaced",
    )
    assert things["act-2"].due.isoformat() == "2027-03-01"
    told = _said("follow", folder, "--as-of", "2026-12-10")
    assert told.startswith(
        "Lyon, wave 2026: 1 late, 3 due soon, 2 open, 2 with no day agreed, 1 done"
    )
    assert "The tags are replaced" not in told
    assert "The tags are replaced" in _said("follow", folder, "--as-of", "2026-12-10", "--all")
    _said("follow", folder, "--id", first, "--state", "open")
    assert _things(folder)["act-1"].state == "open"


def test_the_reason_of_a_state_goes_with_it_by_hand_and_in_a_register(folder, tmp_path):
    first, second = _mark(folder, "act-1"), _mark(folder, "act-2")
    for mark in (first, second):
        _said("follow", folder, "--id", mark, "--state", "late", "--why", "No spare parts")
    _said("follow", folder, "--id", first, "--state", "done")
    _, rows = _register(folder)
    (moved,) = [row for row in rows if row["Reason"] == "No spare parts"]
    changed = [{**row, "Status": "Done"} if row is moved else row for row in rows]
    path = _save_csv(tmp_path / "edited.csv", changed)
    assert _said("follow", folder, "--register", path).startswith("edited.csv: 1 changed")
    told = [(one.state, one.value.get("reason")) for one in _things(folder).values()]
    assert told.count(("done", None)) == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--id", "k123", "--state", "done"),
            "error: harmony follow: --id: 'k123' is nothing that was agreed. Allowed: k",
        ),
        (
            ("--id", "{late}", "--state", "dropped", "--why", " "),
            "error: harmony follow: --state: dropped needs a reason. Say it with --why.",
        ),
    ],
)
def test_what_cannot_be_said_is_told(folder, options, told):
    late = _mark(folder, "act-1")
    before = _things(folder)
    result = _run("follow", folder, *(one.format(late=late) for one in options))
    assert (result.exit_code, result.stderr[: len(told)]) == (1, told)
    assert _things(folder) == before


# A register comes back


@pytest.mark.slow
def test_a_register_nobody_edited_changes_nothing(folder):
    path, rows = _register(folder)
    before = _things(folder)
    same = f"0 changed, {len(rows)} as they were\n"
    assert _said("follow", folder, "--register", path) == f"register.csv: {same}"
    book = path.with_suffix(".xlsx")
    assert _said("follow", folder, "--register", book) == f"register.xlsx: {same}"
    assert _things(folder) == before


def _edit(rows: Rows) -> Rows:
    """As a project office edits: sorted anew, fewer columns, its own words and dates."""
    by_summary = {row["Summary"]: row for row in rows}
    by_summary["Write the five limits down and hang them at the filler"]["Status"] = "Closed"
    moved = by_summary["Mend the seal temperature tags that drop out at night"]
    moved |= {"Status": "Verspätet", "Due date": "28.02.2027", "Reason": "No spare parts"}
    asked = by_summary["Who may decide on cloud access, and when?"]
    asked |= {"Status": "DROPPED", "Reason": "Decided by the board"}
    for row in rows:
        if row["Due date"] and "." not in row["Due date"]:
            year, month, day = row["Due date"].split("-")
            row["Due date"] = f"{day}/{month}/{year}"
    kept = ("Status", "Summary", "Reason", "Due date", "Id", "Version")
    return [{name: row[name] for name in kept} for row in reversed(rows)]


@pytest.mark.parametrize(
    "save",
    [
        lambda path, rows: _save_csv(path.with_suffix(".csv"), rows, delimiter=";"),
        lambda path, rows: _save_csv(path.with_suffix(".csv"), rows, encoding="utf-16"),
        lambda path, rows: _save_xlsx(path.with_suffix(".xlsx"), rows),
    ],
    ids=["semicolons", "utf-16", "workbook"],
)
def test_an_edited_register_comes_home(folder, tmp_path, save: Callable[[Path, Rows], Path]):
    _, rows = _register(folder)
    path = save(tmp_path / "edited", _edit(rows))
    told = _said("follow", folder, "--register", path)
    assert told == f"{path.name}: 3 changed, {len(rows) - 3} as they were\n"
    things = _things(folder)
    states = {ref: (one.state, one.value.get("reason", "")) for ref, one in things.items()}
    assert states == {
        "act-1": ("done", ""),
        "act-2": ("late", "No spare parts"),
        "act-3": ("open", ""),
        "ownership.bridge": ("open", ""),
        "readiness.in_time": ("open", ""),
        "cloud": ("dropped", "Decided by the board"),
        "q-new": ("open", ""),
        "frame.risk": ("open", ""),
    }
    assert things["act-2"].due.isoformat() == "2027-02-28"
    assert things["act-3"].due.isoformat() == "2027-02-01"
    assert _said("follow", folder, "--register", path).startswith(f"{path.name}: 0 changed")


@pytest.mark.slow
def test_what_others_changed_meanwhile_stays(folder, tmp_path):
    _, rows = _register(folder)
    _said("follow", folder, "--id", _mark(folder, "act-1"), "--state", "done")
    rows[-1]["Due date"] = "2027-01-31"
    path = _save_csv(tmp_path / "late.csv", rows)
    _said("follow", folder, "--register", path)
    assert _things(folder)["act-1"].state == "done"
    for row in rows:
        if row["Id"] == _mark(folder, "act-1"):
            row |= {"Status": "late", "Reason": "Nobody had time"}
    path = _save_csv(tmp_path / "late.csv", rows)
    result = _run("follow", folder, "--register", path)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: late.csv: row 3, column status: was changed meanwhile, to done.\n"
    )
    assert _things(folder)["act-1"].state == "done"


def test_everything_wrong_with_a_register_at_once_and_nothing_taken(folder, tmp_path):
    _, rows = _register(folder)
    before = _things(folder)
    rows[0] |= {"Status": "done"}  # a line somebody decides on
    rows[1] |= {"Status": "perhaps"}
    rows[2] |= {"Due date": "next week"}
    rows[3] |= {"Status": "dropped"}
    rows[4] |= {"Id": "k000"}
    rows.append({**rows[5], "Status": "done"})
    path = _save_csv(tmp_path / "wrong.csv", rows)
    result = _run("follow", folder, "--register", path)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"error: wrong.csv: {one}"
        for one in (
            (
                "row 2, column status: is settled in a workshop, where both sides are; "
                "its day can be moved."
            ),
            "row 3, column status: 'perhaps'. Allowed: open, done, late, dropped.",
            (
                "row 4, column due_date: 'next week' is no day. Allowed: a day as 2026-12-31, "
                "or nothing."
            ),
            "row 5, column status: dropped needs a reason.",
            (
                "row 6, column id: 'k000' is no thing of this engagement. Allowed: an id of "
                "harmony accord; what is new is agreed in a workshop."
            ),
            f"row {len(rows) + 1}, column id: stands in another row as well.",
        )
    ]
    assert _things(folder) == before


def test_a_table_that_is_no_register(folder):
    result = _run("follow", folder, "--register", folder / "sites.csv")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"error: sites.csv: has no column '{name}'. Allowed: id, status, due_date. "
        "harmony accord DIR writes a register that has it."
        for name in ("id", "status", "due_date")
    ]

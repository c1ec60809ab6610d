"""Sites and evidence as spreadsheets save them; what contradicts itself is told by `check`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from exchange_cases import CASES

from harmony_kit.commands.checking import check_engagement
from harmony_kit.engagement.evidence_files import Evidence
from harmony_kit.engagement.folder import Site, load_engagement
from harmony_kit.engagement.scaffold import create_engagement

EVIDENCE = CASES / "evidence"
HEADER = "site,decision,title,kind,raised_on,decided_on,held_by,status\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    acme = tmp_path / "acme"
    create_engagement(acme, client="Acme", wave="1")
    (acme / "sites.csv").write_text("site,name\nriverside,Riverside\n", encoding="utf-8")
    return acme


def lay(folder: Path, case: str, name: str) -> Evidence:
    """The evidence of a folder with a case as one of its files."""
    (folder / name).with_suffix(".csv").unlink(missing_ok=True)
    shutil.copy(EVIDENCE / case, folder / name)
    return load_engagement(folder).evidence


def told(folder: Path) -> list[str]:
    """Every problem `harmony check` prints."""
    return [str(problem) for problem in check_engagement(folder).problems]


@pytest.mark.parametrize("separator", ["comma", "semicolon"])
def test_sites_survive_a_spreadsheet_comments_and_all(folder, separator):
    shutil.copy(EVIDENCE / f"sites-saved-by-libreoffice-{separator}.csv", folder / "sites.csv")
    heads = {"it": 7, "operations": 140}
    assert load_engagement(folder).sites == (
        Site("riverside", "Riverside Works, NL", "EMEA", "NL", heads),
    )
    assert told(folder) == []


def test_a_comma_at_the_end_of_every_row_shifts_nothing(folder):
    shutil.copy(EVIDENCE / "sites-trailing-comma.csv", folder / "sites.csv")
    assert load_engagement(folder).sites == (
        Site("plant-1", "Lyon", "EMEA", "FR", {"it": 7, "operations": 140}),
        Site("plant-2", "Turin", "EMEA", "IT", {"it": 5, "operations": 90}),
    )


def test_a_new_folder_teaches_beside_its_tables_not_in_them(tmp_path):
    create_engagement(tmp_path / "new", client="Acme", wave="1")
    for name in ("sites", "decisions", "pilots", "usage"):
        lines = (tmp_path / "new" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert len(lines) == 1
        guide = (tmp_path / "new" / "README.md").read_text(encoding="utf-8")
        row = next(line for line in guide.splitlines() if line.startswith(f"| `{name}.csv`"))
        columns = [c for c in lines[0].split(",") if not c.startswith("headcount_")]
        assert [column for column in columns if f"`{column}`" not in row] == []


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("decisions-capital-header.csv", "decisions.csv"),
        ("decisions.xlsx", "decisions.xlsx"),
    ],
)
def test_the_case_of_a_header_and_the_kind_of_file_do_not_matter(folder, case, name):
    decisions = lay(folder, case, name).decisions
    assert decisions[["decision", "held_by", "status"]].to_numpy().tolist() == [["a", "it", "open"]]
    assert decisions["raised_on"].tolist() == [pd.Timestamp("2026-05-11")]
    assert told(folder) == []


def test_a_cell_of_two_lines_is_one_cell(folder):
    evidence = lay(folder, "decisions-hash-in-cell.csv", "decisions.csv")
    assert evidence.decisions["title"].tolist() == ["Line 3\n#2 camera"]
    assert told(folder) == []


def test_dates_are_read_as_spreadsheets_show_them(folder):
    evidence = lay(folder, "decisions-local-dates.csv", "decisions.csv")
    assert evidence.decisions["raised_on"].tolist() == [pd.Timestamp("2026-05-11")] * 2
    assert told(folder) == []


@pytest.mark.parametrize(
    ("other", "raised"),
    [("25/12/2025", "2026-04-03"), ("12/25/2025", "2026-03-04"), ("2025-12-25", None)],
)
def test_the_whole_file_says_which_is_the_day(folder, other, raised):
    rows = f"riverside,a,A,,3/4/2026,,it,open\nriverside,b,B,,{other},,it,open\n"
    (folder / "decisions.csv").write_text(HEADER + rows, encoding="utf-8")
    decisions = load_engagement(folder).evidence.decisions
    first = decisions["raised_on"][0]
    assert (None if pd.isna(first) else f"{first:%Y-%m-%d}") == raised
    unread = [("decisions.csv: row 2, column raised_on: '3/4/2026' is not allowed. "
              "Allowed: a date as 2026-03-31, or nothing.")]  # fmt: skip
    assert told(folder) == ([] if raised else unread)


@pytest.mark.slow
def test_a_comma_too_many_is_named_and_the_other_rows_count(folder):
    evidence = lay(folder, "decisions-comma-in-title.csv", "decisions.csv")
    assert evidence.decisions.empty
    assert told(folder) == [
        (
            "decisions.csv: row 2: has more cells than the header, the last 'open'. "
            "Allowed: 7 cells. Put a cell with a comma in it in quotes; the row was left out."
        )
    ]


def test_an_id_that_cannot_be_one_and_one_in_two_spellings(folder):
    evidence = lay(folder, "decisions-ids.csv", "decisions.csv")
    assert evidence.decisions["decision"].tolist() == ["stop-line"]
    assert told(folder) == [
        (
            "decisions.csv: row 4, column decision: 'a[b]@it' is not allowed. "
            "Allowed: 1 to 120 characters, without [ ] and ;."
        ),
        "decisions.csv: row 3: riverside / Stop-Line stands twice; the first row counts.",
    ]


def test_a_pilot_with_the_id_of_a_decision_is_told(folder):
    row = "riverside,stop-line,Stop the line,,2026-03-03,,it,open\n"
    (folder / "decisions.csv").write_text(HEADER + row, encoding="utf-8")
    head = "site,pilot,title,started_on,planned_end,ended_on,scope_changes,status\n"
    pilots = "riverside,Stop-Line,Camera,2026-03-03,2036-03-03,,0,running\n"
    (folder / "pilots.csv").write_text(head + pilots, encoding="utf-8")
    assert told(folder) == [
        (
            "pilots.csv: row 2, column pilot: riverside / Stop-Line is the id of a decision "
            "as well; give one of them another id."
        )
    ]


@pytest.mark.slow
def test_contradictions_of_decisions_are_told_once_each_with_their_row(folder):
    lay(folder, "decisions-contradictions.csv", "decisions.csv")
    assert told(folder) == [
        (
            "decisions.csv: row 7, column held_by: looks like an e-mail address, and nothing is "
            "kept that names a person. Allowed: a function or a role, such as a lens or joint."
        ),
        (
            "decisions.csv: row 5: riverside / d: raised_on is in the future. "
            "In the report: left out."
        ),
        (
            "decisions.csv: row 2: riverside / a: decided_on is before raised_on. "
            "In the report: counts in no time."
        ),
        (
            "decisions.csv: row 6: riverside / f: status is 'pending'. "
            "Allowed: open, decided, dropped. In the report: the dates decide."
        ),
        (
            "decisions.csv: row 3: riverside / b: status is open but decided_on is given. "
            "In the report: the dates decide."
        ),
        (
            "decisions.csv: row 4: riverside / c: status is decided but decided_on is missing. "
            "In the report: counts in no time."
        ),
    ]


def test_contradictions_of_usage_and_a_pilot_there_is_not(folder):
    (folder / "pilots.csv").write_text(
        "site,pilot,title,started_on,planned_end,ended_on,scope_changes,status\n"
        "riverside,line3-vision,Vision,2026-02-01,2026-05-31,,0,running\n",
        encoding="utf-8",
    )
    lay(folder, "usage-contradictions.csv", "usage.csv")
    assert told(folder) == [
        (
            "usage.csv: row 2: riverside / line3-vision: week does not exist. "
            "In the report: left out."
        ),
        (
            "usage.csv: row 2: riverside / line3-vision: more active than eligible users. "
            "In the report: not in the share."
        ),
        (
            "usage.csv: row 2: riverside / line3-vision: more accepted and overridden than shown. "
            "In the report: not in the rates."
        ),
        (
            "usage.csv: row 3, column pilot: riverside / ghost: there is no such pilot. "
            "Allowed: line3-vision. Add it to pilots.csv, or mend its id."
        ),
    ]


def test_what_is_wrong_alike_in_many_rows_is_one_problem(folder):
    rows = "".join(f"elsewhere,d{i},D,,2026-01-01,,it,open\n" for i in range(12))
    (folder / "decisions.csv").write_text(HEADER + rows, encoding="utf-8")
    assert told(folder) == [
        (
            "decisions.csv: rows 2, 3, 4, 5, 6, 7, 8, 9 and 4 more, column site: "
            "the site 'elsewhere' is not in sites.csv. Allowed: riverside."
        )
    ]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("one_off", "one_off"), ("One-off", "one_off"), ("recurring", "recurring"), ("", None)],
)
def test_the_kind_of_a_decision_is_read(folder, cell, kind):
    row = f"riverside,a,A,{cell},2026-01-01,,it,open\n"
    (folder / "decisions.csv").write_text(HEADER + row, encoding="utf-8")
    kinds = load_engagement(folder).evidence.decisions["kind"]
    assert [None if pd.isna(one) else one for one in kinds] == [kind]
    assert told(folder) == []


@pytest.mark.slow
def test_a_kind_there_is_not_is_refused_and_the_column_may_be_absent(folder):
    row = "riverside,a,A,twice,2026-01-01,,it,open\n"
    (folder / "decisions.csv").write_text(HEADER + row, encoding="utf-8")
    assert told(folder) == [
        (
            "decisions.csv: row 2, column kind: 'twice' is not allowed. "
            "Allowed: one_off, recurring, or nothing."
        )
    ]
    plain = HEADER.replace("kind,", "") + row.replace("twice,", "")
    (folder / "decisions.csv").write_text(plain, encoding="utf-8")
    assert load_engagement(folder).evidence.decisions["kind"].isna().tolist() == [True]
    assert told(folder) == []


def test_sites_may_lie_in_a_workbook(folder):
    frame = pd.DataFrame({"site": ["riverside", "lakeside"], "name": ["R", "L"]})
    frame.to_excel(folder / "sites.xlsx", index=False, engine="xlsxwriter")
    assert [p for p in told(folder) if "sites.xlsx" in p] == [
        "sites.xlsx: row 2, column site: 'riverside' is already in row 2."
    ]
    (folder / "sites.csv").write_text("site,name\n", encoding="utf-8")
    assert load_engagement(folder).site_ids == ("riverside", "lakeside")


def test_every_case_is_asserted():
    """A file nobody reads would only look like a test."""
    text = Path(__file__).read_text(encoding="utf-8")
    missing = [
        path.name
        for path in sorted(EVIDENCE.iterdir())
        if f'"{path.name}"' not in text and "saved-by-libreoffice" not in path.name
    ]
    assert missing == []

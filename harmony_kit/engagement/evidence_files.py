"""decisions.csv, pilots.csv, usage.csv and sites.csv: read cell by cell, with every problem."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from harmony_kit.errors import EngagementError, Problem
from harmony_kit.journal.names import SUBJECT
from harmony_kit.journal.subject import Subject

__all__ = [
    "DECISIONS",
    "PILOTS",
    "USAGE",
    "Evidence",
    "evidence_paths",
    "read_evidence",
    "read_rows",
]

_WEEK = re.compile(r"^\d{4}-W\d{2}$")

#: Column → kind of cell, in the order of the file.
DECISIONS = {
    "site": "id",
    "decision": "id",
    "title": "text",
    "raised_on": "date",
    "decided_on": "date",
    "held_by": "text",
    "status": "text",
}
PILOTS = {
    "site": "id",
    "pilot": "id",
    "title": "text",
    "started_on": "date",
    "planned_end": "date",
    "ended_on": "date",
    "scope_changes": "count",
    "status": "text",
}
USAGE = {
    "site": "id",
    "pilot": "id",
    "week": "week",
    "eligible_users": "count",
    "active_users": "count",
    "shown": "count",
    "accepted": "count",
    "overridden": "count",
}
_KEYS = {
    "decisions": ["site", "decision"],
    "pilots": ["site", "pilot"],
    "usage": ["site", "pilot", "week"],
}
_COLUMNS = {"decisions": DECISIONS, "pilots": PILOTS, "usage": USAGE}
_DTYPES = {"id": "str", "text": "str", "week": "str", "date": "datetime64[s]", "count": "Int64"}


@dataclass(frozen=True)
class Evidence:
    """What happened, beside what was said; every frame may be empty.

    A cell that could not be read is missing (NaT or NA), a row of an unknown site or a second
    row with the same id is left out; both are listed in `problems`.
    """

    decisions: pd.DataFrame
    pilots: pd.DataFrame
    usage: pd.DataFrame
    problems: tuple[Problem, ...] = ()

    def of_site(self, site: str) -> Evidence:
        """The rows of one site."""
        return Evidence(
            decisions=_rows_of(self.decisions, site),
            pilots=_rows_of(self.pilots, site),
            usage=_rows_of(self.usage, site),
        )

    def subjects(self) -> tuple[Subject, ...]:
        """Every decision and pilot, for people to speak about."""
        decisions = _subjects_in(self.decisions, "decision")
        return (*decisions, *_subjects_in(self.pilots, "pilot"))


def _subjects_in(frame: pd.DataFrame, kind: Literal["pilot", "decision"]) -> Iterator[Subject]:
    for site, id_, title in frame[["site", kind, "title"]].itertuples(index=False):
        yield Subject(site, kind, id_, title)


def _rows_of(frame: pd.DataFrame, site: str) -> pd.DataFrame:
    return frame[frame["site"] == site].reset_index(drop=True)


def read_evidence(folder: Path, sites: Collection[str]) -> Evidence:
    """The evidence files of an engagement, from its folder and its ``evidence`` folder."""
    problems: list[Problem] = []
    frames = {}
    paths = evidence_paths(folder)
    for name, columns in _COLUMNS.items():
        tables = [_read_frame(p, columns, sites, problems) for p in paths if p.stem == name]
        frames[name] = _drop_repeated(tables, name, columns, problems)
    return Evidence(**frames, problems=tuple(problems))


def evidence_paths(folder: Path) -> list[Path]:
    """The evidence files of an engagement that there are."""
    paths = [place / f"{name}.csv" for name in _COLUMNS for place in (folder, folder / "evidence")]
    return [path for path in paths if path.is_file()]


def read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of a small CSV file with their row numbers in a spreadsheet; cells as text.

    Comma, semicolon or tab; UTF-8 with or without BOM; lines starting with ``#`` are comments.
    Raises `EngagementError` when the file cannot be read as that.
    """
    name = path.name
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as cause:
        raise EngagementError(Problem(name, "", f"cannot be read ({cause.strerror})")) from cause
    except UnicodeDecodeError as cause:
        todo = "Save it as 'CSV UTF-8'."
        raise EngagementError(Problem(name, "", "is not text in UTF-8", todo=todo)) from cause
    lines = content.splitlines()
    header = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    if not header:
        raise EngagementError(Problem(name, "", "is empty", "a header row and a row per thing"))
    delimiter = max(",;\t", key=header.count)
    kept = "\n".join("" if line.startswith("#") else line for line in lines)
    try:
        table = pd.read_csv(
            io.StringIO(kept),
            sep=delimiter,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            header=lines.index(header),
        )
    except pd.errors.ParserError as cause:
        raise EngagementError(Problem(name, "", f"is not a table: {cause}".strip())) from cause
    first = lines.index(header) + 2
    names = [str(column).strip() for column in table.columns]
    cells = [[*map(_cell, table.iloc[:, i].tolist())] for i in range(len(names))]
    rows = (dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True))
    return [(first + i, row) for i, row in enumerate(rows) if any(row.values())]


def _cell(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _read_frame(
    path: Path, columns: dict[str, str], sites: Collection[str], problems: list[Problem]
) -> pd.DataFrame:
    try:
        rows = read_rows(path)
    except EngagementError as cause:
        problems += cause.problems
        rows = []
    name = path.name
    if rows:
        missing = [column for column in columns if column not in rows[0][1]]
        problems += [
            Problem(name, "row 1", f"the column {m!r} is missing", ", ".join(columns))
            for m in missing
        ]
    records = []
    for number, row in rows:
        if row.get("site") not in sites:
            what = f"the site {row.get('site', '')!r} is not in sites.csv"
            problems.append(Problem(name, f"row {number}, column site", what))
            continue
        records.append(
            {c: _read_cell(row, c, k, (name, number), problems) for c, k in columns.items()}
            | {"_row": number, "_file": name}
        )
    return pd.DataFrame(records, columns=[*columns, "_row", "_file"])


def _read_cell(
    row: dict[str, str], column: str, kind: str, place: tuple[str, int], problems: list[Problem]
) -> Any:  # noqa: ANN401 - text, date, count or None
    text = row.get(column, "")
    if not text and kind != "id":
        return None
    reader, allowed = _READERS[kind]
    try:
        return reader(text)
    except ValueError:
        where = f"row {place[1]}, column {column}"
        problems.append(Problem(place[0], where, f"{text!r} is not allowed", allowed))
        return None


def _read_id(text: str) -> str:
    if not SUBJECT.allows(text):
        raise ValueError(text)
    return text


@lru_cache(4096)  # years of weekly counts hold few different ones
def _read_count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}(?:\.0)?", text):
        raise ValueError(text)
    return int(float(text))


@lru_cache(4096)
def _read_week(text: str) -> str:
    if not _WEEK.match(text):
        raise ValueError(text)
    return text


@lru_cache(4096)
def _read_date(text: str) -> pd.Timestamp:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return pd.Timestamp(text)


_READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "id": (_read_id, SUBJECT.allowed),
    "text": (str, "text"),
    "date": (_read_date, "a date as 2026-03-31, or nothing"),
    "count": (_read_count, "a whole number, or nothing"),
    "week": (_read_week, "an ISO week as 2026-W24"),
}


def _drop_repeated(
    tables: list[pd.DataFrame], name: str, columns: dict[str, str], problems: list[Problem]
) -> pd.DataFrame:
    empty = pd.DataFrame(columns=[*columns, "_row", "_file"])
    table = pd.concat(tables, ignore_index=True) if tables else empty
    keys = _KEYS[name]
    table = table.dropna(subset=keys)
    again = table.duplicated(keys)
    for row in table[again].to_dict("records"):
        what = f"{' / '.join(str(row[key]) for key in keys)} stands twice; the first row counts"
        problems.append(Problem(row["_file"], f"row {row['_row']}", what))
    kept = table.loc[~again, list(columns)].reset_index(drop=True)
    return kept.astype({column: _DTYPES[kind] for column, kind in columns.items()})

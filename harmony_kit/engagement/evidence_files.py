"""decisions, pilots and usage, CSV or XLSX: read cell by cell, with every problem."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from harmony_kit.engagement.evidence_cells import CellReader
from harmony_kit.engagement.row_files import RowFile, read_row_file, row_paths
from harmony_kit.errors import EngagementError, Problem
from harmony_kit.journal.subject import Subject
from harmony_kit.times import find_day_first

__all__ = [
    "DECISIONS",
    "JOINT",
    "PILOTS",
    "USAGE",
    "Evidence",
    "evidence_paths",
    "read_evidence",
]

#: Who holds a decision that both sides hold; any other holder is a side or a role.
JOINT = "joint"

#: Column → kind of cell, in the order of the file.
DECISIONS = {
    "site": "id",
    "decision": "id",
    "title": "text",
    "kind": "kind",
    "raised_on": "date",
    "decided_on": "date",
    "held_by": "holder",
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
_DTYPES = {"date": "datetime64[s]", "count": "Int64"}
#: The columns a file may do without.
_OPTIONAL = ("kind",)


@dataclass(frozen=True)
class Evidence:
    """What happened, beside what was said; every frame may be empty.

    A cell that could not be read is missing (NaT or NA), a row of an unknown site or a second
    row with the same id is left out; both are listed in `problems`. ``kind`` of a decision is
    ``one_off``, ``recurring`` or missing. `places` says in which file and row a thing stands, by
    table, site and id (and week, for usage).
    """

    decisions: pd.DataFrame
    pilots: pd.DataFrame
    usage: pd.DataFrame
    problems: tuple[Problem, ...] = ()
    places: Mapping[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)

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
    is_here = [other == site for other in frame["site"].tolist()]
    return frame if all(is_here) else frame[is_here].reset_index(drop=True)


def read_evidence(folder: Path, sites: Collection[str]) -> Evidence:
    """The evidence files of an engagement, from its folder and its ``evidence`` folder."""
    problems: list[Problem] = []
    places: dict[tuple[str, ...], tuple[str, int]] = {}
    frames = {}
    for name, columns in _COLUMNS.items():
        files = [_read_file(path, columns, problems) for path in _paths_of(folder, name)]
        is_day_first = _find_order(files, columns, problems)
        reader = CellReader(columns, sites, is_day_first, problems)
        rows = [row for file in files for row in _read_rows(file, reader)]
        firsts = _drop_repeated(rows, name, problems, places)
        frames[name] = pd.DataFrame(
            {
                column: pd.Series([row[column] for row in firsts], dtype=_DTYPES.get(kind, "str"))
                for column, kind in columns.items()
            },
            index=pd.RangeIndex(len(firsts)),
        )
    problems += _ids_of_two_things(places)
    return Evidence(**frames, problems=tuple(problems), places=places)


def _ids_of_two_things(places: Mapping[tuple[str, ...], tuple[str, int]]) -> Iterator[Problem]:
    """Pilots with the id of a decision of their site: answers name only the id."""
    decisions = {tuple(map(str.casefold, key)) for table, *key in places if table == "decisions"}
    for (table, *key), (file, row) in places.items():
        if table == "pilots" and tuple(map(str.casefold, key)) in decisions:
            what = f"{' / '.join(key)} is the id of a decision as well; give one of them another id"
            yield Problem(file, f"row {row}, column pilot", what)


def evidence_paths(folder: Path) -> list[Path]:
    """The evidence files of an engagement that there are."""
    return [path for name in _COLUMNS for path in _paths_of(folder, name)]


def _paths_of(folder: Path, name: str) -> list[Path]:
    return [path for place in (folder, folder / "evidence") for path in row_paths(place, name)]


def _read_file(path: Path, columns: Mapping[str, str], problems: list[Problem]) -> RowFile:
    try:
        file = read_row_file(path)
    except EngagementError as cause:
        problems += cause.problems
        return RowFile(path.name, (), ())
    problems += file.problems
    missing = [c for c in columns if c not in (*file.columns, *_OPTIONAL)]
    allowed = ", ".join(columns)
    problems += [
        Problem(file.name, "row 1", f"the column {column!r} is missing", allowed)
        for column in missing
        if file.rows
    ]
    return file


def _find_order(
    files: Iterable[RowFile], columns: Mapping[str, str], problems: list[Problem]
) -> bool | None:
    """Whether 3/4/2026 is the third of April, told from all dates; None where nothing tells."""
    dates = [name for name, kind in columns.items() if kind == "date"]
    found: bool | None = False
    for file in files:
        cells = [row.get(name, "") for _, row in file.rows for name in dates]
        try:
            is_day_first = find_day_first([cell for cell in cells if cell])
        except ValueError as cause:
            first, second = cause.args
            what = f"{first!r} has the day first and {second!r} the month"
            problems.append(Problem(file.name, "", what, "dates as 2026-03-31"))
            is_day_first = None
        found = is_day_first if found is False else found
    return found


def _read_rows(file: RowFile, reader: CellReader) -> Iterator[dict[str, Any]]:
    sites = {site.casefold(): site for site in reader.sites}
    for number, row in file.rows:
        site = sites.get(row.get("site", "").casefold())
        if site is None:
            what = f"the site {row.get('site', '')!r} is not in sites.csv"
            where = f"row {number}, column site"
            reader.problems.append(Problem(file.name, where, what, ", ".join(sorted(reader.sites))))
            continue
        cells = {c: reader.read(row, c, (file.name, number)) for c in reader.columns}
        yield cells | {"site": site, "_row": number, "_file": file.name}


def _drop_repeated(
    rows: Iterable[dict[str, Any]],
    name: str,
    problems: list[Problem],
    places: dict[tuple[str, ...], tuple[str, int]],
) -> list[dict[str, Any]]:
    """The first row of each thing that has an id; a second one is a problem."""
    firsts: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        if any(row[key] is None for key in _KEYS[name]):
            continue
        ids = [str(row[key]) for key in _KEYS[name]]
        # Stop-Line and stop-line are one decision to whoever reads them.
        if firsts.setdefault(tuple(id_.casefold() for id_ in ids), row) is row:
            places[name, *ids] = (row["_file"], row["_row"])
        else:
            what = f"{' / '.join(ids)} stands twice; the first row counts"
            problems.append(Problem(row["_file"], f"row {row['_row']}", what))
    return list(firsts.values())

"""sites.csv: the plants of an engagement, as a spreadsheet saves them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from harmony_kit.engagement.row_files import read_row_file, row_paths
from harmony_kit.errors import EngagementError, Problem
from harmony_kit.journal.names import SITE

__all__ = ["Site", "read_sites"]

_MOST_DIGITS = 7  # of a head count: nobody employs ten million people at a plant
_SITE_COLUMNS = ("site", "name", "region", "country")


@dataclass(frozen=True)
class Site:
    """A plant: id, names, head count per lens (None where unknown), free extra columns."""

    site: str
    name: str
    region: str = ""
    country: str = ""
    headcounts: dict[str, int | None] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)


def read_sites(folder: Path, lenses: tuple[str, ...], problems: list[Problem]) -> tuple[Site, ...]:
    """The plants of an engagement, from sites.csv, sites.xlsx or both; adds what is wrong."""
    allowed = ", ".join((*_SITE_COLUMNS, *(f"headcount_{lens}" for lens in lenses)))
    rows: list[tuple[str, int, dict[str, str]]] = []
    for path in row_paths(folder, "sites") or [folder / "sites.csv"]:
        try:
            file = read_row_file(path)
        except EngagementError as cause:
            problems += cause.problems
            continue
        problems += [problem for problem in file.problems if problem.severity == "error"]
        if "site" in file.columns:
            rows += [(file.name, number, row) for number, row in file.rows]
        else:
            what = "the column 'site' is missing"
            problems.append(Problem(file.name, "row 1", what, allowed))
    return _list_sites(rows, lenses, problems)


def _list_sites(
    rows: list[tuple[str, int, dict[str, str]]], lenses: tuple[str, ...], problems: list[Problem]
) -> tuple[Site, ...]:
    seen: dict[str, str] = {}
    sites = []
    for file, number, row in rows:
        site = row["site"]
        if not SITE.allows(site):
            why = SITE.why_taken(site)
            what = f"{site!r} cannot be a site id" + (f": {why}" if why else "")
            allowed = "" if why else SITE.allowed
            problems.append(Problem(file, f"row {number}, column site", what, allowed))
        elif site.lower() in seen:  # the folders of two sites must differ on every file system
            what = f"{site!r} is already in {seen[site.lower()]}"
            problems.append(Problem(file, f"row {number}, column site", what))
        else:
            seen[site.lower()] = f"row {number}" if file == "sites.csv" else f"{file} row {number}"
            sites.append(_read_site(row, lenses, (file, number), problems))
    return tuple(sites)


def _read_site(
    row: dict[str, str], lenses: tuple[str, ...], place: tuple[str, int], problems: list[Problem]
) -> Site:
    headcounts: dict[str, int | None] = {}
    for lens in lenses:
        column = f"headcount_{lens}"
        text = row.get(column, "")
        is_count = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        headcounts[lens] = int(text) if is_count else None
        if text and not is_count:
            where = f"row {place[1]}, column {column}"
            allowed = "a whole number, or nothing"
            problems.append(Problem(place[0], where, f"{text!r} is not a head count", allowed))
    known = {*_SITE_COLUMNS, *(f"headcount_{lens}" for lens in lenses)}
    extra = {key: value for key, value in row.items() if key not in known}
    name = row.get("name") or row["site"]
    return Site(row["site"], name, row.get("region", ""), row.get("country", ""), headcounts, extra)

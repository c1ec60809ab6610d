"""harmony roster: the schedule sheet, filled in, comes back as planned interviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from harmony_kit.commands.cases import teller_of
from harmony_kit.commands.exchanging import open_store
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import refuse, unknown_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.real_names import RealName, keep_names
from harmony_kit.engagement.row_files import NumberedCells, read_row_file
from harmony_kit.errors import Problem
from harmony_kit.journal.answers import Place
from harmony_kit.journal.case import InterviewCase
from harmony_kit.journal.names import PSEUDONYM
from harmony_kit.report.words import load_words, word_languages

__all__ = ["read_roster"]

_NEEDED = ("site", "side", "pseudonym")
_TAKEN = (*_NEEDED, "role", "date", "interviewer", "name")


def read_roster(folder: Path, path: Path, *, wave: str | None) -> None:
    """Plan the interviews of a filled-in schedule; names go into a file of their own.

    Raises `EngagementError` with everything wrong in the sheet; then nothing is planned.
    """
    engagement = load_engagement(folder)
    check_names(engagement, wave=wave)
    sheet = read_row_file(path)
    columns = _columns(sheet.columns)
    refuse([*sheet.problems, *_missing(path, columns)])
    read = [(number, _take(cells, columns)) for number, cells in sheet.rows]
    refuse(problem for row in read for problem in _wrong(path.name, row, engagement))
    refuse(_twice(path.name, read))
    sides = _sides(engagement)
    cases = [
        InterviewCase(
            cells["site"],
            wave or engagement.wave,
            cells["pseudonym"],
            sides[cells["side"].casefold()],
            cells["role"],
            date=cells["date"],
            interviewer=cells["interviewer"],
        )
        for _, cells in read
    ]
    with open_store(engagement) as store, store.atomic():
        moved = store.cases.moved()
        here = [case for case in cases if case.place not in moved]
        n_new = sum(store.cases.plan(case, teller_of("")) for case in here)
    names = [
        RealName(*case.place, cells["name"])
        for case, (_, cells) in zip(cases, read, strict=True)
        if cells["name"] and case in here
    ]
    click.echo(f"{path.name}: {len(here)} interviews, {n_new} new or changed")
    _tell_moved({case.place: moved[case.place] for case in cases if case.place in moved})
    if names:
        kept = keep_names(engagement.folder, names)
        click.echo(f"{kept}: {len(names)} names, for your eyes; no report or notebook reads it")


def _tell_moved(moved: Mapping[Place, Place]) -> None:
    """Say whose rows were left out, because they were corrected since the sheet was written."""
    for (site, _, name), (new_site, _, new_name) in moved.items():
        what = f"{name} of {site} is {new_name} at {new_site} now; the row was left out"
        click.secho(f"{what}: write that into the sheet", fg="yellow")


def _columns(headers: tuple[str, ...]) -> dict[str, str]:
    """What each column of the sheet is, by its heading in any language, or by its plain name."""
    known = {name: name for name in _TAKEN}
    for language in word_languages():
        words = load_words(language)
        known |= {"_".join(words.say(f"plan.{name}").casefold().split()): name for name in _TAKEN}
    return {known[header]: header for header in headers if header in known}


def _missing(path: Path, columns: dict[str, str]) -> Iterator[Problem]:
    for name in _NEEDED:
        if name not in columns:
            todo = "harmony plan DIR --schedule FILE.xlsx writes a sheet that has it."
            yield Problem(path.name, "", f"has no column {name!r}", ", ".join(_TAKEN), todo)


def _take(cells: dict[str, str], columns: dict[str, str]) -> dict[str, str]:
    return {name: cells.get(columns.get(name, ""), "").strip() for name in _TAKEN}


def _sides(engagement: Engagement) -> dict[str, str]:
    """Lens by its id and by its name in every language, in small letters."""
    instrument = engagement.instrument
    names = {lens: lens for lens in instrument.lens_ids}
    for language in instrument.languages:
        for lens in instrument.lens_ids:
            names[instrument.text(f"lens.{lens}.name", language).casefold()] = lens
    return names


def _wrong(file: str, row: NumberedCells, engagement: Engagement) -> Iterator[Problem]:
    number, cells = row
    yield from unknown_names(f"{file}: row {number}", "site", [cells["site"]], engagement.site_ids)
    if cells["side"].casefold() not in _sides(engagement):
        allowed = ", ".join(engagement.instrument.lens_ids)
        what = f"{cells['side']!r} is not a side"
        yield Problem(file, f"row {number}, column side", what, allowed)
    if not PSEUDONYM.allows(cells["pseudonym"]):
        what = f"{cells['pseudonym']!r} cannot be a pseudonym"
        yield Problem(file, f"row {number}, column pseudonym", what, PSEUDONYM.allowed)


def _twice(file: str, rows: list[NumberedCells]) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for number, cells in rows:
        key = (cells["site"], cells["pseudonym"].casefold())
        if key in seen:
            what = f"{cells['pseudonym']!r} stands in row {seen[key]} already"
            yield Problem(file, f"row {number}, column pseudonym", what)
        seen.setdefault(key, number)

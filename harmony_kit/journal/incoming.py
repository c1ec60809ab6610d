"""Imports in the journal: whole or unseen, named, and taken back by more rows, never by fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any

import sqlalchemy as sa

from harmony_kit.errors import StoreError
from harmony_kit.journal.answers import Answer, Event, Place, Respondent
from harmony_kit.journal.bundle import Bundle, Told, gather, write_bundles
from harmony_kit.journal.connections import upsert_all
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.queries import current_contents, equal, newest, read_corrected, where
from harmony_kit.journal.schema import (
    EVENTS,
    IMPORT_ROWS,
    IMPORTS,
    JOURNAL,
    PENDING_ROWS,
    RESPONDENTS,
    answer_row,
    import_from_row,
    respondent_from_row,
)
from harmony_kit.journal.tombstone import Tombstone, read_tombstones, refuse_forgotten

__all__ = [
    "People",
    "add_rows",
    "append_rows",
    "bring_in",
    "check_lenses",
    "list_imports",
    "refuse_gone",
]

#: Rows of one transaction: about a tenth of a second, while somebody's interview waits to save.
_AT_ONCE = 20_000

Writer = Callable[[], AbstractContextManager[sa.Connection]]


@dataclass(frozen=True)
class People:
    """Respondents to add or renew, and those to forget if nothing of them is left."""

    renewed: Sequence[Respondent] = ()
    strangers: Sequence[Place] = ()


def append_rows(
    connection: sa.Connection, answers: Sequence[Answer], events: Sequence[Event]
) -> int:
    """Add answers that differ from the current ones, and events; how many answers were added."""
    refuse_gone(connection, (*answers, *events))
    current = current_contents(connection, answers)
    rows = []
    for answer in answers:
        if current.get(answer.key) != answer.content:
            current[answer.key] = answer.content
            rows.append(answer_row(answer))
    if rows:
        connection.execute(sa.insert(JOURNAL), rows)
    if events:
        connection.execute(sa.insert(EVENTS), [asdict(event) for event in events])
    return len(rows)


def refuse_gone(connection: sa.Connection, entries: Sequence[Answer | Event | Respondent]) -> None:
    """Raise `StoreError` where something is to be written of who was forgotten or corrected.

    A form that was open before would tell somebody that their answer is saved, and it would count
    for nobody.
    """
    refuse_forgotten(connection, entries)
    corrected = read_corrected(connection)
    for entry in entries:
        case = corrected.get((entry.site, entry.wave, entry.respondent))
        if case is None:
            continue
        why = f"{entry.respondent} was corrected and is "
        if case.moved_to is not None:
            site, _, name = case.moved_to
            why += f"{name} at {site} now; open that one"
        elif isinstance(entry, Answer) and case.lens not in ("", entry.lens):
            why += f"of {case.lens} now; leave the interview and open it again"
        else:
            continue
        tried, store = "write to", "the store"
        raise StoreError(tried, store, why)


def bring_in(write: Writer, entry: ImportEntry, answers: Told, people: People) -> str:
    """Add what a file brings; the id of the import, which is that of the entry if it is free.

    SQLite lets one program write at a time, so it takes many short transactions there; their
    rows are seen by nobody until the last of them. Where anything fails they are removed.
    """
    bundles = gather(answers)
    with write() as connection:
        tombstones = read_tombstones(connection)
        if tombstones:
            bundles, people = _without_forgotten(bundles, people, tombstones)
        entry = _with_free_id(connection, entry)
        if connection.dialect.name != "sqlite":  # others write at the same time anyway
            add_rows(connection, entry.id, bundles, IMPORT_ROWS)
            _finish(connection, entry, people)
            return entry.id
    try:
        _bring_in_steps(write, entry, bundles, people)
    except BaseException:
        with write() as connection:
            _remove_pending(connection, entry.id)
        raise
    return entry.id


def _without_forgotten(
    bundles: Iterable[Bundle], people: People, tombstones: Sequence[Tombstone]
) -> tuple[Iterator[Bundle], People]:
    """What a file brings without those who were forgotten."""

    def is_known(place: Place) -> bool:
        return not any(tombstone.is_of(place) for tombstone in tombstones)

    renewed = [p for p in people.renewed if is_known((p.site, p.wave, p.respondent))]
    return (one for one in bundles if is_known(one.place)), replace(people, renewed=renewed)


def _with_free_id(connection: sa.Connection, entry: ImportEntry) -> ImportEntry:
    """The entry under an id nobody has: a file may be imported twice within a second."""
    used = set(connection.scalars(sa.select(IMPORTS.c.id).where(IMPORTS.c.sha256 == entry.sha256)))
    ids = (entry.id if n == 1 else f"{entry.id}-{n}" for n in count(1))
    return replace(entry, id=next(one for one in ids if one not in used))


def _bring_in_steps(
    write: Writer, entry: ImportEntry, bundles: Iterable[Bundle], people: People
) -> None:
    # One row of each site and wave is kept for the end: whoever asks for the newest row of a
    # site to know whether something changed must see a new one when the import appears.
    last: dict[tuple[str, str], Bundle] = {}
    rest = _hold_back(bundles, last)
    while chunk := [*_take_rows(rest, _AT_ONCE)]:
        with write() as connection:
            add_rows(connection, entry.id, chunk, PENDING_ROWS)
    with write() as connection:
        add_rows(connection, entry.id, last.values(), PENDING_ROWS)
        mine = PENDING_ROWS.c.import_id == entry.id
        columns = [column.name for column in IMPORT_ROWS.columns]
        moved = sa.select(PENDING_ROWS).where(mine)
        connection.execute(sa.insert(IMPORT_ROWS).from_select(columns, moved))
        connection.execute(sa.delete(PENDING_ROWS).where(mine))
        _finish(connection, entry, people)


def _hold_back(bundles: Iterable[Bundle], last: dict[tuple[str, str], Bundle]) -> Iterator[Bundle]:
    """All but the last answer of each site and wave, which is what `last` holds in the end."""
    for bundle in bundles:
        place = bundle.place[:2]
        before = last.get(place)
        last[place] = bundle
        if before is not None:
            yield before
    for place, bundle in last.items():
        rest, last[place] = bundle.split()
        if rest.said:
            yield rest


def _take_rows(bundles: Iterator[Bundle], n_rows: int) -> Iterator[Bundle]:
    """The next bundles, until they have so many rows."""
    for bundle in bundles:
        yield bundle
        n_rows -= len(bundle.said)
        if n_rows <= 0:
            return


def add_rows(
    connection: sa.Connection, import_id: str, bundles: Iterable[Bundle], ranges: sa.Table
) -> None:
    """Add answers to the journal, and to `ranges` the numbers of their rows."""
    bundles = list(bundles)
    if not bundles:
        return
    if connection.dialect.name == "sqlite":
        highest = sa.select(sa.func.max(JOURNAL.c.id))
        before = connection.scalar(highest) or 0
        write_bundles(connection, bundles)
        found = [(before + 1, connection.scalar(highest))]
    else:
        # Where others write meanwhile, their rows may have numbers between ours.
        added = sa.insert(JOURNAL).returning(JOURNAL.c.id)
        numbers = connection.scalars(added, [row for one in bundles for row in one.rows()])
        found = _list_ranges(numbers)
    values = [{"import_id": import_id, "first_id": first, "last_id": last} for first, last in found]
    connection.execute(sa.insert(ranges), values)


def _list_ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as ranges without a gap."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] + 1 == number:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _finish(connection: sa.Connection, entry: ImportEntry, people: People) -> None:
    touched = [(p.site, p.wave, p.respondent) for p in people.renewed] + [*people.strangers]
    known = _read_people(connection, {place[:2] for place in touched})
    check_lenses(connection, people.renewed, "the store")
    upsert_all(connection, RESPONDENTS, [{**vars(person)} for person in people.renewed])
    for place in people.strangers:
        _forget_stranger(connection, place)
    before_all = [known.get(place) for place in touched]
    told = {
        "places": [list(place) for place in touched],
        "before": [_plain(person) if person else None for person in before_all],
    }
    connection.execute(sa.insert(IMPORTS), asdict(entry) | {"people": told})


def check_lenses(connection: sa.Connection, people: Iterable[Respondent], store: str) -> None:
    """Raise `StoreError` if a pseudonym already belongs to another lens there."""
    people = tuple(people)
    known = _read_people(connection, {(person.site, person.wave) for person in people})
    for person in people:
        place = (person.site, person.wave, person.respondent)
        if (before := known.get(place)) and before.lens != person.lens:
            why = f"{' / '.join(place)} already belongs to {before.lens}, not {person.lens}"
            tried = "register a respondent in"
            raise StoreError(tried, store, why)


def _forget_stranger(connection: sa.Connection, place: Place) -> None:
    """Take somebody off the list of respondents who has no answer left and was not interviewed."""
    site, wave, respondent = place
    of_person = where(connection, site=site, wave=wave, respondent=respondent)
    has_answers = connection.execute(newest(of_person).limit(1)).first()
    them = equal(EVENTS, site=site, wave=wave, respondent=respondent)
    if has_answers or connection.execute(sa.select(EVENTS.c.id).where(*them).limit(1)).first():
        return
    rows = equal(RESPONDENTS, site=site, wave=wave, respondent=respondent)
    connection.execute(sa.delete(RESPONDENTS).where(*rows))


def _plain(person: Respondent) -> dict[str, Any]:
    times = {name: getattr(person, name) for name in ("started_at", "finished_at")}
    return vars(person) | {name: t.isoformat() if t else None for name, t in times.items()}


def _read_people(
    connection: sa.Connection, places: Iterable[tuple[str, str]]
) -> dict[Place, Respondent]:
    """The respondents of some sites and waves, by site, wave and pseudonym."""
    found: dict[Place, Respondent] = {}
    for site, wave in sorted(places):
        is_there = sa.and_(RESPONDENTS.c.site == site, RESPONDENTS.c.wave == wave)
        for row in connection.execute(sa.select(RESPONDENTS).where(is_there)).mappings():
            person = respondent_from_row(row)
            found[site, wave, person.respondent] = person
    return found


def _remove_pending(connection: sa.Connection, import_id: str) -> None:
    mine = PENDING_ROWS.c.import_id == import_id
    for row in connection.execute(sa.select(PENDING_ROWS).where(mine)).all():
        is_ours = JOURNAL.c.id.between(row.first_id, row.last_id)
        connection.execute(sa.delete(JOURNAL).where(is_ours))
    connection.execute(sa.delete(PENDING_ROWS).where(mine))


def list_imports(connection: sa.Connection) -> list[ImportEntry]:
    """Imports and undoings, in the order they were made."""
    rows = connection.execute(sa.select(IMPORTS).order_by(IMPORTS.c.at, IMPORTS.c.id)).mappings()
    return [import_from_row(row) for row in rows]

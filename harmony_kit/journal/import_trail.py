"""Which import wrote which answers, so that two stores merged into one can still take one back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from harmony_kit.journal.answers import Answer, Place
from harmony_kit.journal.bundle import gather
from harmony_kit.journal.incoming import add_rows
from harmony_kit.journal.schema import IMPORT_ROWS, IMPORTS, JOURNAL, answer_from_row, answer_row

__all__ = [
    "ImportTrail",
    "join_trails",
    "people_without",
    "read_trail",
    "without_people",
    "write_answers",
]


@dataclass(frozen=True)
class ImportTrail:
    """Imports and undoings as rows, and the answers each of them wrote."""

    entries: tuple[dict[str, Any], ...] = ()
    wrote: Mapping[Answer, str] = field(default_factory=dict)

    def renamed(
        self, answer_of: Callable[[Answer], Answer], place_of: Callable[[Place], Place]
    ) -> ImportTrail:
        """The same with people under other pseudonyms."""
        entries = (_with_people(entry, place_of) for entry in self.entries)
        return ImportTrail(tuple(entries), {answer_of(a): i for a, i in self.wrote.items()})


def _with_people(entry: dict[str, Any], place_of: Callable[[Place], Place]) -> dict[str, Any]:
    told = entry["people"]
    places = [list(place_of((p[0], p[1], p[2]))) for p in told.get("places", [])]
    pairs = zip(places, told.get("before", []), strict=True)
    before = [one and {**one, "respondent": place[2]} for place, one in pairs]
    return {**entry, "people": {"places": places, "before": before}}


def read_trail(connection: sa.Connection) -> ImportTrail:
    """Every import of a store that is whole."""
    found = connection.execute(sa.select(IMPORTS).order_by(IMPORTS.c.at, IMPORTS.c.id)).mappings()
    entries = tuple({str(name): value for name, value in row.items()} for row in found)
    if not entries:
        return ImportTrail()
    is_theirs = JOURNAL.c.id.between(IMPORT_ROWS.c.first_id, IMPORT_ROWS.c.last_id)
    query = sa.select(JOURNAL, IMPORT_ROWS.c.import_id).join(IMPORT_ROWS, is_theirs)
    wrote = {}
    for row in connection.execute(query.order_by(JOURNAL.c.id)).mappings():
        plain: Any = {name: value for name, value in row.items() if name != "import_id"}
        wrote[answer_from_row(plain)] = row["import_id"]
    return ImportTrail(entries, wrote)


def without_people(trail: ImportTrail, places: Collection[Place]) -> ImportTrail:
    """The same without some people in what imports are undone by."""
    entries = ({**one, "people": people_without(one["people"], places)} for one in trail.entries)
    return replace(trail, entries=tuple(entries))


def people_without(people: dict[str, Any], places: Collection[Place]) -> dict[str, Any]:
    """What an import is undone by, without some people."""
    pairs = zip(people.get("places", []), people.get("before", []), strict=True)
    kept = [(place, before) for place, before in pairs if tuple(place) not in places]
    return {"places": [p for p, _ in kept], "before": [b for _, b in kept]}


def join_trails(ours: ImportTrail, theirs: ImportTrail) -> ImportTrail:
    """The imports ours has not, and who wrote what in either."""
    known = {entry["id"] for entry in ours.entries}
    new = tuple(entry for entry in theirs.entries if entry["id"] not in known)
    return ImportTrail(new, {**theirs.wrote, **ours.wrote})


def write_answers(connection: sa.Connection, answers: Iterable[Answer], trail: ImportTrail) -> None:
    """Add answers in their order, and with those of an import, that it wrote them."""
    if trail.entries:
        connection.execute(sa.insert(IMPORTS), list(trail.entries))
    for import_id, run in groupby(answers, lambda one: trail.wrote.get(one, "")):
        told: Sequence[Answer] = list(run)
        if import_id:
            add_rows(connection, import_id, gather(told), IMPORT_ROWS)
        else:
            connection.execute(sa.insert(JOURNAL), [answer_row(answer) for answer in told])

"""The part of a store that forgets: somebody's rows go for good, and do not come back.

Of whoever is forgotten a tombstone stays (`tombstone`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from harmony_kit.journal.access import Access
from harmony_kit.journal.answers import Answer, Event, Place, Respondent
from harmony_kit.journal.connections import upsert_all
from harmony_kit.journal.import_trail import people_without, without_people
from harmony_kit.journal.merging import StoreContents
from harmony_kit.journal.schema import EVENTS, FORGOTTEN, IMPORTS, JOURNAL, RESPONDENTS
from harmony_kit.journal.tombstone import Tombstone, bury, find_forgotten, read_tombstones

__all__ = ["Erased", "Forgetting", "leave_out"]


@dataclass(frozen=True)
class Erased:
    """How much went: answers with all their versions, events, people."""

    n_answers: int = 0
    n_events: int = 0
    n_people: int = 0

    def __bool__(self) -> bool:
        return any((self.n_answers, self.n_events, self.n_people))


class Forgetting:
    """Whom one store has forgotten; `Store.forgetting` is one.

    Every method is one transaction, or part of the store's `atomic`, and raises `StoreError` when
    the database cannot be reached or written.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def tombstones(self) -> list[Tombstone]:
        """Of everybody who was forgotten, oldest first."""
        with self._access.connect("read") as connection:
            return read_tombstones(connection)

    def find(self, places: Iterable[Place]) -> set[Place]:
        """Those of some people who were forgotten here."""
        with self._access.connect("read") as connection:
            return find_forgotten(connection, places)

    def take_in(self, tombstones: Iterable[Tombstone]) -> None:
        """Know of those whom another store has forgotten."""
        rows = [asdict(one) for one in tombstones]
        with self._access.connect("write to", is_write=True) as connection:
            upsert_all(connection, FORGOTTEN, rows)

    def linked(self, place: Place) -> list[Place]:
        """Every place a person ever stood under: corrections lead from one to the next."""
        query = sa.select(EVENTS).where(EVENTS.c.kind == "corrected", EVENTS.c.wave == place[1])
        with self._access.connect("read events from") as connection:
            rows = connection.execute(query).mappings().all()
        pairs = [pair for row in rows if (pair := _link(row)) is not None]
        found = [place]
        for one in found:  # grows while it is walked
            beside = {end for pair in pairs if one in pair for end in pair}
            found += sorted(beside - set(found))
        return found

    def own_texts(self, places: Collection[Place], texts: Iterable[str]) -> set[str]:
        """Those of some texts that nobody else said: only they tell whose they are."""
        columns = (JOURNAL.c.site, JOURNAL.c.wave, JOURNAL.c.respondent)
        query = sa.select(*columns, JOURNAL.c.text).where(JOURNAL.c.text.is_not(None)).distinct()
        with self._access.connect("read answers from") as connection:
            rows = connection.execute(query).all()
        return set(texts) - {row[3] for row in rows if tuple(row[:3]) not in places}

    def sites_of(self, respondent: str) -> set[str]:
        """The sites at which somebody has a pseudonym: two people may have the same."""
        found: set[str] = set()
        with self._access.connect("read from") as connection:
            for table in (JOURNAL, EVENTS, RESPONDENTS):
                query = sa.select(table.c.site).where(table.c.respondent == respondent).distinct()
                found |= set(connection.scalars(query))
        return found

    def erase(self, places: Collection[Place], at: datetime, *, is_lasting: bool = True) -> Erased:
        """Delete everything of some people, and leave a tombstone for each; how much went.

        Without `is_lasting` none is left: a merge or an import may bring them back. What is
        deleted is overwritten; `clean` then rewrites the file.
        """
        known = self.find(places)
        with self._access.connect("forget somebody in", is_write=True) as connection:
            erased = erase_rows(connection, places)
            for place in sorted(set(places) - known) if is_lasting else ():
                connection.execute(sa.insert(FORGOTTEN), asdict(bury(place, at)))
        return erased

    def clean(self) -> None:
        """Rewrite the database, so that nothing that was deleted is left in it or its log.

        Raises `StoreError` where another program has it open.
        """
        self._access.clean(("journal", "events", "respondents", "imports"))


def leave_out(contents: StoreContents, places: Collection[Place]) -> StoreContents:
    """What a store holds, without some people."""
    return replace(
        contents,
        respondents=tuple(r for r in contents.respondents if _place(r) not in places),
        answers=tuple(a for a in contents.answers if _place(a) not in places),
        events=tuple(e for e in contents.events if _place(e) not in places),
        trail=without_people(contents.trail, places),
    )


def _place(entry: Respondent | Answer | Event) -> Place:
    return entry.site, entry.wave, entry.respondent


def erase_rows(connection: sa.Connection, places: Collection[Place]) -> Erased:
    """Delete every row of some people, and their names in what imports are undone by."""
    counts = []
    for table in (JOURNAL, EVENTS, RESPONDENTS):
        n_rows = 0
        for site, wave, respondent in places:
            is_theirs = (
                table.c.site == site,
                table.c.wave == wave,
                table.c.respondent == respondent,
            )
            n_rows += connection.execute(sa.delete(table).where(*is_theirs)).rowcount
        counts.append(n_rows)
    for row in connection.execute(sa.select(IMPORTS.c.id, IMPORTS.c.people)).all():
        kept = people_without(row.people, places)
        if kept != row.people:
            renew = sa.update(IMPORTS).where(IMPORTS.c.id == row.id).values(people=kept)
            connection.execute(renew)
    return Erased(*counts)


def _link(row: sa.RowMapping) -> tuple[Place, Place] | None:
    details, here = row["details"], (row["site"], row["wave"], row["respondent"])
    for start in ("to", "was"):
        if f"{start}_respondent" in details:
            there = (details[f"{start}_site"], row["wave"], details[f"{start}_respondent"])
            return here, there
    return None

"""The journal of answers: SQLite beside the engagement by default, PostgreSQL by URL.

Nothing is ever changed in place. Every answer is a new row; the current answer to a question is
its newest row. A write has returned only when it is on disk (WAL, full sync).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.access import Access
from harmony_kit.journal.answers import (
    Answer,
    Answers,
    AnswersFrame,
    Event,
    Respondent,
)
from harmony_kit.journal.bundle import Told
from harmony_kit.journal.casebook import CaseBook
from harmony_kit.journal.connections import upsert
from harmony_kit.journal.forgetting import Forgetting, leave_out
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.incoming import (
    People,
    append_rows,
    bring_in,
    check_lenses,
    list_imports,
    refuse_gone,
)
from harmony_kit.journal.kept_instruments import instrument_from_row, instrument_row
from harmony_kit.journal.ledger import Ledger
from harmony_kit.journal.merging import StoreContents, join, read_contents, tell_apart
from harmony_kit.journal.queries import (
    Extent,
    equal,
    newest,
    read_extents,
    read_frame,
    read_mark,
    read_revision,
    where,
)
from harmony_kit.journal.schema import (
    EVENTS,
    INSTRUMENTS,
    JOURNAL,
    RESPONDENTS,
    SUBJECTS,
    answer_from_row,
    event_from_row,
    respondent_from_row,
    subject_from_row,
)
from harmony_kit.journal.subject import Subject
from harmony_kit.journal.undoing import Undoing, plan_undo

__all__ = ["Store"]


class Store:
    """Answers, respondents, events and subjects of an engagement.

    Parameters
    ----------
    url
        A SQLAlchemy URL: ``sqlite:///answers.sqlite``, ``sqlite://`` (in memory) or
        ``postgresql+psycopg://user@host/name``. Tables are created where they are missing.
    stays_open
        Keep SQLite's connections until `close`: an interview writes every few seconds, and
        closing the last connection empties the WAL each time.
    is_reader
        Make and change nothing: a SQLite file that is missing reads as one without answers, and
        one on a read-only disk is read.

    Every method is one transaction on a connection of its own, so a store may be used from any
    thread; inside `atomic`, all methods of its thread are one. Every method raises `StoreError`
    when the database cannot be reached, is locked for more than ten seconds or cannot be written.
    """

    def __init__(self, url: str, *, stays_open: bool = False, is_reader: bool = False) -> None:
        self._name = sa.make_url(url).render_as_string(hide_password=True)
        self._access = Access(url, self._name, stays_open=stays_open, is_reader=is_reader)
        self.connect = self._access.connect  # for what reads and writes in one transaction
        self.cases = CaseBook(self._access)
        self.forgetting = Forgetting(self._access)
        self.ledger = Ledger(self._access)

    def __repr__(self) -> str:
        return f"Store({self._name!r})"

    def close(self) -> None:
        """Close what connections are open."""
        self._access.close()

    def atomic(self) -> AbstractContextManager[None]:
        """All that this thread reads and writes inside is of one moment, kept whole or not at all.

        An error inside, or the end of the process, leaves the store as it was. One inside another
        is part of it.
        """
        return self._access.atomic()

    # Answers

    def append(self, answers: Sequence[Answer], events: Sequence[Event] = ()) -> int:
        """Add answers, and what happened with them, in one transaction; how many rows are new.

        An answer whose content equals the current one adds nothing.
        """
        if not answers and not events:
            return 0
        with self.connect("write answers to", is_write=True) as connection:
            return append_rows(connection, answers, events)

    def current(
        self, site: str | None = None, wave: str | None = None, respondent: str | None = None
    ) -> list[Answer]:
        """The newest answer to every question, in the order they were recorded."""
        with self.connect("read answers from") as connection:
            query = newest(where(connection, site=site, wave=wave, respondent=respondent))
            return [answer_from_row(row) for row in connection.execute(query).mappings()]

    def frame(
        self, sites: Sequence[str] | None = None, wave: str | None = None, until: int | None = None
    ) -> AnswersFrame:
        """The current answers as an answers frame, of one wave and some sites or all.

        With `until` those that were current when the journal had that row and none after.
        """
        with self.connect("read answers from") as connection:
            return read_frame(connection, sites=sites, wave=wave, until=until)

    def answers(self, sites: Sequence[str] | None = None, wave: str | None = None) -> Answers:
        """The current answers with the subjects added at interviews; what `measure_site` takes."""
        subjects = [one for one in self.subjects() if sites is None or one.site in sites]
        return Answers(self.frame(sites, wave), tuple(subjects))

    def journal(
        self, site: str | None = None, respondent: str | None = None
    ) -> list[tuple[int, Answer]]:
        """Every version of every answer with its row number, in the order recorded."""
        with self.connect("read the journal of") as connection:
            query = sa.select(JOURNAL).where(where(connection, site=site, respondent=respondent))
            rows = connection.execute(query.order_by(JOURNAL.c.id)).mappings()
            return [(row["id"], answer_from_row(row)) for row in rows]

    def revision(self, *, is_settled: bool = False) -> int:
        """The number of the newest answer, 0 when empty; settled, none appears below it later."""
        with self.connect("read") as connection:
            return read_revision(connection, is_settled=is_settled)

    def site_extents(self, wave: str) -> dict[str, Extent]:
        """Site → what tells whether its rows of a wave changed; sites without any are absent."""
        with self.connect("read") as connection:
            return read_extents(connection, wave)

    def mark(self) -> int:
        """The highest number an answer ever had, also one that is gone; 0 in a new store."""
        with self.connect("read") as connection:
            return read_mark(connection)

    def names(self, of: Literal["site", "wave"]) -> tuple[str, ...]:
        """The sites or waves there are answers or respondents of, sorted."""
        query = sa.union(sa.select(RESPONDENTS.c[of]), sa.select(JOURNAL.c[of]))
        with self.connect("read") as connection:
            return tuple(sorted(connection.scalars(query)))

    # Respondents, events, subjects

    def register(self, respondent: Respondent) -> None:
        """Add a respondent, or renew what is known of one.

        Raises `StoreError` if the pseudonym already belongs to another lens there, or to nobody
        any more.
        """
        with self.connect("register a respondent in", is_write=True) as connection:
            check_lenses(connection, [respondent], self._name)
            refuse_gone(connection, [respondent])
            upsert(connection, RESPONDENTS, asdict(respondent))

    def respondents(self, site: str | None = None, wave: str | None = None) -> list[Respondent]:
        """Everybody interviewed, by site, wave and pseudonym."""
        conditions = equal(RESPONDENTS, site=site, wave=wave)
        query = sa.select(RESPONDENTS).where(*conditions).order_by(*RESPONDENTS.primary_key)
        with self.connect("read respondents from") as connection:
            return [respondent_from_row(row) for row in connection.execute(query).mappings()]

    def log(self, event: Event) -> None:
        """Add something that happened in an interview."""
        with self.connect("write to", is_write=True) as connection:
            append_rows(connection, [], [event])

    def events(self, site: str, wave: str, respondent: str) -> list[Event]:
        """What happened in one interview, in order."""
        conditions = equal(EVENTS, site=site, wave=wave, respondent=respondent)
        query = sa.select(EVENTS).where(*conditions).order_by(EVENTS.c.id)
        with self.connect("read events from") as connection:
            return [event_from_row(row) for row in connection.execute(query).mappings()]

    def add_subject(self, subject: Subject) -> None:
        """Add a pilot or decision to a site, or rename it."""
        with self.connect("add a subject to", is_write=True) as connection:
            upsert(connection, SUBJECTS, asdict(subject))

    def subjects(self, site: str | None = None) -> list[Subject]:
        """Pilots and decisions added at interviews, by site, kind and id."""
        query = sa.select(SUBJECTS).where(SUBJECTS.c.title != "", *equal(SUBJECTS, site=site))
        with self.connect("read subjects from") as connection:
            rows = connection.execute(query.order_by(*SUBJECTS.primary_key)).mappings()
            return [subject_from_row(row) for row in rows]

    # Instruments

    def keep_instrument(self, path: Path) -> Instrument:
        """Keep an instrument with its translations as it is now, and return it.

        Raises `InstrumentError` when the file cannot be used; then nothing is kept.
        """
        instrument, row = instrument_row(path)
        with self.connect("keep the instrument in", is_write=True) as connection:
            upsert(connection, INSTRUMENTS, row)
        return instrument

    def instrument(self, sha256: str) -> Instrument:
        """The instrument that was kept under this hash; KeyError if none was."""
        query = sa.select(INSTRUMENTS).where(INSTRUMENTS.c.sha256 == sha256)
        with self.connect("read the instrument from") as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise KeyError(sha256)
        return instrument_from_row(row)

    # Imports

    def bring_in(
        self, entry: ImportEntry, answers: Told, respondents: Sequence[Respondent] = ()
    ) -> str:
        """Add what a file brings; the id it can be undone by.

        All of it appears at once or nothing of it, and an interview can save meanwhile.
        """
        write = partial(self.connect, "bring an import into", is_write=True)
        return bring_in(write, entry, answers, People(respondents))

    def imports(self) -> list[ImportEntry]:
        """Imports and undoings, in the order they were made."""
        with self.connect("read imports from") as connection:
            return list_imports(connection)

    def undo_import(self, import_id: str, *, by: str, at: datetime) -> Undoing:
        """Take back what an import changed; undoing what this returns brings it back.

        What it brought and is still current is withdrawn, and what was before it is current again.
        KeyError if there is no such import.
        """
        with self.connect("read imports from") as connection:
            plan = plan_undo(connection, import_id, by=by, at=at)
        write = partial(self.connect, "undo in", is_write=True)
        name = bring_in(write, plan.entry, plan.answers, People(plan.people, plan.strangers))
        return replace(plan, entry=replace(plan.entry, id=name))

    # Two laptops, one engagement

    def contents(self) -> StoreContents:
        """Everything in the store, in the order recorded."""
        with self.connect("read") as connection:
            return read_contents(connection)

    def merge(self, other: Store, *, renamed: Mapping[str, str] | None = None) -> int:
        """Add everything `other` has and this store has not; returns the new journal rows.

        In whatever order stores are merged, the same people and the same current answers come
        out: where both have an answer to a question, the one given later counts, and all remain
        in the journal. Merging twice adds nothing. `renamed` maps pseudonyms of `other` to those
        they get here. Whoever was forgotten in one of the two is not brought in.

        Raises `ExchangeError`, and adds nothing, where two people have one pseudonym or one
        person has two.
        """
        theirs, agreed, name = other.contents(), other.ledger.contents(), other._name
        with self.atomic():
            ours = self.contents()
            self.forgetting.take_in(other.forgetting.tombstones())
            theirs = leave_out(theirs, self.forgetting.find(theirs.people()))
            added = join(ours, tell_apart(ours, theirs, name=name, renamed=renamed or {}))
            with self.connect("merge into", is_write=True) as connection:
                added.write(connection)
            self.ledger.take_in(agreed)
        return len(added.answers)

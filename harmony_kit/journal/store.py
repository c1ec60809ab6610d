"""The journal of answers: SQLite beside the engagement by default, PostgreSQL by URL.

Nothing is ever changed in place. Every answer is a new row; the current answer to a question is
its newest row. A write has returned only when it is on disk (WAL, full sync).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from harmony_kit.errors import StoreError
from harmony_kit.instrument.file import load_instrument, translation_files
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import (
    ANSWER_DTYPES,
    Answer,
    AnswersFrame,
    Event,
    Respondent,
    Subject,
    type_frame,
)
from harmony_kit.journal.connections import create_engine, plain_reason, upsert
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.incoming import People, bring_in, list_imports
from harmony_kit.journal.merging import merge_answers, missing_events, newer_people
from harmony_kit.journal.queries import current_contents, equal, newest, where
from harmony_kit.journal.schema import (
    EVENTS,
    INSTRUMENTS,
    JOURNAL,
    METADATA,
    RESPONDENTS,
    SUBJECTS,
    answer_from_row,
    answer_row,
    event_from_row,
    respondent_from_row,
    subject_from_row,
)
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

    Every method is one transaction on a connection of its own, so a store may be used from any
    thread; every method raises `StoreError` when the database cannot be reached, is locked for
    more than ten seconds or cannot be written.
    """

    def __init__(self, url: str, *, stays_open: bool = False) -> None:
        self._name = sa.make_url(url).render_as_string(hide_password=True)
        with self._telling("open"):
            self._engine = create_engine(url, stays_open=stays_open)
            with self._engine.connect() as connection:
                missing = set(METADATA.tables) - set(sa.inspect(connection).get_table_names())
            if missing:
                METADATA.create_all(self._engine)

    def __repr__(self) -> str:
        return f"Store({self._name!r})"

    def close(self) -> None:
        """Close what connections are open."""
        self._engine.dispose()

    @contextmanager
    def _telling(self, tried: str) -> Iterator[None]:
        try:
            yield
        except (sa.exc.SQLAlchemyError, ImportError) as cause:
            why = str(getattr(cause, "orig", None) or cause).splitlines()[0]
            raise StoreError(tried, self._name, plain_reason(why)) from cause

    @contextmanager
    def _reading(self, tried: str) -> Iterator[sa.Connection]:
        with self._telling(tried), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self, tried: str) -> Iterator[sa.Connection]:
        writer = self._engine.execution_options(harmony_write=True)
        with self._telling(tried), writer.begin() as connection:
            yield connection

    # Answers

    def append(self, answers: Sequence[Answer], events: Sequence[Event] = ()) -> int:
        """Add answers, and what happened with them, in one transaction; how many rows are new.

        An answer whose content equals the current one adds nothing.
        """
        if not answers and not events:
            return 0
        with self._writing("write answers to") as connection:
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

    def current(
        self, site: str | None = None, wave: str | None = None, respondent: str | None = None
    ) -> list[Answer]:
        """The newest answer to every question, in the order they were recorded."""
        with self._reading("read answers from") as connection:
            query = newest(where(connection, site=site, wave=wave, respondent=respondent))
            return [answer_from_row(row) for row in connection.execute(query).mappings()]

    def frame(self, sites: Sequence[str] | None = None, wave: str | None = None) -> AnswersFrame:
        """The current answers as an answers frame, of one wave and some sites or all."""
        with self._reading("read answers from") as connection:
            condition = where(connection, wave=wave)
            if sites is not None:
                condition = sa.and_(condition, JOURNAL.c.site.in_(list(sites)))
            rows = newest(condition).subquery()
            query = sa.select(*(rows.c[name] for name in ANSWER_DTYPES)).order_by(rows.c.id)
            # Plain tuples: pandas asks every Row for attributes it does not have, at 30 µs each.
            found = [tuple(row) for row in connection.execute(query)]
        frame = pd.DataFrame(found, columns=list(ANSWER_DTYPES))
        return type_frame(frame.assign(subject=frame["subject"].replace("", None)))

    def journal(
        self, site: str | None = None, respondent: str | None = None
    ) -> list[tuple[int, Answer]]:
        """Every version of every answer with its row number, in the order recorded."""
        with self._reading("read the journal of") as connection:
            query = sa.select(JOURNAL).where(where(connection, site=site, respondent=respondent))
            rows = connection.execute(query.order_by(JOURNAL.c.id)).mappings()
            return [(row["id"], answer_from_row(row)) for row in rows]

    def revision(self) -> int:
        """The number of the newest answer; grows with every answer written, 0 when empty."""
        with self._reading("read") as connection:
            newest = sa.select(sa.func.max(JOURNAL.c.id)).where(where(connection))
            return connection.scalar(newest) or 0

    def site_revisions(self, wave: str) -> dict[str, int]:
        """Site → number of its newest answer in a wave; sites without answers are absent."""
        newest = sa.func.max(JOURNAL.c.id)
        with self._reading("read") as connection:
            query = sa.select(JOURNAL.c.site, newest).where(where(connection, wave=wave))
            rows = connection.execute(query.group_by(JOURNAL.c.site)).all()
        return {site: number for site, number in rows}  # noqa: C416 - rows are Row objects

    # Respondents, events, subjects

    def register(self, respondent: Respondent) -> None:
        """Add a respondent, or renew what is known of one.

        Raises `StoreError` if the pseudonym already belongs to another lens there.
        """
        place = (respondent.site, respondent.wave, respondent.respondent)
        with self._writing("register a respondent in") as connection:
            known = connection.scalar(
                sa.select(RESPONDENTS.c.lens).where(sa.tuple_(*RESPONDENTS.primary_key) == place)
            )
            if known not in (None, respondent.lens):
                why = f"{' / '.join(place)} already belongs to {known}, not {respondent.lens}"
                raise StoreError("register a respondent in", self._name, why)  # noqa: EM101 - a field
            upsert(connection, RESPONDENTS, asdict(respondent))

    def respondents(self, site: str | None = None, wave: str | None = None) -> list[Respondent]:
        """Everybody interviewed, by site, wave and pseudonym."""
        conditions = equal(RESPONDENTS, site=site, wave=wave)
        query = sa.select(RESPONDENTS).where(*conditions).order_by(*RESPONDENTS.primary_key)
        with self._reading("read respondents from") as connection:
            return [respondent_from_row(row) for row in connection.execute(query).mappings()]

    def log(self, event: Event) -> None:
        """Add something that happened in an interview."""
        with self._writing("write to") as connection:
            connection.execute(sa.insert(EVENTS), asdict(event))

    def events(
        self, site: str | None = None, wave: str | None = None, respondent: str | None = None
    ) -> list[Event]:
        """What happened in one interview, or in several, in order."""
        conditions = equal(EVENTS, site=site, wave=wave, respondent=respondent)
        query = sa.select(EVENTS).where(*conditions).order_by(EVENTS.c.id)
        with self._reading("read events from") as connection:
            return [event_from_row(row) for row in connection.execute(query).mappings()]

    def add_subject(self, subject: Subject) -> None:
        """Add a pilot or decision to a site, or rename it."""
        with self._writing("add a subject to") as connection:
            upsert(connection, SUBJECTS, asdict(subject))

    def subjects(self, site: str | None = None) -> list[Subject]:
        """Pilots and decisions added at interviews, by site, kind and id."""
        query = sa.select(SUBJECTS).where(*equal(SUBJECTS, site=site))
        with self._reading("read subjects from") as connection:
            rows = connection.execute(query.order_by(*SUBJECTS.primary_key)).mappings()
            return [subject_from_row(row) for row in rows]

    # Instruments

    def keep_instrument(self, path: Path) -> Instrument:
        """Keep an instrument with its translations as it is now, and return it.

        Raises `InstrumentError` when the file cannot be used; then nothing is kept.
        """
        instrument = load_instrument(path)
        names = [path, *translation_files(path).values()]
        row = {
            "sha256": instrument.sha256,
            "id": instrument.id,
            "version": instrument.version,
            "name": path.name,
            "files": {file.name: file.read_text(encoding="utf-8") for file in names},
        }
        with self._writing("keep the instrument in") as connection:
            upsert(connection, INSTRUMENTS, row)
        return instrument

    def instrument(self, sha256: str) -> Instrument:
        """The instrument that was kept under this hash; KeyError if none was."""
        query = sa.select(INSTRUMENTS).where(INSTRUMENTS.c.sha256 == sha256)
        with self._reading("read the instrument from") as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise KeyError(sha256)
        with tempfile.TemporaryDirectory() as folder:
            for name, content in row["files"].items():
                (Path(folder) / name).write_text(content, encoding="utf-8", newline="")
            return load_instrument(Path(folder) / row["name"])

    # Imports

    def bring_in(
        self, entry: ImportEntry, answers: Iterable[Answer], respondents: Sequence[Respondent] = ()
    ) -> str:
        """Add what a file brings; the id it can be undone by.

        All of it appears at once or nothing of it, and an interview can save meanwhile.
        """
        return bring_in(self._importing, entry, answers, People(respondents))

    def _importing(self) -> AbstractContextManager[sa.Connection]:
        return self._writing("bring an import into")

    def imports(self) -> list[ImportEntry]:
        """Imports and what was undone of them, in the order they were made."""
        with self._reading("read imports from") as connection:
            return list_imports(connection)

    def undo_import(self, import_id: str, *, by: str, at: datetime) -> Undoing:
        """Take back what an import changed; undoing what this returns brings it back.

        Every answer of the import that is still current is withdrawn, and the one before it, if
        there is one, is current again. KeyError if there is no such import.
        """
        with self._reading("read imports from") as connection:
            plan = plan_undo(connection, import_id, by=by, at=at)
        people = People(plan.people, plan.strangers)
        name = bring_in(self._importing, plan.entry, plan.answers, people)
        return replace(plan, entry=replace(plan.entry, id=name))

    # Two laptops, one engagement

    def merge(self, other: Store) -> int:
        """Add everything `other` has and this store has not; returns the new journal rows.

        Where both have an answer to a question, the one given later stays current, whichever
        store is merged into which; both remain in the journal. Merging twice adds nothing.
        """
        known = {(p.site, p.wave, p.respondent): p for p in self.respondents()}
        for respondent in newer_people(known, other.respondents()):
            self.register(respondent)
        for subject in other.subjects():
            self.add_subject(subject)
        ours, theirs = ([answer for _, answer in store.journal()] for store in (self, other))
        events = missing_events(self.events(), other.events())
        return self.append(merge_answers(ours, theirs, self.current()), events)

"""Two stores of one engagement become one, whatever the order they are merged in.

Everything here is a union, or the greater of two under one order: that is what makes merging
commutative, associative and idempotent. Whose answers they are is never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.journal.answers import Answer, Event, Respondent
from harmony_kit.journal.connections import upsert
from harmony_kit.journal.import_trail import ImportTrail, join_trails, read_trail, write_answers
from harmony_kit.journal.queries import where
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
from harmony_kit.journal.undoing import undone_at

__all__ = ["StoreContents", "join", "read_contents", "tell_apart"]

_Place: TypeAlias = tuple[str, str, str]
_Entry = TypeVar("_Entry", Respondent, Answer, Event)
_FORM = ("tool", "form", "submission")  # how an import names the form somebody filled in


@dataclass(frozen=True)
class StoreContents:
    """Everything a store holds, or what one gets from another; answers and events in order."""

    respondents: tuple[Respondent, ...] = ()
    answers: tuple[Answer, ...] = ()
    events: tuple[Event, ...] = ()
    subjects: tuple[Subject, ...] = ()
    instruments: tuple[dict[str, Any], ...] = ()
    trail: ImportTrail = field(default_factory=ImportTrail)

    def current(self) -> dict[tuple[str, ...], Answer]:
        """The newest answer to every question, by its key."""
        return {answer.key: answer for answer in self.answers}

    def people(self) -> dict[_Place, Respondent]:
        """The respondents by site, wave and pseudonym."""
        return {_place(person): person for person in self.respondents}

    def entries(self) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
        """Rows of the tables in which one thing has one row, which may be renewed."""
        yield RESPONDENTS, [asdict(person) for person in self.respondents]
        yield SUBJECTS, [asdict(subject) for subject in self.subjects]
        yield INSTRUMENTS, list(self.instruments)

    def write(self, connection: sa.Connection) -> None:
        """Add it to a store that gets it from another."""
        for table, entries in self.entries():
            for entry in entries:
                upsert(connection, table, entry)
        write_answers(connection, self.answers, self.trail)
        if self.events:
            connection.execute(sa.insert(EVENTS), [asdict(event) for event in self.events])


def read_contents(connection: sa.Connection) -> StoreContents:
    """Everything in a store that is whole, in the order recorded."""

    def rows(table: sa.Table) -> Iterator[sa.RowMapping]:
        query = sa.select(table).order_by(*table.primary_key)
        query = query.where(where(connection)) if table is JOURNAL else query
        query = query.where(SUBJECTS.c.title != "") if table is SUBJECTS else query  # taken away
        return iter(connection.execute(query).mappings())

    return StoreContents(
        respondents=tuple(map(respondent_from_row, rows(RESPONDENTS))),
        answers=tuple(map(answer_from_row, rows(JOURNAL))),
        events=tuple(map(event_from_row, rows(EVENTS))),
        subjects=tuple(map(subject_from_row, rows(SUBJECTS))),
        instruments=tuple(dict(row) for row in rows(INSTRUMENTS)),
        trail=read_trail(connection),
    )


def _place(entry: Respondent | Answer | Event) -> _Place:
    return entry.site, entry.wave, entry.respondent


# Whose answers they are


def tell_apart(
    ours: StoreContents, theirs: StoreContents, *, name: str, renamed: Mapping[str, str]
) -> StoreContents:
    """What `theirs` holds, under pseudonyms that are each one person's in both stores.

    `renamed` maps a pseudonym that clashes to the one it gets; `name` is the other store as it is
    shown. Raises `ExchangeError` with everybody who cannot be told to be the same or another
    person.
    """
    places = {place for place, _ in _clashes(ours, theirs, name) if place[2] in renamed}
    told = _rename(theirs, places, renamed)
    problems = [problem for _, problem in _clashes(ours, told, name)]
    if problems:
        raise ExchangeError(*problems)
    return told


def _rename(
    contents: StoreContents, places: set[_Place], names: Mapping[str, str]
) -> StoreContents:
    def renamed(entry: _Entry) -> _Entry:
        place = _place(entry)
        return replace(entry, respondent=names[place[2]]) if place in places else entry

    return replace(
        contents,
        respondents=tuple(map(renamed, contents.respondents)),
        answers=tuple(map(renamed, contents.answers)),
        events=tuple(map(renamed, contents.events)),
        trail=contents.trail.renamed(
            renamed, lambda place: (*place[:2], names[place[2]]) if place in places else place
        ),
    )


def _clashes(
    ours: StoreContents, theirs: StoreContents, name: str
) -> Iterator[tuple[_Place, Problem]]:
    known = ours.people()
    forms = {_form(person): person for person in ours.respondents if _number(person)}
    heard_here, heard_there = _references(ours), _references(theirs)
    for place, person in theirs.people().items():
        where = " / ".join(place)
        shares = not heard_here.get(place, set()).isdisjoint(heard_there.get(place, ()))
        same = forms.get(_form(person)) if _number(person) else None
        if place in known and not _is_same(known[place], person, shares_answers=shares):
            what = f"{_tell(person)} is another person than {_tell(known[place])} here"
            todo = f"Give theirs another pseudonym: --rename {person.respondent}=NEW"
            yield place, Problem(name, where, what, todo=todo)
        elif same is not None and same.respondent != person.respondent:
            what = f"filled in the form that is {same.respondent}'s here"
            todo = f"Take them as one: --rename {person.respondent}={same.respondent}"
            yield place, Problem(name, where, what, todo=todo)


def _tell(person: Respondent) -> str:
    began = f" who began at {person.started_at:%Y-%m-%d %H:%M:%S}" if person.started_at else ""
    return f"the one of {person.lens}{began}"


def _references(contents: StoreContents) -> dict[_Place, set[tuple[str, ...]]]:
    """What ties the answers of each person to where they came from."""
    found: dict[_Place, set[tuple[str, ...]]] = {}
    for answer in contents.answers:
        source = answer.source
        if source.reference:
            found.setdefault(_place(answer), set()).add((source.origin, source.reference))
    return found


def _number(person: Respondent) -> str:
    return person.details.get("submission", "")


def _form(person: Respondent) -> tuple[str, ...]:
    return person.site, person.wave, *(person.details.get(key, "") for key in _FORM)


def _is_same(one: Respondent, other: Respondent, *, shares_answers: bool) -> bool:
    """Whether two respondents of one pseudonym are one person, by what cannot agree by chance."""
    if one.lens != other.lens:
        return False
    if _number(one) and _number(other) and _form(one) != _form(other):
        return False
    if one.started_at is not None and other.started_at is not None:
        return one.started_at == other.started_at
    return bool(_number(one) and _number(other)) or shares_answers


# What is added


def join(ours: StoreContents, theirs: StoreContents) -> StoreContents:
    """What a store with `ours` needs so that it holds both."""
    events = [*_new_events(ours.events, theirs.events)]
    return StoreContents(
        respondents=tuple(_new_people(ours, theirs, (*ours.events, *events))),
        answers=tuple(_new_answers(ours, theirs)),
        events=tuple(events),
        subjects=tuple(_new_subjects(ours.subjects, theirs.subjects)),
        instruments=tuple(_new_instruments(ours, theirs)),
        trail=join_trails(ours.trail, theirs.trail),
    )


def _new_events(ours: Iterable[Event], theirs: Iterable[Event]) -> Iterator[Event]:
    """What happened equally twice happened twice: as often as where it happened most."""
    known = Counter(map(_text, ours))
    for event in theirs:
        known[_text(event)] -= 1
        if known[_text(event)] < 0:
            yield event


def _text(event: Event) -> str:
    return repr(replace(event, details=dict(sorted(event.details.items()))))


def _rank(answer: Answer) -> tuple[datetime, str]:
    """The later answer is the greater; of two given in one instant, the same one everywhere.

    What an undoing brought back was given long ago and counts from the undoing on.
    """
    return undone_at(answer) or answer.answered_at, repr(answer)


def _new_answers(ours: StoreContents, theirs: StoreContents) -> Iterator[Answer]:
    known = set(ours.answers)
    new = [a for a in dict.fromkeys(theirs.answers) if a not in known]
    yield from new
    before, there = ours.current(), theirs.current()
    newest = before | {answer.key: answer for answer in new}
    for key in there:
        wanted = max((current[key] for current in (before, there) if key in current), key=_rank)
        if newest[key] != wanted:
            yield wanted  # once more, so that it is the newest row


def _new_people(
    ours: StoreContents, theirs: StoreContents, events: Iterable[Event]
) -> Iterator[Respondent]:
    known = ours.people()
    reopened = _last_reopened(events)
    for place, person in theirs.people().items():
        if place not in known:
            yield person
            continue
        joined = _join_people(known[place], person, is_open=place in reopened)
        if joined != known[place]:
            yield joined


def _last_reopened(events: Iterable[Event]) -> set[_Place]:
    """Whose interview was reopened and not finished again."""
    last: dict[_Place, Event] = {}
    for event in sorted(events, key=lambda one: (one.at, one.kind)):
        if event.kind in ("finished", "reopened"):
            last[_place(event)] = event
    return {place for place, event in last.items() if event.kind == "reopened"}


def _join_people(one: Respondent, other: Respondent, *, is_open: bool) -> Respondent:
    details = {
        key: max(one.details.get(key, ""), other.details.get(key, ""))
        for key in {**one.details, **other.details}
    }
    ends = [p.finished_at for p in (one, other) if p.finished_at is not None]
    begins = [p.started_at for p in (one, other) if p.started_at is not None]
    return replace(
        one,
        role=max(one.role, other.role),
        language=max(one.language, other.language),
        started_at=max(begins, default=None),
        finished_at=None if is_open else max(ends, default=None),
        details=details,
    )


def _new_subjects(ours: Iterable[Subject], theirs: Iterable[Subject]) -> Iterator[Subject]:
    known = {(s.site, s.kind, s.id): s for s in ours}
    for subject in theirs:
        mine = known.get((subject.site, subject.kind, subject.id))
        # When a title was changed is not kept; the longer one says more.
        if mine is None or (len(subject.title), subject.title) > (len(mine.title), mine.title):
            yield subject


def _new_instruments(ours: StoreContents, theirs: StoreContents) -> Iterator[dict[str, Any]]:
    known = {row["sha256"]: row for row in ours.instruments}
    for row in theirs.instruments:
        mine = known.get(row["sha256"])
        # One hash is one questionnaire; its translations may differ.
        if mine is None or sorted(row["files"].items()) > sorted(mine["files"].items()):
            yield row

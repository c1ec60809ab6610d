"""The part of a store that tells what became of everybody, and writes it down."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC

import sqlalchemy as sa

from harmony_kit.errors import CaseError, list_some, nearest
from harmony_kit.journal.access import Access
from harmony_kit.journal.answers import Answer, Event, Place, Respondent
from harmony_kit.journal.case import (
    CASE_EVENTS,
    CaseState,
    Correction,
    InterviewCase,
    Teller,
    check_step,
    follow_all,
)
from harmony_kit.journal.connections import upsert
from harmony_kit.journal.queries import equal, newest, read_corrected, where
from harmony_kit.journal.schema import (
    EVENTS,
    JOURNAL,
    RESPONDENTS,
    SUBJECTS,
    answer_from_row,
    answer_row,
    event_from_row,
    respondent_from_row,
)
from harmony_kit.journal.subject import Subject

__all__ = ["CaseBook"]


class CaseBook:
    """The cases of one store; `Store.cases` is one.

    Every method is one transaction, or part of the store's `atomic`, and raises `StoreError` when
    the database cannot be reached or written.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def read(self, site: str | None = None, wave: str | None = None) -> list[InterviewCase]:
        """Every case, also what was corrected away, by site, wave and pseudonym."""
        with self._access.connect("read cases from") as connection:
            return [*_read(connection, site=site, wave=wave).values()]

    def count_by_site(self, wave: str) -> dict[str, dict[str, int]]:
        """Site → state → people, without tests and what was corrected away."""
        with self._access.connect("read cases from") as connection:
            return _count_by_site(connection, wave)

    def find(self, place: Place) -> InterviewCase:
        """The case of a place. Raises `CaseError` where there is none."""
        with self._access.connect("read cases from") as connection:
            return _find(connection, place)

    def moved(self) -> dict[Place, Place]:
        """Where those are now whose site or pseudonym was corrected."""
        with self._access.connect("read cases from") as connection:
            found = {place: case.moved_to for place, case in read_corrected(connection).items()}
        moved = {place: there for place, there in found.items() if there is not None}
        return {place: _last_of(there, moved) for place, there in moved.items()}

    def plan(self, case: InterviewCase, teller: Teller) -> bool:
        """Plan an interview, or change its plan; whether anything was new."""
        told = ("lens", "role", "date", "interviewer")
        details = {name: str(getattr(case, name)) for name in told}
        with self._access.connect("plan an interview in", is_write=True) as connection:
            known = _read(connection, site=case.site, wave=case.wave).get(case.place)
            if known is not None and all(getattr(known, name) == details[name] for name in told):
                return False
            _log(connection, case.place, "planned", teller, details)
            return True

    def step(self, place: Place, state: CaseState, teller: Teller) -> None:
        """Say what became of an interview. Raises `CaseError` where it cannot have."""
        with self._access.connect("write to", is_write=True) as connection:
            check_step(_find(connection, place), state)
            _log(connection, place, state, teller, {"why": teller.why})

    def mark_test(self, place: Place, teller: Teller) -> None:
        """Say that an interview is a test, which never counts. Raises `CaseError`."""
        with self._access.connect("write to", is_write=True) as connection:
            if not _find(connection, place).is_test:
                _log(connection, place, "test", teller, {"why": teller.why})

    def correct(self, place: Place, change: Correction, teller: Teller) -> InterviewCase:
        """Mend what was written down wrong; the journal keeps both. The case as it is then.

        Answers follow the person. What was believed of the other side is withdrawn with a change
        of side: it was asked about their own. Raises `CaseError` where there is nobody, or
        somebody else has the new pseudonym already.
        """
        with self._access.connect("correct", is_write=True) as connection:
            case = _find(connection, place)
            there = (change.site or place[0], place[1], change.respondent or place[2])
            known = _read(connection, site=there[0], wave=there[1])
            if there != place and there in known and known[there].moved_to != place:
                what = f"cannot be {' / '.join(there)}: somebody else is called so there"
                names = sorted(name for _, _, name in known)
                allowed = f"a pseudonym nobody of {there[0]} has; taken are {list_some(names)}"
                todo = "If both are one person, have one of the two forgotten or withdrawn."
                raise CaseError(" / ".join(place), what, allowed, todo)
            _correct(connection, case, there, change, teller)
            return _find(connection, there)

    def change_subject(self, subject: Subject, title: str | None, teller: Teller) -> int:
        """Rename a pilot or decision that was added, or with None take it away.

        How many answers about it were withdrawn: without it there is nothing they are about.
        """
        with self._access.connect("change a subject in", is_write=True) as connection:
            is_it = equal(SUBJECTS, site=subject.site, kind=subject.kind, id=subject.id)
            renew = sa.update(SUBJECTS).where(*is_it).values(title=title or "")
            connection.execute(renew)
            if title is not None:
                return 0
            about = sa.and_(where(connection, site=subject.site), JOURNAL.c.subject == subject.id)
            rows = connection.execute(newest(about)).mappings()
            reason = f"{subject.kind} taken away {teller.why}".strip()
            return _add_rows(connection, _withdraw(map(answer_from_row, rows), teller, reason))


def _last_of(place: Place, moved: Mapping[Place, Place]) -> Place:
    """Where somebody is who may have been corrected more than once."""
    seen = {place}
    while (there := moved.get(place, place)) not in seen:
        seen.add(there)
        place = there
    return place


def _add_rows(connection: sa.Connection, answers: Iterable[Answer]) -> int:
    rows = [answer_row(answer) for answer in answers]
    if rows:
        connection.execute(sa.insert(JOURNAL), rows)
    return len(rows)


def _read(
    connection: sa.Connection, *, site: str | None, wave: str | None
) -> dict[Place, InterviewCase]:
    is_here = equal(EVENTS, site=site, wave=wave)
    of_cases = sa.select(EVENTS).where(EVENTS.c.kind.in_(CASE_EVENTS), *is_here)
    events = connection.execute(of_cases.order_by(EVENTS.c.id)).mappings()
    people = connection.execute(
        sa.select(RESPONDENTS).where(*equal(RESPONDENTS, site=site, wave=wave))
    ).mappings()
    return follow_all(map(event_from_row, events), map(respondent_from_row, people))


def _count_by_site(connection: sa.Connection, wave: str) -> dict[str, dict[str, int]]:
    """As following every case comes to, in one pass: a store may hold a hundred thousand people."""
    columns = (RESPONDENTS.c.site, RESPONDENTS.c.respondent)
    query = sa.select(*columns).where(RESPONDENTS.c.wave == wave)
    known = {(site, wave, name) for site, name in connection.execute(query)}
    of_wave = sa.select(EVENTS).where(EVENTS.c.kind.in_(CASE_EVENTS), EVENTS.c.wave == wave)
    found = connection.execute(of_wave.order_by(EVENTS.c.id)).mappings()
    events = [*map(event_from_row, found)]
    told = {(event.site, event.wave, event.respondent) for event in events}
    people = [Respondent(*place, "") for place in known & told]
    cases = follow_all(events, people).values()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for site, _, _ in known - told:
        counts[site]["finished"] += 1  # an import
    for case in cases:
        if not case.is_test and case.moved_to is None:
            counts[case.site][case.state] += 1
    return {site: dict(sorted(states.items())) for site, states in sorted(counts.items())}


def _find(connection: sa.Connection, place: Place) -> InterviewCase:
    known = _read(connection, site=place[0], wave=place[1])
    if place not in known:
        names = [case.respondent for case in known.values() if case.moved_to is None]
        allowed = f"of {place[0]} in wave {place[1]}: {list_some(names) or 'nobody yet'}"
        todo = nearest(place[2], names) or "harmony case DIR lists everybody."
        raise CaseError(" / ".join(place), "is no interview, planned or held", allowed, todo)
    return known[place]


def _log(
    connection: sa.Connection, place: Place, kind: str, teller: Teller, details: dict[str, str]
) -> None:
    given = {name: text for name, text in details.items() if text}
    event = Event(*place, kind, teller.at, teller.by, given)
    connection.execute(sa.insert(EVENTS), asdict(event))


def _correct(
    connection: sa.Connection,
    case: InterviewCase,
    there: Place,
    change: Correction,
    teller: Teller,
) -> None:
    lens = change.lens or case.lens
    role = case.role if change.role is None else change.role
    known = {"why": teller.why, "lens": lens, "role": role}
    was = {"was_site": case.site, "was_respondent": case.respondent}
    was |= {"was_lens": case.lens, "was_role": case.role}
    if there != case.place:
        _copy_events(connection, case.place, there)
        gone = {"to_site": there[0], "to_respondent": there[2], "why": teller.why}
        _log(connection, case.place, "corrected", teller, gone)
    if there != case.place or lens != case.lens:
        reason = f"corrected {teller.at.astimezone(UTC).isoformat()}: {teller.why}"
        answers = _read_answers(connection, case.place)
        new = [replace(a, reason=reason) for a in _take_along(answers, there, lens, change)]
        _add_rows(connection, [*_withdraw(answers, teller, reason), *new])
    _log(connection, there, "corrected", teller, {**known, **was})
    person = _find_person(connection, case.place)
    if person is not None:
        moved = replace(person, site=there[0], respondent=there[2], lens=lens, role=role)
        upsert(connection, RESPONDENTS, asdict(moved))


def _find_person(connection: sa.Connection, place: Place) -> Respondent | None:
    is_there = equal(RESPONDENTS, site=place[0], wave=place[1], respondent=place[2])
    row = connection.execute(sa.select(RESPONDENTS).where(*is_there)).mappings().one_or_none()
    return None if row is None else respondent_from_row(row)


def _copy_events(connection: sa.Connection, place: Place, there: Place) -> None:
    """What happened, consent and all, stands under the new name as well."""
    is_there = equal(EVENTS, site=place[0], wave=place[1], respondent=place[2])
    found = connection.execute(sa.select(EVENTS).where(*is_there).order_by(EVENTS.c.id)).mappings()
    events = [event_from_row(row) for row in found]
    moved = [replace(one, site=there[0], respondent=there[2]) for one in events]
    kept = [asdict(one) for one in moved if one.kind != "corrected"]
    if kept:
        connection.execute(sa.insert(EVENTS), kept)


def _read_answers(connection: sa.Connection, place: Place) -> list[Answer]:
    site, wave, respondent = place
    of_them = where(connection, site=site, wave=wave, respondent=respondent)
    return [*map(answer_from_row, connection.execute(newest(of_them)).mappings())]


def _withdraw(answers: Iterable[Answer], teller: Teller, reason: str) -> Iterator[Answer]:
    for answer in answers:
        empty = replace(answer, value=None, chosen=None, text=None, quotable=False, note=None)
        source = replace(answer.source, recorded_by=teller.by)
        yield replace(
            empty, status="withdrawn", answered_at=teller.at, source=source, reason=reason
        )


def _take_along(
    answers: Iterable[Answer], there: Place, lens: str, change: Correction
) -> Iterator[Answer]:
    """The answers that are true of the person where and on which side they belong."""
    for answer in answers:
        is_wrong_side = answer.is_estimate and lens != answer.lens
        is_other = answer.subject not in (None, *change.subjects)
        is_elsewhere = there[0] != answer.site and (is_other or answer.item in change.elsewhere)
        if not is_wrong_side and not is_elsewhere:
            about = answer.about if answer.is_estimate else lens
            yield replace(answer, site=there[0], respondent=there[2], lens=lens, about=about)

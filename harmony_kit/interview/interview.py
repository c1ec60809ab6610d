"""One open interview: a session joined to the journal, nothing acknowledged before it is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from harmony_kit.errors import StoreError
from harmony_kit.interview import session as steps
from harmony_kit.interview.given import Clash, Given, Outcome, version_of
from harmony_kit.interview.keeping import InterviewJournal
from harmony_kit.interview.presence import Seat
from harmony_kit.interview.questions import Question
from harmony_kit.interview.session import Session
from harmony_kit.journal.answers import Answer, Event, Source
from harmony_kit.journal.subject import Subject, name_subject

__all__ = ["Interview"]


@dataclass
class Interview:
    """An interview that is being held.

    Attributes
    ----------
    session
        Where it stands; replaced, never changed.
    reason
        Why it was reopened, if it was: kept with every change.
    clashes
        What two seats answered at once and nobody has looked at yet.
    loose_notes
        Screen id → note on a screen that has no answer yet.
    seen
        The journal's number up to which this interview knows it.

    Every method that changes something has written it to the journal when it returns, and
    raises `StoreError` when it could not; then the session is unchanged.
    """

    journal: InterviewJournal
    session: Session
    seat: Seat
    clock: Callable[[], datetime]
    reason: str | None = None
    clashes: list[Clash] = field(default_factory=list)
    loose_notes: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # Answers

    def answer(self, given: Given, then: str | None = None) -> Outcome:
        """Keep an answer, and move on (see `go`), both in one transaction.

        An answer somebody else gave since this one was shown is not overwritten. Raises
        `AnswerError` when the item does not allow the answer, KeyError if there is no such
        screen; then nothing is kept. An answer that is ``withdrawn`` is taken back: the question
        is open again.
        """
        with self._lock:
            self.refresh()
            known = self.session.answers.get(given.question)
            if known and self._is_foreign(known) and version_of(known) != given.base:
                return Outcome(theirs=known)
            if given.status == "withdrawn":
                return self._take_back(given, known, then)
            answer = steps.check_reply(self.session, self._make_answer(given, known))
            if known is not None and known.content == answer.content:
                self._keep([], then)
                return Outcome(saved=known)
            self._keep([answer], then)
            return Outcome(saved=answer)

    def _take_back(self, given: Given, known: Answer | None, then: str | None) -> Outcome:
        """Let a question be without an answer again; the journal keeps what it was."""
        if known is None:
            self._keep([], then)
            return Outcome()
        reason = self.reason or "taken back"
        answer = replace(self._make_answer(given, known), note=None, reason=reason)
        self._keep([answer], then)
        return Outcome(saved=answer)

    def _make_answer(self, given: Given, known: Answer | None) -> Answer:
        respondent = self.session.respondent
        instrument = self.session.instrument
        return Answer(
            site=respondent.site,
            wave=respondent.wave,
            respondent=respondent.respondent,
            lens=respondent.lens,
            item=given.question.item,
            subject=given.question.subject,
            about=given.question.about,
            status=given.status,
            value=given.value,
            chosen=given.chosen,
            text=given.text,
            quotable=given.quotable and given.status == "answered",
            note=self._note_for(given.question, known),
            seconds=given.seconds,
            reason=self.reason,
            answered_at=self.clock(),
            source=Source(
                recorded_by=self.seat.name,
                origin="interview",
                instrument=instrument.id,
                instrument_version=instrument.version,
                instrument_sha256=instrument.sha256,
                reference=self.seat.session,
            ),
        )

    def _keep(self, answers: list[Answer], then: str | None = None) -> None:
        before = self.seen
        after = steps.with_answers(self.session, answers) if answers else self.session
        moved = self._move(after, then) if then else after
        shown = [self._event("shown", screen=moved.screen.id)] if moved.at != after.at else []
        self.journal.append(answers, shown)
        self.session = moved
        # Somebody may have written in between: then the number jumped, and the next refresh
        # reads from where this one had read to.
        if answers and self.journal.revision() == before + 1:
            self.seen = before + 1

    def _is_foreign(self, answer: Answer) -> bool:
        return answer.source.reference != self.seat.session

    def refresh(self) -> bool:
        """Take in what others wrote to this interview; whether there was anything.

        An answer of ours that went over one of theirs unseen becomes a `Clash`.
        """
        with self._lock:
            newest = self.journal.revision()
            if newest == self.seen:
                return False
            respondent = self.session.respondent
            rows = [
                answer
                for number, answer in self.journal.journal(respondent.site, respondent.respondent)
                if number > self.seen and answer.wave == respondent.wave
            ]
            self.clashes += self._find_clashes(rows)
            self.session = steps.with_answers(self.session, rows)
            self.seen = newest
            return any(self._is_foreign(answer) for answer in rows)

    def _find_clashes(self, rows: list[Answer]) -> list[Clash]:
        clashes = []
        theirs: dict[Question, Answer] = {}
        for answer in rows:
            question = Question.of(answer)
            if self._is_foreign(answer):
                theirs[question] = answer
            elif question in theirs:
                clashes.append(Clash(question, answer, theirs.pop(question)))
        return clashes

    # The way through

    def go(self, where: str) -> None:
        """Move to the ``next`` screen, ``back`` one, or to a screen by its id.

        Raises KeyError if there is no such screen.
        """
        with self._lock:
            self._keep([], where)

    def _move(self, session: Session, where: str) -> Session:
        moves = {"next": steps.go_next, "back": steps.go_back}
        return moves[where](session) if where in moves else steps.go_to(session, where)

    def enter(self, section: str) -> None:
        """Move to the first screen of a section with something open, else to its first screen.

        Raises KeyError if nothing of the section is asked.
        """
        screens = [screen for screen in self.session.screens if screen.section == section]
        if not screens:
            raise KeyError(section)
        is_open = set(steps.list_open(self.session))
        unanswered = [screen for screen in screens if is_open.intersection(screen.questions)]
        started = len(unanswered) < sum(bool(screen.questions) for screen in screens)
        self.go((unanswered if started and unanswered else screens)[0].id)

    def switch_language(self, language: str) -> None:
        """Go on in another language.

        Raises KeyError if the instrument has no wording in it.
        """
        if language not in self.session.instrument.languages:
            raise KeyError(language)
        with self._lock:
            respondent = replace(self.session.respondent, language=language)
            self.log("language", language=language)
            self.journal.register(respondent)
            self.session = replace(self.session, respondent=respondent)

    # Subjects and notes

    def add_subject(self, kind: Literal["pilot", "decision"], title: str) -> Subject:
        """Add a pilot or decision of the site on the spot.

        Raises ValueError for an empty title or one that is already there.
        """
        with self._lock:
            site = self.session.respondent.site
            subject = name_subject(site, kind, title, self.session.subjects)
            self.journal.add_subject(subject)
            self.session = replace(self.session, subjects=(*self.session.subjects, subject))
            return subject

    def leave_out(self, kind: Literal["pilot", "decision"], ids: frozenset[str]) -> None:
        """Leave out the pilots or decisions this respondent cannot speak about."""
        others = {entry for entry in self.session.left_out if entry[0] != kind}
        left_out = frozenset({(kind, id_) for id_ in ids} | others)
        with self._lock:
            self.log("left_out", **{kind: ";".join(sorted(ids))})
            self.session = replace(self.session, left_out=left_out)

    def note(self, text: str) -> None:
        """Keep the interviewer's note on the screen that is shown.

        It stays with the first answer of the screen; until there is one, as an event.
        """
        with self._lock:
            screen = self.session.screen
            given = [self.session.answers.get(question) for question in screen.questions]
            answers = [answer for answer in given if answer]
            noted = [answer for answer in answers if answer.note]
            if not answers:
                self.log("note", screen=screen.id, note=text)
                self.loose_notes[screen.id] = text
                return
            now = self.clock()
            source = replace(answers[0].source, recorded_by=self.seat.name)
            source = replace(source, reference=self.seat.session)
            changed = replace(
                (noted or answers)[0], note=text or None, answered_at=now, source=source
            )
            self._keep([replace(changed, seconds=None, reason=self.reason)])

    def _note_for(self, question: Question, known: Answer | None) -> str | None:
        if known is not None:
            return known.note
        screen = next(s for s in self.session.plan if question in s.questions)
        has_answer = any(q in self.session.answers for q in screen.questions)
        return None if has_answer else self.loose_notes.get(screen.id) or None

    # The end

    def finish(self) -> None:
        """End the interview; it opens again only with a reason."""
        with self._lock:
            now = self.clock()
            self.journal.register(replace(self.session.respondent, finished_at=now))
            self.log("finished", n_open=str(len(steps.list_open(self.session))))
            self.session = replace(
                self.session, respondent=replace(self.session.respondent, finished_at=now)
            )

    def close(self) -> None:
        """Leave the interview as it is; a store that cannot be told is no reason to stay."""
        with suppress(StoreError):
            self.log("closed")

    def log(self, kind: str, **details: str) -> None:
        """Keep something that happened in this interview."""
        self.journal.log(self._event(kind, **details))

    def _event(self, kind: str, **details: str) -> Event:
        respondent = self.session.respondent
        place = (respondent.site, respondent.wave, respondent.respondent)
        about = {**self.seat.details, **details}
        return Event(*place, kind, self.clock(), self.seat.name, about)

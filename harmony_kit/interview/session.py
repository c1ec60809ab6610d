"""Where an interview stands: what is asked, what comes next, what is missing. No UI, no store.

A `Session` is a value: every function here returns a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from harmony_kit.errors import AnswerError, MisfitError
from harmony_kit.instrument import relevance
from harmony_kit.instrument.conditions import Reply
from harmony_kit.instrument.model import Instrument
from harmony_kit.instrument.relevance import Put, list_asked
from harmony_kit.interview.questions import REVIEW, Question, Screen, plan_screens
from harmony_kit.journal.answer_rules import check_answer
from harmony_kit.journal.answers import Answer, Respondent
from harmony_kit.journal.replies import put_of, reply_of
from harmony_kit.journal.subject import Subject

__all__ = [
    "Progress",
    "Session",
    "check_reply",
    "go_back",
    "go_next",
    "go_to",
    "list_misfits",
    "list_open",
    "measure_progress",
    "with_answers",
]

#: Seconds a question takes before anything is known of this respondent, and how many measured
#: questions that guess weighs as much as.
GUESSED_SECONDS, GUESS_WEIGHT = 15.0, 5
#: A question that was left open over lunch says nothing about the pace.
LONGEST_SECONDS = 180.0


@dataclass(frozen=True)
class Session:
    """One interview at one moment.

    Attributes
    ----------
    subjects
        Pilots and decisions of the site, in the order they are asked.
    left_out
        ``(kind, id)`` of the subjects this respondent cannot speak about.
    answers
        The latest answer to each question.
    at
        Id of the screen that is shown; a screen that is no longer asked stands for the next
        one that is.
    is_short
        Whether only the core of the instrument is asked.
    parts
        Section → why it is not asked: ``refused`` or ``no_time``.
    remark
        The interviewer's note on the interview as a whole.
    """

    instrument: Instrument
    respondent: Respondent
    subjects: tuple[Subject, ...] = ()
    left_out: frozenset[tuple[str, str]] = frozenset()
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    at: str = ""
    is_short: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def lens(self) -> str:
        """The lens the respondent looks through."""
        return self.respondent.lens

    @cached_property
    def plan(self) -> tuple[Screen, ...]:
        """Every screen there could be, then the review."""
        kept = [s for s in self.subjects if (s.kind, s.id) not in self.left_out]
        return (*plan_screens(self.instrument, self.lens, kept), REVIEW)

    @cached_property
    def screens(self) -> tuple[Screen, ...]:
        """The screens that are asked, given the answers so far; the review is the last."""
        is_whole = not self.is_short and not self.parts
        if is_whole and not any(item.relevant for item in self.instrument.items):
            return self.plan
        asked = _asked(self)
        screens = [
            replace(screen, questions=tuple(q for q in screen.questions if q in asked))
            for screen in self.plan
        ]
        kept = {screen.section for screen in screens if screen.questions}
        return tuple(
            s
            for s in screens
            if s.questions
            or s.kind == "review"
            or (s.kind == "subjects" and (is_whole or s.section in kept))
        )

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Everything that is asked of this respondent, in order."""
        return tuple(question for screen in self.screens for question in screen.questions)

    @property
    def screen(self) -> Screen:
        """The screen that is shown."""
        return self.screens[_place(self)]


def _place(session: Session) -> int:
    """Where the shown screen stands among those that are asked."""
    asked = {screen.id: i for i, screen in enumerate(session.screens)}
    if session.at in asked:
        return asked[session.at]
    order = [screen.id for screen in session.plan]
    start = order.index(session.at) if session.at in order else 0
    return next(asked[id_] for id_ in order[start:] if id_ in asked)


def _put(session: Session, question: Question) -> Put:
    return question.item, question.subject or "", question.about != session.lens


def _asked(session: Session) -> set[Question]:
    """The questions whose items are relevant; an answer to one that is not counts for nothing."""
    planned = {_put(session, q): q for screen in session.plan for q in screen.questions}
    asked = list_asked(session.instrument, session.lens, planned, _replies(session))
    return {planned[put] for put in asked if _is_wanted(session, put[0])}


def _is_wanted(session: Session, item_id: str) -> bool:
    """Whether an item is in the form that is asked, and in no part that was left out."""
    item = session.instrument.item(item_id)
    if item.dimension in session.parts:
        return False
    return not session.is_short or item_id in session.instrument.core


def _replies(session: Session) -> dict[Put, Reply]:
    known = (a for a in session.answers.values() if session.instrument.has_item(a.item))
    return {
        put_of(answer): reply_of(answer, session.instrument.item(answer.item)) for answer in known
    }


def check_reply(session: Session, answer: Answer) -> Answer:
    """The answer itself, if this session asks for it and its item allows it.

    Raises `AnswerError` when the question is not asked of this respondent or the item does not
    allow the value, `MisfitError` when the item's constraint refuses it beside the others.
    """
    check_answer(answer, session.instrument)
    if Question.of(answer) not in session.questions:
        raise AnswerError(answer.item, answer.subject or answer.about, "questions that are asked")
    if Question.of(answer) in list_misfits(with_answers(session, [answer])):
        item = session.instrument.item(answer.item)
        raise MisfitError(item.id, reply_of(answer, item).value, str(item.constraint))
    return answer


def list_misfits(session: Session) -> tuple[Question, ...]:
    """The questions whose answers do not fit the others any more, in the order they are asked."""
    if not any(item.constraint for item in session.instrument.items):
        return ()
    questions = {_put(session, question): question for question in session.questions}
    found = relevance.list_misfits(session.instrument, session.lens, questions, _replies(session))
    return tuple(question for put, question in questions.items() if put in found)


def with_answers(session: Session, answers: Iterable[Answer]) -> Session:
    """The session after these answers; the screen stays. A withdrawn one opens its question."""
    merged = dict(session.answers) | {Question.of(answer): answer for answer in answers}
    given = {question: a for question, a in merged.items() if a.status != "withdrawn"}
    after = replace(session, answers=given)
    return _remember(after, session, "plan")


def _remember(after: Session, before: Session, *names: str) -> Session:
    """Hand on what was worked out and has not changed: it is most of an answer's time."""
    vars(after).update({name: vars(before)[name] for name in names if name in vars(before)})
    return after


def go_to(session: Session, screen: str) -> Session:
    """The session at a screen; KeyError if there is no such screen."""
    if screen not in {planned.id for planned in session.plan}:
        raise KeyError(screen)
    return _remember(replace(session, at=screen), session, "plan", "screens", "questions")


def go_next(session: Session) -> Session:
    """The session one screen on; the review is the end."""
    return _go_by(session, 1)


def go_back(session: Session) -> Session:
    """The session one screen back; the first screen is the start."""
    return _go_by(session, -1)


def _go_by(session: Session, steps: int) -> Session:
    place = min(max(_place(session) + steps, 0), len(session.screens) - 1)
    return go_to(session, session.screens[place].id)


def list_open(session: Session, *, required: bool | None = None) -> tuple[Question, ...]:
    """Questions that are asked and have no answer; all, only required or only optional ones."""
    return tuple(
        question
        for question in session.questions
        if question not in session.answers
        and required in (None, session.instrument.item(question.item).required)
    )


@dataclass(frozen=True)
class Progress:
    """How far an interview is: questions answered of those asked, minutes left at this pace."""

    n_answered: int
    n_asked: int
    minutes_left: int


def measure_progress(session: Session, section: str | None = None) -> Progress:
    """Progress over what is really asked of this respondent, or over one section of it."""
    questions = [
        question
        for screen in session.screens
        if section in (None, screen.section)
        for question in screen.questions
    ]
    n_answered = sum(question in session.answers for question in questions)
    minutes = (len(questions) - n_answered) * _seconds_per_question(session) / 60
    return Progress(n_answered, len(questions), round(minutes))


def _seconds_per_question(session: Session) -> float:
    times = [
        min(answer.seconds, LONGEST_SECONDS)
        for answer in session.answers.values()
        if answer.seconds is not None
    ]
    guessed = GUESSED_SECONDS * GUESS_WEIGHT
    return (guessed + sum(times)) / (GUESS_WEIGHT + len(times))

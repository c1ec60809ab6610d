"""What stands on the screen, as plain data for the form to draw: no widget knows a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from harmony_kit.instrument.parts import OTHER
from harmony_kit.interview.given import version_of
from harmony_kit.interview.questions import Question, Screen, shuffle_options
from harmony_kit.interview.sentences import load_wording
from harmony_kit.interview.session import Session, list_misfits, list_open, measure_progress
from harmony_kit.journal.answers import MAX_TEXT, Answer

__all__ = [
    "ScreenView",
    "describe_answer",
    "local_time",
    "misfit_text",
    "question_text",
    "view_bar",
    "view_question",
    "view_screen",
]

#: JSON, as the form takes it.
ScreenView = dict[str, Any]


def local_time(moment: datetime | None, timezone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """A moment as the wall clock at the engagement shows it; empty for None."""
    return moment.astimezone(ZoneInfo(timezone)).strftime(form) if moment else ""


def question_text(session: Session, question: Question) -> str:
    """The question in the respondent's language, about its subject."""
    language = session.respondent.language
    text = session.instrument.question(question.item, session.lens, language)
    return text.replace("{subject}", _subject_title(session, question))


def misfit_text(session: Session, item_id: str) -> str:
    """What the respondent is told of an answer that does not fit the others."""
    language = session.respondent.language
    if session.instrument.item(item_id).constraint_message is None:
        return load_wording(language)["trouble.constraint"]
    return session.instrument.text(f"item.{item_id}.constraint_message", language)


def _subject_title(session: Session, question: Question) -> str:
    kind = session.instrument.item(question.item).per
    titles = {(subject.kind, subject.id): subject.title for subject in session.subjects}
    id_ = question.subject or ""
    return titles.get((kind, id_), id_) if kind else id_


def _lens_name(session: Session, lens: str) -> str:
    return session.instrument.text(f"lens.{lens}.name", session.respondent.language)


def view_question(session: Session, question: Question) -> ScreenView:
    """One question: its words, its options in this respondent's order, the answer so far."""
    instrument, language = session.instrument, session.respondent.language
    item = instrument.item(question.item)
    is_estimate = question.about != session.lens
    other = _lens_name(session, question.about)
    answer = session.answers.get(question)
    return {
        "name": question.name(session.lens),
        "kind": item.kind,
        "text": question_text(session, question),
        "help": instrument.text(f"item.{item.id}.help", language) if item.help else "",
        "estimate": instrument.text("estimate", language).replace("{other}", other)
        if is_estimate
        else "",
        "other": other if is_estimate else "",
        "is_mirrored": item.mirrored,
        "subject": _subject_title(session, question) if item.per else "",
        "options": _view_options(session, question),
        "k": item.k or 1,
        "max_text": MAX_TEXT,
        "is_required": item.required,
        "answer": _view_answer(answer) if answer else None,
        "version": version_of(answer),
        "misfit": misfit_text(session, item.id) if question in list_misfits(session) else "",
    }


def _view_options(session: Session, question: Question) -> list[ScreenView]:
    instrument, language = session.instrument, session.respondent.language
    item = instrument.item(question.item)
    ids = instrument.option_ids(item.id)
    match item.kind:
        case "rating":
            points = range(1, (instrument.points(item.id) or 0) + 1)
            keys = {str(point): f"scale.{item.scale}.{point}" for point in points}
        case "rank" | "words":
            shuffled = shuffle_options(ids, session.respondent.respondent, item.id)
            keys = {id_: f"option.{item.options}.{id_}" for id_ in shuffled}
        case "choice":
            keys = {id_: f"option.{item.options}.{id_}" for id_ in ids}
        case "text":
            keys = {}
        case _:
            assert_never(item.kind)
    typed = OTHER if instrument.takes_words(item.id) else None
    return [
        {"id": id_, "label": instrument.text(key, language), "is_namely": id_ == typed}
        for id_, key in keys.items()
    ]


def _view_answer(answer: Answer) -> ScreenView:
    return {
        "status": answer.status,
        "value": answer.value,
        "chosen": list(answer.chosen or ()),
        "text": answer.text or "",
        "quotable": answer.quotable,
    }


def describe_answer(session: Session, answer: Answer) -> str:
    """An answer in a few words of the respondent's language."""
    wording = load_wording(session.respondent.language)
    if answer.status != "answered":
        return wording[f"question.{answer.status}"]
    words = answer.text or ""
    said = f"“{words[:80]}{'…' if len(words) > 80 else ''}”" if words else ""
    if answer.value is None and answer.chosen is None:
        return said
    options = _view_options(session, Question.of(answer))
    labels = {option["id"]: option["label"] for option in options}
    if answer.value is not None:
        return f"{answer.value} ({labels[str(answer.value)]})"
    chosen = ", ".join(labels[id_] for id_ in answer.chosen or ())
    return f"{chosen} {said}".strip()


def view_screen(session: Session, loose_notes: Mapping[str, str], *, has_notes: bool) -> ScreenView:
    """The screen the session is at."""
    screen = session.screen
    first = next(s.id for s in session.screens if s.section == screen.section)
    view: ScreenView = {
        "kind": screen.kind,
        "id": screen.id,
        "section": _view_section(session, screen, has_intro=screen.id == first),
        "is_first": screen.id == session.screens[0].id,
        "questions": [view_question(session, question) for question in screen.questions],
        "note": _note(session, screen, loose_notes) if has_notes and screen.questions else None,
    }
    if screen.kind == "subjects":
        view |= _view_subjects(session, screen)
    if screen.kind == "review":
        view |= _view_review(session)
        view["whole"] = _view_whole(session) if has_notes else None
    return view


def _view_section(session: Session, screen: Screen, *, has_intro: bool) -> ScreenView:
    if not screen.section:
        return {"id": "", "name": "", "intro": ""}
    language, key = session.respondent.language, f"dimension.{screen.section}"
    intro = session.instrument.text(f"{key}.intro", language) if has_intro else ""
    name = session.instrument.text(f"{key}.name", language)
    return {"id": screen.section, "name": name, "intro": intro}


def _note(session: Session, screen: Screen, loose_notes: Mapping[str, str]) -> str:
    given = (session.answers.get(question) for question in screen.questions)
    notes = [answer.note for answer in given if answer and answer.note]
    return notes[0] if notes else loose_notes.get(screen.id, "")


def _view_subjects(session: Session, screen: Screen) -> ScreenView:
    return {
        "subject_kind": screen.subject_kind,
        "subjects": [
            {
                "id": subject.id,
                "title": subject.title,
                "is_kept": (subject.kind, subject.id) not in session.left_out,
            }
            for subject in session.subjects
            if subject.kind == screen.subject_kind
        ],
    }


def _view_review(session: Session) -> ScreenView:
    open_, misfits = set(list_open(session)), set(list_misfits(session))
    asked = [(screen, question) for screen in session.screens for question in screen.questions]
    return {
        "open": [_view_row(session, *one) for one in asked if one[1] in open_],
        "misfits": [
            {**_view_row(session, *one), "misfit": misfit_text(session, one[1].item)}
            for one in asked
            if one[1] in misfits
        ],
        "said": [
            {**_view_row(session, *one), "said": describe_answer(session, answer)}
            for one in asked
            if (answer := session.answers.get(one[1])) is not None
        ],
    }


def _view_whole(session: Session) -> ScreenView:
    """What the interviewer can say of the interview as a whole."""
    instrument, language = session.instrument, session.respondent.language
    sections = [
        {
            "id": dimension.id,
            "name": instrument.text(f"dimension.{dimension.id}.name", language),
            "why": session.parts.get(dimension.id, ""),
        }
        for dimension in instrument.dimensions
    ]
    return {
        "remark": session.remark,
        "sections": sections,
        "has_core": bool(instrument.core),
        "is_short": session.is_short,
    }


def _view_row(session: Session, screen: Screen, question: Question) -> ScreenView:
    """A question as the review lists it."""
    return {
        "screen": screen.id,
        "section": _view_section(session, screen, has_intro=False)["name"],
        "text": question_text(session, question),
        "other": _lens_name(session, question.about) if question.about != session.lens else "",
        "is_required": session.instrument.item(question.item).required,
    }


def view_bar(session: Session) -> ScreenView:
    """What is always visible: progress, pace and the sections."""
    progress = measure_progress(session)
    instrument, language = session.instrument, session.respondent.language
    asked = {screen.section for screen in session.screens}
    sections = []
    for dimension in instrument.dimensions:
        if dimension.id in asked:
            part = measure_progress(session, dimension.id)
            sections.append(
                {
                    "id": dimension.id,
                    "name": instrument.text(f"dimension.{dimension.id}.name", language),
                    "answered": part.n_answered,
                    "asked": part.n_asked,
                    "is_current": dimension.id == session.screen.section,
                }
            )
    return {
        "answered": progress.n_answered,
        "asked": progress.n_asked,
        "minutes": progress.minutes_left,
        "sections": sections,
        "respondent": session.respondent.respondent,
    }

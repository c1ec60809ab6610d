"""A form for one lens: its pages, the names of its questions, and what each column will hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harmony_kit.instrument.language_files import load_texts
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.instrument.parts import OTHER
from harmony_kit.interview.questions import Question, plan_screens
from harmony_kit.journal.subject import Subject

__all__ = ["FORM_COLUMN", "FormPage", "FormPlan", "FormQuestion", "namely_name", "plan_form"]

#: The column of a form's export that says which form it is.
FORM_COLUMN = "harmony_form"


@dataclass(frozen=True)
class FormQuestion:
    """One question of a form.

    `name` is what survey tools call it, `field` its column in a wide file.
    """

    name: str
    field: str
    item: Item
    subject: Subject | None
    estimate_of: str | None


@dataclass(frozen=True)
class FormPage:
    """Questions seen together; an estimate never stands beside an own view."""

    section: str
    is_estimate: bool
    questions: tuple[FormQuestion, ...]


@dataclass(frozen=True)
class FormPlan:
    """A form: who it is for, where, and its pages."""

    instrument: Instrument
    lens: str
    site: str
    wave: str
    languages: tuple[str, ...]
    pages: tuple[FormPage, ...]

    @property
    def questions(self) -> tuple[FormQuestion, ...]:
        """The questions in order."""
        return tuple(question for page in self.pages for question in page.questions)

    @property
    def id(self) -> str:
        """Names the form for good: another question or another name makes it another form."""
        told = [[q.name, q.field] for q in self.questions]
        content = [self.instrument.sha256, self.lens, self.site, self.wave, told]
        digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:8]
        return f"{self.instrument.id}-{self.site}-{self.lens}-{digest}"

    def columns(self) -> dict[str, str]:
        """Column of an export → its field; several columns may share one."""
        fixed = {FORM_COLUMN: "-", "site": "site", "lens": "lens", "wave": "wave"}
        return fixed | {
            column: field
            for question in self.questions
            for column, field in _columns_of(question, self.instrument)
        }

    def text(self, question: FormQuestion, language: str) -> str:
        """The question as it is asked."""
        return word_question(self.instrument, question, self.lens, language)

    def labels(self) -> dict[str, str]:
        """What stands in a header where a tool exports wordings → the column it is."""
        found: dict[str, str] = {}
        for question in self.questions:
            for language in self.languages:
                for column, text in self.captions(question, language).items():
                    found.setdefault(text, column)
        return found

    def captions(self, question: FormQuestion, language: str) -> dict[str, str]:
        """Column → its caption: one for each place of a rank, and one for a permission."""
        words, text = load_texts("form", language), self.text(question, language)
        if question.item.kind == "rank":
            places = range(1, (question.item.k or 1) + 1)
            said = {n: words["question.place"].replace("{n}", str(n)) for n in places}
            return {f"{question.name}_{n}": f"{text} ({said[n]})" for n in places}
        if question.item.kind == "text":
            may = f"{words['question.quotable']}: {text}"
            return {question.name: text, f"{question.name}_quotable": may}
        if self.instrument.takes_words(question.item.id):
            other = self.instrument.text(f"option.{question.item.options}.{OTHER}", language)
            return {question.name: text, namely_name(question): f"{other}: {text}"}
        return {question.name: text}


def namely_name(question: FormQuestion) -> str:
    """What the words of "other, namely" are called, beside their question."""
    return f"{question.name}_namely"


def _columns_of(question: FormQuestion, instrument: Instrument) -> list[tuple[str, str]]:
    if question.item.kind == "rank":
        places = range(1, (question.item.k or 1) + 1)
        return [(f"{question.name}_{n}", question.field) for n in places]
    if question.item.kind == "text":
        return [
            (question.name, question.field),
            (f"{question.name}_quotable", f"{question.item.id}:quotable"),
        ]
    columns = [(question.name, question.field)]
    if instrument.takes_words(question.item.id):
        columns.append((namely_name(question), question.field))
    return columns


def word_question(instrument: Instrument, question: FormQuestion, lens: str, language: str) -> str:
    """The question as a lens is asked it, an estimate after the words that ask for one."""
    title = question.subject.title if question.subject else ""
    text = instrument.question(question.item.id, lens, language).replace("{subject}", title)
    if question.estimate_of is None:
        return text
    other = instrument.text(f"lens.{question.estimate_of}.name", language)
    return f"{instrument.text('estimate', language).replace('{other}', other)} {text}"


def plan_form(
    instrument: Instrument,
    lens: str,
    subjects: Sequence[Subject],
    *,
    place: tuple[str, str],
    languages: Sequence[str],
) -> FormPlan:
    """The form of a lens for a site and wave (`place`), in the order of an interview."""
    instrument = instrument.at(place[0])
    by_id: dict[tuple[str, str], Subject] = {
        (subject.kind, subject.id): subject for subject in subjects
    }
    names: dict[str, Question] = {}
    pages = []
    for screen in plan_screens(instrument, lens, subjects):
        questions = tuple(_name(q, instrument, lens, by_id, names) for q in screen.questions)
        if questions:
            is_estimate = questions[0].estimate_of is not None
            pages.append(FormPage(screen.section, is_estimate, questions))
    return FormPlan(instrument, lens, *place, tuple(languages), tuple(pages))


def _name(
    question: Question,
    instrument: Instrument,
    lens: str,
    subjects: Mapping[tuple[str, str], Subject],
    names: dict[str, Question],
) -> FormQuestion:
    item = instrument.item(question.item)
    subject = subjects.get((item.per or "", question.subject or ""))
    estimate_of = None if question.about == lens else question.about
    about = f"__{question.subject}" if question.subject else ""
    asked = f"_est_{estimate_of}" if estimate_of else ""
    plain = re.sub(r"\W", "_", f"{item.id}{about}{asked}", flags=re.ASCII)
    name, n = plain, 1
    while name in names:
        n += 1
        name = f"{plain}_{n}"
    names[name] = question
    return FormQuestion(name, question.name(lens), item, subject, estimate_of)

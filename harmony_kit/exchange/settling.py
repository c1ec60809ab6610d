"""What a file adds to what is stored already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta

from harmony_kit.exchange.columns import Layout
from harmony_kit.exchange.outcome import ImportCounts
from harmony_kit.exchange.row_problems import Complaint, Complaints
from harmony_kit.exchange.submissions import Submission
from harmony_kit.journal.answers import Answer, Respondent

__all__ = ["Stored", "Verdict", "check_people", "settle"]

Place = tuple[str, str, str]


@dataclass(frozen=True)
class Stored:
    """What is stored: respondents by site, wave and pseudonym, and answers by their key."""

    respondents: Mapping[Place, Respondent]
    answers: Mapping[tuple[str, str, str, str, str, str], Answer]


@dataclass(frozen=True)
class Verdict:
    """What to store of a file, and the counts."""

    respondents: tuple[Respondent, ...]
    answers: tuple[Answer, ...]
    counts: ImportCounts


def check_people(submissions: Iterable[Submission], stored: Stored, complaints: Complaints) -> None:
    """Add a complaint for everybody who is stored with another lens, site or start."""
    by_form: dict[tuple[str, ...], list[Respondent]] = {}
    for respondent in stored.respondents.values():
        by_form.setdefault(_form_key(respondent), []).append(respondent)
    for submission in submissions:
        person = submission.respondent
        same = stored.respondents.get(_place(person))
        others = by_form.get(_form_key(person), [])
        for known in [same] if same else others:
            if complaint := _compare(person, known):
                complaints.add(submission.row, complaint)


def _place(respondent: Respondent) -> Place:
    return respondent.site, respondent.wave, respondent.respondent


def _form_key(respondent: Respondent) -> tuple[str, ...]:
    """The form somebody filled in, whatever site or lens it was taken for.

    A pseudonym given by hand is one of its site: every plant may have an ``it-01``.
    """
    details = respondent.details
    if "submission" not in details:
        return ("named", respondent.site, respondent.wave, respondent.respondent)
    form = (details.get(name, "") for name in ("tool", "form", "submission"))
    return (respondent.wave, *form)


def _compare(person: Respondent, known: Respondent) -> Complaint | None:
    later = _start_later(person, known)
    one = "one person, one lens and one site"
    if person.site != known.site:
        what = f"this form is stored for the site {known.site}, not {person.site}"
        # Two plants number their forms alike; only the same start makes it the same form.
        return Complaint("", what, one) if later == timedelta(0) else None
    if later:
        way = "later" if later < timedelta(0) else "earlier"
        what = f"the form stored under this number or name started {abs(later)} {way}"
        todo = (
            "Is it another form? Name it with --form, or a person by another pseudonym. "
            "Is --timezone another than before?"
        )
        return Complaint("", what, "", todo)
    if person.lens != known.lens:
        what = f"has two lenses: stored for {known.lens}, here {person.lens}"
        return Complaint("", what, one)
    return None


def _start_later(person: Respondent, known: Respondent) -> timedelta | None:
    """How much later somebody started here than stored; None where one of them is not known."""
    if person.started_at is None or known.started_at is None:
        return None
    return person.started_at - known.started_at


def settle(submissions: Iterable[Submission], layout: Layout, stored: Stored) -> Verdict:
    """What is new or changed; a stored answer that was given later holds."""
    people: list[Respondent] = []
    taken: list[Answer] = []
    counts = ImportCounts()
    for submission in submissions:
        known = stored.respondents.get(_place(submission.respondent))
        person = _merge(submission.respondent, known)
        if person != known:
            people.append(person)
        answers, found = _settle_answers(submission, layout, stored)
        taken += answers
        counts = _add(counts, found)
        is_new = known is None
        counts = _add(counts, ImportCounts(int(is_new), int(not is_new)))
    return Verdict(tuple(people), tuple(taken), counts)


def _add(first: ImportCounts, second: ImportCounts) -> ImportCounts:
    names = [field.name for field in fields(ImportCounts)]
    return ImportCounts(**{name: getattr(first, name) + getattr(second, name) for name in names})


def _merge(person: Respondent, known: Respondent | None) -> Respondent:
    """The respondent as known, renewed by what the file says; an empty cell takes nothing away."""
    if known is None:
        return person
    said = {
        name: getattr(person, name)
        for name in ("role", "language", "started_at", "finished_at")
        if getattr(person, name)
    }
    return replace(known, **said, details={**known.details, **person.details})


def _settle_answers(
    submission: Submission, layout: Layout, stored: Stored
) -> tuple[list[Answer], ImportCounts]:
    taken: list[Answer] = []
    n_new = n_changed = n_unchanged = n_refused = 0
    for answer in submission.answers:
        before = stored.answers.get(answer.key)
        if before is None:
            n_new += 1
            taken.append(answer)
            continue
        renewed = _renew(answer, before, layout)
        if renewed.content == before.content:
            n_unchanged += 1
        elif before.answered_at > answer.answered_at:
            n_refused += 1
        else:
            n_changed += 1
            taken.append(renewed)
    n_kept = _count_kept(submission, layout, stored)
    return taken, ImportCounts(0, 0, n_new, n_changed, n_unchanged, n_refused, n_kept)


def _renew(answer: Answer, before: Answer, layout: Layout) -> Answer:
    """The answer with what a file cannot say: the interviewer's note, and a permission given."""
    says_nothing = answer.text is not None and layout.permission(answer.item) is None
    is_kept = says_nothing and answer.text == before.text
    return replace(
        answer, note=before.note, quotable=before.quotable if is_kept else answer.quotable
    )


def _count_kept(submission: Submission, layout: Layout, stored: Stored) -> int:
    person = submission.respondent
    given = set(submission.content)
    n_kept = 0
    for column in layout.of_items:
        field = column.field
        key = (field.item, field.subject or "", field.about or person.lens)
        n_kept += key not in given and (*_place(person), *key) in stored.answers
    return n_kept

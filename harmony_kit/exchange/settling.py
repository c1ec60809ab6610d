"""What a file adds to what is stored already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime

from harmony_kit.exchange.columns import Layout
from harmony_kit.exchange.known_answers import AnswerKey, Stored
from harmony_kit.exchange.outcome import ImportCounts
from harmony_kit.exchange.submissions import Submission
from harmony_kit.journal.answers import Answer, Place, Respondent
from harmony_kit.journal.bundle import Bundle

__all__ = ["Verdict", "settle"]


@dataclass(frozen=True)
class Change:
    """What to store of one submission: the answers at some places of it, None for all."""

    submission: Submission
    taken: tuple[int, ...] | None


def _place_of(change: Change) -> Place:
    return _place(change.submission.respondent)


#: From so many people on the order of the file is given up for that of the index.
_MANY = 1_000


@dataclass(frozen=True)
class Verdict:
    """What to store of a file, and the counts."""

    respondents: tuple[Respondent, ...]
    changes: tuple[Change, ...]
    counts: ImportCounts
    layout: Layout
    stored: Stored

    def bundles(self) -> Iterator[Answer | Bundle]:
        """The answers to store, in bundles where somebody is new.

        Of many people those of one site follow each other, as the index of a journal has them.
        """
        is_many = len(self.changes) >= _MANY
        for change in sorted(self.changes, key=_place_of) if is_many else self.changes:
            if change.taken is None:
                yield from change.submission.bundles()
                continue
            known = self.stored.answers(_place(change.submission.respondent))
            answers = tuple(change.submission.answers())
            for place in change.taken:
                yield _renew(answers[place], known.get(answers[place].key), self.layout)


def settle(
    submissions: Iterable[Submission], layout: Layout, stored: Stored, *, now: datetime
) -> Verdict:
    """What is new or changed; a stored answer that was given later holds.

    A stored answer dated after `now` was misdated, and holds against nothing.
    """
    people: list[Respondent] = []
    changes: list[Change] = []
    counts = ImportCounts()
    for submission in submissions:
        known = stored.respondents.get(_place(submission.respondent))
        person = _merge(submission.respondent, known)
        if person != known:
            people.append(person)
        if known is None:
            changes.append(Change(submission, None))
            counts = _add(counts, ImportCounts(1, 0, len(submission.said)))
            continue
        before = stored.answers(_place(known))
        taken, found = _settle_answers(submission, layout, before, now)
        if taken:
            changes.append(Change(submission, taken))
        counts = _add(counts, found)
    return Verdict(tuple(people), tuple(changes), counts, layout, stored)


def _place(respondent: Respondent) -> Place:
    return respondent.site, respondent.wave, respondent.respondent


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
    submission: Submission, layout: Layout, stored: dict[AnswerKey, Answer], now: datetime
) -> tuple[tuple[int, ...], ImportCounts]:
    taken: list[int] = []
    n_new = n_changed = n_unchanged = n_refused = 0
    for place, answer in enumerate(submission.answers()):
        before = stored.get(answer.key)
        if before is None:
            n_new += 1
            taken.append(place)
        elif _renew(answer, before, layout).content == before.content:
            n_unchanged += 1
        elif answer.answered_at < before.answered_at <= now:
            n_refused += 1
        else:
            n_changed += 1
            taken.append(place)
    n_kept = _count_kept(submission, layout, stored)
    return tuple(taken), ImportCounts(0, 1, n_new, n_changed, n_unchanged, n_refused, n_kept)


def _renew(answer: Answer, before: Answer | None, layout: Layout) -> Answer:
    """The answer with what a file cannot say: the interviewer's note, and a permission given."""
    if before is None:
        return answer
    is_text = answer.text is not None and answer.chosen is None
    says_nothing = is_text and layout.permission(answer.item) is None
    is_kept = says_nothing and answer.text == before.text
    return replace(
        answer, note=before.note, quotable=before.quotable if is_kept else answer.quotable
    )


def _count_kept(submission: Submission, layout: Layout, stored: dict[AnswerKey, Answer]) -> int:
    person = submission.respondent
    given = {(said.item, said.subject or "", said.about) for said in submission.said}
    n_kept = 0
    for group in layout.groups:
        item, subject, about = group.field.question
        key = (item, subject, about or person.lens)
        n_kept += key not in given and (*_place(person), *key) in stored
    return n_kept

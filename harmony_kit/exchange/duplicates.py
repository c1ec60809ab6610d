"""Forms that are there more than once: exported twice, edited, or filled in twice by one person."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

from harmony_kit.exchange.row_problems import Complaint, Complaints
from harmony_kit.exchange.submissions import Submission
from harmony_kit.journal.answers import Answer, Respondent

__all__ = ["MIN_SAME", "SkippedRow", "drop_copies", "drop_twins"]

#: From how many identical answers on, and no different one, two forms are one person's.
MIN_SAME = 20

#: Site, wave and pseudonym → item, subject and about → what was said.
Contents = dict[tuple[str, str, str], dict[tuple[str, str, str], tuple[object, ...]]]


@dataclass(frozen=True)
class SkippedRow:
    """A row that was left out on purpose, and why."""

    row: int
    why: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.why}"


def drop_copies(
    submissions: Iterable[Submission], complaints: Complaints
) -> tuple[list[Submission], list[SkippedRow]]:
    """One submission for each form: copies are dropped, of an edited form the later holds.

    Adds a complaint where one person has two lenses or two sites, or is named in two rows that
    differ without a submission number to tell which holds.
    """
    kept: list[Submission] = []
    skipped: list[SkippedRow] = []
    for group in _group(submissions, lambda s: s.identity):
        if _is_contradiction(group, complaints):
            continue
        last = _latest(group)
        kept.append(last)
        skipped += [_say_copy(other, last) for other in group if other is not last]
    kept.sort(key=lambda submission: submission.row)
    return kept, skipped


def _group(
    submissions: Iterable[Submission], key: Callable[[Submission], Hashable]
) -> list[list[Submission]]:
    groups: dict[Hashable, list[Submission]] = {}
    for submission in submissions:
        groups.setdefault(key(submission), []).append(submission)
    return list(groups.values())


def _is_contradiction(group: list[Submission], complaints: Complaints) -> bool:
    first, rows = group[0], [submission.row for submission in group]
    name = first.identity[1]
    before = len(complaints.rows)
    for part, values in (
        ("lenses", {s.respondent.lens for s in group}),
        ("sites", {s.respondent.site for s in group}),
    ):
        if len(values) > 1:
            what = f"{name} has two {part}: {' and '.join(sorted(values))}"
            _add(complaints, rows, Complaint("", what, "one person, one lens and one site"))
    if len(complaints.rows) > before:
        return True
    numbers = {submission.number for submission in group}
    differ = any(submission.content != first.content for submission in group)
    if differ and (numbers == {""} or len(numbers) > 1):
        what = f"{name} stands in several rows with different answers"
        todo = "Keep one of them, or give each person a pseudonym of their own."
        _add(complaints, rows, Complaint("", what, "one row for each respondent", todo))
    return len(complaints.rows) > before


def _add(complaints: Complaints, rows: list[int], complaint: Complaint) -> None:
    for row in rows:
        complaints.add(row, complaint)


def _latest(group: list[Submission]) -> Submission:
    """The version that holds: finished last, or standing last; of equal ones the first."""
    last = max(group, key=lambda s: (_when(s), s.row))
    return next(s for s in group if s.content == last.content and _when(s) == _when(last))


def _when(submission: Submission) -> float:
    person = submission.respondent
    moment = person.finished_at or person.started_at
    return moment.timestamp() if moment else 0.0


def _say_copy(other: Submission, last: Submission) -> SkippedRow:
    name = last.identity[1]
    if other.content == last.content:
        return SkippedRow(other.row, f"{name} stands in row {last.row} with the same answers")
    return SkippedRow(other.row, f"an earlier version of {name}; row {last.row} is the later one")


def drop_twins(
    submissions: list[Submission],
    stored: Mapping[tuple[str, str, str], Respondent],
    current: Iterable[Answer],
) -> tuple[list[Submission], list[SkippedRow]]:
    """One submission for each person who sent the same form twice under two numbers.

    Only forms with at least `MIN_SAME` answers, all the same, count as one; a respondent the
    file names is never taken for another. Of two the one that is stored already is kept, so
    that the order of rows does not matter; else the first.
    """
    known = _stored_contents(stored, current)
    kept: list[Submission] = []
    skipped: list[SkippedRow] = []
    for group in _group(submissions, _likeness):
        old = [s for s in group if _place(s) in known]
        chosen = old or group[:1]
        twin = None if old else _stored_twin(group[0], known)
        if twin:
            why = f"the same answers to all {len(group[0].answers)} questions as {twin}, stored"
            skipped += [SkippedRow(s.row, f"{why} before; counted once") for s in group]
            continue
        kept += chosen
        n_same = len(group[0].answers)
        why = f"the same answers to all {n_same} questions as row {chosen[0].row}; counted once"
        skipped += [SkippedRow(s.row, why) for s in group if s not in chosen]
    kept.sort(key=lambda submission: submission.row)
    return kept, skipped


def _place(submission: Submission) -> tuple[str, str, str]:
    person = submission.respondent
    return person.site, person.wave, person.respondent


def _is_comparable(submission: Submission) -> bool:
    return not submission.is_named and len(submission.answers) >= MIN_SAME


def _likeness(submission: Submission) -> Hashable:
    if not _is_comparable(submission):
        return submission.row
    person = submission.respondent
    return person.site, person.wave, person.lens, frozenset(submission.content.items())


def _stored_contents(
    stored: Mapping[tuple[str, str, str], Respondent], current: Iterable[Answer]
) -> Contents:
    contents: Contents = {place: {} for place, r in stored.items() if "submission" in r.details}
    for answer in current:
        if answer.key[:3] in contents:
            contents[answer.key[:3]][answer.key[3:]] = answer.content
    return contents


def _stored_twin(submission: Submission, known: Contents) -> str | None:
    if not _is_comparable(submission):
        return None
    site, wave, _ = _place(submission)
    mine = submission.content
    for place, theirs in known.items():
        if place[:2] == (site, wave) and len(theirs) == len(mine) and theirs == mine:
            return place[2]
    return None

"""Forms that are there more than once: exported twice, edited, or filled in twice by one person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping

from harmony_kit.exchange.known_answers import Stored
from harmony_kit.exchange.outcome import SkippedRow
from harmony_kit.exchange.row_problems import Complaint, Complaints
from harmony_kit.exchange.submissions import Submission
from harmony_kit.journal.answers import Place, Respondent

__all__ = ["MIN_SAME", "drop_copies", "drop_twins"]

#: From how many identical answers on, and no different one, two forms are one person's.
MIN_SAME = 20

#: Item, subject and about → what was said.
Content = Mapping[tuple[str, str, str], tuple[object, ...]]


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
        if len(group) == 1:
            kept += group
            continue
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
    name = first.identity[2]
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
    name = last.identity[2]
    if other.content == last.content:
        return SkippedRow(other.row, f"{name} stands in row {last.row} with the same answers")
    return SkippedRow(other.row, f"an earlier version of {name}; row {last.row} is the later one")


def drop_twins(
    submissions: list[Submission], stored: Stored
) -> tuple[list[Submission], list[SkippedRow]]:
    """One submission for each person who sent the same form twice under two numbers.

    Only forms with at least `MIN_SAME` answers, all the same, count as one; a respondent the
    file names is never taken for another. Of two the one that is stored already is kept, so
    that the order of rows does not matter; else the first.
    """
    known = _stored_likenesses(stored) if any(map(_is_comparable, submissions)) else {}
    kept: list[Submission] = []
    skipped: list[SkippedRow] = []
    for group in _group(submissions, _likeness):
        n_same = len(group[0].said)
        old = [s for s in group if _is_numbered(stored.respondents.get(_place(s)))]
        chosen = old or group[:1]
        twin = None if old or not _is_comparable(group[0]) else known.get(_likeness(group[0]))
        if twin:
            why = f"the same answers to all {n_same} questions as {twin}, stored before"
            skipped += [SkippedRow(s.row, f"{why}; counted once") for s in group]
            continue
        kept += chosen
        why = f"the same answers to all {n_same} questions as row {chosen[0].row}; counted once"
        skipped += [SkippedRow(s.row, why) for s in group if s not in chosen]
    kept.sort(key=lambda submission: submission.row)
    return kept, skipped


def _place(submission: Submission) -> Place:
    person = submission.respondent
    return person.site, person.wave, person.respondent


def _is_comparable(submission: Submission) -> bool:
    return not submission.is_named and len(submission.said) >= MIN_SAME


def _is_numbered(known: Respondent | None) -> bool:
    return known is not None and "submission" in known.details


def _likeness(submission: Submission) -> Hashable:
    if not _is_comparable(submission):
        return submission.row
    person = submission.respondent
    return _digest((person.site, person.wave, person.lens), submission.content)


def _digest(place: tuple[str, ...], content: Content) -> bytes:
    """Stands for what was said: the contents of a large file would fill the memory."""
    told = repr((place, sorted(content.items(), key=lambda entry: entry[0])))
    return hashlib.sha256(told.encode()).digest()


def _stored_likenesses(stored: Stored) -> dict[Hashable, str]:
    found: dict[Hashable, str] = {}
    for place, known in stored.respondents.items():
        if place[:2] not in stored.places or not _is_numbered(known):
            continue
        content = {key[3:]: answer.content for key, answer in stored.answers(place).items()}
        if len(content) >= MIN_SAME:
            found.setdefault(_digest((*place[:2], known.lens), content), place[2])
    return found

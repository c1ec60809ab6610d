"""Two journals of one engagement: what one adds to the other, whichever is merged into which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from harmony_kit.journal.answers import Answer, Event, Place, Respondent
from harmony_kit.journal.undoing import UNDONE

__all__ = ["merge_answers", "missing_events", "newer_people"]


def merge_answers(
    ours: Iterable[Answer], theirs: Sequence[Answer], current: Iterable[Answer]
) -> list[Answer]:
    """The answers to append: theirs that are new, then ours again that stay current.

    Of two answers given at the same moment always the same one stays, so that two laptops that
    merge each other come to the same.
    """
    known = {_version(answer) for answer in ours}
    new = [answer for answer in theirs if _version(answer) not in known]
    newest = {answer.key: answer for answer in new}
    # What an undoing brings back keeps its old time; the undoing itself is what was done last.
    times: dict[tuple[str, ...], datetime] = {}
    for answer in new:
        times[answer.key] = max(answer.answered_at, times.get(answer.key, answer.answered_at))
    reason = "given later than the merged one"
    again = [
        replace(before, reason=reason)
        for before in current
        if before.key in newest
        and (before.answered_at, repr(before.content))
        > (times[before.key], repr(newest[before.key].content))
    ]
    return [*new, *again]


def _version(answer: Answer) -> tuple[object, ...]:
    undone = answer.reason if (answer.reason or "").startswith(UNDONE) else None
    return answer.key, answer.answered_at, answer.status, answer.content, undone


def newer_people(
    ours: Mapping[Place, Respondent], theirs: Iterable[Respondent]
) -> Iterator[Respondent]:
    """Those of theirs we do not have, or have as they were earlier."""
    for person in theirs:
        known = ours.get((person.site, person.wave, person.respondent))
        if known is None or known.lens != person.lens or _age(known) < _age(person):
            yield person


def _age(person: Respondent) -> tuple[str, str]:
    moment = person.finished_at or person.started_at
    return moment.isoformat() if moment else "", repr(sorted(asdict(person).items()))


def missing_events(ours: Iterable[Event], theirs: Iterable[Event]) -> list[Event]:
    """Those of theirs we do not have."""
    known = {repr(event) for event in ours}
    return [event for event in theirs if repr(event) not in known]

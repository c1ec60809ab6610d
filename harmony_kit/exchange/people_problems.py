"""Whether people of a file are who they seem: spellings, sites, lenses, starts, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.known_answers import Stored
from harmony_kit.exchange.row_problems import Complaint, Complaints
from harmony_kit.exchange.submissions import Submission
from harmony_kit.journal.answers import Place, Respondent

__all__ = ["check_people", "check_spellings", "check_undated"]

_ONE = "one person, one lens and one site"


def check_spellings(
    submissions: Iterable[Submission], stored: Stored, complaints: Complaints
) -> None:
    """Add a complaint where one pseudonym is written in several ways: `OPS-01`, `Ops 01`."""
    spelled: dict[Place, dict[str, list[int]]] = {}
    for submission in submissions:
        if submission.is_named:
            site, wave, name = _place(submission.respondent)
            rows = spelled.setdefault((site, wave, _plain(name)), {})
            rows.setdefault(name, []).append(submission.row)
    for site, wave, name in stored.respondents:
        if known := spelled.get((site, wave, _plain(name))):
            known.setdefault(name, [])
    for names in spelled.values():
        if len(names) == 1:
            continue
        what = f"one respondent under {len(names)} spellings: {', '.join(names)}"
        stored_names = [name for name, rows in names.items() if not rows]
        todo = f"Stored is {stored_names[0]}." if stored_names else ""
        complaint = Complaint("", what, "one spelling for each respondent", todo)
        for row in sorted(row for rows in names.values() for row in rows):
            complaints.add(row, complaint)


def _plain(name: str) -> str:
    return re.sub(r"[\s._-]+", "-", fold(name))


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
    if person.site != known.site:
        what = f"this form is stored for the site {known.site}, not {person.site}"
        # Two plants number their forms alike; only the same start makes it the same form.
        return Complaint("", what, _ONE) if later == timedelta(0) else None
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
        return Complaint("", what, _ONE)
    return None


def _start_later(person: Respondent, known: Respondent) -> timedelta | None:
    """How much later somebody started here than stored; None where one of them is not known."""
    if person.started_at is None or known.started_at is None:
        return None
    return person.started_at - known.started_at


def check_undated(
    submissions: Iterable[Submission], stored: Stored, complaints: Complaints
) -> None:
    """Add a complaint where a number is stored from another file and no time tells the forms apart.

    Anonymous surveys keep no times and number every form from 1. With a name for the form, or
    where all answers are the same, it is the form that is stored.
    """
    for submission in submissions:
        known = stored.respondents.get(_place(submission.respondent))
        if known is None or not _is_undated(submission.respondent) or not _is_undated(known):
            continue
        before = {key[3:]: a for key, a in stored.answers(_place(known)).items()}
        file = submission.source.reference.partition(":")[0]
        is_same_file = any(a.source.reference.startswith(file) for a in before.values())
        given = submission.content
        if is_same_file or all(a.content == given.get(k, a.content) for k, a in before.items()):
            continue
        number = submission.number
        what = f"form {number} is stored with other answers, and no time says if it is the same"
        todo = "Name the form with --form: a new name for another form, its own for an edited one."
        complaints.add(submission.row, Complaint("", what, "", todo))


def _is_undated(person: Respondent) -> bool:
    details = person.details
    is_numbered = "submission" in details and not details["submission"].startswith("row-")
    is_unnamed = not details.get("form")
    return is_numbered and is_unnamed and not (person.started_at or person.finished_at)

"""harmony case, correct, subject: what became of an interview, and mending what was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from harmony_kit.commands.exchanging import known_subjects, open_store, user_name
from harmony_kit.commands.naming import check_names
from harmony_kit.engagement.choosing import refuse, unknown_names
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.real_names import move_name
from harmony_kit.errors import Problem
from harmony_kit.journal.answers import Place
from harmony_kit.journal.case import CaseState, Correction, InterviewCase, Teller, count_states
from harmony_kit.journal.names import PSEUDONYM
from harmony_kit.measures.response import count_response
from harmony_kit.report.response_words import say_response
from harmony_kit.report.words import Words, load_words

__all__ = [
    "CaseChange",
    "change_subject",
    "correct",
    "list_cases",
    "set_case",
    "tell_site",
    "teller_of",
]


@dataclass(frozen=True)
class CaseChange:
    """Whose case, as typed: `wave` None is the engagement's."""

    site: str
    respondent: str
    wave: str | None = None
    why: str = ""


def list_cases(folder: Path, *, site: str | None, wave: str | None) -> None:
    """Print every case, and how many of those asked gave an interview."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=[site], wave=wave, is_reading=True)
    with open_store(engagement, is_reader=True) as store:
        cases = store.cases.read(site, wave or engagement.wave)
    words = load_words(engagement.language)
    shown = [case for case in cases if case.moved_to is None]
    rows = [_cells(case, engagement, words) for case in shown]
    if not rows:
        click.echo("No interview is planned yet: harmony plan DIR --schedule FILE.xlsx")
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    for name in dict.fromkeys(case.site for case in shown):
        if told := tell_site(name, shown, words):
            click.echo(told)


def _cells(case: InterviewCase, engagement: Engagement, words: Words) -> tuple[str, ...]:
    key = f"lens.{case.lens}.name"
    is_known = key in engagement.instrument.source_texts
    lens = engagement.instrument.text(key, engagement.language) if is_known else case.lens
    state = words.say(f"case.{case.state}")
    state = f"{state} ({words.say('case.test')})" if case.is_test else state
    why = f": {case.why}" if case.why else ""
    who = (case.site, lens, case.respondent, case.role)
    return (*who, f"{state}{why}", case.date, case.interviewer)


def tell_site(site: str, cases: Iterable[InterviewCase], words: Words) -> str:
    """How many of those asked at a site gave an interview, for the consultant; empty where none."""
    told = say_response(count_response(count_states(cases, site)), words)
    return f"{site}: {told}" if told else ""


def set_case(folder: Path, change: CaseChange, state: CaseState | None, *, is_test: bool) -> None:
    """Write down what became of an interview, and print where it stands."""
    engagement, place = _find_place(folder, change)
    with open_store(engagement) as store, store.atomic():
        teller = teller_of(change.why)
        if is_test:
            store.cases.mark_test(place, teller)
        if state is not None:
            store.cases.step(place, state, teller)
        case = store.cases.find(place)
    words = load_words(engagement.language)
    click.echo("  ".join(cell for cell in _cells(case, engagement, words) if cell))


def correct(folder: Path, change: CaseChange, to: Correction) -> None:
    """Mend site, side, role or pseudonym of a person, and say what was."""
    engagement, place = _find_place(folder, change)
    problems = unknown_names("sites.csv", "site", filter(None, [to.site]), engagement.site_ids)
    lenses = engagement.instrument.lens_ids
    problems += unknown_names("the instrument", "side", filter(None, [to.lens]), lenses)
    if to.respondent is not None and not PSEUDONYM.allows(to.respondent):
        what = f"{to.respondent!r} cannot be a pseudonym"
        problems.append(Problem("--pseudonym", "", what, PSEUDONYM.allowed))
    refuse(problems)
    with open_store(engagement) as store, store.atomic():
        there = to.site or change.site
        subjects = {one.id for one in known_subjects(engagement, store) if one.site == there}
        elsewhere = engagement.instrument.elsewhere(there)
        known = replace(to, subjects=subjects, elsewhere=elsewhere)
        before = len(store.current(*place))
        case = store.cases.correct(place, known, teller_of(change.why))
        after = len(store.current(*case.place))
        move_name(folder, place, case.place)
    click.echo(f"{' / '.join(place)} is {' / '.join(case.place)}, {case.lens} {case.role}".rstrip())
    if before > after:
        click.echo(f"{before - after} answers do not belong there and count no more.")


def _find_place(folder: Path, change: CaseChange) -> tuple[Engagement, Place]:
    engagement = load_engagement(folder)
    wave = change.wave or engagement.wave
    check_names(engagement, sites=[change.site], wave=wave, is_reading=True)
    return engagement, (change.site, wave, change.respondent)


def teller_of(why: str) -> Teller:
    """Who is at the keyboard, now, and why."""
    return Teller(user_name(), dt.datetime.now(dt.UTC), why.strip())


def change_subject(folder: Path, *, site: str, id_: str, title: str | None) -> None:
    """Rename a pilot or decision that was added at an interview; without a title, take it away."""
    engagement = load_engagement(folder)
    check_names(engagement, sites=[site])
    with open_store(engagement) as store, store.atomic():
        added = {one.id: one for one in store.subjects(site)}
        if id_ not in added:
            refuse(_unknown_subject(engagement, site, id_, tuple(added)))
        n_taken = store.cases.change_subject(added[id_], title, teller_of(""))
    if title is not None:
        click.echo(f"{site} / {id_}: {title}")
    else:
        click.echo(f"{site} / {id_}: taken away; {n_taken} answers about it count no more")


def _unknown_subject(
    engagement: Engagement, site: str, id_: str, added: tuple[str, ...]
) -> Iterator[Problem]:
    recorded = {one.id: one.kind for one in engagement.evidence.subjects() if one.site == site}
    if id_ in recorded:
        todo = f"Change it there: {recorded[id_]}s.csv."
        yield Problem("the store", site, f"{id_!r} comes from the evidence files", todo=todo)
    else:
        yield from unknown_names("the store", "pilot or decision added there", [id_], added)

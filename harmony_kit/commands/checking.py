"""Everything wrong with an engagement, all at once; what `harmony check` prints."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harmony_kit.batch.losses import list_losses
from harmony_kit.batch.own_notebooks import list_notebook_problems, list_own
from harmony_kit.batch.record import known_waves
from harmony_kit.batch.retention import read_retention
from harmony_kit.commands.contradictions import list_contradictions, list_unasked
from harmony_kit.engagement.brand import list_brand_warnings
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.site_notes import list_note_problems
from harmony_kit.errors import AnswerError, FileError, Problem, StoreError
from harmony_kit.exchange.row_problems import name_rows
from harmony_kit.findings.playbook_lint import lint_playbook
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answer_rules import check_answer
from harmony_kit.journal.answers import Answer, Place, Respondent, column_name
from harmony_kit.journal.kept_instruments import read_conditional
from harmony_kit.journal.replies import find_misfits, find_unasked
from harmony_kit.journal.store import Store
from harmony_kit.report.assessment import open_playbook

__all__ = ["CheckReport", "check_engagement"]

_ROW = re.compile(r"row (\d+)")
_HERE = "\0"  # stands for the rows while they are gathered
_SHOWN = 20  # stored answers listed one by one


@dataclass(frozen=True)
class CheckReport:
    """The problems found, errors first, and lines that say what there is."""

    problems: tuple[Problem, ...]
    summary: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Stored:
    answers: list[Answer]
    respondents: list[Respondent]
    lost: list[Problem] = field(default_factory=list)
    instruments: dict[str, Instrument] = field(default_factory=dict)
    moved: Mapping[Place, Place] = field(default_factory=dict)


def check_engagement(folder: Path) -> CheckReport:
    """Check settings, instrument, translations, playbook, sites, evidence and stored answers."""
    try:
        engagement = load_engagement(folder)
    except FileError as cause:
        return CheckReport(cause.problems)
    problems = list(engagement.evidence.problems)
    problems += list_contradictions(engagement.evidence, as_of=engagement.as_of or _today())
    problems += _check_playbook(engagement)
    stored = _Stored([], [])
    try:
        stored = _read_store(engagement)
    except StoreError as cause:
        problems.append(Problem("the store", "", str(cause)))
    problems += stored.lost
    problems += list_brand_warnings(engagement.brand)
    problems += _check_sites(engagement, stored)
    problems += _check_answers(engagement, stored)
    problems += _check_moved(stored)
    problems += _check_conditions(stored)
    waves = {engagement.wave, *known_waves(folder), *(one.wave for one in stored.respondents)}
    problems += list_note_problems(engagement.folder, engagement.site_ids, sorted(waves))
    problems += list_notebook_problems(engagement.folder)
    problems += list_unasked(engagement.evidence, stored.answers, engagement.instrument)
    ordered = sorted(_gather(problems), key=lambda problem: problem.severity == "warning")
    return CheckReport(tuple(ordered), tuple(_summarise(engagement, stored)))


def _gather(problems: Iterable[Problem]) -> list[Problem]:
    """The problems with those that are the same in many rows told once, with all their rows."""
    rows: dict[Problem, list[int]] = {}
    for problem in problems:
        match = _ROW.match(problem.where)
        where = f"{_HERE}{problem.where[match.end() :]}" if match else problem.where
        found = rows.setdefault(replace(problem, where=where), [])
        found += [int(match[1])] if match else []
    return [
        replace(problem, where=problem.where.replace(_HERE, name_rows(numbers), 1))
        if numbers
        else problem
        for problem, numbers in rows.items()
    ]


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _check_playbook(engagement: Engagement) -> list[Problem]:
    try:
        playbook = open_playbook(engagement)
    except FileError as cause:
        return list(cause.problems)
    return list(lint_playbook(playbook, engagement.instrument, languages=engagement.languages))


def _read_store(engagement: Engagement) -> _Stored:
    store = Store(engagement.store_url, is_reader=True)
    try:
        lost = [
            problem
            for wave in known_waves(engagement.folder)
            if wave not in read_retention(engagement.folder).waves
            for problem in list_losses(
                store, engagement.site_ids, wave=wave, folder=engagement.folder
            )
        ]
        with store.connect("read instruments from") as connection:
            instruments = read_conditional(connection)
        moved = store.cases.moved()
        everybody = store.respondents()
        people = [one for one in everybody if (one.site, one.wave, one.respondent) not in moved]
        return _Stored(store.current(), people, lost, instruments, moved)
    finally:
        store.close()


def _check_sites(engagement: Engagement, stored: _Stored) -> Iterator[Problem]:
    if not engagement.sites:
        todo = "Add one row per plant."
        yield Problem("sites.csv", "", "lists no site", todo=todo, severity="warning")
    unknown = Counter(a.site for a in stored.answers if a.site not in engagement.site_ids)
    for site, n_answers in sorted(unknown.items()):
        what = f"holds {n_answers} answers of {site!r}, which is not in sites.csv"
        yield Problem("the store", "", what, todo="Add the site, or they stay unreported.")


def _check_answers(engagement: Engagement, stored: _Stored) -> Iterator[Problem]:
    faults = []
    for answer in stored.answers:
        try:
            check_answer(answer, engagement.instrument)
        except AnswerError as cause:
            where = f"{answer.site} / {answer.wave} / {answer.respondent}"
            faults.append(Problem("the store", where, str(cause).rstrip(".")))
    yield from faults[:_SHOWN]
    if len(faults) > _SHOWN:
        yield Problem("the store", "", f"{len(faults) - _SHOWN} more answers like these")
    old = Counter(a.source.instrument_sha256 for a in stored.answers)
    old.pop(engagement.instrument.sha256, None)
    if old:
        what = f"{old.total()} answers were asked with another version of the instrument file"
        yield Problem("the store", "", what, severity="warning")


def _check_moved(stored: _Stored) -> Iterator[Problem]:
    """What another laptop took down of somebody who was corrected on this one."""
    left = Counter((a.site, a.wave, a.respondent) for a in stored.answers)
    for place, (site, _, name) in sorted(stored.moved.items()):
        if n_answers := left[place]:
            what = f"is {name} at {site} now; what was answered under the name of before counts"
            what = f"{what} nowhere ({n_answers})"
            todo = "Ask it again: harmony person shows it."
            yield Problem("the store", " / ".join(place), what, todo=todo, severity="warning")


def _check_conditions(stored: _Stored) -> Iterator[Problem]:
    """Answers that do not count, or do not fit, by what the same people answered elsewhere."""
    known = stored.instruments.get
    todo = "They are kept, and count again when the other answer changes."
    what = "answers what was not to be asked of them; left out of every report"
    unasked = [*find_unasked(stored.answers, known)]
    yield from _tell_answers(unasked, what, todo)
    todo = "Ask again: harmony interview shows it on the review page."
    what = "does not fit the other answers of the same person"
    yield from _tell_answers([*find_misfits(stored.answers, known)], what, todo)


def _tell_answers(answers: list[Answer], what: str, todo: str) -> Iterator[Problem]:
    for answer in answers[:_SHOWN]:
        about = answer.about if answer.is_estimate else None
        name = column_name(answer.item, answer.subject, about)
        where = f"{answer.site} / {answer.wave} / {answer.respondent} / {name}"
        yield Problem("the store", where, what, todo=todo, severity="warning")
    if len(answers) > _SHOWN:
        more = f"{len(answers) - _SHOWN} more answers like these"
        yield Problem("the store", "", more, severity="warning")


def _summarise(engagement: Engagement, stored: _Stored) -> Iterator[str]:
    instrument, evidence = engagement.instrument, engagement.evidence
    kinds = f"{len(instrument.items)} items, {len(instrument.source_texts)} texts"
    coverage = [f"{one} {instrument.coverage(one):.0%}" for one in instrument.languages]
    name = f"{instrument.id} version {instrument.version}"
    yield f"instrument  {name}: {kinds}; {', '.join(coverage)}"
    yield (
        f"sites       {len(engagement.sites)}; {len(evidence.decisions)} decisions, "
        f"{len(evidence.pilots)} pilots, {len(evidence.usage)} weeks of use"
    )
    yield f"answers     {len(stored.answers)} of {len(stored.respondents)} respondents"
    for wave, day in read_retention(engagement.folder).waves.items():
        yield f"  wave {wave}: raw answers were deleted on {day}; results stay"
    if own := list_own(engagement.folder):
        yield f"notebooks   your own: {', '.join(own)}"
    by_lens = Counter((r.site, r.lens) for r in stored.respondents if r.wave == engagement.wave)
    for site in engagement.site_ids:
        counts = [f"{by_lens[site, lens]} {lens}" for lens in instrument.lens_ids]
        if any(by_lens[site, lens] for lens in instrument.lens_ids):
            yield f"  {site}: {', '.join(counts)} in wave {engagement.wave}"

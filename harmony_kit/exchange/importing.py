"""A file of answers into the journal: everything in it, or nothing and every reason why."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from harmony_kit.errors import Problem, list_some
from harmony_kit.exchange.duplicates import drop_copies, drop_twins
from harmony_kit.exchange.known_answers import look_up
from harmony_kit.exchange.offering import Offer, open_desk, read_offer, warn_columns
from harmony_kit.exchange.outcome import AnswerJournal, ImportOptions, ImportReport, SkippedRow
from harmony_kit.exchange.people import Intake
from harmony_kit.exchange.people_problems import check_people, check_spellings, check_undated
from harmony_kit.exchange.preview import preview_form
from harmony_kit.exchange.pseudonyms import Pseudonyms, known_pseudonyms
from harmony_kit.exchange.row_problems import Complaint
from harmony_kit.exchange.settling import Verdict, settle
from harmony_kit.exchange.submissions import SheetRow, Submission, read_said
from harmony_kit.exchange.tidy import TIDY, read_tidy
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Place, Source
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.subject import Subject

__all__ = ["import_answers"]


@dataclass(frozen=True)
class _Reading:
    """A file read against what is stored: who is in it, what to store, what was left out."""

    submissions: list[Submission]
    verdict: Verdict
    skipped: tuple[SkippedRow, ...]
    moved: Mapping[Place, Place]


@contextmanager
def _search_no_garbage() -> Iterator[None]:
    """A large file makes millions of answers and no circles; looking for some takes long."""
    is_searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_searching:
            gc.enable()


@_search_no_garbage()
def import_answers(
    path: Path,
    *,
    instrument: Instrument,
    sites: Collection[str],
    journal: AnswerJournal,
    options: ImportOptions,
) -> ImportReport:
    """Import one file of answers; the same file again changes nothing.

    Only answers that are new or differ from the stored one are appended, all or none. Each
    names the file's sha256 and its row as its source.

    Raises `ExchangeError` with every problem of the file, its mapping and its labels; then
    nothing is stored.
    """
    offer = read_offer(path, instrument, options)
    names = Pseudonyms(options.secret, known_pseudonyms(journal.respondents()))
    desk = replace(open_desk(offer, instrument, sites, options), pseudonyms=names)
    reading = _read(desk, options, journal)
    verdict = reading.verdict
    import_id = ""
    if not options.is_dry_run and (verdict.changes or verdict.respondents):
        entry = _enter(offer, desk, options)
        import_id = journal.bring_in(entry, verdict.bundles(), verdict.respondents)
    return ImportReport(
        file=offer.table.file,
        sha256=offer.table.sha256,
        tool=desk.form.layout.tool.id,
        counts=verdict.counts,
        n_per_lens=dict(Counter(_lens_of(submission) for submission in reading.submissions)),
        skipped=reading.skipped,
        warnings=tuple(_warn(offer, desk, reading, options)),
        is_dry_run=options.is_dry_run,
        import_id=import_id,
        preview=_preview(desk, reading) if options.is_dry_run else (),
    )


def _preview(desk: Intake, reading: _Reading) -> tuple[str, ...]:
    first = next(iter(reading.submissions), None)
    return preview_form(desk, first) if first and desk.form.layout.groups else ()


def _enter(offer: Offer, desk: Intake, options: ImportOptions) -> ImportEntry:
    at, table = options.imported_at, offer.table
    number = f"{table.sha256[:12]}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    tool = desk.form.layout.tool.id
    return ImportEntry(number, table.file, table.sha256, tool, options.recorded_by, at)


def _lens_of(submission: Submission) -> tuple[str, str, str]:
    person = submission.respondent
    return person.site, person.wave, person.lens


def _read(desk: Intake, options: ImportOptions, journal: AnswerJournal) -> _Reading:
    read, skipped = _read_rows(desk, options)
    complaints = desk.form.complaints
    known, forgotten = _without(read, journal.forgetting.find(map(_place_of, read)), _FORGOTTEN)
    moved = journal.cases.moved()
    known, corrected = _without(known, moved, _CORRECTED)
    submissions, copies = drop_copies(known, complaints)
    stored = look_up(submissions, journal)
    check_spellings(known, stored, complaints)
    check_people(submissions, stored, complaints)
    check_undated(submissions, stored, complaints)
    complaints.refuse()
    submissions, twins = drop_twins(submissions, stored)
    verdict = settle(submissions, desk.form.layout, stored, now=options.now)
    left_out = sorted(
        [*skipped, *forgotten, *corrected, *copies, *twins], key=lambda skip: skip.row
    )
    places = {_place_of(one) for one in read}
    told = {place: there for place, there in moved.items() if place in places}
    return _Reading(submissions, verdict, tuple(left_out), told)


_FORGOTTEN = "this person was forgotten here"
_CORRECTED = "this person was corrected since"


def _without(
    read: list[Submission], gone: Collection[Place], why: str
) -> tuple[list[Submission], list[SkippedRow]]:
    """The forms of people who are not gone from their place, and the rows of those who are."""
    if not gone:
        return read, []
    kept = [one for one in read if _place_of(one) not in gone]
    return kept, [SkippedRow(one.row, why) for one in read if _place_of(one) in gone]


def _place_of(submission: Submission) -> Place:
    person = submission.respondent
    return person.site, person.wave, person.respondent


def _read_rows(desk: Intake, options: ImportOptions) -> tuple[list[Submission], list[SkippedRow]]:
    """Every row with answers; raises `ExchangeError` with what is wrong in any of them."""
    submissions: list[Submission] = []
    skipped: list[SkippedRow] = []
    source = _source(desk, options)
    if desk.form.layout.tool is TIDY:
        submissions = read_tidy(
            desk, source, lambda end, start: end or start or options.imported_at
        )
        desk.form.complaints.refuse()
        return submissions, []
    for number, cells in zip(desk.table.row_numbers, desk.table.rows, strict=True):
        row = SheetRow(number, cells)
        why = _why_skip(desk, row)
        if why:
            skipped.append(SkippedRow(number, why))
            continue
        if number in desk.table.hidden:
            todo = "Show it or delete it."
            complaint = Complaint("", "is hidden in the spreadsheet", "rows one can see", todo)
            desk.form.complaints.add(number, complaint)
        if submission := _read_row(desk, row, options, source):
            submissions.append(submission)
        else:
            skipped.append(SkippedRow(number, "has no answers"))
    desk.form.complaints.refuse()
    return submissions, skipped


def _read_row(
    desk: Intake, row: SheetRow, options: ImportOptions, source: Source
) -> Submission | None:
    person = desk.read(row)
    who = person.respondent
    said = read_said(desk.form, row, who)
    if not said:
        return None
    when = who.finished_at or who.started_at or options.imported_at
    named = replace(source, reference=f"{source.reference}:{row.number}")
    return Submission(row.number, who, said, person.number, person.is_named, named, when)


def _why_skip(desk: Intake, row: SheetRow) -> str:
    if row.number in desk.form.accepted.rows:
        return "left out as accepted"
    layout = desk.form.layout
    for index, validity in layout.validity:
        if why := validity.why_not(row.cells[index]):
            return why
    finished = layout.leading("finished_at")
    if layout.tool.finished and finished and not row.cells[finished.index].strip():
        return "the interview was not finished"
    columns = (column for group in layout.groups for column in group.columns)
    is_filled = any(row.cells[column.index].strip() for column in columns)
    return "" if is_filled else "has no answers"


def _source(desk: Intake, options: ImportOptions) -> Source:
    instrument = desk.form.instrument
    return Source(
        recorded_by=options.recorded_by,
        origin="import",
        instrument=instrument.id,
        instrument_version=instrument.version,
        instrument_sha256=instrument.sha256,
        reference=desk.table.sha256,
    )


def _warn(
    offer: Offer, desk: Intake, reading: _Reading, options: ImportOptions
) -> Iterator[Problem]:
    file, counts = offer.table.file, reading.verdict.counts
    yield from offer.table.warnings
    yield from warn_columns(offer, desk.form.layout, options)
    yield from desk.form.notes.problems()
    if options.subjects is not None:
        for what in _unknown_subjects(reading.submissions, options.subjects, desk.form.instrument):
            todo = "Add it to the evidence files if it is one; its answers are kept."
            yield Problem(file, "", what, todo=todo, severity="warning")
    if counts.n_refused:
        what = f"{counts.n_refused} answers were given before the stored ones, which hold"
        yield Problem(file, "", what, severity="warning")
    n_forgotten = sum(row.why == _FORGOTTEN for row in reading.skipped)
    if n_forgotten:
        what = f"{n_forgotten} rows are of people who were forgotten here, and were left out"
        todo = "Delete their rows from the file."
        yield Problem(file, "", what, todo=todo, severity="warning")
    if n_corrected := sum(row.why == _CORRECTED for row in reading.skipped):
        names = [f"{was[2]} is {now[2]} at {now[0]}" for was, now in reading.moved.items()]
        what = f"{n_corrected} rows are of people who were corrected since, and were left out"
        what = f"{what}: {list_some(names)}"
        todo = "What they said before stands there; for what is new, write that name in the file."
        yield Problem(file, "", what, todo=todo, severity="warning")
    if counts.n_kept:
        what = f"{counts.n_kept} stored answers have an empty cell in this file, and were kept"
        yield Problem(file, "", what, severity="warning")


def _unknown_subjects(
    submissions: Iterable[Submission], subjects: Iterable[Subject], instrument: Instrument
) -> list[str]:
    known = {(subject.site, subject.kind, subject.id) for subject in subjects}
    asked = {
        (submission.respondent.site, instrument.item(said.item).per, said.subject)
        for submission in submissions
        for said in submission.said
        if said.subject
    }
    return [f"{subject!r} is no {kind} of {site}" for site, kind, subject in sorted(asked - known)]

"""A file of answers into the journal: everything in it, or nothing and every reason why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from harmony_kit.errors import Problem
from harmony_kit.exchange.duplicates import SkippedRow, drop_copies, drop_twins
from harmony_kit.exchange.offering import open_desk, read_offer, warn_columns
from harmony_kit.exchange.outcome import AnswerJournal, ImportOptions, ImportReport
from harmony_kit.exchange.people import Intake
from harmony_kit.exchange.pseudonyms import Pseudonyms, known_pseudonyms
from harmony_kit.exchange.settling import Stored, Verdict, check_people, settle
from harmony_kit.exchange.submissions import SheetRow, Submission, read_answers
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Source
from harmony_kit.journal.subject import Subject

__all__ = ["import_answers"]


def import_answers(
    path: Path,
    *,
    instrument: Instrument,
    sites: Collection[str],
    journal: AnswerJournal,
    options: ImportOptions,
) -> ImportReport:
    """Import one file of answers; the same file again changes nothing.

    Only answers that are new or differ from the stored one are appended, with whoever gave them, in
    one transaction. Each
    names the file's sha256 and its row as its source.

    Raises `ExchangeError` with every problem of the file, its mapping and its labels; then
    nothing is stored.
    """
    offer = read_offer(path, instrument, options)
    names = Pseudonyms(options.secret, known_pseudonyms(journal.respondents()))
    desk = replace(open_desk(offer, instrument, sites, options), pseudonyms=names)
    read, skipped = _read_rows(desk, options)
    submissions, verdict, dropped = _decide(read, desk, journal)
    if not options.is_dry_run:
        with journal.atomic():
            for respondent in verdict.respondents:
                journal.register(respondent)
            journal.append(verdict.answers)
    warnings = [*offer.table.warnings, *warn_columns(offer, desk.form.layout, options)]
    warnings += _warn_content(submissions, verdict, desk, options)
    return ImportReport(
        file=offer.table.file,
        sha256=offer.table.sha256,
        tool=desk.form.layout.tool.id,
        counts=verdict.counts,
        n_per_lens=dict(Counter(_lens_of(submission) for submission in submissions)),
        skipped=tuple(sorted([*skipped, *dropped], key=lambda skip: skip.row)),
        warnings=tuple(warnings),
        is_dry_run=options.is_dry_run,
    )


def _lens_of(submission: Submission) -> tuple[str, str, str]:
    person = submission.respondent
    return person.site, person.wave, person.lens


def _read_rows(desk: Intake, options: ImportOptions) -> tuple[list[Submission], list[SkippedRow]]:
    """Every row with answers; raises `ExchangeError` with what is wrong in any of them."""
    submissions: list[Submission] = []
    skipped: list[SkippedRow] = []
    source = _source(desk, options)
    for number, cells in zip(desk.table.row_numbers, desk.table.rows, strict=True):
        row = SheetRow(number, cells)
        why = _why_skip(desk, row)
        if why:
            skipped.append(SkippedRow(number, why))
            continue
        person = desk.read(row)
        said = person.respondent
        when = said.finished_at or said.started_at or options.imported_at
        answers = read_answers(desk.form, row, said, when, source)
        if answers:
            submissions.append(Submission(number, said, answers, person.number, person.is_named))
        else:
            skipped.append(SkippedRow(number, "has no answers"))
    desk.form.complaints.refuse()
    return submissions, skipped


def _why_skip(desk: Intake, row: SheetRow) -> str:
    layout = desk.form.layout
    finished = layout.leading("finished_at")
    if layout.tool.finished and finished and not row.cells[finished.index].strip():
        return "the interview was not finished"
    is_filled = any(row.cells[column.index].strip() for column in layout.of_items)
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


def _decide(
    read: list[Submission], desk: Intake, journal: AnswerJournal
) -> tuple[list[Submission], Verdict, list[SkippedRow]]:
    complaints = desk.form.complaints
    submissions, copies = drop_copies(read, complaints)
    stored = _read_stored(submissions, journal)
    check_people(submissions, stored, complaints)
    complaints.refuse()
    submissions, twins = drop_twins(submissions, stored.respondents, stored.answers.values())
    return submissions, settle(submissions, desk.form.layout, stored), [*copies, *twins]


def _read_stored(submissions: Iterable[Submission], journal: AnswerJournal) -> Stored:
    places = sorted({_lens_of(submission)[:2] for submission in submissions})
    respondents = {(r.site, r.wave, r.respondent): r for r in journal.respondents()}
    answers = {a.key: a for site, wave in places for a in journal.current(site, wave)}
    return Stored(respondents, answers)


def _warn_content(
    submissions: list[Submission], verdict: Verdict, desk: Intake, options: ImportOptions
) -> Iterator[Problem]:
    file, counts = desk.table.file, verdict.counts
    if options.subjects is not None:
        for what in _unknown_subjects(submissions, options.subjects, desk.form.instrument):
            todo = "Add it to the evidence files if it is one; its answers are kept."
            yield Problem(file, "", what, todo=todo, severity="warning")
    if counts.n_refused:
        what = f"{counts.n_refused} answers were given before the stored ones, which hold"
        yield Problem(file, "", what, severity="warning")
    if counts.n_kept:
        what = f"{counts.n_kept} stored answers have an empty cell in this file, and were kept"
        yield Problem(file, "", what, severity="warning")


def _unknown_subjects(
    submissions: Iterable[Submission], subjects: Iterable[Subject], instrument: Instrument
) -> list[str]:
    known = {(subject.site, subject.kind, subject.id) for subject in subjects}
    asked = {
        (answer.site, instrument.item(answer.item).per, answer.subject)
        for submission in submissions
        for answer in submission.answers
        if answer.subject
    }
    return [f"{subject!r} is no {kind} of {site}" for site, kind, subject in sorted(asked - known)]

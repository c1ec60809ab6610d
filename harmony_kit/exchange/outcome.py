"""What an import is given, and what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from harmony_kit.errors import Problem
from harmony_kit.exchange.form_maps import FormMap
from harmony_kit.journal.answers import Answer, Place, Respondent
from harmony_kit.journal.bundle import Told
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.subject import Subject

__all__ = [
    "AnswerJournal",
    "CorrectedPeople",
    "ForgottenPeople",
    "ImportCounts",
    "ImportOptions",
    "ImportReport",
    "SkippedRow",
]


class ForgottenPeople(Protocol):
    """Whom a journal has forgotten for good."""

    def find(self, places: Iterable[Place], /) -> set[Place]:
        """Those of some people who were forgotten."""
        ...


class CorrectedPeople(Protocol):
    """Who has another name or site than they were first given."""

    def moved(self) -> Mapping[Place, Place]:
        """Where they are now."""
        ...


class AnswerJournal(Protocol):
    """Where answers are kept; `harmony_kit.journal.store.Store` is one."""

    def bring_in(
        self,
        entry: ImportEntry,
        answers: Told,
        respondents: Sequence[Respondent],
    ) -> str:
        """Add what a file brings, all or none; the id it can be undone by."""
        ...

    @property
    def forgetting(self) -> ForgottenPeople:
        """Whom it has forgotten: a file does not bring them back."""
        ...

    @property
    def cases(self) -> CorrectedPeople:
        """Who was corrected: under the name of before nothing counts."""
        ...

    def respondents(self, site: str | None = None, wave: str | None = None) -> list[Respondent]:
        """The respondents there are."""
        ...

    def current(
        self, site: str | None = None, wave: str | None = None, respondent: str | None = None
    ) -> list[Answer]:
        """The newest answer to every question."""
        ...


@dataclass(frozen=True)
class ImportOptions:
    """How one file is imported.

    Attributes
    ----------
    recorded_by, imported_at
        Who imports, and when (aware); answers without a time of their own are dated with it.
    site, wave, lens
        Given for the whole file, where its rows do not say.
    default_wave
        The wave of a file that has no column for it and for which none is given.
    form
        A name for the form, where a survey tool numbers several forms of one site from 1.
    columns, labels
        The mapping files; without `columns` the headers must be the instrument's own names.
    timezone
        Of times without an offset; None takes UTC and warns.
    day_first
        Whether 10/6 is the tenth of June; None tells it from the whole file.
    subjects
        The pilots and decisions there are; None does not check.
    is_dry_run
        Read, compare and report, and store nothing.
    sheet
        Which sheet of a workbook; None takes the only one there is to take.
    accept
        Rows, cells and columns that may be left out where they are wrong.
    latest
        The day an engagement is told on, where that is after `imported_at`.
    forms
        The forms that were made here, by their ids.
    secret
        Mixed into the pseudonyms of forms that have a number and no name.
    """

    recorded_by: str
    imported_at: datetime
    site: str | None = None
    wave: str | None = None
    lens: str | None = None
    default_wave: str | None = None
    form: str = ""
    columns: Path | None = None
    labels: Path | None = None
    timezone: str | None = None
    day_first: bool | None = None
    subjects: tuple[Subject, ...] | None = None
    is_dry_run: bool = False
    sheet: str | None = None
    accept: str = ""
    latest: datetime | None = None
    secret: bytes = field(default=b"", repr=False)
    forms: Mapping[str, FormMap] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """After which nothing can have been answered."""
        return max(self.imported_at, self.latest or self.imported_at)


@dataclass(frozen=True)
class SkippedRow:
    """A row that was left out on purpose, and why."""

    row: int
    why: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.why}"


@dataclass(frozen=True)
class ImportCounts:
    """Respondents and answers of an import by what became of them.

    `n_refused` counts answers that were not taken because a later one is stored; `n_kept` counts
    stored answers whose cell is empty in this file, which stay as they are.
    """

    n_respondents_new: int = 0
    n_respondents_known: int = 0
    n_new: int = 0
    n_changed: int = 0
    n_unchanged: int = 0
    n_refused: int = 0
    n_kept: int = 0


@dataclass(frozen=True)
class ImportReport:
    """What became of one file.

    `n_per_lens` maps (site, wave, lens) to the respondents of the file, new and known;
    `skipped` are the rows left out with the reason; `warnings` what a person should look at.
    `import_id` names what was stored, to undo it; empty where nothing was. `preview` says of a
    dry run how the first form was understood.
    """

    file: str
    sha256: str
    tool: str
    counts: ImportCounts
    n_per_lens: dict[tuple[str, str, str], int]
    skipped: tuple[SkippedRow, ...] = ()
    warnings: tuple[Problem, ...] = ()
    is_dry_run: bool = False
    import_id: str = ""
    preview: tuple[str, ...] = ()

    def __str__(self) -> str:
        c = self.counts
        would = "dry run, nothing stored; " if self.is_dry_run else ""
        people = f"respondents: {c.n_respondents_new} new, {c.n_respondents_known} known"
        answers = (
            f"answers: {c.n_new} new, {c.n_changed} changed, {c.n_unchanged} unchanged, "
            f"{c.n_refused} refused"
        )
        lines = [f"{self.file}: {would}{people}; {answers}"]
        lines += [f"  {' / '.join(place)}: {n}" for place, n in sorted(self.n_per_lens.items())]
        lines += [f"  {line}" for line in self.preview]
        lines += [f"  skipped {row}" for row in self.skipped]
        lines += [f"  {warning}" for warning in self.warnings]
        lines += [
            f"  to take it back: harmony undo DIR --import {i}" for i in [self.import_id] if i
        ]
        return "\n".join(lines)

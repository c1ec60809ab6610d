"""One row of a table: the answers in it and the form it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from harmony_kit.errors import AnswerError
from harmony_kit.exchange.cells import CellError, name_allowed, read_cell, read_permission
from harmony_kit.exchange.columns import Column, Layout
from harmony_kit.exchange.row_problems import Complaint, Complaints
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.answers import Answer, Respondent, Source, check_answer

__all__ = ["Form", "SheetRow", "Submission", "read_answers"]

Key = tuple[str, str, str]


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """What holds for every row of a file.

    Attributes
    ----------
    codes
        Item id, leading field or ``quotable`` → folded label → code.
    """

    instrument: Instrument
    layout: Layout
    codes: Mapping[str, Mapping[str, str]]
    complaints: Complaints

    def cell(self, row: SheetRow, column: Column) -> str:
        """The text of a cell."""
        return row.cells[column.index]

    def complain(self, row: SheetRow, column: Column, what: str, allowed: str = "") -> None:
        """Note what is wrong with a cell."""
        self.complaints.add(row.number, Complaint(column.name, what, allowed))


@dataclass(frozen=True)
class Submission:
    """One filled-in form.

    `number` is the survey tool's own number of it, or a hash of the row where it has none;
    `is_named` says whether the file names the respondent or the pseudonym was derived.
    """

    row: int
    respondent: Respondent
    answers: tuple[Answer, ...]
    number: str
    is_named: bool

    @property
    def identity(self) -> tuple[str, str]:
        """Whose form of which wave it is, whatever site and lens it says."""
        name = f"respondent {self.respondent.respondent}"
        return self.respondent.wave, name if self.is_named else f"submission {self.number}"

    @property
    def content(self) -> dict[Key, tuple[object, ...]]:
        """What was said, by item, subject and the lens it is about."""
        return {answer.key[3:]: answer.content for answer in self.answers}


def read_answers(
    form: Form, row: SheetRow, person: Respondent, when: datetime, source: Source
) -> tuple[Answer, ...]:
    """The answers in a row, in the order of the columns; what is wrong becomes a complaint.

    A person without a known lens is a problem already; their answers are still checked.
    """
    blank = Answer(
        site=person.site,
        wave=person.wave,
        respondent=person.respondent,
        lens=person.lens or form.instrument.lens_ids[0],
        item="",
        about="",
        status="answered",
        answered_at=when,
        source=replace(source, reference=f"{source.reference}:{row.number}"),
    )
    read = (_read_answer(form, row, column, blank) for column in form.layout.of_items)
    return tuple(answer for answer in read if answer)


def _read_answer(form: Form, row: SheetRow, column: Column, blank: Answer) -> Answer | None:
    item, cell = form.instrument.item(column.field.item), form.cell(row, column)
    try:
        said = read_cell(cell, item, form.codes[item.id])
    except CellError as cause:
        form.complain(row, column, cause.what, name_allowed(item, form.instrument))
        return None
    if said is None:
        return None
    if column.field.about == blank.lens:
        what = f"a respondent of {blank.lens} cannot estimate {blank.lens}"
        form.complain(row, column, what, "an empty cell")
        return None
    answer = replace(
        blank,
        item=item.id,
        subject=column.field.subject,
        about=column.field.about or blank.lens,
        status=said.status,
        value=said.value,
        chosen=said.chosen,
        text=said.text,
        quotable=said.text is not None and _read_permission(form, row, item),
    )
    try:
        return check_answer(answer, form.instrument)
    except AnswerError as cause:
        shown = " ".join(cell.split())
        shown = shown if len(shown) <= 60 else f"{shown[:59]}…"
        form.complain(row, column, f"{shown!r} is not an answer", cause.allowed)
        return None


def _read_permission(form: Form, row: SheetRow, item: Item) -> bool:
    column = form.layout.permission(item.id)
    if column is None:
        return False
    try:
        return read_permission(form.cell(row, column), form.codes["quotable"])
    except CellError as cause:
        form.complain(row, column, cause.what, "yes, no")
        return False

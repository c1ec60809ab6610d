"""One row of a table: what was said in it and the form it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from harmony_kit.exchange.accepting import Accepted
from harmony_kit.exchange.cells import CellError, CellValue, read_permission
from harmony_kit.exchange.columns import Column, ColumnGroup, Layout
from harmony_kit.exchange.fields import ESSENTIAL
from harmony_kit.exchange.row_problems import Complaint, Complaints
from harmony_kit.exchange.weighing import weigh
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.instrument.parts import OTHER
from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.journal.bundle import BRIEF, Brief, Bundle, head_of

__all__ = ["Form", "RowAnswer", "SheetRow", "Submission", "read_group", "read_said"]

Key = tuple[str, str, str]


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class RowAnswer:
    """One answer of a row: what it answers, what was said, whether it may be quoted."""

    item: str
    subject: str | None
    about: str
    value: CellValue
    quotable: bool = False
    answered_at: datetime | None = None

    @cached_property
    def parts(self) -> dict[str, object]:
        """The fields of an `Answer` it says; rows that say the same share them."""
        value = self.value
        when = {} if self.answered_at is None else {"answered_at": self.answered_at}
        return {
            "item": self.item,
            "subject": self.subject,
            "about": self.about,
            "status": value.status,
            "value": value.value,
            "chosen": value.chosen,
            "text": value.text,
            "quotable": self.quotable,
            **when,
        }

    @cached_property
    def brief(self) -> Brief:
        """The same as columns of the journal; rows that say the same share it."""
        told = {**self.parts, "subject": self.subject or "", "note": None}
        return tuple(told[name] for name in BRIEF)


#: A question, the place of its first column, and what its cells were found to say.
ReadingStep = tuple[ColumnGroup, int, "dict[str, RowAnswer | None] | None"]


@dataclass(frozen=True)
class Form:
    """What holds for every row of a file.

    Attributes
    ----------
    codes
        Item id, leading field or ``quotable`` → folded label → code.
    notes
        What was read in another way than it stands there, to be told.
    seen
        Lens → its questions with what their cells said: most cells of a large file repeat.
    """

    instrument: Instrument
    layout: Layout
    codes: Mapping[str, Mapping[str, str]]
    complaints: Complaints
    notes: Complaints
    accepted: Accepted
    seen: dict[str, list[ReadingStep]] = field(default_factory=dict)

    def cell(self, row: SheetRow, column: Column) -> str:
        """The text of a cell."""
        return row.cells[column.index]

    def steps(self, lens: str) -> list[ReadingStep]:
        """The questions as a row of this lens is read.

        What is not asked everywhere is read anew, and so are texts and spread columns, which
        repeat little.
        """
        if lens not in self.seen:
            items = self.instrument.items
            anew = {item.id for item in items if item.kind == "text" or item.sites}
            self.seen[lens] = [
                (
                    group,
                    group.columns[0].index,
                    None if group.is_spread or group.field.item in anew else {},
                )
                for group in self.layout.groups
            ]
        return self.seen[lens]

    def complain(self, row: SheetRow, column: Column, what: str, allowed: str = "") -> None:
        """Note what is wrong with a cell, or that it is left out as accepted."""
        # Without a name or a side a row is nobody's: then all of it is wrong.
        index = None if column.field.name in ESSENTIAL else column.index
        self.refer(row, Complaint(column.name, what, allowed, index=index))

    def refer(self, row: SheetRow, complaint: Complaint) -> bool:
        """Note a complaint about a cell; whether the cell is left out as accepted instead."""
        index = complaint.index
        is_accepted = index is not None and self.accepted.covers(row.number, index)
        if is_accepted:
            told = f"left out as accepted: {complaint.what}"
            self.notes.add(row.number, Complaint(complaint.column, told))
        else:
            self.complaints.add(row.number, complaint)
        return is_accepted


@dataclass(frozen=True)
class Submission:
    """One filled-in form.

    `number` is the survey tool's own number of it, or a hash of the row where it has none;
    `is_named` says whether the file names the respondent or the pseudonym was derived; `source`
    is that of every answer in it, which are dated `when` unless they say otherwise.
    """

    row: int
    respondent: Respondent
    said: tuple[RowAnswer, ...]
    number: str
    is_named: bool
    source: Source
    when: datetime

    @property
    def identity(self) -> tuple[str, str, str]:
        """Whose form of which wave it is, whatever lens it says.

        A numbered form is one person wherever it turns up; a pseudonym is one of its site.
        """
        person = self.respondent
        if self.is_named:
            return person.wave, person.site, f"respondent {person.respondent}"
        return person.wave, "", f"submission {self.number}"

    @property
    def content(self) -> dict[Key, tuple[object, ...]]:
        """What was said, by item, subject and the lens it is about."""
        return {answer.key[3:]: answer.content for answer in self.answers()}

    def bundles(self) -> Iterator[Answer | Bundle]:
        """The answers as they are stored: a bundle, where all are of one moment."""
        if any(said.answered_at for said in self.said):
            yield from self.answers()
        else:
            yield Bundle(head_of(self._first), tuple(said.brief for said in self.said))

    @property
    def _first(self) -> Answer:
        """What is the same in every answer."""
        person = self.respondent
        return Answer(
            site=person.site,
            wave=person.wave,
            respondent=person.respondent,
            lens=person.lens,
            item="",
            about="",
            status="answered",
            answered_at=self.when,
            source=self.source,
        )

    def answers(self) -> Iterator[Answer]:
        """The answers, made when they are asked for: a large file has millions."""
        first = self._first
        for said in self.said:
            # As `dataclasses.replace`, in a sixth of its time.
            answer = object.__new__(Answer)
            vars(answer).update(vars(first))
            vars(answer).update(said.parts)
            yield answer


def read_said(form: Form, row: SheetRow, person: Respondent) -> tuple[RowAnswer, ...]:
    """What a row says, in the order of the columns; what is wrong becomes a complaint.

    A person without a known lens is a problem already; their answers are still checked.
    """
    who = person if person.lens else replace(person, lens=form.instrument.lens_ids[0])
    said: list[RowAnswer] = []
    for group, index, known in form.steps(who.lens):
        cell = row.cells[index]
        if known is not None and cell in known:
            found = known[cell]
        else:
            found = _read_step(form, row, group, who, known)
        if found is not None:
            said.append(found)
    return tuple(said)


def _read_step(
    form: Form,
    row: SheetRow,
    group: ColumnGroup,
    who: Respondent,
    known: dict[str, RowAnswer | None] | None,
) -> RowAnswer | None:
    n_before = form.complaints.n_added + form.notes.n_added
    found = read_group(form, row, group, who)
    is_plain = n_before == form.complaints.n_added + form.notes.n_added
    if known is not None and is_plain:
        known[row.cells[group.columns[0].index]] = found
    return found


def read_group(form: Form, row: SheetRow, group: ColumnGroup, who: Respondent) -> RowAnswer | None:
    """What a row says to one question; None where it says nothing or is wrong."""
    column = group.columns[0]
    asked = column.field
    cells = tuple(form.cell(row, one) for one in group.columns)
    item = form.instrument.item(asked.item)
    found = weigh(group, cells, who, form.instrument, form.codes[asked.item])
    while isinstance(found, Complaint) and form.refer(row, found):
        # The wrong cell is left out as accepted; the other cells of the group still count.
        wrong = found.index
        pairs = zip(group.columns, cells, strict=True)
        cells = tuple("" if one.index == wrong else cell for one, cell in pairs)
        found = weigh(group, cells, who, form.instrument, form.codes[asked.item])
    if isinstance(found, Complaint):
        return None
    if found is None:
        return None
    if found.n_cut:
        what = f"ranks more options than asked for; the first {item.k} were taken"
        form.notes.add(row.number, Complaint(column.name, what))
    if found.is_typed:
        what = f"is none of the options; taken as the words of {OTHER!r}"
        form.notes.add(row.number, Complaint(column.name, what))
    quotable = item.kind == "text" and found.text is not None and _read_permission(form, row, item)
    return RowAnswer(item.id, asked.subject, asked.about or who.lens, found, quotable)


def _read_permission(form: Form, row: SheetRow, item: Item) -> bool:
    column = form.layout.permission(item.id)
    if column is None:
        return False
    try:
        return read_permission(form.cell(row, column), form.codes["quotable"])
    except CellError as cause:
        form.complain(row, column, cause.what, "yes, no")
        return False

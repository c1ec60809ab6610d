"""Tidy files: one row per answer, as exports for statistics programs have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from harmony_kit.exchange.columns import Column, ColumnGroup, Layout
from harmony_kit.exchange.fields import LEADING, Field, FieldError, parse_field
from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.people import Intake
from harmony_kit.exchange.reading import Table
from harmony_kit.exchange.row_problems import Complaints
from harmony_kit.exchange.submissions import RowAnswer, SheetRow, Submission, read_group
from harmony_kit.exchange.tools import Tool
from harmony_kit.journal.answers import Place, Respondent, Source, column_name

__all__ = ["ANSWER_COLUMNS", "TIDY", "is_tidy", "lay_out_tidy", "read_tidy"]

#: The columns of one answer, after those of its respondent; only the first and the one called
#: value must be there.
ANSWER_COLUMNS = (
    "item",
    "subject",
    "about",
    "status",
    "value",
    "number",
    "quotable",
    "answered_at",
)
TIDY = Tool("tidy")


def is_tidy(table: Table) -> bool:
    """Whether each row of a table is one answer."""
    return {"respondent", "item", "value"} <= {fold(header) for header in table.headers}


def lay_out_tidy(table: Table, complaints: Complaints) -> Layout:
    """What each column holds; adds a complaint for every one that is no column of a tidy file."""
    columns = []
    for i, header in enumerate(table.headers):
        name = fold(header)
        if name in (*LEADING, *ANSWER_COLUMNS):
            columns.append(Column(i, header, Field(name)))
        elif name:
            allowed = ", ".join((*LEADING, *ANSWER_COLUMNS))
            what = f"{header.strip()!r} is no column of a file with one row per answer"
            complaints.add_file(what, allowed, where=f"row 1, column {header.strip()}")
    return Layout(TIDY, tuple(columns))


@dataclass(frozen=True)
class _Reader:
    desk: Intake
    when: Callable[[datetime | None, datetime | None], datetime]
    source: Source

    def cell(self, row: SheetRow, name: str) -> str:
        column = self.desk.form.layout.leading(name)
        return self.desk.form.cell(row, column).strip() if column else ""

    def read(self, row: SheetRow) -> Submission | None:
        """A submission of one answer; None where the row says nothing or is wrong."""
        person = self.desk.read(row)
        who = person.respondent
        said = self._read_answer(row, who)
        if said is None:
            return None
        source = replace(self.source, reference=f"{self.source.reference}:{row.number}")
        when = self.when(who.finished_at, who.started_at)
        named = person.is_named
        return Submission(row.number, who, (said,), person.number, named, source, when)

    def _read_answer(self, row: SheetRow, who: Respondent) -> RowAnswer | None:
        form = self.desk.form
        item, about = self.cell(row, "item"), self.cell(row, "about")
        name = column_name(item, self.cell(row, "subject"), about if about != who.lens else None)
        column = form.layout.leading("value")
        try:
            asked = parse_field(name, form.instrument)
        except FieldError as cause:
            of_item = form.layout.leading("item")
            if of_item is not None:
                form.complain(row, of_item, cause.what, cause.allowed)
            return None
        if column is None or not asked.item:
            return None
        status = self.cell(row, "status")
        if status not in ("", "answered"):
            cells = list(row.cells)
            cells[column.index] = status
            row = replace(row, cells=tuple(cells))
        said = read_group(form, row, ColumnGroup((replace(column, field=asked),)), who)
        if said is None:
            return None
        answered_at = self.desk.read_time(row, "answered_at")
        is_text = said.value.text is not None and said.value.chosen is None
        quotable = is_text and self.cell(row, "quotable") in ("yes", "TRUE")
        return replace(said, answered_at=answered_at, quotable=quotable)


def read_tidy(
    desk: Intake, source: Source, when: Callable[[datetime | None, datetime | None], datetime]
) -> list[Submission]:
    """One submission for each respondent of a tidy file, with all their rows.

    What is wrong becomes a complaint. `when` dates answers by the end and the start of an
    interview, where their own row does not.
    """
    reader = _Reader(desk, when, source)
    found: dict[Place, Submission] = {}
    for number, cells in zip(desk.table.row_numbers, desk.table.rows, strict=True):
        if number in desk.form.accepted.rows:
            continue
        if one := reader.read(SheetRow(number, cells)):
            person = one.respondent
            place = (person.site, person.wave, person.respondent)
            before = found.get(place)
            found[place] = replace(before, said=before.said + one.said) if before else one
    return list(found.values())

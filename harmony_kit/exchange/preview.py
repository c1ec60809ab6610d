"""How the first form of a file was understood, column by column, for whoever imports it."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_kit.exchange.columns import Column, ColumnGroup
from harmony_kit.exchange.people import Intake
from harmony_kit.exchange.submissions import RowAnswer, Submission
from harmony_kit.grids import column_letters

__all__ = ["preview_form"]

_SHOWN, _MOST = 40, 30


def preview_form(desk: Intake, submission: Submission) -> tuple[str, ...]:
    """A line for each column of the form: header, what it is, the cell, what it was read as."""
    table, layout = desk.table, desk.form.layout
    cells = table.rows[table.row_numbers.index(submission.row)]
    person = submission.respondent
    lines = [f"row {submission.row} as it was read, {person.site} / {person.wave} / {person.lens}:"]
    about = (column for column in layout.columns if not column.field.item)
    lines += [_tell(column, column.field.name, cells[column.index]) for column in about]
    said = {(a.item, a.subject or "", a.about): a for a in submission.said}
    told = list(_tell_groups(layout.groups, said, cells, person.lens))
    lines += told[:_MOST]
    if len(told) > _MOST:
        lines.append(f"… and {len(told) - _MOST} more questions")
    return tuple(lines)


def _tell(column: Column, field: str, cell: str) -> str:
    header = " ".join(column.header.split())
    return f"{column_letters(column.index)} {_cut(header)!r} is {field}: {_cut(cell)!r}"


def _tell_groups(
    groups: tuple[ColumnGroup, ...],
    said: dict[tuple[str, str, str], RowAnswer],
    cells: tuple[str, ...],
    lens: str,
) -> Iterator[str]:
    for group in groups:
        item, subject, about = group.field.question
        answer = said.get((item, subject, about or lens))
        shown = "; ".join(cells[one.index] for one in group.columns if cells[one.index])
        meant = _say(answer) if answer else "not asked"
        yield f"{_tell(group.columns[0], group.field.name, shown)} read as {meant}"


def _say(answer: RowAnswer) -> str:
    value = answer.value
    if value.status != "answered":
        return value.status
    if value.chosen is not None:
        return ";".join(value.chosen)
    return str(value.value) if value.value is not None else "text"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"

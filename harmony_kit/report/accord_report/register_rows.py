"""The register: everything to see to as rows that Jira, Planner and a spreadsheet take in.

Headings are English in every language, as the import of those tools looks for them; so is the
status. `id` and `version` bring an edited row home.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from harmony_kit.exchange.folding import guard
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.journal.commitment import Commitment
from harmony_kit.report.accord_report.accord_view import AccordView
from harmony_kit.report.accord_report.due_things import DueThing, due_things

__all__ = ["REGISTER", "draw_register", "draw_register_workbook", "version_of"]

#: The columns of a register, in their order.
REGISTER = (
    "Id",
    "Version",
    "Site",
    "Workflow",
    "Issue type",
    "Label",
    "Summary",
    "Assignee",
    "Status",
    "Due date",
    "Reason",
    "Done when",
)


def version_of(thing: Commitment) -> str:
    """A short name for how a thing stands; a row that comes back says what it was made from."""
    return f"v{thing.id[:10]}"


def _row(view: AccordView, one: DueThing) -> tuple[str, ...]:
    """One thing as a row of the register."""
    thing = one.thing
    return (
        one.mark,
        version_of(thing),
        thing.site,
        view.title(thing.workflow),
        one.kind,
        one.sort,
        one.text,
        " + ".join(one.owners),
        one.state,
        one.due.isoformat() if one.due else "",
        one.reason,
        thing.done_when,
    )


def _rows(views: Iterable[AccordView]) -> list[tuple[str, ...]]:
    return [_row(view, one) for view in views for one in due_things(view)]


def draw_register(views: Iterable[AccordView]) -> bytes:
    """register.csv; what a spreadsheet would take for a formula is kept a text."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(REGISTER)
    writer.writerows([guard(cell) for cell in row] for row in _rows(views))
    return text.getvalue().encode("utf-8-sig")


def draw_register_workbook(views: Iterable[AccordView]) -> bytes:
    """register.xlsx, the same rows."""
    return draw_workbook([WorkbookSheet("register", REGISTER, tuple(_rows(views)))])

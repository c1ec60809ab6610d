"""What the cells of one question say together, and whether the item takes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from harmony_kit.errors import AnswerError, ElsewhereError
from harmony_kit.exchange.cells import (
    CellError,
    CellValue,
    join_namely,
    name_allowed,
    read_cell,
    take_typed,
)
from harmony_kit.exchange.columns import ColumnGroup
from harmony_kit.exchange.row_problems import Complaint
from harmony_kit.exchange.spread import read_spread
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answer_rules import check_answer
from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.sheet_marks import ERRORS

__all__ = ["weigh"]


def weigh(
    group: ColumnGroup,
    cells: tuple[str, ...],
    who: Respondent,
    instrument: Instrument,
    codes: Mapping[str, str],
) -> CellValue | Complaint | None:
    """What the cells say to somebody, or what is wrong with them; None for nothing."""
    asked, wrong, lens = group.field, group.columns[0], who.lens
    item = instrument.item(asked.item)
    try:
        said = _read_cells(group, cells, instrument, codes)
    except CellError as cause:
        wrong = group.columns[cause.place]
        allowed = name_allowed(item, instrument)
        return Complaint(wrong.name, cause.what, allowed, index=wrong.index)
    if said is None:
        return None
    if asked.about == lens:
        what = f"a respondent of {lens} cannot estimate {lens}"
        return Complaint(wrong.name, what, "an empty cell", index=wrong.index)
    try:
        check_answer(_trial(group, said, who, instrument), instrument)
    except ElsewhereError as cause:
        return Complaint(wrong.name, cause.what, cause.allowed, index=wrong.index)
    except AnswerError as cause:
        shown = "; ".join(" ".join(cell.split()) for cell in cells if cell.strip())
        shown = shown if len(shown) <= 60 else f"{shown[:59]}…"
        what = f"{shown!r} is not an answer"
        return Complaint(wrong.name, what, cause.allowed, index=wrong.index)
    return said


def _read_cells(
    group: ColumnGroup, cells: tuple[str, ...], instrument: Instrument, codes: Mapping[str, str]
) -> CellValue | None:
    item = instrument.item(group.field.item)
    if group.is_spread and item.kind != "choice":
        return read_spread(group, cells, item, codes)
    cell = join_namely(cells, codes) if group.is_spread else cells[0]
    try:
        return read_cell(cell, item, codes)
    except CellError:
        if not instrument.takes_words(item.id) or cell.strip() in ERRORS:
            raise
        return take_typed(cell)


def _trial(group: ColumnGroup, said: CellValue, who: Respondent, instrument: Instrument) -> Answer:
    asked = group.field
    known = instrument.item(asked.item).sites
    return Answer(
        site=who.site or next(iter(known or ()), ""),  # that a row has none is told already
        wave="",
        respondent="",
        lens=who.lens,
        item=asked.item,
        about=asked.about or who.lens,
        status=said.status,
        answered_at=datetime.min,  # noqa: DTZ901 - only what was said is checked
        source=Source("", "import", instrument.id, 0, ""),
        subject=asked.subject,
        value=said.value,
        chosen=said.chosen,
        text=said.text,
    )

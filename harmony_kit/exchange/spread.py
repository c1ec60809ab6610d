"""Questions spread over columns: one for each option, or one for each place of a rank."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from harmony_kit.exchange.cells import CellError, CellValue, find_code, read_codes
from harmony_kit.exchange.columns import Column, ColumnGroup, Layout
from harmony_kit.exchange.fields import SPREAD, Field
from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.reading import Table
from harmony_kit.exchange.row_problems import Complaints
from harmony_kit.instrument.model import Instrument, Item

__all__ = ["name_options", "read_spread"]

_TAIL = re.compile(r"(?P<stem>.*?)(?:/(?P<a>[^/]+)|\s?\[(?P<b>[^\]]+)\])$")
_MARKED = frozenset("1 y yes true x ✓ ✔ selected checked quoted ja oui sí si".split())  # noqa: SIM905 - a list of words
_UNMARKED = frozenset(
    ("", "0", "n", "no", "false", "nein", "non", "-", "not selected", "unchecked", "not quoted")
)


def name_options(
    layout: Layout,
    table: Table,
    instrument: Instrument,
    codes: Mapping[str, Mapping[str, str]],
    complaints: Complaints,
) -> Layout:
    """The layout with the option of every column that stands for one, told from its header.

    Adds a complaint where some option columns of a question are mapped and others are not.
    """
    columns = []
    stems: dict[str, Field] = {}
    for column in layout.columns:
        field = column.field
        is_spread = bool(field.item) and instrument.item(field.item).kind in SPREAD
        stem, option = _tail(column, table, codes[field.item]) if is_spread else ("", "")
        is_told = bool(option) and not field.option
        if is_told:
            stems[stem] = field
        told = replace(column, field=replace(field, option=option)) if is_told else column
        columns.append(told)
    # A single column may be named after an option by chance: then its cells hold labels.
    for stem, field in stems.items():
        _complain_left_over(stem, field, layout, codes[field.item], complaints)
    return replace(layout, columns=tuple(columns))


def _tail(column: Column, table: Table, codes: Mapping[str, str]) -> tuple[str, str]:
    """What the header has before its option, and the option; both empty where it has none."""
    match = _TAIL.match(" ".join(column.header.split()))
    if match:
        return fold(match["stem"]), codes.get(fold(match["a"] or match["b"]), "")
    stem, _, tail = " ".join(table.label(column.index).split()).rpartition(" - ")
    return (fold(stem), codes.get(fold(tail), "")) if stem else ("", "")


def _complain_left_over(
    stem: str, field: Field, layout: Layout, codes: Mapping[str, str], complaints: Complaints
) -> None:
    others = []
    for header in layout.unknown:
        match = _TAIL.match(" ".join(header.split()))
        if match and fold(match["stem"]) == stem and fold(match["a"] or match["b"]) in codes:
            others.append(header)
    if others:
        what = f"columns of {field.name} are not in the mapping: {', '.join(others)}"
        todo = f"Map {stem!r} to {field.name} for all of them, or each of them."
        complaints.add_file(what, todo=todo, where="row 1")


def read_spread(
    group: ColumnGroup, cells: Sequence[str], item: Item, codes: Mapping[str, str]
) -> CellValue | None:
    """What the cells of a question say together; None where none of them says anything.

    Raises `CellError` for a cell that is neither a mark nor a label.
    """
    placed: dict[int, str] = {}
    is_numbered = all(column.field.option for column in group.columns)
    for i, (column, cell) in enumerate(zip(group.columns, cells, strict=True)):
        try:
            said = _read_one(column.field.option, cell, item, codes)
        except CellError as cause:
            raise CellError(cause.what, i) from None
        if said is None:
            continue
        place, code = said
        place = place if place is not None else i
        if place in placed:
            what = f"{placed[place]} and {code} have the same place"
            raise CellError(what, i)
        placed[place] = code
    # Where every option says its place the order is sure, so a longer rank may be cut.
    full = len(placed) if is_numbered else None
    return read_codes([placed[place] for place in sorted(placed)], item, full=full)


def _read_one(
    option: str, cell: str, item: Item, codes: Mapping[str, str]
) -> tuple[int | None, str] | None:
    """The place of an option, where the cell says it, and the option; None for no option."""
    label = fold(cell)
    if option and item.kind == "rank" and label.isdigit():
        return (int(label), option) if int(label) else None
    if option and label in _MARKED:
        return None, option
    if not label or (option and label in _UNMARKED):
        return None
    code = find_code(label, codes)
    if code is None:
        what = f"{' '.join(cell.split())!r} is not an answer"
        raise CellError(what)
    return (None, code) if code else None

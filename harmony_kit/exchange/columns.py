"""Which column of a table holds what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from harmony_kit.errors import nearest
from harmony_kit.exchange.fields import (
    IGNORED,
    LEADING,
    SPREAD,
    Field,
    FieldError,
    Mapped,
    parse_field,
)
from harmony_kit.exchange.folding import fold, name_twins
from harmony_kit.exchange.reading import Table
from harmony_kit.exchange.row_problems import Complaints
from harmony_kit.exchange.tools import OWN, Tool, Validity, recognise_tool
from harmony_kit.instrument.model import Instrument

__all__ = ["Column", "ColumnGroup", "Layout", "lay_out"]

_SHOWN = 60


@dataclass(frozen=True)
class Column:
    """One column that is imported: its place, its header as it stands there, what it holds."""

    index: int
    header: str
    field: Field

    @property
    def name(self) -> str:
        """How a problem names it: the header, and the field where that is another word."""
        header = " ".join(self.header.split())
        if fold(header) == fold(self.field.name):
            return self.field.name
        short = header if len(header) <= _SHOWN else header[: _SHOWN - 1] + "…"
        return f"{short} ({self.field.name})"


@dataclass(frozen=True)
class ColumnGroup:
    """An own answer or an estimate, and the columns it stands in.

    A rank or a set of words may have several: one for each place, or one for each option.
    """

    columns: tuple[Column, ...]

    @property
    def field(self) -> Field:
        """What is asked."""
        return self.columns[0].field

    @property
    def is_spread(self) -> bool:
        """Whether it takes several cells to know the answer."""
        return len(self.columns) > 1 or bool(self.field.option)


@dataclass(frozen=True)
class Layout:
    """The columns of a table that are imported, and the headers of those nobody asked for.

    `validity` are the places of the columns that say whether a row counts, with what they say.
    """

    tool: Tool
    columns: tuple[Column, ...]
    unknown: tuple[str, ...] = ()
    validity: tuple[tuple[int, Validity], ...] = ()

    def leading(self, name: str) -> Column | None:
        """The column of a leading field; None if there is none."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.field.name: column for column in reversed(self.columns)}

    @cached_property
    def groups(self) -> tuple[ColumnGroup, ...]:
        """The own answers and estimates, in the order of their first columns."""
        found: dict[tuple[str, str, str], list[Column]] = {}
        for column in self.columns:
            if column.field.item and not column.field.is_permission:
                found.setdefault(column.field.question, []).append(column)
        return tuple(ColumnGroup(tuple(columns)) for columns in found.values())

    def permission(self, item: str) -> Column | None:
        """The ``:quotable`` column of a text item; None if there is none."""
        return self.leading(f"{item}:quotable")


def lay_out(
    table: Table,
    instrument: Instrument,
    mapping: Mapping[str, Mapped] | None,
    complaints: Complaints,
) -> Layout:
    """What each column holds, by a mapping or, without one, by the instrument's own naming.

    Adds to `complaints` what is wrong: without a mapping every unknown column, with one every
    mapped column the file does not have. Raises `ExchangeError` at once when a file without a
    mapping is evidently not in the instrument's naming.
    """
    folded = name_twins(fold(header) for header in table.headers)
    tool = recognise_tool(folded)
    if mapping is None:
        fields = _read_own(table, folded, tool, instrument, complaints)
        left_over: list[int] = []
    else:
        fields = _read_mapped(table, folded, mapping, instrument, complaints)
        options = tuple(f"{folded[i]}/" for i in fields)
        left_over = [
            i
            for i, name in enumerate(folded)
            if i not in fields and name and not name.startswith(options)
        ]
    if tool:
        fields |= _default_fields(folded, tool, fields)
        left_over = [i for i in left_over if folded[i] not in tool.bookkeeping]
    columns = tuple(
        Column(i, table.headers[i], field)
        for i, field in sorted(fields.items())
        if field.name != IGNORED
    )
    # A column left empty in the mapping is known to the file and still imports nothing.
    unknown = tuple(table.headers[i].strip() for i in left_over if i not in fields)
    tool = tool or (OWN if mapping is None else Tool("other"))
    # What somebody mapped is no longer the tool's word, even where it is mapped to nothing.
    says = {validity.header: validity for validity in tool.validity}
    validity = tuple((i, says[n]) for i, n in enumerate(folded) if n in says and i not in fields)
    return Layout(tool, columns, unknown, validity)


def _read_own(
    table: Table,
    folded: tuple[str, ...],
    tool: Tool | None,
    instrument: Instrument,
    complaints: Complaints,
) -> dict[int, Field]:
    fields: dict[int, Field] = {}
    unknown: list[tuple[str, FieldError]] = []
    for i, header in enumerate(table.headers):
        if not folded[i] or (tool and folded[i] in tool.bookkeeping):
            continue
        try:
            field = parse_field(header, instrument)
        except FieldError as cause:
            unknown.append((" ".join(header.split())[:_SHOWN], cause))
            continue
        if field in fields.values():
            complaints.add_file(f"the column {field.name} stands twice", where="row 1")
        fields[i] = field
    _complain_unknown(unknown, fields, complaints)
    return fields


def _complain_unknown(
    unknown: list[tuple[str, FieldError]], fields: Mapping[int, Field], complaints: Complaints
) -> None:
    if len(unknown) > max(5, len(fields)):
        what = f"{len(unknown)} columns have no name of the instrument, the first {unknown[0][0]!r}"
        todo = "Give a mapping with --map; harmony map writes a first one."
        complaints.add_file(what, "<item>[<subject>]@<lens>", todo, where="row 1")
        complaints.refuse()
    for header, cause in unknown:
        complaints.add_file(cause.what, cause.allowed, cause.todo, where=f"row 1, column {header}")


def _read_mapped(
    table: Table,
    folded: tuple[str, ...],
    mapping: Mapping[str, Mapped],
    instrument: Instrument,
    complaints: Complaints,
) -> dict[int, Field]:
    places = {name: i for i, name in enumerate(folded) if name}
    without_group = _drop_groups(places)
    fields: dict[int, Field] = {}
    for name, mapped in mapping.items():
        field = mapped.field
        if field is None:
            continue
        place = places.get(name, without_group.get(name.rpartition("/")[2]))
        is_spread = bool(field.item) and instrument.item(field.item).kind in SPREAD
        spread = _spread(name, places) if place is None and is_spread else ()
        fields |= dict.fromkeys(spread, field)
        if place is not None:
            fields[place] = field
        elif field.name != IGNORED and not spread:
            what = f"the mapping names a column the file does not have: {mapped.column!r}"
            headers = (" ".join(header.split()) for header in table.headers)
            complaints.add_file(what, todo=nearest(mapped.column, headers), where="row 1")
    return fields


def _spread(name: str, places: Mapping[str, int]) -> tuple[int, ...]:
    """The columns a question is spread over: ``q/a``, ``q[a]``, ``q [a]``, ``q_1``."""
    tail = re.compile(re.escape(name) + r"(?:/.+| ?\[.+\]|_\d+)")
    return tuple(place for other, place in places.items() if tail.fullmatch(other))


def _drop_groups(places: Mapping[str, int]) -> dict[str, int]:
    """Headers by their last part, where only one has it: groups come and go between exports."""
    found: dict[str, list[int]] = {}
    for name, place in places.items():
        found.setdefault(name.rpartition("/")[2], []).append(place)
    return {name: hits[0] for name, hits in found.items() if len(hits) == 1}


def _default_fields(
    folded: tuple[str, ...], tool: Tool, fields: Mapping[int, Field]
) -> dict[int, Field]:
    taken = {field.name for field in fields.values()}
    wanted = {n: f for n, f in tool.fields.items() if f in LEADING and f not in taken}
    return {
        i: Field(wanted[name])
        for i, name in enumerate(folded)
        if name in wanted and i not in fields
    }

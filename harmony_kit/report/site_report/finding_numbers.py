"""The numbers behind a finding that no picture shows, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harmony_kit.findings.findings import Finding
from harmony_kit.findings.number_kinds import number_column
from harmony_kit.findings.observation import Number
from harmony_kit.measures.rows import Row
from harmony_kit.measures.usage import TREND_WEEKS
from harmony_kit.report.blocks import Block, join_blocks
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.tables import ReportColumn, ReportTable, show_table

__all__ = ["show_numbers"]

#: Numbers that say the same as others beside them, or only where a number lies.
_UNTOLD = ("points", "p_unowned", "misreading_low", "misreading_high")

#: Number → lens → its value and the ends of its band; the lens is empty where it has none.
_Table = dict[str, dict[str, Row]]


def show_numbers(view: SiteView, finding: Finding) -> Block:
    """What each side's answers come to, then what has no side: records, and both together.

    A finding that stands for several has a row for each of them.
    """
    numbers = [(view.place(one), one.numbers) for one in finding.alike]
    several = numbers or [("", finding.numbers)]
    tables = [(name, _tabulate(said, view.lenses)) for name, said in several]
    return join_blocks([_show_sides(view, tables), _show_shared(view, tables)])


def _show_sides(view: SiteView, tables: list[tuple[str, _Table]]) -> Block:
    """A row per number that each side has of its own, a column per side."""
    rows = [
        (
            _label(view, name, number),
            *(_say_number(view, number, columns.get(lens)) for lens in view.lenses),
        )
        for name, table in tables
        for number, columns in table.items()
        if "" not in columns
    ]
    return _show(view, "first.numbers", [view.words.say("table.number"), *view.names], rows)


def _show_shared(view: SiteView, tables: list[tuple[str, _Table]]) -> Block:
    """The numbers without a side: one below the other, or beside each other for several."""
    known = [(name, _sideless(table)) for name, table in tables]
    numbers = [*dict.fromkeys(number for _, table in known for number in table)]
    words = view.words
    if len(tables) == 1:
        rows = [
            (_label(view, "", number), _say_number(view, number, known[0][1][number]))
            for number in numbers
        ]
        heads = [words.say("table.number"), words.say("table.value")]
        return _show(view, "first.numbers_shared", heads, rows)
    heads = [words.say("table.where"), *(_label(view, "", number) for number in numbers)]
    beside = [
        (name, *(_say_number(view, number, table.get(number)) for number in numbers))
        for name, table in known
        if numbers
    ]
    return _show(view, "first.numbers_shared", heads, beside)


def _sideless(table: _Table) -> dict[str, Row]:
    return {number: columns[""] for number, columns in table.items() if "" in columns}


def _show(view: SiteView, caption: str, heads: list[str], rows: Sequence[tuple[str, ...]]) -> Block:
    first, *others = heads
    columns = (ReportColumn(first), *(ReportColumn(head, is_number=True) for head in others))
    return show_table(ReportTable(view.words.say(caption), columns, rows), view.words)


def _label(view: SiteView, name: str, number: str) -> str:
    said = view.words.say(f"number.{number}", n=TREND_WEEKS)
    return f"{name}: {said}" if name else said[:1].upper() + said[1:]


def _tabulate(numbers: Mapping[str, Number], lenses: tuple[str, str]) -> _Table:
    table: _Table = {}
    for key, value in numbers.items():
        lens = next((lens for lens in lenses if key.endswith(f"_{lens}")), "")
        name = key.removesuffix(f"_{lens}") if lens else key
        whole = name.removesuffix("_from").removesuffix("_to")
        if whole not in _UNTOLD:
            table.setdefault(whole, {}).setdefault(lens, {})[name] = value
    return table


def _say_number(view: SiteView, name: str, row: Row | None) -> str:
    """A number, or the band it is told as; how sure a finding is as the page writes it."""
    if row is None or row.get(name) is None:
        return ""
    if f"{name}_from" in row:
        return view.words.told(row, name)
    return (
        view.certainty(row[name])
        if name == "probability"
        else view.words.figure(row[name], number_column(name))
    )

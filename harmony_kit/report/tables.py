"""Tables: what a picture shows, in numbers, for who reads numbers or hears the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.report.blocks import EMPTY, Block, Words, render_block

__all__ = ["Cell", "ReportColumn", "ReportTable", "show_table", "tuck_table"]


@dataclass(frozen=True)
class ReportColumn:
    """A column: its heading, and whether it holds numbers."""

    title: str
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell with something drawn behind its words.

    Attributes
    ----------
    share
        From 0 to 1: how far a bar reaches behind the words; None for none.
    side
        The lens whose colour the bar has, 0 or 1.
    note
        Said in small letters below.
    """

    words: str
    share: float | None = None
    side: int = 0
    note: str = ""


@dataclass(frozen=True)
class ReportTable:
    """A caption, columns and rows; the first cell of a row is its heading."""

    caption: str
    columns: tuple[ReportColumn, ...]
    rows: Sequence[Sequence[str | Cell]]


def show_table(table: ReportTable, words: Words) -> Block:
    """The table on the page; nothing without rows."""
    if not table.rows:
        return EMPTY
    rows = [[_as_cell(cell) for cell in row] for row in table.rows]
    return render_block("table", words, table=table, rows=rows)


def tuck_table(table: ReportTable, words: Words, *, summary: str = "") -> Block:
    """The table folded away under a summary, left out on paper; nothing without rows."""
    shown = show_table(table, words)
    if not shown:
        return EMPTY
    summary = summary or words.say("table.numbers")
    return render_block("tucked", words, summary=summary, content=shown)


def _as_cell(cell: str | Cell) -> Cell:
    return cell if isinstance(cell, Cell) else Cell(cell)

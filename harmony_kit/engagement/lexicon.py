"""lexicon.csv: the words two sides use for one thing, and the ones they agreed to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harmony_kit.engagement.row_files import read_row_file
from harmony_kit.errors import EngagementError, Problem

__all__ = ["AGREED", "LEXICON", "LexiconEntry", "lexicon_columns", "read_lexicon"]

LEXICON = "lexicon.csv"

#: The column both sides fill in; what stands in it, later texts use.
AGREED = "say_it_so"


@dataclass(frozen=True)
class LexiconEntry:
    """One thing and its words.

    Attributes
    ----------
    item
        The question the words came from; empty for a line the consultant added.
    term
        What it is about, as a reader knows it.
    said
        Lens id → what it says.
    agreed
        What both say from now on; empty until they have agreed.
    """

    site: str
    item: str
    term: str
    said: Mapping[str, str]
    agreed: str = ""


def lexicon_columns(lenses: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of the file, in order; what a lens says stands under its id."""
    return ("site", "term", *lenses, AGREED, "item")


def read_lexicon(
    folder: Path, lenses: tuple[str, ...], problems: list[Problem]
) -> tuple[LexiconEntry, ...]:
    """The entries of lexicon.csv, in their order; none where there is no such file.

    Columns may be missing, but for ``site`` and ``term``; others are the consultant's own.
    """
    path = folder / LEXICON
    if not path.is_file():
        return ()
    try:
        file = read_row_file(path)
    except EngagementError as cause:
        problems += cause.problems
        return ()
    if missing := [name for name in ("site", "term") if name not in file.columns]:
        what = f"the column {missing[0]!r} is missing"
        problems.append(Problem(LEXICON, "row 1", what, ", ".join(lexicon_columns(lenses))))
        return ()
    return tuple(_read_entry(row, lenses) for _, row in file.rows)


def _read_entry(row: dict[str, str], lenses: tuple[str, ...]) -> LexiconEntry:
    cell = {name: _bare(row.get(name, "")) for name in lexicon_columns(lenses)}
    said = {lens: cell[lens] for lens in lenses}
    return LexiconEntry(cell["site"], cell["item"], cell["term"], said, cell[AGREED])


def _bare(cell: str) -> str:
    """Without the mark that keeps a spreadsheet from taking words for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" else cell

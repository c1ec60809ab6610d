"""Which rows of a table are its header: titles and comments above it, second and third rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from harmony_kit.exchange.folding import fold

__all__ = ["Heading", "NumberedRow", "find_heading"]

NumberedRow = tuple[int, list[str]]

#: What survey tools write under a question that has one column only.
_PLAIN = ("", "response", "open-ended response", "antwort", "réponse", "respuesta")
_SURVEYMONKEY = {"respondent id", "collector id"}


@dataclass(frozen=True)
class Heading:
    """The header of a table.

    `n_rows` counts the filled rows up to the first row of answers; `labels` is what a tool says
    of each column in a row of its own; `left_out` tells what stood above and was not read;
    `zone` is the time zone a tool names there.
    """

    headers: tuple[str, ...]
    n_rows: int
    labels: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    zone: str = ""


def find_heading(rows: Sequence[NumberedRow]) -> Heading:
    """The header among the filled rows of a table.

    Known are: comments (``# …``), a title in one cell, a row of merged cells that groups the
    columns under it, Qualtrics' three rows and SurveyMonkey's two, also without its second.
    """
    start, left_out = _skip_above(rows)
    header = [cell.strip() and cell for cell in rows[start][1]]
    after = [row for _, row in rows[start + 1 : start + 3]]
    n_extra = _count_metadata(after)
    if n_extra:
        labels = tuple(after[0]) if n_extra > 1 else ()
        zone = _find_zone(after[n_extra - 1])
        return Heading(tuple(header), start + 1 + n_extra, labels, left_out, zone)
    if after and _continues(header, after[0]):
        return Heading(_join_rows(header, after[0]), start + 2, (), left_out)
    if {fold(cell) for cell in header} >= _SURVEYMONKEY:
        header = list(_join_rows(header, []))
    return Heading(tuple(header), start + 1, (), left_out)


def _skip_above(rows: Sequence[NumberedRow]) -> tuple[int, tuple[str, ...]]:
    start, told = 0, []
    while start + 1 < len(rows):
        number, row = rows[start]
        kind = _kind_above(row, rows[start + 1][1])
        if not kind:
            break
        first = next(cell for cell in row if cell.strip())
        told.append(f"row {number}, {' '.join(first.split())[:60]!r}, was taken for {kind}")
        start += 1
    return start, tuple(told)


def _kind_above(row: list[str], below: list[str]) -> str:
    n_filled, n_below = _count(row), _count(below)
    if row and row[0].startswith("#") and (n_filled == 1 or row[0].startswith("# ")):
        return "a comment"
    if n_filled == 1 and n_below > 1:
        return "a title"
    names = [fold(cell) for cell in below if cell.strip()]
    is_named = len(set(names)) == len(names) and not any(name[:1].isdigit() for name in names)
    # Merged cells leave their other cells empty, so such a row has gaps where the next has none.
    has_gap = any(cell.strip() for cell in row[n_filled:])
    if has_gap and 2 * n_filled <= n_below and is_named and all(cell.strip() for cell in below):
        return "a row that groups columns"
    return ""


def _count(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _count_metadata(after: list[list[str]]) -> int:
    """How many rows under the header describe it, as in a Qualtrics export: 0, 1 or 2."""
    for n, row in enumerate(after, 1):
        if any(cell.strip().startswith('{"ImportId"') for cell in row):
            return n
    return 0


def _find_zone(metadata: list[str]) -> str:
    found = (re.search(r'"timeZone":\s*"([^"]+)"', cell) for cell in metadata)
    return next((match[1] for match in found if match), "")


def _continues(header: list[str], below: list[str]) -> bool:
    """Whether a row names the columns that a question above it spans."""
    if not below or below[0].strip() or not header[0]:
        return False
    pairs = zip(header + [""] * (len(below) - len(header)), below, strict=False)
    return any(cell.strip() and not above for above, cell in pairs)


def _join_rows(header: list[str], below: list[str]) -> tuple[str, ...]:
    """``Question [option]`` for every column a question spans, the question itself for one."""
    width = max(len(header), len(below))
    above = header + [""] * (width - len(header))
    under = [cell.strip() for cell in below] + [""] * (width - len(below))
    names, question, place = [], "", 0
    for i in range(width):
        place = 1 if above[i] else place + 1
        question = above[i] or question
        spans = not above[i] or (i + 1 < width and not above[i + 1])
        option = under[i] or str(place)
        plain = not spans and fold(under[i]) in _PLAIN
        names.append(question if plain or not question else f"{question} [{option}]")
    return tuple(names)

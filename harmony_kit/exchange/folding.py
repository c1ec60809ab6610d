"""Text of other programs: how headers and labels are compared, how cells are kept harmless."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["GUARDS", "fold", "guard", "name_twins", "unguard", "unguard_rows"]

#: The header of the column that says which rows are guarded. Without it a ``'`` is somebody's own.
GUARDS = "guards"

_GUARDED = re.compile(r"'*[=+\-@\t\r]")

# Word processors curl quotes and add marks nobody sees; NFKC leaves both alone.
_ALIKE = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MODIFIER LETTER APOSTROPHE}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{ZERO WIDTH NO-BREAK SPACE}": " ",
        "\N{ZERO WIDTH SPACE}": None,
        "\N{SOFT HYPHEN}": None,
    }
)


def fold(text: str) -> str:
    """The text for comparing: NFKC, plain quotes, blanks collapsed, no case, no byte order mark."""
    if "&" in text:
        text = html.unescape(text)  # some exports carry the HTML of the form
    plain = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    return " ".join(plain.split()).casefold()


def name_twins(folded: Iterable[str]) -> tuple[str, ...]:
    """Folded headers made distinct: the second ``x`` is ``x2``, as survey tools name it."""
    names: list[str] = []
    taken: set[str] = set()
    for header in folded:
        name, n = header, 1
        while name and name in taken:
            n += 1
            name = f"{header}{n}"
        taken.add(name)
        names.append(name)
    return tuple(names)


def guard(cell: str) -> str:
    """The cell for a CSV file: a ``'`` before what a spreadsheet would take for a formula.

    A row of answers says that it is guarded: `GUARDS` heads a column with a ``'`` in such rows.
    """
    return f"'{cell}" if _GUARDED.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell as it was before `guard`."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


def unguard_rows(
    headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The table as it was before its rows were guarded, without the column that says so."""
    if GUARDS not in headers:
        return headers, [*rows]
    at = headers.index(GUARDS)
    read = []
    for row in rows:
        cells = (*row[:at], *row[at + 1 :])
        read.append(tuple(map(unguard, cells)) if row[at].strip() == "'" else cells)
    return (*headers[:at], *headers[at + 1 :]), read

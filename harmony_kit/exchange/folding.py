"""Text as it is compared, never as it is kept: headers and labels of survey tools."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

__all__ = ["fold", "name_twins"]

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

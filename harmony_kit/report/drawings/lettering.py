"""How wide words are, and how to break them: text must fit before a browser sets it."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Final

__all__ = ["shorten", "text_width", "wrap"]

#: Widths of the letters from space to tilde in thousandths of an em, as in DejaVu Sans. It is
#: wider than the other fonts a page is set in: what fits in it fits in all of them.
_ADVANCES: Final = (
    *(318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337),
    *(636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531),
    *(1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787),
    *(603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500),
    *(500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612),
    *(635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838),
)
_FIRST: Final = 32
_WIDEST: Final = 1000
_BOLD: Final = 1.12
#: Letters of one em: East Asian wide and full-width ones.
_WIDE: Final = frozenset("WF")


@cache
def _advance(letter: str) -> int:
    """Width in thousandths of an em; accents weigh nothing, unknown letters are wide."""
    parts = unicodedata.normalize("NFD", letter)
    if unicodedata.category(letter) in ("Mn", "Cf"):
        return 0
    place = ord(parts[0]) - _FIRST
    if 0 <= place < len(_ADVANCES):
        return _ADVANCES[place]
    if unicodedata.east_asian_width(letter) in _WIDE:
        return _WIDEST
    return 700 if unicodedata.category(letter).startswith("L") else _WIDEST


@lru_cache(maxsize=8192)
def text_width(words: str, size: float, *, is_bold: bool = False) -> float:
    """Width in points of a line of text in letters of a size; at most a little too wide."""
    return size * sum(map(_advance, words)) / 1000 * (_BOLD if is_bold else 1.0)


def shorten(words: str, width: float, size: float, *, is_bold: bool = False) -> str:
    """The text on one line, cut with an ellipsis where it is wider than `width` points."""
    line = " ".join(words.split())
    if text_width(line, size, is_bold=is_bold) <= width:
        return line
    while line and text_width(f"{line}…", size, is_bold=is_bold) > width:
        line = line[:-1]
    return f"{line.rstrip()}…" if line else ""


def wrap(
    words: str, width: float, size: float, *, most: int = 2, is_bold: bool = False
) -> list[str]:
    """The text in at most `most` lines of `width` points; what is too long is cut.

    An empty text has no lines.
    """
    lines: list[str] = []
    rest = words.split()
    while rest and len(lines) < most - 1:
        n = 1
        while n < len(rest) and _fits(rest[: n + 1], width, size, is_bold):
            n += 1
        lines.append(shorten(" ".join(rest[:n]), width, size, is_bold=is_bold))
        rest = rest[n:]
    return [*lines, shorten(" ".join(rest), width, size, is_bold=is_bold)] if rest else lines


def _fits(words: list[str], width: float, size: float, is_bold: bool) -> bool:  # noqa: FBT001
    return text_width(" ".join(words), size, is_bold=is_bold) <= width

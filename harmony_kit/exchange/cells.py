"""One cell: a label or code becomes what was said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import assert_never

from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.labels import STATUS_WORDS, allowed_codes
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.instrument.parts import OTHER
from harmony_kit.journal.answers import MAX_TEXT, Status
from harmony_kit.sheet_marks import ERRORS, UNCOMPUTED

__all__ = [
    "CellError",
    "CellValue",
    "find_code",
    "guard_words",
    "join_namely",
    "name_allowed",
    "read_cell",
    "read_codes",
    "read_permission",
    "take_typed",
]

_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]0+)?$", re.ASCII)
_STATUS_TYPED = re.compile(r"'*(?:dont_know|prefer_not)$")
_SEPARATORS = " ;,|\n"


@dataclass(frozen=True)
class CellValue:
    """What a cell says: `Answer`'s status, value, chosen and text.

    `n_cut` counts the options of a rank that stood after those asked for; `is_typed` says that
    what was written is none of the options, and was taken as what "other, namely" is.
    """

    status: Status
    value: int | None = None
    chosen: tuple[str, ...] | None = None
    text: str | None = None
    n_cut: int = 0
    is_typed: bool = False


class CellError(ValueError):
    """A cell that is none of the labels and codes of its field; `what` says which part.

    `place` counts the cells where an answer stands in several.
    """

    def __init__(self, what: str, place: int = 0) -> None:
        super().__init__(what, place)
        self.what, self.place = what, place


def read_cell(cell: str, item: Item, codes: Mapping[str, str]) -> CellValue | None:
    """What a cell says of an item; None where nothing was asked.

    `codes` are the folded labels of the item. Whether a code is on the scale is not decided
    here. Raises `CellError` for what is neither label nor code.
    """
    if not cell.strip():
        return None
    if cell.strip() in ERRORS:
        raise CellError(_tell_error(cell.strip()))
    if item.kind == "text":
        return _read_text(cell)
    code = find_code(fold(cell), codes)
    if code is not None:
        return read_codes([code], item)
    if item.kind == "rating":
        return _read_number(cell)
    if item.kind == "choice" and (other := _read_namely(cell, codes)):
        return other
    n_options = len(set(codes.values()) - {"", *STATUS_WORDS})
    return read_codes(_split_labels(cell, codes), item, full=n_options)


def _read_namely(cell: str, codes: Mapping[str, str]) -> CellValue | None:
    """``other: the shift leader``, with the option's code or label before the words."""
    label, mark, words = cell.partition(":")
    if not mark or not words.strip() or find_code(fold(label), codes) != OTHER:
        return None
    return CellValue("answered", chosen=(OTHER,), text=words.strip())


def take_typed(cell: str) -> CellValue:
    """What stands in a cell as what "other, namely" is: some tools write the words alone."""
    return CellValue("answered", chosen=(OTHER,), text=cell.strip()[:MAX_TEXT], is_typed=True)


def join_namely(cells: Sequence[str], codes: Mapping[str, str]) -> str:
    """The option and the words of "other, namely" as one cell, where they have a column each.

    Raises `CellError` for words beside another option, and for any other second answer.
    """
    found = {i: find_code(fold(cell), codes) for i, cell in enumerate(cells)}
    given = [i for i, code in found.items() if code != "" and cells[i].strip()]
    for i in given:
        if cells[i].strip() in ERRORS:
            raise CellError(_tell_error(cells[i].strip()), i)
    words = [i for i in given if found[i] is None]
    first, *others = sorted(given, key=lambda i: i in words) or [0]
    if not others:
        return cells[first].strip()
    if others == words and found[first] == OTHER:
        return f"{OTHER}: {' '.join(cells[i].strip() for i in words)}"
    what = f"is a second answer beside {shorten(cells[first], 40, placeholder='…')!r}"
    raise CellError(what, others[0])


def _tell_error(cell: str) -> str:
    if cell == UNCOMPUTED:
        return "holds a formula whose result is not stored (open the file, save it again)"
    return f"holds {cell}, an error of the spreadsheet"


def find_code(label: str, codes: Mapping[str, str]) -> str | None:
    """The code of a folded label, a full stop at its end or not; None where it is none."""
    return codes.get(label, codes.get(label.rstrip(". ")))


def _read_text(cell: str) -> CellValue:
    if _STATUS_TYPED.match(cell):
        if cell == "dont_know":
            return CellValue("dont_know")
        if cell == "prefer_not":
            return CellValue("prefer_not")
        return CellValue("answered", text=cell[1:])
    return CellValue("answered", text=cell)


def _read_number(cell: str) -> CellValue:
    number = fold(cell)
    if not _NUMBER.match(number):
        what = f"{cell.strip()!r} is not an answer"
        raise CellError(what)
    return CellValue("answered", value=int(re.split("[.,]", number)[0]))


def read_codes(codes: list[str], item: Item, *, full: int | None = None) -> CellValue | None:
    """What codes say together; None where every label stands for nothing.

    Of a rank of `full` different options, which is all there are, only the beginning counts:
    some forms let people order every option. A shorter one that is too long may be a list in
    no order, and is left for the check of the answer to refuse.
    """
    kept = [code for code in codes if code]
    if not kept:
        return None
    if len(kept) == 1 and kept[0] == "dont_know":
        return CellValue("dont_know")
    if len(kept) == 1 and kept[0] == "prefer_not":
        return CellValue("prefer_not")
    if item.kind == "rating":
        return CellValue("answered", value=int(kept[0]))
    k = item.k or 1
    if item.kind == "rank" and k < len(kept) == full == len(set(kept)):
        return CellValue("answered", chosen=tuple(kept[:k]), n_cut=len(kept) - k)
    return CellValue("answered", chosen=tuple(kept))


def _split_labels(cell: str, codes: Mapping[str, str]) -> list[str]:
    """The codes of a joined cell: ``a;b;``, ``a b``, or ``a, b`` with commas inside labels."""
    pieces = [piece for piece in re.split(r"[;\n]", cell) if piece.strip()]
    if all(fold(piece) in codes for piece in pieces):
        return [codes[fold(piece)] for piece in pieces]
    text = fold(cell)
    found = _match_from(0, text, codes)
    if found is not None:
        return found
    unknown = next(piece for piece in pieces if fold(piece) not in codes).strip()
    what = f"{unknown!r} is not an answer"
    raise CellError(what)


def _match_from(start: int, text: str, codes: Mapping[str, str]) -> list[str] | None:
    """The codes from `start` on, longest label first; None where something is no label."""
    while start < len(text) and text[start] in _SEPARATORS:
        start += 1
    if start == len(text):
        return []
    fitting = [label for label in codes if label and text.startswith(label, start)]
    for label in sorted(fitting, key=len, reverse=True):
        end = start + len(label)
        if end < len(text) and text[end] not in _SEPARATORS:
            continue
        rest = _match_from(end, text, codes)
        if rest is not None:
            return [codes[label], *rest]
    return None


def name_allowed(item: Item, instrument: Instrument) -> str:
    """What a cell of an item may hold, in words."""
    listed = ", ".join(allowed_codes(item, instrument))
    match item.kind:
        case "rating":
            codes = f"a whole number from 1 to {instrument.points(item.id)}"
        case "rank":
            codes = f"{item.k} of {listed} joined by semicolons"
        case "words":
            codes = f"up to {item.k} of {listed} joined by semicolons"
        case "choice":
            codes = f"{listed}, {OTHER}: words" if instrument.takes_words(item.id) else listed
        case "text":  # no label is looked for in what people typed
            return f"text, {' or '.join(STATUS_WORDS)}"
        case _:
            assert_never(item.kind)
    return f"{codes}, {' or '.join(STATUS_WORDS)}, or a label of the label file"


def read_permission(cell: str, codes: Mapping[str, str]) -> bool:
    """Whether a ``:quotable`` cell allows the quote; empty means no.

    Raises `CellError` for anything but yes and no.
    """
    word = codes.get(fold(cell), fold(cell))
    if word in ("yes", "true", "1"):
        return True
    if word in ("", "no", "false", "0", *STATUS_WORDS):
        return False
    what = f"{cell.strip()!r} is neither yes nor no"
    raise CellError(what)


def guard_words(text: str) -> str:
    """A typed text for a cell: a ``'`` before the words that would mean no answer was given."""
    return f"'{text}" if _STATUS_TYPED.match(text) else text

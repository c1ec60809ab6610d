"""Labels: what people saw on the form, and the code each stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from harmony_kit.errors import nearest
from harmony_kit.exchange.fields import LEADING
from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.reading import read_table
from harmony_kit.exchange.row_problems import Complaints
from harmony_kit.instrument.model import Instrument, Item, Kind

__all__ = ["KINDS", "STATUS_WORDS", "Labels", "read_labels"]

#: Answers of their own, which stand in a cell as these words.
STATUS_WORDS = ("dont_know", "prefer_not")
KINDS = (*(kind for kind in get_args(Kind) if kind != "text"), "quotable")
_TYPED = ("respondent", "submission", "started_at", "finished_at")


@dataclass(frozen=True)
class Labels:
    """Label → code by field: an item, the beginning of an item's id, a kind, or ``*``."""

    by_field: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def under(self, other: Labels) -> Labels:
        """These labels where `other` says nothing of a field's label."""
        names = {**self.by_field, **other.by_field}
        merged = {
            name: {**self.by_field.get(name, {}), **other.by_field.get(name, {})} for name in names
        }
        return Labels(merged)

    def codes(self, item: Item, instrument: Instrument) -> dict[str, str]:
        """Folded label → code for an item; ``""`` leaves the label out.

        The codes themselves come first, then the instrument's own wording where it means one
        thing only, then the label file from ``*`` over kind and prefix to the item itself: a
        later one holds over an earlier one.
        """
        codes = {code: code for code in (*allowed_codes(item, instrument), *STATUS_WORDS)}
        codes |= _own_wording(item, instrument)
        for name in ("*", item.kind, *_prefixes(item.id), item.id):
            codes |= self.by_field.get(name, {})
        return codes

    def leading(self, name: str, known: Mapping[str, str]) -> dict[str, str]:
        """Folded label → code of a leading field such as ``lens``; `known` are the codes."""
        return {**known, **self.by_field.get(name, {})}


def allowed_codes(item: Item, instrument: Instrument) -> tuple[str, ...]:
    """The codes of an item: scale points as text, or option ids."""
    points = instrument.points(item.id)
    if points is not None:
        return tuple(str(point) for point in range(1, points + 1))
    return instrument.option_ids(item.id)


def _prefixes(item_id: str) -> Iterator[str]:
    parts = item_id.split(".")
    return (".".join(parts[:n]) for n in range(1, len(parts)))


def _own_wording(item: Item, instrument: Instrument) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for code in allowed_codes(item, instrument):
        key = f"scale.{item.scale}.{code}" if item.scale else f"option.{item.options}.{code}"
        for language in instrument.languages:
            found.setdefault(fold(instrument.text(key, language)), set()).add(code)
    return {label: codes.pop() for label, codes in found.items() if len(codes) == 1}


def read_labels(path: Path, instrument: Instrument) -> Labels:
    """A label file with the columns ``field``, ``label`` and ``value``.

    Raises `ExchangeError` with every field there is not, every value the field does not allow,
    and every label that stands for two values.
    """
    table = read_table(path)
    complaints = Complaints(table.file)
    folded = [fold(header) for header in table.headers]
    wanted = ("field", "label", "value")
    for name in wanted:
        if name not in folded:
            complaints.add_file(f"has no column {name!r}", ", ".join(wanted), where="row 1")
    complaints.refuse()
    places = [folded.index(name) for name in wanted]
    known = _known_fields(instrument)
    by_field: dict[str, dict[str, str]] = {}
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        name, label, value = (row[place].strip() for place in places)
        where = f"row {number}"
        if name not in known:
            allowed = f"an item, the beginning of an item's id, {', '.join(KINDS)}, lens, site or *"
            complaints.add_file(
                f"{name!r} is not a field", allowed, nearest(name, known), where=where
            )
            continue
        _check_value(value, known[name], complaints, where)
        before = by_field.setdefault(name, {}).setdefault(fold(label), value)
        if before != value:
            what = f"the label {label!r} of {name} already stands for {before!r}"
            complaints.add_file(what, where=where)
    complaints.refuse()
    return Labels(by_field)


def _check_value(
    value: str, allowed: frozenset[str] | None, complaints: Complaints, where: str
) -> None:
    if allowed is None or value in allowed or not value:
        return
    listed = ", ".join(sorted(allowed, key=lambda code: (len(code) if code.isdigit() else 9, code)))
    complaints.add_file(f"{value!r} is not a value of this field", listed, where=where)


def _known_fields(instrument: Instrument) -> dict[str, frozenset[str] | None]:
    """Every field a label may belong to → the values it allows; None where any text will do."""
    status = frozenset(STATUS_WORDS)
    known: dict[str, frozenset[str] | None] = {name: None for name in LEADING if name not in _TYPED}
    known |= {"lens": frozenset(instrument.lens_ids), "quotable": frozenset({"yes", "no"})}
    codes: dict[str, frozenset[str]] = {}
    for item in instrument.items:
        own = frozenset(allowed_codes(item, instrument)) | status
        for name in ("*", item.kind, *_prefixes(item.id), item.id):
            codes[name] = codes.get(name, frozenset()) | own
    return {**known, **{name: values for name, values in codes.items() if name != "text"}}

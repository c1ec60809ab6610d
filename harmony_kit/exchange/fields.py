"""What a column can be: a leading field, or an item's own answer, estimate or permission."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from harmony_kit.errors import nearest
from harmony_kit.exchange.folding import fold, unguard
from harmony_kit.exchange.reading import read_table
from harmony_kit.exchange.row_problems import Complaints
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.answers import column_name, split_column
from harmony_kit.journal.names import SUBJECT

__all__ = [
    "ESSENTIAL",
    "IGNORED",
    "LEADING",
    "SPREAD",
    "Field",
    "FieldError",
    "Mapped",
    "has_columns",
    "list_fields",
    "parse_field",
    "read_columns",
]

#: The fields that are not items, in the order a wide file has them; `submission` is the survey
#: tool's own number of a filled-in form.
LEADING = (
    "respondent",
    "site",
    "lens",
    "wave",
    "role",
    "language",
    "started_at",
    "finished_at",
    "submission",
)
#: Those without which nobody knows whose row it is.
ESSENTIAL = ("respondent", "site", "lens", "wave", "submission")
#: The field of a column that is left out on purpose.
IGNORED = "-"
#: The kinds of items that may have a column for each option or place.
SPREAD = ("rank", "words")


def has_columns(item: Item, instrument: Instrument) -> bool:
    """Whether an item may have several columns: options, places, or words of "other, namely"."""
    return item.kind in SPREAD or instrument.takes_words(item.id)


@dataclass(frozen=True)
class Field:
    """What one column holds.

    `name` is a leading field, ``-``, or an item's name in a wide file; `about` is the lens an
    estimate is about, None for an own answer; `is_permission` marks ``<item>:quotable``.
    `option` is the one a column stands for where every option has a column, as in
    ``meaning.words=models``.
    """

    name: str
    item: str = ""
    subject: str | None = None
    about: str | None = None
    is_permission: bool = False
    option: str = ""

    @property
    def question(self) -> tuple[str, str, str]:
        """What is answered in the column, whichever of several columns it is."""
        return self.item, self.subject or "", self.about or ""


@dataclass(frozen=True)
class Mapped:
    """One line of a mapping: a column as it is written there, and its field, if it has one."""

    column: str
    field: Field | None


class FieldError(ValueError):
    """A name that is no field: what is wrong with it, and what is allowed."""

    def __init__(self, what: str, allowed: str = "", todo: str = "") -> None:
        super().__init__(what, allowed, todo)
        self.what, self.allowed, self.todo = what, allowed, todo


def parse_field(text: str, instrument: Instrument) -> Field:
    """The field a name stands for; case and blanks around it do not matter.

    Raises `FieldError` when the instrument has no such item, the item is not mirrored or has no
    subject, and the like.
    """
    whole = _lower_outside_brackets(" ".join(text.replace("\ufeff", "").split()))
    if whole in LEADING or whole == IGNORED:
        return Field(whole)
    name, _, option = whole.partition("=")
    parts = split_column(name)
    if parts is None or not instrument.has_item(parts["item"]):
        what = f"{text.strip()!r} is not a field"
        allowed = "an item's name, with [subject] and @lens where it has them, or " + ", ".join(
            LEADING
        )
        raise FieldError(what, allowed, nearest(name, list_fields(instrument)))
    is_permission = bool(parts["part"])
    field = Field(name, parts["item"], parts["subject"], parts["about"], is_permission, option)
    _check_field(field, instrument)
    options = _options(instrument.item(field.item), instrument)
    if option and option not in options:
        what = f"{field.item} has no option {option!r}"
        raise FieldError(what, ", ".join(options) or "no = after this item")
    return field


def _lower_outside_brackets(text: str) -> str:
    return re.sub(r"[^\[\]]+(?![^\[]*\])", lambda match: match[0].lower(), text)


def _check_field(field: Field, instrument: Instrument) -> None:
    item, name = instrument.item(field.item), field.name
    what = allowed = ""
    if item.per and not field.subject:
        what = f"{name!r} does not say which {item.per} it is about"
        allowed = f"{item.id}[{item.per}], with the {item.per}'s id in the brackets"
    elif field.subject and not item.per:
        what, allowed = f"{name!r} has a subject, the item has none", item.id
    elif field.subject and not SUBJECT.allows(field.subject):
        what, allowed = f"{field.subject!r} cannot be the id of a {item.per}", SUBJECT.allowed
    elif field.is_permission and item.kind != "text":
        what = f"{name!r}: only a text item has :quotable"
    elif field.about and not item.mirrored:
        what = f"{name!r} is an estimate of an item without estimates"
        allowed = column_name(item.id, field.subject)
    elif field.about and field.about not in instrument.lens_ids:
        what = f"{name!r} names a lens there is not"
        allowed = ", ".join(f"@{lens}" for lens in instrument.lens_ids)
    if what:
        raise FieldError(what, allowed)


def _options(item: Item, instrument: Instrument) -> tuple[str, ...]:
    return instrument.option_ids(item.id) if item.kind in SPREAD else ()


def list_fields(instrument: Instrument) -> list[str]:
    """Every field of an instrument without subjects: what a mistyped name may have meant."""
    names = list(LEADING)
    for item in instrument.items:
        names.append(item.id)
        names += [column_name(item.id, None, lens) for lens in instrument.lens_ids if item.mirrored]
        names += [f"{item.id}:quotable"] if item.kind == "text" else []
    return names


def read_columns(path: Path, instrument: Instrument) -> dict[str, Mapped]:
    """A mapping file by folded column header.

    The file has the columns ``column`` and ``field``; more columns are for people. Raises
    `ExchangeError` with every field there is not, every column named twice and every field two
    columns share.
    """
    table = read_table(path)
    complaints = Complaints(table.file)
    folded = [fold(header) for header in table.headers]
    for name in ("column", "field"):
        if name not in folded:
            complaints.add_file(f"has no column {name!r}", "column, field", where="row 1")
    complaints.refuse()
    at_column, at_field = folded.index("column"), folded.index("field")
    columns: dict[str, Mapped] = {}
    users: dict[str, str] = {}
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        where, column = f"row {number}", unguard(row[at_column])
        if fold(column) in columns:
            complaints.add_file(f"the column {column!r} is named twice", where=where)
        field = _read_field(row[at_field], instrument, complaints, where)
        columns[fold(column)] = Mapped(" ".join(column.split()), field)
        if field is None or field.name == IGNORED:
            continue
        name = f"{field.name}={field.option}" if field.option else field.name
        item = instrument.item(field.item) if field.item and not field.option else None
        is_spread = item is not None and has_columns(item, instrument)
        if name in users and not is_spread:
            what = f"{name} is already the field of {users[name]!r}"
            complaints.add_file(what, "one column for each field", where=where)
        users.setdefault(name, column)
    complaints.refuse()
    return columns


def _read_field(
    text: str, instrument: Instrument, complaints: Complaints, where: str
) -> Field | None:
    if not text.strip():
        return None
    try:
        return parse_field(text, instrument)
    except FieldError as cause:
        complaints.add_file(cause.what, cause.allowed, cause.todo, where=where)
        return None

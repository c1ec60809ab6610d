"""The parts sheets are made of, as plain data for the board to draw: texts, lists and fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harmony_kit.journal.answers import MAX_TEXT
from harmony_kit.journal.commitment import Commitment
from harmony_kit.workshop.saying import FieldName
from harmony_kit.workshop.scene import Backdrop

__all__ = [
    "SheetPart",
    "choice_field",
    "day_field",
    "draw_list",
    "draw_mark",
    "draw_row",
    "draw_sides",
    "draw_table",
    "draw_text",
    "list_marks",
    "owner_field",
    "press",
    "text_field",
    "title_field",
]

#: JSON, as the board takes it.
SheetPart = dict[str, Any]


def draw_text(text: str, look: str = "text") -> SheetPart:
    """A paragraph; `look` is ``text``, ``asked``, ``help`` or ``big``."""
    return {"part": "text", "text": text, "look": look}


def draw_mark(text: str) -> SheetPart:
    """What is still missing, marked so that the room sees it."""
    return {"part": "text", "text": text, "look": "mark"}


def draw_sides(sides: Iterable[tuple[str, Iterable[str]]]) -> SheetPart:
    """Both sides beside each other, each with its sentences."""
    return {"part": "sides", "sides": [{"name": n, "texts": [*texts]} for n, texts in sides]}


def draw_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> SheetPart:
    """A table of texts."""
    return {"part": "table", "head": [*head], "rows": [[*row] for row in rows]}


def draw_list(title: str, items: Iterable[Mapping[str, Any]]) -> SheetPart:
    """Things with what is said beside them; one with ``to`` leads to a screen."""
    return {"part": "list", "title": title, "items": [*items]}


def draw_row(fields: Iterable[SheetPart]) -> SheetPart:
    """Fields beside each other, as far as there is room."""
    return {"part": "row", "fields": [*fields]}


def list_marks(parts: Iterable[SheetPart]) -> list[str]:
    """What is marked as missing on a sheet."""
    return [one["text"] for one in parts if one.get("look") == "mark"]


def press(label: str, key: str, message: Mapping[str, Any]) -> SheetPart:
    """A button with the key that presses it, and the message it sends."""
    return {"part": "press", "label": label, "key": key, "message": dict(message)}


def _field(name: FieldName | str, kind: str, label: str, **more: object) -> SheetPart:
    return {"part": "field", "name": str(name), "kind": kind, "text": label, "version": "", **more}


def text_field(
    name: FieldName, label: str, known: Commitment | None, *, rows: int = 2, kind: str = "said"
) -> SheetPart:
    """A text; ``said`` is shown, ``secret`` is not, not even to the page."""
    text = "" if known is None or kind == "secret" else _part_of(known, name.part)
    return _field(name, kind, label, value=text, rows=rows, max_text=MAX_TEXT)


def title_field(name: str, label: str) -> SheetPart:
    """The name of something new: nothing is kept before Enter."""
    return _field(name, "title", label, value="", rows=1, max_text=120)


def _part_of(known: Commitment, part: str) -> str:
    return known.done_when if part == "done_when" else known.value.get(part, "")


def choice_field(
    name: FieldName | str, label: str, options: Iterable[tuple[str, str, str]], chosen: str
) -> SheetPart:
    """One of several, each with its key; the sheet is drawn anew once one is chosen."""
    listed = [{"id": id_, "label": text, "key": key} for id_, text, key in options]
    answer = {"status": "answered", "value": None, "chosen": [chosen]} if chosen else None
    return _field(name, "choice", label, options=listed, answer=answer, is_required=True, k=1)


def day_field(name: FieldName, label: str, known: Commitment | None) -> SheetPart:
    """A day."""
    due = known.due if known else None
    return _field(name, "day", label, value=due.isoformat() if due else "")


def owner_field(
    scene: Backdrop, name: FieldName, label: str, known: Commitment | None
) -> SheetPart:
    """Who owns a thing: a role of one side, or of neither, and a name beside it."""
    _, _, fixed = name.part.partition("-")
    id_ = known.owners.get(fixed, "") if known else ""
    owner = scene.owners.get(id_)
    lenses = [fixed] if fixed else ["", *scene.lenses]
    return _field(
        name,
        "owner",
        label,
        role=owner.role if owner else "",
        lens=owner.lens if owner else lenses[0],
        name_of=scene.names.get(id_, ""),
        lenses=[
            {"id": one, "name": scene.lens(one) if one else scene.say("owner.neither")}
            for one in lenses
        ],
        known=[
            {"role": one.role, "lens": one.lens, "name_of": scene.names.get(one.id, "")}
            for one in scene.owners.values()
            if one.lens in lenses
        ],
    )

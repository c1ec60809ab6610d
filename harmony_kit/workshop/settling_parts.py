"""What sheets say of a thing until it is settled, and after: what is missing, what became of it."""

from __future__ import annotations

from collections.abc import Iterable

from harmony_kit.journal.accord import is_settled
from harmony_kit.journal.commitment import Commitment, CommitmentKind
from harmony_kit.journal.followed import FOLLOWED, REASONED
from harmony_kit.workshop.saying import FieldName
from harmony_kit.workshop.scene import Backdrop
from harmony_kit.workshop.sheet_parts import (
    SheetPart,
    choice_field,
    draw_mark,
    draw_text,
    press,
    text_field,
)

__all__ = [
    "draw_became",
    "draw_missing",
    "draw_proposed",
    "name_options",
    "press_remove",
    "tell_beside",
]

_STATE_KEYS = "1245"  # 3, 6 and 9 are the days


def name_options(scene: Backdrop, section: str, ids: Iterable[str]) -> list[tuple[str, str, str]]:
    """Options with their names and keys from the language file."""
    return [(one, scene.say(f"{section}.{one}"), scene.say(f"{section}.{one}_key")) for one in ids]


def draw_proposed(scene: Backdrop, title: str, presses: list[SheetPart]) -> list[SheetPart]:
    """What is proposed, under its title; nothing where nothing is."""
    return [draw_text(scene.say(title), "head"), *presses] if presses else []


def tell_beside(scene: Backdrop, one: Commitment) -> str:
    """What stands beside a question or an action: what became of it, sort, owners, day."""
    sort = one.value.get("sort", "")
    name = scene.say(f"sort.{sort}") if sort else ""
    is_followed = one.state in FOLLOWED[1:]
    became = scene.became(one.state) if is_followed else ""
    told = (became, name, scene.owned_by(one), scene.day(one.due))
    return " · ".join(filter(None, told)) or scene.say("mark.nothing")


def draw_became(scene: Backdrop, known: Commitment | None) -> list[SheetPart]:
    """What became of a question or an action, once nothing is missing, and why.

    Nothing are its owners, its day, and of an action what shows that it is done.
    """
    if known is None or (known.state == FOLLOWED[0] and not is_settled(known)):
        return []
    keys = zip(FOLLOWED, _STATE_KEYS, strict=True)
    options = [(one, scene.became(one), key) for one, key in keys]
    state = FieldName(known.kind, known.ref, "", "state")
    reason = FieldName(known.kind, known.ref, "", "reason")
    told = [choice_field(state, scene.say("became.ask"), options, known.state)]
    if known.state in REASONED:
        told.append(text_field(reason, scene.say("became.why"), known, rows=1))
    return told


def press_remove(scene: Backdrop, kind: CommitmentKind, ref: str) -> SheetPart:
    """The button that takes a thing off the table."""
    return press(scene.say("drop"), "x", {"do": "drop", "kind": kind, "ref": ref})


def draw_missing(scene: Backdrop, known: Commitment | None) -> list[SheetPart]:
    """What is missing until a thing is settled."""
    if known is not None and is_settled(known):
        return []
    if known is not None and known.state in REASONED and not known.value.get("reason"):
        return [draw_mark(scene.say("mark.reason"))]
    return [draw_mark(scene.say(f"mark.{known.kind if known else 'question'}"))]

"""Everything of an accord somebody has to see to by a day: questions, actions, wordings, checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from harmony_kit.journal.accord import accord_of, list_workshops
from harmony_kit.journal.commitment import Commitment
from harmony_kit.report.accord_report.accord_view import AccordView, mark_of

__all__ = ["DueThing", "due_things", "is_followed", "things_by_mark"]

DueKind = Literal["question", "action", "wording", "check"]

_OPEN = "open"


@dataclass(frozen=True)
class DueThing:
    """One thing to see to.

    `kind` is ``wording`` for a line of the frame somebody decides on, and ``check`` for what
    blocks a decision; both are settled by saying so in the next workshop.
    """

    mark: str
    kind: DueKind
    text: str
    owners: tuple[str, ...]
    thing: Commitment

    @property
    def due(self) -> date | None:
        """The day it is due; None while nobody named one."""
        return self.thing.due

    @property
    def state(self) -> str:
        """Open, done, late or dropped."""
        return self.thing.state if is_followed(self.thing) else _OPEN

    @property
    def sort(self) -> str:
        """What a question is about: technology, workflow or bridge; empty for anything else."""
        return self.thing.value.get("sort", "")

    @property
    def reason(self) -> str:
        """Why it is late or was dropped."""
        return self.thing.value.get("reason", "") if is_followed(self.thing) else ""


def is_followed(thing: Commitment) -> bool:
    """Whether it can be said to be done, late or dropped."""
    return thing.kind in ("question", "action")


def things_by_mark(entries: Iterable[Commitment]) -> dict[str, Commitment]:
    """Mark → how the thing stands, of every workshop; a line that stays open is a question too."""
    told = [*entries]
    accords = [accord_of(told, *place) for place in list_workshops(told)]
    return {mark_of(one): one for each in accords for one in (*each.current, *each.questions)}


def due_things(view: AccordView) -> list[DueThing]:
    """What somebody has to see to, the earliest first, without a day last."""
    found = [
        DueThing(mark_of(thing), kind, view.text(thing), _owners(view, thing), thing)
        for kind, thing in _things(view)
    ]
    return sorted(found, key=lambda one: (one.due or date.max, one.kind, one.text, one.mark))


def _owners(view: AccordView, thing: Commitment) -> tuple[str, ...]:
    return tuple(view.owned(thing))


def _things(view: AccordView) -> Iterator[tuple[DueKind, Commitment]]:
    accord = view.accord
    yield from _of("question", accord.questions)
    yield from _of("action", accord.actions)
    yield from _of("wording", (one for one in accord.sentences if one.state == "two_wordings"))
    yield from _of("check", (one for one in accord.verdicts if one.value.get("check")))


def _of(kind: DueKind, things: Iterable[Commitment]) -> Iterator[tuple[DueKind, Commitment]]:
    for thing in things:
        yield kind, thing

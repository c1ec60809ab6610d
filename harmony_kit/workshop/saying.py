"""What a field of the board says becomes an entry: the thing as it stood with one part changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import cast

from harmony_kit.errors import CommitmentError
from harmony_kit.journal.commitment import STATES, Commitment, CommitmentKind, with_state

__all__ = ["FieldName", "Statement", "change_part"]

_JOIN = ";"


@dataclass(frozen=True)
class FieldName:
    """Which part of which thing a field is about.

    As a text its four parts are joined by semicolons, which no name of a site, a subject or an
    item has.

    >>> FieldName.parse("why;readiness.act[stop];it;text")
    FieldName(kind='why', ref='readiness.act[stop]', lens='it', part='text')
    """

    kind: CommitmentKind
    ref: str
    lens: str
    part: str

    @classmethod
    def parse(cls, name: str) -> FieldName:
        """The name from its text; raises ValueError where it is none."""
        kind, ref, lens, part = name.split(_JOIN)
        if kind not in STATES:
            raise ValueError(name)
        return cls(cast("CommitmentKind", kind), ref, lens, part)

    def __str__(self) -> str:
        return _JOIN.join((self.kind, self.ref, self.lens, self.part))


@dataclass(frozen=True)
class Statement:
    """What was typed or chosen, on which day; `owner` is the owner's id, empty for nobody."""

    text: str = ""
    owner: str = ""
    today: date = date.min


def change_part(known: Commitment, part: str, said: Statement) -> Commitment:
    """The thing with one part changed; an emptied part is taken out.

    Raises `CommitmentError` for a locked prediction, and for what is no day.
    """
    if known.kind == "prediction" and known.state == "locked":
        raise CommitmentError(known.ref, said.text, "nothing more; it is locked", "locked")
    name, _, lens = part.partition("-")
    match name:
        case "state":
            return with_state(known, said.text)
        case "due":
            return replace(known, due=_read_day(known, said.text))
        case "done_when":
            return replace(known, done_when=said.text)
        case "owner":
            others = {one: owner for one, owner in known.owners.items() if one != lens}
            return replace(known, owners=others | ({lens: said.owner} if said.owner else {}))
        case "days":
            due = said.today + timedelta(days=int(said.text))
            return replace(known, due=due, value=_with(known.value, "days", said.text))
        case _:
            return replace(known, value=_with(known.value, part, said.text))


def _with(value: Mapping[str, str], part: str, text: str) -> dict[str, str]:
    rest = {name: old for name, old in value.items() if name != part}
    return rest | ({part: text} if text else {})


def _read_day(known: Commitment, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommitmentError(known.ref, text, "a day, as 2026-12-31", "day") from None

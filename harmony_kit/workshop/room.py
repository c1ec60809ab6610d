"""One workshop joined to the journal: what is said is kept before it counts, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from harmony_kit.journal.accord import (
    Accord,
    accord_of,
    plan_entry,
    plan_redo,
    plan_undo_of,
    taken_away,
)
from harmony_kit.journal.commitment import STATES, Commitment, Owner
from harmony_kit.workshop.saying import FieldName, Statement, change_part

__all__ = ["Room", "WorkshopLedger"]


class WorkshopLedger(Protocol):
    """What a workshop needs of the store; `harmony_kit.journal.ledger.Ledger` is one."""

    def add(self, commitments: list[Commitment], /) -> int:
        """Keep entries; they are on disk when it returns."""

    def entries(self, site: str | None = None, wave: str | None = None) -> tuple[Commitment, ...]:
        """Every entry of a site and wave, in order."""

    def add_owner(self, owner: Owner, name: str = "", /) -> None:
        """Keep an owner, and apart from it the name."""

    def owners(self, site: str | None = None) -> tuple[Owner, ...]:
        """Who owns something at a site, by what they are."""

    def names(self) -> dict[str, str]:
        """Owner → name."""


@dataclass(frozen=True)
class Room:
    """A workshop that is being held: where, about which workflow, who writes.

    Every method that changes something has written it when it returns, and raises `StoreError`
    when it could not or `CommitmentError` when it may not stand; then nothing has changed.
    """

    ledger: WorkshopLedger
    site: str
    wave: str
    workflow: str
    by: str
    clock: Callable[[], datetime]
    timezone: str = "UTC"

    @property
    def entries(self) -> tuple[Commitment, ...]:
        """Everything ever said at this workshop, in order."""
        place = (self.site, self.wave, self.workflow)
        return tuple(one for one in self.ledger.entries(*place[:2]) if one.place == place)

    @property
    def accord(self) -> Accord:
        """How it stands."""
        return accord_of(self.entries, self.site, self.wave, self.workflow)

    @property
    def today(self) -> date:
        """The day at the plant."""
        return self.clock().astimezone(ZoneInfo(self.timezone)).date()

    def say(self, field: FieldName, text: str, **at_first: str) -> Commitment:
        """Keep a part of a thing; `at_first` are texts it has from its first entry on."""
        return self._change(field, Statement(text.strip(), today=self.today), at_first)

    def name_owner(self, field: FieldName, role: str, lens: str, name: str) -> Commitment:
        """Keep who owns a thing, by role and side; the name goes into a table of its own."""
        role = " ".join(role.split())[:120]
        if not role:
            return self._change(field, Statement(), {})
        owner = Owner.of_role(self.site, lens, role)
        self.ledger.add_owner(owner, " ".join(name.split())[:120])
        return self._change(field, Statement(owner=owner.id), {})

    def _change(self, field: FieldName, said: Statement, at_first: dict[str, str]) -> Commitment:
        entries = self.entries
        known = self._find(field, entries)
        if known is None:
            before = self._blank(field, at_first)
            wanted = change_part(before, field.part, said)
        else:
            before, wanted = known, change_part(known, field.part, said)
        if known is not None and wanted.content == before.content:
            return known
        wanted = replace(wanted, by=self.by, undoes="")
        self.ledger.add([entry := plan_entry(entries, wanted, self.clock())])
        return entry

    def _find(self, field: FieldName, entries: tuple[Commitment, ...]) -> Commitment | None:
        accord = accord_of(entries, self.site, self.wave, self.workflow)
        return accord.find(field.kind, field.ref, field.lens)

    def _blank(self, field: FieldName, at_first: dict[str, str]) -> Commitment:
        place = (self.site, self.wave, self.workflow)
        state = "dissent" if field.ref == "dissent" else STATES[field.kind][0]
        thing = Commitment(*place, field.kind, field.ref, state, self.clock(), self.by, field.lens)
        return replace(thing, value={name: text for name, text in at_first.items() if text})

    def drop(self, field: FieldName) -> None:
        """Take a whole thing off the table; undo brings it back."""
        entries = self.entries
        known = self._find(field, entries)
        if known is not None:
            gone = replace(taken_away(known), by=self.by, undoes="")
            self.ledger.add([plan_entry(entries, gone, self.clock())])

    def undo(self) -> Commitment | None:
        """Take back the last thing said; what was written for it, None where nothing is left."""
        return self._write(plan_undo_of(self.entries, self.clock(), self.by))

    def redo(self) -> Commitment | None:
        """Say again what was last taken back."""
        return self._write(plan_redo(self.entries, self.clock(), self.by))

    def _write(self, entry: Commitment | None) -> Commitment | None:
        if entry is not None:
            self.ledger.add([entry])
        return entry

"""The part of a store that keeps what was agreed: commitments, and apart from them who owns them.

A commitment is never changed, only followed by another. A name can be erased, in one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from harmony_kit.journal.access import Access
from harmony_kit.journal.accord import order_entries
from harmony_kit.journal.commitment import Commitment, Owner, check_commitment
from harmony_kit.journal.connections import upsert_all
from harmony_kit.journal.queries import equal
from harmony_kit.journal.schema import COMMITMENTS, OWNER_NAMES, OWNERS

__all__ = ["Ledger", "LedgerContents"]

#: A name that was erased.
_ERASED = {"name": "", "is_erased": True}


@dataclass(frozen=True)
class LedgerContents:
    """Everything a ledger holds: entries in order, owners, and their names with what is erased."""

    commitments: tuple[Commitment, ...] = ()
    owners: tuple[Owner, ...] = ()
    names: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def sites(self) -> frozenset[str]:
        """The sites something was agreed at or somebody owns something at."""
        agreed = {one.site for one in self.commitments}
        return frozenset(agreed | {owner.site for owner in self.owners})


class Ledger:
    """What was agreed, as one store keeps it; `Store.ledger` is one.

    Every method is one transaction, or part of the store's `atomic`, and raises `StoreError` when
    the database cannot be reached or written.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, commitments: Iterable[Commitment]) -> int:
        """Keep entries, all or none; how many are new. Raises `CommitmentError` for a wrong one."""
        checked = {one.id: check_commitment(one) for one in commitments}
        with self._access.connect("write what was agreed to", is_write=True) as connection:
            query = sa.select(COMMITMENTS.c.id).where(COMMITMENTS.c.id.in_([*checked]))
            for known in connection.scalars(query).all():
                checked.pop(known)
            if checked:
                connection.execute(sa.insert(COMMITMENTS), [*map(_row, checked.values())])
        return len(checked)

    def entries(
        self, site: str | None = None, wave: str | None = None, workflow: str | None = None
    ) -> tuple[Commitment, ...]:
        """Every entry ever written, of one site, wave and workflow or of all, in order."""
        conditions = equal(COMMITMENTS, site=site, wave=wave, workflow=workflow)
        rows = self._rows(COMMITMENTS, *conditions)
        return order_entries(map(_commitment, rows))

    # Owners and their names

    def add_owner(self, owner: Owner, name: str = "") -> None:
        """Keep an owner, or renew the role; with a name, that too, unless it was erased."""
        with self._access.connect("write an owner to", is_write=True) as connection:
            upsert_all(connection, OWNERS, [asdict(owner)])
            known = sa.select(OWNER_NAMES).where(OWNER_NAMES.c.owner == owner.id)
            row = connection.execute(known).mappings().one_or_none()
            if name and not (row and row["is_erased"]):
                entry = {"owner": owner.id, "name": name, "is_erased": False}
                upsert_all(connection, OWNER_NAMES, [entry])

    def owners(self, site: str | None = None) -> tuple[Owner, ...]:
        """Who owns something, by what they are: what may be circulated."""
        rows = self._rows(OWNERS, *equal(OWNERS, site=site))
        return tuple(sorted((Owner(**row) for row in rows), key=lambda one: (one.site, one.id)))

    def names(self) -> dict[str, str]:
        """Owner → name, of those that have one which was not erased."""
        rows = self._rows(OWNER_NAMES, ~OWNER_NAMES.c.is_erased)
        return {row["owner"]: row["name"] for row in sorted(rows, key=lambda row: row["owner"])}

    def erase_names(self, owners: Sequence[str]) -> int:
        """Erase names for good, here and in every store this one is merged into; how many."""
        with self._access.connect("erase names in", is_write=True) as connection:
            mine = OWNER_NAMES.c.owner.in_([*owners]) & ~OWNER_NAMES.c.is_erased
            return connection.execute(sa.update(OWNER_NAMES).where(mine).values(_ERASED)).rowcount

    def clean(self) -> None:
        """Leave nothing of erased names in the file or its log.

        Raises `StoreError` where another program has it open.
        """
        self._access.clean([OWNER_NAMES.name])

    # Two laptops

    def contents(self) -> LedgerContents:
        """Everything in it."""
        names = {
            row["owner"]: {name: row[name] for name in _ERASED} for row in self._rows(OWNER_NAMES)
        }
        return LedgerContents(self.entries(), self.owners(), names)

    def take_in(self, theirs: LedgerContents) -> int:
        """Add what another ledger holds and this one has not; how many entries are new.

        A union of entries; of two roles of one owner the greater, and erased wins over any name.
        """
        ours = self.contents()
        roles = {one.id: one for one in ours.owners}
        owners = [one for one in theirs.owners if _is_more(one, roles.get(one.id))]
        names = [
            {"owner": owner, **row}
            for owner, row in theirs.names.items()
            if _rank(row) > _rank(ours.names.get(owner))
        ]
        with self._access.connect("merge into", is_write=True) as connection:
            upsert_all(connection, OWNERS, [asdict(one) for one in owners])
            upsert_all(connection, OWNER_NAMES, names)
        return self.add(theirs.commitments)

    def _rows(self, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
        with self._access.connect("read what was agreed from") as connection:
            found = connection.execute(sa.select(table).where(*conditions)).mappings()
            return [{str(name): value for name, value in row.items()} for row in found]


def _is_more(owner: Owner, known: Owner | None) -> bool:
    return known is None or (owner.role, owner.lens) > (known.role, known.lens)


def _rank(row: Mapping[str, Any] | None) -> tuple[bool, bool, str]:
    """What is erased is more than any name, any name more than none."""
    return (row is not None, bool(row and row["is_erased"]), row["name"] if row else "")


def _row(commitment: Commitment) -> dict[str, Any]:
    due = commitment.due.isoformat() if commitment.due else ""
    return {**asdict(commitment), "id": commitment.id, "due": due}


def _commitment(row: Mapping[str, Any]) -> Commitment:
    fields = {name: value for name, value in row.items() if name != "id"}
    due = date.fromisoformat(row["due"]) if row["due"] else None
    commitment = Commitment(**fields | {"due": due})
    # A workshop reads hundreds at every key: the name is taken as it was written.
    vars(commitment)["id"] = row["id"]
    return commitment

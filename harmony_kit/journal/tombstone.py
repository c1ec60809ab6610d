"""Of whoever was forgotten: a salted hash, from which nobody can read who it was.

By it an import or a merge knows whom not to bring in, on whatever laptop it has come to.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from harmony_kit.errors import StoreError
from harmony_kit.journal.answers import Answer, Event, Place, Respondent
from harmony_kit.journal.schema import FORGOTTEN

__all__ = ["Tombstone", "bury", "find_forgotten", "read_tombstones", "refuse_forgotten"]


@dataclass(frozen=True)
class Tombstone:
    """That somebody was forgotten, and when; whom, only the one who knows the name can tell."""

    salt: str
    digest: str
    at: datetime

    def is_of(self, place: Place) -> bool:
        """Whether it is this person's."""
        return _digest(self.salt, place) == self.digest


@lru_cache(maxsize=100_000)
def _digest(salt: str, place: Place) -> str:
    # Slow on purpose: pseudonyms are few enough to be tried one after the other.
    text = "\x1f".join(place).encode()
    return hashlib.scrypt(text, salt=bytes.fromhex(salt), n=2**10, r=8, p=1).hex()[:64]


def bury(place: Place, at: datetime) -> Tombstone:
    """A tombstone of somebody; another one each time."""
    salt = secrets.token_hex(16)
    return Tombstone(salt, _digest(salt, place), at)


def read_tombstones(connection: sa.Connection) -> list[Tombstone]:
    """Of everybody who was forgotten, oldest first."""
    rows = connection.execute(sa.select(FORGOTTEN).order_by(FORGOTTEN.c.at, FORGOTTEN.c.salt))
    return [Tombstone(row["salt"], row["digest"], row["at"]) for row in rows.mappings()]


def find_forgotten(connection: sa.Connection, places: Iterable[Place]) -> set[Place]:
    """Those of some people who were forgotten here."""
    tombstones = read_tombstones(connection)
    wanted = set(places) if tombstones else ()
    return {place for place in wanted if any(one.is_of(place) for one in tombstones)}


def refuse_forgotten(
    connection: sa.Connection, entries: Iterable[Answer | Event | Respondent]
) -> None:
    """Raise `StoreError` where something is to be written of somebody who was forgotten."""
    if find_forgotten(connection, ((one.site, one.wave, one.respondent) for one in entries)):
        why = "somebody of this pseudonym was forgotten here; take another pseudonym"
        tried, store = "write to", "the store"
        raise StoreError(tried, store, why)

"""Other stores that hold the same people: those merged into this one, and those it went into.

Whoever is to be forgotten must be forgotten there as well, so each store remembers the others.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from harmony_kit.errors import StoreError
from harmony_kit.journal.answers import Event
from harmony_kit.journal.connections import create_engine
from harmony_kit.journal.migrating import is_current
from harmony_kit.journal.store import Store

__all__ = ["list_copies", "note_copy", "note_there"]

_NOBODY = ("", "", "")  # it happened to the store, not in somebody's interview


def note_copy(store: Store, where: str, *, by: str, at: datetime) -> None:
    """Remember, once, where another store lies that has people of this one."""
    if where not in list_copies(store):
        store.log(Event(*_NOBODY, "merged", at, by, {"where": where}))


def note_there(url: str, where: str, *, by: str, at: datetime) -> None:
    """Let the other store remember this one, where it can be written and needs no renewal."""
    with suppress(StoreError, SQLAlchemyError):  # on a read-only disk even the look fails
        engine = create_engine(url)
        is_ready = is_current(engine, url)
        engine.dispose()
        if is_ready:
            store = Store(url)
            note_copy(store, where, by=by, at=at)
            store.close()


def list_copies(store: Store) -> list[str]:
    """Where those other stores lie, or lay when they were merged."""
    events = store.events(*_NOBODY)
    return sorted({event.details["where"] for event in events if event.kind == "merged"})

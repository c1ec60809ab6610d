"""What a store holds, asked without making or changing it."""

from __future__ import annotations

from typing import Literal

from harmony_kit.journal.store import Store

__all__ = ["stored_names"]


def stored_names(url: str, of: Literal["site", "wave"]) -> tuple[str, ...]:
    """The sites or waves in a store; none, and nothing is made, where there is no store."""
    store = Store(url, is_reader=True)
    try:
        return store.names(of)
    finally:
        store.close()

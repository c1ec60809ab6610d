"""One import, as the journal lists it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["ImportEntry"]


@dataclass(frozen=True)
class ImportEntry:
    """One import, or the undoing of the one named in `undoes`, under the id it can be undone by."""

    id: str
    file: str
    sha256: str
    tool: str
    by: str
    at: datetime
    undoes: str = ""

"""How long raw answers are kept, and the waves whose raw answers are gone while results stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from harmony_kit.files import read_json, write_json

__all__ = ["Retention", "keep_retention", "read_retention"]

_FILE = "retention.json"


@dataclass(frozen=True)
class Retention:
    """Until which day raw answers are kept; `waves` maps those without any to when they went."""

    until: date | None = None
    waves: Mapping[str, str] = field(default_factory=dict)


def read_retention(folder: Path) -> Retention:
    """What was agreed for an engagement folder; nothing where nobody said anything."""
    content = read_json(folder / ".harmony" / _FILE)
    until = content.get("until")
    return Retention(date.fromisoformat(until) if until else None, content.get("waves", {}))


def keep_retention(folder: Path, retention: Retention) -> None:
    """Keep what was agreed."""
    until = retention.until.isoformat() if retention.until else None
    write_json(folder / ".harmony" / _FILE, {"until": until, "waves": dict(retention.waves)})

"""An instrument with its translations as a row of the store, and back."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from harmony_kit.instrument.file import instrument_files, load_instrument
from harmony_kit.instrument.model import Instrument
from harmony_kit.instrument.relevance import has_conditions
from harmony_kit.journal.schema import INSTRUMENTS

__all__ = ["instrument_from_row", "instrument_row", "read_conditional"]

#: Instruments that may have conditions, read once: a hash stays that of one questionnaire.
_KNOWN: dict[str, Instrument] = {}
_CONDITION = re.compile(r"""\b(?:relevant|constraint)["']?\s*:""")


def instrument_row(path: Path) -> tuple[Instrument, dict[str, Any]]:
    """An instrument file and the row that keeps it with its translations.

    Raises `InstrumentError` when the file cannot be used.
    """
    instrument = load_instrument(path)
    row = {
        "sha256": instrument.sha256,
        "id": instrument.id,
        "version": instrument.version,
        "name": path.name,
        "files": {n: f.read_text(encoding="utf-8") for n, f in instrument_files(path).items()},
    }
    return instrument, row


def instrument_from_row(row: Mapping[Any, Any]) -> Instrument:
    """The instrument a row keeps."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in row["files"].items():
            (Path(folder) / name).write_text(content, encoding="utf-8", newline="")
        return load_instrument(Path(folder) / row["name"])


def read_conditional(connection: sa.Connection) -> dict[str, Instrument]:
    """Sha256 → instrument, of those kept in a store that ask something of some people only."""
    kept = connection.execute(sa.select(INSTRUMENTS.c.sha256, INSTRUMENTS.c.files)).all()
    found = {}
    for sha256, files in kept:
        # Reading an instrument takes a third of a second; most have no condition at all.
        if any(map(_CONDITION.search, files.values())):
            if sha256 not in _KNOWN:
                _KNOWN[sha256] = _read(connection, sha256)
            found[sha256] = _KNOWN[sha256]
    return {sha256: one for sha256, one in found.items() if has_conditions(one)}


def _read(connection: sa.Connection, sha256: str) -> Instrument:
    query = sa.select(INSTRUMENTS).where(INSTRUMENTS.c.sha256 == sha256)
    return instrument_from_row(connection.execute(query).mappings().one())

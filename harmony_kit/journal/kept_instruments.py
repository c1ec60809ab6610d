"""An instrument with its translations as a row of the store, and back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harmony_kit.instrument.file import instrument_files, load_instrument
from harmony_kit.instrument.model import Instrument

__all__ = ["instrument_from_row", "instrument_row"]


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

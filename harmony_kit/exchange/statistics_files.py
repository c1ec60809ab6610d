"""Answers for statistics programs: Parquet, and SPSS with labels and missing values."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pandas as pd

from harmony_kit.exchange.labels import STATUS_WORDS
from harmony_kit.exchange.tables_out import AnswerTable, CodebookEntry
from harmony_kit.statistics_grids import LABEL_MARK, MISSING, require_pyreadstat

__all__ = ["draw_parquet", "draw_spss"]


def draw_parquet(table: AnswerTable) -> bytes:
    """The table as Parquet: every column text as in the CSV, empty cells missing."""
    frame = pd.DataFrame(table.rows, columns=list(table.headers), dtype="str")
    return frame.replace("", None).to_parquet(None, index=False)


def draw_spss(table: AnswerTable) -> bytes:
    """The table as an SPSS file: ratings as numbers with their words, the rest as text.

    The label of a variable begins with the name of its column, which SPSS does not allow as a
    name. Raises `ExchangeError` where pyreadstat is not installed.
    """
    pyreadstat = require_pyreadstat("export")
    names = _spss_names(table.headers)
    entries = {entry.column: entry for entry in table.codebook}
    frame = pd.DataFrame(index=range(len(table.rows)))
    labels: dict[str, dict[float, str]] = {}
    missing: dict[str, list[float]] = {}
    for i, (header, name) in enumerate(zip(table.headers, names, strict=True)):
        cells = [row[i] for row in table.rows]
        if entries.get(header, CodebookEntry("")).kind == "rating":
            frame[name] = [_number(cell) for cell in cells]
            words = {float(code): text for code, text in entries[header].meanings}
            labels[name] = words | {98.0: "don't know", 99.0: "prefer not to say"}
            missing[name] = [98.0, 99.0]
        else:
            frame[name] = cells
    told = [
        LABEL_MARK.join((h, entries[h].question)).removesuffix(LABEL_MARK)[:255]
        for h in table.headers
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sav"
        pyreadstat.write_sav(
            frame,
            str(path),
            column_labels=told,
            variable_value_labels=labels,
            missing_ranges=missing,
        )
        return path.read_bytes()


def _number(cell: str) -> float | None:
    if not cell:
        return None
    return MISSING[cell] if cell in STATUS_WORDS else float(cell)


def _spss_names(headers: tuple[str, ...]) -> list[str]:
    names: list[str] = []
    for header in headers:
        plain = re.sub(r"\W+", "_", header.replace("@", "_est_"), flags=re.ASCII).strip("_")[:56]
        plain = plain if plain[:1].isalpha() else f"v_{plain}"
        n_before = sum(name.split("__")[0].lower() == plain.lower() for name in names)
        names.append(f"{plain}__{n_before + 1}" if n_before else plain)
    return names

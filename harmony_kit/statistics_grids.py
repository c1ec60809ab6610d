"""Files of statistics programs as rows of text: Parquet and SPSS."""

from __future__ import annotations

import io
import math
import tempfile
from pathlib import Path
from typing import Any

from harmony_kit.errors import ExchangeError, Problem

__all__ = ["LABEL_MARK", "MISSING", "read_statistics_grid", "require_pyreadstat"]

#: In SPSS a rating that was not given is a number of its own, declared as missing.
MISSING = {"dont_know": 98.0, "prefer_not": 99.0}
#: Stands in the label of a variable after the name of the column it came from.
LABEL_MARK = " | "
_STATUS = {number: status for status, number in MISSING.items()}


def read_statistics_grid(content: bytes, file: str) -> list[list[str]] | None:
    """The rows of a Parquet or SPSS file, its header first; None for another kind of file.

    Raises `ExchangeError` when it is damaged, or SPSS cannot be read here.
    """
    if content.startswith(b"PAR1"):
        return _read_parquet(content, file)
    if content.startswith((b"$FL2", b"$FL3")):
        return _read_spss(content, file)
    return None


def _read_parquet(content: bytes, file: str) -> list[list[str]]:
    import pyarrow as pa  # heavy, and only for this kind of file
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(content))
    except (pa.ArrowInvalid, OSError) as cause:
        problem = Problem(file, "", "cannot be read as Parquet: it is damaged")
        raise ExchangeError(problem) from cause
    columns = [column.to_pylist() for column in table.columns]
    rows = zip(*columns, strict=True)
    return [list(table.column_names), *([_text(cell) for cell in row] for row in rows)]


def _read_spss(content: bytes, file: str) -> list[list[str]]:
    pyreadstat = require_pyreadstat(file)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.sav"
        path.write_bytes(content)
        try:
            frame, about = pyreadstat.read_sav(str(path), user_missing=True)
        except pyreadstat.ReadstatError as cause:
            problem = Problem(file, "", "cannot be read as SPSS: it is damaged")
            raise ExchangeError(problem) from cause
    names = [
        label.split(LABEL_MARK)[0] if label else name
        for name, label in zip(about.column_names, about.column_labels, strict=True)
    ]
    labelled = set(about.variable_value_labels)
    columns = [
        [
            _STATUS.get(cell, _text(cell)) if name in labelled else _text(cell)
            for cell in frame[name]
        ]
        for name in about.column_names
    ]
    return [names, *map(list, zip(*columns, strict=True))]


def _text(cell: object) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, list):
        return ";".join(map(str, cell))
    return str(cell)


def require_pyreadstat(file: str) -> Any:  # noqa: ANN401 - an optional library
    """The library for SPSS files; raises `ExchangeError` where it is not installed."""
    try:
        import pyreadstat
    except ImportError:
        todo = "Install it with: pip install 'harmony-kit[spss]'"
        raise ExchangeError(Problem(file, "", "SPSS files need pyreadstat", todo=todo)) from None
    return pyreadstat

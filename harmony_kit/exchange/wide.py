"""Answers as a file: CSV, XLSX, Parquet or SPSS, with a codebook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange.folding import GUARDS, guard
from harmony_kit.exchange.reading import CODEBOOK
from harmony_kit.exchange.statistics_files import draw_parquet, draw_spss
from harmony_kit.exchange.tables_out import AnswerTable, tabulate_wide
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.files import publish
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answer, Respondent

__all__ = ["FORMATS", "export_table", "export_wide", "find_format"]


def export_wide(
    answers: Iterable[Answer],
    respondents: Iterable[Respondent],
    instrument: Instrument,
    path: Path,
) -> None:
    """Write current answers, one row per respondent, in the format the name ends in.

    In a CSV file a ``'`` stands before every cell a spreadsheet would take for a formula, and a
    last column says so; importing takes both off again, so that export and import together change
    nothing. Notes and times of single answers are left out.

    Raises `ExchangeError` when there is no such format or the file cannot be written.
    """
    export_table(tabulate_wide(answers, respondents, instrument), path)


def export_table(table: AnswerTable, path: Path, *, note: str = "") -> tuple[Path, ...]:
    """Write a table with its codebook; returns the files.

    The codebook is a sheet of a workbook, and beside another file ``<name>_codebook.csv`` when
    there is something to say: `note` stands first in it. Raises as `export_wide`.
    """
    draw = FORMATS[find_format(path)]
    publish(path, draw(table), is_private=True)
    if not note:
        return (path,)
    beside = path.with_name(f"{path.stem}_codebook.csv")
    publish(beside, _draw_csv(_codebook(table, note)))
    return path, beside


def find_format(path: Path, asked: str | None = None) -> str:
    """The format of a file, by its name and what was asked for.

    Raises `ExchangeError` when the two disagree or the name ends in something else.
    """
    named = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet", ".sav": "spss"}
    found = named.get(path.suffix.lower())
    if found is None or asked not in (None, found):
        endings = ", ".join(f"{name} ({end})" for end, name in named.items())
        what = f"a name ending in {path.suffix or 'nothing'} says another format"
        wanted = f" than {asked}" if asked and found else " than can be written"
        raise ExchangeError(Problem(str(path), "", what + wanted, endings))
    return found


def _codebook(table: AnswerTable, note: str) -> AnswerTable:
    headers = ("column", "item", "kind", "question", "values")
    rows = [("", "", "", note, "")] if note else []
    rows += [
        (e.column, e.item, e.kind, e.question, "; ".join(f"{c} = {text}" for c, text in e.meanings))
        for e in table.codebook
    ]
    return AnswerTable(headers, tuple(rows), ())


def _draw_csv(table: AnswerTable) -> bytes:
    text = io.StringIO(newline="")
    # This line end also makes the writer quote a lone carriage return, which it would not else.
    writer = csv.writer(text, lineterminator="\r\n")
    guarded = [[guard(cell) for cell in row] for row in table.rows]
    if guarded == [[*row] for row in table.rows]:
        writer.writerows([table.headers, *table.rows])
    else:
        writer.writerow([*table.headers, GUARDS])
        writer.writerows([*row, "'"] for row in guarded)
    # With a byte order mark Excel reads the accents right.
    return text.getvalue().encode("utf-8-sig")


def _draw_xlsx(table: AnswerTable) -> bytes:
    codebook = _codebook(table, "")
    return draw_workbook(
        [
            WorkbookSheet("answers", table.headers, table.rows),
            WorkbookSheet(CODEBOOK, codebook.headers, codebook.rows),
        ]
    )


#: Format → how a table is drawn in it.
FORMATS: dict[str, Callable[[AnswerTable], bytes]] = {
    "csv": _draw_csv,
    "xlsx": _draw_xlsx,
    "parquet": draw_parquet,
    "spss": draw_spss,
}

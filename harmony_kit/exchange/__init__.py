"""Answers in and out: survey exports, wide CSV and XLSX files, workbooks.

It owns how a cell of another program becomes an answer, with every reason why not, and how a
workbook is written. It never opens a store: whoever calls hands over a journal to write to.
Start at `importing` (a file into a journal), then `offering`, `columns`, `cells`; `wide` is out.

The names below are loaded when first used: who writes a workbook needs no readers of files.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmony_kit.exchange.importing import import_answers
    from harmony_kit.exchange.outcome import (
        AnswerJournal,
        ImportCounts,
        ImportOptions,
        ImportReport,
        SkippedRow,
    )
    from harmony_kit.exchange.proposing import map_template
    from harmony_kit.exchange.raw_tables import write_tables
    from harmony_kit.exchange.reading import Table, read_table
    from harmony_kit.exchange.wide import export_wide

_HOMES = {
    "AnswerJournal": "outcome",
    "ImportCounts": "outcome",
    "ImportOptions": "outcome",
    "ImportReport": "outcome",
    "SkippedRow": "outcome",
    "Table": "reading",
    "export_wide": "wide",
    "import_answers": "importing",
    "map_template": "proposing",
    "read_table": "reading",
    "write_tables": "raw_tables",
}

__all__ = [
    "AnswerJournal",
    "ImportCounts",
    "ImportOptions",
    "ImportReport",
    "SkippedRow",
    "Table",
    "export_wide",
    "import_answers",
    "map_template",
    "read_table",
    "write_tables",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"harmony_kit.exchange.{_HOMES[name]}"), name)

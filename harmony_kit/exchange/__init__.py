"""Answers in and out: survey exports, wide CSV and XLSX files, workbooks.

It owns how a cell of another program becomes an answer, with every reason why not, and how a
workbook is written. It never opens a store: whoever calls hands over a journal to write to.
Start at `importing` (a file into a journal), then `offering`, `columns`, `cells`; `wide` is out.
"""

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

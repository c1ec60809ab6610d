"""Answers in and out: survey exports, wide CSV and XLSX files, the results workbook."""

from harmony_kit.exchange.importing import import_answers
from harmony_kit.exchange.reading import Table, read_table
from harmony_kit.exchange.report import Counts, ImportOptions, ImportReport, Journal

__all__ = [
    "Counts",
    "ImportOptions",
    "ImportReport",
    "Journal",
    "Table",
    "import_answers",
    "read_table",
]

"""A workbook one person fills in, and how it is read: nobody maps anything."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from harmony_kit.exchange.fields import Field, Mapped, parse_field
from harmony_kit.exchange.folding import fold
from harmony_kit.exchange.form_plan import FORM_COLUMN, FormPlan, FormQuestion
from harmony_kit.exchange.reading import Table
from harmony_kit.exchange.workbook import sheet_name
from harmony_kit.grids import GridFile
from harmony_kit.instrument.language_files import load_texts
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import MAX_TEXT

__all__ = ["draw_fill_in", "read_fill_in"]

_LISTS = "lists"
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # XlsxWriter takes the clock otherwise
_OWN, _ESTIMATE = "question.own", "question.estimate"
_TIMES = ("started_at", "finished_at")


@dataclass(frozen=True)
class _Line:
    """One line to fill in: the column it is in a wide file, its caption, what may be chosen."""

    field: str
    caption: str
    choices: tuple[str, ...] = ()
    help: str = ""
    is_time: bool = False


def draw_fill_in(plan: FormPlan, language: str) -> bytes:
    """The bytes of the workbook: own views on one sheet, estimates on the next.

    All but the cells for answers are locked, and choices open as lists.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": _CREATED})
        words = load_texts("form", language)
        other = plan.instrument.other_lens(plan.lens)
        other_name = plan.instrument.text(f"lens.{other}.name", language)
        own = book.add_worksheet(sheet_name(words[_OWN], []))
        named = words[_ESTIMATE].replace("{other}", other_name)
        estimate = book.add_worksheet(sheet_name(named, [own.get_name()]))
        writer = _Writer(book, book.add_worksheet(_LISTS), plan, language)
        writer.lists.hide()
        writer.write(own, _person_lines(language), is_estimate=False)
        writer.write(estimate, [], is_estimate=True)
    return target.getvalue()


def _person_lines(language: str) -> list[_Line]:
    words, texts = load_texts("form", language), load_texts("survey", language)
    return [
        _Line("respondent", words["start.respondent"], (), words["start.respondent_help"]),
        _Line("role", words["start.role"]),
        *(_Line(name, texts[f"survey.{name}"], is_time=True) for name in _TIMES),
    ]


class _Writer:
    """Writes the lines of a form; every list of choices stands once on a hidden sheet."""

    def __init__(self, book: Any, lists: Worksheet, plan: FormPlan, language: str) -> None:  # noqa: ANN401 - xlsxwriter has no types
        self.lists, self.plan, self.language = lists, plan, language
        self.ranges: dict[tuple[str, ...], str] = {}
        self.locked = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#f0f0f0"})
        self.head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#f0f0f0"})
        self.open = book.add_format({"locked": False, "text_wrap": True, "border": 1})
        time = {"locked": False, "border": 1, "align": "left", "num_format": "yyyy-mm-dd hh:mm"}
        self.time = book.add_format(time)

    def write(self, sheet: Worksheet, first: Sequence[_Line], *, is_estimate: bool) -> None:
        """Fill a sheet: the mark of the form, who it is, then the questions section by section."""
        sheet.protect(options={"format_rows": True, "format_columns": True})
        sheet.set_column(0, 0, None, None, {"hidden": True})
        sheet.set_column(1, 1, 70)
        sheet.set_column(2, 2, 50)
        sheet.write_string(0, 0, FORM_COLUMN)
        words = load_texts("survey", self.language)
        sheet.write_string(0, 1, words["survey.fill_in"], self.head)
        fixed = {"site": self.plan.site, "lens": self.plan.lens, "wave": self.plan.wave}
        fixed["language"] = self.language
        row = 1
        for name, value in fixed.items():
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 2, value, self.locked)
            sheet.set_row(row, None, None, {"hidden": True})
            row += 1
        for line in first:
            row = self._write_line(sheet, row, line)
        section = ""
        for page in self.plan.pages:
            if page.is_estimate != is_estimate:
                continue
            if page.section != section:
                section = page.section
                name = self.plan.instrument.text(f"dimension.{section}.name", self.language)
                sheet.write_string(row, 1, name, self.head)
                row += 1
            for question in page.questions:
                for line in self._lines(question):
                    row = self._write_line(sheet, row, line)

    def _lines(self, question: FormQuestion) -> list[_Line]:
        plan, item, language = self.plan, question.item, self.language
        captions = plan.captions(question, language)
        words, texts = load_texts("form", language), load_texts("survey", language)
        statuses = (words["question.dont_know"], words["question.prefer_not"])
        about = plan.instrument.text(f"item.{item.id}.help", language) if item.help else ""
        if item.kind == "text":
            text, may = captions.values()
            yes_no = (texts["survey.yes"], texts["survey.no"])
            return [_Line(question.field, text), _Line(f"{item.id}:quotable", may, yes_no)]
        choices = (*_labels(plan.instrument, question, language), *statuses)
        if item.kind == "words":
            captions = {
                str(n): f"{captions[question.name]} ({n})" for n in range(1, (item.k or 1) + 1)
            }
        if item.kind == "choice":
            asked, *namely = captions.values()
            others = [_Line(question.field, text) for text in namely]
            return [_Line(question.field, asked, choices, about), *others]
        return [_Line(question.field, text, choices, about) for text in captions.values()]

    def _write_line(self, sheet: Worksheet, row: int, line: _Line) -> int:
        sheet.write_string(row, 0, line.field)
        caption = f"{line.caption}\n{line.help}" if line.help else line.caption
        sheet.write_string(row, 1, caption, self.locked)
        sheet.write_blank(row, 2, None, self.time if line.is_time else self.open)
        rule: dict[str, object]
        if line.is_time:
            return row + 1  # typed as people there type times; a spreadsheet makes a date of it
        if line.choices:
            rule = {"validate": "list", "source": self._range(line.choices)}
        else:
            rule = {"validate": "length", "criteria": "<=", "value": MAX_TEXT}
        sheet.data_validation(row, 2, row, 2, rule)
        return row + 1

    def _range(self, choices: tuple[str, ...]) -> str:
        if choices not in self.ranges:
            column = len(self.ranges)
            for row, choice in enumerate(choices):
                self.lists.write_string(row, column, choice)
            first = xlsxwriter.utility.xl_rowcol_to_cell(0, column, row_abs=True, col_abs=True)
            last = xlsxwriter.utility.xl_rowcol_to_cell(
                len(choices) - 1, column, row_abs=True, col_abs=True
            )
            self.ranges[choices] = f"={_LISTS}!{first}:{last}"
        return self.ranges[choices]


def _labels(instrument: Instrument, question: FormQuestion, language: str) -> list[str]:
    item = question.item
    if item.scale:
        points = range(1, instrument.scale(item.scale).points + 1)
        return [instrument.text(f"scale.{item.scale}.{point}", language) for point in points]
    options = instrument.option_ids(item.id)
    return [instrument.text(f"option.{item.options}.{one}", language) for one in options]


def _is_fill_in(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sheet goes down, a question a line; an export has the mark among its headers."""
    return [row[0] for row in rows[:2] if row] == [FORM_COLUMN, "site"]


def read_fill_in(
    grids: GridFile, instrument: Instrument
) -> tuple[Table, Mapping[str, Mapped]] | None:
    """The one row of a workbook that was filled in, with the mapping of its columns.

    None for any other file. A column is headed by what it is, and by its place in the file.
    """
    sheets = [s for s in grids.sheets if _is_fill_in(s.rows)]
    if not sheets:
        return None
    headers: list[str] = []
    cells: list[str] = []
    mapping: dict[str, Mapped] = {}
    taken: set[str] = set()
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[1:], 2):
            name, answer = row[0].strip() if row else "", row[2] if len(row) > 2 else ""
            if not name:
                continue
            field = parse_field(name, instrument)
            if not field.item and name in taken:
                continue  # who it is stands on every sheet
            taken.add(name)
            header = f"{name} ({sheet.name}!C{number})"
            headers.append(header)
            cells.append(answer)
            mapping[fold(header)] = Mapped(header, Field(**vars(field)))
    table = Table(grids.file, grids.sha256, tuple(headers), (tuple(cells),), (1,), True)  # noqa: FBT003 - a spreadsheet
    return table, mapping

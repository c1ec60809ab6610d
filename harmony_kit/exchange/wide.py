"""Answers as a wide file: one row per respondent, one column per answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harmony_kit.exchange.cells import guard_words
from harmony_kit.exchange.folding import GUARDS, guard
from harmony_kit.exchange.settling import Place
from harmony_kit.exchange.workbook import WorkbookSheet, draw_workbook
from harmony_kit.files import publish
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answer, Respondent, column_name

__all__ = ["export_wide"]

_LEADING = ("respondent", "site", "lens", "wave", "role", "language", "started_at", "finished_at")


def export_wide(
    answers: Iterable[Answer],
    respondents: Iterable[Respondent],
    instrument: Instrument,
    path: Path,
) -> None:
    """Write current answers as CSV, or as XLSX where the name ends so.

    Columns are named as in the instrument and stand in its order; only what somebody answered
    has one. Rows are sorted by site, wave and pseudonym. In a CSV file a ``'`` stands before
    every cell a spreadsheet would take for a formula, and a last column says so; importing takes
    both off again, so that export and import together change nothing. Notes and times of single
    answers are left out.

    Raises `ExchangeError` when the file cannot be written.
    """
    by_person: dict[Place, dict[str, str]] = {}
    for respondent in respondents:
        place = (respondent.site, respondent.wave, respondent.respondent)
        by_person[place] = dict(zip(_LEADING, _leading_cells(respondent), strict=True))
    used: dict[str, tuple[int, str, str]] = {}
    for answer in answers:
        cells = by_person.setdefault(answer.key[:3], _bare(answer))
        for name, cell, order in _cells_of(answer, instrument):
            cells[name] = cell
            used[name] = order
    headers = (*_LEADING, *sorted(used, key=lambda name: used[name]))
    rows = [[cells.get(h, "") for h in headers] for _, cells in sorted(by_person.items())]
    publish(path, _draw(headers, rows, path), is_private=True)


def _draw(headers: Sequence[str], rows: Sequence[Sequence[str]], path: Path) -> bytes:
    if path.suffix.lower() == ".xlsx":
        sheet = WorkbookSheet("answers", tuple(headers), tuple(tuple(row) for row in rows))
        return draw_workbook([sheet])
    text = io.StringIO(newline="")
    # This line end also makes the writer quote a lone carriage return, which it would not else.
    writer = csv.writer(text, lineterminator="\r\n")
    guarded = [[guard(cell) for cell in row] for row in rows]
    if guarded == [[*row] for row in rows]:
        writer.writerows([headers, *rows])
    else:
        writer.writerow([*headers, GUARDS])
        writer.writerows([*row, "'"] for row in guarded)
    # With a byte order mark Excel reads the accents right.
    return text.getvalue().encode("utf-8-sig")


def _leading_cells(respondent: Respondent) -> tuple[str, ...]:
    return (
        respondent.respondent,
        respondent.site,
        respondent.lens,
        respondent.wave,
        respondent.role,
        respondent.language,
        _iso(respondent.started_at),
        _iso(respondent.finished_at),
    )


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def _bare(answer: Answer) -> dict[str, str]:
    """The leading cells of somebody whose answers are there and who was never registered."""
    return {
        "respondent": answer.respondent,
        "site": answer.site,
        "lens": answer.lens,
        "wave": answer.wave,
    }


def _cells_of(
    answer: Answer, instrument: Instrument
) -> Iterable[tuple[str, str, tuple[int, str, str]]]:
    """Column, cell and place of the column: items in order, subjects by id, own before estimate."""
    estimate_of = answer.about if answer.is_estimate else None
    name = column_name(answer.item, answer.subject, estimate_of)
    ids = [item.id for item in instrument.items]
    number = ids.index(answer.item)
    yield name, _cell(answer), (number, answer.subject or "", estimate_of or "")
    if answer.text is not None:
        permission = "yes" if answer.quotable else "no"
        yield f"{answer.item}:quotable", permission, (number, answer.subject or "", "~")


def _cell(answer: Answer) -> str:
    if answer.status != "answered":
        return answer.status
    if answer.value is not None:
        return str(answer.value)
    if answer.chosen is not None:
        return ";".join(answer.chosen)
    return guard_words(answer.text or "")

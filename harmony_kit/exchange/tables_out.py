"""Answers as tables for other programs: one row per respondent, or one per answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from harmony_kit.exchange.cells import guard_words
from harmony_kit.exchange.fields import LEADING
from harmony_kit.exchange.tidy import ANSWER_COLUMNS
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import Answer, Place, Respondent, column_name, split_column

__all__ = [
    "COUNT_COLUMNS",
    "AnswerTable",
    "CodebookEntry",
    "tabulate_counts",
    "tabulate_tidy",
    "tabulate_wide",
]

#: The columns of a table of counts.
COUNT_COLUMNS = ("site", "wave", "lens", "item", "subject", "about", "answer", "people")
_PERSON = tuple(name for name in LEADING if name != "submission")


@dataclass(frozen=True)
class CodebookEntry:
    """What one column holds: the question as it is asked, and what its values mean."""

    column: str
    item: str = ""
    kind: str = ""
    question: str = ""
    meanings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class AnswerTable:
    """Headers, rows of text, and what each column means."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    codebook: tuple[CodebookEntry, ...]


def tabulate_wide(
    answers: Iterable[Answer], respondents: Iterable[Respondent], instrument: Instrument
) -> AnswerTable:
    """One row per respondent, columns named and ordered as in the instrument.

    Only what somebody answered has a column; rows are sorted by site, wave and pseudonym. An
    item the instrument no longer has stands after the others.
    """
    places = {item.id: i for i, item in enumerate(instrument.items)}
    by_person = _by_person(respondents)
    used: dict[str, tuple[int, str, str, str]] = {}
    for answer in answers:
        cells = by_person.setdefault(answer.key[:3], _bare(answer))
        number = places.get(answer.item, len(places))
        for name, cell, order in _cells_of(answer, number):
            cells[name] = cell
            used[name] = order
    headers = (*_PERSON, *sorted(used, key=lambda name: used[name]))
    rows = tuple(tuple(cells.get(h, "") for h in headers) for _, cells in sorted(by_person.items()))
    return AnswerTable(headers, rows, tuple(_explain(name, instrument) for name in headers))


def tabulate_tidy(
    answers: Iterable[Answer], respondents: Iterable[Respondent], instrument: Instrument
) -> AnswerTable:
    """One row per answer with its respondent, sorted by site, wave, pseudonym and question."""
    places = {item.id: i for i, item in enumerate(instrument.items)}
    people = _by_person(respondents)
    headers = (*_PERSON, *ANSWER_COLUMNS)
    rows = []

    def order(answer: Answer) -> tuple[object, ...]:
        return *answer.key[:3], places.get(answer.item, len(places)), *answer.key[3:]

    for answer in sorted(answers, key=order):
        cells = people.get(answer.key[:3], _bare(answer)) | _tidy_cells(answer)
        rows.append(tuple(cells.get(header, "") for header in headers))
    columns = {column_name(a[headers.index("item")]) for a in rows}
    codebook = [_explain(name, instrument) for name in headers]
    codebook += [
        _explain(name, instrument)
        for name in sorted(columns, key=lambda name: places.get(name, 999))
    ]
    return AnswerTable(headers, tuple(rows), tuple(codebook))


def tabulate_counts(rows: Iterable[Mapping[str, str]], instrument: Instrument) -> AnswerTable:
    """One row per answer somebody gave, with how many of a side did; columns `COUNT_COLUMNS`.

    In the order of the instrument within each side.
    """
    places = {item.id: i for i, item in enumerate(instrument.items)}

    def order(row: Mapping[str, str]) -> tuple[object, ...]:
        where = (row["subject"], row["about"] != row["lens"], row["answer"])
        return row["site"], row["wave"], row["lens"], places.get(row["item"], 999), *where

    rows = sorted(rows, key=order)
    about = {row["about"] for row in rows if row["about"] != row["lens"]}
    items = dict.fromkeys(row["item"] for row in rows)
    asked = [*items, *(column_name(item, None, lens) for lens in sorted(about) for item in items)]
    codebook = [CodebookEntry(name) for name in COUNT_COLUMNS]
    codebook += [_explain(name, instrument) for name in asked]
    cells = tuple(tuple(row[name] for name in COUNT_COLUMNS) for row in rows)
    return AnswerTable(COUNT_COLUMNS, cells, tuple(codebook))


def _by_person(respondents: Iterable[Respondent]) -> dict[Place, dict[str, str]]:
    return {
        (person.site, person.wave, person.respondent): {
            "respondent": person.respondent,
            "site": person.site,
            "lens": person.lens,
            "wave": person.wave,
            "role": person.role,
            "language": person.language,
            "started_at": _iso(person.started_at),
            "finished_at": _iso(person.finished_at),
        }
        for person in respondents
    }


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


def _cells_of(answer: Answer, number: int) -> Iterator[tuple[str, str, tuple[int, str, str, str]]]:
    """Column, cell and place of the column: items in order, subjects by id, own before estimate."""
    estimate_of = answer.about if answer.is_estimate else None
    name = column_name(answer.item, answer.subject, estimate_of)
    subject = answer.subject or ""
    yield name, _cell(answer), (number, answer.item, subject, estimate_of or "")
    if _is_text(answer):
        permission = "yes" if answer.quotable else "no"
        yield f"{answer.item}:quotable", permission, (number, answer.item, subject, "~")


def _tidy_cells(answer: Answer) -> dict[str, str]:
    return {
        "item": answer.item,
        "subject": answer.subject or "",
        "about": answer.about,
        "status": answer.status,
        "value": _cell(answer) if answer.status == "answered" else "",
        "number": "" if answer.value is None else str(answer.value),
        "quotable": ("yes" if answer.quotable else "no") if _is_text(answer) else "",
        "answered_at": _iso(answer.answered_at),
    }


def _is_text(answer: Answer) -> bool:
    return answer.text is not None and answer.chosen is None


def _cell(answer: Answer) -> str:
    if answer.status != "answered":
        return answer.status
    if answer.value is not None:
        return str(answer.value)
    if answer.chosen is not None:
        words = f": {answer.text}" if answer.text else ""
        return f"{';'.join(answer.chosen)}{words}"
    return guard_words(answer.text or "")


def _explain(name: str, instrument: Instrument) -> CodebookEntry:
    parts = split_column(name)
    if parts is None or not instrument.has_item(parts["item"]):
        return CodebookEntry(name)
    item = instrument.item(parts["item"])
    if parts["part"]:
        return CodebookEntry(name, item.id, "permission", meanings=(("yes", "yes"), ("no", "no")))
    lens = instrument.other_lens(parts["about"]) if parts["about"] else instrument.lens_ids[0]
    question = instrument.question(item.id, lens).replace("{subject}", parts["subject"] or "…")
    if parts["about"]:
        other = instrument.text(f"lens.{parts['about']}.name")
        question = f"{instrument.text('estimate').replace('{other}', other)} {question}"
    return CodebookEntry(name, item.id, item.kind, question, _values(item.id, instrument))


def _values(item_id: str, instrument: Instrument) -> tuple[tuple[str, str], ...]:
    item = instrument.item(item_id)
    if item.scale:
        anchors = instrument.scale(item.scale).anchors
        return tuple((str(point), anchor) for point, anchor in enumerate(anchors, 1))
    options = instrument.option_ids(item_id)
    return tuple((o, instrument.text(f"option.{item.options}.{o}")) for o in options)

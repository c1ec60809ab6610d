"""One cell of an evidence file: an id, a date, a count, a week, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from harmony_kit.errors import Problem
from harmony_kit.journal.names import SUBJECT
from harmony_kit.sheet_marks import ERRORS
from harmony_kit.times import Clock, is_open

__all__ = ["DECISION_KINDS", "CellReader"]

#: Whether a decision is taken once, or in the work, again and again.
DECISION_KINDS = ("one_off", "recurring")


class WordError(ValueError):
    """What is wrong with a cell, where naming its text is not enough."""


@dataclass(frozen=True)
class CellReader:
    """How the cells of one kind of file are read."""

    columns: Mapping[str, str]
    sites: Collection[str]
    is_day_first: bool | None
    problems: list[Problem]

    def read(self, row: Mapping[str, str], column: str, place: tuple[str, int]) -> Any:  # noqa: ANN401 - text, date, count or None
        """The value of a cell; None where it is empty or wrong, which is a problem."""
        kind, text = self.columns[column], row.get(column, "")
        kind = "error" if text in ERRORS else kind
        if not text and kind != "id":
            return None
        reader, allowed = _READERS[kind]
        try:
            return self._read_date(text) if kind == "date" else reader(text)
        except ValueError as cause:
            what = str(cause) if isinstance(cause, WordError) else f"{text!r} is not allowed"
            where = f"row {place[1]}, column {column}"
            self.problems.append(Problem(place[0], where, what, allowed))
            return None

    def _read_date(self, text: str) -> pd.Timestamp:
        if self.is_day_first is None and is_open(text):
            raise ValueError(text)
        return _read_date(text, self.is_day_first or False)


def _read_id(text: str) -> str:
    if not SUBJECT.allows(text):
        raise ValueError(text)
    return text


def _read_kind(text: str) -> str:
    kind = re.sub(r"[\s_-]+", "_", text.casefold())
    if kind not in DECISION_KINDS:
        raise ValueError(text)
    return kind


def _read_holder(text: str) -> str:
    if re.search(r"[^@\s]+@[^@\s]+\.\w+", text):
        message = "looks like an e-mail address, and nothing is kept that names a person"
        raise WordError(message)
    return text


def _read_error(text: str) -> str:
    raise ValueError(text)


@lru_cache(4096)  # years of weekly counts hold few different ones
def _read_count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}(?:\.0)?", text):
        raise ValueError(text)
    return int(float(text))


@lru_cache(4096)
def _read_week(text: str) -> str:
    match = re.fullmatch(r"(\d{4})-?W(\d{1,2})", text.upper())
    if match is None:
        raise ValueError(text)
    return f"{match[1]}-W{int(match[2]):02d}"


@lru_cache(4096)
def _read_date(text: str, is_day_first: bool) -> pd.Timestamp:  # noqa: FBT001 - cached by both
    moment = Clock(_ZONE, is_day_first=is_day_first).read(text)
    return pd.Timestamp(moment.date())


_ZONE = ZoneInfo("UTC")
_READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "id": (_read_id, SUBJECT.allowed),
    "text": (str, "text"),
    "kind": (_read_kind, ", ".join(DECISION_KINDS) + ", or nothing"),
    "holder": (_read_holder, "a function or a role, such as a lens or joint"),
    "date": (str, "a date as 2026-03-31, or nothing"),
    "count": (_read_count, "a whole number, or nothing"),
    "error": (_read_error, "a value; this is an error of the spreadsheet"),
    "week": (_read_week, "an ISO week as 2026-W24"),
}

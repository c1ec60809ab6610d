"""Problems of many cells, told once each with all their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange.accepting import suggest_accepted

__all__ = ["Complaint", "Complaints", "name_rows"]

_SHOWN = 8
_MANY = 3


@dataclass(frozen=True)
class Complaint:
    """What is wrong in a cell, and what would be right; `index` is its column's, None of a row."""

    column: str
    what: str
    allowed: str = ""
    todo: str = ""
    index: int | None = None


@dataclass
class Complaints:
    """What was found wrong with one file so far; the same thing in many rows is one problem."""

    file: str
    severity: Literal["error", "warning"] = "error"
    others: list[Problem] = field(default_factory=list)
    rows: dict[Complaint, dict[int, None]] = field(default_factory=dict)
    n_added: int = 0

    def add(self, row: int, complaint: Complaint) -> None:
        """Note a complaint about one row."""
        self.n_added += 1
        self.rows.setdefault(complaint, {})[row] = None

    def add_file(self, what: str, allowed: str = "", todo: str = "", *, where: str = "") -> None:
        """Note a problem of the file as a whole, or of a place in it."""
        self.others.append(Problem(self.file, where, what, allowed, todo))

    def problems(self) -> tuple[Problem, ...]:
        """Problems of the file as a whole first, then those of rows in the order of the rows.

        What is wrong alike in more than three columns, as where a label file is missing, is one
        problem.
        """
        alike: dict[tuple[str, str, str], dict[str, list[int]]] = {}
        for complaint, rows in self.rows.items():
            same = (complaint.what, complaint.allowed, complaint.todo)
            alike.setdefault(same, {})[complaint.column] = list(rows)
        told = [
            (min(rows), Problem(self.file, where, *same, severity=self.severity))
            for same, columns in alike.items()
            for where, rows in _places(columns)
        ]
        told.sort(key=lambda entry: entry[0])
        return (*self.others, *(problem for _, problem in told))

    def refuse(self) -> None:
        """Raise `ExchangeError` with every problem, if there is one.

        Where only rows and cells are wrong it says how the rest of the file can be imported.
        """
        if problems := self.problems():
            wrong = [(complaint.index, rows) for complaint, rows in self.rows.items()]
            raise ExchangeError(*problems, accept="" if self.others else suggest_accepted(wrong))


def _places(columns: dict[str, list[int]]) -> list[tuple[str, list[int]]]:
    """Where the same thing is wrong, in words, with the rows."""
    named = [
        (f"{name_rows(rows)}{', column ' + column if column else ''}", rows)
        for column, rows in columns.items()
    ]
    if len(named) <= _MANY:
        return named
    every = sorted({row for rows in columns.values() for row in rows})
    return [(f"{len(columns)} columns, first {named[0][0]}", every)]


def name_rows(rows: list[int]) -> str:
    """``row 4``, ``rows 4 and 7``, ``rows 4, 7, 9 and 30 more``."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    n_shown = len(rows) if len(rows) <= _SHOWN + 1 else _SHOWN
    shown = [str(row) for row in rows[:n_shown]]
    rest = len(rows) - n_shown
    last = f"{rest} more" if rest else shown.pop()
    return f"rows {', '.join(shown)} and {last}"

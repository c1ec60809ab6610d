"""What can go wrong, as one tree: catch `HarmonyError` for all of it.

::

    HarmonyError
    ├─ FileError (ValueError)        every problem of one or more files, each a `Problem`
    │  ├─ InstrumentError            an instrument or one of its translations
    │  ├─ PlaybookError              a playbook
    │  ├─ EngagementError            engagement.yaml, sites.csv or an evidence file
    │  └─ ExchangeError              a file of answers offered for import
    ├─ AnswerError (ValueError)      one answer: item, value, what is allowed
    │  └─ MisfitError                one that does not fit the others of the same person
    ├─ CaseError (ValueError)        what cannot become of an interview: whose, what, what can
    ├─ CommitmentError (ValueError)  one thing agreed: which, what was said, what is allowed
    ├─ FrameError (ValueError)       a frame handed to a measure: column, expected, found
    ├─ StoreError (OSError)          what was tried, on which store (never a password), why
    ├─ ParameterError (ValueError)   a notebook parameter it does not declare
    ├─ RunError (RuntimeError)       a notebook that failed: cell, source, original error
    └─ MakersLost (ConnectionError)  the machines that were to make the reports are gone

All of them pickle, because a batch raises them in other processes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "AnswerError",
    "CaseError",
    "CommitmentError",
    "ElsewhereError",
    "EngagementError",
    "ExchangeError",
    "FileError",
    "FrameError",
    "HarmonyError",
    "InstrumentError",
    "MakersLost",
    "MisfitError",
    "ParameterError",
    "PlaybookError",
    "Problem",
    "RunError",
    "StoreError",
    "list_some",
    "nearest",
]

_LISTED = 20  # names in an error; an engagement may have hundreds of sites


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a file: where it is, what it is, what is allowed, what to do.

    `where` is a path inside the file (``items[3].scale``) or a place in a table
    (``row 12, column frame.decision``); rows count from 1 and include the header, as a
    spreadsheet shows them.
    """

    file: str
    where: str
    what: str
    allowed: str = ""
    todo: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.file, self.where) if part)
        allowed = f" Allowed: {self.allowed}." if self.allowed else ""
        todo = f" {self.todo}" if self.todo else ""
        mark = "warning: " if self.severity == "warning" else ""
        return f"{place}: {mark}{self.what}.{allowed}{todo}"


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.8) -> str:
    """``Did you mean …?`` for a name close to a known one, else an empty text.

    >>> nearest("plant-a", ["Plant-A", "plant-b"])
    'Did you mean Plant-A?'
    """
    folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=likeness)
    return f"Did you mean {folded[close[0]]}?" if close else ""


def list_some(known: Sequence[str]) -> str:
    """The names there are, for a person to read: the first twenty, and how many more."""
    shown = ", ".join(known[:_LISTED])
    return f"{shown} and {len(known) - _LISTED} more" if len(known) > _LISTED else shown


class HarmonyError(Exception):
    """The root: everything this package raises on purpose."""


class FileError(HarmonyError, ValueError):
    """Everything wrong with a file, all at once, as `problems`."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems in the order they were found."""
        return self.args

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class InstrumentError(FileError):
    """An instrument or one of its translations cannot be used."""


class PlaybookError(FileError):
    """A playbook cannot be used."""


class EngagementError(FileError):
    """engagement.yaml, sites.csv or an evidence file cannot be used."""


class ExchangeError(FileError):
    """A file of answers cannot be imported, or a file not be written.

    `accept` is what to give ``--accept`` for the rest to be imported; empty where that is no way.
    """

    def __init__(self, *problems: Problem, accept: str = "") -> None:
        super().__init__(*problems)
        self.accept = accept


class AnswerError(HarmonyError, ValueError):
    """An answer its item does not allow."""

    def __init__(self, item: str, value: object, allowed: str) -> None:
        super().__init__(item, value, allowed)
        self.item, self.value, self.allowed = item, value, allowed

    def __str__(self) -> str:
        return (
            f"{self.item}: {self.value!r} is not an answer to this item. Allowed: {self.allowed}."
        )


class MisfitError(AnswerError):
    """An answer the item's constraint refuses beside what the same person said before."""


class ElsewhereError(AnswerError):
    """An answer from a site at which its item is not asked."""

    @property
    def what(self) -> str:
        """What is wrong, without what is allowed."""
        return f"{self.item} is not asked at {self.value}"

    def __str__(self) -> str:
        return f"{self.what}. Allowed: {self.allowed}."


class CaseError(HarmonyError, ValueError):
    """Something that cannot become of an interview as it stands: whose, what, allowed, to do."""

    def __init__(self, whose: str, what: str, allowed: str, todo: str = "") -> None:
        super().__init__(whose, what, allowed, todo)
        self.whose, self.what, self.allowed, self.todo = whose, what, allowed, todo

    def __str__(self) -> str:
        return str(Problem(self.whose, "", self.what, self.allowed, self.todo))


class CommitmentError(HarmonyError, ValueError):
    """Something agreed in the room that cannot stand as it was said.

    `rule` names the rule it breaks, where people in a room can break it, and `limits` its numbers:
    the board says it in the room's language.
    """

    def __init__(
        self,
        thing: str,
        value: object,
        allowed: str,
        rule: str = "",
        limits: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(thing, value, allowed, rule, limits)
        self.thing, self.value, self.allowed = thing, value, allowed
        self.rule, self.limits = rule, dict(limits or {})

    def __str__(self) -> str:
        return f"{self.thing}: {self.value!r} cannot be kept. Allowed: {self.allowed}."


class FrameError(HarmonyError, ValueError):
    """A frame without a column a measure needs, or with one of the wrong type."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        super().__init__(column, expected, found)
        self.column, self.expected, self.found = column, expected, found

    def __str__(self) -> str:
        return f"column {self.column!r}: expected {self.expected}, found {self.found}."


class StoreError(HarmonyError, OSError):
    """The store could not be read or written; nothing was half-written."""

    def __init__(self, tried: str, store: str, why: str) -> None:
        super().__init__(tried, store, why)
        self.tried, self.store, self.why = tried, store, why

    def __str__(self) -> str:
        return f"could not {self.tried} {self.store}: {self.why}"

    def __reduce__(self) -> tuple[type[StoreError], tuple[str, str, str]]:
        # OSError reads three arguments as errno, text and file name and drops the last one.
        return type(self), (self.tried, self.store, self.why)


class ParameterError(HarmonyError, ValueError):
    """A parameter the notebook does not declare; raised before anything runs."""

    def __init__(self, notebook: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(notebook, name, known)
        self.notebook, self.name, self.known = notebook, name, known

    def __str__(self) -> str:
        return (
            f"{self.notebook} declares no parameter {self.name!r}. "
            f"Declared in its parameters cell: {', '.join(self.known) or 'none'}."
        )


class RunError(HarmonyError, RuntimeError):
    """A notebook that failed: which cell, its source, the original error as text."""

    def __init__(self, notebook: str, cell: int, source: str, ename: str, evalue: str) -> None:
        super().__init__(notebook, cell, source, ename, evalue)
        self.notebook, self.cell, self.source = notebook, cell, source
        self.ename, self.evalue = ename, evalue

    def __str__(self) -> str:
        return f"{self.notebook}, cell {self.cell}: {self.ename}: {self.evalue}"


class MakersLost(HarmonyError, ConnectionError):  # noqa: N818 - what happened, as in FileNotFound
    """Whoever was to make the reports is gone; what was finished is kept."""

    def __init__(self, address: str, what: str) -> None:
        super().__init__(address, what)
        self.address, self.what = address, what

    def __str__(self) -> str:
        return (
            f"{self.address}: {self.what}. What was finished is kept; start it again and run the "
            "same command."
        )

    def __reduce__(self) -> tuple[type[MakersLost], tuple[str, str]]:
        # OSError reads two arguments as errno and text.
        return type(self), (self.address, self.what)

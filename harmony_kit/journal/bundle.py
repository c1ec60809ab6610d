"""Answers of one form together: what they share is said once, and written once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from harmony_kit.journal.answers import Answer, Place
from harmony_kit.journal.schema import EPOCH, JOURNAL

__all__ = ["BRIEF", "Brief", "Bundle", "Told", "brief_of", "gather", "head_of", "write_bundles"]

#: What the answers of one form share, and what each of them says, as columns of the journal.
_SOURCE: Final = (
    *("recorded_by", "origin", "instrument", "instrument_version"),
    *("instrument_sha256", "reference"),
)
_OWN: Final = ("site", "wave", "respondent", "lens", "answered_at", "seconds", "reason")
_HEAD: Final = (*_OWN, *_SOURCE)
BRIEF: Final = ("item", "subject", "about", "status", "value", "chosen", "text", "quotable", "note")

Brief: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Bundle:
    """Some answers of one form: `head` has the columns they share, `said` the others of each."""

    head: tuple[Any, ...]
    said: Sequence[Brief]

    @property
    def place(self) -> Place:
        """Whose answers they are."""
        site, wave, respondent = self.head[:3]
        return site, wave, respondent

    def split(self) -> tuple[Bundle, Bundle]:
        """All but the last answer, and the last."""
        return Bundle(self.head, self.said[:-1]), Bundle(self.head, self.said[-1:])

    def rows(self) -> Iterator[dict[str, Any]]:
        """The answers as rows of the journal, one by one."""
        head = dict(zip(_HEAD, self.head, strict=True))
        for brief in self.said:
            row = head | dict(zip(BRIEF, brief, strict=True))
            yield row | {"chosen": None if row["chosen"] is None else list(row["chosen"])}


#: Answers one by one or in bundles.
Told: TypeAlias = Iterable[Answer | Bundle]


def head_of(answer: Answer) -> tuple[Any, ...]:
    """What an answer shares with those of its form."""
    source = answer.source
    own = (getattr(answer, name) for name in _OWN)
    return (*own, *(getattr(source, name) for name in _SOURCE))


def brief_of(answer: Answer) -> Brief:
    """What an answer says, and of what."""
    told = {name: getattr(answer, name) for name in BRIEF}
    return tuple((told | {"subject": answer.subject or ""}).values())


def gather(answers: Told) -> Iterator[Bundle]:
    """The same answers in the same order, those that share everything in one bundle."""
    head: tuple[Any, ...] = ()
    said: list[Brief] = []
    for one in answers:
        new = () if isinstance(one, Bundle) else head_of(one)
        if said and new != head:
            yield Bundle(head, tuple(said))
            said = []
        if isinstance(one, Bundle):
            yield one
            continue
        head = new
        said.append(brief_of(one))
    if said:
        yield Bundle(head, tuple(said))


def write_bundles(connection: sa.Connection, bundles: Sequence[Bundle]) -> None:
    """Add answers to the journal of a SQLite store.

    Ten thousand answers of a survey say a few thousand different things: each of those is handed
    over once and a form is a list of their numbers, in a third of the time rows take.
    """
    numbers: dict[int, int] = {}
    briefs: list[Brief] = []
    forms = [(*_plain_head(one.head), _number(one.said, numbers, briefs)) for one in bundles]
    columns = ", ".join(BRIEF)
    connection.exec_driver_sql(f"CREATE TEMP TABLE brought (id INTEGER PRIMARY KEY, {columns})")
    marks = ", ".join("?" * (len(BRIEF) + 1))
    insert = f"INSERT INTO brought VALUES ({marks})"  # noqa: S608 - our own names
    rows = [(i, *_plain_brief(brief)) for i, brief in enumerate(briefs, 1)]
    connection.exec_driver_sql(insert, rows)
    connection.exec_driver_sql(_statement(), forms)
    connection.exec_driver_sql("DROP TABLE brought")


def _number(said: Sequence[Brief], numbers: dict[int, int], briefs: list[Brief]) -> str:
    """What was said as numbers; a brief is known by where it lies, which is looked up at once."""
    for brief in said:
        if id(brief) not in numbers:
            briefs.append(brief)  # and kept, so that nothing else comes to lie there
            numbers[id(brief)] = len(briefs)
    return json.dumps([numbers[id(brief)] for brief in said])


def _statement() -> str:
    places = {name: f"?{n}" for n, name in enumerate(_HEAD, 1)}
    places |= {name: f"brought.{name}" for name in BRIEF}
    columns = [column.name for column in JOURNAL.columns if column.name != "id"]
    values = ", ".join(places[name] for name in columns)
    last = f"?{len(_HEAD) + 1}"
    # The order of the list is the order of the rows: a cross join does not change it.
    return (
        f"INSERT INTO journal ({', '.join(columns)}) SELECT {values} "  # noqa: S608 - our own names
        f"FROM json_each({last}) AS listed CROSS JOIN brought ON brought.id = listed.value"
    )


def _plain_head(head: tuple[Any, ...]) -> tuple[Any, ...]:
    at = _HEAD.index("answered_at")
    return (*head[:at], _microseconds(head[at]), *head[at + 1 :])


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _plain_brief(brief: Brief) -> Brief:
    at = BRIEF.index("chosen")
    chosen = None if brief[at] is None else json.dumps(list(brief[at]))
    return (*brief[:at], chosen, *brief[at + 1 :])

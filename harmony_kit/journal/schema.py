"""The tables of the store and how an answer becomes a row and comes back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from harmony_kit.journal.answers import Answer, Event, Respondent, Source
from harmony_kit.journal.subject import Subject

__all__ = [
    "EVENTS",
    "INSTRUMENTS",
    "JOURNAL",
    "KEY",
    "METADATA",
    "RESPONDENTS",
    "SUBJECTS",
    "answer_from_row",
    "answer_row",
    "event_from_row",
    "respondent_from_row",
    "subject_from_row",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime as microseconds since 1970 in UTC: no dialect can lose the zone."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, _dialect: object) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


METADATA = sa.MetaData()
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts rows up in INTEGER only


def _name(column: str, *, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(column, sa.String, nullable=False, primary_key=primary_key)


RESPONDENTS = sa.Table(
    "respondents",
    METADATA,
    _name("site", primary_key=True),
    _name("wave", primary_key=True),
    _name("respondent", primary_key=True),
    _name("lens"),
    _name("role"),
    _name("language"),
    sa.Column("started_at", _Moment),
    sa.Column("finished_at", _Moment),
    sa.Column("details", sa.JSON, nullable=False),
)

#: What one answer answers; its newest row is the current answer.
KEY = ("site", "wave", "respondent", "item", "subject", "about")

JOURNAL = sa.Table(
    "journal",
    METADATA,
    sa.Column("id", _BIG, primary_key=True, autoincrement=True),
    *(_name(column) for column in KEY),
    _name("lens"),
    _name("status"),
    sa.Column("value", sa.Integer),
    sa.Column("chosen", sa.JSON(none_as_null=True)),
    sa.Column("text", sa.Text),
    sa.Column("quotable", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("answered_at", _Moment, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("reason", sa.Text),
    _name("recorded_by"),
    _name("origin"),
    _name("instrument"),
    sa.Column("instrument_version", sa.Integer, nullable=False),
    _name("instrument_sha256"),
    _name("reference"),
    sa.Index("journal_key", *KEY, "id"),
    sa.Index("journal_wave_site", "wave", "site", "id"),
    sqlite_autoincrement=True,
)

EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("id", _BIG, primary_key=True, autoincrement=True),
    _name("site"),
    _name("wave"),
    _name("respondent"),
    _name("kind"),
    sa.Column("at", _Moment, nullable=False),
    _name("by"),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Index("events_respondent", "site", "wave", "respondent", "id"),
)

SUBJECTS = sa.Table(
    "subjects",
    METADATA,
    _name("site", primary_key=True),
    _name("kind", primary_key=True),
    _name("id", primary_key=True),
    _name("title"),
)

INSTRUMENTS = sa.Table(
    "instruments",
    METADATA,
    _name("sha256", primary_key=True),
    _name("id"),
    sa.Column("version", sa.Integer, nullable=False),
    _name("name"),
    sa.Column("files", sa.JSON, nullable=False),
)


def answer_row(answer: Answer) -> dict[str, Any]:
    """An answer as a row of the journal."""
    row = asdict(answer) | asdict(answer.source)
    row.pop("source")
    row["subject"] = answer.subject or ""
    row["chosen"] = None if answer.chosen is None else list(answer.chosen)
    return row


def _fields(row: sa.RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


_SOURCE = tuple(Source.__dataclass_fields__)


def answer_from_row(row: sa.RowMapping) -> Answer:
    """A row of the journal as the answer it holds."""
    fields = _fields(row)
    fields.pop("id")
    source = Source(**{name: fields.pop(name) for name in _SOURCE})
    chosen = fields.pop("chosen")
    fields["subject"] = fields["subject"] or None
    return Answer(**fields, chosen=None if chosen is None else tuple(chosen), source=source)


def respondent_from_row(row: sa.RowMapping) -> Respondent:
    """A row of `RESPONDENTS` as a respondent."""
    return Respondent(**_fields(row))


def event_from_row(row: sa.RowMapping) -> Event:
    """A row of `EVENTS` as an event."""
    fields = _fields(row)
    fields.pop("id")
    return Event(**fields)


def subject_from_row(row: sa.RowMapping) -> Subject:
    """A row of `SUBJECTS` as a subject."""
    return Subject(**_fields(row))

"""The tables of the store and how an answer becomes a row and comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from harmony_kit.journal.answers import Answer, Event, Respondent, Source
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.subject import Subject

__all__ = [
    "COMMITMENTS",
    "EPOCH",
    "EVENTS",
    "FORGOTTEN",
    "IMPORTS",
    "IMPORT_ROWS",
    "INSTRUMENTS",
    "JOURNAL",
    "KEY",
    "METADATA",
    "OWNERS",
    "OWNER_NAMES",
    "PENDING_ROWS",
    "RESPONDENTS",
    "STORE_SCHEMA",
    "SUBJECTS",
    "answer_from_row",
    "answer_row",
    "event_from_row",
    "import_from_row",
    "respondent_from_row",
    "subject_from_row",
]

#: Moments are stored as microseconds since.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime as microseconds since 1970 in UTC: no dialect can lose the zone."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, _dialect: object) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


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
    sa.Index("events_kind", "kind", "id"),
)

#: Imports and undoings, each when it is whole.
IMPORTS = sa.Table(
    "imports",
    METADATA,
    _name("id", primary_key=True),
    _name("file"),
    _name("sha256"),
    _name("tool"),
    _name("by"),
    sa.Column("at", _Moment, nullable=False),
    _name("undoes"),
    sa.Column("people", sa.JSON, nullable=False),
)

#: The rows of the journal an import wrote, a range for each of its transactions.
IMPORT_ROWS = sa.Table(
    "import_rows",
    METADATA,
    _name("import_id", primary_key=True),
    sa.Column("first_id", _BIG, primary_key=True, autoincrement=False),
    sa.Column("last_id", _BIG, nullable=False),
)

#: The same of an import that is not whole yet; nobody sees these rows of the journal.
PENDING_ROWS = sa.Table(
    "pending_rows",
    METADATA,
    _name("import_id", primary_key=True),
    sa.Column("first_id", _BIG, primary_key=True, autoincrement=False),
    sa.Column("last_id", _BIG, nullable=False),
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

#: Everything said at workshops. An entry is named by what is in it, and its order is its `at`.
COMMITMENTS = sa.Table(
    "commitments",
    METADATA,
    _name("id", primary_key=True),
    *(_name(column) for column in ("site", "wave", "workflow", "kind", "ref", "lens", "state")),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("owners", sa.JSON, nullable=False),
    _name("due"),
    sa.Column("done_when", sa.Text, nullable=False),
    sa.Column("at", _Moment, nullable=False),
    *(_name(column) for column in ("by", "supersedes", "undoes")),
    sa.Index("commitments_place", "site", "wave", "workflow"),
)

#: Who owns what was agreed, by what they are.
OWNERS = sa.Table(
    "owners",
    METADATA,
    *(_name(column, primary_key=column == "id") for column in ("id", "site", "lens", "role")),
)

#: What they are called: apart, so that it can be erased. An erased name stays known as erased, or
#: the next merge would bring it back.
OWNER_NAMES = sa.Table(
    "owner_names",
    METADATA,
    _name("owner", primary_key=True),
    _name("name"),
    sa.Column("is_erased", sa.Boolean, nullable=False),
)

#: Of everybody who was forgotten, what tells them from others and from which nobody can be told.
FORGOTTEN = sa.Table(
    "forgotten",
    METADATA,
    _name("salt", primary_key=True),
    _name("digest"),
    sa.Column("at", _Moment, nullable=False),
)

#: The versions these tables went through, the highest being theirs; see `migrating`.
STORE_SCHEMA = sa.Table(
    "store_schema",
    METADATA,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
)


_SOURCE = tuple(Source.__dataclass_fields__)
_PLAIN = tuple(name for name in Answer.__dataclass_fields__ if name != "source")
# Many thousands of rows are read for one report.
_take_source, _take_plain = itemgetter(*_SOURCE), itemgetter(*_PLAIN)


def answer_row(answer: Answer) -> dict[str, Any]:
    """An answer as a row of the journal."""
    # Not `asdict`, which copies every part: an import has millions of them.
    row = {name: getattr(answer, name) for name in _PLAIN}
    row |= {name: getattr(answer.source, name) for name in _SOURCE}
    row["subject"] = answer.subject or ""
    row["chosen"] = None if answer.chosen is None else list(answer.chosen)
    return row


def _fields(row: sa.RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def answer_from_row(row: sa.RowMapping) -> Answer:
    """A row of the journal as the answer it holds."""
    fields = dict(zip(_PLAIN, _take_plain(row), strict=True))
    if fields["chosen"] is not None:
        fields["chosen"] = tuple(fields["chosen"])
    fields["subject"] = fields["subject"] or None
    return Answer(**fields, source=Source(*_take_source(row)))


def respondent_from_row(row: sa.RowMapping) -> Respondent:
    """A row of `RESPONDENTS` as a respondent."""
    return Respondent(**_fields(row))


def import_from_row(row: sa.RowMapping) -> ImportEntry:
    """A row of `IMPORTS` as an entry, without what is kept of its people."""
    fields = _fields(row)
    fields.pop("people")
    return ImportEntry(**fields)


def event_from_row(row: sa.RowMapping) -> Event:
    """A row of `EVENTS` as an event."""
    fields = _fields(row)
    fields.pop("id")
    return Event(**fields)


def subject_from_row(row: sa.RowMapping) -> Subject:
    """A row of `SUBJECTS` as a subject."""
    return Subject(**_fields(row))

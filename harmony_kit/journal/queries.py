"""What the store asks of its journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

import pandas as pd
import sqlalchemy as sa

from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.answers import ANSWER_DTYPES, Answer, AnswersFrame, Place, type_frame
from harmony_kit.journal.case import InterviewCase, follow_all
from harmony_kit.journal.connections import wait_for_writers
from harmony_kit.journal.kept_instruments import read_conditional
from harmony_kit.journal.replies import find_unasked
from harmony_kit.journal.schema import (
    EVENTS,
    IMPORT_ROWS,
    JOURNAL,
    KEY,
    PENDING_ROWS,
    answer_from_row,
    event_from_row,
)

__all__ = [
    "Extent",
    "current_contents",
    "equal",
    "newest",
    "read_beginnings",
    "read_corrected",
    "read_counted",
    "read_extents",
    "read_frame",
    "read_mark",
    "read_revision",
    "read_used",
    "where",
    "where_counted",
]

#: How many rows, the number of the newest, the sum of all numbers: adding a row changes it, and
#: so does taking one away.
Extent: TypeAlias = tuple[int, int, int]
_MOMENT = "answered_at"


def equal(table: sa.Table, **values: str | None) -> list[sa.ColumnElement[bool]]:
    """One condition for each column that has a value to equal."""
    return [table.c[name] == value for name, value in values.items() if value is not None]


def where(connection: sa.Connection, **values: str | None) -> sa.ColumnElement[bool]:
    """The rows of the journal with these values; None asks nothing of its column.

    Rows of an import that is not whole yet are left out.
    """
    ranges = connection.execute(sa.select(PENDING_ROWS.c.first_id, PENDING_ROWS.c.last_id)).all()
    hidden = [~JOURNAL.c.id.between(first, last) for first, last in _join(ranges)]
    return sa.and_(sa.true(), *hidden, *equal(JOURNAL, **values))


def where_counted(connection: sa.Connection, **values: str | None) -> sa.ColumnElement[bool]:
    """The same without tests, whoever withdrew, and what was corrected away."""
    kinds = ("test", "withdrawn", "corrected")
    query = sa.select(EVENTS).where(EVENTS.c.kind.in_(kinds)).order_by(EVENTS.c.id)
    cases = follow_all(map(event_from_row, connection.execute(query).mappings()))
    out = [case.place for case in cases.values() if not case.counts]
    return sa.and_(where(connection, **values), *(~sa.and_(*_at(place)) for place in out))


def _at(place: Place) -> list[sa.ColumnElement[bool]]:
    site, wave, respondent = place
    return equal(JOURNAL, site=site, wave=wave, respondent=respondent)


def _join(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges that touch as one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(tuple(one) for one in ranges):
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def newest(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The newest row of each question among the rows of a condition, in the order written.

    A question whose newest row was withdrawn has none.
    """
    columns = [JOURNAL.c[name] for name in KEY]
    ids = sa.select(sa.func.max(JOURNAL.c.id)).where(condition).group_by(*columns)
    is_given = JOURNAL.c.status != "withdrawn"
    return sa.select(JOURNAL).where(JOURNAL.c.id.in_(ids), is_given).order_by(JOURNAL.c.id)


def read_used(connection: sa.Connection, *, site: str | None) -> dict[str, set[str]]:
    """Wave → the hashes of the instruments that asked what is current there."""
    rows = newest(where(connection, site=site)).order_by(None)
    query = rows.with_only_columns(JOURNAL.c.wave, JOURNAL.c.instrument_sha256).distinct()
    used: dict[str, set[str]] = {}
    for wave, digest in connection.execute(query):
        used.setdefault(wave, set()).add(digest)
    return used


def read_frame(
    connection: sa.Connection,
    *,
    sites: Sequence[str] | None,
    wave: str | None,
    until: int | None,
) -> AnswersFrame:
    """The newest answers of one wave and some sites or all; no row after `until`."""
    condition = where_counted(connection, wave=wave)
    if until is not None:
        condition = sa.and_(condition, JOURNAL.c.id <= until, *_seen_later(connection, until))
    if sites is not None:
        condition = sa.and_(condition, JOURNAL.c.site.in_(list(sites)))
    # Moments as the numbers they are kept as: made one by one they would take longest.
    columns = [JOURNAL.c[name] for name in ANSWER_DTYPES if name != _MOMENT]
    moment = sa.type_coerce(JOURNAL.c[_MOMENT], sa.BigInteger).label(_MOMENT)
    query = newest(condition).with_only_columns(JOURNAL.c.id, *columns, moment)
    rows = connection.execute(query).all()
    names = ["id", *(column.name for column in columns), _MOMENT]
    frame = pd.DataFrame(map(tuple, rows), columns=names)
    if instruments := read_conditional(connection):
        told = connection.execute(newest(condition)).mappings().all()
        frame = frame[~frame["id"].isin(_list_unasked(told, instruments))].reset_index(drop=True)
    when = pd.to_datetime(frame[_MOMENT].astype("int64"), unit="us", utc=True)
    subject = frame["subject"].replace("", None)
    return type_frame(frame.assign(subject=subject, **{_MOMENT: when}))


def _seen_later(connection: sa.Connection, until: int) -> list[sa.ColumnElement[bool]]:
    """Without the rows of imports that were not whole yet when the journal had row `until`.

    An import becomes whole with the last rows it writes, which have its highest numbers.
    """
    imported = sa.select(IMPORT_ROWS.c.import_id).group_by(IMPORT_ROWS.c.import_id)
    later = imported.having(sa.func.max(IMPORT_ROWS.c.last_id) > until)
    ranges = sa.select(IMPORT_ROWS.c.first_id, IMPORT_ROWS.c.last_id).where(
        IMPORT_ROWS.c.import_id.in_(later), IMPORT_ROWS.c.first_id <= until
    )
    found = connection.execute(ranges).all()
    return [~JOURNAL.c.id.between(first, last) for first, last in _join(found)]


def _list_unasked(rows: Sequence[sa.RowMapping], instruments: Mapping[str, Instrument]) -> set[int]:
    """Of some people's newest rows those that answer what, by the others, was not to be asked."""
    person = itemgetter("site", "wave", "respondent")
    concerned = {person(row) for row in rows if row["instrument_sha256"] in instruments}
    of_them = [row for row in rows if person(row) in concerned]
    answers = [answer_from_row(row) for row in of_them]
    numbers = {answer.key: row["id"] for answer, row in zip(answers, of_them, strict=True)}
    return {numbers[answer.key] for answer in find_unasked(answers, instruments.get)}


def read_counted(connection: sa.Connection, *, site: str | None, wave: str | None) -> list[Answer]:
    """The current answers of no test and of nobody who withdrew.

    Also those to what, by the other answers, was not to be asked.
    """
    rows = connection.execute(newest(where_counted(connection, site=site, wave=wave))).mappings()
    return [answer_from_row(row) for row in rows]


def current_contents(
    connection: sa.Connection, answers: Sequence[Answer]
) -> dict[tuple[str, ...], tuple[object, ...]]:
    """What is current for the people of some answers: key → content."""
    places = {(answer.site, answer.wave, answer.respondent) for answer in answers}
    contents: dict[tuple[str, ...], tuple[object, ...]] = {}
    for site, wave, respondent in sorted(places):
        query = newest(where(connection, site=site, wave=wave, respondent=respondent))
        for row in connection.execute(query).mappings():
            answer = answer_from_row(row)
            contents[answer.key] = answer.content
    return contents


def read_corrected(connection: sa.Connection) -> dict[Place, InterviewCase]:
    """Who was corrected: place → where they went, or their side since."""
    query = sa.select(EVENTS).where(EVENTS.c.kind == "corrected").order_by(EVENTS.c.id)
    return follow_all(map(event_from_row, connection.execute(query).mappings()))


def read_beginnings(connection: sa.Connection) -> dict[tuple[str, str], Any]:
    """Site and wave → when the first answer was given."""
    columns = JOURNAL.c.site, JOURNAL.c.wave
    query = sa.select(*columns, sa.func.min(JOURNAL.c.answered_at)).group_by(*columns)
    return {(site, wave): begun for site, wave, begun in connection.execute(query)}


def read_revision(connection: sa.Connection, *, is_settled: bool) -> int:
    """The number of the newest row, 0 when there is none; settled, where nobody is writing."""
    if is_settled:
        wait_for_writers(connection)
    newest_row = sa.select(sa.func.max(JOURNAL.c.id)).where(where(connection))
    return connection.scalar(newest_row) or 0


def read_extents(connection: sa.Connection, wave: str) -> dict[str, Extent]:
    """Site → extent of its rows of a wave; sites without any are absent."""
    wait_for_writers(connection)
    number = JOURNAL.c.id
    of_site = (sa.func.count(), sa.func.max(number), sa.func.sum(number))
    query = sa.select(JOURNAL.c.site, *of_site).where(where_counted(connection, wave=wave))
    rows = connection.execute(query.group_by(JOURNAL.c.site)).all()
    return {site: (int(n), int(newest), int(total)) for site, n, newest, total in rows}


def read_mark(connection: sa.Connection) -> int:
    """The highest number the journal ever gave to a row, also to one that is gone."""
    if connection.dialect.name == "sqlite":
        text = "SELECT seq FROM sqlite_sequence WHERE name = 'journal'"
    else:
        text = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM journal_id_seq"
    return int(connection.exec_driver_sql(text).scalar() or 0)

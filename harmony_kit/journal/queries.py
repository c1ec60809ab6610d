"""What the store asks of its journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from harmony_kit.journal.answers import Answer
from harmony_kit.journal.schema import JOURNAL, KEY, answer_from_row

__all__ = ["current_contents", "equal", "newest", "where"]


def equal(table: sa.Table, **values: str | None) -> list[sa.ColumnElement[bool]]:
    """One condition for each column that has a value to equal."""
    return [table.c[name] == value for name, value in values.items() if value is not None]


def where(**values: str | None) -> sa.ColumnElement[bool]:
    """The rows of the journal with these values; None asks nothing of its column."""
    return sa.and_(sa.true(), *equal(JOURNAL, **values))


def newest(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The newest row of each question among the rows of a condition, in the order written."""
    columns = [JOURNAL.c[name] for name in KEY]
    ids = sa.select(sa.func.max(JOURNAL.c.id)).where(condition).group_by(*columns)
    return sa.select(JOURNAL).where(JOURNAL.c.id.in_(ids)).order_by(JOURNAL.c.id)


def current_contents(
    connection: sa.Connection, answers: Sequence[Answer]
) -> dict[tuple[str, ...], tuple[object, ...]]:
    """What is current for the people of some answers: key → content."""
    places = {(answer.site, answer.wave, answer.respondent) for answer in answers}
    contents: dict[tuple[str, ...], tuple[object, ...]] = {}
    for site, wave, respondent in sorted(places):
        query = newest(where(site=site, wave=wave, respondent=respondent))
        for row in connection.execute(query).mappings():
            answer = answer_from_row(row)
            contents[answer.key] = answer.content
    return contents

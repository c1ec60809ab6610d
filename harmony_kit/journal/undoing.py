"""Taking an import back: withdrawn answers, and the ones before them once more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from harmony_kit.journal.answers import Answer, Place, Respondent
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.schema import (
    EVENTS,
    IMPORT_ROWS,
    IMPORTS,
    JOURNAL,
    KEY,
    answer_from_row,
    import_from_row,
)

__all__ = ["Undoing", "plan_undo", "undone_at"]

#: The reason of every row of an undoing or a correction: when, and what or why.
_REASON = re.compile(r"(?:undone|corrected) (\S+): ")


def undone_at(answer: Answer) -> datetime | None:
    """When an undoing or a correction wrote this answer; None where none did."""
    match = _REASON.match(answer.reason or "")
    return datetime.fromisoformat(match[1]) if match else None


@dataclass(frozen=True)
class Undoing:
    """What takes an import back: its own entry, the rows to append, people as they were before.

    `strangers` are the people it brought, of whom perhaps nothing is left.
    """

    entry: ImportEntry
    answers: tuple[Answer, ...]
    people: tuple[Respondent, ...]
    strangers: tuple[tuple[str, str, str], ...]


def plan_undo(connection: sa.Connection, import_id: str, *, by: str, at: datetime) -> Undoing:
    """What to append so that an import no longer counts; KeyError if there is none.

    An answer that was changed after the import stays as it is, and so does who was corrected. An
    undoing is an import like any other, so undoing it brings the answers back.
    """
    row = connection.execute(sa.select(IMPORTS).where(IMPORTS.c.id == import_id)).mappings().first()
    if row is None:
        raise KeyError(import_id)
    undone = import_from_row(row)
    name = f"undo-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{import_id}"[:120]
    entry = replace(undone, id=name, tool="undo", by=by, at=at, undoes=import_id)
    answers = tuple(_supersede(connection, undone, entry))
    told = row["people"]
    pairs = zip(told["places"], told["before"], strict=True)
    strangers = tuple((p[0], p[1], p[2]) for p, before in pairs if before is None)
    since = _corrected_since(connection, undone.at)
    people = (p for p in _people_before(told) if (p.site, p.wave, p.respondent) not in since)
    return Undoing(entry, answers, tuple(people), strangers)


def _corrected_since(connection: sa.Connection, moment: datetime) -> set[Place]:
    """Of whom a person said better what was known of them before; that stays."""
    columns = (EVENTS.c.site, EVENTS.c.wave, EVENTS.c.respondent)
    query = sa.select(*columns).where(EVENTS.c.kind == "corrected", EVENTS.c.at >= moment)
    return {(site, wave, name) for site, wave, name in connection.execute(query)}


def _supersede(
    connection: sa.Connection, undone: ImportEntry, entry: ImportEntry
) -> Iterator[Answer]:
    reason = f"undone {entry.at.astimezone(UTC).isoformat()}: {undone.id}"
    for mine, before in _current_rows(connection, undone):
        taken = answer_from_row(mine)
        source = replace(taken.source, recorded_by=entry.by)
        yield Answer(
            *(taken.site, taken.wave, taken.respondent, taken.lens, taken.item, taken.about),
            status="withdrawn",
            answered_at=entry.at,
            source=source,
            subject=taken.subject,
            reason=reason,
        )
        if before is not None and before["status"] != "withdrawn":
            yield replace(answer_from_row(before), reason=reason)


def _current_rows(
    connection: sa.Connection, undone: ImportEntry
) -> Iterator[tuple[sa.RowMapping, sa.RowMapping | None]]:
    """Every row of an import that is the newest of its question, and the newest before it."""
    other = JOURNAL.alias("other")
    same = sa.and_(*(other.c[name] == JOURNAL.c[name] for name in KEY))
    newest = sa.select(sa.func.max(other.c.id)).where(same).scalar_subquery()
    before = (
        sa.select(sa.func.max(other.c.id))
        .where(same, other.c.id < JOURNAL.c.id, ~_is_of(other, undone))
        .scalar_subquery()
    )
    query = sa.select(JOURNAL, before.label("before_id")).where(
        _is_of(JOURNAL, undone), JOURNAL.c.id == newest
    )
    found = connection.execute(query.order_by(JOURNAL.c.id)).mappings().all()
    earlier: dict[int, sa.RowMapping] = {}
    ids = [row["before_id"] for row in found if row["before_id"]]
    for start in range(0, len(ids), 500):
        part = sa.select(JOURNAL).where(JOURNAL.c.id.in_(ids[start : start + 500]))
        earlier |= {row["id"]: row for row in connection.execute(part).mappings()}
    for row in found:
        plain: Any = {name: value for name, value in row.items() if name != "before_id"}
        yield plain, earlier.get(row["before_id"])


def _is_of(table: Any, entry: ImportEntry) -> sa.ColumnElement[bool]:  # noqa: ANN401 - or an alias
    """The rows an import wrote: in its ranges, where on some databases others wrote as well."""
    in_range = (
        sa.exists()
        .where(IMPORT_ROWS.c.import_id == entry.id)
        .where(table.c.id.between(IMPORT_ROWS.c.first_id, IMPORT_ROWS.c.last_id))
    )
    if entry.undoes:
        return sa.and_(in_range, table.c.reason.like(f"undone %: {entry.undoes}"))
    return sa.and_(in_range, table.c.reference.startswith(f"{entry.sha256}:"))


def _people_before(people: dict[str, Any]) -> Iterator[Respondent]:
    for told in people["before"]:
        if told is not None:
            times = {
                name: datetime.fromisoformat(told[name]) if told[name] else None
                for name in ("started_at", "finished_at")
            }
            yield Respondent(**{**told, **times})

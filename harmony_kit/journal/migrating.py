"""The version of a store's tables: an older store is brought up to date, a newer one refused.

Version 1 is every store from before versions were written down. So far a version only added
tables and indexes, so bringing up to date is making what is missing; a version that changes a
table needs a step of its own here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from harmony_kit.errors import StoreError
from harmony_kit.files import sync_folder
from harmony_kit.journal.connections import create_engine
from harmony_kit.journal.copying import copy_database
from harmony_kit.journal.schema import JOURNAL, METADATA, STORE_SCHEMA

__all__ = ["SCHEMA_VERSION", "backup_before", "copy_to_memory", "is_current", "migrate"]

#: What this package writes, and the newest it reads.
SCHEMA_VERSION: Final = 2
_LOCK: Final = 7_318_214  # any number nobody else locks in a PostgreSQL database


def is_current(engine: sa.Engine, name: str) -> bool:
    """Whether a store needs nothing. Raises `StoreError` where a newer package made it."""
    with engine.connect() as connection:
        found = _tables(connection)
        version = _read_version(connection, found)
    if version > SCHEMA_VERSION:
        why = (
            f"a newer Harmony Kit made it (version {version} of its tables; this one knows "
            f"{SCHEMA_VERSION}). Nothing was changed. Update: pip install --upgrade harmony-kit"
        )
        tried = "open"
        raise StoreError(tried, name, why)
    return version == SCHEMA_VERSION and set(METADATA.tables) <= found


def _tables(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names())


def _read_version(connection: sa.Connection, tables: set[str]) -> int:
    """The version of a store's tables; 0 where there are none yet."""
    if STORE_SCHEMA.name in tables:
        return connection.scalar(sa.select(sa.func.max(STORE_SCHEMA.c.version))) or 0
    return 1 if JOURNAL.name in tables else 0


def migrate(engine: sa.Engine) -> None:
    """Make what is missing, in one transaction; where there were answers, after a backup.

    PostgreSQL's backups are its owner's.
    """
    with engine.execution_options(harmony_write=True).begin() as connection:
        is_file = connection.dialect.name == "sqlite"
        if not is_file:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        version = _read_version(connection, _tables(connection))
        if version and is_file:
            backup_before(connection)
        METADATA.create_all(connection)
        for table in METADATA.sorted_tables:
            for index in sorted(table.indexes, key=lambda one: str(one.name)):
                index.create(connection, checkfirst=True)
        if version < SCHEMA_VERSION:
            connection.execute(sa.insert(STORE_SCHEMA), {"version": SCHEMA_VERSION})


def backup_before(connection: sa.Connection) -> None:
    """Copy a SQLite store as it is beside itself: ``answers.sqlite.before-2``, for its owner only.

    The transaction of the connection keeps others from writing meanwhile.
    """
    row = connection.exec_driver_sql("PRAGMA database_list").first()
    if row is None or not row[2]:
        return
    path = Path(row[2])
    copy = path.with_name(f"{path.name}.before-{SCHEMA_VERSION}")
    unfinished = copy.with_name(f"{copy.name}.unfinished")
    copy_database(path, unfinished)
    unfinished.replace(copy)
    sync_folder(path.parent)


def copy_to_memory(engine: sa.Engine) -> sa.Engine:
    """An older store as it is now, brought up to date in memory: a reader changes no file."""
    copy = create_engine("sqlite://")
    source, target = engine.raw_connection(), copy.raw_connection()
    source.driver_connection.backup(target.driver_connection)  # type: ignore[union-attr]
    source.close()
    target.close()
    migrate(copy)
    return copy

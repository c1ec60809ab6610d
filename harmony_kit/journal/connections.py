"""Connections of the store: how SQLite is told to keep what was written, and what errors mean."""

from __future__ import annotations

import contextlib
import importlib
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

__all__ = [
    "create_engine",
    "find_database",
    "is_read_only",
    "plain_reason",
    "rewrite_file",
    "tell_writing",
    "upsert",
    "upsert_all",
    "wait_for_writers",
]

_BUSY_SECONDS = 10
_LOOK_AGAIN_SECONDS = 0.05
#: The lock writers of a journal share on a server; who asks for its newest row holds it alone.
_WRITING = 4_207_716


def create_engine(url: str, *, stays_open: bool = False, is_reader: bool = False) -> sa.Engine:
    """An engine for a SQLAlchemy URL; SQLite gets WAL, full sync and a connection per use.

    With `stays_open` a connection is kept for the next use, by one thread at a time. A new file
    is for its owner's eyes only. A reader makes no file, changes none and may sit in a folder
    nobody can write to; a file that is not there yet reads as a store without answers.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_pre_ping=True)
    path = _path_of(parsed)
    if path is not None and is_reader:
        parsed = _reading_url(path)
    elif path is not None:
        _make_private(path)
    in_memory = parsed.database in (None, "", ":memory:")
    pool = StaticPool if in_memory else QueuePool if stays_open else NullPool
    options = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
    engine = sa.create_engine(parsed, poolclass=pool, connect_args=options)
    sa.event.listen(engine, "connect", _prepare_reader if is_reader else _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def find_database(url: str) -> Path | str:
    """The file of a store, or the address of its database, without the password."""
    parsed = sa.make_url(url)
    path = _path_of(parsed) if parsed.get_backend_name() == "sqlite" else None
    return path or parsed.render_as_string(hide_password=True)


def _path_of(url: sa.URL) -> Path | None:
    """The file of a SQLite URL; None in memory, or where the URL says itself how to open it."""
    name = url.database or ":memory:"
    return None if name == ":memory:" or name.startswith("file:") else Path(name).absolute()


def _reading_url(path: Path) -> sa.URL:
    """A way to read a file: as everybody does, or else as what nobody can be writing to.

    Even to be read, a journal in WAL mode wants to write beside itself, which a read-only or full
    disk does not let it. What is still in the WAL would be passed over then, so there must be none.
    """
    if path.parent.is_dir() and not (path.exists() and path.stat().st_size):
        return sa.URL.create("sqlite")
    query = {"mode": "rw", "uri": "true"}
    wal = path.with_name(f"{path.name}-wal")
    is_closed = not wal.exists() or wal.stat().st_size == 0
    if is_closed and not _can_be_shared(path):
        query |= {"mode": "ro", "immutable": "1"}
    return sa.URL.create("sqlite", database=path.as_uri(), query=query)


def _can_be_shared(path: Path) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as probe:
            probe.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.DatabaseError:
        return False
    return True


def is_read_only(engine: sa.Engine) -> bool:
    """Whether an engine was made for a reader of a file that is there."""
    return "mode" in engine.url.query


def _make_private(path: Path) -> None:
    """Make a new store readable by its owner only; SQLite gives its other files the same mode."""
    with contextlib.suppress(OSError):  # SQLite says better what is wrong with the folder
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _let_us_begin(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says, not before


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    _let_us_begin(connection, _record)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten as well


def _prepare_reader(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection
    _let_us_begin(connection, _record)
    (_, _, file) = connection.execute("PRAGMA database_list").fetchone()
    if file:  # in memory the tables are still to be made
        connection.execute("PRAGMA query_only=ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A write takes its lock at once: a reader that turns writer halfway can fail in WAL mode.
    is_write = connection.get_execution_options().get("harmony_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def rewrite_file(connection: Any) -> bool:  # noqa: ANN401 - a DBAPI connection
    """Write a SQLite file anew and empty its log; False where others keep the log from it."""
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM"):
        connection.execute(statement)
    (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not is_busy


def plain_reason(why: str) -> str:
    """What a database's message means to the person who reads it."""
    known = {
        "database is locked": "another program has been writing to it for ten seconds; try again",
        "unable to open database file": "the folder is missing or may not be written",
        "attempt to write a readonly database": "the file or its folder is read-only",
        "file is not a database": "the file is not an answers store",
        "database or disk is full": "the disk is full; nothing of this was kept, what was there is",
        "disk I/O error": "the disk is full or failing; what was there is kept",
    }
    return next((plain for sign, plain in known.items() if sign in why), why)


def upsert(connection: sa.Connection, table: sa.Table, row: dict[str, Any]) -> None:
    """Insert a row, or renew the one with the same primary key."""
    upsert_all(connection, table, [row])


def upsert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of the same columns, or renew those with the same primary keys."""
    if not rows:
        return
    name = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    dialect = importlib.import_module(f"sqlalchemy.dialects.{name}")
    insert: Any = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    rest = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=rest), [*rows])


def tell_writing(connection: sa.Connection) -> None:
    """Say that something is being written, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(_WRITING)))


def wait_for_writers(connection: sa.Connection) -> None:
    """Let everybody finish who is writing, so that no row appears below the newest there is.

    A server numbers rows before anybody can see them: one with a higher number may be seen first,
    and what the journal was "then" would have a row more than whoever read it. Asking again and
    again keeps no place in the server's queue, where every interview would wait behind this one.
    """
    if connection.dialect.name == "postgresql":
        is_alone = sa.select(sa.func.pg_try_advisory_xact_lock(_WRITING))
        while not connection.scalar(is_alone):
            time.sleep(_LOOK_AGAIN_SECONDS)

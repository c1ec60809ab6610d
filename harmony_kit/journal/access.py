"""The way to the database of a store: one connection a call, or one for all calls of a block."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from harmony_kit.errors import StoreError
from harmony_kit.journal.connections import (
    create_engine,
    is_read_only,
    plain_reason,
    rewrite_file,
    tell_writing,
)
from harmony_kit.journal.migrating import copy_to_memory, is_current, migrate
from harmony_kit.journal.schema import JOURNAL

__all__ = ["Access"]


class Access:
    """Connections to a database with the tables of a store, made where they are missing.

    `name` is what an error calls the database; it holds no password.
    """

    def __init__(self, url: str, name: str, *, stays_open: bool, is_reader: bool) -> None:
        self._name = name
        self._shared = threading.local()  # the connection of `atomic`, in its thread
        with self._telling("open"):
            self._engine = create_engine(url, stays_open=stays_open, is_reader=is_reader)
            if not is_current(self._engine, name):
                self._update()

    def _update(self) -> None:
        """Bring an older store, or one that is not there yet, up to date."""
        if not is_read_only(self._engine):
            migrate(self._engine)
            return
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table(JOURNAL.name):
                raise StoreError("open", self._name, "the file is not an answers store")  # noqa: EM101 - a field
        before, self._engine = self._engine, copy_to_memory(self._engine)
        before.dispose()

    def close(self) -> None:
        """Close what connections are open."""
        self._engine.dispose()

    @contextmanager
    def _telling(self, tried: str) -> Iterator[None]:
        try:
            yield
        except (sa.exc.SQLAlchemyError, ImportError) as cause:
            why = str(getattr(cause, "orig", None) or cause).splitlines()[0]
            raise StoreError(tried, self._name, plain_reason(why)) from cause

    @contextmanager
    def connect(self, tried: str, *, is_write: bool = False) -> Iterator[sa.Connection]:
        """A connection in a transaction; `tried` is what an error says could not be done."""
        with self._telling(tried):
            shared = getattr(self._shared, "connection", None)
            if shared is not None:
                yield shared
                return
            engine = self._engine.execution_options(harmony_write=is_write)
            with engine.begin() as connection:
                if is_write:
                    tell_writing(connection)
                yield connection

    def clean(self, tables: Sequence[str]) -> None:
        """Rewrite a database without what was deleted. Raises `StoreError` where others have it."""
        with self._telling("rewrite"):
            if self._engine.dialect.name != "sqlite":
                plain = self._engine.execution_options(isolation_level="AUTOCOMMIT")
                with plain.connect() as connection:
                    connection.exec_driver_sql(f"VACUUM FULL {', '.join(tables)}")
                return
            raw = self._engine.raw_connection()
            try:
                is_free = rewrite_file(raw.driver_connection)
            finally:
                raw.close()
        if not is_free:
            why = "another program has it open; close JupyterLab and every form, and try again"
            raise StoreError("rewrite", self._name, why)  # noqa: EM101 - a field

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Let every `connect` of this thread be part of one transaction."""
        if getattr(self._shared, "connection", None) is not None:
            yield
            return
        with self.connect("write to", is_write=True) as connection:
            self._shared.connection = connection
            try:
                yield
            finally:
                self._shared.connection = None

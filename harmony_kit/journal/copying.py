"""A store as a file: a copy that is whole at one moment, and what is wrong with a file."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path

__all__ = ["copy_database", "find_damage"]


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file while others write to it; the copy is of one moment, for its owner only.

    It has no log beside it. Raises OSError, also where SQLite cannot read or write; what was at
    `target` is there then.
    """
    copy = target.with_name(f".{target.name}-{secrets.token_hex(6)}")
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as reading,
            contextlib.closing(sqlite3.connect(copy)) as writing,
        ):
            reading.backup(writing)
            writing.execute("PRAGMA journal_mode=DELETE")
        copy.replace(target)
    except sqlite3.Error as cause:
        raise OSError(str(cause)) from cause
    finally:
        copy.unlink(missing_ok=True)


def find_damage(path: Path) -> str:
    """What is wrong with the pages of a SQLite file; empty where all are whole."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            found = [row[0] for row in database.execute("PRAGMA integrity_check")]
    except sqlite3.Error as cause:
        return str(cause)
    return "" if found == ["ok"] else "; ".join(found[:3])

"""A store of an earlier version is brought up to date whole or not at all; a newer is refused."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys

import pytest
from test_store import ANSWERS, PERSON

from harmony_kit.errors import StoreError
from harmony_kit.journal.migrating import SCHEMA_VERSION
from harmony_kit.journal.store import Store

_NEWER = ("store_schema", "forgotten", "commitments", "owners", "owner_names")


@pytest.fixture
def old(tmp_path):
    """A store as it was before versions were written down."""
    path = tmp_path / "answers.sqlite"
    store = Store(f"sqlite:///{path}")
    store.register(PERSON)
    store.append(ANSWERS)
    store.close()
    with sqlite3.connect(path) as connection:
        for table in _NEWER:
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        connection.execute("DROP INDEX events_kind")
    connection.close()
    return path


def _names(path):
    with sqlite3.connect(path) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    return names


def _backup(path):
    return path.with_name(f"answers.sqlite.before-{SCHEMA_VERSION}")


def test_an_older_store_is_brought_up_to_date_after_a_backup(old):
    before = _names(old)
    store = Store(f"sqlite:///{old}")
    assert store.current() == ANSWERS
    assert store.respondents() == [PERSON]
    store.close()
    assert {"store_schema", "events_kind"} <= _names(old)
    assert _names(_backup(old)) == before
    assert _backup(old).stat().st_mode & 0o077 == 0
    kept = Store(f"sqlite:///{_backup(old)}", is_reader=True)
    assert kept.current() == ANSWERS
    kept.close()


def test_a_store_that_is_current_is_left_alone(old):
    Store(f"sqlite:///{old}").close()
    _backup(old).unlink()
    Store(f"sqlite:///{old}").close()
    assert not _backup(old).exists()


def test_a_new_store_needs_no_backup(tmp_path):
    Store(f"sqlite:///{tmp_path}/new.sqlite").close()
    assert [path.name for path in tmp_path.iterdir()] == ["new.sqlite"]


def test_a_reader_of_an_older_store_changes_no_file(old):
    before = {path.name: path.read_bytes() for path in old.parent.iterdir()}
    store = Store(f"sqlite:///{old}", is_reader=True)
    assert store.current() == ANSWERS
    store.close()
    after = {path.name: path.read_bytes() for path in old.parent.iterdir()}
    assert after["answers.sqlite"] == before["answers.sqlite"]
    assert [name for name in after if "before" in name] == []


def test_a_store_of_a_newer_version_is_refused_and_left_alone(old):
    Store(f"sqlite:///{old}").close()
    with sqlite3.connect(old) as connection:
        connection.execute("INSERT INTO store_schema VALUES (99)")
    connection.close()
    before = old.read_bytes()
    for is_reader in (False, True):
        with pytest.raises(StoreError, match="a newer Harmony Kit made it"):
            Store(f"sqlite:///{old}", is_reader=is_reader)
    assert old.read_bytes() == before


def test_another_file_is_no_store(tmp_path):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(StoreError, match="the file is not an answers store"):
        Store(f"sqlite:///{path}", is_reader=True)


_KILLED = """
import os, signal, sys
import sqlalchemy as sa
from harmony_kit.journal.store import Store

n = 0
@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def count(*_):
    global n
    n += 1
    if n == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

Store("sqlite:///" + sys.argv[1]).close()
"""


@pytest.mark.slow
def test_killed_anywhere_it_is_the_old_store_or_the_new_one(old):
    source, n_killed = old.read_bytes(), 0
    before = _names(old)
    for n in range(1, 200, 3):
        for path in old.parent.iterdir():
            path.unlink()
        old.write_bytes(source)
        done = subprocess.run([sys.executable, "-c", _KILLED, old, str(n)], check=False)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        n_killed += 1
        assert _names(old) in (before, before | {"store_schema", "events_kind"} | set(_NEWER))
        store = Store(f"sqlite:///{old}")
        assert store.current() == ANSWERS
        store.close()
    assert n_killed > 5

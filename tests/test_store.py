"""One contract for every kind of store."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from harmony_kit.errors import InstrumentError, StoreError
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.answers import Answer, Event, Respondent, Source
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject

SOURCE = Source("ana", "interview", "it-operations", 1, "abc", "session-1")
WHEN = dt.datetime(2026, 10, 6, 9, 1, 2, 345678, tzinfo=dt.UTC)
RATING = Answer(
    "oldmill", "1", "it-01", "it", "meaning.same", "it", "answered", WHEN, SOURCE, value=4
)
RANK = replace(RATING, item="priorities.top", value=None, chosen=("b", "a", "c"), seconds=12.5)
TEXT = replace(
    RATING, item="meaning.ready", value=None, text="=1+1 <b>é</b>", quotable=True, note="n"
)
PILOT = replace(RATING, item="pilots.success", subject="vision", about="operations", value=1)
ANSWERS = [
    RATING,
    RANK,
    TEXT,
    PILOT,
    replace(
        RATING,
        respondent="op-01",
        lens="operations",
        about="operations",
        value=None,
        status="dont_know",
    ),
]
PERSON = Respondent("oldmill", "1", "it-01", "it", "planner", "de", WHEN, None, {"consent": "yes"})


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    yield store
    store.close()


@pytest.mark.slow
def test_append_returns_what_current_gives_back(store):
    assert store.append(ANSWERS) == 5
    assert store.current() == ANSWERS
    assert store.current(site="oldmill", wave="1", respondent="op-01") == ANSWERS[4:]
    assert store.current(site="elsewhere") == []


def test_append_of_the_same_content_adds_nothing(store):
    store.append(ANSWERS)
    later = [replace(answer, answered_at=WHEN + dt.timedelta(hours=1)) for answer in ANSWERS]
    assert store.append(later) == 0
    assert store.append([RATING, replace(RATING, value=5), RATING]) == 2
    assert store.current()[-1] == RATING


def test_journal_keeps_every_version(store):
    changed = replace(RATING, value=2, reason="misheard", source=replace(SOURCE, recorded_by="ben"))
    store.append([RATING])
    store.append([changed])
    assert store.journal(respondent="it-01") == [(1, RATING), (2, changed)]
    assert store.current() == [changed]
    assert store.revision() == 2
    assert store.site_extents("1") == {"oldmill": (2, 2, 3)}


def test_append_is_all_or_nothing(store):
    broken = replace(RATING, answered_at=None)
    with pytest.raises((StoreError, TypeError)):
        store.append([PILOT, broken])
    assert store.current() == []


def test_frame_is_typed(store):
    store.append(ANSWERS)
    frame = store.frame(sites=["oldmill"], wave="1")
    assert frame["value"].tolist()[0] == 4
    assert frame["chosen"].tolist()[1] == ["b", "a", "c"]
    assert frame["subject"].tolist()[3] == "vision"
    assert frame["subject"].isna().tolist() == [True, True, True, False, True]
    assert frame["answered_at"].tolist()[0] == WHEN
    assert str(frame["answered_at"].dtype) == "datetime64[us, UTC]"
    assert store.frame(sites=[], wave="1").empty


def test_register_renews_but_never_changes_the_lens(store):
    store.register(PERSON)
    done = replace(PERSON, finished_at=WHEN + dt.timedelta(minutes=30))
    store.register(done)
    assert store.respondents("oldmill", "1") == [done]
    with pytest.raises(StoreError, match="already belongs to it, not operations"):
        store.register(replace(PERSON, lens="operations"))
    assert store.respondents() == [done]


def test_events_and_subjects(store):
    event = Event("oldmill", "1", "it-01", "reopened", WHEN, "ana", {"reason": "forgot one"})
    store.log(event)
    store.add_subject(Subject("oldmill", "pilot", "vision", "Camera"))
    store.add_subject(Subject("oldmill", "pilot", "vision", "Camera inspection"))
    assert store.events("oldmill", "1", "it-01") == [event]
    assert store.subjects("oldmill") == [Subject("oldmill", "pilot", "vision", "Camera inspection")]


def test_instrument_is_kept_with_its_translations(store):
    path = find_instrument("it-operations")
    kept = store.keep_instrument(path)
    assert store.instrument(kept.sha256) == load_instrument(path)
    with pytest.raises(KeyError):
        store.instrument("0" * 64)


def test_broken_instrument_is_not_kept(store, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("id: broken\n", encoding="utf-8")
    with pytest.raises(InstrumentError):
        store.keep_instrument(path)


def test_merge_keeps_the_later_answer_current(store):
    other = Store("sqlite://")
    ours_later = replace(RATING, value=5, answered_at=WHEN + dt.timedelta(hours=2))
    theirs_new = replace(PILOT, respondent="it-02")
    store.append([ours_later])
    other.append([RATING, theirs_new])
    other.register(PERSON)
    finished = Event("oldmill", "1", "it-01", "finished", WHEN, "ben", {})
    other.log(finished)
    assert store.merge(other) == 3
    assert store.merge(other) == 0
    assert store.events("oldmill", "1", "it-01") == [finished]
    assert {answer.key: answer.value for answer in store.current()} == {
        RATING.key: 5,
        theirs_new.key: 1,
    }
    assert [answer.value for _, answer in store.journal(respondent="it-01")] == [5, 4, 5]
    assert store.respondents() == [PERSON]
    other.close()


def test_of_two_answers_given_at_the_same_moment_both_stores_hold_the_same(store):
    other, third = Store("sqlite://"), Store("sqlite://")
    theirs = replace(RATING, value=2)
    store.append([RATING])
    other.append([theirs])
    third.append([RATING])
    store.merge(other)
    other.merge(third)
    (ours_now,), (theirs_now,) = store.current(), other.current()
    assert ours_now.value == theirs_now.value
    assert {answer.value for _, answer in store.journal()} == {RATING.value, 2}
    assert (store.merge(other), other.merge(store)) == (0, 0)
    other.close()
    third.close()


def test_three_threads_write_three_rows(store_url, tmp_path):
    url = store_url if store_url != "sqlite://" else f"sqlite:///{tmp_path}/threads.sqlite"
    store = Store(url)
    answers = [replace(RATING, respondent=f"it-{n}") for n in range(3)]
    threads = [threading.Thread(target=store.append, args=([answer],)) for answer in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.respondent for answer in store.current()) == ["it-0", "it-1", "it-2"]
    store.close()


def test_file_is_in_wal_with_full_sync(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/answers.sqlite")
    with store.connect("look at") as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    store.close()


def test_locked_file_is_told_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("harmony_kit.journal.connections._BUSY_SECONDS", 0.2)
    path = tmp_path / "answers.sqlite"
    store = Store(f"sqlite:///{path}")
    store.append([RATING])
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another program has been writing to it"):
        store.append([PILOT])
    blocker.execute("ROLLBACK")
    blocker.close()
    assert store.current() == [RATING]
    store.close()


def test_not_a_store(tmp_path):
    path = tmp_path / "answers.sqlite"
    path.write_bytes(b"an old spreadsheet, renamed" * 100)
    with pytest.raises(StoreError, match="the file is not an answers store"):
        Store(f"sqlite:///{path}")
    assert path.read_bytes() == b"an old spreadsheet, renamed" * 100


def test_missing_folder_and_password_never_shown(tmp_path):
    with pytest.raises(StoreError, match="the folder is missing or may not be written"):
        Store(f"sqlite:///{tmp_path}/nowhere/answers.sqlite")
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError) as caught:
        Store("postgresql+psycopg://ana:s3cret@127.0.0.1:1/none")
    assert "s3cret" not in str(caught.value)


# All or nothing


def test_what_is_written_together_is_there_together(store):
    with store.atomic():
        store.register(PERSON)
        with store.atomic():
            store.append([RATING])
        assert store.current() == [RATING]

    def write_until_it_fails():
        with store.atomic():
            store.append([PILOT])
            store.add_subject(Subject("oldmill", "pilot", "vision", "Camera"))
            store.register(replace(PERSON, lens="operations"))

    with pytest.raises(StoreError, match="already belongs to it"):
        write_until_it_fails()
    assert (store.current(), store.respondents(), store.subjects()) == ([RATING], [PERSON], [])
    store.append([PILOT])
    assert store.current() == [RATING, PILOT]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="nothing can be killed in the same way here")
def test_a_process_killed_in_between_leaves_nothing_behind(tmp_path):
    url = f"sqlite:///{tmp_path}/answers.sqlite"
    code = (
        "import os, signal, sys; from harmony_kit.journal.answers import Respondent; "
        "from harmony_kit.journal.store import Store\n"
        "store = Store(sys.argv[1])\n"
        "with store.atomic():\n"
        "    for n in range(14):\n"
        "        store.register(Respondent('oldmill', '1', f'it-{n:02}', 'it'))\n"
        "        if n == 5: os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, url], check=False)
    assert killed.returncode == -signal.SIGKILL
    store = Store(url)
    assert store.respondents() == []
    store.close()


# Who may read it, and reading alone


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes here")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_store_is_for_its_owner_only(tmp_path, umask):
    before = os.umask(umask)
    try:
        store = Store(f"sqlite:///{tmp_path}/answers.sqlite", stays_open=True)
        store.append([RATING])
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    names = ("answers.sqlite", "answers.sqlite-shm", "answers.sqlite-wal")
    assert modes == dict.fromkeys(names, 0o600)


def test_a_reader_makes_nothing_and_changes_nothing(tmp_path):
    path = tmp_path / "answers.sqlite"
    reader = Store(f"sqlite:///{path}", is_reader=True)
    assert (reader.current(), reader.respondents(), reader.mark()) == ([], [], 0)
    reader.close()
    assert list(tmp_path.iterdir()) == []
    writer = Store(f"sqlite:///{path}", stays_open=True)
    writer.append([RATING])
    reader = Store(f"sqlite:///{path}", is_reader=True)
    assert reader.current() == [RATING]  # though it is still in the WAL of a writer
    writer.append([PILOT])
    assert reader.current() == [RATING, PILOT]
    with pytest.raises(StoreError, match="the file or its folder is read-only"):
        reader.append([RANK])
    reader.close()
    writer.close()
    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(StoreError, match="the file is not an answers store"):
        Store(f"sqlite:///{tmp_path}/other.sqlite", is_reader=True)


def test_an_archive_on_a_read_only_disk_can_be_read(small_disk):
    place = small_disk
    store = Store(f"sqlite:///{place}/answers.sqlite")
    store.append(ANSWERS)
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    reader = Store(f"sqlite:///{place}/answers.sqlite", is_reader=True)
    assert reader.current() == ANSWERS
    reader.close()
    with pytest.raises(StoreError, match="the folder is missing or may not be written"):
        Store(f"sqlite:///{place}/answers.sqlite")


def test_what_tells_that_a_row_is_gone(store):
    store.append(ANSWERS)
    with store.connect("forget") as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE id IN (2, 5)")
    assert store.site_extents("1") == {"oldmill": (3, 4, 8)}
    assert (store.mark(), store.revision()) == (5, 4)

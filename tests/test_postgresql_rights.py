"""docs/postgresql.sql on a real server: what each role can do, and what only the owner can."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from accords import NAMES, OWNERS, make_accord
from accords import entries as agreed
from click.testing import CliRunner
from engagement_folders import make_folder, request_for

from harmony_kit.batch.batch import run_engagement
from harmony_kit.cli import main
from harmony_kit.errors import StoreError
from harmony_kit.instrument.file import find_instrument
from harmony_kit.journal.answers import Answer, Event, Respondent, Source, Subject
from harmony_kit.journal.commitment import Commitment, Owner
from harmony_kit.journal.store import Store

pytestmark = pytest.mark.postgres

SQL = Path(__file__).parent.parent / "docs" / "postgresql.sql"
WHEN = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
SOURCE = Source("ana", "interview", "tiny", 1, "0" * 64)
ANSWER = Answer("a", "1", "x-1", "day", "work.clear", "day", "answered", WHEN, SOURCE, value=4)
PERSON = Respondent("a", "1", "x-1", "day", started_at=WHEN)
TABLES = ("journal", "respondents", "events", "subjects", "instruments", "commitments", "owners")
OWNER = Owner("o-1", "a", "day", "shift lead")
AGREED = Commitment("a", "1", "stop", "question", "q-1", "open", WHEN, "ana", owners={"": "o-1"})


def _execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


@pytest.fixture
def urls(postgres_url):
    """URLs of one database by role: the owner, somebody who interviews, somebody who reads."""
    Store(postgres_url).close()
    name = postgres_url.split("/@/")[0].rsplit("/", 1)[-1]
    script = SQL.read_text(encoding="utf-8").replace("%", "%%")
    _execute(postgres_url, script, script)  # a second time changes nothing
    made = {"owner": postgres_url}
    for role in ("interviewer", "reader"):
        login = f"{role}_{abs(hash(name + postgres_url))}"
        _execute(postgres_url, f'CREATE ROLE "{login}" LOGIN IN ROLE harmony_{role}')
        made[role] = sa.make_url(postgres_url).set(username=login).render_as_string()
    yield made
    for role in ("interviewer", "reader"):
        _execute(postgres_url, f'DROP ROLE "{sa.make_url(made[role]).username}"')


def test_an_interviewer_does_all_an_interview_needs(urls):
    store = Store(urls["interviewer"])
    kept = store.keep_instrument(find_instrument("it-operations"))
    store.keep_instrument(find_instrument("it-operations"))
    store.register(PERSON)
    store.append([ANSWER], [Event("a", "1", "x-1", "started", WHEN, "ana", {})])
    store.log(Event("a", "1", "x-1", "finished", WHEN, "ana", {}))
    store.register(Respondent("a", "1", "x-1", "day", "lead", "en", WHEN, WHEN))
    store.add_subject(Subject("a", "pilot", "cam", "Camera"))
    store.add_subject(Subject("a", "pilot", "cam", "Camera two"))
    assert store.current() == [ANSWER]
    assert [person.finished_at for person in store.respondents()] == [WHEN]
    assert [subject.title for subject in store.subjects()] == ["Camera two"]
    assert [event.kind for event in store.events("a", "1", "x-1")] == ["started", "finished"]
    assert store.instrument(kept.sha256) == kept
    assert store.mark() == 1
    store.close()


def test_an_interviewer_holds_the_workshop_and_a_reader_learns_no_names(urls):
    store, reader = Store(urls["interviewer"]), Store(urls["reader"], is_reader=True)
    assert store.ledger.add([AGREED]) == 1
    store.ledger.add_owner(OWNER, "Kay")
    store.ledger.add_owner(OWNER, "Kay Moss")
    assert store.ledger.names() == {"o-1": "Kay Moss"}
    assert (reader.ledger.entries(), reader.ledger.owners()) == ((AGREED,), (OWNER,))
    with pytest.raises(StoreError, match="permission denied"):
        reader.ledger.names()
    assert store.ledger.erase_names(["o-1"]) == 1
    store.ledger.add_owner(OWNER, "Kay Moss")
    assert store.ledger.names() == {}
    store.close()
    reader.close()


def test_a_reader_follows_up_and_hands_on_what_names_nobody(urls, tmp_path):
    store = Store(urls["interviewer"])
    store.ledger.add(agreed())
    for owner, name in OWNERS:
        store.ledger.add_owner(owner, name)
    store.close()
    folder = make_accord(tmp_path / "acme")
    settings = folder / "engagement.yaml"
    settings.write_text(settings.read_text("utf-8") + f"store: {urls['reader']}\n", "utf-8")
    run = partial(CliRunner().invoke, main)
    for words in (["follow"], ["pulse"], ["accord", "--roles"]):
        done = run([words[0], str(folder), *words[1:]])
        assert done.exit_code == 0, done.output
    followed = run(["follow", str(folder)]).output
    assert "head of IT" in followed
    made = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".sqlite"]
    assert {path.parent.name for path in made} >= {"circulate", "pulse"}
    told = [path.read_bytes() for path in made if "sqlite" not in path.name]
    assert [name for name in NAMES if any(name.encode() in content for content in told)] == []
    refused = run(["accord", str(folder)])
    assert (refused.exit_code, "permission denied" in refused.output) == (1, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commitments SET state = 'done'",
        "DELETE FROM owner_names",
        "UPDATE journal SET value = 1",
        "UPDATE events SET kind = 'x'",
        "UPDATE respondents SET respondent = 'y'",
        "UPDATE subjects SET id = 'y'",
        *(f"DELETE FROM {table}" for table in TABLES),
        *(f"TRUNCATE {table}" for table in TABLES),
        "DROP TABLE journal",
        "ALTER TABLE journal DROP COLUMN note",
        "CREATE TABLE mine (a int)",
        "SELECT setval('journal_id_seq', 1)",
    ],
)
def test_nobody_but_the_owner_takes_anything_away(urls, statement):
    for role in ("interviewer", "reader"):
        with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|must be owner"):
            _execute(urls[role], statement)


def test_a_reader_makes_reports_and_writes_nothing(urls, tmp_path):
    owner = Store(urls["owner"])
    folder = make_folder(tmp_path / "e", ("a",))
    local = Store(f"sqlite:///{folder / 'answers.sqlite'}")
    owner.merge(local)
    with (folder / "engagement.yaml").open("a") as file:
        file.write(f"store: {urls['reader']}\n")
    assert run_engagement(request_for(folder)).is_ok
    reader = Store(urls["reader"], is_reader=True)
    assert reader.current() == owner.current()
    for write in (lambda: reader.append([ANSWER]), lambda: reader.register(PERSON)):
        with pytest.raises(StoreError, match="permission denied"):
            write()
    for store in (owner, local, reader):
        store.close()

"""Imports as wholes: seen when they are complete, taken back, and brought back."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from exchange_cases import SMALL, WHEN, offer_text

from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.journal.case import Correction, Teller
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.schema import IMPORT_ROWS
from harmony_kit.journal.store import Store

FIRST = "respondent,site,lens,wave,role,view.one,text.change\nI1,north,it,1,,4,Fewer forms\n"
SECOND = (
    "respondent,site,lens,wave,role,view.one,view.two,text.change\n"
    "I1,north,it,1,lead,5,2,\nI2,north,it,1,,1,1,More help\n"
)
LATER = WHEN + dt.timedelta(hours=1)
ENTRY = ImportEntry("big", "big.csv", "f" * 64, "wide", "ana", WHEN)


def _said(store: Store) -> dict[tuple[str, ...], tuple[object, ...]]:
    return {answer.key: answer.content for answer in store.current()}


@pytest.fixture
def store() -> Store:
    return Store("sqlite://")


def test_an_undone_import_leaves_what_was_there_before(store, tmp_path):
    offer_text(store, tmp_path, FIRST)
    before, people, journal = _said(store), store.respondents(), store.journal()
    report = offer_text(store, tmp_path, SECOND)
    assert len(store.current()) == 6

    store.undo_import(report.import_id, by="bo", at=LATER)

    assert (_said(store), store.respondents()) == (before, people)
    assert store.journal()[: len(journal)] == journal
    rows = [answer for _, answer in store.journal()[len(journal) + 5 :]]
    added = [(a.respondent, a.item, a.status, a.value, a.reason) for a in rows]
    reason = f"undone {LATER.isoformat()}: {report.import_id}"
    assert added == [
        ("I1", "view.one", "withdrawn", None, reason),
        ("I1", "view.one", "answered", 4, reason),
        ("I1", "view.two", "withdrawn", None, reason),
        ("I2", "view.one", "withdrawn", None, reason),
        ("I2", "view.two", "withdrawn", None, reason),
        ("I2", "text.change", "withdrawn", None, reason),
    ]


def test_an_undoing_can_be_undone(store, tmp_path):
    offer_text(store, tmp_path, FIRST)
    report = offer_text(store, tmp_path, SECOND)
    after, people = _said(store), store.respondents()
    sources = {a.key: (a.answered_at, a.source) for a in store.current()}

    undone = store.undo_import(report.import_id, by="bo", at=LATER)
    again = store.undo_import(undone.entry.id, by="bo", at=LATER + dt.timedelta(hours=1))

    assert (_said(store), store.respondents()) == (after, people)
    assert {a.key: (a.answered_at, a.source) for a in store.current()} == sources
    assert [(entry.id, entry.undoes) for entry in store.imports()][1:] == [
        (report.import_id, ""),
        (undone.entry.id, report.import_id),
        (again.entry.id, undone.entry.id),
    ]


def test_an_answer_changed_since_the_import_stays(store, tmp_path):
    report = offer_text(store, tmp_path, FIRST)
    corrected = replace(store.current()[0], value=2, answered_at=LATER, reason="heard it wrongly")
    store.append([corrected])

    store.undo_import(report.import_id, by="bo", at=LATER)

    assert store.current() == [corrected]
    assert [person.respondent for person in store.respondents()] == ["I1"]


def test_the_same_file_can_be_imported_again_after_an_undo(store, tmp_path):
    first = offer_text(store, tmp_path, FIRST)
    after = _said(store)
    store.undo_import(first.import_id, by="bo", at=LATER)
    assert (store.current(), store.respondents()) == ([], [])

    second = offer_text(store, tmp_path, FIRST)

    assert second.import_id == f"{first.import_id}-2"
    assert second.counts.n_new == 2
    assert _said(store) == after
    store.undo_import(second.import_id, by="bo", at=LATER + dt.timedelta(hours=1))
    assert store.current() == []


def _many(n: int) -> list[Answer]:
    source = Source("ana", "import", "small", 1, SMALL.sha256, f"{'f' * 64}:2")
    blank = Answer("north", "1", "", "it", "view.one", "it", "answered", WHEN, source, value=3)
    return [replace(blank, respondent=f"P{i:05}", site=("north", "south")[i % 2]) for i in range(n)]


@pytest.mark.slow
def test_others_write_during_an_import_and_nobody_sees_a_part_of_it(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'answers.sqlite'}"
    store, interview = Store(url), Store(url, stays_open=True)
    answers, seen = _many(12_000), []
    theirs = replace(answers[0], respondent="I1", value=6)

    def bring():
        for i, answer in enumerate(answers):
            if i % 3_000 == 1_000:
                interview.append([replace(theirs, value=1 + i // 3_000, answered_at=LATER)])
                seen.append((len(store.current()), len(store.frame()), len(store.journal())))
                seen.append(store.site_extents("1").get("south"))
            yield answer

    before = interview.site_extents("1")
    store.bring_in(ENTRY, bring(), [Respondent("north", "1", "P00000", "it")])

    assert before == {}
    assert seen[0::2] == [(1, 1, n) for n in (1, 2, 3, 4)]  # the interview's own answer only
    assert seen[1::2] == [None] * 4
    assert len(store.current()) == 12_001
    newest = {site: extent[:2] for site, extent in store.site_extents("1").items()}
    assert newest == {"north": (6_004, 12_003), "south": (6_000, 12_004)}
    interview.close()


@pytest.mark.slow
def test_an_import_that_breaks_off_leaves_nothing(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'answers.sqlite'}"
    store = Store(url)
    answers = _many(7_000)

    def break_off():
        yield from answers
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.bring_in(ENTRY, break_off(), [Respondent("north", "1", "P00000", "it")])

    assert (store.journal(), store.respondents(), store.imports()) == ([], [], [])
    assert store.bring_in(ENTRY, answers) == "big"
    assert len(store.current()) == 7_000


def test_undoing_travels_with_a_merge(tmp_path):
    ours, theirs = Store("sqlite://"), Store("sqlite://")
    offer_text(ours, tmp_path, FIRST)
    report = offer_text(ours, tmp_path, SECOND)
    theirs.merge(ours)
    ours.undo_import(report.import_id, by="bo", at=LATER)

    theirs.merge(ours)

    assert _said(theirs) == _said(ours)
    assert theirs.merge(ours) == 0


def test_an_import_of_another_laptop_is_taken_back_after_a_merge(store_url, tmp_path):
    theirs, ours = Store("sqlite://"), Store(store_url)
    first = offer_text(theirs, tmp_path, FIRST)
    second = offer_text(theirs, tmp_path, SECOND)
    ours.append([_asked("I9", 3)])
    assert ours.merge(theirs) == 7
    assert ours.merge(theirs) == 0
    assert ours.imports() == theirs.imports()

    ours.undo_import(second.import_id, by="bo", at=LATER)
    theirs.undo_import(second.import_id, by="bo", at=LATER)

    def of_theirs():
        return {key: content for key, content in _said(ours).items() if key[2] != "I9"}

    assert of_theirs() == _said(theirs)
    assert ours.respondents("north")[0].role == ""
    for one in (ours, theirs):
        one.undo_import(first.import_id, by="bo", at=LATER + dt.timedelta(hours=1))
    assert of_theirs() == _said(theirs)
    assert ours.current(respondent="I9") == [_asked("I9", 3)]
    ours.close()


def _asked(name: str, value: int) -> Answer:
    source = Source("bo", "interview", "small", 1, SMALL.sha256, "s9")
    said = ("north", "1", name, "it", "view.one", "it", "answered", WHEN, source)
    return Answer(*said, value=value)


def test_an_import_that_stands_again_after_a_merge_is_taken_back_whole(tmp_path):
    here, there = Store("sqlite://"), Store("sqlite://")
    report = offer_text(here, tmp_path, FIRST)
    there.append([replace(_asked("I1", 1), answered_at=WHEN - dt.timedelta(days=1))])
    here.merge(there)  # the import is the later one and stands once more, as the newest row
    assert _said(here)["north", "1", "I1", "view.one", "", "it"][1] == 4
    here.undo_import(report.import_id, by="bo", at=LATER)
    assert _said(here) == _said(there)


def test_whoever_was_renamed_or_forgotten_is_so_in_what_an_import_is_undone_by(tmp_path):
    theirs, ours = Store("sqlite://"), Store("sqlite://")
    report = offer_text(theirs, tmp_path, SECOND)
    ours.forgetting.erase([("north", "1", "I2")], LATER)
    ours.register(Respondent("north", "1", "I1", "operations"))
    ours.merge(theirs, renamed={"I1": "I7"})
    assert {a.respondent for a in ours.current()} == {"I7"}
    ours.undo_import(report.import_id, by="bo", at=LATER)
    assert ours.current() == []
    assert [(p.respondent, p.lens) for p in ours.respondents()] == [("I1", "operations")]


def test_two_laptops_that_answered_at_one_moment_agree_whoever_merges_first(tmp_path):
    def stores() -> tuple[Store, Store]:
        pair = Store("sqlite://"), Store("sqlite://")
        for store, value in zip(pair, (4, 2), strict=True):
            head = "respondent,site,lens,wave,started_at,finished_at,view.one\n"
            row = f"I1,north,it,1,2026-10-05T08:00Z,2026-10-05T09:00Z,{value}\n"
            offer_text(store, tmp_path, head + row)
        return pair

    one, two = stores()
    one.merge(two)
    other_one, other_two = stores()
    other_two.merge(other_one)

    assert _said(one) == _said(other_two)
    two.merge(one)
    assert _said(two) == _said(one)
    assert (one.merge(two), two.merge(one)) == (0, 0)


def _pending_answers(store: Store) -> tuple[Answer, Answer, Answer]:
    """Two answers of a newcomer in an import that is under way, and one given meanwhile."""
    source = Source("ana", "import", SMALL.id, SMALL.version, SMALL.sha256)
    first, second = (
        Answer("north", "1", "I9", "it", item, "it", "answered", WHEN, source, value=3)
        for item in ("view.one", "view.two")
    )
    return first, second, replace(first, respondent="I1", value=5)


@pytest.mark.slow
def test_what_the_journal_had_then_is_without_an_import_that_was_not_whole_yet(tmp_path):
    """Its rows have lower numbers than what was written meanwhile, and were seen by nobody."""
    place = f"sqlite:///{tmp_path / 'answers.sqlite'}"
    store, other = Store(place), Store(place)
    offer_text(store, tmp_path, FIRST)
    first, second, meanwhile = _pending_answers(store)
    seen = []

    def rows():
        yield first
        # The first rows are written when the next are asked for.
        yield from (replace(first, respondent=f"I{i}") for i in range(100, 5_100))
        other.append([meanwhile])
        seen.append((other.revision(), other.frame(["north"], "1")))
        yield second

    store.bring_in(ENTRY, rows())
    ((revision, then),) = seen
    assert len(then) == 2
    assert len(store.frame(["north"], "1")) == 5_004
    pd.testing.assert_frame_equal(store.frame(["north"], "1", until=revision), then)
    store.close()
    other.close()


@pytest.mark.postgres
def test_on_a_server_an_import_is_whole_or_unseen_and_its_rows_are_its_own(postgres_url, tmp_path):
    """Rows of an interview get numbers between those of an import that is under way."""
    store, other = Store(postgres_url), Store(postgres_url)
    offer_text(store, tmp_path, FIRST)
    first, second, meanwhile = _pending_answers(store)
    seen: list[tuple[int, pd.DataFrame]] = []

    def say_meanwhile(*call: Any) -> None:
        if call[2].startswith("INSERT INTO journal") and not seen:  # a thousand rows at a time
            seen.append((0, pd.DataFrame()))
            other.append([meanwhile])
            seen[0] = other.revision(), other.frame(["north"], "1")

    sa.event.listen(sa.Engine, "after_cursor_execute", say_meanwhile)
    newcomers = [replace(first, respondent=f"I{i}") for i in range(100, 2_100)]
    store.bring_in(replace(ENTRY, sha256=""), [first, *newcomers, second])
    sa.event.remove(sa.Engine, "after_cursor_execute", say_meanwhile)
    ((revision, then),) = seen
    assert len(store.frame(["north"], "1")) == 2_004
    assert (len(then), set(then["respondent"])) == (2, {"I1"})
    pd.testing.assert_frame_equal(store.frame(["north"], "1", until=revision), then)
    numbers = {n for n, one in store.journal() if one.respondent == "I1"}
    with store.connect("read") as connection:
        ranges = connection.execute(sa.select(IMPORT_ROWS)).all()
    of_import = [(one.first_id, one.last_id) for one in ranges if one.import_id == "big"]
    assert len(of_import) == 2
    assert not [n for n in numbers for first_id, last_id in of_import if first_id <= n <= last_id]
    other.close()
    store.close()


@pytest.mark.postgres
def test_on_a_server_what_was_published_waits_for_whoever_is_writing(postgres_url, tmp_path):
    """A row with a lower number, seen later, would count as published although it was not."""
    store, other = Store(postgres_url), Store(postgres_url)
    offer_text(store, tmp_path, FIRST)
    first, second, meanwhile = _pending_answers(store)
    with ThreadPoolExecutor(1) as pool:
        with store.atomic():
            store.bring_in(ENTRY, [first, second])
            other.append([meanwhile])
            newest = other.revision()
            settled = pool.submit(other.revision, is_settled=True)
            with pytest.raises(TimeoutError):
                settled.result(timeout=0.5)
        assert settled.result(timeout=30) == newest
    assert "I9" in set(store.frame(["north"], "1", until=newest)["respondent"])
    assert store.site_extents("1")["north"][1] == newest
    other.close()
    store.close()


@pytest.mark.parametrize(
    ("change", "left", "person"),
    [
        ({"lens": "operations"}, {("view.one", 5), ("view.two", 2)}, ("operations", "lead")),
        ({"role": "boss"}, {("view.one", 4)}, ("it", "boss")),
    ],
)
def test_an_import_is_taken_back_though_somebody_of_it_was_corrected_since(
    store, tmp_path, change, left, person
):
    offer_text(store, tmp_path, FIRST)
    report = offer_text(store, tmp_path, SECOND)
    teller = Teller("ana", LATER, "misread")
    store.cases.correct(("north", "1", "I1"), Correction(**change), teller)
    store.undo_import(report.import_id, by="bo", at=LATER + dt.timedelta(hours=1))
    said = {(answer.item, answer.value) for answer in store.current() if answer.value}
    assert said == left
    assert [(p.respondent, p.lens, p.role) for p in store.respondents()] == [("I1", *person)]


@pytest.mark.postgres
def test_on_a_server_whoever_waits_for_an_import_lets_interviews_save(postgres_url, tmp_path):
    store, other = Store(postgres_url), Store(postgres_url)
    offer_text(store, tmp_path, FIRST)
    first, second, meanwhile = _pending_answers(store)
    with ThreadPoolExecutor(2) as pool:
        with store.atomic():
            store.bring_in(ENTRY, [first, second])
            settled = pool.submit(other.revision, is_settled=True)
            with pytest.raises(TimeoutError):
                settled.result(timeout=0.5)
            assert pool.submit(other.append, [meanwhile]).result(timeout=5) == 1
            assert not settled.done()
        assert settled.result(timeout=30) == store.revision()
    other.close()
    store.close()

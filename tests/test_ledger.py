"""What was agreed in the room: one contract for every kind of store, undoing, and merging."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from engagement_folders import make_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_kit.cli import main
from harmony_kit.errors import CommitmentError
from harmony_kit.journal.accord import (
    Accord,
    accord_of,
    list_workshops,
    order_entries,
    plan_entry,
    plan_redo,
    plan_undo_of,
)
from harmony_kit.journal.answers import Respondent
from harmony_kit.journal.commitment import BOUNDARIES, Commitment, Owner, missing_boundaries
from harmony_kit.journal.ledger import Ledger
from harmony_kit.journal.store import Store

WHEN = dt.datetime(2026, 11, 3, 9, 0, 0, 123456, tzinfo=dt.UTC)
PLACE = ("oldmill", "1", "stop-line")
LINE = Commitment(*PLACE, "sentence", "frame.risk", "agreed", WHEN, "ana", value={"text": "No = é"})
QUESTION = Commitment(
    *PLACE,
    "question",
    "q-1",
    "open",
    WHEN + dt.timedelta(seconds=1),
    "ana",
    value={"text": "Who mends the tags?", "sort": "bridge"},
    owners={"": "o-1"},
    due=dt.date(2026, 12, 1),
)
ACTION = Commitment(
    *PLACE,
    "action",
    "a-1",
    "open",
    WHEN + dt.timedelta(seconds=2),
    "ben",
    value={"text": "Write it down"},
    owners={"it": "o-1", "operations": "o-2"},
    due=dt.date(2026, 12, 31),
    done_when="it hangs at the line",
)
KAY = Owner("o-1", "oldmill", "it", "head of IT")
LOU = Owner("o-2", "oldmill", "operations", "shift lead")


@pytest.fixture
def ledger(store_url: str) -> Iterator[Ledger]:
    store = Store(store_url)
    yield store.ledger
    store.close()


def test_entries_come_back_as_they_were(ledger):
    assert ledger.add([ACTION, LINE, QUESTION]) == 3
    assert ledger.add([LINE]) == 0
    assert ledger.entries() == (LINE, QUESTION, ACTION)
    assert [one.id for one in ledger.entries()] == [LINE.id, QUESTION.id, ACTION.id]
    assert ledger.entries(site="oldmill", wave="1", workflow="other") == ()
    assert list_workshops(ledger.entries()) == (PLACE,)


def test_a_wrong_entry_keeps_the_others_out_too(ledger):
    with pytest.raises(CommitmentError) as caught:
        ledger.add([LINE, replace(LINE, state="signed")])
    assert str(caught.value) == (
        "sentence: frame.risk: 'signed' cannot be kept. "
        "Allowed: one of open, two_wordings, agreed, withdrawn."
    )
    assert ledger.entries() == ()


def test_names_are_kept_apart_and_erased_for_good(ledger):
    ledger.add_owner(KAY, "Kay Moss")
    ledger.add_owner(LOU, "Lou Hart")
    assert ledger.owners() == (KAY, LOU)
    assert ledger.names() == {"o-1": "Kay Moss", "o-2": "Lou Hart"}
    before = Store("sqlite://")
    before.ledger.take_in(ledger.contents())
    assert ledger.erase_names(["o-1", "o-7"]) == 1
    ledger.add_owner(replace(KAY, role="CIO"), "Kay Moss")
    assert ledger.names() == {"o-2": "Lou Hart"}
    assert ledger.owners() == (replace(KAY, role="CIO"), LOU)
    ledger.take_in(before.ledger.contents())
    assert ledger.names() == {"o-2": "Lou Hart"}
    before.ledger.take_in(ledger.contents())
    assert before.ledger.names() == {"o-2": "Lou Hart"}
    assert "Kay" not in repr(ledger.contents())


def test_an_erased_name_is_nowhere_in_the_file(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/answers.sqlite")
    store.ledger.add_owner(KAY, "Kay Mossgrave")
    store.ledger.erase_names(["o-1"])
    store.close()
    files = sorted(tmp_path.iterdir())
    assert files
    assert [path.name for path in files if b"Mossgrave" in path.read_bytes()] == []


# What may be said


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": "promise"}, "promise: 'promise' cannot be kept. Allowed: one of attendance,"),
        ({"value": {"txt": "x"}}, "'txt' cannot be kept. Allowed: texts called text, wording_."),
        ({"value": {"text": "x" * 2001}}, "'a text of 2001 characters' cannot be kept."),
        ({"owners": {"it": "o-1"}}, "\"an owner for 'it'\" cannot be kept. Allowed: exactly one"),
        ({"kind": "action", "state": "open", "owners": {"": "o-1"}}, "an owner of each side."),
        (
            {"kind": "question", "state": "open", "value": {"sort": "people"}},
            "'people' cannot be kept. Allowed: one of technology, workflow, bridge.",
        ),
        (
            {"kind": "attendance", "state": "told", "value": {"count": "Kay"}},
            "'Kay' cannot be kept. Allowed: a whole number from 0 to 99.",
        ),
        (
            {"kind": "prediction", "state": "open", "value": {"number": "nan"}},
            "'nan' cannot be kept. Allowed: a number from 1 to 11.",
        ),
    ],
)
def test_what_cannot_stand_is_told(changes, told):
    with pytest.raises(CommitmentError) as caught:
        Store("sqlite://").ledger.add([replace(LINE, **changes)])
    assert told in str(caught.value)


@pytest.mark.parametrize("blank", BOUNDARIES)
def test_a_pilot_does_not_start_while_one_limit_is_blank(blank):
    limits = dict.fromkeys(BOUNDARIES, "clear") | {blank: " "}
    pilot = replace(LINE, kind="boundary", ref="vision", state="draft", value=limits)
    ledger = Store("sqlite://").ledger
    assert missing_boundaries(pilot) == (blank,)
    assert ledger.add([pilot]) == 1
    with pytest.raises(CommitmentError) as caught:
        ledger.add([replace(pilot, state="starts")])
    assert str(caught.value) == (
        f"boundary: vision: 'starts' cannot be kept. Allowed: only with {blank} filled in."
    )
    assert ledger.add([replace(pilot, state="starts", value=limits | {blank: "now said"})]) == 1


def test_each_side_has_its_own_wording():
    two = {"wording_it": "stop at risk", "wording_operations": "stop at scrap"}
    line = replace(LINE, state="two_wordings", value=two, owners={"": "o-1"}, due=None)
    store = Store("sqlite://")
    store.ledger.add([line])
    accord = accord_of(store.ledger.entries(), *PLACE)
    assert accord.sentences == (line,)
    assert accord.marked == (line,)  # nobody decides by any day yet


def test_a_question_without_one_owner_and_a_date_stays_marked():
    bare = replace(QUESTION, owners={}, due=None)
    for marked in (bare, replace(bare, owners={"": "o-1"}), replace(QUESTION, owners={})):
        assert Accord(*PLACE, (marked,)).marked == (marked,)
    assert Accord(*PLACE, (QUESTION, ACTION)).marked == ()
    half = replace(ACTION, owners={"it": "o-1"})
    assert Accord(*PLACE, (half,)).marked == (half,)


@pytest.mark.parametrize("state", ["late", "dropped"])
def test_what_is_late_or_dropped_is_settled_with_a_reason_only(state):
    said = replace(ACTION, state=state)
    assert Accord(*PLACE, (said,)).marked == (said,)
    given = replace(said, value={**said.value, "reason": "no people"})
    assert Accord(*PLACE, (given,)).marked == ()


# How it stands


def test_the_newest_entry_counts_and_a_clock_that_went_back_changes_nothing():
    first = plan_entry([], LINE, WHEN)
    second = plan_entry([first], replace(LINE, value={"text": "Later"}), WHEN - dt.timedelta(1))
    assert second.supersedes == first.id
    assert second.at == first.at + dt.timedelta(microseconds=1)
    assert accord_of([second, first], *PLACE).sentences == (second,)
    assert accord_of([second, first], "oldmill", "2", "stop-line") == Accord(
        "oldmill", "2", "stop-line"
    )


def said(accord: Accord) -> list[tuple[object, ...]]:
    """What an accord says, without when and by whom."""
    return sorted(((one.thing, one.content) for one in accord.current), key=repr)


#: What happens at one laptop: something is said about a thing, or the last step taken back or done.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["frame.risk", "frame.timing", "q-1"]), st.sampled_from("abc")),
        st.sampled_from(["undo", "redo"]),
    ),
    max_size=14,
)


def play(steps: list[object], by: str, start: int = 0) -> list[Commitment]:
    """The entries one laptop writes."""
    entries: list[Commitment] = []
    for second, step in enumerate(steps, start):
        now = WHEN + dt.timedelta(seconds=second)
        if step in ("undo", "redo"):
            plan = (plan_undo_of if step == "undo" else plan_redo)(entries, now, by)
            entries += [plan] if plan else []
        else:
            ref, text = step
            wanted = replace(LINE, ref=ref, value={"text": text}, by=by)
            entries.append(plan_entry(entries, wanted, now))
    return entries


@pytest.mark.slow
@given(STEPS)
def test_undo_goes_back_through_every_state_and_redo_comes_again(steps):
    # What an editor with a list of states would show.
    states: list[dict[str, str]] = [{}]
    place = 0
    for step in steps:
        if step == "undo":
            place = max(0, place - 1)
        elif step == "redo":
            place = min(len(states) - 1, place + 1)
        else:
            states[place + 1 :] = [states[place] | {step[0]: step[1]}]
            place += 1
    entries = play(steps, "ana")
    shown = {one.ref: one.text for one in accord_of(entries, *PLACE).current}
    assert shown == states[place]
    while (undoing := plan_undo_of(entries, WHEN, "ana")) is not None:
        entries.append(undoing)
        place -= 1
        shown = {one.ref: one.text for one in accord_of(entries, *PLACE).current}
        assert shown == states[place]
    assert place == 0


@given(STEPS)
def test_entries_are_in_the_order_written_whatever_order_they_come_in(steps):
    entries = play(steps, "ana")
    assert order_entries(reversed(entries)) == tuple(entries)
    assert accord_of(entries[::-1], *PLACE) == accord_of(entries * 2, *PLACE)


def laptop(entries: list[Commitment], role: str, name: str, *, erases: bool) -> Store:
    store = Store("sqlite://")
    store.ledger.add(entries)
    store.ledger.add_owner(replace(KAY, role=role), name)
    if erases:
        store.ledger.erase_names(["o-1"])
    return store


LAPTOPS = st.tuples(STEPS, st.sampled_from(["head", "CIO"]), st.sampled_from(["K", "Kay"]))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(LAPTOPS, st.booleans()), min_size=3, max_size=3))
def test_merging_is_commutative_associative_and_idempotent(laptops):
    def make(n: int) -> Store:
        (steps, role, name), erases = laptops[n]
        return laptop(play(steps, f"laptop-{n}", 5 * n), role, name, erases=erases)

    def merged(*stores: Store) -> Store:
        for other in stores[1:]:
            stores[0].merge(other)
        return stores[0]

    one = merged(make(0), make(1), make(2))
    for other in (
        merged(make(2), make(1), make(0)),
        merged(make(0), merged(make(1), make(2))),
        merged(make(1), make(0), make(2), make(0), make(1)),
    ):
        assert other.ledger.contents() == one.ledger.contents()
        assert said(accord_of(other.ledger.entries(), *PLACE)) == said(
            accord_of(one.ledger.entries(), *PLACE)
        )
    assert one.merge(make(1)) == 0


# Old stores, and the command


def _make_old(path) -> None:
    """A store as it was before there were workshops, with somebody in it."""
    store = Store(f"sqlite:///{path}")
    store.register(Respondent("a", "1", "x-1", "day", started_at=WHEN))
    store.close()
    with sqlite3.connect(path) as old:
        for table in ("commitments", "owners", "owner_names"):
            old.execute(f"DROP TABLE {table}")
    old.close()


def test_an_old_store_is_read_as_it_is_and_extended_when_it_is_written(tmp_path):
    path = tmp_path / "answers.sqlite"
    _make_old(path)
    reader = Store(f"sqlite:///{path}", is_reader=True)
    assert (reader.ledger.entries(), reader.ledger.names()) == ((), {})
    assert len(reader.respondents()) == 1
    reader.close()
    store = Store(f"sqlite:///{path}")
    assert store.ledger.add([LINE]) == 1
    store.close()
    again = Store(f"sqlite:///{path}", is_reader=True)
    assert again.ledger.entries() == (LINE,)
    assert [one.respondent for one in again.respondents()] == ["x-1"]
    again.close()


@pytest.mark.slow
def test_an_old_store_is_merged_and_merged_into(tmp_path):
    path = tmp_path / "answers.sqlite"
    _make_old(path)
    new, old = Store("sqlite://"), Store(f"sqlite:///{path}", is_reader=True)
    new.ledger.add([LINE])
    new.merge(old)
    old.close()
    old = Store(f"sqlite:///{path}")
    old.merge(new)
    assert old.ledger.contents() == new.ledger.contents()
    old.close()


@pytest.mark.slow
def test_harmony_forget_erases_the_name_of_an_owner(tmp_path):
    folder = make_folder(tmp_path / "e", ("a",))
    store = Store(f"sqlite:///{folder / 'answers.sqlite'}")
    store.ledger.add([replace(QUESTION, site="a")])
    store.ledger.add_owner(replace(KAY, site="a"), "Kay Mossgrave")
    store.ledger.add_owner(replace(LOU, site="a"), "Lou Hart")
    store.close()
    run = CliRunner().invoke
    told = run(main, ["forget", str(folder), "--owner", "Kay Moss"])
    assert told.exit_code == 1
    assert "has no owner 'Kay Moss'. Allowed: head of IT, shift lead." in told.output
    done = run(main, ["forget", str(folder), "--site", "a", "--owner", "kay mossgrave"])
    assert (done.exit_code, done.output.splitlines()[0]) == (
        0,
        "1 names erased, 0 folders of accords written anew.",
    )
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"Mossgrave" in path.read_bytes()] == []
    again = Store(f"sqlite:///{folder / 'answers.sqlite'}", is_reader=True)
    assert again.ledger.names() == {"o-2": "Lou Hart"}
    assert [one.owner for one in again.ledger.entries()] == ["o-1"]
    again.close()


@pytest.mark.slow
def test_harmony_merge_brings_what_was_agreed(tmp_path):
    folder = make_folder(tmp_path / "e", ("a",))
    other = tmp_path / "other.sqlite"
    theirs = Store(f"sqlite:///{other}")
    theirs.ledger.add([replace(LINE, site="a")])
    theirs.close()
    done = CliRunner().invoke(main, ["merge", str(folder), str(other)])
    assert done.output == f"0 answers and 1 entries of workshops added from {other}\n"
    theirs = Store(f"sqlite:///{other}")
    theirs.ledger.add([LINE])
    theirs.close()
    refused = CliRunner().invoke(main, ["merge", str(folder), str(other)])
    assert refused.exit_code == 1
    assert "has answers of sites that are not in sites.csv: oldmill" in refused.output

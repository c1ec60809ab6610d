"""A report keeps to what was published until enough people have changed."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from harmony_kit.batch.holding import Holding
from harmony_kit.batch.register import REGISTER, Register, RegisterLine
from harmony_kit.errors import EngagementError
from harmony_kit.journal.answers import Answer, Source
from harmony_kit.journal.store import Store

SECRET = b"7" * 32
SOURCE = Source("tests", "interview", "tiny", 1, "0" * 64)
ITEMS = ("work.clear", "work.calm")


def _say(store, person, values, *, lens="night", items=ITEMS):
    """A person answers, once more or for the first time."""
    when = datetime(2026, 1, 5, 9, tzinfo=UTC)
    store.append(
        [
            Answer("a", "1", person, lens, item, lens, "answered", when, SOURCE, value=value)
            for item, value in zip(items, values, strict=False)
        ]
    )


@pytest.fixture
def store():
    opened = Store("sqlite://")
    for number, values in enumerate([(1, 5), (2, 4), (3, 3), (4, 2), (5, 1), (5, 5)]):
        _say(opened, f"n-{number}", values)
    return opened


def _hold(store, published=None, min_group=4):
    holding = Holding(published or {}, {}, "1", min_group, SECRET)

    def read_at(revision):
        return store.frame(["a"], "1", until=revision)

    return holding.hold("a", store.frame(["a"], "1"), store.revision(), read_at)


def _publish(*held):
    """What the register says once these were published, one after another."""
    published = {}
    for one in held:
        for lens, line in one.entries.items():
            published["a", lens] = (*published.get(("a", lens), ()), line)
    return published


def _said(held, item=ITEMS[0]):
    rows = held.answers[held.answers["item"] == item]
    return dict(zip(rows["respondent"], rows["value"].astype(int), strict=True))


def test_the_first_report_shows_everything(store):
    held = _hold(store)
    pd.testing.assert_frame_equal(held.answers, store.frame(["a"], "1"))
    entry = held.entries["night"]
    assert (held.waiting, entry.revision, dict(entry.older)) == ({}, 12, {})
    assert len(entry.people) == 6
    assert all(len(one) == 32 and "n-" not in one for one in entry.people)


def test_a_late_respondent_changes_nothing_and_is_counted_as_waiting(store):
    first = _hold(store)
    _say(store, "n-late", (1, 1))
    second = _hold(store, _publish(first))
    pd.testing.assert_frame_equal(second.answers, first.answers)
    assert second.waiting == {"night": 1}
    third = _hold(store, _publish(first, second))
    pd.testing.assert_frame_equal(third.answers, first.answers)


def test_whoever_is_not_in_the_register_was_not_shown_whatever_numbers_her_rows_have(store):
    """A database may give rows their numbers before anybody can see them."""
    first = _hold(store)
    _say(store, "n-late", (1, 1))
    now = store.frame(["a"], "1")
    held = Holding(_publish(first), {}, "1", 4, SECRET).hold("a", now, 14, lambda _: now)
    pd.testing.assert_frame_equal(held.answers, first.answers)
    assert held.waiting == {"night": 1}


def test_a_changed_answer_stays_as_it_was(store):
    first = _hold(store)
    _say(store, "n-0", (5, 5))
    second = _hold(store, _publish(first))
    assert (_said(second)["n-0"], second.waiting) == (1, {"night": 1})


@pytest.mark.parametrize(("n_late", "n_shown"), [(3, 6), (4, 10), (5, 11)])
def test_from_the_minimum_group_on_they_are_shown(store, n_late, n_shown):
    first = _hold(store)
    for number in range(n_late):
        _say(store, f"n-late-{number}", (1, 1))
    second = _hold(store, _publish(first))
    assert len(_said(second)) == n_shown
    assert second.waiting == ({} if n_shown > 6 else {"night": n_late})


@pytest.mark.slow
def test_one_after_another_never_adds_up_to_one_more(store):
    """Shown in steps of four, whenever reports are made."""
    published, sizes = [_hold(store)], []
    for number in range(9):
        _say(store, f"n-late-{number}", (1, 1))
        published.append(_hold(store, _publish(*published)))
        sizes.append(len(_said(published[-1])))
    assert sizes == [6, 6, 6, 10, 10, 10, 10, 14, 14]


def test_a_question_only_one_of_many_newcomers_answered_stays_as_it_was(store):
    first = _hold(store)
    for number in range(4):
        _say(store, f"n-late-{number}", (1, 1), items=ITEMS if number == 0 else ITEMS[:1])
    second = _hold(store, _publish(first))
    assert len(_said(second, ITEMS[0])) == 10
    assert len(_said(second, ITEMS[1])) == 6
    assert dict(second.entries["night"].older) == {"work.calm||night": 12}
    # Nor does the next report, in which nobody changed, show it.
    third = _hold(store, _publish(first, second))
    assert len(_said(third, ITEMS[1])) == 6


def test_the_third_report_differs_from_the_first_by_nobody_or_by_enough(store):
    """Four change and three of them change back: beside the first report that would be one."""
    first = _hold(store)
    for number in range(4):
        _say(store, f"n-{number}", (5,))
    second = _hold(store, _publish(first))
    assert list(_said(second).values()) == [5, 5, 5, 5, 5, 5]
    for number in range(3):
        _say(store, f"n-{number}", (number + 1,))
    _say(store, "n-5", (1,))
    third = _hold(store, _publish(first, second))
    assert [_said(third, one) for one in ITEMS] == [_said(second, one) for one in ITEMS]
    assert third.waiting == {"night": 4}


def test_what_showed_some_of_the_cells_binds_those(store):
    """An export, say, of what at least eight people answered."""
    held = _hold(store)
    cells = [f"{item}||night" for item in ITEMS]
    line = held.entries["night"].narrow(cells, cells[:1])
    assert dict(line.older) == {"work.calm||night": 0}
    _say(store, "n-late", (1, 1))
    after = _hold(store, {("a", "night"): (line,)})
    assert [len(_said(after, item)) for item in ITEMS] == [6, 7]


def test_the_other_side_is_not_kept_back(store):
    for number in range(4):
        _say(store, f"d-{number}", (3, 3), lens="day")
    first = _hold(store)
    _say(store, "n-late", (1, 1))
    for number in range(4, 8):
        _say(store, f"d-{number}", (3, 3), lens="day")
    second = _hold(store, _publish(first))
    lenses = second.answers.groupby("lens")["respondent"].nunique().to_dict()
    assert (lenses, second.waiting) == ({"day": 8, "night": 6}, {"night": 1})


def test_somebody_who_is_forgotten_takes_the_side_along_until_others_have_changed(store):
    first = _hold(store)
    gone = store.frame(["a"], "1").query("respondent != 'n-0'")
    holding = Holding(_publish(first), {}, "1", 4, SECRET)
    held = holding.hold("a", gone, 12, lambda _: gone)
    assert (len(held.answers), held.waiting, dict(held.entries)) == (0, {"night": 1}, {})


def test_a_question_the_newcomers_were_not_asked_is_not_shown_once_somebody_is_gone(store):
    """Three came and one went: what the three did not answer would differ by the one."""
    first = _hold(store)
    for number in range(3):
        _say(store, f"n-late-{number}", (1,))
    gone = store.frame(["a"], "1").query("respondent != 'n-0'")
    held = Holding(_publish(first), {}, "1", 4, SECRET).hold("a", gone, 15, lambda _: gone)
    assert [len(_said(held, item)) for item in ITEMS] == [8, 0]
    assert (held.waiting, dict(held.entries["night"].older)) == (
        {"night": 1},
        {"work.calm||night": 0},
    )
    # Nor does the next one show it, of whom nobody is gone.
    again = Holding(_publish(first, held), {}, "1", 4, SECRET)
    assert len(_said(again.hold("a", gone, 15, lambda _: gone), ITEMS[1])) == 0


def test_what_was_never_handed_out_binds_nobody(store, tmp_path):
    register = Register(tmp_path)
    register.append(_hold(store).entries.values())
    assert set(register.published("1")) == {("a", "night")}
    assert register.published("2") == {}
    register.append([RegisterLine("never_handed_out", "2026-02-01T00:00:00+00:00", "a", "1")])
    assert register.published("1") == {}
    assert dict(register.count_others("1")) == {"a": 1}
    _say(store, "n-late", (1, 1))
    assert len(_said(_hold(store, register.published("1")))) == 7


def test_the_register_only_grows_is_private_and_is_read_back_as_it_was(store, tmp_path):
    register, held = Register(tmp_path), _hold(store)
    entry = replace(held.entries["night"], at="2026-02-01T00:00:00+00:00")
    register.append([entry])
    before = (tmp_path / REGISTER).read_bytes()
    register.append([entry])
    assert (tmp_path / REGISTER).read_bytes() == before + before
    assert register.read() == [entry, entry]
    assert stat.S_IMODE((tmp_path / REGISTER).stat().st_mode) == 0o600
    register.append([])
    assert register.read() == [entry, entry]


@pytest.mark.parametrize("n_lost", [2, 60])
def test_a_line_that_was_cut_short_is_none_and_the_next_one_is_whole(store, tmp_path, n_lost):
    """As by a full disk or a power cut; what it would have told of was not handed out."""
    register, path = Register(tmp_path), tmp_path / REGISTER
    entry = replace(_hold(store).entries["night"], at="2026-02-01T00:00:00+00:00")
    told, lost = replace(entry, site="Mülheim"), replace(entry, site="zuerst-Zürich")
    register.append([told])
    whole = path.read_bytes()
    register.append([lost])
    path.write_bytes(path.read_bytes()[:-n_lost])
    assert register.read() == [told]
    path.write_bytes(path.read_bytes()[: path.read_bytes().rindex("ü".encode()) + 1])  # half a ü
    assert register.read() == [told]
    for _ in range(2):
        register.append([entry])
    assert register.read() == [told, entry, entry]
    assert path.read_bytes().startswith(whole)
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))  # as some editors leave it
    assert register.read() == [told, entry, entry]
    register.append([lost])
    assert register.read() == [told, entry, entry, lost]


def test_a_broken_register_stops_the_run(tmp_path):
    (tmp_path / REGISTER).write_text('{"event": "published"\n')
    with pytest.raises(EngagementError, match=r"published.jsonl.*line 1.*no line of the register"):
        Register(tmp_path).published("1")

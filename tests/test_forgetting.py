"""Whoever is forgotten is gone for good, from the store, its log and every file, and stays gone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from exchange_cases import offer_text
from test_store import PERSON, RATING, TEXT, WHEN

from harmony_kit.errors import StoreError
from harmony_kit.journal.answers import Event
from harmony_kit.journal.case import Correction, Teller
from harmony_kit.journal.forgetting import Erased
from harmony_kit.journal.import_entry import ImportEntry
from harmony_kit.journal.store import Store

PLACE = ("oldmill", "1", "zora-4711")
SENTENCE = "We never trusted the forecast on Mondays"
SOMEBODY = replace(PERSON, respondent=PLACE[2], role="night planner")
SAID = [
    replace(RATING, respondent=PLACE[2]),
    replace(TEXT, respondent=PLACE[2], text=SENTENCE),
]
OTHERS = [replace(RATING, respondent=name) for name in ("it-02", "it-03")]
ENTRY = ImportEntry("imp-1", "survey.csv", "ab" * 32, "wide", "ana", WHEN)
LATER = WHEN + dt.timedelta(days=1)


@pytest.fixture
def store(store_url):
    store = Store(store_url)
    yield store
    store.close()


def fill(store):
    store.register(SOMEBODY)
    store.append(SAID, [Event(*PLACE, "started", WHEN, "ana", {"consent": "yes"})])
    store.append([replace(SAID[0], value=2)])
    store.bring_in(ENTRY, OTHERS, [replace(PERSON, respondent=a.respondent) for a in OTHERS])


def mentions(folder):
    needles = [PLACE[2].encode(), SENTENCE.encode(), b"night planner"]
    return [
        (path.name, needle)
        for path in folder.rglob("*")
        if path.is_file()
        for needle in needles
        if needle in path.read_bytes()
    ]


@pytest.mark.slow
def test_everything_of_a_person_goes_and_the_others_stay(store):
    fill(store)
    others = store.current(respondent="it-02")
    assert store.forgetting.erase([PLACE], LATER) == Erased(3, 1, 1)
    assert store.current(respondent=PLACE[2]) == []
    assert store.events(*PLACE) == []
    assert [person.respondent for person in store.respondents()] == ["it-02", "it-03"]
    assert store.current(respondent="it-02") == others
    assert store.forgetting.find([PLACE, ("oldmill", "1", "it-02")]) == {PLACE}
    store.forgetting.clean()
    assert store.current(respondent="it-02") == others


def test_no_byte_is_left_in_the_store_or_its_log(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/answers.sqlite", stays_open=True)
    fill(store)
    assert mentions(tmp_path)
    store.forgetting.erase([PLACE], LATER)
    store.forgetting.clean()
    assert mentions(tmp_path) == []
    store.close()
    assert mentions(tmp_path) == []


def test_a_tombstone_tells_nobody_who_it_was(store):
    fill(store)
    store.forgetting.erase([PLACE], LATER)
    (tombstone,) = store.forgetting.tombstones()
    assert "zora" not in repr(tombstone)
    store.forgetting.erase([("oldmill", "1", "it-02")], LATER)
    assert len({one.salt for one in store.forgetting.tombstones()}) == 2


def test_forgetting_again_does_nothing(store):
    fill(store)
    store.forgetting.erase([PLACE], LATER)
    assert store.forgetting.erase([PLACE], LATER) == Erased()
    assert len(store.forgetting.tombstones()) == 1


def test_a_merge_does_not_bring_somebody_back(tmp_path):
    ours, theirs = (Store(f"sqlite:///{tmp_path}/{name}.sqlite") for name in "ab")
    fill(ours)
    theirs.merge(ours)
    ours.forgetting.erase([PLACE], LATER)
    ours.merge(theirs)
    assert ours.current(respondent=PLACE[2]) == []
    assert [person.respondent for person in ours.respondents()] == ["it-02", "it-03"]
    assert ours.events(*PLACE) == []
    third = Store(f"sqlite:///{tmp_path}/c.sqlite")
    third.merge(ours)
    third.merge(theirs)
    assert third.current(respondent=PLACE[2]) == []
    for store in (ours, theirs, third):
        store.close()


def test_an_import_does_not_bring_somebody_back(store):
    fill(store)
    store.forgetting.erase([PLACE], LATER)
    store.bring_in(replace(ENTRY, id="imp-2"), [*SAID, replace(OTHERS[0], value=1)], [SOMEBODY])
    assert store.current(respondent=PLACE[2]) == []
    assert store.current(respondent="it-02")[0].value == 1
    assert [person.respondent for person in store.respondents()] == ["it-02", "it-03"]


def test_a_form_that_is_still_open_brings_nobody_back(store):
    fill(store)
    store.forgetting.erase([PLACE], LATER)
    for write in (
        lambda: store.append(SAID),
        lambda: store.register(SOMEBODY),
        lambda: store.log(Event(*PLACE, "closed", LATER, "ana")),
    ):
        with pytest.raises(StoreError, match="was forgotten here"):
            write()
    assert store.journal(respondent=PLACE[2]) == []


def test_an_import_says_which_rows_are_of_somebody_who_was_forgotten(store, tmp_path):
    store.forgetting.erase([("north", "1", "P-1")], LATER)
    header = "respondent,site,lens,wave,view.plain\n"
    rows = "P-1,north,it,1,4\nP-2,north,it,1,5\nP-3,north,it,1,2\n"
    report = offer_text(store, tmp_path, header + rows)
    assert [answer.respondent for answer in store.current()] == ["P-2", "P-3"]
    assert (report.counts.n_respondents_new, report.counts.n_new) == (2, 2)
    assert [str(row) for row in report.skipped] == ["row 2: this person was forgotten here"]
    assert [w.what for w in report.warnings if "forgotten" in w.what] == [
        "1 rows are of people who were forgotten here, and were left out"
    ]


def test_what_an_import_is_undone_by_forgets_as_well(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/answers.sqlite")
    store.bring_in(ENTRY, SAID, [SOMEBODY])
    store.bring_in(replace(ENTRY, id="imp-2"), [replace(SAID[0], value=1)], [SOMEBODY])
    store.forgetting.erase([PLACE], LATER)
    store.forgetting.clean()
    assert mentions(tmp_path) == []
    store.undo_import("imp-2", by="ana", at=LATER)
    assert store.respondents() == []
    store.close()


def test_whoever_was_corrected_is_forgotten_under_every_name(store):
    fill(store)
    teller = Teller("ana", LATER, "typo")
    store.cases.correct(PLACE, Correction(respondent="mira-1"), teller)
    there = ("oldmill", "1", "mira-1")
    assert store.forgetting.linked(there) == [there, PLACE]
    assert store.forgetting.linked(PLACE) == [PLACE, there]
    store.forgetting.erase(store.forgetting.linked(there), LATER)
    assert store.journal(respondent=PLACE[2]) == store.journal(respondent="mira-1") == []

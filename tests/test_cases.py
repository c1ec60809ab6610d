"""Every interview has a life: planned, held, corrected, withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from test_store import PERSON, PILOT, RATING, TEXT, WHEN

from harmony_kit.errors import CaseError, StoreError
from harmony_kit.journal.answers import Event
from harmony_kit.journal.case import STATES, Correction, InterviewCase, Teller, follow
from harmony_kit.journal.queries import read_counted
from harmony_kit.journal.store import Store

PLACE = ("oldmill", "1", "it-01")
ANA = Teller("ana", WHEN + dt.timedelta(hours=1), "misheard")
ANSWERS = [RATING, TEXT, replace(PILOT, about="it"), replace(RATING, about="operations", value=2)]


@pytest.fixture
def store(store_url):
    store = Store(store_url)
    yield store
    store.close()


def hold(store, person=PERSON, answers=ANSWERS):
    """An interview that was begun, with answers."""
    store.register(person)
    place = (person.site, person.wave, person.respondent)
    store.append(answers, [Event(*place, "started", WHEN, "ana", {"consent": "yes"})])


def test_a_case_follows_from_what_happened():
    events = [
        Event(*PLACE, "planned", WHEN, "ana", {"lens": "it", "date": "2026-10-06"}),
        Event(*PLACE, "invited", WHEN + dt.timedelta(hours=1), "ana"),
        Event(*PLACE, "refused", WHEN + dt.timedelta(hours=2), "ana", {"why": "no time"}),
    ]
    case = follow(PLACE, events, None)
    assert case == InterviewCase(*PLACE, "it", "", "refused", "no time", "2026-10-06")
    assert follow(PLACE, events[::-1], None) == case


def test_a_form_that_was_imported_is_a_finished_interview():
    assert follow(PLACE, [], PERSON).state == "finished"


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        (["started"], "under_way"),
        (["started", "finished"], "finished"),
        (["started", "finished", "reopened", "opened"], "reopened"),
        (["started", "broken_off"], "broken_off"),
        (["started", "broken_off", "opened"], "under_way"),
        (["refused", "started"], "under_way"),
        (["started", "withdrawn", "opened", "finished"], "withdrawn"),
    ],
)
def test_the_last_step_decides(kinds, state):
    hours = dt.timedelta(hours=1)
    events = [Event(*PLACE, kind, WHEN + i * hours, "ana") for i, kind in enumerate(kinds)]
    assert follow(PLACE, events, PERSON).state == state


def test_a_plan_is_kept_once(store):
    case = InterviewCase(*PLACE, "it", "planner", date="2026-10-06", interviewer="ana")
    assert store.cases.plan(case, ANA) is True
    assert store.cases.plan(case, ANA) is False
    assert store.cases.plan(replace(case, date="2026-10-07"), ANA) is True
    assert store.cases.read() == [replace(case, date="2026-10-07")]


def test_what_cannot_become_of_an_interview_is_refused(store):
    store.cases.plan(InterviewCase(*PLACE, "it"), ANA)
    with pytest.raises(CaseError) as caught:
        store.cases.step(PLACE, "broken_off", ANA)
    assert str(caught.value) == (
        "oldmill / 1 / it-01: is planned and cannot be broken_off. Allowed: invited, refused, "
        "not_reached. What is held in the form, the form writes down."
    )
    with pytest.raises(CaseError) as caught:
        store.cases.step(("oldmill", "1", "it-02"), "invited", ANA)
    assert str(caught.value) == (
        "oldmill / 1 / it-02: is no interview, planned or held. Allowed: of oldmill in wave 1: "
        "it-01. Did you mean it-01?"
    )
    assert store.cases.find(PLACE).state == "planned"


def test_a_test_interview_never_counts(store):
    hold(store)
    before = store.site_extents("1")
    assert len(store.frame()) == 4
    store.cases.mark_test(PLACE, ANA)
    assert len(store.frame()) == 0
    assert store.site_extents("1") != before
    assert len(store.current()) == 4


def test_what_is_exported_counts(store):
    hold(store)
    hold(store, replace(PERSON, respondent="it-02"), [replace(RATING, respondent="it-02")])
    store.cases.mark_test(PLACE, ANA)
    with store.connect("read") as connection:
        answers = read_counted(connection, site=None, wave=None)
    assert [answer.respondent for answer in answers] == ["it-02"]


def test_whoever_withdraws_does_not_count_and_stays_in_the_journal(store):
    hold(store)
    then = store.revision()
    store.cases.step(PLACE, "withdrawn", ANA)
    assert len(store.frame()) == 0
    assert len(store.frame(["oldmill"], "1", until=then)) == 0
    assert len(store.journal()) == 4
    assert store.cases.find(PLACE).why == "misheard"


def _said(store, respondent):
    return {
        (a.item, a.subject, a.about): (a.lens, a.value, a.text)
        for a in store.current(respondent=respondent)
    }


def test_a_corrected_pseudonym_takes_the_answers_along(store):
    hold(store)
    before = _said(store, "it-01")
    case = store.cases.correct(PLACE, Correction(respondent="it-07"), ANA)
    assert case.place == ("oldmill", "1", "it-07")
    assert case.state == "under_way"
    assert _said(store, "it-07") == before
    assert store.current(respondent="it-01") == []
    assert store.cases.find(PLACE).moved_to == ("oldmill", "1", "it-07")
    assert set(store.frame()["respondent"]) == {"it-07"}
    told = {person.respondent: person.details for person in store.respondents()}
    assert told == {
        "it-01": {"consent": "yes"},
        "it-07": {"consent": "yes"},
    }
    kinds = [event.kind for event in store.events("oldmill", "1", "it-07")]
    assert kinds == ["started", "corrected"]
    assert len(store.journal()) == 12


def test_a_corrected_pseudonym_can_be_corrected_back(store):
    hold(store)
    store.cases.correct(PLACE, Correction(respondent="it-07"), ANA)
    later = replace(ANA, at=ANA.at + dt.timedelta(hours=1))
    store.cases.correct(("oldmill", "1", "it-07"), Correction(respondent="it-01"), later)
    assert len(_said(store, "it-01")) == 4
    assert set(store.frame()["respondent"]) == {"it-01"}
    assert store.cases.find(PLACE).moved_to is None


def test_a_corrected_side_keeps_own_views_and_withdraws_what_was_believed(store):
    hold(store)
    store.cases.correct(PLACE, Correction(lens="operations"), ANA)
    assert _said(store, "it-01") == {
        ("meaning.same", None, "operations"): ("operations", 4, None),
        ("meaning.ready", None, "operations"): ("operations", None, TEXT.text),
        ("pilots.success", "vision", "operations"): ("operations", 1, None),
    }
    assert [person.lens for person in store.respondents()] == ["operations"]


def test_a_corrected_site_leaves_behind_what_is_not_there(store):
    hold(store)
    store.cases.correct(PLACE, Correction(site="newmill"), ANA)
    items = [key[0] for key in _said(store, "it-01")]
    assert sorted(items) == ["meaning.ready", "meaning.same", "meaning.same"]
    assert set(store.frame()["site"]) == {"newmill"}


def test_a_corrected_role_changes_no_answer(store):
    hold(store)
    store.cases.correct(PLACE, Correction(role="head of IT"), ANA)
    assert [person.role for person in store.respondents()] == ["head of IT"]
    assert store.revision() == 4


def test_nobody_gets_the_pseudonym_of_somebody_else(store):
    hold(store)
    hold(store, replace(PERSON, respondent="it-07"), [replace(RATING, respondent="it-07")])
    with pytest.raises(CaseError) as caught:
        store.cases.correct(PLACE, Correction(respondent="it-07"), ANA)
    assert str(caught.value) == (
        "oldmill / 1 / it-01: cannot be oldmill / 1 / it-07: somebody else is called so there. "
        "Allowed: a pseudonym nobody of oldmill has; taken are it-01, it-07. "
        "If both are one person, have one of the two forgotten or withdrawn."
    )
    assert len(store.journal()) == 5
    store.cases.correct(PLACE, Correction(respondent="it-08"), ANA)
    with pytest.raises(CaseError) as caught:
        store.cases.step(PLACE, "withdrawn", ANA)
    assert str(caught.value) == (
        "oldmill / 1 / it-01: was corrected and is oldmill / 1 / it-08 now, so nothing more "
        "becomes of it. Allowed: the place where it is: oldmill / 1 / it-08. "
        "Say it of it-08 at oldmill."
    )


def test_a_correction_survives_a_merge_in_either_order(tmp_path):
    stores = [Store(f"sqlite:///{tmp_path}/{name}.sqlite") for name in "abcd"]
    ours, theirs, one, other = stores
    for store in (ours, theirs):
        hold(store)
    ours.cases.correct(PLACE, Correction(lens="operations", respondent="it-07"), ANA)
    one.merge(ours)
    one.merge(theirs)
    other.merge(theirs)
    other.merge(ours)
    assert _said(one, "it-07") == _said(other, "it-07") == _said(ours, "it-07")
    assert _said(one, "it-01") == _said(other, "it-01") == {}
    assert set(one.frame()["respondent"]) == set(other.frame()["respondent"]) == {"it-07"}
    for store in stores:
        store.close()


class LifeOfACase(RuleBasedStateMachine):
    """Whatever is tried in whatever order: the journal only grows, and there is one case."""

    @initialize()
    def begin(self):
        self.store = Store("sqlite://")
        self.place, self.clock, self.is_test = PLACE, WHEN, False
        self.store.cases.plan(InterviewCase(*PLACE, "it"), self.teller())

    def teller(self):
        self.clock += dt.timedelta(minutes=1)
        return Teller("ana", self.clock, "why")

    @rule(state=st.sampled_from(STATES))
    def step(self, state):
        before = self.store.cases.find(self.place)
        try:
            self.store.cases.step(self.place, state, self.teller())
        except CaseError:
            assert self.store.cases.find(self.place) == before
        else:
            assert self.store.cases.find(self.place).state == state

    @rule(kind=st.sampled_from(["started", "opened", "finished"]), value=st.integers(1, 5))
    def interview(self, kind, value):
        site, _, respondent = self.place
        lens = self.store.cases.find(self.place).lens
        if not self.store.respondents():
            self.store.register(replace(PERSON, respondent=respondent, lens=lens))
        answer = replace(
            RATING, respondent=respondent, site=site, lens=lens, about=lens, value=value
        )
        event = Event(*self.place, kind, self.teller().at, "ana")
        self.store.append([replace(answer, answered_at=self.clock)], [event])

    @rule()
    def mark_test(self):
        before = self.store.cases.find(self.place)
        self.store.cases.mark_test(self.place, self.teller())
        self.is_test = before.is_test or before.state != "withdrawn"

    @rule(name=st.sampled_from(["it-01", "it-02", "it-03"]), lens=st.sampled_from(["it", "ops"]))
    def correct(self, name, lens):
        before = self.store.cases.find(self.place)
        there = ("oldmill", "1", name)
        change = Correction(respondent=name, lens=lens)
        try:
            after = self.store.cases.correct(self.place, change, self.teller())
        except CaseError:
            assert self.store.cases.find(self.place) == before
        else:
            assert (after.place, after.state, after.lens) == (there, before.state, lens)
            self.place = there

    @invariant()
    def one_case_is_alive(self):
        if not hasattr(self, "store"):
            return
        alive = [case for case in self.store.cases.read() if case.moved_to is None]
        assert [case.place for case in alive] == [self.place]
        assert alive[0].is_test == self.is_test
        frame = self.store.frame()
        if not alive[0].counts:
            assert len(frame) == 0
        assert len(frame) <= 1

    @invariant()
    def nothing_is_lost(self):
        if hasattr(self, "store"):
            rows = self.store.revision()
            assert len(self.store.journal()) == rows

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()


TestLifeOfACase = pytest.mark.slow(LifeOfACase.TestCase)
TestLifeOfACase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_a_form_that_is_still_open_writes_to_nobody_who_was_corrected(store):
    hold(store)
    store.cases.correct(PLACE, Correction(respondent="it-07"), ANA)
    known, rows = store.respondents(), store.journal()
    for write in (
        lambda: store.append([replace(RATING, value=5)]),
        lambda: store.register(replace(PERSON, finished_at=WHEN)),
        lambda: store.log(Event(*PLACE, "remark", WHEN, "bo", {"text": "in a hurry"})),
    ):
        with pytest.raises(StoreError, match="it-01 was corrected and is it-07 at oldmill now"):
            write()
    assert (store.respondents(), store.journal()) == (known, rows)
    store.cases.correct(("oldmill", "1", "it-07"), Correction(respondent="it-01"), ANA)
    assert store.append([replace(RATING, value=5)]) == 1
    with pytest.raises(StoreError, match="it-07 was corrected and is it-01 at oldmill now"):
        store.append([replace(RATING, respondent="it-07", value=5)])


def test_a_form_that_is_still_open_does_not_write_for_the_side_a_person_was_on(store):
    hold(store)
    store.cases.correct(PLACE, Correction(lens="operations"), ANA)
    with pytest.raises(StoreError, match="it-01 was corrected and is of operations now"):
        store.append([replace(RATING, value=5)])
    assert store.append([replace(RATING, lens="operations", about="operations", value=5)]) == 1
    assert {answer.lens for answer in store.current()} == {"operations"}

"""An interview is shortened, broken off, partly refused, taken back; and all of it is kept."""

from __future__ import annotations

import pytest
from interviews import begin, find_respondent, make_engagement, open_desk

from harmony_kit.errors import InstrumentError
from harmony_kit.instrument.file import load_instrument


@pytest.fixture
def folder(tmp_path):
    folder = make_engagement(tmp_path / "engagement")
    path = folder / "small.yaml"
    core = "core: [aims.top, duties.clear]\nitems:\n"
    path.write_text(path.read_text(encoding="utf-8").replace("items:\n", core), encoding="utf-8")
    return folder


@pytest.fixture
def reception(folder):
    reception = open_desk(folder)
    begin(reception)
    yield reception
    reception.desk.journal.close()


def say(reception, question, **said):
    return reception.handle({"do": "answer", "question": question, "status": "answered", **said})


def take_back(reception, question):
    return reception.handle({"do": "answer", "question": question, "status": "withdrawn"})


def asked(reception):
    return {question.item for question in reception.conversation.interview.session.questions}


def case_of(reception):
    return reception.desk.journal.cases.find(("lyon", "2026", "mira-17"))


def come_back(reception, folder):
    reception.handle({"do": "leave"})
    again = open_desk(folder, reception.desk.clock)
    again.handle({"do": "resume", "respondent": "mira-17"})
    return again


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("aims.shared", {"value": 4}),
        ("aims.shared@headquarters", {"value": 4}),
        ("duties.change", {"text": "fewer forms"}),
        ("duties.data", {"chosen": ["plant"]}),
        ("aims.top", {"chosen": ["cost", "speed"]}),
    ],
)
def test_an_answer_can_be_taken_back(reception, question, said):
    before = reception.conversation.interview.session.questions
    say(reception, question, **said)
    reply = take_back(reception, question)
    assert "trouble" not in reply
    store, session = reception.desk.journal, reception.conversation.interview.session
    assert store.current() == []
    assert [a.status for _, a in store.journal()] == ["answered", "withdrawn"]
    assert session.answers == {}
    assert session.questions == before
    say(reception, question, **said)
    assert len(store.current()) == 1


def test_what_was_never_answered_needs_no_taking_back(reception):
    assert "trouble" not in take_back(reception, "aims.shared")
    assert reception.desk.journal.journal() == []


def test_an_interview_is_broken_off_and_goes_on(reception, folder):
    say(reception, "aims.shared", value=4)
    page = reception.handle({"do": "break_off", "why": "called to the line"})["page"]
    assert page["kind"] == "lobby"
    assert (case_of(reception).state, case_of(reception).why) == (
        "broken_off",
        "called to the line",
    )
    again = come_back(reception, folder)
    assert case_of(again).state == "under_way"
    again.handle({"do": "finish"})
    assert case_of(again).state == "finished"
    assert find_respondent(again.desk.journal).finished_at is not None
    again.desk.journal.close()


def test_a_part_is_refused_and_another_left_out_for_time(reception, folder):
    everything = asked(reception)
    reception.handle({"do": "part", "section": "trials", "why": "refused"})
    reception.handle({"do": "part", "section": "duties", "why": "no_time"})
    assert {item.split(".")[0] for item in asked(reception)} == {"aims"}
    assert dict(case_of(reception).parts) == {"trials": "refused", "duties": "no_time"}
    again = come_back(reception, folder)
    assert {item.split(".")[0] for item in asked(again)} == {"aims"}
    again.handle({"do": "part", "section": "duties", "why": ""})
    again.handle({"do": "part", "section": "trials", "why": ""})
    assert asked(again) == everything
    assert "trouble" in again.handle({"do": "part", "section": "nowhere", "why": "refused"})
    assert "trouble" in again.handle({"do": "part", "section": "aims", "why": "bored"})
    again.desk.journal.close()


def test_the_short_form_asks_the_core_and_nothing_else(reception, folder):
    everything = asked(reception)
    reception.handle({"do": "short"})
    say(reception, "aims.top", chosen=["cost", "speed"])
    assert asked(reception) == {"aims.top"}  # duties.clear hangs on duties.data
    assert case_of(reception).is_short
    again = come_back(reception, folder)
    assert asked(again) == {"aims.top"}
    kinds = [screen.kind for screen in again.conversation.interview.session.screens]
    assert kinds == ["question", "question", "review"]
    again.handle({"do": "short", "is_short": False})
    assert asked(again) == everything
    again.desk.journal.close()


def test_an_instrument_without_a_core_has_no_short_form(tmp_path):
    reception = open_desk(make_engagement(tmp_path / "plain"))
    begin(reception)
    assert "trouble" in reception.handle({"do": "short"})
    reception.desk.journal.close()


def test_a_note_on_the_interview_as_a_whole_is_kept(reception, folder):
    reception.handle({"do": "remark", "text": "the supervisor sat beside"})
    again = come_back(reception, folder)
    assert again.conversation.interview.session.remark == "the supervisor sat beside"
    assert case_of(again).remark == "the supervisor sat beside"
    kinds = [event.kind for event in again.desk.journal.events("lyon", "2026", "mira-17")]
    assert kinds.count("remark") == 1
    again.desk.journal.close()


def test_a_core_names_items_that_are_asked(folder):
    path = folder / "small.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("duties.clear]", "duties.cleer]"))
    with pytest.raises(InstrumentError) as caught:
        load_instrument(path)
    assert "small.yaml: core[1]: 'duties.cleer' is not asked." in str(caught.value)
    assert str(caught.value).endswith("Did you mean duties.clear?")

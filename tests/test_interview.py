import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from interviews import Clock, find_respondent, make_engagement, newcomer, open_desk

from harmony_kit.errors import AnswerError
from harmony_kit.interview import presence
from harmony_kit.interview.beginning import (
    check_newcomer,
    propose_pseudonym,
    resume_interview,
    start_interview,
)
from harmony_kit.interview.given import Given, version_of
from harmony_kit.interview.presence import take_seat
from harmony_kit.interview.questions import Question
from harmony_kit.journal.subject import Subject


@pytest.fixture
def folder(tmp_path):
    return make_engagement(tmp_path / "engagement")


@pytest.fixture
def desk(folder):
    return open_desk(folder).desk


def at_another_desk(desk, name="anna"):
    return replace(desk, seat=take_seat(name, f"session-of-{name}"))


def own(item, subject=None):
    return Question(item, subject, "plant")


def shared(value, **more):
    return Given(own("aims.shared"), value=value, **more)


def kept(desk):
    """Every row of the journal as (question, what was said, reason, who)."""
    return [
        (a.item, a.value or a.chosen or a.text or a.status, a.reason, a.source.recorded_by)
        for _, a in desk.journal.journal("lyon", "mira-17")
    ]


def kinds(desk):
    return [event.kind for event in desk.journal.events("lyon", "2026", "mira-17")]


def test_consent_and_what_asks_are_recorded_before_the_first_question(desk):
    interview = start_interview(newcomer(), desk)
    consent, started, opened = desk.journal.events("lyon", "2026", "mira-17")
    assert (consent.kind, consent.details["text"]) == ("consent", "yes, all of it")
    assert (started.kind, started.details["instrument_sha256"]) == (
        "started",
        interview.session.instrument.sha256,
    )
    assert opened.kind == "opened"
    known = find_respondent(desk.journal)
    assert (known.lens, known.language, known.details["consent"]) == ("plant", "en", "yes")
    assert interview.session.screen.id == "aims.top"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"consent": ""}, {"consent": "consent_needed"}),
        ({"lens": "it"}, {"lens": "choose_one"}),
        ({"language": "fr"}, {"language": "choose_one"}),
        ({"site": "rome"}, {"site": "choose_one"}),
        ({"wave": "no wave!"}, {"wave": "choose_one"}),
        ({"respondent": "Mira Plant"}, {"respondent": "pseudonym_form"}),
        ({"respondent": "../mira"}, {"respondent": "pseudonym_form"}),
        ({"respondent": "TAKEN-1"}, {"respondent": "pseudonym_taken"}),
    ],
)
def test_an_interview_that_must_not_start(desk, changes, problems):
    start_interview(newcomer("taken-1"), desk)
    late = newcomer(**changes)
    assert check_newcomer(late, desk) == problems
    with pytest.raises(ValueError, match=next(iter(problems.values()))):
        start_interview(late, desk)
    assert len(desk.journal.respondents()) == 1


@pytest.mark.parametrize(("status", "text"), [("answered", "Hours."), ("prefer_not", None)])
def test_only_words_that_were_said_may_be_quoted(desk, status, text):
    interview = start_interview(newcomer(), desk)
    interview.answer(Given(own("aims.shared"), value=1))
    interview.answer(Given(own("aims.apart"), status=status, text=text, quotable=True))
    (_, kept) = desk.journal.current()
    assert (kept.status, kept.text, kept.quotable) == (status, text, status == "answered")


def test_proposed_pseudonyms_are_free_and_say_nothing():
    draw = random.Random(1)
    names = [propose_pseudonym(["bara-11"], draw) for _ in range(500)]
    assert all(name[:4].isalpha() and name[4] == "-" and name[5:].isdigit() for name in names)
    laptops = [propose_pseudonym([]) for _ in range(2000)]
    assert len(set(laptops)) >= 1999  # by chance, two of 2,000 are the same once in 22 times
    once = propose_pseudonym([], random.Random(3))
    assert propose_pseudonym([once.upper()], random.Random(3)) != once


def test_an_answer_is_in_the_journal_when_it_is_acknowledged(desk):
    interview = start_interview(newcomer(), desk)
    outcome = interview.answer(shared(4, seconds=6.5))
    (answer,) = desk.journal.current("lyon", "2026", "mira-17")
    assert answer == outcome.saved
    assert (answer.value, answer.about, answer.seconds) == (4, "plant", 6.5)
    assert (answer.source.origin, answer.source.reference) == ("interview", desk.seat.session)


def test_every_change_is_kept_and_an_unchanged_answer_adds_nothing(desk):
    interview = start_interview(newcomer(), desk)
    for value in (4, 4, 2, 4):
        interview.answer(shared(value))
    assert [row[1] for row in kept(desk)] == [4, 2, 4]


@pytest.mark.parametrize("value", [9, 0, 2.5, True, "4", None])
def test_a_refused_answer_changes_nothing(desk, value):
    interview = start_interview(newcomer(), desk)
    before = interview.session
    with pytest.raises(AnswerError) as caught:
        interview.answer(shared(value))
    assert (caught.value.value, caught.value.allowed) == (value, "a whole number from 1 to 5")
    assert (interview.session, kept(desk)) == (before, [])


def test_resuming_comes_back_to_the_same_screen(desk):
    interview = start_interview(newcomer(), desk)
    interview.go("next")
    interview.enter("duties")
    interview.answer(Given(own("duties.data"), chosen=("plant",)))
    again = resume_interview(find_respondent(desk.journal), at_another_desk(desk))
    assert again.session.screen == interview.session.screen
    assert again.session.answers == interview.session.answers


def test_resuming_asks_with_the_instrument_that_asked_before(desk, folder):
    start_interview(newcomer(), desk).answer(shared(4))
    path = folder / "small.yaml"
    newer = path.read_text(encoding="utf-8").replace("Both sides want the same.", "Reworded.")
    path.write_text(newer.replace("version: 1", "version: 2"), encoding="utf-8")
    german = folder / "small.de.yaml"
    german.write_text(german.read_text(encoding="utf-8").replace("version: 1", "version: 2"))
    later = open_desk(folder).desk
    again = resume_interview(find_respondent(later.journal), later)
    assert again.session.instrument.version == 1
    assert again.session.instrument.question("aims.shared", "plant") == "Both sides want the same."
    again.answer(shared(5))
    assert {a.source.instrument_version for _, a in later.journal.journal()} == {1}
    fresh = start_interview(newcomer("neu-22"), later)
    assert fresh.session.instrument.question("aims.shared", "plant") == "Reworded."


def test_an_imported_respondent_without_events_can_go_on(desk):
    interview = start_interview(newcomer(), desk)
    imported = replace(find_respondent(desk.journal), respondent="kobo-1", details={})
    desk.journal.register(imported)
    answer = interview.answer(shared(4)).saved
    desk.journal.append([replace(answer, respondent="kobo-1")])
    again = resume_interview(imported, desk)
    assert again.session.screen.id == "aims.top"
    assert again.session.answers[own("aims.shared")].value == 4


def test_switching_the_language_loses_nothing(desk):
    interview = start_interview(newcomer(), desk)
    interview.answer(shared(4))
    interview.go("aims.shared@headquarters")
    interview.switch_language("de")
    assert interview.session.screen.id == "aims.shared@headquarters"
    assert interview.session.answers[own("aims.shared")].value == 4
    assert find_respondent(desk.journal).language == "de"
    with pytest.raises(KeyError):
        interview.switch_language("fr")


def test_subjects_come_from_the_evidence_and_can_be_added_on_the_spot(desk):
    interview = start_interview(newcomer(), desk)
    assert [s.id for s in interview.session.subjects] == ["cam"]
    interview.add_subject("pilot", "  Prüf-Roboter\n(Linie 3) ")
    assert interview.session.subjects[-1] == Subject(
        "lyon", "pilot", "pruf-roboter-linie-3", "Prüf-Roboter (Linie 3)"
    )
    assert own("trials.works", "pruf-roboter-linie-3") in interview.session.questions
    for title in ("", "  ", "camera"):
        with pytest.raises(ValueError, match="empty or already"):
            interview.add_subject("pilot", title)
    interview.add_subject("pilot", "!!!")
    interview.add_subject("pilot", "???")
    assert [s.id for s in interview.session.subjects[-2:]] == ["pilot", "pilot-2"]
    again = resume_interview(find_respondent(desk.journal), desk)
    assert {s.id for s in again.session.subjects} == {s.id for s in interview.session.subjects}


def test_what_a_respondent_cannot_speak_about_is_left_out_and_comes_back(desk):
    interview = start_interview(newcomer(), desk)
    interview.leave_out("pilot", frozenset({"cam"}))
    assert own("trials.works", "cam") not in interview.session.questions
    again = resume_interview(find_respondent(desk.journal), desk)
    assert own("trials.works", "cam") not in again.session.questions
    again.leave_out("pilot", frozenset())
    assert own("trials.works", "cam") in again.session.questions


def test_a_note_is_kept_before_and_after_an_answer(desk):
    interview = start_interview(newcomer(), desk)
    interview.go("aims.shared")
    interview.note("hesitates")
    interview = resume_interview(find_respondent(desk.journal), desk)
    interview.answer(shared(4))
    interview.answer(shared(2))
    interview.note("sure now")
    notes = [a.note for _, a in desk.journal.journal("lyon", "mira-17")]
    assert notes == ["hesitates", "hesitates", "sure now"]


def test_a_note_on_a_matrix_stays_with_one_answer(desk):
    interview = start_interview(newcomer(), desk)
    interview.enter("duties")
    interview.note("both looked at the plan")
    for item in ("duties.data", "duties.people"):
        interview.answer(Given(own(item), chosen=("plant",)))
    notes = {a.item: a.note for a in desk.journal.current("lyon", "2026", "mira-17")}
    assert notes == {"duties.data": "both looked at the plan", "duties.people": None}


def test_a_finished_interview_reopens_only_with_a_reason(desk):
    interview = start_interview(newcomer(), desk)
    interview.answer(shared(4))
    interview.finish()
    finished = find_respondent(desk.journal)
    assert finished.finished_at is not None
    for reason in ("", "   "):
        with pytest.raises(ValueError, match="needs a reason"):
            resume_interview(finished, desk, reason=reason)
    again = resume_interview(finished, desk, reason="misheard")
    again.answer(shared(2))
    assert kept(desk) == [
        ("aims.shared", 4, None, desk.seat.name),
        ("aims.shared", 2, "misheard", desk.seat.name),
    ]
    # Killed and resumed, the reason still stands; after the next finish it does not.
    again = resume_interview(find_respondent(desk.journal), desk)
    assert again.reason == "misheard"
    again.finish()
    last = resume_interview(find_respondent(desk.journal), desk, reason="a second look")
    assert last.reason == "a second look"
    assert [k for k in kinds(desk) if k in ("finished", "reopened")] == [
        "finished",
        "reopened",
        "finished",
        "reopened",
    ]


def test_two_interviewers_see_each_others_answers(desk):
    ours = start_interview(newcomer(), desk)
    theirs = resume_interview(find_respondent(desk.journal), at_another_desk(desk))
    theirs.answer(Given(own("duties.data"), chosen=("plant",)))
    assert ours.refresh() is True
    assert ours.session.answers[own("duties.data")].source.recorded_by == "anna"
    assert ours.refresh() is False


def test_an_answer_of_somebody_else_is_not_overwritten_unseen(desk):
    ours = start_interview(newcomer(), desk)
    theirs = resume_interview(find_respondent(desk.journal), at_another_desk(desk))
    first = theirs.answer(shared(5)).saved
    outcome = ours.answer(shared(2))
    assert (outcome.saved, outcome.theirs) == (None, first)
    assert [row[1] for row in kept(desk)] == [5]
    # Seen, it may be overwritten.
    assert ours.answer(shared(2, base=version_of(first))).saved.value == 2
    assert [row[1] for row in kept(desk)] == [5, 2]


def test_answers_at_the_same_moment_become_a_clash_that_is_shown(desk):
    ours = start_interview(newcomer(), desk)
    theirs = resume_interview(find_respondent(desk.journal), at_another_desk(desk))

    class Late:
        """The journal at the moment between our look and our write."""

        def __getattr__(self, name):
            return getattr(desk.journal, name)

        def append(self, answers, events):
            ours.journal = desk.journal
            theirs.answer(shared(5))
            return desk.journal.append(answers, events)

    ours.journal = Late()
    ours.answer(shared(2))
    ours.refresh()
    (clash,) = ours.clashes
    assert (clash.ours.value, clash.theirs.value) == (2, 5)
    assert [row[1] for row in kept(desk)] == [5, 2]


def test_an_interview_opened_twice_is_known_at_both_seats(desk):
    ours = start_interview(newcomer(), desk)
    other = at_another_desk(desk, f"anna{random.random()}")
    presence.show_sign(desk.seat.session)
    presence.show_sign(other.seat.session)
    theirs = resume_interview(find_respondent(desk.journal), other)
    events = desk.journal.events("lyon", "2026", "mira-17")
    seen_by = {
        seat.name: [event.by for event in presence.list_others(events, seat, desk.clock())]
        for seat in (desk.seat, other.seat)
    }
    assert seen_by == {desk.seat.name: [other.seat.name], other.seat.name: [desk.seat.name]}
    theirs.close()
    events = desk.journal.events("lyon", "2026", "mira-17")
    assert presence.list_others(events, desk.seat, desk.clock()) == []
    presence.withdraw_sign(other.seat.session)
    presence.withdraw_sign(desk.seat.session)
    assert ours.session.respondent.respondent == "mira-17"


def test_a_killed_form_does_not_count_as_open(desk):
    start_interview(newcomer(), desk)
    events = desk.journal.events("lyon", "2026", "mira-17")
    other = take_seat("anna", "elsewhere")
    presence.withdraw_sign(desk.seat.session)
    assert presence.list_others(events, other, desk.clock()) == []


def test_a_form_on_another_machine_counts_as_open_while_it_writes():
    clock = Clock()
    events = [
        replace(event, details={"session": "far", "host": "elsewhere"}, at=clock())
        for event in _opened(clock)
    ]
    seat = take_seat("anna", "near")
    assert [e.by for e in presence.list_others(events, seat, clock())] == ["bo"]
    clock.wait(minutes=20)
    assert presence.list_others(events, seat, clock()) == []


def _opened(clock):
    from harmony_kit.journal.answers import Event

    return [Event("lyon", "2026", "mira-17", "opened", clock(), "bo")]


@pytest.mark.slow
def test_two_hundred_kills_lose_no_acknowledged_answer(tmp_path):
    """Kill -9 in the middle of answering; what was acknowledged is there, and where it was."""
    script = Path(__file__).parent / "cases" / "killing" / "kill_interviews.py"
    folder = make_engagement(tmp_path / "engagement", "it-operations")
    done = subprocess.run(
        [sys.executable, script, folder, "200"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    n_killed, n_acknowledged = map(int, done.stdout.split())
    assert n_killed == 200
    assert n_acknowledged > 200

"""The workshop as the board talks to it: what is proposed, hidden, kept, marked and undone."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from interviews import Clock, make_engagement
from workshops import LENSES, RESULTS, Holder, make_workshop

from harmony_kit.cli import main
from harmony_kit.commands.workshops import open_host
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.errors import EngagementError, StoreError
from harmony_kit.instrument.language_files import load_texts
from harmony_kit.journal.commitment import BOUNDARIES
from harmony_kit.journal.store import Store
from harmony_kit.workshop.agenda import plan_agenda
from harmony_kit.workshop.screens import MINUTES

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path):
    return make_workshop(tmp_path / "acme")


@pytest.fixture
def holder(folder):
    return Holder(folder, workflow="stop-line")


# What is proposed


def test_topics_are_proposed_by_kind_and_rank_and_nothing_is_proposed_that_is_not_claimed():
    agenda = plan_agenda(RESULTS)
    assert [(one.group, one.ref) for one in agenda.topics] == [
        ("false_consensus", "frame.inputs"),
        ("false_consensus", "frame.risk"),
        ("false_consensus", "frame.timing"),
        ("false_consensus", "frame.success"),
        ("known_difference", "readiness.act[reorder]"),
        ("known_difference", "frame.actions"),
        ("false_conflict", "execution.aligned"),
    ]
    assert plan_agenda({}).topics == ()


def test_a_workshop_about_one_decision_is_offered_no_topic_of_another(holder):
    proposed = holder.host.standing.agenda.proposed("stop-line")
    assert [one.ref for one in proposed] == [
        *("frame.inputs", "frame.risk", "frame.timing", "frame.actions", "execution.aligned")
    ]
    other = holder.host.standing.agenda.proposed("reorder")
    assert "readiness.act[reorder]" in [one.ref for one in other]


def test_workflows_are_the_recurring_decisions_and_open_ones_become_questions(holder):
    agenda = holder.host.standing.agenda
    assert [one.id for one in agenda.workflows] == ["stop-line", "reorder"]
    assert [one.id for one in agenda.open_decisions] == ["cloud"]
    assert [one.text for one in agenda.promises] == ["Write the limits down."]
    holder.ask(do="go", section="questions")
    labels = [part["label"] for part in holder.page["parts"] if part["part"] == "press"]
    assert labels == [
        "Who answers for this: the bridge between IT and Operations?",
        "What would clear “clean data”?",
        "What would clear “data there in time”?",
        "When is “Cloud access” decided, and by whom?",
        "New question",
    ]


def test_sentences_are_shown_once_and_those_of_other_items_not_at_all(holder):
    holder.ask(do="go", to="frame;frame.risk")
    (sides,) = [part for part in holder.page["parts"] if part["part"] == "sides"]
    assert sides["sides"] == [
        {"name": "IT", "texts": ["Nothing unsigned."]},
        {"name": "Operations", "texts": ["No scrap."]},
    ]


def test_without_results_of_this_wave_nothing_of_answers_is_shown(tmp_path):
    for name, results in (("none", None), ("old", {**RESULTS, "wave": "2025"})):
        holder = Holder(make_workshop(tmp_path / name, results), workflow="stop-line")
        holder.ask(do="go", to="choose;topics")
        assert holder.page["marks"] == [load_texts("workshop", "en")["topics.none"]]
        assert holder.host.standing.agenda.topics == ()


def test_every_number_in_the_room_is_one_of_the_published_or_of_today(holder):
    published = set(re.findall(r"\d\.\d", json.dumps(RESULTS)))
    holder.ask(do="accept")
    shown = set()
    for topic in holder.accord.of_kind("topic"):
        for lens in LENSES:
            holder.ask(do="lock", question=f"prediction;{topic.ref};{lens};number", text="4.7")
    for screen in holder.host.standing.screens:
        holder.ask(do="go", to=screen.id)
        shown |= set(re.findall(r"\d\.\d+", json.dumps(holder.page["parts"])))
    assert "3.8" in shown
    assert shown - published == {"4.7"}  # today's own number, as it is written there


# What is hidden


def test_a_prediction_is_hidden_until_both_sides_have_locked(holder):
    holder.ask(do="accept")
    holder.ask(do="go", to="predict;frame.risk")
    first, second = (f"prediction;frame.risk;{lens};number" for lens in LENSES)
    assert "4.75" not in json.dumps(holder.say(first, "4,75"))
    for screen in holder.host.standing.screens:
        assert "4.75" not in json.dumps(holder.ask(do="go", to=screen.id)), screen
    holder.ask(do="go", to="predict;frame.risk")
    assert [part["is_typed"] for part in holder.fields().values()] == [True, False]
    holder.ask(do="lock", question=first, text="4,75")
    assert list(holder.fields()) == [second]
    holder.ask(do="go", to="reveal;frame.risk")
    assert holder.page["marks"] == ["Both sides lock a number first."]
    assert "4.8" not in json.dumps(holder.page)
    holder.ask(do="lock", question=second, text="2")
    holder.ask(do="go", to="reveal;frame.risk")
    (table,) = [part for part in holder.page["parts"] if part["part"] == "table"]
    assert table["rows"] == [
        ["IT about Operations", "4.8", "3.8", "2.5"],
        ["Operations about IT", "2.0", "4.1", "4.2"],
    ]


def test_where_only_a_band_was_published_the_room_sees_the_band(holder):
    holder.ask(do="accept")
    for lens in LENSES:
        holder.ask(do="lock", question=f"prediction;execution.aligned;{lens};number", text="3")
    holder.ask(do="go", to="reveal;execution.aligned")
    (table,) = [part for part in holder.page["parts"] if part["part"] == "table"]
    assert [row[2] for row in table["rows"]] == ["3.5 to 4.5", "3.5 to 4.5"]


@pytest.mark.parametrize("text", ["", "0", "5.1", "four", "nan", "1e9"])
def test_a_number_outside_the_scale_is_refused_and_nothing_is_kept(holder, text):
    holder.ask(do="accept")
    question = "prediction;frame.risk;it;number"
    reply = holder.host.handle({"do": "lock", "question": question, "text": text})
    assert reply["trouble"] == {
        "text": "trouble.constraint",
        "detail": "how much risk is acceptable: a number from 1 to 5, please.",
        "todo": "",
    }
    assert holder.accord.find("prediction", "frame.risk", "it") is None


@pytest.mark.parametrize(
    ("question", "said", "told"),
    [
        ("prediction;frame.risk;it;number", "9", "bitte eine Zahl von 1 bis 5."),
        ("attendance;room;it;count", "many", "bitte eine ganze Zahl von 0 bis 99."),
        ("action;a-1;;due", "tomorrow", "bitte ein Tag, wie 2026-12-31."),
        ("why;frame.risk;it;text", "x" * 2001, "höchstens 2000 Zeichen."),
        ("question;q;;sort", "people", "so kann es nicht festgehalten werden."),
    ],
)
def test_what_cannot_stand_is_told_in_the_rooms_language(holder, question, said, told):
    holder.ask(do="accept")
    holder.ask(do="language", language="de")
    reply = holder.host.handle({"do": "answer", "question": question, "text": said})
    detail = reply["trouble"]["detail"]
    assert detail.endswith(told)
    assert not re.search(r"frame\.|room|a-1|Allowed|Error", detail)


def test_a_full_disk_is_told_without_the_machines_words(holder, monkeypatch):
    def fail(*_):
        tried, store, why = "write to", "sqlite:////secret/answers.sqlite", "disk is full"
        raise StoreError(tried, store, why)

    monkeypatch.setattr(type(holder.host.room.ledger), "add", fail)
    reply = holder.host.handle({"do": "answer", "question": "why;frame.risk;it;text", "text": "x"})
    told = "What was said could not be written: the disk is full or read-only, or another program "
    assert reply["trouble"]["detail"].startswith(told)
    assert "sqlite" not in reply["trouble"]["detail"]


def test_a_decision_nobody_wrote_down_is_added_on_the_board(folder):
    holder = Holder(folder)
    assert holder.page["id"] == "choose"
    for text in (" ", "when to REORDER"):
        assert holder.host.handle({"do": "decide", "text": text})["problems"] == {
            "decision": "subjects.problem"
        }
    holder.ask(do="decide", text="When to call maintenance")
    assert holder.page["place"]["respondent"] == "when-to-call-maintenance"
    holder.say("why;frame.risk;it;text", "Because.")
    again = Holder(folder)
    assert again.host.room.workflow == "when-to-call-maintenance"
    titles = [one.title for one in again.host.standing.agenda.workflows]
    assert titles == ["When to stop the line", "When to reorder", "When to call maintenance"]


def test_without_any_decision_the_first_is_named_here(tmp_path):
    folder = make_workshop(tmp_path / "acme", None)
    (folder / "decisions.csv").unlink()
    holder = Holder(folder)
    assert [part["name"] for part in holder.page["parts"] if part["part"] == "field"] == [
        "decision"
    ]
    holder.ask(do="decide", text="When to stop")
    assert holder.page["id"] == "choose;topics"


@pytest.mark.parametrize("state", ["late", "dropped"])
def test_what_became_of_an_action_is_said_with_a_reason(holder, state):
    holder.ask(do="take", kind="action", ref="topic:frame")
    action = "action;topic:frame;"

    def asked():
        fields = [part for part in holder.page["parts"] if part["part"] == "field"]
        return [part["name"].rpartition(";")[2] for part in fields]

    assert "state" not in asked()
    for lens, role in zip(LENSES, ("head of IT", "shift lead"), strict=True):
        holder.say(f"{action};owner-{lens}", role=role, lens=lens)
    holder.choose(f"{action};days", "60")
    holder.say(f"{action};done_when", "it hangs at the line")
    holder.ask(do="go", to="actions;topic:frame")
    assert "state" in asked()
    holder.choose(f"{action};state", state)
    assert "reason" in asked()
    assert holder.page["marks"] == ["Not settled until somebody says why."]
    holder.say(f"{action};reason", "the tags come first")
    holder.ask(do="go", to="actions;topic:frame")
    assert holder.page["marks"] == []
    (kept,) = holder.accord.actions
    assert (kept.state, kept.value["reason"]) == (state, "the tags come first")
    holder.ask(do="go", to="actions")
    listed = next(part for part in holder.page["parts"] if part["part"] == "list")
    assert listed["items"][0]["beside"].startswith(f"{state} · ")
    holder.ask(do="go", to="actions;topic:frame")
    holder.choose(f"{action};state", "done")
    assert "reason" not in asked()
    assert holder.accord.marked == ()
    (kept,) = holder.accord.actions
    assert (kept.state, kept.value.get("reason")) == ("done", None)
    holder.choose(f"{action};state", state)
    assert holder.page["marks"] == ["Not settled until somebody says why."]


def test_a_locked_number_changes_only_by_undo(holder):
    holder.ask(do="accept")
    question = "prediction;frame.risk;it;number"
    holder.ask(do="lock", question=question, text="3")
    reply = holder.host.handle({"do": "answer", "question": question, "text": "4"})
    told = "how much risk is acceptable: it is locked. Undo (Alt+Z) opens it again."
    assert reply["trouble"]["detail"] == told
    holder.ask(do="undo")
    holder.ask(do="lock", question=question, text="4")
    assert holder.accord.find("prediction", "frame.risk", "it").value == {"number": "4"}


# What is kept


def test_a_line_of_the_frame_ends_in_one_of_three_ways(holder):
    holder.choose("sentence;frame.risk;;state", "agreed")
    holder.say("sentence;frame.risk;;text", "Stop when two scans differ.")
    holder.choose("sentence;frame.timing;;state", "two_wordings")
    for lens, text in zip(LENSES, ("every shift", "at each change"), strict=True):
        holder.say(f"sentence;frame.timing;;wording_{lens}", text)
    holder.say("sentence;frame.timing;;owner", role="plant manager", lens="")
    holder.choose("sentence;frame.inputs;;state", "open")
    accord = holder.accord
    assert [(one.ref, one.state) for one in accord.sentences] == [
        ("frame.risk", "agreed"),
        ("frame.timing", "two_wordings"),
        ("frame.inputs", "open"),
    ]
    assert [(one.ref, one.text) for one in accord.questions] == [("frame.inputs", "")]
    assert {(one.kind, one.ref) for one in accord.marked} == {
        ("sentence", "frame.timing"),  # by no day yet
        ("question", "frame.inputs"),
    }
    holder.choose("sentence;frame.inputs;;state", "agreed")
    assert holder.accord.questions == ()


def test_a_question_stays_marked_until_it_has_one_owner_and_a_day(holder):
    holder.ask(do="take", kind="question", ref="ownership.bridge")
    assert holder.page["marks"] == ["Not settled until it has exactly one owner and a day."]
    question = "question;ownership.bridge;"
    holder.choose(f"{question};sort", "bridge")
    holder.say(f"{question};owner", role="head of IT", lens="it", name="Kay Moss")
    assert holder.say(f"{question};due", "2026-12-01")["marks"] == []
    (kept,) = holder.accord.questions
    assert kept.value == {
        "text": "Who answers for this: the bridge between IT and Operations?",
        "sort": "bridge",
    }
    assert kept.due == dt.date(2026, 12, 1)
    (owner,) = holder.host.room.ledger.owners()
    assert (owner.site, owner.lens, owner.role) == ("lyon", "it", "head of IT")
    assert kept.owners == {"": owner.id}
    assert "Kay" not in repr(kept)
    assert holder.host.room.ledger.names() == {owner.id: "Kay Moss"}
    # The same role at another thing is the same owner; another one takes the first one's place.
    holder.say("question;q-2;;owner", role="Head  of IT", lens="it")
    assert len(holder.host.room.ledger.owners()) == 1
    holder.say(f"{question};owner", role="shift lead", lens="operations")
    assert len(holder.accord.find("question", "ownership.bridge").owners) == 1
    holder.say(f"{question};owner", role="")
    assert holder.accord.find("question", "ownership.bridge").owners == {}


def test_a_verdict_says_what_was_proposed_and_why_it_was_overruled(holder):
    holder.ask(do="go", to="readiness;stop-line")
    holder.choose("verdict;stop-line;;state", "overruled")
    (mark,) = holder.page["marks"]
    assert mark.startswith("Not settled until there is a reason for overruling")
    holder.choose("verdict;stop-line;;verdict", "act_with_guardrails")
    holder.say("verdict;stop-line;;reason", "There is a second check at the end.")
    assert holder.accord.marked == ()
    holder.choose("verdict;stop-line;;check", "readiness.clean")
    assert len(holder.accord.marked) == 1  # somebody clears it
    (verdict,) = holder.accord.verdicts
    assert verdict.value == {
        "proposed": "fix_first",
        "verdict": "act_with_guardrails",
        "reason": "There is a second check at the end.",
        "check": "readiness.clean",
    }
    assert verdict.by == holder.host.room.by


def test_a_pilot_starts_only_with_all_five_limits(holder):
    for n, part in enumerate(BOUNDARIES):
        reply = holder.choose("boundary;cam;;state", "starts")
        assert reply["problems"] == {"boundary": "boundary.refused"}, n
        holder.say(f"boundary;cam;;{part}", "clear")
    holder.choose("boundary;cam;;state", "starts")
    assert holder.accord.find("boundary", "cam").state == "starts"
    emptied = holder.host.handle({"do": "answer", "question": "boundary;cam;;stopping", "text": ""})
    told = "Camera: a pilot cannot start, or go on, while one of its five limits is blank."
    assert emptied["trouble"]["detail"] == told
    assert holder.accord.find("boundary", "cam").state == "starts"


def test_an_action_has_a_pair_a_day_and_a_sign_that_it_is_done(holder):
    holder.ask(do="take", kind="action", ref="topic:frame")
    action = "action;topic:frame;"
    for lens, role in zip(LENSES, ("head of IT", "shift lead"), strict=True):
        holder.say(f"{action};owner-{lens}", role=role, lens=lens)
    holder.choose(f"{action};days", "60")
    assert len(holder.accord.marked) == 1
    holder.say(f"{action};done_when", "it hangs at the line")
    (kept,) = holder.accord.actions
    assert holder.accord.marked == ()
    assert kept.text == "Write the limits down."
    assert set(kept.owners) == set(LENSES)
    assert kept.due == holder.host.room.today + dt.timedelta(days=60)
    holder.ask(do="drop", kind="action", ref="topic:frame")
    assert holder.accord.actions == ()
    holder.ask(do="undo")
    assert holder.accord.actions[0].content == kept.content


def test_who_disagrees_is_read_aloud(holder):
    holder.say("note;dissent;operations;text", "We would stop earlier.")
    (dissent,) = holder.accord.dissent
    assert (dissent.lens, dissent.text) == ("operations", "We would stop earlier.")
    holder.ask(do="go", section="aloud")
    assert holder.fields()["note;dissent;operations;text"]["value"] == "We would stop earlier."


def test_three_topics_of_a_kind_at_most(holder):
    holder.ask(do="accept")
    refused = holder.ask(do="toggle", ref="frame.success")
    assert refused["problems"] == {"topics": "topics.enough"}
    holder.ask(do="toggle", ref="frame.risk")
    holder.ask(do="toggle", ref="frame.success")
    chosen = [one.ref for one in holder.accord.of_kind("topic")]
    assert ("frame.risk" in chosen, "frame.success" in chosen) == (False, True)


def test_attendance_is_two_numbers(holder):
    for lens, n in zip(LENSES, "34", strict=True):
        holder.say(f"attendance;room;{lens};count", n)
    assert holder.accord.attendance == {"it": 3, "operations": 4}
    holder.say("attendance;room;it;count", "")
    assert holder.accord.attendance == {"operations": 4}
    reply = holder.host.handle(
        {"do": "answer", "question": "attendance;room;it;count", "text": "Kay"}
    )
    assert "a whole number from 0 to 99" in reply["trouble"]["detail"]


# The way through


def test_before_a_workflow_is_chosen_there_is_one_screen(folder):
    holder = Holder(folder)
    assert [one.id for one in holder.host.standing.screens] == ["choose"]
    holder.ask(do="answer", question="workflow", chosen=["reorder"])
    assert holder.page["id"] == "choose;topics"
    assert holder.host.room.workflow == "reorder"


def test_every_screen_is_reached_by_going_on_and_back_and_says_nothing_is_wrong(holder):
    holder.ask(do="accept")
    holder.ask(do="take", kind="question")
    holder.ask(do="take", kind="action")
    ids = [one.id for one in holder.host.standing.screens]
    holder.ask(do="go", section="choose")
    assert holder.page["id"] == ids[0]
    assert [holder.ask(do="go", to="next")["page"]["id"] for _ in ids[1:]] == ids[1:]
    assert [holder.ask(do="go", to="back")["page"]["id"] for _ in ids[1:]] == ids[-2::-1]
    assert list(dict.fromkeys(one.split(";")[0] for one in ids)) == list(MINUTES)
    assert sum(MINUTES.values()) == 90


def test_a_new_kernel_goes_on_where_it_was_and_an_old_tab_too(folder):
    holder = Holder(folder, workflow="stop-line")
    holder.choose("sentence;frame.risk;;state", "open")
    again = Holder(folder)
    assert again.host.room.workflow == "stop-line"
    assert again.page["id"] == "frame;frame.risk"
    again.ask(do="hello", open={**again.page["place"], "screen": "actions"})
    assert again.page["id"] == "actions"
    again.ask(do="hello", open={"respondent": "no such", "screen": "nowhere"})
    assert again.host.room.workflow == "stop-line"


def test_undo_shows_where_it_was_and_says_when_nothing_is_left(holder):
    holder.choose("sentence;frame.risk;;state", "open")
    holder.ask(do="go", section="actions")
    holder.ask(do="undo")
    assert holder.page["id"] == "frame;frame.risk"
    assert holder.ask(do="undo")["problems"] == {"undo": "undo.nothing"}
    holder.ask(do="redo")
    assert [one.state for one in holder.accord.sentences] == ["open"]
    assert holder.ask(do="redo")["problems"] == {"undo": "redo.nothing"}


@pytest.mark.parametrize(
    "message",
    [
        {"do": "answer", "question": "no such name", "text": "x"},
        {"do": "answer", "question": "promise;a;;text", "text": "x"},
        {"do": "answer", "question": "question;q;;due", "text": "tomorrow"},
        {"do": "answer", "question": "question;q;;sort", "chosen": ["people"]},
        {"do": "answer", "question": "why;frame.risk;it;text", "text": "x" * 2001},
        {"do": "toggle", "ref": "no such topic"},
        {"do": "no such thing"},
    ],
)
def test_what_makes_no_sense_is_told_and_changes_nothing(holder, message):
    before = holder.accord
    reply = holder.host.handle({**message, "seq": "t/1"})
    assert (reply["ack"], set(reply)) == ("t/1", {"ack", "trouble"})
    assert holder.accord == before


def test_two_boards_at_one_store_see_each_other(folder):
    one, other = Holder(folder, workflow="stop-line"), Holder(folder, workflow="stop-line")
    one.say("why;frame.risk;it;text", "Because.")
    other.say("why;frame.risk;it;text", "Because it is so.")
    assert one.accord == other.accord
    assert one.accord.find("why", "frame.risk", "it").text == "Because it is so."


def test_another_pair_of_sides_holds_the_same_workshop(tmp_path):
    folder = make_engagement(tmp_path / "small")
    (folder / "decisions.csv").write_text(
        "site,decision,title,kind,raised_on,decided_on,held_by,status\n"
        "lyon,stop,Stop,recurring,2026-01-05,2026-02-01,,decided\n",
        encoding="utf-8",
    )
    holder = Holder(folder, workflow="stop")
    lenses = holder.host.standing.instrument.lens_ids
    assert lenses != LENSES
    for lens in lenses:
        holder.say(f"attendance;room;{lens};count", "2")
    for screen in holder.host.standing.screens:
        holder.ask(do="go", to=screen.id)
    assert holder.accord.attendance == dict.fromkeys(lenses, 2)


# Undo of everything


class Undoing(RuleBasedStateMachine):
    """Whatever is done in the room, undo goes back through every state it had, to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.holder = Undoing.make()
        self.seen = [self.state()]

    @staticmethod
    def make() -> Holder:
        return Holder(make_workshop(Path(tempfile.mkdtemp()) / "acme"), workflow="stop-line")

    def state(self) -> list[str]:
        return sorted(repr((one.thing, one.content)) for one in self.holder.accord.current)

    def note(self) -> None:
        if self.state() != self.seen[-1]:
            self.seen.append(self.state())

    @rule(
        line=st.sampled_from(["frame.risk", "frame.timing"]),
        state=st.sampled_from(["agreed", "two_wordings", "open"]),
    )
    def end_line(self, line, state):
        self.holder.choose(f"sentence;{line};;state", state)
        self.note()

    @rule(text=st.sampled_from(["", "a", "b"]), part=st.sampled_from(["text", "wording_it"]))
    def say(self, text, part):
        self.holder.say(f"sentence;frame.risk;;{part}", text)
        self.note()

    @rule(role=st.sampled_from(["", "head of IT", "shift lead"]))
    def own(self, role):
        self.holder.say("question;q-1;;owner", role=role, lens="")
        self.note()

    @rule(topic=st.sampled_from(["frame.risk", "frame.timing"]))
    def toggle(self, topic):
        self.holder.ask(do="toggle", ref=topic)
        self.note()

    @rule()
    def drop(self):
        self.holder.ask(do="drop", kind="question", ref="q-1")
        self.note()

    @rule()
    def undo(self):
        self.holder.ask(do="undo")
        if len(self.seen) > 1:
            self.seen.pop()

    @invariant()
    def stands_as_seen(self):
        assert self.state() == self.seen[-1]

    def teardown(self):
        while len(self.seen) > 1:
            self.undo()
            self.stands_as_seen()
        assert self.state() == []


Undoing.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestUndoing = Undoing.TestCase


# The command, the words


def test_a_workflow_there_is_not_is_refused_with_those_there_are(folder):
    done = CliRunner().invoke(
        main, ["workshop", str(folder), "--site", "lyon", "--workflow", "stop-lin"]
    )
    assert done.exit_code == 1
    assert done.output == (
        "error: decisions.csv: has no workflow 'stop-lin'. Allowed: stop-line, reorder. "
        "Did you mean stop-line? A workflow is a recurring decision of decisions.csv.\n"
    )


def test_a_folder_as_init_writes_it_has_a_workshop_to_open(tmp_path):
    runner = CliRunner()
    assert runner.invoke(main, ["init", str(tmp_path / "acme")]).exit_code == 0
    with pytest.raises(EngagementError, match=r"sites\.csv"):
        open_host(load_engagement(tmp_path / "acme"))


def test_an_entry_made_at_the_board_is_in_the_store_when_it_shows_saved(folder):
    holder = Holder(folder, clock=Clock(), workflow="stop-line")
    reply = holder.say("why;frame.risk;it;text", "Because.")
    assert reply["saved"]["time"]
    other = Store(f"sqlite:///{folder / 'answers.sqlite'}", is_reader=True)
    assert [one.text for one in other.ledger.entries()] == ["Because."]
    other.close()


def test_every_text_of_the_board_is_used_and_every_text_used_is_there():
    paths = [*(ROOT / "harmony_kit/workshop").rglob("*.py")]
    paths += [
        *(ROOT / "harmony_kit/workshop").rglob("*.js"),
        ROOT / "harmony_kit/interview/static/form.js",
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    texts = load_texts("workshop", "en")
    stems = {key.split(".")[0] for key in texts} - {"bar", "lobby"}
    written = set(re.findall(r"[\"'`]([a-z]+(?:\.[a-z_]+))[\"'`]", text))
    named = {key for key in written if key.split(".")[0] in stems}
    assert named - set(texts) - {"verdict.fix", "board.js", "board.css"} == set()
    # Put together: step.{step}, frame.{state}, sort.{sort}, verdict.{state}, mark.{kind} …
    put = (
        "step.",
        "frame.",
        "sort.",
        "verdict.",
        "boundary.",
        "seed.",
        "mark.",
        "wrong.",
        "aloud.",
        "reveal.",
    )
    fixed = {"bar.progress", "bar.minutes", "bar.leave", "bar.sections", "bar.undo", "bar.redo"}
    fixed |= {"lobby.undo", "lobby.topics", "lobby.boundary", "lobby.decision", "drop", "minutes"}
    left = {key for key in texts if key not in written and not key.startswith(put)} - fixed
    assert left == set()


# Kill -9


@pytest.mark.slow
def test_kills_at_every_screen_lose_nothing_acknowledged(tmp_path):
    """Kill -9 in the middle of a screen; HARMONY_KILLS asks for more moments than two a screen."""
    script = Path(__file__).parent / "cases" / "killing" / "kill_workshops.py"
    n_kills = os.environ.get("HARMONY_KILLS", "60")
    command = [sys.executable, script, make_workshop(tmp_path / "acme"), n_kills]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    n_killed, n_screens, n_acknowledged = map(int, done.stdout.split())
    assert n_killed == int(n_kills)
    assert n_killed >= n_screens
    assert n_acknowledged > n_killed

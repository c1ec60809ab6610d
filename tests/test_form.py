import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from interviews import Clock, begin, find_respondent, make_engagement, open_desk

from harmony_kit.accent import DARK_GROUND, LIGHT_GROUND, contrast, readable_accent
from harmony_kit.commands.interviewing import open_interview, open_reception
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.real_names import RealName, keep_names, read_names
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.errors import EngagementError
from harmony_kit.interview import presence
from harmony_kit.interview.form import InterviewForm
from harmony_kit.interview.sentences import load_wording, wording_languages
from harmony_kit.journal.answers import Event
from harmony_kit.journal.case import Correction, InterviewCase, Teller

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "harmony_kit" / "interview" / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))


@pytest.fixture
def folder(tmp_path):
    return make_engagement(tmp_path / "engagement")


@pytest.fixture
def reception(folder):
    return open_desk(folder)


def answer(question, then=None, **said):
    return {"do": "answer", "question": question, "status": "answered", "then": then, **said}


def test_the_form_opens_on_the_list_of_interviews(reception):
    reply = reception.handle({"do": "hello", "seq": "t/1"})
    assert reply["ack"] == "t/1"
    page = reply["page"]
    assert (page["kind"], page["client"], page["site"], page["wave"]) == (
        "lobby",
        "Northwind",
        "lyon",
        "2026",
    )
    assert page["sites"] == [{"id": "lyon", "name": "Lyon"}, {"id": "porto", "name": "Porto"}]
    assert page["people"] == []


def test_a_new_interview_proposes_a_pseudonym_and_reads_out_consent(reception):
    page = reception.handle({"do": "new"})["page"]
    assert re.fullmatch(r"[a-z]{4}-\d{4}", page["proposed"])
    kept, shown, withdraw = page["consent"]["en"]
    assert "{code}" in kept
    assert "Northwind" in kept
    assert "Lyon" in kept
    assert "at least 4 people" in shown
    assert "deleted" in withdraw
    assert len(page["consent"]["de"]) == 3


def test_beginning_records_the_consent_that_was_read_out(reception):
    assert begin(reception)["page"]["id"] == "aims.top"
    consent, *_ = reception.desk.journal.events("lyon", "2026", "mira-17")
    assert consent.details["text"].startswith("We keep your answers")
    assert "mira-17" in consent.details["text"]
    assert find_respondent(reception.desk.journal).role == "shift lead"


def test_what_is_missing_of_a_new_interview_is_said_at_its_field(reception):
    message = {"do": "begin", "respondent": "x", "lens": "", "role": "", "language": "en"}
    assert reception.handle({**message, "consent": False})["problems"] == {
        "respondent": "pseudonym_form",
        "lens": "choose_one",
        "consent": "consent_needed",
    }
    # Consent is a yes, not merely something that counts as true.
    message |= {"respondent": "mira-17", "lens": "plant", "consent": "true"}
    assert reception.handle(message)["problems"] == {"consent": "consent_needed"}
    assert reception.desk.journal.respondents() == []


def test_an_interview_begins_in_a_folder_as_init_writes_it(tmp_path):
    create_engagement(tmp_path / "acme", client="Acme", wave="1")
    with (tmp_path / "acme" / "sites.csv").open("a", encoding="utf-8") as sites:
        sites.write("plant-1,Plant 1,EU,DE,5,40\n")
    fresh = open_reception(load_engagement(tmp_path / "acme"), clock=Clock())
    message = {"do": "begin", "respondent": "mira-17", "lens": "it", "role": "", "language": "en"}
    reply = fresh.handle({**message, "consent": True})
    assert reply["page"]["id"] == "priorities.top"
    (known,) = fresh.desk.journal.respondents()
    assert (known.site, known.wave, known.respondent) == ("plant-1", "1", "mira-17")


@pytest.mark.parametrize(
    ("site", "wave", "what"),
    [
        ("rome", None, "sites.csv: has no site 'rome'. Allowed: lyon, porto."),
        ("lyon", "2062", "engagement.yaml: has no wave '2062'. Allowed: 2026. Did you mean 2026?"),
    ],
)
def test_a_form_opens_at_a_site_and_wave_there_is(tmp_path, site, wave, what):
    engagement = load_engagement(make_engagement(tmp_path / "e"))
    with pytest.raises(EngagementError, match=re.escape(what)):
        open_reception(engagement, site, wave)
    assert not (tmp_path / "e" / "answers.sqlite").exists()


def test_a_folder_without_sites_says_what_to_do_first(tmp_path):
    create_engagement(tmp_path / "acme", client="Acme", wave="1")
    with pytest.raises(EngagementError, match=r"lists no site\. Add one row per plant\."):
        open_reception(load_engagement(tmp_path / "acme"))


def test_an_answer_is_confirmed_with_the_time_and_the_next_screen(reception):
    begin(reception)
    reception.handle({"do": "go", "to": "aims.shared"})
    reply = reception.handle({**answer("aims.shared", "next", value=4), "seq": "t/9"})
    assert reply["ack"] == "t/9"
    assert reply["saved"]["question"] == "aims.shared"
    assert reply["saved"]["time"] == "09:30:00"
    assert reply["page"]["id"] == "aims.shared@headquarters"
    assert reply["bar"]["answered"] == 1
    (kept,) = reception.desk.journal.current()
    assert kept.value == 4


def test_an_estimate_never_shows_the_own_answer(reception):
    begin(reception)
    reception.handle(answer("aims.shared", value=4))
    page = reception.handle({"do": "go", "to": "aims.shared@headquarters"})["page"]
    (question,) = page["questions"]
    assert (question["answer"], question["version"]) == (None, "")
    assert question["estimate"] == "What would most people at Headquarters answer?"
    assert question["text"] == "Both sides want the same."


def test_three_quick_answers_make_three_rows(reception):
    begin(reception)
    for question, value in (
        ("aims.shared", 4),
        ("trials.clean[cam]", 2),
        ("trials.stable[cam]", 1),
    ):
        assert "saved" in reception.handle(answer(question, value=value))
    assert [a.value for _, a in reception.desk.journal.journal()] == [4, 2, 1]


@pytest.mark.parametrize(
    "message",
    [
        answer("aims.shared", value=9),
        answer("aims.shared", value="4"),
        answer("aims.shared", value=True),
        answer("aims.nothing", value=1),
        answer("aims.top", chosen=["cost", "cost"]),
        answer("aims.top", chosen=["cost"]),
        answer("aims.apart", text="is not asked"),
        {"do": "answer", "question": "aims.shared", "status": "maybe"},
        {"do": "answer"},
        {"do": "go", "to": "nowhere"},
        {"do": "go", "section": "nowhere"},
        {"do": "language", "language": "fr"},
        {"do": "format the disk"},
        {},
    ],
)
def test_what_cannot_be_done_is_said_in_the_form_and_changes_nothing(reception, message):
    begin(reception)
    reply = reception.handle({**message, "seq": 7})
    assert set(reply) == {"trouble", "ack"}
    assert reply["trouble"]["detail"]
    assert load_wording("en")[reply["trouble"]["text"]]
    assert reception.desk.journal.journal() == []


def test_a_store_that_cannot_write_is_never_reported_as_saved(reception, folder):
    begin(reception)
    with closing(sqlite3.connect(folder / "answers.sqlite")) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON journal "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    reply = reception.handle(answer("aims.shared", "next", value=4))
    assert set(reply) == {"trouble", "ack"}
    assert "the disk is full" in reply["trouble"]["detail"]
    assert reply["trouble"]["todo"] == "trouble.error_todo"
    with closing(sqlite3.connect(folder / "answers.sqlite")) as database:
        database.execute("DROP TRIGGER full")
    assert reception.handle(answer("aims.shared", "next", value=4))["saved"]["question"]


def test_a_reloaded_page_comes_back_to_its_interview(reception, folder):
    place = begin(reception)["page"]["place"]
    reception.handle({"do": "go", "to": "duties.data"})
    reply = open_desk(folder).handle({"do": "hello", "open": place})
    assert (reply["page"]["id"], reply["others"]) == ("duties.data", [])


def test_a_reload_after_the_end_shows_the_list(reception, folder):
    place = begin(reception)["page"]["place"]
    reception.handle({"do": "finish"})
    page = open_desk(folder).handle({"do": "hello", "open": place})["page"]
    assert page["kind"] == "lobby"
    (person,) = page["people"]
    assert (person["respondent"], person["n_answers"]) == ("mira-17", 0)
    assert person["finished"].startswith("2026-06-01 09:30")


def test_a_finished_interview_asks_for_a_reason(reception):
    begin(reception)
    reception.handle({"do": "finish"})
    asked = reception.handle({"do": "resume", "respondent": "mira-17"})
    assert (asked["page"]["kind"], asked["problems"]) == ("reopen", {})
    again = reception.handle({"do": "resume", "respondent": "mira-17", "reason": " "})
    assert again["problems"] == {"reason": "reopen.needed"}
    opened = reception.handle({"do": "resume", "respondent": "mira-17", "reason": "misheard"})
    assert opened["page"]["kind"] == "question"
    reception.handle(answer("aims.shared", value=2))
    assert [a.reason for _, a in reception.desk.journal.journal()] == ["misheard"]


def test_the_review_lists_what_is_open_and_leads_there(reception):
    begin(reception)
    review = reception.handle({"do": "go", "to": "review"})["page"]
    assert [row["screen"] for row in review["open"]][:3] == [
        "aims.top",
        "aims.top@headquarters",
        "aims.words",
    ]
    assert [r["text"] for r in review["open"] if not r["is_required"]] == [
        "What one change would help most?"
    ]
    assert reception.handle({"do": "go", "to": review["open"][2]["screen"]})["page"]["id"] == (
        "aims.words"
    )


def test_the_language_changes_in_the_middle(reception):
    begin(reception)
    reception.handle(answer("aims.shared", value=4))
    reception.handle({"do": "go", "to": "aims.shared"})
    reply = reception.handle({"do": "language", "language": "de"})
    (question,) = reply["page"]["questions"]
    assert question["text"] == "Beide Seiten wollen dasselbe."
    assert question["answer"]["value"] == 4
    assert question["options"][3]["label"] == "Überwiegend"
    assert reply["wording"]["question.next"] == "Weiter"
    assert reply["bar"]["language"] == "de"


def test_the_order_of_options_is_the_same_on_return_and_in_every_language(reception, folder):
    place = begin(reception)["page"]["place"]

    def order(reply):
        return [option["id"] for option in reply["page"]["questions"][0]["options"]]

    first = order(reception.handle({"do": "go", "to": "aims.words"}))
    again = open_desk(folder)
    assert order(again.handle({"do": "hello", "open": place})) == first
    assert order(again.handle({"do": "language", "language": "de"})) == first
    assert sorted(first) == ["cost", "quality", "safety", "speed"]


def test_somebody_elses_answer_is_shown_instead_of_overwritten(reception, folder):
    begin(reception)
    other = open_desk(folder, Clock())
    other.handle({"do": "place", "interviewer": "anna"})
    other.handle({"do": "resume", "respondent": "mira-17"})
    other.handle(answer("aims.shared", value=5))
    reply = reception.handle(answer("aims.shared", "next", value=2))
    assert reply["conflict"]["theirs"] == "5 (Fully)"
    assert reply["conflict"]["who"] == "anna"
    assert "saved" not in reply
    base = reply["conflict"]["version"]
    assert "saved" in reception.handle(answer("aims.shared", value=2, base=base))


def test_two_forms_on_one_interview_warn_each_other(reception, folder):
    begin(reception)
    reception.handle({"do": "sign", "sign": "a"})
    other = open_desk(folder)
    other.handle({"do": "place", "interviewer": "anna"})
    assert [o["who"] for o in other.handle({"do": "resume", "respondent": "mira-17"})["others"]]
    signs = [reception.handle({"do": "sign", "sign": "a"})["others"] for _ in range(4)]
    assert [o["who"] for o in signs[-1]] == ["anna"]
    other.handle({"do": "leave"})
    signs = [reception.handle({"do": "sign", "sign": "a"})["others"] for _ in range(4)]
    assert signs[-1] == []
    presence.withdraw_sign(reception.desk.seat.session)


def test_answers_given_elsewhere_arrive_with_the_next_sign_of_life(reception, folder):
    begin(reception)
    other = open_desk(folder)
    other.handle({"do": "resume", "respondent": "mira-17"})
    other.handle(answer("aims.shared", value=5))
    reply = reception.handle({"do": "sign", "sign": "a"})
    assert (reply["by_others"], reply["bar"]["answered"]) == (True, 1)
    assert "page" not in reception.handle({"do": "sign", "sign": "a"})


def test_a_respondent_alone_sees_no_notes_and_nobody_else(reception, folder):
    begin(reception, "mira-17")
    alone = open_desk(folder, self_service=True)
    assert alone.handle({"do": "hello"})["page"]["people"] == []
    assert begin(alone, "tino-22")["page"]["note"] is None
    assert begin(reception, "bela-33")["page"]["note"] == ""
    alone.handle({"do": "finish"})
    for code in ("tino-22", "nobody-1", ""):
        reply = alone.handle({"do": "resume", "respondent": code})
        assert reply["problems"] == {"code": "lobby.unknown_code"}
    assert alone.handle({"do": "resume", "respondent": " MIRA-17 "})["page"]["kind"] == "question"


def test_pilots_are_added_and_left_out_in_the_form(reception):
    begin(reception)
    page = reception.handle({"do": "go", "to": "pilots@trials"})["page"]
    assert page["subjects"] == [{"id": "cam", "title": "Camera", "is_kept": True}]
    page = reception.handle({"do": "add_subject", "kind": "pilot", "title": "Dosing"})["page"]
    assert [s["title"] for s in page["subjects"]] == ["Camera", "Dosing"]
    again = reception.handle({"do": "add_subject", "kind": "pilot", "title": "dosing"})
    assert again["problems"] == {"title": "subjects.problem"}
    before = reception.handle({"do": "go", "to": "pilots@trials"})["bar"]["asked"]
    reply = reception.handle({"do": "leave_out", "kind": "pilot", "ids": ["cam"]})
    assert reply["bar"]["asked"] == before - 4


def test_a_note_is_saved_from_the_form(reception):
    begin(reception)
    assert reception.handle({"do": "note", "text": "in a hurry"})["saved"]["time"]
    reception.handle(answer("aims.top", chosen=["cost", "speed"]))
    (kept,) = reception.desk.journal.current()
    assert kept.note == "in a hurry"


@pytest.mark.parametrize("seconds", [-1, "7", True, None, 1e9, float("nan")])
def test_senseless_seconds_are_not_kept(reception, seconds):
    begin(reception)
    assert "saved" in reception.handle(answer("aims.shared", value=4, seconds=seconds))
    (kept,) = reception.desk.journal.current()
    assert kept.seconds is None


def test_every_message_of_the_page_is_understood():
    from harmony_kit.interview.reception import _AT_RECEPTION, _IN_CONVERSATION

    text = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    sent = set(re.findall(r"\bdo: \"(\w+)\"", text))
    assert sent == {*_AT_RECEPTION, *_IN_CONVERSATION}


# The words of the form

WORDING = {
    path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8"))["texts"]
    for path in (ROOT / "harmony_kit" / "languages").glob("*/form.yaml")
}


def test_the_form_speaks_every_language_of_the_tree_and_english_else():
    assert set(wording_languages()) == set(WORDING) >= {"en", "de", "es"}
    assert load_wording("xx") == load_wording("en")


@pytest.mark.parametrize("language", sorted(set(WORDING) - {"en"}))
def test_every_language_has_every_text_with_its_placeholders(language):
    assert list(WORDING[language]) == list(WORDING["en"])
    for key, text in WORDING[language].items():
        assert text.strip(), key
        placeholders = [sorted(re.findall(r"\{\w+\}", t)) for t in (text, WORDING["en"][key])]
        assert placeholders[0] == placeholders[1], key


@pytest.mark.parametrize("language", sorted(WORDING))
def test_the_keys_of_a_language_do_not_collide(language):
    names = ("dont_know", "prefer_not", "take_back")
    keys = [WORDING[language][f"question.{name}_key"] for name in names]
    assert len(set(keys)) == 3
    assert all(len(key) == 1 and key.isalpha() and key.islower() for key in keys)


def test_every_text_is_used_and_every_text_used_is_there():
    sources = [*SCRIPTS, *(ROOT / "harmony_kit/interview").glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    written = set(re.findall(r"[\"'`]([a-z]+\.[a-z_]+)[\"'`]", text))
    named = {
        key for key in written if key.split(".")[0] in {k.split(".")[0] for k in WORDING["en"]}
    }
    assert named - set(WORDING["en"]) == set()
    # Some keys are put together: question.${status}, problem.${name}, subjects.${kind}.
    stems = (
        "question.dont",
        "question.prefer",
        "problem.",
        "subjects.",
        "question.rank",
        "question.words",
        "question.withdrawn",
        "lobby.state_",
    )
    unused = {key for key in WORDING["en"] if key not in written and not key.startswith(stems)}
    assert unused == set()


# The widget


def test_the_widget_says_nothing_of_a_respondent_in_its_state(folder):
    form = open_interview(folder, "lyon")
    assert isinstance(form, InterviewForm)
    begin(form.reception)
    form.reception.handle(answer("aims.shared", value=4))
    state = json.dumps(form.get_state(), default=str)
    assert "mira-17" not in state
    setting = json.loads(form.setting)
    assert (setting["client"], setting["is_self_service"]) == ("Northwind", False)
    form.close()


def test_the_widget_answers_the_message_it_got(folder):
    form = open_interview(folder, "lyon")
    sent = []
    form.send = sent.append
    form._receive(form, {"do": "hello", "seq": "t/1"}, [])
    form._receive(form, {"do": "nonsense", "seq": "t/2"}, [])
    assert [reply["ack"] for reply in sent] == ["t/1", "t/2"]
    assert sent[0]["page"]["kind"] == "lobby"
    assert "trouble" in sent[1]
    form.close()


def test_an_unknown_site_is_refused_with_the_known_ones(folder):
    with pytest.raises(EngagementError, match=r"no site 'rome'\. Allowed: lyon, porto"):
        open_interview(folder, "rome")


@pytest.mark.parametrize("path", [*SCRIPTS, STATIC / "form.css"], ids=lambda path: path.name)
def test_the_page_loads_nothing_and_reads_no_markup(path):
    text = path.read_text(encoding="utf-8")
    for word in (
        "http:",
        "https:",
        "@import",
        "url(",
        "innerHTML",
        "outerHTML",
        "eval(",
        "insertAdjacentHTML",
        "import(",
        "fetch(",
    ):
        assert word not in text


@pytest.mark.parametrize("colour", ["#1f5f7a", "#ffcc00", "#ffffff", "#000000", "#00ff00"])
@pytest.mark.parametrize("ground", [LIGHT_GROUND, DARK_GROUND])
def test_any_brand_colour_becomes_readable(colour, ground):
    assert contrast(readable_accent(colour, ground), ground) >= 4.5


def test_a_readable_colour_stays_as_it_is():
    assert readable_accent("#1f5f7a", LIGHT_GROUND) == "#1f5f7a"
    assert contrast("#000000", "#ffffff") == 21.0


def test_an_unfinished_interview_of_long_ago_names_nobody_as_present(reception, folder):
    begin(reception)
    presence.withdraw_sign(reception.desk.seat.session)
    reception.desk.journal.log(
        Event("lyon", "2026", "mira-17", "opened", Clock()(), "bo", {"session": "x", "host": "far"})
    )
    later = Clock()
    later.wait(hours=5)
    other = open_desk(folder, later)
    assert other.handle({"do": "resume", "respondent": "mira-17"})["others"] == []


# What the schedule has, and what was written down wrong


@pytest.fixture
def planned(reception):
    cases = reception.desk.journal.cases
    for case in (
        InterviewCase("lyon", "2026", "kilo-2", "headquarters", "controller", date="2026-06-02"),
        InterviewCase("lyon", "2026", "mira-17", "plant", "shift lead", date="2026-06-01"),
        InterviewCase("porto", "2026", "else-1", "plant"),
    ):
        cases.plan(case, Teller("ana", reception.desk.clock()))
    cases.step(("lyon", "2026", "kilo-2"), "refused", Teller("ana", reception.desk.clock()))
    return reception


def test_the_list_has_what_is_planned_and_a_pick_fills_in_the_page(planned):
    page = planned.handle({"do": "hello"})["page"]
    told = [(p["respondent"], p["lens"], p["state"], p["date"]) for p in page["planned"]]
    assert told == [
        ("mira-17", "Plant", "planned", "2026-06-01"),
        ("kilo-2", "Headquarters", "refused", "2026-06-02"),
    ]
    start = planned.handle({"do": "new", "respondent": "mira-17"})["page"]
    assert start["planned"] == {"respondent": "mira-17", "lens": "plant", "role": "shift lead"}
    assert begin(planned)["page"]["place"]["respondent"] == "mira-17"
    page = planned.handle({"do": "leave"})["page"]
    assert [p["respondent"] for p in page["planned"]] == ["kilo-2"]
    assert [p["respondent"] for p in page["people"]] == ["mira-17"]


def test_a_respondent_alone_sees_no_schedule(planned, folder):
    alone = open_desk(folder, self_service=True)
    assert alone.handle({"do": "hello"})["page"]["planned"] == []
    for message in (
        {"do": "new", "respondent": "mira-17"},
        {"do": "correcting", "respondent": "mira-17"},
        {"do": "correct", "respondent": "mira-17", "name": "x"},
    ):
        assert set(alone.handle(message)) == {"trouble", "ack"}


def correction(**changes):
    given = {"site": "lyon", "lens": "plant", "role": "shift lead", "name": "mira-17"}
    return {"do": "correct", "respondent": "mira-17", "reason": "misread", **given, **changes}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"reason": " "}, {"reason": "correct.needed"}),
        ({"lens": "both"}, {"lens": "problem.choose_one"}),
        ({"site": "rome"}, {"site": "problem.choose_one"}),
        ({"name": "x"}, {"name": "problem.pseudonym_form"}),
        ({"name": "KILO-2"}, {"name": "problem.pseudonym_taken"}),
        ({"site": "porto", "name": "else-1"}, {"name": "problem.pseudonym_taken"}),
    ],
)
def test_what_keeps_a_correction_from_being_made_is_said_at_its_field(planned, changes, problems):
    begin(planned)
    planned.handle({"do": "leave"})
    assert planned.handle(correction(**changes))["problems"] == problems
    (person,) = planned.desk.journal.respondents("lyon", "2026")
    assert (person.respondent, person.lens) == ("mira-17", "plant")


def test_side_role_and_pseudonym_are_corrected_with_a_reason(planned):
    begin(planned)
    planned.handle(answer("aims.shared", value=4))
    planned.handle(answer("aims.shared@headquarters", value=2))
    planned.handle({"do": "leave"})
    page = planned.handle({"do": "correcting", "respondent": "mira-17"})["page"]
    assert (page["kind"], page["given"]) == (
        "correcting",
        {"site": "lyon", "lens": "plant", "role": "shift lead", "name": "mira-17"},
    )
    page = planned.handle(correction(lens="headquarters", role="planner", name="mara-1"))["page"]
    assert page["told"] == {"key": "correct.lost", "code": "mara-1", "n": 1}
    assert [(p["respondent"], p["lens"], p["role"]) for p in page["people"]] == [
        ("mara-1", "Headquarters", "planner")
    ]
    journal = planned.desk.journal
    (kept,) = journal.current("lyon", "2026", "mara-1")
    assert (kept.item, kept.about, kept.value) == ("aims.shared", "headquarters", 4)
    whys = [
        e.details["why"] for e in journal.events("lyon", "2026", "mara-1") if "why" in e.details
    ]
    assert whys == ["misread"]
    assert journal.cases.find(("lyon", "2026", "mira-17")).moved_to == ("lyon", "2026", "mara-1")


def test_a_real_name_goes_along_and_a_plan_is_corrected_as_well(planned, folder):
    keep_names(folder, [RealName("lyon", "2026", "kilo-2", "Kim Lo")])
    page = planned.handle({**correction(site="porto", name="kilo-2"), "respondent": "kilo-2"})[
        "page"
    ]
    assert page["told"] == {"key": "correct.done", "code": "kilo-2", "n": 0}
    assert begin(planned, "KILO-2")["problems"] == {"respondent": "pseudonym_taken"}
    assert [p["respondent"] for p in page["planned"]] == ["mira-17"]
    assert [one.place for one in read_names(folder)] == [("porto", "2026", "kilo-2")]


def test_a_person_another_form_is_talking_to_is_not_corrected_in_the_list(folder):
    first, second = open_desk(folder), open_desk(folder)
    begin(first)
    first.handle({"do": "sign", "sign": 1})
    reply = second.handle(correction(name="mara-1"))
    assert reply["problems"] == {"name": "correct.open_elsewhere"}
    first.handle({"do": "leave"})
    assert second.handle(correction(name="mara-1"))["page"]["told"]["key"] == "correct.done"


def test_an_answer_to_somebody_who_was_corrected_meanwhile_is_not_saved(folder):
    first, second = open_desk(folder), open_desk(folder)
    begin(first)
    first.handle(answer("aims.shared", value=4))
    change, teller = Correction(respondent="mara-1"), Teller("bo", second.desk.clock(), "misread")
    second.desk.journal.cases.correct(("lyon", "2026", "mira-17"), change, teller)  # as a command
    reply = first.handle(answer("aims.shared", value=2))
    assert "saved" not in reply
    assert (
        "mira-17 was corrected and is mara-1 at lyon now; open that one"
        in reply["trouble"]["detail"]
    )
    assert "trouble" in first.handle({"do": "finish"})
    before = {"site": "lyon", "wave": "2026", "respondent": "mira-17", "session": "s"}
    again = open_desk(folder).handle({"do": "hello", "open": before})["page"]
    page = first.handle({"do": "leave"})["page"]
    unknown = first.handle({"do": "resume", "respondent": "mira-17"})["problems"]
    assert unknown == {"code": "lobby.unknown_code"}
    assert begin(first)["problems"] == {"respondent": "pseudonym_taken"}
    for lobby in (again, page):
        told = [person["respondent"] for person in lobby["people"]]
        assert (lobby["kind"], told) == ("lobby", ["mara-1"])
    assert first.handle({"do": "resume", "respondent": "mara-1"})["page"]["kind"] == "question"
    assert "saved" in first.handle(answer("aims.shared", value=2))
    assert second.desk.journal.frame()[["respondent", "item", "value"]].to_numpy().tolist() == [
        ["mara-1", "aims.shared", 2.0]
    ]

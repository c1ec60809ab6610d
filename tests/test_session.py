import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_kit.errors import AnswerError
from harmony_kit.instrument.file import load_instrument
from harmony_kit.instrument.model import Dimension, Instrument, Item, Lens, Scale
from harmony_kit.interview.questions import MAX_ROWS, Question, plan_screens, shuffle_options
from harmony_kit.interview.session import (
    Progress,
    Session,
    check_reply,
    go_back,
    go_next,
    go_to,
    list_open,
    measure_progress,
    with_answers,
)
from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.journal.subject import Subject

CASES = Path(__file__).parent / "cases" / "interview"
SMALL = load_instrument(CASES / "small.yaml")
PLAIN = load_instrument(CASES / "plain.yaml")
CAMERA, DOSING = (
    Subject("lyon", "pilot", "cam", "Camera"),
    Subject("lyon", "pilot", "dos", "Dosing"),
)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def session_of(instrument=SMALL, lens=None, subjects=(CAMERA,)):
    respondent = Respondent("lyon", "2026", "mira-17", lens or instrument.lens_ids[1])
    return Session(instrument, respondent, subjects)


def reply(session, question, **content):
    source = Source("me", "interview", session.instrument.id, session.instrument.version, "", "s")
    status = content.pop("status", "answered")
    return Answer(
        site="lyon",
        wave="2026",
        respondent="mira-17",
        lens=session.lens,
        item=question.item,
        subject=question.subject,
        about=question.about,
        status=status,
        answered_at=NOON,
        source=source,
        **content,
    )


def own(item, subject=None):
    return Question(item, subject, "plant")


def test_screens_of_an_instrument_with_one_of_everything():
    assert [(s.id, s.kind, len(s.questions)) for s in session_of().plan] == [
        ("aims.top", "question", 1),
        ("aims.top@headquarters", "question", 1),
        ("aims.words", "question", 1),
        ("aims.shared", "question", 1),
        ("aims.shared@headquarters", "question", 1),
        ("aims.apart", "question", 1),
        ("pilots@trials", "subjects", 0),
        ("trials.works[cam]", "question", 1),
        ("trials.works[cam]@headquarters", "question", 1),
        ("trials.clean[cam]", "matrix", 2),
        ("trials.why[cam]", "question", 1),
        ("duties.data", "matrix", 2),
        ("duties.clear", "question", 1),
        ("duties.clear@headquarters", "question", 1),
        ("duties.change", "question", 1),
        ("review", "review", 0),
    ]


def test_a_long_matrix_is_split_evenly():
    assert [len(s.questions) for s in session_of(PLAIN, "design", ()).plan] == [3, 3, 1, 0]


def test_screens_follow_the_subjects_of_the_site():
    def trials(subjects):
        screens = session_of(subjects=subjects).plan
        return [s.id for s in screens if s.section == "trials" and s.kind == "question"]

    assert trials(()) == []
    assert trials((DOSING, CAMERA))[:2] == ["trials.works[dos]", "trials.works[dos]@headquarters"]
    assert len(trials((DOSING, CAMERA))) == 6


def test_a_subject_left_out_is_not_asked_about():
    session = replace(session_of(subjects=(CAMERA, DOSING)), left_out=frozenset({("pilot", "cam")}))
    assert {q.subject for q in session.questions} == {None, "dos"}


def test_a_question_is_asked_when_it_becomes_relevant():
    session = session_of()
    assert own("aims.apart") not in session.questions
    session = with_answers(session, [reply(session, own("aims.shared"), value=2)])
    assert own("aims.apart") in session.questions
    session = with_answers(session, [reply(session, own("aims.shared"), value=3)])
    assert own("aims.apart") not in session.questions


def test_relevance_looks_at_the_same_subject():
    session = session_of(subjects=(CAMERA, DOSING))
    session = with_answers(session, [reply(session, own("trials.works", "dos"), value=1)])
    assert own("trials.why", "dos") in session.questions
    assert own("trials.why", "cam") not in session.questions


def test_what_was_answered_and_is_no_longer_asked_counts_for_nothing():
    session = session_of(subjects=())
    session = with_answers(
        session,
        [
            reply(session, own("aims.shared"), value=1),
            reply(session, own("aims.apart"), text="everywhere"),
        ],
    )
    assert measure_progress(session).n_answered == 2
    session = with_answers(session, [reply(session, own("aims.shared"), value=5)])
    assert measure_progress(session).n_answered == 1
    assert session.answers[own("aims.apart")].text == "everywhere"


@pytest.mark.parametrize(
    ("question", "content"),
    [
        (own("aims.shared"), {"value": 6}),
        (own("aims.shared"), {"value": 3, "status": "dont_know"}),
        (own("aims.apart"), {"text": "not asked"}),
        (own("trials.works", "nowhere"), {"value": 1}),
        (Question("trials.clean", "cam", "headquarters"), {"value": 1}),
        (own("aims.words"), {"chosen": ("cost", "speed", "safety")}),
        (own("duties.data"), {"chosen": ("me",)}),
    ],
)
def test_an_answer_the_session_does_not_take(question, content):
    session = session_of()
    with pytest.raises(AnswerError):
        check_reply(session, reply(session, question, **content))


def test_a_constraint_refuses_an_answer(tmp_path):
    path = tmp_path / "small.yaml"
    text = (CASES / "small.yaml").read_text(encoding="utf-8")
    stricter = "\"count(value) == 2 and 'cost' not in value\""
    path.write_text(text.replace("count(value) <= 2", stricter), encoding="utf-8")
    session = session_of(load_instrument(path))
    check_reply(session, reply(session, own("aims.words"), chosen=("speed", "safety")))
    check_reply(session, reply(session, own("aims.words"), status="dont_know"))
    for chosen in (("speed",), ("speed", "cost")):
        with pytest.raises(AnswerError, match="count"):
            check_reply(session, reply(session, own("aims.words"), chosen=chosen))


def test_option_order_is_the_respondents_own_and_stays():
    options = ("cost", "speed", "safety", "quality")
    orders = {name: shuffle_options(options, name, "aims.top") for name in ("a", "b", "c", "d")}
    assert orders["a"] == shuffle_options(tuple(reversed(options)), "a", "aims.top")
    assert len(set(orders.values())) > 1
    assert all(sorted(order) == sorted(options) for order in orders.values())
    # A fixed point: another order here would reshuffle the screens of interviews under way.
    assert shuffle_options(options, "mira-17", "aims.top") == (
        "quality",
        "speed",
        "cost",
        "safety",
    )


def test_every_option_comes_first_about_equally_often():
    firsts = [shuffle_options("abcd", f"r{i}", "x.y")[0] for i in range(4000)]
    assert all(900 < firsts.count(option) < 1100 for option in "abcd")


def test_progress_counts_what_is_asked_and_the_pace():
    session = session_of(subjects=())
    assert measure_progress(session) == Progress(0, 8, 2)
    slow = [
        reply(session, question, status="dont_know", seconds=120.0)
        for question in session.questions[:5]
    ]
    session = with_answers(session, slow)
    # (5 guessed x 15 s + 5 measured x 120 s) / 10 = 67.5 s for each of the 3 that are left.
    assert measure_progress(session) == Progress(5, 8, 3)
    assert measure_progress(session, "aims") == Progress(5, 5, 0)


def test_a_question_left_open_over_lunch_does_not_spoil_the_pace():
    session = session_of(subjects=())
    session = with_answers(session, [reply(session, own("aims.shared"), value=5, seconds=3600.0)])
    # One capped at 180 s: (75 + 180) / 6 = 42.5 s x 7 = 5 min.
    assert measure_progress(session).minutes_left == 5


def test_only_required_questions_are_missing_at_the_end():
    session = session_of(subjects=())
    for question in session.questions:
        if session.instrument.item(question.item).required:
            session = with_answers(session, [reply(session, question, status="prefer_not")])
    assert list_open(session, required=True) == ()
    assert list_open(session, required=False) == (own("duties.change"),)
    assert list_open(session) == (own("duties.change"),)


def test_a_screen_that_is_no_longer_asked_stands_for_the_next():
    session = with_answers(session_of(), [reply(session_of(), own("aims.shared"), value=1)])
    session = go_to(session, "aims.apart")
    assert session.screen.id == "aims.apart"
    session = with_answers(session, [reply(session, own("aims.shared"), value=5)])
    assert session.screen.id == "pilots@trials"
    assert go_back(session).screen.id == "aims.shared@headquarters"
    assert go_next(session).screen.id == "trials.works[cam]"


def test_a_screen_that_was_never_planned_is_refused():
    with pytest.raises(KeyError):
        go_to(session_of(), "nowhere")


# Properties, over instruments of any shape and respondents who answer anything.

SCALE = Scale(id="s", anchors=tuple("abcde"))
KINDS = [
    {"kind": "rating", "scale": "s"},
    {"kind": "rating", "scale": "s", "group": "technical"},
    {"kind": "rating", "scale": "s", "mirrored": True},
    {"kind": "rating", "scale": "s", "per": "pilot"},
    {"kind": "rating", "scale": "s", "per": "pilot", "mirrored": True},
    {"kind": "choice", "options": "o"},
    {"kind": "choice", "options": "o", "group": "duty"},
    {"kind": "text", "required": False},
    {"kind": "words", "options": "o", "k": 2},
    {"kind": "rank", "options": "o", "k": 2, "mirrored": True},
]
CONDITIONS = ["{0} <= 2", "answered({0})", "dont_know({0})", "not {0} == 1", "lens == 'left'"]


@st.composite
def instruments(draw):
    n_items = draw(st.integers(1, 14))
    items = []
    for i in range(n_items):
        kind = draw(st.sampled_from(KINDS))
        earlier = [other.id for other in items if other.per in (None, kind.get("per"))]
        condition = draw(st.sampled_from([None, *CONDITIONS])) if earlier else None
        relevant = condition and condition.format(draw(st.sampled_from(earlier)))
        dimension = f"d{min(i * 3 // n_items, 2)}"
        text = "{subject}" if "per" in kind else "?"
        entry = {"id": f"{dimension}.i{i}", "dimension": dimension, "text": text, "short": "?"}
        items.append(Item(**entry, **kind, relevant=relevant))
    return Instrument(
        id="any",
        version=1,
        language="en",
        title="Any",
        estimate="{other}?",
        lenses=(Lens(id="left", name="Left"), Lens(id="right", name="Right")),
        scales=(SCALE,),
        options={"o": tuple({"id": name, "label": name} for name in ("x", "y", "z"))},
        dimensions=tuple(Dimension(id=f"d{i}", name="D", intro="D") for i in range(3)),
        items=tuple(items),
    )


@st.composite
def sessions(draw):
    instrument = draw(instruments())
    lens = draw(st.sampled_from(["left", "right"]))
    subjects = draw(st.sampled_from([(), (CAMERA,), (CAMERA, DOSING)]))
    session = Session(instrument, Respondent("lyon", "2026", "mira-17", lens), subjects)
    return answer_some(session, draw(st.integers(0, 2**32)), draw(st.floats(0, 1)))


def answer_some(session, seed, share):
    """Answer about this share of whatever is asked, in any order, ever again."""
    chance = random.Random(seed)
    for _ in range(len(session.plan)):
        if session.questions and chance.random() < share:
            question = chance.choice(session.questions)
            session = with_answers(session, [any_reply(session, question, chance)])
    return session


def any_reply(session, question, chance):
    item = session.instrument.item(question.item)
    if chance.random() < 0.2:
        return reply(session, question, status=chance.choice(["dont_know", "prefer_not"]))
    options = ["x", "y", "z"]
    content = {
        "rating": {"value": chance.randint(1, 5)},
        "choice": {"chosen": (chance.choice(options),)},
        "words": {"chosen": tuple(chance.sample(options, chance.randint(1, 2)))},
        "rank": {"chosen": tuple(chance.sample(options, 2))},
        "text": {"text": "word"},
    }
    return check_reply(session, reply(session, question, **content[item.kind]))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(sessions())
def test_next_visits_every_screen_once_and_back_undoes_it(session):
    start = replace(session, at=session.screens[0].id)
    seen, here = [start.screen.id], start
    while here.screen.kind != "review":
        after = go_next(here)
        assert go_back(after).screen == here.screen
        here = after
        seen.append(here.screen.id)
    assert seen == [screen.id for screen in session.screens]
    assert go_next(here) == here
    assert go_back(start) == start


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(sessions())
def test_every_question_stands_on_one_screen_and_is_answered_or_open(session):
    questions = session.questions
    assert len(set(questions)) == len(questions)
    progress = measure_progress(session)
    assert progress.n_asked == len(questions)
    assert progress.n_answered + len(list_open(session)) == progress.n_asked
    by_need = [list_open(session, required=required) for required in (True, False)]
    assert sum(map(len, by_need)) == len(list_open(session))
    assert set(questions) <= {q for screen in session.plan for q in screen.questions}


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(sessions())
def test_an_estimate_comes_right_after_the_own_view_and_never_beside_it(session):
    for before, screen in zip(session.screens, session.screens[1:], strict=False):
        estimates = [q for q in screen.questions if q.about != session.lens]
        if estimates:
            (estimate,) = screen.questions
            assert before.questions == (replace(estimate, about=session.lens),)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(sessions())
def test_screens_stay_small_and_alike(session):
    for screen in session.screens:
        items = [session.instrument.item(q.item) for q in screen.questions]
        assert len(items) <= MAX_ROWS
        assert len({(item.kind, item.scale, item.options) for item in items}) <= 1
        assert (screen.kind == "matrix") >= (len(items) > 1)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(sessions(), st.integers(0, 2**32))
def test_a_session_can_always_be_answered_to_the_end(session, seed):
    chance = random.Random(seed)
    for _ in range(500):
        still_open = list_open(session)
        if not still_open:
            break
        answer = any_reply(session, chance.choice(still_open), chance)
        session = with_answers(session, [answer])
    assert list_open(session) == ()
    assert measure_progress(session).minutes_left == 0


@settings(max_examples=100, deadline=None)
@given(sessions())
def test_a_session_depends_on_its_answers_and_not_on_their_order(session):
    again = replace(session, answers=dict(reversed(session.answers.items())))
    assert again.screens == session.screens
    assert plan_screens(session.instrument, session.lens, session.subjects) == session.plan[:-1]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(sessions(), st.integers(0, 100))
def test_a_session_is_never_changed_in_place(session, place):
    before = (dict(session.answers), session.at, session.subjects)
    go_next(session), go_back(session), list_open(session)
    if session.questions:
        question = session.questions[place % len(session.questions)]
        with_answers(session, [reply(session, question, status="dont_know")])
    assert before == (dict(session.answers), session.at, session.subjects)


def test_seconds_are_kept_with_an_answer():
    session = session_of()
    answer = reply(session, own("aims.shared"), value=4, seconds=7.5)
    kept = with_answers(session, [answer]).answers[own("aims.shared")]
    assert (kept.seconds, kept.answered_at - NOON) == (7.5, timedelta(0))

"""Two laptops, one engagement: nobody is swallowed, whatever the order of merging."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from interviews import Clock, begin, make_engagement, open_desk

from harmony_kit.cli import main
from harmony_kit.errors import ExchangeError
from harmony_kit.journal.answers import Answer, Event, Respondent, Source
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject

WHEN = dt.datetime(2026, 10, 6, 9, tzinfo=dt.UTC)
SOURCE = Source("ana", "interview", "it-operations", 1, "abc", "")


def person(name: str, minute: int, **changes: object) -> Respondent:
    began = WHEN + dt.timedelta(minutes=minute)
    return replace(Respondent("oldmill", "1", name, "it", "", "", began), **changes)


def answer(name: str, value: int, second: int = 0, **changes: object) -> Answer:
    when = WHEN + dt.timedelta(seconds=second)
    plain = Answer(
        "oldmill", "1", name, "it", "meaning.same", "it", "answered", when, SOURCE, value=value
    )
    return replace(plain, **changes)


def laptop(*entries: object) -> Store:
    """A store in memory with what somebody took down, in that order."""
    store = Store("sqlite://")
    write = {Respondent: store.register, Event: store.log, Subject: store.add_subject}
    with store.atomic():
        for entry in entries:
            if isinstance(entry, Answer):
                store.append([entry])
            else:
                write[type(entry)](entry)
    return store


def merged(*laptops: Callable[[], Store]) -> Store:
    """The first laptop with the others merged into it, one after the other."""
    first, *rest = (make() for make in laptops)
    for other in rest:
        first.merge(other)
    return first


def held(store: Store) -> tuple[object, ...]:
    """What reports are made from and the journal tells, whatever the order of its rows."""
    current = sorted(store.current(), key=repr)
    contents = store.contents()
    return (
        store.respondents(),
        current,
        set(contents.answers),
        sorted(map(repr, contents.events)),
        store.subjects(),
    )


# What was swallowed


def test_two_people_under_one_pseudonym_are_refused_and_listed():
    names = ("it-01", "it-02", "it-03")
    ours = laptop(*(person(n, i) for i, n in enumerate(names)), *(answer(n, 4) for n in names))
    theirs = laptop(
        *(person(n, 9 + i) for i, n in enumerate(names)), *(answer(n, 2) for n in names)
    )
    before = held(ours)
    with pytest.raises(ExchangeError) as caught:
        ours.merge(theirs)
    assert [problem.where for problem in caught.value.problems] == [
        f"oldmill / 1 / {name}" for name in names
    ]
    assert str(caught.value.problems[0]) == (
        "sqlite://: oldmill / 1 / it-01: the one of it who began at 2026-10-06 09:09:00 is another "
        "person than the one of it who began at 2026-10-06 09:00:00 here. "
        "Give theirs another pseudonym: --rename it-01=NEW"
    )
    assert held(ours) == before


def test_all_six_are_there_once_theirs_have_other_names():
    ours = laptop(person("it-01", 0), answer("it-01", 4))
    theirs = laptop(
        person("it-01", 9),
        answer("it-01", 2),
        Event("oldmill", "1", "it-01", "finished", WHEN, "ben", {}),
    )
    assert ours.merge(theirs, renamed={"it-01": "it-04"}) == 1
    assert ours.merge(theirs, renamed={"it-01": "it-04"}) == 0
    assert [(p.respondent, p.started_at) for p in ours.respondents()] == [
        ("it-01", person("it-01", 0).started_at),
        ("it-04", person("it-01", 9).started_at),
    ]
    assert [(a.respondent, a.value) for a in ours.current()] == [("it-01", 4), ("it-04", 2)]
    assert [e.kind for e in ours.events("oldmill", "1", "it-04")] == ["finished"]
    with pytest.raises(ExchangeError):  # nobody may be renamed into somebody else
        ours.merge(laptop(person("it-01", 30)), renamed={"it-01": "it-04"})


def test_one_form_under_two_pseudonyms_is_one_person():
    form = {"tool": "kobo", "submission": "17"}
    ours = laptop(person("it-3f9a", 0, details=form), answer("it-3f9a", 4))
    theirs = laptop(person("it-77aa", 0, details=form), answer("it-77aa", 4))
    with pytest.raises(ExchangeError, match="filled in the form that is it-3f9a's here"):
        ours.merge(theirs)
    ours.merge(theirs, renamed={"it-77aa": "it-3f9a"})
    assert [p.respondent for p in ours.respondents()] == ["it-3f9a"]


@pytest.mark.parametrize(
    ("ours", "theirs", "is_same"),
    [
        ({}, {}, True),
        ({}, {"started_at": WHEN + dt.timedelta(seconds=1)}, False),
        ({}, {"lens": "operations"}, False),
        ({"started_at": None}, {"started_at": None}, False),  # nothing says they are one
        ({"details": {"submission": "1"}}, {"details": {"submission": "2"}}, False),
        (
            {"started_at": None, "details": {"submission": "1"}},
            {"started_at": None, "details": {"submission": "1"}},
            True,
        ),
    ],
)
def test_who_is_one_person(ours, theirs, is_same):
    here, there = laptop(person("it-01", 0, **ours)), laptop(person("it-01", 0, **theirs))
    try:
        here.merge(there)
    except ExchangeError:
        assert not is_same
    else:
        assert is_same
        assert len(here.respondents()) == 1


def test_a_file_without_times_imported_on_both_laptops_is_of_the_same_people():
    source = replace(SOURCE, origin="import", reference="3b5d:2")
    nobody = person("it-01", 0, started_at=None)
    ours = laptop(nobody, answer("it-01", 4, source=source))
    theirs = laptop(nobody, answer("it-01", 4, 60, source=source))
    assert ours.merge(theirs) == 1
    assert [a.answered_at.second for a in ours.current()] == [0]
    assert [a.answered_at.minute for a in ours.current()] == [1]


def test_the_command_lists_them_and_takes_new_names(tmp_path):
    here = make_engagement(tmp_path / "ana")
    there = make_engagement(tmp_path / "ben")
    for folder, clock in ((here, Clock()), (there, Clock(WHEN))):
        reception = open_desk(folder, clock)
        for name in ("it-01", "it-02"):
            begin(reception, name)
            reception.handle({"do": "leave"})
    run = CliRunner().invoke
    store = str(there / "answers.sqlite")
    refused = run(main, ["merge", str(here), store])
    assert (refused.exit_code, refused.output.count("is another person than")) == (1, 2)
    named = ["--rename", "it-01=it-11", "--rename", "it-02=it-12"]
    assert run(main, ["merge", str(here), store, *named]).exit_code == 0
    with closing(Store(f"sqlite:///{here / 'answers.sqlite'}")) as merged_store:
        names = [p.respondent for p in merged_store.respondents()]
    assert names == ["it-01", "it-02", "it-11", "it-12"]
    wrong = run(main, ["merge", str(here), store, "--rename", "it-01"])
    assert (wrong.exit_code, "'it-01' is not allowed. Allowed: OLD=NEW" in wrong.output) == (
        1,
        True,
    )


def test_what_was_answered_under_a_name_corrected_elsewhere_is_told(tmp_path):
    """Under the name of before it counts nowhere, and only a person can say it again."""
    here = make_engagement(tmp_path / "ana")
    first = open_desk(here)
    begin(first)
    first.handle({"do": "leave"})
    there = tmp_path / "ben"
    shutil.copytree(here, there)
    other = open_desk(there, Clock(WHEN))
    other.handle({"do": "resume", "respondent": "mira-17"})
    said = {"do": "answer", "status": "answered", "question": "aims.shared", "value": 4}
    assert "saved" in other.handle(said)
    run = CliRunner().invoke
    where = ["--site", "lyon", "--respondent", "mira-17", "--pseudonym", "mara-1", "--why", "x"]
    assert run(main, ["correct", str(here), *where]).exit_code == 0
    assert "counts nowhere" not in run(main, ["check", str(here)]).output
    assert run(main, ["merge", str(here), str(there / "answers.sqlite")]).exit_code == 0
    told = run(main, ["check", str(here)])
    assert (
        "the store: lyon / 2026 / mira-17: is mara-1 at lyon now; what was answered "
        "under the name of before counts nowhere (1). Ask it again: harmony person shows it."
    ) in told.output


def test_who_was_corrected_back_stays_on_the_list_after_a_merge_with_a_copy_from_between(tmp_path):
    here, there = make_engagement(tmp_path / "ana"), tmp_path / "ben"
    first = open_desk(here)
    begin(first)
    first.handle({"do": "leave"})
    run = CliRunner().invoke
    common = ["correct", str(here), "--site", "lyon", "--why", "x"]
    run(main, [*common, "--respondent", "mira-17", "--pseudonym", "mara-1"])
    shutil.copytree(here, there)
    run(main, [*common, "--respondent", "mara-1", "--pseudonym", "mira-17"])
    assert run(main, ["merge", str(here), str(there / "answers.sqlite")]).exit_code == 0
    page = open_desk(here).handle({"do": "hello"})["page"]
    assert [person["respondent"] for person in page["people"]] == ["mira-17"]
    assert "1 plant in wave 2026" in run(main, ["check", str(here)]).output


# Whatever the order


def test_two_laptops_in_the_same_second_agree_whoever_merges():
    def ana() -> Store:
        return laptop(person("it-01", 0), answer("it-01", 2))

    def ben() -> Store:
        return laptop(person("it-01", 0), answer("it-01", 5))

    assert held(merged(ana, ben)) == held(merged(ben, ana))


def test_an_interview_reopened_stays_open_whatever_was_copied_before():
    ended = WHEN + dt.timedelta(hours=1)
    finished = Event("oldmill", "1", "it-01", "finished", ended, "ana", {})
    later = ended + dt.timedelta(hours=1)
    reopened = Event("oldmill", "1", "it-01", "reopened", later, "ben", {"reason": "one more"})

    def copied() -> Store:
        return laptop(person("it-01", 0, finished_at=ended), finished)

    def opened() -> Store:
        return laptop(person("it-01", 0), finished, reopened)

    assert held(merged(copied, opened)) == held(merged(opened, copied)) == held(opened())


_NAMES = st.sampled_from(["it-01", "it-02"])
_ANSWERS = st.builds(
    answer,
    _NAMES,
    st.integers(1, 3),
    st.integers(0, 2),
    item=st.sampled_from(["meaning.same", "meaning.ready"]),
    source=st.sampled_from([SOURCE, replace(SOURCE, recorded_by="ben")]),
    seconds=st.sampled_from([None, 1.5]),
)
_EVENTS = st.builds(
    Event,
    st.just("oldmill"),
    st.just("1"),
    _NAMES,
    st.sampled_from(["shown", "note"]),
    st.just(WHEN),
    st.sampled_from(["ana", "ben"]),
    st.just({"a": "1", "b": "2"}),
)
_PEOPLE = st.builds(
    person,
    _NAMES,
    st.just(0),
    role=st.sampled_from(["", "lead"]),
    finished_at=st.sampled_from([None, WHEN, WHEN + dt.timedelta(hours=1)]),
    details=st.sampled_from([{}, {"consent": "yes"}]),
)
_SUBJECTS = st.builds(
    Subject, st.just("oldmill"), st.just("pilot"), st.just("cam"), st.sampled_from(["Cam", "Eye"])
)
_ENTRIES = st.lists(st.one_of(_ANSWERS, _ANSWERS, _EVENTS, _PEOPLE, _SUBJECTS), max_size=6)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.tuples(_ENTRIES, _ENTRIES, _ENTRIES))
def test_merging_commutes_associates_and_repeats(taken):
    laptops = [lambda entries=entries: laptop(*entries) for entries in taken]
    expected = held(merged(*laptops))
    first, second, third = laptops
    for order in ((third, second, first), (second, first, third), (second, third, first)):
        assert held(merged(*order)) == expected
    assert held(merged(first, lambda: merged(second, third))) == expected
    assert held(merged(*laptops, *laptops, lambda: merged(*laptops))) == expected


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(_ENTRIES)
def test_merging_with_oneself_adds_nothing(entries):
    store = laptop(*entries)
    before = store.contents()
    assert store.merge(laptop(*entries)) == 0
    assert store.contents() == before


def test_the_instrument_that_asked_travels_along(tmp_path):
    folder = make_engagement(tmp_path / "ben")
    theirs = Store("sqlite://")
    kept = theirs.keep_instrument(Path(folder) / "small.yaml")
    ours = Store("sqlite://")
    ours.merge(theirs)
    assert ours.instrument(kept.sha256) == kept

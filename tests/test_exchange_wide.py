"""Wide files: what is exported comes back the same, whatever people typed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from exchange_cases import CASES, SITES, SMALL, WHEN, offer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.exchange import ImportCounts, export_wide
from harmony_kit.journal.answer_rules import check_answer
from harmony_kit.journal.answers import Answer, Respondent, Source
from harmony_kit.journal.store import Store

SOURCE = Source("ana", "interview", "small", 1, SMALL.sha256, "s1")
NAUGHTY: list[str] = yaml.safe_load((CASES / "naughty.yaml").read_text(encoding="utf-8"))
GOALS = ("speed", "safety", "cost", "calm")

# XML, and so a workbook, has no place for these two.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"))
typed = (texts | st.sampled_from(NAUGHTY)).filter(lambda text: text.strip() != "")
names = st.from_regex(r"[=+\-'A-Za-z0-9][A-Za-z0-9 _.\-]{0,8}[A-Za-z0-9]", fullmatch=True).filter(
    lambda name: "  " not in name
)
points = st.integers(1, 6)
ranks = st.permutations(GOALS).map(lambda options: tuple(options[:2]))
words = st.lists(st.sampled_from(GOALS), min_size=1, max_size=3, unique=True).map(tuple)


def _answer(lens: str, item: str, **said: object) -> Answer:
    blank = Answer("", "1", "", lens, item, lens, "answered", WHEN, SOURCE)
    return check_answer(replace(blank, **said), SMALL)


@st.composite
def interviews(draw: st.DrawFn) -> tuple[Respondent, list[Answer]]:
    lens = draw(st.sampled_from(SMALL.lens_ids))
    other = SMALL.other_lens(lens)
    starts = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2026, 10, 31))  # noqa: DTZ001
    moment = draw(st.none() | starts.map(lambda start: start.replace(tzinfo=dt.UTC)))
    site, name = draw(st.sampled_from(SITES)), draw(names)
    person = Respondent(
        site, "1", name, lens, role=draw(st.sampled_from(["", "=Shift lead", "QA"])),
        started_at=moment, finished_at=moment,
    )  # fmt: skip
    answers = [_answer(lens, "view.one", value=draw(points))]
    if draw(st.booleans()):
        subject = draw(st.sampled_from(["kiln", "press-line", "Düse 7"]))
        answers += [
            _answer(lens, "view.two", value=draw(points), about=other),
            _answer(lens, "view.plain", status=draw(st.sampled_from(["dont_know", "prefer_not"]))),
            _answer(lens, "goals.top", chosen=draw(ranks)),
            _answer(lens, "goals.words", chosen=draw(words)),
            _answer(lens, "pilot.works", value=draw(points), subject=subject, about=other),
        ]
    if draw(st.booleans()):
        answers.append(_answer(lens, "text.change", text=draw(typed), quotable=draw(st.booleans())))
    return person, [replace(answer, site=site, respondent=name) for answer in answers]


@pytest.mark.slow
@given(
    st.lists(interviews(), min_size=1, max_size=3, unique_by=lambda i: i[0].respondent.casefold()),
    st.sampled_from([".csv", ".xlsx"]),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_export_and_import_together_change_nothing(tmp_path, rounds, suffix):
    path = tmp_path / f"wide{suffix}"
    answers = {a.key: a for _, said in rounds for a in said}
    export_wide(answers.values(), [person for person, _ in rounds], SMALL, path)
    store = Store("sqlite://")

    report = offer(store, path)

    assert report.counts == ImportCounts(n_respondents_new=len(rounds), n_new=len(answers))
    back = {answer.key: answer.content for answer in store.current()}
    assert back == {key: answer.content for key, answer in answers.items()}
    assert {r.respondent: r for r in store.respondents()} == {p.respondent: p for p, _ in rounds}
    again = tmp_path / f"again{suffix}"
    export_wide(store.current(), store.respondents(), SMALL, again)
    assert again.read_bytes() == path.read_bytes()
    store.close()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_naughty_texts_come_back_as_they_were_typed(tmp_path, suffix):
    person = Respondent("north", "1", "", "it")
    answers = [
        replace(_answer("it", "text.change", text=text), site="north", respondent=f"P{n:02}")
        for n, text in enumerate(NAUGHTY)
    ]
    path = tmp_path / f"wide{suffix}"
    people = [replace(person, respondent=answer.respondent) for answer in answers]
    export_wide(answers, people, SMALL, path)
    store = Store("sqlite://")

    offer(store, path)

    assert [answer.text for answer in store.current()] == NAUGHTY


def test_no_cell_of_a_csv_file_starts_a_formula(tmp_path):
    path = tmp_path / "wide.csv"
    answers = [
        replace(_answer("it", "text.change", text=text), respondent=f"={n}")
        for n, text in enumerate(NAUGHTY)
    ]
    export_wide(answers, [], SMALL, path)

    rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    starts = {cell[0] for row in rows for cell in row if cell}

    assert starts & set("=+-@\t\r") == set()


def test_no_cell_of_a_workbook_is_a_formula_a_link_or_a_number(tmp_path):
    path = tmp_path / "wide.xlsx"
    answers = [
        replace(_answer("it", "text.change", text=text), respondent=f"P{n}")
        for n, text in enumerate(NAUGHTY)
    ]
    export_wide(answers, [], SMALL, path)

    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        names = parts.namelist()

    assert [mark for mark in ("<f>", "<f ", "<hyperlink") if mark in sheet] == []
    assert sheet.count("<v>") == sheet.count(' t="s"')
    assert [name for name in names if "_rels/sheet" in name] == []


def test_columns_stand_in_the_order_of_the_instrument_and_rows_by_site_and_name(tmp_path):
    path = tmp_path / "wide.csv"
    answers = [
        _answer("it", "pilot.works", subject="b", value=1),
        _answer("it", "pilot.works", subject="a", value=2, about="operations"),
        _answer("it", "pilot.works", subject="a", value=3),
        _answer("it", "view.one", value=4),
    ]
    answers = [replace(answer, site="south", respondent="I1") for answer in answers]
    unasked = Respondent("north", "1", "O9", "operations")

    export_wide(answers, [unasked], SMALL, path)

    assert path.read_text(encoding="utf-8-sig") == (
        "respondent,site,lens,wave,role,language,started_at,finished_at,view.one,"
        "pilot.works[a],pilot.works[a]@operations,pilot.works[b]\n"
        "O9,north,operations,1,,,,,,,,\n"
        "I1,south,it,1,,,,,4,3,2,1\n"
    )


def test_a_file_that_cannot_be_written_is_refused_and_the_old_one_kept(tmp_path):
    path = tmp_path / "none" / "wide.csv"
    with pytest.raises(ExchangeError) as caught:
        export_wide([], [], SMALL, path)
    what = "cannot be written (No such file or directory)"
    assert caught.value.problems == (Problem(str(path), "", what),)

    taken = tmp_path / "taken.csv"
    (taken / "inside").mkdir(parents=True)
    with pytest.raises(ExchangeError):
        export_wide([], [], SMALL, taken)
    assert [entry.name for entry in sorted(Path(tmp_path).iterdir())] == ["taken.csv"]


@pytest.mark.parametrize("text", ["'=1+1", "'- no", "'+1", "'@home", "''-", "'quoted'", "-5 %"])
def test_what_somebody_typed_into_a_file_of_their_own_is_kept(tmp_path, text):
    """Only rows that say they are guarded lose the sign our export put before them."""
    store = Store("sqlite://")
    head = "respondent,site,lens,wave,text.change"
    path = tmp_path / "own.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head.split(","), ["I1", "north", "it", "1", text]])
    offer(store, path)
    assert [answer.text for answer in store.current()] == [text]
    export_wide(store.current(), store.respondents(), SMALL, tmp_path / "out.csv")
    again = Store("sqlite://")
    offer(again, tmp_path / "out.csv")
    assert [answer.text for answer in again.current()] == [text]


def test_a_row_added_by_hand_to_an_export_is_not_guarded(tmp_path):
    path = tmp_path / "grown.csv"
    lines = ["respondent,site,lens,wave,text.change,guards", "I1,north,it,1,'=a,'"]
    path.write_text("\n".join([*lines, "I2,north,it,1,'=b,"]) + "\n", encoding="utf-8")
    store = Store("sqlite://")
    offer(store, path)
    assert [answer.text for answer in store.current()] == ["=a", "'=b"]

"""Small groups are gone before anything is measured."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import Answer, Source, answers_frame
from harmony_kit.measures.privacy import (
    count_respondents,
    license_answers,
    license_quotes,
    list_withheld,
)
from harmony_kit.report.left_out import say_withheld
from harmony_kit.report.words import load_words

SOURCE = Source("ana", "import", "x", 1, "abc")
WHEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _answer(who: str, item: str, value: int | None = 3, **other: object) -> Answer:
    lens = who.split("-", maxsplit=1)[0]
    status = other.pop("status", "answered")
    return Answer(
        "s",
        "1",
        who,
        lens,
        item,
        other.pop("about", lens),
        status,
        WHEN,
        SOURCE,
        value=value,
        **other,
    )


def test_cells_with_too_few_answers_are_taken_out():
    answers = answers_frame(
        [
            *(_answer(f"it-{i}", "a.one") for i in range(3)),
            *(_answer(f"it-{i}", "a.one", about="ops") for i in range(2)),
            *(_answer(f"ops-{i}", "a.one") for i in range(2)),
            *(_answer(f"it-{i}", "a.two", subject="p") for i in range(2)),
            _answer("it-2", "a.two", None, subject="p", status="dont_know"),
        ]
    )
    licensed, withheld = license_answers(answers, min_group=3)
    assert licensed["respondent"].tolist() == ["it-0", "it-1", "it-2"]
    assert licensed["item"].unique().tolist() == ["a.one"]
    cells = withheld[["lens", "item", "subject", "about"]].fillna("").to_numpy().tolist()
    assert cells == [
        ["it", "a.one", "", "ops"],
        ["it", "a.two", "p", "it"],
        ["ops", "a.one", "", "ops"],
    ]


def test_nothing_is_licensed_below_the_minimum():
    answers = answers_frame(
        [_answer(f"{lens}-{i}", "a.one") for lens in ("it", "ops") for i in range(2)]
    )
    licensed, _ = license_answers(answers, min_group=3)
    assert licensed.empty


def test_quotes_need_permission_and_a_large_enough_lens():
    texts = [
        _answer("it-0", "t.x", None, text="b: mine", quotable=True),
        _answer("it-1", "t.x", None, text="a: mine too", quotable=True),
        _answer("it-2", "t.x", None, text="not for quoting", quotable=False),
        *(_answer(f"it-{i}", "t.x", None, text="nor this") for i in (3, 4)),
        *(_answer(f"ops-{i}", "t.x", None, text="one of four", quotable=True) for i in range(4)),
    ]
    quotes = license_quotes(answers_frame(texts), min_group=3)
    assert quotes.to_numpy().tolist() == [
        ["s", "1", "it", "t.x", "a: mine too"],
        ["s", "1", "it", "t.x", "b: mine"],
    ]


def test_withheld_lists_a_small_lens_once():
    heard = pd.DataFrame({"lens": ["it", "ops"], "is_shown": [True, False]})
    cells = pd.DataFrame(
        {
            "lens": ["it", "ops", "it"],
            "item": ["a.one", "a.one", "a.two"],
            "subject": [None, None, "p"],
            "about": ["ops", "ops", "it"],
        }
    )
    withheld = list_withheld(heard, cells)
    assert withheld.fillna("").to_numpy().tolist() == [
        ["ops", "", "", ""],
        ["it", "a.one", "", "ops"],
        ["it", "a.two", "p", "it"],
    ]
    said = say_withheld(withheld, load_words("en"), Settings(min_group=3))
    assert said["what"].tolist() == [
        "everything of ops",
        "a.one@ops, answered by it",
        "a.two[p], answered by it",
    ]
    assert set(said["why"]) == {"fewer than 3 people answered"}
    german = say_withheld(withheld, load_words("de"), Settings(min_group=3))
    assert german["what"].tolist() == [
        "alles von ops",
        "a.one@ops, beantwortet von it",
        "a.two[p], beantwortet von it",
    ]
    assert set(german["why"]) == {"weniger als 3 Personen haben geantwortet"}


def test_count_respondents():
    answers = answers_frame(
        [_answer("it-0", "a.one"), _answer("it-0", "a.two"), _answer("it-1", "a.one")]
    )
    assert count_respondents(answers).to_numpy().tolist() == [["s", "1", "it", 2]]

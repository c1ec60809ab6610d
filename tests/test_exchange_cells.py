"""Cells: labels, codes, joined choices, typed text."""

from __future__ import annotations

import pytest
from exchange_cases import SMALL
from hypothesis import given
from hypothesis import strategies as st

from harmony_kit.exchange.cells import CellError, CellValue, read_cell, read_permission
from harmony_kit.exchange.folding import fold, guard, name_twins, unguard
from harmony_kit.exchange.labels import Labels

LABELS = Labels(
    {
        "*": {"n/a": "", "no idea": "dont_know"},
        "rating": {"yes": "6", "top": "5"},
        "view": {"top": "4"},
        "view.two": {"top": "3", "6": "1"},
        "goals": {"speed, always": "speed"},
    }
)


def read(item_id: str, cell: str) -> CellValue | None:
    item = SMALL.item(item_id)
    return read_cell(cell, item, LABELS.codes(item, SMALL))


def rated(value: int) -> CellValue:
    return CellValue("answered", value=value)


def chose(*options: str) -> CellValue:
    return CellValue("answered", chosen=options)


@pytest.mark.parametrize(
    ("item", "cell", "said"),
    [
        ("view.one", "4", rated(4)),
        ("view.one", " 4.0 ", rated(4)),
        ("view.one", "\uff14", rated(4)),
        ("view.one", "9", rated(9)),  # whether it is on the scale is checked with the answer
        ("view.one", "  \xa0", None),
        ("view.one", "N/A", None),
        ("view.one", "dont_know", CellValue("dont_know")),
        ("view.one", "Prefer_Not", CellValue("prefer_not")),
        ("view.one", "No  idea", CellValue("dont_know")),
        ("view.one", "RATHER NOT", rated(3)),
        ("view.one", "v\u00f6llig", rated(6)),
        ("view.one", "yes", rated(6)),
        ("view.one", "top", rated(4)),
        ("pilot.works", "top", rated(5)),
        ("view.two", "top", rated(3)),
        ("view.two", "6", rated(1)),
        ("owner.now", "nobody", chose("nobody")),
        ("owner.now", "Niemand;", chose("nobody")),
        ("goals.top", "speed;cost", chose("speed", "cost")),
        ("goals.top", "Calm;Safety, health and environment;", chose("calm", "safety")),
        ("goals.top", "calm safety", chose("calm", "safety")),
        ("goals.top", "Safety, health and environment, Speed", chose("safety", "speed")),
        ("goals.top", "Speed, always, Speed", chose("speed", "speed")),
        ("goals.top", "Speed | Cost", chose("speed", "cost")),
        ("goals.top", "Speed\nCost", chose("speed", "cost")),
        ("goals.top", "Speed;N/A;", chose("speed")),
        ("goals.top", "No idea;", CellValue("dont_know")),
        ("text.change", " As typed \n", CellValue("answered", text=" As typed \n")),
        ("text.change", "no idea", CellValue("answered", text="no idea")),
        ("text.change", "dont_know", CellValue("dont_know")),
        ("text.change", "prefer_not", CellValue("prefer_not")),
        ("text.change", "'dont_know", CellValue("answered", text="dont_know")),
        ("text.change", "''dont_know", CellValue("answered", text="'dont_know")),
    ],
)
def test_a_cell_says(item, cell, said):
    assert read(item, cell) == said


@pytest.mark.parametrize(
    ("item", "cell", "what"),
    [
        ("view.one", "often", "'often' is not an answer"),
        ("view.one", "2.5", "'2.5' is not an answer"),
        ("goals.top", "Speed;Joy", "'Joy' is not an answer"),
        ("goals.top", "speedy", "'speedy' is not an answer"),
        ("owner.now", "IT and me", "'IT and me' is not an answer"),
    ],
)
def test_a_cell_that_is_neither_label_nor_code_is_refused(item, cell, what):
    with pytest.raises(CellError) as caught:
        read(item, cell)
    assert caught.value.what == what


def test_permission_is_yes_no_or_nothing():
    cells = ["yes", "TRUE", "1", "Ja", "no", "0", "", " ", "dont_know"]
    answers = [read_permission(cell, {"ja": "yes"}) for cell in cells]
    assert answers == [True, True, True, True, False, False, False, False, False]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("\ufeffThe\xa0 View ", "the view"),
        ("Don\u2019t  know\n", "don't know"),
        ("\ufb01t \uff11", "fit 1"),
        ("Stra\u00dfe", "strasse"),
    ],
)
def test_headers_and_labels_are_compared_without_their_looks(text, folded):
    assert fold(text) == folded


def test_headers_that_repeat_are_named_as_survey_tools_name_them():
    assert name_twins(["a", "b", "a", "a2", "", "a", ""]) == ("a", "b", "a2", "a22", "", "a3", "")


@pytest.mark.slow
@given(st.text())
def test_guarding_a_cell_can_be_undone(text):
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in ("=", "+", "-", "@", "\t", "\r")

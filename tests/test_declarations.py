"""What a column holds is declared once, and everybody who shows it reads the declaration."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from demo_reports import PLANTS, assess
from measure_frames import answers_of, dtypes_of, items_of, no_answers, said
from results_page import split_page, tell_columns

from harmony_kit.engagement.settings import Settings
from harmony_kit.errors import FrameError
from harmony_kit.findings.number_kinds import NUMBERS, number_column
from harmony_kit.journal.answers import check_frame
from harmony_kit.measures.declaration import MEAN, NAME, PEOPLE, SHARE, declare, rows_with
from harmony_kit.measures.measuring import MEASURES, Basis, measure_everything
from harmony_kit.report.plain_values import list_records, plain_value

ITEMS = items_of(
    {"item": "x.rating"},
    {"item": "x.duty", "kind": "choice", "group": "duty", "options": ("a", "b"), "points": None},
)
ANSWERS = answers_of(
    *(said(lens, "x.rating", [4, 5, 3]) for lens in ("a", "b")),
    *(said(one, "x.rating", [2, 2, 1], about=two) for one, two in ("ab", "ba")),
    *(said(lens, "x.duty", [["a"], ["a"], ["b"]]) for lens in ("a", "b")),
)


def _nothing(**columns):
    names = {name: pd.Series(dtype=dtype) for dtype, group in columns.items() for name in group}
    return pd.DataFrame(names)


WORDS, COUNTS = ("site", "title", "status"), ("eligible_users", "active_users", "shown")
EVIDENCE = {
    "decisions": ((*WORDS, "decision", "held_by"), ("raised_on", "decided_on"), ()),
    "pilots": ((*WORDS, "pilot"), ("started_on", "planned_end", "ended_on"), ("scope_changes",)),
    "usage": (("site", "pilot", "week"), (), (*COUNTS, "accepted", "overridden")),
}
BASIS = Basis(
    items=ITEMS,
    lenses=("a", "b"),
    settings=Settings(draws=500),
    headcounts=pd.DataFrame({"site": ["north"], "lens": ["a"], "headcount": [4]}),
    as_of=dt.date(2026, 10, 1),
    **{
        name: _nothing(**{"str": words, "datetime64[s]": days, "Int64": counts})
        for name, (words, days, counts) in EVIDENCE.items()
    },
)


@pytest.mark.parametrize("answers", [ANSWERS, no_answers()], ids=["some", "none"])
def test_every_frame_has_the_columns_declared_and_no_other(answers):
    frames = measure_everything(answers, BASIS).frames
    found = {name: dtypes_of(frame) for name, frame in frames.items()}
    assert found == {name: declared.dtypes for name, declared in MEASURES.items()}


def test_a_column_nobody_declared_reaches_no_result():
    with pytest.raises(KeyError, match="secret"):
        list_records(pd.DataFrame({"n": [1], "secret": [2]}), declare(n=PEOPLE))


def test_a_frame_without_a_declared_column_is_no_measure():
    with pytest.raises(KeyError, match="mean"):
        declare(n=PEOPLE, mean=MEAN).select(pd.DataFrame({"n": [1]}))


def test_numbers_are_kept_as_declared_down_to_the_rows_in_a_cell():
    coarse = replace(MEAN, kept=1)
    camps = rows_with(n=PEOPLE, mean=coarse)
    declared = declare(lens=NAME, n=PEOPLE, share=SHARE, mean=coarse, camps=camps)
    frame = pd.DataFrame(
        {
            "site": "north",
            "lens": ["a", "b"],
            "n": [3, 0],
            "share": [0.12345678, -0.0000001],
            "mean": [3.14159, None],
            "camps": [[{"n": 2, "mean": 1.4999}], []],
        }
    )
    assert list_records(frame, declared) == [
        {"lens": "a", "n": 3, "share": 0.123457, "mean": 3.1, "camps": [{"n": 2, "mean": 1.5}]},
        {"lens": "b", "share": 0.0, "camps": []},
    ]
    assert plain_value({"x": 1.23456789}) == {"x": 1.234568}


def test_the_page_on_results_tells_what_is_declared():
    _, between, _ = split_page()
    assert between == tell_columns(), "python tests/results_page.py writes it anew"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda frame: frame.drop(columns="about"), ("about", "str", "no such column")),
        (lambda frame: frame.astype({"value": "float64"}), ("value", "Int8", "float64")),
    ],
    ids=["missing", "another type"],
)
def test_a_frame_that_is_none_of_answers_is_refused_where_it_comes_in(change, told):
    with pytest.raises(FrameError) as caught:
        check_frame(change(ANSWERS))
    assert (caught.value.column, caught.value.expected, caught.value.found) == told


def test_a_finding_and_its_measure_take_a_number_for_the_same():
    measured = {
        (name, column.kind)
        for declared in MEASURES.values()
        for name, column in declared.columns.items()
    }
    known = {name for name, _ in measured}
    kinds = {(name, column.kind) for name, column in NUMBERS.columns.items() if name in known}
    assert kinds - measured == set()
    assert len(kinds) > 40


@pytest.mark.slow
def test_every_number_of_a_finding_is_declared():
    found = {number for site in PLANTS for one in assess(site).findings for number in one.numbers}
    lenses = assess(PLANTS[0]).engagement.instrument.lens_ids
    for lens in lenses:
        found = {number.removesuffix(f"_{lens}") for number in found}
    assert {number_column(number).dtype for number in found} == {"float64", "int64"}

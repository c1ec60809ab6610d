"""From answers to results: the same bytes, and nothing of people who are too few."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.journal.answers import Answer, Answers, answers_frame
from harmony_kit.journal.store import Store
from harmony_kit.journal.subject import Subject
from harmony_kit.measures.disclosure import DISCLOSED
from harmony_kit.report.assessment import Assessment, measure_site
from harmony_kit.report.plain_values import plain_value
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.results import dump_results

AS_OF = dt.date(2026, 10, 30)
CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engagement, Store]:
    built = create_demo(tmp_path_factory.mktemp("demo") / "demo")
    engagement = load_engagement(built.folder)
    store = Store("sqlite://")
    when = dt.datetime(2026, 10, 30, tzinfo=dt.UTC)
    options = ImportOptions("test", when, timezone="UTC", default_wave="2026")
    for path in built.answers:
        import_answers(
            path,
            instrument=engagement.instrument,
            sites=engagement.site_ids,
            journal=store,
            options=options,
        )
    return engagement, store


def _measure(engagement: Engagement, answers: Sequence[Answer], site: str) -> Assessment:
    said = Answers(answers_frame(answers))
    return measure_site(engagement, said, site=site, wave="2026", as_of=AS_OF)


def _text(engagement: Engagement, answers: Sequence[Answer], site: str) -> str:
    return dump_results(_measure(engagement, answers, site).results())


@pytest.mark.slow
def test_same_answers_in_any_order_give_the_same_bytes(demo):
    engagement, store = demo
    answers = store.current(site="oldmill")
    first = _text(engagement, answers, "oldmill")
    assert _text(engagement, answers[::-1], "oldmill") == first
    assert json.loads(first)["schema"] == 2


@pytest.mark.slow
def test_results_hold_what_the_contract_names(demo):
    engagement, store = demo
    results = _measure(engagement, store.current(site="northfield"), "northfield").results()
    assert list(results)[:6] == ["schema", "site", "name", "wave", "as_of", "status"]
    for key in ("instrument", "n", "settings", "topics", "within", "rank", "words", "ownership"):
        assert results[key], key
    for key in ("pilots", "readiness", "evidence", "signatures", "findings", "provenance"):
        assert results[key], key
    assert results["withheld"] == []
    topic = next(t for t in results["topics"] if t["item"] == "frame.decision")
    assert topic["agreement_gap"] == pytest.approx(topic["perceived_gap"] + topic["misreading"])
    # In steps of 5 %, or the middle of what the claim leaves where a mean is told as a band.
    is_band = any(f"{name}_from" in topic for name in ("own", "estimate", "other_own"))
    assert is_band
    assert topic["probability"] == {topic["state"]: 0.9}
    whole = next(t for t in results["topics"] if len(t.get("probability", ())) == 4)
    assert sum(whole["probability"].values()) == pytest.approx(1, abs=0.2)
    directions = {(t["item"], t.get("subject"), t["lens"]) for t in results["topics"]}
    assert len(directions) == len(results["topics"])


def _keep(answers: Sequence[Answer], lens: str, n: int) -> list[Answer]:
    people = sorted({a.respondent for a in answers if a.lens == lens})[:n]
    return [a for a in answers if a.lens != lens or a.respondent in people]


@pytest.mark.slow
def test_two_people_of_a_lens_leave_no_trace(demo):
    """Whatever two people said, the results are the same: so they cannot tell what it was."""
    engagement, store = demo
    answers = _keep(store.current(site="northfield"), "it", 2)
    other = [
        replace(a, value=6 - a.value) if a.lens == "it" and a.value is not None else a
        for a in answers
    ]
    text = _text(engagement, answers, "northfield")
    assert _text(engagement, other, "northfield") == text
    results = json.loads(text)
    assert results["n"] == {"operations": 7}
    assert results["status"] == "withheld"
    assert "everything of it" in {entry["what"] for entry in results["withheld"]}
    assert not [q for q in results["quotes"] if q["lens"] == "it"]
    assert all("state" not in topic for topic in results["topics"])


@pytest.mark.slow
def test_two_answers_of_a_cell_leave_no_trace(demo):
    engagement, store = demo

    def changed(value: int) -> list[Answer]:
        people: set[str] = set()
        kept = []
        for a in store.current(site="northfield"):
            is_cell = (a.item, a.lens, a.about) == ("meaning.same", "it", "it")
            if is_cell and a.status == "answered":
                people.add(a.respondent)
                if len(people) > 2:
                    continue
                kept.append(replace(a, value=value))
            elif not is_cell:
                kept.append(a)
        return kept

    assert _text(engagement, changed(1), "northfield") == _text(
        engagement, changed(5), "northfield"
    )


def test_a_plant_too_small_says_so_and_nothing_else(demo):
    engagement, store = demo
    results = _measure(engagement, store.current(site="tarn"), "tarn").results()
    assert results["n"] == {}
    assert results["topics"] == results["within"] == results["quotes"] == []
    assert [entry["what"] for entry in results["withheld"]] == [
        "everything of it",
        "everything of operations",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("site", "signature"),
    [
        ("northfield", "feels_aligned_decisions_stall"),
        ("weststrand", "works_but_ignored"),
        ("oldmill", "readiness_stalemate"),
        ("palmetto", "used_but_unsafe"),
        ("rotterkade", "nobodys_bridge"),
        ("rotterkade", "two_dialects"),
    ],
)
def test_planted_stories_are_found_again(demo, site, signature):
    engagement, store = demo
    signatures = _measure(engagement, store.current(site=site), site).frames["signatures"]
    present = signatures.loc[signatures["is_present"], "signature"]
    assert signature in set(present)


@pytest.mark.slow
def test_healthy_plant_shows_no_signature(demo):
    engagement, store = demo
    signatures = _measure(engagement, store.current(site="greenhaven"), "greenhaven").frames[
        "signatures"
    ]
    assert not signatures["is_present"].any()


@pytest.mark.slow
def test_a_census_claims_most_and_not_everything(demo):
    engagement, store = demo
    topics = _measure(engagement, store.current(site="lakeview"), "lakeview").frames["topics"]
    assert 0.5 < (topics["claim"] == "claimed").mean() < 1


@pytest.mark.slow
def test_portfolio_reads_what_assessments_saved(demo, tmp_path):
    engagement, store = demo
    for site in ("northfield", "tarn"):
        (tmp_path / site).mkdir()
        _measure(engagement, store.current(site=site), site).save(tmp_path / site)
    portfolio = Portfolio.load(engagement.folder, wave="2026", results=tmp_path, as_of=AS_OF)
    status = dict(zip(portfolio.sites["site"], portfolio.sites["status"], strict=True))
    assert status["northfield"] == "ok"
    assert status["tarn"] == "withheld"
    assert status["oldmill"] == "missing"
    assert portfolio.sites["n_it"].fillna(0).tolist()[:2] == [6, 0]
    assert set(portfolio.topics["site"]) == {"northfield"}
    assert (tmp_path / "northfield" / "workbook.xlsx").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (float("nan"), None),
        (-0.0, 0.0),
        (-1e-9, 0.0),
        (np.float64(-1e-9), 0.0),
        ({"a": [-1e-9]}, {"a": [0.0]}),
        (1 / 3, 0.333333),
        ({"a": None, "b": [1, float("nan")]}, {"b": [1, None]}),
        (dt.date(2026, 1, 2), "2026-01-02"),
        ("=1+1", "=1+1"),
    ],
)
def test_plain_value(value, plain):
    # As text, because 0.0 == -0.0.
    assert repr(plain_value(value)) == repr(plain)


@pytest.mark.slow
def test_a_zero_has_no_sign_in_results_and_workbook(demo, tmp_path):
    engagement, store = demo
    site = _measure(engagement, store.current(site="northfield"), "northfield")
    topics = site.frames["topics"].assign(misreading=-1e-9)
    ranks = site.frames["rank"].assign(misread=-0.0)
    first = replace(site.findings[0], numbers={"share_open": -1e-9}, score=-0.0)
    frames = {**site.frames, "topics": topics, "rank": ranks}
    changed = replace(site, frames=frames, findings=(first, *site.findings[1:]))
    changed.save(tmp_path)
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    results = json.loads(text)
    assert {repr(row["misreading"]) for row in results["topics"]} == {"0.0"}
    assert {repr(row["misread"]) for row in results["rank"]} == {"0.0"}
    assert repr(results["findings"][0]["numbers"]) == "{'share_open': 0.0}"
    assert not re.search(r"-0\.0\b(?!\d)", text)
    with zipfile.ZipFile(tmp_path / "tables.xlsx") as book:
        cells = [book.read(name).decode() for name in book.namelist() if "sheet" in name]
    assert cells
    assert not [cell for cell in cells if "<v>-0</v>" in cell]


@pytest.mark.slow
def test_every_number_of_the_results_has_six_digits(demo):
    engagement, store = demo
    results = json.loads(_text(engagement, store.current(site="northfield"), "northfield"))
    numbers = list(_numbers(results))
    assert len(numbers) > 1000
    assert [number for number in numbers if round(number, 6) != number] == []


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _numbers(inner)


def test_results_are_written_a_row_to_a_line():
    results = {"schema": 1, "topics": [{"item": "ü", "n": 3}, {"item": "b"}], "n": {}, "quotes": []}
    text = dump_results(results)
    assert json.loads(text) == results
    assert text.splitlines()[2:5] == [
        '  "topics": [',
        '    {"item": "ü", "n": 3},',
        '    {"item": "b"}',
    ]


@pytest.mark.slow
def test_a_pilot_added_at_an_interview_is_called_by_its_title(demo, tmp_path):
    engagement, store = demo
    when = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    source = store.current(site="oldmill")[0].source
    people = [("it", f"it-0{i}") for i in (1, 2, 3)]
    more = [
        Answer(
            "oldmill",
            "2026",
            who,
            lens,
            "pilots.stable",
            lens,
            "answered",
            when,
            source,
            subject="new",
            value=3,
        )
        for lens, who in people
    ]
    added = Subject("oldmill", "pilot", "new", "Added on the spot")
    said = Answers(answers_frame([*store.current(site="oldmill"), *more]), (added,))
    assessment = measure_site(engagement, said, site="oldmill", wave="2026", as_of=AS_OF)
    assert assessment.subject_title("new") == "Added on the spot"
    assert assessment.subject_title("vision") == "Camera inspection"


@pytest.mark.slow
def test_nothing_of_a_small_group_leaves_but_what_the_gate_lets_through(demo):
    engagement, store = demo
    answers = store.current(site="northfield")
    assessment = _measure(engagement, answers, "northfield")
    results = assessment.results()
    assert set(results["n"].values()) == {6, 7}
    told = {"item", "subject", "lens", "about", "dimension", "group", "points", "n", "view"}
    assert {key for row in results["within"] for key in row} <= told | {
        "mean",
        "mean_from",
        "mean_to",
        "low",  # the interval follows from the mean or band and the number of people
        "high",
    }
    means = ("own", "estimate", "other_own", "agreement_gap", "perceived_gap", "misreading")
    figures = [row[name] for row in results["topics"] for name in means if name in row]
    assert figures == [round(figure, 1) for figure in figures]
    assert not any("counts" in row or "p_owner" in row for row in results["ownership"])
    assert not any(row.get("own") or row.get("named_own") for row in results["words"])
    # Nor does anything that is handed on hold a frame that did not pass it.
    held = [value for value in vars(assessment).values() if isinstance(value, Mapping)]
    frames = [one for part in held for one in part.values() if isinstance(one, pd.DataFrame)]
    assert len(frames) == len(DISCLOSED)
    for name, frame in assessment.frames.items():
        assert list(frame) == list(DISCLOSED[name].columns)


@pytest.mark.slow
def test_who_agreed_to_be_named_is_shown_as_measured(demo):
    engagement, store = demo
    settings = engagement.settings.model_copy(update={"named": True})
    named = replace(engagement, settings=settings)
    results = _measure(named, store.current(site="northfield"), "northfield").results()
    assert all(len(row["counts"]) == 5 and "sd" in row for row in results["within"] if "n" in row)
    assert not any("mean_from" in row for row in results["within"])
    assert results["words"][0]["own"]
    assert results["settings"]["named"] is True

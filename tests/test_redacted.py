"""What may circulate: the ordinary report with less in it, and nothing that gives back the rest."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from click.testing import CliRunner
from demo_reports import demo, measure, show
from engagement_folders import file_digests

from harmony_kit.batch.kept import list_kept
from harmony_kit.cli import main
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engagement.scaffold import create_demo
from harmony_kit.measures.rows import rows_of, text_of
from harmony_kit.report.assessment import Assessment

#: Six and seven people with cells of four, all understood, five with many small cells, too small.
PLANTS = ("northfield", "sanmarco", "lakeview", "tarn")


@cache
def _both(site: str, redacted_from: int = 5) -> tuple[Assessment, Assessment]:
    """The ordinary assessment of a plant, and the redacted one."""
    engagement, answers = demo(*PLANTS)
    settings = {"redacted": True, "redacted_from": redacted_from}
    less = replace(engagement, settings=engagement.settings.model_copy(update=settings))
    return measure(engagement, answers[site], site), measure(less, answers[site], site)


#: What tells the rows of a frame apart.
_KEYS = ("item", "subject", "dimension", "group", "lens", "about", "holder", "signature", "pilot")
_KEYS += ("file", "id", "week", "problem")


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, ...], dict]:
    keys = [name for name in _KEYS if name in frame]
    found = {tuple(text_of(row[key]) for key in keys): row for row in rows_of(frame)}
    assert len(found) == len(frame)
    return found


def _is_nothing(value: object) -> bool:
    return not isinstance(value, list | dict) and bool(pd.isna(value))


@pytest.mark.parametrize("redacted_from", [5, 6, 8])
@pytest.mark.parametrize("site", PLANTS)
def test_every_figure_is_one_of_the_ordinary_report(site, redacted_from):
    """So that laying both side by side tells nothing the ordinary one does not say."""
    ordinary, redacted = _both(site, redacted_from)
    for name, frame in redacted.frames.items():
        known = _by_key(ordinary.frames[name])
        assert [*frame.columns] == [*ordinary.frames[name].columns]
        for key, row in _by_key(frame).items():
            told = {column: value for column, value in row.items() if not _is_nothing(value)}
            assert told == {column: known[key][column] for column in told}, (name, key)


def _list_counts(value: object, path: str = "") -> list[tuple[str, float]]:
    if isinstance(value, dict):
        if path == ".signatures.parts" and "lens" not in value:
            return []  # so many decisions or people on record
        return [one for key, part in value.items() for one in _list_counts(part, f"{path}.{key}")]
    if isinstance(value, list):
        return [one for part in value for one in _list_counts(part, path)]
    is_count = re.search(
        r"\.(n|n_(own|estimate|other|min|technical|operational|success|act))$", path
    )
    return [(path, value)] if is_count and isinstance(value, int | float) else []


@pytest.mark.parametrize("site", PLANTS)
def test_nothing_is_of_fewer_people(site):
    results = _both(site)[1].results()
    people = {name: results[name] for name in results if name not in ("evidence", "findings")}
    assert [one for one in _list_counts(people) if one[1] < 5] == []


def _list_cells(row: dict) -> list[tuple[str, str, str, str]]:
    """What a topic is read from: its own answers, its estimate, the answers of the other."""
    topic = row["item"], text_of(row["subject"])
    sides = (("lens", "lens"), ("lens", "other"), ("other", "other"))
    return [(*topic, row[lens], row[about]) for lens, about in sides]


def _hidden_cells(ordinary: Assessment, redacted: Assessment) -> set[tuple[str, str, str, str]]:
    """The cells of the ordinary report the redacted one does not show."""
    left = _by_key(redacted.frames["within"])
    gone = [row for key, row in _by_key(ordinary.frames["within"]).items() if key not in left]
    return {(one["item"], text_of(one["subject"]), one["lens"], one["about"]) for one in gone}


@pytest.mark.parametrize("redacted_from", [5, 6])
@pytest.mark.parametrize("site", PLANTS)
def test_no_total_holds_a_topic_that_is_hidden(site, redacted_from):
    """Not even beside others: what is shown of a topic can tell whether it is understood."""
    ordinary, redacted = _both(site, redacted_from)
    hidden = _hidden_cells(ordinary, redacted)
    touched = {
        (row["lens"], dimension)
        for row in rows_of(ordinary.frames["topics"])
        if not hidden.isdisjoint(_list_cells(row))
        for dimension in ("all", row["dimension"])
    }
    shown = {(row["lens"], row["dimension"]) for row in rows_of(redacted.frames["understanding"])}
    assert shown & touched == set()
    if (site, redacted_from) == ("northfield", 5):
        assert (len(shown) > 0, {lens for lens, _ in touched}) == (True, {"it", "operations"})
    assert rows_of(redacted.wrong_claims) == [] or not len(redacted.withheld)


@pytest.mark.parametrize("redacted_from", [5, 6])
@pytest.mark.parametrize("site", PLANTS)
def test_only_cells_of_few_people_are_hidden(site, redacted_from):
    """One hidden to cover another would still stand in scores, or be known from what is shown."""
    ordinary, redacted = _both(site, redacted_from)
    small = {
        (row["item"], text_of(row["subject"]), row["lens"], row["about"])
        for row in rows_of(ordinary.frames["within"])
        if row["n"] < redacted_from
    }
    assert _hidden_cells(ordinary, redacted) == small
    estimates = {(lens, subject) for _, subject, lens, about in small if lens != about}
    for name, score in (("pilots", "success_estimate"), ("readiness", "act_estimate")):
        for row in rows_of(redacted.frames[name]):
            key = row["lens"], row["subject"]
            assert key not in estimates or _is_nothing(row[score])


@pytest.mark.parametrize("site", PLANTS)
def test_a_hidden_topic_follows_from_nothing_that_is_left(site):
    """Neither from its cells within a side, nor from a score its answers are part of."""
    ordinary, redacted = _both(site)
    hidden = _hidden_cells(ordinary, redacted)
    for row in rows_of(redacted.frames["topics"]):
        assert _is_nothing(row["misreading"]) or hidden.isdisjoint(_list_cells(row))
    cards = {(lens, subject) for _, subject, lens, about in hidden if lens == about}
    for name in ("pilots", "readiness"):
        shown = {(row["lens"], row["subject"]) for row in rows_of(redacted.frames[name])}
        assert not shown & cards


def test_a_report_is_the_ordinary_one_without_quotes_and_roles(tmp_path):
    """Made by the command: in its own place, and what stood there stands."""
    folder = tmp_path / "demo"
    path = next(path for path in create_demo(folder).answers if path.stem == "northfield")
    where = (str(folder), "--site", "northfield")
    day = ("--as-of", "2026-10-30")
    _harmony("import", str(folder), str(path))
    _harmony("run", *where, *day)
    before = file_digests(folder / "reports")
    _harmony("run", *where, *day, "--redacted")
    assert file_digests(folder / "reports") == before

    pages = {p.name: p.read_text(encoding="utf-8") for p in _list_texts(folder / "redacted")}
    banner = "Redacted for circulation: no quotes, no roles, nothing about fewer than 5 people."
    for name in ("report.html", "handout.html", "portfolio.html", "index.html"):
        assert banner in pages[name]
    ordinary, _ = _both("northfield")
    quotes = {row["text"] for row in rows_of(ordinary.quotes)}
    roles = {role for one in ordinary.findings for role in one.owners.values()}
    assert (len(quotes) > 10, len(roles) > 5) == (True, True)
    report = (folder / "reports/northfield/report.html").read_text(encoding="utf-8")
    assert any(role in report for role in roles)
    for name, text in pages.items():
        said = {one for one in quotes if json.dumps(one)[1:-1] in text or one in text}
        named = {one for one in roles if re.search(rf"\b{re.escape(one)}\b", text)}
        assert (said, named) == (set(), set()), name

    again = _harmony("run", *where, *day, "--redacted")
    assert "0 made" in again
    results = json.loads(pages["results.json"])
    assert (results["settings"]["redacted"], results["quotes"]) == (True, [])
    made = [one for one in list_kept(load_engagement(folder)) if "redacted" in one.where]
    assert {(one.kind, one.remedy) for one in made} == {
        ("redacted", "make_again"),
        ("records", "make_again"),
    }


def _harmony(*words: str) -> str:
    done = CliRunner().invoke(main, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def _list_texts(folder):
    endings = (".html", ".json", ".ipynb")
    return [path for path in sorted(folder.rglob("*")) if path.suffix in endings]


def test_a_draft_is_not_for_circulation(tmp_path):
    folder = tmp_path / "demo"
    create_demo(folder)
    done = CliRunner().invoke(main, ["run", str(folder), "--draft", "--redacted"])
    assert done.exit_code == 1
    assert "a draft is for your own eyes, a redacted report for circulation" in done.output
    assert not (folder / "redacted").exists()


def test_a_lens_of_too_few_for_circulation_is_silent():
    redacted = _both("lakeview", 6)[1]
    assert redacted.heard["is_shown"].tolist() == [False, True]
    assert redacted.results()["status"] == "withheld"
    assert redacted.frames["understanding"].empty


def test_whoever_holds_a_decision_is_told_by_side():
    """A decision may lie with a role, and a role is often one person."""
    engagement, answers = demo(*PLANTS)
    evidence = engagement.evidence
    lies_with = {"it": "plant manager", "operations": "joint"}
    named = replace(
        evidence,
        decisions=evidence.decisions.assign(
            held_by=evidence.decisions["held_by"].replace(lies_with)
        ),
    )
    told = {}
    for is_redacted in (False, True):
        settings = engagement.settings.model_copy(update={"redacted": is_redacted})
        less = replace(engagement, settings=settings, evidence_reader=lambda: named)
        site = measure(less, answers["northfield"], "northfield")
        pages = "".join(show(site).values())
        told[is_redacted] = json.dumps(site.results()) + html.unescape(pages)
        (row,) = site.rows("evidence_decisions")
        assert row["held_by"] == {"" if is_redacted else "plant manager": 2, "joint": 2}
    assert told[False].count("plant manager") > 3
    assert "plant manager" not in told[True]
    assert "with both sides" in told[True]


def test_what_is_hidden_is_said_with_its_reason():
    ordinary, redacted = _both("northfield")
    told = {(row["what"], row["why"]) for row in rows_of(redacted.withheld)}
    why = "fewer than 5 people answered, or it would give such a figure away"
    assert {one for _, one in told} == {why}
    small = [row for row in rows_of(ordinary.frames["within"]) if row["n"] < 5]
    assert len(told) == len(redacted.withheld) == len(small) > 0

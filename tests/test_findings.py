"""Findings: what may be said, in which words, in which order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.findings import Finding, find
from harmony_kit.findings.first_findings import FIRST_PAGE, select_first
from harmony_kit.findings.observation import Observation
from harmony_kit.findings.patterns import Case
from harmony_kit.findings.playbook_file import find_playbook, load_playbook
from harmony_kit.findings.wording import Voice, Wording
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.measures.coorientation import TOPICS

INSTRUMENT = load_instrument(find_instrument("it-operations"))
PLAYBOOK = load_playbook(find_playbook("it-operations"))
OTHER = load_instrument(Path(__file__).parent / "cases" / "instrument" / "engineering-quality.yaml")


def _direction(lens: str, other: str, **changes: Any) -> dict[str, Any]:
    """One direction of a topic on which the lens wrongly expects agreement."""
    row = {
        "site": "p",
        "wave": "1",
        "item": "frame.decision",
        "subject": None,
        "dimension": "frame",
        "points": 5,
        "tolerance": 1.0,
        "lens": lens,
        "other": other,
        "n_own": 6,
        "n_estimate": 6,
        "n_other": 7,
        "own": 4.2 if lens == "it" else 2.0,
        "estimate": 4.0 if lens == "it" else 2.1,
        "other_own": 2.0 if lens == "it" else 4.2,
        "agreement_gap": 2.2 if lens == "it" else -2.2,
        "perceived_gap": 0.2 if lens == "it" else -0.1,
        "misreading": 2.0 if lens == "it" else -2.1,
        "p_false_consensus": 0.97,
        "state": "false_consensus",
        "claim": "claimed",
    }
    return row | changes


def _topics(*rows: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows).reindex(columns=list(TOPICS.dtypes)).astype(TOPICS.dtypes)


def _find(
    *rows: Mapping[str, Any], language: str = "en", **frames: pd.DataFrame
) -> tuple[Finding, ...]:
    measures = {"topics": _topics(*rows), **frames} if rows else frames
    return find(measures, Voice(PLAYBOOK, INSTRUMENT, language, {}), settings=Settings())


def test_both_directions_of_one_topic_are_one_finding():
    (finding,) = _find(_direction("it", "operations"), _direction("operations", "it"))
    assert (finding.kind, finding.pattern, finding.looker) == ("topic", "false_consensus", "both")
    assert finding.claim == "claimed"
    assert set(finding.texts) == {"it", "operations"}
    assert finding.n == {"it": 6, "operations": 6}  # the fewest of all that stand behind it
    assert finding.sources == ("frame.decision",)
    for text in (finding.title, finding.shared, finding.question, finding.action):
        assert text
    assert set(finding.owners) == {"it", "operations"}
    assert finding.horizon_days in (30, 60, 90)
    assert finding.effort in ("small", "medium", "large")


@pytest.mark.parametrize("claim", ["open", "withheld"])
def test_what_is_not_licensed_is_no_finding(claim):
    assert _find(_direction("it", "operations", claim=claim)) == ()


@pytest.mark.parametrize("column", ["n_own", "n_estimate", "n_other"])
def test_too_few_people_are_no_finding(column):
    assert _find(_direction("it", "operations", **{column: 2})) == ()


def test_an_impression_is_worded_as_one_and_counts_half():
    (claimed,) = _find(_direction("it", "operations"))
    (leaning,) = _find(_direction("it", "operations", claim="leaning"))
    assert "looks as if" in leaning.title
    assert "looks as if" not in claimed.title
    assert leaning.score == pytest.approx(claimed.score / 2)


def test_only_the_knowing_is_hedged_where_how_both_see_it_is_sure():
    """What the other direction claims of both is not doubted in this one, nor is it alone."""
    changes = {"state": "false_conflict", "own": 3.0, "other_own": 3.1, "agreement_gap": -0.1}
    changes |= {"perceived_gap": 1.6, "misreading": -1.7, "p_false_consensus": 0.0}
    unsure = _direction("it", "operations", claim="leaning", **changes, p_false_conflict=0.7)
    chances = {"p_shared_view": 0.2, "p_known_difference": 0.1}
    (alone,) = _find(unsure)
    assert alone.title.startswith("Which decision AI supports: it looks as if both sides find")
    (likely,) = _find(unsure | chances)
    other = {"state": "shared_view", "own": 3.1, "estimate": 3.0, "other_own": 3.0}
    other |= {"agreement_gap": 0.1, "perceived_gap": 0.1, "misreading": 0.0, "p_shared_view": 0.9}
    (known,) = _find(unsure, _direction("operations", "it", **other))
    seen = "Which decision AI supports: both sides find it only half clear, and it looks as if "
    assert likely.title == f"{seen}IT does not know it"
    assert known.title == f"{seen}only Operations knows it"


def test_what_one_side_knows_is_told_with_what_the_other_misses():
    """Two findings on one topic would say nearly the same; of several the text counts who knows."""
    knows = {"state": "known_difference", "own": 2.0, "estimate": 4.0, "other_own": 4.2}
    knows |= {"agreement_gap": -2.2, "perceived_gap": -2.0, "misreading": -0.2}
    knows |= {"p_known_difference": 0.9, "p_false_consensus": 0.05}
    (one,) = _find(_direction("it", "operations"), _direction("operations", "it", **knows))
    assert (one.pattern, one.looker) == ("false_consensus", "it")
    assert one.title.endswith(", and only Operations knows it")
    assert "knows it on" not in one.shared
    items = ("frame.actions", "frame.approval", "frame.inputs", "frame.outcome")
    rows = [_direction("it", "operations", item=item) for item in items]
    for item, claim in zip(items, ("claimed", "claimed", "leaning"), strict=False):
        rows.append(_direction("operations", "it", item=item, claim=claim, **knows))
    (several,) = _find(*rows)
    assert several.title.endswith(", and IT does not know it")
    assert "Operations knows it on 2 of these 4; on 1 more it looks so." in several.shared
    assert len(several.each) == len(items)
    assert not [name for name in several.each if name in several.shared]
    (likely,) = _find(rows[2], rows[6])
    assert likely.title.endswith(", and IT does not know it")
    assert "It looks as if Operations knows it." in likely.shared


def test_ranked_by_importance_gap_and_certainty():
    wide = _direction(
        "it", "operations", item="frame.outcome", agreement_gap=3.5, own=4.9, other_own=1.4
    )
    narrow = _direction("it", "operations", item="frame.timing", agreement_gap=1.3, own=3.3)
    findings = _find(narrow, wide)
    assert [finding.item for finding in findings] == ["frame.outcome", "frame.timing"]
    assert [f.score for f in findings] == sorted((f.score for f in findings), reverse=True)


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_no_placeholder_is_left_in_any_language(language):
    states = ("shared_view", "known_difference", "false_consensus", "false_conflict")
    rows = [
        _direction(
            lens, other, item=item.id, dimension=item.dimension, state=state, subject=subject
        )
        | {f"p_{state}": 0.9}
        for item in INSTRUMENT.items
        if item.mirrored and item.kind == "rating"
        for subject in (["a thing"] if item.per else [None])
        for state in states
        for lens, other in (("it", "operations"), ("operations", "it"))
    ]
    for state in states:
        chosen = [row for row in rows if row["state"] == state]
        findings = _find(*chosen, language=language)
        told = {item for finding in findings for item in finding.sources}
        assert told == {row["item"] for row in chosen}
        for finding in findings:
            texts = (finding.title, finding.shared, finding.question, finding.action)
            assert finding.title
            assert all(finding.owners.values())
            for text in (*texts, *finding.texts.values(), *finding.owners.values()):
                assert not re.search(r"[{}]", text), (finding.id, text)


def test_no_text_blames_or_averages():
    words = (
        r"fault|(?<!without )(?<!no )blame|wrongly|fail(ed|s|ure)? to|ignoran\w*|stubborn|average"
    )
    blame = re.compile(rf"\b({words})\b", re.IGNORECASE)
    found = {key: text for key, text in PLAYBOOK.source_texts.items() if blame.search(text)}
    assert found == {}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [("oldest_open_days", -0.4, "0"), ("share_open", -0.001, "0%"), ("own_it", 2.6, "3")],
)
def test_a_number_in_a_sentence_has_no_signed_zero(name, value, text):
    seen = Observation(Case("topic", ""), "claimed", 0, 1, numbers={name: value})
    assert Wording(seen, Voice(PLAYBOOK, INSTRUMENT, "en")).names[name] == text


def test_other_lenses_are_called_by_their_names():
    row = _direction("engineering", "quality", item="frame.limits", points=6, tolerance=1.25)
    (finding,) = find(
        {"topics": _topics(row)}, Voice(PLAYBOOK, OTHER, "en", {}), settings=Settings()
    )
    words = " ".join([finding.title, finding.shared, *finding.texts.values()])
    assert set(finding.texts) == {"engineering", "quality"}
    assert "Quality" in words
    assert not re.search(r"\bOperations\b", words)


def test_first_page_is_short_and_varied():
    items = [item.id for item in INSTRUMENT.items if item.dimension == "frame" and item.mirrored]
    frame = [_direction("it", "operations", item=item) for item in items]
    rest = [
        _direction("it", "operations", item=item, dimension=item.partition(".")[0])
        for item in ("execution.aligned", "workflow.boundaries_first", "ownership.clear")
    ]
    findings = _find(*frame, *rest)
    first = select_first(findings)
    assert len(findings) == 4  # ten points of the frame that show the same are one finding
    assert sorted(one.item for f in findings for one in f.alike) == sorted(items)
    assert len(first) == 4 <= FIRST_PAGE
    assert {"execution", "workflow", "ownership"} <= {finding.dimension for finding in first}


def test_two_findings_of_a_kind_and_no_more_while_there_are_others():
    others = ("execution.aligned", "workflow.boundaries_first", "ownership.clear")
    others += ("meaning.same", "interpretation.why_now")
    rows = [
        _direction("it", "operations", item=item, dimension=item.partition(".")[0])
        for item in ("frame.decision", *others)
    ]
    found = _find(*rows)
    (frame,) = (finding for finding in found if finding.dimension == "frame")
    frames = [
        replace(frame, id=str(n), sources=(f"frame.{n}",), score=frame.score - n / 1000)
        for n in range(10)
    ]
    ranked = sorted([*frames, *found], key=lambda finding: -finding.score)
    counted = Counter(
        finding.dimension for finding in select_first(f for f in ranked if f is not frame)
    )
    assert counted == {"frame": 2, **{item.partition(".")[0]: 1 for item in others}}


def test_the_first_page_tells_nothing_twice():
    (first,) = _find(_direction("it", "operations"))
    again = replace(first, id="again", score=first.score / 2)
    elsewhere = replace(again, id="elsewhere", subject="vision", score=first.score / 3)
    assert select_first([first, again, elsewhere]) == (first, elsewhere)


def test_finding_nothing_is_no_finding():
    assert _find() == ()
    assert _find(topics=_topics()) == ()


def test_a_finding_is_plain_in_results():
    (finding,) = _find(_direction("it", "operations"))
    plain = finding.to_dict()
    assert plain["sources"] == ["frame.decision"]
    assert "subject" not in plain
    assert replace(finding, subject="vision").to_dict()["subject"] == "vision"


def test_every_key_of_a_finding_is_documented():
    text = (Path(__file__).parents[1] / "docs" / "results.md").read_text(encoding="utf-8")
    section = text.partition("## A finding\n")[2].partition("\n## ")[0]
    keys = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)))
    assert sorted(keys) == sorted(field.name for field in fields(Finding))

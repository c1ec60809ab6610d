"""What each measure licenses to say, one kind at a time, as whole values."""

from datetime import date

import pandas as pd
import pytest

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.observing import Observation, observe
from harmony_kit.findings.patterns import Case
from harmony_kit.findings.standings import Standings
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.measures.evidence import measure_decisions

INSTRUMENT = load_instrument(find_instrument("it-operations"))
CHECKS = tuple(i.id for i in INSTRUMENT.items if i.group in ("checks_it", "checks_operations"))
CARDS = tuple(i.id for i in INSTRUMENT.items if i.group in ("technical", "operational"))
DUTIES = tuple(i.id for i in INSTRUMENT.items if i.group in ("duty", "bridge"))
BOTH_WAYS = (("it", "operations"), ("operations", "it"))


def _observe(**frames):
    measures = {name: pd.DataFrame(rows) for name, rows in frames.items()}
    return list(observe(measures, INSTRUMENT, Settings()))


# Topics: how high both rate it, as surely as the claim


def _topic(lens, other, own, other_own, state="shared_view", **changes):
    return {
        "item": "frame.risk",
        "subject": None,
        "dimension": "frame",
        "points": 5,
        "tolerance": 1.0,
        "lens": lens,
        "other": other,
        "n_own": 5,
        "n_estimate": 4,
        "n_other": 6,
        "own": own,
        "estimate": own,
        "other_own": other_own,
        "agreement_gap": own - other_own,
        "perceived_gap": 0.0,
        "misreading": own - other_own,
        f"p_{state}": 0.9,
        "state": state,
        "claim": "claimed",
        **changes,
    }


def _within(lens, p_above, **changes):
    return {
        "item": "frame.risk",
        "subject": None,
        "lens": lens,
        "about": lens,
        "dimension": "frame",
        "points": 5,
        "n": 6,
        "p_above": p_above,
        "view": "mixed",
        "camps": [],
        **changes,
    }


@pytest.mark.parametrize(
    ("own", "other_own", "p_above", "claim", "level", "gap"),
    [
        (4.0, 4.5, (0.9, 0.9), "claimed", "high", 0.5),
        (4.0, 4.5, (0.9, 0.7), "claimed", "middle", 0.5),
        (4.0, 4.5, (0.9, 0.7), "leaning", "high", 0.5),
        (3.5, 4.5, (0.9, 0.9), "claimed", "high", 0.25),
        (3.4, 4.5, (0.9, 0.9), "claimed", "middle", 0.2),
        (1.0, 2.5, (0.1, 0.2), "claimed", "low", 0.25),
        (1.0, 2.5, (0.1, 0.3), "claimed", "middle", 0.25),
    ],
)
def test_a_level_needs_both_means_and_their_certainty(own, other_own, p_above, claim, level, gap):
    seen = _observe(
        topics=[_topic("it", "operations", own, other_own, claim=claim)],
        within=[_within("it", p_above[0]), _within("operations", p_above[1])],
    )
    assert [(one.case.level, round(one.gap, 9)) for one in seen] == [(level, gap)]


def test_lenses_apart_have_no_level_and_the_higher_one_is_named():
    row = _topic("it", "operations", 2.0, 4.5, "known_difference")
    (seen,) = _observe(topics=[row])
    assert (seen.case.level, seen.gap) == ("", 0.625)
    roles = {"looker": "it", "other": "operations", "high": "operations", "low": "it"}
    assert seen.roles == roles


def test_a_false_conflict_is_as_large_as_the_misreading():
    changes = {"perceived_gap": -2.0, "misreading": 2.4}
    (seen,) = _observe(topics=[_topic("it", "operations", 3.0, 2.6, "false_conflict", **changes)])
    assert (seen.gap, seen.roles["high"]) == (0.6, "operations")


def test_two_claims_of_different_weight_stay_two():
    first = _topic("it", "operations", 4.0, 4.0)
    second = _topic("operations", "it", 4.0, 4.0, claim="leaning")
    lookers = [one.case.looker for one in _observe(topics=[first, second])]
    assert lookers == ["it", "operations"]


# Inside one lens

CAMPS = [{"points": [1, 1], "n": 3, "mean": 1.0}, {"points": [5, 5], "n": 3, "mean": 5.0}]


def test_a_split_lens_is_a_fact_from_six_people_on():
    split = {"view": "split", "camps": CAMPS, "mean": 3.0, "sd": 2.2, "agreement_a": -1.0}
    (seen,) = _observe(within=[_within("it", 0.5, **split), _within("operations", 0.5)])
    assert seen == Observation(
        case=Case("within", "split", "frame", "frame.risk", "", "it"),
        claim="claimed",
        gap=1.0,
        certainty=0.96,
        roles={"looker": "it", "other": "operations"},
        numbers={"mean": 3.0, "sd": 2.2, "agreement_a": -1.0},
        n={"it": 6},
        sources=("frame.risk",),
    )
    (fewer,) = _observe(within=[_within("it", 0.5, **{**split, "n": 4})])
    assert fewer.claim == "leaning"


def test_more_splits_than_luck_gives_are_said_at_once():
    split = {"view": "split", "camps": CAMPS}
    rows = [_within("it", 0.5, item=f"frame.{i}", **split if i < 4 else {}) for i in range(20)]
    often = [one for one in _observe(within=rows) if one.case.pattern == "split_often"]
    assert [(one.gap, one.numbers, one.sources) for one in often] == [
        (0.8, {"n_split": 4, "n_topics": 20}, ("frame.0", "frame.1", "frame.2", "frame.3"))
    ]
    few = [_within("it", 0.5, item=f"frame.{i}", **split if i < 1 else {}) for i in range(20)]
    assert [one.case.pattern for one in _observe(within=few)] == ["split"]


# Understanding, ranks and words


def test_understanding_by_dimension_and_never_over_all():
    row = {
        "lens": "it",
        "other": "operations",
        "n_topics": 10,
        "n_estimate": 6,
        "n_other": 7,
        "understood": 2.0,
        "share": 0.2,
        "p_reads_well": 0.05,
        "pattern": "misreads",
        "claim": "claimed",
    }
    (seen,) = _observe(understanding=[{**row, "dimension": "all"}, {**row, "dimension": "meaning"}])
    assert seen == Observation(
        case=Case("understanding", "misreads", "meaning", looker="it"),
        claim="claimed",
        gap=0.8,
        certainty=0.95,
        roles={"looker": "it", "other": "operations"},
        numbers={"n_topics": 10, "understood": 2.0, "share": 0.2},
        n={"it": 6, "operations": 7},
        sources=("meaning.same",),
    )


def _words(lens, other, state, **changes):
    return {
        "item": "meaning.words",
        "subject": None,
        "dimension": "meaning",
        "kind": "words",
        "lens": lens,
        "other": other,
        "n_own": 6,
        "n_estimate": 5,
        "n_other": 7,
        "first_own": ["models", "controls"],
        "first_other_own": ["answers", "controls"],
        "actual": 0.8,
        "perceived": 0.1,
        "misread": 0.75,
        "state": state,
        "probability": 0.9,
        "claim": "claimed",
        **changes,
    }


@pytest.mark.parametrize(
    ("state", "gap"),
    [
        ("false_consensus", 0.8),
        ("known_difference", 0.8),
        ("shared_view", 0.2),
        ("false_conflict", 0.75),
    ],
)
def test_words_are_measured_by_the_distance_the_state_speaks_of(state, gap):
    rows = [_words("it", "operations", state)]
    (seen,) = _observe(words=rows, rank=rows)
    assert round(seen.gap, 9) == gap
    assert seen.details == {
        "answer.it": "models;controls",
        "answer.operations": "answers;controls",
    }


# Ownership and drift


def _duty(lens, other, owner, **changes):
    return {
        "item": "ownership.outcome",
        "subject": None,
        "lens": lens,
        "other": other,
        "dimension": "ownership",
        "n": 6,
        "owner": owner,
        "p_unowned": 0.1,
        "pattern": "contested",
        "probability": 0.85,
        "claim": "claimed",
        **changes,
    }


def test_a_duty_is_one_observation_with_both_owners():
    rows = [_duty("it", "operations", "joint"), _duty("operations", "it", "operations")]
    (seen,) = _observe(ownership=rows)
    assert seen == Observation(
        case=Case("ownership", "contested", "ownership", "ownership.outcome"),
        claim="claimed",
        gap=0.5,
        certainty=0.85,
        numbers={"probability": 0.85, "p_unowned": 0.1},
        n={"it": 6, "operations": 6},
        sources=("ownership.outcome",),
        details={"answer.it": "joint", "answer.operations": "operations"},
    )


@pytest.mark.parametrize("change", [{"pattern": "too_few"}, {"n": 2}, {"claim": "open"}])
def test_a_duty_too_few_answered_is_none(change):
    rows = [_duty("it", "operations", "joint", **change), _duty("operations", "it", "it", **change)]
    assert _observe(ownership=rows) == []


def _drift(lens, share, p_most, claim="claimed"):
    numbers = {"n": 6, "n_duties": 9, "n_held": round(9 * share), "share": share, "p_most": p_most}
    return {"lens": lens, "holder": "it", "claim": claim, **numbers}


def test_drift_counts_as_much_as_the_more_doubtful_view():
    rows = [_drift("it", 0.9, 0.95), _drift("operations", 0.7, 0.7, "leaning")]
    (seen,) = _observe(drift=rows)
    assert (seen.case, seen.claim) == (Case("drift", "alone", looker="it"), "leaning")
    assert (seen.gap, seen.certainty, seen.details) == (0.7, 0.7, {})
    assert seen.sources == DUTIES
    (sole,) = _observe(drift=rows[:1])
    assert sole.details == {"viewer": "it"}


def test_a_drift_told_by_a_signature_is_not_told_again():
    signature = {
        "signature": "drift",
        "subject": "it",
        "probability": 0.9,
        "claim": "claimed",
        "n_min": {"it": 6, "operations": 7},
        "parts": [{"what": "share_held", "value": 0.9, "n": 6, "lens": "it"}],
    }
    seen = _observe(drift=[_drift("it", 0.9, 0.95)], signatures=[signature])
    assert [(one.case, one.numbers, one.sources) for one in seen] == [
        (
            Case("signature", "drift", looker="it"),
            {"probability": 0.9, "share_held_it": 0.9},
            DUTIES,
        )
    ]


# Pilots and decisions


def _pilot(lens, quadrant):
    return {
        "subject": "vision",
        "lens": lens,
        "points": 5,
        "n_technical": 6,
        "technical": 4.5,
        "n_operational": 5,
        "operational": 2.0,
        "quadrant": quadrant,
        "probability": 0.9,
        "claim": "claimed",
    }


def test_a_pilot_seen_alike_is_one_observation():
    rows = [_pilot("it", "works_but_ignored"), _pilot("operations", "works_but_ignored")]
    (seen,) = _observe(pilots=rows)
    assert (seen.case, seen.gap, seen.details) == (Case("pilot", "works_but_ignored"), 0.75, {})
    assert (seen.n, seen.sources) == ({"it": 5, "operations": 5}, CARDS)


def test_a_pilot_seen_differently_is_one_per_view():
    rows = [_pilot("it", "works_and_used"), _pilot("operations", "works_but_ignored")]
    viewed = {one.case.pattern: one.details["viewer"] for one in _observe(pilots=rows)}
    assert viewed == {"works_and_used": "it", "works_but_ignored": "operations"}


def test_a_decision_names_every_check_heard_from_enough_and_whose_they_are():
    blocking = [
        {"item": item, "lens": "it", "mean": mean, "n": n, "p_below": 0.9}
        for item, mean, n in (
            ("readiness.clean", 1.5, 6),
            ("readiness.complete", 1.0, 2),
            ("readiness.governed", 2.0, 6),
            ("readiness.integrated", 2.5, 6),
            ("readiness.trusted", 3.0, 6),
        )
    ]
    rows = [
        {
            "subject": "reorder",
            "lens": lens,
            "points": 5,
            "n_own_checks": 6,
            "own_checks": 2.0,
            "n_min": 6,
            "verdict": "fix_first",
            "probability": 0.95,
            "claim": "claimed",
            "blocking": blocking,
        }
        for lens, _ in BOTH_WAYS
    ]
    (seen,) = _observe(readiness=rows)
    assert (seen.case, seen.gap, seen.sources) == (Case("readiness", "fix_first"), 0.75, CHECKS)
    listed = "readiness.clean:it;readiness.governed:it;readiness.integrated:it"
    assert seen.details == {"blocking": f"{listed};readiness.trusted:it"}
    assert (seen.numbers["n_blocking"], seen.numbers["n_checks"]) == (4, len(CHECKS))
    assert seen.roles == {"blocks": "it", "clear": "operations"}


@pytest.mark.parametrize(
    ("record", "pattern"),
    [
        ({"kind": "recurring", "status": "open"}, "fix_first"),
        ({"kind": None, "status": "open"}, "fix_first"),
        ({"kind": "recurring", "status": "decided"}, "decided_unready"),
        ({"kind": "recurring", "status": " Decided"}, "decided_unready"),
        ({"kind": None, "status": "open", "decided_on": "2026-03-01"}, "decided_unready"),
        ({"kind": "recurring", "status": "dropped"}, None),
        ({"kind": "one_off", "status": "open"}, None),
    ],
)
def test_a_verdict_looks_at_the_record(record, pattern):
    both = {"subject": "reorder", "points": 5, "n_own_checks": 6, "own_checks": 2.0, "n_min": 6}
    both |= {"verdict": "fix_first", "probability": 0.95, "claim": "claimed", "blocking": []}
    frames = {"readiness": pd.DataFrame([both | {"lens": lens} for lens, _ in BOTH_WAYS])}
    decisions = pd.DataFrame([{"decision": "reorder", "decided_on": None, **record}])
    seen = list(observe(frames, INSTRUMENT, Settings(), decisions))
    assert [one.case.pattern for one in seen] == ([pattern] if pattern else [])


def test_the_days_of_a_decision_say_where_it_stands_before_its_word():
    made = {"site": "north", "title": "", "held_by": "", "raised_on": "2026-01-01"}
    made |= {"decided_on": None, "kind": None}
    rows = [
        {"decision": "dated", "decided_on": "2026-02-01", "status": "open"},
        {"decision": "capital", "status": " Decided "},
        {"decision": "waits", "status": ""},
        {"decision": "undated", "raised_on": None, "decided_on": "2026-02-01", "status": "open"},
        {"decision": "later", "decided_on": "2026-12-01", "status": "decided"},
        {"decision": "gone", "decided_on": "2026-02-01", "status": "dropped"},
    ]
    decisions = pd.DataFrame([made | row for row in rows])
    decisions = decisions.astype({"raised_on": "datetime64[s]", "decided_on": "datetime64[s]"})
    measures = {"evidence_decisions": measure_decisions(decisions, as_of=date(2026, 10, 30))}
    assert Standings.read(measures, decisions).decisions == {
        "dated": "decided",
        "capital": "decided",
        "waits": "open",
        "undated": "decided",
        "later": "open",
        "gone": "",
    }


# Records: facts without a lens


def test_decisions_pilots_and_use_are_read_from_their_records():
    seen = _observe(
        evidence_decisions=[
            {
                "n": 5,
                "n_open": 4,
                "n_decided": 1,
                "share_open": 0.8,
                "median_days": float("nan"),
                "oldest_open_days": 310.0,
                "n_judged": 5,
                "n_slow": 4,
                "pattern": "decisions_stall",
                "probability": 0.89,
                "claim": "claimed",
            }
        ],
        evidence_pilots=[
            {"pilot": "a", "days_over": 20.0, "is_past_end": True, "is_open": True}
            | {"is_growing": True, "scope_changes": 3},
            {"pilot": "b", "days_over": -3.0, "is_past_end": False, "is_open": False}
            | {"is_growing": False, "scope_changes": 0},
            {"pilot": "c", "days_over": float("nan"), "is_past_end": False, "is_open": True}
            | {"is_growing": False, "scope_changes": 0},
        ],
        evidence_usage=[
            {
                "pilot": "a",
                "n_weeks": 20,
                "active_share": 0.2,
                "peak_share": 0.8,
                "now_vs_peak": 0.25,
                "n_shown": 90,
                "acceptance": 0.3,
                "acceptance_high": 0.4,
                "override": 0.5,
                "override_low": 0.42,
                "pattern": "adoption_fades",
                "probability": 0.99,
                "claim": "claimed",
            }
        ],
    )
    assert [(o.case.pattern, o.subject, o.gap, o.certainty, o.numbers) for o in seen] == [
        (
            "decisions_stall",
            "",
            0.8,
            0.89,
            {"n_open": 4, "n_decided": 1, "share_open": 0.8, "n_decisions": 5, "oldest_days": 310},
        ),
        ("pilots_past_end", "", 0.5, 1.0, {"n_past_end": 1, "n_pilots": 2, "n_finished": 1}),
        ("scope_grows", "a", 0.75, 1.0, {"n_scope_changes": 3}),
        (
            "adoption_fades",
            "a",
            0.75,
            0.99,
            {"share_now": 0.2, "share_peak": 0.8, "n_weeks": 20},
        ),
        ("acceptance_low", "a", 0.7, 1.0, {"share_accepted": 0.3, "n_shown": 90}),
        ("overrides_high", "a", 0.5, 1.0, {"share_overridden": 0.5, "n_shown": 90}),
    ]
    assert {one.claim for one in seen} == {"claimed"}


def test_use_within_its_interval_is_not_called_low_or_high():
    row = {"pilot": "a", "acceptance": 0.45, "acceptance_high": 0.5, "override": 0.4}
    rest = {"override_low": 1 / 3, "claim": "open", "pattern": "adoption_holds"}
    assert _observe(evidence_usage=[row | rest]) == []


# Signatures


def test_a_signature_names_what_it_rests_on():
    row = {
        "signature": "feels_aligned_decisions_stall",
        "subject": None,
        "probability": 0.9,
        "claim": "claimed",
        "n_min": {"it": 6, "operations": 7},
        "parts": [
            {"what": "aligned", "value": 4.2, "n": 6, "lens": "it"},
            {"what": "aligned", "value": 4.3, "n": 7, "lens": "operations"},
            {"what": "decisions_slow", "value": 4, "n": 5},
            {"what": "median_days", "value": float("nan"), "n": 5},
        ],
    }
    (seen,) = _observe(signatures=[row])
    assert seen == Observation(
        case=Case("signature", "feels_aligned_decisions_stall"),
        claim="claimed",
        gap=1.0,
        certainty=0.9,
        numbers={
            "probability": 0.9,
            "aligned_it": 4.2,
            "aligned_operations": 4.3,
            "decisions_slow": 4.0,
        },
        n={"it": 6, "operations": 7},
        sources=("execution.aligned", "decisions.csv"),
    )
    assert _observe(signatures=[{**row, "n_min": {"it": 2, "operations": 7}}]) == []


def test_nothing_measured_is_nothing_observed():
    frames = ("topics", "understanding", "within", "rank", "words", "ownership", "drift", "pilots")
    frames += ("readiness", "evidence_decisions", "evidence_pilots", "evidence_usage", "signatures")
    assert _observe(**{name: [] for name in frames}) == []
    assert _observe() == []

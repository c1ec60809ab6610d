import datetime as dt

import numpy as np
import pandas as pd
import pytest
from measure_frames import LENSES, answers_of, at_site, dtypes_of, items_of, said

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.agreement import measure_agreement
from harmony_kit.measures.drift import measure_drift
from harmony_kit.measures.evidence import measure_decisions, measure_pilot_progress
from harmony_kit.measures.ownership import measure_ownership
from harmony_kit.measures.pilots import measure_pilots
from harmony_kit.measures.ranking import measure_ranking
from harmony_kit.measures.readiness import measure_readiness
from harmony_kit.measures.signatures import SIGNATURE_COLUMNS, SIGNATURES, measure_signatures
from harmony_kit.measures.usage import measure_usage

ONE, TWO = LENSES
TODAY = dt.date(2026, 10, 15)
WORDS = ("models", "controls", "answers", "relief")
OWNERS = (*LENSES, "joint", "vendor", "nobody")
CARD = {"dimension": "pilots", "per": "pilot", "mirrored": False}
DUTY = {"dimension": "ownership", "kind": "choice", "points": None, "options": OWNERS}
ITEMS = items_of(
    {"item": "execution.aligned", "group": "aligned"},
    {"item": "execution.pilots_finish", "group": "pilots"},
    {"item": "execution.adoption_holds", "group": "adoption"},
    CARD | {"item": "pilots.clean", "group": "technical"},
    CARD | {"item": "pilots.helps", "group": "operational"},
    CARD | {"item": "readiness.act", "group": "act", "per": "decision"},
    DUTY | {"item": "ownership.platform", "group": "duty"},
    DUTY | {"item": "ownership.model", "group": "duty"},
    DUTY | {"item": "ownership.bridge", "group": "bridge"},
    {
        "item": "meaning.words",
        "kind": "words",
        "points": None,
        "k": 2,
        "options": WORDS,
        "group": "words",
    },
)

HIGH, MIDDLE, LOW = [5, 4, 5, 4, 4, 5], [3, 2, 3, 4, 3, 3], [1, 2, 1, 2, 2, 1]
#: A healthy plant, by item: what the first lens says, what the second says.
HEALTHY = {
    "execution.aligned": (HIGH, HIGH),
    "execution.pilots_finish": (HIGH, HIGH),
    "execution.adoption_holds": (HIGH, HIGH),
    "pilots.clean": (HIGH, HIGH),
    "pilots.helps": (HIGH, HIGH),
    "readiness.act": (HIGH, HIGH),
    "ownership.platform": ([[ONE]] * 6, [[ONE]] * 6),
    "ownership.model": ([["joint"]] * 6, [["joint"]] * 6),
    "ownership.bridge": ([["joint"]] * 6, [["joint"]] * 6),
    "meaning.words": ([["models", "answers"]] * 6, [["models", "answers"]] * 6),
}
#: Its records: days each decision took (or waits), days the pilot is over, use by week.
RECORDS = {"took": [20, 30, 25, 10, 40, 20], "waits": [], "over": -40, "active": [14] * 12}
STALLED = {"took": [20], "waits": [200, 150, 100, 90, 120]}
SUBJECTS = {"pilots": "vision", "readiness": "w0"}


def plant(site="north", wave="1", **changed):
    """Answers and records of a healthy plant with some of it changed."""
    talk = HEALTHY | {key: value for key, value in changed.items() if key in HEALTHY}
    records = RECORDS | {key: value for key, value in changed.items() if key in RECORDS}
    answers = [
        row
        for item, sides in talk.items()
        for lens, given in zip(LENSES, sides, strict=True)
        for row in said(
            lens, item, given, site=site, wave=wave, subject=SUBJECTS.get(item.split(".")[0])
        )
    ]
    return answers, _decisions(site, records), _pilots(site, records), _usage(site, records)


def _ago(days):
    return pd.Timestamp(TODAY) - pd.Timedelta(days=days)


def _decisions(site, records):
    done = [(f"d{i}", _ago(300), _ago(300 - days)) for i, days in enumerate(records["took"])]
    waiting = [(f"w{i}", _ago(days), pd.NaT) for i, days in enumerate(records["waits"])]
    frame = pd.DataFrame([*done, *waiting], columns=["decision", "raised_on", "decided_on"])
    dates = dict.fromkeys(("raised_on", "decided_on"), "datetime64[s]")
    return frame.astype(dates).assign(site=site, title=frame["decision"], held_by="", status="")


def _pilots(site, records):
    row = {"site": site, "pilot": "vision", "title": "Vision", "status": "running"}
    dates = {"started_on": _ago(300), "planned_end": _ago(records["over"]), "ended_on": pd.NaT}
    frame = pd.DataFrame([row | dates | {"scope_changes": 0}])
    return frame.astype(dict.fromkeys(dates, "datetime64[s]") | {"scope_changes": "Int64"})


def _usage(site, records):
    n = len(records["active"])
    frame = pd.DataFrame(
        {
            "site": site,
            "pilot": "vision",
            "week": [f"2026-W{42 - n + i:02d}" for i in range(n)],
            "eligible_users": 20,
            "active_users": records["active"],
            "shown": 10,
            "accepted": 5,
            "overridden": 2,
        }
    )
    counts = ["eligible_users", "active_users", "shown", "accepted", "overridden"]
    return frame.astype(dict.fromkeys(counts, "Int64"))


def frames_of(*plants, without=()):
    """Every measure the signatures look at."""
    answers = answers_of(*(rows for rows, *_ in plants))
    decisions, pilots, usage = (
        pd.concat(parts, ignore_index=True) for parts in list(zip(*plants, strict=True))[1:]
    )
    few = Settings(draws=1000)
    ownership = measure_ownership(answers, ITEMS, settings=few)
    used = measure_usage(usage, as_of=TODAY)
    frames = {
        "within": measure_agreement(answers, ITEMS, settings=few),
        "words": measure_ranking(answers, ITEMS, settings=few),
        "ownership": ownership,
        "drift": measure_drift(ownership),
        "pilots": measure_pilots(answers, ITEMS, usage=used, settings=few),
        "readiness": measure_readiness(answers, ITEMS, settings=few),
        "evidence_decisions": measure_decisions(decisions, as_of=TODAY),
        "evidence_pilots": measure_pilot_progress(pilots, as_of=TODAY),
        "evidence_usage": used,
    }
    return {name: frame for name, frame in frames.items() if name not in without}


def present(frame):
    """What was found: signature and subject."""
    found = frame[frame["is_present"]]
    return [tuple(row) for row in found[["signature", "subject"]].fillna("").to_numpy()]


CASES = [
    # signature, subject, what the plant has, what the counter-example has instead
    ("feels_aligned_decisions_stall", "", STALLED, {"execution.aligned": (HIGH, LOW)}),
    ("feels_aligned_decisions_stall", "", STALLED, {"took": [20, 30, 25, 10], "waits": []}),
    (
        "works_but_ignored",
        "vision",
        {"pilots.helps": (HIGH, LOW), "active": [4] * 12},
        {"active": [15] * 12},
    ),
    (
        "used_but_unsafe",
        "vision",
        {"pilots.clean": (LOW, HIGH), "active": [18] * 12},
        {"active": [3] * 12},
    ),
    (
        "readiness_stalemate",
        "w0",
        {"readiness.act": (LOW, HIGH), "took": [20, 30, 25], "waits": [90]},
        {"readiness.act": (LOW, LOW)},
    ),
    (
        "readiness_stalemate",
        "w0",
        {"readiness.act": (LOW, HIGH), "took": [20, 30, 25], "waits": [90]},
        {"waits": [10]},
    ),
    (
        "nobodys_bridge",
        "",
        {"ownership.bridge": ([["nobody"]] * 6, [["joint"]] * 6)},
        {"ownership.bridge": ([["joint"]] * 6, [[TWO]] * 6)},
    ),
    (
        "nobodys_bridge",
        "",
        {"ownership.bridge": ([[TWO]] * 6, [[ONE]] * 6)},
        {"ownership.bridge": ([[ONE]] * 6, [[TWO]] * 6)},
    ),
    (
        "two_dialects",
        "",
        {"meaning.words": ([["models", "controls"]] * 6, [["answers", "relief"]] * 6)},
        {"meaning.words": ([["models", "relief"], ["answers", "controls"]] * 3,) * 2},
    ),
    ("pilots_drift", "vision", {"over": 60}, {"execution.pilots_finish": (LOW, HIGH)}),
    ("pilots_drift", "vision", {"over": 60}, {"over": 5}),
    (
        "adoption_fades",
        "vision",
        {"active": [16, 17, 18, 18, 12, 8, 6, 4, 3, 3, 2, 2]},
        {"active": [3, 3, 2, 3, 2, 2, 3, 3, 2, 3, 3, 2]},
    ),
    (
        "drift",
        ONE,
        {"ownership.model": ([[ONE]] * 6,) * 2},
        {"ownership.model": ([[ONE]] * 6, [["joint"]] * 6)},
    ),
    (
        "drift",
        TWO,
        {"ownership.platform": ([[TWO]] * 6,) * 2, "ownership.model": ([[TWO]] * 6,) * 2},
        {"ownership.platform": ([["joint"]] * 6,) * 2},
    ),
]


@pytest.fixture(scope="module")
def healthy():
    """The measures of a healthy plant; no test changes them."""
    return frames_of(plant())


@pytest.mark.slow
def test_a_healthy_plant_shows_no_signature(healthy):
    frame = measure_signatures(healthy)
    assert dtypes_of(frame) == SIGNATURE_COLUMNS.dtypes
    assert present(frame) == []


@pytest.mark.slow
@pytest.mark.parametrize(("signature", "subject", "has", "counter"), CASES)
def test_signature_and_its_counter_example(signature, subject, has, counter):
    frame = measure_signatures(frames_of(plant(**has)))
    assert present(frame) == [(signature, subject)]
    counter_frame = measure_signatures(frames_of(plant(**(has | counter))))
    assert (signature, subject) not in present(counter_frame)


def test_every_signature_has_a_case_and_a_counter_example():
    assert {case[0] for case in CASES} == {signature.id for signature in SIGNATURES}
    assert all(signature.counter_example.endswith(".") for signature in SIGNATURES)


def test_a_row_worked_by_hand():
    frames = frames_of(plant(**STALLED))
    row = measure_signatures(frames).iloc[0]
    within = frames["within"].query("item == 'execution.aligned'")
    stall = frames["evidence_decisions"]["p_stall"][0]
    assert row["probability"] == pytest.approx(within["p_above"].prod() * stall)
    assert row[["signature", "is_present", "has_fact"]].tolist() == [
        "feels_aligned_decisions_stall", True, True,
    ]  # fmt: skip
    assert row["n_min"] == {ONE: 6, TWO: 6}
    shown = [(p["what"], p.get("lens"), p["value"], p["n"]) for p in row["parts"]]
    assert shown == [
        ("aligned", ONE, 4.5, 6),
        ("aligned", TWO, 4.5, 6),
        ("decisions_slow", None, 5, 6),
        ("share_open", None, pytest.approx(5 / 6), 6),
        ("oldest_open_days", None, 200.0, 5),
    ]


NEEDED = {
    "evidence_decisions": {"feels_aligned_decisions_stall"},
    "evidence_pilots": {"pilots_drift"},
    "evidence_usage": {"adoption_fades"},
    "words": {"two_dialects"},
    "pilots": {"works_but_ignored", "used_but_unsafe"},
}


@pytest.mark.parametrize("missing", NEEDED)
def test_without_a_frame_only_what_needs_it_is_gone(healthy, missing):
    whole = measure_signatures(healthy)
    part = measure_signatures({k: v for k, v in healthy.items() if k != missing})
    assert set(whole["signature"]) - set(part["signature"]) == NEEDED[missing]


@pytest.mark.slow
def test_without_a_record_both_lenses_must_see_it():
    one_sees = plant(**{"pilots.helps": (HIGH, LOW)})
    both_see = plant(**{"pilots.helps": (LOW, LOW)})
    for rows, expected in ((one_sees, []), (both_see, [("works_but_ignored", "vision")])):
        frame = measure_signatures(frames_of(rows, without=["evidence_usage"]))
        assert present(frame) == expected
        pilots = frame[frame["signature"] == "works_but_ignored"]
        assert pilots["has_fact"].tolist() == [False]


def test_too_few_people_have_no_probability():
    rows = plant(**STALLED, **{"execution.aligned": (HIGH, HIGH[:2])})
    row = measure_signatures(frames_of(rows)).iloc[0]
    assert row["n_min"] == {ONE: 6, TWO: 2}
    assert (np.isnan(row["probability"]), row["is_present"]) == (True, False)
    assert pd.isna(row["claim"])


def test_the_bar_is_that_of_the_settings():
    frames = frames_of(plant(**{"execution.aligned": (HIGH, MIDDLE), **STALLED}))
    strict = measure_signatures(frames, settings=Settings(claim_at=0.99)).iloc[0]
    loose = measure_signatures(frames, settings=Settings(claim_at=0.51, leaning_at=0.3)).iloc[0]
    assert 0.3 < strict["probability"] == loose["probability"] < 0.9
    assert not strict["is_present"]
    assert loose["is_present"] == (loose["probability"] >= 0.51)


def test_nothing_measured_gives_an_empty_frame_with_every_column():
    frame = measure_signatures({})
    assert (len(frame), dtypes_of(frame)) == (0, SIGNATURE_COLUMNS.dtypes)


@pytest.mark.slow
def test_sites_and_waves_stand_apart():
    stalled = plant("north", **STALLED)
    later, *_ = plant("north", wave="2", **{"execution.aligned": (LOW, LOW)})
    frames = frames_of((stalled[0] + later, *stalled[1:]), plant("south"))
    frame = measure_signatures(frames)
    found = frame[frame["is_present"]][["site", "wave", "signature"]].to_numpy().tolist()
    assert found == [["north", "1", "feels_aligned_decisions_stall"]]
    alone = measure_signatures(frames_of(plant("south")))
    pd.testing.assert_frame_equal(at_site(frame, "south"), alone, check_exact=True)

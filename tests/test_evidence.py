import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from measure_frames import CASES, at_site, dtypes_of
from scipy.stats import beta, binomtest, theilslopes

from harmony_kit.measures.evidence import (
    DECISIONS,
    PROGRESS,
    measure_decisions,
    measure_pilot_progress,
    time_decisions,
)
from harmony_kit.measures.evidence_problems import PROBLEMS, list_evidence_problems
from harmony_kit.measures.usage import (
    FADED_TO,
    USAGE,
    measure_usage,
    monday_of,
    share_weekly,
    wilson_interval,
)
from harmony_kit.report.left_out import say_problems
from harmony_kit.report.words import load_words

TODAY = dt.date(2026, 10, 15)


def evidence(name):
    """An evidence frame as the engagement types it."""
    frame = pd.read_csv(CASES / f"{name}.csv", dtype="str")
    counts = ["scope_changes", "eligible_users", "active_users", "shown", "accepted", "overridden"]
    for column in frame:
        if column.endswith("_on") or column == "planned_end":
            frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
        elif column in counts:
            frame[column] = frame[column].astype("Int64")
    return frame


def plain(frame):
    """Rows as lists, missing values as None."""
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


# --- decisions


def test_decisions_worked_by_hand():
    frame = measure_decisions(evidence("decisions"), as_of=TODAY)
    assert dtypes_of(frame) == DECISIONS.dtypes
    counts = ["site", "n", "n_decided", "n_open", "n_dropped", "n_undated", "n_judged", "n_slow"]
    assert plain(frame[counts]) == [
        ["north", 5, 2, 2, 1, 1, 4, 3],
        ["south", 7, 5, 2, 0, 2, 1, 0],
    ]
    times = ["median_days", "longest_days", "oldest_open", "oldest_open_title", "oldest_open_days"]
    assert plain(frame[times]) == [
        [140, 273, "cloud-access", "Cloud access", 273],
        [10, 14, "soon", "Decided after today", 14],
    ]
    assert frame["share_open"].tolist() == pytest.approx([2 / 5, 2 / 7])
    assert frame["held_by"].tolist() == [{"engineering": 2}, {"": 2}]
    assert frame["open_days"][0] == {
        "reorder": 227, "stop-line": 0, "cloud-access": 273, "shift-report": 0, "paint": 0,
    }  # fmt: skip
    assert frame["p_stall"].tolist() == pytest.approx([beta.sf(0.5, 4, 2), beta.sf(0.5, 1, 2)])
    assert frame["pattern"].tolist() == ["decisions_stall", "decisions_move"]


def test_impossible_times_count_in_no_time():
    timed = time_decisions(evidence("decisions"), as_of=TODAY)
    south = timed[timed["site"] == "south"]
    assert plain(south[["decision", "kind", "days"]]) == [
        ["spares", "decided", 10],
        ["labels", "decided", 0],
        ["late", "decided", None],
        ["soon", "open", 14],
        ["blank", "decided", None],
        ["odd", "open", 10],
        ["both", "decided", 10],
    ]


def test_a_site_where_nothing_is_decided_has_no_median():
    decisions = evidence("decisions").iloc[[0, 2]]
    row = measure_decisions(decisions, as_of=TODAY).iloc[0]
    assert row[["median_days", "median_low", "median_high"]].isna().all()
    assert row[["n_open", "longest_days", "n_judged", "n_slow"]].tolist() == [2, 273, 2, 2]


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(1, 200), st.booleans()), min_size=1, max_size=15).filter(
        lambda rows: any(done for _, done in rows)
    )
)
def test_median_is_that_of_lifelines(rows):
    today = pd.Timestamp(TODAY)
    raised = [today - pd.Timedelta(days=400 if done else days) for days, done in rows]
    decided = [
        start + pd.Timedelta(days=days) if done else pd.NaT
        for start, (days, done) in zip(raised, rows, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "site": "north",
            "decision": [f"d{i}" for i in range(len(rows))],
            "title": "",
            "raised_on": pd.Series(raised).astype("datetime64[s]"),
            "decided_on": pd.Series(pd.to_datetime(decided)).astype("datetime64[s]"),
            "held_by": "",
            "status": "",
        }
    )
    found = measure_decisions(frame, as_of=TODAY).iloc[0]
    days, done = zip(*rows, strict=True)
    fitter = KaplanMeierFitter(alpha=0.20).fit(days, done)
    assert plain(pd.DataFrame([found[["median_days"]]])) == [
        [first_half(fitter.survival_function_.iloc[:, 0])]
    ]
    low = first_half(fitter.confidence_interval_survival_function_.iloc[:, 0])
    assert low is None or found["median_low"] == low


def first_half(curve):
    """First time at which a curve is down to half; None if never."""
    times = curve.index[curve <= 0.5 + 1e-9]
    return times[0] if len(times) else None


def test_the_day_of_the_question_decides():
    decisions = evidence("decisions")
    early = measure_decisions(decisions, as_of=dt.date(2026, 3, 31)).iloc[0]
    assert early[["n", "n_open", "oldest_open_days"]].tolist() == [2, 2, 75]
    assert measure_decisions(decisions, as_of=dt.date(2025, 1, 1))["site"].tolist() == ["south"]


# --- pilots


def test_pilot_progress_worked_by_hand():
    frame = measure_pilot_progress(evidence("pilots"), as_of=TODAY)
    assert dtypes_of(frame) == PROGRESS.dtypes
    columns = [
        "pilot", "is_open", "planned_days", "days_running", "days_over", "scope_changes",
        "is_past_end", "is_growing", "is_drifting",
    ]  # fmt: skip
    assert plain(frame[columns]) == [
        ["assistant", False, 152, 167, 15, 1, True, False, True],
        ["planner", True, 152, 136, -16, 0, False, False, False],
        ["vision", True, 119, 256, 137, 3, True, True, True],
        ["backwards", True, None, 167, 197, None, True, False, True],
        ["early", False, 180, 151, -29, 0, False, False, False],
        ["endless", True, None, 287, None, 0, False, False, False],
        ["undated", False, 59, None, None, 2, False, True, True],
    ]
    assert frame["overrun"][2] == pytest.approx(137 / 119)


# --- usage


def test_usage_worked_by_hand():
    frame = measure_usage(evidence("usage"), as_of=TODAY)
    assert dtypes_of(frame) == USAGE.dtypes
    row = frame.iloc[0]
    weeks = ["n_weeks", "first_week", "last_week", "n_gaps", "weeks_silent", "peak_week"]
    assert row[weeks].tolist() == [8, "2026-W33", "2026-W41", 1, 1, "2026-W36"]
    assert row["gaps"] == ["2026-W37"]
    now, peak = (6 + 4 + 4 + 2) / 80, (10 + 16 + 18 + 14) / 80
    shares = ["active_share", "peak_share", "now_vs_peak", "n_eligible"]
    assert row[shares].tolist() == pytest.approx([now, peak, now / peak, 20])
    active = np.array([10, 16, 18, 14, 6, 4, 4, 2]) / 20
    slope, _, low, high = theilslopes(active, [33, 34, 35, 36, 38, 39, 40, 41], 0.80)
    trend = ["trend_per_week", "trend_low", "trend_high"]
    assert row[trend].tolist() == pytest.approx([slope, low, high])
    assert row[["n_shown", "acceptance", "override"]].tolist() == pytest.approx(
        [500, 240 / 500, 160 / 500]
    )
    assert row[["pattern", "claim"]].tolist() == ["adoption_fades", "claimed"]


def test_impossible_counts_are_in_no_share_and_no_rate():
    row = measure_usage(evidence("usage"), as_of=TODAY).iloc[1]
    assert row[["n_weeks", "n_shown", "acceptance"]].tolist() == [2, 10, 0.4]
    gone = ["active_share", "peak_share", "now_vs_peak", "trend_per_week", "p_fades", "p_used"]
    assert row[[*gone, "claim", "peak_week"]].isna().all()


@given(st.integers(0, 60), st.integers(0, 60))
def test_wilson_interval_is_that_of_scipy(successes, failures):
    n = successes + failures
    low, high = wilson_interval(np.array([successes]), np.array([n]))
    if n == 0:
        assert np.isnan([low, high]).all()
        return
    expected = binomtest(successes, n).proportion_ci(0.80, method="wilson")
    assert [low[0], high[0]] == pytest.approx([expected.low, expected.high], abs=1e-9)


def test_probability_of_fading_is_that_of_two_beta_shares():
    frame = measure_usage(evidence("usage"), as_of=TODAY)
    generator = np.random.default_rng(0)
    now = generator.beta(4 + 1, 16 + 1, 100_000)
    peak = generator.beta(14.5 + 1, 5.5 + 1, 100_000)
    assert frame["p_fades"][0] == pytest.approx((now < FADED_TO * peak).mean(), abs=0.01)
    assert frame["p_used"][0] == pytest.approx(beta.sf(0.5, 5, 17))


@pytest.mark.parametrize(
    ("week", "monday"),
    [
        ("2026-W01", dt.date(2025, 12, 29)),
        ("2020-W53", dt.date(2020, 12, 28)),
        ("2026-W53", dt.date(2026, 12, 28)),
        ("2025-W53", None),
        ("2026-W00", None),
        ("2026-W54", None),
        ("June", None),
    ],
)
def test_monday_of_an_iso_week(week, monday):
    assert monday_of(week) == monday


def test_weeks_across_a_new_year_are_neighbours():
    usage = evidence("usage").iloc[:4].assign(week=["2026-W52", "2026-W53", "2027-W01", "2027-W02"])
    row = measure_usage(usage, as_of=dt.date(2027, 2, 1)).iloc[0]
    assert row[["n_gaps", "weeks_silent"]].tolist() == [0, 3]
    weekly = share_weekly(usage, as_of=dt.date(2027, 2, 1))
    assert {later - earlier for earlier, later in pairwise(weekly["monday"])} == {
        pd.Timedelta(days=7)
    }


# --- problems, and what holds for all


def test_problems_are_listed_with_what_is_done_about_them():
    frame = list_evidence_problems(
        evidence("decisions"), evidence("pilots"), evidence("usage"), as_of=TODAY
    )
    assert dtypes_of(frame) == PROBLEMS.dtypes
    expected = pd.read_csv(CASES / "problems.csv", dtype="str")
    codes = ["file", "id", "week", "problem", "handling", "allowed"]
    assert plain(frame[codes]) == plain(expected[codes])
    said = say_problems(frame, load_words("en"))
    sentences = ["file", "id", "week", "problem", "what", "handled"]
    assert plain(said[sentences]) == plain(expected[sentences])
    german = say_problems(frame, load_words("de"))
    assert german["what"].tolist()[4] == "status ist keines von open, decided, dropped"
    assert not {*german["what"], *german["handled"]} & {*said["what"], *said["handled"]}


MEASURES = {
    "decisions": (measure_decisions, DECISIONS.dtypes),
    "pilots": (measure_pilot_progress, PROGRESS.dtypes),
    "usage": (measure_usage, USAGE.dtypes),
}


@pytest.mark.parametrize("name", MEASURES)
def test_no_rows_give_an_empty_frame_with_every_column(name):
    measure, dtypes = MEASURES[name]
    frame = measure(evidence(name).iloc[:0], as_of=TODAY)
    assert (len(frame), dtypes_of(frame)) == (0, dtypes)


def test_no_evidence_has_no_problems():
    empty = [evidence(name).iloc[:0] for name in MEASURES]
    frame = list_evidence_problems(*empty, as_of=TODAY)
    assert (len(frame), dtypes_of(frame)) == (0, PROBLEMS.dtypes)
    said = say_problems(frame, load_words("en"))
    assert (len(said), said.columns.tolist()[-3:]) == (0, ["problem", "what", "handled"])


@pytest.mark.parametrize("name", MEASURES)
def test_a_site_does_not_depend_on_its_company(name):
    measure, _ = MEASURES[name]
    rows = evidence(name)
    together = measure(rows, as_of=TODAY)
    alone = measure(at_site(rows, "south"), as_of=TODAY)
    assert at_site(together, "south").equals(alone)


def test_a_recurring_decision_waits_for_nobody():
    days = {"raised_on": ["2026-01-01"] * 3, "decided_on": [None] * 3}
    decisions = pd.DataFrame(days).astype("datetime64[s]")
    decisions = decisions.assign(site="north", title="", held_by="it", status="open")
    decisions = decisions.assign(decision=["a", "b", "c"], kind=["recurring", "one_off", None])
    assert time_decisions(decisions, as_of=TODAY)["decision"].tolist() == ["b", "c"]
    (row,) = measure_decisions(decisions, as_of=TODAY).to_dict("records")
    assert (row["n"], row["n_open"], sorted(row["open_days"])) == (2, 2, ["b", "c"])

"""What cannot be in the evidence files: listed, with what the measures do about it.

Both are codes; ``records.yaml`` of each language has the words, under ``problem`` and ``handled``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from harmony_kit.measures.arrays import Bools, Days
from harmony_kit.measures.declaration import NAME, TEXT, declare
from harmony_kit.measures.evidence import DECISION_STATUSES, PILOT_STATUSES
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.usage import monday_of

__all__ = ["PROBLEMS", "list_evidence_problems"]

#: Columns of `list_evidence_problems`, in order.
PROBLEMS = declare(
    file=NAME,
    site=NAME,
    id=NAME,
    week=NAME,
    problem=NAME,
    handling=NAME,
    allowed=TEXT,
)

_Found = tuple[str, Bools, str]


def list_evidence_problems(
    decisions: pd.DataFrame, pilots: pd.DataFrame, usage: pd.DataFrame, *, as_of: date
) -> pd.DataFrame:
    """Values that cannot be, one row each, and what is done about them.

    Columns ``file, site, id`` (of the decision or pilot), ``week`` (usage only), ``problem,
    handling`` (codes) and ``allowed`` (what a status may be, NA elsewhere). Listed are dates in
    the wrong order or in the future, dates missing, statuses nobody knows or against the dates,
    weeks that do not exist, more active than eligible users, more accepted and overridden than
    shown, and rows that stand twice.

    >>> dates = {"raised_on": ["2026-03-01"], "decided_on": ["2026-02-01"]}
    >>> decisions = pd.DataFrame(dates).astype("datetime64[s]")
    >>> decisions = decisions.assign(site="north", decision="d1", status="decided")
    >>> none = ["site", "pilot", "week", "status", "started_on", "planned_end", "ended_on"]
    >>> counts = ["eligible_users", "active_users", "shown", "accepted", "overridden"]
    >>> empty = pd.DataFrame(columns=[*none, *counts])
    >>> found = list_evidence_problems(decisions, empty, empty, as_of=date(2026, 10, 15))
    >>> found[["file", "id", "problem", "handling"]]
                file  id                problem handling
    0  decisions.csv  d1  decided_before_raised  no_time
    """
    today = np.datetime64(as_of, "s")
    parts = [
        *_rows("decision", decisions, _decisions(decisions, today)),
        *_rows("pilot", pilots, _pilots(pilots, today)),
        *_rows("week", usage, _usage(usage, today)),
    ]
    if not parts:
        return PROBLEMS.empty()
    return finish(pd.concat(parts, ignore_index=True), PROBLEMS)


#: What a row is about → its file, and the column that names it.
_PLACES = {
    "decision": ("decisions.csv", "decision"),
    "pilot": ("pilots.csv", "pilot"),
    "week": ("usage.csv", "pilot"),
}
_STATUSES = {"decision": DECISION_STATUSES, "pilot": PILOT_STATUSES}
_UNKNOWN = "status_unknown"


def _rows(about: str, frame: pd.DataFrame, found: Iterator[_Found]) -> Iterator[pd.DataFrame]:
    if frame.empty:
        return
    file, key = _PLACES[about]
    for problem, is_wrong, handling in found:
        if is_wrong.any():
            wrong = frame[is_wrong]
            listed = wrong[["site"]].assign(file=file, id=wrong[key], week=wrong.get("week"))
            allowed = ", ".join(_STATUSES[about]) if problem == _UNKNOWN else None
            yield listed.assign(problem=problem, handling=handling, allowed=allowed)


# Arrays and not columns of a frame: on the few rows of a plant they take a fifth of the time.


def _is(frame: pd.DataFrame, *statuses: str) -> Bools:
    """Whether the status of each row is one of these; "" is none."""
    told = ("" if pd.isna(one) else one.strip().lower() for one in frame["status"].tolist())
    return np.array([one in statuses for one in told], dtype=bool)


def _days(frame: pd.DataFrame, name: str) -> Days:
    """When, NaT where nobody said."""
    return frame[name].to_numpy(dtype="datetime64[s]")


def _is_again(frame: pd.DataFrame, *names: str) -> Bools:
    """Whether a row above says the same of these columns."""
    first: dict[tuple[object, ...], int] = {}
    rows = zip(*(frame[name].tolist() for name in names), strict=True)
    places = [first.setdefault(row, place) for place, row in enumerate(rows)]
    return np.asarray(np.array(places) != np.arange(len(frame)))


def _decisions(frame: pd.DataFrame, today: np.datetime64) -> Iterator[_Found]:
    raised, decided = _days(frame, "raised_on"), _days(frame, "decided_on")
    yield "raised_missing", np.isnat(raised), "no_time"
    yield "raised_future", raised > today, "left_out"
    yield "decided_future", decided > today, "open"
    yield "decided_before_raised", decided < raised, "no_time"
    yield _UNKNOWN, ~_is(frame, *DECISION_STATUSES, ""), "dates_decide"
    yield "open_but_decided", _is(frame, "open") & ~np.isnat(decided), "dates_decide"
    yield "decided_undated", _is(frame, "decided") & np.isnat(decided), "no_time"
    yield "twice", _is_again(frame, "site", "decision"), "first_row"


def _pilots(frame: pd.DataFrame, today: np.datetime64) -> Iterator[_Found]:
    started, planned = _days(frame, "started_on"), _days(frame, "planned_end")
    ended = _days(frame, "ended_on")
    yield "started_missing", np.isnat(started), "no_time"
    yield "started_future", started > today, "left_out"
    yield "planned_missing", np.isnat(planned), "never_late"
    yield "planned_before_started", planned <= started, "no_overrun"
    yield "ended_future", ended > today, "open"
    yield "ended_before_started", ended < started, "not_dated"
    yield _UNKNOWN, ~_is(frame, *PILOT_STATUSES, ""), "dates_decide"
    yield "ended_undated", _is(frame, "ended", "stopped") & np.isnat(ended), "no_time"
    yield "running_but_ended", _is(frame, "running") & ~np.isnat(ended), "dates_decide"
    yield "twice", _is_again(frame, "site", "pilot"), "first_row"


def _usage(frame: pd.DataFrame, today: np.datetime64) -> Iterator[_Found]:
    weeks = frame["week"].tolist()
    known = {week: monday_of(str(week)) for week in dict.fromkeys(weeks)}
    mondays = np.array([known[week] for week in weeks], dtype="datetime64[s]")
    active, eligible, shown, accepted, overridden = (
        frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("active_users", "eligible_users", "shown", "accepted", "overridden")
    )
    yield "week_unknown", np.isnat(mondays), "left_out"
    yield "week_future", mondays > today, "left_out"
    yield "more_active", active > eligible, "not_in_share"
    yield "none_eligible", eligible == 0, "not_in_share"
    yield "more_answered", accepted + overridden > shown, "not_in_rates"
    yield "twice", _is_again(frame, "site", "pilot", "week"), "first_row"

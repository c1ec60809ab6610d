"""What cannot be in the evidence files: listed, with what the measures do about it.

Both are codes; ``records.yaml`` of each language has the words, under ``problem`` and ``handled``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

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

_Found = tuple[str, pd.Series, str]


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
    today = pd.Timestamp(as_of)
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
    file, key = _PLACES[about]
    for problem, is_wrong, handling in found:
        is_listed = is_wrong.to_numpy(dtype=bool, na_value=False)
        if is_listed.any():
            wrong = frame[is_listed]
            listed = wrong[["site"]].assign(file=file, id=wrong[key], week=wrong.get("week"))
            allowed = ", ".join(_STATUSES[about]) if problem == _UNKNOWN else None
            yield listed.assign(problem=problem, handling=handling, allowed=allowed)


def _status(frame: pd.DataFrame) -> pd.Series:
    return frame["status"].fillna("").str.strip().str.lower()


def _decisions(frame: pd.DataFrame, today: pd.Timestamp) -> Iterator[_Found]:
    status, raised, decided = _status(frame), frame["raised_on"], frame["decided_on"]
    yield "raised_missing", raised.isna(), "no_time"
    yield "raised_future", raised.gt(today), "left_out"
    yield "decided_future", decided.gt(today), "open"
    yield "decided_before_raised", decided.lt(raised), "no_time"
    yield _UNKNOWN, ~status.isin((*DECISION_STATUSES, "")), "dates_decide"
    is_open, is_decided = status.eq("open"), status.eq("decided")
    yield "open_but_decided", is_open & decided.notna(), "dates_decide"
    yield "decided_undated", is_decided & decided.isna(), "no_time"
    yield "twice", frame.duplicated(["site", "decision"]), "first_row"


def _pilots(frame: pd.DataFrame, today: pd.Timestamp) -> Iterator[_Found]:
    status, started, planned = _status(frame), frame["started_on"], frame["planned_end"]
    ended = frame["ended_on"]
    yield "started_missing", started.isna(), "no_time"
    yield "started_future", started.gt(today), "left_out"
    yield "planned_missing", planned.isna(), "never_late"
    yield "planned_before_started", planned.le(started), "no_overrun"
    yield "ended_future", ended.gt(today), "open"
    yield "ended_before_started", ended.lt(started), "not_dated"
    yield _UNKNOWN, ~status.isin((*PILOT_STATUSES, "")), "dates_decide"
    is_over = status.isin(("ended", "stopped"))
    yield "ended_undated", is_over & ended.isna(), "no_time"
    yield "running_but_ended", status.eq("running") & ended.notna(), "dates_decide"
    yield "twice", frame.duplicated(["site", "pilot"]), "first_row"


def _usage(frame: pd.DataFrame, today: pd.Timestamp) -> Iterator[_Found]:
    mondays = pd.to_datetime(frame["week"].map(lambda week: monday_of(str(week))))
    answered = frame["accepted"] + frame["overridden"]
    yield "week_unknown", mondays.isna(), "left_out"
    yield "week_future", mondays.gt(today), "left_out"
    yield "more_active", frame["active_users"].gt(frame["eligible_users"]), "not_in_share"
    yield "none_eligible", frame["eligible_users"].eq(0), "not_in_share"
    yield "more_answered", answered.gt(frame["shown"]), "not_in_rates"
    yield "twice", frame.duplicated(["site", "pilot", "week"]), "first_row"

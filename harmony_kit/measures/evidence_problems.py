"""What cannot be in the evidence files: listed, with what the measures do about it."""

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
    what=TEXT,
    handled=TEXT,
)

_TIMES = "counts in no time"
_DATES = "the dates decide"
_LEFT_OUT = "left out"

_Found = tuple[str, pd.Series, str]


def list_evidence_problems(
    decisions: pd.DataFrame, pilots: pd.DataFrame, usage: pd.DataFrame, *, as_of: date
) -> pd.DataFrame:
    """Values that cannot be, one row each, and what is done about them.

    Columns ``file, site, id`` (of the decision or pilot), ``week`` (usage only), ``what,
    handled``. Listed are dates in the wrong order or in the future, dates missing, statuses
    nobody knows or against the dates, weeks that do not exist, more active than eligible users,
    more accepted and overridden than shown, and rows that stand twice.
    """
    today = pd.Timestamp(as_of)
    parts = [
        *_rows("decisions.csv", decisions, "decision", _decisions(decisions, today)),
        *_rows("pilots.csv", pilots, "pilot", _pilots(pilots, today)),
        *_rows("usage.csv", usage, "pilot", _usage(usage, today)),
    ]
    if not parts:
        return PROBLEMS.empty()
    return finish(pd.concat(parts, ignore_index=True), PROBLEMS)


def _rows(
    file: str, frame: pd.DataFrame, key: str, found: Iterator[_Found]
) -> Iterator[pd.DataFrame]:
    for what, is_wrong, handled in found:
        is_listed = is_wrong.to_numpy(dtype=bool, na_value=False)
        if is_listed.any():
            wrong = frame[is_listed]
            week = wrong.get("week")
            about = wrong[["site"]].assign(file=file, id=wrong[key], week=week)
            yield about.assign(what=what, handled=handled)


def _status(frame: pd.DataFrame) -> pd.Series:
    return frame["status"].fillna("").str.strip().str.lower()


def _decisions(frame: pd.DataFrame, today: pd.Timestamp) -> Iterator[_Found]:
    status, raised, decided = _status(frame), frame["raised_on"], frame["decided_on"]
    yield "raised_on is missing", raised.isna(), _TIMES
    yield "raised_on is in the future", raised.gt(today), _LEFT_OUT
    yield "decided_on is in the future", decided.gt(today), "counts as open"
    yield "decided_on is before raised_on", decided.lt(raised), _TIMES
    yield "status is not one of " + ", ".join(DECISION_STATUSES), _unknown(status), _DATES
    is_open, is_decided = status.eq("open"), status.eq("decided")
    yield "status is open but decided_on is given", is_open & decided.notna(), _DATES
    yield "status is decided but decided_on is missing", is_decided & decided.isna(), _TIMES
    yield "stands twice", frame.duplicated(["site", "decision"]), "the first row counts"


def _unknown(status: pd.Series, known: tuple[str, ...] = DECISION_STATUSES) -> pd.Series:
    return ~status.isin((*known, ""))


def _pilots(frame: pd.DataFrame, today: pd.Timestamp) -> Iterator[_Found]:
    status, started, planned = _status(frame), frame["started_on"], frame["planned_end"]
    ended = frame["ended_on"]
    yield "started_on is missing", started.isna(), _TIMES
    yield "started_on is in the future", started.gt(today), _LEFT_OUT
    yield "planned_end is missing", planned.isna(), "is never past its end"
    yield "planned_end is not after started_on", planned.le(started), "has no overrun"
    yield "ended_on is in the future", ended.gt(today), "counts as open"
    yield "ended_on is before started_on", ended.lt(started), "counts as not dated"
    yield (
        "status is not one of " + ", ".join(PILOT_STATUSES),
        _unknown(status, PILOT_STATUSES),
        _DATES,
    )
    is_over = status.isin(("ended", "stopped"))
    yield "status is ended but ended_on is missing", is_over & ended.isna(), _TIMES
    yield "status is running but ended_on is given", status.eq("running") & ended.notna(), _DATES
    yield "stands twice", frame.duplicated(["site", "pilot"]), "the first row counts"


def _usage(frame: pd.DataFrame, today: pd.Timestamp) -> Iterator[_Found]:
    mondays = pd.to_datetime(frame["week"].map(lambda week: monday_of(str(week))))
    answered = frame["accepted"] + frame["overridden"]
    rate = "not in the rates"
    yield "week does not exist", mondays.isna(), _LEFT_OUT
    yield "week is in the future", mondays.gt(today), _LEFT_OUT
    yield (
        "more active than eligible users",
        frame["active_users"].gt(frame["eligible_users"]),
        "not in the share",
    )
    yield "no eligible users", frame["eligible_users"].eq(0), "not in the share"
    yield "more accepted and overridden than shown", answered.gt(frame["shown"]), rate
    yield "stands twice", frame.duplicated(["site", "pilot", "week"]), "the first row counts"

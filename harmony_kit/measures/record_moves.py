"""What moved on record from one day to another: decisions, pilots and use, without asking anybody.

>>> decisions = pd.DataFrame({"site": "north", "decision": ["cloud"], "title": ["Cloud"]})
>>> decisions = decisions.assign(held_by="", status="decided")
>>> for name, day in (("raised_on", "2026-01-05"), ("decided_on", "2026-11-20")):
...     decisions[name] = pd.Series([day]).astype("datetime64[s]")
>>> span = date(2026, 11, 3), date(2026, 12, 3)
>>> found = measure_record_moves(decisions, pd.DataFrame(), pd.DataFrame(), *span)
>>> found[["record", "subject", "before", "after", "is_moved"]]
     record subject before    after  is_moved
0  decision   cloud   open  decided      True
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from harmony_kit.measures.declaration import NAME, SHARE, TRUTH, declare
from harmony_kit.measures.evidence import measure_pilot_progress, time_decisions
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.usage import measure_usage

__all__ = ["RECORD_MOVES", "measure_record_moves"]

#: The columns of `measure_record_moves`, in order. `low` and `high` of a share bound 80 %.
RECORD_MOVES: Final = declare(
    site=NAME,
    record=NAME,
    subject=NAME,
    before=NAME,
    after=NAME,
    share_before=SHARE,
    share_after=SHARE,
    is_moved=TRUTH,
)

_KEY: Final = ["site", "subject"]


def measure_record_moves(
    decisions: pd.DataFrame, pilots: pd.DataFrame, usage: pd.DataFrame, since: date, as_of: date
) -> pd.DataFrame:
    """How decisions, pilots and the use of pilots stood on one day, and stand on another.

    Parameters
    ----------
    decisions, pilots, usage
        The frames of the evidence files.
    since, as_of
        The two days.

    Returns
    -------
    frame
        One row per decision, pilot and use of a pilot known on either day; columns
        `RECORD_MOVES`. `before` and `after` are ``open``, ``decided``, ``dropped`` of a decision,
        ``running``, ``late`` (past its planned end), ``ended`` of a pilot, and empty where there
        was none yet; the shares are those of `measure_usage`, NaN for other records. `is_moved` is
        whether a decision was made or a pilot ended, and of use whether the two intervals of 80 %
        lie apart.
    """
    parts = [
        _pair("decision", *(_decisions(decisions, day) for day in (since, as_of))),
        _pair("pilot", *(_pilots(pilots, day) for day in (since, as_of))),
        _pair_use(*(_use(usage, day) for day in (since, as_of))),
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return RECORD_MOVES.empty()
    moved = pd.concat(filled, ignore_index=True)
    order = moved["record"].map({"decision": 0, "pilot": 1, "use": 2})
    ordered = moved.assign(order=order).sort_values(["site", "order", "subject"])
    return finish(ordered.reset_index(drop=True), RECORD_MOVES)


def _decisions(decisions: pd.DataFrame, day: date) -> pd.DataFrame:
    if decisions.empty:
        return pd.DataFrame(columns=[*_KEY, "state"])
    found = time_decisions(decisions, as_of=day)
    return found.rename(columns={"decision": "subject", "kind": "state"})[[*_KEY, "state"]]


def _pilots(pilots: pd.DataFrame, day: date) -> pd.DataFrame:
    if pilots.empty:
        return pd.DataFrame(columns=[*_KEY, "state"])
    # The word in `status` is of today: a pilot that ended later was running then.
    was_running = pilots["ended_on"] > pd.Timestamp(day)
    known = pilots.assign(status=pilots["status"].mask(was_running, "running"))
    found = measure_pilot_progress(known, as_of=day)
    late = np.where(found["is_past_end"], "late", "running")
    state = np.where(found["is_open"], late, "ended")
    return found.rename(columns={"pilot": "subject"}).assign(state=state)[[*_KEY, "state"]]


def _pair(record: str, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    both = before.merge(after, on=_KEY, how="outer", suffixes=("_before", "_after"))
    both = both.fillna({"state_before": "", "state_after": ""})
    is_over = both["state_after"].isin(["decided", "dropped", "ended"])
    return both.assign(
        record=record,
        before=both["state_before"],
        after=both["state_after"],
        share_before=np.nan,
        share_after=np.nan,
        is_moved=is_over & both["state_before"].ne(both["state_after"]),
    )


def _use(usage: pd.DataFrame, day: date) -> pd.DataFrame:
    names = ["active_share", "active_low", "active_high"]
    if usage.empty:
        return pd.DataFrame(columns=[*_KEY, *names])
    return measure_usage(usage, as_of=day).rename(columns={"pilot": "subject"})[[*_KEY, *names]]


def _pair_use(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    both = before.merge(after, on=_KEY, how="outer", suffixes=("_before", "_after"))
    number: dict[str, Any] = {
        str(name): both[name].to_numpy(dtype=np.float64) for name in both if name not in _KEY
    }
    if not len(both):
        return both
    fell = number["active_high_after"] < number["active_low_before"]
    rose = number["active_low_after"] > number["active_high_before"]
    return both.assign(
        record="use",
        before="",
        after="",
        share_before=number["active_share_before"],
        share_after=number["active_share_after"],
        is_moved=fell | rose,
    )

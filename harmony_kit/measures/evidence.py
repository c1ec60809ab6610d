"""What happened, to lay beside what was said: decisions, pilots and (in `usage`) adoption.

Evidence is a record, not a sample of people: it has no lens and no wave, only a site and the
day it is read. Rows that cannot be are left out of the numbers they would spoil;
`evidence_problems.list_evidence_problems` names them.

>>> days = {"raised_on": ["2026-01-01", "2026-03-01"], "decided_on": ["2026-01-19", None]}
>>> dates = pd.DataFrame(days).astype("datetime64[s]")
>>> told = {"site": "north", "title": "", "held_by": "it", "status": "open"}
>>> decisions = dates.assign(decision=["d1", "d2"], **told)
>>> time_decisions(decisions, as_of=date(2026, 10, 15))["days"].tolist()
[18.0, 228.0]
>>> found = measure_decisions(decisions, as_of=date(2026, 10, 15))
>>> found[["n", "n_open", "median_days", "oldest_open", "oldest_open_days"]]
   n  n_open  median_days oldest_open  oldest_open_days
0  2       1         18.0          d2             228.0
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.declaration import (
    COUNT,
    DAY,
    DAYS,
    NAME,
    PROBABILITY,
    SHARE,
    TEXT,
    TRUTH,
    declare,
)
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.record_days import NEVER, days_between, days_in, first_begun, words_in
from harmony_kit.measures.selection import code_groups
from harmony_kit.measures.waiting_times import median_wait

__all__ = [
    "DECISIONS",
    "DECISION_STATUSES",
    "PILOT_STATUSES",
    "PROGRESS",
    "STALL_DAYS",
    "measure_decisions",
    "measure_pilot_progress",
    "time_decisions",
]

Values = npt.NDArray[np.object_]

#: Words that may stand as a status; the dates decide where the two disagree.
DECISION_STATUSES = ("open", "decided", "dropped")
PILOT_STATUSES = ("planned", "running", "ended", "stopped")

#: Decisions stall when more than half take longer than this.
STALL_DAYS = 60

#: A pilot drifts when it passes its planned end by more days than this, or its scope changes
#: this often.
GRACE_DAYS = 14
MANY_CHANGES = 2

#: Columns of `measure_decisions`, in order.
DECISIONS = declare(
    site=NAME,
    n=COUNT.of("decisions"),
    n_decided=COUNT.of("decisions"),
    n_open=COUNT.of("decisions"),
    n_dropped=COUNT.of("decisions"),
    n_undated=COUNT.of("decisions"),
    share_open=SHARE,
    median_days=DAYS,
    median_low=DAYS,
    median_high=DAYS,
    longest_days=DAYS,
    oldest_open=NAME,
    oldest_open_title=TEXT,
    oldest_open_days=DAYS,
    held_by=COUNT.of("decisions").each,
    open_days=DAYS.each,
    decided_days=DAYS.each,
    n_judged=COUNT.of("decisions"),
    n_slow=COUNT.of("decisions"),
    p_stall=PROBABILITY,
    pattern=NAME,
    probability=PROBABILITY,
    claim=NAME,
)

#: Columns of `measure_pilot_progress`, in order.
PROGRESS = declare(
    site=NAME,
    pilot=NAME,
    title=TEXT,
    status=NAME,
    started_on=DAY,
    planned_end=DAY,
    ended_on=DAY,
    is_open=TRUTH,
    planned_days=DAYS,
    days_running=DAYS,
    days_over=DAYS,
    overrun=SHARE,
    scope_changes=COUNT.of("changes").or_none,
    is_past_end=TRUTH,
    is_growing=TRUTH,
    is_drifting=TRUTH,
)


def time_decisions(decisions: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """How long each decision took or has been waiting, as of a day.

    A row is a decision raised by then, `age` days ago, none known to be recurring; columns ``site,
    decision, title, held_by, kind, days, age``. `kind` is ``decided``, ``open`` or ``dropped``;
    `days` from raised to decided, dropped or `as_of`, NaN where a date is missing or in the wrong
    order. One made after `as_of` was open then. The dates win over the word in `status`.
    """
    today = np.datetime64(as_of, "s")
    waiting = decisions[decisions["kind"].ne("recurring")] if "kind" in decisions else decisions
    seen = first_begun(waiting, ["site", "decision"], "raised_on", today)
    raised, decided = days_in(seen["raised_on"]), days_in(seen["decided_on"])
    status = words_in(seen["status"])
    is_later = decided > today
    kind = np.full(len(seen), "open", dtype=object)
    kind[(~np.isnat(decided) | (status == "decided")) & ~is_later] = "decided"
    kind[status == "dropped"] = "dropped"
    until = np.where(kind == "open", today, np.where(is_later, NEVER, decided))
    days = days_between(raised, until)
    return seen[["site", "decision", "title"]].assign(
        held_by=seen["held_by"].fillna(""),
        kind=pd.array(kind, dtype="str"),
        days=np.where(days >= 0, days, np.nan),
        age=days_between(raised, np.full(len(seen), today)),
    )


def measure_decisions(
    decisions: pd.DataFrame,
    *,
    as_of: date,
    stall_days: int = STALL_DAYS,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """How long decisions take at each site, the open ones counted as still waiting.

    A row is a site with decisions; columns `DECISIONS`. The median is Kaplan and Meier's with open
    (and dropped) decisions censored, NaN while less than half are decided: then it is more than
    `longest_days` suggests; its interval holds 80 %. `n_undated` count in no time. `p_stall` is the
    probability that more than half take longer than `stall_days`: Beta(slow + 1, judged - slow +
    1), judging only those raised at least so long before `as_of`, as of younger ones the quick are
    known and the slow are not (length bias). `held_by` counts the open ones per holder,
    `open_days` is how long each decision has been waiting, 0 when it is not.
    """
    settings = settings or Settings()
    timed = time_decisions(decisions, as_of=as_of)
    if timed.empty:
        return DECISIONS.empty()
    groups = code_groups(timed, ["site"])
    timed = timed.iloc[np.argsort(groups.codes, kind="stable")]
    record = _Record(*(timed[name].to_numpy(dtype=object) for name in _RECORDED))
    ends = np.searchsorted(np.sort(groups.codes), np.arange(groups.n + 1))
    rows = [_decisions_of(record.part(*two), stall_days) for two in pairwise(ends)]
    measured = groups.keys.join(pd.DataFrame(rows))
    measured["share_open"] = measured["n_open"] / measured["n"]
    slow, judged = measured["n_slow"].to_numpy(), measured["n_judged"].to_numpy()
    measured["p_stall"] = 1 - betainc(slow + 1.0, judged - slow + 1.0, 0.5)
    measured["probability"] = measured["p_stall"].clip(lower=1 - measured["p_stall"])
    is_stalling = measured["p_stall"].gt(0.5)
    measured["pattern"] = np.where(is_stalling, "decisions_stall", "decisions_move")
    measured[CERTAINTY] = measured["probability"].where(measured["n_judged"].gt(0))
    return finish(measured, DECISIONS, settings)


@dataclass(frozen=True)
class _Record:
    """The decisions of one site: id, title, holder, kind, days and age (NaN where not usable)."""

    decision: Values
    title: Values
    held_by: Values
    kind: Values
    days: Values
    age: Values

    def part(self, start: int, stop: int) -> _Record:
        return _Record(*(getattr(self, name)[start:stop] for name in _RECORDED))


_RECORDED = ("decision", "title", "held_by", "kind", "days", "age")


def _decisions_of(record: _Record, stall_days: int) -> dict[str, object]:
    days = record.days.astype(np.float64)
    is_open, is_decided = record.kind == "open", record.kind == "decided"
    is_known = ~np.isnan(days)
    is_old = record.age.astype(np.float64) >= stall_days
    is_slow = is_known & is_old & (days > stall_days)
    waiting = sorted((-days[i], record.decision[i], i) for i in np.flatnonzero(is_open & is_known))
    oldest = waiting[0][2] if waiting else None
    holders = Counter(str(holder) for holder in record.held_by[is_open])
    return {
        "n": len(days),
        "n_decided": int(is_decided.sum()),
        "n_open": int(is_open.sum()),
        "n_dropped": int((record.kind == "dropped").sum()),
        "n_undated": int((~is_known).sum()),
        "longest_days": days[is_known].max() if is_known.any() else np.nan,
        "oldest_open": None if oldest is None else record.decision[oldest],
        "oldest_open_title": None if oldest is None else record.title[oldest],
        "oldest_open_days": np.nan if oldest is None else days[oldest],
        "held_by": dict(sorted(holders.items())),
        "open_days": dict(zip(record.decision, np.where(is_open, days, 0.0).tolist(), strict=True)),
        "decided_days": _days_of(record, is_decided & is_known),
        "n_judged": int((is_slow | (is_known & is_old & is_decided)).sum()),
        "n_slow": int(is_slow.sum()),
        **median_wait(days[is_known], is_decided[is_known]),
    }


def _days_of(record: _Record, is_told: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Decision → days, of some of them."""
    told = np.flatnonzero(is_told)
    return {str(record.decision[i]): float(record.days[i]) for i in told}


def measure_pilot_progress(pilots: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """How far each pilot is past its planned end, and how its scope moved, as of a day.

    A row is a pilot begun (or not dated) by then; columns `PROGRESS`. `days_over` counts
    from the planned end to the end, or to `as_of` while it is open; negative before the planned
    end, NaN without one. `overrun` is that through the planned days. A pilot drifts when it is
    more than 14 days over, or its scope changed at least twice.

    >>> days = {"started_on": ["2026-02-01"], "planned_end": ["2026-05-31"], "ended_on": [None]}
    >>> pilot = pd.DataFrame(days).astype("datetime64[s]").assign(site="north", pilot="vision")
    >>> pilot = pilot.assign(title="Camera", status="running", scope_changes=3)
    >>> found = measure_pilot_progress(pilot, as_of=date(2026, 10, 15))
    >>> found[["pilot", "planned_days", "days_over", "overrun", "is_drifting"]].round(2)
        pilot  planned_days  days_over  overrun  is_drifting
    0  vision         119.0      137.0     1.15         True
    """
    today = np.datetime64(as_of, "s")
    seen = first_begun(pilots, ["site", "pilot"], "started_on", today)
    if seen.empty:
        return PROGRESS.empty()
    days = ("started_on", "planned_end", "ended_on")
    started, end, ended = (days_in(seen[name]) for name in days)
    has_ended, status = (ended <= today) & ~(ended < started), words_in(seen["status"])
    is_open = ~has_ended & (status != "ended") & (status != "stopped")
    until = np.where(is_open, today, np.where(has_ended, ended, NEVER))
    planned, over = days_between(started, end), days_between(end, until)
    planned = np.where(planned > 0, planned, np.nan)
    changes = seen["scope_changes"].to_numpy(dtype=np.float64, na_value=np.nan)
    is_growing = changes >= MANY_CHANGES
    measured = seen.assign(
        is_open=is_open,
        planned_days=planned,
        days_running=days_between(started, until),
        days_over=over,
        overrun=over / planned,
        is_past_end=over > 0,
        is_growing=is_growing,
        is_drifting=(over > GRACE_DAYS) | is_growing,
    )
    return finish(measured.sort_values(["site", "pilot"]).reset_index(drop=True), PROGRESS)

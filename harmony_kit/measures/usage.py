"""Adoption: who uses a pilot week by week, against its peak, and what is done with its advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincinv, ndtri
from scipy.stats import theilslopes

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.declaration import COUNT, MEAN, NAME, PROBABILITY, SHARE, TREND, declare
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.scores import INTERVAL
from harmony_kit.measures.selection import code_groups

__all__ = [
    "FADED_TO",
    "USAGE",
    "measure_usage",
    "monday_of",
    "share_weekly",
    "wilson_interval",
]


#: "Now" is the last weeks on record, the trend runs over the last quarter of a year.
NOW_WEEKS = 4
TREND_WEEKS = 12

#: Fewest weeks for a trend.
MIN_TREND = 4

#: Adoption fades when the share active now is below this part of the peak.
FADED_TO = 2 / 3

#: Columns of `measure_usage`, in order.
USAGE = declare(
    site=NAME,
    pilot=NAME,
    n_weeks=COUNT.of("weeks").or_none,
    first_week=NAME,
    last_week=NAME,
    n_gaps=COUNT.of("weeks").or_none,
    gaps=NAME.each,
    weeks_silent=COUNT.of("weeks").or_none,
    n_eligible=MEAN.of("people per week"),
    active_share=SHARE,
    active_low=SHARE,
    active_high=SHARE,
    peak_share=SHARE,
    peak_week=NAME,
    now_vs_peak=SHARE,
    trend_per_week=TREND,
    trend_low=TREND,
    trend_high=TREND,
    n_shown=COUNT.of("suggestions").or_none,
    acceptance=SHARE,
    acceptance_low=SHARE,
    acceptance_high=SHARE,
    override=SHARE,
    override_low=SHARE,
    override_high=SHARE,
    p_fades=PROBABILITY,
    p_used=PROBABILITY,
    pattern=NAME,
    probability=PROBABILITY,
    claim=NAME,
)


def monday_of(week: str) -> date | None:
    """The Monday of an ISO week such as ``2026-W24``; None where there is no such week.

    >>> monday_of("2026-W24"), monday_of("2026-W99")
    (datetime.date(2026, 6, 8), None)
    """
    year, _, number = week.partition("-W")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        return None


def share_weekly(usage: pd.DataFrame, *, as_of: date) -> pd.DataFrame:
    """The share of eligible users active in each week that had begun by `as_of`.

    Columns ``site, pilot, week, monday, eligible, active, share, shown, accepted, overridden``,
    sorted by time. A week that does not exist is left out; impossible counts (more active than
    eligible, more answered than shown) and missing ones are NaN.

    >>> row = {"site": "north", "pilot": "vision", "week": "2026-W24", "eligible_users": 20}
    >>> used = row | {"active_users": 5, "shown": 8, "accepted": 6, "overridden": 1}
    >>> share_weekly(pd.DataFrame([used]), as_of=date(2026, 8, 30))[["week", "monday", "share"]]
           week     monday  share
    0  2026-W24 2026-06-08   0.25
    """
    mondays = {week: monday_of(str(week)) for week in usage["week"].dropna().unique()}
    monday = pd.to_datetime(usage["week"].map(mondays))
    eligible, active, shown, accepted, overridden = (
        usage[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("eligible_users", "active_users", "shown", "accepted", "overridden")
    )
    is_possible = (active <= eligible) & (eligible > 0)
    is_answered = accepted + overridden <= shown
    with np.errstate(divide="ignore", invalid="ignore"):
        share = active / eligible
    possible = {"eligible": eligible, "active": active, "share": share}
    answered = {"shown": shown, "accepted": accepted, "overridden": overridden}
    weekly = usage[["site", "pilot", "week"]].assign(
        monday=monday,
        **{name: np.where(is_possible, value, np.nan) for name, value in possible.items()},
        **{name: np.where(is_answered, value, np.nan) for name, value in answered.items()},
    )
    weekly = weekly[weekly["monday"].le(pd.Timestamp(as_of))]
    weekly = weekly.sort_values(["site", "pilot", "monday"])
    return weekly.drop_duplicates(["site", "pilot", "week"]).reset_index(drop=True)


def measure_usage(
    usage: pd.DataFrame, *, as_of: date, settings: Settings | None = None
) -> pd.DataFrame:
    """How each pilot is used now, against its peak, and what is done with its advice.

    A row is a site and pilot; columns `USAGE`. `active_share` is active through eligible
    over the last 4 weeks on record, `peak_share` the largest such share of any 4 weeks in a row
    on record, `now_vs_peak` the two divided. The trend is the Theil-Sen slope, in share per
    week, over the last 12 weeks of the calendar; NaN under 4 weeks. Acceptance and override are
    shares of what was shown in those 12 weeks, with Wilson intervals. All intervals hold 80 %.
    `p_fades` is the probability that use has fallen below two thirds of its peak, `p_used` that
    at least half of the eligible use it; `weeks_silent` are the weeks since the last record.

    >>> active = [5, 10, 16, 22, 21, 20, 15, 13, 12, 10, 9, 8, 7, 5, 5, 2]
    >>> usage = pd.DataFrame({"week": [f"2026-W{week}" for week in range(20, 36)]})
    >>> usage = usage.assign(site="north", pilot="vision", eligible_users=26, active_users=active)
    >>> usage = usage.assign(shown=100, accepted=50, overridden=10)
    >>> found = measure_usage(usage, as_of=date(2026, 8, 30))
    >>> found[["active_share", "peak_share", "now_vs_peak", "acceptance", "pattern"]].round(2)
       active_share  peak_share  now_vs_peak  acceptance         pattern
    0          0.18        0.76         0.24         0.5  adoption_fades
    """
    settings = settings or Settings()
    weekly = share_weekly(usage, as_of=as_of)
    if weekly.empty:
        return USAGE.empty()
    groups = code_groups(weekly, ["site", "pilot"])
    names = ["eligible", "active", "shown", "accepted", "overridden"]
    counts, weeks = weekly[names].to_numpy(), _week_numbers(weekly["monday"])
    today = (as_of.toordinal() - 1) // 7
    ends = np.searchsorted(groups.codes, np.arange(groups.n + 1))
    rows = [
        _usage_of(_Record(weeks[start:stop], *counts[start:stop].T), today)
        for start, stop in pairwise(ends)
    ]
    measured = groups.keys.join(pd.DataFrame(rows))
    measured["now_vs_peak"] = measured["active_share"] / measured["peak_share"].where(
        measured["peak_share"].gt(0)
    )
    for name, part in (("acceptance", "accepted"), ("override", "overridden")):
        shown = measured["n_shown"].to_numpy(dtype=np.float64)
        given = measured[part].to_numpy(dtype=np.float64)
        measured[name] = np.divide(given, shown, out=np.full(len(shown), np.nan), where=shown > 0)
        measured[f"{name}_low"], measured[f"{name}_high"] = wilson_interval(given, shown)
    return finish(_judge(measured), USAGE, settings)


def wilson_interval(successes: Floats, trials: Floats) -> tuple[Floats, Floats]:
    """Wilson's interval of a share at 80 %; NaN without trials.

    Wilson (1927), Journal of the American Statistical Association 22(158).

    >>> low, high = wilson_interval(np.array([5.0]), np.array([20.0]))
    >>> (low.round(2), high.round(2))
    (array([0.15]), array([0.39]))
    """
    z = float(ndtri(1 - (1 - INTERVAL) / 2))
    n = np.where(trials > 0, trials, np.nan)
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)


@dataclass(frozen=True)
class _Record:
    """The weeks of one pilot in order: number of the week, counts (NaN where not usable)."""

    weeks: Ints
    eligible: Floats
    active: Floats
    shown: Floats
    accepted: Floats
    overridden: Floats


def _week_numbers(monday: pd.Series) -> Ints:
    """Weeks since the first Monday of the calendar, so that neighbours differ by one."""
    days = monday.to_numpy(dtype="datetime64[D]").astype(np.int64)
    return np.asarray((days + date(1970, 1, 1).toordinal() - 1) // 7, dtype=np.int64)


def _week_name(number: int) -> str:
    year, week, _ = date.fromordinal(number * 7 + 1).isocalendar()
    return f"{year}-W{week:02d}"


def _usage_of(record: _Record, today: int) -> dict[str, object]:
    weeks = record.weeks
    missing = sorted(set(range(int(weeks[0]), int(weeks[-1]) + 1)) - set(weeks.tolist()))
    is_recent = weeks > weeks[-1] - TREND_WEEKS
    advice = np.column_stack([record.shown, record.accepted, record.overridden])[is_recent]
    shown, accepted, overridden = advice[~np.isnan(advice).any(axis=1)].sum(axis=0)
    return {
        "n_weeks": len(weeks),
        "first_week": _week_name(int(weeks[0])),
        "last_week": _week_name(int(weeks[-1])),
        "n_gaps": len(missing),
        "gaps": [_week_name(week) for week in missing],
        "weeks_silent": max(today - int(weeks[-1]), 0),
        "n_shown": int(shown),
        "accepted": float(accepted),
        "overridden": float(overridden),
        **_shares(record),
    }


def _shares(record: _Record) -> dict[str, object]:
    """Share now, at the peak, and its trend; NaN without a usable week."""
    is_usable = ~np.isnan(record.active)
    weeks = record.weeks[is_usable]
    active, eligible = record.active[is_usable], record.eligible[is_usable]
    if not len(weeks):
        names = ("n_eligible", "n_peak", "active_share", "peak_share")
        trend = ("trend_per_week", "trend_low", "trend_high")
        return {**dict.fromkeys((*names, *trend), float("nan")), "peak_week": None}
    size = min(NOW_WEEKS, len(weeks))
    windows = np.lib.stride_tricks.sliding_window_view
    users, people = windows(active, size).sum(axis=1), windows(eligible, size).sum(axis=1)
    best = int(np.argmax(users / people))
    return {
        "n_eligible": float(people[-1] / size),
        "n_peak": float(people[best] / size),
        "active_share": float(users[-1] / people[-1]),
        "peak_share": float(users[best] / people[best]),
        "peak_week": _week_name(int(weeks[best + size - 1])),
        **_trend(weeks, active / eligible),
    }


def _trend(weeks: Ints, shares: Floats) -> dict[str, float]:
    """Theil-Sen slope of the last weeks: one holiday or one demo day does not turn it."""
    is_recent = weeks > weeks[-1] - TREND_WEEKS
    slope = low = high = float("nan")
    if is_recent.sum() >= MIN_TREND:
        slope, _, low, high = theilslopes(shares[is_recent], weeks[is_recent], INTERVAL)
    return {"trend_per_week": float(slope), "trend_low": float(low), "trend_high": float(high)}


def _judge(measured: pd.DataFrame) -> pd.DataFrame:
    """Probabilities of fading and of being used, with the eligible as the people counted.

    Week after week the same people use a pilot or do not, so four weeks of ten people are ten
    people: the share now is Beta(active + 1, eligible - active + 1) with weekly means, and so is
    the peak.
    """
    n, share = measured["n_eligible"].to_numpy(), measured["active_share"].to_numpy()
    peak, n_peak = measured["peak_share"].to_numpy(), measured["n_peak"].to_numpy()
    now = (share * n + 1, n - share * n + 1)
    nodes, weights = np.polynomial.legendre.leggauss(32)
    best = betaincinv(peak * n_peak + 1, n_peak - peak * n_peak + 1, (nodes[:, None] + 1) / 2)
    fades = (betainc(*now, FADED_TO * best) * weights[:, None]).sum(axis=0) / 2
    low, high = wilson_interval(share * n, n)
    judged = measured.assign(
        p_fades=fades, p_used=1 - betainc(*now, 0.5), active_low=low, active_high=high
    )
    judged["pattern"] = np.where(fades > 0.5, "adoption_fades", "adoption_holds")
    judged["probability"] = judged["p_fades"].clip(lower=1 - judged["p_fades"])
    return judged.assign(**{CERTAINTY: judged["probability"]})

"""Observations on the records: decisions, pilots, use. Facts, so they have no lens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from harmony_kit.findings.observation import Number, Observation, claimed_rows, numbers_of
from harmony_kit.findings.patterns import KINDS, Case
from harmony_kit.measures.rows import Row, rows_of

__all__ = [
    "list_late",
    "list_open",
    "observe_decisions",
    "observe_progress",
    "observe_usage",
]

#: Fewer suggestions taken than this, or more overridden, is worth a finding; the whole interval
#: must lie beyond it.
LOW_ACCEPTANCE = 1 / 2
HIGH_OVERRIDE = 1 / 3

#: So many changes of scope count as a gap of 1.
_SCOPE_FULL = 4


def observe_decisions(decisions: pd.DataFrame | None) -> Iterator[Observation]:
    """Whether decisions get made; `decisions` from `measure_decisions`, of one site."""
    for row in claimed_rows(decisions):
        if row["pattern"] not in KINDS["evidence"]:
            continue
        slow = row["n_slow"] / row["n_judged"]
        numbers = numbers_of(row, ("n_open", "n_decided", "share_open", "median_days"))
        numbers |= {"n_decisions": int(row["n"])}
        if not pd.isna(row["oldest_open_days"]):
            numbers |= {"oldest_days": int(row["oldest_open_days"])}
        held = ";".join(f"{holder}:{n}" for holder, n in (row.get("held_by") or {}).items())
        yield Observation(
            case=Case("evidence", row["pattern"]),
            claim=row["claim"],
            gap=float(slow if row["pattern"] == "decisions_stall" else 1 - slow),
            certainty=float(row["probability"]),
            numbers=numbers,
            sources=("decisions.csv",),
            details={"held": held} if held else {},
        )


def list_open(decisions: list[Row]) -> dict[str, str]:
    """The decisions that wait with their days, the longest first."""
    days = {one: n for row in decisions for one, n in row.get("open_days", {}).items() if n > 0}
    return _list_days("open", days)


def list_late(pilots: list[Row]) -> dict[str, str]:
    """The running pilots past their planned end with the days over, the longest first."""
    late = [row for row in pilots if row["is_open"] and row["is_past_end"]]
    return _list_days("late", {row["pilot"]: row["days_over"] for row in late})


def _list_days(name: str, days: Mapping[str, float]) -> dict[str, str]:
    ranked = sorted(days, key=lambda one: (-days[one], one))
    listed = ";".join(f"{one}:{days[one]:.0f}" for one in ranked)
    return {name: listed} if listed else {}


def observe_progress(pilots: pd.DataFrame | None) -> Iterator[Observation]:
    """Whether pilots end when planned, and which grow; from `measure_pilot_progress`, one site."""
    if pilots is None or pilots.empty:
        return
    planned = pilots[pilots["days_over"].notna()]
    n_past = int((planned["is_past_end"] & planned["is_open"]).sum())
    n_finished = int((~planned["is_past_end"] & ~planned["is_open"]).sum())
    if n_past or n_finished:
        share = n_past / len(planned)
        yield Observation(
            case=Case("evidence", "pilots_past_end" if n_past else "pilots_finish"),
            claim="claimed",
            gap=share if n_past else n_finished / len(planned),
            certainty=1.0,
            numbers={"n_past_end": n_past, "n_pilots": len(planned), "n_finished": n_finished},
            sources=("pilots.csv",),
        )
    for row in rows_of(pilots[pilots["is_growing"]]):
        n_changes = int(row["scope_changes"])
        yield Observation(
            case=Case("evidence", "scope_grows"),
            claim="claimed",
            gap=min(n_changes / _SCOPE_FULL, 1.0),
            certainty=1.0,
            subject=row["pilot"],
            numbers={"n_scope_changes": n_changes},
            sources=("pilots.csv",),
        )


def observe_usage(usage: pd.DataFrame | None) -> Iterator[Observation]:
    """Per pilot whether use holds, and what is done with its advice; from `measure_usage`."""
    for row in claimed_rows(usage):
        if row["pattern"] in KINDS["evidence"]:
            yield _adoption(row)
    for row in rows_of(usage):
        if row["acceptance_high"] < LOW_ACCEPTANCE:
            taken = float(row["acceptance"])
            yield _advice(row, "acceptance_low", 1 - taken, {"share_accepted": taken})
        if row["override_low"] > HIGH_OVERRIDE:
            overridden = float(row["override"])
            yield _advice(row, "overrides_high", overridden, {"share_overridden": overridden})


def _adoption(row: Row) -> Observation:
    is_fading = row["pattern"] == "adoption_fades"
    gap = 1 - float(row["now_vs_peak"]) if is_fading else float(row["active_share"])
    numbers: dict[str, Number] = {
        "share_now": float(row["active_share"]),
        "share_peak": float(row["peak_share"]),
        **numbers_of(row, ("n_weeks", "trend_per_week")),
    }
    return Observation(
        case=Case("evidence", row["pattern"]),
        claim="claimed",  # its title says what is on record, not how it will go on
        gap=gap,
        certainty=float(row["probability"]),
        subject=row["pilot"],
        numbers=numbers,
        sources=("usage.csv",),
    )


def _advice(row: Row, pattern: str, gap: float, share: dict[str, Number]) -> Observation:
    return Observation(
        case=Case("evidence", pattern),
        claim="claimed",
        gap=gap,
        certainty=1.0,
        subject=row["pilot"],
        numbers={**share, **numbers_of(row, ("n_shown",))},
        sources=("usage.csv",),
    )

"""Observations on single pilots and decisions: scorecards and readiness."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.heights import middle
from harmony_kit.findings.observation import Number, Observation, claimed_rows, numbers_of
from harmony_kit.findings.patterns import KINDS, Case
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.record_days import stands_in
from harmony_kit.measures.rows import Row, rows_of, text_of

__all__ = ["observe_pilots", "observe_readiness"]

_PILOT_NUMBERS = (
    "technical",
    "operational",
    "success",
    "probability",
    "n_technical",
    "n_operational",
    "active_share",
    "peak_share",
    "acceptance",
    "override",
)
_READINESS_NUMBERS = ("act", "own_checks", "n_own_checks")


def observe_pilots(
    pilots: pd.DataFrame | None, instrument: Instrument, settings: Settings
) -> Iterator[Observation]:
    """Per pilot one observation where both lenses see the same quadrant, else one per lens.

    `pilots` from `measure_pilots`. One site and wave at a time.
    """
    views: dict[str, list[Row]] = {}
    for row in claimed_rows(pilots):
        n = min(row["n_technical"], row["n_operational"])
        if row["quadrant"] in KINDS["pilot"] and n >= settings.min_group:
            views.setdefault(row["subject"], []).append(row)
    sources = _items_of(instrument, "technical", "operational")
    for rows in views.values():
        shown = {(row["quadrant"], row["claim"]) for row in rows}
        if len(rows) == 2 and len(shown) == 1:
            yield _pilot(rows, sources)
        else:
            yield from (_pilot([row], sources) for row in rows)


def _items_of(instrument: Instrument, *groups: str) -> tuple[str, ...]:
    return tuple(item.id for item in instrument.items if item.group in groups)


def _pilot(rows: list[Row], sources: tuple[str, ...]) -> Observation:
    row = rows[0]
    numbers: dict[str, Number] = {}
    for one in rows:
        numbers |= numbers_of(one, _PILOT_NUMBERS, f"_{one['lens']}")
    return Observation(
        case=Case("pilot", row["quadrant"]),
        claim=row["claim"],
        gap=max(_from_middle(one, "technical", "operational") for one in rows),
        certainty=min(float(one["probability"]) for one in rows),
        subject=row["subject"],
        numbers=numbers,
        n={one["lens"]: int(min(one["n_technical"], one["n_operational"])) for one in rows},
        sources=sources,
        details={"viewer": row["lens"]} if len(rows) == 1 else {},
    )


def _from_middle(row: Row, *scores: str) -> float:
    """How far the farthest score lies from the middle, as a share of half the scale."""
    half = (row["points"] - 1) / 2
    return float(max(abs(row[score] - middle(row)) for score in scores) / half)


def observe_readiness(
    readiness: pd.DataFrame | None,
    instrument: Instrument,
    settings: Settings,
    decisions: pd.DataFrame | None = None,
) -> Iterator[Observation]:
    """One observation per decision; `readiness` from `measure_readiness`, two rows per decision.

    A verdict looks at the record, the `decisions` of the site: what is to be decided once has no
    data to be ready, what was dropped needs none, and where a decision is made a check that is
    not cleared is something to watch.
    """
    found: dict[str, list[Row]] = {}
    for row in claimed_rows(readiness):
        if row["verdict"] in KINDS["readiness"] and row["n_min"] >= settings.min_group:
            found.setdefault(row["subject"], []).append(row)
    checks = _items_of(instrument, *(f"checks_{lens}" for lens in instrument.lens_ids))
    kinds = {row["decision"]: text_of(row.get("kind")) for row in rows_of(decisions)}
    stands = {} if decisions is None else stands_in(decisions)
    for subject, rows in found.items():
        pattern = _pattern(rows[0]["verdict"], kinds.get(subject, ""), stands.get(subject, ""))
        if pattern:
            seen = _decision(rows, pattern, checks, settings)
            yield replace(seen, roles=_whose_checks(seen, instrument))


def _pattern(verdict: str, kind: str, standing: str) -> str:
    """What a verdict means beside the record of its decision; empty where it means nothing."""
    if kind == "one_off" or standing == "dropped":
        return ""
    if standing != "decided":
        return verdict
    return "" if verdict == "act_now" else "decided_unready"


def _decision(
    rows: list[Row], pattern: str, checks: tuple[str, ...], settings: Settings
) -> Observation:
    row = rows[0]
    blocking = [block for block in row["blocking"] if block["n"] >= settings.min_group]
    numbers: dict[str, Number] = {"n_blocking": len(blocking), "n_checks": len(checks)}
    numbers["probability"] = row["probability"]
    for one in rows:
        numbers |= numbers_of(one, _READINESS_NUMBERS, f"_{one['lens']}")
    named = ";".join(f"{block['item']}:{block['lens']}" for block in blocking)
    return Observation(
        case=Case("readiness", pattern),
        claim=row["claim"],
        gap=_blocked_by(row, blocking) if blocking else _cleared_by(rows),
        certainty=float(row["probability"]),
        subject=row["subject"],
        numbers=numbers,
        n={one["lens"]: int(one["n_own_checks"]) for one in rows},
        sources=checks,
        details={"blocking": named} if blocking else {},
    )


def _whose_checks(seen: Observation, instrument: Instrument) -> dict[str, str]:
    """The lens whose checks alone stand in the way, and the other; nobody where both have some."""
    listed = seen.details.get("blocking", "").split(";")
    asking = {check.rpartition(":")[2] for check in listed if check}
    if len(asking) != 1:
        return {}
    (blocks,) = asking
    return {"blocks": blocks, "clear": instrument.other_lens(blocks)}


def _blocked_by(row: Row, blocking: list[Row]) -> float:
    """How far the worst check lies below the middle, as a share of half the scale."""
    middle, half = (row["points"] + 1) / 2, (row["points"] - 1) / 2
    return float((middle - min(block["mean"] for block in blocking)) / half)


def _cleared_by(rows: list[Row]) -> float:
    known = [row for row in rows if not pd.isna(row["own_checks"])]
    return min((_from_middle(row, "own_checks") for row in known), default=0.0)

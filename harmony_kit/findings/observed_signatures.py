"""Observations on signatures: talk and fact joined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.observation import Number, Observation, claimed_rows
from harmony_kit.findings.patterns import DRIFT, KINDS, Case
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.rows import Row, rows_of, text_of

__all__ = ["drifting_lenses", "observe_signatures"]

#: Part of a signature → the group of the items it was said on, or the file it is recorded in.
_WHERE = {
    "aligned": ("aligned",),
    "pilots": ("pilots",),
    "adoption": ("adoption",),
    "technical": ("technical",),
    "operational": ("operational",),
    "act": ("act",),
    "says_nobody": ("bridge",),
    "words": ("words",),
    "share_held": ("duty", "bridge"),
    "decisions_slow": "decisions.csv",
    "share_open": "decisions.csv",
    "median_days": "decisions.csv",
    "oldest_open_days": "decisions.csv",
    "days_open": "decisions.csv",
    "days_over": "pilots.csv",
    "scope_changes": "pilots.csv",
    "active_share": "usage.csv",
    "now_vs_peak": "usage.csv",
}


#: What a signature rests on where none of its parts is told.
_RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "nobodys_bridge": ("says_nobody",),
    DRIFT: ("share_held",),
}


def observe_signatures(
    signatures: pd.DataFrame | None,
    instrument: Instrument,
    settings: Settings,
    words: pd.DataFrame | None = None,
) -> Iterator[Observation]:
    """One observation per signature and subject; from `measure_signatures`, one site and wave.

    `words` from `measure_ranking` says which words two dialects are made of.
    """
    first = {
        f"answer.{row['lens']}": ";".join(row["first_own"] or ())
        for row in rows_of(words)
        if row["kind"] == "words" and row["n_own"] >= settings.min_group
    }
    for row in claimed_rows(signatures):
        is_known = row["signature"] in KINDS["signature"]
        if is_known and min(row["n_min"].values()) >= settings.min_group:
            yield _signature(row, instrument, first)


def drifting_lenses(signatures: pd.DataFrame | None) -> frozenset[str]:
    """The lenses whose drift is a signature, so that it need not be said twice."""
    return frozenset(r["subject"] for r in claimed_rows(signatures) if r["signature"] == DRIFT)


def _signature(row: Row, instrument: Instrument, first: dict[str, str]) -> Observation:
    is_drift, is_dialect = row["signature"] == DRIFT, row["signature"] == "two_dialects"
    looker = row["subject"] if is_drift else ""
    roles = {"looker": looker, "other": instrument.other_lens(looker)} if is_drift else _ends(row)
    item = next((i.id for i in instrument.items if i.group == "words"), "") if is_dialect else ""
    return Observation(
        case=Case("signature", row["signature"], looker=looker),
        claim=row["claim"],
        # Its parts are either there or not; how sure that is, the certainty says.
        gap=1.0,
        certainty=float(row["probability"]),
        subject="" if is_drift else text_of(row["subject"]),
        roles=roles,
        numbers=_numbers(row),
        n={lens: int(n) for lens, n in row["n_min"].items()},
        sources=_sources(row, instrument),
        details={"chosen_in": item, **first} if item else {},
    )


def _ends(row: Row) -> dict[str, str]:
    """Who would act and who would wait, where a signature is about that."""
    act = {part["lens"]: part["value"] for part in row["parts"] if part["what"] == "act"}
    if len(act) < len(row["n_min"]) or len(set(act.values())) == 1:
        return {}
    low, high = sorted(act, key=lambda lens: act[lens])
    return {"high": high, "low": low}


def _numbers(row: Row) -> dict[str, Number]:
    numbers: dict[str, Number] = {"probability": float(row["probability"])}
    for part in row["parts"]:
        if not pd.isna(part["value"]):
            suffix = f"_{part['lens']}" if "lens" in part else ""
            for end in ("", "_from", "_to"):
                if f"value{end}" in part:
                    numbers[f"{part['what']}{end}{suffix}"] = float(part[f"value{end}"])
    return numbers


def _sources(row: Row, instrument: Instrument) -> tuple[str, ...]:
    found: dict[str, None] = {}
    parts = [part["what"] for part in row["parts"]] or _RESTS_ON.get(row["signature"], ())
    for part in parts:
        where = _WHERE.get(part, ())
        if isinstance(where, str):
            found[where] = None
        else:
            found |= {item.id: None for item in instrument.items if item.group in where}
    return tuple(found)

"""Observations on ownership: whom the two sides name, and what one side holds alone."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.observation import Number, Observation, claimed_rows, numbers_of
from harmony_kit.findings.patterns import KINDS, Case
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.rows import Row, text_of

__all__ = ["observe_drift", "observe_ownership"]


def observe_ownership(ownership: pd.DataFrame | None, settings: Settings) -> Iterator[Observation]:
    """One observation per duty; `ownership` from `measure_ownership`, two rows per duty."""
    duties: dict[tuple[str, str], list[Row]] = {}
    for row in claimed_rows(ownership):
        if row["pattern"] in KINDS["ownership"] and row["n"] >= settings.min_group:
            duties.setdefault((row["item"], text_of(row["subject"])), []).append(row)
    for rows in duties.values():
        if len(rows) == 2:
            yield _duty(rows)


def _duty(rows: list[Row]) -> Observation:
    row = rows[0]
    owners = {row["lens"]: text_of(row["owner"]) for row in rows}
    return Observation(
        case=Case("ownership", row["pattern"], row["dimension"], row["item"]),
        claim=row["claim"],
        # A pattern has no size of its own; agreed ones rank last by their importance.
        gap=0.5,
        certainty=float(row["probability"]),
        subject=text_of(row["subject"]),
        numbers=numbers_of(row, ("probability", "p_unowned")),
        n={row["lens"]: int(row["n"]) for row in rows},
        sources=(row["item"],),
        details={f"answer.{lens}": owner for lens, owner in owners.items() if owner},
    )


def observe_drift(
    drift: pd.DataFrame | None, instrument: Instrument, settings: Settings
) -> Iterator[Observation]:
    """One observation per lens that holds most duties alone, in both views or in one of them.

    `drift` from `measure_drift`. One site and wave at a time.
    """
    duties = tuple(item.id for item in instrument.items if item.group in ("duty", "bridge"))
    views: dict[str, list[Row]] = {}
    for row in claimed_rows(drift):
        if row["n"] >= settings.min_group:
            views.setdefault(row["holder"], []).append(row)
    for holder, rows in views.items():
        yield _drift(rows, instrument.other_lens(holder), duties)


def _drift(rows: list[Row], other: str, duties: tuple[str, ...]) -> Observation:
    holder = rows[0]["holder"]
    is_sole = len(rows) == 1
    weakest = min(rows, key=lambda row: float(row["p_most"]))
    numbers: dict[str, Number] = {}
    for row in rows:
        numbers |= numbers_of(row, ("n_held", "n_duties", "share", "p_most"), f"_{row['lens']}")
    return Observation(
        case=Case("drift", "alone", looker=holder),
        claim=weakest["claim"],
        gap=float(min(row["share"] for row in rows)),
        certainty=float(weakest["p_most"]),
        roles={"looker": holder, "other": other},
        numbers=numbers,
        n={row["lens"]: int(row["n"]) for row in rows},
        sources=duties,
        details={"viewer": rows[0]["lens"]} if is_sole else {},
    )

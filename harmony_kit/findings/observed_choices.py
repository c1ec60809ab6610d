"""Observations on ranks and words: what each side puts first, and whether the other knows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.observation import Number, Observation, claimed_rows, numbers_of
from harmony_kit.findings.patterns import BOTH, Case
from harmony_kit.measures.rows import Row, text_of

__all__ = ["observe_ranking"]

#: Where a distance is not told, for the order of observations.
_UNTOLD: Final = 0.5
_NUMBERS = ("actual", "perceived", "misread", "n_own", "n_estimate", "n_other", "probability")


def observe_ranking(
    ranking: pd.DataFrame | None, kind: str, settings: Settings
) -> Iterator[Observation]:
    """One observation per item of a kind (``rank, words``) and direction, or one for both.

    `ranking` from `measure_ranking`; rows of the other kind are passed over. One site and wave
    at a time.
    """
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in claimed_rows(ranking):
        n = min(row["n_own"], row["n_estimate"], row["n_other"])
        if row["kind"] == kind and n >= settings.min_group:
            pairs.setdefault((row["item"], text_of(row["subject"])), []).append(row)
    for rows in pairs.values():
        shown = {(row["state"], row["claim"]) for row in rows}
        if len(rows) == 2 and len(shown) == 1:
            yield _observe(rows)
        else:
            yield from (_observe([row]) for row in rows)


def _observe(rows: list[Row]) -> Observation:
    row = rows[0]
    is_mutual = len(rows) > 1
    looker = BOTH if is_mutual else row["lens"]
    numbers: dict[str, Number] = {}
    for one in rows:
        numbers |= numbers_of(one, _NUMBERS, f"_{one['lens']}" if is_mutual else "")
    return Observation(
        case=Case(row["kind"], row["state"], row["dimension"], row["item"], "", looker),
        claim=row["claim"],
        gap=max(_gap(one) for one in rows),
        certainty=min(float(one["probability"]) for one in rows),
        subject=text_of(row["subject"]),
        roles={} if is_mutual else {"looker": row["lens"], "other": row["other"]},
        numbers=numbers,
        n=_heard(row),
        sources=(row["item"],),
        details={
            f"answer.{row['lens']}": ";".join(row["first_own"] or ()),
            f"answer.{row['other']}": ";".join(row["first_other_own"] or ()),
        },
    )


def _heard(row: Row) -> dict[str, int]:
    return {
        row["lens"]: int(min(row["n_own"], row["n_estimate"])),
        row["other"]: int(row["n_other"]),
    }


def _gap(row: Row) -> float:
    """The distance the state speaks of, 0 to 1; for a shared view what the two have in common.

    Where it is not told, half, so that it comes neither first nor last.
    """
    gap = float(row["misread"] if row["state"] == "false_conflict" else row["actual"])
    if math.isnan(gap):
        return _UNTOLD
    return 1 - gap if row["state"] == "shared_view" else gap

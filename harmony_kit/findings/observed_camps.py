"""Observations inside a lens: the topics on which it is of two minds."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from scipy.special import bdtrc

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.observation import Observation, numbers_of
from harmony_kit.findings.patterns import Case
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.rows import Row, rows_of, text_of

__all__ = ["observe_camps"]

#: A single view is mistaken for two camps in at most this share of topics (measures.camps).
BY_LUCK = 0.04

#: Fewest people of a lens from whom two camps on one topic are worded as a fact.
MIN_SPLIT = 6

#: How unlikely so many split topics must be by luck, before a lens is called split often.
_RARE = 0.01

#: Split on this share of its topics, a lens counts as split on all of them.
_SPLIT_FULL = 0.25


def observe_camps(
    within: pd.DataFrame | None, instrument: Instrument, settings: Settings
) -> Iterator[Observation]:
    """One observation per topic on which a lens is split, and one per lens that often is.

    `within` from `measure_agreement`. One site and wave at a time.
    """
    if within is None or within.empty:
        return
    own = within[(within["about"] == within["lens"]) & (within["n"] >= settings.min_group)]
    for lens, rows in own.groupby("lens"):
        split = rows_of(rows[rows["view"] == "split"])
        roles = {"looker": str(lens), "other": instrument.other_lens(str(lens))}
        yield from (_split(row, roles, settings) for row in split)
        by_luck = float(bdtrc(len(split) - 1, len(rows), BY_LUCK)) if split else 1.0
        if by_luck < _RARE:
            yield _split_often(split, len(rows), 1 - by_luck, roles)


def _split(row: Row, roles: dict[str, str], settings: Settings) -> Observation:
    # Where the camps may not be shown, they lie at least so far apart.
    camps, points = row["camps"] or (), int(row["points"])
    distance = 2 * settings.tolerance_of(points)
    if camps:
        distance = camps[-1]["mean"] - camps[0]["mean"]
    return Observation(
        case=Case("within", "split", row["dimension"], row["item"], "", row["lens"]),
        claim="claimed" if row["n"] >= MIN_SPLIT else "leaning",
        gap=float(distance / (row["points"] - 1)),
        certainty=1 - BY_LUCK,
        subject=text_of(row["subject"]),
        roles=roles,
        numbers=numbers_of(row, ("mean", "sd", "agreement_a")),
        n={row["lens"]: int(row["n"])},
        sources=(row["item"],),
    )


def _split_often(
    split: list[Row], n_topics: int, certainty: float, roles: dict[str, str]
) -> Observation:
    lens = roles["looker"]
    return Observation(
        case=Case("within", "split_often", looker=lens),
        claim="claimed",
        gap=min(len(split) / n_topics / _SPLIT_FULL, 1.0),
        certainty=certainty,
        roles=roles,
        numbers={"n_split": len(split), "n_topics": n_topics},
        n={lens: int(max(row["n"] for row in split))},
        sources=tuple(dict.fromkeys(row["item"] for row in split)),
        details={"split": ";".join(dict.fromkeys(row["item"] for row in split))},
    )

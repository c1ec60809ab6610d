"""Observations on topics: how the two sides see them, and how well each reads the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import assert_never

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.fact import is_known
from harmony_kit.findings.heights import height_of
from harmony_kit.findings.observation import Number, Observation, claimed_rows, numbers_of
from harmony_kit.findings.patterns import BOTH, Case
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.claims import APART, CLOSE, UNKNOWING, state_named
from harmony_kit.measures.rows import Row, rows_of, text_of

__all__ = ["is_right_anyway", "observe_topics", "observe_understanding"]

_NUMBERS = (
    "own",
    "estimate",
    "other_own",
    "agreement_gap",
    "perceived_gap",
    "misreading",
    "misreading_low",
    "misreading_high",
    "points",
    "n_own",
    "n_estimate",
    "n_other",
)

#: Of one topic alone the finding about it tells who reads whom.
_FEWEST_TOPICS = 2

_Above = Mapping[tuple[str, str, str], float]


def observe_topics(
    topics: pd.DataFrame | None, within: pd.DataFrame | None, settings: Settings
) -> Iterator[Observation]:
    """Per topic one observation per direction, or one for both where they show the same.

    `topics` from `measure_topics`; `within` from `measure_agreement`, whose ``p_above`` says
    whether a topic rated high or low by both may be called so. One site and wave at a time.
    """
    above = _p_above(within)
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in claimed_rows(topics):
        if is_right_anyway(row):
            continue
        if min(row["n_own"], row["n_estimate"], row["n_other"]) >= settings.min_group:
            pairs.setdefault((row["item"], text_of(row["subject"])), []).append(row)
    for rows in pairs.values():
        is_mutual = len(rows) == len({row["lens"] for row in rows}) == 2
        if is_mutual and _shows(rows[0]) == _shows(rows[1]):
            level = _level_of(rows, above, settings)
            yield _surely(_both(rows[0], rows[1], level), rows, rows, above, settings)
        else:
            for row in rows:
                seen = _one(row, _level_of([row], above, settings))
                yield _surely(seen, [row], rows, above, settings)


def _surely(
    seen: Observation, rows: list[Row], known: list[Row], above: _Above, settings: Settings
) -> Observation:
    """The observation, marked where only the knowing is unsure.

    How the two sides see a topic is as sure as where it is claimed in the other direction, or as
    its two states together; a level that comes with it must be as sure.
    """
    if seen.claim == "claimed" or not any(_has_sure_views(row, known, settings) for row in rows):
        return seen
    as_claimed = [{**row, "claim": "claimed"} for row in rows]
    if _level_of(as_claimed, above, settings) != seen.case.level:
        return seen
    return replace(seen, details={**seen.details, "sure": "views"})


def _has_sure_views(row: Row, known: list[Row], settings: Settings) -> bool:
    """Whether it is sure that the two sides are close on a topic, or that they are apart."""
    alike = APART if row["state"] in APART else CLOSE
    if any(one["claim"] == "claimed" and one["state"] in alike for one in known):
        return True
    chance = sum(float(row.get(f"p_{state}", math.nan)) for state in alike)
    return not math.isnan(chance) and chance >= settings.claim_at


def is_right_anyway(row: Row) -> bool:
    """Whether a lens expects the other's view rightly though it misses how near its own lies.

    What it expects lies within the tolerance of what the other says: it is not to be told that it
    does not know.
    """
    is_right = row.get("is_understood")
    return row["state"] in UNKNOWING and is_known(is_right) and bool(is_right)


def _shows(row: Row) -> tuple[str, str]:
    return row["state"], row["claim"]


def _p_above(within: pd.DataFrame | None) -> dict[tuple[str, str, str], float]:
    """Item, subject and lens → probability that the mean of its own answers is above the middle."""
    if within is None or within.empty:
        return {}
    own = within[within["about"] == within["lens"]]
    return {
        (row["item"], text_of(row["subject"]), row["lens"]): row["p_above"]
        for row in rows_of(own[["item", "subject", "lens", "p_above"]])
    }


def _level(row: Row, above: _Above, settings: Settings) -> str:
    """Whether both lenses rate the topic high, or both low, as surely as its claim."""
    both = {_side(row, "lens", above, settings), _side(row, "other", above, settings)}
    return both.pop() if len(both) == 1 else "middle"


def _side(row: Row, part: str, above: _Above, settings: Settings) -> str:
    """Whether one lens rates the topic high or low, as surely as its claim."""
    height = height_of(row, "own" if part == "lens" else "other_own", settings)
    at_least = settings.claim_at if row["claim"] == "claimed" else settings.leaning_at
    chance = above.get((row["item"], text_of(row["subject"]), row[part]))
    if chance is None or math.isnan(chance) or height == "middle":
        return height  # of few people only the mean is told
    is_sure = (chance if height == "high" else 1 - chance) >= at_least
    return height if is_sure else "middle"


def _one(row: Row, level: str) -> Observation:
    state, lens, other = row["state"], row["lens"], row["other"]
    # In a false conflict the lenses are close; who is higher is what the looker believes.
    gap = row["agreement_gap"] if state in APART else row["perceived_gap"]
    high, low = (lens, other) if gap >= 0 else (other, lens)
    return Observation(
        case=Case("topic", state, row["dimension"], row["item"], level, lens),
        claim=row["claim"],
        gap=_gap(row),
        certainty=_probability(row),
        subject=text_of(row["subject"]),
        roles={"looker": lens, "other": other, "high": high, "low": low},
        numbers={**numbers_of(row, _NUMBERS), "probability": _probability(row)},
        n={lens: int(min(row["n_own"], row["n_estimate"])), other: int(row["n_other"])},
        sources=(row["item"],),
    )


def _both(first: Row, second: Row, level: str) -> Observation:
    state = first["state"]
    roles = {}
    if state in APART:
        is_first_higher = first["agreement_gap"] >= 0
        high, low = (first, second) if is_first_higher else (second, first)
        roles = {"high": high["lens"], "low": low["lens"]}
    numbers: dict[str, Number] = {}
    for row in (first, second):
        lens = f"_{row['lens']}"
        numbers |= numbers_of(row, ("own", "estimate", "misreading", "n_own", "n_estimate"), lens)
        numbers[f"probability{lens}"] = _probability(row)
    return Observation(
        case=Case("topic", state, first["dimension"], first["item"], level, BOTH),
        claim=first["claim"],
        gap=max(_gap(first), _gap(second)),
        certainty=min(_probability(first), _probability(second)),
        subject=text_of(first["subject"]),
        roles=roles,
        numbers={**numbers, **numbers_of(first, ("points",))},
        n={row["lens"]: int(min(row["n_own"], row["n_estimate"])) for row in (first, second)},
        sources=(first["item"],),
    )


def _level_of(rows: list[Row], above: _Above, settings: Settings) -> str:
    """Lenses that are apart have no common level; a false consensus has that of who looks.

    Whoever rates it high and takes the other to agree thinks it settled for both; whoever rates
    it low thinks it settled for neither.
    """
    row, state = rows[0], state_named(rows[0]["state"])
    match state:
        case "known_difference":
            return ""
        case "shared_view" | "false_conflict" | None:
            return _level(row, above, settings)
        case "false_consensus":
            both = {_side(row, part, above, settings) for part in ("lens", "other")}
            if len(rows) == 1:
                return _side(row, "lens", above, settings)
            return "opposed" if both == {"high", "low"} else ""
        case _:
            assert_never(state)


def _probability(row: Row) -> float:
    return float(row[f"p_{row['state']}"])


def _gap(row: Row) -> float:
    """How much there is of what the state says, as a share of the scale.

    Apart: the distance of the lenses. False conflict: the misreading. Shared view: how far from
    the middle of the scale the nearer of the two means lies, as a share of half the scale.
    """
    width = float(row["points"] - 1)
    if row["state"] == "shared_view":
        middle = (row["points"] + 1) / 2
        return float(min(abs(row["own"] - middle), abs(row["other_own"] - middle)) / (width / 2))
    gap = row["agreement_gap"] if row["state"] in APART else row["misreading"]
    return float(abs(gap) / width)


def observe_understanding(
    understanding: pd.DataFrame | None, instrument: Instrument, settings: Settings
) -> Iterator[Observation]:
    """How well one lens reads the other, per direction and dimension.

    `understanding` from `measure_understanding`; its row over all dimensions is the headline of
    a report and no finding. One site and wave at a time.
    """
    known = {dimension.id for dimension in instrument.dimensions}
    for row in claimed_rows(understanding):
        if (
            row["dimension"] in known
            and int(row["n_topics"]) >= _FEWEST_TOPICS
            and min(row["n_estimate"], row["n_other"]) >= settings.min_group
        ):
            yield _understanding(row, instrument)


def _understanding(row: Row, instrument: Instrument) -> Observation:
    does_read = row["pattern"] == "reads_well"
    share, p_well = float(row["share"]), float(row["p_reads_well"])
    return Observation(
        case=Case("understanding", row["pattern"], row["dimension"], looker=row["lens"]),
        claim=row["claim"],
        gap=share if does_read else 1 - share,
        certainty=p_well if does_read else 1 - p_well,
        roles={"looker": row["lens"], "other": row["other"]},
        numbers=numbers_of(row, ("n_topics", "understood", "share", "low", "high", "misreading")),
        n={row["lens"]: int(row["n_estimate"]), row["other"]: int(row["n_other"])},
        sources=tuple(
            item.id
            for item in instrument.items
            if item.dimension == row["dimension"] and item.mirrored and item.kind == "rating"
        ),
    )

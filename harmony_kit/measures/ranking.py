"""Ranks and words: what each lens puts first, and how far apart the two are.

An answer is turned into weights over the options that sum to 1: a rank of k gives its places
``k, k - 1, ..., 1`` divided by their sum, a set of words gives each chosen word an equal part.
A lens is the mean of its people; the distance of two means is their total variation, 0 (same)
to 1 (no option in common).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from math import lcm

import numpy as np
import numpy.typing as npt
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.claims import STATES, name_states
from harmony_kit.measures.declaration import (
    COUNT,
    DISTANCE,
    NAME,
    PEOPLE,
    PROBABILITY,
    SHARE,
    declare,
    rows_with,
)
from harmony_kit.measures.distances import Look, Side, compare_sides, distance
from harmony_kit.measures.finishing import CERTAINTY, finish, sort_rows
from harmony_kit.measures.permutations import Chance
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.selection import (
    answered_again,
    code_groups,
    find_rows,
    headcounts_of,
    join_pairs,
    lens_pairs,
    select_answers,
)

__all__ = ["RANKING", "measure_ranking"]


#: Columns of `measure_ranking`, in order.
RANKING = declare(
    site=NAME,
    wave=NAME,
    item=NAME,
    subject=NAME,
    lens=NAME,
    other=NAME,
    dimension=NAME,
    group=NAME,
    kind=NAME,
    n_own=PEOPLE,
    n_estimate=PEOPLE,
    n_other=PEOPLE,
    n_pairs=PEOPLE,
    own=SHARE.each,
    estimate=SHARE.each,
    other_own=SHARE.each,
    named_own=COUNT.each,
    named_estimate=COUNT.each,
    named_other_own=COUNT.each,
    actual=DISTANCE,
    perceived=DISTANCE,
    misread=DISTANCE,
    p_actual=PROBABILITY,
    p_actual_error=PROBABILITY,
    actual_by_luck=DISTANCE,
    p_perceived=PROBABILITY,
    p_perceived_error=PROBABILITY,
    perceived_by_luck=DISTANCE,
    p_misread=PROBABILITY,
    p_misread_error=PROBABILITY,
    misread_by_luck=DISTANCE,
    p_apart=PROBABILITY,
    p_shared_view=PROBABILITY,
    p_known_difference=PROBABILITY,
    p_false_consensus=PROBABILITY,
    p_false_conflict=PROBABILITY,
    state=NAME,
    probability=PROBABILITY,
    claim=NAME,
    drivers=rows_with(option=NAME, difference=SHARE),
    misread_drivers=rows_with(option=NAME, difference=SHARE),
)


def measure_ranking(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    lenses: tuple[str, str] | None = None,
    headcounts: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> pd.DataFrame:
    """How far the lenses lie apart in what they put first, and whether they know.

    A row is a site, wave, rank or words item, subject and lens (who looks at `other`); columns
    `RANKING`. `own`, `estimate`, `other_own` are mean weights per option (None without
    answers), `named_own` and the like how many people named each; `actual`, `perceived`, `misread`
    the distances own to other's own, own to estimate, estimate to other's own, 0 to 1, each with
    its permutation p, the error of that p and the distance luck alone would show. States are those
    of coorientation with `APART_AT` as the tolerance. `drivers` lists options with the signed
    difference own - other's own, largest first, `misread_drivers` those of estimate - other's own.
    Raises `FrameError` for a frame without a column.

    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> put = {"item": "x.first", "kind": "rank", "k": 2, "options": ("a", "b", "c")}
    >>> answers = answers_of(
    ...     said("it", "x.first", [["a", "b"]] * 3), said("quality", "x.first", [["c", "b"]] * 3)
    ... )
    >>> ranking = measure_ranking(answers, items_of(put))
    >>> ranking[["lens", "n_own", "actual", "p_actual", "actual_by_luck", "p_apart"]].round(2)
          lens  n_own  actual  p_actual  actual_by_luck  p_apart
    0       it      3    0.67       0.1            0.27     0.55
    1  quality      3    0.67       0.1            0.27     0.55
    """
    settings = settings or Settings()
    put = items[items["kind"].isin(("rank", "words"))]
    chosen = select_answers(answers, put, columns=["respondent", "chosen"])
    pairs = lens_pairs(answers, lenses)
    rows = []
    for asked in map(_Asked, *(put[name] for name in ("item", "kind", "k", "options"))):
        given = chosen[chosen["item"] == asked.item]
        if not given.empty:
            people = _people(given, asked, headcounts, settings.reliability)
            rows += _measure_item(people, pairs, asked, settings)
    if not rows:
        return RANKING.empty()
    return _finish(pd.DataFrame(rows), items, settings)


@dataclass(frozen=True)
class _Asked:
    item: str
    kind: str
    k: int
    options: tuple[str, ...]

    @property
    def unit(self) -> int:
        """What one person's whole-number weights sum to."""
        if self.kind == "rank":
            return self.k * (self.k + 1) // 2
        return lcm(*range(1, self.k + 1))

    def weights(self, place: Ints, n_chosen: Ints) -> Ints:
        """Weights of options by their place in the answer (from 0) and how many it names."""
        return self.k - place if self.kind == "rank" else self.unit // n_chosen


@dataclass(frozen=True)
class _People:
    """One row per person, sorted by site, wave, subject, lens; weights in the same order."""

    keys: pd.DataFrame
    own: Floats
    estimate: Floats
    has_own: npt.NDArray[np.bool_]
    has_estimate: npt.NDArray[np.bool_]
    heads: Floats

    def side(self, rows: slice, unit: int) -> Side:
        """The people of one lens, as `compare_sides` wants them."""
        heads = float(self.heads[rows][0]) if rows.stop > rows.start else float("inf")
        return Side(
            own=self.own[rows],
            estimate=self.estimate[rows],
            has_own=self.has_own[rows],
            has_estimate=self.has_estimate[rows],
            unit=unit,
            heads=heads,
        )


def _people(
    given: pd.DataFrame, asked: _Asked, headcounts: pd.DataFrame | None, reliability: float
) -> _People:
    groups = code_groups(given, ["site", "wave", "subject", "lens", "respondent"])
    weights = _weigh(given["chosen"], asked)
    is_own = given["lens"].eq(given["about"]).to_numpy()
    shape = (groups.n, len(asked.options))
    own, estimate = np.zeros(shape), np.zeros(shape)
    has_own, has_estimate = np.zeros(groups.n, dtype=bool), np.zeros(groups.n, dtype=bool)
    own[groups.codes[is_own]], has_own[groups.codes[is_own]] = weights[is_own], True
    estimate[groups.codes[~is_own]] = weights[~is_own]
    has_estimate[groups.codes[~is_own]] = True
    sides = code_groups(groups.keys, ["site", "wave", "subject", "lens"])
    n = np.bincount(sides.codes, minlength=sides.n).astype(np.int64)
    heads = answered_again(headcounts_of(sides.keys, n, headcounts), n, reliability)[sides.codes]
    return _People(groups.keys, own, estimate, has_own, has_estimate, heads)


def _weigh(chosen: pd.Series, asked: _Asked) -> Floats:
    n_chosen = chosen.str.len().to_numpy(dtype=np.int64)
    row = np.repeat(np.arange(len(chosen)), n_chosen)
    starts = np.repeat(n_chosen.cumsum() - n_chosen, n_chosen)
    place = np.asarray(np.arange(len(row)) - starts, dtype=np.int64)
    option = pd.Index(asked.options).get_indexer(pd.Index(list(chain.from_iterable(chosen))))
    weights = np.zeros((len(chosen), len(asked.options)))
    weights[row, option] = asked.weights(place, np.repeat(n_chosen, n_chosen))
    return weights


def _measure_item(
    people: _People, pairs: pd.DataFrame, asked: _Asked, settings: Settings
) -> list[dict[str, object]]:
    topics = code_groups(people.keys, _TOPIC).keys
    looks = join_pairs(topics, pairs[(pairs["lens"] < pairs["other"]).to_numpy()])
    sides = code_groups(people.keys, [*_TOPIC, "lens"])
    ends = np.searchsorted(sides.codes, np.arange(sides.n + 1))
    names = [find_rows(sides.keys, looks[[*_TOPIC, lens]]) for lens in _TWO]
    rows = []
    for look, first, second in zip(looks.itertuples(index=False), *names, strict=True):
        one, two = (people.side(_slice(ends, code), asked.unit) for code in (first, second))
        keys = {"site": look.site, "wave": look.wave, "item": asked.item, "subject": look.subject}
        lenses = (look.lens, look.other)
        for lens, other, view in zip(
            lenses, lenses[::-1], compare_sides(one, two, settings.draws), strict=True
        ):
            named = _count_named(*((one, two) if lens == look.lens else (two, one)), asked)
            rows.append({**keys, "lens": lens, "other": other, **_row(view, asked), **named})
    return rows


def _count_named(looker: Side, other: Side, asked: _Asked) -> dict[str, object]:
    """How many people named each option, none without answers."""
    weights = {"own": looker.own, "estimate": looker.estimate, "other_own": other.own}
    has = (looker.has_own, looker.has_estimate, other.has_own)
    return {
        f"named_{name}": dict(zip(asked.options, (part > 0).sum(axis=0).tolist(), strict=True))
        if is_heard.any()
        else None
        for (name, part), is_heard in zip(weights.items(), has, strict=True)
    }


_TOPIC = ["site", "wave", "subject"]
_TWO = ["lens", "other"]


def _slice(ends: npt.NDArray[np.int64], code: int) -> slice:
    return slice(0, 0) if code < 0 else slice(int(ends[code]), int(ends[code + 1]))


def _row(look: Look, asked: _Asked) -> dict[str, object]:
    weights = {"own": look.own, "estimate": look.estimate, "other_own": look.other_own}
    row: dict[str, object] = {
        "n_own": look.n_own,
        "n_estimate": look.n_estimate,
        "n_other": look.n_other,
        "n_pairs": look.n_pairs,
        "actual": float(distance(look.own, look.other_own)),
        "perceived": float(distance(look.own, look.estimate)),
        "misread": float(distance(look.estimate, look.other_own)),
        "p_apart": look.p_apart,
        "drivers": _drivers(look.own - look.other_own, asked.options),
        "misread_drivers": _drivers(look.estimate - look.other_own, asked.options),
    }
    row |= {name: _named(values, asked.options) for name, values in weights.items()}
    for name in ("actual", "perceived", "misread"):
        chance: Chance = getattr(look, name)
        row |= {f"p_{name}": chance.p, f"p_{name}_error": chance.error}
        row[f"{name}_by_luck"] = chance.expected / asked.unit
    return row | {f"p_{state}": p for state, p in zip(STATES, look.p_states, strict=True)}


def _named(weights: Floats, options: tuple[str, ...]) -> dict[str, float] | None:
    if np.isnan(weights).any():
        return None
    return dict(zip(options, weights.tolist(), strict=True))


def _drivers(difference: Floats, options: tuple[str, ...]) -> list[dict[str, object]]:
    """Options with their signed difference, the largest first, those without left out."""
    if np.isnan(difference).any():
        return []
    # Rounded, so that equal sizes keep the order of the options whatever their last digits.
    order = np.argsort(-np.abs(difference).round(9), kind="stable")
    values = [(options[i], float(difference[i])) for i in order]
    return [{"option": name, "difference": value} for name, value in values if abs(value) > 1e-12]


def _finish(measured: pd.DataFrame, items: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    measured = sort_rows(measured, items, "dimension", "group", "kind")
    is_few = measured[["n_own", "n_estimate", "n_other"]].min(axis=1).lt(settings.min_group)
    states = measured[[f"p_{state}" for state in STATES]]
    measured["state"] = name_states(states)
    measured["probability"] = states.max(axis=1)
    measured[CERTAINTY] = measured["probability"].where(~is_few)
    return finish(measured, RANKING, settings)

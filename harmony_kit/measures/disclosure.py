"""The one gate between measuring and everything written.

Measures go in, `Disclosed` comes out, and every page, file, table, picture and sentence is made of
that. What happens to a column follows from what it is declared to hold (`steps`), or from a rule
of its own here; a column with neither is an error. The attackers it is built against, and its
limits, are described in docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Bools
from harmony_kit.measures.claims import expected_wrong_claims
from harmony_kit.measures.declaration import MEAN, NAME, Declaration, MeasureColumn, rows_with
from harmony_kit.measures.measuring import MEASURES, Measured
from harmony_kit.measures.steps import PASSED, STEPPED
from harmony_kit.measures.telling import DISTRIBUTION_FROM
from harmony_kit.measures.told_cards import tell_pilots, tell_readiness, tell_signatures
from harmony_kit.measures.told_choices import (
    NAMINGS,
    put_first,
    tell_drift,
    tell_ownership,
    tell_ranking,
)
from harmony_kit.measures.told_frames import (
    ToldRatings,
    tell_scales,
    tell_topics,
    tell_understanding,
    tell_within,
)

__all__ = ["DISCLOSED", "RULES", "Disclosed", "Rule", "disclose", "explain_column"]


@dataclass(frozen=True)
class Rule:
    """What happens to the columns of a measure that their kind alone does not settle.

    Attributes
    ----------
    people
        The columns that say how many people a row is of; the least of them counts.
    small
        Absent where fewer than `DISTRIBUTION_FROM` people are behind a row.
    told
        Put in anew from what is told.
    open
        Told as they are: settings, and what follows from figures that are told anyway.
    """

    people: tuple[str, ...]
    small: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


_LUCK: Final = tuple(
    name.format(part)
    for part in ("actual", "perceived", "misread")
    for name in ("p_{}", "p_{}_error", "{}_by_luck")
)
_CHOICES: Final = Rule(
    people=tuple(NAMINGS.values()),
    small=_LUCK,
    told=(
        "n_pairs",
        *NAMINGS,
        *(f"named_{name}" for name in NAMINGS),
        "drivers",
        "misread_drivers",
    ),
)
_SPREAD: Final = (
    *("n_dont_know", "n_prefer_not", "median", "sd", "ad_mean", "ad_median", "p_ad", "rwg"),
    *("rwg_slight_skew", "p_rwg", "awg", "agreement_a", "polarization", "consensus"),
    *("dispersion", "p_above", "counts", "camps", "ad_critical", "rwg_critical"),
)

#: Measures of answers. Those of records (`evidence_*`) tell nothing of answers and pass.
RULES: Final[Mapping[str, Rule]] = {
    "understanding": Rule(
        people=("n_estimate", "n_other"),
        told=("misreading", "level", "level_low", "level_high"),
        open=("share", "low", "high", "understood", "understood_low", "understood_high"),
    ),
    "topics": Rule(
        people=("n_own", "n_estimate", "n_other"),
        told=(
            *("own", "estimate", "other_own", "agreement_gap", "perceived_gap", "misreading"),
            *("misreading_low", "misreading_high", "more_interviews"),
        ),
        open=("tolerance",),
    ),
    "within": Rule(people=("n",), small=_SPREAD, told=("mean", "low", "high", "view")),
    "scales": Rule(people=("n",), small=("rwg_j", "rwg_j_star", "alpha_ordinal", "alpha_interval")),
    "rank": _CHOICES,
    "words": _CHOICES,
    "ownership": Rule(
        people=("n", "n_other"),
        small=(
            *("n_dont_know", "p_owner", "p_other_owner", "p_self", "p_handed_over", "p_nobody"),
            *("p_agreed", "p_contested", "p_claimed_by_both", "p_void", "p_unowned"),
        ),
        told=("counts", "owner", "other_owner", "probability"),
    ),
    "drift": Rule(people=("n",), small=("expected_share",), open=("share",)),
    "pilots": Rule(
        people=("n_technical", "n_operational"),
        small=(
            *("p_technical", "p_operational", "p_works_and_used", "p_works_but_ignored"),
            *("p_used_but_unsafe", "p_neither"),
        ),
        told=(
            *("technical", "technical_low", "technical_high", "success", "success_estimate"),
            *("operational", "operational_low", "operational_high"),
        ),
        open=(
            *("n_weeks", "active_share", "peak_share", "now_vs_peak", "trend_per_week"),
            *("trend_low", "trend_high", "acceptance", "override"),
        ),
    ),
    "readiness": Rule(
        people=("n_min",),
        small=(
            *("p_act", "p_own_checks", "p_other_checks", "p_act_now", "p_act_with_guardrails"),
            "p_fix_first",
        ),
        told=(
            *("act", "act_low", "act_high", "act_estimate", "own_checks", "own_checks_low"),
            *("own_checks_high", "other_checks", "other_checks_low", "other_checks_high"),
            "blocking",
        ),
    ),
    "signatures": Rule(people=(), told=("parts",)),
}


def _with_bands(name: str, declared: Declaration) -> Declaration:
    """The declaration of what is told: the ends of bands beside means, levels beside weights."""
    rule, columns = RULES.get(name), dict(declared.columns)
    if rule is None:
        return declared
    told: dict[str, MeasureColumn] = {}
    for column, held in columns.items():
        may_be_absent = column in rule.small and held.dtype == "int64"
        told[column] = held.or_none if may_be_absent else held
        is_mean = held.kind == "mean" and column.split("_")[-1] not in ("low", "high")
        if is_mean and column in rule.told:
            told |= {f"{column}_from": MEAN, f"{column}_to": MEAN}
    if rule is _CHOICES:
        told |= {f"{part}_{one}": NAME.each for part in ("first", "level") for one in NAMINGS}
    if name == "readiness":
        checks = {key: one for key, one in columns["blocking"].parts.items() if key != "p_below"}
        told["blocking"] = rows_with(**checks, mean_from=MEAN, mean_to=MEAN)
    if name == "signatures":
        told["parts"] = rows_with(**columns["parts"].parts, value_from=MEAN, value_to=MEAN)
    return Declaration(MappingProxyType(told))


#: What each frame holds once it has passed the gate, in the order of results.json.
DISCLOSED: Final[Mapping[str, Declaration]] = {
    name: _with_bands(name, declared) for name, declared in MEASURES.items()
}


@dataclass(frozen=True)
class Disclosed:
    """What may be shown of the measures, and the cells withheld before measuring.

    Columns of `frames` as in `DISCLOSED`, `wrong_claims` as `expected_wrong_claims` of what was
    measured, in whole claims. Made by `disclose` and nowhere else.
    """

    frames: Mapping[str, pd.DataFrame]
    withheld: pd.DataFrame
    wrong_claims: pd.DataFrame


def disclose(
    measured: Measured, settings: Settings, *, items: pd.DataFrame, lenses: tuple[str, str]
) -> Disclosed:
    """What may be shown of the measures of any number of sites.

    `items` and `lenses` as in `measuring.Basis`. Raises KeyError for a column that has neither a
    kind with steps nor a rule. Where everybody agreed to be named everything is told.
    """
    raw = measured.frames
    if settings.named:
        told = {name: _tell_all(name, frame) for name, frame in raw.items()}
        wrong = expected_wrong_claims(raw["topics"])
        return Disclosed(MappingProxyType(told), measured.withheld, wrong)
    ratings = ToldRatings.of(raw["within"], settings)
    told = {name: _step_frame(name, frame) for name, frame in raw.items()}
    told["within"] = _hide_alike(tell_within(told["within"], ratings), ratings)
    told["topics"] = tell_topics(told["topics"], ratings)
    told["understanding"] = tell_understanding(told["understanding"], told["topics"])
    for name in ("rank", "words"):
        told[name] = tell_ranking(told[name], settings.min_group)
    told["scales"] = tell_scales(told["scales"], told["within"])
    told["ownership"] = tell_ownership(told["ownership"], settings)
    told["drift"] = tell_drift(told["drift"])
    told["pilots"] = tell_pilots(told["pilots"], ratings, items, lenses)
    told["readiness"] = tell_readiness(told["readiness"], ratings, items)
    told["signatures"] = tell_signatures(told["signatures"], ratings, items, told["words"])
    frames = {name: DISCLOSED[name].select(frame) for name, frame in told.items()}
    wrong = _round_wrong(expected_wrong_claims(raw["topics"]))
    return Disclosed(MappingProxyType(frames), measured.withheld, wrong)


def _round_wrong(wrong: pd.DataFrame) -> pd.DataFrame:
    """Whole claims: less would, beside the chances that are told, give back one that is not."""
    expected = wrong["expected_wrong"].round()
    share = (expected / wrong["n_claimed"]).where(wrong["n_claimed"] > 0).round(2)
    return wrong.assign(expected_wrong=expected, share_wrong=share)


def _tell_all(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A measure as it is, in the columns of what is told."""
    declared = DISCLOSED[name]
    if name in ("rank", "words"):
        firsts = {f"first_{one}": frame[one].map(put_first) for one in NAMINGS}
        frame = frame.assign(**firsts, **{f"level_{one}": None for one in NAMINGS})
    added = [column for column in declared.columns if column not in frame]
    return declared.select(frame.assign(**dict.fromkeys(added, float("nan"))))


def _step_frame(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of a measure in steps, those of small groups taken out."""
    if name not in RULES or frame.empty:
        return frame
    is_small, stepped = _is_small(frame, RULES[name].people), frame.copy()
    for column, held in MEASURES[name].columns.items():
        if explain_column(name, column, held) == "stepped":
            stepped[column] = STEPPED[held.kind](frame[column].to_numpy())
        if column in RULES[name].small:
            stepped[column] = _mask(stepped[column], is_small)
    return stepped


def _is_small(frame: pd.DataFrame, people: tuple[str, ...]) -> Bools:
    """Which rows are of too few people to be shown point by point; a missing count is few."""
    small = np.zeros(len(frame), dtype=bool)
    for name in people:
        small |= ~(frame[name].to_numpy(dtype=np.float64, na_value=np.nan) >= DISTRIBUTION_FROM)
    return small


def _mask(values: pd.Series, is_hidden: Bools) -> pd.Series:
    if values.dtype == np.float64:
        return pd.Series(np.where(is_hidden, np.nan, values.to_numpy()), index=values.index)
    if values.dtype == np.int64:
        shown = pd.arrays.IntegerArray(values.to_numpy(), is_hidden.copy())
        return pd.Series(shown, index=values.index)
    return values.mask(is_hidden, None if values.dtype == object else pd.NA)


def _hide_alike(within: pd.DataFrame, ratings: ToldRatings) -> pd.DataFrame:
    """Nothing point by point where all, or all but one, of a large group say the same."""
    is_alike = np.array([not one.is_spread_shown for one in ratings.by_row], dtype=bool)
    return within.assign(**{name: _mask(within[name], is_alike) for name in _SPREAD})


def explain_column(name: str, column: str, held: MeasureColumn) -> str:
    """What happens to a column: ``told``, ``open``, ``small``, ``passed`` or ``stepped``."""
    rule = RULES[name]
    for how in ("told", "open", "small"):
        if column in getattr(rule, how):
            is_figure = held.kind in STEPPED and held.dtype == "float64"
            return "stepped" if how == "small" and is_figure else how
    if held.kind in PASSED and (held.dtype != "object" or held.kind in ("name", "people")):
        return "passed"
    if held.kind in STEPPED and held.dtype == "float64":
        return "stepped"
    message = f"{name}.{column} ({held.kind}) has no rule of disclosure"
    raise KeyError(message)

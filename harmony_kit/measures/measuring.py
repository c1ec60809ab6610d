"""From answers and evidence to every measure: the one place that joins them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.agreement import AGREEMENT, SCALES, measure_agreement, measure_scales
from harmony_kit.measures.coorientation import TOPICS, measure_coorientation
from harmony_kit.measures.declaration import Declaration
from harmony_kit.measures.drift import DRIFT, measure_drift
from harmony_kit.measures.evidence import (
    DECISIONS,
    PROGRESS,
    measure_decisions,
    measure_pilot_progress,
)
from harmony_kit.measures.evidence_problems import PROBLEMS, list_evidence_problems
from harmony_kit.measures.ownership import OWNERSHIP, measure_ownership
from harmony_kit.measures.pilots import PILOTS, measure_pilots
from harmony_kit.measures.privacy import license_answers
from harmony_kit.measures.ranking import RANKING, measure_ranking
from harmony_kit.measures.readiness import READINESS, measure_readiness
from harmony_kit.measures.signatures import SIGNATURE_COLUMNS, measure_signatures
from harmony_kit.measures.understanding import UNDERSTANDING
from harmony_kit.measures.usage import USAGE, measure_usage

__all__ = ["MEASURES", "Basis", "Measured", "measure_everything"]


@dataclass(frozen=True)
class Basis:
    """What the measures need beside answers: what was asked, what happened, how many there are.

    `items` is `Instrument.items_frame`, `lenses` are the ids of the instrument's two lenses;
    `decisions`, `pilots` and `usage` are the evidence; `headcounts` has columns
    ``site, lens, headcount``; `as_of` is the day open decisions are counted to. The `secret` of
    the engagement keeps others from repeating the draws.
    """

    items: pd.DataFrame
    lenses: tuple[str, str]
    decisions: pd.DataFrame
    pilots: pd.DataFrame
    usage: pd.DataFrame
    settings: Settings
    headcounts: pd.DataFrame
    as_of: date
    secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Measured:
    """Every measure by name, and the cells withheld before measuring."""

    frames: Mapping[str, pd.DataFrame]
    withheld: pd.DataFrame


#: What each frame holds, in the order of results.json.
MEASURES: Mapping[str, Declaration] = {
    "understanding": UNDERSTANDING,
    "topics": TOPICS,
    "within": AGREEMENT,
    "scales": SCALES,
    "rank": RANKING,
    "words": RANKING,
    "ownership": OWNERSHIP,
    "drift": DRIFT,
    "pilots": PILOTS,
    "readiness": READINESS,
    "evidence_decisions": DECISIONS,
    "evidence_pilots": PROGRESS,
    "evidence_usage": USAGE,
    "evidence_problems": PROBLEMS,
    "signatures": SIGNATURE_COLUMNS,
}


def measure_everything(answers: AnswersFrame, basis: Basis) -> Measured:
    """Measure all sites and waves in `answers`; small groups are taken out first.

    `MEASURES` says which frames there are, and what is in them.
    """
    settings = basis.settings
    items, lenses = basis.items, basis.lenses
    licensed, withheld = license_answers(answers, min_group=settings.min_group)
    common: dict[str, Any] = {"settings": settings, "headcounts": basis.headcounts}
    frames = _measure_evidence(basis)
    minds = measure_coorientation(licensed, items, secret=basis.secret, **common)
    frames["topics"], frames["understanding"] = minds.topics, minds.understanding
    frames["within"] = measure_agreement(licensed, items, **common)
    frames["scales"] = measure_scales(frames["within"])
    ranking = measure_ranking(licensed, items, lenses=lenses, **common)
    frames["rank"] = ranking[ranking["kind"] == "rank"].reset_index(drop=True)
    frames["words"] = ranking[ranking["kind"] == "words"].reset_index(drop=True)
    frames["ownership"] = measure_ownership(licensed, items, lenses=lenses, **common)
    frames["drift"] = measure_drift(frames["ownership"], settings=settings)
    frames["pilots"] = measure_pilots(licensed, items, usage=frames["evidence_usage"], **common)
    frames["readiness"] = measure_readiness(licensed, items, lenses=lenses, **common)
    frames["signatures"] = measure_signatures(frames, settings=settings)
    return Measured(frames, withheld)


def _measure_evidence(basis: Basis) -> dict[str, pd.DataFrame]:
    as_of, settings = basis.as_of, basis.settings
    return {
        "evidence_decisions": measure_decisions(basis.decisions, as_of=as_of, settings=settings),
        "evidence_pilots": measure_pilot_progress(basis.pilots, as_of=as_of),
        "evidence_usage": measure_usage(basis.usage, as_of=as_of, settings=settings),
        "evidence_problems": list_evidence_problems(
            basis.decisions, basis.pilots, basis.usage, as_of=as_of
        ),
    }

"""From answers and evidence to every measure: the one place that joins them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from harmony_kit.engagement import Engagement
from harmony_kit.evidence_files import Evidence
from harmony_kit.instrument import Instrument
from harmony_kit.measures.agreement import measure_agreement, measure_scales
from harmony_kit.measures.coorientation import measure_topics
from harmony_kit.measures.drift import measure_drift
from harmony_kit.measures.evidence import measure_decisions, measure_pilot_progress
from harmony_kit.measures.evidence_problems import list_evidence_problems
from harmony_kit.measures.ownership import measure_ownership
from harmony_kit.measures.pilots import measure_pilots
from harmony_kit.measures.ranking import measure_ranking
from harmony_kit.measures.readiness import measure_readiness
from harmony_kit.measures.signatures import measure_signatures
from harmony_kit.measures.understanding import summarise_understanding
from harmony_kit.measures.usage import measure_usage
from harmony_kit.privacy import license_answers
from harmony_kit.settings import Settings

__all__ = ["Basis", "Measured", "measure_everything"]


@dataclass(frozen=True)
class Basis:
    """What the measures need beside answers: what was asked, what happened, how many there are.

    `headcounts` has columns ``site, lens, headcount``; `as_of` is the day open decisions are
    counted to.
    """

    instrument: Instrument
    evidence: Evidence
    settings: Settings
    headcounts: pd.DataFrame
    as_of: date

    @classmethod
    def of(cls, engagement: Engagement, as_of: date) -> Basis:
        """The basis of an engagement on a day."""
        return cls(
            engagement.instrument,
            engagement.evidence,
            engagement.settings,
            engagement.headcounts(),
            as_of,
        )


@dataclass(frozen=True)
class Measured:
    """Every measure by name, and the cells withheld before measuring."""

    frames: Mapping[str, pd.DataFrame]
    withheld: pd.DataFrame


def measure_everything(answers: pd.DataFrame, basis: Basis) -> Measured:
    """Measure all sites and waves in `answers`; small groups are taken out first.

    Frames: topics, understanding, within, scales, rank, words, ownership, drift, pilots,
    readiness, evidence_decisions, evidence_pilots, evidence_usage, evidence_problems,
    signatures.
    """
    settings = basis.settings
    items = basis.instrument.items_frame()
    lenses = basis.instrument.lens_ids
    licensed, withheld = license_answers(answers, min_group=settings.min_group)
    common: dict[str, Any] = {"settings": settings, "headcounts": basis.headcounts}
    frames = _measure_evidence(basis)
    frames["topics"] = measure_topics(licensed, items, **common)
    frames["understanding"] = summarise_understanding(frames["topics"], settings=settings)
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
    evidence, as_of = basis.evidence, basis.as_of
    return {
        "evidence_decisions": measure_decisions(
            evidence.decisions, as_of=as_of, settings=basis.settings
        ),
        "evidence_pilots": measure_pilot_progress(evidence.pilots, as_of=as_of),
        "evidence_usage": measure_usage(evidence.usage, as_of=as_of, settings=basis.settings),
        "evidence_problems": list_evidence_problems(
            evidence.decisions, evidence.pilots, evidence.usage, as_of=as_of
        ),
    }

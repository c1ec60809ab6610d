"""From the frames of the measures to what a report may say, still without words.

Every function here reads the frame of one measure, of one site and wave, and yields an
`Observation` for each row it may word: ``claimed`` or ``leaning``, and no lens smaller than the
minimum group. A frame that is missing or empty yields nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.observation import Number, Observation
from harmony_kit.findings.observed_camps import observe_camps
from harmony_kit.findings.observed_choices import observe_ranking
from harmony_kit.findings.observed_duties import observe_drift, observe_ownership
from harmony_kit.findings.observed_records import (
    observe_decisions,
    observe_progress,
    observe_usage,
)
from harmony_kit.findings.observed_signatures import drifting_lenses, observe_signatures
from harmony_kit.findings.observed_subjects import observe_pilots, observe_readiness
from harmony_kit.findings.observed_topics import (
    observe_topics,
    observe_understanding,
)
from harmony_kit.findings.standings import Standings
from harmony_kit.instrument.model import Instrument

__all__ = ["Number", "Observation", "observe"]


def observe(
    measures: Mapping[str, pd.DataFrame],
    instrument: Instrument,
    settings: Settings,
    decisions: pd.DataFrame | None = None,
) -> Iterator[Observation]:
    """Everything the measures of one site and wave license to say, in no special order.

    `decisions` is the record of the site, as its file has it; each observation about a pilot or
    decision knows where that stands.
    """
    standings = Standings.read(measures, decisions)
    for seen in _observe(measures, instrument, settings, decisions):
        yield standings.place(seen, instrument)


def _observe(
    measures: Mapping[str, pd.DataFrame],
    instrument: Instrument,
    settings: Settings,
    decisions: pd.DataFrame | None = None,
) -> Iterator[Observation]:
    within, signatures = measures.get("within"), measures.get("signatures")
    yield from observe_topics(measures.get("topics"), within, settings)
    yield from observe_understanding(measures.get("understanding"), instrument, settings)
    yield from observe_camps(within, instrument, settings)
    for kind in ("rank", "words"):
        yield from observe_ranking(measures.get(kind), kind, settings)
    yield from observe_ownership(measures.get("ownership"), settings)
    told = drifting_lenses(signatures)
    for seen in observe_drift(measures.get("drift"), instrument, settings):
        if seen.case.looker not in told:
            yield seen
    yield from observe_pilots(measures.get("pilots"), instrument, settings)
    yield from observe_readiness(measures.get("readiness"), instrument, settings, decisions)
    yield from observe_decisions(measures.get("evidence_decisions"))
    yield from observe_progress(measures.get("evidence_pilots"))
    yield from observe_usage(measures.get("evidence_usage"))
    yield from observe_signatures(signatures, instrument, settings, measures.get("words"))

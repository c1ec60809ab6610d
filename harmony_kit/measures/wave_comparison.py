"""Everything that is told of successive waves, as it may be told: what moved, and who came back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.agreement import measure_agreement
from harmony_kit.measures.changes import measure_changes
from harmony_kit.measures.privacy import license_answers
from harmony_kit.measures.tally_draws import SecretOf, no_secret
from harmony_kit.measures.told_changes import (
    tell_changes,
    tell_transitions,
    tell_understood_changes,
)
from harmony_kit.measures.told_frames import ToldRatings
from harmony_kit.measures.transitions import measure_transitions
from harmony_kit.measures.understood_changes import measure_understood_changes
from harmony_kit.measures.wave_pairs import draw_successive
from harmony_kit.measures.waves import Wordings, measure_returns

__all__ = ["WaveComparison", "compare_waves"]


@dataclass(frozen=True)
class WaveComparison:
    """The frames of `measure_changes`, `measure_transitions` and so on, through the gate."""

    changes: pd.DataFrame
    transitions: pd.DataFrame
    understood: pd.DataFrame
    returns: pd.DataFrame


def compare_waves(  # noqa: PLR0913 - whose answers, by which rules, with which draws
    answers: AnswersFrame,
    items: pd.DataFrame,
    *,
    settings: Settings,
    headcounts: pd.DataFrame,
    wordings: Wordings,
    secret_of: SecretOf = no_secret,
) -> WaveComparison:
    """What moved between successive waves in these answers; `named` tells it as measured.

    All of it is read from the same draws, see `draw_successive`.
    """
    licensed, _ = license_answers(answers, min_group=settings.min_group)
    drawn = draw_successive(
        licensed, items, settings=settings, headcounts=headcounts, secret_of=secret_of
    )
    found = WaveComparison(
        changes=measure_changes(drawn, wordings=wordings),
        transitions=measure_transitions(drawn, wordings=wordings),
        understood=measure_understood_changes(drawn, wordings=wordings),
        returns=measure_returns(licensed, min_group=settings.min_group),
    )
    if settings.named:
        return found
    ratings = ToldRatings.of(measure_agreement(licensed, items, settings=settings), settings)
    return WaveComparison(
        changes=tell_changes(found.changes, ratings, items),
        transitions=tell_transitions(found.transitions, ratings),
        understood=tell_understood_changes(found.understood),
        returns=found.returns,
    )

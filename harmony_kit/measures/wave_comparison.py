"""Everything that is told of successive waves, as it may be told: what moved, and who came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

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
from harmony_kit.measures.wave_pairs import DrawnWaves, draw_successive
from harmony_kit.measures.waves import Wordings, measure_returns

__all__ = ["WaveComparison", "compare_waves"]


@dataclass(frozen=True)
class WaveComparison:
    """The frames of `measure_changes`, `measure_transitions` and so on, through the gate."""

    changes: pd.DataFrame
    transitions: pd.DataFrame
    understood: pd.DataFrame
    returns: pd.DataFrame


#: Sites whose draws are held at once.
_AT_ONCE: Final = 16


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

    All of a site is read from the same draws, see `draw_successive`; some sites at a time, because
    the draws of both waves of one take megabytes.
    """
    sites = sorted(answers["site"].unique())
    found = []
    for start in range(0, max(len(sites), 1), _AT_ONCE):
        some = AnswersFrame(answers[answers["site"].isin(sites[start : start + _AT_ONCE])])
        licensed, _ = license_answers(some, min_group=settings.min_group)
        drawn = draw_successive(
            licensed, items, settings=settings, headcounts=headcounts, secret_of=secret_of
        )
        found.append(_compare(drawn, wordings))
    return found[0] if len(found) == 1 else _join(found)


def _compare(drawn: DrawnWaves, wordings: Wordings) -> WaveComparison:
    answers, items, settings = drawn.answers, drawn.items, drawn.settings
    found = WaveComparison(
        changes=measure_changes(drawn, wordings=wordings),
        transitions=measure_transitions(drawn, wordings=wordings),
        understood=measure_understood_changes(drawn, wordings=wordings),
        returns=measure_returns(answers, min_group=settings.min_group),
    )
    if settings.named:
        return found
    ratings = ToldRatings.of(measure_agreement(answers, items, settings=settings), settings)
    return WaveComparison(
        changes=tell_changes(found.changes, ratings, items),
        transitions=tell_transitions(found.transitions, ratings),
        understood=tell_understood_changes(found.understood),
        returns=found.returns,
    )


def _join(found: Sequence[WaveComparison]) -> WaveComparison:
    names = [one.name for one in fields(WaveComparison)]
    return WaveComparison(
        **{
            name: pd.concat([getattr(one, name) for one in found], ignore_index=True)
            for name in names
        }
    )

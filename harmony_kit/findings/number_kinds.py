"""What each number behind a finding is: a mean, a count, a share; its digits follow from that."""

from __future__ import annotations

from harmony_kit.measures.declaration import (
    COUNT,
    DAYS,
    DISTANCE,
    GAP,
    INDEX,
    MEAN,
    PEOPLE,
    PROBABILITY,
    SHARE,
    TREND,
    MeasureColumn,
    declare,
)

__all__ = ["NUMBERS", "number_column"]

#: Name → kind. Where a measure has a column of the name, it is of this kind there as well.
NUMBERS = declare(
    # What each side says and expects.
    own=MEAN,
    estimate=MEAN,
    other_own=MEAN,
    mean=MEAN,
    sd=GAP,
    agreement_a=INDEX,
    agreement_gap=GAP,
    perceived_gap=GAP,
    misreading=GAP,
    misreading_low=GAP,
    misreading_high=GAP,
    probability=PROBABILITY,
    points=COUNT,
    n_own=PEOPLE,
    n_estimate=PEOPLE,
    n_other=PEOPLE,
    n_split=COUNT,
    n_topics=COUNT,
    understood=COUNT,
    share=SHARE,
    low=SHARE,
    high=SHARE,
    # What was chosen, ranked or named.
    actual=DISTANCE,
    perceived=DISTANCE,
    misread=DISTANCE,
    words=DISTANCE,
    says_nobody=SHARE,
    p_most=PROBABILITY,
    p_unowned=PROBABILITY,
    share_held=SHARE,
    n_held=COUNT,
    n_duties=COUNT,
    # Pilots and readiness.
    technical=MEAN,
    operational=MEAN,
    success=MEAN,
    act=MEAN,
    own_checks=MEAN,
    n_technical=PEOPLE,
    n_operational=PEOPLE,
    n_own_checks=PEOPLE,
    n_blocking=COUNT,
    n_checks=COUNT,
    # Talk beside records.
    aligned=MEAN,
    pilots=MEAN,
    adoption=MEAN,
    decisions=MEAN,
    n_open=COUNT,
    n_decided=COUNT,
    n_decisions=COUNT,
    decisions_slow=COUNT,
    share_open=SHARE,
    median_days=DAYS,
    oldest_days=DAYS,
    oldest_open_days=DAYS,
    days_open=DAYS,
    days_over=DAYS,
    n_past_end=COUNT,
    n_pilots=COUNT,
    n_finished=COUNT,
    scope_changes=COUNT,
    n_scope_changes=COUNT,
    active_share=SHARE,
    peak_share=SHARE,
    share_now=SHARE,
    share_peak=SHARE,
    now_vs_peak=SHARE,
    acceptance=SHARE,
    override=SHARE,
    share_accepted=SHARE,
    share_overridden=SHARE,
    trend_per_week=TREND,
    n_weeks=COUNT,
    n_shown=COUNT,
)


def number_column(name: str) -> MeasureColumn:
    """What a number is, also of the ends of its band; KeyError for one nobody declared.

    >>> number_column("own_from").kind, number_column("oldest_days").unit
    ('mean', 'days')
    """
    return NUMBERS.columns[name.removesuffix("_from").removesuffix("_to")]

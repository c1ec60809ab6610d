"""Which columns of which list a sheet of the workbook has; what they hold is declared elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from harmony_kit.measures.declaration import (
    COUNT,
    DAYS,
    NAME,
    TEXT,
    MeasureColumn,
    declare,
)
from harmony_kit.report.results import declared_lists

__all__ = ["SHEET_PLANS", "SheetPlan", "columns_of"]


@dataclass(frozen=True)
class SheetPlan:
    """A sheet: its key under ``sheet.``, the lists of results.json it shows, and its columns."""

    name: str
    lists: tuple[str, ...]
    columns: tuple[str, ...]


_FINDINGS = declare(
    title=TEXT,
    dimension=NAME,
    item=NAME,
    subject=NAME,
    claim=NAME,
    shared=TEXT,
    question=TEXT,
    action=TEXT,
    owners=TEXT,
    effort=NAME,
    horizon_days=DAYS,
    importance=COUNT.of("1 to 5"),
)
_SINCE = declare(item=NAME, subject=NAME, lens=NAME, from_state=NAME, to_state=NAME, claim=NAME)
#: Lists whose rows are made of texts, not measured.
_WRITTEN: Final = {"findings": _FINDINGS, "since.topics": _SINCE}

_PLANS = """
findings = title dimension item subject claim shared question action owners
 effort horizon_days importance
understanding = dimension lens n_topics understood share low high misreading claim n_estimate
 n_other
topics = item subject dimension lens state claim own estimate other_own agreement_gap perceived_gap
 misreading misreading_low misreading_high is_on_line more_interviews n_own n_estimate n_other
within = item subject dimension lens about view mean low high n
choices : rank words = item subject lens state claim first_own first_estimate first_other_own
 actual perceived misread n_own n_estimate n_other
ownership = item lens owner other_owner pattern claim probability n n_other
pilots = subject lens quadrant claim probability technical operational success success_estimate
 active_share peak_share trend_per_week acceptance override n_technical n_operational n_success
readiness = subject lens verdict claim probability act act_estimate own_checks other_checks blocking
 n_act n_own_checks n_other_checks
signatures = signature subject is_present claim probability
evidence.decisions = n n_decided n_open n_dropped share_open median_days oldest_open_title
 oldest_open_days claim
evidence.pilots = pilot is_open started_on planned_end ended_on days_running days_over
 is_past_end scope_changes
evidence.usage = pilot n_weeks active_share active_low active_high peak_share trend_per_week
 acceptance override n_shown
evidence.problems = file what handled
since.topics = item subject lens from_state to_state claim
quotes = item lens text
withheld = what why
"""


def _read_plan(line: str) -> SheetPlan:
    place, _, columns = line.partition(" = ")
    name, _, lists = place.partition(" : ")
    return SheetPlan(name, tuple(lists.split()) or (name,), tuple(columns.split()))


#: The sheets, in their order.
SHEET_PLANS: Final = tuple(map(_read_plan, _PLANS.strip().replace("\n ", " ").splitlines()))


@cache
def columns_of(plan: SheetPlan) -> Mapping[str, MeasureColumn]:
    """The columns of a sheet as their measure declares them, in the order of the sheet."""
    name = plan.lists[0]
    declared = _WRITTEN[name] if name in _WRITTEN else declared_lists()[name]
    return {column: declared.columns[column] for column in plan.columns}

"""What should be done, and who acts next: the third and the fourth of the five acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from harmony_kit.findings.findings import Finding, select_first
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.general import only_special
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["NextStep", "actions", "list_steps", "who_acts"]

#: Steps worth writing a name behind; more than that nobody does.
_MOST_STEPS = 8


@dataclass(frozen=True)
class NextStep:
    """One thing to do: its number, the finding it comes from, and when it is done."""

    number: int
    finding: Finding
    done: str


def list_steps(view: SiteView, n: int = _MOST_STEPS) -> tuple[NextStep, ...]:
    """The first `n` things to do that differ, facts before impressions; the soonest stands first.

    A longer list holds all of a shorter one, so that page one and what follows agree.
    """
    chosen = only_special(select_first(view.site.findings, n=2 * _MOST_STEPS))
    ranked = sorted(chosen, key=lambda finding: finding.claim != "claimed")
    by_action: dict[str, Finding] = {}
    for finding in ranked:
        if finding.action:
            by_action.setdefault(finding.action, finding)
    first = sorted([*by_action.values()][:n], key=lambda finding: finding.horizon_days)
    return tuple(
        NextStep(number, finding, view.words.say(f"done.{_kind_of_end(view, finding)}"))
        for number, finding in enumerate(first, start=1)
    )


def _kind_of_end(view: SiteView, finding: Finding) -> str:
    """How the end of a step is told: that of a pilot or a decision goes by it, not by the topic."""
    if finding.kind != "topic":
        return finding.kind
    if finding.pattern == "false_conflict":
        return finding.pattern
    ends = {"pilot": "pilot", "decision": "readiness"}
    return ends.get(view.item(finding.item).per or "", "topic")


def actions(site: Assessment) -> Block:
    """What to do within 30, 60 and 90 days, why, and when it is done."""
    view = SiteView.of(site)
    if not has_part(view, "actions"):
        return EMPTY
    steps = list_steps(view)
    first = {step.done: step.number for step in reversed(steps)}
    horizons = groupby(steps, lambda step: step.finding.horizon_days)
    return render_block(
        "actions",
        view.words,
        part="actions",
        lead=view.words.say("actions.lead"),
        horizons=[
            (days, [(s, _say_done(view, s, first)) for s in some]) for days, some in horizons
        ],
    )


def _say_done(view: SiteView, step: NextStep, first: Mapping[str, int]) -> str:
    """When a step is done; where an earlier one said so already, which."""
    number = first[step.done]
    return step.done if number == step.number else view.words.say("actions.done_as", n=number)


def who_acts(site: Assessment) -> Block:
    """Each function with the steps that are its own, and a line for a name and a date."""
    view = SiteView.of(site)
    if not has_part(view, "who_acts"):
        return EMPTY
    return render_block(
        "who_acts",
        view.words,
        part="who_acts",
        lead=view.words.say("who_acts.lead"),
        sides=[*_list_sides(view)],
    )


def _list_sides(view: SiteView) -> Iterator[dict[str, Any]]:
    for lens in view.lenses:
        by_owner: dict[str, list[NextStep]] = {}
        for step in list_steps(view):
            by_owner.setdefault(step.finding.owners.get(lens, view.name(lens)), []).append(step)
        owners = [
            (owner, steps, min(step.finding.horizon_days for step in steps))
            for owner, steps in by_owner.items()
        ]
        yield {"side": view.side(lens), "name": view.name(lens), "owners": owners}

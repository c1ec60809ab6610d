"""What should be done, and who acts next: the third and the fourth of the five acts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from harmony_kit.findings.findings import Finding
from harmony_kit.findings.first_findings import select_first
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.answering import find_answer
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.general import only_special
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.three_lists import list_meetings

__all__ = ["N_FIRST", "NextStep", "actions", "first_steps", "list_steps", "name_owners", "who_acts"]

#: Steps worth writing a name behind; more than that nobody does.
_MOST_STEPS = 8

#: From this share of points on both sides have just been seen to know each other: none asks again.
_KNOWN_AT = 0.95

#: Fact of the story → patterns of the findings whose action is about it.
_TOLD_OF = {
    "open": ("decisions_stall",),
    "late": ("pilots_drift", "pilots_past_end"),
    "used": ("adoption_fades",),
}

#: The title of a pilot or decision in a sentence.
_TITLE = re.compile(r"[“„«][^”“»]*[”“»]")

#: Kinds of findings that rest on what is on record, or on a scorecard of one pilot or decision.
_ON_RECORD = ("evidence", "signature", "pilot", "readiness")

#: Where a pilot stands that has ended on record and is still used.
_KEPT = "kept"

#: How many of them page one has room for.
N_FIRST = 3


@dataclass(frozen=True)
class NextStep:
    """One thing to do: its number, the finding it comes from, and when it is done."""

    number: int
    finding: Finding
    done: str


def list_steps(view: SiteView) -> tuple[NextStep, ...]:
    """The things to do that differ: the answer to the story, the others of page one, then the rest.

    Of the others and of the rest the soonest come first; every step has the days of its finding.
    Two findings that ask for the same, of the same pilots or decisions, are one thing to do.
    """
    chosen = _choose(view)
    others, rest = (
        sorted(some, key=lambda finding: finding.horizon_days)
        for some in (chosen[1:N_FIRST], chosen[N_FIRST:])
    )
    return tuple(
        NextStep(number, finding, finding.done or view.words.say("done.plain"))
        for number, finding in enumerate([*chosen[:1], *others, *rest], start=1)
    )


def first_steps(view: SiteView, n: int) -> tuple[NextStep, ...]:
    """The `n` of them for page one: what answers the story first."""
    return list_steps(view)[:n]


def name_owners(view: SiteView, step: NextStep) -> list[tuple[int, str]]:
    """Who of each side does it, with the side; whoever looks comes first."""
    finding = step.finding
    return [
        (view.side(lens), finding.owners.get(lens, view.name(lens)))
        for lens in sorted(view.lenses, key=lambda lens: lens != finding.looker)
    ]


def _choose(view: SiteView) -> list[Finding]:
    """The answer to the story, then what page one tells of, facts before impressions, then more.

    A pilot past its planned end goes before an answer that comes from impressions alone.
    """
    return view.once("steps", lambda: _choose_steps(view))


def _choose_steps(view: SiteView) -> list[Finding]:
    findings = [one for one in view.site.findings if one.action and not _is_known(view, one)]
    answer = find_answer(view.site.story, findings)
    listed = [f for meeting in list_meetings(view) for f in meeting.findings]
    patterns = {one for fact in view.site.story.facts for one in _TOLD_OF.get(fact.id, ())}
    shown = [f for f in findings if f in listed or f.pattern in patterns]
    some = only_special([*shown, *select_first(findings, n=2 * _MOST_STEPS)])
    later = sorted(some, key=lambda f: (f.claim != "claimed", f not in shown))
    begin = [answer] if answer else []
    if not answer or answer.kind not in _ON_RECORD:
        begin = [*(f for f in shown if f.pattern in patterns & {*_TOLD_OF["late"]}), *begin]
    kept = sorted((f for f in findings if f.standing == _KEPT), key=lambda f: f.claim != "claimed")
    steps: list[Finding] = []
    for finding in [*begin, *later, *kept]:
        if not any(_is_same(finding, one) for one in steps):
            steps.append(finding)
    return _fit(steps)


def _fit(steps: list[Finding]) -> list[Finding]:
    """As many as there is room for; what has ended and is still used is always among them."""
    n_kept = sum(one.standing == _KEPT for one in steps)
    others = [one.id for one in steps if one.standing != _KEPT][: _MOST_STEPS - n_kept]
    return [one for one in steps if one.standing == _KEPT or one.id in others][:_MOST_STEPS]


def _is_known(view: SiteView, finding: Finding) -> bool:
    """Whether it asks both sides for what was just measured: that they know each other."""
    rows = view.rows("understanding", dimension="all")
    is_reading = (finding.kind, finding.pattern) == ("understanding", "reads_well")
    return is_reading and all(row["share"] >= _KNOWN_AT for row in rows)


def _is_same(one: Finding, other: Finding) -> bool:
    """Whether two findings ask for the same, of the same pilots or decisions or in one sentence."""
    is_apart = one.names and other.names and not {*one.names} & {*other.names}
    is_said = _TITLE.sub("", one.action) == _TITLE.sub("", other.action)
    return one.id == other.id or is_said or (one.task == other.task and not is_apart)


def actions(site: Assessment) -> Block:
    """What to do, why, and when it is done: first the steps of page one, then the others."""
    view = SiteView.of(site)
    if not has_part(view, "actions"):
        return EMPTY
    steps = list_steps(view)
    first = {step.done: step.number for step in reversed(steps)}
    horizons = groupby(steps[N_FIRST:], lambda step: step.finding.horizon_days)
    groups = [(view.words.say("page.do"), steps[:N_FIRST])]
    groups += [(view.words.say("actions.within", days=d), (*some,)) for d, some in horizons]
    return show_part(
        view,
        "actions",
        groups=[(title, [(s, _say_done(view, s, first)) for s in some]) for title, some in groups],
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
    return show_part(
        view,
        "who_acts",
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

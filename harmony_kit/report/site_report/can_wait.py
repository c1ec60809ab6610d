"""What can wait: the last of the five acts."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_kit.findings.findings import Finding
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.next_steps import list_steps
from harmony_kit.report.site_report.promised import list_promised
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.standing import FIRST, place_findings
from harmony_kit.report.site_report.three_lists import list_meetings

__all__ = ["can_wait", "list_waiting"]

#: Findings up to this importance can wait.
_CAN_WAIT = 3


def list_waiting(view: SiteView) -> list[str]:
    """The names of the dimensions both sides see alike, of which page one tells nothing.

    Nor is anything weighty found in them, asked for by a step, or promised before and not done.
    """
    findings = view.site.findings
    named = {one.dimension for one in findings if one.importance > _CAN_WAIT}
    told = [f for meeting in list_meetings(view) for f in meeting.findings]
    told += [step.finding for step in list_steps(view)]
    named |= {dimension for finding in told for dimension in _dimensions(view, finding)}
    named |= {*_facts_dimensions(view)}
    named |= {*list_promised(view, view.site.past)} if view.site.past else set()
    settled = [one for one in view.site.story.settled if one not in named]
    return [view.site.dimension_name(dimension) for dimension in settled]


def _dimensions(view: SiteView, finding: Finding) -> Iterator[str]:
    """The dimensions of a finding and of the questions it rests on."""
    instrument = view.site.engagement.instrument
    yield from (one.dimension for one in finding.alike or (finding,))
    asked = (source for source in finding.sources if instrument.has_item(source))
    yield from (instrument.item(source).dimension for source in asked)


def _facts_dimensions(view: SiteView) -> Iterator[str]:
    """The dimensions the facts of the story speak of."""
    instrument = view.site.engagement.instrument
    for fact in view.site.story.facts:
        for term in fact.terms.values():
            if term.kind == "dimension":
                yield term.value
            if term.kind == "topic" and instrument.has_item(term.value[0]):
                yield instrument.item(term.value[0]).dimension


def can_wait(site: Assessment) -> Block:
    """What nobody has to settle now: what both see alike, what holds, what weighs little."""
    view = SiteView.of(site)
    if not has_part(view, "can_wait"):
        return EMPTY
    words = view.words
    placed = place_findings(view)
    light = [
        finding
        for place, findings in placed.items()
        for finding in findings
        if place != FIRST and finding.importance <= _CAN_WAIT
    ]
    later = [f for place, found in placed.items() for f in found if place != FIRST]
    names = list_waiting(view)
    alike = "can_wait.alike_untold" if site.story.is_untold else "can_wait.alike"
    says = [
        words.say(alike, dimensions=words.listing(names)) if names else "",
        words.count("can_wait.light", len(light)) if light else "",
        words.count("can_wait.later", len(later) - len(light)) if len(later) > len(light) else "",
    ]
    return show_part(
        view,
        "can_wait",
        says=[said for said in says if said],
    )

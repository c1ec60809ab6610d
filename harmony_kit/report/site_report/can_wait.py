"""What can wait: the last of the five acts."""

from __future__ import annotations

from collections.abc import Iterator

from harmony_kit.findings.findings import Finding
from harmony_kit.findings.page_facts import open_choices
from harmony_kit.findings.plots import FELT
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.next_steps import list_steps
from harmony_kit.report.site_report.promised import list_promised
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.standing import FIRST, place_findings
from harmony_kit.report.site_report.storytelling import scene_of
from harmony_kit.report.site_report.three_lists import list_meetings

__all__ = ["can_wait", "list_alike_points", "list_waiting"]

#: Findings up to this importance can wait.
_CAN_WAIT = 3


def list_waiting(view: SiteView) -> list[str]:
    """The names of the dimensions both sides see alike, of which nothing is to be settled now."""
    pressing = _list_pressing(view)
    settled = [one for one in view.site.story.settled if one not in pressing]
    return [view.site.dimension_name(dimension) for dimension in settled]


def list_alike_points(view: SiteView) -> list[str]:
    """The names of the points both see alike and know it, of which no step and no list tells.

    Nor does a record, a choice or an open promise have a say on them, nor do both rate them low.
    """
    told = {place for finding in _list_told(view) for place in _places(finding)}
    instrument = view.site.engagement.instrument
    felt = {item.dimension for item in instrument.items if item.group in FELT}
    apart = {*felt, *open_choices(scene_of(view))}
    apart |= {*list_promised(view, view.site.past)} if view.site.past else set()
    places = [
        place
        for finding in view.site.findings
        if (finding.kind, finding.pattern, finding.claim) == ("topic", "shared_view", "claimed")
        if finding.level != "low" and finding.importance <= _CAN_WAIT and not finding.standing
        for place in _places(finding)
    ]
    return [
        view.label(item, subject) if subject else view.site.item_short(item)
        for item, subject in places
        if (item, subject) not in told and instrument.item(item).dimension not in apart
    ]


def _places(finding: Finding) -> list[tuple[str, str]]:
    return [(one.item, one.subject) for one in finding.alike or (finding,)]


def _list_light(view: SiteView) -> list[Finding]:
    """The findings that weigh little and do not stand among the first."""
    return [
        finding
        for place, findings in place_findings(view).items()
        for finding in findings
        if place != FIRST and finding.importance <= _CAN_WAIT
    ]


def _list_told(view: SiteView) -> list[Finding]:
    """What the lists of page one and the steps tell of."""
    told = [f for meeting in list_meetings(view) for f in meeting.findings]
    return told + [step.finding for step in list_steps(view)]


def _list_pressing(view: SiteView) -> set[str]:
    """The dimensions in which something is not to wait.

    Page one or a step tells of them, something weighty is found in them, or something promised
    before is not done.
    """
    named = {one.dimension for one in view.site.findings if one.importance > _CAN_WAIT}
    named |= {one for finding in _list_told(view) for one in _dimensions(view, finding)}
    named |= {*_facts_dimensions(view)}
    return named | ({*list_promised(view, view.site.past)} if view.site.past else set())


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
    light = _list_light(view)
    later = [f for place, found in place_findings(view).items() for f in found if place != FIRST]
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

"""What can wait: the last of the five acts."""

from __future__ import annotations

from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.standing import FIRST, place_findings

__all__ = ["can_wait", "list_waiting"]

#: Findings up to this importance can wait.
_CAN_WAIT = 3


def list_waiting(view: SiteView) -> list[str]:
    """The names of the dimensions both sides see alike and nothing weighty was found in."""
    weighty = {
        finding.dimension for finding in view.site.findings if finding.importance > _CAN_WAIT
    }
    settled = [one for one in view.site.story.settled if one not in weighty]
    return [view.site.dimension_name(dimension) for dimension in settled]


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
    says = [
        words.say("can_wait.alike", dimensions=words.listing(names)) if names else "",
        words.count("can_wait.light", len(light)) if light else "",
        words.count("can_wait.later", len(later) - len(light)) if len(later) > len(light) else "",
    ]
    return render_block(
        "can_wait",
        words,
        part="can_wait",
        lead=words.say("can_wait.lead"),
        says=[said for said in says if said],
    )

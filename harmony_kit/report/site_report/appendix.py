"""The appendix: every finding in full, each once."""

from __future__ import annotations

from typing import Any

from harmony_kit.findings.findings import Finding
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.finding_numbers import show_numbers
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.standing import FIRST, RECORDS, place_findings

__all__ = ["appendix"]


def appendix(site: Assessment) -> Block:
    """Every finding, by where it stands: in full, or named where it is told in full already."""
    view = SiteView.of(site)
    if not has_part(view, "appendix"):
        return EMPTY
    placed = place_findings(view)
    order = [FIRST, RECORDS, *(name for name in view.dimensions())]
    return render_block(
        "appendix",
        view.words,
        part="appendix",
        lead=view.words.count("appendix.lead", len(site.findings)),
        lenses=[(view.side(lens), lens, view.name(lens)) for lens in view.lenses],
        places=[
            (_name(view, place), [_describe(view, place, finding) for finding in placed[place]])
            for place in order
            if place in placed
        ],
    )


def _name(view: SiteView, place: str) -> str:
    known = {FIRST: "first.title", RECORDS: "evidence.title"}
    return view.words.say(known[place]) if place in known else view.site.dimension_name(place)


def _describe(view: SiteView, place: str, finding: Finding) -> dict[str, Any]:
    is_sign = place == RECORDS and finding.kind == "signature"
    # Topics are drawn, and told in numbers, in their dimension.
    is_drawn = finding.kind == "topic"
    return {
        "finding": finding,
        "is_told": place == FIRST or is_sign,
        "numbers": EMPTY if place == FIRST or is_drawn else show_numbers(view, finding),
        "certainty": view.words.say(f"appendix.{finding.claim}"),
    }

"""Where each finding stands in a report: in exactly one place."""

from __future__ import annotations

from harmony_kit.findings.findings import Finding
from harmony_kit.findings.first_findings import select_first
from harmony_kit.instrument.model import Instrument
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.site_view import SiteView

__all__ = ["FIRST", "RECORDS", "place_findings"]

#: The places that are no dimension.
FIRST, RECORDS = "first", "records"


def place_findings(view: SiteView) -> dict[str, tuple[Finding, ...]]:
    """The findings by place, each in one: the first page, the records, or a dimension's id.

    What is not on the first page and rests on a record stands beside the records; anything else
    with the dimension it is about, or whose questions it rests on.
    """
    ranked = view.site.findings
    chosen = select_first(ranked) if has_part(view, "first") else ()
    first = {finding.id for finding in chosen}
    placed: dict[str, tuple[Finding, ...]] = {}
    for finding in ranked:
        is_first = finding.id in first
        place = FIRST if is_first else _place(finding, view.site.engagement.instrument)
        placed[place] = (*placed.get(place, ()), finding)
    return placed


def _place(finding: Finding, instrument: Instrument) -> str:
    if finding.kind in ("evidence", "signature"):
        return RECORDS
    if finding.dimension:
        return finding.dimension
    asked = (source for source in finding.sources if instrument.has_item(source))
    return next((instrument.item(source).dimension for source in asked), RECORDS)

"""The dimensions of the instrument, one after another, each with its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harmony_kit.findings.findings import Finding
from harmony_kit.measures.rows import Row, number_or_none
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block
from harmony_kit.report.site_report.choices import show_choices
from harmony_kit.report.site_report.contents import has_part, show_part
from harmony_kit.report.site_report.duties import show_owners
from harmony_kit.report.site_report.ratings import show_ratings
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.standing import FIRST, place_findings
from harmony_kit.report.site_report.subjects import show_pilots, show_readiness
from harmony_kit.report.site_report.topics import show_topics, topics_of

__all__ = ["dimensions"]


def dimensions(site: Assessment) -> Block:
    """Every dimension that was asked: what it shows, its pictures, what stays open."""
    view = SiteView.of(site)
    if not has_part(view, "dimensions"):
        return EMPTY
    placed = place_findings(view)
    described = [entry for name in view.dimensions() if (entry := _describe(view, name, placed))]
    _explain_once(view, described)
    return show_part(
        view,
        "dimensions",
        first=view.names[0],
        second=view.names[1],
        dimensions=described,
    )


def _describe(
    view: SiteView, dimension: str, placed: Mapping[str, tuple[Finding, ...]]
) -> dict[str, Any] | None:
    name = view.site.dimension_name(dimension)
    pairs = topics_of(view, dimension=dimension)
    pictures = [
        ("choices", show_choices(view, dimension)),
        ("topics", show_topics(view, pairs, name)),
        ("ratings", show_ratings(view, dimension)),
        ("owners", show_owners(view, dimension)),
        ("pilots", show_pilots(view, dimension)),
        ("readiness", show_readiness(view, dimension)),
    ]
    shown = [(kind, block) for kind, block in pictures if block]
    here = placed.get(dimension, ())
    if not shown and not here:
        return None
    return {
        "id": f"dimension-{dimension}",
        "name": name,
        "findings": [finding for finding in here if finding.kind != "within"],
        "is_first": any(one.dimension == dimension for one in placed.get(FIRST, ())),
        "pictures": [{"kind": kind, "shown": block, "reading": ""} for kind, block in shown],
        "splits": [finding for finding in here if finding.kind == "within"],
        "open": _say_open(view, [row for pair in pairs for row in pair]),
    }


def _explain_once(view: SiteView, described: list[dict[str, Any]]) -> None:
    """Say how to read each kind of picture where it first stands."""
    told: set[str] = set()
    for picture in (picture for entry in described for picture in entry["pictures"]):
        if picture["kind"] not in told:
            picture["reading"] = view.words.say(f"dimension.read_{picture['kind']}")
            told.add(picture["kind"])


def _say_open(view: SiteView, rows: list[Row]) -> str:
    """How many readings are not settled, and how many more interviews would likely settle one."""
    still_open = [row for row in rows if row["claim"] == "open"]
    if not still_open:
        return ""
    words, n = view.words, len(still_open)
    needed = [number_or_none(row["more_interviews"]) for row in still_open]
    more = [number for number in needed if number is not None]
    if not more:
        return words.count("dimension.open", n)
    return f"{words.count('dimension.open', n)} {words.count('dimension.more', int(min(more)))}"

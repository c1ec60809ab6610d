"""The findings of the first page, each to be opened to the numbers and words behind it."""

from __future__ import annotations

from typing import Any

from harmony_kit.findings.fact import topic_key
from harmony_kit.findings.findings import Finding
from harmony_kit.findings.first_findings import select_first
from harmony_kit.measures.rows import rows_of
from harmony_kit.report.assessment import Assessment
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.site_report.contents import has_part
from harmony_kit.report.site_report.finding_numbers import show_numbers
from harmony_kit.report.site_report.site_view import SiteView
from harmony_kit.report.site_report.topics import show_topics, topics_of

__all__ = ["first_page"]


def first_page(site: Assessment) -> Block:
    """At most seven findings, the most important first."""
    view = SiteView.of(site)
    if not has_part(view, "first"):
        return EMPTY
    chosen = select_first(site.findings)
    return render_block(
        "first_page",
        view.words,
        part="first",
        lead=view.words.count("first.lead", len(chosen)),
        findings=[_describe(view, finding) for finding in chosen],
        n_more=len(site.findings) - len(chosen),
        lenses=[(view.side(lens), lens, view.name(lens)) for lens in view.lenses],
    )


def _describe(view: SiteView, finding: Finding) -> dict[str, Any]:
    return {
        "finding": finding,
        "behind": _show_behind(view, finding),
        "heard": _count_heard(view, finding),
        "sources": _list_sources(view, finding),
        "quotes": _list_quotes(view, finding),
    }


def _show_behind(view: SiteView, finding: Finding) -> Block:
    """The topics of a finding as in their dimension; its numbers, where nothing is drawn."""
    if finding.kind != "topic":
        return show_numbers(view, finding)
    places = finding.alike or (finding,)
    told = {(one.item, one.subject) for one in places}
    pairs = [pair for pair in topics_of(view) if topic_key(pair[0]) in told]
    return show_topics(view, pairs, _name(view, finding))


def _name(view: SiteView, finding: Finding) -> str:
    """What its topics have in common."""
    if not finding.alike:
        return view.place(finding)
    return view.site.dimension_name(finding.dimension)


def _count_heard(view: SiteView, finding: Finding) -> str:
    """How many people are behind it, per lens."""
    counts = [
        view.words.count("first.heard", finding.n[lens], lens=view.name(lens))
        for lens in view.lenses
        if lens in finding.n
    ]
    return view.words.listing(counts) if counts else view.words.say("first.from_records")


def _list_sources(view: SiteView, finding: Finding) -> list[str]:
    """The questions it rests on, as the first lens was asked them; files by their names."""
    instrument = view.site.engagement.instrument
    return [
        instrument.question(source, view.lenses[0], view.site.language).replace(
            "{subject}", _name_asked(view, finding, source)
        )
        if instrument.has_item(source)
        else source
        for source in finding.sources
    ]


def _name_asked(view: SiteView, finding: Finding, source: str) -> str:
    """The pilots or decisions a question of a finding was asked about, of those it stands for."""
    places = finding.alike or (finding,)
    asked = [one.subject for one in places if one.subject and one.item in ("", source)]
    return " / ".join(dict.fromkeys(map(view.title, asked))) or "…"


def _list_quotes(view: SiteView, finding: Finding) -> list[tuple[int, str]]:
    """What people said to the same point: the text items below its items."""
    near = [
        (view.side(row["lens"]), row["text"])
        for row in rows_of(view.site.quotes)
        if any(
            row["item"] == source or row["item"].startswith(f"{source}.")
            for source in finding.sources
        )
    ]
    return list(dict.fromkeys(near))

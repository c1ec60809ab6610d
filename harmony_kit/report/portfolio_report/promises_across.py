"""Promises of the wave before over all sites: kept, by region, and what rose beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harmony_kit.journal.commitment import SORTS
from harmony_kit.measures.kept_promises import FEWEST_SITES, measure_kept_promises
from harmony_kit.measures.rows import Row, rows_of
from harmony_kit.report.accord_report.follow_up import STANDINGS
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import NOTHING, PortfolioView

__all__ = ["promises"]


def promises(portfolio: Portfolio) -> Block:
    """Promises kept by region, and which kinds of promise go with more understanding."""
    view = PortfolioView.of(portfolio)
    if portfolio.promises.empty:
        return EMPTY
    kinds = rows_of(measure_kept_promises(portfolio.promises))
    return render_block(
        "portfolio_promises",
        view.words,
        part="promises",
        lead=view.words.say("kept.lead"),
        standings=[view.words.say(f"follow.{name}") for name in STANDINGS],
        regions=[*_count_regions(view)],
        kinds=[_tell_kind(view, row) for row in kinds],
    )


def _count_regions(view: PortfolioView) -> Iterator[tuple[str, list[int]]]:
    """Region → how many promises, and how many of them stand how."""
    regions = {row["site"]: row["region"] or NOTHING for row in view.sites}
    told = rows_of(view.portfolio.promises)
    for region in sorted(dict.fromkeys(regions.values())):
        here = [row["standing"] for row in told if regions.get(row["site"]) == region]
        if here:
            yield region, [len(here), *(here.count(name) for name in STANDINGS)]


def _tell_kind(view: PortfolioView, row: Row) -> dict[str, Any]:
    words, kind = view.words, row["kind"]
    told = {"kind": words.say(f"sort.{kind}" if kind in SORTS else f"kept.{kind}")}
    counts = {
        group: words.say("kept.of", n=row[f"risen_{group}"], all=row[f"n_{group}"])
        for group in ("kept", "broken")
    }
    if not row["is_told"]:
        few = words.say("kept.few", min=FEWEST_SITES)
        return {**told, **counts, "told": few}
    spans = [
        words.say(
            "format.band",
            low=words.percent(row[f"{one}_low"]),
            high=words.percent(row[f"{one}_high"]),
        )
        for one in ("kept", "broken")
    ]
    key = "kept.apart" if row["is_apart"] else "kept.close"
    return {**told, **counts, "told": words.say(key, kept=spans[0], broken=spans[1])}

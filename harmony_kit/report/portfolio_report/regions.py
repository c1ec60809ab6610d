"""Regions beside each other: how many sites, how many people, how the readings spread."""

from __future__ import annotations

import numpy as np

from harmony_kit.measures.rows import Row
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import NOTHING, PortfolioView
from harmony_kit.report.tables import ReportColumn, ReportTable, show_table

__all__ = ["regions"]


def regions(portfolio: Portfolio) -> Block:
    """A row per region; nothing where there are not two."""
    view = PortfolioView.of(portfolio)
    by_region: dict[str, list[Row]] = {}
    for row in view.sites:
        by_region.setdefault(row["region"] or NOTHING, []).append(row)
    if len(by_region) < 2 or not view.shown:
        return EMPTY
    words = view.words
    heads = [ReportColumn(words.say("table.region"))]
    heads += [
        ReportColumn(words.say(f"regions.{name}"), is_number=True) for name in ("sites", "shown")
    ]
    heads += [ReportColumn(view.direction(lens), is_number=True) for lens in view.lenses]
    rows = [_row(view, name, by_region[name]) for name in sorted(by_region, key=str.casefold)]
    table = ReportTable(words.say("regions.caption"), tuple(heads), rows)
    return render_block(
        "section",
        words,
        part="regions",
        lead=words.say("regions.lead"),
        content=show_table(table, words),
    )


def _row(view: PortfolioView, name: str, sites: list[Row]) -> tuple[str, ...]:
    shown = [row["site"] for row in sites if row["status"] == "ok"]
    readings = (_say_middle(view, shown, lens) for lens in view.lenses)
    return name, str(len(sites)), str(len(shown)), *readings


def _say_middle(view: PortfolioView, sites: list[str], lens: str) -> str:
    """The middle share, and between which shares half of the sites lie where there are enough."""
    found = (view.understanding.get((site, lens, "all")) for site in sites)
    shares = [row["share"] for row in found if row]
    if not shares:
        return NOTHING
    low, middle, high = (view.words.percent(q) for q in np.quantile(shares, [0.25, 0.5, 0.75]))
    if len(shares) < 4:
        return middle
    return view.words.say("table.with_interval", value=middle, low=low, high=high)

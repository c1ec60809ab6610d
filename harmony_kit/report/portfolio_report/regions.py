"""Regions beside each other: how many sites, how many people, how the readings spread."""

from __future__ import annotations

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
    found = view.find_middle(sites, lens, "all")
    if found is None:
        return NOTHING
    middle = view.words.percent(found.share)
    if found.low is None or found.high is None:
        return middle
    low, high = view.words.percent(found.low), view.words.percent(found.high)
    return view.words.say("table.with_interval", value=middle, low=low, high=high)

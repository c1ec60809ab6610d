"""What a portfolio is made of: the cover, and every site with what was counted and left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harmony_kit.measures.rows import Row, number_or_none
from harmony_kit.report.blocks import Block, render_block
from harmony_kit.report.division_words import say_division
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import NOTHING, PortfolioView
from harmony_kit.report.portfolio_report.recurring import group_findings

__all__ = ["cover", "sites"]


def cover(portfolio: Portfolio) -> Block:
    """What this is: how many sites, how many of them can be shown, how many people."""
    view = PortfolioView.of(portfolio)
    counts = {
        status: sum(row["status"] == status for row in view.sites)
        for status in ("ok", "withheld", "missing")
    }
    heard = [
        (
            side,
            view.name(lens),
            int(sum(number_or_none(row[f"n_{lens}"]) or 0 for row in view.sites)),
        )
        for side, lens in enumerate(view.lenses)
    ]
    return render_block(
        "portfolio_cover",
        view.words,
        portfolio=portfolio,
        counts=counts,
        n_sites=len(view.sites),
        heard=heard,
        division=portfolio.engagement.division,
        messages=[*_say_messages(view)],
        first=view.name(view.lenses[0]),
        second=view.name(view.lenses[1]),
        pages=[(one.portfolio, say_division(one, view.words)) for one in view.divisions],
    )


def _say_messages(view: PortfolioView) -> Iterator[str]:
    """What the sites have in common, in a sentence or two: what weighs most, what shows most."""
    signs, often = group_findings(view)
    groups = [group for group in (*signs, *often) if group["n"] > 1]
    if not groups:
        return
    heaviest = max(groups, key=lambda group: group["weight"])
    widest = max(groups, key=lambda group: (group["n"], group["weight"]))
    for key, group in {"most": heaviest, "widest": widest}.items():
        if key == "most" or group is not heaviest:
            yield view.words.say(f"portfolio.{key}", title=group["title"], at=group["at"])


def sites(portfolio: Portfolio) -> Block:
    """What was counted, what was left out, and why."""
    view = PortfolioView.of(portfolio)
    return render_block(
        "portfolio_sites",
        view.words,
        part="sites",
        n_sites=len(view.sites),
        is_crowded=view.is_crowded,
        lead=view.words.say("sites.lead", min=portfolio.engagement.settings.shown_from),
        lenses=[(side, lens, view.name(lens)) for side, lens in enumerate(view.lenses)],
        rows=[
            {**row, "heard": [_say_heard(view, row, lens) for lens in view.lenses]}
            for row in (() if view.divisions else view.sites)
        ],
        pages=[*_count_pages(view)],
    )


def _count_pages(view: PortfolioView) -> Iterator[dict[str, Any]]:
    """Of each page of many sites what stands in its list of them, counted."""
    rows = {row["site"]: row for row in view.sites} if view.divisions else {}
    for one in view.divisions:
        here = [rows[site] for site in one.sites]
        states = [row["status"] for row in here]
        yield {
            "link": one.portfolio,
            "title": say_division(one, view.words),
            "n": len(here),
            "states": {name: states.count(name) for name in ("ok", "withheld", "missing")},
            "n_findings": int(sum(row["n_findings"] for row in here)),
            "n_withheld": int(sum(row["n_withheld"] for row in here)),
        }


def _say_heard(view: PortfolioView, row: Row, lens: str) -> str:
    n = number_or_none(row[f"n_{lens}"])
    if row["status"] == "missing":
        return NOTHING
    return view.words.say("table.too_few") if n is None else str(int(n))

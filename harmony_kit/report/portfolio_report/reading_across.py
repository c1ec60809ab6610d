"""How well each side knows the other, site by site, over all topics and per dimension."""

from __future__ import annotations

from typing import Any

from harmony_kit.measures.rows import Row
from harmony_kit.report.blocks import EMPTY, Block, picture, render_block
from harmony_kit.report.drawings import Share, ShareRow, draw_shares
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import NOTHING, PortfolioView

__all__ = ["reading", "where"]

#: A picture with more lines than this is no picture any more; the tables hold every site.
_MOST_LINES = 40


def reading(portfolio: Portfolio) -> Block:
    """How well each side knows the other at every site, both directions with their intervals."""
    view = PortfolioView.of(portfolio)
    if not view.shown:
        return EMPTY
    words = view.words
    rows = [_share_row(view, row) for row in view.shown]
    ticks = [(share, words.percent(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    is_drawn = len(rows) <= _MOST_LINES
    return render_block(
        "portfolio_reading",
        words,
        part="reading",
        lead=words.say("reading.lead"),
        shown=picture(draw_shares(rows, ticks=ticks), words.say("reading.alt", n=len(rows)))
        if is_drawn
        else words.say("reading.crowded"),
        lenses=[(side, view.direction(lens)) for side, lens in enumerate(view.lenses)],
    )


def _share_row(view: PortfolioView, site: Row) -> ShareRow:
    shares = []
    for lens in view.lenses:
        row = view.understanding.get((site["site"], lens, "all"))
        shares.append(Share(row["share"], row["low"], row["high"]) if row else None)
    note = "" if any(shares) else view.words.say("table.too_few")
    return ShareRow(site["name"], (shares[0], shares[1]), note)


def where(portfolio: Portfolio) -> Block:
    """Sites by dimensions, one table per direction."""
    view = PortfolioView.of(portfolio)
    asked = {dimension for _, _, dimension in view.understanding}
    dimensions = [d.id for d in portfolio.engagement.instrument.dimensions if d.id in asked]
    if not view.shown or not dimensions:
        return EMPTY
    language = portfolio.language
    heads = [
        portfolio.engagement.instrument.text(f"dimension.{d}.name", language) for d in dimensions
    ]
    return render_block(
        "portfolio_where",
        view.words,
        part="where",
        lead=view.words.say("where.lead"),
        heads=heads,
        tables=[
            {
                "side": side,
                "title": view.direction(lens),
                "rows": [
                    (site, [_heat(view, site["site"], lens, d) for d in ("all", *dimensions)])
                    for site in view.shown
                ],
            }
            for side, lens in enumerate(view.lenses)
        ],
    )


def _heat(view: PortfolioView, site: str, lens: str, dimension: str) -> dict[str, Any]:
    row = view.understanding.get((site, lens, dimension))
    if row is None:
        return {"words": NOTHING, "share": None, "n": 0}
    return {
        "words": view.words.percent(row["share"]),
        "share": row["share"],
        "n": int(row["n_topics"]),
    }

"""How well each side knows the other, site by site, over all topics and per dimension."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from harmony_kit.measures.rows import Row
from harmony_kit.measures.shrinking import Shrunk, shrink_shares
from harmony_kit.report.blocks import EMPTY, Block, picture, render_block
from harmony_kit.report.drawings import (
    Drawing,
    Share,
    ShareRow,
    SpreadPanel,
    draw_shares,
    draw_spread,
)
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import NOTHING, PortfolioView

__all__ = ["reading", "where"]

#: With more sites a line each says nothing; a thin stroke each shows how they spread.
_MOST_LINES = 40
#: More strokes than this are one blur.
_MOST_STROKES = 200
#: A site that keeps less of what sets it apart is set apart by chance more than by anything else.
_HALF = 0.5
#: Fewer sites than this do not say how much sites differ.
_FEWEST_SITES = 5
#: More sites than this are counted, not named.
_MOST_NAMES = 12
_ENDS = ("share", "low", "high")


def reading(portfolio: Portfolio) -> Block:
    """How well each side knows the other at every site, both directions with their intervals."""
    view = PortfolioView.of(portfolio)
    if not view.shown:
        return EMPTY
    words = view.words
    ticks = [(share, words.percent(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    draw: Callable[..., Drawing]
    if len(view.shown) <= _MOST_LINES:
        chance = _find_chance(view)
        lines = [_share_row(view, row, chance) for row in view.shown]
        draw = partial(draw_shares, lines, ticks=ticks)
        how = words.say("reading.how")
    else:
        note = words.say("figure.spread_note", n=len(view.shown))
        panels = _list_panels(view)
        draw = partial(draw_spread, panels, ticks=ticks, note=note)
        how = (
            words.say("reading.how_some", n=_MOST_STROKES)
            if view.divisions
            else words.say("reading.how_many")
        )
    return render_block(
        "portfolio_reading",
        words,
        part="reading",
        lead=words.say("reading.lead"),
        how=how,
        shown=picture(draw, _say_shares(view), sees=_see_shares(view)),
        lenses=[(side, view.direction(lens)) for side, lens in enumerate(view.lenses)],
        knows=[_say_knowing(view, lens) for lens in view.lenses],
    )


def _say_knowing(view: PortfolioView, lens: str) -> str:
    """At which sites a side is shown to know the other better than a simple guess would."""
    rows = _known(view, lens)
    known = [row for row in rows if row["pattern"] == "reads_well" and row["claim"] == "claimed"]
    other = view.portfolio.engagement.instrument.other_lens(lens)
    key = "reading.knows" if known else "reading.knows_none"
    return view.words.say(
        "reading.knows_counted" if len(known) > _MOST_NAMES else key,
        looker=view.name(lens),
        other=view.name(other),
        sites=view.words.listing(view.names[row["site"]] for row in known),
        n=len(known),
        all=len(rows),
    )


def _list_panels(view: PortfolioView) -> list[SpreadPanel]:
    """Every site's share in each direction, pulled to the middle where few people were heard."""
    panels = []
    for side, lens in enumerate(view.lenses):
        rows = _known(view, lens)
        if not rows:
            continue
        found = _shrink(rows)
        shares = [
            Share(float(value), float(low), float(high), is_chance=bool(kept < _HALF))
            for value, low, high, kept in zip(
                found.values, found.lows, found.highs, found.kept, strict=True
            )
        ]
        told = _thin(shares) if view.divisions else shares
        panels.append(SpreadPanel(side, view.direction(lens), told))
    return panels


def _thin(shares: list[Share]) -> list[Share]:
    """So many of them as a picture can show, at equal distances in their order, ends included."""
    ordered = sorted(shares, key=lambda share: (share.value, share.low, share.high))
    n = min(len(ordered), _MOST_STROKES)
    return [ordered[i * (len(ordered) - 1) // max(n - 1, 1)] for i in range(n)]


def _shrink(rows: Sequence[Row]) -> Shrunk:
    return shrink_shares(*(np.array([row[name] for row in rows]) for name in _ENDS))


def _find_chance(view: PortfolioView) -> set[tuple[str, str]]:
    """Site and lens of the shares that chance sets apart more than anything else."""
    found: set[tuple[str, str]] = set()
    for lens in view.lenses:
        rows = _known(view, lens)
        if len(rows) >= _FEWEST_SITES:
            kept = _shrink(rows).kept
            found |= {
                (row["site"], lens) for row, part in zip(rows, kept, strict=True) if part < _HALF
            }
    return found


def _known(view: PortfolioView, lens: str) -> list[Row]:
    told = view.overall(lens)
    return [told[site["site"]] for site in view.shown if site["site"] in told]


def _see_shares(view: PortfolioView) -> str:
    """Per direction from where to where the shares reach, and where the middle half of them is."""
    said = []
    for lens in view.lenses:
        shares = [row["share"] for row in _known(view, lens)]
        if not shares:
            continue
        ends = np.quantile(shares, [0.0, 0.25, 0.75, 1.0])
        parts = dict(zip(("low", "q1", "q3", "high"), map(view.words.percent, ends), strict=True))
        key = "figure.see_shares" if len(shares) > 1 else "figure.see_share"
        said.append(view.words.say(key, looker=view.name(lens), share=parts["low"], **parts))
    return " ".join(said)


def _say_shares(view: PortfolioView) -> str:
    """Every site's share in both directions; of hundreds, what there is to see."""
    if len(view.shown) > _MOST_LINES:
        return _see_shares(view)
    words = view.words
    return " ".join(
        words.say(
            "figure.say_share",
            site=site["name"],
            looker=view.name(lens),
            share=words.percent(row["share"]),
            low=words.percent(row["low"]),
            high=words.percent(row["high"]),
        )
        for site in view.shown
        for lens in view.lenses
        if (row := view.understanding.get((site["site"], lens, "all")))
    )


def _share_row(view: PortfolioView, site: Row, chance: set[tuple[str, str]]) -> ShareRow:
    shares: list[Share | None] = []
    for lens in view.lenses:
        row = view.understanding.get((site["site"], lens, "all"))
        if row is None:
            shares.append(None)
            continue
        is_chance = (site["site"], lens) in chance
        shares.append(Share(row["share"], row["low"], row["high"], is_chance=is_chance))
    note = "" if any(shares) else view.words.say("table.too_few")
    return ShareRow(site["name"], (shares[0], shares[1]), note)


def where(portfolio: Portfolio) -> Block:
    """Sites by dimensions, one table per direction."""
    view = PortfolioView.of(portfolio)
    dimensions = view.dimensions
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
        n_sites=len(view.shown),
        is_crowded=view.is_crowded,
        tables=[
            {
                "side": side,
                "title": view.direction(lens),
                "regions": _list_regions(view, lens, ("all", *dimensions)),
                "rows": [
                    (site, [_heat(view, site["site"], lens, d) for d in ("all", *dimensions)])
                    for site in (() if view.divisions else view.shown)
                ],
            }
            for side, lens in enumerate(view.lenses)
        ],
    )


def _list_regions(
    view: PortfolioView, lens: str, dimensions: Sequence[str]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The middle site of every region in one direction, as in the table of regions."""
    by_region: dict[str, list[str]] = {}
    for site in view.shown:
        by_region.setdefault(site["region"] or NOTHING, []).append(site["site"])
    return [
        (region, [_heat_middle(view, sites, lens, d) for d in dimensions])
        for region, sites in sorted(by_region.items(), key=lambda one: one[0].casefold())
    ]


def _heat_middle(
    view: PortfolioView, sites: Sequence[str], lens: str, dimension: str
) -> dict[str, Any]:
    found = view.find_middle(sites, lens, dimension)
    if found is None:
        return {"words": NOTHING, "share": None, "note": ""}
    note = view.words.count("where.sites", found.n)
    return {"words": view.words.percent(found.share), "share": found.share, "note": note}


def _heat(view: PortfolioView, site: str, lens: str, dimension: str) -> dict[str, Any]:
    row = view.understanding.get((site, lens, dimension))
    if row is None:
        return {"words": NOTHING, "share": None, "note": ""}
    low, high = (view.words.number(100 * row[name], 0) for name in ("low", "high"))
    return {
        "words": view.words.percent(row["share"]),
        "share": row["share"],
        "note": f"{int(row['n_topics'])}: {low}{NOTHING}{high}",
    }

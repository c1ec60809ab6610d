"""Talk against evidence, site by site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harmony_kit.measures.rows import Row, number_or_none, rows_of
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.division_words import say_division
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import NOTHING, PortfolioView
from harmony_kit.report.tables import ReportColumn, ReportTable, show_table

__all__ = ["evidence"]


def evidence(portfolio: Portfolio) -> Block:
    """How aligned each site feels, beside how long its decisions take."""
    view = PortfolioView.of(portfolio)
    by_site = {row["site"]: row for row in rows_of(portfolio.evidence)}
    if not by_site:
        return EMPTY
    if view.divisions:
        return _tell_pages(view, by_site)
    felt = _rated(portfolio)
    return render_block(
        "portfolio_evidence",
        view.words,
        part="evidence",
        n_sites=len(by_site),
        is_crowded=view.is_crowded,
        lead=view.words.say("talk.lead"),
        lenses=[(side, view.name(lens)) for side, lens in enumerate(view.lenses)],
        rows=[
            (row, _felt(view, felt, row["site"]), _recorded(view, by_site[row["site"]]))
            for row in view.sites
            if row["site"] in by_site
        ],
    )


def _tell_pages(view: PortfolioView, by_site: Mapping[str, Row]) -> Block:
    """Of many sites the decisions of each page; how their sites feel stands there, one by one."""
    words = view.words
    names = ("open", "oldest")
    heads = [ReportColumn(words.say(f"talk.{name}"), is_number=True) for name in names]
    rows = []
    for one in view.divisions:
        here = [by_site[site] for site in one.sites if site in by_site]
        n_open, n = (int(sum(row[name] for row in here)) for name in ("n_open", "n"))
        days = [number_or_none(row.get("oldest_open_days")) for row in here]
        oldest = max((day for day in days if day is not None), default=None)
        waits = NOTHING if oldest is None else words.say("talk.days", n=round(oldest))
        rows.append((say_division(one, words), words.say("talk.open_of", n=n_open, all=n), waits))
    columns = (ReportColumn(words.say("division.page")), *heads)
    table = ReportTable(words.say("division.records"), columns, rows)
    return render_block(
        "section",
        words,
        part="talk",
        lead=words.say("division.felt"),
        content=show_table(table, words),
    )


def _rated(portfolio: Portfolio) -> dict[tuple[str, str], Row]:
    """How aligned each lens of each site feels: what is told of the item that asks for it."""
    topics = portfolio.topics
    if topics.empty:
        return {}
    items = {i.id for i in portfolio.engagement.instrument.items if i.group == "aligned"}
    columns = ["site", "lens", "own", "own_from", "own_to"]
    asked = topics[topics["item"].isin(items)].reindex(columns=columns)
    return {(row["site"], row["lens"]): row for row in rows_of(asked)}


def _felt(view: PortfolioView, rated: Mapping[tuple[str, str], Row], site: str) -> list[str]:
    rows = [rated.get((site, lens), {}) for lens in view.lenses]
    return [
        NOTHING if number_or_none(row.get("own")) is None else view.words.told(row, "own")
        for row in rows
    ]


def _recorded(view: PortfolioView, row: Row) -> Sequence[str]:
    days = [number_or_none(row.get(name)) for name in ("median_days", "oldest_open_days")]
    return (
        view.words.say("talk.open_of", n=int(row["n_open"]), all=int(row["n"])),
        *(NOTHING if n is None else view.words.say("talk.days", n=round(n)) for n in days),
    )

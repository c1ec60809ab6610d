"""Talk against evidence, site by site."""

from __future__ import annotations

from collections.abc import Sequence

from harmony_kit.blocks import EMPTY, Block, render_block
from harmony_kit.frames import Row, rows_of
from harmony_kit.portfolio import Portfolio
from harmony_kit.portfolio_report.view import NOTHING, View
from harmony_kit.report.view import number_or_none

__all__ = ["evidence"]


def evidence(portfolio: Portfolio) -> Block:
    """How aligned each site feels, beside how long its decisions take."""
    view = View.of(portfolio)
    by_site = {row["site"]: row for row in rows_of(portfolio.evidence)}
    if not by_site:
        return EMPTY
    return render_block(
        "portfolio_evidence",
        view.words,
        part="evidence",
        lead=view.words.say("talk.lead"),
        lenses=[(side, view.name(lens)) for side, lens in enumerate(view.lenses)],
        rows=[
            (row, _felt(view, row["site"]), _recorded(view, by_site[row["site"]]))
            for row in view.sites
            if row["site"] in by_site
        ],
    )


def _felt(view: View, site: str) -> list[str]:
    """How aligned each lens feels: its mean on the items that ask for it."""
    items = {i.id for i in view.portfolio.engagement.instrument.items if i.group == "aligned"}
    means = {
        row["lens"]: row["own"]
        for row in rows_of(view.portfolio.topics)
        if row["site"] == site and row["item"] in items
    }
    known = [number_or_none(means.get(lens)) for lens in view.lenses]
    return [NOTHING if mean is None else view.words.number(mean) for mean in known]


def _recorded(view: View, row: Row) -> Sequence[str]:
    days = [number_or_none(row.get(name)) for name in ("median_days", "oldest_open_days")]
    return (
        view.words.say("talk.open_of", n=int(row["n_open"]), all=int(row["n"])),
        *(NOTHING if n is None else view.words.say("talk.days", n=round(n)) for n in days),
    )

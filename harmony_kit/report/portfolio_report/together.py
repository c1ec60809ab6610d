"""What recurs and what to do once for all of it, in words; and which sites could talk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from harmony_kit.measures.rows import Row, rows_of
from harmony_kit.report.blocks import EMPTY, Block, render_block
from harmony_kit.report.portfolio import Portfolio
from harmony_kit.report.portfolio_report.portfolio_view import PortfolioView
from harmony_kit.report.portfolio_report.recurring import group_findings
from harmony_kit.report.results_of_many import COMPARED_STATES

__all__ = ["together"]

#: So many things one meeting can decide for all sites, and so many pairs one can call.
_MOST_TOLD = 5
_MOST_PAIRS = 8


def together(portfolio: Portfolio) -> Block:
    """The findings that weigh most over all sites, what to do about each once, and who could talk.

    Nothing where nothing recurs.
    """
    view = PortfolioView.of(portfolio)
    signs, often = group_findings(view)
    told: dict[str, dict[str, Any]] = {}
    ranked = sorted([*signs, *often], key=lambda group: (-group["weight"], group["title"]))
    for group in ranked:
        if group["n"] > 1 and group["action"]:
            told.setdefault(group["action"], group)
    if not told:
        return EMPTY
    return render_block(
        "portfolio_together",
        view.words,
        part="together",
        lead=view.words.say("together.lead"),
        entries=[
            {**group, "at": group["at"][:1].upper() + group["at"][1:] + "."}
            for group in [*told.values()][:_MOST_TOLD]
        ],
        pairs=[*_list_pairs(view)],
    )


def _list_pairs(view: PortfolioView) -> Iterator[dict[str, Any]]:
    """A site that only thinks it agrees, and one where the same is seen alike or known: one call.

    Sites of one region first; no site is in two pairs.
    """
    claimed = _claimed(view)
    if claimed.empty:
        return
    regions = {row["site"]: row["region"] for row in view.sites}
    busy: set[str] = set()
    n_pairs = 0
    for (item, lens), rows in claimed.groupby(["item", "lens"], sort=False):
        if n_pairs == _MOST_PAIRS:
            return
        is_asking = rows["state"] == "false_consensus"
        free = [one for one in rows_of(rows[~is_asking]) if one["site"] not in busy]
        for row in rows_of(rows[is_asking]) if free else ():
            if row["site"] in busy:
                continue
            region = regions[row["site"]]
            other = min(free, key=lambda one: regions[one["site"]] != region)
            busy |= {row["site"], other["site"]}
            n_pairs += 1
            yield _pair(view, row, other, (str(item), str(lens)))
            break


def _claimed(view: PortfolioView) -> pd.DataFrame:
    """Claimed readings of topics all sites share, those most often thought to agree first."""
    topics = view.portfolio.topics
    if topics.empty:
        return topics
    shared = topics["subject"].isna() if "subject" in topics else True
    is_told = topics["claim"].eq("claimed") & topics["state"].isin(COMPARED_STATES) & shared
    shown = {row["site"] for row in view.shown}
    kept = topics.loc[is_told & topics["site"].isin(shown), ["site", "item", "lens", "state"]]
    wrong = kept["state"].eq("false_consensus").groupby([kept["item"], kept["lens"]])
    return kept.assign(n=wrong.transform("sum")).sort_values(
        ["n", "item", "lens", "site"], ascending=[False, True, True, True]
    )


def _pair(view: PortfolioView, row: Row, other: Row, topic: tuple[str, str]) -> dict[str, Any]:
    item, lens = topic
    instrument = view.portfolio.engagement.instrument
    short = instrument.text(f"item.{item}.short", view.portfolio.language)
    return {
        "sites": [(view.names[one["site"]], one["site"]) for one in (row, other)],
        "says": view.words.say(
            f"together.pair_{other['state']}",
            topic=short[:1].upper() + short[1:],
            looker=view.name(lens),
            first=view.names[row["site"]],
            second=view.names[other["site"]],
        ),
    }

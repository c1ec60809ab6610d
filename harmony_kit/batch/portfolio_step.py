"""Whether the portfolio has to be made, which only the sites' reports decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harmony_kit.batch.briefing import PORTFOLIO, Briefing
from harmony_kit.batch.inputs import portfolio_inputs
from harmony_kit.batch.own_notebooks import PORTFOLIO_NOTEBOOK
from harmony_kit.batch.plan import NOT_MADE_AGAIN, Step, compare
from harmony_kit.batch.record import Record

__all__ = ["kept_sites", "plan_portfolio"]


def kept_sites(briefing: Briefing, records: Mapping[str, Record]) -> tuple[str, ...]:
    """The sites whose report could not be made again, in the order of sites.csv."""
    return tuple(
        site
        for site in briefing.engagement.site_ids
        if site in records and records[site].setback is not None
    )


def plan_portfolio(briefing: Briefing, records: Mapping[str, Record]) -> Step:
    """Whether the portfolio has to be made, given what is published of the sites now."""
    results = {
        site: records[site].files["results.json"].sha256
        for site in briefing.engagement.site_ids
        if site in records and records[site].is_ok
    }
    kept = kept_sites(briefing, records)
    notebook = briefing.path(PORTFOLIO_NOTEBOOK)
    inputs = portfolio_inputs(briefing.engagement, results, notebook, briefing.shared)
    if kept:
        inputs[NOT_MADE_AGAIN] = ", ".join(kept)
    step = compare(PORTFOLIO, inputs, briefing.records.get(PORTFOLIO), briefing.reports)
    return replace(step, is_selected=bool(results))

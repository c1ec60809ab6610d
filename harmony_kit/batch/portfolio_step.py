"""Whether the portfolio has to be made, which only the sites' reports decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from harmony_kit.batch.briefing import Briefing, name_portfolio
from harmony_kit.batch.inputs import portfolio_inputs
from harmony_kit.batch.own_notebooks import PORTFOLIO_NOTEBOOK
from harmony_kit.batch.plan import NOT_MADE_AGAIN, Step, compare
from harmony_kit.batch.record import Record
from harmony_kit.engagement.divisions import Division
from harmony_kit.files import hash_content

__all__ = ["kept_sites", "plan_portfolio"]


def kept_sites(briefing: Briefing, records: Mapping[str, Record]) -> tuple[str, ...]:
    """The sites whose report could not be made again, in the order of sites.csv."""
    return tuple(
        site
        for site in briefing.engagement.site_ids
        if site in records and records[site].setback is not None
    )


def plan_portfolio(
    briefing: Briefing, records: Mapping[str, Record], division: Division | None = None
) -> Step:
    """Whether the portfolio has to be made, given what is published of the sites now.

    That of all sites, or of a `division` of many.
    """
    engagement = briefing.engagement
    if division is not None:
        engagement = replace(engagement, sites=tuple(map(engagement.site, division.sites)))
    results = {
        site: records[site].files["results.json"].sha256
        for site in engagement.site_ids
        if site in records and records[site].is_ok
    }
    here = set(engagement.site_ids)
    kept = [site for site in kept_sites(briefing, records) if site in here]
    notebook = briefing.path(PORTFOLIO_NOTEBOOK)
    inputs = portfolio_inputs(engagement, results, notebook, briefing.shared)
    if division is not None:
        inputs["place"] = hash_content(asdict(division))
    if kept:
        inputs[NOT_MADE_AGAIN] = ", ".join(kept)
    name = name_portfolio(division)
    step = compare(name, inputs, briefing.records.get(name), briefing.reports)
    return replace(step, is_selected=bool(results))

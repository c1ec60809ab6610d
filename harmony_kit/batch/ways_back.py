"""Which pages lie beside a page where there are many sites: those of its division.

A way back must not change with every site that is added, or every report would be made again. It
leads to the page of a region as long as that has one; else to the name of the site on index.html.
"""

from __future__ import annotations

from harmony_kit.engagement.divisions import Division
from harmony_kit.engagement.folder import Engagement

__all__ = ["pages_around_division", "pages_around_site"]

_Pages = tuple[tuple[str, str], ...]


def pages_around_site(engagement: Engagement, site: str) -> _Pages:
    """Index and portfolio as the report of a site links to them; empty: as ever."""
    division = engagement.division_of.get(site)
    if division is None:
        return ()
    is_whole = not division.ends
    index = division.index if is_whole else "index.html"
    portfolio = division.portfolio if is_whole else "portfolio.html"
    return (
        (f"../{index}#at-{site}", "index.name"),
        (f"../{portfolio}", "portfolio.title" if is_whole else "portfolio.name"),
    )


def pages_around_division(division: Division) -> _Pages:
    """The pages beside the portfolio of a division: its index, and the portfolio of all sites."""
    return ((division.index, "index.name"), ("portfolio.html", "portfolio.name"))

"""The draws of every site and wave of a tally, those of one shape side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from harmony_kit.measures.conflicts import hear_conflicts
from harmony_kit.measures.site_model import SiteDraws, draw_sites
from harmony_kit.measures.site_ratings import SiteRatings, batch_sites
from harmony_kit.measures.tally import Tally

__all__ = ["DrawnSite", "SecretOf", "draw_tally", "no_secret"]

#: What the draws of a site and wave are mixed with, see `seeding.seed_draws`.
SecretOf: TypeAlias = Callable[[str, str], bytes | None]


def no_secret(_site: str, _wave: str) -> None:
    """Nothing: whoever has the answers can repeat the draws."""


@dataclass(frozen=True)
class DrawnSite:
    """One site and wave: its rows of `Tally.topics`, what was said of them, and the draws."""

    rows: slice
    ratings: SiteRatings
    draws: SiteDraws


def draw_tally(tally: Tally, *, reliability: float, secret_of: SecretOf) -> Iterator[DrawnSite]:
    """Draw what the lenses of each site and wave think, once; some sites at a time."""
    for batch in batch_sites(tally):
        names = [tally.describe(rows.start, 0) for rows, _ in batch]
        secrets = [secret_of(one["site"], one["wave"]) for one in names]
        sites = [ratings for _, ratings in batch]
        drawn = draw_sites(sites, reliability=reliability, secrets=secrets)
        for (rows, ratings), draws in zip(batch, drawn, strict=True):
            yield DrawnSite(rows, ratings, hear_conflicts(draws, ratings))

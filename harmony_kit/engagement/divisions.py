"""Many sites on pages of some: a region each, or from one name to another.

A list of thousands is no page anybody reads. Above `SITES_PER_PAGE` the index and the portfolio
become an overview and a page per division, and every other place asks here which those are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from harmony_kit.engagement.sites_file import Site

__all__ = ["SITES_PER_PAGE", "Division", "divide_sites"]

#: So many rows a browser shows at once, and somebody still reads.
SITES_PER_PAGE: Final = 200
#: Regions of fewer sites than this, on average, would be more pages than anybody looks through.
_FEWEST: Final = 5
_LONGEST_KEY: Final = 40


@dataclass(frozen=True)
class Division:
    """Some of many sites, on one page.

    Attributes
    ----------
    key
        Names its pages; no two divisions have the same.
    region
        Empty where its sites have none, or where sites are divided by their names alone.
    ends
        The names of its first and last site; empty where it is all of its region.
    sites
        The ids of its sites, by name.
    """

    key: str
    region: str
    ends: tuple[str, ...]
    sites: tuple[str, ...]

    @property
    def index(self) -> str:
        """The page that lists its sites, beside index.html."""
        return f"index-{self.key}.html"

    @property
    def portfolio(self) -> str:
        """Its portfolio, beside portfolio.html."""
        return f"portfolio-{self.key}.html"


def divide_sites(
    sites: Sequence[Site], labels: Mapping[str, str], *, most: int = SITES_PER_PAGE
) -> tuple[Division, ...]:
    """The sites by region, a region of more than `most` by names; none up to `most` sites.

    `labels` maps the id of a site to what it is called.

    >>> two = [Site("b", "Borg", "EMEA"), Site("a", "Aalen", "EMEA"), Site("c", "Como", "APAC")]
    >>> labels = {site.site: site.name for site in two}
    >>> [(one.index, one.ends) for one in divide_sites(two, labels, most=1)]
    [('index-sites.html', ('Aalen', 'Aalen')), ('index-sites-2.html', ('Borg', 'Borg')), \
('index-sites-3.html', ('Como', 'Como'))]
    """
    if len(sites) <= most:
        return ()
    regions: dict[str, list[str]] = {}
    for site in sites:
        regions.setdefault(site.region, []).append(site.site)
    if len(regions) * _FEWEST > len(sites):
        regions = {"": [site.site for site in sites]}
    divisions: list[Division] = []
    for region in sorted(regions, key=lambda name: (not name, name.casefold(), name)):
        named = sorted(regions[region], key=lambda site: (labels[site].casefold(), site))
        is_whole = len(named) <= most and len(regions) > 1
        for part in _split(named, most):
            ends = () if is_whole else (labels[part[0]], labels[part[-1]])
            key = _find_key(region, {one.key for one in divisions})
            divisions.append(Division(key, region, ends, tuple(part)))
    return tuple(divisions)


def _split(sites: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """As few parts as there have to be, none longer than another by more than one."""
    n_parts = -(-len(sites) // most)
    bounds = [len(sites) * i // n_parts for i in range(n_parts + 1)]
    for start, end in pairwise(bounds):
        yield sites[start:end]


def _find_key(region: str, taken: Collection[str]) -> str:
    plain = unicodedata.normalize("NFKD", region).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_KEY] or "sites"
    key, n = slug, 1
    while key in taken:
        n += 1
        key = f"{slug}-{n}"
    return key

"""A portfolio as its report looks at it: the lenses in order, the sites by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harmony_kit.engagement.divisions import Division
from harmony_kit.measures.rows import Row, rows_of
from harmony_kit.report.blocks import Words, load_words
from harmony_kit.report.portfolio import Portfolio

__all__ = ["NOTHING", "MiddleShare", "PortfolioView"]

#: Where there is no number.
NOTHING = "\u2013"
#: More sites than this are a list for the screen; on paper the index has them all.
_CROWDED = 40
#: Between which shares half of fewer sites lie says nothing.
_FEWEST_SPREAD = 4


@dataclass(frozen=True)
class MiddleShare:
    """What stands for several sites: the middle of their shares, and where half of them lie.

    Attributes
    ----------
    n
        How many sites have a share.
    low, high
        Half of the sites lie between them; None of fewer than four sites.
    """

    n: int
    share: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class PortfolioView:
    """A portfolio with the words of its report and its sites in order."""

    portfolio: Portfolio
    words: Words

    @classmethod
    def of(cls, portfolio: Portfolio) -> PortfolioView:
        """The view of a portfolio in the language of its report."""
        return cls(portfolio, load_words(portfolio.language))

    @property
    def lenses(self) -> tuple[str, str]:
        """The ids of the two lenses, in the order of the instrument."""
        return self.portfolio.engagement.instrument.lens_ids

    def name(self, lens: str) -> str:
        """What a lens is called."""
        return self.portfolio.engagement.instrument.text(
            f"lens.{lens}.name", self.portfolio.language
        )

    def direction(self, lens: str) -> str:
        """That a lens looks at the other, in words."""
        other = self.portfolio.engagement.instrument.other_lens(lens)
        return self.words.say("headline.direction", looker=self.name(lens), other=self.name(other))

    @cached_property
    def sites(self) -> list[Row]:
        """Every site of the engagement, by name; those of one name are told apart by their id."""
        labels = self.portfolio.engagement.site_labels
        rows = [{**row, "name": labels[row["site"]]} for row in rows_of(self.portfolio.sites)]
        return sorted(rows, key=lambda row: (str(row["name"]).casefold(), row["site"]))

    @cached_property
    def names(self) -> dict[str, str]:
        """Site id → name."""
        return {row["site"]: row["name"] for row in self.sites}

    @cached_property
    def understanding(self) -> dict[tuple[str, str, str], Row]:
        """Site, lens and dimension (``all`` for all of them) → how well the lens reads there."""
        rows = rows_of(self.portfolio.understanding)
        return {(row["site"], row["lens"], row["dimension"]): row for row in rows}

    def overall(self, lens: str) -> dict[str, Row]:
        """Site → how well a lens reads there over all dimensions."""
        told = self.portfolio.understanding
        if told.empty:
            return {}
        is_it = (told["lens"] == lens) & (told["dimension"] == "all")
        return {row["site"]: row for row in rows_of(told[is_it])}

    @cached_property
    def _shares(self) -> dict[tuple[str, str], dict[str, float]]:
        """Lens and dimension → site → share: of ten thousand sites, rows would fill the memory."""
        told = self.portfolio.understanding
        if told.empty:
            return {}
        groups = told.groupby(["lens", "dimension"], sort=False, observed=True)
        return {
            (str(lens), str(dimension)): dict(zip(rows["site"], rows["share"], strict=True))
            for (lens, dimension), rows in groups
        }

    @property
    def dimensions(self) -> list[str]:
        """The dimensions anything is told of, in the order of the instrument."""
        told = {dimension for _, dimension in self._shares}
        return [one.id for one in self.portfolio.engagement.instrument.dimensions if one.id in told]

    def find_middle(self, sites: Iterable[str], lens: str, dimension: str) -> MiddleShare | None:
        """How well a lens reads at several sites, each counted once; None where none is told."""
        told = self._shares.get((lens, dimension), {})
        shares = [told[site] for site in sites if site in told]
        if not shares:
            return None
        low, middle, high = np.quantile(shares, [0.25, 0.5, 0.75]).tolist()
        half = (low, high) if len(shares) >= _FEWEST_SPREAD else (None, None)
        return MiddleShare(len(shares), middle, *half)

    @property
    def divisions(self) -> tuple[Division, ...]:
        """The pages on which many sites stand one by one; none where they all stand here."""
        return self.portfolio.engagement.divisions

    @property
    def is_crowded(self) -> bool:
        """Whether there are too many sites to be printed one by one beside the index."""
        return len(self.sites) > _CROWDED

    @property
    def shown(self) -> list[Row]:
        """The sites of which something may be shown."""
        return [row for row in self.sites if row["status"] == "ok"]

"""Scorecards: what each person of a lens said to several ratings of one pilot or decision.

The score of a card is the mean over its items of the lens's mean answer. Its certainty comes
from joint draws: each person carries one weight through all items, so answers that go together
in a person go together in the draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harmony_kit.measures.arrays import Draws, Floats, Ints
from harmony_kit.measures.scores import draw_scores_jointly, interval, share_above, share_true
from harmony_kit.measures.selection import answered_again, code_groups, headcounts_of

__all__ = ["Cards", "Chunk", "deal_cards"]


_CHUNK = 32


@dataclass(frozen=True)
class Cards:
    """Cards of many lenses: `keys` one row per site, wave, subject and lens.

    `said` has one row per person and one column per item (NaN where not answered), the people
    of key row i from ``ends[i]`` to ``ends[i + 1]``. `n` and `means` are the answers to each
    item and their mean, one row per key row. All items are on a scale of `points`.
    """

    keys: pd.DataFrame
    items: tuple[str, ...]
    said: Floats
    ends: Ints
    n: Ints
    means: Floats
    heads: Floats
    points: int

    @property
    def middle(self) -> float:
        """The midpoint of the scale."""
        return (self.points + 1) / 2

    def columns(self, items: pd.Series) -> Ints:
        """Columns of these items."""
        found = pd.Index(self.items).get_indexer(pd.Index(items))
        return np.asarray(found[found >= 0], dtype=np.int64)

    def n_people(self, columns: Ints) -> Ints:
        """How many people of each key row answered at least one of these items."""
        has_said = (~np.isnan(self.said[:, columns])).any(axis=1)
        return np.add.reduceat(has_said, self.ends[:-1], dtype=np.int64)

    def mean_of(self, columns: Ints) -> Floats:
        """Score of each key row over these items: the mean of their means, NaN without any."""
        is_asked = self.n[:, columns] > 0
        total = np.where(is_asked, self.means[:, columns], 0.0).sum(axis=1)
        n = is_asked.sum(axis=1)
        return np.where(n > 0, total / np.maximum(n, 1), np.nan)

    def draw(self, draws: int) -> Iterator[Chunk]:
        """Draws of everybody's mean answer to each item, some key rows at a time."""
        n_people = np.diff(self.ends)
        for n in np.unique(n_people):
            rows = np.flatnonzero(n_people == n)
            for start in range(0, len(rows), _CHUNK):
                part = rows[start : start + _CHUNK]
                said = self.said[self.ends[part, None] + np.arange(n)]
                said = _in_own_order(said)
                drawn = draw_scores_jointly(said, self.points, draws, heads=self.heads[part])
                yield Chunk(self, part, drawn)


def _in_own_order(said: Floats) -> Floats:
    """The people of each row sorted by what they said, since draws go by place."""
    columns = np.nan_to_num(said, nan=0.0).transpose(2, 0, 1)[::-1]
    order = np.lexsort(columns, axis=-1)
    return np.take_along_axis(said, order[:, :, None], axis=1)


@dataclass(frozen=True)
class Chunk:
    """Joint draws of some rows of the cards: ``(rows, items, draws)``."""

    cards: Cards
    rows: Ints
    drawn: Draws

    def scores(self, columns: Ints) -> Draws:
        """Draws of the score over the items somebody answered; NaN without any."""
        is_asked = self.cards.n[self.rows][:, columns] > 0
        total = np.zeros((len(self.rows), self.drawn.shape[2]), dtype=np.float32)
        for i, column in enumerate(columns):
            total += self.drawn[:, column] * is_asked[:, i, None]
        n = is_asked.sum(axis=1)[:, None].astype(np.float32)
        nothing = np.full_like(total, np.nan)
        return np.asarray(np.divide(total, n, out=nothing, where=n > 0))

    def p_each(self, columns: Ints) -> Floats:
        """Probability that every item somebody answered lies above the midpoint."""
        is_open = self.cards.n[self.rows] == 0
        is_all = np.ones((len(self.rows), self.drawn.shape[2]), dtype=np.bool_)
        for column in columns:
            is_all &= (self.drawn[:, column] > self.cards.middle) | is_open[:, column, None]
        return share_true(is_all)

    def certainty(self, columns: Ints) -> Floats:
        """Low and high end of the score and the probability that it is above the midpoint."""
        scores = self.scores(columns)
        low, high = interval(scores)
        p_above = np.where(np.isnan(low), np.nan, share_above(scores, self.cards.middle))
        return np.column_stack([low, high, p_above]).astype(np.float64)


def deal_cards(
    own: pd.DataFrame,
    items: pd.DataFrame,
    headcounts: pd.DataFrame | None = None,
    *,
    reliability: float,
) -> Cards:
    """The cards in a selection of answered ratings (own answers only) to these items.

    Items on a shorter scale are stretched to the longest.
    """
    points = int(items["points"].max())
    people = code_groups(own, ["site", "wave", "subject", "lens", "respondent"])
    column = pd.Index(items["item"]).get_indexer(pd.Index(own["item"].astype("str")))
    scale = items["points"].to_numpy(dtype=np.float64, na_value=np.nan)[column]
    value = own["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    said = np.full((people.n, len(items)), np.nan)
    said[people.codes, column] = 1 + (value - 1) * (points - 1) / (scale - 1)
    sides = code_groups(people.keys, ["site", "wave", "subject", "lens"])
    ends = np.searchsorted(sides.codes, np.arange(sides.n + 1)).astype(np.int64)
    n = np.add.reduceat(~np.isnan(said), ends[:-1], axis=0, dtype=np.int64)
    total = np.add.reduceat(np.nan_to_num(said), ends[:-1], axis=0)
    heads = headcounts_of(sides.keys, np.diff(ends), headcounts)
    return Cards(
        keys=sides.keys,
        items=tuple(items["item"]),
        said=said,
        ends=ends,
        n=n,
        means=np.where(n > 0, total / np.maximum(n, 1), np.nan),
        heads=answered_again(heads, np.diff(ends), reliability),
        points=points,
    )

"""Scorecards: what each person of a lens said to several ratings of one pilot or decision.

The score of a card is the mean over its items of the lens's mean answer. Its certainty comes
from joint draws: each person carries one weight through all items, so answers that go together
in a person go together in the draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harmony_kit.measures.scores import draw_scores_jointly, interval, share_above
from harmony_kit.measures.selection import code_groups, headcounts_of

__all__ = ["Cards", "Score", "deal_cards"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Draws = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Score:
    """A score with its people, interval and the probability of lying above the midpoint."""

    n: int
    mean: float
    low: float
    high: float
    p_above: float


NO_SCORE = Score(0, *[float("nan")] * 4)


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

    def of(self, row: int) -> Floats:
        """What the people of a key row said, in an order of their own: ``(people, items)``."""
        said = self.said[self.ends[row] : self.ends[row + 1]]
        return said[np.lexsort(np.nan_to_num(said, nan=0.0).T[::-1])]

    def draws(self, row: int, draws: int) -> Draws:
        """Draws of everybody's mean answer to each item: ``(items, draws)``."""
        return draw_scores_jointly(self.of(row), self.points, draws, heads=float(self.heads[row]))

    def asked(self, row: int, columns: Ints) -> Ints:
        """Those of the columns to which anybody of a key row answered."""
        return np.asarray(columns[self.n[row, columns] > 0])

    def score(self, row: int, drawn: Draws, columns: Ints) -> Score:
        """The score over some of the items, from the draws of this row."""
        asked = self.asked(row, columns)
        if not asked.size:
            return NO_SCORE
        said = self.said[self.ends[row] : self.ends[row + 1], asked]
        scores = drawn[asked].mean(axis=0)
        low, high = interval(scores)
        return Score(
            n=int((~np.isnan(said)).any(axis=1).sum()),
            mean=float(self.means[row, asked].mean()),
            low=low,
            high=high,
            p_above=share_above(scores, (self.points + 1) / 2),
        )

    def is_high(self, row: int, drawn: Draws, columns: Ints) -> npt.NDArray[np.bool_]:
        """In which draws the score lies above the midpoint; in none without answers."""
        asked = self.asked(row, columns)
        if not asked.size:
            return np.zeros(drawn.shape[1], dtype=np.bool_)
        return np.asarray(drawn[asked].mean(axis=0) > (self.points + 1) / 2)

    def columns(self, items: pd.Series) -> Ints:
        """Columns of these items."""
        found = pd.Index(self.items).get_indexer(pd.Index(items))
        return np.asarray(found[found >= 0], dtype=np.int64)


def deal_cards(
    own: pd.DataFrame, items: pd.DataFrame, headcounts: pd.DataFrame | None = None
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
    ends = np.searchsorted(sides.codes, np.arange(sides.n + 1))
    n_people = np.diff(ends).astype(np.int64)
    n = np.add.reduceat(~np.isnan(said), ends[:-1], axis=0, dtype=np.int64)
    total = np.add.reduceat(np.nan_to_num(said), ends[:-1], axis=0)
    return Cards(
        keys=sides.keys,
        items=tuple(items["item"]),
        said=said,
        ends=ends.astype(np.int64),
        n=n,
        means=np.where(n > 0, total / np.maximum(n, 1), np.nan),
        heads=headcounts_of(sides.keys, n_people, headcounts),
        points=points,
    )

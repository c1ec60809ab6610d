"""The topics of one wave beside themselves in the next, and the draws of both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Ints
from harmony_kit.measures.site_model import SiteDraws, draw_sites
from harmony_kit.measures.site_ratings import SiteRatings, batch_sites
from harmony_kit.measures.tally import Tally
from harmony_kit.measures.wave_model import WaveDraws, WavePair, draw_waves

__all__ = ["draw_wave_pairs", "match_topics"]

_KEY: Final = ["site", "from_wave", "to_wave", "item", "subject", "dimension", "first", "second"]

#: First row of a wave in the tally, its ratings and its draws.
_Wave = tuple[int, SiteRatings, SiteDraws]


def match_topics(tally: Tally, pairs: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Each topic of a pair of waves, with its row in the tally before and after (-1: none)."""
    topics = tally.topics.assign(subject=tally.topics["subject"].fillna(""))
    before = pairs.merge(
        topics.assign(row_before=topics.index),
        left_on=["site", "from_wave"],
        right_on=["site", "wave"],
    )
    after = pairs.merge(
        topics.assign(row_after=topics.index),
        left_on=["site", "to_wave"],
        right_on=["site", "wave"],
    )
    both = before.drop(columns="wave").merge(
        after.drop(columns="wave"), how="outer", on=[*_KEY, "points"]
    )
    both[["row_before", "row_after"]] = both[["row_before", "row_after"]].fillna(-1).astype("int64")
    pair = pairs.reset_index(names="pair")
    both = both.merge(pair, on=["site", "from_wave", "to_wave"])
    both["place"] = pd.Index(items["item"]).get_indexer(pd.Index(both["item"]))
    return both.sort_values(["pair", "place", "subject"], kind="stable").reset_index(drop=True)


def draw_wave_pairs(
    tally: Tally, pairs: pd.DataFrame, settings: Settings
) -> Iterator[tuple[Ints, WaveDraws]]:
    """Rows of `pairs` (from `match_topics`) asked in both waves, with their draws, per pair."""
    waves: dict[tuple[str, str], _Wave] = {}
    for batch in batch_sites(tally):
        sites = [ratings for _, ratings in batch]
        drawn = draw_sites(sites, reliability=settings.reliability)
        for (rows, ratings), draws in zip(batch, drawn, strict=True):
            first = tally.topics.iloc[rows.start]
            waves[first["site"], first["wave"]] = rows.start, ratings, draws
    matched = pairs[(pairs["row_before"] >= 0) & (pairs["row_after"] >= 0)]
    for (site, before, after), part in matched.groupby(
        ["site", "from_wave", "to_wave"], sort=False
    ):
        old, drawn_old = _pick(waves[str(site), str(before)], part["row_before"])
        new, drawn_new = _pick(waves[str(site), str(after)], part["row_after"])
        pair = WavePair(old, new, drawn_old, drawn_new)
        yield part.index.to_numpy(), draw_waves(pair, reliability=settings.reliability)


def _pick(wave: _Wave, rows: pd.Series) -> tuple[SiteRatings, SiteDraws]:
    start, ratings, draws = wave
    place = rows.to_numpy() - start
    return ratings.pick(place), SiteDraws(draws.means[:, place], draws.error[:, place])

"""Successive waves: each topic of one wave beside itself in the next, and the draws of both.

Everything that is said of two waves is read from here, so that each wave is drawn once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Ints
from harmony_kit.measures.coorientation import read_coorientation
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.site_model import SiteDraws
from harmony_kit.measures.site_ratings import SiteRatings
from harmony_kit.measures.tally import Tally, tally_ratings
from harmony_kit.measures.tally_draws import DrawnSite, SecretOf, draw_tally, no_secret
from harmony_kit.measures.wave_model import WaveDraws, WavePair, draw_waves
from harmony_kit.measures.waves import pair_waves

__all__ = ["DrawnWaves", "draw_successive"]

_KEY: Final = ["site", "from_wave", "to_wave", "item", "subject", "dimension", "first", "second"]


@dataclass(frozen=True)
class DrawnWaves:
    """All waves of some sites, drawn.

    Attributes
    ----------
    answers, items, settings
        What the draws were made from.
    tally
        Of the answers.
    waves
        Which wave follows which (`pair_waves`).
    topics
        Of each wave on its own (`measure_topics`).
    pairs
        Each topic of two successive waves, with its row in the tally before and after (-1: none).
    drawn
        Rows of `pairs` asked in both waves, with the draws of both, per site and pair of waves.
    """

    answers: LicensedFrame
    items: pd.DataFrame
    settings: Settings
    tally: Tally
    waves: pd.DataFrame
    topics: pd.DataFrame
    pairs: pd.DataFrame
    drawn: tuple[tuple[Ints, WaveDraws], ...]


def draw_successive(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    settings: Settings,
    headcounts: pd.DataFrame | None = None,
    secret_of: SecretOf = no_secret,
) -> DrawnWaves:
    """Draw all waves in an answers frame, each once.

    Parameters
    ----------
    answers
        An answers frame with all waves to be compared; says in which order they were.
    items
        `Instrument.items_frame`, with the items of earlier waves that are no longer asked.
    settings, headcounts
        As in `measure_topics`; the head counts hold for all waves.
    secret_of
        What the draws of a site and wave are mixed with: as for its report, so that a wave has
        the same draws here and there.

    Raises
    ------
    FrameError
        See `tally_ratings`.
    """
    tally = tally_ratings(answers, items, headcounts)
    waves = pair_waves(answers)
    drawn = list(draw_tally(tally, reliability=settings.reliability, secret_of=secret_of))
    topics = read_coorientation(tally, drawn, settings).topics
    pairs = _match_topics(tally, waves, items)
    places = {tuple(tally.describe(one.rows.start, 0).values())[:2]: one for one in drawn}
    both = tuple(_draw_pairs(pairs, places, settings, secret_of))
    return DrawnWaves(answers, items, settings, tally, waves, topics, pairs, both)


def _match_topics(tally: Tally, waves: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    topics = tally.topics.assign(subject=tally.topics["subject"].fillna(""))
    before = waves.merge(
        topics.assign(row_before=topics.index),
        left_on=["site", "from_wave"],
        right_on=["site", "wave"],
    )
    after = waves.merge(
        topics.assign(row_after=topics.index),
        left_on=["site", "to_wave"],
        right_on=["site", "wave"],
    )
    both = before.drop(columns="wave").merge(
        after.drop(columns="wave"), how="outer", on=[*_KEY, "points"]
    )
    both[["row_before", "row_after"]] = both[["row_before", "row_after"]].fillna(-1).astype("int64")
    pair = waves.reset_index(names="pair")
    both = both.merge(pair, on=["site", "from_wave", "to_wave"])
    both["place"] = pd.Index(items["item"]).get_indexer(pd.Index(both["item"]))
    return both.sort_values(["pair", "place", "subject"], kind="stable").reset_index(drop=True)


def _draw_pairs(
    pairs: pd.DataFrame,
    places: Mapping[tuple[str, ...], DrawnSite],
    settings: Settings,
    secret_of: SecretOf,
) -> Iterator[tuple[Ints, WaveDraws]]:
    matched = pairs[(pairs["row_before"] >= 0) & (pairs["row_after"] >= 0)]
    for (site, before, after), part in matched.groupby(
        ["site", "from_wave", "to_wave"], sort=False
    ):
        old, drawn_old = _pick(places[str(site), str(before)], part["row_before"])
        new, drawn_new = _pick(places[str(site), str(after)], part["row_after"])
        pair = WavePair(old, new, drawn_old, drawn_new)
        secret = secret_of(str(site), str(after))
        drawn = draw_waves(pair, reliability=settings.reliability, secret=secret)
        yield part.index.to_numpy(), drawn


def _pick(wave: DrawnSite, rows: pd.Series) -> tuple[SiteRatings, SiteDraws]:
    place = rows.to_numpy() - wave.rows.start
    draws = SiteDraws(wave.draws.means[:, place], wave.draws.error[:, place])
    return wave.ratings.pick(place), draws

"""How well each lens reads the other: on how many topics its estimate comes close enough.

This is the headline of a report: not whether the two agree, but whether each knows what the
other thinks. The two directions are two numbers and are never averaged.

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> answers = answers_of(
...     said("it", "x.clear", [5, 4, 4]),
...     said("it", "x.clear", [4, 4, 3], about="quality"),
...     said("quality", "x.clear", [2, 3, 2]),
...     said("quality", "x.clear", [3, 3, 4], about="it"),
... )
>>> items = items_of({"item": "x.clear"})
>>> found = measure_understanding(answers, items, settings=Settings())
>>> found.loc[[0, 2], ["lens", "n_topics", "understood", "share", "pattern"]].round(2)
      lens  n_topics  understood  share     pattern
0       it         1        0.33   0.33    misreads
2  quality         1        0.59   0.59  reads_well
>>> topics = measure_topics(answers, items, settings=Settings())
>>> summarise_understanding(topics, settings=Settings()).equals(found)
True
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.engagement.settings import Settings
from harmony_kit.journal.answers import AnswersFrame
from harmony_kit.measures.coorientation import measure_topics
from harmony_kit.measures.declaration import (
    COUNT,
    GAP,
    MEAN,
    NAME,
    PEOPLE,
    PROBABILITY,
    SHARE,
    declare,
)
from harmony_kit.measures.finishing import CERTAINTY, finish

__all__ = ["UNDERSTANDING", "measure_understanding", "summarise_understanding"]

#: The columns of `measure_understanding`, in order.
UNDERSTANDING = declare(
    site=NAME,
    wave=NAME,
    lens=NAME,
    other=NAME,
    dimension=NAME,
    n_topics=COUNT.of("topics").or_none,
    n_estimate=PEOPLE.or_none,
    n_other=PEOPLE.or_none,
    understood=MEAN.of("topics"),
    understood_low=COUNT.of("topics").or_none,
    understood_high=COUNT.of("topics").or_none,
    share=SHARE,
    low=SHARE,
    high=SHARE,
    misreading=GAP,
    p_reads_well=PROBABILITY,
    pattern=NAME,
    claim=NAME,
)

_KEY: Final = ["site", "wave", "lens", "other", "dimension"]
#: The central interval holds what lies between these probabilities.
_TAILS: Final = (0.1, 0.9)
#: Rounding in a sum of probabilities never moves a bound.
_SLACK: Final = 1e-9


def measure_understanding(
    answers: AnswersFrame,
    items: pd.DataFrame,
    *,
    settings: Settings,
    headcounts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How well each lens reads the other, per dimension and over all of them.

    Takes what `measure_topics` takes; see there for what is raised.

    Returns
    -------
    frame
        See `summarise_understanding`.
    """
    topics = measure_topics(answers, items, settings=settings, headcounts=headcounts)
    return summarise_understanding(topics, settings=settings)


def summarise_understanding(topics: pd.DataFrame, *, settings: Settings) -> pd.DataFrame:
    """Understanding from `measure_topics`, for who has the topics already.

    Returns
    -------
    frame
        One row per site, wave, lens and dimension with at least one topic that has estimates
        of one side and own answers of the other, and one over all dimensions (``all``, first).
        `n_topics` counts those topics; `n_estimate` and `n_other` are the most people heard on
        any of them. `understood` is the expected number of topics on which the lens's mean
        estimate lies within the tolerance of the other's mean (0 to `n_topics`), with the
        central 80 % of its distribution in `understood_low` and `understood_high`; `share`,
        `low` and `high` are the same over `n_topics` (0 to 1), the interval widened to hold the
        share where a whole number of topics would not. `misreading` is the mean
        absolute misreading in points of the scale. `p_reads_well` is the probability that more
        than half of the topics are understood, a tie counting half; `pattern` is
        ``reads_well`` or ``misreads``.
    """
    heard = topics[topics["p_understood"].notna()]
    both = pd.concat([heard.assign(dimension="all"), heard])
    if both.empty:
        return UNDERSTANDING.empty()
    groups = both.assign(misreading=both["misreading"].abs()).groupby(_KEY, sort=False)
    frame = groups.agg(
        n_topics=("p_understood", "size"),
        n_estimate=("n_estimate", "max"),
        n_other=("n_other", "max"),
        misreading=("misreading", "mean"),
    ).reset_index()
    number = np.asarray(groups.ngroup(), dtype=np.int64)
    chances = _by_group(number, both["p_understood"].to_numpy(), frame["n_topics"].to_numpy())
    frame = pd.concat([frame, _summarise_counts(_count_distribution(chances), frame)], axis=1)
    frame["pattern"] = np.where(frame["p_reads_well"] >= 0.5, "reads_well", "misreads")
    frame[CERTAINTY] = (frame["p_reads_well"] - 0.5).abs() + 0.5
    return finish(frame.iloc[_order(frame)].reset_index(drop=True), UNDERSTANDING, settings)


def _by_group(
    number: NDArray[np.int64], chance: NDArray[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Probabilities of each group in one row, padded with zeros: topics never understood."""
    order = np.argsort(number, kind="stable")
    place = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    table = np.zeros((len(sizes), int(sizes.max(initial=0))))
    table[number[order], place] = chance[order]
    return table


def _count_distribution(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distribution of the number of successes of independent trials (Poisson binomial).

    `chances` has shape (rows, trials); returns (rows, trials + 1).
    """
    rows, trials = chances.shape
    distribution = np.zeros((rows, trials + 1))
    distribution[:, 0] = 1
    for trial in range(trials):
        chance = chances[:, trial, None]
        moved = distribution[:, :-1] * chance
        distribution *= 1 - chance
        distribution[:, 1:] += moved
    return distribution


def _summarise_counts(distribution: NDArray[np.float64], frame: pd.DataFrame) -> pd.DataFrame:
    n = frame["n_topics"].to_numpy()
    number = np.arange(distribution.shape[1])
    up_to = np.cumsum(distribution, axis=1)
    low, high = ((up_to < tail - _SLACK).sum(axis=1) for tail in _TAILS)
    understood = (distribution * number).sum(axis=1)
    twice = 2 * number - n[:, None]
    well = (distribution * ((twice > 0) + 0.5 * (twice == 0))).sum(axis=1)
    columns = {"understood": understood, "understood_low": low, "understood_high": high}
    share = understood / n
    columns |= {"share": share, "low": np.minimum(low / n, share)}
    columns["high"] = np.maximum(high / n, share)
    return pd.DataFrame(columns | {"p_reads_well": np.clip(well, 0, 1)}, index=frame.index)


def _order(frame: pd.DataFrame) -> NDArray[np.intp]:
    """By site, wave and lens; within them all dimensions first, then as the instrument goes."""
    is_part = frame["dimension"] != "all"
    keys = ("lens", "wave", "site")
    codes = [pd.factorize(frame[key], sort=True)[0] for key in keys]
    return np.lexsort(np.stack([np.arange(len(frame)), is_part, *codes]))

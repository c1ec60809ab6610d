"""How well each lens reads the other: on how many topics its estimate comes close enough.

This is the headline of a report: not whether the two agree, but whether each knows what the
other thinks. The two directions are two numbers and are never averaged.

There is one definition of understood. In every draw of the site model the topics within the
tolerance are counted; the number printed is the middle of those counts, and its interval the
central 80 % of them. That many topics, those most probably understood, are the ones marked as
understood wherever topics are shown one by one (Shen & Louis 1998: estimates whose number,
ranks and single values fit together). Adding up single probabilities instead would pull every
share to the middle, the more the fewer people were heard.
"""

from __future__ import annotations

from collections import defaultdict
from math import fsum, isnan
from typing import Any, Final

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.accuracy import ACCURACY, CENTRAL, Hits, read_accuracy
from harmony_kit.measures.arrays import Array, Bools, Floats
from harmony_kit.measures.claims import grade_claims
from harmony_kit.measures.declaration import COUNT, GAP, NAME, PEOPLE, PROBABILITY, SHARE, declare
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.joint_claims import discount
from harmony_kit.measures.looks import SLACK, Looks, count_draws, count_topics

__all__ = [
    "UNDERSTANDING",
    "VERDICT_AT",
    "find_certainty",
    "grade_understanding",
    "mark_understood",
    "mean_misreading",
    "read_understanding",
]

#: The columns of `coorientation.measure_coorientation`'s understanding, in order.
UNDERSTANDING = declare(
    site=NAME,
    wave=NAME,
    lens=NAME,
    other=NAME,
    dimension=NAME,
    n_topics=COUNT.of("topics").or_none,
    n_estimate=PEOPLE.or_none,
    n_other=PEOPLE.or_none,
    understood=COUNT.of("topics").or_none,
    understood_low=COUNT.of("topics").or_none,
    understood_high=COUNT.of("topics").or_none,
    share=SHARE,
    low=SHARE,
    high=SHARE,
    misreading=GAP,
    p_reads_well=PROBABILITY,
    p_knows=PROBABILITY,
    **ACCURACY.columns,
    pattern=NAME,
    claim=NAME,
)


#: How much more doubt about understanding counts in a report of twice the width
#: (set by benchmarks/truth.py).
_VERDICT_DOUBT: Final = 2.0

#: Certainty from which a report says that a lens knows most of what the other thinks, or would
#: be surprised: all of it hangs on the same few people, so more is asked for than for a topic.
VERDICT_AT: Final = 0.90


def mark_understood(is_close: Array) -> Array:
    """Which topics count as understood: as many as the middle count, the most probable first.

    Parameters
    ----------
    is_close
        Whether the estimate lies within the tolerance, shape (topics, draws).

    Returns
    -------
    array
        Truths, shape (topics,); of equally probable topics the first.
    """
    number = _middle(count_topics(is_close))[1]
    order = np.argsort(-count_draws(is_close), kind="stable")
    is_marked = np.zeros(len(is_close), dtype=bool)
    is_marked[order[: int(number)]] = True
    return is_marked


def _middle(counts: Array) -> Array:
    """Lower bound, middle and upper bound of draws of a count."""
    # What np.quantile does by the inverted distribution, at a tenth of its time.
    ranks = np.ceil(np.array(CENTRAL) * len(counts) - 1e-9).astype(int) - 1
    return np.asarray(np.sort(counts)[np.maximum(ranks, 0)])


def read_understanding(
    looks: Looks, is_marked: Array, dimensions: Array
) -> tuple[list[dict[str, Any]], Bools]:
    """Understanding of one direction over all topics, and per dimension.

    Parameters
    ----------
    looks
        Draws of what the two lenses think.
    is_marked
        See `mark_understood`.
    dimensions
        Dimension of each topic.

    Returns
    -------
    rows
        First that over all dimensions (``all``), with the parts of accuracy and `p_knows`, the
        probability that more than half of the topics are understood and more than projecting
        and a flat guess would reach.
    is_right
        Whether the pattern of each row is right, shape (rows, draws).
    """
    hits = Hits.of(looks)
    whole = _count("all", hits.understood, is_marked)
    well = _well(hits.understood, hits.n_topics)
    whole["p_knows"] = _shrink(np.minimum(well, hits.beyond_both))
    whole |= read_accuracy(looks, hits)
    parts = [(name, dimensions == name) for name in dict.fromkeys(dimensions)]
    numbers = [count_topics(looks.is_close[places]) for _, places in parts]
    rows = [
        _count(name, number, is_marked[places])
        for (name, places), number in zip(parts, numbers, strict=True)
    ]
    rows = [whole, *rows]
    is_right = [
        _is_right(row, number)
        for row, number in zip(rows, [hits.understood, *numbers], strict=True)
    ]
    is_right[0] &= (whole["pattern"] == "misreads") | (hits.beyond_both == 1)
    return rows, np.stack(is_right)


def _count(dimension: str, number: Array, is_marked: Array) -> dict[str, Any]:
    """A row of some topics, of which in each draw so many are understood."""
    n, marked = len(is_marked), int(is_marked.sum())
    low, _, high = _middle(number)
    low, high = min(int(low), marked), max(int(high), marked)
    if low == high:  # nearly all draws count alike; one topic either way is never ruled out
        low, high = max(low - 1, 0), min(high + 1, n)
    p_well = _shrink(_well(number, n))
    return {
        "dimension": dimension,
        "n_topics": n,
        "understood": marked,
        "understood_low": low,
        "understood_high": high,
        "share": marked / n,
        "low": low / n,
        "high": high / n,
        "p_reads_well": p_well,
        "pattern": "reads_well" if p_well >= 0.5 else "misreads",
    }


def _is_right(row: dict[str, Any], number: Array) -> Bools:
    """Whether the pattern is right, per draw; a tie is not."""
    twice = 2 * number
    is_well = row["pattern"] == "reads_well"
    return np.asarray(twice > row["n_topics"] if is_well else twice < row["n_topics"])


def _well(number: Array, n_topics: int) -> Array:
    """Whether more than half are understood, per draw; a tie counts half."""
    twice = 2 * number - n_topics
    return np.asarray((twice > 0) + 0.5 * (twice == 0))


def _shrink(happened: Array) -> float:
    """Probability of what happened in some draws; never quite 0 or 1."""
    return float((happened.sum() + 0.5) / (len(happened) + 1))


def find_certainty(row: dict[str, Any], wider: float, settings: Settings) -> float:
    """Certainty of the pattern of a row, as claims are made of it.

    Over all dimensions `reads_well` hangs on `p_knows`, and `misreads` on the probability that
    more than half of the topics are misread; both are claimed from `VERDICT_AT` on. Per
    dimension `p_reads_well` decides, as for topics. Doubt counts for more where the interval is
    `wider` than that of independent topics, see `joint_claims`.
    """
    well = row["p_reads_well"]
    certainty = row.get("p_knows", well) if row["pattern"] == "reads_well" else 1 - well
    certainty = float(discount(certainty, wider, _VERDICT_DOUBT))
    is_doubtful = row["dimension"] == "all" and certainty < VERDICT_AT
    return min(certainty, settings.claim_at - SLACK) if is_doubtful else certainty


def mean_misreading(topics: pd.DataFrame, is_heard: Bools, understanding: pd.DataFrame) -> Floats:
    """Mean absolute misreading of the topics heard, for each row of `understanding`."""
    found: dict[tuple[str, ...], list[float]] = defaultdict(list)
    names = ("site", "wave", "lens", "dimension", "misreading")
    columns = (topics.loc[is_heard, name].tolist() for name in names)
    for site, wave, lens, dimension, misreading in zip(*columns, strict=True):
        if not isnan(misreading):
            found[site, wave, lens, dimension].append(abs(misreading))
            found[site, wave, lens, "all"].append(abs(misreading))
    means = {place: fsum(misread) / len(misread) for place, misread in found.items()}
    places = zip(*(understanding[name].tolist() for name in names[:4]), strict=True)
    return np.array([means.get(place, np.nan) for place in places], dtype=np.float64)


def grade_understanding(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """With `claim`, from `CERTAINTY`."""
    frame["claim"] = grade_claims(frame[CERTAINTY], frame[["site", "wave"]], settings)
    return finish(frame.reindex(columns=[*UNDERSTANDING.columns]), UNDERSTANDING)

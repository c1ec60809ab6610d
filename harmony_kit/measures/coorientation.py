"""What each lens thinks, what it thinks the other thinks, and how sure we are of both.

For lens A looking at lens B, with `own` a mean of own answers and `est` A's mean estimate of B:
agreement gap = own_A - own_B, perceived gap = own_A - est_A, misreading = est_A - own_B, and
always agreement gap = perceived gap + misreading. The states follow from the first two: close
or apart, and thought to be close or thought to be apart. After Chaffee & McLeod (1968) and
McLeod & Chaffee (1973), "Interpersonal approaches to communication research".

>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> answers = answers_of(
...     said("it", "x.clear", [5, 4, 4]),
...     said("it", "x.clear", [4, 4, 3], about="quality"),
...     said("quality", "x.clear", [2, 3, 2]),
...     said("quality", "x.clear", [3, 3, 4], about="it"),
... )
>>> items = items_of({"item": "x.clear"})
>>> topics = measure_topics(answers, items, settings=Settings())
>>> topics[["lens", "own", "estimate", "other_own", "misreading", "state", "claim"]].round(2)
      lens   own  estimate  other_own  misreading             state    claim
0       it  4.33      3.67       2.33        1.33   false_consensus  leaning
1  quality  2.33      3.33       4.33       -1.00  known_difference     open
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.claims import STATES, grade_claims, name_states
from harmony_kit.measures.declaration import (
    COUNT,
    GAP,
    MEAN,
    NAME,
    PEOPLE,
    PROBABILITY,
    TRUTH,
    declare,
)
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.predictive import Belief, count_interviews
from harmony_kit.measures.privacy import LicensedFrame
from harmony_kit.measures.readings import DIRECTIONS, DRAWN, Readings, read_site
from harmony_kit.measures.site_ratings import WIDTH
from harmony_kit.measures.tally import Tally, tally_ratings
from harmony_kit.measures.tally_draws import DrawnSite, draw_tally
from harmony_kit.measures.understanding import (
    UNDERSTANDING,
    grade_understanding,
    mean_misreading,
)

__all__ = [
    "TOPICS",
    "Coorientation",
    "measure_coorientation",
    "measure_topics",
    "measure_understanding",
    "read_coorientation",
]

#: The columns of `measure_topics`, in order.
TOPICS = declare(
    site=NAME,
    wave=NAME,
    item=NAME,
    subject=NAME,
    dimension=NAME,
    points=COUNT.of("points").or_none,
    tolerance=GAP,
    lens=NAME,
    other=NAME,
    n_own=PEOPLE.or_none,
    n_estimate=PEOPLE.or_none,
    n_other=PEOPLE.or_none,
    own=MEAN,
    estimate=MEAN,
    other_own=MEAN,
    agreement_gap=GAP,
    perceived_gap=GAP,
    misreading=GAP,
    misreading_low=GAP,
    misreading_high=GAP,
    p_understood=PROBABILITY,
    is_understood=TRUTH.or_unknown,
    is_on_line=TRUTH.or_unknown,
    **{f"p_{state}": PROBABILITY for state in STATES},
    state=NAME,
    claim=NAME,
    more_interviews=COUNT.or_none,
)


@dataclass(frozen=True)
class Coorientation:
    """What one site model per site and wave says, topic by topic and over all topics.

    `topics` is described at `measure_topics`, `understanding` at `measure_understanding`.
    """

    topics: pd.DataFrame
    understanding: pd.DataFrame


def measure_coorientation(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    settings: Settings,
    headcounts: pd.DataFrame | None = None,
    secret: bytes | None = None,
) -> Coorientation:
    """Topics and understanding from the same draws; takes what `measure_topics` takes.

    With the `secret` of the engagement nobody else can repeat the draws, see `seeding`.
    """
    tally = tally_ratings(answers, items, headcounts)
    drawn = draw_tally(
        tally, reliability=settings.reliability, secret_of=lambda _site, _wave: secret
    )
    return read_coorientation(tally, drawn, settings)


def read_coorientation(
    tally: Tally, drawn: Iterable[DrawnSite], settings: Settings
) -> Coorientation:
    """Topics and understanding of all sites and waves of a tally, from draws there are already."""
    read = Readings.of(len(tally.topics))
    understanding: dict[int, list[dict[str, Any]]] = {}
    for one in drawn:
        found = read_site(tally, one.rows, one.draws, read, settings)
        understanding[one.rows.start] = found
    every = [row for _, rows in sorted(understanding.items()) for row in rows]
    frame = pd.DataFrame(every, columns=[*UNDERSTANDING.columns, CERTAINTY])
    topics = _stack_topics(tally, read, settings)
    frame["misreading"] = mean_misreading(topics, topics["p_understood"].notna().to_numpy(), frame)
    return Coorientation(topics, grade_understanding(frame, settings))


def measure_topics(
    answers: LicensedFrame,
    items: pd.DataFrame,
    *,
    settings: Settings,
    headcounts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coorientation of every topic, in both directions.

    Parameters
    ----------
    answers
        An answers frame; any number of sites and waves, each measured on its own.
    items
        `Instrument.items_frame`; mirrored ratings are measured.
    settings
        Tolerance, thresholds and number of draws.
    headcounts
        ``site, lens, headcount``; a lens without one is treated as a large population.

    Returns
    -------
    frame
        Two rows per site, wave, item and subject: `lens` looks at `other`. Columns as in
        `TOPICS`. `n_own`, `n_estimate` and `n_other` count ratings only. Means and gaps
        are in points of the scale; `misreading_low` and `misreading_high` bound the central
        80 % of the misreading and hold the misreading itself, `p_understood` is the
        probability that it is within the tolerance. A mean without ratings, what depends on it,
        and `state` and `claim` with any of the three missing, are NA. `more_interviews` per
        lens would likely settle a topic that is not claimed; NA when it is claimed or when no
        number up to `predictive.MOST_INTERVIEWS` would.

    Raises
    ------
    FrameError
        See `tally_ratings`.
    """
    options: dict[str, Any] = {"settings": settings, "headcounts": headcounts}
    return measure_coorientation(answers, items, **options).topics


def measure_understanding(
    answers: LicensedFrame,
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
        One row per site, wave, lens and dimension with at least one topic that has estimates
        of one side and own answers of the other, and one over all dimensions (``all``, first).
        `n_topics` counts those topics; `n_estimate` and `n_other` are the most people heard on
        any of them. `understood` is the number of topics on which the lens's mean estimate lies
        within the tolerance of the other's mean: over all dimensions the middle of its
        distribution, per dimension those of them that are marked (`understanding.mark_understood`);
        `understood_low` and `understood_high` bound its central 80 %, widened to hold it and
        to at least one topic;
        `share`, `low` and `high` are the same over `n_topics`. `misreading` is the mean
        absolute misreading of the answers in points of the scale. `p_reads_well` is the
        probability that more than half of the topics are understood, a tie counting half,
        `p_knows` that more are understood than projecting and a flat guess would reach besides;
        the parts of accuracy (`accuracy.read_accuracy`) stand in the row over all dimensions.
        `pattern` is ``reads_well`` or ``misreads``, see `understanding.grade_understanding`.

    Examples
    --------
    >>> from harmony_kit.measures.examples import answers_of, items_of, said
    >>> answers = answers_of(
    ...     said("it", "x.clear", [5, 4, 4], about="quality"),
    ...     said("quality", "x.clear", [4, 5, 5]),
    ... )
    >>> found = measure_understanding(answers, items_of({"item": "x.clear"}), settings=Settings())
    >>> found.loc[[0], ["lens", "dimension", "n_topics", "understood", "share", "pattern"]]
      lens dimension  n_topics  understood  share     pattern
    0   it       all         1           1    1.0  reads_well
    """
    options: dict[str, Any] = {"settings": settings, "headcounts": headcounts}
    return measure_coorientation(answers, items, **options).understanding


def _stack_topics(tally: Tally, read: Readings, settings: Settings) -> pd.DataFrame:
    """Two rows per topic, graded; the two directions of a topic are neighbours."""
    sides = [_measure_direction(tally, side, read) for side in (0, 1)]
    both: dict[str, Any] = {
        name: np.stack([one[name] for one in sides], axis=1).ravel() for name in sides[0]
    }
    for truth, basis in (("is_understood", "p_understood"), ("is_on_line", f"p_{STATES[0]}")):
        both[truth] = pd.arrays.BooleanArray(both[truth].astype(bool), np.isnan(both[basis]))
    about = tally.topics.iloc[np.repeat(np.arange(len(tally.topics)), 2)].reset_index(drop=True)
    tolerance = {points: settings.tolerance_of(points) for points in set(about["points"].tolist())}
    topics = about.assign(tolerance=[tolerance[one] for one in about["points"].tolist()], **both)
    topics["state"] = name_states(topics[[f"p_{state}" for state in STATES]])
    topics["claim"] = grade_claims(
        pd.Series(read.certainty.T.ravel(), topics.index), topics[["site", "wave"]], settings
    )
    topics["more_interviews"] = _count_interviews(tally, topics, read, settings)
    return finish(topics, TOPICS)


def _measure_direction(tally: Tally, side: int, read: Readings) -> dict[str, NDArray[Any]]:
    """The first lens looking at the second or the reverse; one number per topic."""
    looker, other = ("first", "second") if side == 0 else ("second", "first")
    own, estimate, others = (tally.means[:, column] for column in DIRECTIONS[side])
    names = zip(("n_own", "n_estimate", "n_other"), DIRECTIONS[side], strict=True)
    misreading = estimate - others
    drawn = dict(zip(DRAWN, read.numbers[side].T, strict=True))
    # What was heard may lie outside what the other topics make probable.
    unit = (tally.topics["points"].to_numpy(dtype=np.float64) - 1) / WIDTH
    return {
        "lens": tally.topics[looker].to_numpy(dtype=object),
        "other": tally.topics[other].to_numpy(dtype=object),
        **{name: tally.n[:, column] for name, column in names},
        "own": own,
        "estimate": estimate,
        "other_own": others,
        "agreement_gap": own - others,
        "perceived_gap": own - estimate,
        **drawn,
        "misreading": misreading,
        "misreading_low": np.minimum(drawn["misreading_low"] * unit, misreading),
        "misreading_high": np.maximum(drawn["misreading_high"] * unit, misreading),
        "is_understood": read.marked[side],
        "is_on_line": drawn["is_on_line"] > 0,
    }


def _count_interviews(
    tally: Tally, topics: pd.DataFrame, read: Readings, settings: Settings
) -> pd.Series:
    """More interviews per lens for each row of `topics`; NA where there is no such number."""
    rows = np.flatnonzero(topics["claim"].isin(["leaning", "open"]))
    columns = np.array(DIRECTIONS)[rows % 2]
    topic = rows[:, None] // 2
    belief = Belief(
        read.centre[topic, columns],
        read.variance[topic, columns],
        read.error[topic, columns],
        tally.unseen[topic, columns],
        np.full(len(rows), settings.tolerance),
    )
    needed = pd.Series(pd.NA, index=topics.index, dtype="Int64")
    needed.iloc[rows] = count_interviews(belief, claim_at=settings.claim_at)
    return needed.where(needed > 0)

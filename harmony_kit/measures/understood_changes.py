"""Whether a lens reads the other better than one wave before, from the draws of both waves.

>>> from harmony_kit.engagement.settings import Settings
>>> from harmony_kit.measures.examples import answers_of, items_of, said
>>> from harmony_kit.measures.wave_pairs import draw_successive
>>> later = {"wave": "2", "answered_at": "2026-09-01T08:00:00Z"}
>>> answers = answers_of(
...     said("it", "x.clear", [5, 5, 4, 5], about="quality"),
...     said("quality", "x.clear", [1, 2, 1, 1]),
...     said("it", "x.clear", [1, 1, 2, 1], about="quality", **later),
...     said("quality", "x.clear", [1, 2, 1, 1], **later),
... )
>>> items = items_of({"item": "x.clear"})
>>> found = measure_understood_changes(draw_successive(answers, items, settings=Settings()))
>>> found[["lens", "n_topics", "before", "after", "direction"]]
  lens  n_topics  before  after direction
0   it         1     0.0    1.0      rose
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from harmony_kit.measures.arrays import Array, Bools
from harmony_kit.measures.claims import grade_claims
from harmony_kit.measures.declaration import COUNT, NAME, PROBABILITY, SHARE, declare
from harmony_kit.measures.finishing import finish
from harmony_kit.measures.looks import SLACK, count_topics
from harmony_kit.measures.readings import DIRECTIONS
from harmony_kit.measures.tally import Tally
from harmony_kit.measures.wave_model import WaveDraws
from harmony_kit.measures.wave_pairs import DrawnWaves
from harmony_kit.measures.waves import Wordings, compare_wordings

__all__ = ["SMALLEST_SHARE", "UNDERSTOOD_CHANGES", "measure_understood_changes"]

#: The smallest change of a share of topics worth a word.
SMALLEST_SHARE: Final = 0.1

#: The columns of `measure_understood_changes`, in order.
UNDERSTOOD_CHANGES = declare(
    site=NAME,
    lens=NAME,
    other=NAME,
    from_wave=NAME,
    to_wave=NAME,
    n_topics=COUNT.of("topics"),
    before=SHARE,
    after=SHARE,
    p_rose=PROBABILITY,
    p_steady=PROBABILITY,
    p_fell=PROBABILITY,
    direction=NAME,
    claim=NAME,
)

_WAYS: Final = ("rose", "steady", "fell")


def measure_understood_changes(
    drawn: DrawnWaves, *, wordings: Wordings | None = None
) -> pd.DataFrame:
    """The share of topics understood in one wave and the next, of topics asked alike in both.

    Takes what `changes.measure_changes` takes.

    Returns
    -------
    frame
        One row per site, lens and pair of successive waves with a topic to compare. `before` and
        `after` are the middle shares in the draws of the `wave_model`, of the same `n_topics`
        topics; that is why they may differ from those of the two reports. `p_rose`, `p_steady`
        and `p_fell` are the probabilities of a change upwards by at least `SMALLEST_SHARE`, of
        less than that, and downwards.
    """
    tally, pairs, settings = drawn.tally, drawn.pairs, drawn.settings
    is_compared = _find_compared(tally, pairs, wordings)
    rows: list[dict[str, Any]] = []
    for places, waves in drawn.drawn:
        for side, columns in enumerate(DIRECTIONS):
            kept = is_compared[places] & _are_heard(tally, pairs.iloc[places], columns)
            if kept.any():
                where = _describe(pairs.iloc[places[0]], side)
                rows.append(where | _read(waves, columns, kept, settings.tolerance + SLACK))
    found = pd.DataFrame(rows, columns=[*UNDERSTOOD_CHANGES.columns])
    certainty = found[[f"p_{way}" for way in _WAYS]].max(axis=1).astype("float64")
    # As for topics: what stands still must not pay for a move that chance made.
    report = found[["site", "to_wave"]].assign(is_move=found["direction"] != "steady")
    found["claim"] = grade_claims(certainty, report, settings)
    return finish(found, UNDERSTOOD_CHANGES)


def _find_compared(tally: Tally, pairs: pd.DataFrame, wordings: Wordings | None) -> Bools:
    n = {
        f"n_{when}": np.where(
            pairs[f"row_{when}"] >= 0, tally.n[pairs[f"row_{when}"]].max(axis=1), 0
        )
        for when in ("before", "after")
    }
    comparison = compare_wordings(pairs.assign(**n), wordings)
    return np.asarray(comparison.isin(["same", "unverified"]), dtype=bool)


def _are_heard(tally: Tally, pairs: pd.DataFrame, columns: tuple[int, int, int]) -> Bools:
    """Whether there are estimates and the other's own answers in both waves."""
    _, estimate, other = columns
    n = np.stack([tally.n[pairs[row]][:, [estimate, other]] for row in ("row_before", "row_after")])
    return np.asarray((n > 0).all(axis=(0, 2)))


def _describe(pair: pd.Series, side: int) -> dict[str, Any]:
    lens, other = ("first", "second") if side == 0 else ("second", "first")
    where = {name: pair[name] for name in ("site", "from_wave", "to_wave")}
    return where | {"lens": pair[lens], "other": pair[other]}


def _read(
    waves: WaveDraws, columns: tuple[int, int, int], kept: Bools, tolerance: float
) -> dict[str, Any]:
    """Shares and chances of one direction, from the topics `kept`."""
    _, estimate, other = columns
    before, after = (
        _count(means[estimate][kept], means[other][kept], tolerance)
        for means in (waves.before, waves.after)
    )
    n, n_draws = int(kept.sum()), len(before)
    moved = (after - before) / n
    rose = ((moved >= SMALLEST_SHARE).sum() + 1 / 3) / (n_draws + 1)
    fell = ((moved <= -SMALLEST_SHARE).sum() + 1 / 3) / (n_draws + 1)
    chances = dict(zip(_WAYS, (rose, 1 - rose - fell, fell), strict=True))
    middle = [float(np.quantile(one, 0.5, method="inverted_cdf")) / n for one in (before, after)]
    return {
        "n_topics": n,
        "before": middle[0],
        "after": middle[1],
        **{f"p_{way}": chance for way, chance in chances.items()},
        "direction": max(chances, key=chances.__getitem__),
    }


def _count(estimate: Array, other: Array, tolerance: float) -> Array:
    return count_topics(np.abs(estimate - other) <= tolerance).astype(np.int64)

"""Drift: how many duties one lens holds alone, in the view of each lens."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.arrays import Floats, Ints
from harmony_kit.measures.declaration import COUNT, NAME, PEOPLE, PROBABILITY, SHARE, declare
from harmony_kit.measures.finishing import CERTAINTY, finish
from harmony_kit.measures.selection import code_groups

__all__ = ["DRIFT", "measure_drift"]


#: Columns of `measure_drift`, in order.
DRIFT = declare(
    site=NAME,
    wave=NAME,
    lens=NAME,
    holder=NAME,
    n=PEOPLE,
    n_duties=COUNT.of("duties"),
    n_held=COUNT.of("duties"),
    share=SHARE,
    expected_share=SHARE,
    p_most=PROBABILITY,
    claim=NAME,
)


def measure_drift(ownership: pd.DataFrame, *, settings: Settings | None = None) -> pd.DataFrame:
    """How large a share of the duties each lens holds alone, in the view of each lens.

    Takes the frame of `measure_ownership`. A row is a site, wave, viewing lens and holder (one
    of the two lenses); columns `DRIFT`. `n` is the fewest answers to one of the
    `n_duties` duties answered at all, `n_held` those whose owner is the holder, `share` the two
    divided, `expected_share` the mean probability that the holder owns a duty, `p_most` the
    probability that it owns more than half of them, the duties taken as independent. The two
    viewing lenses are never averaged.

    >>> view = {"site": "north", "wave": "1", "lens": "it", "other": "quality", "n": 4}
    >>> duties = pd.DataFrame([view | {"owner": one} for one in ("it", "it", "quality")])
    >>> duties = duties.assign(p_self=[0.9, 0.8, 0.2], p_handed_over=[0.1, 0.2, 0.8])
    >>> measure_drift(duties)[["lens", "holder", "n_duties", "n_held", "share", "p_most"]].round(2)
      lens   holder  n_duties  n_held  share  p_most
    0   it       it         3       2   0.67    0.77
    1   it  quality         3       1   0.33    0.23
    """
    settings = settings or Settings()
    answered = ownership[ownership["n"].gt(0)]
    if answered.empty:
        return DRIFT.empty()
    views = pd.concat(
        [
            answered.assign(holder=answered["lens"], p=answered["p_self"]),
            answered.assign(holder=answered["other"], p=answered["p_handed_over"]),
        ],
        ignore_index=True,
    )
    views["is_held"] = views["owner"].eq(views["holder"])
    groups = code_groups(views, ["site", "wave", "lens", "holder"])
    by_group = views.groupby(groups.codes)
    drift = groups.keys.assign(
        n=by_group["n"].min(),
        n_duties=by_group.size(),
        n_held=by_group["is_held"].sum(),
        expected_share=by_group["p"].mean(),
        p_most=_p_most(
            views["p"].to_numpy(), groups.codes, np.asarray(by_group.cumcount(), dtype=np.int64)
        ),
    )
    drift["share"] = drift["n_held"] / drift["n_duties"]
    drift[CERTAINTY] = drift["p_most"].where(drift["n"].ge(settings.min_group))
    return finish(drift, DRIFT, settings)


def _p_most(p: Floats, codes: Ints, place: Ints) -> Floats:
    """Probability that more than half of a group's duties are held: a Poisson binomial."""
    n_duties = np.bincount(codes)
    held = np.zeros((len(n_duties), n_duties.max() + 1))
    held[:, 0] = 1.0
    for duty in range(int(place.max()) + 1):
        is_here = place == duty
        group, chance = codes[is_here], p[is_here, None]
        before = held[group]
        held[group] = before * (1 - chance)
        held[group, 1:] += before[:, :-1] * chance
    is_most = np.arange(held.shape[1]) * 2 > n_duties[:, None]
    return np.asarray((held * is_most).sum(axis=1))

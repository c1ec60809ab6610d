"""How the numbers were made before: every topic on its own, single probabilities added up.

Kept to be compared with: the shares of a lens at the points of the scale are Dirichlet(counts +
half an answer spread evenly), and a count of topics is a sum of independent chances.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from planting import LOOKING

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.claims import grade_claims

__all__ = ["Former", "judge_former"]

_DRAWS = 300
Floats = NDArray[np.float64]


class Former:
    """What the former method prints of one site: share, interval, states and claims."""

    def __init__(
        self, ratings: tuple[Floats, ...], points: int, random: np.random.Generator
    ) -> None:
        means = [_draw_means(part, points, random) for part in ratings]
        unit = (points - 1) / 4 + 1e-9
        self.share, self.low, self.high, states = [], [], [], []
        for own, estimate, other in LOOKING:
            chance = (np.abs(means[estimate] - means[other]) <= unit).mean(axis=1)
            self.share.append(chance.mean())
            low, high = _bound_count(chance)
            self.low.append(low / len(chance))
            self.high.append(high / len(chance))
            close = np.abs(means[own] - means[other]) <= unit
            seems = np.abs(means[own] - means[estimate]) <= unit
            code = np.where(close, np.where(seems, 0, 3), np.where(seems, 2, 1))
            states.append(np.stack([(code == k).mean(axis=1) for k in range(4)], axis=1))
        self.states = np.stack(states, axis=1).reshape(-1, 4)


def _draw_means(ratings: Floats, points: int, random: np.random.Generator) -> Floats:
    scores = np.arange(1, points + 1)
    counts = (ratings[:, :, None] == scores).sum(axis=1) + 0.5 / points
    gammas = random.standard_gamma(counts[:, None, :], (len(counts), _DRAWS, points))
    return np.asarray((gammas @ scores) / gammas.sum(axis=2))


def _bound_count(chances: Floats) -> tuple[int, int]:
    distribution = np.ones(1)
    for chance in chances:
        distribution = np.convolve(distribution, [1 - chance, chance])
    up_to = np.cumsum(distribution)
    return int((up_to < 0.1 - 1e-9).sum()), int((up_to < 0.9 - 1e-9).sum())


def judge_former(states: Floats) -> NDArray[np.bool_]:
    """Which of one report's topics the former method claims."""
    report = pd.DataFrame({"site": ["site"] * len(states)})
    return np.asarray(grade_claims(pd.Series(states.max(axis=1)), report, Settings()) == "claimed")

"""A reader who was told how the plants of a world were made: what is to be had at best."""

from __future__ import annotations

import numpy as np
from worlds import Asked, World

__all__ = ["tell_share"]

_SIZES = np.linspace(0, 2.2, 111)
_SHIFTS = np.linspace(-1, 1, 41)


def tell_share(asked: Asked, world: World) -> float:
    """Share understood by a reader told that all misreadings of a lens have one size.

    Told are the spread and habits too; not told is the size. The mean over both lenses of the
    probability that it lies within the tolerance.
    """
    variance = np.mean(np.square(world.spread))
    chances = []
    for estimate, other in ((2, 1), (3, 0)):
        n = [np.isfinite(asked.ratings[place]).sum(axis=1) for place in (estimate, other)]
        moved = np.nanmean(asked.ratings[estimate], axis=1) - np.nanmean(
            asked.ratings[other], axis=1
        )
        inverse = 1 / n[0] + 1 / n[1]
        noise = (1 - world.habit) * variance * inverse
        shift = max(world.habit * variance * inverse.mean(), 1e-4)
        far = moved[:, None, None] - _SHIFTS
        sides = [
            np.exp(-((far + sign * _SIZES[:, None]) ** 2) / noise[:, None, None] / 2)
            for sign in (-1, 1)
        ]
        chance = np.log(sides[0] + sides[1] + 1e-300).sum(axis=0) - _SHIFTS**2 / shift / 2
        weight = np.exp(chance - chance.max()).sum(axis=1)
        chances.append(weight[_SIZES <= 1 + 1e-9].sum() / weight.sum())
    return float(np.mean(chances))

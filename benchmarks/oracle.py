"""A reader who was told how the plants of a world were made: what is to be had at best.

Told are the distribution of the views of a topic (not the size where all misreadings have one),
the spread within a lens, how much of it is habit, and how large a lens is; not told is what this
plant thinks, nor the habits of its people.
What it believes is exact up to grids: own views and estimates of a topic lie on one grid, the
mean habit of either lens on another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from worlds import Asked, World

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.claims import grade_claims
from harmony_kit.measures.understanding import VERDICT_AT

__all__ = ["Told", "tell"]

Floats = NDArray[np.float64]

_GRID = np.linspace(1.03, 4.97, 31)
_APART = _GRID[:, None] - _GRID
#: Where half a step of the grid lies within the tolerance, half of it counts.
_CLOSE = np.clip((1 - np.abs(_APART)) / (_GRID[1] - _GRID[0]) + 0.5, 0, 1)
_DRAWS = 400
_SETTINGS = Settings()


@dataclass(frozen=True)
class Told:
    """What the reader believes of one site.

    `share`, `low` and `high` of the share understood per lens, `verdict` (1 knows most, -1
    would be surprised, 0 says nothing) per lens; `state` and `is_claimed` per topic and lens, in
    the order of `find_truth`.
    """

    share: Floats
    low: Floats
    high: Floats
    verdict: NDArray[np.int64]
    state: NDArray[np.int64]
    is_claimed: NDArray[np.bool_]


def tell(asked: Asked, world: World, seed: int = 0) -> Told:
    """What is to be had of one site."""
    random = np.random.default_rng(seed)
    chance, states, understood = _believe(asked, world)
    weight = np.exp(chance - chance.max())
    weight /= weight.sum()
    which = random.choice(len(weight), _DRAWS, p=weight)
    counts = (random.random((_DRAWS, *understood.shape[1:])) < understood[which]).mean(axis=2)
    more = (counts > 0.5).mean(axis=0) + 0.5 * (counts == 0.5).mean(axis=0)
    verdict = np.where(more >= VERDICT_AT, 1, np.where(more <= 1 - VERDICT_AT, -1, 0))
    p = np.einsum("h,hlts->tls", weight, states).reshape(-1, 4)
    report = pd.DataFrame({"site": ["site"] * len(p)})
    claim = grade_claims(pd.Series(p.max(axis=1)), report, _SETTINGS)
    low, share, high = np.quantile(counts, [0.1, 0.5, 0.9], axis=0, method="inverted_cdf")
    return Told(share, low, high, verdict, p.argmax(axis=1), np.asarray(claim == "claimed"))


def _believe(asked: Asked, world: World) -> tuple[Floats, Floats, Floats]:
    """Log chance of each pair of mean habits, and given it the chance of states and understanding.

    Shapes (habits,), (habits, 2 lenses, topics, 4 states), (habits, 2 lenses, topics).
    """
    unit = (world.points - 1) / 4
    n = [np.isfinite(part).sum(axis=1) for part in asked.ratings]
    mean = [
        1 + (np.nansum(part, axis=1) / np.maximum(k, 1) - 1) / unit
        for part, k in zip(asked.ratings, n, strict=True)
    ]
    spread = float(np.mean(np.square(world.spread)))
    people = [part.shape[1] for part in asked.ratings[:2]]
    unheard = [_share_unheard(world, size) for size in people]
    noise = [spread * (1 - world.habit) * unheard[k % 2] / np.maximum(n[k], 1e-6) for k in range(4)]
    habit = [np.sqrt(spread * world.habit * unheard[k] / people[k]) for k in (0, 1)]
    found = []
    for one in _possible(world):
        for step, weight in _habits(world):
            shift = [step[k] * habit[k] for k in (0, 1)]
            seen = [
                np.exp(-((mean[k][:, None] - shift[k % 2] - _GRID) ** 2) / noise[k][:, None] / 2)
                for k in range(4)
            ]
            total, states, close = _condition(seen, one)
            found.append((np.log(weight) + np.log(total + 1e-300).sum(), states, close))
    chance, every, understood = (np.stack(part) for part in zip(*found, strict=True))
    return chance, every, understood


def _possible(world: World) -> list[World]:
    """Worlds the reader holds possible: where misreadings have one size it is not told which."""
    if world.kind != "equal":
        return [world]
    return [replace(world, size=size) for size in (0, 0.2, 0.4, 0.6, 0.8, 1.2, 1.4, 1.6, 1.8)]


def _habits(world: World) -> list[tuple[tuple[float, float], float]]:
    """Mean habits of the two lenses that are tried, in standard deviations, and their weights."""
    if not world.habit:
        return [((0.0, 0.0), 1.0)]
    steps, weights = np.polynomial.hermite_e.hermegauss(3)
    places = range(len(steps))
    return [
        ((float(steps[i]), float(steps[j])), float(weights[i] * weights[j]))
        for i in places
        for j in places
    ]


def _share_unheard(world: World, people: int) -> float:
    """How much of the variance of a mean is left where a lens has so many people."""
    if world.heads is None:
        return 1.0
    return 1 - world.reliability * people / max(world.heads, people)


def _condition(seen: list[Floats], world: World) -> tuple[Floats, Floats, Floats]:
    """Of each topic the chance of what was seen, of its states and of being understood."""
    views, looking = _prior(world), []
    a, b, e, f = seen
    for estimate, table in ((e, views.first), (f, views.second)):
        looking.append([np.einsum("abe,te->tab", part, estimate, optimize=True) for part in table])
    own = views.own * a[:, :, None] * b[:, None, :]
    total = own * looking[0][0] * looking[1][0]
    whole = total.sum(axis=(1, 2))
    states, close = [], []
    for side in (0, 1):
        beside = own * looking[1 - side][0]
        seems, understood = (beside * part for part in looking[side][1:])
        rest = total - seems
        parts = [(seems, _CLOSE), (rest, 1 - _CLOSE), (seems, 1 - _CLOSE), (rest, _CLOSE)]
        states.append(np.stack([(part * mask).sum(axis=(1, 2)) for part, mask in parts], axis=1))
        close.append(understood.sum(axis=(1, 2)))
    least = np.maximum(whole, 1e-300)
    return whole, np.stack(states) / least[:, None], np.stack(close) / least


@dataclass(frozen=True)
class _Views:
    """Chances of own views (a, b), and of an estimate given them (a, b, estimate).

    Each of `first` and `second`: all, where it seems close, and where it is understood.
    """

    own: Floats
    first: tuple[Floats, Floats, Floats]
    second: tuple[Floats, Floats, Floats]


@cache
def _prior(world: World) -> _Views:
    # Of lens A, with own view a and the other's b; a lens that reads right has no size.
    reads_right = replace(world, size=0.0) if world.kind == "one side" else world
    both = [_estimate(one) for one in (world, reads_right)]
    first, second = (one / np.maximum(one.sum(axis=2, keepdims=True), 1e-300) for one in both)
    second = second.transpose(1, 0, 2)
    seems_a, seems_b = _CLOSE[:, None, :], _CLOSE[None, :, :]
    return _Views(
        _own(world),
        (first, first * seems_a, first * seems_b),
        (second, second * seems_b, second * seems_a),
    )


def _own(world: World) -> Floats:
    if world.kind == "one side":
        return np.outer(_between(2.2, 4.6), _between(1.4, 3.8))
    one = _between(
        *{
            "scattered": (1.02, 4.98),
            "equal": (1.15 + world.size, 4.85 - world.size),
            "one-sided": (1.2, 3.6),
            "near": (2.2, 3.8),
        }.get(world.kind, (1.3, 4.7))
    )
    if world.kind == "skewed":
        far = np.maximum(5 - _GRID, 1e-9)
        one = np.sqrt(far) * np.exp(-far / 0.6)
        one /= one.sum()
    return np.outer(one, one)


def _between(low: float, high: float) -> Floats:
    one = (np.abs(_GRID - (low + high) / 2) <= (high - low) / 2 + 0.05).astype(float)
    return one / one.sum()


def _estimate(world: World) -> Floats:
    """Density of an estimate (last axis) given the own view (first) and the other's (second)."""
    a, b, e = _GRID[:, None, None], _GRID[None, :, None], _GRID[None, None, :]
    size, step = world.size, _GRID[1] - _GRID[0]
    match world.kind:
        case "equal":
            sides = [_bump(e - b - way * size, step / 2) for way in (-1, 1)]
            density = sides[0] + sides[1]
        case "mixed":
            anywhere = ((e > 1.2) & (e < 4.8)) / 3.6
            density = 0.5 * _bump(e - a, 0.3) + 0.3 * _bump(e - b, 0.3) + 0.2 * anywhere
        case "one-sided" | "one side":
            density = _bump(e - b - size, 0.35)
        case "skewed":
            beyond = e - b + 0.4
            density = np.where(beyond >= -step / 2, np.exp(-np.maximum(beyond, 0) / 0.6), 0.0)
        case "four":
            density = _bump(e - 4, 0.15)
        case "near":
            far = np.abs(e - b)
            density = ((far > 0.8 - step / 2) & (far < 1.2 + step / 2)).astype(float)
        case _:
            density = np.ones_like(e)
    return np.broadcast_to(density, (len(_GRID),) * 3) + 1e-12


def _bump(distance: Floats, deviation: float) -> Floats:
    return np.asarray(np.exp(-((distance / deviation) ** 2) / 2) / deviation / 2.5066)

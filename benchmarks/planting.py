"""Plants whose truth is known: lenses with planted views, and the people who answer for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from harmony_kit.journal.answers import ANSWER_DTYPES

__all__ = ["LENSES", "TOPICS_PER_SITE", "Planted", "World", "plant_topics", "view_shares"]

LENSES = ("it", "operations")
TOPICS_PER_SITE = 35
STATES = ("shared_view", "known_difference", "false_consensus", "false_conflict")

#: The four sets of answers of a topic, as (lens that answers, lens it is about).
SETS = ((0, 0), (1, 1), (0, 1), (1, 0))
#: own, estimate and the other's own in SETS, for the first lens looking and for the second.
LOOKING = ((0, 2, 1), (1, 3, 0))

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """What the planted plants are like.

    Attributes
    ----------
    points
        Points of the scale.
    margin
        How far the lowest and highest planted mean stay from the ends, as a share of the scale:
        0 spreads the means over all of it.
    spread
        Lowest and highest standard deviation within a lens, in points of a 5-point scale. From
        strong to weak agreement: rwg between 0.9 and 0.4 (LeBreton & Senter 2008).
    style
        Share of a lens's variance that is the person's habit of answering high or low, the same
        in all of that person's answers.
    camps
        Share of the sets of answers in which the lens is split into two camps.
    heads
        People in each lens; None plants large lenses and tells the measures no head count.
    """

    points: int = 5
    margin: float = 0.005
    spread: tuple[float, float] = (0.5, 1.1)
    style: float = 0.15
    camps: float = 0.0
    heads: int | None = None

    @property
    def unit(self) -> float:
        """One point of a 5-point scale, in points of this one; also the default tolerance."""
        return (self.points - 1) / 4


@dataclass(frozen=True)
class Planted:
    """Planted plants: what people answered, and what their lenses really think.

    `ratings` holds the answers by set (see `SETS`), shape (topics, people). `truth` has a row
    per site, item and lens, as `measure_topics` has, with ``own, estimate, other_own,
    misreading, state, is_understood``.
    """

    answers: pd.DataFrame
    items: pd.DataFrame
    headcounts: pd.DataFrame
    truth: pd.DataFrame
    ratings: tuple[Ints, ...]


def plant_topics(n_topics: int, sizes: tuple[int, int], *, world: World, seed: int) -> Planted:
    """Plant topics on sites of `TOPICS_PER_SITE` and interview `sizes` people per lens.

    Each topic has four views: each lens's own and each lens's estimate of the other, every one
    with a mean of its own drawn evenly over the scale and a spread of its own. `n_topics` is
    rounded up to whole sites. The same seed plants the same.
    """
    random = np.random.default_rng(seed)
    n_sites = -(-n_topics // TOPICS_PER_SITE)
    n = n_sites * TOPICS_PER_SITE
    views = [_plant_views(n, world, random) for _ in SETS]
    heads = [max(world.heads or 0, size) for size in sizes]
    habits = [np.repeat(random.normal(size=(n_sites, h)), TOPICS_PER_SITE, axis=0) for h in heads]
    everyone = [
        _answer(view, habits[lens], world, random)
        for view, (lens, _) in zip(views, SETS, strict=True)
    ]
    scores = np.arange(1, world.points + 1)
    means = [view @ scores for view in views]
    if world.heads:
        means = [ratings.mean(axis=1) for ratings in everyone]
    ratings = tuple(r[:, : sizes[lens]] for r, (lens, _) in zip(everyone, SETS, strict=True))
    topics = pd.DataFrame(
        {
            "site": [f"site-{i // TOPICS_PER_SITE:04d}" for i in range(n)],
            "item": [f"part{i % 5}.topic{i:02d}" for i in range(TOPICS_PER_SITE)] * n_sites,
        }
    )
    return Planted(
        _frame_answers(topics, ratings),
        _frame_items(world),
        _frame_headcounts(topics, heads if world.heads else [None, None]),
        _frame_truth(topics, means, world),
        ratings,
    )


def view_shares(means: Floats, spreads: Floats, points: int) -> Floats:
    """Share of a lens at each point: a discretised normal with exactly these means."""
    scores = np.arange(1, points + 1)
    low, high = np.full(means.shape, -40.0 * points), np.full(means.shape, 41.0 * points)
    for _ in range(80):
        centre = (low + high) / 2
        distance = (scores - centre[:, None]) / spreads[:, None]
        heights = -(distance**2) / 2
        shares = np.exp(heights - heights.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        is_low = shares @ scores < means
        low, high = np.where(is_low, centre, low), np.where(is_low, high, centre)
    return shares


def _plant_views(n: int, world: World, random: np.random.Generator) -> Floats:
    width = world.points - 1
    means = 1 + width * random.uniform(world.margin, 1 - world.margin, n)
    spreads = world.unit * random.uniform(*world.spread, n)
    views = view_shares(means, spreads, world.points)
    is_split = random.random(n) < world.camps
    low = 1 + width * random.uniform(0.02, 0.3, n)
    high = 1 + width * random.uniform(0.7, 0.98, n)
    part = random.uniform(0.25, 0.75, n)[:, None]
    narrow = np.full(n, 0.5 * world.unit)
    camps = part * view_shares(low, narrow, world.points)
    camps += (1 - part) * view_shares(high, narrow, world.points)
    return np.where(is_split[:, None], camps, views)


def _answer(view: Floats, habit: Floats, world: World, random: np.random.Generator) -> Ints:
    """One rating per person: the habit decides part of where in the view a person stands."""
    own = random.normal(size=habit.shape)
    place = ndtr(np.sqrt(world.style) * habit + np.sqrt(1 - world.style) * own)
    edges = np.cumsum(view, axis=1)[:, None, :-1]
    return 1 + (place[:, :, None] > edges).sum(axis=2)


def _frame_answers(topics: pd.DataFrame, ratings: tuple[Ints, ...]) -> pd.DataFrame:
    frames = []
    for values, (lens, about) in zip(ratings, SETS, strict=True):
        n = values.shape[1]
        rows = topics.loc[topics.index.repeat(n)].reset_index(drop=True)
        person = pd.Series(np.tile(np.arange(n), len(topics))).astype("str")
        rows["respondent"] = rows["site"] + f"-{LENSES[lens]}-" + person
        rows["lens"], rows["about"], rows["value"] = LENSES[lens], LENSES[about], values.ravel()
        frames.append(rows)
    frame = pd.concat(frames, ignore_index=True)
    frame["wave"], frame["status"], frame["quotable"] = "1", "answered", False
    frame["answered_at"] = pd.Timestamp("2026-06-01", tz="UTC")
    frame["chosen"] = pd.Series([None] * len(frame), dtype="object")
    return frame.reindex(columns=list(ANSWER_DTYPES)).astype(ANSWER_DTYPES)


def _frame_items(world: World) -> pd.DataFrame:
    rows = [
        {"item": f"part{i % 5}.topic{i:02d}", "dimension": f"part{i % 5}", "kind": "rating"}
        for i in range(TOPICS_PER_SITE)
    ]
    frame = pd.DataFrame(rows).assign(mirrored=True, per=None, group=None, points=world.points)
    return frame.assign(k=pd.NA, options=[()] * len(rows)).astype({"points": "Int64", "k": "Int64"})


def _frame_headcounts(topics: pd.DataFrame, heads: list[int] | list[None]) -> pd.DataFrame:
    rows = [
        {"site": site, "lens": lens, "headcount": n}
        for site in topics["site"].unique()
        for lens, n in zip(LENSES, heads, strict=True)
    ]
    return pd.DataFrame(rows).astype({"site": "str", "lens": "str", "headcount": "Int64"})


def _frame_truth(topics: pd.DataFrame, means: list[Floats], world: World) -> pd.DataFrame:
    sides = []
    for side, (own, estimate, other) in enumerate(LOOKING):
        rows = topics.assign(lens=LENSES[side], own=means[own], estimate=means[estimate])
        rows["other_own"] = means[other]
        rows["misreading"] = rows["estimate"] - rows["other_own"]
        rows["is_understood"] = rows["misreading"].abs() <= world.unit + 1e-9
        is_close = (rows["own"] - rows["other_own"]).abs() <= world.unit + 1e-9
        seems_close = (rows["own"] - rows["estimate"]).abs() <= world.unit + 1e-9
        rows["state"] = np.select(
            [is_close & seems_close, ~is_close & ~seems_close, ~is_close],
            STATES[:3],
            default=STATES[3],
        )
        sides.append(rows)
    return pd.concat(sides).sort_index(kind="stable").reset_index(drop=True)

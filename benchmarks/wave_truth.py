"""What two waves of one plant, and a census asked again, are said to show, and what is true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from planting import LOOKING
from worlds import (
    Asked,
    People,
    World,
    ask,
    find_truth,
    head_counts,
    make_frames,
    make_plant,
    move_plant,
)

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.changes import measure_changes
from harmony_kit.measures.claims import STATES, grade_claims
from harmony_kit.measures.coorientation import measure_topics
from harmony_kit.measures.readings import find_states
from harmony_kit.measures.transitions import measure_transitions
from harmony_kit.measures.understood_changes import measure_understood_changes
from harmony_kit.measures.wave_pairs import draw_successive

__all__ = ["judge_census", "judge_more_people", "judge_waves"]

SETTINGS = Settings()


@dataclass(frozen=True)
class Waves:
    """Answers of two waves, items, the truth of each wave, and what was asked in each."""

    answers: pd.DataFrame
    items: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame
    asked: tuple[list[Asked], list[Asked]]


def plant_waves(
    world: World, sites: int, *, same: bool, seed: int, sizes: tuple[int, int] = (6, 6)
) -> Waves:
    """Two waves with the same people or others; `sizes` per lens, first and then."""
    random = np.random.default_rng(seed)
    waves: tuple[list[Asked], list[Asked]] = ([], [])
    for _ in range(sites):
        plant = make_plant(world, random)
        moved = move_plant(plant, world, random)
        n, most = plant.means.shape[1], (max(sizes), max(sizes))
        people = People.of(n, most, random)
        others = people if same else People.of(n, most, random)
        waves[0].append(ask(plant, world, people, (sizes[0], sizes[0]), random))
        waves[1].append(ask(moved, world, others, (sizes[1], sizes[1]), random))
    frames = []
    for wave, asked in zip("12", waves, strict=True):
        answers, items, _ = make_frames(asked, world.points, None, wave)
        if wave == "2" and not same:
            answers["respondent"] += "-new"
        frames.append(answers)
    truth = [
        pd.concat([find_truth(one.truth, world.points) for one in asked], ignore_index=True)
        for asked in waves
    ]
    return Waves(pd.concat(frames, ignore_index=True), items, *truth, waves)


def judge_waves(sites: int, seed: int) -> list[str]:
    """Print the table of two waves; the bars that were missed."""
    missed = []
    print(
        f"\n{'two waves, 6 per lens':44}"
        + "".join(
            f"{name:>8}" for name in ("moves", "right", "power", "states", "right", "true", "told")
        )
    )
    for kind in ("mixed", "scattered"):
        for share, same in ((0.0, True), (0.0, False), (0.2, True), (0.2, False)):
            world = World(kind, moved=share)
            found = judge_pair(world, sites, same=same, seed=seed)
            name = f"{kind}, {'1 point on a fifth' if share else 'nothing changed'}, "
            name += "same people" if same else "other people"
            print(f"{name:44}" + "".join(f"{found[key]:8.2f}" for key in found), flush=True)
            if not share and found["moves"] > 0.3:
                missed.append(f"{name}: {found['moves']:.2f} moves claimed per report")
            if share and same and found["power"] < 0.40:
                missed.append(f"{name}: power {found['power']:.2f}")
            if share and found["right"] < 0.90:
                missed.append(f"{name}: moves right {found['right']:.2f}")
    return missed


def judge_more_people(sites: int, seed: int) -> list[str]:
    """Ask the same plants with 4 people and then with 12; print what the shares are told to do."""
    missed = []
    print(f"\n{'nothing changed, 4 people and then 12':44}{'apart':>8}{'claimed':>8}")
    for kind in ("mixed", "scattered"):
        waves = plant_waves(World(kind), sites, same=True, seed=seed, sizes=(4, 12))
        drawn = draw_successive(waves.answers, waves.items, settings=SETTINGS)
        found = measure_understood_changes(drawn)
        apart = abs((found["after"] - found["before"]).mean())
        is_move = (found["claim"] == "claimed") & (found["direction"] != "steady")
        print(f"{kind:44}{apart:8.3f}{is_move.mean():8.2f}", flush=True)
        if apart > 0.03 or is_move.mean() > 0.05:
            missed.append(f"{kind}, 4 and then 12: {apart:.3f} apart, {is_move.mean():.2f} claimed")
    return missed


def judge_pair(world: World, sites: int, *, same: bool, seed: int) -> dict[str, float]:
    """Moves claimed per report, how many are right, power for one point, changes of state."""
    waves = plant_waves(world, sites, same=same, seed=seed)
    before, after = waves.before, waves.after
    drawn = draw_successive(waves.answers, waves.items, settings=SETTINGS)
    changes = measure_changes(drawn)
    true = pd.concat(
        [_true_change(before, after, name) for name in ("own", "estimate", "misreading")]
    )
    true = true.sort_index(kind="stable").to_numpy()
    is_claimed = (changes["claim"] == "claimed") & changes["direction"].isin(["rose", "fell"])
    way = changes["direction"].map({"rose": 1, "fell": -1, "steady": 0}).to_numpy()
    is_right = (way * true > 0.3)[is_claimed]
    is_view = (changes["quantity"] != "misreading").to_numpy()
    big = (np.abs(true) >= 0.9) & is_view
    states = measure_transitions(drawn)
    said = (
        (states["claim"] == "claimed") & (states["from_state"] != states["to_state"])
    ).to_numpy()
    names = [
        states[column].map({s: i for i, s in enumerate(STATES)})
        for column in ("from_state", "to_state")
    ]
    was, now = before["state"].to_numpy(), after["state"].to_numpy()
    hit = ((names[0].to_numpy() == was) & (names[1].to_numpy() == now))[said]
    return {
        "moves": is_claimed.sum() / sites,
        "right": is_right.mean() if len(is_right) else np.nan,
        "power": is_claimed[big].mean() if big.any() else np.nan,
        "states": said.sum() / sites,
        "states_right": hit.mean() if len(hit) else np.nan,
        "true": (was != now).sum() / sites,
        "told": np.mean(
            [_tell_states(*pair, world, same=same) for pair in zip(*waves.asked, strict=True)]
        ),
    }


def _tell_states(before: Asked, after: Asked, world: World, *, same: bool) -> int:
    """Changes of state claimed by a reader told how far each mean moved, and the spreads.

    Nothing else is left to be known of a change than where the line between the states lies.
    """
    random = np.random.default_rng(0)
    moved = (after.truth - before.truth)[:, :, None]
    level = [np.stack([part.mean(axis=1) for part in one.ratings]) for one in (before, after)]
    again = world.reliability if same else 0.0
    variance = float(np.mean(np.square(world.spread))) / len(before.ratings[0][0]) * (1 + again) / 2
    middle = (level[0] + level[1])[:, :, None] / 2 - 1
    middle = middle + np.sqrt(variance) * random.normal(size=(*level[0].shape, 1000))
    surest = []
    for looks in LOOKING:
        was, now = (
            find_states(np.clip(middle + by, 0, 4)[list(looks)], 1.0)
            for by in (-moved / 2, moved / 2)
        )
        pairs = [
            ((was == a) & (now == b)).mean(axis=1) for a in range(4) for b in range(4) if a != b
        ]
        surest.append(np.max(pairs, axis=0))
    p = pd.Series(np.concatenate(surest))
    return int(
        (grade_claims(p, pd.DataFrame({"site": ["site"] * len(p)}), SETTINGS) == "claimed").sum()
    )


def _true_change(before: pd.DataFrame, after: pd.DataFrame, name: str) -> pd.Series:
    was, now = before[name], after[name]
    return now.abs() - was.abs() if name == "misreading" else now - was


def judge_census(sites: int, seed: int) -> list[str]:
    """Ask everybody of small lenses twice, and print how many claimed states come back."""
    missed = []
    print(f"\n{'census asked again, reliability 0.7':40}{'claimed':>8}{'return':>8}{'true':>8}")
    for n in (6, 12):
        world, random = World("mixed", heads=0), np.random.default_rng(seed)
        twice: list[list[object]] = [[], []]
        for _ in range(sites):
            plant = make_plant(world, random)
            people = People.of(plant.means.shape[1], (n, n), random)
            for asked in twice:
                asked.append(ask(plant, world, people, (n, n), random))
        topics = []
        for asked in twice:
            answers, items, counts = make_frames(asked, 5, head_counts(world, (n, n)))
            topics.append(measure_topics(answers, items, settings=SETTINGS, headcounts=counts))
        is_claimed = (topics[0]["claim"] == "claimed").to_numpy()
        back = (topics[0]["state"] == topics[1]["state"])[is_claimed].mean()
        truth = pd.concat([find_truth(one.truth, 5) for one in twice[0]], ignore_index=True)
        code = topics[0]["state"].map({s: i for i, s in enumerate(STATES)}).to_numpy()
        right = (code == truth["state"].to_numpy())[is_claimed].mean()
        print(f"{n:2} of {n:2}{'':32}{is_claimed.mean():8.2f}{back:8.2f}{right:8.2f}", flush=True)
        if back < 0.85:
            missed.append(f"census of {n}: {back:.2f} of the claimed states return")
    return missed

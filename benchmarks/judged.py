"""What was measured beside what is true: the numbers of one row of `truth`."""

from __future__ import annotations

import numpy as np
import pandas as pd
from former import Former, judge_former
from oracle import tell
from planting import LOOKING
from worlds import WORLDS, Asked, World

from harmony_kit.measures.accuracy import Hits, read_accuracy
from harmony_kit.measures.claims import STATES
from harmony_kit.measures.coorientation import Coorientation
from harmony_kit.measures.looks import Looks

__all__ = [
    "judge_before",
    "judge_claims",
    "judge_parts",
    "judge_promise",
    "judge_share",
    "judge_told",
]

#: A reader told of the world takes his time: so many plants of a row are shown to him.
TOLD_PLANTS = 12


def headlines(found: Coorientation) -> pd.DataFrame:
    frame = found.understanding
    return frame[frame["dimension"] == "all"].reset_index(drop=True)


def judge_share(found: Coorientation, truth: pd.DataFrame) -> dict[str, float]:
    rows = headlines(found)
    side = np.arange(len(truth)) % 2
    site = found.topics["site"].to_numpy()
    true = truth["is_understood"].groupby([site, side]).mean().to_numpy()
    printed = rows["share"].to_numpy()
    held = (true >= rows["low"] - 1e-9) & (true <= rows["high"] + 1e-9)
    is_claimed = (rows["claim"] == "claimed").to_numpy()
    knows = is_claimed & (rows["pattern"] == "reads_well").to_numpy()
    surprises = is_claimed & ~knows
    said = knows.sum() + surprises.sum()
    is_right = (knows & (true > 0.5)).sum() + (surprises & (true < 0.5)).sum()
    return {
        "true": true.mean(),
        "share": printed.mean(),
        "bias": (printed - true).mean(),
        "bias_error": float(np.std(printed - true) / np.sqrt(len(true))),
        "n": len(true),
        "held": held.mean(),
        "width": (rows["high"] - rows["low"]).mean(),
        "knows": said / len(rows),
        "knows_right": is_right / said if said else np.nan,
        "knows_n": said,
    }


def judge_claims(topics: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    state = topics["state"].map({name: i for i, name in enumerate(STATES)}).to_numpy()
    is_claimed = (topics["claim"] == "claimed").to_numpy()
    is_right = (state == truth["state"].to_numpy())[is_claimed]
    low, high = topics["misreading_low"], topics["misreading_high"]
    misreading = truth["misreading"].between(low - 1e-6, high + 1e-6)
    return {
        "claimed": is_claimed.mean(),
        "claims": is_claimed.sum(),
        "right": is_right.mean() if is_claimed.any() else np.nan,
        "misreading": misreading.mean(),
    }


def judge_promise(found: Coorientation, truth: pd.DataFrame) -> dict[str, float]:
    """Share of reports in which at most one claim in ten is wrong, claims of all kinds together."""
    topics, rows = found.topics, found.understanding
    code = topics["state"].map({name: i for i, name in enumerate(STATES)}).to_numpy()
    states = topics.assign(is_right=code == truth["state"].to_numpy())
    key = ["site", "lens", "dimension"]
    known = topics[key].assign(share=truth["is_understood"].to_numpy().astype(float))
    known = pd.concat([known, known.assign(dimension="all")])
    share = rows.merge(known.groupby(key, as_index=False).mean(), on=key, suffixes=("_told", ""))
    is_well = (share["pattern"] == "reads_well").to_numpy()
    is_right = np.where(is_well, share["share"] >= 0.5, share["share"] <= 0.5)
    every = pd.concat([states, share.assign(is_right=is_right)])
    wrong = 1 - every[every["claim"] == "claimed"].groupby("site")["is_right"].mean()
    keeps = float((wrong <= 0.10).mean()) if len(wrong) else np.nan
    return {"keeps": keeps, "reports": len(wrong)}


def judge_parts(found: Coorientation, asked: list[Asked], points: int) -> dict[str, float]:
    rows, unit = headlines(found), (points - 1) / 4
    true = []
    for one in asked:
        views = ((one.truth - 1) / unit)[:, :, None]
        is_same = np.abs(views[0] - views[1]) <= 1 + 1e-9
        looks = [Looks.of(views[list(look)], is_same, 1 + 1e-9) for look in LOOKING]
        true += [read_accuracy(look, Hits.of(look)) for look in looks]
    known = pd.DataFrame(true)
    parts = {
        part: ((known[part] >= rows[f"{part}_low"]) & (known[part] <= rows[f"{part}_high"])).mean()
        for part in ("level", "profile", "projection")
    }
    return parts | {"true_profile": known["profile"].mean()}


def judge_before(
    asked: list[Asked], truth: pd.DataFrame, points: int, seed: int
) -> dict[str, float]:
    random = np.random.default_rng(seed)
    shares, held, claimed, right = [], [], [], []
    for one, (_, true) in zip(
        asked, truth.groupby(np.arange(len(truth)) // (2 * len(asked[0].truth[0]))), strict=True
    ):
        was = Former(one.ratings, points, random)
        is_claimed = judge_former(was.states)
        claimed.append(is_claimed)
        right.append((was.states.argmax(axis=1) == true["state"].to_numpy())[is_claimed])
        for side in (0, 1):
            share = true["is_understood"].to_numpy()[side::2].mean()
            shares.append(was.share[side] - share)
            held.append(was.low[side] - 1e-9 <= share <= was.high[side] + 1e-9)
    every = np.concatenate(right)
    return {
        "was_bias": float(np.mean(shares)),
        "was_held": float(np.mean(held)),
        "was_claimed": float(np.mean(np.concatenate(claimed))),
        "was_right": float(every.mean()) if len(every) else np.nan,
    }


def judge_told(asked: list[Asked], truth: pd.DataFrame, world: World) -> dict[str, float]:
    """What a reader told of the world makes of the same answers; nothing where nobody knows it."""
    names = ("bias", "held", "claimed", "right", "knows", "knows_right")
    if world.kind not in {one.kind for one in WORLDS.values()}:
        return {f"told_{name}": np.nan for name in names}
    asked = asked[:TOLD_PLANTS]
    told = [tell(one, world) for one in asked]
    truth = truth[: len(asked) * 2 * len(asked[0].truth[0])]
    is_claimed = np.concatenate([one.is_claimed for one in told])
    is_right = np.concatenate([one.state for one in told]) == truth["state"].to_numpy()
    understood = truth["is_understood"].to_numpy().reshape(len(asked), -1, 2)
    true = understood.mean(axis=1)
    share, low, high, verdict = (
        np.stack([getattr(one, name) for one in told])
        for name in ("share", "low", "high", "verdict")
    )
    held = (low - 1e-9 <= true) & (true <= high + 1e-9)
    is_said = verdict != 0
    hit = np.where(verdict > 0, true > 0.5, true < 0.5)[is_said]
    values = (
        (share - true).mean(),
        held.mean(),
        is_claimed.mean(),
        is_right[is_claimed].mean() if is_claimed.any() else np.nan,
        is_said.mean(),
        hit.mean() if is_said.any() else np.nan,
    )
    return {f"told_{name}": float(value) for name, value in zip(names, values, strict=True)}

"""How much is wrong of all that one report claims, of whatever kind.

Plants whole plants: both sides of a hundred people answer the whole instrument, a few of them are
heard. What is true is what the same measures say of everybody.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from planting import LENSES, SETS
from worlds import WORLDS, People, World, ask, make_plant

from harmony_kit.engagement.evidence_files import read_evidence
from harmony_kit.engagement.settings import Settings
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.answers import ANSWER_DTYPES, type_frame
from harmony_kit.measures.measuring import Basis, Measured, measure_everything

__all__ = ["judge_whole_reports"]

SETTINGS = Settings()
ITEMS: Final = load_instrument(find_instrument("it-operations")).items_frame()
EVERYBODY: Final = 100
#: Pilots and decisions of a plant.
SUBJECTS: Final = {"pilot": ("p1", "p2"), "decision": ("d1", "d2")}
SIZES: Final = (4, 6, 8, 12)
WHOLE_WORLDS: Final = (
    "mixed",
    "spread over the scale",
    "everybody says 4",
    "one-sided 1.0, habits 0.35",
    "wide lenses",
)
#: What each kind of claim says, and of what.
KINDS: Final = {
    "topics": ("state", ["item", "subject", "lens"]),
    "understanding": ("pattern", ["lens", "dimension"]),
    "rank": ("state", ["item", "lens"]),
    "words": ("state", ["item", "lens"]),
    "ownership": ("pattern", ["item"]),
    "drift": ("is_most", ["lens", "holder"]),
    "pilots": ("quadrant", ["subject", "lens"]),
    "readiness": ("verdict", ["subject", "lens"]),
    "signatures": ("is_present", ["signature", "subject"]),
}
_DAY: Final = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def plant_everybody(site: str, world: World, random: np.random.Generator) -> pd.DataFrame:
    """Everything everybody at a plant answers; people are numbered."""
    frames = [*_rate(world, random), *_choose(random)]
    frame = pd.concat(frames, ignore_index=True).assign(
        site=site, wave="1", status="answered", quotable=False, answered_at=_DAY
    )
    frame["respondent"] = frame["lens"] + "-" + frame["person"].astype(str)
    return frame


def _rate(world: World, random: np.random.Generator) -> Iterator[pd.DataFrame]:
    asked = ITEMS[ITEMS["kind"] == "rating"]
    topics = [
        (row.item, subject, row.mirrored)
        for row in asked.itertuples()
        for subject in SUBJECTS.get(row.per, (None,))
    ]
    people = People.of(len(topics), (EVERYBODY, EVERYBODY), random)
    plant = make_plant(world, random, len(topics))
    said = ask(plant, world, people, (EVERYBODY, EVERYBODY), random).ratings
    for values, (lens, about) in zip(said, SETS, strict=True):
        kept = [i for i, (_, _, mirrored) in enumerate(topics) if mirrored or lens == about]
        frame = pd.DataFrame([topics[i][:2] for i in kept], columns=["item", "subject"])
        frame = frame.loc[frame.index.repeat(EVERYBODY)].reset_index(drop=True)
        frame["person"] = np.tile(np.arange(EVERYBODY), len(kept))
        yield frame.assign(value=values[kept].ravel(), lens=LENSES[lens], about=LENSES[about])


def _choose(random: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Half of the questions are seen alike; half of the expectations are right."""
    for row in ITEMS[ITEMS["kind"].isin(("rank", "words", "choice"))].itertuples():
        n = len(row.options)
        own = random.dirichlet([0.5] * n, 2)
        if random.random() < 0.5:
            own[1] = own[0]
        for lens, about in SETS if row.mirrored else SETS[:2]:
            weights = own[lens] if lens == about else _expect(own, lens, random)
            noise = random.gumbel(size=(EVERYBODY, n))
            order = np.argsort(-(np.log(weights + 1e-4) + noise), axis=1)
            count = 1 if pd.isna(row.k) else int(row.k)
            options: NDArray[np.object_] = np.array(row.options, dtype=object)
            frame = pd.DataFrame({"item": row.item, "person": np.arange(EVERYBODY)})
            frame["chosen"] = [list(options[place[:count]]) for place in order]
            yield frame.assign(lens=LENSES[lens], about=LENSES[about])


def _expect(own: NDArray[np.float64], lens: int, random: np.random.Generator) -> np.ndarray:
    turn = random.random()
    if turn < 0.8:
        return own[1 - lens] if turn < 0.5 else own[lens]
    return random.dirichlet([0.5] * own.shape[1])


def measure_plants(everybody: list[pd.DataFrame], n: int) -> Measured:
    """What is measured when the first `n` of each side are heard."""
    answers = pd.concat([one[one["person"] < n] for one in everybody], ignore_index=True)
    return measure_everything(type_frame(answers.reindex(columns=list(ANSWER_DTYPES))), _basis())


def _basis() -> Basis:
    with tempfile.TemporaryDirectory() as nothing:
        evidence = read_evidence(Path(nothing), [])
    heads = pd.DataFrame({"site": pd.Series(dtype="str"), "lens": pd.Series(dtype="str")})
    heads["headcount"] = pd.Series(dtype="Int64")
    return Basis(
        items=ITEMS,
        lenses=LENSES,
        settings=SETTINGS,
        headcounts=heads,
        as_of=_DAY.date(),
        decisions=evidence.decisions,
        pilots=evidence.pilots,
        usage=evidence.usage,
    )


def list_claims(measured: Measured, truth: Measured) -> pd.DataFrame:
    """Every claim of every report: ``site, kind, is_right``."""
    found = []
    for kind, (says, about) in KINDS.items():
        told, true = (_read(one, kind, says, about) for one in (measured, truth))
        both = told[told["claim"] == "claimed"].merge(true, on=["site", *about], how="left")
        is_right = (both["said_x"] == both["said_y"]).to_numpy()
        found.append(pd.DataFrame({"site": both["site"], "kind": kind, "is_right": is_right}))
    return pd.concat(found, ignore_index=True)


def _read(measured: Measured, kind: str, says: str, about: list[str]) -> pd.DataFrame:
    frame = measured.frames[kind]
    if kind == "drift":
        frame = frame.assign(is_most=frame["n_held"] * 2 > frame["n_duties"])
    key = ["site", *about]
    frame = frame.assign(**{name: frame[name].fillna("") for name in about}, said=frame[says])
    return frame[[*key, "said", "claim"]].drop_duplicates(key)


def judge_whole_reports(sites: int, seed: int) -> list[str]:
    """Print how many whole reports keep to one wrong claim in ten; the bar if it is missed."""
    print(
        f"\n{'whole reports, claims of every kind':44}{'n':>4}{'claims':>8}{'right':>8}{'keep':>8}"
    )
    every = []
    for name in WHOLE_WORLDS:
        world = WORLDS[name]
        random = np.random.default_rng(seed)
        everybody = [plant_everybody(f"s{i:03d}", world, random) for i in range(sites)]
        truth = measure_plants(everybody, EVERYBODY)
        for n in SIZES:
            claims = list_claims(measure_plants(everybody, n), truth)
            wrong = 1 - claims.groupby("site")["is_right"].mean()
            each = len(claims) / sites, claims["is_right"].mean(), (wrong <= 0.10).mean()
            print(f"{name:44}{n:4}{each[0]:8.1f}{each[1]:8.3f}{each[2]:8.2f}", flush=True)
            every.append(claims.assign(site=f"{name} {n} " + claims["site"]))
    together = pd.concat(every)
    for kind, of_kind in together.groupby("kind", sort=False)["is_right"]:
        print(f"  {kind:42}{'':4}{len(of_kind):8}{of_kind.mean():8.3f}")
    keeps = (1 - together.groupby("site")["is_right"].mean() <= 0.10).mean()
    print(f"whole reports with at most one claim in ten wrong: {keeps:.2f}")
    return [] if keeps >= 0.75 else [f"whole reports that keep the promise: {keeps:.2f}"]

"""Are the reports right? Plant views in many worlds, interview a few people, measure, compare.

    python benchmarks/truth.py [--quick] [--sites N] [--seed S] [--only WORLD]

Prints per world and number of people per lens: the true share understood, how far the printed
share lies from it on average (bias) and how often its 80 % interval holds it, the same for the
former method (every topic on its own), the share of topics claimed and how many of these claims
are right (both methods), how often "knows most" or "would surprise" is claimed and right, and how
often the 80 % intervals of misreadings, level, profile and projection hold the truth; last, what
a reader told how the plants of this world are made would print and claim (`oracle`). Then what
two waves and a census asked again say, and of how many whole reports, claims of every kind counted,
at most one in ten is wrong. Exits with 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
from judged import (
    judge_before,
    judge_claims,
    judge_parts,
    judge_promise,
    judge_share,
    judge_told,
)
from wave_truth import judge_census, judge_more_people, judge_waves
from whole_truth import judge_whole_reports
from worlds import (
    WORLDS,
    Asked,
    People,
    World,
    ask,
    find_truth,
    head_counts,
    make_frames,
    make_plant,
    sample_bfi,
)

from harmony_kit.engagement.settings import Settings
from harmony_kit.measures.coorientation import measure_coorientation

SIZES = ((3, 3), (4, 4), (6, 6), (8, 8), (12, 12), (4, 12))
QUICK_SIZES = ((4, 4), (12, 12))
#: Worlds in which fewer claims need to be right.
HARD = ("wide lenses", "wide lenses, mixed", "near the tolerance")
SETTINGS = Settings()


@dataclass(frozen=True)
class WorldRow:
    """What was found in one world with one number of people."""

    world: str
    sizes: tuple[int, int]
    found: dict[str, float]


def seed_of(*parts: object) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(repr(parts).encode()))


def interview(name: str, sizes: tuple[int, int], n_sites: int, seed: int) -> list[Asked]:
    """The same plants and people whatever `sizes`, as far as they go."""
    asked = []
    for site in range(n_sites):
        if name == "bfi":
            asked.append(sample_bfi(sizes, seed_of(seed, name, site, sizes)))
            continue
        world = WORLDS[name]
        plant = make_plant(world, seed_of(seed, name, site))
        n = head_counts(world, sizes) if world.heads is not None else (12, 12)
        people = People.of(plant.means.shape[1], n, seed_of(seed, name, site, "people"))
        asked.append(ask(plant, world, people, sizes, seed_of(seed, name, site, sizes)))
    return asked


def judge_world(name: str, sizes: tuple[int, int], n_sites: int, seed: int) -> WorldRow:
    """Everything about one row."""
    world = World("bfi", points=6) if name == "bfi" else WORLDS[name]
    asked = interview(name, sizes, n_sites, seed)
    heads = head_counts(world, sizes) if world.heads is not None else None
    answers, items, counts = make_frames(asked, world.points, heads)
    start = time.process_time()
    found = measure_coorientation(answers, items, settings=SETTINGS, headcounts=counts)
    taken = (time.process_time() - start) / n_sites
    truth = pd.concat([find_truth(one.truth, world.points) for one in asked], ignore_index=True)
    values = judge_share(found, truth) | judge_claims(found.topics, truth)
    values |= judge_promise(found, truth)
    values |= judge_parts(found, asked, world.points) | {"ms": taken * 1000}
    values |= judge_before(asked, truth, world.points, seed)
    values |= judge_told(asked, truth, world)
    return WorldRow(name, sizes, values)


def miss_bars(row: WorldRow) -> list[str]:
    """The bars of one row that are missed by more than chance would (1.64 standard errors)."""
    v, least = row.found, min(row.sizes)
    few = least == 3
    n = v["n"]
    bars = [
        ("held", 0.70 if few else 0.75, 1.0 if v["true"] in (0.0, 1.0) else 0.90, n),
        ("bias", -0.06 if few else -0.03, 0.06 if few else 0.03, 0),
        ("right", 0.90 if row.world in HARD else 0.92, 1.0, v["claims"]),
        ("knows_right", 0.90, 1.0, v["knows_n"]),
        ("level", 0.75, 0.88, n),
        ("projection", 0.75, 0.88, n),
    ]
    if v["true_profile"] < 0.99:  # where it is perfect no interval of draws reaches it
        bars.append(("profile", 0.75, 0.88, n))
    if row.world == "spread over the scale" and least >= 6:
        bars.append(("claimed", v["was_claimed"], 1.0, 0))
    missed = []
    for name, low, high, cases in bars:
        slack = 1.64 * v["bias_error"] if name == "bias" else 0.0
        slack = 1.64 * np.sqrt(0.25 * 0.5 / cases) if cases else slack
        if v[name] < low - slack or v[name] > high + slack:
            text = f"{row.world} {row.sizes}: {name} is {v[name]:.3f}"
            missed.append(f"{text}, not within {low:.2f} to {high:.2f}")
    return missed


def format_row(row: WorldRow) -> str:
    v = row.found
    told = (
        f" |{v['told_bias']:+7.3f}{v['told_held']:6.2f}{v['told_claimed']:6.2f}"
        f"{v['told_right']:6.3f}{v['told_knows']:6.2f}{v['told_knows_right']:6.2f}"
    )
    numbers = (
        f"{v['true']:6.2f}{v['bias']:+7.3f}{v['held']:6.2f}{v['width']:6.2f} |"
        f"{v['was_bias']:+7.3f}{v['was_held']:6.2f} |{v['claimed']:6.2f}{v['right']:6.3f}"
        f"{v['keeps']:6.2f} |{v['was_claimed']:6.2f}{v['was_right']:6.3f} |{v['knows']:6.2f}"
        f"{v['knows_right']:6.2f} |{v['misreading']:6.2f}{v['level']:6.2f}{v['profile']:6.2f}"
        f"{v['projection']:6.2f}{v['ms']:5.0f}"
    )
    return f"{row.world:27}{row.sizes[0]:3}{row.sizes[1]:3}{numbers}{told}"


HEADER = (
    f"{'world':27}{'n':>6}{'true':>6}{'bias':>7}{'held':>6}{'width':>6} |{'was':>7}{'held':>6} |"
    f"{'claim':>6}{'right':>6}{'keeps':>6} |{'was':>6}{'right':>6} |{'knows':>6}{'right':>6} |"
    f"{'misr.':>6}{'level':>6}{'prof.':>6}{'proj.':>6}{'ms':>5} |{'told':>7}{'held':>6}"
    f"{'claim':>6}{'right':>6}{'knows':>6}{'right':>6}"
)


def judge_worlds(
    names: list[str], sizes: tuple[tuple[int, int], ...], sites: int, seed: int
) -> list[str]:
    missed, kept = [], []
    print(HEADER)
    for name in names:
        rows = [judge_world(name, size, sites, seed) for size in sizes]
        for row in rows:
            print(format_row(row), flush=True)
            missed += miss_bars(row)
            kept.append((row.found["keeps"], row.found["reports"]))
        share = {row.sizes: row.found["share"] for row in rows}
        if {(4, 4), (12, 12)} <= share.keys():
            apart = abs(share[4, 4] - share[12, 12])
            print(f"{'':27}asked with 4 and with 12: {apart:.3f} apart")
            if apart > 0.03:
                missed.append(f"{name}: with 4 and with 12 people {apart:.3f} apart")
    keeps, reports = np.array(kept).T
    share = np.nansum(keeps * reports) / max(reports.sum(), 1)
    print(f"reports with claims: {reports.sum():.0f}; at most one claim in ten wrong: {share:.2f}")
    return missed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few plants, 4 and 12 people")
    parser.add_argument("--sites", type=int, default=24, help="plants per row")
    parser.add_argument("--seed", type=int, default=1, help="which plants are planted")
    parser.add_argument("--only", help="one world")
    options = parser.parse_args(arguments)
    sites = 6 if options.quick else options.sites
    sizes = QUICK_SIZES if options.quick else SIZES
    names = [options.only] if options.only else [*WORLDS, "bfi"]
    missed = judge_worlds(names, sizes, sites, options.seed)
    if not options.only:
        for judge in (judge_waves, judge_more_people, judge_census, judge_whole_reports):
            missed += judge(sites, options.seed)
    print("\n" + ("\n".join(["bars missed:", *missed]) if missed else "all bars met"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

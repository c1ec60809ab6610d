"""How long do all measures take? 100, 300 and 1,000 sites with 24 people each, in one pass.

    python benchmarks/measures.py [SITES…]

Prints seconds, microseconds per answer and the peak of memory for each number of sites, and the
seconds of each measure at the last. Seconds are those of the processor, one core, so that what
else the machine does counts as little as possible. Exits with 1 if the last (1,000 sites) takes
20 s or 2 GiB, or if its time per answer is more than 1.2 times the first's.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from harmony_kit.engagement.evidence_files import Evidence
from harmony_kit.engagement.settings import Settings
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.answers import ANSWER_DTYPES, type_frame
from harmony_kit.measures import measuring

PEOPLE = 12
TODAY = dt.date(2026, 10, 15)
MOST_SECONDS, MOST_BYTES, MOST_GROWTH = 20.0, 2 * 2**30, 1.2
SUBJECTS = {"pilot": ["p1", "p2"], "decision": ["d1", "d2"], None: [None]}
INSTRUMENT = load_instrument(find_instrument("it-operations"))
ITEMS = INSTRUMENT.items_frame()


def simulate_answers(n_sites: int) -> pd.DataFrame:
    """Answers of two lenses of twelve to everything the instrument asks, site by site."""
    draw = np.random.default_rng(n_sites)
    keys = pd.MultiIndex.from_product(
        [range(n_sites), INSTRUMENT.lens_ids, range(PEOPLE)], names=["site", "lens", "person"]
    ).to_frame(index=False)
    site = "site" + keys["site"].astype("str").str.zfill(5)
    person = site + keys["lens"] + keys["person"].astype("str")
    people = pd.DataFrame({"site": site, "wave": "1", "respondent": person, "lens": keys["lens"]})
    other = dict(zip(INSTRUMENT.lens_ids, INSTRUMENT.lens_ids[::-1], strict=True))
    parts = []
    for item in ITEMS[ITEMS["kind"] != "text"].to_dict("records"):
        per = item["per"] if isinstance(item["per"], str) else None
        for subject in SUBJECTS[per]:
            for is_estimate in (False, True) if item["mirrored"] else (False,):
                about = people["lens"].map(other) if is_estimate else people["lens"]
                where = {"item": item["item"], "subject": subject, "about": about}
                parts.append(people.assign(**where, **_answers(item, n_sites, draw)))
    frame = pd.concat(parts, ignore_index=True).assign(quotable=False, answered_at="2026-10-01")
    return type_frame(frame.reindex(columns=list(ANSWER_DTYPES)))


def _answers(item: dict[str, Any], n_sites: int, draw: np.random.Generator) -> dict[str, Any]:
    n = n_sites * 2 * PEOPLE
    if item["kind"] == "rating":
        mean = np.repeat(draw.uniform(1.5, 4.5, n_sites * 2), PEOPLE)
        felt = np.rint(draw.normal(mean, 0.8)).clip(1, item["points"])
        is_lost = draw.random(n) < 0.03
        status = np.where(is_lost, "dont_know", "answered")
        return {"status": status, "value": np.where(is_lost, np.nan, felt), "chosen": None}
    k = 1 if pd.isna(item["k"]) else int(item["k"])
    options = np.array(item["options"], dtype=object)
    liking = np.repeat(draw.gamma(0.5, size=(n_sites * 2, len(options))), PEOPLE, axis=0)
    order = np.argsort(-(draw.gumbel(size=liking.shape) + np.log(liking + 1e-9)), axis=1)[:, :k]
    return {"status": "answered", "value": None, "chosen": [list(options[row]) for row in order]}


def simulate_evidence(n_sites: int) -> Evidence:
    """Two decisions and two pilots with 16 weeks of use per site."""
    draw = np.random.default_rng(n_sites)
    sites = [f"site{i:05d}" for i in range(n_sites)]
    today = pd.Timestamp(TODAY)
    day = pd.Timedelta(days=1)
    pairs = [(site, i) for site in sites for i in (1, 2)]
    decisions = pd.DataFrame(
        {
            "site": [site for site, _ in pairs],
            "decision": [f"d{i}" for _, i in pairs],
            "title": "A decision",
            "raised_on": today - draw.integers(30, 300, len(pairs)) * day,
            "decided_on": [today - 20 * day if i == 1 else pd.NaT for _, i in pairs],
            "held_by": "joint",
            "status": ["decided" if i == 1 else "open" for _, i in pairs],
        }
    )
    pilots = pd.DataFrame(
        {
            "site": decisions["site"],
            "pilot": [f"p{i}" for _, i in pairs],
            "title": "A pilot",
            "started_on": today - 300 * day,
            "planned_end": today - draw.integers(-50, 100, len(pairs)) * day,
            "ended_on": pd.NaT,
            "scope_changes": draw.integers(0, 3, len(pairs)),
            "status": "running",
        }
    )
    usage = pilots[["site", "pilot"]].merge(
        pd.DataFrame({"week": [f"2026-W{week}" for week in range(25, 41)]}), how="cross"
    )
    n = len(usage)
    usage = usage.assign(eligible_users=30, active_users=draw.integers(5, 30, n), shown=60)
    usage = usage.assign(accepted=draw.integers(10, 40, n), overridden=draw.integers(0, 20, n))
    return Evidence(*(_typed(frame) for frame in (decisions, pilots, usage)))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    dates = [name for name in frame if str(name).endswith("_on") or name == "planned_end"]
    counts = [name for name in frame if pd.api.types.is_integer_dtype(frame[name])]
    return frame.astype(dict.fromkeys(dates, "datetime64[s]") | dict.fromkeys(counts, "Int64"))


def _watch(seconds: dict[str, float]) -> None:
    """Time every measure the package calls, by its name."""
    for name in [name for name in vars(measuring) if name.startswith(("measure_", "summarise_"))]:
        if name != "measure_everything":
            setattr(measuring, name, _timed(name, getattr(measuring, name), seconds))


def _timed(name: str, call: Callable[..., Any], seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*given: object, **options: object) -> object:
        start = time.process_time()
        result = call(*given, **options)
        seconds[name] = seconds.get(name, 0.0) + time.process_time() - start
        return result

    return timed


def run(n_sites: int) -> tuple[int, float, int, dict[str, float]]:
    """Answers, seconds, bytes at the peak and seconds by measure; in a process of its own."""
    answers, evidence = simulate_answers(n_sites), simulate_evidence(n_sites)
    heads = answers[["site", "lens"]].drop_duplicates().assign(headcount=40)
    heads["headcount"] = heads["headcount"].astype("Int64")
    basis = measuring.Basis(
        items=INSTRUMENT.items_frame(),
        lenses=INSTRUMENT.lens_ids,
        decisions=evidence.decisions,
        pilots=evidence.pilots,
        usage=evidence.usage,
        settings=Settings(),
        headcounts=heads,
        as_of=TODAY,
    )
    seconds: dict[str, float] = {}
    _watch(seconds)
    start = time.process_time()
    measuring.measure_everything(answers, basis)
    taken = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return len(answers), taken, peak, seconds


def main(arguments: list[str]) -> int:
    sizes = [int(size) for size in arguments] or [100, 300, 1000]
    os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}
    found = {}
    print(f"{'sites':>6}{'answers':>10}{'seconds':>9}{'µs/answer':>11}{'MiB':>7}")
    for size in sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            n, taken, peak, seconds = pool.apply(run, (size,))
        found[size] = taken / n, taken, peak
        print(f"{size:6}{n:10}{taken:9.2f}{1e6 * taken / n:11.2f}{peak / 2**20:7.0f}")
    for name, taken in sorted(seconds.items(), key=lambda entry: -entry[1]):
        print(f"    {name:26}{taken:7.2f} s")
    growth = found[sizes[-1]][0] / found[sizes[0]][0]
    is_good = growth <= MOST_GROWTH and found[sizes[-1]][1] < MOST_SECONDS * max(
        sizes[-1] / 1000, 1
    )
    is_good &= found[sizes[-1]][2] < MOST_BYTES
    print(f"time per answer, last against first: {growth:.2f}; {'met' if is_good else 'MISSED'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

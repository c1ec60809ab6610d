"""Are the signatures found, and only where they are? Plant them, interview a few people, compare.

    python benchmarks/signatures.py [--plants N] [--seed S]

Every part of every signature is planted present or absent by the toss of a coin, so that most
plants are counter-examples of something: one part there, another missing. What a plant's people
say and what its records show is then drawn from what was planted, 4 to 12 people per lens. A
signature is true where all its parts were planted, and found where the measure says so. Prints
precision and recall per signature; exits with 1 if either misses 0.9 over all of them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.journal.answers import type_frame
from harmony_kit.measures.agreement import measure_agreement
from harmony_kit.measures.drift import measure_drift
from harmony_kit.measures.evidence import measure_decisions, measure_pilot_progress
from harmony_kit.measures.ownership import measure_ownership
from harmony_kit.measures.pilots import measure_pilots
from harmony_kit.measures.ranking import measure_ranking
from harmony_kit.measures.readiness import measure_readiness
from harmony_kit.measures.signatures import SIGNATURES, measure_signatures
from harmony_kit.measures.usage import measure_usage

BAR = 0.9
TODAY = dt.date(2026, 10, 15)
INSTRUMENT = load_instrument(find_instrument("it-operations"))
ITEMS = INSTRUMENT.items_frame()
LENSES = INSTRUMENT.lens_ids

#: Where the mean of a lens lies that thinks high, or low, on a scale of 1 to 5.
HIGH, LOW = (3.7, 4.6), (1.4, 2.3)

#: How far single people and single items of a scorecard lie from it.
SPREAD, ITEM_SPREAD = 0.8, 0.2

Truth = set[tuple[str, str, str]]


@dataclass
class Plant:
    """What was planted at one site, what it says and shows, and which signatures are true."""

    site: str
    draw: np.random.Generator
    rows: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    pilots: list[dict[str, Any]] = field(default_factory=list)
    usage: list[dict[str, Any]] = field(default_factory=list)
    truth: Truth = field(default_factory=set)
    people: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {lens: int(self.draw.integers(4, 13)) for lens in LENSES}

    def toss(self) -> bool:
        """Heads or tails."""
        return bool(self.draw.random() < 0.5)

    def plant(self, signature: str, *parts: bool, subject: str = "") -> None:
        """The signature is true if all of its parts were planted."""
        if all(parts):
            self.truth.add((self.site, signature, subject))

    def say(self, lens: str, item: str, answers: list[Any], subject: str | None = None) -> None:
        """One answer per person of a lens."""
        for person, answer in enumerate(answers):
            self.rows.append(
                {
                    "site": self.site,
                    "wave": "1",
                    "respondent": f"{self.site}-{lens}-{person}",
                    "lens": lens,
                    "item": item,
                    "subject": subject,
                    "about": lens,
                    "status": "answered",
                    "value": answer if isinstance(answer, int) else None,
                    "chosen": answer if isinstance(answer, list) else None,
                    "quotable": False,
                    "answered_at": "2026-10-01T08:00:00Z",
                }
            )

    def rate(self, lens: str, group: str, *, is_high: bool, subject: str | None = None) -> None:
        """Every rating of a group, from people who mostly think high or low."""
        mean = self.draw.uniform(*(HIGH if is_high else LOW))
        temper = self.draw.normal(0, 0.4, self.people[lens])
        noise = np.sqrt(SPREAD**2 - 0.4**2)
        for item in ITEMS.loc[ITEMS["group"] == group, "item"]:
            centre = mean + self.draw.normal(0, ITEM_SPREAD)
            felt = centre + temper + self.draw.normal(0, noise, self.people[lens])
            self.say(lens, item, [int(v) for v in np.clip(np.rint(felt), 1, 5)], subject)

    def name_owner(self, lens: str, item: str, owner: str) -> None:
        """Three of four people name this owner, the others anybody."""
        options = ITEMS.set_index("item").loc[item, "options"]
        shares = [0.75 if option == owner else 0.25 / (len(options) - 1) for option in options]
        n = self.people[lens]
        self.say(lens, item, [[str(o)] for o in self.draw.choice(options, size=n, p=shares)])


def grow(site: str, draw: np.random.Generator) -> Plant:
    """A plant with every part of every signature present or absent by chance."""
    plant = Plant(site, draw)
    has_stall = _grow_decisions(plant)
    for group, signature in (("aligned", "feels_aligned_decisions_stall"),):
        plant.plant(signature, _feel(plant, group), has_stall)
    finishes, holds = _feel(plant, "pilots"), _feel(plant, "adoption")
    for pilot in ("vision", "planner"):
        _grow_pilot(plant, pilot, says_pilots_finish=finishes, says_adoption_holds=holds)
    _grow_duties(plant)
    _grow_words(plant)
    return plant


def _feel(plant: Plant, group: str) -> bool:
    """Whether both sides feel it."""
    felt = [plant.toss() or plant.toss() for _ in LENSES]
    for lens, is_high in zip(LENSES, felt, strict=True):
        plant.rate(lens, group, is_high=is_high)
    return all(felt)


def _grow_decisions(plant: Plant) -> bool:
    """Decisions that mostly stall or mostly move, and two that the sides may differ on."""
    is_stalling = plant.toss()
    for i in range(int(plant.draw.integers(4, 9))):
        is_slow = plant.draw.random() < (0.92 if is_stalling else 0.08)
        took = int(plant.draw.integers(90, 250) if is_slow else plant.draw.integers(3, 50))
        _raise(plant, f"d{i}", 300, took if not is_slow or plant.toss() else None)
    for decision in ("reorder", "recipe"):
        is_open = is_stalling or plant.toss()
        _raise(plant, decision, 120 if is_stalling else 45, None if is_open else 20)
        thinks = [plant.toss() for _ in LENSES]
        for lens, is_high in zip(LENSES, thinks, strict=True):
            plant.rate(lens, "act", is_high=is_high, subject=decision)
        is_opposed = thinks[0] != thinks[1]
        plant.plant("readiness_stalemate", is_opposed, is_open, subject=decision)
    return is_stalling


def _raise(plant: Plant, decision: str, days_ago: int, took: int | None) -> None:
    raised = pd.Timestamp(TODAY) - pd.Timedelta(days=days_ago)
    decided = pd.NaT if took is None else raised + pd.Timedelta(days=took)
    plant.decisions.append(
        {
            "site": plant.site,
            "decision": decision,
            "title": decision,
            "raised_on": raised,
            "decided_on": decided,
            "held_by": "",
            "status": "",
        }
    )


def _grow_pilot(
    plant: Plant, pilot: str, *, says_pilots_finish: bool, says_adoption_holds: bool
) -> None:
    works, helps = [plant.toss() for _ in LENSES], [plant.toss() for _ in LENSES]
    for lens, is_good, is_helpful in zip(LENSES, works, helps, strict=True):
        plant.rate(lens, "technical", is_high=is_good, subject=pilot)
        plant.rate(lens, "operational", is_high=is_helpful, subject=pilot)
    is_used, has_faded = _grow_usage(plant, pilot)
    ignored = any(a and not b for a, b in zip(works, helps, strict=True))
    unsafe = any(b and not a for a, b in zip(works, helps, strict=True))
    plant.plant("works_but_ignored", ignored, not is_used, subject=pilot)
    plant.plant("used_but_unsafe", unsafe, is_used, subject=pilot)
    plant.plant("adoption_fades", has_faded, says_adoption_holds, subject=pilot)
    is_late = plant.toss()
    over = int(plant.draw.integers(20, 150) if is_late else plant.draw.integers(-90, 10))
    today = pd.Timestamp(TODAY)
    plant.pilots.append(
        {
            "site": plant.site,
            "pilot": pilot,
            "title": pilot,
            "started_on": today - pd.Timedelta(days=300),
            "planned_end": today - pd.Timedelta(days=over),
            "ended_on": pd.NaT,
            "scope_changes": int(plant.draw.integers(0, 2)),
            "status": "running",
        }
    )
    plant.plant("pilots_drift", is_late, says_pilots_finish, subject=pilot)


def _grow_usage(plant: Plant, pilot: str) -> tuple[bool, bool]:
    """Use that is high and holds, was high and fades, or never was high."""
    kind = plant.draw.choice(["holds", "fades", "never"])
    high, low = plant.draw.uniform(0.72, 0.9), plant.draw.uniform(0.1, 0.28)
    start, end = {"holds": (high, high), "fades": (high, low), "never": (low, low)}[kind]
    eligible = int(plant.draw.integers(20, 60))
    for week in range(20):
        share = start + (end - start) * min(max(week - 6, 0) / 8, 1)
        shown = int(plant.draw.integers(20, 80))
        plant.usage.append(
            {
                "site": plant.site,
                "pilot": pilot,
                "week": f"2026-W{22 + week}",
                "eligible_users": eligible,
                "active_users": int(plant.draw.binomial(eligible, share)),
                "shown": shown,
                "accepted": shown // 2,
                "overridden": shown // 4,
            }
        )
    return kind == "holds", kind == "fades"


def _grow_duties(plant: Plant) -> None:
    """Duties one side holds alone in both, one or no view; a bridge with or without an owner."""
    duties = ITEMS.loc[ITEMS["group"] == "duty", "item"].tolist()
    holder = str(plant.draw.choice(LENSES))
    sees = [plant.toss() for _ in LENSES]
    for lens, is_alone in zip(LENSES, sees, strict=True):
        n_held = int(plant.draw.integers(7, 9) if is_alone else plant.draw.integers(0, 3))
        held = set(plant.draw.choice(duties, n_held, replace=False))
        for duty in duties:
            owner = holder if duty in held else str(plant.draw.choice(["joint", "vendor"]))
            plant.name_owner(lens, duty, owner)
    plant.plant("drift", *sees, subject=holder)
    is_unowned = plant.toss()
    named = [("nobody", "nobody"), ("nobody", "joint"), LENSES[::-1]]
    owned = [("joint", "joint"), LENSES, (LENSES[0], "joint")]
    owners = (named if is_unowned else owned)[int(plant.draw.integers(3))]
    for item in ITEMS.loc[ITEMS["group"] == "bridge", "item"]:
        for lens, owner in zip(LENSES, owners, strict=True):
            plant.name_owner(lens, item, owner)
    plant.plant("nobodys_bridge", is_unowned)


def _grow_words(plant: Plant) -> None:
    """The same words first on both sides, or words of their own."""
    words = ITEMS[ITEMS["group"] == "words"].iloc[0]
    options = plant.draw.permutation(words["options"])
    is_apart = plant.toss()
    pools = (options[:4], options[4:] if is_apart else options[:4])
    for lens, pool in zip(LENSES, pools, strict=True):
        weights = np.array([1.0 if option in pool else 0.06 for option in words["options"]])
        answers = [
            [
                str(word)
                for word in plant.draw.choice(
                    words["options"], int(words["k"]), replace=False, p=weights / weights.sum()
                )
            ]
            for _ in range(plant.people[lens])
        ]
        plant.say(lens, words["item"], answers)
    plant.plant("two_dialects", is_apart)


def find_signatures(plants: list[Plant]) -> pd.DataFrame:
    """What the measures find at these plants."""
    answers = type_frame(pd.DataFrame([row for plant in plants for row in plant.rows]))
    counts = ["eligible_users", "active_users", "shown", "accepted", "overridden"]
    decisions = _typed([row for plant in plants for row in plant.decisions], [])
    pilots = _typed([row for plant in plants for row in plant.pilots], ["scope_changes"])
    usage = measure_usage(_typed([r for p in plants for r in p.usage], counts), as_of=TODAY)
    ownership = measure_ownership(answers, ITEMS)
    return measure_signatures(
        {
            "within": measure_agreement(answers, ITEMS),
            "words": measure_ranking(answers, ITEMS),
            "ownership": ownership,
            "drift": measure_drift(ownership),
            "pilots": measure_pilots(answers, ITEMS, usage=usage),
            "readiness": measure_readiness(answers, ITEMS),
            "evidence_decisions": measure_decisions(decisions, as_of=TODAY),
            "evidence_pilots": measure_pilot_progress(pilots, as_of=TODAY),
            "evidence_usage": usage,
        }
    )


def _typed(rows: list[dict[str, Any]], counts: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    dates = [name for name in frame if str(name).endswith("_on") or name == "planned_end"]
    return frame.astype(dict.fromkeys(counts, "Int64") | dict.fromkeys(dates, "datetime64[s]"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plants", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    generator = np.random.default_rng(given.seed)
    plants = [grow(f"plant{i:04d}", generator) for i in range(given.plants)]
    truth = {one for plant in plants for one in plant.truth}
    signatures = find_signatures(plants)
    present = signatures[signatures["is_present"]]
    keys = present[["site", "signature", "subject"]].fillna("")
    found = {tuple(row) for row in keys.itertuples(index=False)}
    print(f"{given.plants} plants, 4 to 12 people per lens, seed {given.seed}")
    print(f"{'signature':32}{'planted':>9}{'found':>8}{'precision':>11}{'recall':>8}")
    for name in [*(signature.id for signature in SIGNATURES), ""]:
        planted = {one for one in truth if name in ("", one[1])}
        seen = {one for one in found if name in ("", one[1])}
        right = len(planted & seen)
        precision, recall = right / max(len(seen), 1), right / max(len(planted), 1)
        label = name or "all"
        print(f"{label:32}{len(planted):9}{len(seen):8}{precision:11.3f}{recall:8.3f}")
    is_good = min(precision, recall) >= BAR
    print(f"bar {BAR} for precision and recall over all: {'met' if is_good else 'MISSED'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

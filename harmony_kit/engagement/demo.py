"""The demo engagement: twelve invented plants, simulated from planted truths.

Every respondent is drawn, seeded by the plant's id, so the demo is the same everywhere. The files
it writes are what a client would hand over; they go through the same import as client data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

import numpy as np
import pandas as pd

from harmony_kit.instrument.language_files import package_file
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.instrument.yamlfile import read_yaml
from harmony_kit.journal.answers import column_name

__all__ = [
    "AS_OF",
    "BANNER",
    "demo_plants",
    "plant_before",
    "simulate_answers",
    "write_evidence",
    "write_sites",
]

#: The day the demo is told on; its open decisions are counted to this day.
AS_OF = dt.date(2026, 10, 30)
BANNER = "Demo: these plants and people are invented and their answers simulated."
_DIFFERENT = 0.35  # how far single topics of a dimension lie from its planted mean
_DONT_KNOW = 0.03  # share of ratings answered with "don't know"


def demo_plants() -> list[dict[str, Any]]:
    """The planted plants, each complete: what it does not say comes from the default."""
    content = read_yaml(package_file("engagement", "plants.yaml"))
    shared = {**content["default"], "sayings": content["sayings"]}
    return [_merge(shared, plant) for plant in content["plants"]]


def _merge(default: Mapping[str, Any], plant: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(default)
    for key, value in plant.items():
        nested = key in ("own", "est")
        merged[key] = (
            {k: default[key][k] | value.get(k, {}) for k in default[key]} if nested else value
        )
    return merged


def write_sites(plants: list[dict[str, Any]], path: Path, lenses: tuple[str, str]) -> None:
    """sites.csv of the demo, with the story each plant tells as an extra column."""
    rows = [
        {
            **{key: plant[key] for key in ("site", "name", "region", "country")},
            **{f"headcount_{lens}": plant["headcounts"][lens] for lens in lenses},
            "story": plant["story"],
        }
        for plant in plants
    ]
    pd.DataFrame(rows).to_csv(path, index=False, lineterminator="\n")


def write_evidence(plants: list[dict[str, Any]], folder: Path) -> None:
    """decisions.csv, pilots.csv and usage.csv of the demo."""
    tables = {
        "decisions": [row for plant in plants for row in _decision_rows(plant)],
        "pilots": [row for plant in plants for row in _pilot_rows(plant)],
        "usage": [row for plant in plants for row in _usage_rows(plant)],
    }
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def _ago(days: int | None) -> str:
    return "" if days is None else (AS_OF - dt.timedelta(days=days)).isoformat()


def _decision_rows(plant: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "site": plant["site"],
            "decision": decision["decision"],
            "title": decision["title"],
            "kind": decision.get("kind", ""),
            "raised_on": _ago(decision["raised"]),
            "decided_on": _ago(decision["raised"] - decision["took"]) if "took" in decision else "",
            "held_by": decision["held_by"],
            "status": "decided" if "took" in decision else "open",
        }
        for decision in plant["decisions"]
    ]


def _pilot_rows(plant: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "site": plant["site"],
            "pilot": pilot["pilot"],
            "title": pilot["title"],
            "started_on": _ago(pilot["started"]),
            "planned_end": _ago(pilot["planned"]),
            "ended_on": _ago(pilot.get("ended")),
            "scope_changes": pilot["scope_changes"],
            "status": "ended" if "ended" in pilot else "running",
        }
        for pilot in plant["pilots"]
    ]


def _usage_rows(plant: Mapping[str, Any], n_weeks: int = 20) -> list[dict[str, Any]]:
    rows = []
    for pilot, usage in plant["usage"].items():
        draw = _generator(plant["site"], pilot)
        for i in range(n_weeks):
            climb = min(1.0, 0.4 + 0.15 * i)
            share = (
                usage["peak"] + (usage["now"] - usage["peak"]) * max(0, i - 4) / (n_weeks - 5)
            ) * climb
            year, week, _ = (AS_OF - dt.timedelta(weeks=n_weeks - i)).isocalendar()
            shown = 90 + int(draw.integers(0, 30))
            accepted = int(draw.binomial(shown, usage["accepted"]))
            overridden = int(draw.binomial(shown - accepted, 0.6))
            rows.append(
                {
                    "site": plant["site"],
                    "pilot": pilot,
                    "week": f"{year}-W{week:02d}",
                    "eligible_users": 40,
                    "active_users": int(draw.binomial(40, min(1.0, share))),
                    "shown": shown,
                    "accepted": accepted,
                    "overridden": overridden,
                }
            )
    return rows


def _generator(*key: str) -> np.random.Generator:
    digest = hashlib.sha256("/".join(key).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


@dataclass(frozen=True)
class _Person:
    """Somebody invented: where, whose eyes, and what makes this one differ from the others."""

    plant: Mapping[str, Any]
    instrument: Instrument
    lens: str
    number: int
    draw: np.random.Generator
    temper: float

    def planted(self, item: Item, *, is_estimate: bool) -> Any:  # noqa: ANN401 - a mean or camps
        means = self.plant["est" if is_estimate else "own"][self.lens]
        return _most_exact(means, item)

    def camps(self, item: Item, *, is_estimate: bool) -> Any:  # noqa: ANN401 - two means or None
        camps = self.plant.get("split", {}).get(self.lens, {})
        return None if is_estimate else _most_exact(camps, item)


def _most_exact(planted: Mapping[str, Any], item: Item) -> Any:  # noqa: ANN401 - what was planted
    keys = (item.id, item.group or "", item.dimension)
    return next((planted[key] for key in keys if key in planted), None)


def plant_before(plant: Mapping[str, Any]) -> dict[str, Any] | None:
    """A plant as it was a round of interviews earlier; None for one that had none."""
    before = plant.get("before")
    if before is None:
        return None
    changed = {key: before[key] for key in ("own", "est") if key in before}
    return {**_merge(plant, changed), "wave": before["wave"], "days": before["days"]}


def simulate_answers(plant: Mapping[str, Any], instrument: Instrument, wave: str) -> pd.DataFrame:
    """One wide file of a plant: a row per respondent, columns named as for an import."""
    frame = pd.DataFrame(
        [
            _simulate_person(plant, instrument, lens, number) | {"wave": wave}
            for lens in instrument.lens_ids
            for number in range(plant["interviews"][lens])
        ]
    )
    leading = ["respondent", "site", "lens", "wave", "language", "started_at", "finished_at"]
    return frame[[*leading, *(column for column in frame.columns if column not in leading)]]


def _simulate_person(
    plant: Mapping[str, Any], instrument: Instrument, lens: str, number: int
) -> dict[str, str]:
    again = [plant["wave"]] if "wave" in plant else []  # who is asked twice does not repeat it all
    draw = _generator(plant["site"], lens, str(number), *again)
    person = _Person(plant, instrument, lens, number, draw, float(draw.normal(0, 0.2)))
    days = plant.get("days", 0) + 20 - number
    started = dt.datetime.combine(AS_OF - dt.timedelta(days=days), dt.time(8, 30), dt.UTC)
    minutes = 25 + int(draw.integers(0, 15))
    cells = {
        "respondent": f"{lens[:3]}-{number + 1:02d}",
        "site": plant["site"],
        "lens": lens,
        "language": instrument.language,
        "started_at": started.isoformat(),
        "finished_at": (started + dt.timedelta(minutes=minutes)).isoformat(),
    }
    for item in instrument.items:
        subjects = plant[f"{item.per}s"] if item.per else [{}]
        for subject in subjects:
            said = _simulate_item(person, item, subject.get(item.per))
            # A one-off decision is not asked about; drawn all the same, it leaves the others as is.
            if subject.get("kind") != "one_off":
                cells |= said
    return cells


def _simulate_item(person: _Person, item: Item, subject: str | None) -> dict[str, str]:
    if item.kind == "text":
        return _simulate_text(person, item)
    cells = {column_name(item.id, subject): _simulate_value(person, item, subject)}
    if item.mirrored:
        column = column_name(item.id, subject, person.instrument.other_lens(person.lens))
        cells[column] = _simulate_value(person, item, subject, is_estimate=True)
    return cells


def _simulate_text(person: _Person, item: Item) -> dict[str, str]:
    sayings = person.plant["sayings"].get(item.id, {}).get(person.lens, [])
    turn = _generator(person.plant["site"], item.id, person.lens)
    order = turn.permutation(max(len(sayings), person.number + 1))
    if order[person.number] >= len(sayings):  # no two people of a plant say the same sentence
        return {}
    saying = sayings[order[person.number]]
    is_quotable = person.draw.random() < 0.7
    return {item.id: saying, f"{item.id}:quotable": "yes" if is_quotable else "no"}


def _simulate_value(
    person: _Person, item: Item, subject: str | None, *, is_estimate: bool = False
) -> str:
    match item.kind:
        case "rating":
            return _simulate_rating(person, item, subject, is_estimate=is_estimate)
        case "choice":
            owners = person.plant["owners"]
            owners = person.plant.get("bridge", owners) if item.group == "bridge" else owners
            return str(person.draw.choice(owners[person.lens]))
        case "rank":
            return _simulate_chosen(person, item, "outcomes", is_estimate=is_estimate)
        case "words":
            return _simulate_chosen(person, item, "words", is_estimate=is_estimate)
        case "text":
            return ""  # see `_simulate_text`
        case _:
            assert_never(item.kind)


def _simulate_chosen(person: _Person, item: Item, pool: str, *, is_estimate: bool) -> str:
    pools = person.plant[pool]
    other = person.instrument.other_lens(person.lens)
    liked = pools[f"{person.lens}_of_{other}" if is_estimate else person.lens]
    options = person.instrument.option_ids(item.id)
    weights = np.array([1 / (liked.index(o) + 1) if o in liked else 0.04 for o in options])
    chosen = person.draw.choice(options, size=item.k, replace=False, p=weights / weights.sum())
    return ";".join(str(option) for option in chosen)


def _simulate_rating(person: _Person, item: Item, subject: str | None, *, is_estimate: bool) -> str:
    if person.draw.random() < _DONT_KNOW:
        return "dont_know"
    camps = person.camps(item, is_estimate=is_estimate)
    if camps is not None:
        mean, spread = camps[person.number % 2], 0.4
    else:
        # The same nudge for everybody: topics of a dimension differ, and people agree on how.
        nudge = _generator(person.plant["site"], item.id, subject or "").normal(0, _DIFFERENT)
        mean = person.planted(item, is_estimate=is_estimate) + nudge
        spread = person.plant["spread"]
    points = person.instrument.points(item.id) or 5
    value = round(mean + person.temper + person.draw.normal(0, spread))
    return str(min(points, max(1, value)))

"""Plants with a planted story, and whether it is the one the report tells.

    python benchmarks/stories.py [--rounds N] [--first SEED]

Takes what the demo plants as patterns and plants them again under other names: other sizes of both
sides, the sides exchanged at every second one, other decisions and pilots in another order, days
longer or shorter, owners and words in another order. The last of the twelve has no story. Prints
the plants whose story was not told.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harmony_kit.engagement import demo
from harmony_kit.engagement.folder import Engagement, load_engagement
from harmony_kit.engagement.scaffold import create_engagement
from harmony_kit.exchange import ImportOptions, import_answers
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import package_file
from harmony_kit.instrument.yamlfile import read_yaml
from harmony_kit.journal.answers import Answers, answers_frame
from harmony_kit.journal.store import Store
from harmony_kit.report.assessment import Assessment, measure_site

__all__ = ["PLANTED", "assess_stories", "plant_stories"]

#: Plant of the demo → the plot planted there. Tarn is too small for one.
PLANTED = {
    "northfield": "feels_aligned_decisions_stall",
    "weststrand": "works_but_ignored",
    "oldmill": "readiness_stalemate",
    "kingsbridge": "held_alone",
    "palmetto": "used_but_unsafe",
    "hinterberg": "false_conflict",
    "sanmarco": "split_inside",
    "lakeview": "blindness",
    "greenhaven": "healthy",
    "rotterkade": "nobodys_bridge",
    "kobuchi": "honest_difference",
}
_WHEN = datetime(2026, 10, 30, tzinfo=UTC)
_NAMES = (
    *("Aldersyke", "Bellavista", "Cresthollow", "Dunmore", "Eikeberg", "Fontanella"),
    *("Grasmoor", "Hollins", "Ivrea", "Jarnsund", "Kestrel", "Lindow"),
)
_TITLES = ("Colour change", "Oven start", "Overtime", "Incoming parts", "Pallet labels")
#: Each side's word for itself in the ids of items and options.
_EXCHANGED = {"it": "operations", "operations": "it", "ops": "it"}


def plant_stories(seed: int) -> Iterator[tuple[dict[str, Any], str]]:
    """Twelve plants and the plot each is planted with; the same seed plants the same."""
    turn = random.Random(seed)
    content = read_yaml(package_file("engagement", "plants.yaml"))
    ordinary = {**content["default"], "sayings": content["sayings"]}
    patterns = [(plant, PLANTED[plant["site"]]) for plant in demo.demo_plants() if _has_plot(plant)]
    for i, (plant, plot) in enumerate([*patterns, (ordinary, "none")]):
        name = _NAMES[i]
        resized = _resize(plant, turn, is_split=plot == "split_inside")
        renamed = resized | {"site": f"{name.lower()}-{seed}", "name": name, "story": plot}
        sides = renamed if (i + seed) % 2 else _exchange(renamed)
        yield {"region": "North", "country": "XX"} | _reorder(_rename(sides), turn), plot


def _has_plot(plant: Mapping[str, Any]) -> bool:
    return plant["site"] in PLANTED


def _resize(plant: Mapping[str, Any], turn: random.Random, *, is_split: bool) -> dict[str, Any]:
    """Other numbers of people, of whom as large a part is heard as in the pattern."""
    heard = {
        lens: turn.randint(10, 12) if is_split else turn.randint(6, 10) for lens in demo_lenses()
    }
    is_census = plant["interviews"] == plant["headcounts"]
    heads = heard if is_census else {lens: n * turn.randint(2, 9) for lens, n in heard.items()}
    return {**plant, "interviews": heard, "headcounts": heads}


def demo_lenses() -> tuple[str, str]:
    """The lenses of the instrument the demo is made for."""
    return load_instrument(find_instrument("it-operations")).lens_ids


def _exchange(plant: Any) -> Any:  # noqa: ANN401 - any part of a plant
    """The same plant with the two sides in each other's place."""
    if isinstance(plant, dict):
        return {
            _exchange_id(key): value if key in ("name", "site", "sayings") else _exchange(value)
            for key, value in plant.items()
        }
    if isinstance(plant, list):
        return [_exchange(entry) for entry in plant]
    return _EXCHANGED.get(plant, plant) if isinstance(plant, str) else plant


def _exchange_id(key: str) -> str:
    if key == "perceptions.it_blocks":
        return "perceptions.ops_risks"
    if key == "perceptions.ops_risks":
        return "perceptions.it_blocks"
    swap = {"perceptions.it_reasonable": "perceptions.ops_reasonable"}
    swap |= {value: name for name, value in swap.items()}
    if key in swap:
        return swap[key]
    return re.sub(r"(?<![a-z])(it|operations)(?![a-z])", lambda m: _EXCHANGED[m[0]], key)


def _rename(plant: dict[str, Any]) -> dict[str, Any]:
    """Other decisions and pilots."""
    decisions = [
        entry | {"decision": f"d{i}", "title": _TITLES[i % len(_TITLES)]}
        for i, entry in enumerate(plant["decisions"])
    ]
    ids = {entry["pilot"]: f"p{i}" for i, entry in enumerate(plant["pilots"])}
    pilots = [
        entry | {"pilot": ids[entry["pilot"]], "title": f"Trial {i + 1}"}
        for i, entry in enumerate(plant["pilots"])
    ]
    usage = {ids[pilot]: use for pilot, use in plant["usage"].items()}
    return {**plant, "decisions": decisions, "pilots": pilots, "usage": usage}


def _reorder(plant: dict[str, Any], turn: random.Random) -> dict[str, Any]:
    """Another order of everything that has none, and days longer or shorter by up to a fifth."""
    pace = turn.uniform(0.85, 1.2)
    decisions = [
        {k: round(v * pace) if k in ("raised", "took") else v for k, v in entry.items()}
        for entry in _shuffle(plant["decisions"], turn)
    ]
    owners = {lens: _shuffle(said, turn) for lens, said in plant["owners"].items()}
    pilots = _shuffle(plant["pilots"], turn)
    return {**plant, "decisions": decisions, "owners": owners, "pilots": pilots}


def _shuffle(entries: list[Any], turn: random.Random) -> list[Any]:
    return turn.sample(entries, len(entries))


def assess_stories(folder: Path, seed: int) -> Iterator[tuple[Assessment, str]]:
    """The assessment of every plant of a round, and the plot it was planted with."""
    planted = [*plant_stories(seed)]
    engagement = _write(folder, [plant for plant, _ in planted])
    for plant, plot in planted:
        path = folder / f"{plant['site']}.csv"
        answers = demo.simulate_answers(plant, engagement.instrument, engagement.wave)
        answers.to_csv(path, index=False)
        store = Store("sqlite://")
        options = ImportOptions("test", _WHEN, timezone="UTC", default_wave=engagement.wave)
        sites = engagement.site_ids
        import_answers(
            path, instrument=engagement.instrument, sites=sites, journal=store, options=options
        )
        said = Answers(answers_frame(store.current(site=plant["site"])))
        yield (
            measure_site(
                engagement, said, site=plant["site"], wave=engagement.wave, as_of=demo.AS_OF
            ),
            plot,
        )


def _write(folder: Path, plants: list[dict[str, Any]]) -> Engagement:
    create_engagement(folder, client="Planted", wave="1")
    demo.write_sites(plants, folder / "sites.csv", demo_lenses())
    demo.write_evidence(plants, folder)
    return load_engagement(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--first", type=int, default=1, help="seed of the first round")
    options = parser.parse_args()
    rounds, told = options.rounds, 0
    for seed in range(options.first, options.first + rounds):
        with tempfile.TemporaryDirectory() as folder:
            for site, plot in assess_stories(Path(folder) / "planted", seed):
                told += site.story.plot == plot
                if site.story.plot != plot:
                    print(f"{site.site.name}: planted {plot}, told {site.story.plot}")
    print(f"{told} of {12 * rounds} told")


if __name__ == "__main__":
    main()

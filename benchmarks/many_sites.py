"""Index and portfolio of thousands of plants: seconds, memory, and how large a page becomes.

    python benchmarks/many_sites.py DIR [--sizes 300,3000,10000]

DIR is an engagement folder whose reports are made, the demo for instance. Its plants are repeated
under new names, with pilots and shares of their own, and so are their results.json and records: no
report of a plant is made again but one, whose run then makes the portfolio and the index.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scaling import EVIDENCE, _read, _resident_mb, _tree

from harmony_kit.batch.batch_request import BatchRequest
from harmony_kit.batch.briefing import brief
from harmony_kit.files import json_bytes, mark_file

#: Of 50 plants so many are of a region; the last have none.
REGIONS = (("EMEA", 20), ("Americas", 15), ("APAC", 10), ("India", 4), ("", 1))
AS_OF = date(2026, 10, 30)


def repeat_results(source: Path, folder: Path, n_sites: int) -> None:
    """An engagement of `n_sites` plants whose reports are there, of results and records alone."""
    skipped = shutil.ignore_patterns(".harmony", "reports", *EVIDENCE)
    shutil.copytree(source, folder, ignore=skipped)
    plants = _read(source / "sites.csv")
    places = [region for region, n in REGIONS for _ in range(n)]
    chance = random.Random(1)
    sites = [
        {**plant, "site": _name(plant["site"], "-", k), "name": _name(plant["name"], " ", k)}
        | {"region": chance.choice(places)}
        for k in range(-(-n_sites // len(plants)))
        for plant in plants
    ][:n_sites]
    _write(folder / "sites.csv", sites)
    for name in EVIDENCE:
        _write(folder / name, [*_repeat_rows(_read(source / name), n_sites, len(plants))])
    # With a snapshot the store is known: most plants have no answers in it.
    brief(BatchRequest(folder, as_of=AS_OF))
    wave = next((source / ".harmony" / "records").iterdir()).name
    plans = [_read_plant(source, wave, plant["site"]) for plant in plants]
    for i, site in enumerate(sites):
        _repeat_report(plans[i % len(plants)], folder, site["site"], i // len(plants), chance)


@dataclass(frozen=True)
class Plant:
    """A plant to repeat: what it understands, the text of its other results, its record."""

    understanding: list[dict[str, Any]]
    others: str
    titles: tuple[str, ...]
    wave: str
    record: dict[str, Any]


def _read_plant(source: Path, wave: str, site: str) -> Plant:
    results: dict[str, Any] = json.loads((source / "reports" / site / "results.json").read_bytes())
    record = json.loads((source / ".harmony" / "records" / wave / f"{site}.json").read_bytes())
    rows = _read(source / "pilots.csv") + _read(source / "decisions.csv")
    titles = tuple(row["title"] for row in rows if row["site"] == site)
    understanding = results.pop("understanding")
    return Plant(understanding, json.dumps(results, ensure_ascii=False), titles, wave, record)


def _name(name: str, between: str, k: int) -> str:
    return f"{name}{between}{k}" if k else name


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _repeat_rows(
    rows: list[dict[str, str]], n_sites: int, n_plants: int
) -> Iterator[dict[str, str]]:
    for k in range(-(-n_sites // n_plants)):
        for row in rows:
            title = {"title": _name(row["title"], " ", k)} if "title" in row else {}
            yield {**row, "site": _name(row["site"], "-", k), **title}


def _repeat_report(plant: Plant, folder: Path, site: str, k: int, chance: random.Random) -> None:
    """Results, an empty page and the record of a plant under another name."""
    rows = []
    for row in plant.understanding:
        # As far as the interval, which is never without width, has room.
        moved = min(max(chance.uniform(-0.1, 0.1), -row["low"]), 1 - row["high"])
        ends = {name: row[name] + moved for name in ("share", "low", "high")}
        rows.append({**row, **ends})
    text = plant.others
    for title in plant.titles:
        text = text.replace(title, _name(title, " ", k))
    place = folder / "reports" / site
    place.mkdir(parents=True)
    told = f'{{"understanding": {json.dumps(rows)}, {text[1:]}'
    (place / "results.json").write_text(told, encoding="utf-8")
    (place / "report.html").write_text("", encoding="utf-8")
    marks = {name: asdict(mark_file(place / name)) for name in ("report.html", "results.json")}
    target = folder / ".harmony" / "records" / plant.wave / f"{site}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(json_bytes({**plant.record, "name": site, "files": marks}))


def measure(source: Path, n_sites: int) -> None:
    """Print a line of what the portfolio and the index of so many plants took."""
    with tempfile.TemporaryDirectory(prefix="harmony-bench-") as place:
        folder = Path(place) / "engagement"
        repeat_results(source, folder, n_sites)
        first = _read(folder / "sites.csv")[0]["site"]
        environment = {**os.environ, "HARMONY_BENCH": str(folder)}
        command = [sys.executable, "-m", "harmony_kit", "run", str(folder), "--site", first]
        began, before = time.perf_counter(), os.times()
        peaks = {"parent": 0.0, "notebook": 0.0}
        with subprocess.Popen(
            [*command, "--jobs", "1"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            while process.poll() is None:
                for pid in _tree(folder):
                    kind = "parent" if pid == process.pid else "notebook"
                    peaks[kind] = max(peaks[kind], _resident_mb(pid))
                time.sleep(0.1)
            error = process.stderr.read().decode() if process.stderr else ""
        if process.returncode:
            raise SystemExit(error[:2000])
        after = os.times()
        cpu = (after.children_user + after.children_system) - (
            before.children_user + before.children_system
        )
        _print(folder, n_sites, peaks, (time.perf_counter() - began, cpu))


def _print(
    folder: Path, n_sites: int, peaks: dict[str, float], seconds: tuple[float, float]
) -> None:
    stages = json.loads((folder / "reports" / "run.json").read_bytes())["timings"]["stages"]
    pages = {path.name: path.stat().st_size / 1e6 for path in (folder / "reports").glob("*.html")}
    largest = max(pages, key=lambda name: pages[name])
    figures = (
        *(pages["index.html"], pages["portfolio.html"], pages[largest]),
        *(peaks["parent"], peaks["notebook"], *seconds, stages["portfolio"]),
    )
    numbers = "".join(f"{one:>11.2f}" for one in figures)
    print(f"{n_sites:>8}{len(pages):>7}{numbers}  {largest}", flush=True)


def main() -> None:
    """A line per size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="300,3000,10000")
    options = parser.parse_args()
    heads = ("index MB", "portf. MB", "largest MB", "parent MB", "noteb. MB", "s", "cpu s")
    heads += ("portf. s",)
    print(f"{'sites':>8}{'pages':>7}" + "".join(f"{head:>11}" for head in heads))
    for size in options.sizes.split(","):
        measure(options.folder.resolve(), int(size))


if __name__ == "__main__":
    main()

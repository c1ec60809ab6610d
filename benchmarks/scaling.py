"""More sites: whether time per site and memory stay, and whether anything is left behind."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

EVIDENCE = ("decisions.csv", "pilots.csv", "usage.csv")


def clone_sites(source: Path, folder: Path, n_sites: int) -> None:
    """Copy an engagement with its first sites, repeated under new names until there are enough."""
    skipped = shutil.ignore_patterns(".harmony", "reports", "answers.sqlite*")
    shutil.copytree(source, folder, ignore=skipped)
    rows = _read(folder / "sites.csv")
    sites = [row["site"] for row in rows]
    names = [
        (site, site if round_ == 0 else f"{site}-{round_}")
        for round_ in range(-(-n_sites // len(sites)))
        for site in sites
    ][:n_sites]
    for name in ("sites.csv", *EVIDENCE):
        path = folder / name
        if path.exists():
            _repeat(path, names)
    _repeat_answers(source / "answers.sqlite", folder / "answers.sqlite", names)


def _read(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text("utf-8-sig").splitlines() if line[:1] != "#"]
    return list(csv.DictReader(lines))


def _repeat(path: Path, names: list[tuple[str, str]]) -> None:
    rows = _read(path)
    by_site: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_site.setdefault(row["site"], []).append(row)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for old, new in names:
            writer.writerows({**row, "site": new} for row in by_site.get(old, []))


def _repeat_answers(source: Path, target: Path, names: list[tuple[str, str]]) -> None:
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    tables = {"journal": "id", "respondents": "", "subjects": "", "events": "id"}
    with sqlite3.connect(target) as store:
        for table, counter in tables.items():
            info = store.execute(f"PRAGMA table_info({table})").fetchall()
            columns = [row[1] for row in info if row[1] != counter]
            values = ", ".join("?" if name == "site" else f'"{name}"' for name in columns)
            listed = ", ".join(f'"{name}"' for name in columns)
            insert = f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} WHERE site = ?"
            for before, after in names:
                if before != after:
                    store.execute(insert, (after, before))
            kept = [after for _, after in names]
            marks = ", ".join("?" * len(kept))
            store.execute(f"DELETE FROM {table} WHERE site NOT IN ({marks})", kept)


@dataclass(frozen=True)
class Run:
    """What a run of many sites took.

    `work` is the seconds of a site's report from its process to its page, without waiting for the
    first process to be warm: the mean over the plants of the smallest run, so that runs of other
    sizes are compared plant for plant; `prepare` and `cpu` are seconds per site, of the snapshot
    and the plan and of all processes together. `n_left` counts processes and temporary files left
    behind, `n_fds` the open files of the parent, at most, in the first half of the run and in the
    second.
    """

    seconds: float
    work: float
    prepare: float
    cpu: float
    parent_mb: float
    tree_mb: float
    n_fds: tuple[int, int]
    n_left: int


def measure_scaling(source: Path, sizes: list[int]) -> None:
    """Print time per site, memory and leftovers of a run for several numbers of sites."""
    names = ("sites", "s per site", "work s", "prepare s", "cpu s", "parent MB", "tree MB")
    print("".join(f"{name:>11}" for name in names) + "   open files   left behind")
    plants = [row["site"] for row in _read(source / "sites.csv")]
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="harmony-bench-") as place:
            folder = Path(place) / "engagement"
            clone_sites(source, folder, size)
            run = _run(folder, Path(place), plants[: min(sizes)])
        times = (run.seconds / size, run.work, run.prepare / size, run.cpu / size)
        line = f"{size:>11}" + "".join(f"{value:>11.3f}" for value in times)
        line += f"{run.parent_mb:>11.0f}{run.tree_mb:>11.0f}"
        print(f"{line}{run.n_fds[0]:>8} {run.n_fds[1]:<4}{run.n_left:>13}", flush=True)


def _run(folder: Path, place: Path, plants: list[str]) -> Run:
    scratch = place / "tmp"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch), "HARMONY_BENCH": str(folder)}
    command = [sys.executable, "-m", "harmony_kit", "run", str(folder), "--jobs", "2"]
    began, cpu = time.perf_counter(), _cpu_of_children()
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        parent_mb = tree_mb = 0.0
        n_fds = []
        while process.poll() is None:
            parent_mb = max(parent_mb, _resident_mb(process.pid))
            tree_mb = max(tree_mb, sum(_resident_mb(pid, "Pss") for pid in _tree(folder)))
            n_fds.append(_count_fds(process.pid))
            time.sleep(0.5)
        seconds = time.perf_counter() - began
        error = process.stderr.read().decode() if process.stderr else ""
    if process.returncode:
        raise SystemExit(error)
    n_left = len(list(scratch.iterdir())) + len(_tree(folder))
    n_left += len(list((folder / ".harmony").glob("work-*")))
    timings = json.loads((folder / "reports" / "run.json").read_text())["timings"]
    half = len(n_fds) // 2
    return Run(
        seconds,
        statistics.mean(_work(timings["reports"], plant) for plant in plants),
        timings["stages"]["prepare"],
        _cpu_of_children() - cpu,
        parent_mb,
        tree_mb,
        (max(n_fds[: half + 1]), max(n_fds[half:])),
        n_left,
    )


def _work(reports: dict[str, dict[str, float]], plant: str) -> float:
    """Mean seconds of work over the reports of a plant and of its copies."""
    parts = ("engine.prepare", "engine.cells", "engine.write", "render")
    copies = [report for name, report in reports.items() if re.fullmatch(rf"{plant}(-\d+)?", name)]
    return statistics.mean(sum(report[part] for part in parts) for report in copies)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _tree(folder: Path) -> list[int]:
    """Every process of a run, found by the mark in its environment."""
    mark = f"HARMONY_BENCH={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def _resident_mb(pid: int, kind: str = "Rss") -> float:
    """Memory of a process; as Pss, its share of what it has in common with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) / 1024


def _count_fds(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0

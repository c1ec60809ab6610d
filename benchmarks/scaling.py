"""More sites: whether time per site and memory stay, and whether anything is left behind."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
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


def measure_scaling(source: Path, sizes: list[int]) -> None:
    """Print time per site, memory and leftovers of a run for several numbers of sites."""
    print(f"{'sites':>6}{'s per site':>12}{'parent MB':>11}{'tree MB':>9}{'left behind':>13}")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="harmony-bench-") as place:
            folder = Path(place) / "engagement"
            clone_sites(source, folder, size)
            seconds, parent_mb, tree_mb, left = _run(folder, Path(place))
            line = f"{size:>6}{seconds / size:>12.3f}{parent_mb:>11.0f}{tree_mb:>9.0f}{left:>13}"
            print(line, flush=True)


def _run(folder: Path, place: Path) -> tuple[float, float, float, int]:
    scratch = place / "tmp"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch), "HARMONY_BENCH": str(folder)}
    command = [sys.executable, "-m", "harmony_kit", "run", str(folder), "--jobs", "2"]
    began = time.perf_counter()
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
    print(
        f"       open files of the parent: {max(n_fds[: len(n_fds) // 2 + 1])} at most in the "
        f"first half, {max(n_fds[len(n_fds) // 2 :])} in the second"
    )
    left = len(list(scratch.iterdir())) + len(_tree(folder))
    left += len(list((folder / ".harmony").glob("work-*")))
    made = json.loads((folder / "reports" / "run.json").read_text())["counts"]
    print(f"       {made['ok']} ok, {made['withheld']} withheld, {made['failed']} failed")
    return seconds, parent_mb, tree_mb, left


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

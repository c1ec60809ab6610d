"""How fast the batch is, against what people use for the same, in the same run.

    python benchmarks/speed.py DIR [--sites 40] [--peer-sites 4] [--rounds 5] [--lean PYTHON]
    python benchmarks/speed.py DIR --scale 10,100,1000

DIR is an engagement folder with answers, the demo for instance; it is copied, not touched. The
ways take turns, round by round; the medians of seconds per site are compared, from the start of
Python to the last report. The command lines take the same seconds per site whatever the number
of sites, so they make `--peer-sites` of the same sites, and the fresh kernels at least ten; with
`--peer-sites 40` they make them all.

PYTHON is the interpreter of a lean environment:

    python -m venv lean
    lean/bin/pip install papermill nbconvert ipykernel pandas matplotlib scipy pyarrow pydantic \
        pyyaml sqlalchemy xlsxwriter python-calamine
    lean/bin/pip install --no-deps .
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scaling import clone_sites, measure_scaling

from harmony_kit.batch.batch import BatchRequest
from harmony_kit.batch.briefing import Briefing, brief
from harmony_kit.batch.places import templates_folder
from harmony_kit.engagement.folder import load_engagement

HERE = Path(__file__).parent
# Each bar: what is compared with what, and by how much it has to win.
BARS = (
    ("command lines", "harmony, 2 at a time", 22.0),
    ("command lines", "harmony, 1 core", 11.0),
    ("command lines, lean", "harmony, 2 at a time", 12.0),
    ("ploomber-engine, 2 processes", "harmony, 2 at a time", 1.25),
    ("fresh kernels, 2 processes", "harmony, 2 at a time", 3.5),
)
OVERHEAD_BAR = 1.35


@dataclass(frozen=True)
class Bench:
    """An engagement ready to be run in every way."""

    folder: Path
    briefing: Briefing
    sites: tuple[str, ...]
    n_peer_sites: int
    lean: str | None

    def jobs(self, n: int) -> list[dict[str, object]]:
        """The first `n` sites as jobs of `peers.py`, each with a new folder."""
        steps = {step.name: step for step in self.briefing.plan.steps}
        jobs = []
        for site in self.sites[:n]:
            self.briefing.site_folders.write(site)
            job = self.briefing.site_job(steps[site])
            folder = self.folder / ".harmony" / f"bench-{site}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            jobs.append(
                {
                    "title": job.page.title,
                    "language": job.page.language,
                    "notebook": str(job.notebook),
                    "parameters": dict(job.parameters),
                    "folder": str(folder),
                }
            )
        return jobs


def by_harmony(bench: Bench, n_jobs: int) -> float:
    """Seconds per site of a forced run, from the start of Python to its end.

    Without the seconds of the portfolio, which no other way makes; with everything else.
    """
    command = [sys.executable, "-m", "harmony_kit", "run", str(bench.folder), "--force"]
    began = time.perf_counter()
    as_of = bench.briefing.request.as_of.isoformat()
    done = subprocess.run(
        [*command, "--jobs", str(n_jobs), "--as-of", as_of], capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr.decode() + done.stdout.decode())
    seconds = time.perf_counter() - began
    run = json.loads((bench.folder / "reports" / "run.json").read_text())
    return (seconds - run["timings"]["stages"]["portfolio"]) / len(bench.sites)


def on_one_core(bench: Bench) -> float:
    """The same, everything on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        return by_harmony(bench, 1)
    finally:
        os.sched_setaffinity(0, cores)


def by_command_lines(bench: Bench, python: str) -> float:
    """`papermill`, then `jupyter nbconvert`, site after site."""
    jobs = bench.jobs(bench.n_peer_sites)
    programs = Path(python).parent
    began = time.perf_counter()
    for job in jobs:
        values = [w for k, v in job["parameters"].items() for w in ("-r", k, str(v))]
        out = f"{job['folder']}/assessment.ipynb"
        papermill = [programs / "papermill", job["notebook"], out, "--cwd", job["folder"], *values]
        basedirs = f"--TemplateExporter.extra_template_basedirs={templates_folder()}"
        nbconvert = [programs / "jupyter", "nbconvert", "--to", "html", "--template", "harmony"]
        _quietly([*papermill, "--no-progress-bar"])
        _quietly([*nbconvert, basedirs, "--output", "report.html", out])
    return (time.perf_counter() - began) / len(jobs)


def _quietly(command: list[object]) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode())


def by_peer(bench: Bench, way: str, *, n_processes: int, n_sites: int) -> float:
    """Seconds per site of `peers.py` from the start of Python, sites dealt out to processes."""
    jobs = bench.jobs(n_sites)
    began = time.perf_counter()
    running = []
    for i in range(n_processes):
        path = bench.folder / ".harmony" / f"bench-{way}-{i}.json"
        path.write_text(json.dumps(jobs[i::n_processes]))
        command = [sys.executable, str(HERE / "peers.py"), way, str(path)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    seconds = 0.0
    for process in running:
        out, err = process.communicate()
        if process.returncode:
            raise SystemExit(err.decode())
        seconds = json.loads(out.splitlines()[-1])["seconds"]
    # Engine and bare cells are compared warm: what the engine adds to a notebook.
    return (seconds if n_processes == 1 else time.perf_counter() - began) / n_sites


def list_ways(bench: Bench) -> dict[str, Callable[[], float]]:
    """Name → how to measure it once."""
    n = len(bench.sites)
    n_peer = bench.n_peer_sites
    ways: dict[str, Callable[[], float]] = {
        "harmony, 2 at a time": lambda: by_harmony(bench, 2),
        "harmony, 1 core": lambda: on_one_core(bench),
        "command lines": lambda: by_command_lines(bench, sys.executable),
        "ploomber-engine, 2 processes": lambda: by_peer(
            bench, "ploomber", n_processes=2, n_sites=n
        ),
        "fresh kernels, 2 processes": lambda: by_peer(
            bench, "papermill", n_processes=2, n_sites=max(n_peer, 10)
        ),
        "engine, one by one": lambda: by_peer(bench, "engine", n_processes=1, n_sites=n),
        "bare cells, one by one": lambda: by_peer(bench, "bare", n_processes=1, n_sites=n),
    }
    if bench.lean:
        lean = bench.lean
        ways["command lines, lean"] = lambda: by_command_lines(bench, lean)
    return ways


def report(medians: dict[str, float]) -> None:
    """Print the medians, and each bar with what was reached."""
    print(f"\n{'way':<32}{'s per site':>12}{'sites per s':>13}")
    for name, seconds in sorted(medians.items(), key=lambda item: -item[1]):
        print(f"{name:<32}{seconds:>12.3f}{1 / seconds:>13.2f}")
    print()
    for slow, fast, bar in BARS:
        if slow in medians and fast in medians:
            ratio = medians[slow] / medians[fast]
            verdict = "reached" if ratio >= bar else "NOT REACHED"
            print(f"{fast} against {slow}: {ratio:.1f}x, bar {bar}x, {verdict}")
    if {"engine, one by one", "bare cells, one by one"} <= medians.keys():
        ratio = medians["engine, one by one"] / medians["bare cells, one by one"]
        verdict = "reached" if ratio <= OVERHEAD_BAR else "NOT REACHED"
        print(f"engine over bare cells: {ratio:.2f}x, bar {OVERHEAD_BAR}x at most, {verdict}")


def time_starts(bench: Bench) -> None:
    """Print how long `--help`, one cold report and a run with nothing to do take."""
    day = ["--as-of", bench.briefing.request.as_of.isoformat()]
    run = ["run", str(bench.folder), *day]
    for name, words, bar in (
        ("harmony --help", ["--help"], 0.25),
        ("one cold report", [*run, "--site", bench.sites[0], "--force"], 4.0),
        (f"nothing to do, {len(bench.sites)} sites", run, 1.5),
    ):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            _quietly([sys.executable, "-m", "harmony_kit", *words])
            times.append(time.perf_counter() - began)
        median = statistics.median(times)
        verdict = "reached" if median <= bar else "NOT REACHED"
        print(f"{name}: {median:.2f} s, bar {bar} s, {verdict}")


def name_machine() -> str:
    """The machine, as far as it says."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), ""
    )
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{model or platform.processor()}, {len(os.sched_getaffinity(0))} cores, {system}"


def main() -> None:
    """Measure in turn, print the table."""
    options = _parse()
    print(name_machine())
    source = options.folder.resolve()
    if options.scale:
        sizes = [int(size) for size in options.scale.split(",")]
        measure_scaling(source, sizes)
        return
    with tempfile.TemporaryDirectory(prefix="harmony-bench-") as place:
        folder = Path(place) / "engagement"
        clone_sites(source, folder, options.sites)
        engagement = load_engagement(folder)
        day = engagement.as_of or options.as_of
        briefing = brief(BatchRequest(folder, as_of=day))
        sites = engagement.site_ids
        bench = Bench(folder, briefing, sites, options.peer_sites, options.lean)
        ways = list_ways(bench)
        if options.ways:
            ways = {name: way for name, way in ways.items() if options.ways in name}
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for i in range(options.rounds):
            for name, measure in ways.items():
                seconds[name].append(measure())
                print(f"round {i + 1}: {name}: {seconds[name][-1]:.3f} s per site", flush=True)
        report({name: statistics.median(times) for name, times in seconds.items()})
        time_starts(bench)


def _parse() -> argparse.Namespace:
    import datetime as dt

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sites", type=int, default=40)
    parser.add_argument("--peer-sites", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lean", default=None)
    parser.add_argument("--ways", default="", help="only ways whose name holds this")
    parser.add_argument("--scale", default="", help="numbers of sites, e.g. 10,100,1000")
    today = dt.datetime.now(dt.UTC).date()
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=today)
    return parser.parse_args()


if __name__ == "__main__":
    main()

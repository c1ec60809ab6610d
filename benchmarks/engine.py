"""What the engine adds to the cells of a notebook, against other ways to run the same.

    python benchmarks/engine.py [--rounds 5] [--notebooks 10]

One notebook of 15 cells, five of them charts by matplotlib, is made and run in four ways. The
ways take turns, round by round, each in a process of its own that has run the notebook once
before it is timed; the medians of seconds per notebook are compared. Needs matplotlib.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import nbformat

from harmony_kit.engine import Runner, RunRequest

OVERHEAD_BAR = 1.35
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
TABLE = """rows = random.normal(shift, 1.0, size=(400, 4))
table = pd.DataFrame(rows, columns=list("abcd")).assign(
    group=random.choice(["x", "y", "z"], 400))"""
CHARTS = (
    "figure, axes = plt.subplots(figsize=(6, 3))\naxes.hist(table['a'], bins=30)\nplt.show()",
    "table.plot.scatter('a', 'b')\nplt.show()",
    "table.groupby('group').mean().plot.barh()\nplt.show()",
    "table[['a', 'b']].cumsum().plot()\nplt.show()",
    "table.boxplot('c', by='group')\nplt.show()",
)

#: Runs the notebook at the first path, writes it to the second.
Way = Callable[[Path, Path], None]


def write_notebook(path: Path) -> None:
    """Write the notebook: 15 cells of code, five of them charts."""
    sources = (
        "shift = 0.0",
        "import numpy as np\nimport pandas as pd\nfrom matplotlib import pyplot as plt",
        "random = np.random.default_rng(7)",
        TABLE,
        "table.head()",
        "table.describe()",
        CHARTS[0],
        "means = table.groupby('group').mean()\nmeans",
        CHARTS[1],
        CHARTS[2],
        "print(f'{len(table)} rows')",
        CHARTS[3],
        "table.drop(columns='group').corr()",
        CHARTS[4],
        "display(means.T)",
    )
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)


@contextmanager
def by_harmony() -> Iterator[Way]:
    """A process forked from the warm server per notebook."""
    with Runner() as runner:

        def run(book: Path, out: Path) -> None:
            result = runner.run(RunRequest(book, {"shift": 1.0}, out))
            if result.status != "ok":
                raise SystemExit(str(result.error))

        yield run


@contextmanager
def by_papermill() -> Iterator[Way]:
    """A fresh kernel per notebook."""
    from papermill import execute_notebook

    yield lambda book, out: execute_notebook(book, out, {"shift": 1.0}, progress_bar=False)


@contextmanager
def by_ploomber() -> Iterator[Way]:
    """One process for all notebooks: each sees what the one before left."""
    from ploomber_engine import execute_notebook

    yield lambda book, out: execute_notebook(
        str(book), str(out), parameters={"shift": 1.0}, progress_bar=False, verbose=False
    )


@contextmanager
def by_bare_cells() -> Iterator[Way]:
    """The cells in a warm IPython: no isolation; charts are drawn as pictures, nothing is kept."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.core.pylabtools import activate_matplotlib
    from IPython.utils.capture import RichOutput, capture_output
    from matplotlib_inline.backend_inline import configure_inline_support

    shell = InteractiveShell.instance()
    activate_matplotlib("module://matplotlib_inline.backend_inline")
    configure_inline_support(shell, "module://matplotlib_inline.backend_inline")

    def run(book: Path, _out: Path) -> None:
        pictures: list[RichOutput] = []
        for n, cell in enumerate(json.loads(book.read_text(encoding="utf-8"))["cells"]):
            for source in ("".join(cell["source"]), *(["shift = 1.0"] if n == 0 else [])):
                with capture_output() as shown:
                    shell.run_cell(source).raise_error()
                pictures += [o for o in shown.outputs if "image/png" in (o.data or {})]
        if len(pictures) != len(CHARTS):
            message = f"{len(pictures)} pictures instead of {len(CHARTS)}"
            raise SystemExit(message)

    yield run


WAYS = {
    "fresh kernel (papermill)": by_papermill,
    "one process (ploomber-engine)": by_ploomber,
    "fresh process (harmony)": by_harmony,
    "bare cells, warm process": by_bare_cells,
}


def time_here(way: str, n_notebooks: int) -> float:
    """Seconds per notebook in this process, the first one not counted."""
    with tempfile.TemporaryDirectory(prefix="harmony-bench-") as folder, WAYS[way]() as run:
        book, out = Path(folder) / "in.ipynb", Path(folder) / "out.ipynb"
        write_notebook(book)
        with redirect_stdout(io.StringIO()):
            run(book, out)
            began = time.perf_counter()
            for _ in range(n_notebooks):
                run(book, out)
        seconds = time.perf_counter() - began
        if out.exists():
            _check_pictures(out)
    return seconds / n_notebooks


def _check_pictures(out: Path) -> None:
    """A way that drew nothing would be fast."""
    shown = [o for cell in nbformat.read(out, as_version=4).cells for o in cell.outputs]
    n_pictures = sum("image/png" in o.get("data", {}) for o in shown)
    if n_pictures != len(CHARTS):
        message = f"{n_pictures} pictures instead of {len(CHARTS)}"
        raise SystemExit(message)


def time_apart(way: str, n_notebooks: int) -> float:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--notebooks", str(n_notebooks)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{way}: {done.stderr}"
        raise SystemExit(message)
    return float(done.stdout.split()[-1])


def report(seconds: dict[str, list[float]]) -> None:
    """Print medians, least and most, and each way as a multiple of the bare cells."""
    medians = {way: statistics.median(times) for way, times in seconds.items()}
    bare = medians["bare cells, warm process"]
    print(f"\n{'way':<32}{'median s':>10}{'least':>9}{'most':>9}{'x bare':>9}")
    for way, median in sorted(medians.items(), key=lambda item: -item[1]):
        least, most = min(seconds[way]), max(seconds[way])
        print(f"{way:<32}{median:>10.3f}{least:>9.3f}{most:>9.3f}{median / bare:>9.2f}")
    ratio = medians["fresh process (harmony)"] / bare
    verdict = "reached" if ratio <= OVERHEAD_BAR else "NOT REACHED"
    print(f"\nengine over bare cells: {ratio:.2f}x, bar {OVERHEAD_BAR}x at most, {verdict}")


def main() -> None:
    """Measure in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--notebooks", type=int, default=10, help="per way and round")
    parser.add_argument("--way", choices=WAYS, help="only this way, in this process")
    options = parser.parse_args()
    if options.way:
        print(time_here(options.way, options.notebooks))
        return
    from speed import name_machine

    print(name_machine())
    ways = [w for w in WAYS if "ploomber" not in w or importlib.util.find_spec("ploomber_engine")]
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for i in range(options.rounds):
        for way in ways:
            seconds[way].append(time_apart(way, options.notebooks))
            print(f"round {i + 1}: {way}: {seconds[way][-1]:.3f} s", flush=True)
    report(seconds)


if __name__ == "__main__":
    main()

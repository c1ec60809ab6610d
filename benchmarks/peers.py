"""Other ways to make the same reports, each in a process of its own; `speed.py` starts them.

    python benchmarks/peers.py WAY JOBS.json

A job is a notebook with parameters and a folder to run in. The notebook and the HTML of a report
are the same whatever the way. Prints the seconds spent on reports, without imports.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

Job = dict[str, Any]


def render(job: Job) -> None:
    """Render with one exporter for the whole process: the best these ways can do."""
    from harmony_kit.batch.page import Page
    from harmony_kit.batch.publish import frame_notebook, render_notebook

    folder = Path(job["folder"])
    book = folder / "assessment.ipynb"
    framed = frame_notebook(json.loads(book.read_bytes()), Page(job["title"], job["language"]))
    book.write_text(json.dumps(framed, indent=1, ensure_ascii=False), encoding="utf-8")
    render_notebook(book, folder / "report.html")


def by_papermill(job: Job) -> None:
    """A fresh kernel per notebook."""
    from papermill import execute_notebook

    out = str(Path(job["folder"]) / "assessment.ipynb")
    execute_notebook(job["notebook"], out, job["parameters"], cwd=job["folder"], progress_bar=False)


def by_ploomber(job: Job) -> None:
    """One process for all notebooks: fast, and each sees what the one before left."""
    from ploomber_engine import execute_notebook

    out = str(Path(job["folder"]) / "assessment.ipynb")
    execute_notebook(
        job["notebook"],
        out,
        parameters=job["parameters"],
        cwd=job["folder"],
        progress_bar=False,
        verbose=False,
    )


def by_engine(job: Job) -> None:
    """Our engine, one notebook after the other."""
    from harmony_kit.engine import RunRequest

    folder = Path(job["folder"])
    out = folder / "assessment.ipynb"
    result = _runner().run(RunRequest(Path(job["notebook"]), job["parameters"], out, cwd=folder))
    if result.status != "ok":
        message = f"{job['title']}: {result.error}"
        raise SystemExit(message)


_RUNNERS: list[Any] = []


def _runner() -> Any:  # noqa: ANN401 - imported only where it is measured
    from harmony_kit.engine import Runner

    if not _RUNNERS:
        _RUNNERS.append(Runner())
    return _RUNNERS[0]


def by_bare_cells(job: Job) -> None:
    """The bare cells in this very process: no isolation, nothing captured to a file."""
    import io
    from contextlib import redirect_stdout

    from IPython.core.interactiveshell import InteractiveShell
    from matplotlib import pyplot as plt

    os.chdir(job["folder"])
    shell = InteractiveShell.instance()
    notebook = json.loads(Path(job["notebook"]).read_text())
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    values = "\n".join(f"{name} = {value!r}" for name, value in job["parameters"].items())
    with redirect_stdout(io.StringIO()):
        for cell in (cells[0], values, *cells[1:]):
            shell.run_cell(cell).raise_error()
    plt.close("all")


WAYS = {
    "papermill": (by_papermill, True),
    "ploomber": (by_ploomber, True),
    "engine": (by_engine, False),
    "bare": (by_bare_cells, False),
}


def main() -> None:
    """Do the jobs one after the other; the first is done once before, to warm up."""
    run, is_rendered = WAYS[sys.argv[1]]
    jobs = json.loads(Path(sys.argv[2]).read_text())
    if not is_rendered:
        run(jobs[0])
    began = time.perf_counter()
    for job in jobs:
        run(job)
        if is_rendered:
            render(job)
    seconds = time.perf_counter() - began
    for runner in _RUNNERS:
        runner.close()
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()

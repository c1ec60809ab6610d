"""The engine against a kernel, on notebooks of people who never heard of it.

papermill's test notebooks run where its wheel installed them; nbclient's come from its source
distribution, fetched for the test. Each runs under both engines. What they show has to be equal
but for ids, addresses, times and names of temporary files, or listed with the reason in
`cases/engine/differences.yaml`. Of a traceback, the lines around the failing ones are left out:
the cells of a kernel lie in no file, and IPython then chooses others.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
import yaml
from conftest import skip_or_fail

from harmony_kit.engine import Runner, RunRequest
from harmony_kit.errors import HarmonyError

DIFFERENCES = Path(__file__).parent / "cases" / "engine" / "differences.yaml"
ENGINES = ("harmony", "papermill")
#: These sleep for a minute, to be stopped; the others are given time.
SLEEPERS = {"keyboard_interrupt", "gcs-simple_notebook", "Interrupt"}
#: Starts papermill on a path of papermill's own source tree.
NOT_RUN = {"binder"}

_NOISE = (
    (r"\x1b\[[0-9;]*m", ""),
    (r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", "<id>"),
    (r"0x[0-9a-f]+", "<address>"),
    (r"<ipython-input-\d+-[0-9a-f]+>|(/\S*/)?\b\d{4,}\.py", "<cell>"),
    (r"In\[\d+\]", "<cell>"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
)


@pytest.fixture(scope="module")
def nbclient_notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nbclient")
    wanted = f"nbclient=={version('nbclient')}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=nbclient"]
    done = subprocess.run(
        [*pip, "--dest", folder, wanted], capture_output=True, text=True, check=False
    )
    if done.returncode:
        skip_or_fail(f"the source of {wanted} could not be fetched: {done.stderr[-500:]}")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        source.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz") / "tests" / "files"


@pytest.mark.slow
def test_papermills_notebooks_show_the_same(tmp_path):
    books = (Path(papermill.__file__).parent / "tests" / "notebooks").rglob("*.ipynb")
    _check_listed(_differences(books, tmp_path, tmp_path), "papermill")


@pytest.mark.slow
def test_nbclients_notebooks_show_the_same(nbclient_notebooks, tmp_path):
    books = nbclient_notebooks.glob("*.ipynb")
    _check_listed(_differences(books, tmp_path, nbclient_notebooks), "nbclient")


def _check_listed(found: dict[str, list[str]], whose: str) -> None:
    """What differs is what is listed, notebook by notebook, and every entry gives its reason."""
    entries = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))[whose]
    assert all(entry["reason"] for entry in entries.values())
    for name, parts in found.items():
        chance = entries.get(name, {}).get("sometimes", ())
        found[name] = [part for part in parts if part not in chance]
    assert found == {name: entry["differs"] for name, entry in entries.items()}


def _differences(books: Iterable[Path], out: Path, cwd: Path) -> dict[str, list[str]]:
    """Run every book under both engines; name → the parts that are not equal."""
    chosen = sorted(book for book in books if book.stem not in NOT_RUN)
    assert len(chosen) > 15
    jobs = [(book, engine) for book in chosen for engine in ENGINES]
    # A kernel mostly waits while it starts and stops: more at once than there are cores.
    with Runner() as runner, ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda job: _view(runner, *job, out=out, cwd=cwd), jobs))
    found, details = {}, {}
    for book, ours, kernels in zip(chosen, seen[::2], seen[1::2], strict=True):
        parts = [part for part in sorted(ours | kernels) if ours.get(part) != kernels.get(part)]
        if parts:
            found[book.stem] = parts
            details[book.stem] = {part: (ours.get(part), kernels.get(part)) for part in parts}
    (out / "differences.json").write_text(json.dumps(details, indent=1))
    return found


def _view(runner: Runner, book: Path, engine: str, *, out: Path, cwd: Path) -> dict[str, Any]:
    """What a run shows, part by part, without what differs between any two runs."""
    written = out / f"{book.stem}-{engine}.ipynb"
    limit_s = 2.0 if book.stem in SLEEPERS else 60.0
    request = RunRequest(book, {}, written, cwd=cwd, engine=engine, cell_timeout_s=limit_s)
    try:
        result = runner.run(request)
    except HarmonyError as refusal:
        return {"status": type(refusal).__name__}
    notebook = nbformat.read(written, as_version=4)
    widgets = notebook.metadata.get("widgets", {}).values()
    states = [s for saved in widgets for s in saved.get("state", {}).values()]
    view: dict[str, Any] = {
        "status": result.status,
        "widgets": sorted(_quiet(json.dumps(state, sort_keys=True)) for state in states),
        "marks": [_quiet(c.source) for c in notebook.cells if c.cell_type == "markdown"],
    }
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        view[f"cell {number}"] = _outputs(cell.outputs)
        view[f"count {number}"] = cell.execution_count
    return view


def _outputs(outputs: Iterable[dict[str, Any]]) -> list[Any]:
    """Outputs as text; neighbouring pieces of one stream are one piece."""
    shown: list[Any] = []
    for output in outputs:
        kind = output.get("name", output["output_type"])
        if kind in ("stdout", "stderr"):
            text = _quiet(output["text"])
            if shown and shown[-1][0] == kind:
                text = shown.pop()[1] + text
            shown.append((kind, text))
        elif kind == "error":
            lines = _quiet("\n".join(output["traceback"])).splitlines()
            frames = [line for line in lines if not re.match(r" *\d+( |$)", line)]
            shown.append((kind, output["ename"], _quiet(output["evalue"]), frames))
        else:
            shown.append((kind, _quiet(json.dumps([output["data"], output["metadata"]]))))
    return shown


def _quiet(text: str) -> str:
    for pattern, instead in _NOISE:
        text = re.sub(pattern, instead, text)
    return text

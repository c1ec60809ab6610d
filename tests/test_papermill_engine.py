"""``papermill --engine harmony`` for people who never heard of us: papermill's own options."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import papermill
import psutil
import pytest
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from harmony_kit.engine import HarmonyEngine, Runner, RunRequest
from harmony_kit.engine.papermill_engine import _server
from harmony_kit.errors import FileError

_PRINT = """
import sys, time
print('a', end='')
time.sleep(0.1)
print('b')
print('begun', end='')
print('careful', file=sys.stderr)
"""


@pytest.fixture(scope="module", autouse=True)
def _ended() -> Iterator[None]:
    yield
    _server().stop()
    _server.cache_clear()


def _book(path: Path, *cells: str, language: str = "python") -> Path:
    kernel = {"name": "python3", "language": language, "display_name": language}
    made = [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
    return path


def _execute(book: Path, **options: object) -> nbformat.NotebookNode:
    out = book.with_name("out.ipynb")
    return papermill.execute_notebook(
        str(book), str(out), engine_name="harmony", progress_bar=False, **options
    )


def test_papermill_knows_the_engine_by_its_name():
    assert papermill.engines.papermill_engines.get_engine("harmony") is HarmonyEngine


def test_text_is_copied_to_files_and_logged(tmp_path, caplog):
    out, err = io.StringIO(), io.StringIO()
    book = _book(tmp_path / "in.ipynb", _PRINT, "42")
    with caplog.at_level(logging.INFO, logger="papermill"):
        _execute(book, log_output=True, stdout_file=out, stderr_file=err)
    assert (out.getvalue(), err.getvalue()) == ("ab\nbegun", "careful\n")
    told = [(r.levelname, r.message) for r in caplog.records if "Cell" not in r.message]
    assert told[2:] == [
        ("INFO", "ab"),
        ("WARNING", "careful"),
        ("INFO", "begun"),
        ("INFO", "42"),
    ]


def test_a_long_cell_is_saved_while_it_runs(tmp_path):
    look = "import pathlib\nprint('first')\nprint('second')\nimport time\ntime.sleep(0.3)\n"
    look += "print('first' in pathlib.Path('out.ipynb').read_text())"
    notebook = _execute(
        _book(tmp_path / "in.ipynb", look), autosave_cell_every=0.001, cwd=str(tmp_path)
    )
    assert notebook.cells[0].outputs[0].text.endswith("True\n")


def test_the_server_stays_warm_for_the_next_notebook(tmp_path):
    book = _book(tmp_path / "in.ipynb", "import os\nos.getppid()", "os.getpid()")
    runs = [[c.outputs[0].data["text/plain"] for c in _execute(book).cells] for _ in range(2)]
    (first_server, first), (second_server, second) = runs
    assert first_server == second_server
    assert first != second
    assert int(first_server) in [child.pid for child in psutil.Process().children()]


def test_another_language_is_refused(tmp_path):
    book = _book(tmp_path / "in.ipynb", "1", language="R")
    with pytest.raises(FileError, match="written in R"):
        _execute(book)


def _add_kernel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel `other` of a Python in another folder, with the packages of this one."""
    place = folder / "kernels" / "other"
    place.mkdir(parents=True)
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nOTHER=yes exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "other", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(folder))


@pytest.mark.slow
def test_a_kernel_of_another_python_is_started_and_that_is_said(tmp_path, monkeypatch, caplog):
    _add_kernel(tmp_path, monkeypatch)
    book = _book(tmp_path / "in.ipynb", "import os\nos.environ['OTHER']")
    with caplog.at_level(logging.WARNING, logger="papermill"):
        notebook = _execute(book, kernel_name="other")
    assert notebook.cells[0].outputs[0].data["text/plain"] == "'yes'"
    why = "the kernel 'other' runs another Python than this: papermill starts a kernel for it"
    assert why in [record.message for record in caplog.records]


@pytest.mark.slow
def test_a_kernel_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(NoSuchKernel):
        _execute(_book(tmp_path / "in.ipynb", "1"), kernel_name="nosuchkernel")


@pytest.mark.slow
def test_the_runner_refuses_a_kernel_of_another_python(tmp_path, monkeypatch):
    _add_kernel(tmp_path, monkeypatch)
    book = _book(tmp_path / "in.ipynb", "1")
    notebook = nbformat.read(book, as_version=4)
    notebook.metadata["kernelspec"]["name"] = "other"
    nbformat.write(notebook, book)
    with Runner() as runner, pytest.raises(FileError, match="'other', which runs another Python"):
        runner.run(RunRequest(book, {}, tmp_path / "out.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "kind", "shown"),
    [
        ("import time; time.sleep(60)", CellTimeoutError, "TimeoutError"),
        ("import os; os._exit(3)", DeadKernelError, "ProcessDied"),
    ],
)
def test_whoever_catches_what_papermill_raises_catches_ours(tmp_path, source, kind, shown):
    book = _book(tmp_path / "in.ipynb", "1", source, "print('never')")
    with pytest.raises(kind) as caught:
        _execute(book, execution_timeout=2)
    assert isinstance(caught.value, PapermillExecutionError)
    assert (caught.value.ename, caught.value.cell_index) == (shown, 1)
    assert shown in str(caught.value)
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    assert "papermill-error-cell-tag" in cells[0].metadata.tags
    assert cells[-1].outputs == []

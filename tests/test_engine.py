"""The engine: what a kernel does, in a process of its own, and nothing left behind."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from harmony_kit.engine import Runner, RunRequest, RunResult
from harmony_kit.engine.wire import decode, encode
from harmony_kit.errors import FileError, ParameterError

V4 = nbformat.v4
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


def _write(path: Path, cells: Sequence[str | tuple[str, str]]) -> Path:
    made = []
    for cell in cells:
        source, tag = cell if isinstance(cell, tuple) else (cell, "")
        made.append(V4.new_code_cell(source, metadata={"tags": [tag]} if tag else {}))
    notebook = V4.new_notebook(cells=made, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, path)
    return path


def _run(
    runner: Runner, folder: Path, *cells: str | tuple[str, str], **how: Any
) -> tuple[RunResult, list]:
    book = _write(folder / "in.ipynb", cells)
    parameters = how.pop("parameters", {})
    result = runner.run(RunRequest(book, parameters, folder / "out.ipynb", **how))
    return result, nbformat.read(folder / "out.ipynb", as_version=4).cells


def _text(cell: Any) -> str:
    return "".join(
        o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in cell.outputs
    )


# What a notebook shows

_BOTH = "import sys\nprint('out')\nprint('err', file=sys.stderr)"
_CLEAR = """from IPython.display import clear_output
print('gone')
clear_output({})
print('kept')"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 1", [("execute_result", "2")]),
        ("print('a')\nprint('b')", [("stdout", "a\nb\n")]),
        (_BOTH, [("stdout", "out\n"), ("stderr", "err\n")]),
        ("import os\n_ = os.write(1, b'raw\\n')", [("stdout", "raw\n")]),
        ("import subprocess\n_ = subprocess.run(['echo', 'child'])", [("stdout", "child\n")]),
        ("!echo shell", [("stdout", "shell\r\n")]),
        ("%%bash\necho magic", [("stdout", "magic\n")]),
        ("import ctypes\n_ = ctypes.CDLL(None).puts(b'from C')", [("stdout", "from C\n")]),
        ("import asyncio\nawait asyncio.sleep(0)\n'awaited'", [("execute_result", "'awaited'")]),
        ("h = display('one', display_id=True)\nh.update('two')", [("display_data", "'two'")]),
        (_CLEAR.format(""), [("stdout", "kept\n")]),
        (_CLEAR.format("wait=True"), [("stdout", "kept\n")]),
        ("None", []),
        ("1;", []),
    ],
)  # fmt: skip
def test_outputs_are_those_of_a_kernel(runner, tmp_path, source, expected):
    result, cells = _run(runner, tmp_path, source)
    assert result.status == "ok", result.error
    shown = []
    for output in cells[0].outputs:
        kind = output.get("name") or output.output_type
        shown.append((kind, output.get("text") or output["data"]["text/plain"]))
    assert shown == expected


def test_text_lands_in_its_own_cell(runner, tmp_path):
    late = "import subprocess\n_ = subprocess.run(['sh', '-c', 'sleep 0.2; echo one'])"
    _, cells = _run(
        runner, tmp_path, late, "print('two')", "import os\n_ = os.system('echo three')"
    )
    assert [_text(cell) for cell in cells] == ["one\n", "two\n", "three\n"]


@pytest.mark.slow
def test_charts_come_out_as_pictures(runner, tmp_path):
    chart = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\nplt.show()"
    sources = [
        chart,
        "%matplotlib inline\nplt.plot([3, 4]);",
        "%config InlineBackend.figure_formats = ['svg']",
        chart,
    ]
    _, cells = _run(runner, tmp_path, *sources)
    kinds = [
        sorted(k for o in c.outputs for k in o.get("data", {}) if k.startswith("image"))
        for c in cells
    ]
    assert kinds == [["image/png"], ["image/png"], [], ["image/svg+xml"]]


def test_time_magic_and_execution_counts(runner, tmp_path):
    _, cells = _run(runner, tmp_path, "%%time\nx = 1", "x", "", "x + 1")
    assert "Wall time" in _text(cells[0])
    assert [cell.execution_count for cell in cells] == [1, 2, None, 3]


def test_widget_state_is_saved(runner, tmp_path):
    _run(runner, tmp_path, "import ipywidgets as w\nw.IntSlider(value=7)")
    saved = nbformat.read(tmp_path / "out.ipynb", as_version=4).metadata["widgets"]
    states = saved["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert 7 in [state["state"].get("value") for state in states]


def test_an_output_widget_captures(runner, tmp_path):
    capture = "with out:\n    print('inside')\nprint('outside')"
    sources = ("import ipywidgets as w\nout = w.Output()\nout", capture, "out.outputs")
    result, cells = _run(runner, tmp_path, *sources)
    assert result.status == "ok", result.error
    assert _text(cells[1]) == "outside\n"
    kept = "({'output_type': 'stream', 'name': 'stdout', 'text': 'inside\\n'},)"
    assert _text(cells[2]) == kept


def test_parameters_and_records(runner, tmp_path):
    book = _write(tmp_path / "in.ipynb", [("x: int = 1  # how many", "parameters"), "x * 2"])
    request = RunRequest(book, {"x": 21}, tmp_path / "out.ipynb")
    result = runner.run(request)
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    assert _text(cells[2]) == "42"
    assert [cell.execution_count for cell in cells] == [1, 2, 3]
    assert {"start", "prepare", "cells", "write", "total"} <= set(result.seconds)
    assert all(cell.metadata.papermill.status == "completed" for cell in cells)
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["harmony", "papermill"])
def test_undeclared_parameter_is_refused_before_anything_runs(runner, tmp_path, engine):
    cells = [("x: int = 1", "parameters"), "open('ran', 'w').close()"]
    with pytest.raises(ParameterError, match="declares no parameter 'y'"):
        _run(runner, tmp_path, *cells, parameters={"y": 1}, cwd=tmp_path, engine=engine)
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["harmony", "papermill"])
def test_a_notebook_that_names_no_kernel_is_python(runner, tmp_path, engine):
    book = _write(tmp_path / "in.ipynb", ["print(1)"])
    notebook = nbformat.read(book, as_version=4)
    del notebook.metadata["kernelspec"]
    nbformat.write(notebook, book)
    result = runner.run(RunRequest(book, {}, tmp_path / "out.ipynb", engine=engine))
    assert result.status == "ok"
    assert _text(nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[0]) == "1\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "message"),
    [("harmony", "written in R"), ("papermill", "kernel 'no-such-kernel', which is not installed")],
)
def test_another_language_or_kernel_is_refused(runner, tmp_path, engine, message):
    book = _write(tmp_path / "in.ipynb", ["1"])
    notebook = nbformat.read(book, as_version=4)
    notebook.metadata["kernelspec"].update(name="no-such-kernel", language="R")
    nbformat.write(notebook, book)
    with pytest.raises(FileError, match=message):
        runner.run(RunRequest(book, {}, tmp_path / "out.ipynb", engine=engine))


def test_broken_notebook_is_one_clear_error(runner, tmp_path):
    (tmp_path / "in.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(FileError, match="cannot be read as a notebook"):
        runner.run(RunRequest(tmp_path / "in.ipynb", {}, tmp_path / "out.ipynb"))


# How a notebook fails


def test_failure_stops_and_is_marked(runner, tmp_path):
    result, cells = _run(runner, tmp_path, "x = 1", "def f():\n    1 / 0\nf()", "print('never')")
    assert result.status == "failed"
    assert (result.error.ename, result.error.evalue) == ("ZeroDivisionError", "division by zero")
    assert "f()" in result.error.source
    assert "papermill-error-cell-tag" in cells[0].metadata.tags
    error = next(o for c in cells for o in c.get("outputs", []) if o.output_type == "error")
    assert "ZeroDivisionError" in "".join(error.traceback)
    assert cells[-1].outputs == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["harmony", "papermill"])
def test_a_failure_without_a_traceback_is_one_too(runner, tmp_path, engine):
    result, cells = _run(runner, tmp_path, "%no_such_magic", "print('never')", engine=engine)
    assert result.status == "failed"
    assert result.error.cell == 0
    assert "papermill-error-cell-tag" in cells[0].metadata.tags
    assert cells[-1].outputs == []


def test_tags_are_honoured(runner, tmp_path):
    cells = [("1 / 0", "raises-exception"), ("raise SystemError", "skip-execution"), "print('on')"]
    result, done = _run(runner, tmp_path, *cells)
    assert result.status == "ok"
    assert [o.output_type for o in done[0].outputs] == ["error"]
    assert done[1].outputs == []
    assert _text(done[2]) == "on\n"


def test_input_is_refused(runner, tmp_path):
    result, _ = _run(runner, tmp_path, "input('name?')")
    assert result.error.ename == "StdinNotImplementedError"


@pytest.mark.parametrize(
    ("source", "signal", "last"),
    [
        ("import os\nos._exit(3)", None, "last words"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "SIGKILL", "last words"),
        # faulthandler says where; its own lines are then the last ones.
        ("import ctypes\nctypes.string_at(0)", "SIGSEGV", "Extension modules"),
    ],
)
def test_a_crash_is_a_failed_cell_with_the_last_lines(runner, tmp_path, source, signal, last):
    crash = f"print('last words')\n{source}"
    result, cells = _run(runner, tmp_path, "x = 1", crash, "print('never')")
    assert (result.status, result.signal) == ("crashed", signal)
    assert last in result.last_lines
    assert result.error.ename == "ProcessDied"
    assert "last words" in "".join(_text(cell) for cell in cells if cell.cell_type == "code")


def test_memory_limit_raises_memory_error(runner, tmp_path):
    result, _ = _run(runner, tmp_path, "x = bytearray(10**9)", memory_mb=300)
    assert (result.status, result.error.ename) == ("failed", "MemoryError")


@pytest.mark.slow
@pytest.mark.parametrize("stubborn", [False, True], ids=["obeys", "ignores"])
def test_a_deadline_interrupts_then_kills(runner, tmp_path, stubborn):
    ignore = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" if stubborn else ""
    sleep = ignore + "import time, subprocess\nsubprocess.Popen(['sleep', '98.76'])\ntime.sleep(60)"
    began = time.monotonic()
    result, _ = _run(runner, tmp_path, sleep, timeout_s=1.0)
    assert result.status == "timeout"
    assert result.error.ename == "TimeoutError"
    assert time.monotonic() - began < 15
    listed = subprocess.run(
        ["pgrep", "-f", "sleep 98.76"], capture_output=True, text=True, check=False
    )
    assert listed.stdout == ""


# Nothing of one notebook is visible to the next


_LEAVE = """
import os, random, tempfile, builtins, sys
import numpy as np, matplotlib as mpl, matplotlib.pyplot as plt
builtins.leak = leak = 1
os.environ['LEAK'] = '1'
os.chdir('/')
mpl.rcParams['figure.figsize'] = (1, 1)
plt.figure()
random.seed(1); np.random.seed(1)
sys.modules['leak'] = sys
open(os.path.join(tempfile.gettempdir(), 'leak'), 'w').close()
"""
_LOOK = """
import os, random, tempfile, builtins, sys
import numpy as np, matplotlib as mpl, matplotlib.pyplot as plt
random.seed(2); r = random.random()
print('leak' in globals(), hasattr(builtins, 'leak'), os.environ.get('LEAK'), os.getcwd() == '/',
      mpl.rcParams['figure.figsize'] == [1, 1], plt.get_fignums(), 'leak' in sys.modules,
      os.path.exists(os.path.join(tempfile.gettempdir(), 'leak')))
"""


def test_notebooks_do_not_see_each_other(runner, tmp_path):
    assert _run(runner, tmp_path, _LEAVE)[0].status == "ok"
    _, cells = _run(runner, tmp_path, _LOOK)
    assert _text(cells[0]) == "False False None False False [] False False\n"


def test_random_numbers_differ_between_notebooks(runner, tmp_path):
    draw = "import random\nimport numpy as np\nprint(random.random(), np.random.random())"
    first, second = (_text(_run(runner, tmp_path, draw)[1][0]) for _ in range(2))
    assert first != second


@pytest.mark.slow
def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "books").mkdir()
    with Runner() as runner:
        _run(runner, tmp_path / "books", "x = 1")
        fds = sorted(p.name for p in Path("/proc/self/fd").iterdir())
        for _ in range(10):
            _run(runner, tmp_path / "books", "import tempfile\ntempfile.mkdtemp()")
        assert sorted(p.name for p in Path("/proc/self/fd").iterdir()) == fds
        left = [p.name for p in tmp_path.iterdir() if p.name.startswith("harmony-")]
        assert left == []


@pytest.mark.slow
def test_closing_ends_a_running_notebook(tmp_path):
    code = f"""
import threading, time
from pathlib import Path
from harmony_kit.engine import Runner, RunRequest
from harmony_kit.engine.runner import RunnerClosed
folder = Path({str(tmp_path)!r})
with Runner() as runner:
    def run():
        try:
            runner.run(RunRequest(folder / "in.ipynb", {{}}, folder / "out.ipynb"))
        except RunnerClosed:
            print("closed")
    thread = threading.Thread(target=run); thread.start(); time.sleep(4)
thread.join()
"""
    _write(tmp_path / "in.ipynb", ["import time\ntime.sleep(61.234)"])
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "closed\n"
    assert time.monotonic() - began < 40


_SCRIBBLE = """
import pathlib, tempfile
pathlib.Path('started').touch()
while True:
    tempfile.mkdtemp()
"""


@pytest.mark.slow
def test_a_killed_supervisor_leaves_no_notebook_and_no_files(tmp_path):
    """Even one that writes temporary files as fast as it can while they are removed."""
    code = """
from pathlib import Path
from harmony_kit.engine import Runner, RunRequest
if __name__ == "__main__":
    Runner().run(RunRequest(Path("in.ipynb"), {}, Path("out.ipynb")))
"""
    _write(tmp_path / "in.ipynb", [_SCRIBBLE])
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=env) as supervisor:
        assert _comes_true((tmp_path / "started").exists)
        time.sleep(0.2)
        supervisor.kill()
    assert _comes_true(lambda: not list(scratch.glob("harmony-*")))
    time.sleep(0.5)  # a notebook still alive would write on
    assert list(scratch.glob("harmony-*")) == []


def _comes_true(condition: Callable[[], bool], within_s: float = 30.0) -> bool:
    end = time.monotonic() + within_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


# The engine for people who never heard of us


@pytest.mark.slow
def test_papermill_runs_with_it(tmp_path):
    _write(tmp_path / "in.ipynb", [("x = 1", "parameters"), "print(x)", "1 / 0"])
    command = [sys.executable, "-m", "papermill", "--engine", "harmony", "--no-progress-bar"]
    words = [*command, "in.ipynb", "out.ipynb", "-p", "x", "5"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "ZeroDivisionError" in done.stderr
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    assert "5\n" in [_text(cell) for cell in cells if cell.cell_type == "code"]
    assert "papermill-error-cell-tag" in cells[0].metadata.tags


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "ename", "shown"),
    [
        ("1 / 0", "ZeroDivisionError", "ZeroDivisionError"),
        ("%no_such_magic", "CellExecutionError", "not found"),
        ("import os\nos._exit(3)", "ProcessDied", "ended with exit code 3"),
        ("import time\ntime.sleep(60)", "TimeoutError", "the cell was not done after 1 s"),
    ],
)
def test_papermill_hears_how_a_notebook_ended(runner, tmp_path, source, ename, shown):
    book = _write(tmp_path / "in.ipynb", ["print('before')", source, "print('never')"])
    out = tmp_path / "out.ipynb"
    how = {"engine_name": "harmony", "execution_timeout": 1, "progress_bar": False}
    with pytest.raises(PapermillExecutionError) as caught:
        papermill.execute_notebook(str(book), str(out), **how)
    assert caught.value.ename == ename
    cells = [c for c in nbformat.read(out, as_version=4).cells if c.cell_type == "code"]
    assert _text(cells[0]) == "before\n"
    assert shown in str(cells[1].outputs)
    assert cells[2].outputs == []


@pytest.mark.slow
def test_messages_survive_odd_values():
    message = {"a": float("nan"), "b": b"\x00\xff", "c": "\ud800", "d": range(2)}
    assert decode(encode(message)) == {"a": "nan", "b": "AP8=", "c": r"\ud800", "d": [0, 1]}

"""The engine at its edges: odd parameters, limits, a notebook's own processes, a dead server."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from harmony_kit.engine import Runner, RunRequest, RunResult
from harmony_kit.engine.supervision import WorkerDied
from harmony_kit.errors import FileError

CASES = Path(__file__).parent / "cases" / "engine"
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


def _book(path: Path, cells: Sequence[str]) -> Path:
    made = [nbformat.v4.new_code_cell(source) for source in cells]
    made[0].metadata["tags"] = ["parameters"]
    notebook = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": KERNEL})
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def _run(runner: Runner, folder: Path, *cells: str, **how: Any) -> tuple[RunResult, list[Any]]:
    book = _book(folder / "in.ipynb", cells)
    result = runner.run(RunRequest(book, how.pop("parameters", {}), folder / "out.ipynb", **how))
    return result, nbformat.read(folder / "out.ipynb", as_version=4).cells


def _shown(cell: Any) -> str:
    return "".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)


def test_the_supervisor_stays_light():
    code = """
import sys
from harmony_kit.engine import Runner, RunRequest
heavy = {"pandas", "numpy", "matplotlib", "nbconvert", "nbformat", "zmq", "papermill", "IPython"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Path("a") / "{b} $c", "'a/{b} $c'"),
        (dt.date(2026, 6, 1), "'2026-06-01'"),
        (float("nan"), "nan"),
        (None, "None"),
        ([1, {"a": True}], "[1, {'a': True}]"),
        ("'; raise SystemExit #\n\"", repr("'; raise SystemExit #\n\"")),
    ],
)
def test_parameters_arrive_as_values(runner, tmp_path, value, shown):
    result, cells = _run(runner, tmp_path, "x = 1", "print(repr(x))", parameters={"x": value})
    assert result.status == "ok", result.error
    assert _shown(cells[2]) == f"{shown}\n"


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["harmony", "papermill"])
def test_braces_in_a_path_are_no_parameters(runner, tmp_path, engine):
    folder = tmp_path / "{x} ü $y"
    result, _ = _run(runner, folder, "x = 1", parameters={"x": 2}, engine=engine, cwd=folder)
    assert result.status == "ok", result.error


def test_a_missing_working_directory_is_said_before_anything_runs(runner, tmp_path):
    with pytest.raises(FileError, match="there is no such folder"):
        _run(runner, tmp_path, "1", cwd=tmp_path / "none")


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "limit_s"), [("harmony", 6), ("papermill", 25)])
def test_a_whole_notebook_has_one_limit(runner, tmp_path, engine, limit_s):
    first = "import os\n_ = open('pid', 'w').write(str(os.getpid()))\nprint('first')"
    cells = (first, "import time\ntime.sleep(60.5)", "print('never')")
    result, done = _run(runner, tmp_path, *cells, timeout_s=limit_s, engine=engine, cwd=tmp_path)
    assert (result.status, result.error.cell) == ("timeout", 1)
    assert result.error.source == cells[1]
    assert result.error.evalue == f"the notebook was not done after {limit_s:g} s"
    code = [cell for cell in done if cell.cell_type == "code"]
    assert _shown(code[0]) == "first\n"
    assert result.error.evalue in json.dumps(code[1].outputs)
    pid = int((tmp_path / "pid").read_text())
    assert _comes_true(lambda: not psutil.pid_exists(pid))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["harmony", "papermill"])
def test_a_failure_names_its_own_cell(runner, tmp_path, engine):
    result, cells = _run(runner, tmp_path, "x = 1", "x / 0", "x", engine=engine)
    assert result.status == "failed"
    assert [c.execution_count for c in cells if c.cell_type == "code"] == [1, 2, None]
    assert (result.error.cell, result.error.source) == (1, "x / 0")


def test_a_limit_below_any_use_is_a_memory_error_of_the_notebook(runner, tmp_path):
    result, _ = _run(runner, tmp_path, "x = bytearray(10**8)", memory_mb=1)
    assert (result.status, result.error.ename) == ("failed", "MemoryError")


def test_a_progress_bar_is_the_one_of_a_notebook(runner, tmp_path):
    _, cells = _run(runner, tmp_path, "from tqdm.auto import tqdm\nfor _ in tqdm([1]): pass")
    kinds = {kind for output in cells[0].outputs for kind in output.get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" in kinds


_POOL = """
import multiprocessing
def double(x):
    print('doubling', x)
    return 2 * x
with multiprocessing.get_context('fork').Pool(2) as pool:
    print(pool.map(double, range(4)))
"""


def test_processes_of_a_notebook_print_whole_lines(runner, tmp_path):
    result, cells = _run(runner, tmp_path, _POOL, "print('next')")
    assert result.status == "ok", result.error
    lines = _shown(cells[0]).splitlines()
    assert sorted(lines) == sorted([f"doubling {x}" for x in range(4)] + ["[0, 2, 4, 6]"])
    assert _shown(cells[1]) == "next\n"


_FORKED_DISPLAY = """
import os
pid = os.fork()
if pid == 0:
    print()
    display('in the child')
    os._exit(0)
_ = os.waitpid(pid, 0)
display('in the parent')
"""


def test_a_forked_process_cannot_disturb_the_channel(runner, tmp_path):
    result, cells = _run(runner, tmp_path, _FORKED_DISPLAY)
    assert result.status == "ok", result.error
    assert _shown(cells[0]) == "\n'in the child'\n'in the parent'"


@pytest.mark.slow
def test_what_a_notebook_starts_in_a_session_of_its_own_ends_with_it(runner, tmp_path):
    far = "subprocess.Popen(['sleep', '62.5'], start_new_session=True)"
    result, _ = _run(runner, tmp_path, f"import subprocess, time\n{far}\ntime.sleep(60)",
                     timeout_s=2.0)  # fmt: skip
    assert result.status == "timeout"
    assert _is_gone(lambda line: line == "sleep 62.5")


def test_left_behind_work_is_finished(runner, tmp_path):
    register = "import atexit\n_ = atexit.register(lambda: open('exit', 'w').close())"
    write = "left_open = open('text', 'w')\n_ = left_open.write('all of it')"
    _run(runner, tmp_path, register, write, cwd=tmp_path)
    assert (tmp_path / "text").read_text() == "all of it"
    assert (tmp_path / "exit").exists()


def test_output_beyond_the_limit_is_cut(runner, tmp_path):
    _, cells = _run(runner, tmp_path, "for _ in range(50):\n    print('x' * 100_000)", "print(1)")
    (output,) = cells[0].outputs
    assert len(output.text) < 4_000_200
    assert output.text.endswith("is not kept]\n")
    assert _shown(cells[1]) == "1\n"


@pytest.mark.slow
def test_a_dead_server_is_started_again(tmp_path):
    others = _servers()
    with Runner() as runner:
        assert _comes_true(lambda: _servers() - others)
        (server,) = _servers() - others
        # However long a server takes to load its libraries, no notebook is late for it.
        server.suspend()
        threading.Timer(4, server.resume).start()
        assert _run(runner, tmp_path, "1", timeout_s=3.5)[0].status == "ok"
        server.kill()
        while server.status() != psutil.STATUS_ZOMBIE:  # waiting for it would reap it
            time.sleep(0.01)
        assert _run(runner, tmp_path, "1")[0].status == "ok"


def test_the_server_has_one_thread(runner, tmp_path):
    """A lock another thread holds at the moment of a fork stays locked in the child."""
    assert _run(runner, tmp_path, "1")[0].status == "ok"
    assert {server.num_threads() for server in _servers()} == {1}


_FORK = """
import os
from pathlib import Path
from harmony_kit.engine import Runner, RunRequest
def run(out):
    with Runner() as runner:
        return runner.run(RunRequest(Path("in.ipynb"), {}, Path(out))).status
runner = Runner()
pid = os.fork()
print(run(f"{pid == 0}.ipynb"), flush=True)
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
runner.close()
"""


@pytest.mark.slow
def test_a_forked_caller_has_a_server_of_its_own(tmp_path):
    _book(tmp_path / "in.ipynb", ["1"])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", _FORK], cwd=tmp_path, env=env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("ok\nok\n", 0), done.stderr


@pytest.mark.slow
def test_notebooks_run_where_nothing_can_be_forked(tmp_path):
    with Runner("spawn") as runner:
        for _ in range(2):
            result, cells = _run(runner, tmp_path, "import os", "print(os.getpid())")
            assert result.status == "ok", result.error
            assert int(_shown(cells[1])) != os.getpid()


def _case(runner: Runner, folder: Path, name: str) -> tuple[RunResult, list[Any]]:
    """Run a notebook that once failed here and not in a kernel."""
    result = runner.run(RunRequest(CASES / f"{name}.ipynb", {}, folder / "out.ipynb"))
    return result, nbformat.read(folder / "out.ipynb", as_version=4).cells


def test_arrow_has_every_processor(runner, tmp_path):
    """The server it was loaded in keeps to one thread; the notebook need not."""
    _, cells = _case(runner, tmp_path, "arrow_one_cpu")
    assert _shown(cells[0]) == str(os.cpu_count())


def test_loops_may_run_inside_each_other(runner, tmp_path):
    result, cells = _case(runner, tmp_path, "nest_asyncio_sleep")
    assert result.status == "ok", result.error
    assert [_shown(cell) for cell in cells] == ["7", "7", "'reached'"]


def test_a_running_loop_waits_for_each_cell(runner, tmp_path):
    begin = "import asyncio\nasync def f():\n    while True:\n        seen.append(1)\n"
    begin += "        await asyncio.sleep(0)\nseen = []\ntask = asyncio.create_task(f())"
    look = (
        "import time\nn = len(seen)\ntime.sleep(0.2)\nasyncio.get_running_loop() is task.get_loop()"
    )
    _, cells = _run(runner, tmp_path, begin, look, "n == len(seen), n > 0", "task.cancel()")
    assert [_shown(cell) for cell in cells[1:]] == ["True", "(False, True)", "True"]


@pytest.mark.parametrize("name", ["magic_autosave", "magic_store"])
def test_magics_that_only_kernels_have(runner, tmp_path, name):
    result, cells = _case(runner, tmp_path, name)
    assert result.status == "ok", result.error
    assert _shown(cells[-1]) == "2"


_MAGICS = ["%less {0}", "%more {0}", "%man ls", "%clear", "%connect_info", "%matplotlib notebook"]


@pytest.mark.parametrize("magic", [*_MAGICS, "%edit {0}", "%pinfo len", "len?", "%load {0}"])
def test_magics_for_a_front_end_show_nothing(runner, tmp_path, magic):
    (tmp_path / "file.py").write_text("x = 1")
    result, cells = _run(runner, tmp_path, magic.format(tmp_path / "file.py"), "1 + 1")
    assert result.status == "ok", result.error
    assert _shown(cells[1]) == "2"


def test_libraries_take_the_shell_for_a_kernels(runner, tmp_path):
    """Else plotly puts five megabytes of script into a notebook, for 38 KB of chart."""
    _, cells = _run(runner, tmp_path, "kind = type(get_ipython()); kind.__module__, kind.__name__")
    assert _shown(cells[0]) == "('ipykernel.zmqshell', 'ZMQInteractiveShell')"


def test_an_error_that_cannot_be_told_is_told_by_its_type(runner, tmp_path):
    source = "class Odd(Exception):\n    def __str__(self):\n        raise self\nraise Odd"
    result, _ = _run(runner, tmp_path, source)
    told = ("Odd", "<an error of type Odd that cannot be told>")
    assert (result.status, result.error.ename, result.error.evalue) == ("failed", *told)


_LEAVE_BEHIND = """
import subprocess
_ = subprocess.Popen(['sleep', '{0}.5'], start_new_session=True)
_ = subprocess.run(['sh', '-c', 'setsid sleep {0}.6 & setsid sh -c "sleep {0}.7 & sleep {0}.7" &'])
"""


@pytest.mark.parametrize(
    ("ending", "status"), [("", "ok"), ("1 / 0", "failed"), ("import os; os._exit(3)", "crashed")]
)
def test_what_a_notebook_started_ends_with_it(runner, tmp_path, ending, status):
    """Even in sessions of their own, and whatever has become of their parents."""
    result, _ = _run(runner, tmp_path, _LEAVE_BEHIND.format(71), ending)
    assert result.status == status
    assert not [line for line in _command_lines() if "sleep 71." in line]


_CTRL_C = """
import sys
from pathlib import Path
from harmony_kit.engine import Runner, RunRequest
with Runner() as runner:
    runner.run(RunRequest(Path("in.ipynb"), {}, Path("out.ipynb")))
"""


@pytest.mark.slow
def test_ctrl_c_ends_everything_at_once(tmp_path):
    """In a script without a main guard, too: the notebook's process does not run it again."""
    sleep = "import subprocess, time\nsubprocess.Popen(['sleep', '63.5'])\n"
    _book(tmp_path / "in.ipynb", [sleep + "open('started', 'w').close()\ntime.sleep(60)"])
    script = tmp_path / "script.py"
    script.write_text(_CTRL_C)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, script], cwd=tmp_path, env=env, stderr=pipe, start_new_session=True
    ) as process:
        assert _comes_true((tmp_path / "started").exists, within_s=60)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, complaint = process.communicate(timeout=30)
        assert time.monotonic() - began < 2
    assert b"KeyboardInterrupt" in complaint
    assert _is_gone(lambda line: line == "sleep 63.5" or str(tmp_path) in line)


def test_many_threads_may_run_at_once(runner, tmp_path):
    books = [tmp_path / str(n) for n in range(8)]
    seen: dict[str, str] = {}

    def run(folder: Path) -> None:
        result, cells = _run(runner, folder, "x = 0", "x", parameters={"x": folder.name})
        seen[folder.name] = f"{result.status} {_shown(cells[2])}"

    threads = [threading.Thread(target=run, args=(folder,)) for folder in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {str(n): f"ok '{n}'" for n in range(8)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "text"),
    [
        (3, "ended with exit code 3"),
        (-11, "killed by SIGSEGV"),
        (-9, "killed by SIGKILL, as the system does when memory runs out"),
        (-99, "killed by signal 99"),
        (None, "ended, and the fork server that would know how with it"),
    ],
)
def test_a_death_is_told_in_words(code, text):
    assert str(WorkerDied(code)) == text


def _servers() -> set[psutil.Process]:
    children = psutil.Process().children()
    return {child for child in children if "harmony_kit.engine.forker" in child.cmdline()}


def _is_gone(matches: Callable[[str], bool]) -> bool:
    """Whether no process has such a command line, soon."""
    return _comes_true(lambda: not any(matches(line) for line in _command_lines()))


def _comes_true(condition: Callable[[], bool], within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def _command_lines() -> list[str]:
    listed = psutil.process_iter(["cmdline"])
    return [" ".join(process.info["cmdline"] or ()) for process in listed]

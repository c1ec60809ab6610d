"""The fork server started early: whose it is, and that nobody waits for it in vain."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from harmony_kit.engine.server import has_fork_server

pytestmark = pytest.mark.skipif(not has_fork_server(), reason="this system cannot fork")

# In a process of its own: here, a fork server may be running already.
_EARLY = """
import json, os, threading, time
from multiprocessing import forkserver
from pathlib import Path
from harmony_kit.engine import Runner, RunRequest
from harmony_kit.engine.runner import RunnerClosed
from harmony_kit.engine.warming import warming
import nbformat

def pid():
    return forkserver._forkserver._forkserver_pid

seen = {{}}
nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), "in.ipynb")
with warming(is_wanted={is_wanted}):
    first = pid()
    runner = Runner()
    seen["is_shared"] = first == pid()

    def run():
        try:
            runner.run(RunRequest(Path("in.ipynb"), {{}}, Path("out.ipynb")))
        except RunnerClosed:
            seen["is_closed"] = True

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.2)  # the server needs longer than that to load, the thread waits for it
    began = time.monotonic()
    runner.close()
    thread.join()
    seen["is_prompt"] = time.monotonic() - began < 1.5
    seen["is_running"] = pid() is not None
print(json.dumps(seen))
"""
_UNUSED = """
import json
from multiprocessing import forkserver
from harmony_kit.engine.warming import warming
with warming():
    before = forkserver._forkserver._forkserver_pid is not None
print(json.dumps([before, forkserver._forkserver._forkserver_pid is not None]))
"""


def _result(source, folder):
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_runner_closed_while_the_server_loads_does_not_wait(is_wanted, tmp_path):
    expected = {
        "is_shared": is_wanted,
        "is_closed": True,
        "is_prompt": True,
        "is_running": False,
    }
    assert _result(_EARLY.format(is_wanted=is_wanted), tmp_path) == expected


def test_a_server_no_runner_took_over_ends_with_the_block(tmp_path):
    assert _result(_UNUSED, tmp_path) == [True, False]

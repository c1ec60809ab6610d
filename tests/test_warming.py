"""The warm process started early: whose it is, and that nobody waits for it in vain."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from harmony_kit.engine.posix import can_fork_warm

pytestmark = pytest.mark.skipif(not can_fork_warm(), reason="this system cannot fork")

# In a process of its own: here, others may have started some already.
_EARLY = """
import json, os, threading, time
from pathlib import Path
import psutil
from harmony_kit.engine import Runner, RunRequest
from harmony_kit.engine.runner import RunnerClosed
from harmony_kit.engine.warming import warming
import nbformat

def warm():
    children = psutil.Process().children()
    return [p.pid for p in children if "harmony_kit.engine.forker" in p.cmdline()]

seen = {{}}
nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), "in.ipynb")
with warming(is_wanted={is_wanted}):
    first = warm()
    runner = Runner()
    seen["is_shared"] = first == warm()

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
    seen["is_running"] = warm() != []
print(json.dumps(seen))
"""
_UNUSED = """
import json
import psutil
from harmony_kit.engine.warming import warming
with warming():
    before = len(psutil.Process().children())
print(json.dumps([before, len(psutil.Process().children())]))
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
    assert _result(_UNUSED, tmp_path) == [1, 0]

"""Every command on a system without what POSIX has: Windows, as our own code finds it.

The names are taken away from our code alone, in every process, by `cases/without_posix`.
"""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from engagement_folders import CASES, behave, file_digests, make_folder, request_for

from harmony_kit.batch.batch import run_engagement
from harmony_kit.engagement.scaffold import create_demo

ROOT = Path(__file__).parent.parent
TAKEN_AWAY = ROOT / "tests" / "cases" / "without_posix"
#: What only POSIX has, and the modules that may use it.
POSIX_NAMES = {
    "fork",
    "getpgrp",
    "killpg",
    "prctl",
    "register_at_fork",
    "setsid",
    "tzset",
    "SIGKILL",
}
POSIX_MODULES = {"posix.py", "forker.py"}


def _environment() -> dict[str, str]:
    path = os.pathsep.join(map(str, (TAKEN_AWAY, ROOT, ROOT / "tests")))
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _run(folder: Path, *words: str | Path, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def _harmony(folder: Path, *words: str | Path, code: int = 0) -> str:
    return _run(folder, "-m", "harmony_kit", *words, code=code)


def _ask(address: str) -> None:
    """Ask for a page until it is there."""
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as reply:
                assert reply.status == 200
                return
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _serve(folder: Path, *words: str) -> str:
    """What a command that serves pages says; its page is asked for, then Ctrl-C ends it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "harmony_kit", *words, "--no-browser"],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:\S+|http://localhost:\S+", line):
                _ask(found[0])
                return said
        raise AssertionError(said)
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said + rest


#: What the cells of the two notebooks call.
_OPEN = """
from harmony_kit.commands.interviewing import open_interview
from harmony_kit.commands.workshops import open_workshop
print(type(open_interview("demo")).__name__)
print(type(open_workshop("demo", site="lakeview")).__name__)
"""


def test_the_names_are_gone_for_our_code_alone(tmp_path: Path) -> None:
    look = (
        "from harmony_kit.engine.posix import is_posix; import os; print(is_posix(), os.getpgrp())"
    )
    assert _run(tmp_path, "-c", look).split()[0] == "False"


@pytest.mark.slow
def test_every_command_works(tmp_path: Path) -> None:
    assert "engagement.yaml" in _harmony(tmp_path, "init", "new")
    create_demo(tmp_path / "demo")
    answers = [f"demo/incoming/{site}.csv" for site in ("lakeview", "tarn")]
    _harmony(tmp_path, "import", "demo", *answers, "--timezone", "UTC")
    assert "Nothing is wrong." in _harmony(tmp_path, "check", "demo")
    some = ("--site", "lakeview", "--site", "tarn")
    assert "lakeview" in _harmony(tmp_path, "run", "demo", *some, "--plan")
    said = _harmony(tmp_path, "run", "demo", *some)
    assert "This system runs notebooks by --engine papermill only." in said
    assert "2 made, 0 up to date" in said
    assert "0 made, 2 up to date" in _harmony(tmp_path, "run", "demo", *some)
    refused = _harmony(tmp_path, "run", "demo", "--memory", "900", code=1)
    assert "--memory: this system cannot keep a report from taking more memory" in refused
    assert "lakeview" in _harmony(tmp_path, "plan", "demo")
    assert "one wave" in _harmony(tmp_path, "compare", "demo", code=1)
    assert "of 894 answers" in _harmony(tmp_path, "export", "demo", "out.csv")
    assert _run(tmp_path, "-c", _OPEN).split() == ["InterviewForm", "WorkshopBoard"]
    _serve(tmp_path, "interview", "demo", "--self")
    _serve(tmp_path, "interview", "demo")
    _serve(tmp_path, "workshop", "demo", "--site", "lakeview")


_BATCH = """
from pathlib import Path
from engagement_folders import request_for
from harmony_kit.batch.batch import run_engagement
from harmony_kit.batch.job import Limits
result = run_engagement(request_for(Path("e"), limits=Limits(timeout_s=30)))
print(sorted(result.made), result.failed)
"""


@pytest.mark.slow
def test_the_same_bytes_and_the_same_failures(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "e", "abcd")
    behave(folder, b="raise", c="crash", d="hang")
    said = _run(tmp_path, "-c", _BATCH)
    made = file_digests(folder / "reports" / "a")
    assert said.splitlines()[0] == str(["_portfolio", "a", "b", "c", "d"]) + " " + str(
        {
            "b": "A step stopped with an error: ValueError: <b>nothing to say</b> about b.",
            "c": "The process it ran in was ended before the notebook was done.",
            "d": "It was not done after 30 seconds and was stopped.",
        }
    )
    own = make_folder(tmp_path / "own", "a")
    run_engagement(request_for(own, notebooks=CASES))
    assert file_digests(own / "reports" / "a") == made


@pytest.mark.slow
def test_posix_is_called_in_two_modules_only() -> None:
    found = {}
    for path in (ROOT / "harmony_kit").rglob("*.py"):
        names = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute | ast.Name)
        }
        if used := names & POSIX_NAMES:
            found[path.name] = used
    assert set(found) <= POSIX_MODULES, found

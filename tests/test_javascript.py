"""The scripts of the interview form: linted, type-checked, and their pure parts tested by node."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import skip_or_fail

FOLDER = Path(__file__).parent / "javascript"


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which(words[0])
    if program is None:
        skip_or_fail(f"{words[0]} is not installed (node checks the scripts of the form)")
    return subprocess.run(
        [program, *words[1:]],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


@pytest.mark.slow
@pytest.mark.parametrize("task", ["lint", "types"])
def test_scripts_are_clean(task):
    if not (FOLDER / "node_modules").is_dir():
        skip_or_fail("the checkers of the form's scripts are missing: npm ci in tests/javascript")
    done = _run("npm", "run", "--silent", task)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.slow
def test_drafts_link_and_elements_do_what_they_say():
    done = _run("node", "--test", "--test-reporter", "tap")
    assert done.returncode == 0, done.stdout
    told = dict(re.findall(r"^# (tests|pass|skipped) (\d+)$", done.stdout, re.MULTILINE))
    assert int(told["tests"]) >= 20
    assert (told["pass"], told["skipped"]) == (told["tests"], "0")

"""The files around the package agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

import harmony_kit

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

#: conda-forge calls a few packages otherwise, and has lean builds of two.
CONDA_NAMES = {
    "nbconvert": "nbconvert-core",
    "tzdata": "python-tzdata",
}


def test_conda_environment_equals_the_dependencies():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    conda = {line for line in environment["dependencies"] if isinstance(line, str)} - {"pip"}
    split = [re.split(r"(?=>=)", line, maxsplit=1) for line in PROJECT["dependencies"]]
    expected = {CONDA_NAMES.get(name, name) + version for name, version in split}
    assert conda == expected | {f"python{PROJECT['requires-python']}"}
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_version_is_one_and_in_the_changelog():
    assert harmony_kit.__version__ == PROJECT["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{PROJECT['version']}]" in changelog


def test_readme_has_exactly_two_set_up_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(
        r"<!-- (?:run|test) -->\n```\w*\n(.+?)\n```\n<!-- end -->", readme, re.DOTALL
    )
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)
    assert commands[0].endswith("harmony demo")
    assert commands[1].endswith("pytest -n 3")


def test_the_hooks_are_the_tools_of_the_tests():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    named = {one for hook in hooks for one in hook["additional_dependencies"]}
    assert all("==" in one for one in named)
    pinned = {one for one in PROJECT["optional-dependencies"]["test"] if "==" in one}
    assert pinned <= named


def test_public_names_are_sorted_and_there():
    assert list(harmony_kit.__all__) == sorted(harmony_kit.__all__)
    assert all(hasattr(harmony_kit, name) for name in harmony_kit.__all__)

"""The rules of the house that a reader cannot see in one file."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "harmony_kit"

#: A module may import from its own layer and every layer above it in this list.
LAYERS = (
    {"errors"},
    {"settings", "yamlfile", "conditions", "frames"},
    {"instrument"},
    {"instrument_problems", "condition_problems"},
    {"instrument_file"},
    {"answers"},
    {"store", "store_engine", "store_tables", "exchange", "interview", "measures", "privacy"},
    {"evidence_files", "engagement", "demo"},
    {
        "scaffold",
        "patterns",
        "playbook",
        "playbook_file",
        "playbook_lint",
        "observations",
        "wording",
        "findings",
        "canvases",
        "figures",
        "tables",
        "blocks",
        "results",
        "measuring",
    },
    {"assessment", "portfolio", "interviewing"},
    {"report", "portfolio_report", "checking"},
    {"running"},
    {"commands", "console"},
    {"cli", "cli_options"},
)

#: Imported by one part of the package only.
OWNERS = {
    "ipywidgets": {"interview"},
    "anywidget": {"interview"},
    "papermill": {"running"},
    "nbconvert": {"running"},
    "nbclient": {"running"},
    "sqlalchemy": {"store", "store_engine", "store_tables"},
    "matplotlib": {"running"},  # warmed up for notebooks of other people; reports draw SVG
    "click": {"cli", "cli_options", "commands"},
    "xlsxwriter": {"exchange"},
    "python_calamine": {"exchange"},
}


def _modules() -> list[tuple[str, Path]]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return [(path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path) for path in paths]


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _layer(part: str) -> int:
    return next((i for i, parts in enumerate(LAYERS) if part in parts), -1)


def _own_parts(path: Path) -> set[str]:
    names = {name.split(".")[1] for name in _imports(path) if name.startswith("harmony_kit.")}
    return {name for name in names if not name.startswith("__")}


@pytest.mark.parametrize(
    ("part", "path"), _modules(), ids=lambda value: str(value).rpartition("/")[2]
)
def test_imports_go_one_way(part, path):
    if part in ("__init__", "__main__"):
        return
    assert _layer(part) >= 0, f"{part} has no layer"
    upwards = {other for other in _own_parts(path) if _layer(other) > _layer(part)}
    assert upwards == set()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("interview", "store"),
        ("measures", "store"),
        ("measures", "instrument"),
        ("exchange", "store"),
    ],
)
def test_neighbours_do_not_know_each_other(first, second):
    parts = {other for part, path in _modules() if part == first for other in _own_parts(path)}
    assert not {other for other in parts if other.startswith(second)}


def test_heavy_libraries_have_one_owner():
    strangers = {
        (library, part)
        for part, path in _modules()
        for library in {name.split(".")[0] for name in _imports(path)} & set(OWNERS)
        if part not in OWNERS[library]
    }
    assert strangers == set()


def test_measures_know_only_the_frame():
    allowed = {"answers", "settings", "errors", "frames", "measures"}
    parts = {other for part, path in _modules() if part == "measures" for other in _own_parts(path)}
    assert parts <= allowed


def test_modules_and_functions_stay_small():
    too_long = []
    for _, path in _modules():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300:
            too_long.append((path.name, text.count("\n")))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                n_lines = (node.end_lineno or 0) - node.lineno
                if n_lines > 50:
                    too_long.append((f"{path.name}:{node.name}", n_lines))
    assert too_long == []


def test_the_two_lens_names_are_nowhere_in_the_code():
    named = {}
    for _, path in _modules():
        if path.name == "demo.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in ("it", "operations"):
                named[path.name] = node.lineno
    assert named == {}


@pytest.mark.parametrize("module", ["harmony_kit", "harmony_kit.cli"])
def test_light_to_import(module):
    heavy = (
        "pandas",
        "numpy",
        "pydantic",
        "nbformat",
        "papermill",
        "matplotlib",
        "sqlalchemy",
        "rich",
    )
    code = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_engine_imports_in_a_fresh_process():
    code = "import harmony_kit.running.engine as e; print(e.HarmonyEngine.__name__)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "HarmonyEngine"

"""The rules of the house that a reader cannot see in one file."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "harmony_kit"

#: The rooms, in their order: one may use those before it, never those after it.
ROOMS = (
    "instrument",
    "journal",
    "engagement",
    "interview",
    "workshop",
    "exchange",
    "measures",
    "findings",
    "report",
    "engine",
    "batch",
    "commands",
)

#: Beside the rooms: what every room may use, and who starts them all.
BELOW, ABOVE = (
    ("errors", "accent", "files", "sheet_marks", "statistics_grids", "grids", "times", "regional"),
    ("cli_exchange", "cli_people", "cli_accord", "cli"),
)

#: What a room may use of the rooms before it, where that is less than everything.
NARROW = {
    "workshop": (
        "instrument",
        "interview",  # its form, its questions, its way of saving
        "journal.accord",
        "journal.answers",
        "journal.commitment",
        "journal.followed",
        "journal.subject",
    ),
    "interview": (
        "instrument",
        "journal.answer_rules",
        "journal.answers",
        "journal.case",
        "journal.names",
        "journal.replies",
        "journal.subject",
    ),
    "exchange": (
        "instrument",
        "journal.answer_rules",
        "journal.answers",
        "journal.bundle",
        "journal.import_entry",
        "journal.names",
        "journal.subject",
        "interview.questions",  # what is asked of a lens, in which order
    ),
    "measures": ("journal.answers", "engagement.settings"),
    "engine": (),
}

#: Imported by one room, or by the modules of one named here, only.
OWNERS = {
    "ipywidgets": ("interview",),
    "anywidget": ("interview", "workshop"),
    "papermill": ("engine",),
    "nbconvert": ("batch", "engine.imports"),
    "nbclient": ("engine",),
    "sqlalchemy": ("journal",),
    "tornado": ("interview",),
    "cryptography": ("interview.certificates",),
    "segno": ("commands.sharing",),
    "matplotlib": ("engine",),  # warmed up for notebooks of other people; reports draw SVG
    "click": ("cli", "cli_exchange", "cli_people", "cli_accord", "commands"),
    "xlsxwriter": ("exchange",),
    "python_calamine": ("grids",),
    "pyreadstat": ("statistics_grids",),
}


def _modules() -> list[tuple[str, Path]]:
    """Dotted names without the package's own, and files; the package itself is left out."""
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent != PACKAGE]
    paths += [PACKAGE / f"{name}.py" for name in (*BELOW, *ABOVE)]
    names = [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths]
    return [(n.removesuffix(".__init__"), p) for n, p in zip(names, paths, strict=True)]


MODULES = _modules()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _own_imports(path: Path) -> set[str]:
    """What a module imports of the package, without the package's name."""
    names = {name for name in _imports(path) if name.startswith("harmony_kit.")}
    return {name.removeprefix("harmony_kit.") for name in names} - {"__version__"}


def _room(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def _is_under(name: str, allowed: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def test_the_rooms_are_those_of_the_package():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders == set(ROOMS)


@pytest.mark.parametrize(("name", "path"), MODULES, ids=[name for name, _ in MODULES])
def test_imports_go_one_way(name, path):
    order = (*BELOW, *ROOMS, *ABOVE)
    allowed = order[: order.index(_room(name)) + 1]
    assert {other for other in _own_imports(path) if _room(other) not in allowed} == set()


@pytest.mark.parametrize("room", NARROW)
def test_narrow_rooms_know_little_of_the_others(room):
    own = {other for name, path in MODULES if _room(name) == room for other in _own_imports(path)}
    allowed = (room, "errors", *(() if room == "engine" else BELOW), *NARROW[room])
    assert {other for other in own if not _is_under(other, allowed)} == set()


def test_a_room_says_what_it_is_in_five_lines():
    told = {room: ast.get_docstring(_tree(PACKAGE / room / "__init__.py")) or "" for room in ROOMS}
    unclear = {
        room
        for room, text in told.items()
        if not ("It owns" in text and "never" in text and "Start at" in text)
    }
    assert unclear == set()


@pytest.mark.slow
def test_heavy_libraries_have_one_owner():
    strangers = {
        (library, name)
        for name, path in MODULES
        for library in {one.split(".")[0] for one in _imports(path)} & set(OWNERS)
        if not _is_under(name, OWNERS[library])
    }
    assert strangers == set()


#: Names two files of the package may share, and why.
SHARED_NAMES = {"__init__.py": "every package has one"}


def test_a_file_name_means_one_thing():
    names = Counter(path.name for path in PACKAGE.rglob("*.py"))
    assert {name for name, n in names.items() if n > 1} - set(SHARED_NAMES) == set()


def test_modules_and_functions_stay_small():
    too_long = []
    for _, path in MODULES:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 300:
            too_long.append((path.name, text.count("\n")))
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                n_lines = (node.end_lineno or 0) - node.lineno
                if n_lines > 50:
                    too_long.append((f"{path.name}:{node.name}", n_lines))
    assert too_long == []


def test_the_two_lens_names_are_nowhere_in_the_code():
    named = {}
    for _, path in MODULES:
        if path.name == "demo.py":
            continue
        for node in ast.walk(_tree(path)):
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


@pytest.mark.slow
def test_engine_imports_in_a_fresh_process():
    code = "import harmony_kit.engine as e; print(e.HarmonyEngine.__name__)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "HarmonyEngine"


def test_a_public_class_name_means_one_thing():
    homes: dict[str, set[str]] = {}
    for name, path in MODULES:
        for node in _tree(path).body:
            if isinstance(node, ast.ClassDef):
                names = [node.name]
            elif isinstance(node, ast.Assign):  # aliases of types
                targets = [one.id for one in node.targets if isinstance(one, ast.Name)]
                names = [one for one in targets if one[:1].isupper() and not one.isupper()]
            else:
                continue
            for one in names:
                homes.setdefault(one, set()).add(name)
    twice = {name: found for name, found in homes.items() if len(found) > 1}
    assert {name: found for name, found in twice.items() if not name.startswith("_")} == {}

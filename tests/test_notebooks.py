"""Notebooks call, they do not compute."""

from __future__ import annotations

import ast
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
REPORTS = [path for path in NOTEBOOKS if path.name[0] in "23"]
_FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.Try,
    ast.If,
    ast.With,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
)


def _cells(path: Path, kind: str = "code") -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


def test_the_four_notebooks_are_there():
    assert [path.name for path in NOTEBOOKS] == [
        "1_interview.ipynb",
        "2_site_assessment.ipynb",
        "3_portfolio.ipynb",
        "4_workshop.ipynb",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_committed_without_outputs_and_with_ids(path):
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert cell["id"]
    assert len({cell["id"] for cell in content["cells"]}) == len(content["cells"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_cells_are_short_and_only_call(path):
    for cell in _cells(path):
        source = "".join(cell["source"])
        assert source.count("\n") < 10, source
        found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, _FORBIDDEN)]
        assert found == [], source


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_first_code_cell_declares_typed_and_commented_parameters(path):
    first = _cells(path)[0]
    assert "parameters" in first["metadata"]["tags"]
    lines = [line for line in "".join(first["source"]).splitlines() if line.strip()]
    for line in lines:
        assert isinstance(ast.parse(line).body[0], ast.AnnAssign), line
        assert "#" in line, line


def _shows(cell):
    """Whether a cell ends with a value, which the page shows."""
    return isinstance(ast.parse("".join(cell["source"])).body[-1], ast.Expr)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_result_has_a_sentence_before_it(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert cells[0]["cell_type"] == "markdown"
    before = [
        (b["cell_type"], "".join(b["source"]))
        for b, cell in pairwise(cells)
        if cell["cell_type"] == "code" and _shows(cell)
    ]
    assert len(before) >= 1
    for kind, text in before:
        told = " ".join(line for line in text.splitlines() if not line.startswith("#")).strip()
        assert kind == "markdown", text
        assert re.search(r"\w[.?!]$", told), text

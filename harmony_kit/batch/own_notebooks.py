"""Notebooks of one's own: copies in an engagement folder, which its reports are made from.

``notebooks/2_site_assessment.ipynb`` or ``3_portfolio.ipynb`` in an engagement folder takes the
place of the package's. A copy keeps what it was copied from, so that a newer package can say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import harmony_kit
from harmony_kit.batch.places import notebooks_folder
from harmony_kit.engine.prepare import list_parameters
from harmony_kit.errors import FileError, Problem
from harmony_kit.files import hash_file, read_json, write_whole

__all__ = [
    "COPIED",
    "PORTFOLIO_NOTEBOOK",
    "SITE_NOTEBOOK",
    "copy_notebooks",
    "find_notebook",
    "list_notebook_problems",
    "list_own",
    "tell_own",
]

SITE_NOTEBOOK: Final = "2_site_assessment.ipynb"
PORTFOLIO_NOTEBOOK: Final = "3_portfolio.ipynb"
#: Under which name a copy's metadata say what it was copied from.
COPIED: Final = "harmony_kit"

#: What a run hands to a notebook, which has to declare it.
_ASKED: Final = {
    SITE_NOTEBOOK: ("engagement", "site", "wave", "snapshot", "output", "as_of"),
    PORTFOLIO_NOTEBOOK: ("engagement", "wave", "snapshot", "results", "output", "as_of"),
}


def copy_notebooks(folder: Path, wave: str) -> tuple[Path, ...]:
    """Copy the notebooks of the reports into an engagement folder; those that were not there.

    Run by hand where they lie, they read the engagement and its last snapshot. Raises OSError.
    """
    made = [name for name in _ASKED if not _own(folder, name).exists()]
    for name in made:
        source = notebooks_folder() / name
        notebook = json.loads(source.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "parameters" in cell["metadata"].get("tags", ()):
                cell["source"] = _at_home("".join(cell["source"]), wave)
        told = {"notebook": hash_file(source), "version": harmony_kit.__version__}
        notebook["metadata"][COPIED] = told
        text = json.dumps(notebook, indent=1, ensure_ascii=False)
        write_whole(_own(folder, name), f"{text}\n".encode())
    return tuple(_own(folder, name) for name in made)


def _at_home(source: str, wave: str) -> str:
    """The parameters as they are in the folder ``notebooks`` of an engagement."""
    named = json.dumps(wave)
    changed = source.replace('"../demo/', '"../').replace('"../demo"', '".."')
    return changed.replace('/snapshots/2026"', f"/snapshots/{named[1:]}").replace('"2026"', named)


def find_notebook(folder: Path, name: str, given: Path | None = None) -> Path:
    """The notebook a report is made by: in `given`, else the engagement's own, else ours."""
    if given is not None:
        return given / name
    own = _own(folder, name)
    return own if own.is_file() else notebooks_folder() / name


def list_own(folder: Path) -> list[str]:
    """The notebooks of its own an engagement has."""
    return [name for name in _ASKED if _own(folder, name).is_file()]


def tell_own(folder: Path) -> str:
    """That a run uses notebooks of the engagement, and which are copies of older ones."""
    told = [f"notebooks/{name}{_tell_age(folder, name)}" for name in list_own(folder)]
    return f"made by your own {' and '.join(told)}" if told else ""


def list_notebook_problems(folder: Path) -> Iterator[Problem]:
    """What is wrong with the notebooks of an engagement: unreadable, lacking, older than ours."""
    for name in list_own(folder):
        shown = f"notebooks/{name}"
        try:
            declared = list_parameters(_own(folder, name))
        except FileError as cause:
            yield from (Problem(shown, one.where, one.what) for one in cause.problems)
            continue
        lacking = [one for one in _ASKED[name] if one not in declared]
        if lacking:
            what = f"its cell tagged `parameters` does not declare {', '.join(lacking)}"
            todo = "Declare them there, or move the notebook away to use the package's."
            yield Problem(shown, "", what, todo=todo)
        if age := _tell_age(folder, name):
            todo = "Compare it with a fresh copy: move it away, then harmony init DIR --notebooks."
            yield Problem(shown, "", f"is older{age}", todo=todo, severity="warning")


def _tell_age(folder: Path, name: str) -> str:
    """From which version a copy was made, where the package's notebook has changed since."""
    copied: dict[str, Any] = read_json(_own(folder, name)).get("metadata", {}).get(COPIED) or {}
    digest = copied.get("notebook")
    if not digest or digest == hash_file(notebooks_folder() / name):
        return ""
    return f" (copied from version {copied.get('version')}, whose notebook was another)"


def _own(folder: Path, name: str) -> Path:
    return folder / "notebooks" / name

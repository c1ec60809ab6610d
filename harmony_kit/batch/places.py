"""Where the only copies of the template and the notebooks lie: a checkout or an installed wheel."""

from __future__ import annotations

import sys
from pathlib import Path

import harmony_kit

__all__ = ["notebooks_folder", "package_folder", "templates_folder"]


def package_folder() -> Path:
    """The folder of the package itself."""
    return Path(harmony_kit.__file__).resolve().parent


def templates_folder() -> Path:
    """The folder that holds ``harmony``, the nbconvert template."""
    shared = Path(sys.prefix) / "share" / "jupyter" / "nbconvert" / "templates"
    return _first_with("harmony/conf.json", package_folder().parent / "templates", shared)


def notebooks_folder() -> Path:
    """The folder of the notebooks every report is made from."""
    shared = Path(sys.prefix) / "share" / "harmony-kit" / "notebooks"
    return _first_with("2_site_assessment.ipynb", package_folder().parent / "notebooks", shared)


def _first_with(name: str, checkout: Path, installed: Path) -> Path:
    # An editable install leaves a stale copy under sys.prefix, so the checkout comes first.
    for folder in (checkout, installed):
        if (folder / name).is_file():
            return folder
    message = f"{name} is neither in {checkout} nor in {installed}; install harmony-kit again"
    raise FileNotFoundError(message)

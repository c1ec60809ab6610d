"""How Sphinx makes the pages under docs/ and the API reference: `nox -s docs`."""

from __future__ import annotations

from typing import Any

import papermill  # noqa: F401 - first, because it loads our engine while it is itself imported

import harmony_kit

project = "Harmony Kit"
release = harmony_kit.__version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_click",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
html_theme = "furo"
html_title = "Harmony Kit"
html_show_copyright = False
html_copy_source = False

# A docstring names things in single backticks, as Markdown does.
default_role = "code"
smartquotes = False  # two hyphens are those of an option
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = False


def setup(app: Any) -> None:  # noqa: ANN401 - Sphinx is only there when the pages are made
    """What Sphinx asks this file for beside its settings."""
    app.connect("autodoc-process-docstring", _keep_colons, priority=400)


def _keep_colons(*event: Any) -> None:  # noqa: ANN401 - as Sphinx sends it
    """Keep napoleon from taking what stands before a colon for the type of a constant."""
    _app, what, *_, lines = event
    if what in {"data", "attribute", "property"}:
        lines.insert(0, "\\")  # an escaped end of line: nothing on the page

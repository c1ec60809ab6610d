"""A notebook ready to run: parameters checked against what it declares, then injected."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any

from harmony_kit.errors import ParameterError

__all__ = ["prepare_notebook"]


def prepare_notebook(path: str | PathLike[str], parameters: Mapping[str, Any]) -> Any:
    """The notebook at `path` with `parameters` injected as papermill does, nothing run.

    Raises ParameterError for a name the cell tagged ``parameters`` does not declare: papermill
    only warns, and the report would silently be made of the defaults.
    """
    from papermill import inspect_notebook
    from papermill.execute import prepare_notebook_metadata, remove_error_markers
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    source = str(path)
    notebook = load_notebook_node(source)
    if parameters:
        known = tuple(inspect_notebook(source))
        for name in parameters:
            if name not in known:
                raise ParameterError(source, name, known)
        notebook = parameterize_notebook(notebook, dict(parameters))
    return remove_error_markers(prepare_notebook_metadata(notebook, source, None))

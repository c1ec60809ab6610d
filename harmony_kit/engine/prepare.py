"""A notebook ready to run: parameters checked against what it declares, then injected."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from harmony_kit.engine.imports import without_iri_grammar
from harmony_kit.errors import FileError, ParameterError, Problem

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ANY_PYTHON = ("python", "python3")
_INJECTED_ID = "injected-parameters"

__all__ = [
    "check_interpreter",
    "check_kernel",
    "check_language",
    "is_this_python",
    "kernel_of",
    "list_parameters",
    "prepare_notebook",
]


def prepare_notebook(path: str | os.PathLike[str], parameters: Mapping[str, Any]) -> NotebookNode:
    """The notebook at `path` with `parameters` injected as papermill does, nothing run.

    Paths and dates among the values become text. Raises ParameterError for a name the cell tagged
    ``parameters`` does not declare: papermill only warns, and the report would silently be made
    of the defaults. Raises FileError if `path` is not a notebook that can be read.
    """
    with without_iri_grammar():
        from papermill.execute import prepare_notebook_metadata, remove_error_markers
        from papermill.parameterize import parameterize_notebook

    notebook = _read(path)
    if parameters:
        known = _declared(notebook)
        for name in parameters:
            if name not in known:
                raise ParameterError(str(path), name, known)
        plain = {name: _plain(value) for name, value in parameters.items()}
        kernel, language = kernel_of(notebook)
        notebook = parameterize_notebook(notebook, plain, kernel_name=kernel, language=language)
        _name_injected_cell(notebook)
    # Names without folders: where a report was made is nobody's business.
    notebook = prepare_notebook_metadata(notebook, PurePath(path).name, None)
    return remove_error_markers(notebook)


def list_parameters(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """What the cell tagged ``parameters`` declares; FileError where it cannot be read."""
    with without_iri_grammar():
        return _declared(_read(path))


def check_language(path: str | os.PathLike[str], notebook: NotebookNode) -> None:
    """Raise FileError if the notebook is written in another language than Python."""
    language = kernel_of(notebook)[1]
    if language.lower() not in ("python", "ipython", "python3"):
        raise FileError(
            Problem(
                str(path),
                "metadata.kernelspec",
                f"the notebook is written in {language}",
                "Python",
                "Run it with the engine papermill, which starts its kernel.",
            )
        )


def check_kernel(path: str | os.PathLike[str], notebook: NotebookNode) -> None:
    """Raise FileError if the notebook's kernel is not installed."""
    from jupyter_client.kernelspec import NoSuchKernel

    name = kernel_of(notebook)[0]
    try:
        _kernel_spec(name)
    except NoSuchKernel as cause:
        what = f"the notebook asks for the kernel {name!r}, which is not installed"
        how = "Install it; `jupyter kernelspec list` shows those that are there."
        problem = Problem(str(path), "metadata.kernelspec", what, "an installed kernel", how)
        raise FileError(problem) from cause


def check_interpreter(path: str | os.PathLike[str], notebook: NotebookNode) -> None:
    """Raise FileError if the notebook's kernel is not installed or runs another Python than this.

    Run here all the same, it would find other packages than it was written with.
    """
    name = kernel_of(notebook)[0]
    if name in _ANY_PYTHON:  # always there with IPython's kernel: no list of kernels is read
        return
    check_kernel(path, notebook)
    if not is_this_python(name):
        what = f"the notebook asks for the kernel {name!r}, which runs another Python"
        how = "Run it with the engine papermill, which starts its kernel."
        allowed = "a kernel of this Python"
        raise FileError(Problem(str(path), "metadata.kernelspec", what, allowed, how))


def is_this_python(kernel: str) -> bool:
    """Whether an installed kernel is IPython's, for this very Python, with nothing set for it.

    The name every notebook has that was written anywhere means this one, too.
    """
    if kernel in _ANY_PYTHON:
        return True
    spec = _kernel_spec(kernel)
    program, *words = spec.argv
    if spec.env or not any(word.startswith("ipykernel") for word in words):
        return False
    folder, name = os.path.split(program)
    if not folder:  # a kernel manager puts the Python it runs with in place of such a name
        return name.startswith("python")
    ours = Path(os.path.abspath(sys.executable)).parent  # noqa: PTH100 - links stay: a venv is one
    return ours == Path(os.path.abspath(folder))  # noqa: PTH100


def _kernel_spec(name: str) -> Any:  # noqa: ANN401 - a KernelSpec
    from jupyter_client.manager import KernelManager

    # The manager and not its list of kernels: it also knows python3 by the name python.
    return KernelManager(kernel_name=name).kernel_spec


def _read(path: str | os.PathLike[str]) -> NotebookNode:
    from nbformat import ValidationError
    from papermill.iorw import load_notebook_node

    try:
        return load_notebook_node(str(path))
    except (OSError, ValueError, KeyError, AttributeError, ValidationError) as cause:
        what = f"it cannot be read as a notebook ({type(cause).__name__}: {cause})"
        raise FileError(Problem(str(path), "", what)) from cause


def _declared(notebook: NotebookNode) -> tuple[str, ...]:
    from papermill.inspection import _infer_parameters

    kernel, language = kernel_of(notebook)
    found = _infer_parameters(notebook, name=kernel, language=language)
    return tuple(parameter.name for parameter in found)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever papermill can write
    """Paths and dates as text, as papermill injects them; its record of them has to be JSON."""
    return str(value) if isinstance(value, PurePath | date) else value


def _name_injected_cell(notebook: NotebookNode) -> None:
    """Give the injected cell a lasting id: papermill's is random, and a second run would differ."""
    taken = {cell.get("id") for cell in notebook.cells}
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()) and _INJECTED_ID not in taken:
            cell["id"] = _INJECTED_ID


def kernel_of(notebook: NotebookNode) -> tuple[str, str]:
    """Name and language of the notebook's kernel; a notebook that names none is Python's."""
    spec = notebook.metadata.get("kernelspec", {})
    language = notebook.metadata.get("language_info", {}).get("name") or spec.get("language")
    return spec.get("name") or "python3", language or "python"

"""The other engine: papermill's own, with a kernel of its own for the notebook."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from harmony_kit.engine.wire import Message

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["run_in_kernel"]


def run_in_kernel(notebook: NotebookNode, output: str, cell_timeout_s: float | None) -> Message:
    """Run a prepared notebook in a fresh kernel, written to `output` after each cell.

    Yields how it ended: `status` and, unless ok, `cell`, `source`, `ename` and `evalue`.
    """
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    from harmony_kit.engine.prepare import kernel_of

    logging.getLogger("papermill").setLevel(logging.ERROR)
    timeout_s = None if cell_timeout_s is None else math.ceil(cell_timeout_s)
    kernel, language = kernel_of(notebook)
    try:
        execute_notebook(
            notebook,
            output,
            kernel_name=kernel,
            language=language,
            progress_bar=False,
            execution_timeout=timeout_s,
        )
    except PapermillExecutionError as failure:
        fields = {"cell": failure.cell_index, "source": failure.source}
        return {"status": "failed", **fields, "ename": failure.ename, "evalue": failure.evalue}
    except CellTimeoutError as failure:
        return {"status": "timeout", **_last_started(output, failure)}
    except DeadKernelError as failure:
        return {"status": "crashed", **_last_started(output, failure)}
    return {"status": "ok"}


def _last_started(output: str, failure: Exception) -> Message:
    """The cell that was running when the kernel stopped answering."""
    import nbformat

    cells = nbformat.read(output, as_version=4).cells
    started = [n for n, cell in enumerate(cells) if cell.metadata.papermill.start_time]
    cell = started[-1] if started else 0
    error = {"ename": type(failure).__name__, "evalue": str(failure)}
    return {"cell": cell, "source": cells[cell].source, **error}

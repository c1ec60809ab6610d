"""Plain papermill, in a process of its own: the other engine, and the only one without POSIX.

Started as ``python -m harmony_kit.engine.kernel``, it reads what to do from standard input, which
stays open as long as somebody waits for the end, and leaves how it went in a file.
"""

from __future__ import annotations

import logging
import math
import os
import pickle
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from harmony_kit.engine.posix import limit_memory
from harmony_kit.engine.processes import end_all, list_started
from harmony_kit.engine.wire import Message

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["main"]


def main() -> None:
    """Prepare a notebook, run it in a fresh kernel, leave how it ended."""
    opening: Message = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        ending = _run(opening)
    except Exception as cause:  # noqa: BLE001 - whatever it is, the caller has to raise it
        ending = {"status": "refused", "error": cause}
    place = Path(opening["ending"])
    place.with_suffix(".part").write_bytes(pickle.dumps(ending))
    place.with_suffix(".part").replace(place)


def _end_with_parent() -> None:
    """A supervisor that is killed cannot end anything any more, and a kernel would compute on."""
    sys.stdin.buffer.read()
    end_all(list_started(os.getpid()))
    os._exit(1)


def _run(opening: Message) -> Message:
    from harmony_kit.engine.prepare import check_kernel, prepare_notebook

    notebook = prepare_notebook(opening["notebook"], opening["parameters"])
    check_kernel(opening["notebook"], notebook)
    from papermill import execute

    marks = {
        "banner": execute.ERROR_MESSAGE_TEMPLATE,
        "anchor": execute.ERROR_ANCHOR_MSG,
        "tag": execute.ERROR_MARKER_TAG,
    }
    if opening["memory_mb"] is not None:
        limit_memory(opening["memory_mb"])
    ending = _run_in_kernel(notebook, opening["output"], opening["cell_timeout_s"])
    return {**ending, "marks": marks}


def _run_in_kernel(notebook: NotebookNode, output: str, cell_timeout_s: float | None) -> Message:
    """Run a prepared notebook in a fresh kernel, written to `output` after each cell.

    Yields how it ended: `status` and, unless ok, `cell`, `ename` and `evalue`.
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
        told = {"ename": failure.ename, "evalue": failure.evalue}
        return {"status": "failed", "cell": failure.cell_index, **told}
    except CellTimeoutError as failure:
        return {"status": "timeout", "ename": "CellTimeoutError", "evalue": str(failure)}
    except DeadKernelError as failure:
        return {"status": "crashed", "ename": "DeadKernelError", "evalue": str(failure)}
    return {"status": "ok"}


if __name__ == "__main__":
    main()

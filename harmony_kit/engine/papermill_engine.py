"""The engine papermill calls by the name ``harmony``."""

from __future__ import annotations

import atexit
import functools
import logging
import os
import shutil
import time
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import Engine, NBClientEngine
from papermill.exceptions import PapermillExecutionError

from harmony_kit.engine import book as books
from harmony_kit.engine.account import error_output
from harmony_kit.engine.echo import Echo
from harmony_kit.engine.outputs import Recorder
from harmony_kit.engine.posix import is_posix
from harmony_kit.engine.prepare import check_language, is_this_python
from harmony_kit.engine.scratch import new_scratch
from harmony_kit.engine.server import Server
from harmony_kit.engine.supervision import CellEnd, TooLate, WorkerDied, WorkerSession

__all__ = ["DeadProcessError", "HarmonyEngine", "LateCellError"]

logger = logging.getLogger("papermill")  # its own, so that its settings apply


class LateCellError(PapermillExecutionError, CellTimeoutError):
    """A cell that took longer than it may."""


class DeadProcessError(PapermillExecutionError, DeadKernelError):
    """The process of a notebook ended in the middle of a cell."""


class HarmonyEngine(Engine):
    """``papermill --engine harmony``: a fresh process forked from a warm server, no kernel."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,  # noqa: ANN401 - a NotebookNode
        kernel_name: str,
        output_path: str | None = None,
        **options: Any,  # noqa: ANN401 - papermill's
    ) -> Any:  # noqa: ANN401
        """Run a notebook; raise, when it is saved, for a cell that was late or died."""
        deaths: list[type[PapermillExecutionError]] = []
        done = super().execute_notebook(nb, kernel_name, output_path, deaths=deaths, **options)
        for kind in deaths:
            _raise_as(kind, done, output_path)
        return done

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,  # noqa: ANN401 - papermill's NotebookExecutionManager
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        deaths: list[type[PapermillExecutionError]] | None = None,
        **options: Any,  # noqa: ANN401 - what papermill and other engines take
    ) -> None:
        """Run the cells of ``nb_man.nb``, telling `nb_man` when each starts, fails and ends.

        Of papermill's other options `log_output`, `stdout_file`, `stderr_file` and `timeout` are
        honoured. Where this system cannot run our own processes, or the kernel asked for runs
        another Python, papermill starts that kernel, and a warning says so. Raises FileError for a
        notebook in another language than Python, NoSuchKernel for a kernel that is not there,
        `LateCellError` and `DeadProcessError`, which are also what papermill's own engine raises.
        """
        check_language(options.get("input_path") or "the notebook", nb_man.nb)
        if why := _why_a_kernel(kernel_name):
            logger.warning("%s: papermill starts a kernel for it", why)
            NBClientEngine.execute_managed_notebook(
                nb_man, kernel_name, execution_timeout=execution_timeout, **options
            )
            return
        token, scratch = new_scratch()
        recorder = Recorder(nb_man.nb.cells, nbformat.from_dict)
        echo = Echo(nb_man, options)
        session = WorkerSession(
            _server().worker(), token, on_text=echo.text, on_message=echo.message, recorder=recorder
        )
        try:
            session.send(_opening(scratch, token))
            ready = session.receive("ready")
            nb_man.nb.metadata["language_info"] = nbformat.from_dict(ready["language_info"])
            death = _run_cells(nb_man, session, execution_timeout or options.get("timeout"))
            session.end()
        finally:
            session.close()
            echo.end()
            shutil.rmtree(scratch, ignore_errors=True)
        if widgets := recorder.widgets.metadata():
            nb_man.nb.metadata["widgets"] = nbformat.from_dict(widgets)
        if death is not None and deaths is not None:
            deaths.append(death)


def _why_a_kernel(name: str) -> str:
    """Why a process of ours will not do; empty where it will."""
    if not is_posix():
        return "the engine harmony needs Linux or macOS"
    if not is_this_python(name):
        return f"the kernel {name!r} runs another Python than this"
    return ""


@functools.cache
def _server() -> Server:
    """The server of this process, kept warm for the next notebook."""
    server = Server()
    atexit.register(server.stop)
    return server


def _opening(scratch: str, token: str) -> dict[str, Any]:
    return {
        "notebook": None,
        "env": dict(os.environ),
        "cwd": str(os.getcwd()),  # noqa: PTH109 - papermill changes it for the run
        "scratch": scratch,
        "memory_mb": None,
        "token": token,
    }


def _run_cells(
    nb_man: Any,  # noqa: ANN401 - papermill's
    session: WorkerSession,
    timeout_s: float | None,
) -> type[PapermillExecutionError] | None:
    """Run the cells, up to one that fails; what to raise for one that was late or died."""
    for index, cell in enumerate(nb_man.nb.cells):
        nb_man.cell_start(cell, index)
        is_going_on, death = True, None
        try:
            if books.is_runnable(cell):
                is_going_on, death = _run_cell(nb_man, session, index, timeout_s)
        finally:
            nb_man.cell_complete(cell, cell_index=index)
        if not is_going_on:
            return death
    return None


def _run_cell(
    nb_man: Any,  # noqa: ANN401 - papermill's
    session: WorkerSession,
    index: int,
    timeout_s: float | None,
) -> tuple[bool, type[PapermillExecutionError] | None]:
    """Run one cell of code; whether the next one comes, what to raise if it was late or died."""
    cell = nb_man.nb.cells[index]
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    try:
        end = session.run_cell(index, cell.source, deadline=deadline)
    except WorkerDied as death:
        _fail(nb_man, session, index, error_output("ProcessDied", str(death)))
        return False, DeadProcessError
    except TooLate:
        end = CellEnd(is_failed=True, is_late=True)
    if end.is_late:
        late = f"the cell was not done after {timeout_s:g} s"
        _fail(nb_man, session, index, error_output("TimeoutError", late))
        return False, LateCellError
    cell.execution_count = end.execution_count
    is_allowed = "raises-exception" in cell.metadata.get("tags", ())
    if end.is_failed and not is_allowed:
        nb_man.cell_exception(cell, cell_index=index)
        return False, None
    return not end.is_last, None


def _fail(nb_man: Any, session: WorkerSession, index: int, output: dict[str, Any]) -> None:  # noqa: ANN401
    cell = nb_man.nb.cells[index]
    made = session.recorder.add(output)
    if cell.outputs and cell.outputs[-1] is made:  # else an Output widget captures
        # papermill names a cell's first error, and an interrupt has left one of its own.
        errors = [n for n, shown in enumerate(cell.outputs) if shown.output_type == "error"]
        cell.outputs.insert(errors[0], cell.outputs.pop())
    nb_man.cell_exception(cell, cell_index=index)


def _raise_as(kind: type[PapermillExecutionError], nb: Any, path: str | None) -> None:  # noqa: ANN401
    """Let papermill mark and save the failure; raise it as what its own engine raises as well."""
    from papermill.execute import raise_for_execution_errors  # it loads the engines, this one too

    try:
        raise_for_execution_errors(nb, path)
    except PapermillExecutionError as told:
        fields = (told.cell_index, told.exec_count, told.source, told.ename, told.evalue)
        raise kind(*fields, told.traceback) from None

"""Run notebooks, each in a clean process."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from harmony_kit.errors import RunError
from harmony_kit.running.prepare import prepare_notebook
from harmony_kit.running.request import Listener, RunRequest, RunResult

__all__ = ["Runner"]


class Runner:
    """Runs notebooks one at a time per calling thread; several threads may call at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything this runner started."""

    def run(self, request: RunRequest, on_event: Listener | None = None) -> RunResult:
        """Run one notebook and write it to its output, whatever its end.

        Raises ParameterError before anything runs.
        """
        from papermill.exceptions import PapermillExecutionError
        from papermill.execute import execute_notebook

        began = time.monotonic()
        n_cells = len(prepare_notebook(request.notebook, request.parameters).cells)
        request.output.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(suffix=".ipynb", dir=request.output.parent)
        os.close(handle)
        error = None
        try:
            execute_notebook(
                str(request.notebook),
                scratch,
                dict(request.parameters),
                progress_bar=False,
                cwd=request.cwd,
            )
        except PapermillExecutionError as failure:
            error = RunError(
                str(request.notebook),
                failure.cell_index,
                failure.source,
                failure.ename,
                failure.evalue,
            )
        Path(scratch).replace(request.output)
        total = time.monotonic() - began
        return RunResult(
            request,
            "failed" if error else "ok",
            error,
            {"start": 0.0, "prepare": 0.0, "cells": total, "write": 0.0, "total": total},
            n_cells,
            n_cells,
        )

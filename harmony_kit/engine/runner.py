"""Run notebooks, each in a clean process of its own."""

from __future__ import annotations

import base64
import logging
import os
import pickle
import shutil
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from harmony_kit.engine.course import Course
from harmony_kit.engine.processes import Worker
from harmony_kit.engine.request import Listener, RunRequest, RunResult
from harmony_kit.engine.scratch import new_scratch
from harmony_kit.engine.server import Server
from harmony_kit.engine.supervision import WorkerSession
from harmony_kit.engine.wire import Message
from harmony_kit.errors import FileError, HarmonyError, Problem

__all__ = ["Runner", "RunnerClosed"]

logger = logging.getLogger("harmony_kit.engine")


class RunnerClosed(HarmonyError, RuntimeError):  # noqa: N818 - said of the runner, as in queue.Empty
    """The runner was closed while a notebook ran, or before."""


class Runner:
    """Runs notebooks; several threads may call `run` at once, one process each.

    Made, it starts the fork server, which warms up while the caller does something else. Use it
    as a context manager: `close` ends every process it started.

    Parameters
    ----------
    method
        ``"forkserver"`` or ``"spawn"``; None takes what the system has.
    """

    def __init__(self, method: str | None = None) -> None:
        self._server = Server(method)
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._is_closed = False
        self._has_warned = False
        self._server.start()

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
        """End every process this runner started; calls to `run` raise RunnerClosed."""
        with self._lock:
            self._is_closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()
        self._server.stop()

    def run(self, request: RunRequest, on_event: Listener | None = None) -> RunResult:
        """Run one notebook and write it to its output, whatever its end.

        Raises ParameterError or FileError before anything runs, OSError if the output cannot be
        written, and RunnerClosed if another thread closes the runner meanwhile.
        """
        if request.cwd is not None and not request.cwd.is_dir():
            where = "the working directory of the run"
            raise FileError(Problem(str(request.cwd), where, "there is no such folder"))
        token, scratch = new_scratch()
        try:
            return self._run(request, on_event, scratch, token)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _run(
        self, request: RunRequest, on_event: Listener | None, scratch: str, token: str
    ) -> RunResult:
        worker = self._take_worker()
        session = WorkerSession(worker, token)
        course = Course(request, session, Path(scratch) / "executed.ipynb", on_event)
        try:
            session.send(_opening(request, scratch, token))
            self._server.prepare_next()
            result = course.run()
        finally:
            with self._lock:
                self._workers.discard(worker)
            session.close()
        if self._is_closed and result.status == "crashed":
            message = "the runner was closed"
            raise RunnerClosed(message)
        self._warn(course.missing)
        return result

    def _take_worker(self) -> Worker:
        message = "the runner is closed"
        if self._is_closed:
            raise RunnerClosed(message)
        try:
            # Without the lock: a server that still loads answers late, and `close` must not wait.
            worker = self._server.worker()
        except (EOFError, OSError) as cause:
            if not self._is_closed:
                raise
            raise RunnerClosed(message) from cause
        with self._lock:
            if not self._is_closed:
                self._workers.add(worker)
                return worker
        worker.discard()
        self._server.stop()  # closed meanwhile, it may have been started again
        raise RunnerClosed(message)

    def _warn(self, missing: list[str]) -> None:
        if missing and not self._has_warned:
            self._has_warned = True
            logger.warning(
                "the fork server is not warm, every run is slower: %s", "; ".join(missing)
            )


def _opening(request: RunRequest, scratch: str, token: str) -> Message:
    """What a worker has to know first."""
    return {
        "engine": request.engine,
        "notebook": str(request.notebook.resolve()),
        # JSON would lose what papermill can write: dates, tuples, paths, infinite numbers.
        "parameters": base64.b64encode(pickle.dumps(dict(request.parameters))).decode(),
        "output": str(Path(scratch) / "executed.ipynb"),
        "cell_timeout_s": request.cell_timeout_s,
        "memory_mb": request.memory_mb,
        "env": dict(os.environ),
        "cwd": str((request.cwd or Path.cwd()).resolve()),
        "scratch": scratch,
        "token": token,
    }

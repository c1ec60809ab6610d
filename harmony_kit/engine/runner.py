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

from harmony_kit.engine.account import Account
from harmony_kit.engine.course import Course
from harmony_kit.engine.plain import PlainRun
from harmony_kit.engine.posix import can_limit_memory, is_posix
from harmony_kit.engine.processes import Worker
from harmony_kit.engine.request import RunRequest, RunResult
from harmony_kit.engine.scratch import new_scratch
from harmony_kit.engine.server import Server, take_server
from harmony_kit.engine.supervision import WorkerSession
from harmony_kit.engine.wire import Message
from harmony_kit.errors import FileError, HarmonyError, Problem

__all__ = ["Runner", "RunnerClosed"]

_NO_WORKER = "the process that forks notebooks ended twice when it was asked for one"

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
        ``"fork"`` or ``"spawn"``; None takes what is safe on this system. Where our own processes
        cannot be had at all, every notebook runs with plain papermill, in a fresh kernel.
    """

    def __init__(self, method: str | None = None) -> None:
        self._server = take_server(method) if is_posix() else None
        self._lock = threading.Lock()
        self._running: set[Worker | PlainRun] = set()
        self._is_closed = False
        self._has_warned = False
        if self._server is not None:
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
            running = list(self._running)
        for one in running:
            one.kill()
        if self._server is not None:
            self._server.stop()

    def run(self, request: RunRequest) -> RunResult:
        """Run one notebook and write it to its output, whatever its end.

        Raises ParameterError or FileError before anything runs, OSError if the output cannot be
        written, and RunnerClosed if another thread closes the runner meanwhile.
        """
        if request.cwd is not None and not request.cwd.is_dir():
            where = "the working directory of the run"
            raise FileError(Problem(str(request.cwd), where, "there is no such folder"))
        if request.memory_mb is not None and not can_limit_memory():
            what = "this system cannot keep a process from taking more memory"
            raise FileError(Problem("memory_mb", "", what, todo="Run it without a memory limit."))
        token, scratch = new_scratch()
        try:
            account = Account(request)
            if request.engine == "papermill" or self._server is None:
                return self._run_plain(account, Path(scratch))
            return self._run_own(self._server, account, scratch, token)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _run_own(self, server: Server, account: Account, scratch: str, token: str) -> RunResult:
        worker = self._take_worker(server)  # the server may still load its libraries
        account.start_clock()
        session = WorkerSession(worker, token)
        course = Course(account, session)
        try:
            session.send(_opening(account.request, scratch, token))
            server.prepare_next()
            result = course.run()
        finally:
            self._forget(worker)
            session.close()
        self._raise_if_closed(result)
        self._warn(course.missing)
        return result

    def _run_plain(self, account: Account, scratch: Path) -> RunResult:
        run = PlainRun(account, scratch)
        self._remember(run)
        try:
            result = run.run()
        finally:
            self._forget(run)
            run.kill()
        self._raise_if_closed(result)
        return result

    def _remember(self, running: Worker | PlainRun) -> None:
        with self._lock:
            if not self._is_closed:
                self._running.add(running)
                return
        running.kill()

    def _forget(self, running: Worker | PlainRun) -> None:
        with self._lock:
            self._running.discard(running)

    def _raise_if_closed(self, result: RunResult) -> None:
        if self._is_closed and result.status == "crashed":
            message = "the runner was closed"
            raise RunnerClosed(message)

    def _take_worker(self, server: Server) -> Worker:
        message = "the runner is closed"
        if self._is_closed:
            raise RunnerClosed(message)
        try:
            # Without the lock: a server that still loads answers late, and `close` must not wait.
            worker = server.worker()
        except (EOFError, OSError) as cause:
            if not self._is_closed:
                raise OSError(_NO_WORKER) from cause
            raise RunnerClosed(message) from cause
        self._remember(worker)
        if self._is_closed:
            worker.discard()
            raise RunnerClosed(message)
        return worker

    def _warn(self, missing: list[str]) -> None:
        if missing and not self._has_warned:
            self._has_warned = True
            logger.warning(
                "the fork server is not warm, every run is slower: %s", "; ".join(missing)
            )


def _opening(request: RunRequest, scratch: str, token: str) -> Message:
    """What a worker has to know first."""
    return {
        "notebook": str(request.notebook.resolve()),
        # JSON would lose what papermill can write: dates, tuples, paths, infinite numbers.
        "parameters": base64.b64encode(pickle.dumps(dict(request.parameters))).decode(),
        "memory_mb": request.memory_mb,
        "env": dict(os.environ),
        "cwd": str((request.cwd or Path.cwd()).resolve()),
        "scratch": scratch,
        "token": token,
    }

"""Processes that render: warm, few, apart from the notebooks and from the one who waits.

A notebook that crashed cannot render its own page, and the parent must not stand still for it.
They are started from nothing rather than forked from the notebooks' server: both load their
libraries at the same time, and the first report is ready a second earlier.
"""

from __future__ import annotations

import contextlib
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import Finished
from harmony_kit.engine.runner import RunnerClosed

__all__ = ["RenderError", "Renderers"]

_JOBS_PER_PROCESS = 8  # one renders faster than eight notebooks run
_BOOT = "import sys; sys.path[:] = {path!r}; from harmony_kit.batch.rendering import serve; serve()"


_ENDED = "the run was ended"


class RenderError(RuntimeError):
    """A report could not be rendered; the message is what went wrong in the other process.

    Without a message the process ended before it could say.
    """


class Renderers:
    """A few processes that finish reports; a context manager, callable from several threads."""

    def __init__(self, n_jobs: int) -> None:
        self._free: queue.SimpleQueue[_Renderer] = queue.SimpleQueue()
        self._all = [_Renderer() for _ in range(1 + (n_jobs - 1) // _JOBS_PER_PROCESS)]
        for renderer in self._all:
            self._free.put(renderer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; what they were at is lost."""
        for renderer in self._all:
            renderer.close()

    def start(self) -> None:
        """Let the processes load their libraries, as soon as there is something to render."""
        for renderer in self._all:
            renderer.start()

    def finish(self, work: Path, page: Page) -> Finished:
        """`publish.finish_report` in another process.

        Raises `RenderError` when that failed or the process died, `RunnerClosed` when it was ended
        on purpose.
        """
        with self._one() as renderer:
            return renderer.finish(work, page)

    @contextlib.contextmanager
    def _one(self) -> Iterator[_Renderer]:
        renderer = self._free.get()
        try:
            yield renderer
        finally:
            self._free.put(renderer)


class _Renderer:
    """One process; started again when it died, but not once it was closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    def start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._is_closed:
                raise RunnerClosed(_ENDED)
            if self._process is None:
                path = [entry or str(Path.cwd()) for entry in sys.path]
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _BOOT.format(path=path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            return self._process

    def finish(self, work: Path, page: Page) -> Finished:
        process = self.start()
        try:
            pickle.dump((work, page), process.stdin)  # type: ignore[arg-type]
            process.stdin.flush()  # type: ignore[union-attr]
            answer = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301 - our own child
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as cause:
            self._end()
            if self._is_closed:
                raise RunnerClosed(_ENDED) from None
            raise RenderError from cause
        if isinstance(answer, str):
            raise RenderError(answer)
        finished: Finished = answer
        return finished

    def close(self) -> None:
        self._is_closed = True
        self._end()

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                # What was not sent when it died is lost with it.
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]

"""Processes that render: warm, few, apart from the notebooks and from the one who waits.

A notebook that crashed cannot render its own page, and the parent must not stand still for it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from harmony_kit.running.publish import Finished, Page, finish_report

__all__ = ["RenderError", "Renderers"]

_REPORTS_PER_PROCESS = 8  # one renders faster than eight notebooks run


class RenderError(RuntimeError):
    """A report could not be rendered; the message is what went wrong in the other process."""


class Renderers:
    """A few processes that finish reports; a context manager, callable from several threads."""

    def __init__(self, n_jobs: int) -> None:
        self._free: queue.SimpleQueue[_Renderer] = queue.SimpleQueue()
        self._all = [_Renderer() for _ in range(1 + (n_jobs - 1) // _REPORTS_PER_PROCESS)]
        for renderer in self._all:
            self._free.put(renderer)

    def __enter__(self) -> Renderers:
        return self

    def __exit__(self, *_: object) -> None:
        for renderer in self._all:
            renderer.stop()

    def warm_up(self) -> None:
        """Start the processes now, so that they load while something else is done."""
        for renderer in self._all:
            renderer.start()

    def finish(self, work: Path, page: Page) -> Finished:
        """`publish.finish_report` in another process.

        Raises `RenderError` when that failed or the process died.
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
    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Connection | None = None

    def start(self) -> Connection:
        if self._pipe is None:
            context: Any = multiprocessing.get_context(_start_method())
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe

    def finish(self, work: Path, page: Page) -> Finished:
        pipe = self.start()
        try:
            pipe.send((work, page))
            finished = pipe.recv()
        except (EOFError, OSError) as cause:
            self.stop()
            message = "the process that renders ended unexpectedly"
            raise RenderError(message) from cause
        if isinstance(finished, str):
            raise RenderError(finished)
        return finished

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join(2)
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


def _start_method() -> str:
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _serve(pipe: Connection) -> None:
    # Ctrl-C reaches every process of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        while True:
            work, page = pipe.recv()
            try:
                pipe.send(finish_report(work, page))
            except Exception as cause:  # noqa: BLE001 - whatever it is, the site's page has to say it
                pipe.send(f"{type(cause).__name__}: {cause}")

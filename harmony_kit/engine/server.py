"""Starting the process of a notebook: forked from a warm server, or spawned where there is none.

The server is the standard library's fork server with one module of ours preloaded. A process is
asked of it with `multiprocessing.forkserver.connect_to_new_process` and not as a
`multiprocessing.Process`, because that would first run the caller's main script again in every
notebook: papermill's or pytest's command line, or somebody's script without a main guard.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver, reduction
from multiprocessing.connection import Connection
from typing import Any, cast

from harmony_kit.engine.processes import Process, Worker

__all__ = ["Server", "has_fork_server"]

_PRELOAD = "harmony_kit.engine.preload"
#: A fork server runs that nobody is bound to end: whoever starts next is.
_released = threading.Event()


def has_fork_server() -> bool:
    """Whether this system can fork a warm process."""
    return "forkserver" in multiprocessing.get_all_start_methods()


class Server:
    """Where workers come from; `start` it early, it warms up meanwhile."""

    def __init__(self, method: str | None = None) -> None:
        self._method = method or ("forkserver" if has_fork_server() else "spawn")
        self._lock = threading.Lock()
        self._spare: Worker | None = None
        self._is_ours = False
        self._is_stopped = False

    def start(self) -> None:
        """Begin warming up, and come back at once."""
        if self._method == "forkserver":
            with self._lock:
                self._is_ours = self._is_ours or not _is_running() or _released.is_set()
                _released.clear()
                multiprocessing.set_forkserver_preload([_PRELOAD])
                with _same_imports():
                    _ensure_running()
        else:
            with self._lock:
                self._spare = self._spare or _start(_Spawned)

    def release(self) -> None:
        """Leave the ending of what `start` started to the next server that starts."""
        with self._lock:
            if self._is_ours:
                self._is_ours = False
                _released.set()

    def worker(self) -> Worker:
        """A new process, waiting for its notebook. Raises OSError if none can be had."""
        if self._method == "forkserver":
            return self._forked()
        self.start()
        with self._lock:
            taken, self._spare = self._spare, None
        return taken or _start(_Spawned)

    def _forked(self) -> Worker:
        self.start()
        try:
            return _start(_Forked)
        except (EOFError, ConnectionError):  # the server died after it was seen alive
            if self._is_stopped:
                raise
            time.sleep(0.1)
            self.start()
        try:
            return _start(_Forked)
        except EOFError as cause:
            message = "the process that forks notebooks ended twice when it was asked for one"
            raise OSError(message) from cause

    def prepare_next(self) -> None:
        """Where nothing can be forked, start the next process while this one works."""
        if self._method == "spawn":
            self.start()

    def stop(self) -> None:
        """End what `start` started, unless somebody else uses it too."""
        self._is_stopped = True
        with self._lock:
            spare, self._spare = self._spare, None
            if spare:
                spare.discard()
            is_free = self._is_ours or _released.is_set()
            if is_free and not multiprocessing.active_children():
                _stop_fork_server()
                _released.clear()
            self._is_ours = False


@dataclass(frozen=True)
class _Lines:
    """A worker's ends: the channel, the two pipes."""

    channel: Connection
    stdout: Connection
    stderr: Connection

    def close(self) -> None:
        for line in (self.channel, self.stdout, self.stderr):
            line.close()


class _Forked:
    """A process forked by the fork server; `sentinel` delivers its exit code."""

    def __init__(self, lines: _Lines) -> None:
        fds = [line.fileno() for line in (lines.channel, lines.stdout, lines.stderr)]
        self.sentinel, data_fd = forkserver.connect_to_new_process(fds)
        # While this stays open, the worker knows that its supervisor lives.
        self._alive_fd = os.dup(data_fd)
        self._code: int | None = None
        # If it is dead, there is no answer to be read either.
        with contextlib.suppress(BrokenPipeError), os.fdopen(data_fd, "wb") as stream:
            for part in ({"sys_path": [path for path in sys.path if path]}, _Boot()):
                reduction.dump(part, stream)
        try:
            self.pid = forkserver.read_signed(self.sentinel)
        except EOFError:
            self.close()
            raise

    def exitcode(self) -> int | None:
        """The exit code, minus the signal that killed it; None if the server died with it."""
        if self._code is None:
            with contextlib.suppress(EOFError, OSError):
                self._code = forkserver.read_signed(self.sentinel)
        return self._code

    def close(self) -> None:
        os.close(self._alive_fd)
        os.close(self.sentinel)


class _Boot:
    """What the fork server unpickles and starts in the child, in place of a Process."""

    def _bootstrap(self, parent_sentinel: int) -> int:
        from harmony_kit.engine.worker import serve

        channel, stdout, stderr = cast("list[int]", forkserver.get_inherited_fds())
        _detach_from_server()
        with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
            serve(Connection(channel), (stdout, stderr), parent_sentinel)
        return 0


class _Spawned:
    """A process started from nothing."""

    def __init__(self, lines: _Lines) -> None:
        context: Any = multiprocessing.get_context("spawn")
        self._process = context.Process(
            target=_serve_spawned, args=(lines.channel, lines.stdout, lines.stderr)
        )
        self._process.start()
        self.pid, self.sentinel = self._process.pid, self._process.sentinel

    def exitcode(self) -> int | None:
        """The exit code, minus the signal that killed it."""
        self._process.join(10)
        code: int | None = self._process.exitcode
        return code

    def close(self) -> None:
        self._process.join(10)
        self._process.close()


def _serve_spawned(channel: Connection, stdout: Connection, stderr: Connection) -> None:
    importlib.import_module(_PRELOAD)  # what a server would have loaded, while it is not needed yet
    from harmony_kit.engine.worker import serve

    parent = multiprocessing.parent_process()
    fds = os.dup(stdout.fileno()), os.dup(stderr.fileno())
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        serve(channel, fds, int(parent.sentinel) if parent else -1)


def _start(kind: type[_Forked | _Spawned]) -> Worker:
    channel, theirs = multiprocessing.Pipe()
    stdout, their_stdout = multiprocessing.Pipe(duplex=False)
    stderr, their_stderr = multiprocessing.Pipe(duplex=False)
    lines = _Lines(theirs, their_stdout, their_stderr)
    try:
        process: Process = kind(lines)
        return Worker(process, channel, os.dup(stdout.fileno()), os.dup(stderr.fileno()))
    finally:
        lines.close()
        stdout.close()
        stderr.close()


def _ensure_running() -> None:
    try:
        forkserver.ensure_running()
    except ChildProcessError:
        # Not this process's child: it was forked after the server was, or somebody reaped it.
        _detach_from_server()
        forkserver.ensure_running()


def _detach_from_server() -> None:
    """Know of no fork server. A notebook that uses one starts its own, which ends with it."""
    server: Any = getattr(forkserver, "_forkserver", None)
    if server is not None and hasattr(server, "_forkserver_alive_fd"):
        os.close(server._forkserver_alive_fd)  # noqa: SLF001 - the child's copy, else unclosable
        server.__init__()


@contextlib.contextmanager
def _same_imports() -> Iterator[None]:
    """Let the server find modules where this process does, and not in the current folder first.

    Started in a checkout of another version, it would load that one.
    """
    kept = {name: os.environ.get(name) for name in ("PYTHONPATH", "PYTHONSAFEPATH")}
    path = os.pathsep.join(place for place in sys.path if place)
    os.environ.update(PYTHONPATH=path, PYTHONSAFEPATH="1")
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _is_running() -> bool:
    server: Any = getattr(forkserver, "_forkserver", None)
    return getattr(server, "_forkserver_pid", None) is not None


def _stop_fork_server() -> None:
    """End the fork server; the standard library only ends it with the interpreter."""
    server: Any = getattr(forkserver, "_forkserver", None)
    pid = getattr(server, "_forkserver_pid", None)
    if pid is not None:
        # Still loading, it would only notice when it is done: five seconds after a Ctrl-C.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if hasattr(server, "_stop"):
        server._stop()  # noqa: SLF001 - there is no public way

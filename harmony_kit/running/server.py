"""Starting the process of a notebook: forked from a warm server, or spawned where there is none.

The server is the standard library's fork server with one module of ours preloaded. A process is
asked of it with `multiprocessing.forkserver.connect_to_new_process` and not as a
`multiprocessing.Process`, because that would first run the caller's main script again in every
notebook: papermill's or pytest's command line, or somebody's script without a main guard.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import forkserver, reduction
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, cast

__all__ = ["Server", "Worker", "has_fork_server"]

_PRELOAD = "harmony_kit.running.preload"


def has_fork_server() -> bool:
    """Whether this system can fork a warm process."""
    return "forkserver" in multiprocessing.get_all_start_methods()


class _Process(Protocol):
    """What a supervisor needs of a process, however it was started."""

    pid: int
    sentinel: int

    def exitcode(self) -> int | None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Worker:
    """The process of one notebook, as its supervisor holds it: three lines and a way to end it."""

    process: _Process
    channel: Connection
    stdout_fd: int
    stderr_fd: int

    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return not wait([self.process.sentinel], 0)

    def signal(self, number: int) -> None:
        """Send a signal to the process and to everything it started."""
        if self.is_alive() or number == signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """End the process and its whole group now; wait until it is gone."""
        self.signal(signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            # It may not have become the leader of its group yet.
            if self.is_alive():
                os.kill(self.process.pid, signal.SIGKILL)
        wait([self.process.sentinel], 10)

    def close(self) -> None:
        """Give back the descriptors; `stdout_fd` and `stderr_fd` belong to who reads them."""
        self.channel.close()
        self.process.close()


class Server:
    """Where workers come from; `start` it early, it warms up meanwhile."""

    def __init__(self, method: str | None = None) -> None:
        self._method = method or ("forkserver" if has_fork_server() else "spawn")
        self._lock = threading.Lock()
        self._spare: Worker | None = None
        self._is_ours = False

    def start(self) -> None:
        """Begin warming up, and come back at once."""
        if self._method == "forkserver":
            with self._lock:
                self._is_ours = self._is_ours or not _is_running()
                multiprocessing.set_forkserver_preload([_PRELOAD])
                with _same_imports():
                    forkserver.ensure_running()
        else:
            with self._lock:
                self._spare = self._spare or _start(_Spawned)

    def worker(self) -> Worker:
        """A new process, waiting for its notebook."""
        self.start()
        if self._method == "forkserver":
            return _start(_Forked)
        with self._lock:
            taken, self._spare = self._spare, None
        return taken or _start(_Spawned)

    def prepare_next(self) -> None:
        """Where nothing can be forked, start the next process while this one works."""
        if self._method == "spawn":
            self.start()

    def stop(self) -> None:
        """End what `start` started, unless somebody else uses it too."""
        with self._lock:
            spare, self._spare = self._spare, None
            if spare:
                spare.kill()
                spare.close()
                os.close(spare.stdout_fd)
                os.close(spare.stderr_fd)
            if self._is_ours and not multiprocessing.active_children():
                _stop_fork_server()
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
        with os.fdopen(data_fd, "wb") as stream:
            for part in ({"sys_path": [path for path in sys.path if path]}, _Boot()):
                reduction.dump(part, stream)
        self.pid = forkserver.read_signed(self.sentinel)

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
        from harmony_kit.running.worker import serve

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
    from harmony_kit.running.worker import serve

    parent = multiprocessing.parent_process()
    fds = os.dup(stdout.fileno()), os.dup(stderr.fileno())
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        serve(channel, fds, int(parent.sentinel) if parent else -1)


def _start(kind: type[_Forked] | type[_Spawned]) -> Worker:
    channel, theirs = multiprocessing.Pipe()
    stdout, their_stdout = multiprocessing.Pipe(duplex=False)
    stderr, their_stderr = multiprocessing.Pipe(duplex=False)
    lines = _Lines(theirs, their_stdout, their_stderr)
    try:
        process: _Process = kind(lines)
        return Worker(process, channel, os.dup(stdout.fileno()), os.dup(stderr.fileno()))
    finally:
        lines.close()
        stdout.close()
        stderr.close()


def _detach_from_server() -> None:
    """A notebook that uses a fork server starts its own: ours could not end its processes."""
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

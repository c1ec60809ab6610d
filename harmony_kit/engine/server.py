"""Starting the process of a notebook: forked from a warm one, or from nothing where that is unsafe.

The warm process is `forker`, a program of its own: unlike a `multiprocessing.Process`, it never
runs the caller's main script again, be it papermill's command line or somebody's script without a
main guard.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from harmony_kit.engine.forker import NUMBER
from harmony_kit.engine.posix import can_fork_warm
from harmony_kit.engine.processes import Process, Worker

__all__ = ["Server", "take_server"]

_FORKER = "harmony_kit.engine.forker"
_OFFERED: list[Server] = []


class Server:
    """Where workers come from; `start` it early, it warms up meanwhile.

    `method` is ``"fork"`` or ``"spawn"``; None takes what is safe on this system.
    """

    def __init__(self, method: str | None = None) -> None:
        self._method = method or ("fork" if can_fork_warm() else "spawn")
        self._lock = threading.Lock()
        self._warm: _Warm | None = None
        self._spare: Worker | None = None
        self._is_stopped = False

    def start(self) -> None:
        """Begin warming up, and come back at once."""
        with self._lock:
            if self._is_stopped:
                message = "the server of notebooks was stopped"
                raise EOFError(message)
            if self._method == "spawn":
                self._spare = self._spare or _start(None)
            elif self._warm is None or not self._warm.is_alive():
                self._drop()
                self._warm = _Warm()

    def worker(self) -> Worker:
        """A new process, waiting for its notebook. Raises OSError or EOFError if there is none."""
        if self._method == "fork":
            return self._forked()
        self.start()
        with self._lock:
            taken, self._spare = self._spare, None
        return taken or _start(None)

    def _forked(self) -> Worker:
        for is_last in (False, True):
            self.start()
            warm = self._warm
            try:
                return _start(warm)
            except (EOFError, OSError):  # it died after it was seen alive
                if is_last or self._is_stopped:
                    raise
                with self._lock:
                    if warm is self._warm:
                        self._drop()
        raise AssertionError

    def prepare_next(self) -> None:
        """Where nothing can be forked, start the next process while this one works."""
        if self._method == "spawn":
            self.start()

    def stop(self) -> None:
        """End what `start` started."""
        self._is_stopped = True
        with self._lock:
            spare, self._spare = self._spare, None
            if spare:
                spare.discard()
            self._drop()

    def offer(self) -> None:
        """Let the next `take_server` have this one."""
        _OFFERED.append(self)

    def withdraw(self) -> None:
        """Stop it, unless somebody took it."""
        if self in _OFFERED:
            _OFFERED.remove(self)
            self.stop()

    def _drop(self) -> None:
        warm, self._warm = self._warm, None
        if warm is not None:
            warm.end()


def take_server(method: str | None = None) -> Server:
    """The server somebody has offered, already warming up; else a new one."""
    return _OFFERED.pop() if _OFFERED and method is None else Server(method)


class _Warm:
    """The process notebooks are forked from, and the line to it."""

    def __init__(self) -> None:
        self.line, theirs = socket.socketpair()
        self._owner = os.getpid()
        with theirs:
            self._process = _run_forker("fork", theirs.fileno())

    def is_alive(self) -> bool:
        """Whether it runs, for this process: one forked since then starts its own."""
        return self._owner == os.getpid() and self._process.poll() is None

    def end(self) -> None:
        """End it at once: still loading, it would notice its line's end in seconds."""
        self.line.close()
        if self._owner == os.getpid():
            self._process.kill()
            self._process.wait()


def _run_forker(how: str, *fds: int) -> subprocess.Popen[bytes]:
    # It must find modules where this process does, and not in the current folder first: started
    # in a checkout of another version, it would load that one.
    path = os.pathsep.join(place for place in sys.path if place)
    return subprocess.Popen(
        [sys.executable, "-m", _FORKER, how, *map(str, fds)],
        pass_fds=fds,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"},
        process_group=0,  # what a terminal sends is for the parent to pass on
    )


@dataclass(frozen=True)
class _Lines:
    """A worker's ends: the channel, the two pipes."""

    channel: Connection
    stdout: Connection
    stderr: Connection

    def fds(self) -> list[int]:
        return [line.fileno() for line in (self.channel, self.stdout, self.stderr)]

    def close(self) -> None:
        for line in (self.channel, self.stdout, self.stderr):
            line.close()


class _Forked:
    """A process forked by the warm one; `sentinel` delivers its exit code."""

    def __init__(self, lines: _Lines, warm: _Warm) -> None:
        alive, self._alive = os.pipe()  # while this stays open, the worker knows we live
        self.sentinel, teller = os.pipe()
        self._code: int | None = None
        try:
            socket.send_fds(warm.line, [b"f"], [*lines.fds(), alive, teller])
        except BaseException:
            self.close()
            raise
        finally:
            os.close(alive)
            os.close(teller)
        try:
            self.pid = self._read_number()
        except EOFError:
            self.close()
            raise

    def exitcode(self) -> int | None:
        """The exit code, minus the signal that killed it; None if the warm one died with it."""
        if self._code is None:
            with contextlib.suppress(EOFError):
                self._code = self._read_number()
        return self._code

    def close(self) -> None:
        os.close(self._alive)
        os.close(self.sentinel)

    def _read_number(self) -> int:
        data = os.read(self.sentinel, NUMBER.size)
        if len(data) < NUMBER.size:
            message = "the process that forks notebooks has ended"
            raise EOFError(message)
        number: int = NUMBER.unpack(data)[0]
        return number


class _Spawned:
    """A process started from nothing."""

    def __init__(self, lines: _Lines) -> None:
        alive, self._alive = os.pipe()
        self.sentinel, held = os.pipe()
        try:
            self._process = _run_forker("once", *lines.fds(), alive)
        finally:
            os.close(alive)
        self.pid = self._process.pid
        threading.Thread(target=self._await_end, args=(held,), daemon=True).start()

    def _await_end(self, held: int) -> None:
        self._process.wait()
        os.close(held)

    def exitcode(self) -> int | None:
        """The exit code, minus the signal that killed it."""
        return self._process.wait(10)

    def close(self) -> None:
        self._process.wait(10)
        os.close(self._alive)
        os.close(self.sentinel)


def _start(warm: _Warm | None) -> Worker:
    channel, theirs = Pipe()
    stdout, their_stdout = Pipe(duplex=False)
    stderr, their_stderr = Pipe(duplex=False)
    lines = _Lines(theirs, their_stdout, their_stderr)
    try:
        process: Process = _Forked(lines, warm) if warm else _Spawned(lines)
        return Worker(process, channel, os.dup(stdout.fileno()), os.dup(stderr.fileno()))
    finally:
        lines.close()
        stdout.close()
        stderr.close()

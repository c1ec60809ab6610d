"""The process notebooks are forked from: it loads the libraries once, then forks when asked.

It has one thread and one line to whoever started it. A request is five descriptors: the worker's
three lines, a pipe that stays open while the supervisor lives, and the pipe on which the fork's
number and, when it has ended, its exit code are told. It ends when its line does. Started with
``once`` instead, it is the worker itself, where a warm process cannot be forked.

What a notebook started and left behind falls to this process, on Linux, and is ended before the
notebook's own end is told.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import struct
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from harmony_kit.engine.posix import adopt_orphans

__all__ = ["NUMBER", "N_LINES", "main"]

#: How a process number or an exit code is told.
NUMBER = struct.Struct("q")
N_LINES = 5
_MOST_LOOKS = 500  # a second: what cannot be killed must not stop the other notebooks


def main(how: str, *fds: str) -> None:
    """Fork on request over one descriptor, or be the worker of four."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C: the parent decides
    import harmony_kit.engine.preload  # noqa: F401

    if how == "once":
        lines = list(map(int, fds))
        for fd in lines:
            os.set_inheritable(fd, False)  # noqa: FBT003 - the library's signature
        _work(*lines)
    else:
        _Forker(socket.socket(fileno=int(fds[0]))).run()


class _Forker:
    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._tellers: dict[int, int] = {}  # process number → where its exit code is told
        self._woken, self._waker = os.pipe()
        for fd in (self._woken, self._waker):
            os.set_blocking(fd, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        adopt_orphans()

    def run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._line, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    os.read(self._woken, 512)
                    self._tell_ends()
                if self._line in ready:
                    _, fds, _, _ = socket.recv_fds(self._line, 1, N_LINES)
                    if not fds:
                        return
                    self._fork(*fds)

    def _fork(self, *fds: int) -> None:
        *lines, teller = fds
        pid = os.fork()
        if pid == 0:
            self._become_worker(*lines, teller)
        for fd in lines:
            os.close(fd)
        self._tellers[pid] = teller
        _tell(teller, pid)

    def _become_worker(self, *fds: int) -> None:
        *lines, teller = fds
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._line.close()
            for fd in (self._woken, self._waker, teller, *self._tellers.values()):
                os.close(fd)
            _work(*lines)
            code = 0
        except BaseException:  # noqa: BLE001 - nothing of the server may run in this process
            sys.excepthook(*sys.exc_info())
        finally:
            with contextlib.suppress(BaseException):
                sys.stdout.flush()
            os._exit(code)

    def _tell_ends(self) -> None:
        while self._tellers:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            teller = self._tellers.pop(pid, None)
            if teller is not None:
                self._end_strays()
                _tell(teller, os.waitstatus_to_exitcode(status))
                os.close(teller)

    def _end_strays(self) -> None:
        """Kill what a notebook left behind, what that had started, and so on."""
        for _ in range(_MOST_LOOKS):
            strays = _children() - self._tellers.keys()
            if not strays:
                return
            for pid in strays:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)
            for pid in strays:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


def _children() -> set[int]:
    """The children of this process; empty where the system does not list them."""
    pid = os.getpid()
    try:
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return set()


def _tell(fd: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever asked is gone
        os.write(fd, NUMBER.pack(number))


def _work(channel: int, stdout: int, stderr: int, alive: int) -> None:
    from harmony_kit.engine.worker import serve

    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        serve(Connection(channel), (stdout, stderr), alive)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Python as our package finds it on Windows: what only POSIX has is gone, for its own code alone.

Loaded by every process whose PYTHONPATH names this folder. Other packages keep what they choose
by themselves on the system they run on.
"""

import asyncio.selector_events
import builtins
import os
import signal
import socket
import sys
import time
import types
from multiprocessing import connection

_GONE = {
    os: (
        "fork forkpty setsid getpgrp getpgid killpg register_at_fork geteuid getuid sysconf wait"
        " waitpid waitid WNOHANG sched_getaffinity set_blocking mkfifo uname getloadavg"
    ),
    signal: "SIGKILL SIGCHLD SIGHUP set_wakeup_fd",
    time: "tzset",
    socket: "send_fds recv_fds",
}
_OTHERWISE = {(os, "name"): "nt", (sys, "platform"): "win32"}
# Nobody is root there, for whom Jupyter would not start.
os.geteuid = lambda: 1000
_frame = sys._getframe
_MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}


def _asks():
    frame = _frame(1).f_back
    return frame and str(frame.f_globals.get("__name__")).startswith("harmony_kit")


class _Guarded(types.ModuleType):
    def __getattribute__(self, name):
        if _asks():
            if name in _GONE.get(self, "").split():
                message = f"module {self.__name__!r} has no attribute {name!r}"
                raise AttributeError(message)
            if (self, name) in _OTHERWISE:
                return _OTHERWISE[self, name]
        return super().__getattribute__(name)


_import = builtins.__import__
_wait = connection.wait
_add_reader = asyncio.selector_events.BaseSelectorEventLoop.add_reader


def _import_as_on_windows(name, *rest, **options):
    if rest and rest[0] and str(rest[0].get("__name__")).startswith("harmony_kit"):
        if name in _MODULES:
            message = f"No module named {name!r}"
            raise ModuleNotFoundError(message, name=name)
        if name == "msvcrt":
            return _msvcrt()
    return _import(name, *rest, **options)


def _msvcrt():
    import fcntl

    module = types.ModuleType("msvcrt")
    module.LK_NBLCK = 1
    module.locking = lambda fd, *_: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return module


def _wait_for_sockets(objects, *rest, **options):
    if _asks() and any(isinstance(one, int) or hasattr(one, "fileno") for one in objects):
        message = "not a socket"
        raise OSError(message)
    return _wait(objects, *rest, **options)


def _no_reader(self, *words):
    if _asks():
        raise NotImplementedError
    return _add_reader(self, *words)


for _module in (os, signal, socket, sys, time):
    _module.__class__ = _Guarded
builtins.__import__ = _import_as_on_windows
connection.wait = _wait_for_sockets
asyncio.selector_events.BaseSelectorEventLoop.add_reader = _no_reader

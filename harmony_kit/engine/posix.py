"""Every call only POSIX systems have, in one place: what makes a process a fresh one and ends it.

Nothing here may be called where `is_posix` is false; importing it is safe everywhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = [
    "adopt_orphans",
    "can_fork_warm",
    "can_limit_memory",
    "die_with",
    "is_posix",
    "kill_group",
    "leave_when_forked",
    "limit_memory",
    "own_session",
    "redirect",
    "settle",
    "signal_group",
]

_CALLS = {
    os: ("fork", "getpgrp", "killpg", "register_at_fork", "setsid"),
    signal: ("SIGKILL",),
    time: ("tzset",),
}
_PR_SET_CHILD_SUBREAPER = 36
_INLINE = "module://matplotlib_inline.backend_inline"


def is_posix() -> bool:
    """Whether this system has what our own processes are made of."""
    return all(hasattr(module, name) for module, names in _CALLS.items() for name in names)


def can_fork_warm() -> bool:
    """Whether a process that has computed may be forked here.

    On macOS its system libraries may have started threads meanwhile, and a child then hangs.
    """
    return is_posix() and sys.platform != "darwin"


def can_limit_memory() -> bool:
    """Whether a process can be kept from taking more memory; macOS accepts a limit, ignores it."""
    return is_posix() and sys.platform != "darwin"


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the process group a process leads, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def kill_group(pid: int) -> None:
    """End the process group a process leads, now."""
    signal_group(pid, signal.SIGKILL)


def leave_when_forked(leave: Callable[[], None]) -> None:
    """Call `leave` in every process that is forked from this one."""
    os.register_at_fork(after_in_child=leave)


def adopt_orphans() -> None:
    """Become the parent of what this process's children leave behind, where Linux allows it.

    Whoever ends this process then finds all that it started, in sessions of their own or not.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def own_session() -> None:
    """Become the leader of a process group of its own, so that all of it can be ended at once."""
    with contextlib.suppress(PermissionError):  # a leader already
        os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def die_with(sentinel: int, scratch: str) -> None:
    """End this process group and its temporary files when `sentinel` reports the caller's end.

    A supervisor that is killed cannot end anything any more, and a notebook would compute on.
    """

    def watch() -> None:
        with contextlib.suppress(OSError):
            os.read(sentinel, 1)
        _end_group(scratch)

    threading.Thread(target=watch, name="harmony-supervisor", daemon=True).start()


def _end_group(scratch: str) -> None:
    """Kill this process group, then remove its temporary files, from outside the group.

    The other way round, whoever is not dead yet writes new files into the folder being removed.
    """
    group = os.getpgrp()
    with contextlib.suppress(OSError, MemoryError):  # no room for a process: the files stay
        if os.fork() == 0:
            os.setsid()
            os.killpg(group, signal.SIGKILL)
            _remove(scratch)
            os._exit(0)
        time.sleep(10)  # killed meanwhile; killing now would hit the one that is to clean up
    os.killpg(0, signal.SIGKILL)


def _remove(scratch: str) -> None:
    """Remove a folder nobody is meant to write to; a killed process may need a moment to end."""
    for _ in range(50):
        shutil.rmtree(scratch, ignore_errors=True)
        if not Path(scratch).exists():
            return
        time.sleep(0.1)


def redirect(fds: tuple[int, int]) -> None:
    """Make `fds` the standard output and error; standard input is empty."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(fds[0], 1)
    os.dup2(fds[1], 2)
    for fd in fds:
        os.set_inheritable(fd, False)  # noqa: FBT003 - the library's signature


def settle(*, env: Mapping[str, str], cwd: str, scratch: str) -> None:
    """Take the caller's environment and folder, a temporary folder of its own, fresh randomness."""
    os.environ.clear()
    os.environ.update({"MPLBACKEND": _INLINE, **env, "TMPDIR": scratch})
    time.tzset()
    tempfile.tempdir = None
    os.chdir(cwd)
    if "" not in sys.path:
        sys.path.insert(0, "")  # modules beside the notebook, as in a kernel
    sys.argv = ["harmony"]
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if (arrow := sys.modules.get("pyarrow")) and "OMP_NUM_THREADS" not in env:
        # Loaded where one thread had been asked for, it would keep to one.
        arrow.set_cpu_count(os.cpu_count() or 1)


def limit_memory(memory_mb: int | None) -> None:
    """Let this process allocate no more than `memory_mb` MiB from here on; None: no limit."""
    if memory_mb is None:
        return
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _address_space_bytes() + memory_mb * 1_048_576
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _address_space_bytes() -> int:
    """What this process already occupies; the libraries of the warm server are a gigabyte of it."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

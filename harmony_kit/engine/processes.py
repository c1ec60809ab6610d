"""A process of a notebook, as whoever supervises it holds it."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Protocol

__all__ = ["Process", "Worker"]


class Process(Protocol):
    """What a supervisor needs of a process, however it was started."""

    pid: int
    sentinel: int

    def exitcode(self) -> int | None:
        """The exit code, minus the signal that killed it; None if nobody knows."""

    def close(self) -> None:
        """Give the descriptors back."""


@dataclass(frozen=True)
class Worker:
    """The process of one notebook, as its supervisor holds it: three lines and a way to end it."""

    process: Process
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
        """End the process and everything it started now; wait until it is gone."""
        started = _descendants(self.process.pid) if self.is_alive() else []
        self.signal(signal.SIGKILL)
        # It may not lead its group yet; and a kernel, say, leads one of its own.
        for pid in [self.process.pid, *started] if self.is_alive() or started else []:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        wait([self.process.sentinel], 10)

    def close(self) -> None:
        """Give back the descriptors; `stdout_fd` and `stderr_fd` belong to who reads them."""
        self.channel.close()
        self.process.close()

    def discard(self) -> None:
        """End one nobody uses, and give everything back."""
        self.kill()
        self.close()
        os.close(self.stdout_fd)
        os.close(self.stderr_fd)


def _descendants(pid: int) -> list[int]:
    """Processes started by `pid` and by those; none where the system does not list them."""
    parents: dict[int, int] = {}
    for listing in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name before the last parenthesis may contain anything.
            fields = listing.read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
            parents[int(listing.parent.name)] = int(fields.split()[1])
    found = [pid]
    for parent in found:
        found += [child for child in parents if parents[child] == parent]
    return found[1:]

"""Processes of notebooks, as whoever supervises them holds them, and their end."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Protocol

from harmony_kit.engine.posix import kill_group, signal_group

__all__ = ["Process", "Worker", "end_all", "end_strays", "list_started"]


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

    def interrupt(self) -> None:
        """Interrupt the process and everything in its group."""
        if self.is_alive():
            signal_group(self.process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End the process and everything it started now; wait until it is gone."""
        if self.is_alive():
            # It may not lead its group yet; and a kernel, say, leads one of its own.
            end_all([self.process.pid, *list_started(self.process.pid)])
        kill_group(self.process.pid)
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


def list_started(pid: int) -> list[int]:
    """The processes that `pid` started, and those that they did; none once it is gone."""
    import psutil

    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return []


def end_strays(mark: str) -> None:
    """End every process that has `mark` in its environment, whoever its parent is by now."""
    import psutil

    strays = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and mark in process.environ().values():
                strays.append(process.pid)
    end_all(strays)


def end_all(pids: list[int]) -> None:
    """Kill processes, those that are gone already excepted."""
    import psutil

    for pid in pids:
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()

"""Threads that make reports, one each at a time, and stop at once when told to."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

__all__ = ["auto_jobs", "work_through"]

T = TypeVar("T")
_MB_PER_NOTEBOOK = 400


def auto_jobs(memory_mb: int | None = None) -> int:
    """How many notebooks to run at a time: one per processor, if the memory allows it."""
    affinity = getattr(os, "sched_getaffinity", None)
    n_processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    n_fitting = _available_mb() // (memory_mb or _MB_PER_NOTEBOOK)
    return max(1, min(n_processors, n_fitting))


def _available_mb() -> int:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    except (AttributeError, ValueError, OSError):  # Windows does not say
        return 2**20


def work_through(
    jobs: Iterable[T],
    make: Callable[[T], None],
    n_jobs: int,
    *,
    stop: threading.Event,
    abandon: Callable[[], None],
) -> None:
    """Call `make` with every job, `n_jobs` at a time; no new one once `stop` is set.

    An exception in `make`, or Ctrl-C here, sets `stop`, calls `abandon`, which must make every
    `make` under way return, and is raised again when they have.
    """

    def make_unless_stopped(job: T) -> None:
        if not stop.is_set():
            make(job)

    pool = ThreadPoolExecutor(n_jobs, thread_name_prefix="report")
    try:
        waiting: set[Future[None]] = {pool.submit(make_unless_stopped, job) for job in jobs}
        while waiting:
            # A timeout, because a wait without one cannot be interrupted on Windows.
            done, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
    except BaseException:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        abandon()
        raise
    finally:
        pool.shutdown()

"""Who makes the reports: processes on this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass

from harmony_kit.running.briefing import BatchRequest
from harmony_kit.running.engine import Runner, RunRequest, RunResult
from harmony_kit.running.job import Job, Made, make_report
from harmony_kit.running.renderers import Renderers

__all__ = ["Maker", "makers"]


@dataclass(frozen=True)
class Maker:
    """Makes reports, `n_jobs` at a time, until `stop` is set; then starts no further one."""

    make: Callable[[Job, Callable[[str], None]], Made]
    n_jobs: int
    stop: threading.Event


@contextmanager
def makers(request: BatchRequest, n_jobs: int) -> Iterator[Maker]:
    """Whoever makes the reports of a run; every process of theirs is gone afterwards."""
    stop = threading.Event()
    if request.scheduler is not None:
        from harmony_kit.running.fleet import open_fleet

        with open_fleet(request) as fleet:
            yield Maker(fleet.make, fleet.n_workers, stop)
        return
    # The server loads its libraries while the folder is read and the snapshot taken.
    with Runner() as runner, Renderers(n_jobs) as renderers:
        guarded = _GuardedRunner(runner)

        def make(job: Job, tell: Callable[[str], None]) -> Made:
            return make_report(job, guarded, renderers, tell=tell)

        try:
            yield Maker(make, n_jobs, stop)
        except BaseException:
            guarded.is_abandoned = True
            raise


class _GuardedRunner:
    """A runner whose results count only while the run goes on.

    When a run is interrupted its notebooks are killed, which must not look like their failure.
    """

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.is_abandoned = False

    def run(self, request: RunRequest) -> RunResult:
        if self.is_abandoned:
            raise CancelledError
        result = self._runner.run(request)
        if self.is_abandoned:
            raise CancelledError
        return result

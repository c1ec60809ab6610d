"""Who makes the reports: processes on this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from harmony_kit.batch.batch_request import BatchRequest
from harmony_kit.batch.job import Job, Made, make_report
from harmony_kit.batch.renderers import Renderers
from harmony_kit.engine import Runner

__all__ = ["Maker", "makers"]


@dataclass(frozen=True)
class Maker:
    """Makes reports, `n_jobs` at a time, until `stop` is set; then starts no further one.

    `abandon` ends what is in the making, at once.
    """

    make: Callable[[Job, Callable[[str], None]], Made]
    n_jobs: int
    stop: threading.Event
    abandon: Callable[[], None]


@contextmanager
def makers(request: BatchRequest, n_jobs: int) -> Iterator[Maker]:
    """Whoever makes the reports of a run; every process of theirs is gone afterwards."""
    stop = threading.Event()
    if request.scheduler is not None:
        from harmony_kit.batch.fleet import open_fleet

        with open_fleet(request) as fleet:
            yield Maker(fleet.make, fleet.n_workers, stop, fleet.abandon)
        return
    # The server loads its libraries while the folder is read and the snapshot taken.
    with Runner() as runner, Renderers(n_jobs) as renderers:

        def make(job: Job, tell: Callable[[str], None]) -> Made:
            renderers.start()  # while the notebook runs
            return make_report(job, runner, renderers, tell=tell)

        def abandon() -> None:
            renderers.close()
            runner.close()

        yield Maker(make, n_jobs, stop, abandon)

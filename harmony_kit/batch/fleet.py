"""The same run on the workers of a Dask cluster: same plan, same reports, byte for byte.

What is needed goes once to an exchange that every worker can reach, a folder on a shared disk or
an fsspec URL; a task carries names and URLs, never data. A worker that dies costs the reports it
was at: Dask gives them to another. Publishing, records and the portfolio stay here.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from harmony_kit.batch.batch_request import BatchRequest
from harmony_kit.batch.briefing import is_portfolio
from harmony_kit.batch.fleet_worker import (
    RemotelyMade,
    Task,
    describe_worker,
    get_bundle,
    make_remotely,
    put_bundle,
    remove_bundles,
)
from harmony_kit.batch.job import Job, Made, make_report, new_work
from harmony_kit.batch.record import Failure
from harmony_kit.batch.renderers import Renderers
from harmony_kit.engine.runner import Runner
from harmony_kit.errors import EngagementError, MakersLost, Problem
from harmony_kit.files import mark_folder

__all__ = ["Fleet", "open_fleet"]

_CONNECT_SECONDS = 5
#: How long a scheduler may be without workers before a run ends; one that restarts is back by then.
ALONE_S = 30.0
_LOOK_S = 0.05
_NOT_TOGETHER = "Install the same versions on every machine."


@contextmanager
def open_fleet(request: BatchRequest) -> Iterator[Fleet]:
    """A connection to the workers, once they all have what this machine has.

    Raises `EngagementError` where the scheduler cannot be reached, has no workers, or a worker
    has another package, instrument or library, naming every worker.
    """
    address = str(request.scheduler)
    client = _connect(address)
    try:
        _check_workers(client, address)
        with Fleet(client, request) as fleet:
            yield fleet
    finally:
        _leave(client)


def _leave(client: Any) -> None:  # noqa: ANN401 - a distributed.Client
    """Close the connection; one that is lost is told by us, not by a traceback as well."""
    said = logging.getLogger("distributed.client")
    level = said.level
    said.setLevel(logging.CRITICAL + 1)
    try:
        client.close()
    finally:
        said.setLevel(level)


def _connect(address: str) -> Any:  # noqa: ANN401 - a distributed.Client
    try:
        from distributed import Client

        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except ImportError as cause:
        todo = "pip install 'harmony-kit[dask]'"
        raise EngagementError(Problem(address, "", "needs dask.distributed", todo=todo)) from cause
    except (OSError, ValueError, TimeoutError) as cause:
        what = f"no Dask scheduler answers ({cause})"
        raise EngagementError(Problem(address, "", what)) from cause


def _check_workers(client: Any, address: str) -> None:  # noqa: ANN401
    ours = describe_worker()
    try:
        theirs: dict[str, dict[str, str]] = client.run(describe_worker)
    except Exception as cause:  # whatever the other machine could not import or find
        what = f"a worker cannot run harmony-kit: {type(cause).__name__}: {cause}"
        raise EngagementError(Problem(address, "", what, todo=_NOT_TOGETHER)) from cause
    if not theirs:
        raise EngagementError(Problem(address, "", "the scheduler has no workers"))
    problems = [
        Problem(address, worker, f"{key} is {found.get(key)!r}", repr(ours[key]), _NOT_TOGETHER)
        for worker, found in sorted(theirs.items())
        for key in ours
        if found.get(key) != ours[key]
    ]
    if problems:
        raise EngagementError(*problems)


class Fleet:
    """Makes reports on the workers of a cluster; a context manager."""

    def __init__(self, client: Any, request: BatchRequest) -> None:  # noqa: ANN401
        self._client = client
        self._address = str(request.scheduler)
        place = request.exchange or str(request.folder.resolve() / ".harmony" / "exchange")
        self._run = secrets.token_hex(6)
        self._url = f"{place.rstrip('/')}/{self._run}"
        self._lock = threading.Lock()
        self._futures: set[Any] = set()
        self._local = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._local.close()
        remove_bundles(self._url)

    @property
    def n_workers(self) -> int:
        """How many reports the workers make at a time."""
        return sum(self._client.nthreads().values()) or 1

    def abandon(self) -> None:
        """Take back what was asked for; what a worker is at, it finishes for nobody."""
        with self._lock:
            self._client.cancel(list(self._futures), force=True)
        self._local.close()

    def make(self, job: Job, tell: Callable[[str], None]) -> Made:
        """Make one report on some worker; the portfolio, which needs all results, here."""
        if is_portfolio(job.name):
            return make_report(job, *self._here, tell=tell)
        tell("run")
        task = self._hand_out(job)
        work = new_work(job)
        try:
            made = self._wait_for(task)
        except _killed_worker() as cause:
            failure = Failure("crashed", f"Every worker that tried it was lost. {cause}")
            page = replace(job.page, failure=failure)
            return Made(job, work, self._here[1].finish(work, page))
        get_bundle(task.made, work)
        finished = replace(made.finished, files=mark_folder(work))
        return Made(job, work, finished, made.n_tries, made.seconds)

    def _hand_out(self, job: Job) -> Task:
        """Put what a job needs where the workers find it, under the paths it has here."""
        site = job.folder / ".harmony" / "sites" / job.name
        # Named from two folders below, where the report will lie; a draft has one of its own.
        snapshot = Path(os.path.normpath(site.parent / job.parameters["snapshot"]))
        before = (snapshot / "earlier" / f"{job.name}.{end}" for end in ("json", "parquet"))
        paths = [
            *filter(Path.is_file, site.rglob("*")),
            snapshot / f"{job.name}.parquet",
            *filter(Path.is_file, before),
        ]
        named = {path.relative_to(job.folder).as_posix(): path for path in sorted(paths)}
        needed = f"{self._url}/{job.name}.needed.zip"
        put_bundle(needed, {**named, job.notebook.name: job.notebook})
        there = replace(job, folder=Path(), notebook=Path(job.notebook.name))
        return Task(there, needed, f"{self._url}/{job.name}.made.zip")

    def _wait_for(self, task: Task) -> RemotelyMade:
        key = f"harmony-{self._run}-{task.job.name}"
        future = self._client.submit(make_remotely, task, key=key, pure=False)
        with self._lock:
            self._futures.add(future)
        try:
            return self._await(future)
        finally:
            with self._lock:
                self._futures.discard(future)
            future.release()

    def _await(self, future: Any) -> RemotelyMade:  # noqa: ANN401
        """Wait for a report as long as there is somebody to make it. Raises MakersLost."""
        alone_since: float | None = None
        while True:
            if future.done():
                if future.cancelled() and self._client.status != "running":
                    raise MakersLost(self._address, "the Dask scheduler is gone")
                made: RemotelyMade = future.result()
                return made
            if self._client.status != "running":
                raise MakersLost(self._address, "the Dask scheduler is gone")
            has_workers = bool(self._client.scheduler_info()["workers"])
            now = time.monotonic()
            alone_since = None if has_workers else alone_since or now
            if alone_since is not None and now - alone_since > ALONE_S:
                what = f"the Dask scheduler has had no workers for {ALONE_S:g} seconds"
                raise MakersLost(self._address, what)
            time.sleep(_LOOK_S)

    @cached_property
    def _here(self) -> tuple[Runner, Renderers]:
        runner = self._local.enter_context(Runner())
        return runner, self._local.enter_context(Renderers(1))


def _killed_worker() -> type[Exception]:
    from distributed.scheduler import KilledWorker

    killed: type[Exception] = KilledWorker
    return killed

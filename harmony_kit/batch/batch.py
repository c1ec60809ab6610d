"""The batch: snapshot, plan, run, publish; only what changed, whole reports only, restartable.

::

    store ─► snapshot ─► plan ─► run (a process per notebook) ─► render ─► publish ─► index

A report is published by renaming a finished folder, and its record is written after that.
Killed at any moment, the same command therefore finishes exactly what is missing.

When a report fails, what was published before is taken down: its numbers no longer follow from
the inputs. Its place is taken by a page that says which cell failed and why.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from harmony_kit.batch.briefing import (
    PORTFOLIO,
    BatchRequest,
    brief,
    clean_up,
    plan_portfolio,
)
from harmony_kit.batch.crew import auto_jobs, work_through
from harmony_kit.batch.deliver import Destination, ledger_folder
from harmony_kit.batch.job import Job, Made
from harmony_kit.batch.lock import run_lock
from harmony_kit.batch.makers import Maker, makers
from harmony_kit.batch.manifest import describe_run, describe_timings
from harmony_kit.batch.plan import Plan, Step
from harmony_kit.batch.publish import publish_files, publish_folder, write_index
from harmony_kit.batch.record import Failure, Record
from harmony_kit.batch.register import Register
from harmony_kit.files import FileMark, mark_file, read_json, write_json
from harmony_kit.report.words import FALLBACK, load_words

__all__ = [
    "BatchEvent",
    "BatchRequest",
    "BatchResult",
    "Listener",
    "plan_engagement",
    "run_engagement",
]


@dataclass(frozen=True)
class BatchEvent:
    """Something to show while a batch runs.

    `kind` is ``planned`` (`n` reports are due), ``stage`` (a report entered `stage`), ``made`` or
    ``failed`` (a report was published, or the page of its failure; `text` says why).
    """

    kind: Literal["planned", "stage", "made", "failed"]
    name: str = ""
    stage: str = ""
    n: int = 0
    seconds: float = 0.0
    text: str = ""


@dataclass(frozen=True)
class BatchResult:
    """What a run did.

    `failed` maps sites to a plain sentence, in English as the command line is; `n_left` reports
    were due and not started because of a failure; `run` is the content of run.json.
    """

    reports: Path
    made: tuple[str, ...]
    failed: Mapping[str, str] = field(default_factory=dict)
    n_current: int = 0
    n_left: int = 0
    seconds: float = 0.0
    run: Mapping[str, Any] = field(default_factory=dict)

    @property
    def index(self) -> Path:
        """The page that lists every site."""
        return self.reports / "index.html"

    @property
    def is_ok(self) -> bool:
        """Whether everything that was asked for is there."""
        return not self.failed and not self.n_left


Listener: TypeAlias = Callable[[BatchEvent], None]


def plan_engagement(request: BatchRequest) -> Plan:
    """What a run would make, and why; publishes nothing."""
    with run_lock(request.folder):
        return brief(request).plan


def run_engagement(
    request: BatchRequest, *, on_event: Listener | None = None, maker: Maker | None = None
) -> BatchResult:
    """Make the reports that are due, the portfolio and the index.

    A report that fails never stops the others unless asked to. `maker` makes them, if there is
    one already. Raises `EngagementError` and `StoreError` before anything is made; Ctrl-C ends
    every process and is raised again.
    """
    n_jobs = request.n_jobs or auto_jobs(request.limits.memory_mb)
    opened = makers(request, n_jobs) if maker is None else nullcontext(maker)
    with run_lock(request.folder), opened as make:
        clean_up(request.folder)
        return _Batch(request, make, on_event or (lambda _: None)).run()


class _Batch:
    """One run; what it knows grows as reports are settled."""

    def __init__(self, request: BatchRequest, make: Maker, listener: Listener) -> None:
        self._request = request
        self._make = make
        self._listener = listener
        self._lock = threading.Lock()
        self._seconds: dict[str, float] = {}
        self._made: dict[str, str] = {}
        self._failed: dict[str, str] = {}

    def run(self) -> BatchResult:
        began = time.perf_counter()
        with self._timed("prepare"):
            self._briefing = brief(self._request)
            self._records = dict(self._briefing.records)
            self._destination = self._open_destination()
            self._drop_gone_sites()
        due = self._briefing.plan.due
        self._tell(BatchEvent("planned", n=len(due)))
        with self._timed("sites"):
            make = self._make
            work_through(due, self._do_site, make.n_jobs, stop=make.stop, abandon=make.abandon)
        with self._timed("portfolio"):
            self._do_portfolio()
        with self._timed("index"):
            run = self._write_index()
        n_left = sum(step.name not in {**self._made, **self._failed} for step in due)
        return BatchResult(
            self._briefing.reports,
            tuple(self._made),
            self._failed,
            self._briefing.plan.n_current,
            n_left,
            time.perf_counter() - began,
            run,
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._seconds[stage] = time.perf_counter() - began

    def _tell(self, event: BatchEvent) -> None:
        with self._lock:
            self._listener(event)

    def _open_destination(self) -> Destination | None:
        url = self._request.output
        if url is None or self._request.is_draft:
            return None
        return Destination(url, ledger_folder(self._briefing.engagement.folder, url))

    def _drop_gone_sites(self) -> None:
        """Take down what was published of sites that sites.csv no longer has."""
        known = {*self._briefing.engagement.site_ids, PORTFOLIO}
        for name in sorted(self._records.keys() - known):
            self._records.pop(name).forget(self._briefing.records_folder)
            shutil.rmtree(self._briefing.reports / name, ignore_errors=True)
            self._briefing.site_folders.remove(name)
            self._deliver(name, {})

    # One report

    def _do_site(self, step: Step) -> None:
        self._briefing.site_folders.write(step.name)
        self._do(step, self._briefing.site_job(step), self._publish_site)
        if self._request.is_failing_fast and self._failed:
            self._make.stop.set()

    def _do(self, step: Step, job: Job, publish: Callable[[Made], None]) -> None:
        began = time.perf_counter()
        made = self._make.make(job, lambda stage: self._tell(BatchEvent("stage", job.name, stage)))
        self._tell(BatchEvent("stage", job.name, "publish"))
        finishing = time.perf_counter()
        failure = made.finished.failure
        if failure and failure.is_of_the_disk:
            # Nothing is wrong with what was published before; it stays, and so does its record.
            shutil.rmtree(made.work, ignore_errors=True)
            self._give_up(job.name, failure, time.perf_counter() - began)
            return
        try:
            Record(job.name, {}, {}).forget(self._briefing.records_folder)
            publish(made)
        except OSError as cause:
            failure = Failure("unpublished", "not_placed", {"error": str(cause)})
        seconds = {**made.seconds, "publish": time.perf_counter() - finishing}
        files = {} if failure and failure.status == "unpublished" else made.finished.files
        record = Record(
            job.name, step.inputs, files, made.finished.summary, seconds, made.n_tries, failure
        )
        record.save(self._briefing.records_folder)
        self._deliver_record(record)
        self._settle(record, step, time.perf_counter() - began)

    def _give_up(self, name: str, failure: Failure, seconds: float) -> None:
        text = failure.say(load_words(FALLBACK))
        with self._lock:
            self._failed[name] = text
        self._tell(BatchEvent("failed", name, seconds=seconds, text=text))

    def _settle(self, record: Record, step: Step, seconds: float) -> None:
        text = record.failure.say(load_words(FALLBACK)) if record.failure else ""
        with self._lock:
            self._records[record.name] = record
            self._made[record.name] = step.reason
            if record.failure:
                self._failed[record.name] = text
        kind: Literal["made", "failed"] = "failed" if record.failure else "made"
        self._tell(BatchEvent(kind, record.name, seconds=seconds, text=text))

    def _publish_site(self, made: Made) -> None:
        if made.finished.failure is None:
            self._register(made.job.name)
        publish_folder(made.work, self._briefing.reports / made.job.name)

    def _register(self, site: str) -> None:
        """Write down of whom something is about to be published, before it is."""
        if self._request.is_draft:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entries = [replace(one, at=now) for one in self._briefing.new_entries(site)]
        with self._lock:
            Register(self._briefing.engagement.folder).append(entries)

    # What joins the reports

    def _do_portfolio(self) -> None:
        step = plan_portfolio(self._briefing, self._records)
        if not step.is_selected:
            self._take_down_portfolio()
        elif step.is_due and not self._make.stop.is_set():
            self._do(step, self._briefing.portfolio_job(), self._publish_portfolio)

    def _publish_portfolio(self, made: Made) -> None:
        publish_files(made.work, self._briefing.reports)
        old = self._records.get(PORTFOLIO)
        for name in (old.files.keys() if old else set()) - made.finished.files.keys():
            (self._briefing.reports / name).unlink(missing_ok=True)

    def _take_down_portfolio(self) -> None:
        record = self._records.pop(PORTFOLIO, None)
        if record:
            for name in record.files:
                (self._briefing.reports / name).unlink(missing_ok=True)
            record.forget(self._briefing.records_folder)

    def _write_index(self) -> dict[str, Any]:
        """Write index.html and run.json; deliver what is not there yet, these two last."""
        reports = self._briefing.reports
        left = tuple(
            replace(step, changed=()) if step.name in self._made else step
            for step in self._briefing.plan.steps
        )
        described = describe_run(self._briefing, self._records, Plan(left))
        known = read_json(reports / "run.json")
        described["page"] = write_index(reports / "index.html", described, known.get("page", ""))
        timings = describe_timings(self._records, self._made, self._seconds)
        run = {**described, "engine": self._request.limits.engine, "timings": timings}
        if self._made or described != {name: known.get(name) for name in described}:
            write_json(reports / "run.json", run)
        for record in self._records.values():
            self._deliver_record(record)
        self._deliver("_pages", {n: mark_file(reports / n) for n in ("index.html", "run.json")})
        return run

    def _deliver_record(self, record: Record) -> None:
        prefix = "" if record.name == PORTFOLIO else f"{record.name}/"
        files = {f"{prefix}{name}": mark for name, mark in record.files.items()}
        self._deliver(record.name, files)

    def _deliver(self, name: str, files: Mapping[str, FileMark]) -> None:
        if self._destination is not None:
            self._destination.deliver(self._briefing.reports, name, files)

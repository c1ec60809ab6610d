"""The batch: snapshot, plan, run, publish; only what changed, whole reports only, restartable.

::

    store ─► snapshot ─► plan ─► run (a process per notebook) ─► render ─► publish ─► index

A report is published by renaming a finished folder whose record is on the disk already. Killed at
any moment, the same command therefore finishes exactly what is missing.

A report that fails takes the place of an earlier one only where that no longer follows from its
inputs: by a page that says which of them changed, which cell failed and why. Else the earlier one
stays, marked. Whatever goes wrong with one site is that site's failure.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from harmony_kit.batch.batch_request import BatchRequest
from harmony_kit.batch.briefing import (
    brief,
    name_portfolio,
)
from harmony_kit.batch.crew import auto_jobs, work_through
from harmony_kit.batch.delivering import Delivery
from harmony_kit.batch.events import BatchEvent, BatchResult, Listener
from harmony_kit.batch.handing import register_site
from harmony_kit.batch.index_pages import write_indexes
from harmony_kit.batch.job import Job
from harmony_kit.batch.leftovers import clean_up
from harmony_kit.batch.lock import run_lock
from harmony_kit.batch.makers import Maker, makers
from harmony_kit.batch.manifest import describe_run, describe_start, describe_timings, tell_run
from harmony_kit.batch.plan import Plan, Step
from harmony_kit.batch.portfolio_step import kept_sites, plan_portfolio
from harmony_kit.batch.record import Failure, Record, is_disk_full
from harmony_kit.batch.shelf import Shelf
from harmony_kit.engagement.divisions import Division
from harmony_kit.engine.runner import RunnerClosed
from harmony_kit.errors import MakersLost
from harmony_kit.files import read_json, write_json
from harmony_kit.report.words import FALLBACK, load_words

__all__ = [
    "BatchEvent",
    "BatchRequest",
    "BatchResult",
    "Listener",
    "plan_engagement",
    "run_engagement",
]


def plan_engagement(request: BatchRequest) -> Plan:
    """What a run would make, and why; publishes nothing, and waits for no run under way."""
    return brief(request, is_plan=True).plan


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
    with run_lock(request.folder):
        clean_up(request.folder)
        try:
            with opened as make:
                return _Batch(request, make, on_event or (lambda _: None)).run()
        finally:
            clean_up(request.folder)


class _Batch:
    """One run; what it knows grows as reports are settled."""

    def __init__(self, request: BatchRequest, make: Maker, listener: Listener) -> None:
        self._request = request
        self._make = make
        self._listener = listener
        self._lock = threading.Lock()
        self._started = datetime.now(UTC)
        self._seconds: dict[str, float] = {}
        self._made: dict[str, str] = {}
        self._failed: dict[str, str] = {}
        self._alike: list[Failure] = []
        self._stopped: Failure | None = None

    def run(self) -> BatchResult:
        began = time.perf_counter()
        with self._timed("prepare"):
            briefing = brief(self._request)
            self._delivery = Delivery(briefing)
            self._briefing = briefing.arrange()
            self._records = dict(self._briefing.records)
            self._shelf = Shelf(self._briefing.reports, self._briefing.records_folder)
            self._delivery.deliver_kept()
            self._drop_gone_sites()
        due = self._briefing.plan.due
        self._tell(BatchEvent("planned", n=len(due)))
        with self._timed("sites"):
            make = self._make
            work_through(due, self._do_site, make.n_jobs, stop=make.stop, abandon=make.abandon)
        with self._timed("portfolio"):
            self._do_portfolios()
        with self._timed("index"):
            run = self._write_index()
        n_left = sum(step.name not in {**self._made, **self._failed} for step in due)
        return BatchResult(
            self._briefing.reports,
            tuple(self._made),
            self._failed,
            self._delivery.trouble,
            self._stopped.say(load_words(FALLBACK)) if self._stopped else "",
            self._briefing.plan.n_current,
            n_left,
            time.perf_counter() - began,
            run,
            tell_run(self._briefing, self._shelf.kept),
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._seconds[stage] = time.perf_counter() - began

    def _tell(self, event: BatchEvent) -> None:
        with self._lock:
            self._listener(event)

    def _drop_gone_sites(self) -> None:
        """Take down what was published of sites that sites.csv no longer has."""
        engagement = self._briefing.engagement
        known = {*engagement.site_ids, *map(name_portfolio, (None, *engagement.divisions))}
        for name in sorted(self._records.keys() - known):
            self._shelf.remove(self._records.pop(name))
            self._briefing.site_folders.remove(name)

    # One report

    def _do_site(self, step: Step) -> None:
        job = self._briefing.site_job(step)
        self._do(step, job, lambda: self._briefing.site_folders.write(step.name))

    def _do(self, step: Step, job: Job, prepare: Callable[[], object] = lambda: None) -> None:
        """Make one report; whatever that raises is its failure and nobody else's."""
        began = time.perf_counter()
        old = self._records.get(step.name)
        job = self._shelf.name_changes(job, step, old)
        try:
            prepare()
            record = self._make_and_put(step, job, old)
        except RunnerClosed:
            raise
        except MakersLost as cause:  # nothing is wrong with this report: it is left, like the rest
            self._delivery.trouble = cause
            self._make.stop.set()
            return
        except Exception as cause:  # noqa: BLE001 - one bad site never stops the others
            record = self._keep(step, job, old, _why_unpublished(cause))
        self._delivery.deliver_record(record, self._shelf)
        self._settle(record, step, time.perf_counter() - began)

    def _make_and_put(self, step: Step, job: Job, old: Record | None) -> Record:
        made = self._make.make(job, lambda stage: self._tell(BatchEvent("stage", job.name, stage)))
        self._tell(BatchEvent("stage", job.name, "publish"))
        if made.finished.failure is None:
            register_site(self._briefing, step.name, self._lock)
        return self._shelf.put(made, step, old)

    def _keep(self, step: Step, job: Job, old: Record | None, failure: Failure) -> Record:
        try:
            return self._shelf.keep(job, step, old, failure)
        except OSError:  # the disk is full, say: the next run finds it due all the same
            return self._shelf.describe_setback(job, step, old, failure)

    def _settle(self, record: Record, step: Step, seconds: float) -> None:
        failure = record.failure or record.setback
        text = failure.say(load_words(FALLBACK)) if failure else ""
        with self._lock:
            self._records[record.name] = record
            self._made[record.name] = step.reason
            if failure:
                self._failed[record.name] = text
            self._lose_patience(failure)
        kind: Literal["made", "failed"] = "failed" if failure else "made"
        self._tell(BatchEvent(kind, record.name, seconds=seconds, text=text))

    def _lose_patience(self, failure: Failure | None) -> None:
        """Start no further report where the last ones all failed in the same way."""
        if failure is None or (self._alike and not failure.is_like(self._alike[-1])):
            self._alike.clear()
        if failure is not None:
            self._alike.append(failure)
        if len(self._alike) == self._request.patience and not self._make.stop.is_set():
            self._make.stop.set()
            self._stopped = self._alike[0]

    # What joins the reports

    def _do_portfolios(self) -> None:
        """Make the portfolios of the divisions, several at a time, then that of all sites."""
        make = self._make
        n_jobs = 1 if self._request.scheduler else make.n_jobs  # they are made here
        divisions = self._briefing.engagement.divisions
        work_through(divisions, self._do_portfolio, n_jobs, stop=make.stop, abandon=make.abandon)
        self._do_portfolio(None)

    def _do_portfolio(self, division: Division | None) -> None:
        briefing, name = self._briefing, name_portfolio(division)
        step = plan_portfolio(briefing, self._records, division)
        if not step.is_selected:
            if record := self._records.pop(name, None):
                self._shelf.remove(record)
        elif step.is_due and not self._make.stop.is_set():
            kept = kept_sites(briefing, self._records)
            sites = None if division is None else division.sites
            here = tuple(site for site in kept if sites is None or site in sites)
            job = briefing.portfolio_job(here, division)
            self._do(step, job, lambda: briefing.write_portfolio_folder(division))

    def _write_index(self) -> dict[str, Any]:
        """Write index.html and run.json; deliver what is not there yet, these two last."""
        reports = self._briefing.reports
        left = tuple(
            replace(step, changed=()) if self._is_done(step) else step
            for step in self._briefing.plan.steps
        )
        described = describe_run(self._briefing, self._records, Plan(left), self._stopped)
        known = read_json(reports / "run.json")
        described["portfolio"]["outdated"] = self._list_changed_for_portfolio(None)
        for one, division in zip(
            described.get("pages", ()), self._briefing.engagement.divisions, strict=True
        ):
            one["portfolio"]["outdated"] = self._list_changed_for_portfolio(division)
        logo = self._briefing.engagement.brand.logo
        described, kept = write_indexes(reports, described, known, logo=logo)
        self._shelf.kept.update(kept)
        timings = describe_timings(self._records, self._made, self._seconds)
        start = describe_start(self._request, self._started)
        engine = self._request.limits.engine
        changed = {"kept": dict(sorted(self._shelf.kept.items()))}
        run = {**described, "run": start, "engine": engine, "timings": timings, **changed}
        if (
            self._made
            or self._shelf.kept
            or described != {name: known.get(name) for name in described}
        ):
            write_json(reports / "run.json", run)
        for record in self._records.values():
            self._delivery.deliver_record(record, self._shelf)
        self._delivery.withdraw(self._records)
        self._delivery.deliver_pages(reports)
        return run

    def _list_changed_for_portfolio(self, division: Division | None) -> list[str]:
        """What changed since the portfolio that stands, where this run made no other."""
        name = name_portfolio(division)
        if name in self._made or name not in self._records:
            return []
        return list(plan_portfolio(self._briefing, self._records, division).changed)

    def _is_done(self, step: Step) -> bool:
        """Whether this run put what stands there, report or page."""
        return step.name in self._made and self._records[step.name].setback is None


def _why_unpublished(cause: Exception) -> Failure:
    if not isinstance(cause, OSError):
        error = f"{type(cause).__name__}: {cause}"
        return Failure("unpublished", "not_finished", {"error": error})
    reason = "disk_full" if is_disk_full(cause) else "not_placed"
    return Failure("unpublished", reason, {"error": str(cause)})

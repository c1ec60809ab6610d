"""harmony demo, run, watch: reports, with what happens shown as it happens."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import click

from harmony_kit.batch.batch import BatchRequest, plan_engagement, run_engagement
from harmony_kit.batch.job import Limits
from harmony_kit.batch.progress import show_progress, summary_lines
from harmony_kit.batch.watch import watch_engagement
from harmony_kit.engagement.folder import load_engagement
from harmony_kit.engine.posix import can_limit_memory, is_posix
from harmony_kit.errors import EngagementError, Problem

__all__ = ["RUN_OPTIONS", "RunOptions", "batch_request", "run", "run_demo", "show_plan", "watch"]


@dataclass(frozen=True)
class RunOptions:
    """How reports are made; what every command that makes some takes."""

    jobs: int | None = None
    timeout: float | None = 600
    memory: int | None = None
    engine: str = "harmony"
    is_profiled: bool = False

    @property
    def limits(self) -> Limits:
        """What one report may take, run by what this system can run."""
        if self.memory is not None and not can_limit_memory():
            what = "this system cannot keep a report from taking more memory"
            raise EngagementError(Problem("--memory", "", what, todo="Leave it out."))
        return Limits(self.timeout, self.memory, self.engine if is_posix() else "papermill")


RUN_OPTIONS = tuple(field.name for field in fields(RunOptions))


def batch_request(
    folder: Path,
    *,
    as_of: dt.datetime | None,
    where: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - fields of BatchRequest
) -> BatchRequest:
    """A run as it was typed."""
    pairs = tuple(_split_pair(text) for text in where)
    keys = {"force": "is_forced"}
    given = {keys.get(name, name): value for name, value in options.items()}
    if given.get("is_draft") and given.get("is_redacted"):
        what = "a draft is for your own eyes, a redacted report for circulation"
        raise EngagementError(Problem("--draft, --redacted", "", what, todo="Give one of them."))
    if (is_hasty := given.pop("fail_fast", None)) is not None:
        given["patience"] = 1 if is_hasty else None
    return BatchRequest(folder, as_of=as_of_day(folder, as_of), where=pairs, **given)


def _split_pair(text: str) -> tuple[str, str]:
    column, sign, value = text.partition("=")
    if not sign or not column:
        problem = Problem("--where", "", f"{text!r} is not allowed", "COLUMN=VALUE")
        raise EngagementError(problem)
    return column.strip(), value.strip()


def run_demo(folder: Path, options: RunOptions) -> int:
    """Build the demo engagement, import its answers, make its reports; returns the exit code."""
    from harmony_kit.commands.exchanging import import_files
    from harmony_kit.engagement import demo
    from harmony_kit.engagement.scaffold import create_demo
    from harmony_kit.exchange import ImportOptions

    click.echo(f"Building the demo in {folder}: twelve invented plants")
    built = create_demo(folder)
    imported_at = dt.datetime.combine(demo.AS_OF, dt.time(12), dt.UTC)
    files = (*built.before, *built.answers)
    code = import_files(folder, files, ImportOptions("demo", imported_at, timezone="UTC"))
    if code:
        return code
    _hold_workshops(folder)
    return run(BatchRequest(folder, as_of=demo.AS_OF), options)


def _hold_workshops(folder: Path) -> None:
    """Write down what two plants agreed a year ago; again, it changes nothing."""
    from harmony_kit.commands.exchanging import open_store
    from harmony_kit.engagement.demo import demo_plants
    from harmony_kit.engagement.demo_workshops import demo_workshops

    with open_store(load_engagement(folder)) as store, store.atomic():
        for workshop in demo_workshops(demo_plants()):
            store.ledger.add(workshop.entries)
            for owner in workshop.owners:
                store.ledger.add_owner(owner)


def as_of_day(folder: Path, given: dt.datetime | None) -> dt.date:
    """The day open decisions are counted to: as typed, else as set, else today."""
    if given is not None:
        return given.date()
    return load_engagement(folder).as_of or dt.datetime.now(dt.UTC).date()


def _with(request: BatchRequest, options: RunOptions) -> BatchRequest:
    return replace(request, n_jobs=options.jobs, limits=options.limits)


def show_plan(request: BatchRequest, options: RunOptions) -> int:
    """Print what a run would make and why; makes nothing."""
    for line in plan_engagement(_with(request, options)).lines():
        click.echo(line)
    return 0


def run(request: BatchRequest, options: RunOptions) -> int:
    """Make the reports that are due and say where they are; returns the exit code."""
    if options.engine != (engine := options.limits.engine):
        click.echo(f"This system runs notebooks by --engine {engine} only.", err=True)
    with show_progress() as listener:
        result = run_engagement(_with(request, options), on_event=listener)
    for line in summary_lines(result, is_profiled=options.is_profiled):
        click.echo(line)
    if result.trouble is not None:
        raise result.trouble
    return 0 if result.is_ok else 1


def watch(folder: Path, options: RunOptions) -> None:
    """Keep the reports current until Ctrl-C."""
    request = _with(BatchRequest(folder, as_of=as_of_day(folder, None)), options)
    click.echo(f"Watching {folder}; Ctrl-C ends it.")
    watch_engagement(request, tell=click.echo)

"""One report: run the notebook in a folder of its own, retry what may be chance, finish."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from harmony_kit.batch.page import Page
from harmony_kit.batch.publish import Finished
from harmony_kit.batch.record import Failure, is_disk_full
from harmony_kit.batch.renderers import RenderError, Renderers
from harmony_kit.engine import RunRequest, RunResult
from harmony_kit.engine.runner import RunnerClosed
from harmony_kit.errors import RunError

__all__ = ["Job", "Limits", "Made", "make_report", "new_work"]


_N_SHOWN = 160  # characters of an error
_N_TRACEBACK = 10  # lines
_LINE = re.compile(r"^Cell In\s?\[\d+\], line (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Limits:
    """What one notebook may take, and which engine runs it; None: no limit."""

    timeout_s: float | None = 600
    memory_mb: int | None = None
    engine: str = "harmony"


@dataclass(frozen=True)
class Job:
    """A report to make.

    `parameters` name places relative to the working folder, which lies two levels below
    `folder`, as a published report does: the executed notebook is the same on every machine and
    runs again where it is published.
    """

    name: str
    folder: Path
    notebook: Path
    parameters: Mapping[str, Any]
    page: Page
    limits: Limits = Limits()


@dataclass(frozen=True)
class Made:
    """A finished folder `work`, not published yet; its failure is in `finished`."""

    job: Job
    work: Path
    finished: Finished
    n_tries: int = 1
    seconds: Mapping[str, float] = field(default_factory=dict)


class _Runner(Protocol):
    def run(self, request: RunRequest) -> RunResult: ...


def make_report(
    job: Job, runner: _Runner, renderers: Renderers, *, tell: Callable[[str], None]
) -> Made:
    """Make a report in a new working folder; never raises for a notebook that fails.

    A crash may be the machine's fault and is tried once more; an error of the notebook is not, nor
    is one that took too long, which would take as long again. `tell` hears the stage: ``run``,
    ``again``, ``render``.
    """
    began = time.perf_counter()
    for n_tries in (1, 2):
        tell("run" if n_tries == 1 else "again")
        work = new_work(job)
        failure, seconds = _run(job, work, runner)
        if failure is None or failure.status != "crashed" or n_tries == 2:
            break
        shutil.rmtree(work, ignore_errors=True)
    ran = time.perf_counter()
    tell("render")
    finished = _finish(work, replace(job.page, failure=failure), renderers)
    times = {"run": ran - began, "render": time.perf_counter() - ran}
    return Made(job, work, finished, n_tries, {**seconds, **times})


def new_work(job: Job) -> Path:
    """A new, empty folder for a job to run in."""
    # Made as any folder, and not by mkdtemp: it will be published, and follows the umask.
    work = job.folder / ".harmony" / f"work-{job.name}-{secrets.token_hex(6)}"
    work.mkdir(parents=True)
    return work


def _run(job: Job, work: Path, runner: _Runner) -> tuple[Failure | None, dict[str, float]]:
    """Run the notebook once; why there is no result, if so, and the engine's times."""
    request = RunRequest(
        job.notebook,
        dict(job.parameters),
        work / job.page.book,
        cwd=work,
        timeout_s=job.limits.timeout_s,
        memory_mb=job.limits.memory_mb,
        engine=job.limits.engine,
    )
    try:
        result = runner.run(request)
    except RunnerClosed:
        raise
    except Exception as cause:  # noqa: BLE001 - one bad site never stops the others
        if isinstance(cause, OSError) and is_disk_full(cause):
            return Failure("failed", "disk_full", {"error": str(cause)}), {}
        return Failure("failed", "not_started", {"error": str(cause)}), {}
    seconds = {f"engine.{name}": value for name, value in result.seconds.items()}
    return _failure_of(result), seconds


def _failure_of(result: RunResult) -> Failure | None:
    if result.status == "ok":
        return None
    error = result.error
    reason, names = _why(result)
    failure = Failure(result.status, reason, names, last_lines=result.last_lines)
    if error is None:
        return failure
    return replace(
        failure,
        cell=error.cell,
        source=error.source,
        ename=error.ename,
        evalue=error.evalue,
        line=_find_line(result.traceback),
        traceback="\n".join(result.traceback.splitlines()[-_N_TRACEBACK:]),
    )


def _find_line(traceback: str) -> int | None:
    """The line of its cell at which a notebook stopped."""
    found = _LINE.search(traceback)
    return int(found[1]) if found else None


def _why(result: RunResult) -> tuple[str, dict[str, str]]:
    """The reason why a notebook did not come to its end, and what its sentence names."""
    if result.status == "timeout":
        return "timed_out", {"seconds": f"{result.request.timeout_s:g}"}
    if result.status == "crashed":
        return ("ended_by", {"signal": result.signal}) if result.signal else ("ended", {})
    if result.error is None:
        return "stopped_unknown", {}
    names = {"error": _shorten(result.error)}
    if result.error.ename == "MemoryError" and result.request.memory_mb:
        return "out_of_memory", {**names, "limit": str(result.request.memory_mb)}
    return "stopped", names


def _shorten(error: RunError) -> str:
    """Name and first line of an error, short enough for a list of sites."""
    line = (error.evalue.splitlines() or [""])[0].rstrip(".")
    short = line if len(line) <= _N_SHOWN else f"{line[: _N_SHOWN - 1]}…"
    return f"{error.ename}: {short}" if short else error.ename


def _finish(work: Path, page: Page, renderers: Renderers) -> Finished:
    """Finish the folder; where that fails, as the page of a failure, or with no page at all."""
    try:
        return renderers.finish(work, page)
    except RenderError as cause:
        if page.failure is not None:
            return Finished({}, {}, page.failure)
        reason = "not_rendered" if str(cause) else "renderer_ended"
        failure = Failure("failed", reason, {"error": str(cause)})
        return _finish(work, replace(page, failure=failure), renderers)

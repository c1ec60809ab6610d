"""A batch as it happens: a bar and what every worker does, or plain lines where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harmony_kit.batch.batch import BatchEvent, BatchResult, Listener
from harmony_kit.batch.briefing import is_portfolio
from harmony_kit.errors import list_some

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["show_progress", "summary_lines"]

_STAGES = {
    "run": "running the notebook",
    "again": "running the notebook again",
    "render": "rendering",
    "publish": "publishing",
}
_N_SLOWEST = _N_NAMED = 5


def _spoken(name: str) -> str:
    return name.removeprefix("_") if is_portfolio(name) else name


@contextmanager
def show_progress() -> Iterator[Listener]:
    """A listener for `run_engagement` that shows what it hears on standard error."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _PlainLines()
        return
    from rich.live import Live

    display = _Display(console)
    with Live(display, console=console, refresh_per_second=8, transient=True):
        yield display


class _PlainLines:
    """One line per report, for logs."""

    def __init__(self) -> None:
        self._n_due = self._n_done = 0

    def __call__(self, event: BatchEvent) -> None:
        if event.kind == "planned":
            self._n_due = event.n
            self._say(f"{event.n} {'report' if event.n == 1 else 'reports'} to make")
        elif event.kind in ("made", "failed"):
            self._n_done += not is_portfolio(event.name)
            count = f"{self._n_done}/{self._n_due}"
            why = f": {event.text}" if event.text else ""
            self._say(f"{count} {event.kind} {_spoken(event.name)} in {event.seconds:.1f} s{why}")

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is what it is for


class _Display:
    """The overall bar with rate and time left, and one line per report in the making."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as TimeLeftColumn

        self._console = console
        self._bar = Progress(
            TextColumn("reports"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeLeftColumn(),
            console=console,
        )
        self._task = self._bar.add_task("reports", total=None, rate="")
        self._began = time.monotonic()
        self._doing: dict[str, tuple[str, float]] = {}

    def __call__(self, event: BatchEvent) -> None:
        if event.kind == "planned":
            self._began = time.monotonic()
            self._bar.update(self._task, total=event.n)
        elif event.kind == "stage":
            _, since = self._doing.get(event.name, ("", time.monotonic()))
            self._doing[event.name] = (event.stage, since)
        else:
            self._finish(event)

    def _finish(self, event: BatchEvent) -> None:
        self._doing.pop(event.name, None)
        if not is_portfolio(event.name):
            self._bar.advance(self._task)
            n_done = self._bar.tasks[0].completed
            rate = n_done / max(time.monotonic() - self._began, 0.001)
            self._bar.update(self._task, rate=f"{rate:.1f}/s")
        if event.kind == "failed":
            from rich.text import Text

            self._console.print(Text(f"failed {_spoken(event.name)}: {event.text}", "red"))

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        now = time.monotonic()
        doing = sorted(self._doing.items(), key=lambda item: item[1][1])
        lines = [
            Text(f"  {_spoken(name)}: {_STAGES.get(stage, stage)}, {now - since:.0f} s")
            for name, (stage, since) in doing
        ]
        return Group(self._bar, *lines)


def summary_lines(result: BatchResult, *, is_profiled: bool = False) -> list[str]:
    """What a run did, in a few lines; where its time went as well, if asked."""
    n_made = sum(not is_portfolio(name) and name not in result.failed for name in result.made)
    parts = [f"{n_made} made", f"{result.n_current} up to date"]
    parts += [f"{len(result.failed)} failed"] if result.failed else []
    parts += [f"{result.n_left} not started"] if result.n_left else []
    lines = [f"{', '.join(parts)}, in {result.seconds:.1f} s"]
    lines += _failure_lines(result.failed)
    rows = result.run.get("sites", ())
    kept = [row["site"] for row in rows if row["setback"] and row["site"] in result.failed]
    lines += [f"what stood there before stands, marked: {list_some(kept)}"] if kept else []
    if result.stopped and result.n_left:
        lines.append(
            f"stopped after reports failed in the same way one after the other: {result.stopped} "
            f"The {result.n_left} not started stand as they were; --keep-going makes them too."
        )
    if is_profiled:
        lines += _profile_lines(result.run["timings"])
    return [*lines, *result.told, f"Open {result.index}"]


def _failure_lines(failed: Mapping[str, str]) -> list[str]:
    """One line per reason: a mistake in the notebook fails every site in the same way."""
    by_reason: dict[str, list[str]] = {}
    for name, why in sorted(failed.items()):
        by_reason.setdefault(why, []).append(_spoken(name))
    lines = []
    for why, names in by_reason.items():
        more = f" and {len(names) - _N_NAMED} more" if len(names) > _N_NAMED else ""
        lines.append(f"failed {', '.join(names[:_N_NAMED])}{more}: {why}")
    return lines


def _profile_lines(timings: Mapping[str, Any]) -> list[str]:
    stages = [f"  {name:<12}{seconds:8.2f} s" for name, seconds in timings["stages"].items()]
    made = {name: timings["reports"][name] for name in timings["made"]}
    totals: dict[str, float] = {}
    for seconds in made.values():
        for name, value in seconds.items():
            totals[name] = totals.get(name, 0.0) + value
    totals.pop("tries", None)
    parts = [
        f"  {name:<16}{total:8.2f} s in all, {total / len(made):6.3f} s each"
        for name, total in totals.items()
    ]
    slowest = sorted(made.items(), key=lambda item: -item[1]["run"])[:_N_SLOWEST]
    names = ", ".join(f"{_spoken(name)} {seconds['run']:.2f} s" for name, seconds in slowest)
    slow = [f"The slowest: {names}"] if names else []
    return ["The run:", *stages, "The reports it made:", *parts, *slow]

"""The course of one run: prepared, cell after cell, written; or as far as it came."""

from __future__ import annotations

import base64
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from harmony_kit.engine import book as books
from harmony_kit.engine.request import EventKind, Listener, RunEvent, RunRequest, RunResult, Status
from harmony_kit.engine.supervision import TooLate, WorkerDied, WorkerSession, error_output
from harmony_kit.engine.wire import Message
from harmony_kit.errors import RunError

__all__ = ["Course"]


class Course:
    """One request on its way through one session; `executed` is where a kernel leaves its work."""

    def __init__(
        self, request: RunRequest, session: WorkerSession, executed: Path, listener: Listener | None
    ) -> None:
        self._request, self._session = request, session
        self._executed, self._listener = executed, listener
        self._began = time.monotonic()
        self._deadline = None if request.timeout_s is None else self._began + request.timeout_s
        self._seconds = dict.fromkeys(("start", "prepare", "cells", "write"), 0.0)
        self._book: Message = {}
        self._marks: Message = {}
        self._cell = 0
        self._n_executed = 0
        self._status: Status = "ok"
        self._failure: tuple[int, Message] | None = None
        self._signal: str | None = None
        self._peak_mb: float | None = None
        self.missing: list[str] = []

    def run(self) -> RunResult:
        """Go all the way. Raises what preparing the notebook raised."""
        try:
            ready = self._prepare()
            with self._timed("cells"):
                if self._request.engine == "papermill":
                    self._watch_kernel()
                else:
                    self._run_cells(ready["language_info"])
                    if self._status == "ok":  # past its limit, it gets no time to take its leave
                        self._peak_mb = self._session.end()
        except TooLate:
            self._note_delay()
        except WorkerDied as death:
            self._note_death(death)
        with self._timed("write"):
            self._conclude()
            books.write_book(self._book, self._request.output)
        self._tell("ended", None)
        return self._result()

    def _prepare(self) -> Message:
        message = self._session.receive("ready", "refused", deadline=self._deadline)
        if message["type"] == "refused":
            _raise_pickled(message["error"])
        self._seconds["prepare"] = message["seconds"]
        self._seconds["start"] = time.monotonic() - self._began - message["seconds"]
        self._book, self._marks = message["notebook"], message["marks"]
        self._book["metadata"]["papermill"]["output_path"] = self._request.output.name
        self.missing = message["missing"]
        self._session.recorder.use(self._book["cells"])
        books.start_book(self._book)
        self._tell("started", None)
        return message

    def _run_cells(self, language_info: Message) -> None:
        self._book["metadata"]["language_info"] = language_info
        for index, cell in enumerate(self._book["cells"]):
            self._cell = index
            books.start_cell(cell)
            self._tell("cell_started", index)
            is_going_on = not books.is_runnable(cell) or self._run_cell(index, cell)
            self._tell("cell_ended", index)
            if not is_going_on:
                return

    def _run_cell(self, index: int, cell: Message) -> bool:
        """Run a cell of code; whether the next one comes."""
        end = self._session.run_cell(index, cell["source"], deadline=self._cell_deadline())
        self._n_executed += 1
        books.end_cell(cell, end.execution_count)
        if end.is_late:
            self._note_delay()
            return False
        is_allowed = "raises-exception" in cell["metadata"].get("tags", ())
        if end.is_failed and not is_allowed:
            books.fail_cell(self._book, index)
            if not any(output["output_type"] == "error" for output in cell["outputs"]):
                # A wrong magic is told on standard error, without a traceback.
                self._failure = index, error_output(end.ename, end.evalue)
            return False
        return not end.is_last

    def _cell_deadline(self) -> float | None:
        limit = self._request.cell_timeout_s
        bounds = [] if limit is None else [time.monotonic() + limit]
        if self._deadline is not None:
            bounds.append(self._deadline)
        return min(bounds, default=None)

    def _watch_kernel(self) -> None:
        """Wait for papermill in the worker; it keeps the notebook on disk up to date."""
        try:
            ending = self._session.receive("ended", deadline=self._deadline)
        finally:
            self._read_executed()
        self._status = ending["status"]
        if self._status != "ok":
            output = error_output(ending["ename"], ending["evalue"])
            self._failure = ending["cell"], output
            if self._status != "failed":  # no cell could show it
                self._book["cells"][ending["cell"]]["outputs"].append(output)

    def _read_executed(self) -> None:
        if (book := books.read_book(self._executed)) is None:
            return
        self._book = book
        self._book["metadata"]["papermill"]["output_path"] = self._request.output.name
        self._cell = books.last_started(book)
        counts = (cell.get("execution_count") for cell in book["cells"])
        self._n_executed = sum(count is not None for count in counts)

    def _delay_text(self) -> str:
        limits = self._request.timeout_s, self._request.cell_timeout_s
        is_whole = self._deadline is not None and time.monotonic() >= self._deadline
        limit = limits[0] if is_whole else limits[1]
        return f"the {'notebook' if is_whole else 'cell'} was not done after {limit:g} s"

    def _note_delay(self) -> None:
        self._status = "timeout"
        self._add_error("TimeoutError", self._delay_text())

    def _note_death(self, death: WorkerDied) -> None:
        self._status, self._signal = "crashed", death.signal
        self._add_error("ProcessDied", str(death))

    def _add_error(self, ename: str, evalue: str) -> None:
        """Put an error into the cell under way; before there is one, into a cell made for it."""
        if not self._book:
            self._book = books.empty_book(self._request.notebook)
            self._session.recorder.use(self._book["cells"])
            self._session.recorder.start_cell(0)
        cell = self._book["cells"][self._cell]
        output = error_output(ename, evalue, str(self._session.recorder.tail))
        if self._request.engine == "papermill":
            cell.setdefault("outputs", []).append(output)
        else:
            self._session.recorder.add(output)
        self._failure = self._cell, output
        if cell["metadata"]["papermill"]["start_time"] is None:  # it died before its first cell
            books.start_cell(cell)
        if cell["metadata"]["papermill"]["end_time"] is None:
            books.end_cell(cell)
        books.fail_cell(self._book, self._cell)

    def _conclude(self) -> None:
        """Complete the records; say at the top that it failed, unless papermill has said so."""
        if self._status == "ok":
            self._failure = self._failure or books.failure_of(self._book)
            self._status = "failed" if self._failure else "ok"
        if self._failure and self._marks and not self._n_marks():
            books.mark_failure(self._book, self._failure[0], self._marks)
        if widgets := self._session.recorder.widgets.metadata():
            self._book["metadata"]["widgets"] = widgets
        books.end_book(self._book)

    def _result(self) -> RunResult:
        error, n_marks = None, self._n_marks()
        if self._failure:
            index, output = self._failure
            # The banner and the mark before the failed cell have moved it.
            source = self._book["cells"][index + n_marks]["source"]
            name = str(self._request.notebook)
            error = RunError(name, index, source, output["ename"], output["evalue"])
        died = self._status in ("crashed", "timeout")
        return RunResult(
            request=self._request,
            status=self._status,
            error=error,
            seconds={**self._seconds, "total": time.monotonic() - self._began},
            n_cells=len(self._book["cells"]) - n_marks,
            n_executed=self._n_executed,
            signal=self._signal,
            last_lines=str(self._session.recorder.tail) if died else "",
            peak_mb=self._peak_mb,
        )

    def _n_marks(self) -> int:
        """How many cells say that the notebook failed; they were not in it."""
        tag = self._marks.get("tag")
        return sum(tag in cell["metadata"].get("tags", ()) for cell in self._book["cells"])

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._seconds[stage] = time.monotonic() - began

    def _tell(self, kind: EventKind, cell: int | None) -> None:
        if self._listener:
            n_cells = len(self._book["cells"])
            self._listener(RunEvent(kind, cell, n_cells, time.monotonic() - self._began))


def _raise_pickled(error: str) -> NoReturn:
    raise pickle.loads(base64.b64decode(error))  # noqa: S301 - from our own process, before it ran anything

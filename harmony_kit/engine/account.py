"""What is told of one run, however it was run: its notebook, its failure, its times, its result."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from harmony_kit.engine import book as books
from harmony_kit.engine.request import RunRequest, RunResult, Status
from harmony_kit.engine.wire import Message
from harmony_kit.errors import RunError

__all__ = ["Account", "error_output"]

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def error_output(ename: str, evalue: str, last_lines: str = "") -> Message:
    """An error no traceback was shown for, as the output of a cell."""
    traceback = [*last_lines.splitlines(), f"{ename}: {evalue}"]
    return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": traceback}


class Account:
    """The account of one run; `book` is empty until the notebook could be read."""

    def __init__(self, request: RunRequest) -> None:
        self.request = request
        self.began = time.monotonic()
        self.deadline: float | None = None
        self.seconds = dict.fromkeys(("start", "prepare", "cells", "write"), 0.0)
        self.book: Message = {}
        self.marks: Message = {}
        self.cell = 0
        self.status: Status = "ok"
        self.failure: tuple[int, Message] | None = None
        self.signal: str | None = None

    def start_clock(self) -> None:
        """Count the limit from here on; what every run waits for is over."""
        if self.request.timeout_s is not None:
            self.deadline = time.monotonic() + self.request.timeout_s

    def use(self, book: Message, marks: Message) -> None:
        """Go on with this notebook; `marks` are papermill's texts and tag for a failure."""
        self.book, self.marks = book, marks
        book["metadata"]["papermill"]["output_path"] = self.request.output.name

    def note_delay(self, last_lines: str = "") -> Message:
        """Note that a limit was passed; the error that says so, to be shown in the cell."""
        self.status = "timeout"
        return self._fail("TimeoutError", self._delay_text(), last_lines)

    def note_death(self, why: str, signal: str | None = None, last_lines: str = "") -> Message:
        """Note that the process ended; the error that says so, to be shown in the cell."""
        self.status, self.signal = "crashed", signal
        return self._fail("ProcessDied", why, last_lines)

    def _delay_text(self) -> str:
        is_whole = self.deadline is not None and time.monotonic() >= self.deadline
        limit = self.request.timeout_s if is_whole else self.request.cell_timeout_s
        return f"the {'notebook' if is_whole else 'cell'} was not done after {limit:g} s"

    def _fail(self, ename: str, evalue: str, last_lines: str) -> Message:
        """An error of the cell under way; before there is one, of a cell made for it."""
        if not self.book:
            self.book = books.empty_book(self.request.notebook)
        cell = self.book["cells"][self.cell]
        output = error_output(ename, evalue, last_lines)
        self.failure = self.cell, output
        if cell["metadata"]["papermill"]["start_time"] is None:  # it died before its first cell
            books.start_cell(cell)
        if cell["metadata"]["papermill"]["end_time"] is None:
            books.end_cell(cell)
        books.fail_cell(self.book, self.cell)
        return output

    def conclude(self, widgets: Message | None = None) -> None:
        """Complete the records; say at the top that it failed, unless papermill has said so."""
        if self.status == "ok":
            self.failure = self.failure or books.failure_of(self.book)
            self.status = "failed" if self.failure else "ok"
        if self.failure and self.marks and not self._n_marks():
            books.mark_failure(self.book, self.failure[0], self.marks)
        if widgets:
            self.book["metadata"]["widgets"] = widgets
        books.end_book(self.book)
        books.write_book(self.book, self.request.output)

    def result(self, last_lines: str = "") -> RunResult:
        """How it ended; `last_lines` are told of a run that died."""
        error, traceback, n_marks = None, "", self._n_marks()
        if self.failure:
            index, output = self.failure
            # The banner and the mark before the failed cell have moved it.
            source = self.book["cells"][index + n_marks]["source"]
            name = str(self.request.notebook)
            error = RunError(name, index, source, output["ename"], output["evalue"])
            if self.status == "failed":
                traceback = _COLOURS.sub("", "\n".join(output["traceback"]))
        return RunResult(
            request=self.request,
            status=self.status,
            error=error,
            seconds={**self.seconds, "total": time.monotonic() - self.began},
            signal=self.signal,
            last_lines=last_lines if self.status in ("crashed", "timeout") else "",
            traceback=traceback,
        )

    def _n_marks(self) -> int:
        """How many cells say that the notebook failed; they were not in it."""
        tag = self.marks.get("tag")
        return sum(tag in cell["metadata"].get("tags", ()) for cell in self.book["cells"])

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Take the time of a stage."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = time.monotonic() - began

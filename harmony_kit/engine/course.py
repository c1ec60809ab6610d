"""One run in a process of ours: prepared, cell after cell, written; or as far as it came."""

from __future__ import annotations

import base64
import pickle
import time
from typing import NoReturn

from harmony_kit.engine import book as books
from harmony_kit.engine.account import Account, error_output
from harmony_kit.engine.request import RunResult
from harmony_kit.engine.supervision import TooLate, WorkerDied, WorkerSession
from harmony_kit.engine.wire import Message

__all__ = ["Course"]


class Course:
    """One request on its way through one session."""

    def __init__(self, account: Account, session: WorkerSession) -> None:
        self._account, self._session = account, session
        self.missing: list[str] = []

    def run(self) -> RunResult:
        """Go all the way. Raises what preparing the notebook raised."""
        account, session = self._account, self._session
        try:
            language_info = self._prepare()
            with account.timed("cells"):
                self._run_cells(language_info)
                if account.status == "ok":  # past its limit, it gets no time to take its leave
                    session.end()
        except TooLate:
            self._show(account.note_delay(str(session.recorder.tail)))
        except WorkerDied as death:
            last_lines = str(session.recorder.tail)
            self._show(account.note_death(str(death), death.signal, last_lines))
        with account.timed("write"):
            account.conclude(session.recorder.widgets.metadata())
        return account.result(str(session.recorder.tail))

    def _prepare(self) -> Message:
        """Have the notebook prepared in its process; what that says of its language."""
        account = self._account
        message = self._session.receive("ready", "refused", deadline=account.deadline)
        if message["type"] == "refused":
            _raise_pickled(message["error"])
        account.seconds["prepare"] = message["seconds"]
        account.seconds["start"] = time.monotonic() - account.began - message["seconds"]
        account.use(message["notebook"], message["marks"])
        self.missing = message["missing"]
        self._session.recorder.use(account.book["cells"])
        books.start_book(account.book)
        language_info: Message = message["language_info"]
        return language_info

    def _run_cells(self, language_info: Message) -> None:
        account = self._account
        account.book["metadata"]["language_info"] = language_info
        for index, cell in enumerate(account.book["cells"]):
            account.cell = index
            books.start_cell(cell)
            if books.is_runnable(cell) and not self._run_cell(index, cell):
                return

    def _run_cell(self, index: int, cell: Message) -> bool:
        """Run a cell of code; whether the next one comes."""
        account = self._account
        end = self._session.run_cell(index, cell["source"], deadline=self._cell_deadline())
        books.end_cell(cell, end.execution_count)
        if end.is_late:
            self._show(account.note_delay(str(self._session.recorder.tail)))
            return False
        is_allowed = "raises-exception" in cell["metadata"].get("tags", ())
        if end.is_failed and not is_allowed:
            books.fail_cell(account.book, index)
            if not any(output["output_type"] == "error" for output in cell["outputs"]):
                # A wrong magic is told on standard error, without a traceback.
                account.failure = index, error_output(end.ename, end.evalue)
            return False
        return not end.is_last

    def _cell_deadline(self) -> float | None:
        limit = self._account.request.cell_timeout_s
        bounds = [] if limit is None else [time.monotonic() + limit]
        if self._account.deadline is not None:
            bounds.append(self._account.deadline)
        return min(bounds, default=None)

    def _show(self, output: Message) -> None:
        """Show an error in the cell under way, or in the Output widget that captures."""
        recorder, cells = self._session.recorder, self._account.book["cells"]
        if not recorder.is_recording and cells[self._account.cell]["cell_type"] == "code":
            recorder.use(cells)
            recorder.start_cell(self._account.cell)
        recorder.add(output)


def _raise_pickled(error: str) -> NoReturn:
    raise pickle.loads(base64.b64decode(error))  # noqa: S301 - from our own process, before it ran anything

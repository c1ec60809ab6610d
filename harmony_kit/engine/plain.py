"""A run with plain papermill: a process that starts a kernel, watched, limited and ended from here.

Nothing of it needs POSIX. papermill keeps the notebook on disk up to date, so what a run that was
ended had shown is there.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

from harmony_kit.engine import book as books
from harmony_kit.engine.account import Account, error_output
from harmony_kit.engine.processes import end_all, end_strays, list_started
from harmony_kit.engine.request import RunResult
from harmony_kit.engine.streams import Tail
from harmony_kit.engine.wire import Message

__all__ = ["PlainRun"]

_MODULE = "harmony_kit.engine.kernel"


class PlainRun:
    """One notebook under papermill; `scratch` is a folder for it alone, gone afterwards."""

    def __init__(self, account: Account, scratch: Path) -> None:
        self._account, self._scratch = account, scratch
        self._executed, self._ending = scratch / "executed.ipynb", scratch / "ending"
        scratch.mkdir(mode=0o700)
        self._process = self._start()

    def run(self) -> RunResult:
        """Wait for its end and write the notebook. Raises what preparing it raised."""
        account = self._account
        is_late = False
        with account.timed("cells"):
            try:
                self._hand_over()
                account.start_clock()
                self._process.wait(account.request.timeout_s)
            except subprocess.TimeoutExpired:
                is_late = True
            finally:
                self.kill()
        self._conclude(self._read_ending(), is_late=is_late)
        with account.timed("write"):
            account.conclude()
        return account.result(self._last_lines())

    def kill(self) -> None:
        """End papermill, its kernel and all they started."""
        end_all([*list_started(self._process.pid), self._process.pid])
        end_strays(str(self._scratch))
        self._process.wait()
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]

    def _start(self) -> subprocess.Popen[bytes]:
        request, scratch = self._account.request, str(self._scratch)
        path = os.pathsep.join(place for place in sys.path if place)
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP", "JUPYTER_RUNTIME_DIR"), scratch)
        return subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            cwd=request.cwd,
            env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", **temporary},
            stdin=subprocess.PIPE,
            # What a kernel says for itself belongs to no cell; what cells show is in the notebook.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A terminal's Ctrl-C is for the caller to pass on.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=os.name == "posix",
        )

    def _hand_over(self) -> None:
        request = self._account.request
        opening = {
            "notebook": str(request.notebook.resolve()),
            "parameters": dict(request.parameters),
            "output": str(self._executed),
            "ending": str(self._ending),
            "cell_timeout_s": request.cell_timeout_s,
            "memory_mb": request.memory_mb,
        }
        with contextlib.suppress(BrokenPipeError):  # it died already, which its end will tell
            pickle.dump(opening, self._process.stdin)  # type: ignore[arg-type]
            self._process.stdin.flush()  # type: ignore[union-attr]

    def _read_ending(self) -> Message | None:
        try:
            ending: Message = pickle.loads(self._ending.read_bytes())  # noqa: S301 - our own process
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        if ending["status"] == "refused":
            raise ending["error"]
        return ending

    def _conclude(self, ending: Message | None, *, is_late: bool) -> None:
        account = self._account
        if (book := books.read_book(self._executed)) is not None:
            account.use(book, ending["marks"] if ending else {})
            account.cell = books.last_started(book)
        if is_late and ending is None:
            self._show(account.note_delay())
        elif ending is None:
            self._show(account.note_death(f"ended with exit code {self._process.returncode}"))
        elif ending["status"] == "failed":
            account.status = "failed"
            shown = books.failure_of(account.book)
            output = shown[1] if shown else error_output(ending["ename"], ending["evalue"])
            account.failure = ending["cell"], output  # counted without papermill's own marks
        elif ending["status"] == "timeout":
            self._show(account.note_delay())
        elif ending["status"] == "crashed":
            self._show(account.note_death(ending["evalue"]))

    def _show(self, output: Message) -> None:
        """Show an error no cell could show."""
        cell = self._account.book["cells"][self._account.cell]
        if cell["cell_type"] == "code":
            cell["outputs"].append(output)

    def _last_lines(self) -> str:
        """The last lines the notebook printed."""
        tail = Tail()
        for cell in self._account.book["cells"]:
            for output in cell.get("outputs", ()):
                if output["output_type"] == "stream":
                    tail.add("".join(output["text"]))
        return str(tail)

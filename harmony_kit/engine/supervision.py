"""One worker, supervised: commands to it, what it shows from it, deadlines, and its death."""

from __future__ import annotations

import contextlib
import signal
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, NoReturn

from harmony_kit.engine.outputs import Recorder
from harmony_kit.engine.processes import Worker
from harmony_kit.engine.streams import TextPipe
from harmony_kit.engine.wire import Message, decode, encode

__all__ = ["GRACE_S", "CellEnd", "TooLate", "WorkerDied", "WorkerSession"]

GRACE_S = 3.0  # between an interrupt and the end of the process group


class WorkerDied(Exception):  # noqa: N818 - an event, not an error of anybody's
    """The process ended without being told to; `code` as `multiprocessing` gives it."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code

    @property
    def signal(self) -> str | None:
        """The name of the signal that killed it, if one did."""
        if self.code is None or self.code >= 0:
            return None
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"

    def __str__(self) -> str:
        if self.signal == "SIGKILL":
            return "killed by SIGKILL, as the system does when memory runs out"
        if self.signal:
            return f"killed by {self.signal}"
        if self.code is None:
            return "ended, and the fork server that would know how with it"
        return f"ended with exit code {self.code}"


class TooLate(Exception):  # noqa: N818 - not an error of anybody's; it never leaves the package
    """The deadline passed."""


@dataclass(frozen=True)
class CellEnd:
    """How a cell ended. `is_last`: it called ``exit()``. `is_late`: it had to be interrupted."""

    is_failed: bool
    ename: str = ""
    evalue: str = ""
    execution_count: int | None = None
    is_last: bool = False
    is_late: bool = False


class WorkerSession:
    """The supervisor's end of one worker; what it shows goes to `recorder`.

    `on_text` hears text as it arrives, `on_message` everything else that changes an output.
    """

    def __init__(
        self,
        worker: Worker,
        token: str,
        *,
        on_text: Callable[[str, str], None] | None = None,
        on_message: Callable[[Message], None] | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self.recorder = recorder or Recorder([])
        self._worker = worker
        self._on_text, self._on_message = on_text, on_message
        self._pipes = (
            TextPipe("stdout", worker.stdout_fd, token),
            TextPipe("stderr", worker.stderr_fd, token),
        )
        self._lines: list[Any] = [*self._pipes, worker.channel, worker.process.sentinel]
        self._queue: deque[Message] = deque()
        self._has_said_goodbye = False

    def close(self) -> None:
        """End the worker and all it started, give everything back."""
        if self._has_said_goodbye:
            wait([self._worker.process.sentinel], GRACE_S)
        self._worker.kill()
        self._worker.close()
        for pipe in self._pipes:
            pipe.close()

    def send(self, command: Message) -> None:
        """Tell the worker something. Raises WorkerDied."""
        try:
            self._worker.channel.send_bytes(encode(command))
        except OSError:
            self._died()

    def receive(self, *kinds: str, deadline: float | None = None) -> Message:
        """Record what comes until a message of one of these kinds does, and return that.

        `deadline` is a reading of time.monotonic. Raises TooLate when it passes and WorkerDied
        when the process ends first, after everything it printed was recorded.
        """
        while (message := self._settle(kinds)) is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TooLate
            ready = wait(self._lines, left)
            if self._worker.process.sentinel in ready:
                return self._drain(kinds)
            self._read(ready)
        return message

    def run_cell(self, index: int, source: str, *, deadline: float | None = None) -> CellEnd:
        """Run one cell. One that is late is interrupted; one that ignores that raises TooLate."""
        self.recorder.start_cell(index)
        updates = self.recorder.widgets.take_updates()
        self.send({"command": "cell", "source": source, "updates": updates})
        is_late = False
        try:
            done = self.receive("cell_done", deadline=deadline)
        except TooLate:
            is_late = True
            self._worker.interrupt()
            done = self.receive("cell_done", deadline=time.monotonic() + GRACE_S)
        names = ("is_failed", "ename", "evalue", "execution_count", "is_last")
        return CellEnd(**{name: done[name] for name in names}, is_late=is_late)

    def end(self) -> None:
        """Let the worker finish in peace."""
        with contextlib.suppress(TooLate, WorkerDied):
            self.send({"command": "end"})
            self.receive("bye", deadline=time.monotonic() + GRACE_S)

    def _read(self, ready: list[Any]) -> None:
        for line in ready:
            if isinstance(line, TextPipe):
                if not line.read():  # its end, for whoever inherited it has closed it
                    self._lines.remove(line)
            elif line is self._worker.channel and not self._read_channel():
                self._lines.remove(line)

    def _read_channel(self) -> bool:
        try:
            self._queue.append(decode(self._worker.channel.recv_bytes()))
        except (EOFError, OSError):
            return False
        return True

    def _drain(self, kinds: tuple[str, ...]) -> Message:
        """Read what the ended process left in its lines; return the awaited message or raise."""
        while self._worker.channel in self._lines and self._worker.channel.poll():
            if not self._read_channel():
                break
        for pipe in self._pipes:
            while pipe.read():
                pass
            pipe.flush()
        message = self._settle(kinds)
        if message is None:
            self._died()
        return message

    def _died(self) -> NoReturn:
        self.recorder.end_segment()
        raise WorkerDied(self._worker.process.exitcode())

    def _settle(self, kinds: tuple[str, ...]) -> Message | None:
        """Record what is complete, in order; stop after a message of the kinds awaited."""
        while True:
            for pipe in self._pipes:
                while pipe.items and isinstance(text := pipe.items[0], str):
                    pipe.items.popleft()
                    self._put_text(pipe.name, text)
            if not self._queue or not self._is_reached(self._queue[0]["mark"]):
                return None
            for pipe in self._pipes:
                pipe.items.popleft()
            message = self._queue.popleft()
            self._put_message(message)
            if message["type"] in kinds:
                return message

    def _is_reached(self, mark: int) -> bool:
        return all(pipe.items and pipe.items[0] == mark for pipe in self._pipes)

    def _put_text(self, name: str, text: str) -> None:
        self.recorder.write(name, text)
        if self._on_text:
            self._on_text(name, text)

    def _put_message(self, message: Message) -> None:
        self.recorder.apply(message)
        self._has_said_goodbye = message["type"] == "bye"
        if self._on_message:
            self._on_message(message)

"""The worker's end of the lines to its supervisor: messages, marks, and the two text streams."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from harmony_kit.engine.posix import leave_when_forked
from harmony_kit.engine.wire import Message, encode, mark_bytes

__all__ = ["Tape", "TextStream"]


class Tape:
    """Everything a notebook shows, in the order in which it showed it.

    `fds` are the write ends of the two pipes, ``stdout`` first. They are copies of their own, so
    a notebook that redirects descriptor 1 for a while redirects neither ``print`` nor the marks.
    """

    def __init__(self, channel: Connection, fds: tuple[int, int], token: str) -> None:
        self._channel, self._fds, self._token = channel, fds, token
        self._lock = threading.RLock()
        self._number = 0
        self._last_name = ""
        self._is_busy = False
        self._is_interrupted = False
        self._is_ours = True
        self._held: dict[str, bytes] = {}
        leave_when_forked(self._leave)

    def send(self, message: Message) -> None:
        """Send a message, to be applied after all that was printed before it.

        In a process the notebook forked itself, what can be shown as text is printed: two
        processes cannot share one channel.
        """
        if not self._is_ours:
            self._print(message)
            return
        with self._undisturbed():
            body = encode({**message, "mark": self._number + 1})
            self._mark()
            self._channel.send_bytes(body)
            self._last_name = ""

    def write(self, name: str, data: bytes) -> None:
        """Write to a pipe; a change from one stream to the other is marked, to keep their order."""
        if not self._is_ours:
            self._write_lines(name, data)
            return
        with self._undisturbed():
            if self._last_name not in ("", name):
                self.send({"type": "switch"})
            self._last_name = name
            _write_all(self._fds[name == "stderr"], data)

    def flush(self, name: str) -> None:
        """Write what `write` holds back."""
        if held := self._held.pop(name, b""):
            _write_all(self._fds[name == "stderr"], held)

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt, or do so as soon as the message under way is complete."""
        if self._is_busy:
            self._is_interrupted = True
        else:
            raise KeyboardInterrupt

    def _mark(self) -> None:
        self._number += 1
        for fd in self._fds:
            _write_all(fd, mark_bytes(self._token, self._number))

    @contextlib.contextmanager
    def _undisturbed(self) -> Iterator[None]:
        with self._lock:
            was_busy, self._is_busy = self._is_busy, True
            try:
                yield
            finally:
                self._is_busy = was_busy
        if self._is_interrupted and not self._is_busy:
            self._is_interrupted = False
            raise KeyboardInterrupt

    def _print(self, message: Message) -> None:
        text = (message.get("data") or {}).get("text/plain") if "data" in message else None
        if isinstance(text, str):
            self.write("stdout", text.encode(errors="backslashreplace") + b"\n")

    def _write_lines(self, name: str, data: bytes) -> None:
        """Write whole lines only: the pieces of a print would mix with those of a sibling."""
        lines, end, rest = (self._held.pop(name, b"") + data).rpartition(b"\n")
        _write_all(self._fds[name == "stderr"], lines + end)
        self._held[name] = rest

    def _leave(self) -> None:
        self._is_ours = False
        self._lock = threading.RLock()  # the thread that held it does not exist here


class TextStream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a notebook: written through at once, like a terminal.

    Subprocesses and C code write to the same pipe, so a buffer here would change the order.
    """

    encoding = "UTF-8"
    errors = "backslashreplace"

    def __init__(self, tape: Tape, name: str) -> None:
        super().__init__()
        self._tape, self._stream = tape, name
        self.name = f"<{name}>"

    def write(self, text: str) -> int:
        """Write `text`; characters UTF-8 has no bytes for are escaped. Returns its length."""
        if not isinstance(text, str):
            message = f"write() argument must be str, not {type(text).__name__}"
            raise TypeError(message)
        if self.closed:
            message = "I/O operation on closed file"
            raise ValueError(message)
        if text:
            self._tape.write(self._stream, text.encode("utf-8", self.errors))
        return len(text)

    def flush(self) -> None:
        """Write what a process the notebook forked holds back; elsewhere nothing is."""
        self._tape.flush(self._stream)

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """Descriptor 1 or 2, for a subprocess that is told to write here."""
        return 2 if self._stream == "stderr" else 1

    def close(self) -> None:
        """Stay open: whoever closes a notebook's output does not mean the cells after it."""


def _write_all(fd: int, data: bytes) -> None:
    view: Any = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]

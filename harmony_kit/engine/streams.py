"""The text of a worker's file descriptors 1 and 2, read by its supervisor."""

from __future__ import annotations

import codecs
import os
from collections import deque

from harmony_kit.engine.wire import MARK_BYTES, mark_prefix

__all__ = ["Tail", "TextPipe"]

_CHUNK_BYTES = 1 << 16
_TAIL_CHARACTERS = 8_000
_TAIL_LINES = 20


class TextPipe:
    """One pipe: `items` are what was read and not used yet, pieces of text and numbers of marks."""

    def __init__(self, name: str, fd: int, token: str) -> None:
        self.name, self.fd = name, fd
        self.items: deque[str | int] = deque()
        self._prefix = mark_prefix(token)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._held = b""
        os.set_blocking(fd, False)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self.fd

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)

    def read(self) -> bool:
        """Take what is there; False if nothing was, because it is empty or has ended."""
        try:
            data = os.read(self.fd, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        self.feed(data)
        return bool(data)

    def feed(self, data: bytes) -> None:
        """Split `data` into text and marks; a mark cut in two waits for its other half."""
        data = self._held + data
        while (at := data.find(self._prefix)) >= 0 and len(data) - at >= MARK_BYTES:
            self._put_text(data[:at])
            number = data[at + len(self._prefix) : at + MARK_BYTES - 1]
            self.items.append(int(number, 16))
            data = data[at + MARK_BYTES :]
        cut = _cut(data, self._prefix)
        self._put_text(data[:cut])
        self._held = data[cut:]

    def flush(self) -> None:
        """Let go of half a mark or half a character: nobody will complete it any more."""
        held, self._held = self._held, b""
        if text := self._decoder.decode(held, final=True):
            self.items.append(text)

    def _put_text(self, data: bytes) -> None:
        if text := self._decoder.decode(data):
            self.items.append(text)


def _cut(data: bytes, prefix: bytes) -> int:
    """Where an incomplete mark at the end of `data` begins; its length if there is none."""
    at = data.find(b"\x00", max(0, len(data) - MARK_BYTES + 1))
    while at >= 0:
        tail = data[at:]
        if tail.startswith(prefix) or prefix.startswith(tail):
            return at
        at = data.find(b"\x00", at + 1)
    return len(data)


class Tail:
    """The last lines of what a notebook printed, for the page of one that died."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, text: str) -> None:
        """Remember `text`, forget what is too long ago."""
        self._text = (self._text + text)[-_TAIL_CHARACTERS:]

    def __str__(self) -> str:
        return "\n".join(self._text.splitlines()[-_TAIL_LINES:])

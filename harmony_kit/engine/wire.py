"""What a supervisor and its worker say to each other: JSON messages, and marks in the streams.

Three lines lead from a worker to its supervisor: a socket for messages and the two pipes that are
the worker's file descriptors 1 and 2. Whatever writes to those (Python, a subprocess, C code) is
read by the supervisor itself, so nothing printed is lost when the worker dies. A message carries
the number of a mark the worker put into both pipes just before it; the supervisor applies the
message when it has read up to that mark in both. So text lands before or after a chart as it was
printed, and never in the next cell.
"""

from __future__ import annotations

import base64
import json
import numbers
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

__all__ = ["MARK_BYTES", "Message", "decode", "encode", "mark_bytes", "mark_prefix"]

Message = dict[str, Any]

_HALF_PAIR = re.compile("[\ud800-\udfff]")

_NUMBER_DIGITS = 8
# Shorter than PIPE_BUF, hence written in one piece whoever else writes to the pipe.
MARK_BYTES = 10 + 32 + _NUMBER_DIGITS + 1


def encode(message: Mapping[str, Any]) -> bytes:
    """The message as JSON; numbers JSON does not know (NaN, infinities) become their repr.

    Bytes become base64, dates ISO text, numpy scalars numbers, other iterables lists. Half a
    surrogate pair, as in a file name that is not UTF-8, is spelled out as a print would be: no
    file, page or terminal beyond here could hold it. Raises TypeError for anything else, in the
    cell that tried to show it.
    """
    try:
        text = json.dumps(message, default=_plain, ensure_ascii=False, allow_nan=False)
    except ValueError:
        odd = json.dumps(message, default=_plain, ensure_ascii=False)
        plain = json.loads(odd, parse_constant=_named_number)
        text = json.dumps(plain, ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALF_PAIR.sub(_spelled_out, text).encode()


def decode(data: bytes) -> Message:
    """The message `encode` made."""
    message: Message = json.loads(data)
    return message


def mark_prefix(token: str) -> bytes:
    """How every mark of one run begins; `token` is 32 characters nobody can print by chance."""
    return b"\x00harmony " + token.encode() + b" "


def mark_bytes(token: str, number: int) -> bytes:
    """The mark with this number, `MARK_BYTES` long."""
    return mark_prefix(token) + f"{number:0{_NUMBER_DIGITS}x}\x00".encode()


def _spelled_out(half: re.Match[str]) -> str:
    return f"\\\\u{ord(half[0]):04x}"


def _named_number(name: str) -> str:
    return repr(float(name.replace("Infinity", "inf")))


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, Iterable):
        return list(value)
    message = f"{type(value).__name__} cannot be shown: it is not JSON"
    raise TypeError(message)

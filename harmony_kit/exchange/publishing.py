"""A file put in its place whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from harmony_kit.errors import ExchangeError, Problem

__all__ = ["publish"]


def publish(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of it.

    Raises `ExchangeError` when the folder is missing, read-only or full, or the file is open in
    a program that locks it.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as cause:
        raise _refusal(path, cause) from cause
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        part.chmod(0o644)
        part.replace(path)
    except OSError as cause:
        part.unlink(missing_ok=True)
        raise _refusal(path, cause) from cause


def _refusal(path: Path, cause: OSError) -> ExchangeError:
    return ExchangeError(Problem(str(path), "", f"cannot be written ({cause.strerror})"))

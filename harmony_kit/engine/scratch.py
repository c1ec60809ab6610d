"""Where a notebook's temporary files go, so that they end with it."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

__all__ = ["new_scratch"]


def new_scratch() -> tuple[str, str]:
    """A token nobody can guess, and the folder named after it, not made yet.

    The notebook's process makes the folder once it has begun to watch for its caller's end: a
    caller that is killed any earlier leaves nothing, and later the process cleans up after it.
    """
    token = secrets.token_hex(16)
    return token, str(Path(tempfile.gettempdir()).resolve() / f"harmony-{token[:12]}")

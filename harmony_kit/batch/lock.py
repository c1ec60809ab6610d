"""One run at a time in an engagement folder; a run that is killed lets go of the lock."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from harmony_kit.errors import EngagementError, Problem

__all__ = ["run_lock"]


@contextlib.contextmanager
def run_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of an engagement folder.

    Raises `EngagementError` where another run holds it, or where the folder cannot be written.
    """
    path = folder / ".harmony" / "run.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as cause:
        what = f"cannot be written ({cause.strerror})"
        raise EngagementError(Problem(str(path.parent), "", what)) from cause
    try:
        if not _take(handle):
            what = "another run of this engagement is under way"
            raise EngagementError(Problem(str(folder), "", what, todo="Wait for it, or stop it."))
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

"""What a run that was killed left behind, and how the next one mends or removes it."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path

from harmony_kit.batch.swap import put_back
from harmony_kit.batch.wave_shelves import list_places
from harmony_kit.files import list_unfinished

__all__ = ["PLAN", "clean_up"]

#: How the folder of a plan begins, which is made without the lock.
PLAN = "plan-"
#: Whoever is at something for longer was killed.
_LONGEST_S = 3600


def clean_up(folder: Path) -> None:
    """Mend and remove what a run left that was killed; only while holding the lock."""
    kept = folder / ".harmony"
    for place in list_places(folder):
        put_back(place)
    for path in kept.glob("work-*"):
        shutil.rmtree(path, ignore_errors=True)
    # Somebody may be at these without the lock: a plan, or pages being printed.
    for path in kept.glob(f"{PLAN}*"):
        if _is_left(path):
            shutil.rmtree(path, ignore_errors=True)
    for place in (*list_places(folder), *kept.glob("records/*")):
        for path in filter(_is_left, list_unfinished(place)):
            path.unlink(missing_ok=True)


def _is_left(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):  # whoever was at it has finished
        return time.time() - path.stat().st_mtime > _LONGEST_S
    return False

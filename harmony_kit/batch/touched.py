"""Whether a run is likely to have something to do, guessed before any library is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import harmony_kit

__all__ = ["is_touched"]


def is_touched(folder: Path) -> bool:
    """Whether a file of an engagement, or of this package, is newer than its last run.

    The plan decides what is made; where this says no and there is something all the same, the
    first report is ready two seconds later.
    """
    try:
        done = (folder / "reports" / "run.json").stat().st_mtime_ns
        found = [path.stat() for path in _list_sources(folder)]
    except OSError:
        return True
    return any(one.st_mtime_ns > done and one.st_size for one in found)


def _list_sources(folder: Path) -> Iterator[Path]:
    yield Path(harmony_kit.__file__)
    for place in (folder, folder / "evidence"):
        if place.is_dir():
            # SQLite's own note beside a store changes when somebody only reads.
            yield from (one for one in place.iterdir() if one.is_file() and one.name[-4:] != "-shm")

"""A finished folder in the place of a published one, whatever happens meanwhile."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from harmony_kit.files import copy_tree, sync_folder, sync_tree, write_whole

__all__ = ["publish_files", "publish_folder", "put_back"]

#: A published folder moved aside, and one copied beside its place, while they are exchanged.
_OLD, _NEW = ".old-", ".new-"


def publish_folder(work: Path, target: Path) -> None:
    """Put a finished folder in the place of the published one.

    Files of two runs are never mixed, and the published folder is gone only when the other is in
    its place: killed between the two renames, `put_back` mends it. Raises OSError where another
    program holds a file; the published folder is then what it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sync_tree(work)
    old = target.with_name(f"{_OLD}{target.name}")
    if target.exists():
        target.rename(old)
    try:
        _move(work, target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    sync_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def put_back(reports: Path) -> None:
    """Put published folders back that a run had moved aside when it was killed."""
    for old in reports.glob(f"{_OLD}*"):
        target = old.with_name(old.name.removeprefix(_OLD))
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(target)
    for new in reports.glob(f"{_NEW}*"):
        shutil.rmtree(new, ignore_errors=True)


def _move(work: Path, target: Path) -> None:
    try:
        work.rename(target)
    except OSError as cause:
        if cause.errno != errno.EXDEV:
            raise
        # reports/ lies on another disk: copy beside it first
        beside = target.with_name(f"{_NEW}{target.name}")
        copy_tree(work, beside)
        sync_tree(beside)
        beside.rename(target)
        shutil.rmtree(work, ignore_errors=True)


def publish_files(work: Path, target: Path) -> None:
    """Put the files of a finished folder among the published ones, each whole."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(path for path in work.iterdir() if path.is_file()):
        write_whole(target / path.name, path.read_bytes())
    shutil.rmtree(work, ignore_errors=True)

"""Files that are whole or absent, and what tells whether one changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harmony_kit.errors import ExchangeError, Problem

__all__ = [
    "FileMark",
    "Staged",
    "copy_tree",
    "hash_content",
    "hash_file",
    "hash_folder",
    "is_unchanged",
    "json_bytes",
    "list_unfinished",
    "mark_file",
    "mark_folder",
    "publish",
    "read_json",
    "stage_whole",
    "sync_folder",
    "sync_tree",
    "write_json",
    "write_whole",
]


@dataclass(frozen=True)
class FileMark:
    """What a file was when it was last seen; `sha256` is of its bytes, in hex."""

    sha256: str
    size: int
    mtime_ns: int

    def as_json(self) -> dict[str, Any]:
        """The mark as plain values."""
        return asdict(self)


def hash_file(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_folder(folder: Path, pattern: str = "*", *, without: tuple[str, ...] = ()) -> str:
    """One sha256 over names and bytes of the files below a folder, but those named `without`."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        is_cache = "__pycache__" in path.parts
        if path.is_file() and not is_cache and path.name not in without:
            line = f"{path.relative_to(folder).as_posix()}\0{hash_file(path)}\n"
            digest.update(line.encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def hash_content(content: object) -> str:
    """The sha256 of a value made of plain parts; equal values have equal hashes."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def mark_file(path: Path) -> FileMark:
    """What the file is now."""
    state = path.stat()
    return FileMark(hash_file(path), state.st_size, state.st_mtime_ns)


def mark_folder(folder: Path) -> dict[str, FileMark]:
    """The marks of all files below a folder, by their path in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): mark_file(path) for path in paths}


def is_unchanged(path: Path, mark: FileMark) -> bool:
    """Whether the file still has the bytes of the mark; read only if its time says otherwise."""
    try:
        state = path.stat()
        if state.st_size != mark.size:
            return False
        return state.st_mtime_ns == mark.mtime_ns or hash_file(path) == mark.sha256
    except OSError:
        return False


@dataclass(frozen=True)
class Staged:
    """A file written and on the disk, not in its place yet: `commit` it or `discard` it."""

    written: Path
    path: Path

    def commit(self) -> None:
        """Put it in its place, now and for good. Raises OSError."""
        self.written.replace(self.path)
        sync_folder(self.path.parent)

    def discard(self) -> None:
        """Leave what is in its place."""
        self.written.unlink(missing_ok=True)


def stage_whole(path: Path, content: bytes, *, is_private: bool = False) -> Staged:
    """Write a file beside its place, so that only a rename is left. Raises OSError.

    Who may read it is decided as in `write_whole`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = Staged(path.with_name(f".{path.name[:40]}-{secrets.token_hex(6)}"), path)
    try:
        opener = _open_private if is_private else None
        with open(staged.written, "xb", opener=opener) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        staged.discard()
        raise
    return staged


def list_unfinished(folder: Path) -> list[Path]:
    """Files in a folder that were written beside their place and are not in it."""
    return sorted(folder.glob(f".?*-{'[0-9a-f]' * 12}"))


def _open_private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def write_whole(path: Path, content: bytes, *, is_private: bool = False) -> None:
    """Write a file so that at any moment it is the old one or the new one, never a part.

    That holds for a power cut too. Its folder is made where there is none. Who may read it follows
    the umask; a private file, one with answers in it, is for its owner only. Raises OSError.
    """
    staged = stage_whole(path, content, is_private=is_private)
    try:
        staged.commit()
    except BaseException:
        staged.discard()
        raise


def copy_tree(source: Path, target: Path) -> None:
    """Copy the files below a folder; one that is gone meanwhile is left out.

    Raises OSError for the first that cannot be written, not a list of all of them.
    """
    for path in filter(Path.is_file, sorted(source.rglob("*"))):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(path, place)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; without effect where a system cannot."""
    _sync(folder, os.O_RDONLY)


def sync_tree(folder: Path) -> None:
    """Have everything below a folder on the disk, so that it can be renamed as a whole."""
    for parent, _, names in os.walk(folder):
        for name in names:
            _sync(Path(parent, name), os.O_RDWR)
        sync_folder(Path(parent))


def _sync(path: Path, how: int) -> None:
    try:
        handle = os.open(path, how)
    except OSError:  # a folder on Windows, or a file made read-only
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish(path: Path, content: bytes, *, is_private: bool = False) -> None:
    """Write a file somebody named, whole or not at all, into a folder that is there.

    Who may read it is decided as in `write_whole`. Raises `ExchangeError` when the folder is
    missing, read-only or full, or the file is open in a program that locks it.
    """
    if not path.parent.is_dir():
        raise ExchangeError(Problem(str(path), "", "cannot be written (No such file or directory)"))
    try:
        write_whole(path, content, is_private=is_private)
    except OSError as cause:
        what = f"cannot be written ({cause.strerror})"
        raise ExchangeError(Problem(str(path), "", what)) from cause


def write_json(path: Path, content: object) -> None:
    """Write plain values as JSON, whole or not at all."""
    write_whole(path, json_bytes(content))


def json_bytes(content: object) -> bytes:
    """Plain values as JSON of ours is laid out.

    Half a surrogate pair, as in file names that are not UTF-8, becomes its JSON escape.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode("utf-8", "backslashreplace")


def read_json(path: Path) -> dict[str, Any]:
    """The mapping in a JSON file of ours; empty where it is missing or cannot be read.

    What these files hold can always be worked out again, so a broken one counts as none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}

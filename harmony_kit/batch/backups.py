"""Backups: everything an engagement cannot make again, in one file that is checked both ways."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harmony_kit import __version__
from harmony_kit.batch.handing import MADE_FOLDERS
from harmony_kit.batch.register import REGISTER, join_registers
from harmony_kit.engagement.folder import Engagement
from harmony_kit.engagement.real_names import NAMES
from harmony_kit.engagement.secret import SECRET
from harmony_kit.errors import ExchangeError, Problem
from harmony_kit.files import Staged, json_bytes, publish, read_json, stage_whole, write_json
from harmony_kit.journal.connections import find_database
from harmony_kit.journal.copying import copy_database, find_damage
from harmony_kit.journal.store import Store

__all__ = [
    "STORE",
    "list_backups",
    "read_backup",
    "remember_backup",
    "restore_files",
    "write_backup",
]

#: The name of the store in a backup, whatever it is called in its folder.
STORE: Final = "answers.sqlite"
_MANIFEST: Final = "backup.json"
_KIND: Final = "harmony-kit backup"
_KEPT: Final = "backups.json"
#: What is made again from the rest, but for what somebody changed in it and for waves whose answers
#: are gone, or is only about this computer.
_LEFT_OUT: Final = (*MADE_FOLDERS, ".ipynb_checkpoints")


def write_backup(engagement: Engagement, path: Path) -> Mapping[str, Any]:
    """Write a backup, read it back, and return its manifest. Raises `ExchangeError`.

    It holds the store as of one moment, the secret, the register, names, settings, evidence and
    whatever else lies in the folder. It is for its owner only.
    """
    publish(path, _backup_bytes(engagement, path), is_private=True)
    manifest, _ = read_backup(path)
    return manifest


def _backup_bytes(engagement: Engagement, path: Path) -> bytes:
    """The content of a backup; `path`, where it is to stand, is not part of it."""
    files = dict(_list_files(engagement, path))
    files[STORE] = _store_bytes(engagement)
    marks = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = {"kind": _KIND, "version": __version__, "files": marks}
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in [(_MANIFEST, json_bytes(manifest)), *sorted(files.items())]:
                archive.writestr(
                    zipfile.ZipInfo(_name_inside(name), (1980, 1, 1, 0, 0, 0)), content
                )
        packed.seek(0)
        return packed.read()


def _list_files(engagement: Engagement, path: Path) -> Iterator[tuple[str, bytes]]:
    folder = engagement.folder
    store = find_database(engagement.store_url)
    for one in sorted(folder.rglob("*")):
        name = one.relative_to(folder)
        is_store = isinstance(store, Path) and one.name.startswith(store.name)
        if one.is_file() and name.parts[0] not in _LEFT_OUT and not is_store and one != path:
            yield name.as_posix(), one.read_bytes()


def _store_bytes(engagement: Engagement) -> bytes:
    store = find_database(engagement.store_url)
    if not isinstance(store, Path):
        what = "is a database of its own, with its own backups"
        todo = "Have its owner make one, with pg_dump."
        raise ExchangeError(Problem(store, "", what, todo=todo))
    with tempfile.TemporaryDirectory(prefix="harmony-backup-") as place:
        copy = Path(place) / STORE
        try:
            if store.is_file():
                copy_database(store, copy)
            else:  # nothing was answered yet; settings, sites and secret are worth keeping
                Store(f"sqlite:///{copy}").close()
        except OSError as cause:
            raise ExchangeError(Problem(str(store), "", f"cannot be copied ({cause})")) from cause
        _refuse_damage(copy, str(store))
        return copy.read_bytes()


def _refuse_damage(path: Path, name: str) -> None:
    if damage := find_damage(path):
        todo = "Restore an earlier backup: harmony restore."
        raise ExchangeError(Problem(name, "", f"is damaged ({damage})", todo=todo))


def read_backup(path: Path) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
    """A backup that is whole: its manifest, and its files by name. Raises `ExchangeError`."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            files = {name: archive.read(_name_inside(name)) for name in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as cause:
        raise ExchangeError(Problem(str(path), "", "is no backup, or a damaged one")) from cause
    wrong = [
        name
        for name, content in files.items()
        if hashlib.sha256(content).hexdigest() != manifest["files"][name] or not _is_inside(name)
    ]
    if manifest.get("kind") != _KIND or wrong or STORE not in files:
        told = ", ".join(wrong) or "what it is"
        raise ExchangeError(Problem(str(path), told, "is not what was backed up"))
    with tempfile.TemporaryDirectory(prefix="harmony-restore-") as place:
        copy = Path(place) / STORE
        copy.write_bytes(files[STORE])
        _refuse_damage(copy, f"{path}: {STORE}")
    return manifest, files


def _name_inside(name: str) -> str:
    """What a file is called in the archive: half a surrogate pair spelled out, as JSON does."""
    return name.encode("utf-8", "backslashreplace").decode()


def _is_inside(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def remember_backup(folder: Path, path: Path) -> None:
    """Remember where a backup went, for whoever has to delete something from it."""
    known = [*list_backups(folder), str(path.resolve())]
    write_json(folder / ".harmony" / _KEPT, {"paths": [*dict.fromkeys(known)]})


def list_backups(folder: Path) -> list[str]:
    """Where backups of an engagement folder went."""
    return list(read_json(folder / ".harmony" / _KEPT).get("paths", []))


def restore_files(files: Mapping[str, bytes], folder: Path, store: Path) -> None:
    """Put the files of a backup into a folder, the store last, or none of them. Raises OSError.

    The register of what was published never gets shorter: what was published since the backup
    still binds the next report.
    """
    register = folder / REGISTER
    known = register.read_bytes() if register.is_file() else b""
    wanted = {folder / name: content for name, content in files.items() if name != STORE}
    if register in wanted:
        wanted[register] = join_registers(wanted[register], known)
    wanted[store] = files[STORE]
    private = {store, register, *(folder / name for name in files if _is_private(name))}
    staged: list[Staged] = []
    try:
        for path, content in wanted.items():
            staged.append(stage_whole(path, content, is_private=path in private))
        for one in staged:  # from here on nothing takes room
            one.commit()
    finally:
        for one in staged:
            one.discard()


def _is_private(name: str) -> bool:
    """Whether a file holds what only its owner may read: names, answers, the secret."""
    return name in (SECRET, NAMES, "lexicon.csv") or name.startswith("accords/") or ".raw." in name

"""Reports to where they are wanted: a folder or any fsspec URL, each file whole, the index last."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harmony_kit.errors import StoreError
from harmony_kit.files import FileMark, read_json, write_json

__all__ = ["Destination", "ledger_folder"]

#: What a reader opens first goes last: what it links to is there already.
_LAST = ("report.html", "portfolio.html", "index.html", "run.json")


class Destination:
    """Where reports are delivered to, and what is there already.

    What was sent is kept in `ledger`, a file per report, so that a run that was killed in the
    middle delivers only the rest; a file that has since gone from there is sent again. May be
    used from several threads, for different reports. Raises `StoreError`.
    """

    def __init__(self, url: str, ledger: Path) -> None:
        self._name = re.sub(r"//[^/@]*@", "//", url)  # an error must not repeat a password
        self._ledger = ledger
        try:
            import fsspec

            self._files, self._root = fsspec.core.url_to_fs(url)
            self._is_local = "file" in _protocols(self._files)
            self._there = self._list()
        except ImportError as cause:
            todo = f"{cause}; pip install 'harmony-kit[s3]'"
            raise self._error(todo) from cause
        except Exception as cause:  # every file system of fsspec has errors of its own
            raise self._error(cause) from cause

    def _error(self, why: object) -> StoreError:
        return StoreError("deliver reports to", self._name, str(why))

    def _list(self) -> dict[str, int]:
        """Path below the root → size, of everything there."""
        self._files.invalidate_cache()
        try:
            found = self._files.find(self._root, detail=True)
        except FileNotFoundError:
            return {}
        start = len(self._root) + 1
        return {path[start:]: entry["size"] for path, entry in found.items()}

    def list_sent(self) -> list[str]:
        """The names under which files are there, as far as is known."""
        kept = ((path, read_json(path)) for path in sorted(self._ledger.rglob("*.json")))
        return [
            path.relative_to(self._ledger).with_suffix("").as_posix()
            for path, known in kept
            if known.get("sent")
        ]

    def deliver(self, reports: Path, name: str, files: Mapping[str, FileMark]) -> None:
        """Bring the files of one report there, and remove there what it no longer has.

        `files` are by their path below `reports`. A file is seen whole or not at all; the page
        that links to the others comes last.
        """
        sent: dict[str, str] = read_json(self._ledger / f"{name}.json").get("sent", {})
        wanted = [path for path, mark in files.items() if not self._has(path, mark, sent)]
        gone = sorted(sent.keys() - files.keys())
        if not wanted and not gone:
            return
        try:
            for path in sorted(wanted, key=_order):
                self._put(reports / path, path)
            for path in gone:
                self._remove(path)
        except Exception as cause:
            raise self._error(cause) from cause
        digests = {path: mark.sha256 for path, mark in files.items()}
        write_json(self._ledger / f"{name}.json", {"sent": digests})

    def _has(self, path: str, mark: FileMark, sent: Mapping[str, str]) -> bool:
        return sent.get(path) == mark.sha256 and self._there.get(path) == mark.size

    def _put(self, source: Path, path: str) -> None:
        target = f"{self._root}/{path}"
        if not self._is_local:  # an object appears when it is whole
            self._files.put_file(str(source), target)
            return
        folder, _, name = target.rpartition("/")
        part = f"{folder}/.{name}.part"
        self._files.makedirs(folder, exist_ok=True)
        self._files.put_file(str(source), part)
        Path(part).replace(target)

    def _remove(self, path: str) -> None:
        if path in self._there:
            self._files.rm_file(f"{self._root}/{path}")


def ledger_folder(folder: Path, url: str) -> Path:
    """Where an engagement keeps what was delivered to a URL."""
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    return folder / ".harmony" / "delivered" / name


def _protocols(files: Any) -> tuple[str, ...]:  # noqa: ANN401 - an fsspec file system
    return (files.protocol,) if isinstance(files.protocol, str) else tuple(files.protocol)


def _order(path: str) -> tuple[int, str]:
    name = path.rpartition("/")[2]
    return (_LAST.index(name) + 1 if name in _LAST else 0, path)

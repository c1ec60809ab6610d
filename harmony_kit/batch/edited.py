"""What somebody changed or added by hand where a report stands: kept when another takes its place.

A changed file is kept beside the new one as ``report.edited-2026-11-26.html``, by the day it was
changed; a file that is none of ours stays what it is.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from harmony_kit.batch.paper import is_as_printed, name_pdf
from harmony_kit.files import FileMark, hash_file, is_unchanged

__all__ = ["EDITED", "keep_changed", "keep_files", "keep_page"]

#: In the name of a file that is kept.
EDITED = ".edited-"


def keep_files(
    place: Path, files: Mapping[str, FileMark], work: Path, target: Path, names: Iterable[str]
) -> dict[str, str]:
    """Copy what somebody changed of `names` in `place` into `target`; old name → new name.

    `files` are those that were published, `work` what takes their place: what is the same as either
    is nobody's work. Raises OSError.
    """
    changed = [name for name in names if _is_changed(place, name, files, work)]
    return {name: _copy(place / name, target / name) for name in changed}


def keep_changed(place: Path, files: Mapping[str, FileMark], work: Path) -> dict[str, str]:
    """Bring what is not ours of a report's folder into the one that takes its place."""
    foreign = _list_foreign(place, files, work)
    for path in foreign:
        kept = work / path.relative_to(place)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, kept)
    names = [path.relative_to(place).as_posix() for path in _walk(place) if path not in foreign]
    return keep_files(place, files, work, work, names)


def keep_page(path: Path, page: bytes, known: str) -> dict[str, str]:
    """Keep a page of the run and its PDF where somebody changed them; `known` is its sha256."""
    pdf = name_pdf(path)
    changed = (
        [path] if known and hash_file(path) not in (known, hashlib.sha256(page).hexdigest()) else []
    )
    changed += [pdf] if pdf.is_file() and not is_as_printed(pdf) else []
    return {one.name: _copy(one, one) for one in changed}


def _list_foreign(place: Path, files: Mapping[str, FileMark], work: Path) -> list[Path]:
    """The files of a report's folder that no run made: added by hand, or kept before."""
    pages = [*files, *(path.relative_to(work).as_posix() for path in work.rglob("*.html"))]
    printed = {name_pdf(place / name) for name in pages if name.endswith(".html")}
    known = {place / name for name in files}
    return [
        path
        for path in _walk(place)
        if path not in known | printed and not (work / path.relative_to(place)).exists()
    ]


def _walk(place: Path) -> list[Path]:
    """The files of a folder but those JupyterLab keeps for itself."""
    paths = sorted(path for path in place.rglob("*") if path.is_file())
    return [path for path in paths if ".ipynb_checkpoints" not in path.parts]


def _is_changed(place: Path, name: str, files: Mapping[str, FileMark], work: Path) -> bool:
    path, new = place / name, work / name
    if not path.is_file() or (name in files and is_unchanged(path, files[name])):
        return False
    if path.suffix == ".pdf" and name not in files:
        return not is_as_printed(path)
    return not new.is_file() or hash_file(new) != hash_file(path)


def _copy(path: Path, target: Path) -> str:
    """Copy a file under a name that says when it was changed; that name."""
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    digest = hash_file(path)
    n = 1
    while True:
        more = f"-{n}" if n > 1 else ""
        kept = target.with_name(f"{path.stem}{EDITED}{day}{more}{path.suffix}")
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, kept)
            return kept.name
        if hash_file(kept) == digest:
            return kept.name
        n += 1

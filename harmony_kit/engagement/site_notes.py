"""Text of one's own for the report of a site: ``notes/<site>.md``, in Markdown.

``notes/<wave>/<site>.md`` is for that wave alone, and then stands in place of the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from harmony_kit.errors import EngagementError, Problem, list_some, nearest

__all__ = ["NOTES", "find_note", "list_note_problems", "read_note"]

#: The folder of notes in an engagement folder.
NOTES: Final = "notes"
_ENDING: Final = ".md"


def find_note(folder: Path, site: str, wave: str) -> Path | None:
    """The file with what somebody wrote for a site in a wave, if there is one.

    >>> find_note(Path("nowhere"), "plant-1", "1") is None
    True
    """
    name = f"{site}{_ENDING}"
    places = (folder / NOTES / wave / name, folder / NOTES / name)
    return next((path for path in places if path.is_file()), None)


def read_note(folder: Path, site: str, wave: str) -> str:
    """What somebody wrote for a site in a wave; empty where nobody did.

    Raises `EngagementError` for a file that is not UTF-8.
    """
    path = find_note(folder, site, wave)
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as cause:
        raise EngagementError(_tell_encoding(path, folder)) from cause


def list_note_problems(
    folder: Path, sites: Sequence[str], waves: Sequence[str]
) -> Iterator[Problem]:
    """Notes no report will show: of a site or a wave there is not, or unreadable."""
    for path in sorted((folder / NOTES).rglob(f"*{_ENDING}")):
        parts = path.relative_to(folder / NOTES).parts
        if any(part.startswith(".") for part in parts):  # as JupyterLab keeps what it saved
            continue
        shown = path.relative_to(folder).as_posix()
        if len(parts) > 2:
            allowed = f"{NOTES}/SITE{_ENDING} or {NOTES}/WAVE/SITE{_ENDING}"
            yield Problem(shown, "", "lies where no report looks", allowed)
        elif len(parts) == 2 and parts[0] not in waves:
            todo = nearest(parts[0], waves)
            yield Problem(shown, "", f"no wave is called {parts[0]!r}", list_some(waves), todo)
        elif path.stem not in sites:
            todo = nearest(path.stem, sites)
            what = f"sites.csv has no site {path.stem!r}, so no report shows this"
            yield Problem(shown, "", what, list_some(sites) or "none yet", todo)
        elif not _is_text(path):
            yield _tell_encoding(path, folder)


def _is_text(path: Path) -> bool:
    try:
        path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def _tell_encoding(path: Path, folder: Path) -> Problem:
    todo = "Save it again as UTF-8."
    return Problem(path.relative_to(folder).as_posix(), "", "is not UTF-8 text", todo=todo)

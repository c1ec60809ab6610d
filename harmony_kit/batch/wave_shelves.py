"""Where the reports of each wave stand: the present wave's in ``reports``, others below it.

When another wave becomes the present one, what stood in ``reports`` moves to
``reports/waves/<wave>`` as it is, and nothing takes its place: pages that were handed out stay.
Which wave stands in ``reports`` is written down, so that a move that was cut short is finished.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harmony_kit.batch.handing import reports_name
from harmony_kit.errors import EngagementError, Problem
from harmony_kit.files import read_json, write_json

__all__ = ["arrange_waves", "kept_waves", "link_waves", "list_places", "place_of_wave"]

#: Below the reports; no site may be called that.
_BELOW: Final = "waves"
_FILE: Final = "standing.json"


def _standing_wave(folder: Path, present: str) -> str:
    """The wave whose reports stand in ``reports``; the present one where there are none yet."""
    written = read_json(folder / ".harmony" / _FILE).get("wave")
    ran = read_json(_reports(folder) / "run.json").get("wave")
    return str(written or ran or present)


def place_of_wave(folder: Path, wave: str, present: str) -> Path:
    """The folder in which the reports of a wave stand."""
    reports = _reports(folder)
    return reports if wave == _standing_wave(folder, present) else reports / _BELOW / wave


def kept_waves(folder: Path) -> list[str]:
    """The waves whose reports stand below those of the present one."""
    return sorted(path.name for path in (_reports(folder) / _BELOW).glob("*") if path.is_dir())


def link_waves(folder: Path, wave: str, present: str) -> list[dict[str, str]]:
    """The pages of the other waves, as the page of a wave links to them, by the waves' names."""
    standing = _standing_wave(folder, present)
    up = "" if wave == standing else "../../"
    links = {one: f"{up}{_BELOW}/{one}/index.html" for one in kept_waves(folder)}
    links[standing] = f"{up}index.html"
    place = place_of_wave(folder, wave, present)
    return [
        {"wave": one, "link": link}
        for one, link in sorted(links.items())
        if one != wave and (place / link).is_file()
    ]


def arrange_waves(folder: Path, present: str) -> str:
    """Make room for the present wave; the wave that was moved for it, empty where none was.

    Only while holding the lock of a run. Raises `EngagementError` where a file is open.
    """
    standing = _standing_wave(folder, present)
    reports = _reports(folder)
    aside = reports / _BELOW / standing
    has_moved = standing != present and reports.is_dir()
    try:
        if has_moved:
            _write(folder, standing)
            _move(reports, aside)
        _write(folder, present)
        if (back := reports / _BELOW / present).is_dir():
            _move(back, reports)
            back.rmdir()
    except OSError as cause:
        todo = "Close what is open of it and run again; nothing is lost."
        what = f"the reports of wave {standing} cannot be moved aside ({cause.strerror})"
        raise EngagementError(Problem(str(reports), "", what, todo=todo)) from cause
    return standing if has_moved and aside.is_dir() else ""


def list_places(folder: Path) -> Iterator[Path]:
    """Every folder in which reports of a wave, or drafts, may stand."""
    for is_draft in (False, True):
        yield folder / reports_name(is_draft=is_draft)
    yield from (_reports(folder) / _BELOW / wave for wave in kept_waves(folder))


def _reports(folder: Path) -> Path:
    return folder / reports_name(is_draft=False)


def _write(folder: Path, wave: str) -> None:
    path = folder / ".harmony" / _FILE
    if read_json(path) != {"wave": wave}:
        write_json(path, {"wave": wave})


def _move(source: Path, target: Path) -> None:
    """Move what is in a folder into another, entry by entry; again, it moves the rest."""
    entries = [path for path in sorted(source.iterdir()) if path.name != _BELOW]
    if entries:
        target.mkdir(parents=True, exist_ok=True)
    for path in entries:
        path.rename(target / path.name)

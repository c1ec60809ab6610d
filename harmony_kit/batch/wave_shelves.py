"""Where the reports of each wave stand: the present wave's in ``reports``, others below it.

When another wave becomes the present one, what stood in ``reports`` moves to
``reports/waves/<wave>`` as it is, and nothing takes its place: pages that were handed out stay.
Which wave stands in ``reports`` is written down, so that a move that was cut short is finished.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from harmony_kit.batch.handing import reports_name
from harmony_kit.batch.record import EDITIONS
from harmony_kit.errors import EngagementError, Problem
from harmony_kit.files import read_json, write_json

__all__ = ["arrange_waves", "kept_waves", "link_waves", "list_places", "place_of_wave"]

#: Below the reports; no site may be called that.
_BELOW: Final = "waves"
_FILE: Final = "standing.json"


def place_of_wave(reports: Path, wave: str, present: str) -> Path:
    """The folder in which the reports of a wave stand; `reports` is that of their edition."""
    return reports if wave == _standing_wave(reports, present) else reports / _BELOW / wave


def kept_waves(reports: Path) -> list[str]:
    """The waves whose reports stand below those of the present one."""
    return sorted(path.name for path in (reports / _BELOW).glob("*") if path.is_dir())


def link_waves(reports: Path, wave: str, present: str) -> list[dict[str, str]]:
    """The pages of the other waves, as the page of a wave links to them, by the waves' names."""
    standing = _standing_wave(reports, present)
    up = "" if wave == standing else "../../"
    links = {one: f"{up}{_BELOW}/{one}/index.html" for one in kept_waves(reports)}
    links[standing] = f"{up}index.html"
    place = place_of_wave(reports, wave, present)
    return [
        {"wave": one, "link": link}
        for one, link in sorted(links.items())
        if one != wave and (place / link).is_file()
    ]


def arrange_waves(reports: Path, present: str) -> str:
    """Make room for the present wave; the wave that was moved for it, empty where none was.

    Only while holding the lock of a run. Raises `EngagementError` where a file is open.
    """
    standing = _standing_wave(reports, present)
    aside = reports / _BELOW / standing
    has_moved = standing != present and reports.is_dir()
    try:
        if has_moved:
            _write(reports, standing)
            _move(reports, aside)
        _write(reports, present)
        if (back := reports / _BELOW / present).is_dir():
            _move(back, reports)
            back.rmdir()
    except OSError as cause:
        todo = "Close what is open of it and run again; nothing is lost."
        what = f"the reports of wave {standing} cannot be moved aside ({cause.strerror})"
        raise EngagementError(Problem(str(reports), "", what, todo=todo)) from cause
    return standing if has_moved and aside.is_dir() else ""


def list_places(folder: Path) -> Iterator[Path]:
    """Every folder of an engagement in which reports of an edition and a wave may stand."""
    for edition in EDITIONS:
        reports = folder / reports_name(edition)
        yield reports
        yield from (reports / _BELOW / wave for wave in kept_waves(reports))


def _standing_wave(reports: Path, present: str) -> str:
    """The wave whose reports stand there; the present one where there are none yet."""
    written = _read(reports).get(reports.name)
    ran = read_json(reports / "run.json").get("wave")
    return str(written or ran or present)


def _read(reports: Path) -> dict[str, Any]:
    return read_json(reports.parent / ".harmony" / _FILE)


def _write(reports: Path, wave: str) -> None:
    written = _read(reports)
    if written.get(reports.name) != wave:
        content = {**written, reports.name: wave}
        write_json(reports.parent / ".harmony" / _FILE, content)


def _move(source: Path, target: Path) -> None:
    """Move what is in a folder into another, entry by entry; again, it moves the rest."""
    entries = [path for path in sorted(source.iterdir()) if path.name != _BELOW]
    if entries:
        target.mkdir(parents=True, exist_ok=True)
    for path in entries:
        path.rename(target / path.name)

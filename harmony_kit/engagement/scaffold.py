"""New engagement folders: commented files that teach, and the demo."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmony_kit.engagement import demo
from harmony_kit.engagement.settings import QUOTES_FROM, Settings
from harmony_kit.errors import EngagementError, Problem
from harmony_kit.instrument.file import find_instrument, load_instrument
from harmony_kit.instrument.language_files import list_languages, load_texts, package_file
from harmony_kit.instrument.model import Instrument
from harmony_kit.journal.names import WAVE

__all__ = ["Demo", "create_demo", "create_engagement"]

_NAMES = ("engagement.yaml", "sites.csv", "decisions.csv", "pilots.csv", "usage.csv", "README.md")


def create_engagement(folder: Path, *, client: str, wave: str) -> tuple[Path, ...]:
    """Write a new, commented engagement folder; returns the files it made.

    Raises `EngagementError`, and writes nothing, if one of the files is already there or the wave
    cannot be called that.
    """
    if not WAVE.allows(wave):
        what = f"{wave!r} cannot name a wave"
        raise EngagementError(Problem("engagement.yaml", "wave", what, WAVE.allowed))
    names = (*_NAMES, *_list_notices().values())
    found = [name for name in names if (folder / name).exists()]
    if found:
        todo = "Choose another folder, or move it away."
        problems = [
            Problem(str(folder / name), "", "is already there", todo=todo) for name in found
        ]
        raise EngagementError(*problems)
    _make_folder(folder)
    try:
        _write_files(folder, client=client, wave=wave)
        _write_notices(folder, client=client)
    except OSError as cause:
        for name in names:  # half a folder would stand in the way of the next try
            (folder / name).unlink(missing_ok=True)
        what = f"cannot be written ({cause.strerror})"
        raise EngagementError(Problem(str(folder), "", what)) from cause
    return tuple(folder / name for name in names)


def _write_files(folder: Path, *, client: str, wave: str) -> None:
    source, languages = package_file("engagement", "new_folder"), list_languages("report")
    for name in _NAMES:
        text = (source / name).read_text(encoding="utf-8")
        shown = json.dumps(client, ensure_ascii=False) if name.endswith(".yaml") else client
        text = text.replace("{client}", shown).replace("{wave}", wave)
        text = text.replace("{languages}", ", ".join(languages))
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _write_notices(folder: Path, *, client: str) -> None:
    """What people may read before they are asked, in every language there is."""
    names = {"client": client, "min": Settings().min_group, "quotes": QUOTES_FROM}
    for language, name in _list_notices().items():
        title, *parts = (text.format_map(names) for text in load_texts("notice", language).values())
        text = "\n\n".join((f"# {title}", *parts)) + "\n"
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _list_notices() -> dict[str, str]:
    """Language → the file of its notice."""
    return {language: f"notice.{language}.md" for language in list_languages("notice")}


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        what = f"cannot be made ({cause.strerror})"
        raise EngagementError(Problem(str(folder), "", what)) from cause


@dataclass(frozen=True)
class Demo:
    """The files of the demo: an engagement folder and one wide file of answers per plant.

    `before` are those of the plants that were asked a year earlier as well.
    """

    folder: Path
    answers: tuple[Path, ...]
    before: tuple[Path, ...] = ()


def create_demo(folder: Path, *, on_plant: Callable[[str], None] | None = None) -> Demo:
    """Write the demo engagement with the files a client would hand over.

    Raises `EngagementError` if `folder` holds an engagement that is not the demo.
    """
    settings = folder / "engagement.yaml"
    if settings.exists() and demo.BANNER not in settings.read_text(encoding="utf-8"):
        todo = "Choose another folder for the demo."
        raise EngagementError(Problem(str(folder), "", "holds another engagement", todo=todo))
    if not settings.exists():
        create_engagement(folder, client="Demo Industries", wave="2026")
        text = settings.read_text(encoding="utf-8")
        told = f'\nbanner: "{demo.BANNER}"\nas_of: {demo.AS_OF}\n'
        settings.write_text(text + told, encoding="utf-8", newline="\n")
    instrument = load_instrument(find_instrument("it-operations"))
    plants = demo.demo_plants()
    demo.write_sites(plants, folder / "sites.csv", instrument.lens_ids)
    demo.write_evidence(plants, folder)
    incoming = folder / "incoming"
    incoming.mkdir(exist_ok=True)
    paths = []
    for plant in plants:
        if on_plant:
            on_plant(plant["name"])
        paths.append(_write_plant(plant, instrument, incoming / f"{plant['site']}.csv", "2026"))
    before = [
        _write_plant(
            plant, instrument, incoming / f"{plant['site']}-{plant['wave']}.csv", plant["wave"]
        )
        for plant in filter(None, map(demo.plant_before, plants))
    ]
    return Demo(folder, tuple(paths), tuple(before))


def _write_plant(plant: Mapping[str, Any], instrument: Instrument, path: Path, wave: str) -> Path:
    answers = demo.simulate_answers(plant, instrument, wave)
    answers.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    return path

"""Real names, where somebody keeps them: a file of their own that no report or notebook reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

from harmony_kit.files import write_whole

__all__ = ["NAMES", "RealName", "forget_name", "keep_names", "move_name", "read_names"]

#: The name of its file in the engagement folder.
NAMES = "names.csv"
_COLUMNS = ("site", "wave", "pseudonym", "name")


@dataclass(frozen=True)
class RealName:
    """Who somebody is: the pseudonym at one site in one wave, and the name."""

    site: str
    wave: str
    pseudonym: str
    name: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Site, wave and pseudonym."""
        return self.site, self.wave, self.pseudonym


def read_names(folder: Path) -> list[RealName]:
    """The names that are kept, in order; none where there is no file."""
    path = folder / NAMES
    if not path.is_file():
        return []
    rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    return [RealName(*(row[name] or "" for name in _COLUMNS)) for row in rows]


def keep_names(folder: Path, names: Iterable[RealName]) -> Path:
    """Keep names, or renew them; the file is for its owner only."""
    known = {one.place: one for one in (*read_names(folder), *names)}
    return _write(folder, known.values())


def move_name(folder: Path, place: tuple[str, str, str], to: tuple[str, str, str]) -> None:
    """Let a name stand under a corrected site and pseudonym, if there is one."""
    known = read_names(folder)
    if any(one.place == place for one in known):
        _write(folder, (RealName(*to, one.name) if one.place == place else one for one in known))


def forget_name(folder: Path, place: tuple[str, str, str]) -> bool:
    """Take a name out of the file; whether there was one."""
    known = read_names(folder)
    kept = [one for one in known if one.place != place]
    if len(kept) < len(known):
        _write(folder, kept)
    return len(kept) < len(known)


def _write(folder: Path, names: Iterable[RealName]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_COLUMNS, *map(astuple, names)])
    write_whole(folder / NAMES, text.getvalue().encode(), is_private=True)
    return folder / NAMES

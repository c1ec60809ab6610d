"""What was published of whom: a register that only grows, private, in the engagement folder.

Two reports of one lens that differ by one person give that person's answers away. So each report,
export and comparison leaves a line per lens here: when, as of which row of the journal, and of
whom, as hashes only the engagement's secret can tell. The next one keeps to all of them until
enough people have changed (`holding`). A line says too that what there was of a site was never
handed out; the lines before it then no longer count.
"""

from __future__ import annotations

import hmac
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from harmony_kit.errors import EngagementError, Problem

__all__ = [
    "REGISTER",
    "Happening",
    "Register",
    "RegisterLine",
    "join_registers",
    "mark_people",
    "mark_person",
    "mark_site",
]

#: The name of its file in the engagement folder.
REGISTER = "published.jsonl"
#: Ends a line whose writing was cut short, as by a full disk; no JSON can hold it.
_CANCEL = b"\x18"


Happening = Literal["published", "named", "exported", "compared", "never_handed_out"]


@dataclass(frozen=True)
class RegisterLine:
    """One line of the register.

    Attributes
    ----------
    event
        ``published``, ``named`` (published with everybody's consent to be recognised),
        ``exported``, ``compared`` or ``never_handed_out``.
    at
        When, as ISO says it.
    lens
        Empty where all lenses of the site are meant.
    revision
        The newest row of the journal it was made from.
    older
        Cell → the earlier row it was made from, where it kept to what had been published; 0 where
        nothing was shown of the cell.
    people
        Who was in it, as `mark_person` tells them.
    """

    event: Happening
    at: str
    site: str
    wave: str
    lens: str = ""
    revision: int = 0
    older: Mapping[str, int] = field(default_factory=dict)
    people: tuple[str, ...] = ()

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> RegisterLine:
        """A line as JSON has it."""
        return cls(**{**content, "people": tuple(content.get("people", ()))})

    def says_the_same(self, other: RegisterLine) -> bool:
        """Whether another line holds the same, whenever it was written."""
        return replace(self, at="") == replace(other, at="", event=self.event)

    def list_untold(self) -> list[str]:
        """The cells of which nothing was shown."""
        return [cell for cell, revision in self.older.items() if not revision]

    def narrow(self, cells: Iterable[str], shown: Collection[str]) -> RegisterLine:
        """The line of something that shows no more than some of these cells."""
        hidden = dict.fromkeys((cell for cell in cells if cell not in shown), 0)
        return replace(self, older={**self.older, **hidden})


class Register:
    """The register of an engagement folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / REGISTER

    def read(self) -> list[RegisterLine]:
        """Every line, in the order written; raises `EngagementError` for one nobody can read.

        One whose writing was cut short is none: nothing was handed out before it was on the disk.
        """
        try:
            *lines, last = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        except OSError as cause:
            what = f"cannot be read ({cause.strerror})"
            raise EngagementError(Problem(str(self._path), "", what)) from cause
        lines += [last] if _is_whole(last) else []
        return [
            self._parse(line, number)
            for number, line in enumerate(lines, 1)
            if not line.endswith(_CANCEL)
        ]

    def _parse(self, line: bytes, number: int) -> RegisterLine:
        try:
            return _read_line(line)
        except (ValueError, TypeError) as cause:
            todo = "Bring the file back from a copy: without it a report may give somebody away."
            what = "is no line of the register"
            raise EngagementError(
                Problem(str(self._path), f"line {number}", what, todo=todo)
            ) from cause

    def published(self, wave: str) -> dict[tuple[str, str], tuple[RegisterLine, ...]]:
        """Site and lens → all that was published of them, unless it was never handed out."""
        found: dict[tuple[str, str], tuple[RegisterLine, ...]] = {}
        for line in self.read():
            if line.wave != wave:
                continue
            if line.event == "never_handed_out":
                found = {key: lines for key, lines in found.items() if key[0] != line.site}
            else:
                key = (line.site, line.lens)
                found[key] = (*found.get(key, ()), line)
        return found

    def count_others(self, wave: str) -> dict[str, int]:
        """Site → how many lines are of something else than its reports."""
        lines = [one for one in self.read() if one.event not in ("published", "named")]
        return Counter(one.site for one in lines if one.wave == wave)

    def add_new(self, lines: Iterable[RegisterLine], event: Happening) -> None:
        """Add lines as of now, but for those that only repeat one of their lens.

        Raises as `append`.
        """
        lines, now = list(lines), datetime.now(UTC).isoformat(timespec="seconds")
        known = {wave: self.published(wave) for wave in {line.wave for line in lines}}
        self.append(
            replace(line, at=now, event=event)
            for line in lines
            if not any(map(line.says_the_same, known[line.wave].get((line.site, line.lens), ())))
        )

    def append(self, entries: Iterable[RegisterLine]) -> None:
        """Add lines, on disk before this returns; raises `EngagementError` where they cannot be."""
        text = "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in entries)
        if not text:
            return
        try:
            _append(self._path, text.encode())
        except OSError as cause:
            what = f"cannot be written ({cause.strerror})"
            raise EngagementError(Problem(str(self._path), "", what)) from cause


@lru_cache(maxsize=2**15)
def _read_line(line: bytes) -> RegisterLine:
    # For each plant of a run the register is read again: what it said, it still says.
    return RegisterLine.of(json.loads(line))


def join_registers(*registers: bytes) -> bytes:
    """The bytes of one register with every line of several, each once, the oldest first."""
    lines = dict.fromkeys(line for one in registers for line in one.split(b"\n"))
    return b"".join(line + b"\n" for line in lines if _is_whole(line))


def _append(path: Path, lines: bytes) -> None:
    """Have lines on the disk at the end of a file, after one that was cut short if there is one."""
    with open(path, "a+b", buffering=0, opener=_open_private) as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":
                last = path.read_bytes().rpartition(b"\n")[2]
                lines = (b"" if _is_whole(last) else _CANCEL) + b"\n" + lines
        # In one go, so that nobody else's come between; only what fails takes more.
        while lines:
            lines = lines[file.write(lines) :]
        os.fsync(file.fileno())


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _open_private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def mark_person(secret: bytes, site: str, wave: str, respondent: str) -> str:
    """A person as the register knows them; without the secret nobody can tell who it is."""
    return _mark(secret, "person", site, wave, respondent)


def mark_site(secret: bytes, site: str, wave: str) -> str:
    """What the draws of a site are mixed with, so that the secret itself stays at home."""
    return _mark(secret, "draws", site, wave)


def _mark(secret: bytes, *parts: str) -> str:
    return hmac.new(secret, "\x1f".join(parts).encode(), "sha256").hexdigest()[:32]


def mark_people(secret: bytes, frame: pd.DataFrame, site: str, wave: str) -> tuple[str, ...]:
    """Everybody in a frame of one site and lens, sorted by their marks."""
    names = frame["respondent"].unique().tolist()
    return tuple(sorted(mark_person(secret, site, wave, name) for name in names))

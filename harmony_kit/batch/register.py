"""What was published of whom: a register that only grows, private, in the engagement folder.

Two reports of one lens that differ by one person give that person's answers away. So each report
that is published leaves a line per lens here: when, as of which row of the journal, and of whom,
as hashes only the engagement's secret can tell. The next report of the lens keeps to what was
published until enough of its people have changed (`holding`). A line says too that an old report
was never handed out; the reports before it then no longer count.
"""

from __future__ import annotations

import hmac
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from harmony_kit.errors import EngagementError, Problem

__all__ = ["REGISTER", "Register", "RegisterLine", "mark_people", "mark_person", "mark_site"]

#: The name of its file in the engagement folder.
REGISTER = "published.jsonl"


@dataclass(frozen=True)
class RegisterLine:
    """One line of the register.

    Attributes
    ----------
    event
        ``published``, ``named`` (published with everybody's consent to be recognised) or
        ``never_handed_out``.
    at
        When, as ISO says it.
    lens
        Empty where all lenses of the site are meant.
    revision
        The newest row of the journal it was made from.
    older
        Cell → the earlier row it was made from, where it kept to what had been published.
    people
        Who was in it, as `mark_person` tells them.
    """

    event: Literal["published", "named", "never_handed_out"]
    at: str
    site: str
    wave: str
    lens: str = ""
    revision: int = 0
    older: Mapping[str, int] = field(default_factory=dict)
    people: tuple[str, ...] = ()

    def says_the_same(self, other: RegisterLine | None) -> bool:
        """Whether another line holds the same, whenever it was written."""
        return other is not None and replace(self, at="") == replace(other, at="", event=self.event)


class Register:
    """The register of an engagement folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / REGISTER

    def read(self) -> list[RegisterLine]:
        """Every line, in the order written; raises `EngagementError` for one nobody can read."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as cause:
            raise EngagementError(
                Problem(str(self._path), "", f"cannot be read ({cause})")
            ) from cause
        return [self._parse(line, number) for number, line in enumerate(lines, 1)]

    def _parse(self, line: str, number: int) -> RegisterLine:
        try:
            content: dict[str, Any] = json.loads(line)
            return RegisterLine(**{**content, "people": tuple(content.get("people", ()))})
        except (ValueError, TypeError) as cause:
            todo = "Bring the file back from a copy: without it a report may give somebody away."
            what = "is no line of the register"
            raise EngagementError(
                Problem(str(self._path), f"line {number}", what, todo=todo)
            ) from cause

    def last_published(self, wave: str) -> dict[tuple[str, str], RegisterLine]:
        """Site and lens → what was published of them last, unless it was never handed out."""
        last: dict[tuple[str, str], RegisterLine] = {}
        for entry in self.read():
            if entry.wave != wave:
                continue
            if entry.event == "never_handed_out":
                last = {key: one for key, one in last.items() if key[0] != entry.site}
            else:
                last[entry.site, entry.lens] = entry
        return last

    def count_voided(self, wave: str) -> dict[str, int]:
        """Site → how often its reports were said never to have been handed out."""
        return Counter(
            one.site for one in self.read() if (one.event, one.wave) == ("never_handed_out", wave)
        )

    def append(self, entries: Iterable[RegisterLine]) -> None:
        """Add lines, on disk before this returns; raises `EngagementError` where they cannot be."""
        text = "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in entries)
        if not text:
            return
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as cause:
            what = f"cannot be written ({cause.strerror})"
            raise EngagementError(Problem(str(self._path), "", what)) from cause


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

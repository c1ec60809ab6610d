"""What was published last, and from what: one small file per report, written after it.

A report without a record, or with the record of another, is one that was never finished, so a run
that was killed finishes exactly what is missing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from harmony_kit.files import FileMark, Staged, is_unchanged, json_bytes, read_json, stage_whole
from harmony_kit.report.words import Words

_FULL = (errno.ENOSPC, errno.EDQUOT)

__all__ = [
    "EDITIONS",
    "Edition",
    "Failure",
    "Record",
    "find_records",
    "is_disk_full",
    "known_waves",
    "record_folder",
]


#: Reports as everybody may see them, drafts for the consultant alone, and what may circulate.
Edition = Literal["", "drafts", "redacted"]
EDITIONS: tuple[Edition, ...] = ("", "drafts", "redacted")


@dataclass(frozen=True)
class Failure:
    """Why there is no report, the cell where it stopped, counted from 0, and its line, from 1.

    `reason` is the key of the sentence that says why, ``because.<reason>``, and `names` what it
    fills in. `status` is ``failed``, ``crashed``, ``timeout``, or ``unpublished`` where the
    notebook ran and the report could not be rendered or put in its place.
    """

    status: Literal["failed", "crashed", "timeout", "unpublished"]
    reason: str
    names: Mapping[str, str] = field(default_factory=dict)
    cell: int | None = None
    source: str = ""
    ename: str = ""
    evalue: str = ""
    last_lines: str = ""
    line: int | None = None
    traceback: str = ""

    @property
    def is_of_the_disk(self) -> bool:
        """Whether the disk was full, and neither the notebook nor what it reads was at fault."""
        told = (self.evalue, self.last_lines, *self.names.values())
        return any(os.strerror(number) in text for number in _FULL for text in told)

    def say(self, words: Words) -> str:
        """Why there is no report, in one or two plain sentences."""
        return words.say(f"because.{self.reason}", **self.names)

    def is_like(self, other: Failure) -> bool:
        """Whether the cause seems to be the same: an error's text may name its site."""
        if self.cell is None:
            return (self.reason, self.names) == (other.reason, other.names)
        return (self.status, self.cell, self.ename) == (other.status, other.cell, other.ename)


@dataclass(frozen=True)
class Record:
    """A published report: its inputs, its files by their place in its folder, its key numbers.

    `failure` says why there is none. `setback` says why a later try came to nothing: the report
    that stood there still stands, and still follows from `inputs`.
    """

    name: str
    inputs: Mapping[str, str]
    files: Mapping[str, FileMark]
    summary: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    n_tries: int = 1
    failure: Failure | None = None
    setback: Failure | None = None

    @property
    def is_ok(self) -> bool:
        """Whether what was published is a report and not the page of a failure."""
        return self.failure is None

    def save(self, folder: Path) -> None:
        """Keep the record in a folder of records."""
        self.stage(folder).commit()

    def stage(self, folder: Path) -> Staged:
        """Write the record, to be put into a folder of records when what it tells of is there."""
        return stage_whole(folder / f"{self.name}.json", json_bytes(asdict(self)))

    def forget(self, folder: Path) -> None:
        """Drop the record: what it told of is gone."""
        (folder / f"{self.name}.json").unlink(missing_ok=True)

    def missing_files(self, folder: Path) -> tuple[str, ...]:
        """The files that are gone from `folder` or are no longer what was published."""
        return tuple(
            name for name, mark in self.files.items() if not is_unchanged(folder / name, mark)
        )


def is_disk_full(cause: OSError) -> bool:
    """Whether a disk had no room, or its owner no more than a quota allows."""
    return cause.errno in _FULL


def record_folder(folder: Path, wave: str, edition: Edition = "") -> Path:
    """Where an engagement keeps the records of a wave, those of each edition apart."""
    return folder / ".harmony" / edition / "records" / wave


def known_waves(folder: Path, edition: Edition = "") -> list[str]:
    """The waves an engagement has records of."""
    records = record_folder(folder, "", edition)
    return sorted(path.name for path in records.glob("*") if path.is_dir())


def find_records(folder: Path) -> dict[str, Record]:
    """The records in a folder of records, by name."""
    records = (_record_from(read_json(path)) for path in sorted(folder.glob("*.json")))
    return {record.name: record for record in records if record is not None}


def _record_from(content: dict[str, Any]) -> Record | None:
    try:
        files = {name: FileMark(**mark) for name, mark in content["files"].items()}
        why = {
            name: Failure(**content[name]) if content.get(name) else None
            for name in ("failure", "setback")
        }
        return Record(**{**content, "files": files, **why})
    except (KeyError, TypeError, AttributeError):
        return None  # written by another version: the report is made again

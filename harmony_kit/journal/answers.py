"""One answer, one respondent, and the answers frame every measure takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NewType

import pandas as pd

from harmony_kit.errors import FrameError
from harmony_kit.instrument.parts import OTHER
from harmony_kit.journal.subject import Subject

__all__ = [
    "ANSWER_DTYPES",
    "COLUMN",
    "MAX_TEXT",
    "OTHER",
    "Answer",
    "Answers",
    "AnswersFrame",
    "Event",
    "Place",
    "Respondent",
    "Source",
    "Status",
    "answers_frame",
    "check_frame",
    "column_name",
    "split_column",
    "type_frame",
]

Status = Literal["answered", "dont_know", "prefer_not", "withdrawn"]  # withdrawn: by an undoing
MAX_TEXT = 2000
Place = tuple[str, str, str]  # whose answers they are: site, wave and pseudonym

#: The columns of the answers frame, in order; `chosen` holds lists.
ANSWER_DTYPES: dict[str, str] = {
    "site": "str",
    "wave": "str",
    "respondent": "str",
    "lens": "str",
    "item": "str",
    "subject": "str",
    "about": "str",
    "status": "str",
    "value": "Int8",
    "chosen": "object",
    "text": "str",
    "quotable": "bool",
    "answered_at": "datetime64[us, UTC]",
}

#: A frame with the columns above: `type_frame` and `answers_frame` make it, `check_frame` checks.
AnswersFrame = NewType("AnswersFrame", pd.DataFrame)


@dataclass(frozen=True)
class Source:
    """Where an answer came from and who recorded it.

    `recorded_by` is who interviewed or imported; `reference` the file's sha256 and row, or the
    session id of an interview; `instrument_sha256` names the exact instrument that asked.
    """

    recorded_by: str
    origin: Literal["interview", "import", "demo"]
    instrument: str
    instrument_version: int
    instrument_sha256: str
    reference: str = ""


@dataclass(frozen=True)
class Respondent:
    """A person under a pseudonym; belongs to one lens at one site in one wave.

    `details` keeps what else was said of the interview: consent, source submission.
    """

    site: str
    wave: str
    respondent: str
    lens: str
    role: str = ""
    language: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """One answer to one item, own or an estimate, as of one moment.

    Attributes
    ----------
    subject
        The pilot or decision it is about; None for items asked once.
    about
        The lens whose view is given: the respondent's own lens for an own answer, the other
        for an estimate.
    value
        1 to the number of scale points, for an answered rating; None otherwise.
    chosen
        Option ids: in order for a rank, one for a choice; None for the other kinds.
    text
        What was written, of a text; of a choice what "other, namely" is, which nobody may quote.
    note
        The interviewer's note; never shown in a report.
    answered_at
        Aware datetime; stored in UTC.
    seconds
        How long the question was on screen, if known.
    reason
        Why it was changed after the interview was finished.
    """

    site: str
    wave: str
    respondent: str
    lens: str
    item: str
    about: str
    status: Status
    answered_at: datetime
    source: Source
    subject: str | None = None
    value: int | None = None
    chosen: tuple[str, ...] | None = None
    text: str | None = None
    quotable: bool = False
    note: str | None = None
    seconds: float | None = None
    reason: str | None = None

    @property
    def is_estimate(self) -> bool:
        """Whether it says what the other lens would answer."""
        return self.about != self.lens

    @property
    def key(self) -> tuple[str, str, str, str, str, str]:
        """What this answers: site, wave, respondent, item, subject or "", about."""
        return (self.site, self.wave, self.respondent, self.item, self.subject or "", self.about)

    @property
    def content(self) -> tuple[object, ...]:
        """What was said, without when and by whom; equal contents are the same answer."""
        return (self.status, self.value, self.chosen, self.text, self.quotable, self.note)


def answers_frame(answers: Iterable[Answer]) -> AnswersFrame:
    """The answers as the frame every measure takes: one row per answer, fixed dtypes."""
    rows = [{name: getattr(answer, name) for name in ANSWER_DTYPES} for answer in answers]
    return type_frame(pd.DataFrame(rows, columns=list(ANSWER_DTYPES)))


@dataclass(frozen=True)
class Answers:
    """A frame, added subjects, lens → people who wait, state of a case → people, key of draws."""

    frame: AnswersFrame
    subjects: tuple[Subject, ...] = ()
    waiting: Mapping[str, int] = field(default_factory=dict)
    response: Mapping[str, int] = field(default_factory=dict)
    key: str = field(default="", repr=False)

    def of(self, site: str, wave: str) -> Answers:
        """The answers of one site and wave, and the subjects of the site."""
        there = self.frame[(self.frame["site"] == site) & (self.frame["wave"] == wave)]
        subjects = tuple(one for one in self.subjects if one.site == site)
        return replace(self, frame=AnswersFrame(there), subjects=subjects)


def type_frame(frame: pd.DataFrame) -> AnswersFrame:
    """The frame with the columns and dtypes of the answers frame; `chosen` as lists."""
    frame = frame.reindex(columns=list(ANSWER_DTYPES))
    # A Parquet file gives arrays where lists were written.
    chosen = [list(c) if pd.api.types.is_list_like(c) else None for c in frame["chosen"]]
    plain = frame.drop(columns=["chosen", "answered_at"])
    typed = plain.astype({name: ANSWER_DTYPES[name] for name in plain.columns})
    typed["chosen"] = pd.Series(chosen, index=frame.index, dtype="object")
    when = pd.to_datetime(frame["answered_at"], utc=True).astype("datetime64[us, UTC]")
    typed["answered_at"] = when
    return AnswersFrame(typed[list(ANSWER_DTYPES)])


def check_frame(frame: pd.DataFrame) -> AnswersFrame:
    """The frame itself, if it is an answers frame; done once, where answers come in.

    Raises `FrameError` with the column, the dtype expected and what was found.
    """
    for name, dtype in ANSWER_DTYPES.items():
        if name not in frame.columns:
            raise FrameError(name, dtype, "no such column")
        if str(frame[name].dtype) != dtype:
            raise FrameError(name, dtype, str(frame[name].dtype))
    return AnswersFrame(frame)


#: `<item>[<subject>]@<lens>`, the name of a column in a wide file.
COLUMN = re.compile(
    r"^(?P<item>[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)(?:\[(?P<subject>[^\[\]]+)\])?"
    r"(?:@(?P<about>[a-z][a-z0-9_]*)|:(?P<part>quotable))?$"
)


def column_name(item: str, subject: str | None = None, estimate_of: str | None = None) -> str:
    """The name of a column in a wide file: ``<item>[<subject>]@<lens>``."""
    bracket = f"[{subject}]" if subject else ""
    return f"{item}{bracket}{'@' + estimate_of if estimate_of else ''}"


def split_column(name: str) -> dict[str, Any] | None:
    """The parts of a wide-file column (item, subject, about, part); None if it is not one."""
    match = COLUMN.match(name)
    return match.groupdict() if match else None


@dataclass(frozen=True)
class Event:
    """Something that happened in an interview and is not an answer.

    `kind` is ``started``, ``consent``, ``finished`` or another word; `details` go with it.
    """

    site: str
    wave: str
    respondent: str
    kind: str
    at: datetime
    by: str
    details: dict[str, str] = field(default_factory=dict)

"""One answer, one respondent, and the answers frame every measure takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NewType, assert_never

import pandas as pd

from harmony_kit.errors import AnswerError, FrameError
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.subject import Subject

__all__ = [
    "ANSWER_DTYPES",
    "COLUMN",
    "MAX_TEXT",
    "Answer",
    "Answers",
    "AnswersFrame",
    "Event",
    "Place",
    "Respondent",
    "Source",
    "Status",
    "answers_frame",
    "check_answer",
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


def check_answer(answer: Answer, instrument: Instrument) -> Answer:
    """The answer itself, if its item allows it.

    Raises `AnswerError` naming the item, the value and what is allowed.
    """
    if not instrument.has_item(answer.item):
        known = f"an item of {instrument.id} version {instrument.version}"
        raise AnswerError(answer.item, answer.item, known)
    item = instrument.item(answer.item)
    _check_place(answer, item, instrument)
    if answer.status not in ("answered", "dont_know", "prefer_not"):
        raise AnswerError(item.id, answer.status, "answered, dont_know or prefer_not")
    if answer.status == "answered":
        _check_value(answer, item, instrument)
    elif (answer.value, answer.chosen, answer.text) != (None, None, None):
        raise AnswerError(item.id, answer.content, f"no value beside {answer.status}")
    return answer


def _check_place(answer: Answer, item: Item, instrument: Instrument) -> None:
    lenses = instrument.lens_ids
    if answer.lens not in lenses or answer.about not in lenses:
        raise AnswerError(item.id, (answer.lens, answer.about), f"lenses {' and '.join(lenses)}")
    if answer.is_estimate and not item.mirrored:
        raise AnswerError(item.id, f"an estimate of {answer.about}", "own answers only")
    if item.per and not answer.subject:
        raise AnswerError(item.id, answer.subject, f"a {item.per} as its subject")
    if not item.per and answer.subject:
        raise AnswerError(item.id, answer.subject, "no subject")


def _check_value(answer: Answer, item: Item, instrument: Instrument) -> None:
    match item.kind:
        case "rating":
            _check_rating(item, answer.value, instrument.points(item.id) or 0)
        case "text":
            n = len(answer.text or "")
            if not 1 <= n <= MAX_TEXT:
                allowed = f"1 to {MAX_TEXT} characters"
                raise AnswerError(item.id, f"a text of {n} characters", allowed)
        case "rank" | "words" | "choice":
            least = 1 if item.kind == "words" else item.k or 1
            _check_chosen(item, answer.chosen or (), instrument.option_ids(item.id), least)
        case _:
            assert_never(item.kind)


def _check_rating(item: Item, value: int | None, points: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= points:
        raise AnswerError(item.id, value, f"a whole number from 1 to {points}")


def _check_chosen(
    item: Item, chosen: tuple[str, ...], options: tuple[str, ...], least: int
) -> None:
    unknown = [option for option in chosen if option not in options]
    if unknown:
        raise AnswerError(item.id, ";".join(unknown), f"of {', '.join(options)}")
    most = item.k or 1
    how_many = f"{least} to {most}" if item.kind == "words" else f"exactly {most}"
    if not least <= len(chosen) <= most or len(set(chosen)) != len(chosen):
        raise AnswerError(item.id, ";".join(chosen), f"{how_many} different options")


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

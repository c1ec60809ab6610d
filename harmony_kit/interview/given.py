"""What a respondent says to a question, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from harmony_kit.interview.questions import Question
from harmony_kit.journal.answers import Answer, Status

__all__ = ["Clash", "Given", "Outcome", "version_of"]


@dataclass(frozen=True)
class Given:
    """What a respondent said to one question.

    `base` is the version of the answer that was on the screen (see `version_of`); an answer of
    somebody else that is newer is not overwritten.
    """

    question: Question
    status: Status = "answered"
    value: int | None = None
    chosen: tuple[str, ...] | None = None
    text: str | None = None
    quotable: bool = False
    seconds: float | None = None
    base: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of an answer: `saved`, or not because of `theirs`, given elsewhere since."""

    saved: Answer | None = None
    theirs: Answer | None = None


@dataclass(frozen=True)
class Clash:
    """Two answers to one question given at the same moment; both are in the journal."""

    question: Question
    ours: Answer
    theirs: Answer


def version_of(answer: Answer | None) -> str:
    """A name for this very version of an answer; empty for none."""
    return f"{answer.answered_at.isoformat()}/{answer.source.reference}" if answer else ""

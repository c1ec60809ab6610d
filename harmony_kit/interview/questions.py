"""What could be asked of one respondent: questions, and the screens they stand on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.answers import Answer, column_name
from harmony_kit.journal.subject import Subject

__all__ = ["Question", "Screen", "plan_screens", "shuffle_options"]

#: More rows than this do not stay readable on a laptop between two people.
MAX_ROWS = 5


@dataclass(frozen=True)
class Question:
    """One item, put about one subject (or none), asking for the view of one lens."""

    item: str
    subject: str | None
    about: str

    @classmethod
    def of(cls, answer: Answer) -> Question:
        """The question an answer answers."""
        return cls(answer.item, answer.subject, answer.about)

    def name(self, lens: str) -> str:
        """The question as a column of a wide file names it, seen from a respondent's lens."""
        return column_name(self.item, self.subject, None if self.about == lens else self.about)


@dataclass(frozen=True)
class Screen:
    """What stands on the screen at one time.

    `id` names the screen for good: the column name of its first question, or
    ``<kind>s@<section>`` for the list of pilots or decisions that opens a section.
    """

    id: str
    section: str
    kind: Literal["question", "matrix", "subjects", "review"]
    questions: tuple[Question, ...] = ()
    subject_kind: Literal["pilot", "decision"] | None = None


REVIEW = Screen("review", "", "review")


def plan_screens(
    instrument: Instrument, lens: str, subjects: Sequence[Subject]
) -> tuple[Screen, ...]:
    """Every screen a respondent of this lens could see, in order, whatever was answered.

    The own view of a mirrored item comes first and alone, the estimate on the screen after it.
    Ratings and choices that are not mirrored, stand in one group and share their scale or
    options make a matrix of at most five rows. A section with repeated items opens with the
    list of its subjects.
    """
    screens: list[Screen] = []
    for dimension in instrument.dimensions:
        items = [item for item in instrument.items if item.dimension == dimension.id]
        listed = set()
        for per, run in groupby(items, key=lambda item: item.per):
            run_items = list(run)
            if per is None:
                screens += _screens_of(run_items, None, instrument, lens)
                continue
            if per not in listed:
                id_ = f"{per}s@{dimension.id}"
                screens.append(Screen(id_, dimension.id, "subjects", subject_kind=per))
                listed.add(per)
            for subject in subjects:
                if subject.kind == per:
                    screens += _screens_of(run_items, subject.id, instrument, lens)
    return tuple(screens)


def _screens_of(
    items: Iterable[Item], subject: str | None, instrument: Instrument, lens: str
) -> Iterator[Screen]:
    for _, run in groupby(items, key=_matrix_of):
        for rows in _split_evenly(list(run)):
            questions = tuple(Question(item.id, subject, lens) for item in rows)
            kind: Literal["question", "matrix"] = "matrix" if len(rows) > 1 else "question"
            section = rows[0].dimension
            yield Screen(questions[0].name(lens), section, kind, questions)
            if rows[0].mirrored:
                estimate = Question(rows[0].id, subject, instrument.other_lens(lens))
                yield Screen(estimate.name(lens), section, "question", (estimate,))


def _matrix_of(item: Item) -> tuple[str | None, ...]:
    """What the rows of one matrix have in common; an item of its own has its id."""
    is_row = item.kind in ("rating", "choice") and item.group and not item.mirrored
    return (item.kind, item.group, item.scale, item.options) if is_row else (item.id,)


def _split_evenly(items: list[Item]) -> list[list[Item]]:
    n_parts = -(-len(items) // MAX_ROWS)
    size, rest = divmod(len(items), n_parts)
    starts = [i * size + min(i, rest) for i in range(n_parts + 1)]
    return [items[start:end] for start, end in pairwise(starts)]


def shuffle_options(options: Sequence[str], respondent: str, item: str) -> tuple[str, ...]:
    """The options in an order that is the respondent's own, the same at every return.

    Ordered by a hash, so that it depends on nothing but the two names: no Python version, no
    platform, and no other option.
    """

    def place(option: str) -> bytes:
        return hashlib.sha256(f"{respondent}\n{item}\n{option}".encode()).digest()

    return tuple(sorted(options, key=place))

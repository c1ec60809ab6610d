"""Pilots and decisions: what repeated items are about, each with a title people know it by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Subject", "list_subjects", "titles_of"]


@dataclass(frozen=True)
class Subject:
    """A pilot or a decision of one site that repeated items are about.

    `title` is never missing: where none was given, or a table has nothing in its cell, it is the
    id.
    """

    site: str
    kind: Literal["pilot", "decision"]
    id: str
    title: str

    def __post_init__(self) -> None:
        # An empty cell of a table is NaN, and NaN is true.
        if not isinstance(self.title, str) or not self.title.strip():
            object.__setattr__(self, "title", self.id)


def list_subjects(
    recorded: Iterable[Subject], added: Iterable[Subject], *, site: str | None = None
) -> tuple[Subject, ...]:
    """The subjects there are, of one site or all: evidence files first, then interviews.

    What the evidence files record under the same id counts, with its title.
    """
    known: dict[tuple[str, str, str], Subject] = {}
    for subject in (*recorded, *added):
        if site in (None, subject.site):
            known.setdefault((subject.site, subject.kind, subject.id), subject)
    return tuple(known.values())


def titles_of(subjects: Iterable[Subject]) -> dict[str, str]:
    """Id → title, of the subjects of one site; the first of two with the same id counts."""
    titles: dict[str, str] = {}
    for subject in subjects:
        titles.setdefault(subject.id, subject.title)
    return titles

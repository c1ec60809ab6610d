"""Pilots and decisions: what repeated items are about, each with a title people know it by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Subject", "list_subjects", "name_subject", "titles_of"]


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


def name_subject(
    site: str, kind: Literal["pilot", "decision"], title: str, known: Iterable[Subject]
) -> Subject:
    """A pilot or decision of a site that was named on the spot, under an id nobody has.

    Raises ValueError for an empty title or one that is among those known of its kind.
    """
    title = " ".join(title.split())[:120]
    same = [one for one in known if (one.site, one.kind) == (site, kind)]
    if not title or title.casefold() in {one.title.casefold() for one in same}:
        message = f"{title!r} is empty or already in the list"
        raise ValueError(message)
    return Subject(site, kind, _free_id(title, {one.id for one in same}, kind), title)


def _free_id(title: str, taken: set[str], kind: str) -> str:
    """An id made of a title, in the letters evidence files use."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or kind
    numbered = (f"{stem}-{n}" for n in range(2, len(taken) + 3))
    return next(id_ for id_ in (stem, *numbered) if id_ not in taken)

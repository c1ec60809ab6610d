"""How alike a header and a question are: exactly, but for looks, or by a score."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from harmony_kit.exchange.folding import fold
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.journal.answers import column_name
from harmony_kit.journal.subject import Subject

__all__ = ["Candidate", "Match", "find_matches", "list_candidates", "plain"]

#: Score from which a header may be a question, and how much of a header the words that ask for
#: an estimate must fit.
_ALIKE, _ASKS = 62.0, 92.0
_SHORTEST = 12  # fewer letters stand in many a header by chance


@dataclass(frozen=True)
class Candidate:
    """One way a column of a field may be headed; `about` is the lens of an estimate."""

    field: str
    text: str
    about: str | None = None


@dataclass(frozen=True)
class Match:
    """A field a header may mean, and how sure that is: 100 is the very words."""

    field: str
    score: float


def plain(text: str) -> str:
    """The text as words: no case, no marks, no blanks that differ."""
    return " ".join(re.findall(r"\w+", fold(text).replace("_", " ")))


def list_candidates(instrument: Instrument, subjects: Sequence[Subject]) -> list[Candidate]:
    """Every field by its names and by its wordings in every language, for both lenses."""
    found: dict[Candidate, None] = {}
    for item in instrument.items:
        for subject in [s for s in subjects if s.kind == item.per] if item.per else [None]:
            for about in (None, *(instrument.lens_ids if item.mirrored else ())):
                field = column_name(item.id, subject.id if subject else None, about)
                for text in (*_names(item, subject), *_wordings(item, subject, instrument, about)):
                    found[Candidate(field, plain(text), about)] = None
    return list(found)


def _names(item: Item, subject: Subject | None) -> Iterator[str]:
    yield f"{item.id} {subject.id}" if subject else item.id


def _wordings(
    item: Item, subject: Subject | None, instrument: Instrument, about: str | None
) -> Iterator[str]:
    lenses = [instrument.other_lens(about)] if about else instrument.lens_ids
    title = subject.title if subject else ""
    for language in instrument.languages:
        short = instrument.text(f"item.{item.id}.short", language)
        yield f"{title}: {short}" if title else short
        for lens in lenses:
            yield instrument.question(item.id, lens, language).replace("{subject}", title)


def find_matches(
    headers: Mapping[int, str], candidates: Sequence[Candidate], instrument: Instrument
) -> dict[int, list[Match]]:
    """Place of a header → the fields it may mean, the likeliest first.

    Words that ask for an estimate are taken off first: they are the longer part of many headers
    and the same in all of them.
    """
    asks = _asking_words(instrument)
    found: dict[int, list[Match]] = {}
    for about in (None, *instrument.lens_ids):
        split = {i: _split_estimate(plain(header), asks) for i, header in headers.items()}
        places = [i for i, (asked, _) in split.items() if asked == about]
        fitting = [candidate for candidate in candidates if candidate.about == about]
        if not places or not fitting:
            continue
        texts = [split[i][1] for i in places]
        scores = process.cdist(
            texts, [one.text for one in fitting], scorer=fuzz.token_sort_ratio, dtype=np.float32
        )
        for i, row in zip(places, scores, strict=True):
            found[i] = _rank(row, fitting)
    return found


def _rank(row: np.ndarray, candidates: Sequence[Candidate]) -> list[Match]:
    best: dict[str, float] = {}
    for place in np.flatnonzero(row >= _ALIKE):
        field = candidates[int(place)].field
        best[field] = max(best.get(field, 0.0), float(row[place]))
    return [Match(f, score) for f, score in sorted(best.items(), key=lambda m: (-m[1], m[0]))]


def _asking_words(instrument: Instrument) -> list[tuple[str, str]]:
    """The words that ask for an estimate, with the lens it is about, the longest first."""
    asks = []
    for lens in instrument.lens_ids:
        asks.append((f"est {lens}", lens))
        for language in instrument.languages:
            name = instrument.text(f"lens.{lens}.name", language)
            asks.append(
                (plain(instrument.text("estimate", language).replace("{other}", name)), lens)
            )
    return sorted(asks, key=lambda ask: -len(ask[0]))


def _split_estimate(header: str, asks: Sequence[tuple[str, str]]) -> tuple[str | None, str]:
    for words, lens in asks:
        if f" {words} " in f" {header} ":
            return lens, f" {header} ".replace(f" {words} ", " ", 1).strip()
    best = max(
        asks, key=lambda ask: fuzz.partial_ratio(ask[0], header) if len(ask[0]) > 12 else 0.0
    )
    found = fuzz.partial_ratio_alignment(best[0], header, score_cutoff=_ASKS)
    if found is None or len(best[0]) <= 12 or len(header) <= len(best[0]):
        return None, header
    return best[1], f"{header[: found.dest_start]} {header[found.dest_end :]}".strip()

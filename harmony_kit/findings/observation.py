"""What a measure shows at one place of one site, before it has words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from harmony_kit.findings.number_kinds import number_column
from harmony_kit.findings.patterns import Case
from harmony_kit.measures.claims import WORDED
from harmony_kit.measures.rows import Row, rows_of

__all__ = ["Number", "Observation", "claimed_rows", "numbers_of"]

Number = int | float


@dataclass(frozen=True)
class Observation:
    """One thing a measure licenses to say.

    Attributes
    ----------
    claim
        ``claimed`` or ``leaning``; nothing else becomes an observation.
    gap
        How much of it there is, 0 to 1; see docs/method.md for each kind.
    certainty
        Probability that it is so, 0 to 1; 1 where it is a fact of the records.
    subject
        Id of the pilot or decision it is about, or empty.
    roles
        The lens that plays each part: ``looker, other, high, low``, as far as they apply.
    numbers, n
        What is behind it, and how many people per lens.
    sources
        Ids of the items it comes from, or names of evidence files.
    details
        What else its words need, by placeholder: option ids, lens ids; ``sure`` where how the
        two sides see it is a fact, and only who knows of it an impression; ``known`` where the
        looker misses what the other side knows, and how surely that knows it.
    alike
        Where it stands for several that show the same: all of them, the strongest first.
    """

    case: Case
    claim: str
    gap: float
    certainty: float
    subject: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Number] = field(default_factory=dict)
    n: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    alike: tuple[Observation, ...] = ()


def claimed_rows(frame: pd.DataFrame | None) -> list[Row]:
    """The rows a report may word, in the order of the frame; none without a frame."""
    return [row for row in rows_of(frame) if row["claim"] in WORDED]


def numbers_of(row: Row, names: tuple[str, ...], suffix: str = "") -> dict[str, Number]:
    """The numbers of a row under their names, with the ends of bands; missing ones are left out."""
    found: dict[str, Number] = {}
    for name in (f"{one}{end}" for one in names for end in ("", "_from", "_to")):
        value = row.get(name)
        if value is None or pd.isna(value):
            continue
        number = float(value)
        is_whole = number_column(name).kind in ("count", "people")
        found[f"{name}{suffix}"] = int(number) if is_whole else number
    return found

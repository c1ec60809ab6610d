"""One fact about a site: what people said or what a record shows, still without words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pandas as pd

from harmony_kit.measures.rows import Row, text_of

__all__ = [
    "Fact",
    "Term",
    "TermKind",
    "count_term",
    "is_known",
    "lens_term",
    "mean_term",
    "topic_key",
    "topic_term",
]

TermKind: TypeAlias = Literal[
    "lens",
    "subject",
    "subjects",
    "dimension",
    "topic",
    "topics",
    "option",
    "options",
    "ends",
    "n",
    "numbers",
    "share",
    "mean",
    "day",
]


@dataclass(frozen=True)
class Term:
    """What stands at one place of a fact: an id of some kind, or a number."""

    kind: TermKind
    value: Any


@dataclass(frozen=True)
class Fact:
    """One fact: which it is, and what fills its places; `n` is what is counted."""

    id: str
    terms: Mapping[str, Term]
    n: int | None = None


def lens_term(lens: str) -> Term:
    """A lens, to be named."""
    return Term("lens", lens)


def count_term(number: float) -> Term:
    """A whole number of things."""
    return Term("n", int(number))


def mean_term(row: Row, name: str) -> Term:
    """A mean as it may be told: a number, or the band it lies in."""
    return Term("mean", (row[name], row.get(f"{name}_from"), row.get(f"{name}_to")))


def topic_key(row: Row) -> tuple[str, str]:
    """The item and the subject of a row; no subject is empty."""
    return row["item"], text_of(row["subject"])


def topic_term(row: Row) -> Term:
    """The topic of a row, to be named."""
    return Term("topic", topic_key(row))


def is_known(number: object) -> bool:
    """Whether a cell holds a number."""
    return number is not None and not pd.isna(number)  # type: ignore[call-overload]

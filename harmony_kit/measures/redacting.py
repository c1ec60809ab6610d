"""A report for circulation tells less than the ordinary one, and nothing else.

Nothing is measured again: what passed the gate loses every cell of fewer people than a larger
minimum group, and every score and total it is part of. So whoever has both reports knows what the
ordinary one says, and the two never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from harmony_kit.measures.disclosure import Disclosed
from harmony_kit.measures.rows import Row, rows_of, text_of

__all__ = ["redact"]

#: One side's answers to one question, its own or what it expects of the other: lens, item, subject,
#: and whose view it is.
Cell: TypeAlias = tuple[str, str, str, str]

#: What a topic tells of each of its three cells; everything else of it follows from all three.
_OF_CELL: Final = {
    "own": ("n_own", "own", "own_from", "own_to"),
    "estimate": ("n_estimate", "estimate", "estimate_from", "estimate_to"),
    "other_own": ("n_other", "other_own", "other_own_from", "other_own_to"),
}
_ALWAYS: Final = (
    "site",
    "wave",
    "item",
    "subject",
    "dimension",
    "points",
    "tolerance",
    "lens",
    "other",
)


def redact(told: Disclosed, *, shown_from: int) -> Disclosed:
    """What may circulate of what was disclosed: figures of `shown_from` people and more.

    Every figure left is that of `told`. A total over topics goes with the first topic in it that
    is hidden: beside the others it would give that one back.
    """
    frames = dict(told.frames)
    topics = frames["topics"]
    hidden = {_cell(row) for row in rows_of(frames["within"]) if row["n"] < shown_from}
    frames["understanding"] = _redact_understanding(
        frames["understanding"], topics, hidden, shown_from
    )
    frames["topics"] = _redact_topics(topics, hidden)
    frames |= _redact_cards(frames, hidden, shown_from)
    within = _keep(frames["within"], lambda row: _cell(row) not in hidden)
    frames["within"] = within.assign(camps=_hide_camps(within["camps"], shown_from))
    frames |= _redact_choices(frames, shown_from)
    wrong = told.wrong_claims.iloc[:0] if hidden else told.wrong_claims
    withheld = _list_hidden(told.withheld, hidden)
    return replace(told, frames=MappingProxyType(frames), withheld=withheld, wrong_claims=wrong)


def _cell(row: Row) -> Cell:
    return row["lens"], row["item"], text_of(row["subject"]), row["about"]


def _cells(row: Row) -> dict[str, Cell]:
    """The three cells a topic is made of."""
    topic = row["item"], text_of(row["subject"])
    lens, other = row["lens"], row["other"]
    return {
        "own": (lens, *topic, lens),
        "estimate": (lens, *topic, other),
        "other_own": (other, *topic, other),
    }


def _is_hidden(row: Row, hidden: set[Cell]) -> bool:
    return not hidden.isdisjoint(_cells(row).values())


def _keep(frame: pd.DataFrame, is_kept: Callable[[Row], bool]) -> pd.DataFrame:
    """The rows that may stay."""
    kept = np.array([is_kept(row) for row in rows_of(frame)], dtype=bool)
    return frame[kept].reset_index(drop=True) if len(frame) else frame


def _has_few(row: Row, columns: Iterable[str], shown_from: int) -> bool:
    """Whether somebody, but fewer than enough people, are behind one of the figures of a row."""
    counts = (row.get(column) for column in columns)
    return any(not pd.isna(n) and 0 < n < shown_from for n in counts)


def _hide_camps(camps: pd.Series, shown_from: int) -> pd.Series:
    """The camps of each row, none of them where one is small: it would be the rest."""
    told = [
        None if not isinstance(one, list) or any(c["n"] < shown_from for c in one) else one
        for one in camps
    ]
    return pd.Series(told, index=camps.index, dtype="object")


# Totals over topics


def _redact_understanding(
    frame: pd.DataFrame, topics: pd.DataFrame, hidden: set[Cell], shown_from: int
) -> pd.DataFrame:
    """Totals none of whose topics is hidden: of some, what is shown tells how they are read."""
    touched = {
        (row["lens"], dimension)
        for row in rows_of(topics)
        if _is_hidden(row, hidden)
        for dimension in ("all", row["dimension"])
    }
    return _keep(
        frame,
        lambda row: (
            (row["lens"], row["dimension"]) not in touched
            and not _has_few(row, ("n_estimate", "n_other"), shown_from)
        ),
    )


def _blank(values: pd.Series, is_hidden: np.ndarray[Any, np.dtype[np.bool_]]) -> pd.Series:
    if values.dtype == np.float64:
        return values.mask(is_hidden)
    return values.mask(is_hidden, pd.NA)


def _redact_topics(topics: pd.DataFrame, hidden: set[Cell]) -> pd.DataFrame:
    """Topics keep what their cells that are shown say; a reading needs all three."""
    rows = rows_of(topics)
    if not rows:
        return topics
    of_part = {
        part: np.array([_cells(row)[part] in hidden for row in rows], dtype=bool)
        for part in _OF_CELL
    }
    of_any = np.array([_is_hidden(row, hidden) for row in rows], dtype=bool)
    part_of = {name: part for part, names in _OF_CELL.items() for name in names}
    blanked = {
        name: _blank(topics[name], of_part[part_of[name]] if name in part_of else of_any)
        for name in topics.columns
        if name not in _ALWAYS
    }
    return topics.assign(**blanked)


# Scores, choices and signs


def _redact_cards(
    frames: Mapping[str, pd.DataFrame], hidden: set[Cell], shown_from: int
) -> dict[str, pd.DataFrame]:
    """Scores of whose questions none is hidden: one that is would be the score less the others."""
    own = {(lens, subject) for lens, _, subject, about in hidden if about == lens and subject}
    subjects = {subject for _, subject in own}
    groups = {
        (row["group"], row["lens"], row["about"])
        for row in rows_of(frames["within"])
        if _cell(row) in hidden
    }
    people = ("n_technical", "n_operational", "n_success", "n_estimate")
    checks = ("n_act", "n_estimate", "n_own_checks", "n_other_checks", "n_min")
    return {
        "pilots": _keep(
            frames["pilots"],
            lambda row: (
                (row["lens"], row["subject"]) not in own and not _has_few(row, people, shown_from)
            ),
        ),
        "readiness": _keep(
            frames["readiness"],
            lambda row: (
                row["subject"] not in subjects
                and not _has_few(row, checks, shown_from)
                and all(one["n"] >= shown_from for one in row["blocking"])
            ),
        ),
        "scales": _keep(
            frames["scales"],
            lambda row: (
                (row["group"], row["lens"], row["about"]) not in groups
                and not _has_few(row, ("n",), shown_from)
            ),
        ),
        "signatures": _keep(frames["signatures"], lambda row: not _is_sign_small(row, shown_from)),
    }


def _is_sign_small(row: Row, shown_from: int) -> bool:
    heard = row["n_min"] if isinstance(row["n_min"], Mapping) else {}
    parts = row["parts"] if isinstance(row["parts"], list | tuple | np.ndarray) else ()
    counts = [*heard.values(), *(one["n"] for one in parts if one.get("lens"))]
    return any(not pd.isna(n) and 0 < n < shown_from for n in counts)


def _redact_choices(frames: Mapping[str, pd.DataFrame], shown_from: int) -> dict[str, pd.DataFrame]:
    """Choices and owners; the part of the duties a side holds only where it names all of them."""
    named = ("n_own", "n_estimate", "n_other")
    few = {row["lens"] for row in rows_of(frames["ownership"]) if _has_few(row, ("n",), shown_from)}
    return {
        **{
            name: _keep(frames[name], lambda row: not _has_few(row, named, shown_from))
            for name in ("rank", "words")
        },
        "ownership": _keep(
            frames["ownership"], lambda row: not _has_few(row, ("n", "n_other"), shown_from)
        ),
        "drift": _keep(
            frames["drift"],
            lambda row: row["lens"] not in few and not _has_few(row, ("n",), shown_from),
        ),
    }


def _list_hidden(withheld: pd.DataFrame, hidden: set[Cell]) -> pd.DataFrame:
    rows = pd.DataFrame(sorted(hidden), columns=["lens", "item", "subject", "about"])
    rows["subject"] = rows["subject"].replace("", None)
    added = rows.reindex(columns=withheld.columns)
    return pd.concat([withheld, added], ignore_index=True) if len(added) else withheld

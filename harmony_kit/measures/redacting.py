"""A report for circulation tells less than the ordinary one, and nothing else.

Nothing is measured again: what passed the gate loses every cell of fewer people than a larger
minimum group, and every total that would give one back. So whoever has both reports knows what the
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
#: Counts over all topics of a direction that single topics do not say.
_DIFFERENT: Final = (
    "n_different",
    "different_understood",
    "different_understood_low",
    "different_understood_high",
)


def redact(told: Disclosed, *, shown_from: int) -> Disclosed:
    """What may circulate of what was disclosed: figures of `shown_from` people and more.

    Every figure left is that of `told`. A total over topics stays where at least two topics in it
    are hidden, some understood and some not; one more is hidden for it where that is needed.
    """
    frames = dict(told.frames)
    topics = frames["topics"]
    small = {_cell(row) for row in rows_of(frames["within"]) if row["n"] < shown_from}
    extra, open_totals = _cover_totals(topics, frames["understanding"], small)
    hidden = small | extra
    frames["understanding"] = _redact_understanding(
        frames["understanding"], topics, hidden, open_totals, shown_from
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


def _cover_totals(
    topics: pd.DataFrame, understanding: pd.DataFrame, small: set[Cell]
) -> tuple[set[Cell], set[str]]:
    """Cells to hide so that no total gives one back, and the directions whose total may stay."""
    rows = [row for row in rows_of(topics) if not pd.isna(row["is_understood"])]
    extra: set[Cell] = set()
    kept: set[str] = set()
    for total in rows_of(understanding):
        if total["dimension"] != "all":
            continue
        of_lens = [row for row in rows if row["lens"] == total["lens"]]
        gone = [row for row in of_lens if _is_hidden(row, small)]
        more = _find_cover(of_lens, gone) if gone else []
        if more is not None and len(of_lens) == total["n_topics"]:
            extra |= {_cells(row)["estimate"] for row in more}
            kept.add(total["lens"])
    return extra, kept


def _find_cover(rows: list[Row], gone: list[Row]) -> list[Row] | None:
    """The topics to hide as well, so that some hidden are understood and some are not.

    None where there are no such topics, or where nothing would be left to show.
    """
    more: list[Row] = []
    left = sorted((row for row in rows if row not in gone), key=_fewest)
    for is_understood in (True, False):
        if any(bool(row["is_understood"]) is is_understood for row in gone):
            continue
        found = [row for row in left if bool(row["is_understood"]) is is_understood]
        if not found:
            return None
        more.append(found[0])
    return more if len(left) > len(more) else None


def _fewest(row: Row) -> int:
    return min(int(row[name]) for name in ("n_own", "n_estimate", "n_other"))


def _redact_understanding(
    frame: pd.DataFrame,
    topics: pd.DataFrame,
    hidden: set[Cell],
    open_totals: set[str],
    shown_from: int,
) -> pd.DataFrame:
    touched = {
        (row["lens"], row["dimension"]) for row in rows_of(topics) if _is_hidden(row, hidden)
    }
    lenses = {lens for lens, _ in touched}

    def is_kept(row: Row) -> bool:
        if _has_few(row, ("n_estimate", "n_other"), shown_from):
            return False
        if row["dimension"] == "all":
            return row["lens"] in open_totals
        return (row["lens"], row["dimension"]) not in touched

    kept = _keep(frame, is_kept)
    is_part = kept["lens"].isin(lenses).to_numpy() if len(kept) else np.array([], dtype=bool)
    return kept.assign(**{name: _blank(kept[name], is_part) for name in _DIFFERENT})


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

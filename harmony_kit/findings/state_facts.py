"""How many topics are read in a state, as a fact of a story: the sure ones, then what looks so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from harmony_kit.engagement.settings import Settings
from harmony_kit.findings.fact import (
    Fact,
    Term,
    count_term,
    is_known,
    lens_term,
    mean_term,
    topic_key,
    topic_term,
)
from harmony_kit.findings.heights import height_of, middle
from harmony_kit.findings.observed_topics import is_right_anyway
from harmony_kit.findings.plots import Scene
from harmony_kit.measures.claims import APART, WORDED
from harmony_kit.measures.rows import Row, text_of

__all__ = ["count_state"]

#: Chooses, of topics in one state, the row of that which is told by name.
Pick: TypeAlias = Callable[[Scene, list[list[Row]]], Row | None]


def _clearness(settings: Settings, rows: list[Row]) -> tuple[bool, float, float, tuple[str, str]]:
    """Whether both sides rate it high, how far from the middle both lie, and how sure it is.

    What both rate half and half is no example of anything.
    """
    row = rows[0]
    known = [name for name in ("own", "other_own") if is_known(row[name])]
    off = [row[name] - middle(row) for name in known]
    heights = {height_of(row, name, settings) for name in known}
    is_one_way = min(off) > 0 or max(off) < 0
    extent = min(abs(one) for one in off) if is_one_way or row["state"] in APART else 0.0
    chances = [one[f"p_{row['state']}"] for one in rows if is_known(one[f"p_{row['state']}"])]
    is_high = heights == {"high"} and row["state"] not in APART
    return is_high, round(extent, 1), min(chances, default=0.0), topic_key(row)


def _pick_clearest(scene: Scene, topics: list[list[Row]]) -> Row | None:
    return max(topics, key=partial(_clearness, scene.settings))[0]


def count_state(
    scene: Scene, state: str, ids: tuple[str, str], *, pick: Pick | None = _pick_clearest
) -> Iterator[Fact]:
    """How many topics are surely read in a state, and on how many more it looks so.

    By both sides where there are such; else by each. What `pick` chooses is told by name; where it
    chooses none, the fact is told without one.
    """
    read = {lens: _worded(scene, lens, state) for lens in scene.lenses}
    n_all = len({topic_key(row) for row in scene.rows("topics") if _is_read(row)})
    both = set.intersection(*(set(rows) for rows in read.values()))
    if both:
        sides = [[rows[key] for rows in read.values()] for key in sorted(both)]
        yield _count(scene, ids[1], sides, n_all, pick)
        return
    for lens, rows in read.items():
        if rows:
            names = {"lens": lens_term(lens), "other": lens_term(scene.instrument.other_lens(lens))}
            fact = _count(scene, ids[0], [[row] for row in rows.values()], n_all, pick)
            yield replace(fact, terms={**names, **fact.terms})


def _count(scene: Scene, id_: str, topics: list[list[Row]], n_all: int, pick: Pick | None) -> Fact:
    """The fact of so many topics, each with the rows that show it; what only leans is apart."""
    sure = [rows for rows in topics if all(row["claim"] == "claimed" for row in rows)]
    told = sure or topics
    best = pick(scene, told) if pick else None
    terms = {"all": count_term(n_all)}
    if best:
        terms |= {"topic": topic_term(best), **_levels(scene, best)}
    elif pick:
        id_ = f"{id_}_plain"
    if sure and len(sure) < len(topics):
        terms["likely"] = count_term(len(topics) - len(sure))
    return Fact(id_ if sure else f"likely.{id_}", terms, n=len(told))


def _levels(scene: Scene, row: Row) -> dict[str, Term]:
    """How each side rates a topic, so that it is told which way."""
    rows = scene.own(item=row["item"])
    said = [one for one in rows if text_of(one["subject"]) == text_of(row["subject"])]
    known = [one for one in said if is_known(one["mean"])]
    if len(known) < len(scene.lenses):
        return {}
    first, second = known
    return {
        "first": lens_term(first["lens"]),
        "first_mean": mean_term(first, "mean"),
        "second": lens_term(second["lens"]),
        "second_mean": mean_term(second, "mean"),
        "points": count_term(first["points"]),
    }


def _is_read(row: Row) -> bool:
    """Whether it is told what a lens thinks and expects: only then there is a reading."""
    return all(is_known(row[name]) for name in ("own", "estimate", "other_own"))


def _worded(scene: Scene, lens: str, state: str) -> dict[tuple[str, str], Row]:
    """By topic; the average of a side of two minds is near nobody's, and is left out.

    So is what a lens expects rightly: it is not told that it does not know.
    """
    split = {topic_key(row) for row in scene.own(view="split")}
    rows = scene.rows("topics", lens=lens, state=state)
    worded = {topic_key(row): row for row in rows if row["claim"] in WORDED}
    return {
        key: row for key, row in worded.items() if key not in split and not is_right_anyway(row)
    }

"""What page one holds beside the story: talk against record, common ground, what can wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from harmony_kit.findings.fact import (
    Fact,
    count_term,
    is_known,
    lens_term,
    mean_term,
    topic_term,
)
from harmony_kit.findings.plots import FELT, Scene
from harmony_kit.findings.record_facts import (
    late_pilots,
    made_decisions,
    open_decisions,
    pilots_in_time,
    use_now,
)
from harmony_kit.measures.claims import WORDED

__all__ = ["list_settled", "pair_talk"]

#: A dimension is settled when at least this share of its topics is seen alike and known to be.
_SETTLED = 0.8

#: What people say about how work feels → the records that speak to it.
_RECORDS: Mapping[str, tuple[Callable[[Scene], Iterator[Fact]], ...]] = {
    "decisions": (open_decisions, made_decisions),
    "pilots": (late_pilots, pilots_in_time),
    "adoption": (use_now,),
}


def pair_talk(scene: Scene) -> Iterator[tuple[Fact, Fact]]:
    """What people say about decisions, pilots and use, each with what its record shows."""
    for group, tells in _RECORDS.items():
        shown = next((fact for tell in tells for fact in tell(scene)), None)
        said = next(_say(scene, group), None)
        if shown and said:
            yield said, shown


def _say(scene: Scene, group: str) -> Iterator[Fact]:
    """What both sides say; the average of a side of two minds stands for nobody."""
    rows = [row for row in scene.own(group=group) if is_known(row["mean"])]
    split = [row for row in rows if row["view"] == "split"]
    for row in split:
        yield Fact("said_split", {"topic": topic_term(row), "lens": lens_term(row["lens"])})
    if len(rows) == len(scene.lenses):
        first, second = rows
        terms = {"topic": topic_term(first), "points": count_term(first["points"])}
        terms |= {"first": lens_term(first["lens"]), "second": lens_term(second["lens"])}
        terms |= {"own": mean_term(first, "mean"), "other": mean_term(second, "mean")}
        yield Fact("said", terms)


def list_settled(scene: Scene) -> tuple[str, ...]:
    """The dimensions both sides see alike and know it, and where neither is of two minds.

    How work feels can wait at a healthy site only: elsewhere the record has a say.
    """
    kept_open = {row["dimension"] for row in scene.own(view="split")}
    if scene.plot.id != "healthy":
        kept_open |= {row["dimension"] for group in FELT for row in scene.own(group=group)}
    found: dict[str, list[bool]] = {}
    for row in scene.rows("topics"):
        is_alike = row["state"] == "shared_view" and row["claim"] in WORDED
        found.setdefault(row["dimension"], []).append(is_alike)
    return tuple(
        dimension
        for dimension, alike in found.items()
        if dimension not in kept_open and sum(alike) >= _SETTLED * len(alike)
    )

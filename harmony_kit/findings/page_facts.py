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
from harmony_kit.findings.heights import middle
from harmony_kit.findings.plots import FELT, Scene
from harmony_kit.findings.record_facts import (
    late_pilots,
    made_decisions,
    open_decisions,
    pilots_in_time,
    use_now,
)
from harmony_kit.measures.claims import APART, WORDED
from harmony_kit.measures.rows import Row

__all__ = ["list_settled", "open_choices", "pair_talk"]

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
    if split:
        yield _say_split(split, [row for row in rows if row not in split])
    elif len(rows) == len(scene.lenses):
        first, second = rows
        terms = {"topic": topic_term(first), "points": count_term(first["points"])}
        terms |= {"first": lens_term(first["lens"]), "second": lens_term(second["lens"])}
        terms |= {"own": mean_term(first, "mean"), "other": mean_term(second, "mean")}
        yield Fact("said", terms)


def _say_split(split: list[Row], agreed: list[Row]) -> Fact:
    """That a side is of two minds, beside what the other says; or that both are."""
    terms = {"topic": topic_term(split[0]), "lens": lens_term(split[0]["lens"])}
    if not agreed:
        return Fact("said_split_both" if len(split) > 1 else "said_split", terms)
    other = agreed[0]
    terms |= {"other": lens_term(other["lens"]), "own": mean_term(other, "mean")}
    return Fact("said_split_beside", {**terms, "points": count_term(other["points"])})


def list_settled(scene: Scene) -> tuple[str, ...]:
    """The dimensions both sides see alike and know it, and in which nothing else is unsettled."""
    kept_open = {*_unsettled(scene)}
    found: dict[str, list[bool]] = {}
    for row in scene.rows("topics"):
        is_alike = row["state"] == "shared_view" and row["claim"] in WORDED
        found.setdefault(row["dimension"], []).append(is_alike)
    return tuple(
        dimension
        for dimension, alike in found.items()
        if dimension not in kept_open and sum(alike) >= _SETTLED * len(alike)
    )


def _unsettled(scene: Scene) -> Iterator[str]:
    """The dimensions that cannot wait although their topics are seen alike.

    Where a side is of two minds, both rate most of it low, what people chose is apart or open, a
    check is not met, or a pilot is late or used past its end. How work feels can wait at a healthy
    site only: elsewhere the record has a say.
    """
    yield from (row["dimension"] for row in scene.own(view="split"))
    yield from _rated_low(scene)
    yield from open_choices(scene)
    if any(row["verdict"] != "act_now" for row in scene.rows("readiness")):
        yield from (row["dimension"] for row in scene.own(group="act"))
    drifting = [
        row for row in scene.rows("evidence_pilots") if row["is_past_end"] or row["is_drifting"]
    ]
    if drifting:
        yield from (row["dimension"] for row in scene.own(group="success"))
    if scene.plot.id != "healthy":
        yield from (row["dimension"] for group in FELT for row in scene.own(group=group))


def open_choices(scene: Scene) -> Iterator[str]:
    """The dimensions in which what people chose is apart, or still open."""
    for name in ("rank", "words", "ownership"):
        for row in scene.rows(name):
            is_apart = row["state"] in APART if "state" in row else row["pattern"] != "agreed"
            if row["claim"] not in WORDED or is_apart:
                yield row["dimension"]


def _rated_low(scene: Scene) -> Iterator[str]:
    """The dimensions in which both sides rate more than half of the topics below the middle."""
    found: dict[str, list[bool]] = {}
    for row in scene.rows("topics", lens=scene.lenses[0]):
        if is_known(row["own"]) and is_known(row["other_own"]):
            is_low = max(row["own"], row["other_own"]) < middle(row)
            found.setdefault(row["dimension"], []).append(is_low)
    yield from (one for one, low in found.items() if 2 * sum(low) > len(low))

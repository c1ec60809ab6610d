"""The facts of a story: what people said and what the records show, still without words.

Every function here looks for one kind of fact and yields it where it is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

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
from harmony_kit.findings.heights import middle
from harmony_kit.findings.observed_topics import observe_topics
from harmony_kit.findings.plots import Scene
from harmony_kit.findings.record_facts import (
    late_pilots,
    made_decisions,
    open_decisions,
    pilots_in_time,
    use_now,
)
from harmony_kit.findings.state_facts import count_state
from harmony_kit.measures.rows import Row, text_of

__all__ = ["gather_facts"]

#: Facts that tell a story; more than that nobody remembers.
_MOST_FACTS = 3
#: Topics, options or checks named in one fact.
_MOST_NAMED = 3


Tells: TypeAlias = Callable[[Scene], Iterator[Fact]]


def gather_facts(scene: Scene) -> tuple[Fact, ...]:
    """The first three facts a plot has, its own before those any site may have."""
    found: dict[str, Fact] = {}
    for tell in (*_OF_PLOT.get(scene.plot.id, ()), *_OF_ANY):
        for fact in tell(scene):
            found.setdefault(f"{fact.id}{fact.terms.get('lens', '')}", fact)
    return tuple(found.values())[:_MOST_FACTS]


# ── Records ──────────────────────────────────────────────────────────────────────────────────


def _pairs(scene: Scene, **where: object) -> Iterator[tuple[Row, Row]]:
    """The higher and the lower of the two sides' own answers to each topic, widest apart first.

    The average of a side of two minds stands for nobody, and is left out.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for row in scene.own(**where):
        if is_known(row["mean"]) and row["view"] != "split":
            found.setdefault(topic_key(row), []).append(row)
    pairs = [sorted(rows, key=lambda r: -r["mean"]) for rows in found.values() if len(rows) == 2]
    apart = sorted(pairs, key=lambda pair: pair[1]["mean"] - pair[0]["mean"])
    yield from ((high, low) for high, low in apart)


def _opposed(scene: Scene, **where: object) -> Iterator[Fact]:
    """The topic the two sides are furthest apart on, on two sides of the middle."""
    for high, low in _pairs(scene, **where):
        about = text_of(high["subject"])
        is_here = not about or about in scene.plot.subjects[:1] or not scene.plot.subjects
        if is_here and high["mean"] > middle(high) > low["mean"]:
            ends = Term("ends", high["item"])
            yield Fact(
                "opposed", {"topic": topic_term(high), "ends": ends, **_two_means(high, low)}
            )
            return


def _two_means(first: Row, second: Row) -> dict[str, Term]:
    names = {"first": lens_term(first["lens"]), "second": lens_term(second["lens"])}
    means = {"own": mean_term(first, "mean"), "other": mean_term(second, "mean")}
    return {**names, **means, "points": count_term(first["points"])}


def _felt(scene: Scene) -> Iterator[Fact]:
    for high, low in _pairs(scene, group="aligned"):
        if low["mean"] > middle(low):
            yield Fact("felt", {"topic": topic_term(high), **_two_means(high, low)})


def _both_or_neither(scene: Scene) -> Iterator[Fact]:
    """The dimension where one side takes much for common that the other takes for nobody's."""
    found = Counter(_takers(scene))
    if not found or max(found.values()) < _MOST_NAMED:
        return
    dimension, high = max(found, key=lambda key: (found[key], key))
    topics = {topic_key(row) for row in scene.rows("topics", dimension=dimension)}
    terms = {
        "dimension": Term("dimension", dimension),
        "all": count_term(len(topics)),
        "high": lens_term(high),
        "low": lens_term(scene.instrument.other_lens(high)),
    }
    yield Fact("both_or_neither", terms, n=found[dimension, high])


def _takers(scene: Scene) -> Iterator[tuple[str, str]]:
    """Dimension and the lens that thinks a topic holds for both, the other that for neither.

    The topics of which the findings say so for sure, so that a page counts them once.
    """
    topics, within = (scene.frames.get(name) for name in ("topics", "within"))
    for seen in observe_topics(topics, within, scene.settings):
        if seen.case.level == "opposed" and seen.claim == "claimed":
            yield seen.case.dimension, seen.roles["high"]


def _scored(scene: Scene, score: str) -> Iterator[Fact]:
    """How both sides score the first pilot of the plot: its technology, or its help in the work."""
    rows = scene.rows("pilots", subject=next(iter(scene.plot.subjects), ""))
    known = [row for row in rows if is_known(row[score])]
    if len(known) == len(scene.lenses):
        first, second = known
        names = {"first": lens_term(first["lens"]), "second": lens_term(second["lens"])}
        means = {"own": mean_term(first, score), "other": mean_term(second, score)}
        about = {
            "subject": Term("subject", first["subject"]),
            "points": count_term(first["points"]),
        }
        yield Fact(score, {**about, **names, **means})


def _blocking(scene: Scene) -> Iterator[Fact]:
    """The checks that block the first decision of the plot, all of them, of how many."""
    for row in scene.rows("readiness", subject=next(iter(scene.plot.subjects), ""))[:1]:
        for lens in scene.lenses:
            items = [check["item"] for check in row["blocking"] if check["lens"] == lens]
            if items:
                groups = {scene.instrument.item(item).group for item in items}
                n_all = sum(item.group in groups for item in scene.instrument.items)
                terms = {"lens": lens_term(lens), "topics": Term("topics", tuple(items))}
                terms["subject"] = Term("subject", row["subject"])
                yield Fact("blocking", {**terms, "all": count_term(n_all)}, n=len(items))


def _held(scene: Scene) -> Iterator[Fact]:
    for row in scene.rows("drift", holder=scene.plot.roles.get("holder", "")):
        names = {"lens": lens_term(row["lens"]), "holder": lens_term(row["holder"])}
        yield Fact("held", {**names, "all": count_term(row["n_duties"])}, n=int(row["n_held"]))


def _bridge(scene: Scene) -> Iterator[Fact]:
    """Whom each side names for the bridge; once where both name the same."""
    rows = [row for row in scene.rows("ownership", group="bridge") if text_of(row["owner"])]
    is_same = len(rows) > 1 and len({(row["item"], row["owner"]) for row in rows}) == 1
    for row in rows[:1] if is_same else rows:
        option = Term("option", (row["item"], row["owner"]))
        terms = {"lens": lens_term(row["lens"]), "topic": topic_term(row), "owner": option}
        yield Fact("both_named" if is_same else "named", terms)


def _words(scene: Scene) -> Iterator[Fact]:
    """The first words of each side, where they lie apart."""
    rows = [row for row in scene.rows("words") if row["first_own"] and row["p_apart"] > 1 / 2]
    if len(rows) == len(scene.lenses):
        names = dict(
            zip(("first", "second"), (lens_term(row["lens"]) for row in rows), strict=True)
        )
        options = (Term("options", (row["item"], tuple(row["first_own"]))) for row in rows)
        yield Fact("words", {**names, **dict(zip(("own", "other"), options, strict=True))})


def _reads(scene: Scene) -> Iterator[Fact]:
    """On how many topics each side was right about the other, beside what needs no knowing."""
    rows = scene.rows("understanding", dimension="all")
    known = sorted(rows, key=lambda row: row["lens"] != scene.plot.roles.get("blind", ""))
    if len(known) == len(scene.lenses):
        row, back = known
        terms = {"lens": lens_term(row["lens"]), "other": lens_term(row["other"])}
        terms |= {"all": count_term(row["n_topics"]), "back_all": count_term(back["n_topics"])}
        terms |= {"back": count_term(back["understood"])}
        terms |= {"projected": Term("share", row["projected"])}
        yield Fact("reads", terms, n=int(row["understood"]))


def _two_minds(scene: Scene) -> Iterator[Fact]:
    """What the split side is of two minds about, and that the other is less so."""
    for lens in (scene.plot.roles.get("split", ""), scene.plot.roles.get("other", "")):
        rows = scene.own(lens=lens)
        split = [row for row in rows if row["view"] == "split"]
        if rows:
            items = tuple(dict.fromkeys(row["item"] for row in split))
            terms = {"lens": lens_term(lens), "topics": Term("topics", items[:_MOST_NAMED])}
            counted = {"lens": lens_term(lens), "all": count_term(len(rows))}
            if not items:
                yield Fact("one_mind", counted)
            elif lens == scene.plot.roles.get("split"):  # the sentence of the plot has counted them
                yield Fact("split_on" if len(items) <= _MOST_NAMED else "split_among", terms)
            else:
                yield Fact("two_minds", counted | terms, n=len(split))


_technical = partial(_scored, score="technical")
_operational = partial(_scored, score="operational")
_contested = partial(count_state, state="known_difference", ids=("differ", "both_differ"))
_only_think = partial(count_state, state="false_consensus", ids=("only_think", "both_only_think"))
_closer = partial(count_state, state="false_conflict", ids=("closer", "both_closer"))

#: What any site may have to tell, in order. Common ground is not among it: page one begins with it.
_OF_ANY: tuple[Tells, ...] = (
    *(open_decisions, late_pilots, _both_or_neither, _only_think, _contested, _closer),
    *(made_decisions, use_now, pilots_in_time),
)

#: What a plot has to tell, in order.
_OF_PLOT: Mapping[str, tuple[Tells, ...]] = {
    "works_but_ignored": (_technical, use_now, partial(_opposed, group="success"), _operational),
    "used_but_unsafe": (use_now, _technical, _operational),
    "feels_aligned_decisions_stall": (open_decisions, _both_or_neither, _felt),
    "readiness_stalemate": (open_decisions, partial(_opposed, group="act"), _blocking),
    "nobodys_bridge": (_bridge, _words),
    "held_alone": (_held, partial(_opposed, dimension="ownership")),
    "false_conflict": (_closer,),
    "blindness": (_reads, _both_or_neither, _only_think),
    "split_inside": (_two_minds,),
    "honest_difference": (_contested, late_pilots),
    "healthy": (made_decisions, use_now, pilots_in_time),
}

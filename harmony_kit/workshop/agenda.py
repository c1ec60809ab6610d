"""What is on the table: read from the published results of a site and from nothing else.

Whatever the room sees of answers went through the gate when the report was made; here it is only
chosen and ordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harmony_kit.journal.answers import column_name
from harmony_kit.journal.subject import Subject

__all__ = ["GROUPS", "Agenda", "Figure", "Glance", "Promise", "Readiness", "Topic", "plan_agenda"]

#: The groups topics are proposed in, the most surprising first, and how many of each.
GROUPS = ("false_consensus", "known_difference", "false_conflict")
N_PROPOSED = 3
_CLAIMS = {"claimed": 2, "leaning": 1}
#: What nobody, or more than one side, holds.
_UNHELD = ("void", "contested", "claimed_by_both")


@dataclass(frozen=True)
class Figure:
    """A published mean; where only a band of it was published, its ends."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Glance:
    """One side looking at the other on one topic: what it expected, what the other said."""

    lens: str
    other: str
    expected: Figure
    said: Figure


@dataclass(frozen=True)
class Topic:
    """Something both sides were asked about, with what each expected of the other."""

    ref: str
    item: str
    subject: str
    points: int
    group: str
    glances: tuple[Glance, ...]


@dataclass(frozen=True)
class Readiness:
    """What was published about acting on one decision."""

    decision: str
    verdict: str
    blocking: tuple[str, ...]


@dataclass(frozen=True)
class Promise:
    """An action a finding proposes: by which roles, within how many days."""

    ref: str
    text: str
    roles: Mapping[str, str]
    days: int


@dataclass(frozen=True)
class Agenda:
    """Everything a workshop may speak about.

    Attributes
    ----------
    workflows
        The recurring decisions, the ones a workshop can be about.
    topics
        Those a claim is made about, by group and within it by rank.
    quotes
        Element of the frame → lens → sentences that may be quoted.
    duties
        Duties nobody holds, or two, as the interviews have it.
    """

    workflows: tuple[Subject, ...] = ()
    pilots: tuple[Subject, ...] = ()
    open_decisions: tuple[Subject, ...] = ()
    topics: tuple[Topic, ...] = ()
    quotes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    duties: tuple[str, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    promises: tuple[Promise, ...] = ()

    def topic(self, ref: str) -> Topic | None:
        """A topic by its name; None where the results have it no more."""
        return next((one for one in self.topics if one.ref == ref), None)

    def readiness_of(self, decision: str) -> Readiness | None:
        """What was published about a decision; None where nothing was."""
        return next((one for one in self.readiness if one.decision == decision), None)

    def proposed(self, workflow: str) -> tuple[Topic, ...]:
        """Up to three topics of each group for a workflow, the highest ranks."""
        others = {one.id for one in self.workflows} - {workflow}
        about = [one for one in self.topics if one.subject not in others]
        return tuple(
            topic
            for group in GROUPS
            for topic in [one for one in about if one.group == group][:N_PROPOSED]
        )


def plan_agenda(
    results: Mapping[str, Any],
    *,
    workflows: Sequence[Subject] = (),
    pilots: Sequence[Subject] = (),
    open_decisions: Sequence[Subject] = (),
) -> Agenda:
    """The agenda of a site from the content of its results.json, which may be empty."""
    return Agenda(
        workflows=tuple(workflows),
        pilots=tuple(pilots),
        open_decisions=tuple(open_decisions),
        topics=_rank_topics(results.get("topics", ())),
        quotes=_gather_quotes(results.get("quotes", ())),
        duties=_unheld(results.get("ownership", ())),
        readiness=tuple(_read_readiness(results.get("readiness", ()))),
        promises=tuple(_read_promises(results.get("findings", ()))),
    )


def _rank_topics(rows: Iterable[Mapping[str, Any]]) -> tuple[Topic, ...]:
    by_topic: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if {"own", "estimate", "other_own", "state"} <= row.keys():
            by_topic.setdefault(_ref(row), []).append(row)
    ranked = [
        (rank, ref, [*sides])
        for ref, sides in by_topic.items()
        if (rank := max(map(_rank, sides)))[0] and len(sides) == 2
    ]
    ranked.sort(key=lambda entry: (GROUPS.index(_leading(entry[2])["state"]), *_falling(entry[0])))
    return tuple(_topic(ref, sides) for _, ref, sides in ranked)


def _ref(row: Mapping[str, Any]) -> str:
    return column_name(row["item"], row.get("subject"))


def _rank(row: Mapping[str, Any]) -> tuple[int, float, float]:
    """How much a topic has to tell: the claim, how probable its state is, how far it is off."""
    if row["state"] not in GROUPS:
        return 0, 0.0, 0.0
    gap = "agreement_gap" if row["state"] == "known_difference" else "misreading"
    probability = row.get("probability", {}).get(row["state"], 0.0)
    return _CLAIMS.get(row.get("claim", ""), 0), probability, abs(row.get(gap, 0.0))


def _falling(rank: tuple[int, float, float]) -> tuple[float, ...]:
    return tuple(-part for part in rank)


def _leading(sides: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The side whose state names the group; of two equal ones the more surprising."""
    return max(sides, key=_rank)


def _topic(ref: str, sides: Sequence[Mapping[str, Any]]) -> Topic:
    row = _leading(sides)
    glances = tuple(
        Glance(one["lens"], one["other"], _figure(one, "estimate"), _figure(one, "other_own"))
        for one in sides
    )
    subject = row.get("subject", "")
    return Topic(ref, row["item"], subject, row["points"], row["state"], glances)


def _figure(row: Mapping[str, Any], name: str) -> Figure:
    return Figure(row[name], row.get(f"{name}_from"), row.get(f"{name}_to"))


def _gather_quotes(
    rows: Iterable[Mapping[str, Any]],
) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows:
        element = row["item"].removesuffix(".sentence")
        if element != row["item"]:
            told = found.setdefault(element, {})
            # Who said the same is not counted here: a sentence is shown once.
            known = dict.fromkeys((*told.get(row["lens"], ()), row["text"]))
            told[row["lens"]] = tuple(known)
    return found


def _unheld(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    told = [
        row["item"]
        for row in rows
        if row.get("pattern") in _UNHELD and row.get("claim") in _CLAIMS and "item" in row
    ]
    return tuple(dict.fromkeys(told))


def _read_readiness(rows: Iterable[Mapping[str, Any]]) -> Iterable[Readiness]:
    told: dict[str, Readiness] = {}
    for row in rows:
        if "verdict" in row and "subject" in row:
            checks = dict.fromkeys(one["item"] for one in row.get("blocking", ()))
            told.setdefault(
                row["subject"], Readiness(row["subject"], row["verdict"], tuple(checks))
            )
    return told.values()


def _read_promises(rows: Iterable[Mapping[str, Any]]) -> Iterable[Promise]:
    seen: set[str] = set()
    for row in rows:
        if row.get("action") and row["action"] not in seen:
            seen.add(row["action"])
            yield Promise(
                row["id"], row["action"], row.get("owners", {}), row.get("horizon_days", 30)
            )

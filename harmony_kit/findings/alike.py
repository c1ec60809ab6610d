"""Findings that go together: alike ones become one, contradicting ones are settled first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from harmony_kit.findings.observation import Number, Observation
from harmony_kit.findings.playbook import Playbook
from harmony_kit.instrument.model import Instrument
from harmony_kit.measures.claims import APART, CLOSE, UNKNOWING

__all__ = ["Alike", "join_alike", "list_alike", "settle"]

#: Kinds whose cases with the same pattern say the same of several topics, pilots or decisions.
_JOINED = (
    *("topic", "understanding", "within", "ownership"),
    *("pilot", "readiness", "evidence", "signature"),
)
#: Those that say the same in every dimension.
_ANYWHERE = ("understanding", "within")

#: Details that hold of several only where they hold of each.
_ONLY_OF_ALL = ("sure", "known")

#: A self-rating and the checklist it is held against: group of the item → kind of finding, the
#: level that is contradicted by every pattern but these, and the phrase that says so.
_SELF_RATINGS = (
    ("act", "readiness", "high", ("act_now",), "said_act"),
    ("success", "pilot", "high", ("works_and_used",), "said_success"),
    (
        *("success", "pilot", "low"),
        ("works_but_ignored", "used_but_unsafe", "neither"),
        "said_no_success",
    ),
)


@dataclass(frozen=True)
class Alike:
    """One of several places that show the same, with its own numbers and people per lens."""

    item: str
    subject: str
    dimension: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    n: Mapping[str, int] = field(default_factory=dict)


def list_alike(seen: Observation) -> tuple[Alike, ...]:
    """The places an observation stands for, the strongest first; none where it is one."""
    return tuple(
        Alike(one.case.item, one.subject, one.case.dimension, one.numbers, one.n)
        for one in seen.alike
    )


def settle(seen: Iterable[Observation], instrument: Instrument) -> list[Observation]:
    """The observations without those that others contradict; the contrast stays with the other.

    What one side knows of a topic and the other does not is told once, with what is missed. The
    mean of a lens of two minds stands for nobody, so nothing is said about both sides there. A
    self-rating that goes against its own checklist is told with the checklist.
    """
    found = _tell_knowing(list(seen))
    split = {(one.case.item, one.subject) for one in found if one.case.pattern == "split"}
    kept = [
        one
        for one in found
        if one.case.kind != "topic" or (one.case.item, one.subject) not in split
    ]
    for group, kind, level, agreeing, phrase in _SELF_RATINGS:
        kept = _hold_against(kept, instrument, (group, kind, level, agreeing, phrase))
    return kept


def _tell_knowing(seen: list[Observation]) -> list[Observation]:
    """The observations with what one side knows told beside what the other misses of the same."""
    missed = {_see(one) for one in seen if one.case.pattern in UNKNOWING}
    known = {_see(one): one.claim for one in seen if one.case.pattern not in UNKNOWING}
    return [
        _know(one, known[_see(one)]) if _see(one) in missed & {*known} else one
        for one in seen
        if one.case.pattern in UNKNOWING or _see(one) not in missed
    ]


def _know(one: Observation, claim: str) -> Observation:
    """The observation, marked that the other side knows; how both see it is then as sure."""
    sure = {"sure": "views"} if claim == "claimed" else {}
    return replace(one, details={**one.details, **sure, "known": claim})


def _see(one: Observation) -> tuple[str, str, str, bool]:
    """How both sides see what they were asked; the same in either direction."""
    return one.case.kind, one.case.item, one.subject, one.case.pattern in APART


def _hold_against(
    seen: list[Observation],
    instrument: Instrument,
    rating: tuple[str, str, str, tuple[str, ...], str],
) -> list[Observation]:
    group, kind, level, agreeing, phrase = rating
    items = {item.id for item in instrument.items if item.group == group}
    # Of sides that are apart the level is that of who looks, not of both.
    said = {
        one.subject: one
        for one in seen
        if one.case.item in items and one.case.level == level and one.case.pattern in CLOSE
    }
    denied = {
        one.subject
        for one in seen
        if one.case.kind == kind and one.subject in said and one.case.pattern not in agreeing
    }
    return [
        replace(one, details={**one.details, "against": phrase})
        if one.case.kind == kind and one.subject in denied and one.case.pattern not in agreeing
        else one
        for one in seen
        if one.subject not in denied or one is not said[one.subject]
    ]


def join_alike(seen: Iterable[Observation], playbook: Playbook) -> list[Observation]:
    """Observations with those that show the same on several topics or subjects as one."""
    groups: dict[object, list[Observation]] = {}
    for i, one in enumerate(seen):
        groups.setdefault(_shows(one, playbook) or i, []).append(one)
    return [_join(same) if len(same) > 1 else same[0] for same in groups.values()]


def _shows(one: Observation, playbook: Playbook) -> object:
    """What alike observations have in common; None where one stands for itself."""
    case = one.case
    is_single = not (one.subject or case.item or case.dimension)
    if case.kind not in _JOINED or is_single or _has_own_title(one, playbook):
        return None
    about = tuple(sorted(one.roles.items()))
    dimension = "" if case.kind in _ANYWHERE else case.dimension
    where = (case.kind, case.pattern, dimension, case.level, case.looker, case.standing)
    return (*where, one.claim, about, one.details.get("viewer", ""))


def _has_own_title(one: Observation, playbook: Playbook) -> bool:
    """Whether the playbook has a title or a text for this item alone."""
    return any(
        entry.when.item and (entry.title or entry.texts) for entry in playbook.entries_for(one.case)
    )


def _join(same: list[Observation]) -> Observation:
    """One observation for several: the strongest, with the topics of all."""
    ranked = sorted(same, key=lambda one: (-one.gap * one.certainty, one.case.item, one.subject))
    first = ranked[0]
    sources = tuple(dict.fromkeys(source for one in ranked for source in one.sources))
    lenses = dict.fromkeys(lens for one in ranked for lens in one.n)
    details = {
        key: value
        for key, value in first.details.items()
        if key not in _ONLY_OF_ALL or all(one.details.get(key) == value for one in ranked)
    }
    fewest = {lens: min(one.n[lens] for one in ranked if lens in one.n) for lens in lenses}
    return replace(first, sources=sources, n=fewest, details=details, alike=tuple(ranked))

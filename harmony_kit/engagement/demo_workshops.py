"""The workshops of the demo: what two plants agreed a year ago, and what became of it.

One kept its accord, one did not. The entries are what a workshop writes, at the times it would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harmony_kit.engagement.demo import AS_OF
from harmony_kit.journal.commitment import STATES, Commitment, Owner

__all__ = ["DemoWorkshop", "demo_workshops"]


@dataclass(frozen=True)
class DemoWorkshop:
    """Everything one workshop wrote, and who owns something."""

    entries: tuple[Commitment, ...]
    owners: tuple[Owner, ...]


def demo_workshops(plants: Sequence[Mapping[str, Any]]) -> tuple[DemoWorkshop, ...]:
    """The workshops of the plants that had one."""
    return tuple(_tell(plant) for plant in plants if "before" in plant)


def _tell(plant: Mapping[str, Any]) -> DemoWorkshop:
    before = plant["before"]
    day = AS_OF - dt.timedelta(days=before["days"] - 12)
    began = dt.datetime.combine(day, dt.time(9), dt.UTC)
    entries: list[Commitment] = []
    owners: dict[str, Owner] = {}
    for number, one in enumerate(before["agreed"]):
        owning = {
            lens: Owner.of_role(plant["site"], lens, role)
            for lens, role in one.get("owners", {}).items()
        }
        owners |= {owner.id: owner for owner in owning.values()}
        thing = Commitment(
            plant["site"],
            before["wave"],
            before["workflow"],
            one["kind"],
            one["ref"],
            one.get("state", STATES[one["kind"]][0]),
            began + dt.timedelta(minutes=number),
            "demo",
            one.get("lens", ""),
            one.get("value", {}),
            {lens: owner.id for lens, owner in owning.items()},
            _ago(one.get("due")),
            one.get("done_when", ""),
        )
        entries += [thing, *_follow(thing, one)]
    return DemoWorkshop(tuple(entries), tuple(owners.values()))


def _ago(days: int | None) -> dt.date | None:
    return None if days is None else AS_OF - dt.timedelta(days=days)


def _follow(thing: Commitment, told: Mapping[str, Any]) -> Iterator[Commitment]:
    """What was said of a thing a week before it was due."""
    if "became" in told and thing.due is not None:
        when = dt.datetime.combine(thing.due - dt.timedelta(days=7), dt.time(15), dt.UTC)
        why = {"reason": told["why"]} if "why" in told else {}
        value = {**thing.value, **why}
        yield replace(thing, state=told["became"], at=when, value=value, supersedes=thing.id)

"""Where each pilot and decision stands on record, so that nobody is asked what is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from harmony_kit.findings.observation import Observation
from harmony_kit.findings.observed_records import list_late, list_open
from harmony_kit.instrument.model import Instrument, Item
from harmony_kit.measures.record_days import stands_in
from harmony_kit.measures.rows import Row, rows_of

__all__ = ["Standings"]

#: Kinds of finding that are about a pilot; the others with a subject are about a decision.
_ABOUT_PILOTS = ("pilot", "evidence", "signature")

#: Kinds of finding that may list what waits or runs late, and groups of items that speak of it.
_LISTING = ("signature", "evidence")
_TOLD = ("decisions", "pilots")

#: The one signature that is about a decision.
_ABOUT_DECISIONS = "readiness_stalemate"


@dataclass(frozen=True)
class Standings:
    """By id, where the pilots and the decisions of a site stand; see `patterns.STANDINGS`.

    `listed` names what waits and what runs late, as findings name it.
    """

    pilots: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(
        cls, measures: Mapping[str, pd.DataFrame], decisions: pd.DataFrame | None
    ) -> Standings:
        """From the frames of the records of one site, and its decisions as their file has them."""
        usage, pilots, waits = (
            rows_of(measures.get(f"evidence_{name}")) for name in ("usage", "pilots", "decisions")
        )
        used = {row["pilot"] for row in usage if row.get("active_share", 0) > 0}
        status = {} if decisions is None else stands_in(decisions)
        days = {one: n for row in waits for one, n in row.get("open_days", {}).items()}
        return cls(
            {row["pilot"]: _stand(row, used) for row in pilots},
            {one: _decide(n, status.get(one, "")) for one, n in days.items()},
            {**list_open(waits), **list_late(pilots)},
        )

    def place(self, seen: Observation, instrument: Instrument) -> Observation:
        """The observation with where its pilot or decision stands, and what the records list.

        What people say of decisions and pilots as such stands where all of them do.
        """
        case = seen.case
        item = instrument.item(case.item) if instrument.has_item(case.item) else None
        is_told = case.kind == "topic" and item is not None and item.group in _TOLD
        is_listing = is_told or case.kind in _LISTING
        standing = self._all(item.group) if item and is_told else self._one(seen, item)
        return replace(
            seen,
            case=replace(case, standing=standing),
            details={**self.listed, **seen.details} if is_listing else seen.details,
        )

    def _one(self, seen: Observation, item: Item | None) -> str:
        case = seen.case
        if case.kind == "within":  # what a side thinks of itself stands, whatever became of it
            return ""
        is_pilot = case.kind in _ABOUT_PILOTS and case.pattern != _ABOUT_DECISIONS
        if item:
            is_pilot = item.per == "pilot"
        return (self.pilots if is_pilot else self.decisions).get(seen.subject, "")

    def _all(self, group: str | None) -> str:
        """Open where one decision is, decided where none waits; the same of pilots."""
        known = {*(self.decisions if group == "decisions" else self.pilots).values()}
        going, over = ("open", "decided") if group == "decisions" else ("running", "ended")
        return going if going in known else over if known - {""} else ""


def _decide(days: float, status: str) -> str:
    if days > 0:
        return "open"
    return status if status in ("open", "decided") else ""


def _stand(row: Row, used: set[str]) -> str:
    if row["is_open"]:
        return "running"
    return "kept" if row["pilot"] in used else "ended"

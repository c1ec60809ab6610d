"""A record per decision: what, why, by whom, within which limits, instead of what, until when.

Nobody has to write one: it is what the workshop said, put together. An auditor and a shift read
the same record, each in a line of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from harmony_kit.journal.commitment import Commitment
from harmony_kit.report.accord_report.accord_view import AccordView, mark_of

__all__ = ["DecisionRecord", "list_records"]


@dataclass(frozen=True)
class DecisionRecord:
    """One decision as it was taken in the room.

    Attributes
    ----------
    verdict
        The verdict that holds: act now, with guardrails, fix first.
    reason
        Why, in the words of the room; what the interviews propose where it was confirmed.
    alternatives
        The verdict that was proposed and not taken.
    pilots
        The pilots whose limits are the boundary of it.
    n_overridden
        How often people decided otherwise since, as the records of these pilots count it.
    """

    mark: str
    decision: str
    title: str
    verdict: str
    is_confirmed: bool
    reason: str
    check: str
    alternatives: tuple[str, ...]
    owners: tuple[str, ...]
    roles: tuple[str, ...]
    n_present: int
    pilots: tuple[str, ...]
    review: date | None
    n_overridden: int

    def to_dict(self) -> dict[str, Any]:
        """The record as plain values, without a name of anybody."""
        return {
            "id": self.mark,
            "decision": self.decision,
            "what": self.verdict,
            "is_confirmed": self.is_confirmed,
            "why": self.reason,
            "check": self.check,
            "by": {"n_present": self.n_present, "roles": [*self.roles]},
            "boundary": [*self.pilots],
            "alternatives": [*self.alternatives],
            "review": self.review.isoformat() if self.review else None,
            "n_overridden": self.n_overridden,
        }


def list_records(view: AccordView) -> list[DecisionRecord]:
    """A record for every verdict of the room."""
    return [_record(view, verdict) for verdict in view.accord.verdicts]


def _record(view: AccordView, verdict: Commitment) -> DecisionRecord:
    accord, value = view.accord, verdict.value
    is_confirmed = verdict.state == "confirmed"
    proposed = value.get("proposed", "")
    held = proposed if is_confirmed else value.get("verdict", "")
    pilots = tuple(one.ref for one in accord.boundaries)
    roles = (view.owners[one].role for one in verdict.owners.values() if one in view.owners)
    return DecisionRecord(
        mark=mark_of(verdict),
        decision=verdict.ref,
        title=view.title(verdict.ref),
        verdict=held,
        is_confirmed=is_confirmed,
        reason=value.get("reason", ""),
        check=value.get("check", ""),
        alternatives=tuple(filter(None, [proposed if proposed != held else ""])),
        owners=tuple(view.owned(verdict)),
        roles=tuple(roles),
        n_present=sum(accord.attendance.values()),
        pilots=pilots,
        review=verdict.due or max(filter(None, (one.due for one in accord.actions)), default=None),
        n_overridden=sum(view.n_overridden.get(pilot, 0) for pilot in pilots),
    )

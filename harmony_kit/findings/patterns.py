"""Every kind of finding, the patterns it can show, and one case of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harmony_kit.measures.claims import STATES

__all__ = ["BOTH", "DRIFT", "KINDS", "NAMES", "STANDINGS", "Case"]

#: The signature that has a lens for its subject: the one that holds most duties alone.
DRIFT = "drift"

#: Every kind of finding and the patterns it can show.
KINDS: Mapping[str, tuple[str, ...]] = {
    "topic": STATES,
    "understanding": ("reads_well", "misreads"),
    "rank": STATES,
    "words": STATES,
    "within": ("split", "split_often"),
    "ownership": ("agreed", "contested", "claimed_by_both", "void"),
    "drift": ("alone",),
    "pilot": ("works_and_used", "works_but_ignored", "used_but_unsafe", "neither"),
    "readiness": ("act_now", "act_with_guardrails", "fix_first", "decided_unready"),
    "evidence": (
        "decisions_move",
        "decisions_stall",
        "pilots_finish",
        "pilots_past_end",
        "scope_grows",
        "adoption_holds",
        "adoption_fades",
        "acceptance_low",
        "overrides_high",
    ),
    "signature": (
        "feels_aligned_decisions_stall",
        "works_but_ignored",
        "used_but_unsafe",
        "readiness_stalemate",
        "nobodys_bridge",
        "two_dialects",
        "pilots_drift",
        "adoption_fades",
        DRIFT,
    ),
}

#: Where a pilot or decision stands, as its record says: whether a pilot runs, has ended, or has
#: ended and is still used; whether a decision is open or made.
STANDINGS = ("running", "ended", "kept", "open", "decided")

_ROLES = ("looker", "other")
_TOPIC = ("topic", "subject", "subjects")
_SIDES = ("about", "judge")

#: What a text may name in braces, by kind of finding. Beside these: the ids of the lenses, and
#: ``lens``, the reader, in what is said to one lens.
NAMES: Mapping[str, tuple[str, ...]] = {
    "topic": (
        *_TOPIC,
        "open_list",
        "late_list",
        "matter",
        *_ROLES,
        *_SIDES,
        "high",
        "low",
        "knowing",
    ),
    "understanding": (*_ROLES, "matter", "n_topics"),
    "rank": (*_TOPIC, *_ROLES, "knowing", "answers"),
    "words": (*_TOPIC, *_ROLES, "knowing", "answers"),
    "within": (*_TOPIC, *_ROLES, "n_split", "n_topics", "split_topics"),
    "ownership": (*_TOPIC, "answers"),
    "drift": (*_ROLES, "drift", "viewer"),
    "pilot": ("subject", "subjects", "viewer"),
    "readiness": (
        "subject",
        "subjects",
        "blocking",
        "check_counts",
        "n_blocking",
        "n_checks",
        "blocks",
        "clear",
    ),
    "evidence": (
        "subject",
        "subjects",
        "open_list",
        "late_list",
        "n_open",
        "n_decided",
        "n_decisions",
        "oldest_days",
        "median_days",
        "share_open",
        "n_past_end",
        "n_finished",
        "n_pilots",
        "n_scope_changes",
        "n_weeks",
        "share_now",
        "share_peak",
        "n_shown",
        "share_accepted",
        "share_overridden",
    ),
    "signature": (
        "subject",
        "subjects",
        "open_list",
        "late_list",
        *_ROLES,
        "drift",
        "high",
        "low",
        "answers",
    ),
}

#: The looker of a finding that holds in both directions.
BOTH = "both"


@dataclass(frozen=True)
class Case:
    """What was found, as far as a playbook is concerned; empty where a part does not apply."""

    kind: str
    pattern: str
    dimension: str = ""
    item: str = ""
    level: str = ""
    looker: str = ""
    standing: str = ""

"""Which findings a portfolio tells, and which of them are one over several sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harmony_kit.measures.rows import text_of

__all__ = ["TOLD_FROM", "is_told", "rank_telling", "shown_by"]

#: Findings that are only good to know do not recur, they are what one hopes for.
TOLD_FROM = 2


def is_told(finding: Mapping[str, Any]) -> bool:
    """Whether a portfolio tells a finding: a signature, or what matters enough."""
    return bool(finding["kind"] == "signature" or finding["importance"] >= TOLD_FROM)


def rank_telling(finding: Mapping[str, Any]) -> tuple[bool, bool]:
    """How well a row tells a finding: claimed before likely, then with something to do."""
    return finding["claim"] == "claimed", bool(text_of(finding.get("action")))


def shown_by(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """What a finding shows, and of what: findings that have it in common are one over sites."""
    names = ("kind", "dimension", "looker", "pattern", "level", "viewer")
    # One that stands for several is about what they have in common, not about its strongest.
    item = "" if finding["n_alike"] else text_of(finding.get("item"))
    return (*(text_of(finding.get(name)) for name in names), item)

"""Which parts a report has: a part without anything to say is left out, and not listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harmony_kit.findings import select_first
from harmony_kit.report.view import View

__all__ = ["PARTS", "has_part", "list_parts"]


def _has_rows(*names: str) -> Callable[[View], bool]:
    return lambda view: any(
        view.site.frames.get(name) is not None and len(view.site.frames[name]) for name in names
    )


def _has_topics(view: View) -> bool:
    return bool(view.rows("understanding"))


_MEASURED = ("topics", "within", "rank", "words", "ownership", "pilots", "readiness")
_RECORDS = ("evidence_decisions", "evidence_pilots", "evidence_usage", "signatures")

#: Every part of a report after its cover, in order, and whether a site has it.
PARTS: Mapping[str, Callable[[View], bool]] = {
    "headline": _has_topics,
    "first": lambda view: bool(view.site.findings),
    "false_consensus": _has_topics,
    "known_difference": _has_topics,
    "false_conflict": _has_topics,
    "dimensions": _has_rows(*_MEASURED),
    "voices": lambda view: len(view.site.quotes) > 0,
    "evidence": _has_rows(*_RECORDS),
    "actions": lambda view: bool(select_first(view.site.findings)),
    "canvases": lambda view: bool(view.site.canvases),
    "method": lambda view: True,  # noqa: ARG005 - every report says how it was made
}


def has_part(view: View, part: str) -> bool:
    """Whether a report has this part."""
    return PARTS[part](view)


def list_parts(view: View) -> tuple[tuple[str, str], ...]:
    """Ids and titles of the parts this report has, in order."""
    return tuple((part, view.words.say(f"{part}.title")) for part in PARTS if has_part(view, part))
